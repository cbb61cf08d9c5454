"""Watching the files of a project, and having the workshop make what each change concerns."""

from __future__ import annotations

import functools
import http.server
import json
import os
import subprocess
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterable
from pathlib import Path

import watchfiles

from livingbook.live import RESTART
from livingbook.live.server import Handler, Site
from livingbook.project.project import Project
from livingbook.runs import up_to_date
from livingbook.system.errors import BuildError
from livingbook.system.files import is_left

QUIET_MILLISECONDS = 50  # programs write a file in several steps: so long nothing may happen before a change counts as saved
UNWATCHED = {"__pycache__", ".ipynb_checkpoints", "_build", ".venv", ".git"}
PATIENCE_SECONDS = 5.0  # for a build that is told to end


class Workshop:
    """The workshop's process. It is started again when it ends, with all that it had not made."""

    def __init__(self, project: Project, edition: str, site: Site) -> None:
        self.arguments = [str(project.root), str(project.data), edition]
        self.environment = {**os.environ, "PYTHONPATH": project.python_path}
        self.site = site
        self.change, self.built = 0, -1  # the last one that was asked for, and that has been built
        self.unmade: set[str] = set()
        self._asking = threading.Lock()
        self._start()

    def _start(self) -> None:
        events, sending = os.pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "livingbook.live.workshop", str(sending), *self.arguments],
            pass_fds=[sending],
            env=self.environment,
            cwd=self.site.project.notebooks,  # Python looks for modules there first, and kernels do as it does
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # Ctrl-C is for the process that watches
        )
        os.close(sending)
        threading.Thread(target=self._hear, args=(events,), daemon=True).start()
        threading.Thread(target=self._listen, args=(self.process,), daemon=True).start()

    def ask(self, paths: Iterable[str]) -> None:
        """Has it make what these files concern."""
        with self._asking:
            self.change += 1
            self.unmade |= set(paths)
            self.site.say(doing="Something was saved …")
            self._send(sorted(paths))

    def _send(self, paths: list[str]) -> None:
        asked = {"change": self.change, "paths": paths, "page": self.site.on_screen()}
        if self.process.poll() is not None:
            self._start()
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()

    def _listen(self, process: subprocess.Popen[str]) -> None:
        """Prints what the workshop says, and passes it on to the open pages."""
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            if line.startswith("  ") and self.built < self.change:  # not the last words of a build whose end was heard already
                self.site.say(doing=line.strip())
        if process.wait() == RESTART:
            with self._asking:
                print("  The engine has changed: it is loaded again …", flush=True)
                self._send(sorted(self.unmade))

    def _hear(self, events: int) -> None:
        """Tells the open pages of the workshop's events."""
        with os.fdopen(events, encoding="utf-8") as lines:
            for event in map(json.loads, lines):
                match event["kind"]:
                    case "page":
                        print(f"  {event['page']} is made; the rest of the book follows", flush=True)
                        self.site.say(made=f"{event['page']}.html", wrong="", at={})
                    case "built":
                        self.built = event["change"]
                        if event["change"] == self.change:
                            self.unmade.clear()
                        self.site.forget(event["change"])
                        self.site.say(doing="", made="", wrong="", at={})
                    case "wrong":
                        print(f"\n{event['words']}\n", flush=True)
                        self.site.say(doing="", wrong=event["words"], at=self.site.place(event["words"]))

    def end(self) -> None:
        """Ends the process, and a build with it unless it ends by itself at once."""
        if self.process.stdin:
            self.process.stdin.close()
        try:
            self.process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()


def live(project: Project, edition: str, port: int, open_browser: bool) -> None:
    """Serves the book on loopback, and builds what is concerned whenever a file of the project is saved, until interrupted.

    Raises ``BuildError`` if the port is taken, or the system cannot fork.
    """
    if not hasattr(os, "fork"):
        raise BuildError("make live forks processes, which this system cannot; `make book` builds the book")
    room = project.room / "live"
    site = Site(project, room / "ahead", room / "desk" / "stage")
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), functools.partial(Handler, site=site))
    except (OSError, OverflowError) as error:
        raise BuildError(f"cannot serve on port {port}: {getattr(error, 'strerror', None) or error}") from None
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/{changed_page(project)}"
    print(f"{address}  (Ctrl-C ends)", flush=True)
    workshop = Workshop(project, edition, site)
    try:
        workshop.ask([])
        if open_browser:
            webbrowser.open(address)
        watch(project, workshop)
    finally:
        workshop.end()


def changed_page(project: Project) -> str:
    """The page of the chapter or notebook that was changed since the book was built; "" for the first page if it was none."""
    changed = [Path(path) for path in up_to_date.changed_inputs(project)]
    pages = [path.relative_to(project.root) for path in changed if path.parent in (project.root / "book", project.notebooks)]
    return next((page.with_suffix(".html").as_posix() for page in pages if page.suffix in (".md", ".ipynb")), "")


def watch(project: Project, workshop: Workshop) -> None:
    """Asks the workshop at each change, until interrupted."""
    folders = [project.root / "book", project.notebooks, project.data]
    if not project.engine.is_relative_to(project.notebooks):
        folders.append(project.engine)
    above = {str(project.root / name) for name in ("_config.yml", "_toc.yml", "CITATION.cff", "pyproject.toml", "requirements.txt")}
    end = threading.Event()
    beside = threading.Thread(
        target=_watch, args=([project.root], workshop, lambda _, path: path in above, end), kwargs={"recursive": False}, daemon=True
    )
    beside.start()
    try:
        _watch(folders, workshop, lambda _, path: is_watched(Path(path)), end)
    finally:
        end.set()
        beside.join(PATIENCE_SECONDS)  # an interpreter that ends while a thread is in code that is not Python's may never end


def _watch(
    folders: list[Path], workshop: Workshop, concerns: Callable[[object, str], bool], end: threading.Event, recursive: bool = True
) -> None:
    for found in watchfiles.watch(
        *folders,
        watch_filter=concerns,
        debounce=1000,
        step=QUIET_MILLISECONDS,
        recursive=recursive,
        rust_timeout=1000,
        stop_event=end,
    ):
        workshop.ask({path for _, path in found})


def is_watched(path: Path) -> bool:
    """Whether a file may be one that the book is made from: none that an editor, a system or Python leaves."""
    return not (UNWATCHED & set(path.parts) or is_left(path.name) or path.suffix == ".pyc")
