"""New rows for the tables: checked against the contract and the existing rows, shown, and added all together or not at all.

``make import ROWS=new.csv`` takes a file of new rows of one table, which is recognised by its columns, or a folder of such files:
an observation can then come with the source, origin, measure or population that it names. Nothing is written without ``APPLY=1``.
"""

from __future__ import annotations

import bisect
import csv
import difflib
import io
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from livingbook import contract
from livingbook.changes.row_changes import Cells, RowChange, differences, in_terminal
from livingbook.contract import Fault, Row, printable
from livingbook.contract import tables as reading
from livingbook.project.project import Project
from livingbook.system.errors import BuildError
from livingbook.system.files import JOURNAL
from livingbook.values import wording

QUANTITY = ("measure", "population", "category", "start", "end", "origin")
FIGURE = ("qualifier", "low", "value", "high")


@dataclass
class Incoming:
    """The new rows of one table, as read from a file. ``name`` is the file as the person knows it."""

    name: str
    table: str
    rows: list[Row]


@dataclass
class Outcome:
    """The outcome of the checks.

    faults: what is wrong. wanted: names that no table has yet, each as a request for a row. notes: what a person should look at.
    added: table → its new rows. tables: table → the content of its file with the new rows.
    """

    faults: list[Fault] = field(default_factory=list)
    wanted: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    added: dict[str, list[Row]] = field(default_factory=dict)
    tables: dict[str, bytes] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        """Whether the rows cannot be added as they are."""
        return bool(self.faults or self.wanted)


def run(project: Project, paths: list[Path], apply: bool) -> int:
    """Checks the rows, prints what is found and what would change, and adds them if asked to; 1 if they cannot be added.

    Raises ``BuildError`` where the tables themselves are not in order: rows are added to sound tables only.
    """
    folder = project.data
    recovered = recover(folder) if folder.is_dir() else ""
    if recovered:
        print(recovered)
    if faults := contract.check(folder, project.contract):
        how_many = wording.plural(len(faults), "fault")
        raise BuildError("\n".join([*map(str, faults[:20]), f"{how_many} in {folder}: mend the tables first, then add rows"]))
    outcome = examine(folder, paths, project.contract)
    print(report(outcome, folder, apply))
    if outcome.refused:
        return 1
    if apply and outcome.tables:
        swap(folder, outcome.tables)
        count = sum(len(rows) for rows in outcome.added.values())
        print(
            f"\nAdded: {wording.plural(count, 'row')} in {', '.join(f'{table}.csv' for table in outcome.tables)}. "
            f"`make book{'' if folder == project.root / 'data' else f' DATA={folder}'}` brings the book up to date."
        )
    return 0


def examine(folder: Path, paths: Iterable[Path], books: Path = contract.PROJECT_CONTRACT) -> Outcome:
    """Checks the rows in ``paths`` against each other and against the tables in ``folder``, which must keep the contract.

    books: the book's own contract. Nothing is written.
    """
    fields = contract.fields_of(folder, books)
    outcome = Outcome()
    incoming = [each for path in _files(paths, outcome) if (each := _read(path, fields, outcome))]
    if outcome.faults:
        return outcome
    existing = {table: contract.read_table(folder, table, names).rows for table, names in fields.items()}
    fresh = _fresh(incoming, existing, fields, outcome)
    lines = {table: merged(folder / f"{table}.csv", rows, fields[table]) for table, rows in fresh.items()}
    outcome.tables = {table: content for table, (content, _) in lines.items()}
    outcome.added = {table: [row for _, row in rows] for table, rows in fresh.items()}
    refers = _refers(folder, books)
    outcome.wanted = list(_asked_for(fresh, existing, fields, refers))
    places = {table: found for table, (_, found) in lines.items()}
    outcome.faults += _contract_faults(folder, outcome.tables, places, refers, books)
    if "observations" in fresh:
        _compare_figures(fresh["observations"], existing["observations"], outcome)
    outcome.faults = sorted(set(outcome.faults), key=lambda fault: (fault.file, fault.row or 0, fault.field or ""))
    return outcome


