"""Jupyter Book's build in a process of its own: ``python -m livingbook.site.sphinx_process STAGE OUTPUT``.

The process imports everything, then waits for a line on its standard input before it builds. So it can be started while notebooks
still run. It ends if its input is closed without a line, and whenever the process that started it ends.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

from livingbook.project.project import Project
from livingbook.runs.warm.child import end_with_parent
from livingbook.system.files import write

LIBRARY = "library.txt"  # lists the modules of the project that builds have used
IMPORTED_FIRST = ("myst_nb.sphinx_ext", "sphinx.builders.html", "sphinx_book_theme", "sphinxcontrib.bibtex")  # what the pages need


def start_sphinx(project: Project) -> subprocess.Popen[str]:
    """Starts the process, with pipes for its input and output. It builds the project's pages when it is sent a line."""
    environment = {
        **os.environ,
        "PYTHONPATH": project.python_path,
        "PYTHONHASHSEED": "0",
        "SOURCE_DATE_EPOCH": "0",
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
    }
    # -P: the engine is the one of PYTHONPATH, even if another lies in the folder that we are in.
    command = [sys.executable, "-P", "-m", "livingbook.site.sphinx_process", str(project.stage), str(project.room / "sphinx")]
    return subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def main(stage: Path, output: Path) -> int:
    """What ``jupyter-book build STAGE --path-output OUTPUT -W -n --keep-going --quiet`` does; 0 if it went well."""
    for name in IMPORTED_FIRST:
        importlib.import_module(name)
    from jupyter_book.sphinx import build_sphinx

    if not sys.stdin.readline():
        return 1
    end_with_parent(sys.stdin.fileno())  # else it would go on writing into a folder that the next build may already use
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
    note = output / LIBRARY
    loaded = library() | set(note.read_text("utf-8").split("\n") if note.is_file() else ())
    write(note, "\n".join(sorted(loaded)))
    return int(status != 0)


def library() -> set[str]:
    """The files of the modules of engine and project that this process has loaded: what pages show may depend on them."""
    homes = os.environ["PYTHONPATH"].split(os.pathsep)
    named = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    files = {Path(name) for name in named if name}
    return {str(path) for path in files if any(path.is_relative_to(home) for home in homes)}


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
