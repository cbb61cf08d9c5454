"""Counts over time: months between dates, rates a month and a year, and what is added between counts of a running total."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
from livingbook.values.bounds import Bounds

DAYS_A_YEAR = 365.25
DAYS_A_MONTH = DAYS_A_YEAR / 12


def days(start: date, end: date) -> int:
    """Days from start to end, both included. Raises ``ValueError`` if end is before start."""
    if end < start:
        raise ValueError(f"the period ends ({end}) before it starts ({start})")
    return (end - start).days + 1


def days_of(rows: pd.DataFrame, start: str = "start", end: str = "end") -> pd.Series:
    """Days of the period of each row, both days included; start, end: names of columns of dates."""
    return pd.to_timedelta(rows[end] - rows[start]).dt.days + 1


def months(start: date, end: date) -> float:
    """Length of a period in mean months of 30.4375 days, both days included."""
    return days(start, end) / DAYS_A_MONTH


def per_month(count: Bounds, start: date, end: date) -> Bounds:
    """The count a mean month of 30.4375 days over a period, in the count's unit."""
    return count / months(start, end)


def per_thousand_a_year(count: Bounds, strength: Bounds, start: date, end: date) -> Bounds:
    """Events per 1,000 of mean strength per year: count / strength × 1,000 / years (years of 365.25 days)."""
    return count / strength * (1000 * DAYS_A_YEAR / days(start, end))


def monthly_to_yearly_rate(monthly: Bounds, strength: Bounds) -> Bounds:
    """A number a month as a rate per 1,000 of strength a year of twelve such months."""
    return monthly * 12 / strength * 1000


def steps(counts: pd.DataFrame) -> pd.DataFrame:
    """What was added between successive counts of one running total: columns ``start``, ``end`` and ``bounds``.

    counts: columns ``end`` and ``bounds``, in order of ``end``. A step starts on the day after the earlier count. A running total
    cannot fall, so that what was added is cut at zero.
    """
    earlier, later = (rows.reset_index(drop=True) for rows in (counts.iloc[:-1], counts.iloc[1:]))
    gains = (later["bounds"] - earlier["bounds"]).interval.clip()
    starts = (earlier["end"] + timedelta(days=1)).astype(object)  # of no dates, pandas makes a column of numbers
    return pd.DataFrame({"start": starts, "end": later["end"], "bounds": gains})
