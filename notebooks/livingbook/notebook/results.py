"""Reading the numbers that other notebooks, or sweeps, have published."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from livingbook import recording
from livingbook.evidence.reading import Evidence, EvidenceError
from livingbook.values import wording
from livingbook.values.bounds import Bounds

Published = tuple[Bounds, Mapping[str, Any]]  # a number, and its entry as ``entry_of`` makes it


def entry_of(bounds: Bounds, unit: str, about: str, step: float | None = None) -> dict[str, Any]:
    """A number as it is published, wherever it is shown: in prose, in a table of results, on the card of a claim.

    unit: "share" is printed as percent. step: rounding unit; without it, what the bounds support. In the entry, ``picks`` has each
    end that is known, in words, for prose that cites it alone.
    """
    step = step or wording.supported_step(bounds)
    write = wording.percent if unit == "share" else wording.number
    outward = {} if bounds.is_point else {"low": False, "high": True}
    picks = {end: write(at, step, up=outward.get(end)) for end, at in bounds.ends.items() if at is not None}
    return {
        **bounds.ends,
        "unit": unit,
        "text": wording.of_bounds(bounds, unit, step),
        "picks": picks,
        "about": about,
        "rows": sorted(bounds.rows),
    }


class Results(Mapping[str, Bounds]):
    """The numbers that one notebook published, name → bounds; their entries, its title, and the selections that it read."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.notebook, self.title = document["notebook"], document["title"]
        self.entries, self.reads = document["results"], document["reads"]

    def __getitem__(self, name: str) -> Bounds:
        if name not in self.entries:
            raise EvidenceError(f"{self.notebook} publishes no {name!r}, only {', '.join(sorted(self.entries))}")
        each = self.entries[name]
        return Bounds.from_ends(each["low"], each["value"], each["high"], each["rows"])

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)


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
    cells = rows[["low", "value", "high", "unit", "rows"]].itertuples(index=False)
    return rows.assign(bounds=[_swept_bounds(*row) for row in cells])


def _require_made(path: Path, what: str, otherwise: str) -> None:
    """Raises ``EvidenceError`` if a file of results is missing. A build then makes it, and runs the notebook again."""
    if not path.is_file():
        if recorder := recording.recorder():
            recorder.wait(what)
        raise EvidenceError(f"{path}: {otherwise}")


def _note(evidence: Evidence, read: dict[str, str]) -> None:
    if read not in evidence.reads:
        evidence.reads.append(read)


def _swept_bounds(low: str, value: str, high: str, unit: str, rows: str) -> Bounds | None:
    if unit == "words":
        return None
    lowest, best, highest = (float(end) if end else None for end in (low, value, high))
    return Bounds.from_ends(lowest, best, highest, frozenset(rows.split(";")) - {""})
