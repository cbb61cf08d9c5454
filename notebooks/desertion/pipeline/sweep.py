"""Sweeps: notebooks run over a grid of settings, and one tidy table of what they published.

A sweep is a few lines of YAML, in ``notebooks/sweeps.yml`` or in a file of a person's own: its notebooks, and for each
thing that varies its values. What can vary are parameters of the notebooks, ``as_of`` (``months`` for the end of each
month), ``data`` (folders, from the checkout) and ``without`` (origins left out; ``origins`` for one at a time). Settings
that show a notebook the same rows share a run, so a sweep costs as many runs as there are different views of the evidence.
"""

from __future__ import annotations

import csv
import io
import itertools
import math
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from ..contract import printable
from ..data import read_table
from ..days import LATEST, is_day
from . import execution
from .errors import BuildError
from .execution import Run
from .files import as_json, digest
from .project import NAME, Edition, Project, possible
from .settings import yaml_of

NUMBER = ("low", "value", "high", "unit", "text")
OF_A_RESULT = ("setting", "notebook", "name", *NUMBER, "rows")  # columns of the table, in order
OF_THE_EVIDENCE = ("as_of", "data", "without")  # what every notebook depends on
SPELT_OUT = (("as_of", "months"), ("without", "origins"))
FIRST_MONTH = date(2022, 3, 1)
MOST_SETTINGS = 100_000
Setting = Mapping[str, Any]  # what varies → its value


@dataclass(frozen=True)
class Sweep:
    """Notebooks, and the values of what varies; every combination is a setting.

    grid: what varies → list of its values, or ``months`` or ``origins``, which the data spell out when the sweep runs.
    assumptions: parameters by notebook that hold in every setting.
    """

    project: Project
    name: str
    notebooks: tuple[str, ...]
    grid: Mapping[str, list[Any] | str]
    assumptions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @cached_property
    def upstream(self) -> dict[str, list[str]]:
        """Notebook → the notebooks whose results it reads, those they read first."""
        return {name: upstream(self.project, name) for name in self.notebooks}

    def jobs(self) -> list[tuple[str, Setting]]:
        """Every notebook under every setting of what it, or a notebook before it, depends on; setting by setting."""
        grid = {axis: values_of(self.project, axis, given) for axis, given in self.grid.items()}
        axes = {name: [axis for axis in grid if any(self.takes(each, axis) for each in [*self.upstream[name], name])]
                for name in self.notebooks}
        found: dict[str, tuple[str, Setting]] = {}
        for values in itertools.product(*grid.values()):
            setting = dict(zip(grid, values, strict=True))
            for name in self.notebooks:
                own = {axis: setting[axis] for axis in axes[name]}
                found.setdefault(as_json([name, own]), (name, own))
        return list(found.values())

    def takes(self, notebook: str, axis: str) -> bool:
        """Whether a notebook depends on what varies."""
        return axis in OF_THE_EVIDENCE or axis in parameters(self.project, notebook)

    def edition(self, setting: Setting) -> Edition:
        """A setting as an edition of its own."""
        data = self.project.root / setting["data"] if "data" in setting else self.project.data
        involved = {each for name in self.notebooks for each in [*self.upstream[name], name]}
        given = {axis: value for axis, value in setting.items() if axis not in OF_THE_EVIDENCE}
        return Edition(f"sweep_{digest(as_json(dict(setting)))[:16]}", setting.get("as_of", LATEST), {
            each: {**self.assumptions.get(each, {}), **{axis: value for axis, value in given.items() if self.takes(each, axis)}}
            for each in involved}, data, setting.get("without", ""), figures=False)


def upstream(project: Project, name: str, readers: tuple[str, ...] = ()) -> list[str]:
    """The notebooks whose results a notebook reads, directly or not; each after those it reads itself.

    readers: who reads it, the first one first. Raises ``BuildError`` where it is one of them: they wait for each other.
    """
    if name in readers:
        raise BuildError(f"notebooks/{name}.ipynb: reads its own results: {' ← '.join([*readers[readers.index(name):], name])}")
    notebook = execution.source_at(project.notebooks / f"{name}.ipynb")
    direct, _ = execution.uses(notebook, set(project.notebook_names) - {name})
    return list(dict.fromkeys(each for other in direct for each in [*upstream(project, other, (*readers, name)), other]))


def parameters(project: Project, name: str) -> list[str]:
    """Names of the parameters a notebook takes, without those that say where things are."""
    return [each.name for each in execution.declared_by(project.notebooks / f"{name}.ipynb") if each.kind != "Folder"]


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
        raise BuildError(f"{where}: must be a name (at most 60 letters of English, digits, underscores), "
                         "with notebooks and what varies")
    grid = {axis: values for axis, values in body.items() if axis != "notebooks"}
    notebooks = body.get("notebooks")
    if not notebooks or not isinstance(notebooks, list) or not grid:
        raise BuildError(f"{where}: has a list of notebooks, and lists of values for what varies")
    if strange := [str(each) for each in notebooks if each not in project.notebook_names]:
        raise BuildError(f"{where}: no notebook {', '.join(strange)}; there are {', '.join(project.notebook_names)}")
    for axis, given in grid.items():
        if (axis, given) not in SPELT_OUT and not (isinstance(given, list) and given):
            raise BuildError(f"{where}, {axis}: must be a list of values (or as_of: months, without: origins)")
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


