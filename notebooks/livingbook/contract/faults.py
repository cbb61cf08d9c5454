"""What is wrong with a folder of tables, in words by which a person finds the place."""

from __future__ import annotations

from dataclasses import dataclass

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

    def __str__(self) -> str:
        """For a person, on one line: `observations.csv, row 17, value: "12O" — must be a number`."""
        where = [self.file]
        if self.row is not None:
            where.append(f"row {self.row}")
        if self.field is not None:
            where.append(printable(self.field))
        shown = "" if self.value is None else ": (empty)" if self.value == "" else f': "{printable(self.value)}"'
        return f"{', '.join(where)}{shown} — {self.reason}"


def printable(text: str, longest: int = 100) -> str:
    """`text` in a form that fits one line of a terminal: invisible characters as escapes, cut after `longest` characters."""
    cut = text if len(text) <= longest else text[:longest] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in cut)
