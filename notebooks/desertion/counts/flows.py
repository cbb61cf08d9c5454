"""Flows of men into and out of the force: running totals, figures to compare a monthly flow with, and the balance of flows.

All flows are persons per mean month of 30.4375 days. The balance is the balancing equation of demography (Preston, Heuveline and
Guillot, *Demography*, 2001, ch. 1): intake less the net change of the stock is the outflow. It does not say why men left (killed,
disabled, captured, discharged, absent without leave), and it assumes that every recruit was sent to the force.

A count of names (confirmed dead) is exact as a count of names, but only a lower bound for the number of deaths. Running totals are
taken at face value here; callers must tell the reader.
"""

from __future__ import annotations

import math
from datetime import date, timedelta

import pandas as pd
from livingbook.evidence.read_out import first, last
from livingbook.values import wording
from livingbook.values.bounds import Bounds

from desertion.counts.rates import DAYS_A_MONTH, days_of, per_month

Window = tuple[date | None, date | None]  # first and last day; none while nothing is public


def running_total(rows: pd.DataFrame) -> pd.DataFrame:
    """Cumulative counts at face value from rows with ``end`` and ``bounds``: the largest of each day, in order of the days."""
    rows = rows.assign(bounds=rows["bounds"].interval.at_face_value(), best=rows["bounds"].interval.best)
    rows = rows.sort_values(["end", "best"], ascending=[True, False]).drop_duplicates("end")
    return rows.drop(columns="best").reset_index(drop=True)


def since_first(rows: pd.DataFrame) -> pd.DataFrame:
    """Of each population the counts from the earliest day of any: the running total, without the counts of single periods."""
    return rows[rows["start"] == rows.groupby("population", observed=True)["start"].transform("min")]


def gain_a_month(counts: pd.DataFrame, start: date | None, end: date | None) -> Bounds:
    """Gain a month of a running total within a window, from the last count before it (0 if there is none) to the last inside.

    counts: columns ``end`` and ``bounds``, in order of ``end``. The gain is spread over the months from ``start`` to that last
    count. Unknown if no count is dated inside, or without a window.
    """
    if start is None or end is None:
        return Bounds.unknown()
    inside, before = counts[(counts["end"] >= start) & (counts["end"] <= end)], counts[counts["end"] < start]
    if inside.empty:
        return Bounds.unknown()
    return per_month(last(inside) - (last(before) if len(before) else 0.0), start, inside["end"].iloc[-1])


def bracket(rows: pd.DataFrame, day: date | None) -> Bounds:
    """Bounds for a running total on a day: at least the counts up to it, at most the counts after it, if there are any.

    rows: columns ``end`` and ``bounds``. Only one assumption is made: a running total cannot fall. Without a day it is unknown.
    """
    if day is None:
        return Bounds.unknown()
    dated = list(zip(rows["end"], rows["bounds"], strict=True))
    low = max((each.low for end, each in dated if end <= day), default=0.0)
    high = min((each.high for end, each in dated if end >= day), default=math.inf)
    return Bounds(low, None, max(low, high), frozenset().union(*(each.rows for _, each in dated)))


def to_years_end(running: pd.DataFrame, yearly: pd.DataFrame) -> tuple[Bounds, Bounds]:
    """A running total on the eve of the last year tallied and at that year's end; unknown without a tally.

    running: counts of the total, columns ``end`` and ``bounds``. yearly: tallies of whole years, and ``start``. At the end of each
    year the total is what it was at its beginning, between two counts, and the year's tally: so one tally bears the next.
    """
    points, eve, end = running[["end", "bounds"]], Bounds.unknown(), Bounds.unknown()
    for first_day, last_day, tally in yearly.sort_values("end")[["start", "end", "bounds"]].itertuples(index=False):
        eve = bracket(points, first_day - timedelta(days=1))
        end = eve + tally
        points = pd.concat([points, pd.DataFrame({"end": [last_day], "bounds": [end]}).astype({"bounds": "bounds"})])
    return eve, end


def window_of(rows: pd.DataFrame) -> Window:
    """``start`` and ``end`` of the last row, or of none."""
    return (rows["start"].iloc[-1], rows["end"].iloc[-1]) if len(rows) else (None, None)


def last_monthly(rows: pd.DataFrame) -> Bounds:
    """The figure of the last row as persons a month over its own period; unknown without rows."""
    start, end = window_of(rows)
    return per_month(last(rows), start, end) if start and end else Bounds.unknown()


def closed(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with a lower bound above 0 and an upper one, by which one can divide; "at least" and "at most" are left out."""
    return rows[(rows["bounds"].interval.low > 0) & (rows["bounds"].interval.high < math.inf)]


def with_monthly(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with two more columns: ``monthly``, the flow a mean month of its period, and ``period``, that period in words."""
    words = rows["start"].map(wording.day).astype(str) + " to " + rows["end"].map(wording.day).astype(str)  # str of no rows, too
    return rows.assign(monthly=rows["bounds"] / (days_of(rows) / DAYS_A_MONTH), period=words)


def longest(rows: pd.DataFrame, least_days: int = 0) -> pd.DataFrame:
    """For each origin and year of ``end``, the row with the longest period; of periods of one length, the last.

    Flows that are not bounded from both sides, and periods shorter than ``least_days`` days, are left out. Columns: those of
    ``rows``; ``span``, days of the period; ``year``; and ``monthly`` and ``period`` as in ``with_monthly``. In order of ``start``.
    """
    rows = closed(rows[rows["start"].notna()])
    rows = rows.assign(span=days_of(rows), year=pd.to_datetime(rows["end"]).dt.year).sort_values(["span", "end"])
    rows = rows[rows["span"] >= least_days]
    rows = rows.drop_duplicates(["origin", "year"], keep="last").sort_values(["start", "end", "origin"])
    return with_monthly(rows).reset_index(drop=True)


def net_change(stocks: pd.DataFrame) -> Bounds:
    """Net change a month between the first and the last stock with both bounds, in persons; unknown if they are of one day.

    stocks: columns ``end`` and ``bounds``, in order of ``end``.
    """
    stocks = closed(stocks)
    apart = (stocks["end"].iloc[-1] - stocks["end"].iloc[0]).days if len(stocks) else 0
    return (last(stocks) - first(stocks)) * (DAYS_A_MONTH / apart) if apart else Bounds.unknown()


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


def unexplained(left: Bounds, *explained: Bounds) -> Bounds:
    """The part of an outflow that explained flows leave for other causes, at least 0. The flows must not overlap each other."""
    for flow in explained:
        if left.is_unknown or flow.is_unknown:
            return Bounds.unknown()
        left = (left - flow).clip()
    return left
