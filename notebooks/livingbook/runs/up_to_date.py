"""Whether a build has anything to do, decided before any slow package is imported.

A build ends with a note of the hashes of all files that it looked at, and of all that it wrote. As long as both are unchanged,
another build would give the same book.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from livingbook.project.project import Project
from livingbook.runs.present import Present, differing
from livingbook.system.digests import digest
from livingbook.system.errors import BuildError
from livingbook.system.files import as_json, write

if TYPE_CHECKING:
    from livingbook.runs.store import StoredRun

PAGES = ("book", "_toc.yml", "CITATION.cff")  # what the check of the data never reads, and notebooks as good as never


def note(project: Project) -> Path:
    """The file that says what the published book was made from."""
    return project.room / "done" / "book"


def is_built(project: Project, edition: str) -> bool:
    """Whether the published book is of that edition, and neither what it was made from nor the book itself has changed."""
    last = noted(project)
    return (
        bool(last)
        and last["of"] == _of(project, edition)
        and not differing(last["inputs"])
        and last["outputs"] == outputs(project, last["runs"])
    )


def tables_hold(project: Project, edition: str, present: Present) -> bool:
    """Whether only pages and notebooks have changed since the last build, so that no table has to be checked again."""
    notebooks = [project.notebooks / f"{name}.ipynb" for name in project.notebook_names]
    return unchanged_but(project, edition, present, [*(project.root / name for name in PAGES), *notebooks])


def were_checked(project: Project) -> bool:
    """Whether the last build checked the tables of the project's data folder as they are, by the rules as they are.

    They were in order then: a build of tables that are not leaves no note.
    """
    decide = (project.data, project.contract, project.engine, project.root / "requirements.txt")
    inputs = noted(project).get("inputs", {})
    of_these = {path: was for path, was in inputs.items() if any(Path(path).is_relative_to(each) for each in decide)}
    return str(project.data) in of_these and not differing(of_these)


def unchanged_but(project: Project, edition: str, present: Present, rooms: Iterable[Path]) -> bool:
    """Whether the last build was of that edition, and of all that it looked at only these files and folders have changed."""
    last, apart = noted(project), list(rooms)
    return (
        bool(last)
        and last["of"] == _of(project, edition)
        and all(
            present.hash(Path(path)) == was or any(Path(path).is_relative_to(room) for room in apart)
            for path, was in last["inputs"].items()
        )
    )


def changed_inputs(project: Project) -> list[str]:
    """The files that have changed since the last build; none if there was no build."""
    last = noted(project)
    return differing(last["inputs"]) if last else []


def noted(project: Project) -> dict[str, Any]:
    """The note of the last finished build; empty if there is none, or it is damaged."""
    try:
        found = json.loads(note(project).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and found.keys() == {"of", "edition", "inputs", "outputs", "runs"} else {}


def built(project: Project, edition: str, present: Present, runs: dict[str, dict[str, str]]) -> None:
    """Writes the note of a finished build. runs: edition → notebook → key of the run in the book."""
    write(
        note(project),
        as_json(
            {
                "of": _of(project, edition),
                "edition": edition,
                "inputs": present.hashes(),
                "outputs": outputs(project, runs),
                "runs": runs,
            }
        ),
    )


def runs_of_book(project: Project) -> dict[str, dict[str, StoredRun]]:
    """Edition → notebook → the run that is in the book. Raises ``BuildError`` if no book has been built."""
    from livingbook.runs.store import StoredRun

    last = noted(project)
    if not last:
        raise BuildError("there is no book yet; `make book` builds it")
    return {
        edition: {name: StoredRun(project.build / "store" / key) for name, key in runs.items()}
        for edition, runs in last["runs"].items()
    }


def runs_that_hold(project: Project, edition: str, present: Present) -> dict[str, dict[str, StoredRun]]:
    """The same, if only chapters have changed since, which no run has read, and all that the last build wrote is as it was.

    Else empty. A book that was built beside this one may have written the tables of sweeps anew, by its own assumptions.
    """
    last = noted(project)
    holds = unchanged_but(project, edition, present, [project.root / name for name in PAGES])
    if not holds or last["outputs"] != outputs(project, last["runs"]):
        return {}
    runs = runs_of_book(project)
    read = [what for each in runs.values() for run in each.values() for what, _ in run.record.get("inputs", ())]
    return {} if reads_pages(read) else runs


def reads_pages(inputs: Iterable[str]) -> bool:
    """Whether any of these recorded inputs (``kind:name``) is a chapter, or another file that as a rule only pages show."""
    split = (what.removeprefix("folder ").partition(":") for what in inputs)
    return any(kind == "file" and name.partition("/")[0] in PAGES for kind, _, name in split)


def own_edition(project: Project) -> str:
    """The edition that the book holds which was built last. Raises ``BuildError`` if no book has been built."""
    last = noted(project)
    if not last:
        raise BuildError("there is no book yet; `make book` builds it")
    return str(last["edition"])


def _of(project: Project, edition: str) -> str:
    return digest(sys.version, repr([project, edition]))


def outputs(project: Project, editions: Iterable[str]) -> str:
    """Hash of all that a build writes for others to read: the published book, the results of its editions, the tables of sweeps."""
    folders = [project.published, *map(project.edition_folder, sorted(editions)), project.build / "sweeps"]
    return digest(
        *(part for folder in folders for path in sorted(folder.rglob("*")) if path.is_file() for part in (str(path), path))
    )
