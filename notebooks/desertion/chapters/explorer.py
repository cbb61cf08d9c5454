"""The formulas of the explorer: the rates that follow from a choice of count, window, strength and errors of the list.

The page computes in the reader's browser (``book/_static/explorer.js``) by the same formulas; a test compares the two over a grid.
Every result is computed twice. *As worded* keeps open ends: "at least" stays a lower bound through every division. *At face value*
takes the printed number as if it were exact, as the multiverse of rates does.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd
from livingbook.values import wording
from livingbook.values.bounds import Bounds

from desertion.counts import force as theatre
from desertion.counts.windows import WORDS, Window
from desertion.methods.misclassification import true_count


@dataclass(frozen=True)
class Strength:
    """A force by which counts are divided. stocks: rows of ``force.stocks``, of one origin, or of all if ``together``."""

    label: str
    stocks: pd.DataFrame
    together: bool = False

    def worded(self, window: Window) -> Bounds:
        """Bounds for the mean over a window, in persons, as worded."""
        if self.together:
            return theatre.over(self.stocks, window.start, window.end)
        return path_bounds(self.stocks, window)

    def face(self, window: Window) -> Bounds:
        """The mean at face value, in persons: a number for one origin, and the bounds as worded for all together."""
        if self.together:
            return self.worded(window)
        return theatre.path_mean(self.stocks, window.start, window.end)


@dataclass(frozen=True)
class Answer:
    """The results of a choice: persons a month, and persons per 1,000 of strength a year, as worded and at face value."""

    monthly: Bounds
    monthly_face: Bounds
    strength: Bounds
    yearly: Bounds
    yearly_face: Bounds


def path_bounds(stocks: pd.DataFrame, window: Window) -> Bounds:
    """Bounds for the mean strength of one origin over a window, in persons: ``force.path_mean`` of its low and of its high ends.

    An open end of a stock is passed over; if no stock states that end, the result is open too. It has a value only if every stock
    has one. No stock → unknown.
    """
    face = theatre.path_mean(stocks, window.start, window.end)
    if face.is_unknown:
        return face
    lows = [Bounds.exact(each.low) if each.low > 0 else Bounds.unknown() for each in stocks["bounds"]]
    highs = [Bounds.exact(each.high) if math.isfinite(each.high) else Bounds.unknown() for each in stocks["bounds"]]
    low, high = (theatre.path_mean(stocks.assign(bounds=ends), window.start, window.end) for ends in (lows, highs))
    known = [end.low for end in (low, face, high) if not end.is_unknown]
    value = face.low if all(each.value is not None for each in stocks["bounds"]) else None
    return Bounds(0.0 if low.is_unknown else min(known), value, math.inf if high.is_unknown else max(known), face.rows)


def answer(count: Bounds, window: Window, strength: Strength, wrong: float = 0.0, unlisted: float = 0.0) -> Answer:
    """The results of a choice. wrong: share of the count that never left; unlisted: share of those who left that it omits."""
    shares = Bounds.exact(wrong), Bounds.exact(unlisted)
    ran, face = true_count(count, *shares), true_count(count.at_face_value(), *shares)
    worded = strength.worded(window)
    return Answer(
        window.monthly(ran), window.monthly(face), worded, window.yearly(ran, worded), window.yearly(face, strength.face(window))
    )


def window_label(name: str, window: Window) -> str:
    """A window in words, with its days."""
    words = WORDS.get(name, name)
    return f"{words[0].upper()}{words[1:]}: {wording.day(window.start)} to {wording.day(window.end)}"


def sentence(
    count_label: str, count: Bounds, window: Window, strength: Strength, found: Answer, wrong: float = 0.0, unlisted: float = 0.0
) -> str:
    """The answer in plain words."""
    errors = [f"less {wording.percent(wrong)} that never left"] if wrong else []
    errors += [f"with {wording.percent(unlisted)} of those who left on no list"] if unlisted else []
    middle = f" {' and '.join(errors)}," if errors else ""
    days = f"{wording.number(window.months, 0.1)} months from {wording.day(window.start)} to {wording.day(window.end)}"
    return (
        f"{count_label} ({wording.of_bounds(count)}),{middle} spread over the {days}, make "
        f"{wording.of_bounds(found.monthly)} a month. Out of a mean strength of {wording.of_bounds(found.strength)} men "
        f"({strength.label}) that is {wording.of_bounds(found.yearly)} per 1,000 a year as worded, and "
        f"{wording.of_bounds(found.yearly_face)} with the printed numbers at face value."
    )


def compared(found: Answer, others: Iterable[Bounds]) -> str:
    """What may be said of the answer beside the rates of other armies, in a sentence: nobody counted the same thing."""
    if found.yearly_face.is_unknown or not list(others):
        return "There is nothing to set it beside."
    return "The rates of other armies count other things, so that no ranking follows from them."


def rates_in_short(rates: Sequence[Bounds]) -> str:
    """Several rates in short: a single one in its own words, more by their smallest and largest stated ends with two digits."""
    if len(rates) == 1:
        return wording.of_bounds(rates[0])
    ends = [end for each in rates for end in (each.low, each.high) if 0 < end < math.inf]
    low, high = (wording.number(end, min(wording.step_of(end, 2), 1.0)) for end in (min(ends), max(ends)))
    return f"{low}{wording.DASH}{high}"
