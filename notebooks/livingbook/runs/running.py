"""Running one notebook by papermill, with a recorder at work in its kernel."""

from __future__ import annotations

import json
import os
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from livingbook.notebook.payload import MIME, NUMBERS_ONLY
from livingbook.project.project import Project
from livingbook.system.errors import KILLED, MEMORY, BuildError
from livingbook.system.files import write

ENGINES = ("warm", "nbclient")
# For a kernel: its own chatter is no output of the notebook, and its cells are not for the history that the user has at home.
QUIET = ["--log-level=50", "--HistoryManager.hist_file=:memory:"]
FIRST = "--IPKernelApp.exec_lines="  # a line of Python that a kernel runs before the first cell
_importing = threading.Lock()
_slots = threading.Semaphore(os.cpu_count() or 1)


@dataclass(frozen=True)
class Ran:
    """A notebook that ran, with its outputs, and its record.

    inputs: what it read, in order, each with the hash of what was there. reads: its selections of rows, for the change report.
    changed: what it read twice and not the same. waits: what it asked for and could not have yet; failure: how it ended then.
    seconds: how long it took.
    """

    notebook: Any
    inputs: list[tuple[str, str]] = field(default_factory=list)
    reads: list[dict[str, Any]] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    waits: list[str] = field(default_factory=list)
    failure: BuildError | None = None
    seconds: float = 0.0


Run = Callable[[Project, str, bytes, Mapping[str, Any], bool, Path, Path], Ran]  # what runs a notebook, as ``run_recorded`` does


def set_parallelism(workers: int) -> None:
    """Says how many notebooks may run at the same time, however many threads ask for them."""
    global _slots
    _slots = threading.Semaphore(workers)


def start_fork_server(project: Project) -> None:
    """Starts what kernels are forked from, which then imports while this process does other things."""
    if engine() == "warm":
        from livingbook.runs.warm.fork_server import start_fork_server

        os.chdir(project.notebooks)
        start_fork_server()


def engine() -> str:
    """The papermill engine that runs notebooks, by name. Raises ``BuildError`` if there is none of that name."""
    name = os.environ.get("LIVINGBOOK_ENGINE") or ENGINES[0]
    if name not in ENGINES:
        raise BuildError(f"no engine {name!r}; there are {' and '.join(ENGINES)}")
    return name


def cell_seconds() -> int:
    """How long a cell may run. Raises ``BuildError`` if that is no number of seconds."""
    given = os.environ.get("LIVINGBOOK_CELL_SECONDS") or "600"
    if not given.isdecimal() or not int(given):
        raise BuildError(f"LIVINGBOOK_CELL_SECONDS is {given!r}: it must be a whole number of seconds")
    return int(given)


def run_recorded(
    project: Project, name: str, source: bytes, given: Mapping[str, Any], figures: bool, data: Path, results: Path
) -> Ran:
    """Runs a notebook and records what it reads.

    source: the notebook's file as the build has seen it. figures: without them, only numbers are computed. data, results: the
    folder of tables and that of other notebooks' results, of its edition. Raises ``BuildError`` with the cell's number and its
    error if one fails, unless it failed for what is still to be made.
    """
    with _slots, tempfile.TemporaryDirectory() as folder:
        note = Path(folder, "record.json")
        settings = {
            "name": name,
            "as_of": given.get("as_of", ""),
            "root": str(project.root),
            "data": str(data),
            "engine": str(project.engine),
            "results": str(results),
            "note": str(note),
            "sweeps": str(project.build / "sweeps"),
            "cache": str(project.build / "compiled"),
            "notebooks": project.notebook_names,
        }
        begin = f"__import__('importlib').import_module('livingbook.recording').begin({json.dumps(settings)!r})"
        Path(folder, f"{name}.ipynb").write_bytes(source)
        failure: BuildError | None = None
        notebook, started = None, time.perf_counter()
        try:
            notebook = _executed(project, name, Path(folder, f"{name}.ipynb"), given, figures, (FIRST + begin,), folder)
        except BuildError as error:
            failure = error
        if not note.is_file():
            raise failure or BuildError(f"notebooks/{name}.ipynb: what it read could not be recorded")
        seconds = time.perf_counter() - started
        record = json.loads(note.read_text("utf-8"))
    if record["refused"] and not failure:  # its cell went on as if nothing had been
        number, words = record["refused"][0]
        index = next((at for at, cell in enumerate(notebook.cells) if cell.get("execution_count") == number), 0)
        failure = BuildError(f"notebooks/{name}.ipynb, cell {index}: in a build, a notebook must not do this: it {words}")
    if failure and not record["waits"]:
        raise failure
    return Ran(
        notebook,
        [(what, found) for what, found in record["inputs"]],
        record["reads"],
        record["changed"],
        record["waits"],
        failure,
        seconds,
    )


