"""Sweeps: notebooks run over a grid of settings, and one tidy table of what they published.

A sweep is a few lines of YAML, in ``notebooks/sweeps.yml`` or in another file: the names of notebooks, and for everything that
varies the list of its values. What can vary are parameters of the notebooks, ``as_of`` (``months`` for the end of each month),
``data`` (folders, relative to the checkout) and ``without`` (an origin that is left out; ``origins`` for each one in turn).
Settings under which a notebook reads the same rows share a run, so a sweep costs as many runs as there are different views of
the evidence.
"""

from __future__ import annotations

import csv
import functools
import io
import itertools
import json
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from livingbook.contract import printable
from livingbook.evidence.reading import read_table
from livingbook.project.project import NAME, SETTING, Edition, Project, possible
from livingbook.project.validation import validated
from livingbook.recording import hash_of_file
from livingbook.runs.notebook_source import source_of
from livingbook.runs.present import MADE_KINDS, Present
from livingbook.runs.runs import Runs, made_inputs
from livingbook.runs.store import FORM, Run
from livingbook.runs.sweep_settings import MONTHS, ORIGINS, SweepSettings
from livingbook.system.errors import BuildError
from livingbook.system.files import as_json, as_json_line, digest, write
from livingbook.system.readers import yaml_of
from livingbook.values.days import LATEST

NUMBER = ("low", "value", "high", "unit", "text")
OF_A_RESULT = ("setting", "notebook", "name", "about", *NUMBER, "rows")  # columns of the table, in order
OF_THE_EVIDENCE = ("as_of", "data", "without")  # what every notebook depends on
ROUNDS = 5  # at most; after each it is better known which notebooks those of a sweep read
Setting = Mapping[str, Any]  # what varies (an axis of the grid) → its value


@dataclass(frozen=True)
class Sweep:
    """Notebooks, and the values of what varies; every combination of values is a setting.

    grid: axis (what varies) → list of its values, or ``months`` (``since`` a day) or ``origins``, whose values follow from the
    data. assumptions: notebook → parameters that hold in every setting.
    """

    project: Project
    name: str
    notebooks: tuple[str, ...]
    grid: Mapping[str, list[Any] | str]
    assumptions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def jobs(self, reads: Mapping[str, list[str]]) -> list[tuple[str, Setting]]:
        """All runs of the sweep, as (notebook, setting), without repeats; the setting has only the axes on which the run depends.

        A run depends on the parameters of its notebook and of those whose results that reads. reads: notebook → the notebooks whose
        results it reads, directly or not.
        """
        grid = {axis: values_of(self.project, axis, given) for axis, given in self.grid.items()}
        axes = {
            name: [axis for axis in grid if any(self.takes(each, axis) for each in [*reads[name], name])] for name in self.notebooks
        }
        found: dict[str, tuple[str, Setting]] = {}
        for values in itertools.product(*grid.values()):
            setting = dict(zip(grid, values, strict=True))
            for name in self.notebooks:
                own = {axis: setting[axis] for axis in axes[name]}
                found.setdefault(as_json_line([name, own]), (name, own))
        return list(found.values())

    def takes(self, notebook: str, axis: str) -> bool:
        """Whether a notebook has an axis as a parameter, or depends on it as all notebooks do."""
        return axis in OF_THE_EVIDENCE or axis in self.parameters[notebook]

    @functools.cached_property
    def parameters(self) -> dict[str, list[str]]:
        """Notebook → names of its parameters."""
        return {name: parameters(self.project, name) for name in self.project.notebook_names}

    def edition(self, setting: Setting) -> Edition:
        """The edition by which notebooks are run under a setting; its name is a hash of the setting."""
        data = self.project.root / setting["data"] if "data" in setting else self.project.data
        given = {axis: value for axis, value in setting.items() if axis not in OF_THE_EVIDENCE}
        return Edition(
            f"{SETTING}{digest(as_json_line(dict(setting)))[:16]}",
            setting.get("as_of", LATEST),
            {
                each: {**self.assumptions.get(each, {}), **{axis: value for axis, value in given.items() if self.takes(each, axis)}}
                for each in self.project.notebook_names
            },
            data,
            setting.get("without", ""),
            figures=False,
        )


def parameters(project: Project, name: str) -> list[str]:
    """Names of the parameters of a notebook, without those that are folders."""
    return [each.name for each in source_of(project, name).parameters if each.kind != "Folder"]


def load_sweeps(project: Project, path: Path | None = None) -> list[Sweep]:
    """The sweeps of a file, ``notebooks/sweeps.yml`` unless another is named.

    Raises ``BuildError`` that names file, sweep, field and reason: for a file that does not fit ``SweepSettings``, and for a value
    that a notebook would refuse.
    """
    default = project.notebooks / "sweeps.yml"
    path = path or default
    if path == default and not path.is_file():
        return []
    listed = yaml_of(path)
    if not isinstance(listed, dict):
        raise BuildError(f"{path}: must list sweeps by name, each with its notebooks and what varies")
    return [_sweep(project, f"{path}, {printable(name)}", name, body) for name, body in listed.items()]


