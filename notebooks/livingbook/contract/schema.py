"""The schema: frictionless judges each distinct text of a column."""

from __future__ import annotations

import difflib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from livingbook.contract.csv_files import Table
from livingbook.contract.datapackage import names_of, references
from livingbook.contract.faults import MAX_FAULTS, Fault
from livingbook.contract.notation import PLAIN_DATE, PLAIN_NUMBER
from livingbook.system.errors import printable

if TYPE_CHECKING:
    import numpy as np


# Names that Windows keeps for a device. A key may become the name of a file.
DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{device}{number}" for device in ("com", "lpt") for number in range(1, 10))})


def schema_faults(contract: dict[str, Any], tables: dict[str, Table]) -> list[Fault]:
    """What the schema says is wrong with the rows that could be read."""
    faults: list[Fault] = []
    for resource in contract["resources"]:
        faults += _faults_of_schema(resource, tables)
    return faults


def _faults_of_schema(resource: dict[str, Any], tables: dict[str, Table]) -> Iterator[Fault]:
    """The same for one table, in no particular order, and of each constraint at most ``MAX_FAULTS``.

    That a primary key is there, and once, needs no check of its own: the contract also declares its field required and unique.
    """
    schema, table = resource["schema"], tables[resource["name"]]
    specs = {spec["name"]: spec for spec in schema["fields"] if spec["name"] in table.columns}
    for column, spec in specs.items():
        yield from islice(table.faults_of_texts(column, _schema_reasons(spec, schema)), MAX_FAULTS)
    for column, spec in specs.items():
        if spec.get("constraints", {}).get("unique"):
            before = table[column].row_before()
            twice = table[column].each(bool) & (before >= 0)
            yield from islice(table.faults(twice, column, _repeats(table, before)), MAX_FAULTS)
    for key in names_of(schema.get("primaryKey", [])):
        if key in table.columns:
            yield from table.faults(table[key].among(DEVICES), key, "is a name that Windows keeps for a device: choose another key")
    for column, is_list, name, there in references(resource):
        other = tables[name]
        if column in table.columns and other.whole and there in other.columns:
            yield from islice(table.faults_of_texts(column, _missing_key_reasons(other, there, is_list)), MAX_FAULTS)


def _repeats(table: Table, before: np.ndarray) -> Callable[[int], str]:
    """The reason of a fault in a row: its text stands in an earlier row too, which ``before`` has for each row."""
    return lambda row: f"is there twice: also in row {table.numbers[before[row]]}"


def _missing_key_reasons(other: Table, column: str, is_list: bool) -> Callable[[str], Iterator[str]]:
    """A function that gives the reasons why a text is not a key of another table, or not a list of such keys.

    other, column: the table, and its column with the keys. is_list: the text holds several keys, separated by semicolons.
    """
    known = set(other[column].texts)

    def wrong(text: str) -> Iterator[str]:
        for key, times in Counter(text.split(";") if is_list else [text]).items():
            if text and key not in known:
                named = f'"{printable(key)}" ' if is_list else ""
                yield f"{named}is not in {other.file} (column {column})"
            if times > 1:
                yield f'"{printable(key)}" is listed twice'

    return wrong


def _schema_reasons(spec: dict[str, Any], schema: dict[str, Any]) -> Callable[[str], Iterator[str]]:
    """A function that gives the reasons why a text may not stand in a field.

    spec: the field's description in the contract; schema: that of its table.
    """
    read = _reader(json.dumps({**_without_keys(schema), "fields": [spec]}))

    def wrong(text: str) -> Iterator[str]:
        _, notes = read(_as_written(text, spec))
        for demand, note in (notes or {}).items():
            yield _type_reason(spec) if demand == "type" else _constraint_reason(demand, note, text, spec)

    return wrong


@lru_cache(maxsize=256)  # frictionless is slow here, and many folders are checked against the same contract
def _reader(described: str) -> Callable[[str], Any]:
    """The function by which frictionless reads a cell of the only field of a schema, which is given as JSON."""
    from frictionless import Schema

    (described_field,) = Schema.from_descriptor(json.loads(described)).fields
    return described_field.create_cell_reader()


def _without_keys(schema: dict[str, Any]) -> dict[str, Any]:
    return {name: schema[name] for name in schema if name not in ("primaryKey", "foreignKeys", "listKeys")}


def _as_written(cell: str, spec: dict[str, Any]) -> str:
    """A cell's text, with a mark before it that makes frictionless refuse it where the book would not read it.

    frictionless takes "NaN", "1_000", "1e5" and digits of other scripts for numbers, and "2024-1-5" for a date; the book does not.
    """
    plain = {"number": PLAIN_NUMBER, "integer": PLAIN_NUMBER, "date": PLAIN_DATE}.get(spec["type"])
    return cell if not cell or plain is None or plain.fullmatch(cell) else f"not plain: {cell}"


def _type_reason(spec: dict[str, Any]) -> str:
    """Why a cell is not of its field's type."""
    if spec["type"] == "boolean":
        return f"must be {' or '.join([*spec.get('trueValues', ['true']), *spec.get('falseValues', ['false'])])}"
    reasons = {
        "number": "must be a number, in 15 digits at most, with a point before decimals",
        "date": "must be a day of the calendar, written YYYY-MM-DD",
    }
    return reasons.get(spec["type"], f"must be of the type {spec['type']}")


def _constraint_reason(name: str, note: str, cell: str, spec: dict[str, Any]) -> str:
    """Why a cell breaks its field's constraint of that name; `note` is how frictionless says it."""
    bound = spec.get("constraints", {}).get(name)
    reasons: dict[str, str] = {
        "required": "must not be empty",
        "pattern": f"must be {spec.get('form', f'of the form {bound}')}",
        "minimum": f"must not be less than {bound}",
        "maximum": f"must not be more than {bound}",
        "maxLength": f"is {len(cell):,} characters long: at most {bound} fit",
    }
    if name == "enum":
        near = difflib.get_close_matches(cell, map(str, bound or []), n=1)
        meant = f'; did you mean "{near[0]}"?' if near else ""
        return f"must be one of: {', '.join(map(str, bound or []))}{meant}"
    return reasons.get(name, note)
