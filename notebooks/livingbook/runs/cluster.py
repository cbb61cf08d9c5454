"""Running notebooks on an existing Dask cluster.

A worker gets an archive with the notebook, the library, the tables and the results that the notebook may read, so it needs only
the locked packages and always uses this version of code and tables. It sends the executed notebook back. This process decides what
is run, and stores the runs, as it does for runs on its own machine. If a worker dies, the scheduler gives its run to another one.
"""

from __future__ import annotations

import io
import json
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

from livingbook.project.project import Project
from livingbook.runs.running import Ran, Runner
from livingbook.system.digests import digest
from livingbook.system.errors import BuildError
from livingbook.system.files import tree

SECONDS_TO_ANSWER = 20


@contextmanager
def cluster(address: str) -> Iterator[tuple[Runner, int]]:
    """A function that runs a notebook on the cluster whose scheduler is at ``address``, and how many runs fit there at once.

    Raises ``BuildError`` if Dask is not installed, no scheduler answers, or it has no workers.
    """
    try:
        import cloudpickle
        from distributed import Client, KilledWorker
    except ImportError:
        raise BuildError(
            "a cluster needs Dask in its own version: .venv/bin/pip install distributed==… (that of the scheduler)"
        ) from None
    try:
        client = Client(address, timeout=SECONDS_TO_ANSWER, set_as_default=False)
    except (OSError, ValueError) as error:
        raise BuildError(f"SCHEDULER={address}: no Dask scheduler answers ({error or type(error).__name__})") from None
    cloudpickle.register_pickle_by_value(sys.modules[__name__])  # workers do not have this library

    def run_it(
        project: Project, name: str, source: bytes, given: Mapping[str, Any], figures: bool, data: Path, results: Path
    ) -> Ran:
        parcel = packed(project, name, source, data, results)
        asked = json.dumps({key: "../data" if key == "data" else value for key, value in given.items()}, sort_keys=True)
        key = f"{name}-{digest(parcel, asked, str(figures), results.name)}"
        task = client.submit(run_there, parcel, name, asked, figures, results.name, key=key)
        try:
            answer, complaint = task.result()
        except KilledWorker as error:
            raise BuildError(f"notebooks/{name}.ipynb: {error}") from None
        if answer is None:
            raise BuildError(complaint)
        record = json.loads(answer)
        notebook, failed = record.pop("notebook"), record.pop("failure")
        failure = BuildError(failed) if failed else None
        return Ran(nbformat.reads(notebook, as_version=4) if notebook else None, **record, failure=failure)

    with client:
        try:
            client.wait_for_workers(1, timeout=SECONDS_TO_ANSWER)
        except TimeoutError:
            raise BuildError(f"SCHEDULER={address}: the scheduler has no workers") from None
        yield run_it, sum(client.nthreads().values())


def packed(project: Project, name: str, source: bytes, data: Path, results: Path) -> bytes:
    """A ZIP archive of all that a run of a notebook may read; equal content gives equal bytes."""
    files = [
        project.root / "requirements.txt",
        *(path for path in tree(project.notebooks) if path.suffix != ".ipynb"),
        *results.glob("*.json"),
        *(project.build / "sweeps").glob("*.csv"),
    ]
    held = {path.relative_to(project.root).as_posix(): path.read_bytes() for path in files if path.is_file()}
    held |= {f"notebooks/{each}.ipynb": b"" for each in project.notebook_names} | {f"notebooks/{name}.ipynb": source}
    held |= {f"data/{path.name}": path.read_bytes() for path in tree(data, (".csv", ".json"))}
    parcel = io.BytesIO()
    with zipfile.ZipFile(parcel, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in sorted(held.items()):
            archive.writestr(zipfile.ZipInfo(member), content, zipfile.ZIP_DEFLATED)
    return parcel.getvalue()


def run_there(parcel: bytes, name: str, asked: str, figures: bool, edition: str) -> tuple[str | None, str]:
    """Runs on a worker, in a temporary folder: returns (executed notebook with its record, as JSON; ""), or (``None``, error)."""
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(io.BytesIO(parcel)) as archive:
            archive.extractall(folder)
        environment = {**os.environ, "PYTHONPATH": str(Path(folder, "notebooks")), "LIVINGBOOK_ENGINE": "nbclient"}
        answer = Path(folder, "answer.json")
        done = subprocess.run(
            [sys.executable, "-m", "livingbook.runs.worker", folder, name, asked, str(figures), edition, str(answer)],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            return None, done.stderr.strip()
        return answer.read_text("utf-8"), ""