# --- Reading ----------------------------------------------------------------------------------------------------------


def _refers(folder: Path, books: Path) -> dict[tuple[str, str], str]:
    """(Table, field) → the table in which the key that the field holds must be, as far as a row can be asked for.

    For a field that names an observation (``same_as``) no row is asked for: the contract reports a missing observation as a fault.
    """
    return {
        (each["name"], column): table
        for each in contract.resources_of(folder, books)
        for column, is_list, table, _ in contract.references(each)
        if not is_list and table != "observations"
    }


def _files(paths: Iterable[Path], outcome: Outcome) -> Iterator[Path]:
    """The CSV files meant by the paths: files as they are, of folders those in them."""
    for path in paths:
        try:
            is_folder = path.is_dir()
        except OSError as error:  # too long a name, say
            outcome.faults.append(_about(path, f"cannot be read: {error.strerror or error}"))
            continue
        if not is_folder:
            yield path
        elif found := sorted(each for each in path.iterdir() if each.suffix.lower() == ".csv"):
            yield from found
        else:
            outcome.faults.append(_about(path, "is a folder without any .csv file"))


def _about(path: Path, reason: str, row: int | None = None) -> Fault:
    return Fault(printable(str(path), 300), row, None, None, reason)


def _read(path: Path, fields: dict[str, list[str]], outcome: Outcome) -> Incoming | None:
    """The rows of a file; ``None``, with the faults added to the outcome, if it is no table."""
    if reason := _no_table(path):
        outcome.faults.append(_about(path, reason))
        return None
    table = _table_of(path, fields)
    with tempfile.TemporaryDirectory() as folder:  # the contract finds tables by the names of their files
        shutil.copyfile(path, Path(folder) / f"{table}.csv")
        found = contract.read_table(Path(folder), table, fields[table])
    outcome.faults += [replace(fault, file=printable(str(path), 300)) for fault in found.faults_of_shape]
    return None if found.faults_of_shape else Incoming(printable(str(path), 300), table, found.rows)


def _no_table(path: Path) -> str:
    """Why a file cannot be a table at all, in words; "" if it may be one."""
    try:
        if not path.exists():
            return "there is no such file"
        if not path.is_file():
            return "is not a file"
        if path.stat().st_size > reading.MAX_FILE_BYTES:
            return f"is larger than {reading.MAX_FILE_BYTES // 1024**2} MB"
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return "is a spreadsheet or an archive, not a CSV file: save it as CSV (UTF-8)"
    if b"\0" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "holds binary data, not text: it is no CSV file"
    return ""


