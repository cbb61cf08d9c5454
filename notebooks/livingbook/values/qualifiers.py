"""What a published wording says of a quantity: from its qualifier ("about", "at least") to bounds."""

from __future__ import annotations

import math
from decimal import Decimal

from livingbook.values.bounds import Bounds


def half_unit(published: str) -> float:
    """Half a unit of the last significant digit of a number as it was published.

    "36000" → 500 (the thousand is its last non-zero digit); "0.36" → 0.005; "0" → 0.5.
    """
    exponent = Decimal(published).normalize().as_tuple().exponent
    return float(Decimal(5).scaleb(int(exponent) - 1))


def from_published(qualifier: str, value: str = "", low: str = "", high: str = "", row: str = "") -> Bounds:
    """The one rule that turns a qualifier into bounds. Arguments are the cells of one observation, as text.

    exact v → [v, v]; about v → v ± half a unit of its last significant digit; at_least v → [v, ∞);
    at_most v → [0, v]; range → [low, high]. An estimate or a projection is [low, high] where its source gives them, and
    [low, ∞) where it gives a lower end alone ("at least"); otherwise it is read like "about": its rounding is all that is
    published of its error, which is larger.
    A figure that is not negative stays so. Raises ``ValueError`` for a qualifier that is none of these.
    """
    rows = frozenset([row] if row else ())
    if qualifier == "range" or (qualifier in ("estimate", "projection") and low and high):
        return Bounds(float(low), float(value) if value else None, float(high), rows)
    number = float(value)
    if qualifier in ("estimate", "projection") and low:
        return Bounds(float(low), number if number > float(low) else None, math.inf, rows)
    match qualifier:
        case "exact":
            return Bounds(number, number, number, rows)
        case "about" | "estimate" | "projection":
            half = half_unit(value)
            lowest = number - half if number < 0 else max(number - half, 0.0)
            return Bounds(lowest, number, number + half, rows)
        case "at_least":
            return Bounds(number, None, math.inf, rows)
        case "at_most":
            return Bounds(min(number, 0.0), None, number, rows)
    raise ValueError(f"unknown qualifier {qualifier!r}")
