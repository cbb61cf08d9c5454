"""Sweeps: the same notebooks run over many settings, and one tidy table of what they published.

A sweep is a few lines in ``notebooks/sweeps.yml``. It can vary the date as of which the evidence is read (``as_of:
months``) or leave out one origin at a time (``without: origins``). Settings that show a notebook the same rows share a run,
so a sweep costs as many runs as there are different views of the evidence.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from ..data import read_table
from . import execution
from .errors import BuildError
from .files import write
from .project import Edition, Project

FIELDS = ("setting", "notebook", "name", "low", "value", "high", "unit", "text", "rows")
FIRST_MONTH = date(2022, 3, 1)


@dataclass(frozen=True)
class Sweep:
    """Notebooks, and the settings to run each under: setting → project (with its data folder) and date."""

    name: str
    notebooks: tuple[str, ...]
    varies: str

    def settings(self, project: Project) -> Iterable[tuple[str, Project, str]]:
        """(setting, project, as_of) of every run. Data folders without an origin are written under ``_build``."""
        observations = read_table(project.data, "observations")
        if self.varies == "months":
            for when in months(FIRST_MONTH, date.fromisoformat(max(observations["known_from"]))):
                yield when.isoformat(), project, when.isoformat()
            return
        for origin in sorted(set(observations.loc[observations["status"] == "use", "origin"])):
            yield origin, without(project, origin), "latest"


def load_sweeps(project: Project) -> list[Sweep]:
    """The sweeps of ``notebooks/sweeps.yml``. Raises ``BuildError`` where that file is not as it must be."""
    path = project.notebooks / "sweeps.yml"
    if not path.is_file():
        return []
    listed = yaml.safe_load(path.read_text("utf-8")) or {}
    return [_sweep(project, path, name, body) for name, body in listed.items()]


def _sweep(project: Project, path: Path, name: str, body: Any) -> Sweep:
    kinds = ({"as_of": "months"}, {"without": "origins"})
    varies = {key: value for key, value in body.items() if key != "notebooks"} if isinstance(body, Mapping) else None
    if varies not in kinds or not body.get("notebooks"):
        raise BuildError(f"{path}, {name}: has notebooks, and either `as_of: months` or `without: origins`")
    if strange := set(body["notebooks"]) - set(project.notebook_names):
        raise BuildError(f"{path}, {name}: no notebook {', '.join(sorted(strange))}")
    return Sweep(name, tuple(body["notebooks"]), next(iter(varies.values())))


def months(first: date, last: date) -> Iterable[date]:
    """The last day of each month from that of ``first`` to the first one on or after ``last``."""
    day = first.replace(day=1)
    while True:
        following = (day + timedelta(days=32)).replace(day=1)
        yield following - timedelta(days=1)
        if following > last:
            return
        day = following


def without(project: Project, origin: str) -> Project:
    """The project with a data folder that lacks all observations of one origin."""
    folder = project.build / "without" / origin
    for path in sorted(project.data.glob("*.csv")):
        if path.stem != "observations":
            write(folder / path.name, path.read_bytes())
    rows = read_table(project.data, "observations")
    write(folder / "observations.csv", rows[rows["origin"] != origin].to_csv(index=False, lineterminator="\n"))
    return replace(project, data=folder)


def run(project: Project, sweep: Sweep, workers: int) -> str:
    """The tidy table of a sweep as CSV: one row for each setting, notebook and published number."""
    jobs = [(setting, each, as_of, name) for setting, each, as_of in sweep.settings(project) for name in sweep.notebooks]

    def numbers(job: tuple[str, Project, str, str]) -> list[dict[str, Any]]:
        setting, each, as_of, name = job
        document = execution.results_of(each, Edition("latest", as_of, {}), name)
        return [{"setting": setting, "notebook": name, "name": key, **{field: body[field] for field in FIELDS[3:-1]},
                 "rows": ";".join(body["rows"])} for key, body in sorted(document["results"].items())]

    with ThreadPoolExecutor(workers) as pool:
        rows = [row for found in pool.map(numbers, jobs) for row in found]
    table = io.StringIO()
    writer = csv.DictWriter(table, FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return table.getvalue()

