"""The whole way as pytask tasks: check the data, run notebooks × editions, build the pages, publish them."""

from __future__ import annotations

import io
import os
import shutil
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytask
import pytask_parallel.execute

from ..contract import check
from . import execution, pages, site, sweep, unchanged
from .errors import BuildError, in_words
from .files import digest, holds, tree, write
from .project import Edition, Project

NOTICED = 0.02  # seconds until the end of a task is noticed


@dataclass
class Content:
    """A dependency, or a product, whose state is the content of files: the task runs if any of them differs."""

    name: str
    files: Callable[[], list[Path]]
    attributes: dict[Any, Any] = field(default_factory=dict)

    @property
    def signature(self) -> str:
        return f"content::{self.name}"

    def state(self) -> str:
        return digest(*(part for path in self.files() for part in (path.name, execution.digest_of(path) if path.is_file() else "")))

    def load(self, is_product: bool = False) -> None:
        """Tasks read the files themselves."""

    def save(self, value: Any) -> None:
        """Nothing is saved: the files are inputs."""


def book(project: Project, editions: list[Edition], workers: int) -> None:
    """Brings the published book up to date. Raises ``BuildError`` saying what is wrong; the published book then stays."""
    # pytask keeps its state beside its configuration file: with this one, among the things that `make clean` removes.
    write(project.build / "pytask.toml", "[tool.pytask.ini_options]\n")
    site.require_settings(project)
    execution.at_once(workers)
    with prompt(), pages.get_ready(project) as waiting:
        def once() -> tuple[Any, str]:
            with quiet_console() as said:
                return pytask.build(
                    tasks=tasks(project, editions, workers, waiting), config=project.build / "pytask.toml", n_workers=workers,
                    parallel_backend="threads", verbose=0, show_traceback=False, capture="no"), said.getvalue()

        session, said = once()
        if session.exit_code == pytask.ExitCode.CONFIGURATION_FAILED:  # its state is not readable: without it, tasks run again
            forget(project)
            session, said = once()
    failed = [report.exc_info for report in session.execution_reports + session.collection_reports
              if report.outcome in (pytask.TaskOutcome.FAIL, pytask.CollectionOutcome.FAIL) and report.exc_info]
    for kind, error, trace in failed:
        if not isinstance(error, BuildError) and not in_words(error):  # a fault of ours, not of what we were given
            traceback.print_exception(kind, error, trace)
    if session.exit_code != pytask.ExitCode.OK:
        faults = [str(error) if isinstance(error, BuildError) else in_words(error) or str(error) for _, error, _ in failed]
        raise BuildError("\n".join(dict.fromkeys(faults)) or in_words(Exception(said)) or f"the pipeline could not start:\n{said}")


def forget(project: Project) -> None:
    """Removes what pytask remembers of earlier builds, and of tasks it was given: no task counts as done."""
    from _pytask.task_utils import COLLECTED_TASKS

    COLLECTED_TASKS.clear()
    shutil.rmtree(project.build / ".pytask", ignore_errors=True)
    for path in project.build.glob("pytask.lock*"):
        path.unlink()


@contextmanager
def quiet_console() -> Iterator[io.StringIO]:
    """Keeps what pytask says from the terminal: the steps say what happens as it happens."""
    from _pytask.console import console

    before, console._file = console._file, io.StringIO()
    try:
        yield console._file
    finally:
        console._file = before


@contextmanager
def prompt() -> Iterator[None]:
    """Has pytask-parallel look for finished tasks often: it looks ever more seldom while one runs, down to once a second."""
    ordinary = pytask_parallel.execute._Sleeper
    pytask_parallel.execute._Sleeper = partial(ordinary, timings=[NOTICED])
    try:
        yield
    finally:
        pytask_parallel.execute._Sleeper = ordinary


def tasks(project: Project, editions: list[Edition], workers: int, waiting: Popen[str]) -> list[Callable[..., Any]]:
    """All tasks, for pytask to order by what each needs."""
    runs = [run_task(project, edition, name) for edition in editions for name in project.notebook_names]
    sweeps = [sweep_task(project, each, editions[0], workers) for each in sweep.load_sweeps(project)]
    folders = list(dict.fromkeys([project.data, *(project.seen_by(edition).data for edition in editions)]))
    return [check_task(project, folders), *runs, *sweeps, site_task(project, [edition.name for edition in editions], waiting)]


