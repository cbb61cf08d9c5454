"""Nothing that is published may tell of the machine that built it: its paths, its user's name, its environment variables.

Executed notebooks and all files are searched before they are published. What the book's own inputs contain is allowed in its
outputs: the word "list" gives nothing away, even if the user is called so.
"""

from __future__ import annotations

import getpass
import html
import json
import os
import re
import sys
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

from livingbook.project.project import Project
from livingbook.runs.present import Present, hash_all_inputs
from livingbook.system.digests import digest
from livingbook.system.errors import BuildError
from livingbook.system.files import as_json, temporary, write

Executed = Mapping[tuple[str, str, str], Callable[[], str]]  # edition, notebook and key of its run → what gives its text
LONG = 8  # characters: shorter values of variables are too common to tell machines apart
LONG_NAME = 4  # characters: so are shorter names of users
# These variables differ from one command to the next. Their values are paths, which are searched for anyway, or tell nothing.
OF_THE_SHELL = ("PWD", "OLDPWD", "_", "SHLVL", "TMPDIR")
PATHS_ANYWHERE = re.compile(rb"(?:/home/|/Users/|[A-Z]:\\{1,2}Users\\{1,2})\w[\w.-]*|/tmp/(?:ipykernel_|tmp)\w+|/site-packages/")
PICTURES = (".png",)


def paths(project: Project) -> dict[str, str]:
    """Path on this machine → what it is, in words."""
    found = {
        str(project.root): "the folder of the checkout",
        str(project.data): "the data folder",
        str(Path.home()): "the user's folder",
        sys.prefix: "the folder of Python",
        str(temporary()): "the folder of temporary files",
    }
    return {path: what for path, what in found.items() if len(path) > 1}


def variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Name or value of an environment variable that tells machines apart → what it is, in words."""
    given = {name: value for name, value in environment.items() if name not in OF_THE_SHELL}
    values = {value: f"the value of the environment variable {name}" for name, value in given.items() if len(value) >= LONG}
    names = {name: "the name of an environment variable" for name in given if len(name) >= LONG and "_" in name}
    return {**names, **values}


def user() -> str:
    """The name of the user, "" if the system has none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def spelt(texts: Mapping[str, str], inputs: bytes) -> dict[bytes, str]:
    """Spelling of a text in a file (plain, in JSON, in HTML) → what it is, in words; without spellings that the inputs contain."""
    forms = {form.encode(): what for text, what in texts.items() for form in (text, json.dumps(text)[1:-1], html.escape(text))}
    return {form: what for form, what in forms.items() if form not in inputs}


class Searcher:
    """Looks through files for what is private on this machine."""

    def __init__(self, project: Project) -> None:
        self.project, self.name = project, user()
        self.paths, self.variables = paths(project), variables(os.environ)

    @property
    def key(self) -> str:
        """A digest of what is searched for, and of this module."""
        return digest(as_json([self.paths, self.variables, self.name]), Path(__file__))

    @cached_property
    def inputs(self) -> bytes:
        """The content of all files that the book is made from, in one piece."""
        present = Present()
        built = [edition for edition in self.project.editions if self.project.edition_folder(edition.name).is_dir()]
        hash_all_inputs(present, self.project, built)
        return b"\0".join(path.read_bytes() for path in map(Path, present.hashes()) if path.is_file())

    @cached_property
    def everywhere(self) -> dict[bytes, str]:
        """What no file may hold: bytes → what they tell."""
        return spelt(self.paths, self.inputs)

    @cached_property
    def in_notebooks(self) -> dict[bytes, str]:
        """What no executed notebook may hold besides: bytes → what they tell."""
        return spelt(self.variables, self.inputs)

    def found(self, content: bytes, notebook: bool) -> str:
        """What a file gives away of this machine, in words; "" if nothing.

        notebook: True to look for environment variables and the user's name too.
        """
        for form, what in [*self.everywhere.items(), *(self.in_notebooks.items() if notebook else ())]:
            if form in content:
                return what
        for other in PATHS_ANYWHERE.finditer(content):
            if other[0] not in self.inputs:
                return f"a path of somebody's machine ({other[0].decode(errors='replace')})"
        return "the name of the user" if notebook and self.names_user(content) else ""

    def names_user(self, content: bytes) -> bool:
        """Whether a file names the user, as a word. Short names, and names that the inputs hold, are not looked for."""
        name = self.name.encode()
        word = re.compile(rb"\b" + re.escape(name) + rb"\b")
        return len(name) >= LONG_NAME and name not in self.inputs and word.search(content) is not None


def require_none(project: Project, folder: Path, hashes: Mapping[str, str], executed: Executed) -> None:
    """Raises ``BuildError`` naming the executed notebooks, with the cell, and the files of ``folder`` that give something away.

    hashes: file → its hash, for every file of the folder. What was found clean is not searched again on the same machine.
    """
    searcher, note = Searcher(project), project.build / "done" / "private"
    known = note.read_text("utf-8", errors="replace").splitlines() if note.is_file() else []
    clean = set(known[1:]) if known[:1] == [searcher.key] else set()
    runs = {f"run {run} of {edition}": (edition, name, text) for (edition, name, run), text in executed.items()}
    files = {folder / name: found for name, found in hashes.items() if not name.endswith(PICTURES)}
    faults = [
        fault
        for mark, (edition, name, text) in runs.items()
        if mark not in clean and (fault := fault_of(searcher, edition, name, text().encode()))
    ]
    faults += [
        f"{path.relative_to(folder).as_posix()}: carries {what}"
        for path, mark in files.items()
        if mark not in clean and (what := searcher.found(path.read_bytes(), False))
    ]
    if faults:
        raise BuildError("\n".join([*faults, "Nothing published may tell of the machine that built it; the book stays as it was"]))
    write(note, "\n".join([searcher.key, *sorted({*runs, *files.values()})]) + "\n")


def fault_of(searcher: Searcher, edition: str, name: str, content: bytes) -> str:
    """What an executed notebook gives away, and in which of its author's cells; "" if nothing."""
    if not (what := searcher.found(content, True)):
        return ""
    cells = [cell for cell in json.loads(content)["cells"] if "injected-parameters" not in cell.get("metadata", {}).get("tags", [])]
    cell = next(
        (
            f", cell {number}"
            for number, cell in enumerate(cells, start=1)
            if searcher.found(json.dumps(cell, ensure_ascii=False).encode(), True)
        ),
        "",
    )
    return f"notebooks/{name}.ipynb{cell} (edition {edition}): carries {what}"
