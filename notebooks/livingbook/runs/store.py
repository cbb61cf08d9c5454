"""The store of runs: what each notebook published, with the record of everything that it read.

A run has a folder of its own, ``store/NOTEBOOK/KEY``: ``run.json`` (identity, inputs, hashes of the other files),
``document.json`` (what the book reads of it), ``notebook.json`` (the executed notebook) and ``files`` (figures, tables). The folder
appears whole or not at all. It is removed when none of the last ``KEPT`` books or sweeps has used the run.
"""

from __future__ import annotations

import json
import shutil
import threading
import uuid
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from livingbook.notebook.payload import MIME
from livingbook.runs.notebook_source import title_of
from livingbook.runs.running import Ran, payloads, scrubbed
from livingbook.system.digests import digest
from livingbook.system.errors import BuildError
from livingbook.system.files import as_json, as_json_line, tree, write

FORM = "8"  # version of the form in which runs are stored; runs of other versions are ignored
KEPT = 10  # books and sweeps whose runs are kept
DRAWINGS_KEPT = 2000  # of those that were used last
INJECTED = "injected-parameters"  # papermill's tag of the cell that it adds


class StoredRun:
    """A stored run, in its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def key(self) -> str:
        """ "notebook/folder": which run it is."""
        return f"{self.folder.parent.name}/{self.folder.name}"

    @cached_property
    def record(self) -> dict[str, Any]:
        """Its identity, its inputs and the hashes of its files; empty if that cannot be read, and the run is then ignored."""
        try:
            found = json.loads((self.folder / "run.json").read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return (
            found
            if isinstance(found, dict) and found.keys() >= {"identity", "inputs", "parts"} and found.get("form") == FORM
            else {}
        )

    @cached_property
    def document(self) -> dict[str, Any]:
        """What it published, without an edition, because several may share the run. Callers must not change it."""
        return json.loads((self.folder / "document.json").read_text("utf-8"))

    def of_edition(self, edition: str) -> dict[str, Any]:
        """What it published, with the name of an edition that uses it."""
        return {**self.document, "edition": edition}

    def files(self) -> list[Path]:
        """The files of its figures and tables."""
        return list(tree(self.folder / "files"))

    def notebook(self, parameters: Mapping[str, Any]) -> str:
        """The executed notebook as the text of a file, with these parameters in the cell that papermill added."""
        import nbformat

        from livingbook.notebook.parameters import INJECTED as FIRST_LINE

        notebook = nbformat.v4.reads((self.folder / "notebook.json").read_text("utf-8"))
        for cell in notebook.cells:
            if cell.cell_type == "code" and INJECTED in cell.metadata.get("tags", []):
                cell.source = f"{FIRST_LINE}\n" + "\n".join(f"{key} = {value!r}" for key, value in parameters.items())
        return nbformat.v4.writes(notebook) + "\n"

    @cached_property
    def is_whole(self) -> bool:
        """Whether all its files are as they were stored."""
        return bool(self.record) and self.record["parts"] == _parts(self.folder)


def _parts(folder: Path) -> dict[str, str]:
    """Name → hash of the files in a run's folder, but for its record."""
    return {path.relative_to(folder).as_posix(): digest(path) for path in tree(folder) if path.name != "run.json"}


