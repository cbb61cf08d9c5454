"""The data contract: is a folder of tables fit to make the book from?

`check(folder)` checks the tables against `data/datapackage.json` (a Frictionless Data Package) and against the rules that a schema
cannot express, which stand in one list, `rules.RULES`. It reports all faults together, each as a `Fault` that names file, row,
field, value and reason.

    python -m livingbook.contract FOLDER

prints the faults one a line and exits with 1, or says that all is good and exits with 0.

Importing this package is quick: pandas and frictionless are imported only when a folder is checked.
"""

from __future__ import annotations

from itertools import groupby, islice
from pathlib import Path

from livingbook.contract.csv_files import Row, Table, read_csv_table
from livingbook.contract.datapackage import (
    CONTRACT_NAME,
    PROJECT_CONTRACT,
    collected_until,
    contract_for,
    fields_of,
    references,
    resources_of,
)
from livingbook.contract.faults import MAX_FAULTS, Fault, told
from livingbook.contract.rules import rule_faults
from livingbook.contract.schema import schema_faults
from livingbook.system.errors import BuildError, printable
from livingbook.system.files import is_left

__all__ = [
    "CONTRACT_NAME",
    "PROJECT_CONTRACT",
    "Fault",
    "Row",
    "Table",
    "check",
    "collected_until",
    "examine",
    "fields_of",
    "read_csv_table",
    "references",
    "require_clean",
    "resources_of",
    "told",
]


def check(folder: Path, books: Path | None = None) -> list[Fault]:
    """Everything wrong with the tables in `folder`, in the order of the contract and of the rows; empty if all is good.

    books: the file of the book's own contract. Raises nothing, whatever the folder holds.
    """
    return examine(Path(folder), books)[0]


def require_clean(folder: Path, books: Path | None = None) -> None:
    """Raises ``BuildError`` with all faults of a folder of tables, if it has any. books: the file of the book's own contract."""
    if faults := check(folder, books):
        raise BuildError("\n".join([*told(faults), f"{len(faults):,} faults in {folder}: nothing was built"]))


def examine(folder: Path, books: Path | None = None) -> tuple[list[Fault], dict[str, int]]:
    """The faults of a folder, and table → number of its rows."""
    try:
        return _examine_folder(folder, books)
    except (OSError, ValueError) as error:  # Python raises ValueError for a name that no file can have
        reason = getattr(error, "strerror", None) or error
        return [Fault(printable(str(folder)), None, None, None, f"cannot be read: {reason}")], {}


def _examine_folder(folder: Path, books: Path | None) -> tuple[list[Fault], dict[str, int]]:
    """The same; raises ``OSError`` or ``ValueError`` where the folder cannot be read."""
    if not folder.is_dir():
        reason = "is not a folder" if folder.exists() else "there is no such folder"
        return [Fault(printable(str(folder)), None, None, None, reason)], {}
    contract, faults = contract_for(folder, books)
    if contract is None:
        return faults, {}
    fields = {resource["name"]: [spec["name"] for spec in resource["schema"]["fields"]] for resource in contract["resources"]}
    tables = {name: read_csv_table(folder, name, columns) for name, columns in fields.items()}
    faults += _unknown_tables(folder, tables)
    for table in tables.values():
        faults += table.faults_of_shape
    # Cells of a ragged row may stand in the wrong columns, so that other faults found in it would mislead.
    ragged = {(table.file, number) for table in tables.values() for number in table.ragged}
    found = [*schema_faults(contract, tables), *rule_faults(tables)]
    faults += [fault for fault in found if (fault.file, fault.row) not in ragged]
    return _in_order(faults, list(tables)), {table.name: len(table.numbers) for table in tables.values()}


def _unknown_tables(folder: Path, tables: dict[str, Table]) -> list[Fault]:
    """Tables in the folder that the contract does not know."""
    known = {table.file for table in tables.values()}
    files = sorted(path.name for path in folder.iterdir() if path.suffix.lower() == ".csv" and not is_left(path.name))
    reason = "is not a table of the contract: take it out of the folder"
    return [Fault(printable(name), None, None, None, reason) for name in files if name not in known]


def _in_order(faults: list[Fault], names: list[str]) -> list[Fault]:
    """Faults without repeats: about the folder first, then by table, whole tables before rows; of each file ``MAX_FAULTS``."""
    place = {f"{name}.csv": number for number, name in enumerate(names, start=1)}
    found = sorted(dict.fromkeys(faults), key=lambda fault: (place.get(fault.file, 0), fault.row or 0))
    told: list[Fault] = []
    for file, some in groupby(found, key=lambda fault: fault.file):
        first = list(islice(some, MAX_FAULTS))
        told += first
        if len(first) == MAX_FAULTS:
            reason = f"has {MAX_FAULTS:,} faults or more; the rest are not listed: mend these and check again"
            told.append(Fault(file, None, None, None, reason))
    return told
