"""The first or the last figure of a selection, its day in words, and how many there are: what prose says of a series.

All take rows as ``Evidence.observations`` gives them, in their order. Without rows the figure is unknown and the words say so.
Words come with the ids of the observations that they rest on, as ``Publisher`` takes them.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from livingbook.values import wording
from livingbook.values.bounds import Bounds

Words = tuple[str, frozenset[str]]


def count(rows: pd.DataFrame) -> Bounds:
    """How many rows there are, with their ids."""
    return Bounds.exact(len(rows), rows["id"])


def first(rows: pd.DataFrame, column: str = "bounds") -> Bounds:
    """The bounds of the first row."""
    return _at(rows, 0, column)


def last(rows: pd.DataFrame, column: str = "bounds") -> Bounds:
    """The bounds of the last row."""
    return _at(rows, -1, column)


def last_of_each(rows: pd.DataFrame, field: str, wanted: Iterable[str]) -> pd.Series:
    """The bounds of the last row for each of the wanted values of a field, by value; unknown where there is none."""
    return rows.drop_duplicates(field, keep="last").set_index(field)["bounds"].reindex(list(wanted))


def first_day(rows: pd.DataFrame) -> Words:
    """The day to which the first row counts."""
    return _day(rows, 0)


def last_day(rows: pd.DataFrame) -> Words:
    """The day to which the last row counts."""
    return _day(rows, -1)


def first_month(rows: pd.DataFrame) -> Words:
    """The month to which the first row counts."""
    return _month(rows, 0)


def last_month(rows: pd.DataFrame) -> Words:
    """The month to which the last row counts."""
    return _month(rows, -1)


def _at(rows: pd.DataFrame, place: int, column: str = "bounds") -> Bounds:
    found = rows[column].iloc[place] if len(rows) else Bounds.unknown()
    assert isinstance(found, Bounds), f"{column} is no column of bounds"
    return found


def _day(rows: pd.DataFrame, place: int) -> Words:
    return (wording.day(rows["end"].iloc[place]), _at(rows, place).rows) if len(rows) else ("a day not known yet", frozenset())


def _month(rows: pd.DataFrame, place: int) -> Words:
    return (wording.month(rows["end"].iloc[place]), _at(rows, place).rows) if len(rows) else ("a month not known yet", frozenset())
