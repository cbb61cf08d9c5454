"""Series of counts over time: dates far enough apart, periods that do not overlap, and the growth that two means imply."""

from __future__ import annotations

import calendar
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from livingbook.values.bounds import Bounds, total

from desertion.counts.rates import DAYS_A_MONTH, days, months


@dataclass(frozen=True)
class Piece:
    """A count for a period, both days included. derived: it is a longer period's count less those of periods inside."""

    start: date
    end: date
    count: Bounds
    derived: bool = False

    @property
    def per_month(self) -> Bounds:
        """Count a month, in the count's unit: per calendar month where the period is made of whole ones."""
        return self.count / calendar_months(self.start, self.end)


def spaced(dates: Sequence[date], apart: float) -> list[date]:
    """The dates, in order, without those less than ``apart`` mean months after the last one kept; the first is kept.

    The difference of two counts close in time says more about late entries than about what happened in between.
    """
    kept: list[date] = []
    for day in sorted(dates):
        if not kept or (day - kept[-1]).days / DAYS_A_MONTH >= apart:
            kept.append(day)
    return kept


def disjoint(counts: Sequence[tuple[date, date, Bounds]]) -> list[Piece]:
    """The same counts as pieces that do not overlap, so that none is shown or added twice.

    counts: (start, end, count). A period that contains shorter ones is replaced by them and by one piece with the remainder, if the
    days that they leave uncovered adjoin. Otherwise the longer period is left out; so is the longer one of two periods that overlap
    without one containing the other. Pieces are in order of time.
    """
    pieces: list[Piece] = []
    for start, end, count in sorted(counts, key=lambda each: (days(each[0], each[1]), each[0])):
        touching = [piece for piece in pieces if piece.start <= end and start <= piece.end]
        inside = [piece for piece in touching if start <= piece.start and piece.end <= end]
        stretches = _uncovered(start, end, inside)
        if len(touching) == len(inside) and len(stretches) == 1:
            rest = (count - total(piece.count for piece in inside)).clip()
            pieces.append(Piece(*stretches[0], rest, derived=bool(inside)))
    return sorted(pieces, key=lambda piece: piece.start)


def _uncovered(start: date, end: date, inside: Sequence[Piece]) -> list[tuple[date, date]]:
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
