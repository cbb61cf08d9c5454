"""Two lists of names: their overlap, their union, and the number of men on neither, under an assumption."""

from __future__ import annotations

from livingbook.values.bounds import Bounds


def overlap(first: Bounds, second: Bounds, union: Bounds) -> Bounds:
    """Entries on both lists, by inclusion–exclusion: A + B − |A ∪ B|, cut to the Fréchet bounds."""
    possible = frechet_overlap(first, second)
    implied = first + second - union
    low, high = max(implied.low, possible.low), min(implied.high, possible.high)
    value = None if implied.value is None else min(max(implied.value, low), high)
    return Bounds(min(low, high), value, high, implied.rows)


def frechet_overlap(first: Bounds, second: Bounds) -> Bounds:
    """Bounds of the overlap if the union is unknown (Fréchet 1935): from none to all of the shorter list."""
    return Bounds(0.0, None, min(first.high, second.high), first.rows | second.rows)


def frechet_union(first: Bounds, second: Bounds) -> Bounds:
    """Bounds of the union (Fréchet 1935): from the longer list (it contains the other) to the sum (nobody is on both)."""
    return Bounds(max(first.low, second.low), None, first.high + second.high, first.rows | second.rows)


def population(first: Bounds, second: Bounds, both: Bounds, odds_ratio: float = 1.0) -> Bounds:
    """Size of the population that two lists were drawn from, under an assumed odds ratio ψ of being on both.

    N(ψ) = n11 + n10 + n01 + ψ·n10·n01/n11, with n11 men on both lists, n10 and n01 on one. With ψ = 1 (independent lists) this is
    the Lincoln–Petersen estimator, A·B/n11. ψ cannot be estimated from two lists (Bishop, Fienberg and Holland 1975, ch. 6;
    IWGDMF 1995), so no single N is a finding, only the curve over ψ. The bounds contain every N that the bounds of lists and
    overlap allow. Two lists that may share nobody say nothing about men on neither: unknown. Raises ``ValueError`` for ψ ≤ 0.
    """
    if odds_ratio <= 0:
        raise ValueError(f"an odds ratio is positive, not {odds_ratio}")
    if both.low <= 0:
        return Bounds.unknown()

    def size(a: float, b: float, m: float) -> float:
        only_a, only_b = max(a - m, 0.0), max(b - m, 0.0)
        return m + only_a + only_b + odds_ratio * only_a * only_b / m

    # N grows with each list and falls with the overlap (dN/dm = −1 + ψ(1 − A·B/m²) < 0), so its ends are at the corners.
    low = size(first.low, second.low, min(both.high, first.low, second.low))
    high = size(first.high, second.high, both.low)
    a, b, m = first.value, second.value, both.value
    value = None if a is None or b is None or m is None else size(a, b, m)
    return Bounds(low, value, high, first.rows | second.rows | both.rows)
