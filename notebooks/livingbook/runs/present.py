"""The present state of everything that a run can read, as hashes to compare with those that a run recorded.

``Present`` reads each file once, so that a whole build uses one state of the project; ``changed_since`` says at the end what has
changed meanwhile. ``Inputs`` gives, for one edition, the hash of anything that a run can have recorded (see ``recording``). Only
contents are compared, never the times of files.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from livingbook.project.project import Edition, Project
from livingbook.recording import ABSENT, hash_of_file, hash_of_folder, served
from livingbook.system.digests import digest
from livingbook.system.files import as_json_line, is_left, tree, visible_files, write

if TYPE_CHECKING:
    from livingbook.evidence.reading import Evidence
    from livingbook.project.settings import Settings


class Present:
    """The content of files and folders, each as it was when it was first asked for."""

    def __init__(self) -> None:
        self._contents: dict[Path, bytes] = {}
        self._hashes: dict[Path, str] = {}
        self._settings: dict[Path, Settings] = {}
        self._evidence: dict[tuple[Path, str, str], Evidence] = {}
        self._reduced: set[Path] = set()
        self._reducing = threading.Lock()

    def read(self, path: Path) -> bytes:
        """A file's content. Raises ``OSError`` if it cannot be read."""
        if path not in self._contents:
            self._contents[path] = path.read_bytes()
            self._hashes[path] = digest(self._contents[path])
        return self._contents[path]

    def hash(self, path: Path) -> str:
        """Hash of a file's content, or of the names in a folder; ``ABSENT`` where there is neither."""
        if path not in self._hashes:
            self._hashes[path] = hash_at(path)
        return self._hashes[path]

    def evidence(self, folder: Path, as_of: str = "latest", without: str = "") -> Evidence:
        """The tables of a folder as of a date, without the observations of an origin; each folder is read once."""
        from livingbook.evidence.reading import Evidence

        key = folder, as_of, without
        if key not in self._evidence:
            whole = (folder, "latest", "")
            self._evidence[key] = Evidence(folder, read=self.read) if key == whole else self.evidence(folder).view(as_of, without)
        return self._evidence[key]

    def settings(self, root: Path) -> Settings:
        """The settings of the book at ``root``."""
        from livingbook.project.settings import read_settings

        if root not in self._settings:
            self._settings[root] = read_settings(root, self.read)
        return self._settings[root]

    def reduced_tables(self, project: Project, origin: str) -> Path:
        """The folder of tables without the observations of an origin, written when it is first asked for."""
        folder = project.folder_without(origin)
        with self._reducing:
            if folder not in self._reduced:
                write_reduced_tables(self, project, origin)
                self._reduced.add(folder)
        return folder

    def hashes(self) -> dict[str, str]:
        """Path → hash of everything that was asked for."""
        return {str(path): found for path, found in sorted(self._hashes.items())}

    def changed_since(self) -> list[str]:
        """The paths that were asked for and have another content now."""
        return differing(self.hashes())


def differing(hashes: dict[str, str]) -> list[str]:
    """The paths whose present content has another hash than the given one."""
    return [path for path, was in hashes.items() if hash_at(Path(path)) != was]


def hash_at(path: Path) -> str:
    """Hash of a file's content, or of the names in a folder, as it is now; ``ABSENT`` where there is neither."""
    return hash_of_folder(path) if path.is_dir() else hash_of_file(path)


def hash_all_inputs(present: Present, project: Project, editions: Iterable[Edition]) -> None:
    """Hashes all files on which a build of these editions can depend, and all folders in which a new file would matter.

    These are more than the build reads. A change in one that no run has read makes the next build compare all runs, but run none.
    """
    named = [project.root / name for name in ("_config.yml", "_toc.yml", "CITATION.cff", "pyproject.toml", "requirements.txt")] + [
        project.build / "addresses.json"
    ]
    rooms = [*tree(project.root / "book"), *tree(project.notebooks), *tree(project.engine)]
    folders = dict.fromkeys([project.data, *(project.with_data_of(edition).data for edition in editions)])
    for path in [*named, *rooms, *(path for folder in folders for path in [folder, *tables(folder)])]:
        present.hash(path)
    for path in dict.fromkeys(path.parent for path in rooms):
        present.hash(path)


def tables(folder: Path) -> list[Path]:
    """The tables of a data folder and their contract. Folders below it are not searched, as they may be large."""
    try:
        return sorted(
            path for path in folder.iterdir() if path.suffix in (".csv", ".json") and not is_left(path.name) and path.is_file()
        )
    except (OSError, ValueError):  # the check of the tables reports a folder that cannot be read
        return []