class Store:
    """All stored runs of a project; each is read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._runs: dict[str, list[StoredRun]] = {}
        self._lock = threading.Lock()

    def of(self, name: str, identity: Mapping[str, Any]) -> list[StoredRun]:
        """The runs of a notebook with that identity, whatever they read. A run with figures is also one without."""
        fitting = [identity, {**identity, "figures": True}]
        return [run for run in self.all(name) if run.record["identity"] in fitting]

    def all(self, name: str) -> list[StoredRun]:
        """All runs of a notebook that are stored in the present form."""
        with self._lock:
            if name not in self._runs:
                folders = sorted(path for path in (self.folder / name).glob("*") if path.is_dir() and not path.name.startswith("."))
                self._runs[name] = [run for run in map(StoredRun, folders) if run.record]
            return list(self._runs[name])

    def keep(self, name: str, identity: Mapping[str, Any], ran: Ran) -> StoredRun:
        """Stores a run; its key is a hash of its identity and its inputs. Raises ``BuildError`` if it published nothing."""
        document, files = published_document(name, ran)
        folder = self.folder / name / digest(as_json_line(identity), as_json_line(sorted(ran.inputs)))[:16]
        unfinished = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}")
        for path, content in {"document.json": as_json_line(document), "notebook.json": _bare(ran.notebook), **files}.items():
            write(unfinished / path, content)
        write(
            unfinished / "run.json",
            as_json_line({"form": FORM, "identity": identity, "inputs": ran.inputs, "parts": _parts(unfinished)}),
        )
        if folder.is_dir() and not StoredRun(folder).is_whole:
            shutil.rmtree(folder)
        try:
            unfinished.replace(folder)
        except OSError:
            if not folder.is_dir():
                raise
            shutil.rmtree(unfinished)  # the same run was stored meanwhile
        run = StoredRun(folder)
        with self._lock:
            self._runs[name] = [each for each in self._runs.get(name, []) if each.folder != folder] + [run]
        return run

    def used(self, keys: Iterable[str]) -> None:
        """Notes the runs that a book or a sweep used, and removes those that none of the last ``KEPT`` has."""
        note = self.folder / "used.json"
        now = sorted(keys)
        earlier = _lists(note)
        write(note, as_json([*(each for each in earlier if each != now), now][-KEPT:]))
        kept = {key for each in _lists(note) for key in each}
        for folder in sorted(self.folder.glob("*/*")):
            if folder.is_dir() and f"{folder.parent.name}/{folder.name}" not in kept:
                gone = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}")
                folder.replace(gone)  # renamed first, so that half a run never has its name
                shutil.rmtree(gone, ignore_errors=True)


def forget_drawings(build: Path) -> None:
    """Removes the drawings (``livingbook.drawing.reused``) that were used longest ago, so that ``DRAWINGS_KEPT`` are left."""
    drawn = sorted((build / "drawn").glob("[0-9a-f]*"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in drawn[DRAWINGS_KEPT:]:
        path.unlink(missing_ok=True)


def _lists(note: Path) -> list[list[str]]:
    """The lists of keys in a note; those that are damaged are left out."""
    try:
        found = json.loads(note.read_text("utf-8"))
    except (OSError, ValueError):
        return []
    return [each for each in found if isinstance(each, list)] if isinstance(found, list) else []


def _bare(notebook: Any) -> str:
    """An executed notebook as it is stored: scrubbed, so that equal runs give equal files; without what the document holds; and
    without its parameters, because ``StoredRun.notebook`` writes those of an edition."""
    for cell in scrubbed(notebook).cells:
        if INJECTED in cell.metadata.get("tags", []):
            cell.source = ""
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(MIME, None)
    return json.dumps(notebook, sort_keys=True, ensure_ascii=False) + "\n"


def published_document(name: str, ran: Ran) -> tuple[dict[str, Any], dict[str, str]]:
    """What the book reads of a run, and the files that belong to it (path → content).

    Raises ``BuildError`` if the notebook publishes nothing, or under another name than its own.
    """
    published = payloads(ran.notebook)
    if not published:
        raise BuildError(f"notebooks/{name}.ipynb: publishes nothing")
    if strange := {each["notebook"] for each in published} - {name}:
        raise BuildError(f"notebooks/{name}.ipynb: publishes as {', '.join(sorted(strange))}")
    document: dict[str, Any] = {
        "notebook": name,
        "edition": "",
        "title": title_of(ran.notebook, name),
        "results": {},
        "figures": {},
        "tables": {},
        "reads": unique(ran.reads),
    }
    files: dict[str, str] = {}
    for each in published:
        body = dict(each["body"])
        stem = f"{name}-{each['name']}"
        if each["kind"] in ("figure", "table"):
            files[f"files/{stem}.csv"] = body["csv"]
            body["csv"] = f"{stem}.csv"
        if each["kind"] == "figure":
            drawn = body.pop("svg")
            for variant, ending in (("wide", ""), ("narrow", "-narrow")):
                files[f"files/{stem}{ending}.svg"] = drawn[variant]
                body[variant] = f"{stem}{ending}.svg"
        if each["kind"] == "claims":
            document["claims"] = body
        else:
            document[f"{each['kind']}s"][each["name"]] = body
    return document, files


def unique(items: Any) -> list[Any]:
    """Items without repeats, in order; they need not be hashable."""
    return [json.loads(each) for each in dict.fromkeys(json.dumps(item, sort_keys=True) for item in items)]
