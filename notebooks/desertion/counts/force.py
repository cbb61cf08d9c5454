"""How large the force in the theatre was: published stocks of one kind, and bounds for the mean over a window.

Rates need a mean strength, and nobody publishes one. Published are stocks: so many men on a day, by origins that count
different things (land forces, a joint grouping, everyone in the occupied areas). The rule here claims no more than that:
the mean over a window lies somewhere between the smallest and the largest stock published for a day inside the window,
and no value in between is preferred. Where none is dated inside, the nearest stock before it stands in.

An end that a source leaves open ("over 420,000", "up to 640,000") is left to the sources that close it: the figure
gives only the end that it states. The strength quoted in the article under study is an assumption, not a count, so it is
kept apart and joins only where it is asked for (``quoted``).

Strengths are persons. Source of the method: the demographic rate, events over mean population and time, with the mean
bounded by its published readings (Preston, Heuveline and Guillot, *Demography*, 2001, ch. 1).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date

import numpy as np
import pandas as pd
from livingbook.evidence.reading import Evidence
from livingbook.values.bounds import Bounds

ARTICLE = "kontur2025seed"  # the article under study: a strength read there and nowhere else is the quotation


def stocks(
    evidence: Evidence, population: str = "russia", category: str = "all", measure: str = "theatre_strength"
) -> pd.DataFrame:
    """Published strengths, ordered by day, the article's own quotation left out.

    Columns as of ``Evidence.observations``; a row is one stock at its ``end``. Another measure (``army_strength``) gives
    the stocks of another force by the same rule.
    """
    rows = evidence.observations(measure=measure, population=population, category=category)
    return rows[rows["source"] != ARTICLE].reset_index(drop=True)


def quoted(evidence: Evidence, population: str = "russia", category: str = "all") -> Bounds:
    """The strength that the article quotes; unknown before it appeared. At its rounding, as for any figure."""
    return evidence.latest(measure="theatre_strength", population=population, category=category, source=ARTICLE)


def within(stocks: pd.DataFrame, start: date, end: date) -> pd.DataFrame:
    """The stocks dated inside the window, both days included; where there is none, those of the nearest day before it.

    Raises ``ValueError`` if the window ends before it starts.
    """
    if end < start:
        raise ValueError(f"the window ends ({end}) before it starts ({start})")
    days = list(stocks["end"])
    if not any(start <= day <= end for day in days):
        start = end = max((day for day in days if day < start), default=start)
    return stocks[pd.Series([start <= day <= end for day in days], index=stocks.index, dtype=bool)]


def over(stocks: pd.DataFrame, start: date, end: date) -> Bounds:
    """Bounds for the mean strength over a window, in persons: see the module for the rule. No stock → unknown."""
    return spanned(within(stocks, start, end)["bounds"])


def by_origin(stocks: pd.DataFrame, start: date, end: date) -> dict[str, Bounds]:
    """The same for each origin that dates a stock inside the window, from its own alone: origin → bounds, by key."""
    inside = stocks[stocks["id"].isin(within(stocks, start, end)["id"]) & (stocks["end"] >= start)]
    return {str(origin): spanned(own["bounds"]) for origin, own in inside.groupby("origin")}


def path_mean(stocks: pd.DataFrame, start: date, end: date) -> Bounds:
    """Mean of a straight-line path through all stocks in order of day, at face value: a middle for orientation.

    The number of person-days under the path over the days of the window, both included; level before the first stock and
    after the last; several stocks of one day count as their mean. Not bounds: the path mixes scopes. No stock → unknown.
    """
    known = stocks[[each.best is not None for each in stocks["bounds"]]]
    if known.empty:
        return Bounds.unknown()
    numbers = pd.Series([each.best for each in known["bounds"]], index=[day.toordinal() for day in known["end"]])
    points = numbers.groupby(level=0).mean()
    days = np.arange(start.toordinal(), end.toordinal() + 1)
    rows = frozenset().union(*(each.rows for each in known["bounds"]))
    return Bounds.exact(float(np.interp(days, points.index, points).mean()), rows)


def spanned(several: Iterable[Bounds]) -> Bounds:
    """From the smallest to the largest number that is stated; an end that nobody states stays open. No value is preferred.

    Where only "at least" is published the result has no upper end, where only "at most" no lower one but 0. Stated ends
    that contradict each other (over 700,000; up to 640,000) are both kept, the smaller as low.
    """
    several = list(several)
    lows = [each.low for each in several if each.low > 0]
    highs = [each.high for each in several if math.isfinite(each.high)]
    low = min(lows + highs) if lows else 0.0
    high = max(lows + highs) if highs else math.inf
    return Bounds(low, None, high, frozenset().union(*(each.rows for each in several)))
