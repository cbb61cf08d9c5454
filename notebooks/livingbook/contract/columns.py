"""A column of a table, kept as its distinct texts, so that each text is checked once, however many rows hold it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np


class _Numbering(dict[str, int]):
    """Text → number, in the order in which texts were first met."""

    def __missing__(self, text: str) -> int:
        self[text] = number = len(self)
        return number


class Column:
    """The cells of one column. Rows are counted from 0."""

    def __init__(self, cells: Iterable[str] = ()) -> None:
        self._numbering = _Numbering()
        self._pieces: list[np.ndarray] = []
        self.take(tuple(cells))

    def take(self, cells: Sequence[str]) -> None:
        """Adds cells below those that are there. Not after the column was read."""
        self._pieces.append(np.fromiter(map(self._numbering.__getitem__, cells), np.int32, len(cells)))

    @cached_property
    def numbers(self) -> np.ndarray:
        """For each row, the number of its text in ``texts``."""
        return np.concatenate(self._pieces)

    @cached_property
    def texts(self) -> list[str]:
        """The distinct texts."""
        return list(self._numbering)

    def __getitem__(self, row: int) -> str:
        return self.texts[self.numbers[row]]

    def __iter__(self) -> Iterator[str]:
        return map(self.texts.__getitem__, self.numbers.tolist())

    def __len__(self) -> int:
        return len(self.numbers)

    def each(self, ask: Callable[[str], Any], kind: type = bool) -> np.ndarray:
        """For each row, the answer of ``ask`` to its text, as an array of ``kind``: bool, int or float (``None`` becomes NaN)."""
        return np.array([ask(text) for text in self.texts], kind)[self.numbers]

    def among(self, texts: Collection[str]) -> np.ndarray:
        """For each row, whether its text is one of these."""
        return self.each(texts.__contains__)

    def rows_of(self, numbers: Collection[int]) -> np.ndarray:
        """The rows whose text has one of these numbers in ``texts``."""
        chosen = np.zeros(len(self.texts), bool)
        chosen[list(numbers)] = True
        return np.flatnonzero(chosen[self.numbers])

    def row_in(self, other: Column) -> np.ndarray:
        """For each row, the first row of another column that holds its text; -1 where none does."""
        _, first = np.unique(other.numbers, return_index=True)  # every text stands in at least one row
        rows = np.append(first, -1)
        return rows[self.each(lambda text: other._numbering.get(text, -1), int)]

    def row_before(self) -> np.ndarray:
        """For each row, the last row above it that holds its text; -1 where none does."""
        order = np.argsort(self.numbers, kind="stable")
        before = np.full(len(order), -1)
        same = self.numbers[order][1:] == self.numbers[order][:-1]
        before[order[1:][same]] = order[:-1][same]
        return before


def alike(columns: Sequence[Column]) -> np.ndarray:
    """The rows whose cells in all of these columns equal those of another row, in order."""
    import pandas as pd  # slow, and needed where tables are checked alone

    return np.flatnonzero(pd.DataFrame({n: column.numbers for n, column in enumerate(columns)}).duplicated(keep=False))
