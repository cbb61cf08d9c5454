"""The window of a count: the days over which it is spread when a total is turned into a rate.

A list names men; when they left is not on it. What is known is when the period it claims to cover begins, by when it
had surfaced, when it was printed, and when somebody divided it by months. Each makes a window, and none is wrong by
itself; a rate depends on which is taken. Days are inclusive.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from livingbook.values.bounds import Bounds

from desertion.counts import rates

WORDS = {
    "own": "invasion to the last day covered",
    "mobilised": "mobilisation to the last day covered",
    "publication": "invasion to publication",
    "article": "invasion to the article",
}


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
        """Count a mean month."""
        return rates.per_month(count, self.start, self.end)

    def yearly(self, count: Bounds, strength: Bounds) -> Bounds:
        """Count per 1,000 of mean strength a year."""
        return rates.per_thousand_a_year(count, strength, self.start, self.end)


def of_count(count: Any, invasion: date, mobilisation: date, article: date | None = None) -> dict[str, Window]:
    """The windows over which one published total may be spread: name (see ``WORDS``) → window.

    count: a row of the evidence with ``end`` (the last day it covers) and ``known_from`` (the day it became public).
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
