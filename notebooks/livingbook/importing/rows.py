"""New rows for the tables: read, checked against the contract and the existing rows, shown, and added all together or not at all.

``make import ROWS=new.csv`` takes a file of new rows of one table, which is recognised by its columns, a spreadsheet with a sheet
for each table, or a folder of such files: an observation can then come with the source, origin, measure or population it names.
Data in any other shape come with a mapping (``mapping``). Nothing is written without ``APPLY=1``.
"""

from __future__ import annotations

import difflib
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from livingbook import contract
from livingbook.contract import Fault, Row, told
from livingbook.importing import read
from livingbook.importing.compare import asked_for, compare_figures, fresh_rows
from livingbook.importing.journal import recover, swap
from livingbook.importing.merge import contract_faults, merged, references_of
from livingbook.importing.outcome import Incoming, Outcome
from livingbook.importing.terminal import summary
from livingbook.project.project import Project
from livingbook.runs.up_to_date import were_checked
from livingbook.system.errors import BuildError, printable
from livingbook.values import wording

if TYPE_CHECKING:
    import pandas as pd

DASH = " — "  # between place and reason in the words of a fault
MOST_SHOWN = 20  # causes of faults in the tables themselves


def run(project: Project, paths: list[Path], apply: bool, mapping: Path | None = None, supersedes: Iterable[str] = ()) -> int:
    """Checks the rows, prints what is found and what would change, and adds them if asked to; 1 if they cannot be added.

    mapping: the file that says how the data become rows; without it, one of the data's own name beside them is taken.
    supersedes: observations that new ones take the place of. Raises
    ``BuildError`` where the tables themselves are not in order: rows are added to sound tables only.
    """
    folder = project.data
    recovered = recover(folder) if folder.is_dir() else ""
    if recovered:
        print(recovered)
    if not were_checked(project) and (faults := contract.check(folder, project.contract)):
        how_many = wording.plural(len(faults), "fault")
        raise BuildError("\n".join([*told(faults)[:MOST_SHOWN], f"{how_many} in {folder}: mend the tables first, then add rows"]))
    outcome = examine(folder, paths, project.contract, mapping, supersedes)
    if not outcome.refused and (new := outcome.added.get("observations")):
        from livingbook.importing import effects

        existing = contract.read_csv_table(folder, "observations", list(new[0])).rows
        lines = effects.Effects(
            project, existing, outcome.replaced, effects.naming(outcome.added), outcome.added.get("populations", ())
        ).of(new)
        print("\n".join(["What the rows will do:", *(f"  {line}" for line in lines), ""]))
    print(summary(outcome, folder, apply))
    if outcome.refused:
        return 1
    if apply and outcome.tables:
        swap(folder, outcome.tables, project.contract)
        count = sum(len(rows) for rows in outcome.added.values())
        print(
            f"\nAdded: {wording.plural(count, 'row')} in {', '.join(f'{table}.csv' for table in outcome.tables)}. "
            f"`make book{'' if folder == project.root / 'data' else f' DATA={folder}'}` brings the book up to date."
        )
    return 0


def examine(
    folder: Path,
    paths: Iterable[Path],
    books: Path = contract.PROJECT_CONTRACT,
    mapping: Path | None = None,
    supersedes: Iterable[str] = (),
) -> Outcome:
    """Checks the rows in ``paths`` against each other and against the tables in ``folder``, which must keep the contract.

    books: the book's own contract. mapping, supersedes: see ``run``. Nothing is written.
    """
    schemas = {each["name"]: each["schema"]["fields"] for each in contract.resources_of(folder, books)}
    fields = {table: [spec["name"] for spec in schema] for table, schema in schemas.items()}
    outcome = Outcome()
    incoming = [each for path in _files(list(paths), outcome) for each in _incoming(path, mapping, schemas, outcome)]
    if outcome.faults:
        return outcome
    existing = {table: contract.read_csv_table(folder, table, names).rows for table, names in fields.items()}
    fresh = fresh_rows(incoming, existing, fields, outcome)
    changed: dict[str, Row] = {}
    if olds := list(supersedes):
        from livingbook.importing import effects

        files = [file for file, _ in fresh.get("observations", [])]
        new, changed, outcome.replaced = effects.superseding(
            (row for _, row in fresh.get("observations", [])), olds, existing["observations"]
        )
        fresh["observations"] = list(zip(files, new, strict=True))
        existing["observations"] = [changed.get(row["id"], row) for row in existing["observations"]]
    lines = {table: merged(folder / f"{table}.csv", rows, fields[table]) for table, rows in fresh.items()}
    outcome.tables = {table: content for table, (content, _) in lines.items()}
    if changed:
        from livingbook.importing import effects

        outcome.tables["observations"] = effects.rewritten(outcome.tables["observations"], changed)
    outcome.added = {table: [row for _, row in rows] for table, rows in fresh.items()}
    refers = references_of(folder, books)
    outcome.wanted = list(asked_for(fresh, existing, fields, refers))
    places = {table: found for table, (_, found) in lines.items()}
    if outcome.tables:
        outcome.faults += contract_faults(folder, outcome.tables, places, refers, books)
    if "observations" in fresh:
        compare_figures(fresh["observations"], existing["observations"], outcome)
    outcome.faults = sorted(set(outcome.faults), key=lambda fault: (fault.file, fault.row or 0, fault.field or ""))
    return outcome


