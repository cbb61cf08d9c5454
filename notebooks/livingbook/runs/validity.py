"""Whether a stored run is still valid: what it recorded is compared with what is there now.

Runs of another notebook source, lock, Python or other parameters are other runs (``asked.identity``) and do not come here. Among
the rest ``differences`` alone decides. ``make book`` runs the notebooks without a valid run; ``make explain`` puts the same
differences into words.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from livingbook.runs.present import MADE_KINDS, Inputs
from livingbook.runs.store import StoredRun


def differences(run: StoredRun, inputs: Inputs) -> Iterator[str]:
    """The inputs of a stored run that have changed.

    Inputs that the build makes (``MADE_KINDS``) come last, in the order in which the run read them, because comparing them makes
    them. A caller that stops at the first difference does not make those after it, which the notebook might no longer read.
    """
    ready = [each for each in run.record["inputs"] if each[0].partition(":")[0] not in MADE_KINDS]
    made = [each for each in run.record["inputs"] if each[0].partition(":")[0] in MADE_KINDS]
    return (what for what, was in [*ready, *made] if inputs.hash(what) != was)


def first_valid(runs: Iterable[StoredRun], inputs: Inputs) -> StoredRun | None:
    """The first of these runs whose inputs are all unchanged, and whose files are undamaged; ``None`` if there is none."""
    return next((run for run in runs if next(differences(run, inputs), None) is None and run.is_whole), None)


def in_short(what: str) -> str:
    """An input as a record names it (``kind:name``), in words."""
    kind, _, name = what.partition(":")
    if kind == "rows":
        return f"rows of {json.loads(name)['table']}.csv"
    return {
        "data": f"data/{name}",
        "names": "the names in the tables",
        "results": f"the results of {name}",
        "document": f"the results of {name}",
        "sweep": f"the sweep {name}",
        "notebooks": "the list of notebooks",
        "setting": f"the book's {name}",
        "date": "the date",
    }.get(kind, name.partition(":")[2] or name)


def made_inputs(inputs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The inputs of a run that a build makes, as (kind, name), in order."""
    return [(kind, name) for kind, _, name in (what.partition(":") for what, _ in inputs) if kind in MADE_KINDS]
