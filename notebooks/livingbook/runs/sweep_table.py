"""The table of a sweep: one row for each notebook, setting and published number; how it is made, and whether it still holds."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from livingbook.project.project import Project
from livingbook.recording import hash_of_file
from livingbook.runs.notebook_source import source_of
from livingbook.runs.present import MADE_KINDS, Present
from livingbook.runs.runs import Runs
from livingbook.runs.store import FORM, StoredRun
from livingbook.runs.sweep import Setting, Sweep, values_of
from livingbook.runs.up_to_date import reads_pages
from livingbook.runs.validity import made_inputs
from livingbook.system.digests import digest
from livingbook.system.errors import BuildError
from livingbook.system.files import as_json, write
from livingbook.values.published import COLUMNS, to_cells

ROUNDS = 5  # at most; after each it is better known which notebooks those of a sweep read
OF_A_RESULT = ("setting", "notebook", "name", "about", *COLUMNS)  # columns of the table, in order


@dataclass
class SweepTable:
    """The tidy table of a sweep: one row for each notebook, setting and published number.

    axes: what varied; each has a column, see ``column_of``. rows: column → cell, with the columns ``OF_A_RESULT`` and those of the
    axes. settings, runs: how many settings there were, and how many runs were made for them that had not been stored before.
    """

    axes: list[str]
    rows: list[dict[str, Any]]
    settings: int
    runs: int

    def csv(self) -> str:
        """The table as CSV, with a header."""
        table = io.StringIO()
        writer = csv.DictWriter(table, [*OF_A_RESULT, *map(column_of, self.axes)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        return table.getvalue()


def run(sweep: Sweep, runs: Runs, workers: int) -> tuple[SweepTable, list[StoredRun]]:
    """Runs what is not stored yet, ``workers`` notebooks at a time; returns the table and the runs from which it is made.

    Which notebooks the sweep's notebooks read is known only after they have run. If that differs from what was assumed before, they
    may depend on more axes, and the rest is run in another round. Raises ``BuildError`` if a notebook fails, or if none of the
    notebooks depends on an axis.
    """
    guessed = {name: runs.reads_of(name) for name in sweep.notebooks}
    asked_for: set[str] = set()
    try:
        for _ in range(ROUNDS):
            jobs = sweep.jobs(guessed)
            editions = [sweep.edition(setting) for _, setting in jobs]
            names = {edition.name for edition in editions}
            asked_for |= names
            with ThreadPoolExecutor(workers) as pool:
                found = list(pool.map(partial(runs.settle, by=("sweep", sweep.name)), editions, [name for name, _ in jobs]))
            used = runs.settled(names)
            seen = {name: closure(name, used) for name in sweep.notebooks}
            if seen == guessed:
                break
            guessed = seen
    finally:
        for name in asked_for:
            shutil.rmtree(sweep.project.edition_folder(name), ignore_errors=True)
    for axis in sweep.grid:
        if not any(sweep.takes(each, axis) for name in sweep.notebooks for each in [*seen[name], name]):
            raise BuildError(f"sweep {sweep.name}: {axis}: no notebook of this sweep takes it, nor one that they read")
    rows = [row for (name, setting), each in zip(jobs, found, strict=True) for row in rows_of(each.document, name, setting)]
    made = sum(runs.made.get(job) == "run" for job in used)
    return SweepTable(list(sweep.grid), rows, len(names), made), list(used.values())


def closure(name: str, used: Mapping[tuple[str, str], StoredRun]) -> list[str]:
    """The notebooks whose results a notebook read in any of these runs, directly or not, in order of their names."""
    direct: dict[str, set[str]] = {}
    for (_, each), run in used.items():
        direct.setdefault(each, set()).update(other for kind, other in made_inputs(run.record["inputs"]) if kind != "sweep")
    found: set[str] = set()
    waiting = [name]
    while waiting:
        new = direct.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return sorted(found - {name})


def write_table(sweep: Sweep, runs: Runs, workers: int) -> SweepTable:
    """Writes the table of a sweep, and a note of what it was made from, for ``is_current``; returns the table."""
    table, used = run(sweep, runs, workers)
    path = sweep.project.sweep_file(sweep.name)
    write(path, table.csv())
    inputs = sorted({what for each in used for what, _ in each.record["inputs"] if what.partition(":")[0] not in MADE_KINDS})
    names = sorted({*sweep.notebooks, *(name for each in used for _, name in made_inputs(each.record["inputs"]))})
    body = {
        "of": inputs_digest(sweep, runs, names, inputs),
        "table": hash_of_file(path),
        "notebooks": names,
        "inputs": inputs,
        "runs": sorted({each.key for each in used}),
    }
    write(note(sweep), as_json(body))
    return table


def is_current(sweep: Sweep, runs: Runs) -> bool:
    """Whether the table of a sweep is there, and nothing has changed on which it depends.

    If so, the runs from which it was made are marked as used, so that they stay in the store.
    """
    try:
        noted = json.loads(note(sweep).read_text("utf-8"))
        same = noted["table"] == hash_of_file(sweep.project.sweep_file(sweep.name)) and (
            (runs.known and not reads_pages(noted["inputs"]))
            or noted["of"] == inputs_digest(sweep, runs, noted["notebooks"], noted["inputs"])
        )
    except (OSError, ValueError, TypeError, KeyError, BuildError):  # no note, or a damaged one: the table is made again
        return False
    if same:
        runs.kept |= set(noted["runs"])
    return same


def note(sweep: Sweep) -> Path:
    """The file that says what the table of a sweep was made from."""
    return sweep.project.build / "done" / f"sweep_{sweep.name}"


def inputs_digest(sweep: Sweep, runs: Runs, notebooks: list[str], inputs: list[str]) -> str:
    """Hash of everything on which the table of a sweep depends: its grid, these notebooks, and the inputs that runs recorded."""
    project, present = sweep.project, runs.present
    grid = {axis: values_of(project, axis, given) for axis, given in sweep.grid.items()}
    folders = [project.root / folder for folder in grid.get("data", [])] or [project.data]
    lock = present.hash(project.root / "requirements.txt")
    parts = [as_json([grid, sweep.assumptions, sweep.notebooks, OF_A_RESULT]), FORM, sys.version, lock]
    parts += [part for name in notebooks for part in (name, source_of(project, name).hash) if name in project.notebook_names]
    return digest(
        *parts, *(part for what in inputs for part in (what, *(_hash(present, project, folder, what) for folder in folders)))
    )


def _hash(present: Present, project: Project, folder: Path, what: str) -> str:
    """Hash of an input that a run recorded; for rows, of all that decide what they are as of any date (``digest_of_views``)."""
    kind, _, name = what.removeprefix("folder ").partition(":")
    if kind in ("rows", "names"):
        asked = json.loads(name)
        place, _, path = (of := asked.pop("folder")).partition(":")
        evidence = present.evidence((folder if place == "data" else project.root) / path if of else folder)
        if kind == "names":
            return json.dumps(evidence.misspelt(asked["names"]), sort_keys=True)
        del asked["as_of"]
        return evidence.digest_of_views(json.dumps(asked, sort_keys=True))
    if kind == "notebooks":
        return digest(*project.notebook_names)
    place = {"data": folder, "engine": project.engine}.get(kind, project.root)
    return "" if kind == "date" else present.hash(place / name)


def column_of(axis: str) -> str:
    """The column of an axis: its name, but ``parameter_low`` for a parameter with the name of a column of the results, ``low``."""
    return f"parameter_{axis}" if axis in OF_A_RESULT or axis.startswith("parameter_") else axis


def rows_of(document: Mapping[str, Any], notebook: str, setting: Setting) -> Iterable[dict[str, Any]]:
    """The numbers that a notebook published under a setting, as rows of the tidy table: column → cell."""
    label = " ".join(f"{axis}={value}" for axis, value in setting.items()) if len(setting) != 1 else str(*setting.values())
    varied = {column_of(axis): value for axis, value in setting.items()}
    return [
        {"setting": label, "notebook": notebook, "name": key, "about": body["about"], **to_cells(body), **varied}
        for key, body in sorted(document["results"].items())
    ]
