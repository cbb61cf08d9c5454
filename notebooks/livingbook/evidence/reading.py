"""The evidence as of a date: what notebooks select from the tables, and the record of the rows that were read."""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import json
import os
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from livingbook import recording
from livingbook.evidence.indexed import Indexed
from livingbook.evidence.tables import SAME_QUANTITY, EvidenceError, first_public, public_on, read_table
from livingbook.system.digests import digest
from livingbook.values.bounds import Bounds, hull
from livingbook.values.bounds_array import BoundsDtype
from livingbook.values.days import LATEST, is_day
from livingbook.values.periods import Flow, note
from livingbook.values.qualifiers import from_published

LEFT_OUT = "left_out"  # table of the observations that were removed from a data folder on purpose
# Field → the table that lists its values. The values of other fields (id, category) are those that occur in the observations.
LISTED = {"measure": "measures", "population": "populations", "origin": "origins", "source": "sources", "claim": "claims"}
STATUSES = ("use", "rereport", "conflict", "reject")
SPELT = (*LISTED, "id", "category")  # fields whose values are checked for misspellings


class Evidence:
    """The tables in ``folder`` as they could be known on ``as_of``; ``reads`` records every selection made.

    without: an origin whose observations are left out, as if the table did not have them. whole: the evidence of which this is a
    view; its tables, and the hashes of rows that both have, are used instead of being computed again. read: reads a file.
    """

    def __init__(
        self,
        folder: Path,
        as_of: str = LATEST,
        without: str = "",
        whole: Evidence | None = None,
        read: Callable[[Path], bytes] = Path.read_bytes,
    ) -> None:
        self.folder, self._as_of, self.without, self.whole, self._read = folder, as_of, without, whole, read
        self.reads: list[dict[str, Any]] = []
        self._asked: dict[str, set[str]] = {}  # field → the values that selections asked for
        self._awaited: dict[str, set[str]] = {}  # field → values that no row needs to have yet
        if recorder := recording.recorder():
            recorder.require_known(os.path.realpath(folder))
            recorder.watch(self)

    @property
    def as_of(self) -> str:
        """The date; recorded as read, because a notebook may show it: runs of other dates then cannot reuse its run."""
        if recorder := recording.recorder():
            recorder.record("date:", digest(self._as_of))
        return self._as_of

    @property
    def extent(self) -> tuple[int, ...]:
        """A measure of how much has been read of this evidence: it changes whenever ``recorded`` would give more."""
        return len(self.reads), sum(map(len, self._asked.values()))

    def recorded(self, recorder: recording.Recorder) -> dict[str, str]:
        """What was read of this evidence, in the form of a record: what → hash.

        Each selection, with its folder and date, has the hash of its rows. The values that selections asked for have the hash of
        those that are in no table; there are none of these, or the selection would have raised an error.
        """
        folder = os.path.realpath(self.folder)
        of = {
            "folder": "" if folder == recorder.data else recorder.named(folder),
            "as_of": "" if self._as_of == recorder.as_of else self._as_of,
        }
        names = {field: sorted(asked) for field, asked in sorted(self._asked.items())}
        return {f"rows:{read_key({**read, **of})}": self.digest(read_key(read)) for read in self.reads if "table" in read} | {
            f"names:{read_key({'folder': of['folder'], 'names': names})}": digest(read_key(self.misspelt(names)))
        }

    @cached_property
    def _tables(self) -> dict[str, Indexed]:
        return {}

    @cached_property
    def _digests(self) -> dict[str, str]:
        return {}

    def _table(self, table: str) -> Indexed:
        if table not in self._tables:
            whole = self.whole or self
            if table == "observations":
                rows = whole._rows[whole._rows["origin"] != self.without] if self.without else whole._rows
                self._tables[table] = Indexed(first_public(public_on(rows, self._as_of)).sort_values("id"), whole._texts)
            else:
                self._tables[table] = self.whole._table(table) if self.whole else Indexed(self._in_order(table))
        return self._tables[table]

    @cached_property
    def _rows(self) -> pd.DataFrame:
        """The observations as they are in the file, of any date and origin."""
        return self._text("observations")

    def _repr_html_(self) -> str:
        from livingbook.evidence.exploring import overview

        return overview(self)

    def _in_order(self, table: str) -> pd.DataFrame:
        """A table of the folder by its keys, so that nothing in the book depends on the order of the rows in a file.

        One without a field of its own name stands in the order of all its cells.
        """
        rows = self._text(table)
        return rows.sort_values(_key(table) if _key(table) in rows else sorted(rows.columns))

    def _text(self, table: str) -> pd.DataFrame:
        """A table of the folder. The recorder must not record the file, because it records the rows that are read of it."""
        recorder = recording.recorder()
        with recorder.unrecorded() if recorder else contextlib.nullcontext():
            return read_table(self.folder, table, self._read)

    @cached_property
    def _texts(self) -> dict[tuple[Any, str], str]:
        return {}

    def view(self, as_of: str = LATEST, without: str = "") -> Evidence:
        """The same evidence as of another date, or without the observations of an origin; with an empty record of its own."""
        return Evidence(self.folder, as_of, without, self, self._read)

    def select(self, table: str, **where: str | Iterable[str]) -> pd.DataFrame:
        """Rows of a table as text, by field; recorded as read.

        An observation that is not ``use`` is seen only if ``status`` asks for it.
        """
        asked = {name: wanted if isinstance(wanted, str) else sorted(wanted) for name, wanted in where.items()}
        if table == "observations":
            asked.setdefault("status", "use")
        read = {"table": table, "where": asked}
        if read not in self.reads:
            self.require_spelt(asked)
            self.reads.append(read)
        return self.rows(read).reset_index(drop=True)

    def awaits(self, **names: str) -> None:
        """Declares a value that no row has yet (``category="reason_hospital"``), so that it is not taken for a misspelling."""
        for field, value in names.items():
            self._awaited.setdefault(field, set()).add(value)

    def require_spelt(self, where: Mapping[str, str | Collection[str]]) -> None:
        """Raises ``EvidenceError`` where a selection asks for a value that no table has, in rows of any date: it is misspelt."""
        asked = {
            name: ({wanted} if isinstance(wanted, str) else set(wanted)) - self._awaited.get(name, set())
            for name, wanted in where.items()
            if name in SPELT
        }
        for name, strange in self.misspelt(asked).items():
            close = difflib.get_close_matches(strange[0], self._vocabulary(name), n=3, cutoff=0.6)
            raise EvidenceError(
                f"no {name} {', '.join(map(repr, strange))} in the tables of {self.folder}"
                + (f"; close to it: {', '.join(close)}" if close else "")
            )
        for name, values in asked.items():
            self._asked.setdefault(name, set()).update(values)

    def misspelt(self, names: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
        """Field → the values that no row of any date has; fields without such values are left out."""
        strange = {field: sorted(set(values) - self._vocabulary(field)) for field, values in names.items()}
        return {field: values for field, values in strange.items() if values}

    def _vocabulary(self, name: str) -> set[str]:
        """All values that a field has, in rows of any date, including rows that were left out on purpose."""
        whole = self.whole or self
        if name not in whole._vocabularies:
            known = set(whole._rows[name]) if name in whole._rows else set()
            if (self.folder / f"{LEFT_OUT}.csv").is_file():
                known |= set(whole._text(LEFT_OUT)[name])
            if name in LISTED and (self.folder / f"{LISTED[name]}.csv").is_file():
                known |= set(whole._table(LISTED[name]).table[name])
            whole._vocabularies[name] = known
        return whole._vocabularies[name]

    @cached_property
    def _vocabularies(self) -> dict[str, set[str]]:
        return {}

    def rows(self, read: Mapping[str, Any]) -> pd.DataFrame:
        """The rows that a recorded selection gives in this evidence. Raises ``EvidenceError`` if the table or a field is gone."""
        return self._table(read["table"]).select(read["where"])

    def digest(self, read: str) -> str:
        """Hash of the rows that a recorded selection (as JSON) gives in this evidence; "" if the table or a field is gone.

        Two hashes of a selection are equal if and only if all cells of its rows are. Each selection is hashed once.
        """
        if read not in self._digests:
            whole = self.whole
            self._digests[read] = whole.digest(read) if whole and not self._may_differ(read, whole) else self._hashed(read)
        return self._digests[read]

    def digest_of_views(self, read: str) -> str:
        """Hash of all rows that decide what a selection gives in any view of this evidence, of whatever date.

        These are the rows that it can give, and the rows tied to them by ``same_as``: as of another date, a row has another status
        if the row that is preferred to it is not public yet, unless another one stands in for that.
        """
        asked = json.loads(read)
        if asked["table"] != "observations":
            return self.digest(read)
        where = {name: value for name, value in asked["where"].items() if name != "status"}
        try:
            rows = self._table("observations").select(where)
        except EvidenceError:
            return ""
        named = {*rows["id"], *rows["same_as"]} - {""}
        tied = {each for name in named for each in self._tied.get(name, ())}
        return self._hashed(read_key({"table": "observations", "where": {"id": sorted(tied)}}))

    @cached_property
    def _tied(self) -> dict[str, list[str]]:
        """Id → the ids of that observation, if there is one, and of those that are the same as it."""
        table = self._table("observations").table
        found: dict[str, list[str]] = {}
        for key, same in zip(table["id"], table["same_as"], strict=True):
            for each in filter(None, {key, same}):
                found.setdefault(each, []).append(key)
        return found

    def _hashed(self, read: str) -> str:
        asked = json.loads(read)
        try:
            rows = self._table(asked["table"]).texts(asked["where"])
        except EvidenceError:
            return ""
        return hashlib.sha256("\n".join([read, *rows]).encode()).hexdigest()

    def _may_differ(self, read: str, whole: Evidence) -> bool:
        """Whether a selection may give other rows in this view than in ``whole``.

        As of a date it always may, because whether a row is hidden, or stands in for another, depends on other rows.
        """
        return self._as_of != LATEST or (bool(self.without) and self.without in whole._origins_in(read))

    def _origins_in(self, read: str) -> frozenset[str]:
        """The origins of the observations that a recorded selection gives in this evidence."""
        if read not in self._origins:
            asked = json.loads(read)
            try:
                found = self.rows(asked)["origin"] if asked["table"] == "observations" else ()
            except EvidenceError:
                found = ()
            self._origins[read] = frozenset(found)
        return self._origins[read]

    @cached_property
    def _origins(self) -> dict[str, frozenset[str]]:
        return {}

    def observations(self, **where: str | Iterable[str]) -> pd.DataFrame:
        """The columns of the table ``observations``, and a column ``bounds`` with the figures, of the type ``BoundsDtype``.

        ``start``, ``end`` and ``known_from`` are ``datetime.date`` (``None`` where empty), the other columns text. Ordered by end,
        start and id.
        """
        rows = self.select("observations", **where)
        keys = list(zip(rows["end"], rows["start"], strict=True))
        rows = rows.take(sorted(range(len(keys)), key=keys.__getitem__)).reset_index(drop=True)
        cells = zip(*(rows[name] for name in ("qualifier", "value", "low", "high", "id")), strict=True)
        figures = [from_published(*each) for each in cells]
        quantities = zip(*(rows[name] for name in (*SAME_QUANTITY, "origin")), strict=True)
        flows = map(Flow, quantities, rows["start"], rows["end"])
        note(zip(rows["id"], flows, strict=True))
        typed = {"bounds": pd.Series(figures, rows.index, BoundsDtype())}
        for name in ("start", "end", "known_from"):
            typed[name] = pd.Series([date.fromisoformat(day) if day else None for day in rows[name]])
        return rows.assign(**typed)

    def figure(self, row: str) -> Bounds:
        """Bounds of one observation by its id, as ``figures`` finds it; unknown where nothing was public by ``as_of``."""
        return next(iter(self.figures([row])["bounds"]), Bounds.unknown())

    def figures(self, ids: Iterable[str]) -> pd.DataFrame:
        """The observations with these ids, with the columns of ``observations``; for tables that name rows by their ids.

        In place of one that was not public by ``as_of`` comes the row that stood in for it then (see ``public_on``), or none. The
        selection names the measures too, so that its record shows which measures are used.
        """
        named, everything = set(ids), (self.whole or self)._rows
        measures = set(everything.loc[everything["id"].isin(named), "measure"])
        rows = self.observations(id=named, measure=measures)
        if hidden := named - set(rows["id"]):
            stand_ins = self.observations(same_as=hidden, measure=measures)
            rows = pd.concat([each for each in (rows, stand_ins) if len(each)] or [rows], ignore_index=True)
        return rows

    def one(self, **where: str | Iterable[str]) -> Bounds:
        """Bounds of the only observation that matches; unknown where none was public by ``as_of``.

        Where several match, because tables were extended since the notebook was written, everything between them: the book still
        builds, and the sentences that rest on the number are marked.
        """
        rows = self.observations(**where)
        return rows["bounds"].iloc[0] if len(rows) == 1 else hull(rows["bounds"])

    def latest(self, **where: str | Iterable[str]) -> Bounds:
        """Bounds of the matching observation that ends last; unknown where none was public by ``as_of``."""
        rows = self.observations(**where)
        return rows["bounds"].iloc[-1] if len(rows) else Bounds.unknown()

    def labels(self, table: str) -> dict[str, str]:
        """Key → label of a table of measures, populations or origins; recorded as read."""
        rows = self.select(table)
        return dict(zip(rows[_key(table)], rows["label"], strict=True))

    def sources_of(self, rows: Iterable[str]) -> list[str]:
        """Keys of the sources in which these observations (by id) were published, in alphabetical order; recorded as read."""
        return sorted(set(self._named(rows)["source"]))

    def origins_of(self, rows: Iterable[str]) -> list[str]:
        """Labels of the origins that produced these observations (by id), the most frequent first; recorded as read."""
        counted = self._named(rows)["origin"].value_counts()
        labels = self.select("origins", origin=sorted(counted.index)).set_index("origin")["label"] if len(counted) else {}
        return [labels[key] for key in sorted(counted.index, key=lambda key: (-counted[key], key))]

    def _named(self, rows: Iterable[str]) -> pd.DataFrame:
        """Observations by their ids, whatever their status; recorded as read."""
        ids = set(rows)
        return self.select("observations", id=ids, status=STATUSES) if ids else self._table("observations").table.iloc[:0]


def _key(table: str) -> str:
    """The field that names the rows of a table other than the observations: that of ``measures`` is ``measure``."""
    return table.removesuffix("s")


def read_key(read: Mapping[str, Any]) -> str:
    """A recorded selection as JSON with sorted keys, so that equal selections have equal texts."""
    return json.dumps(read, sort_keys=True)


def load(data: str | Path, as_of: str = LATEST) -> Evidence:
    """The evidence in folder ``data`` as of ``as_of``. Raises ``EvidenceError`` if there is no such folder or day.

    In a notebook that a person runs, Tab then completes the values of fields.
    """
    folder = Path(data)
    if as_of != LATEST and not is_day(as_of):
        raise EvidenceError(f"as_of = {as_of!r}: must be {LATEST}, or a day as 2025-06-09")
    if not folder.is_dir():
        where = "a notebook runs in its own folder, or in the one above"
        raise EvidenceError(f"{folder}: no such data folder, seen from {Path.cwd()}: {where}")
    if recording.recorder() is None and "IPython" in sys.modules:
        from livingbook.evidence.exploring import complete_names

        complete_names(sys.modules["IPython"].get_ipython())
    return Evidence(folder, as_of)
