"""Reading the tables: columns of distinct texts, and what is wrong with a file's shape.

A table is kept as columns of distinct texts (see `columns`), because a table of a million rows has few of them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from livingbook.contract.faults import MAX_FAULTS, Fault
from livingbook.contract.personal_data import is_personal

if TYPE_CHECKING:
    from livingbook.contract.columns import Column

MAX_FILE_BYTES = 512 * 1024 * 1024  # two million observations; a larger file could hold up a build for minutes
ROWS_AT_ONCE = 20_000  # rows that are held as lists of texts while a table is read


class Row(dict[str, str]):
    """A row of a table: column → text of the cell as it stands in the file; knows its number in the file."""

    __slots__ = ("number",)

    def __init__(self, cells: Iterable[tuple[str, str]], number: int) -> None:
        super().__init__(cells)
        self.number = number


@dataclass
class Table:
    """A table as read. `whole` is False if part of it could not be read; then no key may be looked up in it.

    Rows are counted from 0; `numbers` tells the number of each in the file, as a spreadsheet shows it.
    """

    name: str
    numbers: list[int] = field(default_factory=list)
    columns: dict[str, Column] = field(default_factory=dict)
    whole: bool = True
    ragged: set[int] = field(default_factory=set)  # numbers of rows with too many or too few cells
    faults_of_shape: list[Fault] = field(default_factory=list)

    @property
    def file(self) -> str:
        """Name of the table's file."""
        return f"{self.name}.csv"

    def __getitem__(self, column: str) -> Column:
        return self.columns[column]

    @property
    def rows(self) -> list[Row]:
        """The rows as dictionaries, for checks that need whole rows. Slow for large tables."""
        cells = zip(*self.columns.values(), strict=True)
        return [Row(zip(self.columns, each, strict=True), number) for each, number in zip(cells, self.numbers, strict=True)]

    def fault(self, row: int, column: str, reason: str) -> Fault:
        """A fault of one cell."""
        return Fault(self.file, self.numbers[row], column, self[column][row], reason)

    def faults(self, where: Any, column: str, reason: str | Callable[[int], str]) -> Iterator[Fault]:
        """Faults of a column's cells in the rows where the array of bool ``where`` is true."""
        for row in where.nonzero()[0]:
            yield self.fault(row, column, reason if isinstance(reason, str) else reason(row))

    def faults_of_texts(self, column: str, wrong: Callable[[str], Iterable[str]]) -> Iterator[Fault]:
        """Faults of a column's cells. ``wrong`` gives the reasons why a text is wrong; it is called once for each distinct text."""
        cells = self[column]
        reasons = {number: found for number, text in enumerate(cells.texts) if (found := list(wrong(text)))}
        for row in cells.rows_of(reasons):
            for reason in reasons[cells.numbers[row]]:
                yield self.fault(row, column, reason)

    def add(self, reason: str, row: int | None = None, column: str | None = None) -> None:
        """Notes a fault of the table or of a whole row, up to ``MAX_FAULTS`` of them."""
        if len(self.faults_of_shape) < MAX_FAULTS:
            self.faults_of_shape.append(Fault(self.file, row, column, None, reason))

    def unreadable(self, reason: str, row: int | None = None) -> Table:
        """Notes a fault because of which the table cannot be read, or not beyond a row; returns the table."""
        self.whole = False
        self.add(reason, row)
        return self


def read_csv_table(folder: Path, name: str, fields: list[str]) -> Table:
    """Read `name`.csv of `folder`; what is wrong with its shape is noted in the table, nothing is raised.

    UTF-8 with or without a byte-order mark, and any line ends. The columns may stand in any order.
    """
    table = Table(name)
    content = _content(folder / table.file, table)
    if content is None:
        return table
    csv.field_size_limit(MAX_FILE_BYTES)  # how long a cell may be is for the schema to say, with its field
    reader = csv.reader(io.TextIOWrapper(io.BytesIO(content), "utf-8-sig", newline=""), strict=True)
    rows = _rows(reader, table)
    _, header = next(rows, (0, None))
    if header is None:
        return table.unreadable("is empty: not even a header") if table.whole else table
    _read_header(header, fields, table)
    if table.whole:
        _read_rows(rows, header, table)
        if table.whole and not table.numbers:
            table.unreadable("has a header but no rows")
    return table


