"""What can be compared: an edition of the book, a published book in a folder, a folder of tables.

Each is read into a ``Snapshot``: rows and, except for a folder of tables, numbers, verdicts and figures with what they rest on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import TypeAdapter, ValidationError

from livingbook.contract import CONTRACT_NAME, fields_of
from livingbook.evidence.tables import EvidenceError, public_on, read_table
from livingbook.project.project import Project
from livingbook.system.digests import digest
from livingbook.system.errors import BuildError
from livingbook.values import wording as text
from livingbook.values.days import LATEST
from livingbook.values.published import PublishedNumber, known

EVIDENCE = "evidence.json"
EDITIONS = "editions.json"
DEFAULT_EDITION = "latest"
Documents = Mapping[str, Mapping[str, Any]]  # notebook → what it published
Table = list[dict[str, str]]
NUMBER = TypeAdapter(PublishedNumber)  # checks what a published book, perhaps of another time, has of a number


@dataclass(frozen=True)
class Figure:
    """A published figure: title, alternative text, and its two drawings."""

    title: str
    alt: str
    edition: str
    wide: Path
    narrow: Path


@dataclass(frozen=True)
class Snapshot:
    """A state of the book, or of its tables, to be compared with another.

    about: what it is, in words. tables: table → its rows, each field → cell. numbers, verdicts, figures: by published name; names
    of other editions than its own carry ``@edition``, as the roles in prose do.
    """

    label: str
    about: str
    tables: Mapping[str, Table]
    own: str = ""  # the edition whose names stand without one
    published: bool = False  # False: bare tables
    whole_book: bool = False  # True: a published book, with all its editions
    numbers: Mapping[str, PublishedNumber] = field(default_factory=dict)
    verdicts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    figures: Mapping[str, Figure] = field(default_factory=dict)
    reads: Mapping[str, list[Mapping[str, Any]]] = field(default_factory=dict)  # notebook → recorded selections


def find(project: Project, name: str) -> Snapshot:
    """The snapshot that a person names: an edition of the built book, the folder of a published book, or a folder of tables.

    Raises ``BuildError`` if it is none of these, saying what there is.
    """
    if name in {edition.name for edition in project.editions}:
        return staged_edition(project, name)
    folder = Path(name)
    if folder.name == "data" and (folder.resolve().parent / "results.json").is_file():
        folder = folder.resolve().parent  # the tables of a published book: the book
    if (folder / "results.json").is_file():
        return published_book(folder, name, project.contract)
    if (folder / "observations.csv").is_file():
        return Snapshot(name, "tables", tables_in(folder, project.contract))
    raise BuildError(
        f"{name!r}: no edition ({', '.join(each.name for each in project.editions)}) and no folder with a published book "
        "(results.json) or tables (observations.csv)"
    )


def staged_edition(project: Project, name: str) -> Snapshot:
    """An edition as the last build made it. Raises ``BuildError`` if there is none, or if the tables have changed since."""
    listed = project.stage / "published" / EDITIONS
    staged = _json(listed)["editions"] if listed.is_file() else {}
    if name not in staged:
        setting = "" if name == DEFAULT_EDITION else f" EDITION={name}"
        raise BuildError(f"the edition {name!r} is not in the built book; `make book{setting}` builds it")
    project = replace(project, data=(project.root / staged[name]["data"]).resolve())
    if stale := [table for table, was in staged[name]["tables"].items() if tables_of(project).get(table) != was]:
        raise BuildError(
            f"{', '.join(f'{table}.csv' for table in stale)}: not the rows that the book was built from; `make book` "
            "first, then its numbers can be compared"
        )
    published = project.stage / "published"
    documents = {each: _documents(published / each) for each in staged}
    return edition(project, documents, lambda which, _: published / which / "files", name)


def tables_of(project: Project) -> dict[str, str]:
    """Table → hash of its file, "" where there is none."""
    files = {table: project.data / f"{table}.csv" for table in fields_of(project.data, project.contract)}
    return {table: digest(path) if path.is_file() else "" for table, path in files.items()}


def edition(project: Project, documents: Mapping[str, Documents], files: Callable[[str, str], Path], name: str) -> Snapshot:
    """An edition among those of ``documents``; ``files`` gives the folder with the drawings of an edition and notebook."""
    as_of = project.edition(name).as_of
    tables = tables_in(project.with_data_of(project.edition(name)).data, project.contract, as_of)
    return _snapshot(name, _as_of(as_of), tables, documents, name, files)


def published_book(folder: Path, label: str, books: Path) -> Snapshot:
    """The snapshot of a published book. Raises ``BuildError`` where its files are not what this book publishes.

    books: as for ``tables_in``.
    Older books have no ``evidence.json``. They are compared too, but the causes of changes are then known only roughly.
    """
    try:
        own, as_of, documents = _book(folder)
        tables = tables_in(folder / "data", books, as_of)
        return _snapshot(
            label,
            f"the published book in {folder}",
            tables,
            documents,
            own,
            lambda edition, _: folder / "figures" / edition,
            whole_book=True,
        )
    except (LookupError, TypeError, AttributeError, ValidationError) as error:
        raise BuildError(f"{folder}: not a published book of this kind ({type(error).__name__}: {error})") from None


def _book(folder: Path) -> tuple[str, str, Mapping[str, Documents]]:
    """Own edition, its date, and edition → notebook → document, of a published book."""
    if (folder / EVIDENCE).is_file():
        body = _json(folder / EVIDENCE)
        return (
            body["own"],
            body["editions"][body["own"]]["as_of"],
            {name: each["notebooks"] for name, each in body["editions"].items()},
        )
    results, claims = _json(folder / "results.json"), _json(folder / "claims.json")
    own = DEFAULT_EDITION if DEFAULT_EDITION in results else sorted(results)[0]
    found: dict[str, dict[str, dict[str, Any]]] = {
        name: {notebook: {"results": numbers} for notebook, numbers in notebooks.items()} for name, notebooks in results.items()
    }
    for name in found:
        figures = {
            path.stem: {"title": path.stem, "alt": path.stem, "wide": path.name, "narrow": f"{path.stem}-narrow.svg"}
            for path in sorted((folder / "figures" / name).glob("*.svg"))
            if not path.stem.endswith("-narrow")
        }
        for stem, figure in figures.items():
            notebook, _, rest = stem.partition("-")
            found[name].setdefault(notebook, {}).setdefault("figures", {})[rest] = figure
        found[name].setdefault("claims", {})["claims"] = {
            key: card if name == own else {**card, "verdict": card["editions"][name]}
            for key, card in claims.items()
            if name == own or name in card.get("editions", {})
        }
    return own, LATEST, found


def _snapshot(
    label: str,
    about: str,
    tables: Mapping[str, Table],
    documents: Mapping[str, Documents],
    own: str,
    files: Callable[[str, str], Path],
    whole_book: bool = False,
) -> Snapshot:
    numbers: dict[str, PublishedNumber] = {}
    verdicts: dict[str, Any] = {}
    figures: dict[str, Figure] = {}
    for name, notebooks in documents.items():
        for notebook, document in notebooks.items():
            for end in [f"@{name}", *([""] if name == own else [])]:
                results = document.get("results", {}).items()
                numbers |= {f"{notebook}.{key}{end}": NUMBER.validate_python(known(body)) for key, body in results}
                verdicts |= {f"{key}{end}": card for key, card in document.get("claims", {}).items()}
                figures |= {
                    f"{notebook}.{key}{end}": _figure(body, name, files(name, notebook))
                    for key, body in document.get("figures", {}).items()
                }
    reads = {notebook: document.get("reads", []) for notebook, document in documents.get(own, {}).items()}
    return Snapshot(label, about, tables, own, True, whole_book, numbers, verdicts, figures, reads)


def _figure(body: Mapping[str, Any], edition: str, folder: Path) -> Figure:
    # Only names, never paths: a published file must not lead out of its folder.
    return Figure(body["title"], body["alt"], edition, folder / Path(body["wide"]).name, folder / Path(body["narrow"]).name)


def tables_in(folder: Path, books: Path, as_of: str = LATEST) -> dict[str, Table]:
    """The tables of a folder, observations as they were public on ``as_of``. Raises ``BuildError`` for what is no table.

    books: the contract of the project at hand, which says what the tables are where the folder holds no contract.
    """
    found: dict[str, Table] = {}
    own = folder / CONTRACT_NAME
    contract = own if own.is_file() else books
    try:
        names = list(fields_of(folder, books))
    except (OSError, ValueError, KeyError, TypeError):
        raise BuildError(f"{contract}: does not describe tables; `make check-data DATA={folder}` says what is wrong") from None
    for table in names:
        if not (folder / f"{table}.csv").is_file():
            continue
        try:
            rows = read_table(folder, table)
            if table == "observations":
                rows = public_on(rows, as_of)
        except (EvidenceError, OSError, ValueError, KeyError, pd.errors.ParserError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise BuildError(
                f"{folder / table}.csv: not a table of this book ({reason}); `make check-data DATA={folder}` says what is wrong"
            ) from None
        found[table] = rows.to_dict("records")
    return found


def _documents(folder: Path) -> dict[str, Any]:
    return {path.stem: _json(path) for path in sorted(folder.glob("*.json"))}


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BuildError(f"{path}: cannot be read ({error})") from None


def _as_of(as_of: str) -> str:
    return "all that is public now" if as_of == LATEST else f"what was public on {text.day(as_of)}"
