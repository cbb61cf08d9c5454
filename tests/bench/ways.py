"""Ways to execute notebooks, each a command of its own: ``python -m tests.bench.ways WAY FOLDER OUTPUT WORKERS NAME…``.

cli: papermill's command line, one notebook after another.  api: papermill's own engine, one process a worker.
warm: this project's engine, one thread a worker.  floor: the same cells as plain functions in processes forked from one
that has imported everything, no kernel: what nothing that isolates notebooks from each other can beat by much.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import SimpleNamespace

Execute = Callable[[str], None]


def cli(output: Path, names: list[str], workers: int) -> None:
    for name in names:
        subprocess.run(
            [
                sys.executable,
                "-m",
                "papermill",
                "--no-progress-bar",
                "--log-level",
                "ERROR",
                "-k",
                "python3",
                "--engine",
                "nbclient",
                f"{name}.ipynb",
                str(output / f"{name}.ipynb"),
            ],
            check=True,
        )


def papermill_run(engine: str, output: Path, name: str) -> None:
    import papermill

    papermill.execute_notebook(
        f"{name}.ipynb",
        str(output / f"{name}.ipynb"),
        engine_name=engine,
        kernel_name="python3",
        progress_bar=False,
        extra_arguments=["--log-level=50"],
    )


def api(output: Path, names: list[str], workers: int) -> None:
    with ProcessPoolExecutor(workers) as pool:
        list(pool.map(partial(papermill_run, "nbclient", output), names))


def warm(output: Path, names: list[str], workers: int) -> None:
    from livingbook.runs.warm.fork_server import start_fork_server

    start_fork_server()  # first, as the pipeline does: it imports while this process does
    from livingbook.project.project import Project
    from livingbook.runs import running

    project = Project.at(Path.cwd().parent)

    def one(name: str) -> None:
        running.write_notebook(output / f"{name}.ipynb", running.run_notebook(project, name, {}))

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(one, names))


def plain(name: str) -> None:
    """Runs the code cells of a notebook in this process, without a kernel and without keeping what they show."""
    import json

    cells = json.loads(Path(f"{name}.ipynb").read_text("utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    names = {"In": sources, "__name__": "__main__"}
    names["get_ipython"] = lambda: SimpleNamespace(user_ns=names)
    sys.path.insert(0, "")
    with contextlib.redirect_stdout(io.StringIO()):
        for source in sources:
            exec(source, names)


def floor(output: Path, names: list[str], workers: int) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        ["livingbook.notebook.publish", "livingbook.drawing.figures", "matplotlib.pyplot", "matplotlib.backends.backend_svg"]
    )

    def one(name: str) -> None:
        process = context.Process(target=plain, args=(name,))
        process.start()
        process.join()
        if process.exitcode:
            raise RuntimeError(f"{name}: exit code {process.exitcode}")

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(one, names))


WAYS = {"cli": cli, "api": api, "warm": warm, "floor": floor}


def main(way: str, folder: str, output: str, workers: str, *names: str) -> None:
    os.chdir(folder)
    Path(output).mkdir(parents=True, exist_ok=True)
    WAYS[way](Path(output), list(names), int(workers))


if __name__ == "__main__":
    main(*sys.argv[1:])
