"""Reading what is to be imported: CSV, spreadsheets, JSON and JSON lines, every cell as text, by the readers of pandas."""

from __future__ import annotations

import csv
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from livingbook.contract import csv_files
from livingbook.system.errors import BuildError, printable
from livingbook.system.files import is_left

if TYPE_CHECKING:
    import pandas as pd

    from livingbook.importing.mapping import Mapping

SPREADSHEETS = (".xlsx", ".xlsm", ".ods")
JSONS = (".json", ".jsonl", ".ndjson")
TEXTS = (".csv", ".tsv", ".tab", ".txt")
ENDINGS = (*TEXTS, *SPREADSHEETS, *JSONS)
ENDING = ".mapping.yml"  # of a mapping that lies beside the file that it is for


def files(paths: list[Path]) -> Iterator[Path]:
    """The files meant by the paths: files as they are, of folders those that can hold tables.

    Raises ``BuildError`` for a folder without any, and one that cannot be read.
    """
    for path in paths:
        try:
            is_folder = path.is_dir()
            found = sorted(each for each in path.iterdir() if _may_hold_rows(each)) if is_folder else [path]
        except OSError as error:  # too long a name, say
            raise BuildError(f"{_named(path)} — cannot be read: {error.strerror or error}") from None
        if not found:
            raise BuildError(f"{_named(path)} — is a folder without any table ({', '.join(ENDINGS)})")
        yield from found


def _may_hold_rows(path: Path) -> bool:
    """Whether a file in a folder is a table for all that its name says; what editors and systems leave is not."""
    return path.suffix.lower() in ENDINGS and not is_left(path.name)


def require_readable(path: Path) -> None:
    """Raises ``BuildError`` for what cannot be a table at all: no file, too large a file, binary data under the name of a text."""
    try:
        if not path.exists():
            raise BuildError(f"{_named(path)} — there is no such file")
        if not path.is_file():
            raise BuildError(f"{_named(path)} — is not a file")
        if path.stat().st_size > csv_files.MAX_FILE_BYTES:
            raise BuildError(f"{_named(path)} — is larger than {csv_files.MAX_FILE_BYTES // 1024**2} MB")
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError as error:
        raise BuildError(f"{_named(path)} — cannot be read: {error.strerror or error}") from None
    if path.suffix.lower() in SPREADSHEETS:
        return
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        reason = (
            "is a spreadsheet or an archive, not a CSV file: save it as .xlsx or .ods and give it that ending, or as CSV (UTF-8)"
        )
        raise BuildError(f"{_named(path)} — {reason}")
    if b"\0" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BuildError(f"{_named(path)} — holds binary data, not text: it is no CSV file")


def place_of_mapping(path: Path, given: Path | None) -> Path | None:
    """Where the mapping for a file is: the given one, else the one beside it that has its name; ``None`` if there is none."""
    own = path.with_name(path.stem + ENDING)
    return given or (own if own.is_file() else None)


def is_plain(path: Path) -> bool:
    """Whether a file is text, which is read as the tables of the book are unless a mapping says otherwise."""
    return path.suffix.lower() not in (*SPREADSHEETS, *JSONS)


