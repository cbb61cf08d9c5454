"""Sweeps: notebooks run over a grid of settings, and one tidy table of what they published.

A sweep is a few lines of YAML, in ``notebooks/sweeps.yml`` or in a file of a person's own: its notebooks, and for each
thing that varies its values. What can vary are parameters of the notebooks, ``as_of`` (``months`` for the end of each
month), ``data`` (folders, from the checkout) and ``without`` (origins left out; ``origins`` for one at a time). Settings
that show a notebook the same rows share a run, so a sweep costs as many runs as there are different views of the evidence.
"""

from __future__ import annotations

import csv
import functools
import io
import itertools
import json
import math
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from livingbook.contract import printable
from livingbook.evidence.reading import read_table
from livingbook.project.project import NAME, SETTING, Edition, Project, possible
from livingbook.recording import hash_of_file
from livingbook.runs.notebook_source import source_of
from livingbook.runs.present import MADE, Present
from livingbook.runs.runs import Runs, made_in
from livingbook.runs.store import FORM, Run
from livingbook.system.errors import BuildError
from livingbook.system.files import as_json, digest, in_a_line, write
from livingbook.system.readers import yaml_of
from livingbook.values.days import LATEST, is_day

NUMBER = ("low", "value", "high", "unit", "text")
OF_A_RESULT = ("setting", "notebook", "name", *NUMBER, "rows")  # columns of the table, in order
OF_THE_EVIDENCE = ("as_of", "data", "without")  # what every notebook depends on
MONTHS = re.compile(r"months(?: since (\d{4}-\d\d-\d\d))?")  # how the ends of all months are asked for
MOST_SETTINGS = 100_000
ROUNDS = 5  # in which it becomes known what the notebooks of a sweep read
Setting = Mapping[str, Any]  # what varies → its value


