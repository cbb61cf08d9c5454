"""Sweeps: which notebooks are run under which settings. ``sweep_table`` runs them and has the table of what they published.

A sweep is a few lines of YAML, in ``notebooks/sweeps.yml`` or in another file: the names of notebooks, and for everything that
varies the list of its values. What can vary are parameters of the notebooks, ``as_of`` (``months`` for the end of each month),
``data`` (folders, relative to the checkout) and ``without`` (an origin that is left out; ``origins`` for each one in turn).
Settings under which a notebook reads the same rows share a run, so a sweep costs as many runs as there are different views of
the evidence.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from livingbook.evidence.tables import read_table
from livingbook.notebook.parameters import partner_of
from livingbook.project.project import NAME, SETTING, Edition, Project, possible
from livingbook.project.validation import validated
from livingbook.runs.notebook_source import source_of
from livingbook.runs.sweep_settings import MONTHS, ORIGINS, SweepSettings
from livingbook.system.digests import digest
from livingbook.system.errors import BuildError, printable
from livingbook.system.files import as_json_line
from livingbook.system.readers import number_or_text, yaml_of
from livingbook.values.days import LATEST

OF_THE_EVIDENCE = ("as_of", "data", "without")  # what every notebook depends on
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

    def shared_with(self, editions: Iterable[Edition]) -> list[tuple[Edition, str]]:
        """The runs of these editions, as (edition, notebook), that are also its own: of one of its days, which it lists."""
        days = self.grid.get("as_of", ())
        same = [each for each in editions if not isinstance(days, str) and each.as_of in days and not each.without]
        return [(edition, name) for edition in same for name in self.notebooks]

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
        words = (
            given if MONTHS.fullmatch(given) or given == ORIGINS else [number_or_text(each.strip()) for each in given.split(",")]
        )
        body[axis] = words
    name = name or "_".join([notebook, *settings])[:60]
    return _sweep(project, f"sweep {name}", name, body)


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
        return [day.isoformat() for day in month_ends(date.fromisoformat(first), date.fromisoformat(last))]
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
            other = partner_of(axis, sweep.grid)  # the other end of an interval, which varies too
            for value in () if isinstance(values, str) else values:
                for beside in sweep.grid[other] if other else [None]:
                    source_of(sweep.project, name).checked({axis: value, **({other: beside} if other else {})})


def month_ends(first: date, last: date) -> Iterator[date]:
    """The last day of each month from that of ``first`` to the first one on or after ``last``."""
    day = first.replace(day=1)
    while True:
        following = (day + timedelta(days=32)).replace(day=1)
        yield following - timedelta(days=1)
        if following > last:
            return
        day = following
