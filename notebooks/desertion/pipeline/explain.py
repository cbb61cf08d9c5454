"""What the next build would run, and because of what: the decision of ``execution`` put into words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..data import Evidence
from . import execution, sweep
from .book import require_clean
from .files import as_json
from .project import Edition, Project

SHOWN = 5  # rows named one by one
WORDS = {"record": "runs are recorded otherwise now", "source": "its source changed", "lock": "requirements.txt changed",
         "python": "another Python", "as_of": "another date, which it uses"}


@dataclass(frozen=True)
class Plan:
    """What a build does with a notebook of an edition ("runs", "may run", "stays"), and why."""

    notebook: str
    does: str
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        return f"  {self.notebook:<12} {self.does:<8} {'; '.join(self.reasons)}".rstrip()


def report(project: Project, editions: list[Edition]) -> str:
    """For every edition and notebook what a build does, and for every sweep how many runs it lacks; as lines of text.

    Raises ``BuildError`` for data with faults, as the build does.
    """
    project = project.seen_by(editions[0])
    for folder in dict.fromkeys(project.seen_by(edition).data for edition in editions):
        require_clean(folder)
    sweeps = {each.name: replace(each, assumptions=editions[0].assumptions) for each in sweep.load_sweeps(project)}
    lacking = {name: missing(each) for name, each in sweeps.items()}
    lines = []
    for edition in editions:
        lines += [f"{edition.name}:", *map(str, plans(project, edition, [name for name in lacking if lacking[name]]))]
    for name, count in lacking.items():
        known = f"{len(sweeps[name].jobs()):,} settings known"
        lines.append(f"sweep {name}: " + (f"at least {count:,} runs before it has its {known}" if count else f"its {known}"))
    return "\n".join(lines)


def missing(asked: sweep.Sweep) -> int:
    """How many runs a sweep needs at least: settings for which no earlier run stands, once where they see the same rows."""
    lacking, editions = set(), {}
    for name, setting in asked.jobs():
        key = as_json(setting)
        edition = editions[key] = editions.get(key) or asked.edition(setting)
        project = asked.project.seen_by(edition)
        _, base = execution.identity(project, edition, name)
        if execution.find(project, edition, name, base) is None:
            lacking.add(execution.expected(project, edition, name, base))
    return len(lacking)


def plans(project: Project, edition: Edition, sweeps: Iterable[str]) -> list[Plan]:
    """What a build does with each notebook of an edition; ``sweeps``: those whose table may become another."""
    found: dict[str, Plan] = {}
    for name in in_order(project):
        notebook = execution.read_notebook(project.notebooks / f"{name}.ipynb")
        others, tables = execution.uses(notebook, set(project.notebook_names) - {name})
        doubtful = [f"reads the results of {each}" for each in others if found[each].does != "stays"]
        doubtful += [f"reads the sweep {each}" for each in tables if each in sweeps]
        found[name] = plan(project.seen_by(edition), edition, name, doubtful)
    return [found[name] for name in project.notebook_names]


def in_order(project: Project) -> list[str]:
    """The notebooks, each after those whose results it reads."""
    return list(dict.fromkeys(each for name in project.notebook_names for each in [*sweep.upstream(project, name), name]))


def plan(project: Project, edition: Edition, name: str, doubtful: list[str]) -> Plan:
    """What a build does with one notebook, given what it reads that may become another."""
    _, base = execution.identity(project, edition, name)
    last = last_run(project, edition, name)
    known = execution.find(project, edition, name, base)
    if known is None:
        return Plan(name, "runs", tuple(why(project, edition, last, base)))
    if doubtful:
        return Plan(name, "may run", tuple(doubtful))
    reused = last is None or known.name != last["run"]
    return Plan(name, "stays", ("an earlier run, or one of another edition, read the same",) if reused else ())


def last_run(project: Project, edition: Edition, name: str) -> dict[str, Any] | None:
    """The record of the run that the last build used for an edition, with its key as ``run``; ``None`` without one."""
    document = project.edition_folder(edition.name) / f"{name}.json"
    key = json.loads(document.read_text("utf-8")).get("run") if document.is_file() else None
    return next(({**record, "run": key} for folder, record in execution.records(project, name) if folder.name == key), None)


def why(project: Project, edition: Edition, last: Mapping[str, Any] | None, base: Mapping[str, Any]) -> list[str]:
    """What differs between the last run and now, a phrase each."""
    if last is None:
        return ["has not been run for this edition"]
    was = last["base"]
    found = [words for part, words in WORDS.items() if was.get(part) != base[part]]
    before, after = was.get("assumptions", {}), base["assumptions"]
    found += [f"{key}: {before.get(key, 'its default')} → {after.get(key, 'its default')}"
              for key in sorted({*before, *after}) if before.get(key) != after.get(key)]
    found += [f"{module.removeprefix('desertion.')} changed in the library" for module, digest in last["modules"].items()
              if execution.module_digest(project, module) != digest]
    found += other_rows(execution.view(project, edition), built_view(project, edition), last["rows"].items())
    if last["results"] != execution.results_digest(project, edition, last["reads"]):
        found.append("results that it reads changed")
    return found


def built_view(project: Project, edition: Edition) -> Evidence | None:
    """The evidence as the last book was built from it; ``None`` if there is no such book."""
    folder = project.stage / "data"
    return execution.view(replace(project, data=folder), edition) if (folder / "observations.csv").is_file() else None


def other_rows(now: Evidence, built: Evidence | None, rows: Iterable[tuple[str, str]]) -> list[str]:
    """Which selections that a run recorded give other rows now; rows are named where those before are still at hand."""
    changed: dict[str, dict[str, None]] = {}
    for key, digest in rows:
        if now.digest(key) != digest:
            read = json.loads(key)
            comparable = built is not None and built.digest(key) == digest
            named = differing(built.rows(read), now.rows(read)) if comparable else [described(read)]
            changed.setdefault(read["table"], {}).update(dict.fromkeys(named))
    return [f"{table}: {', '.join(list(named)[:SHOWN])}" + (f" and {len(named) - SHOWN} more" if len(named) > SHOWN else "")
            for table, named in changed.items()]


def differing(before: Any, after: Any) -> list[str]:
    """The rows that are in one table and not, or not so, in the other: key and what became of it."""
    old, new = ({row[0]: row for row in table.itertuples(index=False, name=None)} for table in (before, after))
    what = {key: "removed" if key not in new else "added" if key not in old else "revised" for key in {**old, **new}}
    return [f"{key} {what[key]}" for key in what if old.get(key) != new.get(key)]


def described(read: Mapping[str, Any]) -> str:
    """A selection in words."""
    where = ", ".join(f"{name} {value if isinstance(value, str) else '/'.join(value)}" for name, value in read["where"].items())
    return f"rows with {where}" if where else "its rows"