@dataclass(frozen=True)
class Sweep:
    """Notebooks, and the values of what varies; every combination is a setting.

    grid: what varies → list of its values, or ``months`` (``since`` a day) or ``origins``, which the data spell out.
    assumptions: parameters by notebook that hold in every setting.
    """

    project: Project
    name: str
    notebooks: tuple[str, ...]
    grid: Mapping[str, list[Any] | str]
    assumptions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def jobs(self, reads: Mapping[str, list[str]]) -> list[tuple[str, Setting]]:
        """Every notebook under every setting of what it, or a notebook that it reads, depends on; setting by setting.

        reads: notebook → the notebooks whose results it reads, directly or not.
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
                found.setdefault(in_a_line([name, own]), (name, own))
        return list(found.values())

    def takes(self, notebook: str, axis: str) -> bool:
        """Whether a notebook depends on what varies."""
        return axis in OF_THE_EVIDENCE or axis in self.parameters[notebook]

    @functools.cached_property
    def parameters(self) -> dict[str, list[str]]:
        """Notebook → names of its parameters."""
        return {name: parameters(self.project, name) for name in self.project.notebook_names}

    def edition(self, setting: Setting) -> Edition:
        """A setting as an edition of its own."""
        data = self.project.root / setting["data"] if "data" in setting else self.project.data
        given = {axis: value for axis, value in setting.items() if axis not in OF_THE_EVIDENCE}
        return Edition(
            f"{SETTING}{digest(in_a_line(dict(setting)))[:16]}",
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
    """Names of the parameters a notebook takes, without those that say where things are."""
    return [each.name for each in source_of(project, name).parameters if each.kind != "Folder"]


def load_sweeps(project: Project, path: Path | None = None) -> list[Sweep]:
    """The sweeps of a file, ``notebooks/sweeps.yml`` unless another is named.

    Raises ``BuildError`` where the file is not as it must be, or a notebook would refuse a value.
    """
    default = project.notebooks / "sweeps.yml"
    path = path or default
    if path == default and not path.is_file():
        return []
    listed = yaml_of(path)
    if not isinstance(listed, dict):
        raise BuildError(f"{path}: must list sweeps by name, each with its notebooks and what varies")
    return [_sweep(project, f"{path}, {printable(name)}", name, body) for name, body in listed.items()]


def _sweep(project: Project, where: str, name: str, body: Any) -> Sweep:
    if not isinstance(body, dict) or not NAME.fullmatch(name):
        raise BuildError(
            f"{where}: must be a name (at most 60 letters of English, digits, underscores), with notebooks and what varies"
        )
    grid = {axis: values for axis, values in body.items() if axis != "notebooks"}
    notebooks = body.get("notebooks")
    if not notebooks or not isinstance(notebooks, list) or not grid:
        raise BuildError(f"{where}: has a list of notebooks, and lists of values for what varies")
    if strange := [str(each) for each in notebooks if each not in project.notebook_names]:
        raise BuildError(f"{where}: no notebook {', '.join(strange)}; there are {', '.join(project.notebook_names)}")
    for axis, given in grid.items():
        if not is_spelt_out(axis, given) and not (isinstance(given, list) and given):
            raise BuildError(
                f"{where}, {axis}: must be a list of values (or as_of: months, as_of: months since 2022-03-01, without: origins)"
            )
        for value in given if isinstance(given, list) else ():
            if isinstance(value, list | dict):
                raise BuildError(f"{where}, {axis}: {printable(str(value))}: each value is a number or a text")
            if axis == "as_of" and value != LATEST and not is_day(str(value)):
                raise BuildError(f"{where}: as_of = {printable(str(value))!r}: must be latest, or a day as 2025-06-09")
    if math.prod(len(given) for given in grid.values() if isinstance(given, list)) > MOST_SETTINGS:
        raise BuildError(f"{where}: asks for more than {MOST_SETTINGS:,} settings")
    sweep = Sweep(project, name, tuple(notebooks), grid)
    require_taken(sweep, where)
    return sweep


def is_spelt_out(axis: str, given: Any) -> bool:
    """Whether the data spell out what varies: all months, all origins."""
    if axis == "as_of" and isinstance(given, str) and (asked := MONTHS.fullmatch(given)):
        return asked[1] is None or is_day(asked[1])
    return (axis, given) == ("without", "origins")


def values_of(project: Project, axis: str, given: list[Any] | str) -> list[Any]:
    """The values of what varies, ``months`` and ``origins`` spelt out. Raises ``BuildError`` for an unknown origin or folder."""
    observations = read_table(project.data, "observations")
    origins = sorted(set(observations.loc[observations["status"] == "use", "origin"]))
    if isinstance(given, str) and (asked := MONTHS.fullmatch(given)):
        first, last = asked[1] or min(observations["known_from"]), max(observations["known_from"])
        return [day.isoformat() for day in months(date.fromisoformat(first), date.fromisoformat(last))]
    values = origins if given == "origins" else list(given)
    if axis == "without" and (strange := [str(each) for each in values if each not in origins]):
        raise BuildError(f"without: no origin {', '.join(strange)} has figures in use")
    if axis == "data" and (strange := [str(each) for each in values if not possible(project.root / str(each)).is_dir()]):
        raise BuildError(f"data: no such data folder: {', '.join(strange)}")
    return values


def require_taken(sweep: Sweep, where: str) -> None:
    """Raises ``BuildError`` if something varies that no notebook takes, or a notebook would refuse a value."""
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
    """The tidy table of a sweep, from how many settings and runs: one row for each notebook, setting and published number.

    What varied has a column of its own name, see ``column_of``.
    """

    axes: list[str]
    rows: list[dict[str, Any]]
    settings: int
    runs: int

    def csv(self) -> str:
        table = io.StringIO()
        writer = csv.DictWriter(table, [*OF_A_RESULT, *map(column_of, self.axes)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        return table.getvalue()


def run(sweep: Sweep, runs: Runs, workers: int) -> tuple[Table, list[Run]]:
    """Runs what has not been run before, ``workers`` at once; the table, and the runs that are in it. Raises ``BuildError`` if a
    notebook fails, or something varies on which none of the sweep's notebooks depends."""
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
            guessed = seen  # a notebook reads others than was known, and what varies for them varies for it
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
        direct.setdefault(each, set()).update(other for kind, other in made_in(run.record["inputs"]) if kind != "sweep")
    found, waiting = set(), [name]
    while waiting:
        new = direct.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return sorted(found - {name})


