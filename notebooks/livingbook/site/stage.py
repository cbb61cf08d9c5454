"""The stage: the folder that Jupyter Book builds from, put together from chapters, runs and tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from livingbook.changes import staging
from livingbook.contract import fields_of
from livingbook.evidence.bibliography import bibtex
from livingbook.evidence.tables import read_table
from livingbook.project import addresses
from livingbook.project.project import Edition, Project
from livingbook.runs.runs import Runs
from livingbook.runs.store import StoredRun
from livingbook.site import jupyter_book, library
from livingbook.system.errors import BuildError
from livingbook.system.files import as_json, as_json_line, mirror, tree
from livingbook.system.readers import MAX_NOTEBOOK_BYTES, text_of, yaml_of
from livingbook.values.days import LATEST
from livingbook.words import staging as words
from livingbook.words import told
from livingbook.words.book import Book

TEXTS = (".md", ".rst", ".txt", ".bib", ".csv", ".yml", ".po", ".py", ".js", ".css", ".html", ".svg")  # what people write there
SETTINGS = ("_config.yml", "_toc.yml")  # of Jupyter Book


def require_settings(project: Project) -> None:
    """Raises ``BuildError`` if the settings of Jupyter Book are no YAML mapping, or a text of the book is not UTF-8.

    Jupyter Book itself checks the values.
    """
    for path in [*tree(project.root / "book", TEXTS), project.root / "CITATION.cff"]:
        if path.is_file():
            text_of(path, MAX_NOTEBOOK_BYTES)
    for path in (project.root / name for name in SETTINGS):
        if not isinstance(yaml_of(path), dict):
            raise BuildError(f"{path}: must be settings, each with a name")


def stage(project: Project, editions: list[Edition], runs: Runs) -> list[str]:
    """Writes the stage; returns the files that changed. The first of the editions is the book's own."""
    held = {edition.name: {name: runs.settle(edition, name) for name in project.notebook_names} for edition in editions}
    documents = {edition: {name: run.of_edition(edition) for name, run in each.items()} for edition, each in held.items()}
    noted = project.build / addresses.NOTE
    given = json.loads(noted.read_text("utf-8")) if noted.is_file() else {}
    wanted: dict[str, Path | str | bytes] = {
        "_config.yml": jupyter_book.settings(project, given),
        "_toc.yml": project.root / "_toc.yml",
        **jupyter_book.style_files(project),
    }
    for path in tree(project.root / "book"):
        wanted[path.relative_to(project.root).as_posix()] = path
    for table in fields_of(project.data, project.contract):
        wanted[f"data/{table}.csv"] = project.data / f"{table}.csv"
    contract = project.data / "datapackage.json"
    wanted["data/datapackage.json"] = contract if contract.is_file() else project.contract
    wanted["book/references.bib"] = bibtex(read_table(project.data, "sources").to_dict("records"))
    wanted["published/book.json"] = as_json(project.settings.model_dump(exclude={"may_be_typed", "no_question", "headings"}))
    for edition, each in held.items():
        for name, run in each.items():
            wanted |= of_run(edition, name, run)
    for name, run in held[editions[0].name].items():
        wanted[f"notebooks/{name}.ipynb"] = run.notebook(runs.asked(editions[0], name).shown_parameters)
    wanted["published/claims.json"] = as_json(claims(documents))
    wanted["published/parameters.json"] = as_json(parameters(runs))
    wanted["published/library.json"] = as_json(library.reference(project, runs))
    wanted["published/settings.json"] = as_json(settings(project, editions))
    own = documents[editions[0].name]
    read = words.staged(Book(project, own, claims({editions[0].name: own})))
    wanted[told.FILE] = as_json(read)
    if about := notice(project, editions[0]):
        wanted["published/notice.json"] = as_json(about)
    if (citation := project.root / "CITATION.cff").is_file():
        wanted["CITATION.cff"] = citation
    wanted |= staging.staged(project, documents, lambda edition, name: held[edition][name].folder / "files", read["list"])
    return mirror(wanted, project.stage)


def of_run(edition: str, name: str, run: StoredRun) -> dict[str, Path | str | bytes]:
    """The files of the stage that have what a notebook published for an edition."""
    files: dict[str, Path | str | bytes] = {f"published/{edition}/files/{file.name}": file for file in run.files()}
    return {f"published/{edition}/{name}.json": as_json_line(run.of_edition(edition)), **files}


def notice(project: Project, own: Edition) -> dict[str, Any]:
    """What pages say at their top of a book that is not the one that anybody gets without asking; empty for that one.

    edition, as_of; data: the folder of tables, "" for the project's own; assumptions: notebook → parameter → value; written_for:
    the edition for which the chapters are written.
    """
    standard = project.root / "data"
    if own.name == LATEST and project.data == standard:
        return {}
    inside = project.data.is_relative_to(project.root)
    folder = project.data.relative_to(project.root).as_posix() if inside else project.data.name  # no path of this machine
    return {
        "edition": own.name,
        "as_of": own.as_of,
        "data": "" if project.data == standard else folder,
        "assumptions": own.assumptions,
        "written_for": LATEST,
    }


def settings(project: Project, editions: list[Edition]) -> dict[str, dict]:
    """Edition → "as_of" (ISO date or "latest"), "assumptions", "evidence_to" (the day on which its latest figure became public)."""
    found = {}
    for edition in editions:
        days = sorted(filter(None, read_table(project.with_data_of(edition).data, "observations")["known_from"]))
        known = days if edition.as_of == "latest" else [day for day in days if day <= edition.as_of]
        found[edition.name] = {
            "as_of": edition.as_of,
            "assumptions": edition.assumptions,
            "evidence_to": known[-1] if known else "",
        }
    return found


def parameters(runs: Runs) -> dict[str, dict]:
    """Notebook → its title and parameters, as its parameters cell declares them."""
    return {
        name: {
            "title": runs.source(name).title,
            "parameters": [
                {
                    "name": each.name,
                    "default": each.default,
                    "unit": each.unit.unit,
                    "range": each.unit.range,
                    "meaning": each.meaning,
                }
                for each in runs.source(name).parameters
            ],
        }
        for name in runs.project.notebook_names
    }


def claims(documents: Mapping[str, Mapping[str, Any]]) -> dict[str, dict]:
    """Claim → its card as the first edition decides it, with "editions": the other editions and the verdict that each gives."""
    found = {
        edition: {key: card for document in each.values() for key, card in document.get("claims", {}).items()}
        for edition, each in documents.items()
    }
    own, *others = found
    return {
        key: {**card, "editions": {edition: found[edition][key]["verdict"] for edition in others}}
        for key, card in found[own].items()
    }
