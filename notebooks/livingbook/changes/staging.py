"""What a build stages of changes: the report for the page of the book, and what a later comparison with this book needs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from livingbook.changes.compare import compare
from livingbook.changes.snapshots import EDITIONS, EVIDENCE, Documents, edition, tables_of
from livingbook.project.project import Project
from livingbook.system.files import as_json
from livingbook.values.published import FIELDS

FIGURE_FIELDS = ("title", "alt", "wide", "narrow")


def staged(
    project: Project, documents: Mapping[str, Documents], files: Callable[[str, str], Path], words: Iterable[Mapping[str, Any]] = ()
) -> dict[str, str]:
    """The files that the stage needs for the page of changes, by their paths in the stage.

    They are the report from the edition that the book is compared with (its own, if that one is not built) to the book's own
    edition, and what a later comparison with this book needs. words: what is to be read again.
    """
    own, compared_with = next(iter(documents)), project.settings.compared_with
    earlier = compared_with if compared_with in documents else own
    before, after = (edition(project, documents, files, name) for name in (earlier, own))
    report = compare(before, after, project.root / "book", words=words)
    return {
        "published/changes.json": as_json(report.model_dump(mode="json")),
        f"published/{EVIDENCE}": evidence(project, documents),
        f"published/{EDITIONS}": staged_editions(project, documents),
    }


def staged_editions(project: Project, editions: Iterable[str]) -> str:
    """From which folder, with which tables, each edition of the built book comes, as JSON."""
    seen = {name: project.with_data_of(project.edition(name)) for name in editions}
    return as_json(
        {
            "own": next(iter(seen)),
            "editions": {
                name: {"data": Path(os.path.relpath(each.data, each.root)).as_posix(), "tables": tables_of(each)}
                for name, each in seen.items()
            },
        }
    )


def evidence(project: Project, documents: Mapping[str, Documents]) -> str:
    """What is published of a book so that it can be compared later, as JSON.

    By edition and notebook: numbers with their rows, titles of figures, verdicts, and the selections of rows that were read.
    """
    body = {
        name: {
            "as_of": project.edition(name).as_of,
            "notebooks": {notebook: _trimmed(each) for notebook, each in notebooks.items()},
        }
        for name, notebooks in documents.items()
    }
    return as_json({"own": next(iter(documents)), "editions": body})


def _trimmed(document: Mapping[str, Any]) -> dict[str, Any]:
    def only(entries: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
        return {key: {name: each[name] for name in fields if name in each} for key, each in entries.items()}

    return {
        "title": document["title"],
        "reads": document["reads"],
        "results": only(document["results"], FIELDS),
        "figures": only(document["figures"], FIGURE_FIELDS),
        "claims": document.get("claims", {}),
    }