def write_table(sweep: Sweep, runs: Runs, workers: int) -> Table:
    """Writes the table of a sweep, and notes what it was made from."""
    table, used = run(sweep, runs, workers)
    path = sweep.project.sweep_file(sweep.name)
    write(path, table.csv())
    inputs = sorted({what for each in used for what, _ in each.record["inputs"] if what.partition(":")[0] not in MADE})
    names = sorted({*sweep.notebooks, *(name for each in used for _, name in made_in(each.record["inputs"]))})
    body = {
        "of": essence(sweep, runs, names, inputs),
        "table": hash_of_file(path),
        "notebooks": names,
        "inputs": inputs,
        "runs": sorted({each.key for each in used}),
    }
    write(note(sweep), as_json(body))
    return table


def is_current(sweep: Sweep, runs: Runs) -> bool:
    """Whether the table of a sweep is there, and all that any of its runs read gives the same in every view of the evidence.

    The runs are then the ones that were found when it was made, and are kept with it.
    """
    try:
        noted = json.loads(note(sweep).read_text("utf-8"))
        same = noted["table"] == hash_of_file(sweep.project.sweep_file(sweep.name)) and noted["of"] == essence(
            sweep, runs, noted["notebooks"], noted["inputs"]
        )
    except (OSError, ValueError, TypeError, KeyError, BuildError):  # none, or damaged: the table is made again
        return False
    if same:
        runs.kept |= set(noted["runs"])
    return same


def note(sweep: Sweep) -> Path:
    return sweep.project.build / "done" / f"sweep_{sweep.name}"


def essence(sweep: Sweep, runs: Runs, notebooks: list[str], inputs: list[str]) -> str:
    """Hash of all that the table of a sweep depends on: its settings, these notebooks, and whatever their runs read."""
    project, present = sweep.project, runs.present
    grid = {axis: values_of(project, axis, given) for axis, given in sweep.grid.items()}
    folders = [project.root / folder for folder in grid.get("data", [])] or [project.data]
    lock = present.hash(project.root / "requirements.txt")
    parts = [as_json([grid, sweep.assumptions, sweep.notebooks]), FORM, sys.version, lock]
    parts += [part for name in notebooks for part in (name, source_of(project, name).hash) if name in project.notebook_names]
    return digest(
        *parts, *(part for what in inputs for part in (what, *(_hash(present, project, folder, what) for folder in folders)))
    )


def _hash(present: Present, project: Project, folder: Path, what: str) -> str:
    """Hash of what a run read, in whatever view of the evidence it did."""
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
    """The column of what varies: its name, but ``parameter_low`` for a parameter that is called as a column of the results is."""
    return f"parameter_{axis}" if axis in OF_A_RESULT or axis.startswith("parameter_") else axis


def rows_of(document: Mapping[str, Any], notebook: str, setting: Setting) -> Iterable[dict[str, Any]]:
    """What a notebook published under a setting, as rows of the tidy table."""
    label = " ".join(f"{axis}={value}" for axis, value in setting.items()) if len(setting) != 1 else str(*setting.values())
    varied = {column_of(axis): value for axis, value in setting.items()}
    return [
        {
            "setting": label,
            "notebook": notebook,
            "name": key,
            **{field: body[field] for field in NUMBER},
            "rows": ";".join(body["rows"]),
            **varied,
        }
        for key, body in sorted(document["results"].items())
    ]