class Inputs:
    """The present hash of anything that a run for one edition can have recorded.

    documents: a function from the name of a notebook to what it publishes for the edition (``None`` if there is no such notebook).
    sweeps: a function that brings the table of a sweep up to date, and says whether there is such a sweep. In a build, both make
    what they are asked for if it is not made yet.
    """

    def __init__(
        self,
        present: Present,
        project: Project,
        edition: Edition,
        documents: Callable[[str], dict[str, Any] | None],
        sweeps: Callable[[str], bool],
    ) -> None:
        self.present, self.project, self.edition = present, project.with_data_of(edition), edition
        self.documents, self.sweeps = documents, sweeps
        self._found: dict[str, str] = {}

    def hash(self, what: str) -> str:
        """Hash of what a record names (``kind:name``); ``ABSENT`` if it is not there."""
        if what not in self._found:
            kind, _, name = what.partition(":")
            self._found[what] = KINDS[kind](self, name)
        return self._found[what]

    def hash_now(self, what: str) -> str:
        """The same, but files and folders are read again.

        A kernel hashes a file just before the notebook reads it. If somebody saves the file between the two, the hash is that of
        the old content; comparing it with the present content shows that. Rows and results are hashed as they were read.
        """
        kind, _, name = what.removeprefix("folder ").partition(":")
        return hash_at(self._path(f"{kind}:{name}")) if kind in ("file", "data", "engine") else self.hash(what)

    def has_asked(self, what: str) -> bool:
        """Whether the hash of this was asked for. If it is something that the build makes, it is made by now."""
        return what in self._found

    @property
    def evidence(self) -> Evidence:
        """The tables as the edition sees them."""
        return self.present.evidence(self.project.data, self.edition.as_of, self.edition.without)

    @cached_property
    def folder(self) -> Path:
        """The folder of tables that notebooks of the edition get; it is written first if the edition leaves out an origin."""
        if not self.edition.without:
            return self.project.data
        return self.present.reduced_tables(self.project, self.edition.without)

    def _file(self, name: str) -> str:
        return self.present.hash(self._path(f"file:{name}"))

    def _data(self, name: str) -> str:
        return self.present.hash(self._path(f"data:{name}"))

    def _engine(self, name: str) -> str:
        return self.present.hash(self._path(f"engine:{name}"))

    def _path(self, name: str) -> Path:
        kind, _, path = name.partition(":")
        if kind == "data":
            return self.folder / path  # which is made where it is asked for
        return (self.project.engine if kind == "engine" else self.project.root) / path

    def _rows(self, name: str) -> str:
        asked = json.loads(name)
        folder, as_of = asked.pop("folder"), asked.pop("as_of")
        evidence = self.evidence
        if folder or as_of:
            own = not folder
            evidence = self.present.evidence(
                self.project.data if own else self._path(folder), as_of or self.edition.as_of, self.edition.without if own else ""
            )
        return evidence.digest(json.dumps(asked, sort_keys=True))

    def _names(self, name: str) -> str:
        asked = json.loads(name)
        evidence = self.present.evidence(self._path(asked["folder"])) if asked["folder"] else self.evidence
        return digest(json.dumps(evidence.misspelt(asked["names"]), sort_keys=True))

    def _results(self, name: str) -> str:
        document = self.documents(name)
        return ABSENT if document is None else served(document)

    def _document(self, name: str) -> str:
        document = self.documents(name)
        return ABSENT if document is None else digest(as_json_line(document))

    def _sweep(self, name: str) -> str:
        return hash_of_file(self.project.sweep_file(name)) if self.sweeps(name) else ABSENT

    def _notebooks(self, _: str) -> str:
        return digest(*self.project.notebook_names)

    def _setting(self, name: str) -> str:
        return digest(str(getattr(self.present.settings(self.project.root), name)))

    def _date(self, _: str) -> str:
        return digest(self.edition.as_of)


KINDS: dict[str, Callable[[Inputs, str], str]] = {
    "file": Inputs._file,
    "data": Inputs._data,
    "engine": Inputs._engine,
    "folder file": Inputs._file,
    "folder data": Inputs._data,
    "folder engine": Inputs._engine,
    "rows": Inputs._rows,
    "names": Inputs._names,
    "results": Inputs._results,
    "document": Inputs._document,
    "sweep": Inputs._sweep,
    "notebooks": Inputs._notebooks,
    "setting": Inputs._setting,
    "date": Inputs._date,
}
MADE_KINDS = ("results", "document", "sweep")  # kinds of inputs that a build makes, and has to make before it can compare them


def write_reduced_tables(present: Present, project: Project, origin: str) -> None:
    """Writes the tables without the observations of one origin, and a table ``left_out`` of the observations that were removed."""
    from livingbook.evidence.reading import LEFT_OUT
    from livingbook.evidence.tables import read_table

    rows = read_table(project.data, "observations", present.read)
    kept = rows["origin"] != origin
    written = {path.name: present.read(path) for path in visible_files(project.data, "*.csv")}
    written["observations.csv"] = rows[kept].to_csv(index=False, lineterminator="\n")
    written[f"{LEFT_OUT}.csv"] = rows[~kept].to_csv(index=False, lineterminator="\n")
    for name, content in written.items():
        write(project.folder_without(origin) / name, content)
