"""Series of counts over time: dates far enough apart, periods that do not overlap, and the growth that two means imply."""

from __future__ import annotations

import calendar
import math
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

import pandas as pd
from livingbook.values.bounds import Bounds, total
from livingbook.values.bounds_array import BoundsDtype

from desertion.counts.flows import with_monthly
from desertion.counts.rates import DAYS_A_MONTH, days, days_of, months, steps


class _Piece(NamedTuple):
    """A count for a period, both days included. derived: it is a longer period's count less those of periods inside."""

    start: date
    end: date
    bounds: Bounds
    derived: bool = False


def spaced(rows: pd.DataFrame, least_days: float) -> pd.DataFrame:
    """The rows in order of ``end``, without those less than ``least_days`` days after the last one kept; the first is kept.

    The difference of two counts close in time says more about late entries than about what happened in between.
    """
    rows = rows.sort_values("end", kind="stable")
    kept: list[date] = []
    flags = []
    for day in rows["end"]:
        flags.append(not kept or (day - kept[-1]).days >= least_days)
        if flags[-1]:
            kept.append(day)
    return rows[pd.Series(flags, index=rows.index, dtype=bool)].reset_index(drop=True)


def paces(counts: pd.DataFrame) -> pd.DataFrame:
    """What a running total gains between its counts: columns of ``flows.with_monthly``, ``days`` and ``added``.

    counts: columns ``end``, ``known_from`` and ``bounds``, in order of ``end``. added: the gain. monthly: the gain in a mean month,
    by the days that the counts are said to reach. A count may hold what came in until it was published, so that the bounds of
    ``monthly`` contain the pace between the days of publication, too.
    """
    gains = steps(counts)
    apart = days_of(steps(counts.assign(end=counts["known_from"])))
    gains = with_monthly(gains).assign(days=days_of(gains), added=gains["bounds"])
    later = gains["bounds"] / (apart.where(apart > 0, gains["days"]) / DAYS_A_MONTH)
    both = [widened(*each) for each in zip(gains["monthly"], later, strict=True)]
    return gains.assign(monthly=pd.Series(both, index=gains.index, dtype=BoundsDtype()))


def during(rows: pd.DataFrame, steps: pd.DataFrame) -> pd.DataFrame:
    """The rows whose ``end`` lies in a step, each beside its step; ``_step`` is added to names that both have."""
    beside = rows.merge(steps, how="cross", suffixes=("", "_step"))
    inside = (beside["start_step"] <= beside["end"]) & (beside["end"] <= beside["end_step"])
    return beside[inside.astype(bool)].reset_index(drop=True)


def disjoint(rows: pd.DataFrame) -> pd.DataFrame:
    """The same counts as rows that do not overlap, so that none is shown or added twice.

    rows: columns ``start``, ``end`` and ``bounds``. A period that contains shorter ones is replaced by them and by one row with the
    remainder, if the days that they leave uncovered adjoin. Otherwise the longer period is left out; so is the longer one of two
    periods that overlap without one containing the other. Columns: ``start``, ``end``, ``bounds``, ``derived`` (a remainder), and
    ``monthly``, per calendar month where the period is made of whole ones. In order of time.
    """
    pieces: list[_Piece] = []
    counts = zip(rows["start"], rows["end"], rows["bounds"], strict=True)
    for start, end, count in sorted(counts, key=lambda each: (days(each[0], each[1]), each[0])):
        touching = [piece for piece in pieces if piece.start <= end and start <= piece.end]
        inside = [piece for piece in touching if start <= piece.start and piece.end <= end]
        stretches = _uncovered(start, end, inside)
        if len(touching) == len(inside) and len(stretches) == 1:
            rest = (count - total(piece.bounds for piece in inside)).clip()
            pieces.append(_Piece(*stretches[0], rest, derived=bool(inside)))
    found = pd.DataFrame(sorted(pieces, key=lambda piece: piece.start), columns=["start", "end", "bounds", "derived"])
    found = found.astype({"bounds": BoundsDtype(), "derived": bool})
    return found.assign(monthly=found["bounds"] / calendar_months_of(found))


