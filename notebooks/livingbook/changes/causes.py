"""Why a published number moved: a figure that was revised is other news than one that was added."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cached_property

from livingbook.changes.report import KindOfCause
from livingbook.changes.row_changes import RowChange
from livingbook.changes.snapshots import Snapshot
from livingbook.values.published import PublishedNumber

QUANTITY = ("measure", "population", "category", "start", "end")
# Fields that do not change what a row says of the quantity: its note, where it was read, and when it became public.
NOT_OF_THE_FIGURE = {"note", "primary_source", "source", "known_from"}
Selection = Mapping[str, frozenset[str]]  # field → the values of it that are read


class Causes:
    """Why a number moved, from the rows it rests on; where these do not tell, from the rows that its notebook reads."""

    def __init__(self, before: Snapshot, after: Snapshot, rows: Iterable[RowChange]) -> None:
        self.snapshots = before, after
        self.changes = [each for each in rows if each.change != "revised" or each.fields - NOT_OF_THE_FIGURE]
        observations = [each for each in self.changes if each.table == "observations"]
        self.added = {each.key for each in observations if each.change == "added"}
        self.altered = {each.key for each in observations if each.change != "added"}
        self._touched: dict[str, tuple[bool, bool]] = {}

    @cached_property
    def quantity(self) -> dict[str, tuple[str, ...]]:
        """Observation → the quantity it is a figure of."""
        return {
            row["id"]: tuple(row.get(name, "") for name in QUANTITY)
            for each in self.snapshots
            for row in each.tables.get("observations", [])
            if "id" in row
        }

    def of(self, name: str, old: PublishedNumber | None, new: PublishedNumber | None) -> tuple[KindOfCause, list[str]]:
        """The cause, and the observations the number rests on that differ."""
        if old is None or new is None:
            return ("new" if old is None else "gone"), []
        before, after = set(old.rows), set(new.rows)
        lost, gained = before - after, after - before
        replaced_quantities = {self.quantity.get(row) for row in lost} & {self.quantity.get(row) for row in gained} - {None}
        # Rows that took the place of another row of the same quantity, and those others: a revision, though no row was altered.
        exchanged = {row for row in lost | gained if self.quantity.get(row) in replaced_quantities}
        altered = (before | after) & self.altered | exchanged
        added = (before | after) & self.added - exchanged
        if old.is_unknown != new.is_unknown:
            return ("known" if old.is_unknown else "lost"), sorted(altered | added)
        revised, extended = (bool(altered), bool(added)) if altered or added else self.touched(name.partition(".")[0])
        cause: KindOfCause = "mixed" if revised and extended else "revision" if revised else "coverage" if extended else "method"
        return cause, sorted(altered | added)

    def touched(self, notebook: str) -> tuple[bool, bool]:
        """Whether rows were altered, and whether rows were added, among those that a notebook or one it builds on reads."""
        if notebook not in self._touched:
            selections = self._selections(notebook)
            hit = {
                each.change
                for each, rows in self._changed_rows
                if selections is None
                or any(table == each.table and any(_fits(row, where) for row in rows) for table, where in selections)
            }
            self._touched[notebook] = bool(hit - {"added"}), "added" in hit
        return self._touched[notebook]

    @cached_property
    def _changed_rows(self) -> list[tuple[RowChange, list[Mapping[str, str]]]]:
        tables = [
            {name: {next(iter(row.values())): row for row in rows} for name, rows in each.tables.items()} for each in self.snapshots
        ]
        return [(each, [rows[each.table][each.key] for rows in tables if each.key in rows[each.table]]) for each in self.changes]

    def _selections(self, notebook: str) -> list[tuple[str, Selection]] | None:
        """All selections of rows behind a notebook; ``None`` if they are not recorded, or are everything, as in a sweep."""
        found: dict[str, tuple[str, Selection]] = {}
        waiting, seen = [notebook], set()
        while waiting:
            name = waiting.pop()
            seen.add(name)
            for snapshot in self.snapshots:
                if name not in snapshot.reads or any("sweep" in read for read in snapshot.reads[name]):
                    return None
                found |= {
                    json.dumps(read): (
                        read["table"],
                        {key: frozenset([wanted] if isinstance(wanted, str) else wanted) for key, wanted in read["where"].items()},
                    )
                    for read in snapshot.reads[name]
                    if "table" in read
                }
                waiting += {read["notebook"] for read in snapshot.reads[name] if "notebook" in read} - seen
        return list(found.values())


def _fits(row: Mapping[str, str], where: Selection) -> bool:
    return all(row.get(name) in wanted for name, wanted in where.items())