def run_notebook(project: Project, name: str, given: Mapping[str, Any], figures: bool = True) -> Any:
    """The executed notebook, for a person who runs one by itself: nothing is recorded, nothing refused. Raises ``BuildError``."""
    with _slots, tempfile.TemporaryDirectory() as folder:
        return _executed(project, name, project.notebooks / f"{name}.ipynb", given, figures, (), folder)


def _executed(
    project: Project, name: str, path: Path, given: Mapping[str, Any], figures: bool, first: tuple[str, ...], folder: str
) -> Any:
    with _importing:  # threads that import the same packages from different ends may find them half imported
        import papermill
        from nbclient.exceptions import CellTimeoutError, DeadKernelError
        from papermill.engines import papermill_engines
        from papermill.exceptions import PapermillExecutionError

        from livingbook.runs.warm.client import private_sockets
        from livingbook.runs.warm.engine import WarmEngine

        papermill_engines.register("warm", WarmEngine)  # that of this library, whether or not one is installed
        papermill.execute.write_ipynb = save_somewhere
    os.chdir(project.notebooks)  # papermill's own ``cwd`` changes folder and back, which threads must not do
    without = () if figures else (f"{FIRST}import os; os.environ[{NUMBERS_ONLY!r}] = '1'; del os",)
    try:
        return papermill.execute_notebook(
            str(path),
            None,
            dict(given),
            engine_name=engine(),
            kernel_name="python3",
            language="python",
            progress_bar=False,
            execution_timeout=cell_seconds(),
            config=private_sockets(folder),
            extra_arguments=[*QUIET, *without, *first],
        )
    except PapermillExecutionError as error:
        why = f"\n{MEMORY}" if error.ename in ("MemoryError", "ArrayMemoryError", "_ArrayMemoryError") else ""
        raise BuildError(f"notebooks/{name}.ipynb, cell {error.cell_index}: {error.ename}: {error.evalue}{why}") from None
    except CellTimeoutError:
        raise BuildError(
            f"notebooks/{name}.ipynb: a cell ran for more than {cell_seconds()} s. If it only needs longer, "
            "set LIVINGBOOK_CELL_SECONDS to more seconds"
        ) from None
    except DeadKernelError:
        raise BuildError(f"notebooks/{name}.ipynb: its kernel was killed while a cell ran: {KILLED}") from None
    except RuntimeError as error:
        raise BuildError(f"notebooks/{name}.ipynb: {str(error).splitlines()[0]}") from None


def save_somewhere(notebook: Any, path: str | None) -> None:
    """As papermill saves a notebook; but where it is to be saved nowhere, its text is not laid out first."""
    from papermill.iorw import write_ipynb

    if path is not None:
        write_ipynb(notebook, path)


def write_notebook(path: Path, notebook: Any) -> None:
    """Writes an executed notebook, scrubbed, so that equal runs are equal files; not laid out, which takes a tenth of a second."""
    write(path, json.dumps(scrubbed(notebook), sort_keys=True, ensure_ascii=False) + "\n")


def payloads(notebook: Any) -> list[dict[str, Any]]:
    """What an executed notebook published, in order."""
    return [output.data[MIME] for cell in notebook.cells for output in cell.get("outputs", []) if MIME in output.get("data", {})]


def scrubbed(notebook: Any) -> Any:
    """The executed notebook without what differs from run to run: times, paths, versions of the kernel."""
    notebook.metadata = {"kernelspec": notebook.metadata.get("kernelspec", {}), "language_info": {"name": "python"}}
    for index, cell in enumerate(notebook.cells, start=1):
        cell.id = f"cell-{index}"
        cell.metadata = {key: value for key, value in cell.metadata.items() if key == "tags"}
        if cell.cell_type == "code":
            cell.outputs = joined(cell.outputs)
    return notebook


def joined(outputs: list[Any]) -> list[Any]:
    """Outputs with what was printed in one piece each time: the kernel sends it in pieces that depend on the clock."""
    whole: list[Any] = []
    for output in outputs:
        if whole and output.output_type == "stream" and whole[-1].get("name") == output.name:
            whole[-1].text += output.text
        else:
            whole.append(output)
    return whole
