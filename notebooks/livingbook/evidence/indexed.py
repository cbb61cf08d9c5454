"""A table with an index of each field, so that a book can make thousands of selections of it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from livingbook.evidence.tables import EvidenceError


class Indexed:
    """A table of texts with an index of each field, so that many selections of it are quick.

    texts: a cache of rows as JSON, by label and status. Views of one table share it, as their rows differ in status only.
    """

    def __init__(self, table: pd.DataFrame, texts: dict[tuple[Any, str], str] | None = None) -> None:
        self.table = table
        self._texts = {} if texts is None else texts

    def select(self, where: Mapping[str, Any]) -> pd.DataFrame:
        """Rows whose fields equal the given values; a list means any of them.

        Raises ``EvidenceError`` for a field that the table does not have.
        """
        return self.table.take(self.places(where))

    def places(self, where: Mapping[str, Any]) -> np.ndarray:
        """Positions of the rows that ``select`` gives, in their order; an array of int."""
        kept = np.arange(len(self.table))
        for name, wanted in where.items():
            codes, numbers = self._coded(name)
            asked = np.zeros(len(numbers), dtype=bool)
            asked[[numbers[value] for value in ([wanted] if isinstance(wanted, str) else wanted) if value in numbers]] = True
            kept = kept[asked[codes[kept]]]
        return kept

    def texts(self, where: Mapping[str, Any]) -> list[str]:
        """The rows that ``select`` gives, each as JSON."""
        places = self.places(where).tolist()
        keys = [self._keys[place] for place in places]
        if new := [place for place, key in zip(places, keys, strict=True) if key not in self._texts]:
            rows = self.table.take(new).to_numpy(dtype=object).tolist()
            self._texts.update(zip((self._keys[place] for place in new), map(json.dumps, rows), strict=True))
        return [self._texts[key] for key in keys]

    @cached_property
    def _keys(self) -> list[tuple[Any, str]]:
        statuses = self.table["status"] if "status" in self.table else itertools.repeat("")
        return list(zip(self.table.index, statuses, strict=False))

    @cached_property
    def _codes(self) -> dict[str, tuple[np.ndarray, dict[str, int]]]:
        return {}

    def _coded(self, name: str) -> tuple[np.ndarray, dict[str, int]]:
        """A field as an array of numbers, one for each distinct value; and value → its number."""
        if name not in self._codes:
            if name not in self.table.columns:
                raise EvidenceError(f"no field {name!r}; the fields are {', '.join(self.table.columns)}")
            codes, values = pd.factorize(self.table[name])
            self._codes[name] = codes, {value: number for number, value in enumerate(values)}
        return self._codes[name]
