"""Jupyter Book's build in a process of its own: ``python -m desertion.pipeline.pages STAGE OUTPUT``.

It imports everything first and begins at a line on its standard input, so that it can be started while notebooks still run.
It ends if nobody sends one, and at once, whatever it is doing, when the process that started it ends.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

from .files import write
from .forked import end_with_parent
from .project import Project

AHEAD = ("myst_nb.sphinx_ext", "sphinx.builders.html", "sphinx_book_theme", "sphinxcontrib.bibtex")  # what the pages need


def get_ready(project: Project) -> subprocess.Popen[str]:
    """Starts the process; it builds the project's pages when it is sent a line."""
    environment = {**os.environ, "PYTHONPATH": str(project.notebooks), "PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": "0",
                   "TZ": "UTC", "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-m", "desertion.pipeline.pages", str(project.stage), str(project.build / "sphinx")]
    return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, start_new_session=True)


def main(stage: Path, output: Path) -> int:
    """What ``jupyter-book build STAGE --path-output OUTPUT -W -n --keep-going --quiet`` does; 0 if it went well."""
    for name in AHEAD:
        importlib.import_module(name)
    from jupyter_book.sphinx import build_sphinx

    if not sys.stdin.readline():
        return 1
    end_with_parent(sys.stdin.fileno())  # else it would write into the folder in which the next build may be at work already
    settings = {"external_toc_path": str(stage / "_toc.yml"), "latex_individualpages": False, "nitpicky": True}
    found = build_sphinx(stage, output / "_build" / "html", noconfig=True, path_config=stage / "_config.yml",
                         confoverrides=settings, warningiserror=True, keep_going=True, quiet=True)
    forget_lost_words(output / "_build" / "html" / "searchindex.js")
    return int(found != 0)


def forget_lost_words(index: Path) -> None:
    """Takes words that no page has any more out of the search index: Sphinx keeps them, and a clean build has none of them."""
    from sphinx.search import js_index

    if index.is_file():
        found = js_index.loads(index.read_text("utf-8"))
        for kind in ("terms", "titleterms"):
            found[kind] = {word: pages for word, pages in found[kind].items() if pages != []}
        write(index, js_index.dumps(found))


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
