"""What is wrong with a folder of tables, in words by which a person finds the place."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from dataclasses import dataclass

from livingbook.system.errors import printable

MAX_FAULTS = 10_000  # of one table; the report says if there are more


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a folder of tables.

    `row` is the number a spreadsheet shows beside the row (the header is row 1, and a cell of several lines makes no more
    rows), None where the fault is about the whole table; `field` and `value` are None where no one cell is meant.
    """

    file: str
    row: int | None
    field: str | None
    value: str | None
    reason: str
    cause: str = dataclasses.field(default="", compare=False)  # what faults have in common that are told together; "": their reason

    def __str__(self) -> str:
        """For a person, on one line: `observations.csv, row 17, value: "12O" — must be a number`."""
        where = [self.file]
        if self.row is not None:
            where.append(f"row {self.row}")
        if self.field is not None:
            where.append(printable(self.field))
        shown = "" if self.value is None else ": (empty)" if self.value == "" else f': "{printable(self.value)}"'
        return f"{', '.join(where)}{shown} — {self.reason}"


def told(faults: Iterable[Fault]) -> list[str]:
    """One line for each cause: its first place, how often it is there, and some of the other rows.

    Faults have one cause if they are of the same file and field, and for the same reason but for the numbers in it.
    """
    causes: dict[tuple[str, str | None, str], list[Fault]] = {}
    for fault in faults:
        causes.setdefault((fault.file, fault.field, fault.cause or re.sub(r"\d[\d,.]*", "#", fault.reason)), []).append(fault)
    return [f"{first}{_as_often(others)}" for first, *others in causes.values()]


def _as_often(others: list[Fault]) -> str:
    """The end of a line about a cause: how often it is there, and where else."""
    if not others:
        return ""
    rows = [f"{fault.row:,}" for fault in others if fault.row is not None]
    more = f": also in row{'s' if len(rows) > 1 else ''} {', '.join(rows[:4])}{' …' if len(rows) > 4 else ''}" if rows else ""
    return f" ({len(others) + 1:,} times{more})"
