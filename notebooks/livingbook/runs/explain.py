"""What the next build would run, and why: the decisions of ``runs``, made without running anything, in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from livingbook.contract import require_clean
from livingbook.evidence.reading import Evidence
from livingbook.project.project import Edition, Project
from livingbook.runs import sweep, sweep_table, up_to_date
from livingbook.runs.asked import Asked
from livingbook.runs.present import Inputs, Present
from livingbook.runs.runs import Runs
from livingbook.runs.store import StoredRun
from livingbook.runs.validity import differences, in_short

SHOWN = 5  # changed rows that are named; of more, only the number is given
IDENTITY = {"source": "its source changed", "lock": "requirements.txt changed", "python": "another Python"}


class Undecided(Exception):
    """It depends on something that the build makes first; the message says on what."""


@dataclass(frozen=True)
class Plan:
    """What a build does with a notebook of an edition ("runs", "may run" or "stays"), and why. run: the stored run, if it stays."""

    notebook: str
    does: str
    reasons: tuple[str, ...] = ()
    run: StoredRun | None = None

    def __str__(self) -> str:
        return f"  {self.notebook:<12} {self.does:<8} {'; '.join(self.reasons)}".rstrip()


class Plans:
    """The plans of one build."""

    def __init__(self, project: Project) -> None:
        self.runs = Runs(project, Present())
        self.last: Mapping[str, Any] = up_to_date.noted(project).get("runs", {})
        self.lacking: dict[str, int] = {}  # sweep → how many runs are missing at least
        self._found: dict[tuple[str, str], Plan] = {}

    def of(self, edition: Edition, name: str) -> Plan:
        """What a build does with a notebook of an edition."""
        job = edition.name, name
        if job not in self._found:
            self._found[job] = Plan(
                name, "may run", ("waits for itself",)
            )  # seen only if the notebook reads its own results, through others
            self._found[job] = self._planned(self.runs.asked(edition, name), self.inputs(edition))
        return self._found[job]

    def inputs(self, edition: Edition) -> Inputs:
        """The hashes of what a run can read now; they raise ``Undecided`` for what the build may change first."""

        def document(name: str) -> dict[str, Any] | None:
            if name not in self.runs.project.notebook_names:
                return None
            plan = self.of(edition, name)
            if plan.run is None:
                raise Undecided(f"reads the results of {name}")
            return plan.run.of_edition(edition.name)

        def swept(name: str) -> bool:
            if self.lacking.get(name):
                raise Undecided(f"reads the sweep {name}")
            return name in self.lacking

        return Inputs(self.runs.present, self.runs.project, edition, document, swept)

    def _planned(self, asked: Asked, inputs: Inputs) -> Plan:
        doubts: dict[str, None] = {}
        last = self.last.get(asked.edition.name, {}).get(asked.name)
        for run in self.runs.store.of(asked.name, asked.identity):
            try:
                if next(differences(run, inputs), None) is None and run.is_whole:
                    return Plan(
                        asked.name,
                        "stays",
                        () if run.key == last else ("an earlier run, or one of another edition, read the same",),
                        run,
                    )
            except Undecided as doubt:
                doubts[str(doubt)] = None
        if doubts:
            return Plan(asked.name, "may run", tuple(doubts))
        return Plan(asked.name, "runs", tuple(self._why(asked, inputs, last)))

    def _why(self, asked: Asked, inputs: Inputs, last: str | None) -> list[str]:
        """What differs between the last run of the notebook and now, a phrase for each difference. last: key of that run."""
        run = next((each for each in self.runs.store.all(asked.name) if each.key == last), None)
        if run is None:
            return ["has not been run for this edition"]
        was, now = run.record["identity"], asked.identity
        found = [words for part, words in IDENTITY.items() if was.get(part) != now[part]]
        before, after = was.get("parameters", {}), now["parameters"]
        found += [
            f"{key}: {before.get(key, 'its default')} → {after.get(key, 'its default')}"
            for key in sorted({*before, *after})
            if before.get(key) != after.get(key)
        ]
        differ: list[str] = []
        try:
            differ += differences(run, inputs)
        except Undecided as doubt:
            found.append(str(doubt))
        rows = [what for what in differ if what.startswith("rows:")]
        found += self._other_rows(asked, inputs, {what: found for what, found in run.record["inputs"] if what in rows})
        found += [changed(what) for what in differ if what not in rows]
        return found or ["its stored run is damaged"]

    def _other_rows(self, asked: Asked, inputs: Inputs, rows: Mapping[str, str]) -> list[str]:
        """Which recorded selections give other rows now; the rows are named if the tables of the last build are still there."""
        stage = self.runs.project.stage / "data"
        built = Inputs(
            self.runs.present,
            replace(self.runs.project, data=stage),
            replace(asked.edition, data=None),
            inputs.documents,
            inputs.sweeps,
        )
        moved: dict[str, dict[str, None]] = {}
        for what, was in rows.items():
            read = json.loads(what.partition(":")[2])
            comparable = (
                not read["folder"] and not read["as_of"] and (stage / "observations.csv").is_file() and built.hash(what) == was
            )
            named = differing(built.evidence, inputs.evidence, read) if comparable else [described(read)]
            moved.setdefault(read["table"], {}).update(dict.fromkeys(named))
        return [
            f"{table}: {', '.join(list(named)[:SHOWN])}" + (f" and {len(named) - SHOWN} more" if len(named) > SHOWN else "")
            for table, named in moved.items()
        ]


def report(asked: Project, edition: str) -> str:
    """What a build does with each notebook of each edition, and how many runs each sweep needs; as lines of text.

    Raises ``BuildError`` for data with faults, as the build does.
    """
    editions = asked.editions_of_book(edition)
    project = asked.with_data_of(editions[0])
    for folder in dict.fromkeys(project.with_data_of(each).data for each in editions):
        require_clean(folder, project.contract)
    plans = Plans(project)
    sweeps = [replace(each, assumptions=editions[0].assumptions) for each in sweep.load_sweeps(project)]
    plans.lacking = {each.name: 1 for each in sweeps}  # until ``lacking`` has found the number
    said = [lacking(plans, each) for each in sweeps]
    lines = [
        line for each in editions for line in (f"{each.name}:", *(str(plans.of(each, name)) for name in project.notebook_names))
    ]
    return "\n".join([*lines, *said])


def lacking(plans: Plans, asked: sweep.Sweep) -> str:
    """What a build does with a sweep: how many runs it needs, counting runs that will be shared once."""
    if sweep_table.is_current(asked, plans.runs):
        plans.lacking[asked.name] = 0
        return f"sweep {asked.name}: stays"
    jobs = asked.jobs({name: plans.runs.reads_of(name) for name in asked.notebooks})
    without = {
        (plans.runs.sharing_key(plans.runs.asked(edition, name), plans.inputs(edition)))
        for name, setting in jobs
        if plans.of(edition := asked.edition(setting), name).run is None
    }
    known = f"{len(jobs):,} settings known"
    return f"sweep {asked.name}: " + (f"at least {len(without):,} runs before it has its {known}" if without else f"its {known}")


def changed(what: str) -> str:
    """In words, that something a record names has changed."""
    kind, _, name = what.partition(":")
    if kind == "engine":
        return f"{name.removesuffix('.py').replace('/', '.')} changed in the engine"
    return f"{in_short(what)} changed"


def differing(before: Evidence, after: Evidence, read: Mapping[str, Any]) -> list[str]:
    """The rows that a selection gives differently before and after: key, and "added", "removed" or "revised"."""
    old, new = ({row[0]: row for row in side.rows(read).itertuples(index=False, name=None)} for side in (before, after))
    what = {key: "removed" if key not in new else "added" if key not in old else "revised" for key in {**old, **new}}
    return [f"{key} {what[key]}" for key in what if old.get(key) != new.get(key)]


def described(read: Mapping[str, Any]) -> str:
    """A recorded selection in words."""
    where = ", ".join(f"{name} {value if isinstance(value, str) else '/'.join(value)}" for name, value in read["where"].items())
    return f"rows with {where}" if where else "its rows"
