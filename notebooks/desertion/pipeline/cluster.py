"""Running notebooks on an existing Dask cluster.

Each run is sent whole, as an archive of the notebook, the library, the tables and the results it reads; so a worker needs
the locked packages and nothing else, and always runs this code on these rows. It hands back the executed notebook. What
was run is decided and stored here, as for runs of this machine: a run that a dead worker leaves is given to another by the
scheduler, and stored once.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat

from ..carriage import NUMBERS_ONLY
from . import execution
from .errors import BuildError
from .execution import Run
from .files import digest, tree
from .project import Project

SECONDS_TO_ANSWER = 20


@contextmanager
def cluster(address: str) -> Iterator[tuple[Run, int]]:
    """What runs a notebook on the cluster whose scheduler is at ``address``, and how many it runs at once.

    Raises ``BuildError`` if Dask is not installed, no scheduler answers, or it has no workers.
    """
    try:
        import cloudpickle
        from distributed import Client, KilledWorker
    except ImportError:
        raise BuildError("a cluster needs Dask in its own version: .venv/bin/pip install distributed==… (that of the "
                         "scheduler)") from None
    try:
        client = Client(address, timeout=SECONDS_TO_ANSWER, set_as_default=False)
    except (OSError, ValueError) as error:
        raise BuildError(f"SCHEDULER={address}: no Dask scheduler answers ({error or type(error).__name__})") from None
    cloudpickle.register_pickle_by_value(sys.modules[__name__])  # workers do not have this library

    def run_it(project: Project, name: str, given: Mapping[str, Any], figures: bool) -> Any:
        parcel = packed(project, name, given)
        settings = [f"{key}={value}" for key, value in given.items() if key != "data"]
        task = client.submit(run_there, parcel, name, settings, figures, key=f"{name}-{digest(parcel, *settings, str(figures))}")
        try:
            notebook, complaint = task.result()
        except KilledWorker as error:
            raise BuildError(f"notebooks/{name}.ipynb: {error}") from None
        if notebook is None:
            raise BuildError(complaint)
        return nbformat.reads(notebook, as_version=4)

    with client:
        try:
            client.wait_for_workers(1, timeout=SECONDS_TO_ANSWER)
        except TimeoutError:
            raise BuildError(f"SCHEDULER={address}: the scheduler has no workers") from None
        yield run_it, sum(client.nthreads().values())


def packed(project: Project, name: str, given: Mapping[str, Any]) -> bytes:
    """An archive of all that a run of a notebook reads; equal for equal content."""
    others, sweeps = execution.uses(execution.read_notebook(project.notebooks / f"{name}.ipynb"), project.notebook_names)
    results = (project.notebooks / given["results"]).resolve() if "results" in given else project.build
    files = [project.root / "requirements.txt", project.notebooks / f"{name}.ipynb",
             *tree(project.notebooks / "desertion", (".py", ".mplstyle")),
             *(results / f"{other}.json" for other in others), *map(project.sweep_file, sweeps)]
    held = {path.relative_to(project.root).as_posix(): path for path in files}
    tables = project.notebooks / given["data"] if "data" in given else project.data
    held |= {f"data/{path.name}": path for path in tree(tables.resolve(), (".csv", ".json"))}
    parcel = io.BytesIO()
    with zipfile.ZipFile(parcel, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, path in sorted(held.items()):
            if path.is_file():
                archive.writestr(zipfile.ZipInfo(member), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return parcel.getvalue()


def run_there(parcel: bytes, name: str, settings: list[str], figures: bool) -> tuple[str | None, str]:
    """On a worker: runs a notebook in a folder of its own; the executed notebook, or ``None`` and what went wrong."""
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(io.BytesIO(parcel)) as archive:
            archive.extractall(folder)
        environment = {**os.environ, "PYTHONPATH": str(Path(folder, "notebooks")), "DESERTION_ENGINE": "nbclient",
                       **({} if figures else {NUMBERS_ONLY: "1"})}
        done = subprocess.run([sys.executable, "-m", "desertion.pipeline", "--root", folder, "run", name, *settings],
                              env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode:
            return None, done.stderr.strip()
        return Path(folder, "_build", "runs", f"{name}.ipynb").read_text("utf-8"), ""
