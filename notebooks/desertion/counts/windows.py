"""The window of a count: the days over which it is spread when a total is turned into a rate.

A list names men, but not the days on which they left. Known are the beginning of the period that it claims to cover, the last day
covered, the day of publication, and the day on which an article divided it by months. Each choice makes a window. None is wrong by
itself, but the rate depends on it. Both days of a window are included.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

import pandas as pd
from livingbook.values.bounds import Bounds

from desertion.counts import rates

WORDS = {
    "own": "invasion to the last day covered",
    "mobilised": "mobilisation to the last day covered",
    "publication": "invasion to publication",
    "article": "invasion to the article",
}
ORDER = ("article", "publication", "own", "mobilised")  # of windows that coincide, the name that comes first is kept


class DatedCount(Protocol):
    """A row of ``Evidence.observations`` with a count: the last day that it covers, and the day on which it became public."""

    @property
    def end(self) -> date:
        """The day to which it counts."""

    @property
    def known_from(self) -> date:
        """The day on which it became public."""


@dataclass(frozen=True)
class Window:
    """Days from start to end, both included. Raises ``ValueError`` if end is before start."""

    start: date
    end: date

    def __post_init__(self) -> None:
        rates.days(self.start, self.end)

    @property
    def months(self) -> float:
        """Length in mean months of 30.4375 days."""
        return rates.months(self.start, self.end)

    def monthly(self, count: Bounds) -> Bounds:
        """The count a mean month of 30.4375 days."""
        return rates.per_month(count, self.start, self.end)

    def yearly(self, count: Bounds, strength: Bounds) -> Bounds:
        """The count per 1,000 of mean strength a year, of 365.25 days."""
        return rates.per_thousand_a_year(count, strength, self.start, self.end)


def of_count(count: DatedCount, invasion: date, mobilisation: date, article: date | None = None) -> dict[str, Window]:
    """The windows over which one published total may be spread: name (see ``WORDS``) → window.

    ``own`` from the invasion to the end of its period; ``mobilised`` from the mobilisation, before which few are said to
    have left; ``publication`` to the day it was printed; ``article`` to the day of the article that divides it, where that
    is given. A window that would end before it starts is left out.
    """
    spans = {
        "own": (invasion, count.end),
        "mobilised": (mobilisation, count.end),
        "publication": (invasion, count.known_from),
        "article": (invasion, article),
    }
    return {name: Window(start, end) for name, (start, end) in spans.items() if end and start <= end}


def distinct(count: DatedCount, invasion: date, mobilisation: date, article: date | None = None) -> dict[str, Window]:
    """The windows of ``of_count`` in the order of ``ORDER``, each once: of equal ones, the name that comes first is kept."""
    spans = of_count(count, invasion, mobilisation, article)
    first = {spans[name]: name for name in reversed(ORDER) if name in spans}
    return {name: spans[name] for name in ORDER if name in spans and first[spans[name]] == name}


def table(counts: pd.DataFrame, invasion: date, mobilisation: date, article: date | None = None) -> pd.DataFrame:
    """The windows of the last of several counts, by name; columns ``start``, ``end`` and ``months`` (bounds, 30.4375 days each).

    counts: rows of ``Evidence.observations``. A window that the count does not have, or that there is no count for, has no days,
    and its months are unknown.
    """
    found = of_count(next(counts.tail(1).itertuples()), invasion, mobilisation, article) if len(counts) else {}
    ids = counts["id"].tail(1)
    rows = [(each.start, each.end, Bounds.exact(each.months, ids)) for each in found.values()]
    spans = pd.DataFrame(rows, index=list(found), columns=["start", "end", "months"], dtype=object).reindex(list(WORDS))
    return spans.where(spans.notna(), None).astype({"months": "bounds"})