def marker(project: Project, name: str) -> Path:
    """File that says a step was done; its content is what the step found."""
    return project.build / "done" / name


def check_task(project: Project, folders: list[Path]) -> Callable[..., Any]:
    content = Content("data", lambda: [path for folder in folders for path in unchanged.tables(folder)])

    @pytask.task(name="check", id="data", kwargs={"tables": content, "produces": marker(project, "check")})
    def check_data(tables: None, produces: Path) -> None:
        execution.get_ready(project)
        with step("data", "checked"):
            for folder in folders:
                require_clean(folder)
        produces.write_text(content.state())
    return check_data


def require_clean(folder: Path) -> None:
    """Raises ``BuildError`` with all faults of the data folder."""
    if faults := check(folder):
        raise BuildError("\n".join([*map(str, faults), f"{len(faults)} faults in {folder}: nothing was built"]))


def run_task(project: Project, edition: Edition, name: str) -> Callable[..., Any]:
    folder = project.edition_folder(edition.name)
    notebook = execution.source_at(project.notebooks / f"{name}.ipynb")
    others, sweeps = execution.uses(notebook, set(project.notebook_names) - {name})
    sweep.upstream(project, name)  # raises where notebooks wait for each other
    upstream = [*(folder / f"{other}.json" for other in others), *map(project.sweep_file, sweeps)]
    executed = folder / "notebooks" / f"{name}.ipynb"
    files = Content(f"{edition.name}/{name}/files", lambda: [executed, *tree(folder / "files" / name)])
    inputs = Content(f"{edition.name}/{name}", partial(unchanged.of_runs, project, [name]))

    @pytask.task(name=f"notebook_{name}", id=edition.name, kwargs={
        "checked": marker(project, "check"), "upstream": upstream, "inputs": inputs,
        "produces": [folder / f"{name}.json", files]})
    def run_notebook(checked: Path, upstream: list[Path], inputs: None, produces: list[Any]) -> None:
        with step(f"{edition.name}: {name}") as say:
            say(execution.execute(project, edition, name))
    return run_notebook


def sweep_task(project: Project, asked: sweep.Sweep, edition: Edition, workers: int) -> Callable[..., Any]:
    asked = replace(asked, assumptions=edition.assumptions)
    inputs = Content(f"sweep/{edition.name}/{asked.name}",
                     lambda: [*unchanged.of_runs(project, asked.notebooks), *unchanged.of_sweeps(project)])

    @pytask.task(name="sweep", id=asked.name, kwargs={
        "checked": marker(project, "check"), "inputs": inputs, "produces": project.sweep_file(asked.name)})
    def run_sweep(checked: Path, inputs: None, produces: Path) -> None:
        noted = marker(project, f"sweep_{asked.name}")
        with step(f"sweep: {asked.name}", "as before") as say:
            if not (produces.is_file() and holds(noted, digest(sweep.essence(asked), produces))):
                write(produces, sweep.run(asked, workers).csv())
                write(noted, digest(sweep.essence(asked), produces))
                say("done")
    return run_sweep


def site_task(project: Project, editions: list[str], waiting: Popen[str]) -> Callable[..., Any]:
    results = [project.edition_folder(edition) / f"{name}.json" for edition in editions for name in project.notebook_names]
    inputs = Content("site", lambda: [*unchanged.of_pages(project), *unchanged.tables(project.data)])
    book = Content("published", lambda: list(tree(project.published.resolve())))

    @pytask.task(name="site", id="html", kwargs={
        "results": results, "checked": marker(project, "check"), "inputs": inputs, "produces": [marker(project, "site"), book]})
    def make_site(results: list[Path], checked: Path, inputs: None, produces: list[Any]) -> None:
        with step("pages", "built"):
            changed = site.stage(project, editions)
            built = site.build(project, waiting)
        with step("book", "published"):
            site.publish(project, built)
        produces[0].write_text("\n".join(changed))
    return make_site


class step:
    """Prints what a step is, when it starts to take time, and what came of it."""

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
