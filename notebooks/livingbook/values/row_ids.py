"""The ids of the observations on which each element of a column of bounds rests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

NONE: frozenset[str] = frozenset()
WIDEST = 16  # layers that are kept before they are united: a union then costs the elements once, not once for each operation before


class RowIds:
    """Sets of ids, one for each of n elements.

    pool: the distinct sets, only ever appended to, because views of a column share it. layers: int32 of shape (k, n); an element's
    set is the union of the pool's sets at its k codes, −1 for none. So the union of two columns joins two arrays of numbers; the
    sets themselves are united only for the elements that somebody looks at.
    """

    def __init__(self, pool: list[frozenset[str]], layers: np.ndarray) -> None:
        self.pool, self.layers = pool, layers

    @classmethod
    def none(cls, count: int) -> RowIds:
        """No ids, for ``count`` elements."""
        return cls([], np.full((1, count), -1, dtype=np.int32))

    @classmethod
    def of(cls, sets: Sequence[frozenset[str]]) -> RowIds:
        """The given sets, one for each element."""
        numbers: dict[frozenset[str], int] = {NONE: -1}
        codes = [numbers.setdefault(each, len(numbers) - 1) for each in sets]
        return cls(list(numbers)[1:], np.array([codes], dtype=np.int32))

    @classmethod
    def concat(cls, several: Sequence[RowIds]) -> RowIds:
        """The ids of several columns, one after the other."""
        pools: dict[int, tuple[int, list[frozenset[str]]]] = {}  # a pool by its identity → how many sets stand before it
        begins = 0
        for each in several:
            if id(each.pool) not in pools:
                pools[id(each.pool)] = begins, each.pool
                begins += len(each.pool)
        height = max(each.layers.shape[0] for each in several)
        tall = [each._moved(pools[id(each.pool)][0], height) for each in several]
        pool = several[0].pool if len(pools) == 1 else [rows for _, own in pools.values() for rows in own]
        return cls(pool, np.concatenate(tall, axis=1))

    def _moved(self, by: int, height: int) -> np.ndarray:
        """The layers with codes that are larger by ``by``, below layers without codes up to ``height``."""
        moved = np.where(self.layers >= 0, self.layers + np.int32(by), np.int32(-1)) if by else self.layers
        return np.pad(moved, ((0, height - moved.shape[0]), (0, 0)), constant_values=-1)

    def __len__(self) -> int:
        return self.layers.shape[1]

    def __getitem__(self, place: int) -> frozenset[str]:
        return self._united(self.layers[:, place].tolist())

    def __iter__(self) -> Iterator[frozenset[str]]:
        return map(self._united, self.layers.T.tolist())

    def _united(self, codes: Iterable[int]) -> frozenset[str]:
        sets = [self.pool[code] for code in codes if code >= 0]
        return sets[0] if len(sets) == 1 else NONE.union(*sets)

    def __or__(self, other: RowIds) -> RowIds:
        """The unions, element by element, with the sets of a column of as many elements."""
        if not other.pool or (other.pool is self.pool and np.array_equal(self.layers, other.layers)):
            return self.copy()
        if not self.pool:
            return other.copy()
        if self.pool is other.pool:
            pool, more = self.pool, other.layers
        else:
            pool, more = self.pool + other.pool, other._moved(len(self.pool), other.layers.shape[0])
        joined = RowIds(pool, np.concatenate([self.layers, more]))
        return joined if len(joined.layers) <= WIDEST else RowIds.of(list(joined))

    def broadcast(self, count: int) -> RowIds:
        """The set of a single element, for ``count`` elements."""
        return RowIds(self.pool, np.broadcast_to(self.layers, (len(self.layers), count)))

    def take(self, places: np.ndarray | slice) -> RowIds:
        """The elements at these places; a slice gives a view."""
        return RowIds(self.pool, self.layers[:, places])

    def put(self, places: np.ndarray | slice | int, sets: RowIds) -> None:
        """Replaces the sets at these places, in every view of the column."""
        one = RowIds.of(list(sets))  # in one layer, which every column has
        codes = one._moved(len(self.pool), 1)[0]
        self.pool.extend(one.pool)
        self.layers[1:, places] = -1
        self.layers[0, places] = codes if np.ndim(self.layers[0, places]) else codes[0]

    def copy(self) -> RowIds:
        return RowIds(self.pool, self.layers.copy())

    def all(self) -> frozenset[str]:
        """The union of all."""
        return self._united(np.unique(self.layers).tolist())

    def grouped(self, groups: np.ndarray, count: int) -> RowIds:
        """The union of each group. groups: int of shape (n,), from 0 to ``count`` − 1; −1 for an element of none."""
        if not self.pool:
            return RowIds.none(count)
        pairs = np.stack([np.broadcast_to(groups, self.layers.shape).ravel(), self.layers.ravel()]).astype(np.int64)
        group, code = np.divmod(np.unique((pairs[0] * len(self.pool) + pairs[1])[(pairs >= 0).all(axis=0)]), len(self.pool))
        ends = np.searchsorted(group, np.arange(count + 1)).tolist()
        codes = code.tolist()
        return RowIds.of([self._united(codes[begin:end]) for begin, end in zip(ends, ends[1:], strict=False)])

    def __reduce__(self) -> tuple[type[RowIds], tuple[list[frozenset[str]], np.ndarray]]:
        """What is pickled: only those sets of the pool that an element has. A slice shares the pool of its column."""
        used, codes = np.unique(np.append(-1, self.layers), return_inverse=True)
        pool = [self.pool[code] for code in used[1:].tolist()]
        return RowIds, (pool, (codes[1:].reshape(self.layers.shape) - 1).astype(np.int32))