def _files(paths: list[Path], outcome: Outcome) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        try:
            found += read.files([path])
        except BuildError as error:
            outcome.faults.append(_refusal(error))
    return found


def _refusal(error: BuildError) -> Fault:
    """A fault of a whole file, from the message of an error: what comes before the dash is the place."""
    place, _, reason = str(error).partition(DASH)
    return Fault(place, None, None, None, reason)


def _incoming(path: Path, given: Path | None, schemas: dict[str, list[dict[str, Any]]], outcome: Outcome) -> Iterator[Incoming]:
    """The new rows of a file, of a spreadsheet those of each sheet; what is wrong with it is added to the outcome."""
    try:
        read.require_readable(path)
        if place := read.place_of_mapping(path, given):
            from livingbook.importing.mapping import mapped, mapping_of  # which few files have, and which takes time to import

            mapping = mapping_of(place)
            if mapping.table not in schemas:
                raise BuildError(
                    f"{given or path} — the mapping is for {mapping.table}; tables of the book are {', '.join(schemas)}"
                )
            for name, table in read.frames(path, mapping):
                yield from _checked(name, mapping.table, mapped(mapping, table, schemas[mapping.table], name), schemas, outcome)
        elif read.is_plain(path):
            header = read.header_of(path)
            if name := _table_of(str(path), header, path.stem, schemas):
                yield from _of_text(path, name, schemas, outcome)
        else:
            for name, table in read.frames(path):
                of = _table_of(name, list(table.columns), path.stem, schemas)
                yield from _checked(name, of, table, schemas, outcome)
    except BuildError as error:
        if DASH not in str(error):  # about the mapping, not about the data
            raise
        outcome.faults.append(_refusal(error))


def _of_text(path: Path, table: str, schemas: dict[str, list[dict[str, Any]]], outcome: Outcome) -> Iterator[Incoming]:
    """The rows of a CSV file that is written as the tables of the book are."""
    name = printable(str(path), 300)
    with tempfile.TemporaryDirectory() as folder:  # the contract finds tables by the names of their files
        shutil.copyfile(path, Path(folder) / f"{table}.csv")
        found = contract.read_csv_table(Path(folder), table, [spec["name"] for spec in schemas[table]])
    outcome.faults += [replace(fault, file=name) for fault in found.faults_of_shape]
    if not found.faults_of_shape:
        outcome.faults += _doubtful_numbers(name, found.rows, schemas[table])
        yield Incoming(name, table, found.rows)


def _checked(
    name: str, of: str, table: pd.DataFrame, schemas: dict[str, list[dict[str, Any]]], outcome: Outcome
) -> Iterator[Incoming]:
    """The rows of a table of texts, if it has the columns that it must have."""
    fields = [spec["name"] for spec in schemas[of]]
    with tempfile.TemporaryDirectory() as folder:
        table.to_csv(Path(folder) / f"{of}.csv", index=False, lineterminator="\n")
        found = contract.read_csv_table(Path(folder), of, fields)
    numbers = [*table.index]
    outcome.faults += [
        replace(fault, file=name, row=numbers[fault.row - 2] if (fault.row or 0) > 1 and fault.row else fault.row)
        for fault in found.faults_of_shape
    ]
    if not found.faults_of_shape:
        rows = [Row(row.items(), numbers[row.number - 2]) for row in found.rows]
        outcome.faults += _doubtful_numbers(name, rows, schemas[of])
        yield Incoming(name, of, rows)


def _doubtful_numbers(name: str, rows: list[Row], schema: list[dict[str, Any]]) -> Iterator[Fault]:
    """Numbers that some programs write for thousands and others for a number with three decimals, all of them zeros: 310.000."""
    for field in (spec["name"] for spec in schema if spec["type"] in ("number", "integer")):
        for row in rows:
            if row[field].endswith(".000"):
                whole = row[field].removesuffix(".000")
                yield Fault(name, row.number, field, row[field], f"could be {whole} or {whole}000: write which", cause="thousands")


def _table_of(name: str, header: list[str], stem: str, schemas: dict[str, list[dict[str, Any]]]) -> str:
    """The table that a file holds rows of: by its columns, else by its name. Raises ``BuildError`` if it is of no table."""
    fields = {table: [spec["name"] for spec in schema] for table, schema in schemas.items()}
    found = {column.strip() for mark in ";\t" for column in (header[0].split(mark) if len(header) == 1 else header)}
    shared = {table: len(found & set(names)) / len(found | set(names)) for table, names in fields.items()}
    best = max(shared, key=lambda table: shared[table])
    if shared[best] > 0.5:
        return best
    if not any(found):  # the contract says what is wrong with it
        return next(name for name in (stem, "observations", best) if name in fields)
    if stem in fields:
        return stem
    close = {
        table: sum(bool(difflib.get_close_matches(column.lower(), names, n=1, cutoff=0.75)) for column in found)
        for table, names in fields.items()
    }
    nearest = max(fields, key=lambda table: (shared[table], close[table], table == "observations"))
    there = sorted(found & set(fields[nearest]))
    which = (
        f"{len(there)} of its {len(fields[nearest])} columns are there ({', '.join(there)})"
        if there
        else "none of its columns is there"
    )
    raise BuildError(
        f"{printable(name, 300)} — is no table of the book; the nearest is {nearest}, but {which}. A mapping says how it becomes "
        f"one: `make import TEMPLATE={nearest}` writes one to begin from"
    )
