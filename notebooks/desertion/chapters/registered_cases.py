"""Registered cases that are published for overlapping periods: months, years and running totals, for one article of law or two.

Many sources quote one register: month by month for both articles together, month by month for each article, and for longer periods
in replies to requests. These functions combine the pieces without counting a case twice: a month is taken from one series only, two
articles are added only for the same period, and of the periods in one year the longest is kept. Units are those of the rows (cases,
unless the caller passes others).

The strength in a period is bounded year by year, by the statements inside the year and those nearest to its first and last day.
Heads of state name the size of their army about once a year, so many periods have no statement inside.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise

import pandas as pd
from livingbook.values.bounds import Bounds, hull, total

from desertion.counts.force import spanned
from desertion.counts.rates import DAYS_A_YEAR, days

Period = tuple[date, date]  # first and last day


def is_calendar_month(start: date | None, end: date) -> bool:
    """True for a period that is exactly one calendar month."""
    last = calendar.monthrange(end.year, end.month)[1]
    return start == date(end.year, end.month, 1) and end.day == last


def monthly(rows: pd.DataFrame) -> dict[date, Bounds]:
    """First day of the month → count, for the rows that cover exactly one calendar month, in order of time.

    rows: columns ``start``, ``end`` and ``bounds``. Several figures for one month give the bounds that contain all of them.
    """
    found: dict[date, list[Bounds]] = {}
    for row in rows.itertuples():
        if is_calendar_month(row.start, row.end):
            found.setdefault(row.start, []).append(row.bounds)
    return {month: counts[0] if len(counts) == 1 else hull(counts) for month, counts in sorted(found.items())}


def added(one: Mapping[date, Bounds], other: Mapping[date, Bounds]) -> dict[date, Bounds]:
    """Month → sum of two series that count different cases, for the months that both have."""
    return {month: one[month] + other[month] for month in sorted(one.keys() & other.keys())}


def by_precedence(first: Mapping[date, Bounds], second: Mapping[date, Bounds]) -> dict[date, Bounds]:
    """Month → count from ``first`` or, where it has none, from ``second``. Two compilations of one register must not be added."""
    return dict(sorted({**second, **first}.items()))


def largest_step(series: Mapping[date, Bounds]) -> date | None:
    """The month with the largest rise over the month before it, at face value; ``None`` without two known months in a row."""
    rises = []
    for before, after in pairwise(sorted(series)):
        earlier, later = series[before].best, series[after].best
        if earlier is not None and later is not None and _months_between(before, after) == 1:
            rises.append((later - earlier, after))
    return max(rises)[1] if rises else None


def _months_between(before: date, after: date) -> int:
    return 12 * (after.year - before.year) + after.month - before.month


def paired(one: pd.DataFrame, other: pd.DataFrame) -> dict[Period, Bounds]:
    """Period → sum of the counts in two tables, for the periods that both have. Columns as in ``monthly``."""
    first, second = by_period(one), by_period(other)
    return {period: first[period] + second[period] for period in sorted(first.keys() & second.keys())}


def by_period(rows: pd.DataFrame) -> dict[Period, Bounds]:
    """Period → count; rows without ``start`` are left out. rows: columns ``start``, ``end`` and ``bounds``."""
    return {(row.start, row.end): row.bounds for row in rows.itertuples() if row.start}


def longest_in_each_year(counts: Mapping[Period, Bounds]) -> dict[int, tuple[Period, Bounds]]:
    """Year → the longest period within it, with its count, so that parts of a year and their sum are not both kept."""
    inside = [(period, count) for period, count in counts.items() if period[0].year == period[1].year]
    shortest_first = sorted(inside, key=lambda found: (found[0][0].year, found[0][1] - found[0][0], found[0]))
    return {period[0].year: (period, count) for period, count in shortest_first}


def longest(counts: Mapping[Period, Bounds]) -> tuple[Period | None, Bounds]:
    """The longest period and its count; (``None``, unknown) where there is none."""
    if not counts:
        return None, Bounds.unknown()
    period = max(counts, key=lambda each: (each[1] - each[0], each))
    return period, counts[period]


def joined(periods: Iterable[Period]) -> list[Period]:
    """Periods in order of time, with adjoining ones merged; the given periods must not overlap."""
    found: list[Period] = []
    for start, end in sorted(periods):
        if found and (start - found[-1][1]).days == 1:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def rate(counts: Mapping[Period, Bounds], stocks: pd.DataFrame) -> Bounds:
    """Cases per 1,000 of mean strength a year over periods that do not overlap: sum of cases over sum of person-years.

    The person-years are those of the periods of the counts alone. stocks: as in ``strength_near``. No count or no stock → unknown.
    """
    if not counts or stocks.empty:
        return Bounds.unknown()
    person_years = total(strength_near(stocks, *period) * (days(*period) / DAYS_A_YEAR) for period in counts)
    return total(counts.values()) * 1000 / person_years


def strength_near(stocks: pd.DataFrame, start: date, end: date) -> Bounds:
    """Bounds for the mean strength (persons) over a period: the mean of its calendar years, weighted by their days.

    stocks: columns ``end`` and ``bounds``. In each year, or part of one, the mean lies between the smallest and the largest stock
    that is stated inside it or nearest to its first or last day. This is done year by year because an army may triple during a
    war: bounds from its whole length would be needlessly wide. No stock → unknown. Raises ``ValueError`` if the period ends
    before it starts.
    """
    if end < start:
        raise ValueError(f"the period ends ({end}) before it starts ({start})")
    years = [(max(start, date(year, 1, 1)), min(end, date(year, 12, 31))) for year in range(start.year, end.year + 1)]
    return total(_stated(stocks, *year) * (days(*year) / days(start, end)) for year in years)


def _stated(stocks: pd.DataFrame, start: date, end: date) -> Bounds:
    stated = list(stocks["end"])
    if not stated:
        return Bounds.unknown()
    chosen = {min(stated, key=lambda day: (abs(day - edge), day)) for edge in (start, end)}
    chosen |= {day for day in stated if start <= day <= end}
    return spanned(row.bounds for row in stocks.itertuples() if row.end in chosen)
