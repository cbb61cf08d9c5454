"""Jupyter Book's build in a process of its own: ``python -m livingbook.site.sphinx_process STAGE OUTPUT``.

The process imports everything, then waits for a line on its standard input before it builds. So it can be started while notebooks
still run. It ends if its input is closed without a line, and whenever the process that started it ends.
"""

from __future__ import annotations

import atexit
import importlib
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, Protocol

from livingbook.project.project import Project
from livingbook.system.files import write

LIBRARY = "library.txt"  # lists the modules of the project that builds have used
# What the pages need of other packages; the engine's own extension is imported when the build is sure of its state. ``latexcodec``
# is for names of authors: pybtex imports it with the first of them.
IMPORTED_FIRST = (
    "myst_nb.sphinx_ext", "sphinx.builders.html", "sphinx_book_theme", "sphinxcontrib.bibtex", "latexcodec", "pydantic.root_model",
    "pydantic.type_adapter", "resvg_py", "tinycss2",
)  # fmt: skip


class Waiting(Protocol):
    """What the build uses of the process: of a ``Popen`` of text, or of what stands in for one."""

    stdin: IO[str] | None
    stdout: IO[str] | None

    def wait(self) -> int:
        """Waits for its end; returns the exit code, negative if a signal ended it."""


Start = Callable[[Project], AbstractContextManager[Waiting]]  # starts a process that builds the pages when it is asked to


def start_sphinx(project: Project) -> subprocess.Popen[str]:
    """Starts the process, with pipes for its input and output. It builds the project's pages when it is sent a line."""
    # -P: the engine is the one of PYTHONPATH, even if another lies in the folder that we are in.
    command = [sys.executable, "-P", "-m", "livingbook.site.sphinx_process", str(project.stage), str(project.room / "sphinx")]
    return subprocess.Popen(
        command,
        env=environment(project),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


class Early:
    """A function like ``start_sphinx`` whose process was started when this object was made, before anything slow is imported here.

    A build that has to be made again gets another process. ``close`` ends one that nobody has asked for.
    """

    def __init__(self, project: Project) -> None:
        self._waiting: subprocess.Popen[str] | None = start_sphinx(project)

    def __call__(self, project: Project) -> subprocess.Popen[str]:
        """The process."""
        waiting, self._waiting = self._waiting, None
        return waiting or start_sphinx(project)

    def close(self) -> None:
        """Ends the process, if it still waits."""
        if self._waiting:
            with self._waiting:
                pass


def environment(project: Project) -> dict[str, str]:
    """The environment variables of the process."""
    fixed = {"PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8"}
    return {**os.environ, **fixed, "PYTHONPATH": project.python_path}


def prepare() -> None:
    """Imports what every build of pages needs, which takes seconds."""
    for name in IMPORTED_FIRST:
        importlib.import_module(name)
    importlib.import_module("jupyter_book.sphinx")


def take_environment(project: Project) -> None:
    """Gives this process the environment variables of the process."""
    os.environ.update(environment(project))


def main(stage: Path, output: Path, begin: Callable[[], None] = lambda: None) -> int:
    """Waits for a line, calls ``begin``, then builds; 0 if all went well."""
    prepare()
    if not sys.stdin.readline():
        return 1
    begin()
    threading.Thread(target=end_with_input, daemon=True).start()
    status = build(stage, output)
    note = output / LIBRARY
    loaded = library() | set(note.read_text("utf-8").split("\n") if note.is_file() else ())
    write(note, "\n".join(sorted(loaded)))
    return status


def end_with_input() -> None:
    """Ends this process, and those that it has started, when its input ends, which it does when the process that started it ends.

    Else it would go on writing into a folder that the next build may already use.
    """
    while os.read(0, 1024):
        pass
    os.killpg(0, signal.SIGKILL)


def build(stage: Path, output: Path) -> int:
    """What ``jupyter-book build STAGE --path-output OUTPUT -W -n --keep-going --quiet`` does; 0 if it went well."""
    from jupyter_book.sphinx import build_sphinx

    logging.getLogger("sphinx.sphinx.events").setLevel(logging.INFO)  # ten thousand notes that nobody reads
    settings = {"external_toc_path": str(stage / "_toc.yml"), "latex_individualpages": False, "nitpicky": True}
    status = build_sphinx(
        stage,
        output / "_build" / "html",
        noconfig=True,
        path_config=stage / "_config.yml",
        confoverrides=settings,
        warningiserror=True,
        keep_going=True,
        quiet=True,
    )
    return int(status != 0)


def library() -> set[str]:
    """The files of the modules of engine and project that this process has loaded: what pages show may depend on them."""
    homes = os.environ["PYTHONPATH"].split(os.pathsep)
    named = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    files = {Path(name) for name in named if name}
    return {str(path) for path in files if any(path.is_relative_to(home) for home in homes)}


if __name__ == "__main__":
    outcome = main(Path(sys.argv[1]), Path(sys.argv[2]))
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(outcome)  # an interpreter that ends frees everything that Sphinx has read, which takes half a second
