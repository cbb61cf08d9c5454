"""What there is to be read now: the one place that says whether what a run has read is still as it was.

``Present`` reads each file once, so that all decisions of one build are about one state of the project; ``later`` says at its
end what has changed meanwhile. ``Inputs`` gives, for one edition, the hash of anything that a run can have recorded (see
``recording``). Everything is decided by content. No time of a file is ever asked for.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from livingbook.project.project import Edition, Project
from livingbook.recording import ABSENT, hash_of_file, hash_of_folder, hashed, served
from livingbook.system.files import in_a_line, tree, write

if TYPE_CHECKING:
    from livingbook.evidence.reading import Evidence
    from livingbook.project.settings import Settings


class Present:
    """The content of files and folders as they were when they were first asked for."""

    def __init__(self) -> None:
        self._contents: dict[Path, bytes] = {}
        self._hashes: dict[Path, str] = {}
        self._evidence: dict[tuple[Path, str, str], Evidence] = {}
        self._laid_out: set[Path] = set()
        self._laying = threading.Lock()

    def read(self, path: Path) -> bytes:
        """A file's content. Raises ``OSError`` if there is none to be read."""
        if path not in self._contents:
            self._contents[path] = path.read_bytes()
            self._hashes[path] = hashed(self._contents[path])
        return self._contents[path]

    def hash(self, path: Path) -> str:
        """Hash of a file's content, or of the names in a folder; ``ABSENT`` where there is neither."""
        if path not in self._hashes:
            self._hashes[path] = hash_at(path)
        return self._hashes[path]

    def evidence(self, folder: Path, as_of: str = "latest", without: str = "") -> Evidence:
        """The tables of a folder as of a date, without an origin: views of the same rows, which are read once."""
        from livingbook.evidence.reading import Evidence

        key = folder, as_of, without
        if key not in self._evidence:
            whole = (folder, "latest", "")
            self._evidence[key] = Evidence(folder, read=self.read) if key == whole else self.evidence(folder).view(as_of, without)
        return self._evidence[key]

    def settings(self, root: Path) -> Settings:
        """What the book at ``root`` says of itself."""
        from livingbook.project.settings import read

        return read(root, self.read)

    def laid_out(self, project: Project, origin: str) -> Path:
        """The folder of tables without the observations of an origin, written once."""
        folder = project.less(origin)
        with self._laying:
            if folder not in self._laid_out:
                lay_out(self, project, origin)
                self._laid_out.add(folder)
        return folder

    def hashes(self) -> dict[str, str]:
        """Path → hash of everything that was asked for."""
        return {str(path): found for path, found in sorted(self._hashes.items())}

    def later(self) -> list[str]:
        """The paths whose content is another than it was, now."""
        return differing(self.hashes())


def differing(hashes: dict[str, str]) -> list[str]:
    """The paths whose content has another hash now."""
    return [path for path, was in hashes.items() if hash_at(Path(path)) != was]


def hash_at(path: Path) -> str:
    return hash_of_folder(path) if path.is_dir() else hash_of_file(path)


def look_at(present: Present, project: Project, editions: Iterable[Edition]) -> None:
    """Reads all that a build of these editions can depend on, and every folder in which something new would matter.

    More than it does depend on: of what is looked at here and was read by nothing, a change costs a look, not a run.
    """
    named = [project.root / name for name in ("_config.yml", "_toc.yml", "CITATION.cff", "pyproject.toml", "requirements.txt")] + [
        project.build / "addresses.json"
    ]
    rooms = [*tree(project.root / "book"), *tree(project.notebooks), *tree(project.engine)]
    folders = dict.fromkeys([project.data, *(project.seen_by(edition).data for edition in editions)])
    for path in [*named, *rooms, *(path for folder in folders for path in [folder, *tables(folder)])]:
        present.hash(path)
    for path in dict.fromkeys(path.parent for path in rooms):
        present.hash(path)