def _table_of(path: Path, fields: dict[str, list[str]]) -> str:
    """The table that a file holds rows of: by its columns, else by its name; observations if neither decides."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            header = set(next(csv.reader(file), []))
    except csv.Error:
        header = set()
    for table, names in fields.items():
        if header == set(names):
            return table
    if path.stem in fields:
        return path.stem
    shared = {table: len(header & set(names)) / len(header | set(names)) for table, names in fields.items()}
    return max(shared, key=lambda table: shared[table]) if max(shared.values()) > 0.5 else "observations"


# --- Comparing with the existing rows ---------------------------------------------------------------------------------

Fresh = dict[str, list[tuple[str, Row]]]  # table → (file, row) of each row that is really new


def _fresh(incoming: list[Incoming], existing: dict[str, list[Row]], fields: dict[str, list[str]], outcome: Outcome) -> Fresh:
    """The rows that are really new. A row that exists cell for cell is noted; one whose key exists with other cells is a fault."""
    found: Fresh = {}
    for each in incoming:
        key, kept = fields[each.table][0], found.setdefault(each.table, [])
        known = {row[key]: row for row in existing[each.table]}
        here = {row[key]: (file, row) for file, row in kept}
        for row in each.rows:
            name = row[key]
            if name in here:
                file, other = here[name]
                where = f"row {other.number}" if file == each.name else f"{file}, row {other.number}"
                outcome.faults.append(Fault(each.name, row.number, key, name, f"is there twice: also in {where}"))
            elif name in known and (other := known[name]) == row:
                outcome.notes.append(
                    f"{each.name}, row {row.number}: {name} is in {each.table}.csv already, cell for cell; left out"
                )
            elif name in known:
                differing = ", ".join(
                    f'{column} "{printable(other[column], 40)}" there, "{printable(row[column], 40)}" here'
                    for column in fields[each.table]
                    if other[column] != row[column]
                )
                outcome.faults.append(
                    Fault(
                        each.name,
                        row.number,
                        key,
                        name,
                        (
                            f"is in {each.table}.csv already (row {other.number}) and differs: {differing}. A new row needs a "
                            f"{key} of its own; to correct that row, edit {each.table}.csv"
                        ),
                    )
                )
            else:
                here[name] = (each.name, row)
                kept.append((each.name, row))
    return {table: rows for table, rows in found.items() if rows}


def _asked_for(
    fresh: Fresh, existing: dict[str, list[Row]], fields: dict[str, list[str]], refers: dict[tuple[str, str], str]
) -> Iterator[str]:
    """A request for each name that new rows use and no table has, with similar names and the columns that a row for it needs."""
    keys = {
        table: {row[fields[table][0]] for row in existing[table]} | {row[fields[table][0]] for _, row in fresh.get(table, [])}
        for table in fields
    }
    missing: dict[tuple[str, str], list[str]] = {}
    for own, rows in fresh.items():
        for file, row in rows:
            for column, table in ((column, table) for (of, column), table in refers.items() if of == own):
                name = row[column]
                if name and name not in keys[table]:
                    missing.setdefault((table, name), []).append(f"{file}, row {row.number}, {column}")
    for (table, name), places in missing.items():
        near = difflib.get_close_matches(name, keys[table], n=3, cutoff=0.6)
        close = f" Close to it: {', '.join(near)}." if near else ""
        shown = "; ".join(places[:3]) + (f" and {len(places) - 3} more" if len(places) > 3 else "")
        yield (
            f'{fields[table][0]} "{printable(name)}" is not in {table}.csv (named in {shown}).{close}\n'
            f"      If it is new, give a row for it too, in a file with the columns {','.join(fields[table])}"
        )


def merged(path: Path, rows: list[tuple[str, Row]], fields: list[str]) -> tuple[bytes, dict[int, tuple[str, int]]]:
    """The content of the table in ``path`` with the new rows in it, and line → (file, row) of each new row.

    Existing lines stay as they are, byte for byte. If the table is sorted by its keys, new rows go where their keys belong, else to
    its end. The table must keep the contract, by which a row is a line.
    """
    content = path.read_bytes()
    byte_order_mark = content[:3] if content.startswith(b"\xef\xbb\xbf") else b""
    found = re.findall(r"[^\r\n]+(?:\r\n|\n|\r|$)", content[len(byte_order_mark) :].decode("utf-8"))
    end = found[0][len(found[0].rstrip("\r\n")) :] or "\n"
    lines = [line if line.endswith(("\n", "\r")) else line + end for line in found]
    header = next(csv.reader(lines[:1]))
    at = header.index(fields[0])
    keys = [next(csv.reader([line]))[at] for line in lines[1:]]
    in_order = keys == sorted(keys)
    places: list[tuple[str, int] | None] = [None] * len(keys)
    body = lines[1:]
    for file, row in sorted(rows, key=lambda each: each[1][fields[0]]) if in_order else rows:
        place = bisect.bisect(keys, row[fields[0]]) if in_order else len(keys)
        keys.insert(place, row[fields[0]])
        body.insert(place, _line([row[column] for column in header], end))
        places.insert(place, (file, row.number))
    # The header is line 1.
    return byte_order_mark + "".join([lines[0], *body]).encode(), {
        line: place for line, place in enumerate(places, start=2) if place
    }


def _line(cells: list[str], end: str) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator=end).writerow(cells)
    return line.getvalue()


def _contract_faults(
    folder: Path,
    tables: dict[str, bytes],
    places: dict[str, dict[int, tuple[str, int]]],
    refers: dict[tuple[str, str], str],
    books: Path,
) -> list[Fault]:
    """The faults of the tables with the new rows in them, reported for the file and row that each new row came from.

    Names that no table has are left out: ``_asked_for`` asks for them.
    """
    with tempfile.TemporaryDirectory() as name:
        whole = Path(name)
        for path in sorted(folder.glob("*.csv")):
            (whole / path.name).write_bytes(tables.get(path.stem) or path.read_bytes())
        if (folder / contract.CONTRACT_NAME).is_file():
            shutil.copyfile(folder / contract.CONTRACT_NAME, whole / contract.CONTRACT_NAME)
        found = contract.check(whole, books)
    faults = []
    for fault in found:
        table = fault.file.removesuffix(".csv")
        referred = refers.get((table, fault.field or ""))
        if referred and fault.reason.startswith(f"is not in {referred}.csv"):
            continue
        place = places.get(table, {}).get(fault.row or 0)
        faults.append(replace(fault, file=place[0], row=place[1]) if place else fault)
    return faults


def _compare_figures(rows: list[tuple[str, Row]], existing: list[Row], outcome: Outcome) -> None:
    """Compares new observations with those of the same quantity.

    A second figure of one quantity from one origin is a fault, until its row says how it relates to the first. A figure from
    another origin is noted.
    """
    by_id = {row["id"]: row for row in [*existing, *(row for _, row in rows)]}
    in_use = [row for row in existing if row["status"] == "use"]
    for file, row in rows:
        if row["status"] == "use":
            same = [other for other in in_use if all(row[column] == other[column] for column in QUANTITY[:-1])]
            if own := [other for other in same if row["origin"] == other["origin"]]:
                outcome.faults.append(_second_figure(file, row, own[0]))
                continue
            outcome.notes += [
                f"{file}, row {row.number}: {printable(other['id'])}, of {printable(other['origin'])}, is in use for the same "
                f"quantity: {_figure(other)} there, {_figure(row)} here"
                for other in same
            ]
            in_use.append(row)
        elif row["status"] == "rereport" and (target := by_id.get(row["same_as"])) and _figure(target) != _figure(row):
            outcome.notes.append(
                f"{file}, row {row.number}: says that it repeats {printable(target['id'])}, but that gives {_figure(target)} "
                f"and this {_figure(row)}; a figure that differs has the status conflict"
            )


def _second_figure(file: str, row: Row, other: Row) -> Fault:
    """The fault of a second figure of one quantity from one origin."""
    first = printable(other["id"])
    if _figure(row) == _figure(other):
        return Fault(
            file,
            row.number,
            "id",
            row["id"],
            (
                f"gives the same figure of the same quantity and origin as {first}: {_figure(row)}. If it repeats that one on "
                f"another page, give it status rereport and same_as {first}"
            ),
        )
    return Fault(
        file,
        row.number,
        "value" if row["value"] else "low",
        row["value"] or row["low"],
        (
            f"conflicts with {first}, the same quantity from the same origin: {_figure(other)} there, {_figure(row)} here. Give "
            f"this row status conflict and same_as {first}; if it is the better one, exchange the two rows' status and same_as "
            "afterwards"
        ),
    )


def _figure(row: Row) -> str:
    return printable(
        " ".join(
            f"{row[column]}" if column in ("qualifier", "value") else f"{column} {row[column]}" for column in FIGURE if row[column]
        )
    )


# --- The report -------------------------------------------------------------------------------------------------------


def report(outcome: Outcome, folder: Path, apply: bool) -> str:
    """What was found and what would change, for the terminal."""
    lines = [str(fault) for fault in outcome.faults]
    if outcome.wanted:
        lines += ["", "Asked for:", *(f"  {each}" for each in outcome.wanted)]
    if outcome.notes:
        lines += ["", "Noticed:", *(f"  {each}" for each in outcome.notes)]
    if outcome.refused:
        counts = [
            wording.plural(len(found), what)
            for found, what in ((outcome.faults, "fault"), (outcome.wanted, "unknown name"))
            if found
        ]
        return "\n".join([*lines, "", f"{' and '.join(counts)}: nothing was written."]).lstrip("\n")
    if not outcome.tables:
        return "\n".join([*lines, "", "Nothing to add."]).lstrip("\n")
    for table, content in outcome.tables.items():
        lines += ["", f"{table}.csv: {wording.plural(len(outcome.added[table]), 'row')} to add"]
        lines += [line for change in _difference(folder, table, content) for line in in_terminal(change)]
    if not apply:
        lines += ["", "Nothing was written. With APPLY=1 the rows are added."]
    return "\n".join(lines).lstrip("\n")


def _difference(folder: Path, table: str, content: bytes) -> list[RowChange]:
    before, after = (_cells(each) for each in ((folder / f"{table}.csv").read_bytes(), content))
    return differences(table, before, after, next(iter(after[0])))


def _cells(content: bytes) -> list[Cells]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


# --- Writing ----------------------------------------------------------------------------------------------------------


def swap(folder: Path, tables: dict[str, bytes]) -> None:
    """Replaces tables by new ones: all of them, or none.

    The new files are first written into a journal beside the tables, then renamed into place one by one. A table that others refer
    to comes before those others, so that a build that reads in between finds tables that keep the contract. If this is interrupted,
    ``recover`` completes it; if it fails, the old tables are put back and ``BuildError`` is raised.
    """
    journal = folder / JOURNAL
    names = [f"{table}.csv" for table in contract.fields_of(folder) if table in tables]
    try:
        for part, read in (("new", lambda name: tables[Path(name).stem]), ("old", lambda name: (folder / name).read_bytes())):
            (journal / part).mkdir(parents=True)
            for name in names:
                _write(journal / part / name, read(name))
                shutil.copymode(folder / name, journal / part / name)
        _write(journal / "ready", "\n".join(names).encode())  # from here on, ``recover`` completes an interrupted import
        for name in names:
            _replace(journal / "new" / name, folder / name)
    except OSError as error:
        _take_back(folder, names)
        reason = f"the rows could not be written ({error.strerror or error}); the tables are as they were"
        raise BuildError(f"{folder}: {reason}") from None
    shutil.rmtree(journal)


def recover(folder: Path) -> str:
    """Completes an interrupted import if all of its tables were written, else drops it. Returns what was done, "" if nothing."""
    journal = folder / JOURNAL
    if not journal.is_dir():
        return ""
    ready = (journal / "ready").is_file()
    for name in (journal / "ready").read_text("utf-8").splitlines() if ready else []:
        if (journal / "new" / name).is_file():
            _replace(journal / "new" / name, folder / name)
    shutil.rmtree(journal)
    return (
        "An earlier import was interrupted while its tables were swapped in: it has been completed."
        if ready
        else "An earlier import was interrupted before it changed a table: what it left has been removed."
    )


def _take_back(folder: Path, names: list[str]) -> None:
    journal = folder / JOURNAL
    (journal / "ready").unlink(missing_ok=True)
    for name in names:
        old = journal / "old" / name
        if old.is_file() and old.read_bytes() != (folder / name).read_bytes():
            _replace(old, folder / name)
    shutil.rmtree(journal, ignore_errors=True)


def _replace(new: Path, target: Path) -> None:
    new.replace(target)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