def by_year(pieces: pd.DataFrame) -> dict[int, Bounds]:
    """Year → the count in a mean month of all its periods together; a period is of the year in which it ends.

    pieces: columns ``start``, ``end`` and ``bounds``, of periods that do not overlap (``disjoint``). A year may have come in parts.
    """
    years = pd.to_datetime(pieces["end"]).dt.year
    nothing = Bounds.exact(0.0)  # a remainder holds the rows of its whole and of its parts: pieces are added as they are
    return {int(year): sum(own["bounds"], nothing) / (days_of(own).sum() / DAYS_A_MONTH) for year, own in pieces.groupby(years)}


def _uncovered(start: date, end: date, inside: Sequence[_Piece]) -> list[tuple[date, date]]:
    """The days of [start, end] that no piece covers, as (first day, last day) of each stretch, in order."""
    found, next_day = [], start
    for piece in sorted(inside, key=lambda piece: piece.start):
        if piece.start > next_day:
            found.append((next_day, piece.start - timedelta(days=1)))
        next_day = piece.end + timedelta(days=1)
    return [*found, (next_day, end)] if next_day <= end else found


def calendar_months(start: date, end: date) -> float:
    """Length of a period: the number of calendar months if it is made of whole ones, else mean months."""
    if start.day == 1 and end.day == calendar.monthrange(end.year, end.month)[1]:
        return float((end.year - start.year) * 12 + end.month - start.month + 1)
    return months(start, end)


def calendar_months_of(rows: pd.DataFrame) -> pd.Series:
    """``calendar_months`` of the period of each row."""
    lengths = [calendar_months(*each) for each in zip(rows["start"], rows["end"], strict=True)]
    return pd.Series(lengths, index=rows.index, dtype=float)


def widened(measured: Bounds, *others: Bounds) -> Bounds:
    """The value of ``measured`` with the outermost ends of all bounds; the others measure the same in another way."""
    every = (measured, *others)
    rows = frozenset().union(*(each.rows for each in every))
    return Bounds(min(each.low for each in every), measured.value, max(each.high for each in every), rows)


def smooth_factor(means: Bounds, first: float, second: float, steps: float) -> Bounds:
    """Growth over ``steps`` months that two adjoining means imply, if growth was the same every month.

    means: the mean a month of the second period over that of the first; first, second: their lengths in months. With
    a constant monthly factor g the sums are geometric: means = g^first · (g^second − 1)/second ÷ ((g^first − 1)/first).
    The right side rises with g, so that g is found by bisection. Returns g^steps (2 for doubled). Raises ``ValueError`` unless
    ``means`` is above 0.
    """
    if means.is_unknown:
        return Bounds.unknown()
    if means.low <= 0 or math.isinf(means.high):
        raise ValueError(f"the ratio of two means is above 0 and known, not {means.low}…{means.high}")

    def factor(ratio: float) -> float:
        return math.exp(_monthly_growth(ratio, first, second) * steps)

    value = None if means.value is None else factor(means.value)
    return Bounds(factor(means.low), value, factor(means.high), means.rows)


def _monthly_growth(ratio: float, first: float, second: float) -> float:
    """ln g of ``smooth_factor``, to 1e-12."""

    def mean(growth: float, length: float) -> float:
        return 1.0 if abs(growth) < 1e-12 else math.expm1(growth * length) / (growth * length)

    def means(growth: float) -> float:
        return math.exp(growth * first) * mean(growth, second) / mean(growth, first)

    low, high = -2.0, 2.0  # a factor of e² a month up or down, far beyond any counted growth
    while high - low > 1e-12:
        middle = (low + high) / 2
        low, high = (middle, high) if means(middle) < ratio else (low, middle)
    return (low + high) / 2
