"""Bounds as a type of pandas columns: ``table["bounds"] / table["months"]``, ``table.groupby("origin")["bounds"].sum()``.

A column follows the rules of ``Bounds`` element by element, ids of observations included. Three things are said of columns alone:

- Comparisons are three-valued, ``==`` among them: true or false where every pair of numbers that the bounds allow agrees on it,
  ``<NA>`` otherwise. A selection takes ``<NA>`` for false, so ``table[table["bounds"] > 5]`` has the rows that certainly exceed 5.
  Whether two columns hold the same bounds is another question: ``equals``, ``unique``, ``isin`` and ``groupby`` answer it, as
  ``==`` does between two ``Bounds``.
- A missing element is an unknown, and an unknown is missing: [0, ∞). ``sum``, ``min`` and ``max`` never skip it, whatever
  ``skipna`` says, because a total without it would be too small; ``dropna()`` takes it out for those who mean to.
- Order is that of the best values, as in ``sort_values``; ``min`` and ``max`` are bounds of the smallest and the largest quantity.

- What has one answer for numbers and none for bounds is refused in words that say what to write instead: ``mean``, ``quantile``,
  ``round``, ``astype(float)``, ``numpy.log`` … ``column.interval`` has what bounds have instead, and their numbers.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import wraps
from numbers import Real
from typing import Any, Self

import numpy as np
import pandas as pd
from pandas.api.extensions import (
    ExtensionArray,
    ExtensionDtype,
    no_default,
    register_extension_dtype,
    register_series_accessor,
    take,
)
from pandas.api.indexers import check_array_indexer
from pandas.api.types import is_list_like
from pandas.core.arraylike import OpsMixin

from livingbook.values import wording
from livingbook.values.bounds import Bounds, as_bounds
from livingbook.values.row_ids import RowIds

LOW, VALUE, HIGH = range(3)


@register_extension_dtype
class BoundsDtype(ExtensionDtype):
    """The type of a column of ``Bounds``, ``dtype="bounds"``."""

    name = "bounds"
    type = Bounds
    na_value = Bounds.unknown()

    @classmethod
    def construct_array_type(cls) -> Any:
        """The type of columns of this dtype."""
        return BoundsArray


class BoundsArray(OpsMixin, ExtensionArray):
    """A column of bounds.

    numbers: float of shape (3, n): low, value and high; a value that there is none of is NaN. ids: n sets of ids.
    Raises ``ValueError`` for the first element that is not low ≤ value ≤ high.
    """

    def __init__(self, numbers: np.ndarray, ids: RowIds) -> None:
        low, value, high = numbers
        # A comparison with NaN is false, so a missing end fails the first of these and a missing value none.
        _require((low <= high) & ~(value < low) & ~(value > high), numbers)
        self._numbers, self._ids = numbers, ids

    @classmethod
    def _unchecked(cls, numbers: np.ndarray, ids: RowIds) -> Self:
        """An array of elements that are known to be bounds, which costs nothing for any number of them."""
        made = cls.__new__(cls)
        made._numbers, made._ids = numbers, ids
        return made

    # Above other arrays and below an Index: a masked array would take an unknown for its own <NA>, and lose its ends and ids.
    __pandas_priority__ = 1500

    # Elements to columns and back

    @classmethod
    def _from_sequence(cls, scalars: Any, *, dtype: Any = None, copy: bool = False) -> Self:
        """From bounds, numbers, texts as the book prints bounds, and missing values, which are unknown.

        Raises ``TypeError`` or ``ValueError`` for anything else.
        """
        if isinstance(scalars, cls):
            return scalars.copy() if copy else scalars
        return cls._of([_element(each) for each in scalars])

    @classmethod
    def _from_scalars(cls, scalars: Any, *, dtype: Any) -> Self:
        """From bounds alone: pandas asks what type the results of a function should have, and numbers are to stay numbers."""
        if not all(isinstance(each, Bounds) for each in scalars):
            raise TypeError("not all are bounds")
        return cls._of(scalars)

    @classmethod
    def _from_sequence_of_strings(cls, strings: Any, *, dtype: Any, copy: bool = False) -> Self:
        return cls._from_sequence(strings)

    @classmethod
    def _from_factorized(cls, values: Any, original: Any) -> Self:
        return cls._from_sequence(values)

    @classmethod
    def _of(cls, several: Iterable[Bounds]) -> Self:
        several = list(several)
        numbers = [(each.low, math.nan if each.value is None else each.value, each.high) for each in several]
        return cls._unchecked(np.array(numbers, dtype=float).reshape(-1, 3).T.copy(), RowIds.of([each.rows for each in several]))

    def __iter__(self) -> Iterator[Bounds]:
        for (low, value, high), rows in zip(self._numbers.T.tolist(), self._ids, strict=True):
            yield Bounds(low, None if value != value else value, high, rows)

    def __getitem__(self, item: Any) -> Any:
        if isinstance(item, tuple):  # array[..., 1:] and array[1:, ...]
            kept = [each for each in item if each is not Ellipsis]
            if len(kept) > 1 or len(kept) == len(item):
                raise IndexError("too many indices for array")
            item = kept[0] if kept else slice(None)
        item = slice(None) if item is Ellipsis else check_array_indexer(self, item)
        if isinstance(item, (int, np.integer)):
            low, value, high = self._numbers.T[item].tolist()
            return Bounds(low, None if value != value else value, high, self._ids[int(item)])
        part = self._unchecked(self._numbers[:, item], self._ids.take(item))
        part._readonly = self._readonly and isinstance(item, slice)
        return part

    def __setitem__(self, key: Any, value: Any) -> None:
        if self._readonly:
            raise ValueError("Cannot modify read-only array")
        key = check_array_indexer(self, key[0] if isinstance(key, tuple) and len(key) == 1 else key)
        if is_list_like(value):
            given = self._from_sequence(value)
            if isinstance(key, (int, np.integer)):
                raise ValueError("setting an array element with a sequence.")
        else:
            given = self._of([_element(value)])
        self._numbers[:, key] = given._numbers if np.ndim(self._numbers[LOW, key]) else given._numbers[:, 0]
        self._ids.put(key, given._ids)

    # What pandas asks of every array

    @property
    def dtype(self) -> BoundsDtype:
        """The dtype, "bounds"."""
        return BoundsDtype()

    @property
    def nbytes(self) -> int:
        """Bytes of the ends and of the codes of ids."""
        return self._numbers.nbytes + sum(codes.nbytes for _, codes in self._ids.layers)

    def __len__(self) -> int:
        return self._numbers.shape[1]

    def isna(self) -> np.ndarray:
        """Where nothing is known, as ``Bounds.is_unknown`` has it."""
        return np.isnan(self.value) & (self.low <= 0) & (self.high == math.inf)

    def take(self, indices: Any, *, allow_fill: bool = False, fill_value: Any = None) -> Self:
        """The elements at these places; with ``allow_fill``, the place -1 gives ``fill_value``."""
        if not allow_fill:
            places = take(np.arange(len(self)), indices)
            return self._unchecked(self._numbers[:, places], self._ids.take(places))
        places = take(np.arange(len(self)), indices, allow_fill=True, fill_value=len(self))
        return self._concat_same_type([self, self._of([_element(fill_value)])]).take(places)

    def copy(self) -> Self:
        """A copy that shares nothing with it."""
        return self._unchecked(self._numbers.copy(), self._ids.copy())

    def view(self, dtype: Any = None) -> Any:
        """The same column as another object."""
        return self[:] if dtype is None else super().view(dtype)

    @classmethod
    def _concat_same_type(cls, to_concat: Sequence[Self]) -> Self:
        numbers = np.concatenate([each._numbers for each in to_concat], axis=1)
        return cls._unchecked(numbers, RowIds.concat([each._ids for each in to_concat]))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        if copy is False:
            raise ValueError("the elements are made when they are asked for, so that there is nothing to share")
        elements = np.empty(len(self), dtype=object)
        elements[:] = list(self)
        return elements if dtype is None else elements.astype(dtype)

    def to_numpy(self, dtype: Any = None, copy: bool = False, na_value: Any = no_default) -> np.ndarray:
        """The elements as an array of their own, whatever ``copy`` says."""
        return super().to_numpy(dtype, True, na_value)

    def _values_for_argsort(self) -> np.ndarray:
        return self.best

    def searchsorted(self, value: Any, side: Any = "left", sorter: Any = None) -> Any:
        """Places in the order of the best values."""
        sought: Any = self._from_sequence(value).best if is_list_like(value) else _element(value).best
        return self.best.searchsorted(sought, side=side, sorter=sorter)

    def value_counts(self, dropna: bool = True) -> pd.Series:
        """How often each of the bounds occurs. dropna: without the unknowns."""
        return ExtensionArray.value_counts(self.dropna() if dropna else self, dropna=False)

    def _values_for_factorize(self) -> tuple[np.ndarray, Any]:
        return self.to_numpy(object, na_value=math.nan), math.nan

    def _values_for_json(self) -> np.ndarray:
        return np.array(list(map(str, self)), dtype=object)

    def _hash_pandas_object(self, *, encoding: str, hash_key: str, categorize: bool) -> np.ndarray:
        table = pd.DataFrame(dict(enumerate(self._numbers)))
        return pd.util.hash_pandas_object(table, False, encoding, hash_key, categorize).to_numpy()

    def equals(self, other: object) -> bool:
        """Whether the other column has the same bounds; any unknown is the same as any other, and ids are not compared."""
        if not isinstance(other, BoundsArray) or len(self) != len(other):
            return False
        same = (self._numbers == other._numbers) | (np.isnan(self._numbers) & np.isnan(other._numbers))
        return bool((same.all(axis=0) | (self.isna() & other.isna())).all())

    def __contains__(self, item: object) -> bool:
        """Whether an element is the same bounds as ``item``, or missing where ``item`` is the missing value."""
        return any(item == each for each in self) if isinstance(item, Bounds) else item is self.dtype.na_value and self._hasna

    def _formatter(self, boxed: bool = False) -> Callable[[Any], str]:
        return str

    def isin(self, values: Any) -> np.ndarray:
        """Where an element is the same bounds as one of ``values``; a number is exact."""
        sought = pd.Series([_element(each) if isinstance(each, Real) else each for each in values], dtype=object)
        return super().isin(sought.to_numpy())

    # Parts of the elements

    @property
    def low(self) -> np.ndarray:
        """Lower ends, float of shape (n,)."""
        return self._numbers[LOW]

    @property
    def value(self) -> np.ndarray:
        """Best values as published or derived, float of shape (n,); NaN where the evidence gives only bounds."""
        return self._numbers[VALUE]

    @property
    def high(self) -> np.ndarray:
        """Upper ends, float of shape (n,); ∞ where none is known."""
        return self._numbers[HIGH]

    @property
    def best(self) -> np.ndarray:
        """``Bounds.best`` of each, float of shape (n,); NaN for an unknown."""
        low, value, high = self._numbers
        at_most = (high < math.inf) & ((low == 0) | (low == -math.inf))
        with np.errstate(invalid="ignore"):
            end = np.where(at_most, high, np.where(high == math.inf, low, (low + high) / 2))
        return np.where(~np.isnan(value), value, np.where(self.isna(), math.nan, end))

    @property
    def rows(self) -> np.ndarray:
        """The ids of observations on which each rests: frozensets, object of shape (n,)."""
        sets = np.empty(len(self), dtype=object)
        sets[:] = list(self._ids)
        return sets

    def clip(self, low: float = 0.0, high: float = math.inf) -> Self:
        """``Bounds.clip`` of each."""
        return self._unchecked(np.minimum(np.maximum(self._numbers, low), high), self._ids.copy())

    def at_face_value(self) -> Self:
        """``Bounds.at_face_value`` of each."""
        best = self.best
        return self._unchecked(np.where(np.isnan(best), self._numbers, best), self._ids.copy())

    def floor(self) -> Self:
        """``Bounds.floor`` of each."""
        nothing = np.full(len(self), math.nan)
        return type(self)(np.stack([self.low, nothing, np.full(len(self), math.inf)]), self._ids.copy())

    # Arithmetic and comparison

    def _operand(self, other: Any) -> BoundsArray | None:
        """The other operand as bounds, as many as there are here; ``None`` for what bounds cannot be computed with.

        Plain numbers are exact. Raises ``ValueError`` for another length, or for a number that is missing.
        """
        if isinstance(other, (Bounds, Real)):
            one = self._of([as_bounds(other)])  # type: ignore[arg-type]  # a Real is what float() takes
            return self._unchecked(np.broadcast_to(one._numbers, (3, len(self))), one._ids.broadcast(len(self)))
        if not is_list_like(other):
            return None
        if len(other) != len(self):
            raise ValueError(f"Lengths must match: {len(self)} bounds, {len(other)} others")
        if isinstance(other, BoundsArray):
            return other
        if pd.api.types.is_numeric_dtype(getattr(other, "dtype", object)):
            numbers = pd.array(other).to_numpy(float, na_value=math.nan)
            return BoundsArray(np.broadcast_to(numbers, (3, len(self))), RowIds.none(len(self)))
        if all(isinstance(each, (Bounds, Real)) for each in other):
            return self._of(map(as_bounds, other))
        return None

    def _arith_method(self, other: Any, op: Any) -> Any:
        rule, reflected = RULES.get(op.__name__, (None, False))
        two = self._operand(other) if rule else None
        if rule is None or two is None:
            return NotImplemented
        left, right = (two, self) if reflected else (self, two)
        with np.errstate(all="ignore"):  # what is no number is told below, and the rest is as it should be: 1 / 0 is ∞
            low, value, high, derived = rule(left, right)
            numbers = np.stack([low, np.minimum(np.maximum(value, low), high), high])  # see ``bounds._inside``
        _require(~(derived & np.isnan(numbers[VALUE])), numbers)  # two values that have no result: 0 · ∞
        return type(self)(numbers, left._ids | right._ids)

    def __neg__(self) -> Any:
        return 0.0 - self

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """Functions of numpy: those that are arithmetic, a comparison or a reduction. Raises ``TypeError`` for any other."""
        if method == "__call__" and ufunc.__name__ not in UFUNCS:
            instead = OF_NUMPY.get(ufunc.__name__, f"take numbers first, as in numpy.{ufunc.__name__}(column.interval.best)")
            raise TypeError(f"numpy.{ufunc.__name__} does not know bounds: {instead}")
        return super().__array_ufunc__(ufunc, method, *inputs, **kwargs)

    def _cmp_method(self, other: Any, op: Any) -> Any:
        two = self._operand(other)
        if two is None:
            if op not in (operator.eq, operator.ne):
                return NotImplemented
            return pd.array(np.full(len(self), op is operator.ne), dtype="boolean")
        true, false = COMPARISONS[op.__name__](self, two)
        return pd.arrays.BooleanArray(true, ~(true | false))

    # Aggregations

    def _grouped(self, groups: np.ndarray, count: int, how: str, least: int = 0) -> Self:
        """One element for each group: "sum", "min", "max" or "hull" of its elements.

        groups: int of shape (n,), from 0 to ``count`` − 1; −1 for an element of none. least: a group with fewer elements that are
        known is unknown. Nothing has the sum 0, and otherwise is unknown.
        """
        inside = groups >= 0
        rows = self._ids.grouped(groups, count)
        numbers, groups = self._numbers[:, inside], groups[inside]
        sizes = np.bincount(groups, minlength=count)
        if how == "sum":
            # Of nothing, bincount gives whole numbers, which could not hold an unknown.
            found: np.ndarray = np.stack([np.bincount(groups, each, count) for each in numbers]).astype(float)
            valued = np.bincount(groups, np.isnan(numbers[VALUE]), count) == 0
            _require(~(valued & np.isnan(found[VALUE])), found)  # ∞ − ∞
        else:
            found = np.empty((3, count))
            for end, smallest in ((LOW, how != "max"), (VALUE, how == "min"), (HIGH, how == "min")):
                found[end] = math.inf if smallest else -math.inf
                with np.errstate(invalid="ignore"):  # NaN is no value, and the smallest of anything and none is none
                    (np.minimum if smallest else np.maximum).at(found[end], groups, numbers[end])
            if how == "hull":
                found[VALUE] = math.nan
        known = np.bincount(groups[~self.isna()[inside]], minlength=count)
        unknown = (known < least) | ((sizes == 0) & (how != "sum"))
        found[:, unknown] = np.array([[0.0], [math.nan], [math.inf]])
        return type(self)(found, rows)

    def _all(self, how: str, least: int = 0) -> Bounds:
        return self._grouped(np.zeros(len(self), dtype=np.intp), 1, how, least)[0]

    def sum(self, *, skipna: bool = True, min_count: int = 0, **_: Any) -> Bounds:
        """The sum of parts that do not overlap; ``bounds.total``."""
        return self._all("sum", min_count)

    def min(self, *, skipna: bool = True, **_: Any) -> Bounds:
        """Bounds of the smallest quantity; unknown of none."""
        return self._all("min")

    def max(self, *, skipna: bool = True, **_: Any) -> Bounds:
        """Bounds of the largest quantity; unknown of none."""
        return self._all("max")

    def hull(self) -> Bounds:
        """The smallest bounds that contain all; ``bounds.hull``."""
        return self._all("hull")

    def _reduce(self, name: str, *, skipna: bool = True, keepdims: bool = False, **kwargs: Any) -> Any:
        if name not in ("sum", "min", "max", "count"):
            raise _has_no(name)
        found = self.count() if name == "count" else getattr(self, name)(skipna=skipna, **kwargs)
        return found if not keepdims else self._of([found]) if name != "count" else np.array([found])

    def _running(self, groups: np.ndarray) -> Iterator[Bounds]:
        """For each element the sum of those of its group up to it; unknown for an element of none (−1)."""
        sums: dict[int, Bounds] = {}
        for group, each in zip(groups.tolist(), self, strict=True):
            sums[group] = sums[group] + each if group in sums else each
            yield sums[group] if group >= 0 else Bounds.unknown()

    def _accumulate(self, name: str, *, skipna: bool = True, **_: Any) -> Self:
        if name != "cumsum":
            raise _has_no(name)
        return self._of(self._running(np.zeros(len(self), dtype=np.intp)))

    def _quantile(self, qs: Any, interpolation: str) -> Any:
        raise _has_no("quantile")

    def interpolate(self, **_: Any) -> Any:
        """Raises ``TypeError``: what lies between two bounds is not published."""
        raise _has_no("interpolate")

    def _groupby_op(self, *, how: str, has_dropped_na: bool, min_count: int, ngroups: int, ids: Any, **kwargs: Any) -> Any:
        if how in ("sum", "min", "max"):
            return self._grouped(ids, ngroups, how, max(min_count, 0))
        if how == "cumsum":
            return self._of(self._running(ids))
        if how not in ("first", "last"):
            raise _has_no(how)
        return super()._groupby_op(how=how, has_dropped_na=has_dropped_na, min_count=min_count, ngroups=ngroups, ids=ids, **kwargs)


def _element(scalar: Any) -> Bounds:
    """One element of a column, from bounds, a number, a text as the book prints bounds, or a missing value."""
    if isinstance(scalar, Bounds):
        return scalar
    if isinstance(scalar, str):
        return wording.read(scalar)
    if scalar is None or (pd.api.types.is_scalar(scalar) and pd.isna(scalar)):
        return Bounds.unknown()
    if isinstance(scalar, Real):
        return as_bounds(float(scalar))
    raise TypeError(f"neither bounds nor a number: {scalar!r}")


def _has_no(name: str) -> TypeError:
    """What is said of an aggregation that bounds do not have."""
    words = f"'BoundsArray' with dtype bounds does not support operation '{name}'"
    return TypeError(f"{words}: take numbers first, as in column.interval.best.{name}()")


def _require(right: np.ndarray, numbers: np.ndarray) -> None:
    """Raises ``ValueError`` for the first element that is not right. numbers: low, value and high, of shape (3, n)."""
    if not right.all():
        place = int(np.argmin(right))
        low, value, high = numbers[:, place].tolist()
        raise ValueError(f"element {place}: not bounds: low {low}, value {value}, high {high}")


# The rules of ``Bounds``, for whole columns: low, value and high of the result, and where it has a value.
Result = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def _both(one: BoundsArray, two: BoundsArray) -> np.ndarray:
    return ~(np.isnan(one.value) | np.isnan(two.value))


def _sum(one: BoundsArray, two: BoundsArray) -> Result:
    return one.low + two.low, one.value + two.value, one.high + two.high, _both(one, two)


def _difference(one: BoundsArray, two: BoundsArray) -> Result:
    return one.low - two.high, one.value - two.value, one.high - two.low, _both(one, two)


def _product(one: BoundsArray, two: BoundsArray) -> Result:
    def times(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.where((a == 0) | (b == 0), 0.0, a * b)  # 0·∞ is 0: a bound is not a quantity

    low, high = _outermost(times, one, two)
    return low, one.value * two.value, high, _both(one, two)


def _quotient(one: BoundsArray, two: BoundsArray) -> Result:
    """Raises ``ZeroDivisionError`` for the first divisor that may be negative, or that is zero."""
    wrong = (two.low < 0) | (two.high == 0)
    if wrong.any():
        place = int(np.argmax(wrong))
        raise ZeroDivisionError(f"element {place}: cannot divide by {two.low[place]}…{two.high[place]}")

    def over(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        # ∞/∞ can be any number: this corner gives the smallest, and another corner gives ∞
        return np.where((a == 0) | (b == math.inf), 0.0, np.where(b == 0, np.copysign(math.inf, a), a / b))

    low, high = _outermost(over, one, two)
    derived = _both(one, two) & (two.value != 0)
    return low, np.where(derived, one.value / two.value, math.nan), high, derived


def _outermost(
    corner: Callable[[np.ndarray, np.ndarray], np.ndarray], one: BoundsArray, two: BoundsArray
) -> tuple[np.ndarray, np.ndarray]:
    """The smallest and the largest result of an end of one with an end of the other."""
    first, *others = (corner(a, b) for a in (one.low, one.high) for b in (two.low, two.high))
    low = high = first
    for each in others:
        low, high = np.minimum(low, each), np.maximum(high, each)
    return low, high


RULES = {
    f"{reflected}{name}": (rule, bool(reflected))
    for name, rule in {"add": _sum, "sub": _difference, "mul": _product, "truediv": _quotient}.items()
    for reflected in ("", "r")
}


# Functions of numpy that a column answers; of others, what to write instead where that is not the same for all.
UFUNCS = frozenset(["add", "subtract", "multiply", "divide", "negative"])
UFUNCS |= {"equal", "not_equal", "less", "less_equal", "greater", "greater_equal"}
OF_NUMPY = {
    "isnan": "column.isna() says where nothing is known",
    "maximum": "column.interval.clip(low=0) cuts off what is below 0",
    "minimum": "column.interval.clip(high=1) cuts off what is above 1",
}


def _less(one: BoundsArray, two: BoundsArray) -> tuple[np.ndarray, np.ndarray]:
    return one.high < two.low, one.low >= two.high


def _at_most(one: BoundsArray, two: BoundsArray) -> tuple[np.ndarray, np.ndarray]:
    return one.high <= two.low, one.low > two.high


def _equal(one: BoundsArray, two: BoundsArray) -> tuple[np.ndarray, np.ndarray]:
    return (one.low == two.high) & (one.high == two.low), (one.high < two.low) | (two.high < one.low)


# Where a comparison is true of every pair of numbers that the bounds allow, and where of none.
COMPARISONS: dict[str, Callable[[BoundsArray, BoundsArray], tuple[np.ndarray, np.ndarray]]] = {
    "lt": _less,
    "le": _at_most,
    "gt": lambda one, two: _less(two, one),
    "ge": lambda one, two: _at_most(two, one),
    "eq": _equal,
    "ne": lambda one, two: _equal(one, two)[::-1],
}


@register_series_accessor("interval")
class Interval:
    """What a column of bounds has beside what every column has: ``column.interval.low``, ``column.interval.hull()``.

    It is not called ``bounds``, because a row of a table is a ``Series`` too, and its cell is ``row.bounds``. Raises
    ``AttributeError`` for a column of another type.
    """

    def __init__(self, column: pd.Series) -> None:
        if not isinstance(column.dtype, BoundsDtype):
            raise AttributeError(f'a column of {column.dtype} has no interval; column.astype("bounds") makes it bounds')
        self._column, self._array = column, column.array

    def _like(self, cells: Any) -> pd.Series:
        return pd.Series(cells, index=self._column.index, name=self._column.name, copy=True)

    @property
    def low(self) -> pd.Series:
        """Lower ends, float."""
        return self._like(self._array.low)

    @property
    def value(self) -> pd.Series:
        """Best values as published or derived, float; NaN where the evidence gives only bounds."""
        return self._like(self._array.value)

    @property
    def high(self) -> pd.Series:
        """Upper ends, float; ∞ where none is known."""
        return self._like(self._array.high)

    @property
    def best(self) -> pd.Series:
        """``Bounds.best`` of each, float; NaN for an unknown."""
        return self._like(self._array.best)

    @property
    def rows(self) -> pd.Series:
        """The ids of observations on which each rests, as frozensets."""
        return self._like(self._array.rows)

    def clip(self, low: float = 0.0, high: float = math.inf) -> pd.Series:
        """``Bounds.clip`` of each."""
        return self._like(self._array.clip(low, high))

    def at_face_value(self) -> pd.Series:
        """``Bounds.at_face_value`` of each."""
        return self._like(self._array.at_face_value())

    def floor(self) -> pd.Series:
        """``Bounds.floor`` of each."""
        return self._like(self._array.floor())

    def hull(self) -> Bounds:
        """The smallest bounds that contain all; unknown of none."""
        return self._array.hull()

    def words(self, unit: str = "", step: float | None = None) -> pd.Series:
        """Each as the book prints it; arguments as for ``wording.of_bounds``."""
        return self._like([wording.of_bounds(each, unit, step) for each in self._array])

    def short(self) -> pd.Series:
        """Each in whole numbers, the value alone where there is one; ``wording.short``."""
        return self._like([wording.short(each) for each in self._array])


def _refused(owner: type, name: str, instead: str) -> None:
    """Has a method refuse bounds: pandas' own does not ask the column, and gives wrong bounds in silence."""
    method = getattr(owner, name)

    @wraps(method)
    def refusing(own: Any, *args: Any, **kwargs: Any) -> Any:
        if any(isinstance(each, BoundsDtype) for each in (own.dtypes if own.ndim > 1 else [own.dtype])):
            # numpy.clip and numpy.round would go on after a TypeError
            raise NotImplementedError(f"{owner.__name__}.{name} does not know bounds: {instead}")
        return method(own, *args, **kwargs)

    setattr(owner, name, refusing)


_refused(pd.Series, "clip", "column.interval.clip(low, high) does")
_refused(pd.DataFrame, "clip", "column.interval.clip(low, high) does, column by column")
_refused(pd.Series, "round", "they are rounded in print, column.interval.words(step=10); numbers are column.interval.best.round()")
