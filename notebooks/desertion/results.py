"""Numbers that other notebooks published, for a notebook that builds on them."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from . import recording
from .bounds import Bounds
from .data import Evidence, EvidenceError


def number_or_none(number: float | None) -> float | None:
    """As JSON has it: ``None`` for no number or an open bound."""
    return None if number is None or math.isinf(number) else float(number)


class Results(Mapping[str, Bounds]):
    """What one notebook published: name → bounds, and the entry as it was published."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.notebook, self.title = document["notebook"], document["title"]
        self.entries, self.reads = document["results"], document["reads"]

    def __getitem__(self, name: str) -> Bounds:
        if name not in self.entries:
            raise EvidenceError(f"{self.notebook} publishes no {name!r}, only {', '.join(sorted(self.entries))}")
        each = self.entries[name]
        low = -math.inf if each["low"] is None else each["low"]
        high = math.inf if each["high"] is None else each["high"]
        return Bounds(low, each["value"], high, frozenset(each["rows"]))

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)


def published(folder: str | Path, notebook: str, evidence: Evidence) -> Results:
    """What ``notebook`` published in ``folder``, the results of one edition; recorded as read.

    Raises ``EvidenceError`` if that notebook has not been run.
    """
    path, recorder = Path(folder) / f"{notebook}.json", recording.recorder()
    _require_made(path, f"results:{notebook}", f"the notebook {notebook} has not been run for this edition; `make book` runs it")
    with recorder.unrecorded() if recorder else contextlib.nullcontext():
        document = json.loads(path.read_text("utf-8"))
    if recorder:
        recorder.record(f"results:{notebook}", recording.served(document))
    _note(evidence, {"notebook": notebook})
    return Results(document)


def everything_published(folder: str | Path, evidence: Evidence, but: str) -> dict[str, Results]:
    """What all notebooks published in ``folder``, but for the one that asks; recorded as read."""
    recorder = recording.recorder()
    names = sorted(recorder.notebooks if recorder else (path.stem for path in Path(folder).glob("*.json")))
    if recorder:
        recorder.record("notebooks:", recording.hashed(*names))
        recorder.wait(*(f"results:{name}" for name in names if name != but and not (Path(folder) / f"{name}.json").is_file()))
    return {name: published(folder, name, evidence) for name in names if name != but}


def swept(file: str | Path, evidence: Evidence) -> pd.DataFrame:
    """The table of a sweep: setting, notebook, name, text, unit and ``bounds`` (``None`` for words); recorded as read.

    Raises ``EvidenceError`` if the sweep has not been run.
    """
    path = Path(file)
    _require_made(path, f"sweep:{path.stem}", f"the sweep {path.stem} has not been run; `make book` runs it")
    _note(evidence, {"sweep": path.stem})
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    cells = rows[["low", "value", "high", "unit", "rows"]].itertuples(index=False)
    return rows.assign(bounds=[_swept_bounds(*row) for row in cells])


def _require_made(path: Path, what: str, otherwise: str) -> None:
    """Raises ``EvidenceError`` if a file of results is not there; a build then makes it, and runs the notebook again."""
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
    return Bounds(float(low) if low else -math.inf, float(value) if value else None, float(high) if high else math.inf,
                  frozenset(rows.split(";")) - {""})
