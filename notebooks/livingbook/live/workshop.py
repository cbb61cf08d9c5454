"""The workshop of ``make live``: ``python -m livingbook.live.workshop``, a process that has imported everything a build needs.

It reads one line of JSON for each change, from the process that watches: {"change": number, "paths": [changed files], "page": the
page on screen}. For each it forks, twice: first to make the page concerned, and only what that page needs (``first``), then to
build the whole book, exactly as ``make book`` does (``whole``). The process that watches prints what it prints, and gets its events
by a pipe of their own. It ends when its input ends, and when a module that it has imported changes.
"""

from __future__ import annotations

import argparse
import json
import mmap
import os
import select
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import IO, Any

from livingbook import build as build  # imported before the copies are made that build
from livingbook import commands
from livingbook.evidence.bibliography import bibtex
from livingbook.evidence.tables import read_table
from livingbook.live import RESTART
from livingbook.live.desk import Desk
from livingbook.project.project import Project
from livingbook.runs import running
from livingbook.runs.present import Present
from livingbook.runs.runs import Changed, Runs
from livingbook.site import pages, sphinx_process, stage
from livingbook.system.digests import digest
from livingbook.system.errors import BuildError, in_words
from livingbook.system.files import only_one, write


class Workshop:
    """What the process keeps from change to change: the desk, the build that is under way, and the modules it has imported."""

    def __init__(self, project: Project, edition: str, events: int) -> None:
        self.project, self.edition, self.events = project, edition, events
        self.room = project.room / "live"
        self.desk: Desk | None = None
        self.building: int | None = None  # the process that builds the whole book
        self.alive = -1  # a pipe that closes when that process ends
        self.at_pages = mmap.mmap(-1, 1)  # 1 when it has come to the pages; shared with it
        self.again = False  # whether another build is to be begun when this one ends
        self.change = 0
        self.modules = modules(project)

    def tell(self, kind: str, **details: Any) -> None:
        """Sends an event to the process that watches."""
        os.write(self.events, f"{json.dumps({'kind': kind, **details})}\n".encode())

    def serve(self) -> int:
        """Works until the input ends; returns the exit code."""
        with open(0, "rb", buffering=0, closefd=False) as asked:
            while True:
                ready, _, _ = select.select([0, *([self.alive] if self.building else [])], [], [])
                if self.alive in ready:
                    self.ended()
                if 0 in ready:
                    line = asked.readline()
                    if not line or modules(self.project) != self.modules:
                        self.stop()
                        return RESTART if line else 0
                    self.work(json.loads(line))

    def work(self, asked: dict[str, Any]) -> None:
        """One change: the page concerned at once, the whole book behind it."""
        self.change = asked["change"]
        only_chapters = all(Path(path).parent == self.project.root / "book" for path in asked["paths"])
        if self.building and not self.at_pages[0]:
            self.stop_build()  # it is making what is out of date already, and no run that it has made is lost
        if self.building and not only_chapters:
            self.again = False  # one is begun below
            self.ended()  # soon: then its lock is free for runs of notebooks
        if self.desk and asked["paths"]:
            os.waitpid(forked(lambda: self.first(asked, only_chapters)), 0)
        if self.building:
            self.again = True
        else:
            self.begin()

    def begin(self) -> None:
        """Begins to build the whole book."""
        self.again, self.at_pages[0] = False, 0
        self.alive, theirs = os.pipe()
        self.building = forked(self.whole)
        os.close(theirs)

    def ended(self) -> None:
        """Waits for the end of the build. A new desk is laid out with what it made."""
        self.wait()
        if self.desk:
            self.desk.close()
        self.desk = Desk(self.project, self.room / "desk") if (self.project.room / "done" / "sphinx").is_file() else None
        if self.again:
            self.begin()

    def wait(self) -> None:
        """Waits for the end of the build, if there is one."""
        if self.building:
            os.waitpid(self.building, 0)
            os.close(self.alive)
            self.building = None

    def stop_build(self) -> None:
        """Ends a build; being killed does it no harm."""
        if self.building:
            os.killpg(self.building, signal.SIGKILL)
            self.wait()

    def stop(self) -> None:
        """Ends everything. A build that has come to the pages ends by itself, so that the next one need not make all of them."""
        if not self.at_pages[0]:
            self.stop_build()
        if self.desk:
            self.desk.close()

    def whole(self) -> None:
        """Brings the published book up to date, as ``make book`` does."""
        os.setpgid(0, 0)
        chosen = argparse.Namespace(edition=self.edition, out=None, workers=None)
        project = Project.at(self.project.root, str(self.project.data))
        try:
            commands.make_book(project, chosen, start=lambda each: ForkedSphinx(each, self.at_pages))
            self.tell("built", change=self.change)
        except BuildError as error:
            self.tell("wrong", words=str(error))
        except Exception as error:
            self.tell("wrong", words=in_words(error) or traceback.format_exc())

    def first(self, asked: dict[str, Any], only_chapters: bool) -> None:
        """Makes the page concerned: the one on screen, if it is, else the chapter or notebook that was changed."""
        assert self.desk is not None
        paths = [Path(path) for path in asked["paths"]]
        page = concerned(self.project, paths, asked["page"], self.desk.shown_on())
        if not page:
            return
        for path in paths:
            if path.is_relative_to(self.project.root / "book") and path.is_file():
                write(self.desk.room / "stage" / path.relative_to(self.project.root), path.read_bytes())
        try:
            if not only_chapters:
                with only_one(self.project.build / ".lock", "  another build is running …"):
                    self.bring(page, self.desk)
        except BuildError as error:
            self.tell("wrong", words=str(error))
            return
        except Changed:  # it was saved again meanwhile, and that is the next change
            return
        wrong = self.desk.make(page, self.room / "ahead" / str(asked["change"]))
        if wrong:
            self.tell(
                "wrong", words=pages.complaints(wrong.replace(str(self.desk.room / "stage"), str(self.project.stage)), self.project)
            )
        elif wrong is not None:
            self.tell("page", page=page, change=asked["change"])

    def bring(self, page: str, desk: Desk) -> None:
        """Brings to the desk what its page shows of notebooks, run again if need be, in the book's own edition alone."""
        project = Project.at(self.project.root, str(self.project.data))
        edition = project.editions_of_book(self.edition)[0]
        runs = Runs(project, Present())
        # No notebook may find results of an earlier build.
        shutil.rmtree(project.edition_folder(edition.name), ignore_errors=True)
        names = [name for name in desk.shown_on().get(page, [Path(page).name]) if name in project.notebook_names]
        names = [name for name in names if not runs.reads_sweeps(name)]  # hundreds of runs: they come with the whole book
        with ThreadPoolExecutor(2) as pool:
            found = dict(zip(names, pool.map(lambda name: runs.settle(edition, name), names), strict=True))
        wanted: dict[str, Any] = {"book/references.bib": bibtex(read_table(project.data, "sources").to_dict("records"))}
        for name, run in found.items():
            wanted |= stage.of_run(edition.name, name, run)
            wanted[f"notebooks/{name}.ipynb"] = run.notebook(runs.asked(edition, name).shown_parameters)
        for name, content in wanted.items():
            write(desk.room / "stage" / name, content.read_bytes() if isinstance(content, Path) else content)


