"""What each step of one warm notebook and of one page costs, from the standard profiler. Its own cost is in every number."""

from __future__ import annotations

import json
from pathlib import Path

from .timing import command

COSTS = """
import cProfile, json, pstats, sys
def costs(work, steps, path):
    profile = cProfile.Profile()
    profile.runcall(work)
    found = pstats.Stats(profile).stats
    def seconds(file, name):
        return round(sum(row[3] for (where, _, what), row in found.items() if where.endswith(file) and what == name), 3)
    json.dump({"in all": round(max(row[3] for row in found.values()), 3), **{step: seconds(*where) for step, where in steps.items()}}, open(path, "w"))
"""
NOTEBOOK = (
    COSTS
    + """
import papermill
from pathlib import Path
from livingbook.runs import running
from livingbook.project.project import Project
from livingbook.runs.warm.fork_server import start_fork_server
project = Project.at(Path.cwd())
start_fork_server()
run = lambda: running.run_notebook(project, "rate", {})
run()
costs(run, {"kernel forked and ready": ("nbclient/client.py", "setup_kernel"), "cells, most of it waiting for the kernel": ("clientwrap.py", "papermill_execute_cells"),
            "kernel ended": ("nbclient/client.py", "_async_cleanup_kernel"), "notebook written as text": ("iorw.py", "write_ipynb")}, sys.argv[1])
"""
)
PAGE = (
    COSTS
    + """
from pathlib import Path
from jupyter_book.sphinx import build_sphinx
stage, output = Path("_build/stage").resolve(), Path("_build/profiled/html").resolve()
settings = {"external_toc_path": str(stage / "_toc.yml"), "latex_individualpages": False, "nitpicky": True}
def build():
    build_sphinx(stage, output, noconfig=True, path_config=stage / "_config.yml", confoverrides=settings, quiet=True)
if sys.argv[2] == "first":
    build()
else:
    page = stage / "book" / "exits.md"
    page.write_text(page.read_text("utf-8") + "\\n", "utf-8")
    costs(build, {"extensions and settings": ("sphinx/application.py", "__init__"), "pages read": ("sphinx/builders/__init__.py", "_read_serial"),
                  "bibliography formatted": ("bibtex/domain.py", "env_updated"), "figures numbered": ("collectors/toctree.py", "assign_figure_numbers"),
                  "pages written": ("sphinx/builders/__init__.py", "write"), "search index, assets, other files": ("sphinx/builders/html/__init__.py", "finish")}, sys.argv[1])
"""
)


def notebook_profile(root: Path) -> dict[str, float]:
    """Step → seconds, of the second run of a notebook in one process."""
    return profiled(root, NOTEBOOK, ["only"])


def page_profile(root: Path) -> dict[str, float]:
    """Step → seconds, of a build in which one page changed."""
    return profiled(root, PAGE, ["first", "second"])


def profiled(root: Path, script: str, turns: list[str]) -> dict[str, float]:
    path = root / "_build" / "profile.json"
    for turn in turns:
        command("-c", script, path, turn, cwd=root)
    return json.loads(path.read_text("utf-8"))
