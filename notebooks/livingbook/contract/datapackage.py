"""Reading the contract, `datapackage.json`: the book's own, and the copy that a data folder may hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from livingbook.contract.cell_rules import no_hidden_characters
from livingbook.contract.faults import Fault
from livingbook.contract.notation import SLUG
from livingbook.system.errors import printable

CONTRACT_NAME = "datapackage.json"
MAX_BYTES = 1024 * 1024
# The contract of the book in whose repository the engine lies, three folders above this package. The file may not exist.
PROJECT_CONTRACT = Path(__file__).resolve().parents[3] / "data" / CONTRACT_NAME


def names_of(names: str | list[str]) -> list[str]:
    """The fields of a key as a list; the contract may write a single field as a text."""
    return [names] if isinstance(names, str) else names


def references(resource: dict[str, Any]) -> Iterator[tuple[str, bool, str, str]]:
    """The references of a table to others, each as (field, whether it holds a list of keys, other table, its field).

    ``foreignKeys`` are those of Table Schema. ``listKeys`` have the same form; their cells hold several keys, separated by
    semicolons. Raises ``KeyError``, ``TypeError`` or ``ValueError`` for a key that is not of exactly one field.
    """
    for kind in ("foreignKeys", "listKeys"):
        for key in resource["schema"].get(kind, []):
            (column,), (there,) = names_of(key["fields"]), names_of(key["reference"]["fields"])
            yield column, kind == "listKeys", key["reference"].get("resource") or resource["name"], there


def fields_of(folder: Path, books: Path | None = None) -> dict[str, list[str]]:
    """Table → its fields, in the order of the contract in a folder, or of the book's own, ``books``, if the folder has none.

    Raises ``OSError``, ``ValueError``, ``KeyError`` or ``TypeError`` for a file that is not a contract; `check` says what is wrong.
    """
    return {each["name"]: [spec["name"] for spec in each["schema"]["fields"]] for each in resources_of(folder, books)}


def resources_of(folder: Path, books: Path | None = None) -> list[dict[str, Any]]:
    """The descriptions of the tables in the same contract, as ``resources`` of a data package."""
    own = folder / CONTRACT_NAME
    return json.loads((own if own.is_file() else books or PROJECT_CONTRACT).read_text("utf-8-sig"))["resources"]


def collected_until(folder: Path) -> str:
    """The last day on which evidence was collected for the tables of a folder (ISO), as its own contract says; "" if none does."""
    own = folder / CONTRACT_NAME
    return str(json.loads(own.read_text("utf-8-sig")).get("collectedUntil", "")) if own.is_file() else ""


def load_contract(path: Path) -> tuple[dict[str, Any] | None, list[Fault]]:
    """The contract at `path`, or None and what is wrong with it."""

    def broken(reason: str, row: int | None = None) -> tuple[None, list[Fault]]:
        return None, [Fault(CONTRACT_NAME, row, None, None, reason)]

    try:
        if not path.is_file():
            return broken("is not a file" if path.exists() else "is a link that leads nowhere")
        if path.stat().st_size > MAX_BYTES:
            return broken(f"is larger than {MAX_BYTES // 1024**2} MB")
        contract = json.loads(path.read_bytes().decode("utf-8-sig"), parse_constant=_refuse, object_pairs_hook=_once)
        for value in _texts(contract):
            for reason in no_hidden_characters(value):
                return broken(f'"{printable(value, 40)}": {reason}')
    except json.JSONDecodeError as error:
        return broken(f"is not JSON: {error.msg}", error.lineno)
    except UnicodeDecodeError:
        return broken("is not UTF-8 text: save it as UTF-8")
    except (ValueError, RecursionError) as error:
        return broken("is not JSON" if isinstance(error, RecursionError) else f"is not JSON: {printable(str(error))}")
    except OSError as error:
        return broken(f"cannot be read: {error.strerror or error}")
    try:
        for resource in contract["resources"]:
            name = resource["name"]
            if not SLUG.fullmatch(name) or resource["path"] != f"{name}.csv":
                return broken(f'the table "{printable(str(name))}" must lie in a file of its own name beside it')
            for spec in resource["schema"]["fields"]:
                if not {"name", "type"} <= spec.keys():
                    return broken(f'the table "{name}" has a field without name or type')
            for column, _, table, there in references(resource):
                if not (isinstance(column, str) and isinstance(table, str) and isinstance(there, str)):
                    raise TypeError(column)
        names = [resource["name"] for resource in contract["resources"]]
        fields = {each["name"]: {spec["name"] for spec in each["schema"]["fields"]} for each in contract["resources"]}
    except (KeyError, TypeError, AttributeError, ValueError):
        return broken("does not describe tables: each resource needs name, path and a schema with fields; keys of one field")
    if len(set(names)) < len(names):
        return broken("describes a table twice")
    for resource in contract["resources"]:
        for column, _, table, there in references(resource):
            for name, field in ((resource["name"], column), (table, there)):
                if field not in fields.get(name, ()):
                    return broken(f'"{resource["name"]}.{column}" refers to a field that is not described: {name}.{field}')
    reasons = _metadata_reasons(json.dumps(contract))
    wrong = [Fault(CONTRACT_NAME, None, None, None, f"is not a data package: {reason}") for reason in reasons]
    return (None, wrong) if wrong else (contract, [])


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON. Raises ``ValueError`` if a name in it is given twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for place, (name, _) in enumerate(pairs) if name in dict(pairs[:place]))
        raise ValueError(f'"{twice}" is given twice')
    return found


def _texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value, at any depth, with line breaks as spaces."""
    if isinstance(value, str):
        yield " ".join(value.split("\n"))
    elif isinstance(value, dict | list):
        for each in [*value, *value.values()] if isinstance(value, dict) else value:
            yield from _texts(each)


