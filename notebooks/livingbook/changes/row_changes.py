"""Differences between two states of a table: rows added, removed and revised, matched by their key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from livingbook.system.errors import printable

Cells = dict[str, str]  # field → cell
Pairs = dict[str, tuple[str | None, str | None]]  # field → cell before and after
MARKS = {"added": "+", "removed": "-", "revised": "~"}
LONGEST_CELL = 160  # characters of a cell in a terminal


class RowChange(BaseModel):
    """One row that differs. ``cells``: field → (before, after), only what differs; ``None`` where the row is not there.

    what, when, figure: the row in words, as it is now (as it was, if it is gone): what is counted, the period, the figure.
    """

    model_config = ConfigDict(frozen=True)

    table: str
    key: str
    change: Literal["added", "removed", "revised"]
    cells: Pairs
    what: str = ""
    when: str = ""
    figure: str = ""

    @property
    def fields(self) -> set[str]:
        """The fields that differ."""
        return set(self.cells)


def differences(table: str, before: Sequence[Cells], after: Sequence[Cells], key: str) -> list[RowChange]:
    """The rows of ``table`` that differ: first those of the state before, in their order, then those that are new.

    key: the field by which rows of the two states are matched; every row must have it. The states may have different columns: a
    missing column counts as empty cells.
    """
    old, new = {row[key]: row for row in before}, {row[key]: row for row in after}
    found = (_change(table, key, old.get(each), new.get(each)) for each in {**old, **new})
    return [each for each in found if each is not None]


def _change(table: str, key: str, old: Cells | None, new: Cells | None) -> RowChange | None:
    row = new or old or {}
    if old is None or new is None:
        cells: Pairs = {name: (None, cell) if old is None else (cell, None) for name, cell in row.items() if cell}
        return RowChange(table=table, key=row[key], change="added" if old is None else "removed", cells=cells)
    differing: Pairs = {
        name: (old.get(name, ""), new.get(name, ""))
        for name in dict.fromkeys([*old, *new])
        if old.get(name, "") != new.get(name, "")
    }
    return RowChange(table=table, key=row[key], change="revised", cells=differing) if differing else None


def in_terminal(change: RowChange, whole: bool = True) -> list[str]:
    """A row that differs, as lines for a terminal; control characters are printed as escapes.

    whole: False for rows added or removed as their first line alone, without a line for each field.
    """
    shown = " · ".join(part for part in (change.what, change.when, change.figure) if part)
    head = f"  {MARKS[change.change]} {change.table}: {printable(change.key)}{f'  ({printable(shown, 110)})' if shown else ''}"
    if not whole and change.change != "revised":
        return [head]
    width = max((len(name) for name in change.cells), default=0)
    return [head, *(f"      {printable(name):{width}}  {_cell(*pair)}" for name, pair in change.cells.items())]


def _cell(old: str | None, new: str | None) -> str:
    sides = [printable(side, LONGEST_CELL) if side else "(empty)" for side in (old, new) if side is not None]
    return " → ".join(sides)
