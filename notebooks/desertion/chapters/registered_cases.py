"""Registered cases that come in overlapping pieces: months, years and running totals, for one article or for two.

One register is quoted by many: month by month for both articles together, month by month for each article, and in
replies to requests for longer periods. These functions put such pieces side by side without counting a case twice: a
month is taken from one series only, two articles are added only over one and the same period, and of the periods that
lie in one year the longest is kept. Units are those of the rows (cases, unless the caller reads others).

A strength for a period is bounded year by year, by what was stated inside the year and nearest to its two ends: heads of
state name the size of their army about once a year, so that many periods have no statement inside.
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

Period = tuple[date, date]


def is_calendar_month(start: date | None, end: date) -> bool:
    """True for a period that is exactly one calendar month."""
    last = calendar.monthrange(end.year, end.month)[1]
    return start == date(end.year, end.month, 1) and end.day == last


def monthly(rows: pd.DataFrame) -> dict[date, Bounds]:
    """First day of the month → count, for the rows that cover exactly one calendar month, in order.

    Several figures for one month give the bounds that contain all of them.
    """
    found: dict[date, list[Bounds]] = {}
    for row in rows.itertuples():
        if is_calendar_month(row.start, row.end):
            found.setdefault(row.start, []).append(row.bounds)
    return {month: counts[0] if len(counts) == 1 else hull(counts) for month, counts in sorted(found.items())}


def added(one: Mapping[date, Bounds], other: Mapping[date, Bounds]) -> dict[date, Bounds]:
    """The sum of two series that do not overlap in what they count, for the months that both have."""
    return {month: one[month] + other[month] for month in sorted(one.keys() & other.keys())}


def by_precedence(first: Mapping[date, Bounds], second: Mapping[date, Bounds]) -> dict[date, Bounds]:
    """Each month from the first series that has it: two compilations of one register are one piece of evidence."""
    return dict(sorted({**second, **first}.items()))


def largest_step(series: Mapping[date, Bounds]) -> date | None:
    """The month that lies furthest above the month before it, at face value; ``None`` without two months in a row."""
    rises = [
        (series[after].best - series[before].best, after)
        for before, after in pairwise(sorted(series))
        if _months_between(before, after) == 1
    ]
    return max(rises)[1] if rises else None


def _months_between(before: date, after: date) -> int:
    return 12 * (after.year - before.year) + after.month - before.month


def paired(one: pd.DataFrame, other: pd.DataFrame) -> dict[Period, Bounds]:
    """Period → sum of two kinds of case, for the periods with the same first and last day in both."""
    first, second = by_period(one), by_period(other)
    return {period: first[period] + second[period] for period in sorted(first.keys() & second.keys())}


def by_period(rows: pd.DataFrame) -> dict[Period, Bounds]:
    """Period → count; a row without a first day is left out."""
    return {(row.start, row.end): row.bounds for row in rows.itertuples() if row.start}


def longest_in_each_year(counts: Mapping[Period, Bounds]) -> dict[int, tuple[Period, Bounds]]:
    """Year → the longest period that lies within it, with its count: parts and their sum are never both kept."""
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
    """Periods that do not overlap, with those that adjoin made one, in order of time."""
    found: list[Period] = []
    for start, end in sorted(periods):
        if found and (start - found[-1][1]).days == 1:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def rate(counts: Mapping[Period, Bounds], stocks: pd.DataFrame) -> Bounds:
    """Cases per 1,000 of mean strength a year over periods that do not overlap: sum of cases over sum of person-years.

    Only the days that the counts cover enter the denominator. No count, or no strength stated → unknown.
    """
    if not counts or stocks.empty:
        return Bounds.unknown()
    person_years = total(strength_near(stocks, *period) * (days(*period) / DAYS_A_YEAR) for period in counts)
    return total(counts.values()) * 1000 / person_years


def strength_near(stocks: pd.DataFrame, start: date, end: date) -> Bounds:
    """Bounds for the mean strength (persons) over a period: the mean of its calendar years, weighted by their days.

    In each year (or part of one) the mean lies between the smallest and the largest number stated inside it or nearest to
    one of its ends. Year by year, because an army that triples over a war was not as small as at its start for all of it.
    No statement → unknown. Raises ``ValueError`` if the period ends before it starts.
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
