"""Whether there is anything to do, found out before anything that takes long is imported.

A finished build notes the content of everything that went in and of everything that came out. While both are as they were,
the published book is the one that a build would make.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from . import addresses
from .errors import BuildError
from .files import digest, holds, tree, write
from .project import Edition, Project
from .settings import yaml_of

LIBRARY = (".py", ".mplstyle")
TABLES = (".csv", ".json")


def of_runs(project: Project, names: Iterable[str]) -> list[Path]:
    """The files that any run of these notebooks depends on, beside the data: sources, lock, editions, library."""
    return [*(project.notebooks / f"{name}.ipynb" for name in names), project.root / "requirements.txt",
            project.notebooks / "editions.yml", *tree(project.notebooks / "desertion", LIBRARY)]


def of_sweeps(project: Project) -> list[Path]:
    """The list of sweeps, and the tables of the data folders that it names."""
    path = project.notebooks / "sweeps.yml"
    try:
        listed = yaml_of(path)
        folders = [project.root / folder for body in listed.values() for folder in body.get("data", [])]
    except (BuildError, AttributeError, TypeError):  # none, or not as it must be: the build says so
        folders = []
    return [path, *(table for folder in folders for table in tables(folder))]


def tables(folder: Path) -> list[Path]:
    """The tables of a data folder and their contract; not what lies in folders below: it may be a whole disk."""
    try:
        return sorted(path for path in folder.iterdir() if path.suffix in TABLES and path.is_file())
    except (OSError, ValueError):  # none to be read: the check says so
        return []


def of_pages(project: Project) -> list[Path]:
    """The files that the published pages depend on, beside the results and the data."""
    named_ones = (project.root / name for name in ("_config.yml", "_toc.yml", "CITATION.cff", "requirements.txt"))
    settings = [path for path in (*named_ones, project.build / addresses.NOTE) if path.is_file()]
    return [*settings, *tree(project.root / "book"), *tree(project.notebooks / "desertion" / "pipeline", LIBRARY)]


def inputs(project: Project, editions: list[Edition]) -> str:
    """Hash of everything that a build of these editions depends on."""
    folders = dict.fromkeys([project.data, *(project.seen_by(edition).data for edition in editions)])
    files = [*of_runs(project, project.notebook_names), *of_sweeps(project), *of_pages(project),
             *(table for folder in folders for table in tables(folder))]
    return digest(sys.version, repr([project, *editions]), *named([path for path in files if path.is_file()]))


def outputs(project: Project) -> str:
    """Hash of everything that a build leaves for others to read: the published book, the editions, the sweeps."""
    folders = [project.published.resolve(), project.build / "editions", project.build / "sweeps"]
    return digest(*named([path for folder in folders for path in folder.rglob("*") if path.is_file()]))


def named(files: Iterable[Path]) -> list[str | Path]:
    """Each file's path and the file, in order."""
    return [part for path in sorted(files) for part in (str(path), path)]


def note(project: Project) -> Path:
    return project.build / "done" / "book"


def is_built(project: Project, now: str) -> bool:
    """Whether the last build was one of these inputs, and what it made is there as it made it."""
    return holds(note(project), f"{now}\n{outputs(project)}\n")


def built(project: Project, before: str, after: str) -> None:
    """Notes that a build has ended, unless its inputs changed meanwhile: then nobody knows which of them it saw."""
    if before == after:
        write(note(project), f"{after}\n{outputs(project)}\n")
