"""Reading the numbers that other notebooks, or sweeps, have published."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from livingbook import recording
from livingbook.evidence.reading import Evidence
from livingbook.evidence.tables import EvidenceError
from livingbook.values.bounds import Bounds
from livingbook.values.published import COLUMNS, PublishedNumber, bounds_of_cells


class Results(Mapping[str, Bounds]):
    """The numbers that one notebook published, name → bounds; their entries, its title, and the selections that it read."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.notebook, self.title = document["notebook"], document["title"]
        self.entries, self.reads = document["results"], document["reads"]

    def __getitem__(self, name: str) -> Bounds:
        return self.number(name).bounds

    def number(self, name: str) -> PublishedNumber:
        """A number with all that is published of it. Raises ``EvidenceError`` if there is none of this name."""
        if name not in self.entries:
            raise EvidenceError(f"{self.notebook} publishes no {name!r}, only {', '.join(sorted(self.entries))}")
        return PublishedNumber.from_json(self.entries[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def _ipython_key_completions_(self) -> list[str]:
        return sorted(self.entries)


def published(folder: str | Path, notebook: str, evidence: Evidence) -> Results:
    """The numbers that ``notebook`` published, from ``folder``, which has the results of one edition; recorded as read.

    Raises ``EvidenceError`` if that notebook has not been run.
    """
    path, recorder = Path(folder) / f"{notebook}.json", recording.recorder()
    if recorder:
        recorder.require_own_results(folder)
    _require_made(path, f"results:{notebook}", f"the notebook {notebook} has not been run for this edition; `make book` runs it")
    with recorder.unrecorded() if recorder else contextlib.nullcontext():
        document = json.loads(path.read_text("utf-8"))
    if recorder:
        recorder.record(f"results:{notebook}", recording.served(document))
    _note(evidence, {"notebook": notebook})
    return Results(document)


def everything_published(folder: str | Path, evidence: Evidence, but: str) -> dict[str, Results]:
    """Notebook → the numbers it published, from ``folder``, without the notebook ``but``; recorded as read."""
    recorder = recording.recorder()
    names = recorder.all_notebooks() if recorder else sorted(path.stem for path in Path(folder).glob("*.json"))
    return {name: published(folder, name, evidence) for name in names if name != but}


def swept(file: str | Path, evidence: Evidence) -> pd.DataFrame:
    """The table of a sweep; recorded as read.

    Columns, as text: setting, notebook, name, about, low, value, high, unit, text, rows (ids, separated by semicolons) and one for
    each parameter that varied; and ``bounds`` as ``Bounds`` (``None`` for words).

    Raises ``EvidenceError`` if the sweep has not been run.
    """
    path = Path(file)
    _require_made(path, f"sweep:{path.stem}", f"the sweep {path.stem} has not been run; `make book` runs it")
    _note(evidence, {"sweep": path.stem})
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    cells = list(rows[list(COLUMNS)].itertuples(index=False, name=None))
    bounds = {each: bounds_of_cells(dict(zip(COLUMNS, each, strict=True))) for each in set(cells)}  # most settings give the same
    return rows.assign(bounds=[bounds[each] for each in cells])


def numbers_in(table: pd.DataFrame, setting: str) -> dict[str, PublishedNumber]:
    """The numbers under one setting of a sweep, by ``notebook.name``. table: as ``swept`` gives it."""
    rows = table[table["setting"] == setting].to_dict("records")
    return {f"{row['notebook']}.{row['name']}": PublishedNumber.from_cells(row) for row in rows}


def _require_made(path: Path, what: str, otherwise: str) -> None:
    """Raises ``EvidenceError`` if a file of results is missing. A build then makes it, and runs the notebook again."""
    if not path.is_file():
        if recorder := recording.recorder():
            recorder.wait(what)
        raise EvidenceError(f"{path}: {otherwise}")


def _note(evidence: Evidence, read: dict[str, str]) -> None:
    if read not in evidence.reads:
        evidence.reads.append(read)