@lru_cache(maxsize=4)  # frictionless is slow here, and many folders are checked against the same contract
def _metadata_reasons(text: str) -> list[str]:
    """What frictionless finds wrong with the text of a contract as a data package."""
    from frictionless import FrictionlessException, Package

    samples = {"number": "0", "integer": "0", "date": "2000-01-01"}
    try:
        package = Package.from_descriptor(json.loads(text))
        for resource in package.resources:
            for spec in resource.schema.fields:
                spec.read_cell(samples.get(spec.type, "a"))  # only reading a cell reveals a bound that is not a number or a date
    except FrictionlessException as error:
        return [reason.note for reason in error.reasons] or [error.error.note]
    except Exception as error:  # a descriptor of the wrong shape makes frictionless raise errors of many kinds
        return [f"{type(error).__name__}: {error}"]
    return []


def _what_it_checks(contract: dict[str, Any]) -> dict[tuple[str, str | None], Any]:
    """What a contract demands of tables and fields, without titles and descriptions: (table, field or None) → demands."""
    demands: dict[tuple[str, str | None], Any] = {}
    for resource in contract["resources"]:
        schema = resource["schema"]
        demands[resource["name"], None] = [
            schema.get("missingValues", [""]),
            names_of(schema.get("primaryKey", [])),
            sorted(references(resource)),
        ]
        for spec in schema["fields"]:
            texts = {"title", "description", "form"}
            demands[resource["name"], spec["name"]] = {key: spec[key] for key in spec if key not in texts}
    return demands


def contract_for(folder: Path, books: Path | None = None) -> tuple[dict[str, Any] | None, list[Fault]]:
    """The contract against which a folder is checked, and its faults; (None, faults) if there is no usable one.

    books: the book's own contract; without it, that of the book in whose repository the engine lies. A folder may hold a copy with
    other titles and descriptions, but not with other demands, because the code relies on them.
    """
    books = books or PROJECT_CONTRACT
    own = folder / CONTRACT_NAME
    has_own = own.exists() or own.is_symlink()
    if not books.exists() or (own.exists() and own.samefile(books)):
        if has_own:
            return load_contract(own)
        return None, [Fault(CONTRACT_NAME, None, None, None, "is missing from the folder, and the book's own is not there")]
    contract, faults = load_contract(books)
    if contract is None or not has_own:
        return contract, faults
    brought, faults = load_contract(own)
    if brought is None:
        return contract, faults
    wanted, given = _what_it_checks(contract), _what_it_checks(brought)
    for table, name in sorted(wanted.keys() | given.keys(), key=str):
        if wanted.get((table, name)) != given.get((table, name)):
            reason = "asks for something other than the book's own contract: make it the same, or take this file away"
            faults.append(Fault(CONTRACT_NAME, None, table if name is None else f"{table}.{name}", None, reason))
    return contract, faults
