"""Something to begin from: an example row of a table or of a measure, and the mapping by which it comes in."""

from __future__ import annotations

import difflib
from pathlib import Path

import yaml

from livingbook import contract
from livingbook.contract import Row
from livingbook.importing.read import ENDING
from livingbook.project.project import Project
from livingbook.system.errors import BuildError, printable
from livingbook.system.files import write

FOLDER = "imports"  # of the project, for data of others and their mappings
WORDS = """\
# How {name}.csv, beside this file, becomes rows of {table}.csv: `make import ROWS={folder}/{name}.csv`.
# Give `columns` the names that your data have, and `constants` what is the same in every row. Also understood: separator, encoding,
# skip, sheet, records, decimal, thousands, dates (dmy, mdy, ymd), translate, wide, every (month, year), running_totals, id.
"""


def make(project: Project, name: str) -> list[Path]:
    """Writes the example and the mapping of a table, or of the observations of a measure; returns the two files.

    Raises ``BuildError`` for a name that is neither, for a table without rows, and rather than overwrite a file.
    """
    fields = contract.fields_of(project.data, project.contract)
    rows = {table: contract.read_csv_table(project.data, table, names).rows for table, names in fields.items()}
    measures = [row["measure"] for row in rows.get("measures", [])]
    if name in measures:
        table, found = "observations", [row for row in rows["observations"] if row["measure"] == name] or rows["observations"]
    elif name in fields:
        table, found = name, rows[name]
    else:
        near = difflib.get_close_matches(name, [*fields, *measures], n=3)
        close = f"; close to it: {', '.join(near)}" if near else f"; tables are {', '.join(fields)}"
        raise BuildError(f"{printable(name)} is no table and no measure of the book{close}")
    if not found:
        raise BuildError(f"{table}.csv has no row to take as an example")
    folder = project.root / FOLDER
    example, mapping = folder / f"{name}.csv", folder / f"{name}{ENDING}"
    for path in (example, mapping):
        if path.exists():
            raise BuildError(f"{path}: is there already; take it away first")
    same = constants(found, fields[table])
    varying = [field for field in fields[table] if field not in same and any(row[field] for row in found)]
    row = found[-1]
    cells = [",".join(_quoted(text) for text in line) for line in (varying, [row[field] for field in varying])]
    write(example, "\n".join([*cells, ""]))
    body = {"table": table, "columns": {field: field for field in varying}, "constants": same}
    text = yaml.safe_dump({key: value for key, value in body.items() if value}, sort_keys=False, allow_unicode=True, width=10_000)
    write(mapping, WORDS.format(name=name, table=table, folder=FOLDER) + text)
    return [example, mapping]


def constants(rows: list[Row], fields: list[str]) -> dict[str, str]:
    """Field → text that is the same in all rows; of one row alone nothing is known to be."""
    if len(rows) < 2:
        return {}
    return {field: rows[0][field] for field in fields if rows[0][field] and all(row[field] == rows[0][field] for row in rows)}


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"') else text