def asked_for(project: Project, notebook: str, settings: Mapping[str, str], name: str = "") -> Sweep:
    """The sweep of one notebook that is asked for on the command line. settings: what varies → values with commas, or a range.

    Raises ``BuildError`` as ``load_sweeps`` does.
    """
    body: dict[str, Any] = {"notebooks": [notebook]}
    for axis, given in settings.items():
        words = given if MONTHS.fullmatch(given) or given == ORIGINS else [written(each.strip()) for each in given.split(",")]
        body[axis] = words
    name = name or "_".join([notebook, *settings])[:60]
    return _sweep(project, f"sweep {name}", name, body)


def written(value: str) -> Any:
    """A value as YAML reads it, if it is a number or a truth value; else the text, dates among them."""
    try:
        typed = yaml.safe_load(value)
    except (yaml.YAMLError, ValueError, RecursionError):  # no YAML at all: a text
        typed = value
    return typed if isinstance(typed, (int, float, bool)) else value


def _sweep(project: Project, where: str, name: str, body: Any) -> Sweep:
    if not NAME.fullmatch(name):
        raise BuildError(f"{where}: must be a name: at most 60 letters of English, digits, underscores")
    settings = validated(SweepSettings, body, where)
    if strange := [each for each in settings.notebooks if each not in project.notebook_names]:
        raise BuildError(f"{where}: no notebook {', '.join(strange)}; there are {', '.join(project.notebook_names)}")
    grid = {axis: settings.grid[axis] for axis in body if axis in settings.grid}  # in the order of the file: that of the columns
    sweep = Sweep(project, name, tuple(settings.notebooks), grid)
    require_accepted(sweep, where)
    return sweep


def values_of(project: Project, axis: str, given: list[Any] | str) -> list[Any]:
    """The values of an axis, with ``months`` and ``origins`` as lists. Raises ``BuildError`` for an unknown origin or folder."""
    observations = read_table(project.data, "observations")
    origins = sorted(set(observations.loc[observations["status"] == "use", "origin"]))
    if isinstance(given, str) and (asked := MONTHS.fullmatch(given)):
        first, last = asked[1] or min(observations["known_from"]), max(observations["known_from"])
        return [day.isoformat() for day in months(date.fromisoformat(first), date.fromisoformat(last))]
    values = origins if given == ORIGINS else list(given)
    if axis == "without" and (strange := [str(each) for each in values if each not in origins]):
        raise BuildError(f"without: no origin {', '.join(strange)} has figures in use")
    if axis == "data" and (strange := [str(each) for each in values if not possible(project.root / str(each)).is_dir()]):
        raise BuildError(f"data: no such data folder: {', '.join(strange)}")
    return values


def require_accepted(sweep: Sweep, where: str) -> None:
    """Raises ``BuildError`` for an axis that no notebook has as a parameter, and for a value that one would refuse."""
    for axis, values in sweep.grid.items():
        takers = [name for name in sweep.project.notebook_names if axis in parameters(sweep.project, name)]
        if not takers and axis not in OF_THE_EVIDENCE:
            valid = sorted({each for name in sweep.notebooks for each in parameters(sweep.project, name)} | set(OF_THE_EVIDENCE))
            raise BuildError(f"{where}: {axis}: no notebook of this sweep takes it; what can vary: {', '.join(valid)}")
        for name in takers:
            for value in () if isinstance(values, str) else values:
                source_of(sweep.project, name).checked({axis: value})


def months(first: date, last: date) -> Iterator[date]:
    """The last day of each month from that of ``first`` to the first one on or after ``last``."""
    day = first.replace(day=1)
    while True:
        following = (day + timedelta(days=32)).replace(day=1)
        yield following - timedelta(days=1)
        if following > last:
            return
        day = following


@dataclass
class Table:
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


def run(sweep: Sweep, runs: Runs, workers: int) -> tuple[Table, list[Run]]:
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
    return Table(list(sweep.grid), rows, len(names), made), list(used.values())


def closure(name: str, used: Mapping[tuple[str, str], Run]) -> list[str]:
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


def write_table(sweep: Sweep, runs: Runs, workers: int) -> Table:
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
        same = noted["table"] == hash_of_file(sweep.project.sweep_file(sweep.name)) and noted["of"] == inputs_digest(
            sweep, runs, noted["notebooks"], noted["inputs"]
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
    return "" if kind == "date" else present.hash((folder if kind == "data" else project.root) / name)


def column_of(axis: str) -> str:
    """The column of an axis: its name, but ``parameter_low`` for a parameter with the name of a column of the results, ``low``."""
    return f"parameter_{axis}" if axis in OF_A_RESULT or axis.startswith("parameter_") else axis


def rows_of(document: Mapping[str, Any], notebook: str, setting: Setting) -> Iterable[dict[str, Any]]:
    """The numbers that a notebook published under a setting, as rows of the tidy table: column → cell."""
    label = " ".join(f"{axis}={value}" for axis, value in setting.items()) if len(setting) != 1 else str(*setting.values())
    varied = {column_of(axis): value for axis, value in setting.items()}
    return [
        {
            "setting": label,
            "notebook": notebook,
            "name": key,
            "about": body["about"],
            **{field: body[field] for field in NUMBER},
            "rows": ";".join(body["rows"]),
            **varied,
        }
        for key, body in sorted(document["results"].items())
    ]
