"""What a notebook publishes under settings of one's own, beside what the book has: as a table to read, as CSV and as JSON."""

from __future__ import annotations

import csv
import io
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from livingbook.project.project import Project
from livingbook.runs import up_to_date
from livingbook.system.digests import digest
from livingbook.system.errors import BuildError
from livingbook.system.files import as_json

FILES = ("results.json", "results.csv")  # in the folder of a run
ENDS = ("low", "value", "high")
BOOK = "book"  # how the book's column is called in files
WIDEST = 30  # letters of a column; longer text goes on in the next line
LONGEST = 80  # letters of a folder's name
Entries = Mapping[str, Mapping[str, Any]]  # name of a result → its entry, as results.json has it


@dataclass(frozen=True)
class Side:
    """The results of a notebook under one set of settings. label: "mine", or A, B, … where several are compared."""

    label: str
    settings: Mapping[str, Any]
    results: Entries


@dataclass(frozen=True)
class Beside:
    """Columns of the same notebook, and the book's results; ``None`` if there is no book, or the notebook is not in it."""

    notebook: str
    columns: Sequence[Side]
    book: Entries | None

    def sides(self) -> dict[str, Entries]:
        """Label → results: of the columns, then of the book if there are any."""
        own = {column.label: column.results for column in self.columns}
        return own | ({BOOK: self.book} if self.book is not None else {})

    def names(self) -> list[str]:
        """The names of all results, in the order in which they were published; those that only the book has come last."""
        return list(dict.fromkeys(name for results in self.sides().values() for name in results))

    def differs(self, name: str) -> str:
        """In a word, how a result differs: the columns from each other if there are several, else from the book. "" for not."""
        if len(self.columns) > 1:
            found = [column.results.get(name) for column in self.columns]
        elif self.book is not None:
            found = [self.book.get(name), self.columns[0].results.get(name)]
        else:
            return ""
        if None in found:
            return "new" if found[0] is None else "gone"
        return "" if len({essence(entry) for entry in found if entry}) == 1 else "moved" if len(self.columns) == 1 else "differs"

    def any_entry(self, name: str) -> Mapping[str, Any]:
        """The entry of a result in the first column that has it."""
        return next(results[name] for results in self.sides().values() if name in results)


def essence(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    """What must be equal in two entries of a result for it not to have moved."""
    return tuple(entry[field] for field in (*ENDS, "unit", "text"))


def results_of_book(project: Project, notebook: str) -> Entries | None:
    """What the notebook published in the book that was built last; ``None`` if there is none."""
    try:
        edition = up_to_date.own_edition(project)
        return up_to_date.runs_of_book(project)[edition][notebook].document["results"]
    except (BuildError, KeyError, OSError, ValueError):
        return None


def shown(entry: Mapping[str, Any] | None) -> str:
    """A result as the table shows it: its words and unit; the unit is left out where the words have it or nothing is known."""
    if entry is None:
        return "–"
    bare = entry["unit"] in ("share", "words") or all(entry[end] is None for end in ENDS)
    return entry["text"] if bare else f"{entry['text']} {entry['unit']}"


def as_text(beside: Beside, width: int) -> str:
    """The table as text of that many letters a line: name, each column, the book's, what differs, and what the result is."""
    book = beside.book is not None
    head = ["name", *(column.label for column in beside.columns), *(["the book's"] if book else []), "", "what it is"]
    rows = [
        [
            name,
            *(shown(column.results.get(name)) for column in beside.columns),
            *([shown((beside.book or {}).get(name))] if book else []),
            beside.differs(name),
            beside.any_entry(name)["about"],
        ]
        for name in beside.names()
    ]
    return laid_out([head, *rows], width)


def laid_out(rows: Sequence[Sequence[str]], width: int) -> str:
    """Rows of cells as text in columns; a cell that is too wide goes on in the next line. The last column takes what is left."""
    *widths, _ = [min(WIDEST, max(map(len, column))) for column in zip(*rows, strict=True)]
    widths.append(max(24, width - sum(widths) - 2 * len(widths)))
    lines = []
    for row in rows:
        cells = [textwrap.wrap(cell, wide) if cell else [""] for cell, wide in zip(row, widths, strict=True)]
        for parts in zip_longest(*cells, fillvalue=""):
            lines.append("  ".join(part.ljust(wide) for part, wide in zip(parts, widths, strict=True)).rstrip())
    return "\n".join(lines)


def in_a_line(beside: Beside) -> str:
    """How many results differ, in a line."""
    count = sum(bool(beside.differs(name)) for name in beside.names())
    if len(beside.columns) > 1:
        return f"{count} of {len(beside.names())} differ."
    if beside.book is None:
        return "No book that was built has this notebook yet; `make book` builds it."
    return f"{count} of {len(beside.names())} moved against the book that was built last."


def as_csv(beside: Beside) -> str:
    """The same as CSV: a row for each result, with words and ends of every column."""
    columns = beside.sides()
    table = io.StringIO()
    parts = ("text", *ENDS)
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["name", "about", "unit", *(f"{label}_{part}" for label in columns for part in parts), "differs"])
    for name in beside.names():
        entry = beside.any_entry(name)
        cells = [(results.get(name) or {}).get(part) for results in columns.values() for part in parts]
        writer.writerow([name, entry["about"], entry["unit"], *cells, beside.differs(name)])
    return table.getvalue()


def to_json(beside: Beside) -> str:
    """The same as JSON: settings of the columns; result → its entry in each column and in the book, and how it differs."""
    return as_json(
        {
            "notebook": beside.notebook,
            "settings": {column.label: dict(column.settings) for column in beside.columns},
            "results": {
                name: {"differs": beside.differs(name), **{label: results.get(name) for label, results in beside.sides().items()}}
                for name in beside.names()
            },
        }
    )


def folder_name(notebook: str, settings: Iterable[Mapping[str, Any]]) -> str:
    """The name of a folder for the files of a run: other settings have another, the same settings the same."""
    words = "_or_".join("-".join(f"{key}={value}" for key, value in each.items()) for each in settings)
    name = re.sub(r"[^\w.=-]+", "-", f"{notebook}-{words}".rstrip("-"))
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 9]}-{digest(words)[:8]}"
