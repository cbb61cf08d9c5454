"""Contradictions in the tables: pairs of values for one quantity that cannot both be right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from itertools import combinations
from operator import itemgetter
from typing import Any

import pandas as pd

from livingbook.values.bounds import Bounds

NEAR = timedelta(days=45)  # two stocks count as of one date if they are no further apart
ALIKE = 0.05  # two flows count as of one period if starts and ends each differ by at most this share of the longer period


def contradict(one: Bounds, other: Bounds) -> bool:
    """True where two bounds have no number in common, so that not both can be right."""
    return one.high < other.low or other.high < one.low


def factor(one: Bounds, other: Bounds) -> float | None:
    """The larger over the smaller of two figures as printed; ``None`` where either is zero or unknown."""
    a, b = one.best, other.best
    return max(a, b) / min(a, b) if a and b else None


def within_families(rows: pd.DataFrame, preferred: pd.DataFrame) -> pd.DataFrame:
    """Each conflicting row beside the row that is preferred to it, with the factor between them.

    rows: observations of status ``conflict``; preferred: those of status ``use``. Both with ``bounds``. Rows whose
    preferred one is not among them (not public yet) are left out. Columns: those of ``rows``, and ``kept_id``,
    ``kept_bounds``, ``kept_origin``, ``factor``; ordered by factor, the largest first.
    """
    kept = preferred.set_index("id")
    found = rows[rows["same_as"].isin(kept.index)].copy()
    found["kept_id"] = found["same_as"]
    found["kept_bounds"] = [kept.loc[key, "bounds"] for key in found["same_as"]]
    found["kept_origin"] = [kept.loc[key, "origin"] for key in found["same_as"]]
    found["factor"] = [factor(*pair) for pair in zip(found["bounds"], found["kept_bounds"], strict=True)]
    return found.sort_values(["factor", "id"], ascending=[False, True]).reset_index(drop=True)


def across_origins(rows: pd.DataFrame) -> pd.DataFrame:
    """Pairs of preferred figures of different origins for one quantity and period that exclude each other.

    rows: observations of status ``use`` with ``bounds``. One quantity: the same measure, population and category, with
    dates at most ``NEAR`` apart, or, for flows, periods that are ``ALIKE``. Columns: measure, population, category, end,
    id, origin, bounds and the same with ``other_``, factor; ordered by factor, the largest first.
    """
    quantities: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in rows.sort_values(["end", "id"]).to_dict("records"):
        quantities.setdefault((row["measure"], row["population"], row["category"]), []).append(row)
    found = [
        {
            "measure": measure,
            "population": population,
            "category": category,
            "end": other["end"],
            **{key: one[key] for key in ("id", "origin", "bounds")},
            **{f"other_{key}": other[key] for key in ("id", "origin", "bounds")},
            "factor": factor(one["bounds"], other["bounds"]),
        }
        for (measure, population, category), several in sorted(quantities.items(), key=itemgetter(0))
        for one, other in combinations(several, 2)
        if one["origin"] != other["origin"] and contradict(one["bounds"], other["bounds"]) and _one_period(one, other)
    ]
    columns = [
        "measure",
        "population",
        "category",
        "end",
        "id",
        "origin",
        "bounds",
        "other_id",
        "other_origin",
        "other_bounds",
        "factor",
    ]
    return pd.DataFrame(found, columns=columns).sort_values(["factor", "id"], ascending=[False, True]).reset_index(drop=True)


def _one_period(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two observations are of one period, or of one date: see ``ALIKE`` and ``NEAR``."""
    if (one["start"] is None) != (other["start"] is None):
        return False
    if one["start"] is None:
        return abs(one["end"] - other["end"]) <= NEAR
    allowed = ALIKE * max(each["end"] - each["start"] for each in (one, other))
    return abs(one["start"] - other["start"]) <= allowed and abs(one["end"] - other["end"]) <= allowed
