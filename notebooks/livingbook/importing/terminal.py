"""What an import says in the terminal: what is wrong, what is noticed, and what would change."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from livingbook.contract import Fault, told
from livingbook.importing.outcome import Outcome
from livingbook.values import wording

if TYPE_CHECKING:
    from livingbook.changes.row_changes import Cells, RowChange


def summary(outcome: Outcome, folder: Path, apply: bool) -> str:
    """What was found and what would change, for the terminal."""
    lines = told(outcome.faults)
    if outcome.wanted:
        lines += ["", "Asked for:", *(f"  {each}" for each in outcome.wanted)]
    if outcome.notes:
        notes = [each for each in outcome.notes if isinstance(each, str)] + told(
            each for each in outcome.notes if isinstance(each, Fault)
        )
        lines += ["", "Noticed:", *(f"  {each}" for each in notes)]
    if outcome.refused:
        counts = [
            wording.plural(len(found), what)
            for found, what in ((outcome.faults, "fault"), (outcome.wanted, "unknown name"))
            if found
        ]
        return "\n".join([*lines, "", f"{' and '.join(counts)}: nothing was written."]).lstrip("\n")
    if not outcome.tables:
        return "\n".join([*lines, "", "Nothing to add."]).lstrip("\n")
    from livingbook.changes.row_changes import in_terminal  # slow, and not needed where there is nothing to add

    for table, content in outcome.tables.items():
        lines += ["", f"{table}.csv: {wording.plural(len(outcome.added[table]), 'row')} to add"]
        lines += [line for change in _difference(folder, table, content) for line in in_terminal(change)]
    if not apply:
        lines += ["", "Nothing was written. With APPLY=1 the rows are added."]
    return "\n".join(lines).lstrip("\n")


def _difference(folder: Path, table: str, content: bytes) -> list[RowChange]:
    from livingbook.changes.row_changes import differences

    before, after = (_cells(each) for each in ((folder / f"{table}.csv").read_bytes(), content))
    return differences(table, before, after, next(iter(after[0])))


def _cells(content: bytes) -> list[Cells]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
