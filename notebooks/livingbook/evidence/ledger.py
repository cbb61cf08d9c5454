"""The list of published figures, with re-reports counted under the figure that they repeat; labels of keys; words for periods.

Two pages that print one count are one piece of evidence (*Standards for Casualty Recording*, Every Casualty Counts 2016).
A row of ``observations`` that repeats another, or gives it another value or scope, names it in ``same_as``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import pandas as pd

from livingbook.evidence.reading import Evidence
from livingbook.values import wording
from livingbook.values.bounds import Bounds, hull

RETOLD = ("conflict", "rereport")  # statuses of rows that repeat a figure, or give it another value


def retellings(evidence: Evidence, kept: pd.DataFrame) -> pd.DataFrame:
    """The observations that repeat or contradict those in ``kept``, which they name in ``same_as``; columns of ``observations``."""
    return evidence.observations(status=RETOLD, same_as=sorted(kept["id"]))


def with_retellings(kept: pd.DataFrame, retold: pd.DataFrame) -> pd.DataFrame:
    """The table ``kept`` with columns ``rereports`` and ``conflicts``: how many rows of ``retold`` name the figure, by status."""

    def of(status: str) -> pd.Series:
        return kept["id"].map(retold.loc[retold["status"] == status, "same_as"].value_counts()).fillna(0).astype(int)

    return kept.assign(rereports=of("rereport"), conflicts=of("conflict"))


def labels_of(evidence: Evidence, table: str, keys: Iterable[str], field: str = "label") -> dict[str, str]:
    """Key → label (or another field) for the given keys of a table only, so that no other row of it counts as read."""
    key = table.removesuffix("s")
    rows = evidence.select(table, **{key: sorted(set(keys))})
    return dict(zip(rows[key], rows[field], strict=True))


def short_period(start: date | None, end: date) -> str:
    """A period in short: "Feb 2022 – Dec 2024", "2024" for a calendar year, "May 2024" for a month or a stock."""
    if start is None:
        return wording.short_month(end)
    whole_months = start.day == 1 and (end + timedelta(days=1)).day == 1
    if whole_months and (start.month, end.month) == (1, 12) and start.year == end.year:
        return str(end.year)
    if (start.year, start.month) == (end.year, end.month):
        return wording.short_month(end)
    return f"{wording.short_month(start)} {wording.DASH} {wording.short_month(end)}"


def short_periods(rows: pd.DataFrame) -> pd.Series:
    """The period of each row in short; columns ``start`` and ``end``."""
    return pd.Series([short_period(*each) for each in zip(rows["start"], rows["end"], strict=True)], index=rows.index, dtype=object)


def face_values(several: Iterable[Bounds]) -> Bounds:
    """From the smallest to the largest number as printed, bounds taken at face value; unknown where none is known."""
    return hull(each.at_face_value() for each in several if not each.is_unknown)


def spread(several: Iterable[Bounds]) -> Bounds:
    """How far printed numbers lie apart: (largest − smallest) / smallest, at face value. Unknown for fewer than two."""
    known = [each for each in several if not each.is_unknown]
    if len(known) < 2:
        return Bounds.unknown()
    ends = face_values(known)
    return Bounds.exact((ends.high - ends.low) / ends.low, ends.rows)