def concerned(project: Project, paths: list[Path], on_screen: str, shown_on: dict[str, list[str]]) -> str:
    """The page to make first: the one on screen if a change concerns it, else the first that was changed; "" if there is none."""
    inside = [path.relative_to(project.root) for path in paths if path.is_relative_to(project.root)]
    changed = [path.with_suffix("").as_posix() for path in inside if path.suffix in (".md", ".ipynb")]
    notebooks = {Path(page).name for page in changed if page.startswith("notebooks/")}
    data = any(path.is_relative_to(project.data) for path in paths)
    shows = set(shown_on.get(on_screen, []))
    if on_screen in changed or shows & notebooks or (data and shows):
        return on_screen
    return next((page for page in changed if page in shown_on), "")


class ForkedSphinx:
    """Sphinx in a copy of this process, with what ``pages.build`` uses of the process that it would else start."""

    def __init__(self, project: Project, at_pages: mmap.mmap) -> None:
        told, telling = os.pipe()
        heard, hearing = os.pipe()

        def work() -> None:
            os.setsid()
            os.close(telling)
            os.close(heard)
            os.dup2(told, 0)
            os.dup2(hearing, 1)
            os.dup2(hearing, 2)
            sys.stdin, sys.stdout, sys.stderr = (os.fdopen(number, mode, encoding="utf-8") for number, mode in enumerate("rww"))
            sphinx_process.take_environment(project)
            status = sphinx_process.main(project.stage, project.room / "sphinx", lambda: at_pages.__setitem__(0, 1))
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

        self.pid = forked(work)
        os.close(told)
        os.close(hearing)
        self.stdin: IO[str] | None = os.fdopen(telling, "w")
        self.stdout: IO[str] | None = os.fdopen(heard, encoding="utf-8", errors="replace")

    @cache  # noqa: B019 - there is one for each build
    def wait(self) -> int:
        """Waits for its end; returns the exit code, or the negative number of the signal that ended it."""
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def __enter__(self) -> ForkedSphinx:
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in (self.stdin, self.stdout):
            if pipe:
                pipe.close()
        self.wait()


def forked(work: Callable[[], None]) -> int:
    """The process id of a copy of this process, which does some work and ends."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        try:
            work()
            sys.stdout.flush()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return pid


def modules(project: Project) -> dict[str, str]:
    """Path → digest of the modules of engine and subject that this process has imported, as their files are now."""
    homes = [project.notebooks, project.engine]
    files = {Path(name) for module in list(sys.modules.values()) if (name := getattr(module, "__file__", None))}
    return {
        str(path): digest(path) for path in sorted(files) if path.is_file() and any(path.is_relative_to(home) for home in homes)
    }


def main(events: str, root: str, data: str, edition: str) -> int:
    """Imports, starts the fork server of the kernels, and works."""
    project = Project.at(Path(root), data)
    sphinx_process.prepare()
    running.start_fork_server(project)
    return Workshop(project, edition, int(events)).serve()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
