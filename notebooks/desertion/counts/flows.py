"""Flows of men into and out of the force: running totals, figures to compare a monthly flow with, and the balance of flows.

All flows are persons per mean month of 30.4375 days. The balance is the balancing equation of demography (Preston, Heuveline and
Guillot, *Demography*, 2001, ch. 1): intake less the net change of the stock is the outflow. It does not say why men left (killed,
disabled, captured, discharged, absent without leave), and it assumes that every recruit was sent to the force.

A count of names (confirmed dead) is exact as a count of names, but only a lower bound for the number of deaths. Running totals are
taken at face value here; callers must tell the reader.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date

import pandas as pd
from livingbook.values import wording
from livingbook.values.bounds import Bounds

from desertion.counts.rates import DAYS_A_MONTH, Increment, days, days_of, per_month

Counts = list[tuple[date, Bounds]]  # (day, running total on that day)
Window = tuple[date, date] | None  # first and last day


def running_total(rows: pd.DataFrame) -> Counts:
    """Cumulative counts at face value from rows with ``end`` and ``bounds``: the largest of each day, in order of the days."""
    by_day: dict[date, Bounds] = {}
    for day, bounds in zip(rows["end"], rows["bounds"], strict=True):
        face = bounds.at_face_value()
        if day not in by_day or face.low > by_day[day].low:
            by_day[day] = face
    return sorted(by_day.items(), key=lambda count: count[0])


def spaced(counts: Counts, least_days: float) -> Counts:
    """The counts that are each at least ``least_days`` days after the one kept before: the gain over a few days is mostly noise."""
    kept: Counts = []
    for day, count in counts:
        if not kept or (day - kept[-1][0]).days >= least_days:
            kept.append((day, count))
    return kept


def kept(rows: pd.DataFrame, flags: Iterable[bool]) -> pd.DataFrame:
    """The rows whose flag is true, numbered from 0. An empty table keeps its columns, unlike with pandas' own selection."""
    return rows[pd.Series(list(flags), index=rows.index, dtype=bool)].reset_index(drop=True)


def gain_a_month(counts: Counts, start: date, end: date) -> Bounds:
    """Gain a month of a running total within a window, from the last count before it (0 if there is none) to the last inside.

    It is spread over the months from ``start`` to that last count. Unknown if no count is dated inside.
    """
    last, first = upto(counts, end), upto(counts, date.fromordinal(start.toordinal() - 1))
    if last is None or last[0] < start:
        return Bounds.unknown()
    return per_month(last[1] - (first[1] if first else 0.0), start, last[0])


def rows_of(several: Iterable[Bounds]) -> frozenset[str]:
    """Ids of all observations that several bounds rest on."""
    return frozenset().union(*(each.rows for each in several))


def upto(counts: Counts, day: date) -> tuple[date, Bounds] | None:
    """The last count dated on or before ``day``; ``None`` if there is none."""
    return max((count for count in counts if count[0] <= day), key=lambda count: count[0], default=None)


def bracket(rows: pd.DataFrame, day: date | None) -> Bounds:
    """Bounds for a running total on a day: at least the counts up to it, at most the counts after it, if there are any.

    rows: columns ``end`` and ``bounds``. Only one assumption is made: a running total cannot fall. Without a day it is unknown.
    """
    if day is None:
        return Bounds.unknown()
    dated = list(zip(rows["end"], rows["bounds"], strict=True))
    low = max((each.low for end, each in dated if end <= day), default=0.0)
    high = min((each.high for end, each in dated if end >= day), default=math.inf)
    return Bounds(low, None, max(low, high), rows_of(each for _, each in dated))


def window_of(rows: pd.DataFrame) -> Window:
    """``start`` and ``end`` of the last row; ``None`` without rows."""
    return (rows["start"].iloc[-1], rows["end"].iloc[-1]) if len(rows) else None


def monthly(rows: pd.DataFrame) -> Bounds:
    """The figure of the last row as persons a month over its own period; unknown without rows."""
    window = window_of(rows)
    return per_month(rows["bounds"].iloc[-1], *window) if window else Bounds.unknown()


def two_sided(several: Iterable[Bounds]) -> list[Bounds]:
    """Those with both a lower bound above 0 and an upper one, by which one can divide; "at least" and "at most" are left out."""
    return [each for each in several if each.low > 0 and math.isfinite(each.high)]


def a_month(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with two more columns: ``monthly``, the flow a mean month of its period, and ``period``, that period in words."""
    words = rows["start"].map(wording.day).astype(str) + " to " + rows["end"].map(wording.day).astype(str)  # str of no rows, too
    return rows.assign(monthly=rows["bounds"] / (days_of(rows) / DAYS_A_MONTH), period=words)


def longest(rows: pd.DataFrame, least_days: int = 0) -> pd.DataFrame:
    """For each origin and year of ``end``, the row with the longest period; of periods of one length, the last.

    Flows that are not bounded from both sides, and periods shorter than ``least_days`` days, are left out. Columns: those of
    ``rows``; ``span``, days of the period; ``year``; and ``monthly`` and ``period`` as in ``a_month``. In order of ``start``.
    """
    keep = [
        bool(two_sided([each])) and start is not None and days(start, end) >= least_days
        for start, end, each in zip(rows["start"], rows["end"], rows["bounds"], strict=True)
    ]
    rows = kept(rows, keep)
    spans = [days(start, end) for start, end in zip(rows["start"], rows["end"], strict=True)]
    rows = rows.assign(span=spans, year=[end.year for end in rows["end"]]).sort_values(["span", "end"])
    rows = rows.drop_duplicates(["origin", "year"], keep="last").sort_values(["start", "end", "origin"])
    return a_month(rows).reset_index(drop=True)


def net_change(stocks: pd.DataFrame) -> Bounds:
    """Net change a month between the first and the last stock with both bounds, in persons; unknown if they are of one day.

    stocks: columns ``end`` and ``bounds``, in order of ``end``.
    """
    closed = [(day, each) for day, each in zip(stocks["end"], stocks["bounds"], strict=True) if two_sided([each])]
    if not closed or closed[0][0] == closed[-1][0]:
        return Bounds.unknown()
    return (closed[-1][1] - closed[0][1]) * (DAYS_A_MONTH / (closed[-1][0] - closed[0][0]).days)


def share_of(part: Bounds, whole: Bounds) -> Bounds:
    """Part over whole; unknown where the whole is unknown or may be zero or negative, as the share is then undefined."""
    return Bounds.unknown() if part.is_unknown or whole.low <= 0 else part / whole


def days_of_intake(leaving: Bounds, intake: Bounds) -> Bounds:
    """How many days of recruitment replace those who leave in a month; both flows in persons a month.

    If a tenth as many leave as are recruited, that is a tenth of a month, 3.04 days.
    """
    return share_of(leaving, intake) * DAYS_A_MONTH


def outflow(intake: Bounds, change: Bounds) -> Bounds:
    """Persons who leave the stock in a month for any reason: intake less net change, at least 0; unknown where either is."""
    return Bounds.unknown() if intake.is_unknown or change.is_unknown else (intake - change).clip()


def room(left: Bounds, *explained: Bounds) -> Bounds:
    """The part of an outflow that explained flows leave for other causes, at least 0. The flows must not overlap each other."""
    for flow in explained:
        if left.is_unknown or flow.is_unknown:
            return Bounds.unknown()
        left = (left - flow).clip()
    return left


def covering(gains: Sequence[Increment], day: date) -> Increment | None:
    """The increment whose period contains the day; ``None`` if there is none."""
    return next((gain for gain in gains if gain.start <= day <= gain.end), None)
