"""Registered cases that are published for overlapping periods: months, years and running totals, for one article of law or two.

Many sources quote one register: month by month for both articles together, month by month for each article, and for longer periods
in replies to requests. These functions combine the pieces without counting a case twice: a month is taken from one series only, two
articles are added only for the same period, and of the periods in one year the longest is kept.

Counts are tables with the first and the last day of a period in ``start`` and ``end`` and the count in ``bounds``, in the unit of
the rows (cases, unless the caller passes others), one row a period, in order of time.

The strength in a period is bounded year by year, by the statements inside the year and those nearest to its first and last day.
Heads of state name the size of their army about once a year, so many periods have no statement inside.
"""

from __future__ import annotations

from datetime import date

import pandas as pd
from livingbook.evidence.read_out import Words
from livingbook.values import wording
from livingbook.values.bounds import Bounds, total

from desertion.counts.force import spanned
from desertion.counts.rates import DAYS_A_YEAR, days, days_of

PERIOD = ["start", "end"]
COLUMNS = [*PERIOD, "bounds"]


def by_period(rows: pd.DataFrame) -> pd.DataFrame:
    """Counts from rows of evidence: of several for one period the last; rows without ``start`` are left out."""
    dated = rows.dropna(subset="start").drop_duplicates(PERIOD, keep="last")
    return dated[COLUMNS].sort_values(PERIOD, ignore_index=True)


def whole_months(rows: pd.DataFrame) -> pd.DataFrame:
    """Counts of whole calendar months, from the rows that cover exactly one.

    Several figures for one month give the bounds that contain all of them.
    """
    starts, ends = pd.to_datetime(rows["start"]), pd.to_datetime(rows["end"])
    one_month = starts.dt.is_month_start & ends.dt.is_month_end & (starts.dt.to_period("M") == ends.dt.to_period("M"))
    months = rows[one_month]
    same = months.groupby(PERIOD)["bounds"]
    several = same.transform("size") > 1
    hulls = months[several].groupby(PERIOD)["bounds"].agg(lambda figures: figures.interval.hull()).astype("bounds").reset_index()
    return pd.concat([months.loc[~several, COLUMNS], hulls]).sort_values("start", ignore_index=True)


def added(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Sums of counts of different cases, for the periods that both tables have."""
    both = by_period(one).merge(by_period(other), on=PERIOD, suffixes=("_one", "_other"))
    return both.assign(bounds=both["bounds_one"] + both["bounds_other"])[COLUMNS]


def by_precedence(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """The counts of ``first``, and for the periods that it has none of, those of ``second``.

    Two compilations of one register must not be added.
    """
    return pd.concat([first, second]).drop_duplicates(PERIOD).sort_values(PERIOD, ignore_index=True)


def largest_step(months: pd.DataFrame) -> date | None:
    """First day of the month with the largest rise over the month before it, at face value.

    ``None`` without two known months in a row.
    """
    rises = risen(months)
    return None if rises.isna().all() else months.loc[rises.idxmax(), "start"]


def risen(months: pd.DataFrame) -> pd.Series:
    """By how much each month stands above the month before, at face value; NaN where that month is not known."""
    starts = pd.to_datetime(months["start"])
    follows = (12 * starts.dt.year + starts.dt.month).diff() == 1
    return months["bounds"].interval.best.diff().where(follows)


def longest_in_each_year(counts: pd.DataFrame) -> pd.DataFrame:
    """The longest period within each year, so that parts of a year and their sum are not both kept; with a column ``year``."""
    first, last = (pd.to_datetime(counts[day]).dt.year for day in PERIOD)
    within = counts.assign(year=first, days=days_of(counts))[first == last].sort_values(["days", *PERIOD])
    return within.drop_duplicates("year", keep="last").drop(columns="days").sort_values("year", ignore_index=True)


def longest(counts: pd.DataFrame) -> pd.DataFrame:
    """The longest period with its count: one row, or none where there is none."""
    return counts.assign(days=days_of(counts)).sort_values(["days", *PERIOD]).tail(1)[COLUMNS]


def periods(counts: pd.DataFrame) -> pd.Series:
    """Each period in months, in words."""
    return counts["start"].map(wording.month) + " to " + counts["end"].map(wording.month)


def months_of(counts: pd.DataFrame) -> Words:
    """The months of all periods in words, adjoining periods as one, with the ids of the counts. The periods must not overlap."""
    spans: list[tuple[date, date]] = []
    for start, end in counts[PERIOD].sort_values(PERIOD).itertuples(index=False, name=None):
        joins = spans and (start - spans[-1][1]).days == 1
        spans[-1:] = [(spans[-1][0], end)] if joins else [*spans[-1:], (start, end)]
    words = wording.listing([f"{wording.month(start)} to {wording.month(end)}" for start, end in spans])
    return words or "no period", frozenset().union(*counts["bounds"].interval.rows)


def rate(counts: pd.DataFrame, stocks: pd.DataFrame) -> Bounds:
    """Cases per 1,000 of mean strength a year over periods that do not overlap: sum of cases over sum of person-years.

    The person-years are those of the periods of the counts alone. stocks: as in ``strength_near``. No count or no stock → unknown.
    """
    if counts.empty or stocks.empty:
        return Bounds.unknown()
    periods = list(counts[PERIOD].itertuples(index=False, name=None))
    person_years = total(strength_near(stocks, *period) * (days(*period) / DAYS_A_YEAR) for period in periods)
    return total(counts["bounds"]) * 1000 / person_years


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