def tables(folder: Path) -> list[Path]:
    """The tables of a data folder and their contract; not what lies in folders below: it may be a whole disk."""
    try:
        return sorted(path for path in folder.iterdir() if path.suffix in (".csv", ".json") and path.is_file())
    except (OSError, ValueError):  # none to be read: the check says so
        return []


class Inputs:
    """The hash of whatever a run for one edition can have read.

    documents: gives what a notebook has published for the edition (``None`` if it has not); sweeps: brings the table of a sweep
    up to date, and says whether the book has that sweep. A build makes both when they are first asked for.
    """

    def __init__(
        self,
        present: Present,
        project: Project,
        edition: Edition,
        documents: Callable[[str], dict[str, Any] | None],
        sweeps: Callable[[str], bool],
    ) -> None:
        self.present, self.project, self.edition = present, project.seen_by(edition), edition
        self.documents, self.sweeps = documents, sweeps
        self._found: dict[str, str] = {}

    def hash(self, what: str) -> str:
        """Hash of what a record names; ``ABSENT`` if it is not there."""
        if what not in self._found:
            kind, _, name = what.partition(":")
            self._found[what] = KINDS[kind](self, name)
        return self._found[what]

    def hash_now(self, what: str) -> str:
        """The same of a file or folder as it is at this moment. A kernel hashes a file just before it is read, and a file that was
        saved in between is another afterwards; of rows and results it hashes what it has read."""
        kind, _, name = what.removeprefix("folder ").partition(":")
        return hash_at(self._path(f"{kind}:{name}")) if kind in ("file", "data", "engine") else self.hash(what)

    def has_asked(self, what: str) -> bool:
        """Whether the hash of this was asked for: if it must be made, it is made by now."""
        return what in self._found

    @property
    def evidence(self) -> Evidence:
        """The tables as the edition sees them."""
        return self.present.evidence(self.project.data, self.edition.as_of, self.edition.without)

    @cached_property
    def folder(self) -> Path:
        """The folder of tables that a notebook is given; laid out if the edition leaves out an origin."""
        if not self.edition.without:
            return self.project.data
        return self.present.laid_out(self.project, self.edition.without)

    def _file(self, name: str) -> str:
        return self.present.hash(self._path(f"file:{name}"))

    def _data(self, name: str) -> str:
        return self.present.hash(self._path(f"data:{name}"))

    def _engine(self, name: str) -> str:
        return self.present.hash(self._path(f"engine:{name}"))

    def _path(self, name: str) -> Path:
        kind, _, path = name.partition(":")
        return {"data": self.folder, "engine": self.project.engine, "file": self.project.root}[kind] / path

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
        return hashed(json.dumps(evidence.misspelt(asked["names"]), sort_keys=True))

    def _results(self, name: str) -> str:
        document = self.documents(name)
        return ABSENT if document is None else served(document)

    def _document(self, name: str) -> str:
        document = self.documents(name)
        return ABSENT if document is None else hashed(in_a_line(document))

    def _sweep(self, name: str) -> str:
        return hash_of_file(self.project.sweep_file(name)) if self.sweeps(name) else ABSENT

    def _notebooks(self, _: str) -> str:
        return hashed(*self.project.notebook_names)

    def _setting(self, name: str) -> str:
        return hashed(str(getattr(self.present.settings(self.project.root), name)))

    def _date(self, _: str) -> str:
        return hashed(self.edition.as_of)


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
MADE = ("results", "document", "sweep")  # kinds that a build makes, and so must have made before it can tell


def lay_out(present: Present, project: Project, origin: str) -> None:
    """Writes the tables without the observations of one origin, for a notebook to load; beside them those that were left out."""
    from livingbook.evidence.reading import LEFT_OUT, read_table

    rows = read_table(project.data, "observations", present.read)
    kept = rows["origin"] != origin
    written = {path.name: present.read(path) for path in sorted(project.data.glob("*.csv"))}
    written["observations.csv"] = rows[kept].to_csv(index=False, lineterminator="\n")
    written[f"{LEFT_OUT}.csv"] = rows[~kept].to_csv(index=False, lineterminator="\n")
    for name, content in written.items():
        write(project.less(origin) / name, content)