def values_of(project: Project, axis: str, given: list[Any] | str) -> list[Any]:
    """The values of what varies, ``months`` and ``origins`` spelt out. Raises ``BuildError`` for an unknown origin or folder."""
    observations = read_table(project.data, "observations")
    origins = sorted(set(observations.loc[observations["status"] == "use", "origin"]))
    if given == "months":
        return [day.isoformat() for day in months(FIRST_MONTH, date.fromisoformat(max(observations["known_from"])))]
    values = origins if given == "origins" else list(given)
    if axis == "without" and (strange := [str(each) for each in values if each not in origins]):
        raise BuildError(f"without: no origin {', '.join(strange)} has figures in use")
    if axis == "data" and (strange := [str(each) for each in values if not possible(project.root / str(each)).is_dir()]):
        raise BuildError(f"data: no such data folder: {', '.join(strange)}")
    return values


def require_taken(sweep: Sweep, where: str) -> None:
    """Raises ``BuildError`` if something varies that no notebook takes, or a notebook would refuse a value."""
    involved = list(dict.fromkeys(each for name in sweep.notebooks for each in [*sweep.upstream[name], name]))
    for axis, values in sweep.grid.items():
        takers = [name for name in involved if axis in parameters(sweep.project, name)]
        if not takers and axis not in OF_THE_EVIDENCE:
            valid = sorted({each for name in involved for each in parameters(sweep.project, name)} | set(OF_THE_EVIDENCE))
            raise BuildError(f"{where}: {axis}: no notebook of this sweep takes it; what can vary: {', '.join(valid)}")
        for name in takers:
            for value in () if isinstance(values, str) else values:
                execution.checked(sweep.project, name, {axis: value})


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


def run(sweep: Sweep, workers: int, run_it: Run | None = None) -> Table:
    """Runs what has not been run before, ``workers`` at once, here or by ``run_it``. Raises ``BuildError`` if a notebook fails."""
    jobs = sweep.jobs()
    editions = {as_json(setting): sweep.edition(setting) for _, setting in jobs}

    def published(job: tuple[str, Setting]) -> tuple[list[dict[str, Any]], int]:
        name, setting = job
        edition = editions[as_json(setting)]
        outcomes = [execution.execute(sweep.project, edition, each, run_it) for each in sweep.upstream[name]]
        document, outcome = execution.results_of(sweep.project, edition, name, run_it)
        return rows_of(document, name, setting), [*outcomes, outcome].count("run")

    try:
        with ThreadPoolExecutor(workers) as pool:
            found = list(pool.map(published, jobs))
    finally:
        for edition in editions.values():
            shutil.rmtree(sweep.project.edition_folder(edition.name), ignore_errors=True)
    return Table(list(sweep.grid), [row for rows, _ in found for row in rows], len(editions), sum(runs for _, runs in found))


def essence(sweep: Sweep) -> str:
    """Hash of all that the table of a sweep depends on, as far as earlier runs show: while this is as it was, so is that."""
    jobs, project = sweep.jobs(), sweep.project
    evidences = [execution.view(project, Edition("", LATEST, {}))]
    if "data" in sweep.grid:
        folders = [replace(project, data=project.root / folder) for folder in sweep.grid["data"]]
        evidences = [execution.view(each, Edition("", LATEST, {})) for each in folders]
    parts = [as_json([jobs, list(sweep.grid), sweep.assumptions]), execution.RECORD, sys.version,
             execution.digest_of(project.root / "requirements.txt")]
    for name in sorted({*sweep.notebooks, *itertools.chain(*sweep.upstream.values())}):
        earlier = [record for _, record in execution.records(project, name) if record["base"]["record"] == execution.RECORD]
        modules = sorted({module for record in earlier for module in record["modules"]})
        reads = sorted({read for record in earlier for read in record["rows"]})
        parts += [execution.source_digest(project.notebooks / f"{name}.ipynb"), *modules, *reads]
        parts += [execution.module_digest(project, module) for module in modules]
        parts += [evidence.digest_of_views(read) for evidence in evidences for read in reads]
    return digest(*parts)


def column_of(axis: str) -> str:
    """The column of what varies: its name, but ``parameter_low`` for a parameter that is called as a column of the results is."""
    return f"parameter_{axis}" if axis in OF_A_RESULT or axis.startswith("parameter_") else axis


def rows_of(document: Mapping[str, Any], notebook: str, setting: Setting) -> Iterable[dict[str, Any]]:
    """What a notebook published under a setting, as rows of the tidy table."""
    label = " ".join(f"{axis}={value}" for axis, value in setting.items()) if len(setting) != 1 else str(*setting.values())
    varied = {column_of(axis): value for axis, value in setting.items()}
    return [{"setting": label, "notebook": notebook, "name": key, **{field: body[field] for field in NUMBER},
             "rows": ";".join(body["rows"]), **varied} for key, body in sorted(document["results"].items())]
