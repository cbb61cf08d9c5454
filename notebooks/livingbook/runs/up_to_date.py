"""Whether there is anything to do, found out before anything that takes long is imported.

A finished book notes the hash of everything that was looked at while it was made, and of everything that it left. While both are
as they were, another build would look at the same and make the same.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from livingbook.project.project import Project
from livingbook.runs.present import Present, differing
from livingbook.system.errors import BuildError
from livingbook.system.files import as_json, digest, write

if TYPE_CHECKING:
    from livingbook.runs.store import Run

PAGES = ("book", "_toc.yml", "_config.yml", "CITATION.cff")  # what no notebook and no check of the data reads


def note(project: Project) -> Path:
    return project.build / "done" / "book"


def is_built(project: Project, edition: str) -> bool:
    """Whether the published book is of that edition, all that it was made from is as it was, and it is there as it was made."""
    last = noted(project)
    return (
        bool(last) and last["of"] == _of(project, edition) and not differing(last["inputs"]) and last["outputs"] == outputs(project)
    )


def only_pages(project: Project, edition: str, present: Present) -> bool:
    """Whether nothing but prose and what dresses it has changed since the last book: then the data are checked, and no notebook
    will have to run."""
    last = noted(project)
    rooms = [project.root / name for name in PAGES]
    return (
        bool(last)
        and last["of"] == _of(project, edition)
        and all(
            present.hash(Path(path)) == was or any(Path(path).is_relative_to(room) for room in rooms)
            for path, was in last["inputs"].items()
        )
    )


def noted(project: Project) -> dict[str, Any]:
    """What the last finished build noted; empty if there is none, or its note was damaged."""
    try:
        found = json.loads(note(project).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and found.keys() == {"of", "inputs", "outputs", "runs"} else {}


def built(project: Project, edition: str, present: Present, runs: dict[str, dict[str, str]]) -> None:
    """Notes that a book has been made, from what, and from which runs (edition → notebook → key)."""
    write(
        note(project), as_json({"of": _of(project, edition), "inputs": present.hashes(), "outputs": outputs(project), "runs": runs})
    )


def runs_of_book(project: Project) -> dict[str, dict[str, Run]]:
    """Edition → notebook → the run that is in the book. Raises ``BuildError`` if no book has been built."""
    from livingbook.runs.store import Run

    last = noted(project)
    if not last:
        raise BuildError("there is no book yet; `make book` builds it")
    return {
        edition: {name: Run(project.build / "store" / key) for name, key in runs.items()} for edition, runs in last["runs"].items()
    }


def _of(project: Project, edition: str) -> str:
    return digest(sys.version, repr([project, edition]))


def outputs(project: Project) -> str:
    """Hash of everything that a build leaves for others to read: the published book, the editions' results, the sweeps."""
    folders = [project.published.resolve(), project.build / "editions", project.build / "sweeps"]
    return digest(
        *(part for folder in folders for path in sorted(folder.rglob("*")) if path.is_file() for part in (str(path), path))
    )