def header_of(path: Path) -> list[str]:
    """The first row of a CSV file; empty if it cannot be read, or is no UTF-8 text, which the contract then says."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            header = next(csv.reader(file), [])
    except csv.Error:
        return []
    return [] if any(mark in cell for cell in header for mark in "\0\ufffd") else header


def frames(path: Path, mapping: Mapping | None = None) -> Iterator[tuple[str, pd.DataFrame]]:
    """The tables of a file, each with its name for a person: of a spreadsheet one a sheet, else one.

    All cells are texts, empty ones "". The index of a table is the number of its rows in the file, as a spreadsheet shows it; of
    JSON, records are counted from 1. Raises ``BuildError`` that names the file for what cannot be read.
    """
    kind = path.suffix.lower()
    read = _sheets if kind in SPREADSHEETS else _records if kind in JSONS else _text
    try:
        yield from read(path, mapping)
    except BuildError:
        raise
    except Exception as error:  # the readers raise errors of many kinds
        reason = printable(" ".join(str(error).split()), 200)
        raise BuildError(f"{_named(path)} — cannot be read as {kind.removeprefix('.') or 'text'}: {reason}") from None


def _text(path: Path, mapping: Mapping | None) -> Iterator[tuple[str, pd.DataFrame]]:
    import pandas as pd

    separator, encoding, skip = (mapping.separator, mapping.encoding, mapping.skip) if mapping else (",", "utf-8-sig", 0)
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)  # that a row has more cells than the header
        table = pd.read_csv(
            path,
            sep=separator,
            encoding=encoding,
            skiprows=skip,
            dtype=str,
            keep_default_na=False,
            skip_blank_lines=False,
            index_col=False,
        )
    yield _named(path), _numbered(table, skip + 2)


def _sheets(path: Path, mapping: Mapping | None) -> Iterator[tuple[str, pd.DataFrame]]:
    import pandas as pd

    skip, asked = (mapping.skip, mapping.sheet) if mapping else (0, "")
    with pd.ExcelFile(path) as book:
        names = [str(name) for name in book.sheet_names]
        if asked and asked not in names:
            raise BuildError(f"{_named(path)} — has no sheet {asked!r}; there are {', '.join(map(printable, names))}")
        if mapping and not asked and len(names) > 1:
            listed = ", ".join(map(printable, names))
            raise BuildError(f"{_named(path)} — has {len(names)} sheets: say in the mapping which, by `sheet:`; there are {listed}")
        for name in [asked] if asked else names:
            table = pd.read_excel(book, sheet_name=name, skiprows=skip, dtype=str, keep_default_na=False)
            if len(table.columns):
                days = table.fillna("").astype(str).map(lambda text: text.removesuffix(" 00:00:00"))  # cells that are dates
                yield f"{_named(path)}, sheet {printable(name)}", _numbered(days, skip + 2)


def _records(path: Path, mapping: Mapping | None) -> Iterator[tuple[str, pd.DataFrame]]:
    import pandas as pd

    text = path.read_text("utf-8-sig")
    exactly: dict[str, Any] = {"parse_float": str, "parse_int": str, "parse_constant": str}  # as they are written: 1e5, 0.10
    lines = [line for line in text.splitlines() if line.strip()]
    try:
        found = json.loads(text, **exactly)
    except json.JSONDecodeError:
        if len(lines) < 2 and path.suffix.lower() == ".json":
            raise
        found = [json.loads(line, **exactly) for line in lines]
    for name in (mapping.records if mapping else "").split(".") if mapping and mapping.records else ():
        if not isinstance(found, dict) or name not in found:
            raise BuildError(f"{_named(path)} — has no records under {printable(mapping.records if mapping else name)}")
        found = found[name]
    records = [found] if isinstance(found, dict) else found
    if not isinstance(records, list) or not all(isinstance(each, dict) for each in records):
        raise BuildError(f"{_named(path)} — is no list of records; say in the mapping `records:` where the list is")
    table = pd.json_normalize(records).astype(object).map(_as_text)
    yield _named(path), _numbered(table, 1)


def _as_text(value: Any) -> str:
    if value is None or value != value:  # NaN stands where a record has no such name
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _numbered(table: pd.DataFrame, first: int) -> pd.DataFrame:
    """The table with stripped texts and numbered rows, without rows and columns that are empty."""
    table = table.fillna("").astype(str).map(str.strip)
    table.columns = [str(name).strip() for name in table.columns]
    table.index = range(first, first + len(table))
    named = [name for name in table.columns if not (name.startswith("Unnamed:") and not table[name].any())]
    return table.loc[(table != "").any(axis=1), named]


def _named(path: Path) -> str:
    return printable(str(path), 300)
