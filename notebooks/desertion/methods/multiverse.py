"""A multiverse of defensible choices: the rate under every combination of them, and how much each choice matters.

The specifications are a full factorial: a count with each of its windows, times each strength, times each correction
(Steegen and others 2016; Simonsohn, Simmons and Nelson 2020). Windows are nested in counts, because a count has only the
windows that it can cover. Every combination counts alike, here as in statements about how many of them lie below a rate.

The decomposition is the analysis of variance of that design (Fisher), which for a full factorial equals Sobol's: the share of a
choice is Var(E[y | choice]) / Var(y), its total share one minus the share of all others together (Saltelli and others 2008, ch. 4);
counts with their windows are one factor of it, split into what counts explain and what windows add. It describes this set of
choices, and another set has other shares. It is not the error of any one specification.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from desertion.counts.rates import DAYS_A_YEAR, days
from desertion.counts.windows import Window

CHOICES = ("count", "window", "strength", "correction")
NESTED = {"window": "count"}


@dataclass(frozen=True)
class CountWithWindows:
    """A total that can be turned into a rate: persons, and the windows over which it may be spread."""

    persons: float
    windows: Mapping[str, Window]


def specifications(
    counts: Mapping[str, CountWithWindows], strengths: Mapping[str, Callable[[Window], float]], kept: Mapping[str, float]
) -> pd.DataFrame:
    """Every combination: columns ``count``, ``window``, ``strength``, ``correction`` and ``rate`` (per 1,000 a year).

    strengths: name → mean strength (persons) over a window; kept: name of a correction → the share of the count that it
    keeps. Nothing to combine → an empty table. Raises ``ValueError`` for a strength, or a share kept, that is not positive.
    """
    rows = []
    for (count, total), (strength, men), (correction, share) in _product(counts, strengths, kept):
        for name, window in total.windows.items():
            mean = men(window)
            if not (mean > 0 and share > 0):
                raise ValueError(f"{strength} {mean}, {correction} {share}: a rate needs both above zero")
            years = days(window.start, window.end) / DAYS_A_YEAR
            rows.append((count, name, strength, correction, total.persons * share / mean / years * 1000))
    return pd.DataFrame(rows, columns=[*CHOICES, "rate"])


def _product(*several: Mapping[str, Any]) -> list[tuple[tuple[str, Any], ...]]:
    """Every combination of the items of several mappings."""
    pairs: list[tuple[tuple[str, Any], ...]] = [()]
    for each in several:
        pairs = [(*pair, item) for pair in pairs for item in each.items()]
    return pairs


def decompose(
    table: pd.DataFrame, response: pd.Series, factors: Sequence[str] = CHOICES, within: Mapping[str, str] = NESTED
) -> pd.DataFrame:
    """How much of the variance of ``response`` each factor explains: columns ``factor``, ``options``, ``variance``,
    ``share`` and ``total``; the last row, ``together``, is what only combinations explain.

    within: a nested factor → the factor it is nested in. ``share`` is the first-order index, ``total`` the total index (no
    total for ``together``). Nothing varies → shares of 0. Raises ``ValueError`` for a table that is not a full factorial.
    """
    require_factorial(table, factors, within)
    whole = float(response.var(ddof=0)) if len(table) else 0.0
    rows = []
    for factor in factors:
        parent = [within[factor]] if factor in within else []
        variance = _explained(table, response, [*parent, factor]) - _explained(table, response, parent)
        others = [name for name in factors if name != factor and within.get(name) != factor]
        left = whole - _explained(table, response, others)
        rows.append((factor, table[factor].nunique(), variance, _share(variance, whole), _share(left, whole)))
    remainder = whole - sum(row[2] for row in rows)
    rows.append(("together", 0, remainder, _share(remainder, whole), math.nan))
    return pd.DataFrame(rows, columns=["factor", "options", "variance", "share", "total"])


def require_factorial(table: pd.DataFrame, factors: Sequence[str], within: Mapping[str, str]) -> None:
    """Raises ``ValueError`` where a combination is missing or occurs twice. A nested option goes with its parent alone."""
    expected = pd.Series(1.0, index=table.index)  # of each row, one over how many there are beside it; all together are then one
    for factor in factors:
        expected /= table.groupby(within[factor])[factor].transform("nunique") if factor in within else table[factor].nunique()
    if table.duplicated(list(factors)).any() or (len(table) and not math.isclose(expected.sum(), 1)):
        raise ValueError(f"not every combination of {', '.join(factors)} occurs once: no shares of variance")


def level_means(table: pd.DataFrame, factor: str) -> pd.Series:
    """Option of a factor → geometric mean of the rate over all combinations of the other choices (per 1,000 a year)."""
    require_factorial(table, CHOICES, NESTED)
    return np.exp(np.log(table["rate"]).groupby(table[factor]).mean())


def fold_change(table: pd.DataFrame, factor: str) -> float:
    """The ratio of the highest to the lowest of the options' mean rates (``level_means``).

    The options of a nested factor are compared within each option of its parent, and the largest ratio is returned. NaN for an
    empty table.
    """
    parts = [own for _, own in table.groupby(NESTED[factor])] if factor in NESTED else [table]
    folds = [means.max() / means.min() for part in parts if len(means := level_means(part, factor))]
    return float(max(folds, default=math.nan))


def _explained(table: pd.DataFrame, response: pd.Series, names: Sequence[str]) -> float:
    """Variance of the means of the groups that the named columns make, each row with the mean of its group."""
    if not names or table.empty:
        return 0.0
    return float(response.groupby([table[name] for name in names]).transform("mean").var(ddof=0))


def _share(part: float, whole: float) -> float:
    """A part of the variance as a share in [0, 1]; 0 if the whole is so small that it is only a rounding error."""
    return min(max(part / whole, 0.0), 1.0) if whole > 1e-12 else 0.0
