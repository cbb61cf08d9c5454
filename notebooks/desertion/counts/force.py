"""How large the force in the theatre was: published strengths (stocks), and bounds for their mean over a window.

Rates need a mean strength, and nobody publishes one. Origins publish stocks, the number of men on a day, and they count different
things (land forces, a joint grouping, everyone in the occupied areas). So the mean over a window is only bounded: it lies between
the smallest and the largest stock that is published for a day inside the window, and no value in between is preferred. If no stock
is dated inside, the nearest one before is taken.

A figure with an open end ("over 420,000", "up to 640,000") gives only the end that it states; the other end comes from other
sources. The strength quoted in the article under study is an assumption, not a count. It is therefore left out of the stocks, and
``quoted`` returns it.

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

ARTICLE = "kontur2025seed"  # key of the article under study, in the table ``sources``


def stocks(
    evidence: Evidence, population: str = "russia", category: str = "all", measure: str = "theatre_strength"
) -> pd.DataFrame:
    """Published strengths, ordered by day, without the one that the article quotes.

    Columns as in ``Evidence.observations``; each row is a stock on the day ``end``. Another measure (``army_strength``) gives the
    stocks of another force.
    """
    rows = evidence.observations(measure=measure, population=population, category=category)
    return rows[rows["source"] != ARTICLE].reset_index(drop=True)


def quoted(evidence: Evidence, population: str = "russia", category: str = "all") -> Bounds:
    """Bounds of the strength that the article quotes, by its rounding as for other figures; unknown before it appeared."""
    return evidence.latest(measure="theatre_strength", population=population, category=category, source=ARTICLE)


def as_printed(stocks: pd.DataFrame) -> pd.DataFrame:
    """The stocks without the rounding of their numbers: "about 326,000" is 326,000. An end that a figure leaves open stays open."""
    valued = stocks["bounds"].interval.value.notna()
    return stocks.assign(bounds=stocks["bounds"].where(~valued, stocks["bounds"].interval.at_face_value()))


def within(stocks: pd.DataFrame, start: date | None, end: date | None) -> pd.DataFrame:
    """The rows of stocks dated inside the window, both days included; if there are none, those of the nearest day before it.

    Without a window there are none. Raises ``ValueError`` if the window ends before it starts.
    """
    if start is None or end is None:
        return stocks.iloc[:0]
    if end < start:
        raise ValueError(f"the window ends ({end}) before it starts ({start})")
    days = list(stocks["end"])
    if not any(start <= day <= end for day in days):
        start = end = max((day for day in days if day < start), default=start)
    return stocks[pd.Series([start <= day <= end for day in days], index=stocks.index, dtype=bool)]


def over(stocks: pd.DataFrame, start: date | None, end: date | None) -> Bounds:
    """Bounds for the mean strength over a window, in persons, by the rule in the module's docstring. No stock → unknown.

    No window, that of a count which is not public yet → unknown.
    """
    return spanned(within(stocks, start, end)["bounds"])


def by_origin(stocks: pd.DataFrame, start: date | None, end: date | None) -> dict[str, Bounds]:
    """The same for each origin with a stock inside the window, from its own stocks alone: key of the origin → bounds."""
    inside = within(stocks, start, end)
    inside = inside[pd.Series([start is not None and day >= start for day in inside["end"]], index=inside.index, dtype=bool)]
    return {str(origin): spanned(own["bounds"]) for origin, own in inside.groupby("origin")}


def path_mean(stocks: pd.DataFrame, start: date | None, end: date | None) -> Bounds:
    """Mean strength over a window by linear interpolation between all stocks, at face value, in persons: a number for orientation.

    It is the number of person-days over the days of the window, both included. Before the first stock and after the last the
    strength is taken as constant; several stocks of one day count as their mean. The result is no bound for the mean, because the
    stocks count different things. No stock or no window → unknown.
    """
    known = stocks[[each.best is not None for each in stocks["bounds"]]]
    if known.empty or start is None or end is None:
        return Bounds.unknown()
    numbers = pd.Series([each.best for each in known["bounds"]], index=[day.toordinal() for day in known["end"]])
    points = numbers.groupby(level=0).mean()
    days = np.arange(start.toordinal(), end.toordinal() + 1)
    rows = frozenset().union(*(each.rows for each in known["bounds"]))
    return Bounds.exact(float(np.interp(days, points.index, points).mean()), rows)


def spanned(several: Iterable[Bounds]) -> Bounds:
    """Bounds from the smallest to the largest stated end of several figures, without a value; an end that none states is open.

    If all say "at least", the result has no upper end; if all say "at most", its lower end is 0. Ends that contradict each other
    (over 700,000; up to 640,000) are both kept, the smaller one as the low end.
    """
    several = list(several)
    lows = [each.low for each in several if each.low > 0]
    highs = [each.high for each in several if math.isfinite(each.high)]
    low = min(lows + highs) if lows else 0.0
    high = max(lows + highs) if highs else math.inf
    return Bounds(low, None, high, frozenset().union(*(each.rows for each in several)))
