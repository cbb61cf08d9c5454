"""Numbers that other notebooks published, for a notebook that builds on them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .bounds import Bounds
from .data import Evidence, EvidenceError


class Results(Mapping[str, Bounds]):
    """What one notebook published: name → bounds, and the entry as it was published."""

    def __init__(self, notebook: str, entries: dict[str, dict[str, Any]]) -> None:
        self.notebook, self.entries = notebook, entries

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
    path = Path(folder) / f"{notebook}.json"
    if not path.is_file():
        raise EvidenceError(f"{path}: the notebook {notebook} has not been run for this edition; `make book` runs it")
    read = {"notebook": notebook}
    if read not in evidence.reads:
        evidence.reads.append(read)
    return Results(notebook, json.loads(path.read_text("utf-8"))["results"])
