"""Two lists and their union: what the overlap is, and what the lists say about men on neither."""

from __future__ import annotations

from livingbook.values.bounds import Bounds


def overlap(first: Bounds, second: Bounds, union: Bounds) -> Bounds:
    """Entries on both lists, from inclusion–exclusion: A + B − |A ∪ B|, within what two lists can share."""
    possible = frechet_overlap(first, second)
    implied = first + second - union
    low, high = max(implied.low, possible.low), min(implied.high, possible.high)
    value = None if implied.value is None else min(max(implied.value, low), high)
    return Bounds(min(low, high), value, high, implied.rows)


def frechet_overlap(first: Bounds, second: Bounds) -> Bounds:
    """Fréchet bounds of the overlap when the union is unknown: from none to all of the shorter list."""
    return Bounds(0.0, None, min(first.high, second.high), first.rows | second.rows)


def frechet_union(first: Bounds, second: Bounds) -> Bounds:
    """Fréchet bounds of the union: from the longer list (one inside the other) to the sum (nobody on both)."""
    return Bounds(max(first.low, second.low), None, first.high + second.high, first.rows | second.rows)


def population(first: Bounds, second: Bounds, both: Bounds, odds_ratio: float = 1.0) -> Bounds:
    """Size of the population that two lists were drawn from, under an assumed odds ratio ψ of being on both.

    N(ψ) = n11 + n10 + n01 + ψ·n10·n01/n11. With ψ = 1 (independent lists) this is Lincoln–Petersen, A·B/n11.
    ψ cannot be estimated from two lists (Bishop, Fienberg and Holland 1975, ch. 6; IWGDMF 1995), so one N is never a
    finding; the curve over ψ is. The ends follow the overlap, on which N falls: all N from the smallest to the largest.
    Raises ``ValueError`` for ψ ≤ 0 and ``ZeroDivisionError`` where the lists may share nobody.
    """
    if odds_ratio <= 0:
        raise ValueError(f"an odds ratio is positive, not {odds_ratio}")
    if both.low <= 0:
        raise ZeroDivisionError("without a common entry two lists say nothing about men on neither")

    def size(a: float, b: float, m: float) -> float:
        only_a, only_b = max(a - m, 0.0), max(b - m, 0.0)
        return m + only_a + only_b + odds_ratio * only_a * only_b / m

    # N grows with each list and falls with the overlap (dN/dm = −1 + ψ(1 − A·B/m²) < 0), so its ends are at the corners.
    low = size(first.low, second.low, min(both.high, first.low, second.low))
    high = size(first.high, second.high, both.low)
    known = None not in (first.value, second.value, both.value)
    value = size(first.value, second.value, both.value) if known else None  # type: ignore[arg-type]
    return Bounds(low, value, high, first.rows | second.rows | both.rows)