def _rows(reader: Any, table: Table) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each row, up to the first that cannot be read."""
    for number in count(1):
        try:
            yield number, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            table.unreadable(f"cannot be read from here on: {_csv_reason(error)}", number)
            return


def _read_rows(rows: Iterator[tuple[int, list[str]]], header: list[str], table: Table) -> None:
    """Adds the rows to the table, many at a time. A ragged row is kept too, so that other rows may refer to its key."""
    while some := list(islice(rows, ROWS_AT_ONCE)):
        kept = []
        for number, cells in some:
            if not any(cells):
                table.add("is an empty row: take it out", number)
                continue
            if len(cells) != len(header):
                table.ragged.add(number)
                table.add(f"has {len(cells)} cells where the header has {len(header)} columns", number)
                cells = [*cells, *[""] * len(header)][: len(header)]
            table.numbers.append(number)
            kept.append(cells)
        for column, texts in zip(header, zip(*kept, strict=True), strict=False):  # not strict: without rows there are no columns
            if column in table.columns:
                table[column].take(texts)


def _content(path: Path, table: Table) -> bytes | None:
    """The bytes of a file of UTF-8 text, or None with the reason noted."""
    try:
        if not path.exists():
            table.unreadable("is a link that leads nowhere" if path.is_symlink() else "is missing from the folder")
            return None
        if not path.is_file():
            table.unreadable("is not a file")
            return None
        if path.stat().st_size > MAX_FILE_BYTES:
            table.unreadable(f"is larger than {MAX_FILE_BYTES // 1024**2} MB")
            return None
        content = path.read_bytes()
    except OSError as error:
        table.unreadable(f"cannot be read: {error.strerror or error}")
        return None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        table.unreadable("is UTF-16 text: save it as UTF-8")
        return None
    if b"\0" in content[:4096].partition(b"\n")[0]:
        table.unreadable("holds zero bytes, as binary files and UTF-16 text do: save it as UTF-8", 1)
        return None
    try:
        content.decode()
        return content
    except UnicodeDecodeError as error:
        reason = f"is not UTF-8 text (byte {content[error.start]:#04x}): save it as UTF-8"
        table.unreadable(reason, _row_of(content[: error.start].decode()))
        return None


def _row_of(before: str) -> int | None:
    """Number of the row in which the text ``before`` ends; None if it cannot be read as rows."""
    try:
        return sum(1 for _ in csv.reader(io.StringIO(f"{before}…", newline="")))
    except csv.Error:
        return None


def _csv_reason(error: csv.Error) -> str:
    """What the csv module found wrong, in plain words."""
    message = str(error)
    if "unexpected end of data" in message:
        return "a quotation mark is opened and never closed"
    if "expected after" in message:
        return "a quotation mark closes in the middle of a cell (a quotation mark inside a cell is written twice)"
    return message


def _read_header(cells: list[str], fields: list[str], table: Table) -> None:
    """Make the columns of a table; missing, repeated and unknown ones are noted."""
    from livingbook.contract.columns import Column

    if len(cells) == 1 and len(fields) > 1 and any(mark in cells[0] for mark in ";\t"):
        table.unreadable("has its columns separated by semicolons or tabs: save it with commas", 1)
        return
    for column in dict.fromkeys(cells):
        if column in fields:
            if cells.count(column) > 1:
                table.unreadable(f"has the column {column} more than once", 1)
        elif is_personal(column):
            table.add("columns that could hold personal data are refused: the tables hold aggregates only", column=column)
        elif not column.strip():
            table.add("has a column without a name", 1)
        else:
            table.add("is not a column of the contract: take it out", column=column)
    for column in fields:
        if column not in cells:
            table.add("the column is missing", column=column)
    table.columns = {column: Column() for column in fields if column in cells}
    if not table.columns:
        table.unreadable("has none of the columns of the contract in its first row", 1)
