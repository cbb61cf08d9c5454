"""The evidence as of a date: loading the tables, applying ``as_of``, and recording which rows were read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from .bounds import Bounds, from_published
from .days import LATEST, is_day

TABLES = ("sources", "origins", "measures", "populations", "observations", "claims")
SAME_QUANTITY = ["measure", "population", "category"]


class EvidenceError(Exception):
    """The tables do not hold what was asked for. The message says what, where, and what is there instead."""


def read_table(folder: Path, table: str) -> pd.DataFrame:
    """One table as text, every cell as it stands in the file. Raises ``EvidenceError`` if there is none."""
    path = folder / f"{table}.csv"
    if not path.is_file():
        raise EvidenceError(f"{path}: no such table")
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, ValueError) as error:  # what pandas says of a file that is no table is a ValueError
        raise EvidenceError(f"{path}: cannot be read as a table: {error}") from None


def visible(observations: pd.DataFrame, as_of: str = LATEST) -> pd.DataFrame:
    """The observations that were public on the day ``as_of`` (ISO date, or "latest" for all).

    Where the preferred row of a quantity was not public yet, its latest re-report or conflicting figure of the same
    measure, population and category stands in for it with status ``use``: that is what a reader then had.
    """
    if as_of == LATEST:
        return observations
    seen = observations[observations["known_from"] <= as_of]
    orphans = seen[seen["status"].isin(["rereport", "conflict"]) & ~seen["same_as"].isin(seen["id"])]
    if orphans.empty:
        return seen
    preferred = observations.set_index("id")[SAME_QUANTITY]
    theirs = preferred.reindex(orphans["same_as"])
    same = (theirs.to_numpy() == orphans[SAME_QUANTITY].to_numpy()).all(axis=1)
    # "rereport" sorts after "conflict": of two rows of one day the plain re-report stands in.
    ranked = orphans[same].sort_values(["known_from", "status", "id"])
    stand_ins = ranked.drop_duplicates("same_as", keep="last")["id"]
    return seen.assign(status=seen["status"].mask(seen["id"].isin(stand_ins), "use"))


def select(table: pd.DataFrame, where: Mapping[str, Any]) -> pd.DataFrame:
    """Rows whose fields equal the given values; a list means any of them.

    Raises ``EvidenceError`` for a field that the table does not have.
    """
    keep = pd.Series(True, index=table.index)
    for name, wanted in where.items():
        if name not in table.columns:
            raise EvidenceError(f"no field {name!r}; the fields are {', '.join(table.columns)}")
        keep &= table[name].isin([wanted] if isinstance(wanted, str) else list(wanted))
    return table[keep]


class RowIndex:
    """The rows of a table as texts, and where each value of a field stands: for hashing many selections of one table."""

    def __init__(self, table: pd.DataFrame) -> None:
        self._fields = list(table.columns)
        self._rows = table.to_numpy(dtype=object).tolist()
        self._texts = [json.dumps(row) for row in self._rows]
        self._places: dict[str, dict[str, list[int]]] = {}

    def texts(self, where: Mapping[str, Any]) -> list[str]:
        """The rows that ``select`` gives, in their order. Raises ``EvidenceError`` for a field that there is not."""
        kept: set[int] | None = None
        for name, wanted in where.items():
            places = self._of(name)
            found = {place for value in ([wanted] if isinstance(wanted, str) else wanted) for place in places.get(value, ())}
            kept = found if kept is None else kept & found
        return self._texts if kept is None else [self._texts[place] for place in sorted(kept)]

    def _of(self, name: str) -> dict[str, list[int]]:
        if name not in self._fields:
            raise EvidenceError(f"no field {name!r}; the fields are {', '.join(self._fields)}")
        if name not in self._places:
            places, column = {}, self._fields.index(name)
            for place, row in enumerate(self._rows):
                places.setdefault(row[column], []).append(place)
            self._places[name] = places  # whole: other threads may ask at the same time
        return self._places[name]


@dataclass
class Evidence:
    """The tables in ``folder`` as they could be known on ``as_of``; ``reads`` records every selection made."""

    folder: Path
    as_of: str = LATEST
    reads: list[dict[str, Any]] = field(default_factory=list)

    @cached_property
    def _observations(self) -> pd.DataFrame:
        return visible(read_table(self.folder, "observations"), self.as_of).sort_values("id")

    @cached_property
    def _digests(self) -> dict[str, str]:
        return {}

    @cached_property
    def _indices(self) -> dict[str, RowIndex]:
        return {}

    @cached_property
    def _tables(self) -> dict[str, pd.DataFrame]:
        return {}

    def _table(self, table: str) -> pd.DataFrame:
        if table == "observations":
            return self._observations
        if table not in self._tables:
            self._tables[table] = read_table(self.folder, table)
        return self._tables[table]

    def select(self, table: str, **where: str | Iterable[str]) -> pd.DataFrame:
        """Rows of a table as text, by field; recorded as read.

        An observation that is not ``use`` is seen only if ``status`` asks for it.
        """
        asked = {name: wanted if isinstance(wanted, str) else sorted(wanted) for name, wanted in where.items()}
        if table == "observations":
            asked.setdefault("status", "use")
        read = {"table": table, "where": asked}
        if read not in self.reads:
            self.reads.append(read)
        return select(self._table(table), asked).reset_index(drop=True)

    def rows(self, read: Mapping[str, Any]) -> pd.DataFrame:
        """The rows that a recorded selection gives here. Raises ``EvidenceError`` where the table or a field is gone."""
        return select(self._table(read["table"]), read["where"])

    def digest(self, read: Mapping[str, Any]) -> str:
        """Hash of the rows that a recorded selection gives here: equal if and only if nothing it read differs.

        "" where the table or a field that it names is gone. Each selection is hashed once.
        """
        key = json.dumps(read, sort_keys=True)
        if key not in self._digests:
            try:
                index = self._indices.get(read["table"])
                if index is None:
                    index = self._indices[read["table"]] = RowIndex(self._table(read["table"]))
                self._digests[key] = hashlib.sha256("\n".join([key, *index.texts(read["where"])]).encode()).hexdigest()
            except EvidenceError:
                self._digests[key] = ""
        return self._digests[key]

    def observations(self, **where: str | Iterable[str]) -> pd.DataFrame:
        """Observations with dates as ``datetime.date`` (``None`` where empty) and a column ``bounds``.

        Ordered by end, start and id.
        """
        rows = self.select("observations", **where)
        cells = rows[["qualifier", "value", "low", "high", "id"]].itertuples(index=False, name=None)
        dated = {name: [date.fromisoformat(day) if day else None for day in rows[name]]
                 for name in ("start", "end", "known_from")}
        bounds = pd.Series([from_published(*each) for each in cells], index=rows.index, dtype=object)
        ordered = rows.sort_values(["end", "start", "id"]).index
        dates = {name: pd.Series(days, index=rows.index, dtype=object) for name, days in dated.items()}
        return rows.assign(bounds=bounds, **dates).loc[ordered].reset_index(drop=True)

    def one(self, **where: str | Iterable[str]) -> Bounds:
        """Bounds of the only observation that matches; unknown where none was public by ``as_of``.

        Raises ``EvidenceError`` where several match: choosing among them is the notebook's business.
        """
        rows = self.observations(**where)
        if len(rows) > 1:
            raise EvidenceError(f"{len(rows)} observations match {where}: {', '.join(rows['id'])}")
        return rows["bounds"].iloc[0] if len(rows) else Bounds.unknown()

    def latest(self, **where: str | Iterable[str]) -> Bounds:
        """Bounds of the matching observation that ends last; unknown where none was public by ``as_of``."""
        rows = self.observations(**where)
        return rows["bounds"].iloc[-1] if len(rows) else Bounds.unknown()

    def labels(self, table: str) -> dict[str, str]:
        """Key → label of a table of measures, populations or origins; recorded as read."""
        rows = self.select(table)
        return dict(zip(rows[table.removesuffix("s")], rows["label"], strict=True))  # columns may stand in any order

    def sources_of(self, rows: Iterable[str]) -> list[str]:
        """Keys of the pages on which observations were read, in order of the keys."""
        return sorted(set(self._named(rows)["source"]))

    def origins_of(self, rows: Iterable[str]) -> list[str]:
        """Labels of who produced observations, the most frequent first; recorded as read."""
        counted = self._named(rows)["origin"].value_counts()
        labels = self.select("origins", origin=sorted(counted.index)).set_index("origin")["label"] \
            if len(counted) else {}
        return [labels[key] for key in sorted(counted.index, key=lambda key: (-counted[key], key))]

    def _named(self, rows: Iterable[str]) -> pd.DataFrame:
        everything = self._observations
        return everything[everything["id"].isin(set(rows))]


def load(data: str | Path, as_of: str = LATEST) -> Evidence:
    """The evidence in folder ``data`` as of ``as_of``. Raises ``EvidenceError`` if there is no such folder or day."""
    folder = Path(data)
    if as_of != LATEST and not is_day(as_of):
        raise EvidenceError(f"as_of = {as_of!r}: must be {LATEST}, or a day as 2025-06-09")
    if not folder.is_dir():
        raise EvidenceError(f"{folder}: no such data folder")
    return Evidence(folder, as_of)
