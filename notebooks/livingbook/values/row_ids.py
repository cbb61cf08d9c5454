"""The ids of the observations on which each element of a column of bounds rests."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

NONE: frozenset[str] = frozenset()
WIDEST = 16  # layers that are kept before they are united: a union then costs the elements once, not once for each operation before
Pool = list[frozenset[str]]  # distinct sets, only ever appended to, because columns and their views share it
Layer = tuple[Pool, np.ndarray]  # a pool, and for each element which of its sets: int32 of shape (n,), −1 for none


class RowIds:
    """Sets of ids, one for each of n elements: the union of the sets that its layers, of which there is at least one, have there.

    So the union of two columns joins two lists of layers; the sets are united only for elements that somebody looks at.
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers = list(layers)

    @classmethod
    def none(cls, count: int) -> RowIds:
        """No ids, for ``count`` elements."""
        return cls([([], np.full(count, -1, dtype=np.int32))])

    @classmethod
    def of(cls, sets: Iterable[frozenset[str]]) -> RowIds:
        """The given sets, one for each element."""
        numbers = {NONE: -1}
        codes = [numbers.setdefault(each, len(numbers) - 1) for each in sets]
        return cls([(list(numbers)[1:], np.array(codes, dtype=np.int32))])

    @classmethod
    def concat(cls, several: Sequence[RowIds]) -> RowIds:
        """The ids of several columns, one after the other."""
        height = max(len(each.layers) for each in several)
        padded = [[*each.layers, *RowIds.none(len(each)).layers * (height - len(each.layers))] for each in several]
        return cls([_joined(parts) for parts in zip(*padded, strict=True)])

    def __len__(self) -> int:
        return len(self.layers[0][1])

    @property
    def filled(self) -> list[Layer]:
        """The layers that have sets."""
        return [(pool, codes) for pool, codes in self.layers if pool]

    def __getitem__(self, place: int) -> frozenset[str]:
        return _united([pool[codes[place]] for pool, codes in self.filled if codes[place] >= 0])

    def __iter__(self) -> Iterator[frozenset[str]]:
        columns = [map([*pool, NONE].__getitem__, codes.tolist()) for pool, codes in self.filled]  # −1 is the last
        return map(_united, zip(*columns, strict=True)) if columns else itertools.repeat(NONE, len(self))

    def __or__(self, other: RowIds) -> RowIds:
        """The unions, element by element, with the sets of a column of as many elements."""
        layers = self.filled
        for pool, codes in other.filled:
            if not any(pool is own and np.array_equal(codes, theirs) for own, theirs in layers):
                layers.append((pool, codes))
        joined = RowIds(layers or self.layers)
        return joined.copy() if len(layers) <= WIDEST else RowIds.of(joined)

    def broadcast(self, count: int) -> RowIds:
        """The set of a single element, for ``count`` elements."""
        return RowIds([(pool, np.broadcast_to(codes, count)) for pool, codes in self.layers])

    def take(self, places: np.ndarray | slice) -> RowIds:
        """The elements at these places; a slice gives a view."""
        return RowIds([(pool, codes[places]) for pool, codes in self.layers])

    def put(self, places: np.ndarray | slice | int, sets: Iterable[frozenset[str]]) -> None:
        """Replaces the sets at these places, in every view of the column."""
        pool, codes = self.layers[0]
        (new, numbers), *_ = RowIds.of(sets).layers
        numbers = np.where(numbers < 0, -1, numbers + len(pool))
        pool.extend(new)
        codes[places] = numbers if np.ndim(codes[places]) else numbers[0]
        for _, others in self.layers[1:]:
            others[places] = -1

    def copy(self) -> RowIds:
        """A copy whose codes are its own."""
        return RowIds([(pool, codes.copy()) for pool, codes in self.layers])

    def all(self) -> frozenset[str]:
        """The union of all."""
        return self.grouped(np.zeros(len(self), dtype=np.intp), 1)[0]

    def grouped(self, groups: np.ndarray, count: int) -> RowIds:
        """The union of each group. groups: int of shape (n,), from 0 to ``count`` − 1; −1 for an element of none."""
        sets: list[list[frozenset[str]]] = [[] for _ in range(count)]
        for pool, codes in self.filled:
            pairs = (groups.astype(np.int64) * len(pool) + codes)[(groups >= 0) & (codes >= 0)]
            for group, code in zip(*(each.tolist() for each in np.divmod(np.unique(pairs), len(pool))), strict=True):
                sets[group].append(pool[code])
        return RowIds.of(map(_united, sets))

    def __reduce__(self) -> tuple[type[RowIds], tuple[list[Layer]]]:
        """What is pickled: only those sets of a pool that an element has. A slice shares the pool of its column."""
        return RowIds, ([_used(*layer) for layer in self.layers],)


def _united(sets: Sequence[frozenset[str]]) -> frozenset[str]:
    return sets[0] if len(sets) == 1 else NONE.union(*sets)


def _joined(parts: Sequence[Layer]) -> Layer:
    """A layer of each of several columns, as one; a pool that they share stays as it is."""
    pools = {id(pool): pool for pool, _ in parts if pool}
    if len(pools) <= 1:
        return next(iter(pools.values()), []), np.concatenate([codes for _, codes in parts])
    before = dict(zip(pools, itertools.accumulate(map(len, pools.values()), initial=0), strict=False))
    moved = [np.where(codes < 0, -1, codes + before.get(id(pool), 0)).astype(np.int32) for pool, codes in parts]
    return [each for pool in pools.values() for each in pool], np.concatenate(moved)


def _used(pool: Pool, codes: np.ndarray) -> Layer:
    """A layer with only those sets in its pool that an element has."""
    used, numbers = np.unique(np.append(codes, -1), return_inverse=True)
    return [pool[code] for code in used[1:].tolist()], (numbers[:-1] - 1).astype(np.int32)
