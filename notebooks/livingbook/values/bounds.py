"""Bounds: an interval that contains a quantity, and interval arithmetic.

A figure is an interval [low, high] that contains the quantity, with a best value where the source gives one.
Arithmetic is interval arithmetic (Moore, Kearfott and Cloud, *Introduction to Interval Analysis*, 2009): the
result contains every combination of what its inputs allow. Each result remembers the observations it came from.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

ENDS = ("low", "value", "high")  # as files name them


def _columns_answer(operation: Callable[[Bounds, Any], Bounds]) -> Callable[[Bounds, Any], Bounds]:
    """The operation, which leaves the answer to the other operand where that is a whole column or array."""

    @wraps(operation)
    def answered(one: Bounds, other: Any) -> Bounds:
        return NotImplemented if getattr(other, "ndim", 0) else operation(one, other)

    return answered


@dataclass(frozen=True)
class Bounds:
    """An interval for one quantity.

    low, high: the ends, in the quantity's own unit; ``math.inf`` means that no upper bound is known.
    value: the published or derived best value, ``None`` where the evidence gives only bounds.
    rows: ids of the observations it rests on.
    Raises ``ValueError`` unless low ≤ value ≤ high.
    """

    low: float
    value: float | None
    high: float
    rows: frozenset[str] = field(default_factory=frozenset, compare=False)

    def __post_init__(self) -> None:
        ends = (self.low, self.high) if self.value is None else (self.low, self.value, self.high)
        if any(math.isnan(end) for end in ends) or list(ends) != sorted(ends):
            raise ValueError(f"not bounds: low {self.low}, value {self.value}, high {self.high}")

    @classmethod
    def exact(cls, number: float, rows: Iterable[str] = ()) -> Bounds:
        """A number that is known: [number, number]."""
        return cls(number, number, number, frozenset(rows))

    @classmethod
    def unknown(cls) -> Bounds:
        """A quantity of which nothing is published: [0, ∞)."""
        return cls(0.0, None, math.inf)

    @classmethod
    def from_ends(cls, low: float | None, value: float | None, high: float | None, rows: Iterable[str] = ()) -> Bounds:
        """Bounds as files have them, the inverse of ``ends``: an end that is ``None`` is open, all three are an unknown."""
        nothing = 0.0 if value is None and high is None else -math.inf
        return cls(nothing if low is None else low, value, math.inf if high is None else high, frozenset(rows))

    @property
    def ends(self) -> dict[str, float | None]:
        """low, value and high as files have them: ``None`` for an open end and for no value, and all three of an unknown.

        No source states the 0 at which an unknown begins; a reader of the file could plot it as "at least 0".
        """
        if self.is_unknown:
            return dict.fromkeys(ENDS)
        numbers = (self.low, self.value, self.high)
        return {
            end: None if number is None or math.isinf(number) else float(number) for end, number in zip(ENDS, numbers, strict=True)
        }

    @property
    def is_unknown(self) -> bool:
        """True where nothing is known: no value, and ends [0, ∞) or wider."""
        return self.value is None and self.low <= 0 and self.high == math.inf

    @property
    def is_point(self) -> bool:
        """True where both ends are the same number."""
        return self.low == self.high

    @property
    def is_at_most(self) -> bool:
        """True where only the upper end is stated: no value, and a low end of 0, as every count has, or of −∞.

        A finite low end below 0 was computed, for a quantity that can fall; such bounds are a range.
        """
        return self.value is None and self.high < math.inf and self.low in (0, -math.inf)

    @property
    def best(self) -> float | None:
        """The value if there is one, else the only published end, else the middle of a range; ``None`` for an unknown."""
        if self.value is not None or self.is_unknown:
            return self.value
        if self.is_at_most:
            return self.high
        return self.low if self.high == math.inf else (self.low + self.high) / 2

    def __contains__(self, number: float) -> bool:
        return self.low <= number <= self.high

    def clip(self, low: float = 0.0, high: float = math.inf) -> Bounds:
        """The part inside [low, high]: for quantities that cannot lie outside, such as counts and shares."""

        def into(number: float) -> float:
            return min(max(number, low), high)

        value = None if self.value is None else into(self.value)
        return Bounds(into(self.low), value, into(self.high), self.rows)

    def at_face_value(self) -> Bounds:
        """The best number as if it were exact, for results that are described to the reader as "at face value".

        Unknown stays unknown.
        """
        return self if self.best is None else Bounds(self.best, self.best, self.best, self.rows)

    def floor(self) -> Bounds:
        """The lower bound alone, [low, ∞): for a count that is known to be incomplete."""
        return Bounds(self.low, None, math.inf, self.rows)

    @_columns_answer
    def __add__(self, other: Bounds | float) -> Bounds:
        return _combine(self, other, lambda a, b: a + b, lambda a, b: (a.low + b.low, a.high + b.high))

    @_columns_answer
    def __sub__(self, other: Bounds | float) -> Bounds:
        return _combine(self, other, lambda a, b: a - b, lambda a, b: (a.low - b.high, a.high - b.low))

    @_columns_answer
    def __mul__(self, other: Bounds | float) -> Bounds:
        return _combine(self, other, lambda a, b: a * b, _product)

    @_columns_answer
    def __truediv__(self, other: Bounds | float) -> Bounds:
        """Quotient. A divisor that may be zero leaves the result without an upper bound.

        Raises ``ZeroDivisionError`` for a divisor that may be negative, or that is zero.
        """
        other = as_bounds(other)
        if other.low < 0 or other.high == 0:
            raise ZeroDivisionError(f"cannot divide by {other.low}…{other.high}")
        low, high = _quotient(self, other)
        value = self.value / other.value if self.value is not None and other.value else None
        return Bounds(low, _inside(value, low, high), high, self.rows | other.rows)

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self) -> Bounds:
        return 0.0 - self

    def __rsub__(self, other: float) -> Bounds:
        return as_bounds(other) - self

    def __rtruediv__(self, other: float) -> Bounds:
        return as_bounds(other) / self

    def _no_order(self, other: Any) -> Any:
        if getattr(other, "ndim", 0):  # a column answers for its elements
            return NotImplemented
        raise TypeError(
            "bounds may overlap, and then neither is less: compare ends (one.high < other.low) or best values (one.best)"
        )

    def _no_number(self, *_: Any) -> Any:
        raise TypeError("bounds are not one number: take one of .best, .value, .low and .high")

    __lt__ = __le__ = __gt__ = __ge__ = _no_order
    __float__ = __int__ = __round__ = __abs__ = _no_number


def as_bounds(number: Bounds | float) -> Bounds:
    """A plain number is exact."""
    return number if isinstance(number, Bounds) else Bounds.exact(float(number))


def _combine(
    one: Bounds,
    other: Bounds | float,
    values: Callable[[float, float], float],
    ends: Callable[[Bounds, Bounds], tuple[float, float]],
) -> Bounds:
    two = as_bounds(other)
    low, high = ends(one, two)
    value = None if one.value is None or two.value is None else values(one.value, two.value)
    return Bounds(low, _inside(value, low, high), high, one.rows | two.rows)


def _inside(value: float | None, low: float, high: float) -> float | None:
    """The value, moved to the nearer end if a rounding error has put it just outside of the ends."""
    return None if value is None else min(max(value, low), high)


def _product(one: Bounds, two: Bounds) -> tuple[float, float]:
    def times(a: float, b: float) -> float:
        return 0.0 if a == 0 or b == 0 else a * b  # 0·∞ is 0: a bound is not a quantity

    corners = [times(a, b) for a in (one.low, one.high) for b in (two.low, two.high)]
    return min(corners), max(corners)


def _quotient(one: Bounds, two: Bounds) -> tuple[float, float]:
    def over(a: float, b: float) -> float:
        if a == 0 or b == math.inf:
            return 0.0  # ∞/∞ can be any number: this corner gives the smallest, and another corner gives ∞
        return math.copysign(math.inf, a) if b == 0 else a / b

    corners = [over(a, b) for a in (one.low, one.high) for b in (two.low, two.high)]
    return min(corners), max(corners)


def hull(several: Iterable[Bounds]) -> Bounds:
    """The smallest bounds that contain all of several, without a value. None given → unknown."""
    several = list(several)
    if not several:
        return Bounds.unknown()
    rows = frozenset().union(*(each.rows for each in several))
    return Bounds(min(each.low for each in several), None, max(each.high for each in several), rows)


def total(parts: Iterable[Bounds]) -> Bounds:
    """The sum of parts that do not overlap (overlapping flows must never be added)."""
    return sum(parts, start=Bounds.exact(0.0))
