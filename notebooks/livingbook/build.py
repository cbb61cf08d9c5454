"""A whole build: check the data, bring every run and sweep up to date, build the pages, publish them."""

from __future__ import annotations

import os
import shutil
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from livingbook.contract import require_clean
from livingbook.project.project import SETTING, Edition, Project
from livingbook.runs import running, sweep, sweep_table, up_to_date
from livingbook.runs.present import Present, hash_all_inputs
from livingbook.runs.runs import Changed, Runs
from livingbook.runs.store import StoredRun, forget_drawings
from livingbook.site import pages, publication, rules_of_writing, sphinx_process, stage
from livingbook.system.errors import BuildError, in_words
from livingbook.system.files import write

ATTEMPTS = 3  # at a build whose inputs change while it goes on


def book(asked: Project, edition: str, workers: int, start: sphinx_process.Start = sphinx_process.start_sphinx) -> None:
    """Brings the published book up to date. Raises ``BuildError`` saying what is wrong; the published book then stays as it was.

    edition: the name of the book's own edition, which may have a data folder of its own. workers: how many notebooks run at once.
    A book shows one state of the project: if one of its inputs changes during the build, it is built again.
    """
    running.set_parallelism(workers)
    broken: list[str] = []
    for _ in range(ATTEMPTS):
        fresh = replace(asked)  # a Project reads its settings only once; this copy reads them again
        editions = fresh.editions_of_book(edition)
        project = fresh.with_data_of(editions[0])
        stage.require_settings(project)
        present = Present()
        hash_all_inputs(present, project, editions)
        with start(project) as waiting:
            try:
                known = up_to_date.runs_that_hold(asked, edition, present)
                runs = settled(project, present, editions, workers, known, up_to_date.tables_hold(asked, edition, present))
                with step("pages", "built"):
                    stage.stage(project, editions, runs)
                    built = pages.build(project, waiting, partial(note_breaches, project, broken))
            except Changed as error:
                print(f"  {error}, which changed meanwhile: the book is built again", flush=True)
                continue
        if changed := present.changed_since():
            print(
                f"  {', '.join(shown(project, path) for path in changed[:5])} changed meanwhile: the book is built again",
                flush=True,
            )
            continue
        with step("book", "published"):
            publication.publish(project, built, executed(runs, editions))
        runs.store.used(runs.used())
        forget_drawings(project.build)
        up_to_date.built(
            asked,
            edition,
            present,
            {each.name: {name: runs.settle(each, name).key for name in project.notebook_names} for each in editions},
        )
        if broken:
            path = project.room / "rules.txt"
            write(path, "\n".join(broken) + "\n")
            print(rules_of_writing.told(broken, path), flush=True)
        return
    raise BuildError(
        "what the book is made from keeps changing while it is built: nothing was published; `make book` when it is at rest"
    )


def note_breaches(project: Project, broken: list[str]) -> None:
    """Puts the breaches of the rules of writing into a list, in place of what it holds."""
    broken[:] = rules_of_writing.faults(project)


def executed(runs: Runs, editions: list[Edition]) -> dict[tuple[str, str, str], Callable[[], str]]:
    """(Edition, notebook, key of the run) → a function that returns the text of the executed notebook as it is published."""
    held = [(edition, name, runs.settle(edition, name)) for edition in editions for name in runs.project.notebook_names]
    return {
        (edition.name, name, run.key): partial(run.notebook, runs.asked(edition, name).shown_parameters)
        for edition, name, run in held
    }


def shown(project: Project, path: str) -> str:
    """A path as a person knows it: from the project's folder, if it is below that."""
    return str(Path(path).relative_to(project.root)) if Path(path).is_relative_to(project.root) else path


def settled(
    project: Project,
    present: Present,
    editions: list[Edition],
    workers: int,
    known: Mapping[str, Mapping[str, StoredRun]] = MappingProxyType({}),
    checked: bool = False,
) -> Runs:
    """Every notebook of the editions, and every sweep, up to date. Raises ``BuildError`` with all that is wrong.

    known: edition → notebook → the run of the last build, if nothing that notebooks read has changed since: then no
    kernel is started. checked: whether the tables were checked as they are.
    """
    runs = Runs(project, present, say=print_progress)
    runs.known = {(edition, name): run for edition, each in known.items() for name, run in each.items()}
    for name in project.notebook_names:
        runs.source(name)  # a file that is no notebook is reported before anything runs
    sweeps = [replace(each, assumptions=editions[0].assumptions) for each in sweep.load_sweeps(project)]
    runs.sweeps = {each.name: partial(bring_up_to_date, each, runs, workers) for each in sweeps}
    runs.shares = {each.name: each.shared_with(editions) for each in sweeps}
    if not known:
        running.start_fork_server(project)
    if not checked:
        with step("data", "checked"):
            for folder in dict.fromkeys([project.data, *(project.with_data_of(edition).data for edition in editions)]):
                require_clean(folder, project.contract)
    # No notebook may find results of an earlier build. A book beside the published one leaves those of other editions there.
    for folder in [project.edition_folder(each.name) for each in editions] if project.beside else [project.build / "editions"]:
        shutil.rmtree(folder, ignore_errors=True)
    try:
        runs.settle_all(editions)
    except (BuildError, Changed):
        raise
    except Exception as error:  # a fault of the engine, or of the machine
        if not (words := in_words(error)):
            traceback.print_exc()
        raise BuildError(words or str(error)) from None
    return runs


def print_progress(line: str) -> None:
    """Prints what happens to an edition's notebook. Nothing is printed of the settings of a sweep, of which there are hundreds."""
    if not line.startswith(SETTING):
        print(f"  {line}", flush=True)


def bring_up_to_date(asked: sweep.Sweep, runs: Runs, workers: int) -> None:
    """Writes the table of a sweep again if one of its runs has changed."""
    with step(f"sweep: {asked.name}", "as before") as say:
        if not sweep_table.is_current(asked, runs):
            sweep_table.write_table(asked, runs, workers)
            say("done")


class step:
    """Prints the name of a step when it begins, and its outcome and time when it ends. Gives a function that sets the outcome."""

    def __init__(self, name: str, outcome: str = "") -> None:
        self.name, self.outcome = name, outcome

    def __enter__(self) -> Callable[[str], None]:
        self.start = time.perf_counter()
        print(f"  {self.name} …", flush=True)
        return partial(setattr, self, "outcome")

    def __exit__(self, kind: type | None, *_: Any) -> None:
        outcome = "failed" if kind else self.outcome
        print(f"  {self.name}: {outcome} in {time.perf_counter() - self.start:.1f} s", flush=True)


def default_workers() -> int:
    """One notebook a core."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
