"""Running one notebook by papermill, with a recorder at work in its kernel."""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from livingbook.notebook.payload import MIME, NUMBERS_ONLY
from livingbook.project.project import Project
from livingbook.runs import cell_errors
from livingbook.runs.cell_errors import CellError
from livingbook.runs.together import together
from livingbook.system.errors import KILLED, MEMORY, BuildError, printable
from livingbook.system.files import short_folder, write

ENGINES = ("warm", "nbclient")
# Arguments of a kernel: its log messages do not belong to the notebook's output, and its cells not to the user's history.
QUIET = ["--log-level=50", "--HistoryManager.hist_file=:memory:"]
WORDLESS = "CellExecutionError: "  # papermill's error where IPython could not say one, as it may not read the file of a frame
FIRST = "--IPKernelApp.exec_lines="  # a line of Python that a kernel runs before the first cell
_importing = threading.Lock()
_so_far: dict[str, Any] = {}  # path that is given to papermill → the notebook as far as it has run
_slots = threading.Semaphore(os.cpu_count() or 1)


@dataclass(frozen=True)
class Ran:
    """A notebook that ran, with its outputs, and the record of what it read.

    inputs: what it read, in order, as (``kind:name``, hash). reads: its selections of rows, for the report of changes. changed:
    inputs that had different contents when they were read twice. waits: inputs that it asked for and that are not made yet;
    failure: the error with which it then stopped. seconds: how long it ran. notebook: ``None`` if it stopped with an error. said:
    what its cells wrote to the error stream.
    """

    notebook: Any
    inputs: list[tuple[str, str]] = field(default_factory=list)
    reads: list[dict[str, Any]] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    waits: list[str] = field(default_factory=list)
    failure: BuildError | None = None
    seconds: float = 0.0
    said: list[str] = field(default_factory=list)


Runner = Callable[
    [Project, str, bytes, Mapping[str, Any], bool, Path, Path], Ran
]  # a function that runs a notebook, with the arguments of ``run_recorded``


def set_parallelism(workers: int) -> None:
    """Sets how many notebooks may run at the same time, in all threads together."""
    global _slots
    _slots = threading.Semaphore(workers)


def start_fork_server(project: Project) -> None:
    """Starts the fork server of warm kernels early, so that it imports packages while this process does other things."""
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
    """How many seconds a cell may run. Raises ``BuildError`` if the environment variable is not a whole number of seconds."""
    given = os.environ.get("LIVINGBOOK_CELL_SECONDS") or "600"
    if not given.isdecimal() or not int(given):
        raise BuildError(f"LIVINGBOOK_CELL_SECONDS is {given!r}: it must be a whole number of seconds")
    return int(given)


def run_recorded(
    project: Project, name: str, source: bytes, given: Mapping[str, Any], figures: bool, data: Path, results: Path
) -> Ran:
    """Runs a notebook and records what it reads.

    source: the content of the notebook's file, as the build has read it. given: its parameters. figures: False for numbers only.
    data, results: its edition's folder of tables, and that of the results of other notebooks. Raises ``CellError`` if a cell fails,
    unless it needs results that are not made yet: see ``Ran.waits``.
    """
    if not figures and engine() == "warm" and (joined_cells := together(source)):
        with contextlib.suppress(BuildError):  # which is told better by a run cell by cell
            ran = _run_recorded(project, name, joined_cells, given, figures, data, results)
            if not ran.failure:
                return replace(ran, said=[])  # of which cell a complaint is, it cannot tell, and nobody is told of it
    return _run_recorded(project, name, source, given, figures, data, results)


def _run_recorded(
    project: Project, name: str, source: bytes, given: Mapping[str, Any], figures: bool, data: Path, results: Path
) -> Ran:
    with _slots, short_folder() as folder:
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
    ran = failure.document if isinstance(failure, CellError) and failure.what == WORDLESS else notebook
    if record["refused"] and ran is not None:  # the notebook caught the recorder's error and went on, or nobody could tell it
        number, words = record["refused"][0]
        index = next((at for at, cell in enumerate(ran.cells) if cell.get("execution_count") == number), 0)
        failure = CellError(
            name, cell_errors.position(ran, index), f"in a build, a notebook must not do this: it {words}", document=ran
        )
    if failure and not record["waits"]:
        raise failure
    said = cell_errors.complaints(notebook) if notebook is not None else []
    return Ran(
        cell_errors.without_complaints(notebook) if notebook is not None else None,
        [(what, found) for what, found in record["inputs"]],
        record["reads"],
        record["changed"],
        record["waits"],
        failure,
        seconds,
        said,
    )


def run_notebook(project: Project, name: str, given: Mapping[str, Any], figures: bool = True, progress: bool = False) -> Any:
    """Runs one notebook outside of a build, without a recorder; returns it executed. Raises ``CellError`` if a cell fails.

    progress: whether a bar shows how many cells have run, if this process writes to a terminal.
    """
    with _slots, short_folder() as folder:
        return _executed(project, name, project.notebooks / f"{name}.ipynb", given, figures, (), folder, progress)


def _executed(
    project: Project,
    name: str,
    path: Path,
    given: Mapping[str, Any],
    figures: bool,
    first: tuple[str, ...],
    folder: str,
    progress: bool = False,
) -> Any:
    with _importing:  # threads that import packages which import each other may find them half imported
        import nbformat.v4.nbbase
        import papermill
        from nbclient.exceptions import CellTimeoutError, DeadKernelError
        from papermill.engines import papermill_engines
        from papermill.exceptions import PapermillExecutionError

        from livingbook.runs.warm.client import OwnKernel, OwnWarmKernel, private_sockets
        from livingbook.runs.warm.engine import WarmEngine

        papermill_engines.register("warm", WarmEngine)  # that of this library, even if another version is installed
        papermill.execute.write_ipynb = papermill.engines.write_ipynb = note_state
        nbformat.v4.nbbase.validate = lambda *_, **__: None  # each output as it comes; below, all are validated at once
    os.chdir(project.notebooks)  # papermill's own ``cwd`` changes folder and back, which threads must not do
    without = () if figures else (f"{FIRST}import os; os.environ[{NUMBERS_ONLY!r}] = '1'; del os",)
    state = str(Path(folder, "state.ipynb"))
    _so_far[state] = None
    try:
        executed = papermill.execute_notebook(
            str(path),
            state,
            dict(given),
            engine_name=engine(),
            kernel_name="python3",
            language="python",
            progress_bar={"desc": name, "disable": None, "leave": False} if progress else False,
            execution_timeout=cell_seconds(),
            config=private_sockets(folder),
            kernel_manager_class=OwnWarmKernel if engine() == "warm" else OwnKernel,
            extra_arguments=[*QUIET, f"--ipython-dir={folder}", *without, *first],
        )
        nbformat.validate(executed)
        return executed
    except nbformat.ValidationError as error:
        raise BuildError(f"notebooks/{name}.ipynb: has an output that no notebook can hold: {printable(error.message)}") from None
    except PapermillExecutionError as error:
        more = MEMORY if error.ename in ("MemoryError", "ArrayMemoryError", "_ArrayMemoryError") else ""
        what = f"{error.ename}: {error.evalue}"
        raise cell_errors.from_traceback(name, without_marks(_so_far.get(state)), what, error.traceback, more) from None
    except CellTimeoutError:
        what = f"a cell ran for more than {cell_seconds()} s. If it only needs longer, set LIVINGBOOK_CELL_SECONDS to more seconds"
        raise _stopped(name, state, what) from None
    except DeadKernelError:
        raise _stopped(name, state, f"its kernel was killed while a cell ran: {KILLED}") from None
    except RuntimeError as error:
        raise BuildError(f"notebooks/{name}.ipynb: {str(error).splitlines()[0]}") from None
    finally:
        _so_far.pop(state, None)


def _stopped(name: str, state: str, what: str) -> CellError:
    """The error of a notebook that was stopped from outside, in the cell that was running."""
    notebook = without_marks(_so_far.get(state))
    index = cell_errors.failed_cell(notebook) if notebook is not None else None
    if index is None:
        return CellError(name, "", what, document=notebook)
    first = next((line for line in notebook.cells[index].source.split("\n") if line.strip()), "")
    return CellError(name, cell_errors.position(notebook, index), what, (f"  it begins: {first}",), notebook)


def note_state(notebook: Any, path: str | None) -> None:
    """In place of papermill's function that saves a notebook after each cell: of notebooks that run here it only keeps the state,
    for ``CellError``."""
    if path in _so_far:
        _so_far[path] = notebook
    elif path is not None:
        from papermill.iorw import write_ipynb

        write_ipynb(notebook, path)


def without_marks(notebook: Any) -> Any:
    """The notebook without the cells that papermill adds where it failed."""
    if notebook is not None:
        notebook.cells = [cell for cell in notebook.cells if cell_errors.MARKER not in cell.metadata.get("tags", [])]
    return notebook


def code_cells(project: Project, name: str) -> list[Any]:
    """The code cells of a notebook's file. Raises ``BuildError`` if it is none."""
    from livingbook.runs.notebook_source import source_of

    return [cell for cell in source_of(project, name).notebook.cells if cell.cell_type == "code"]


def write_notebook(path: Path, notebook: Any) -> None:
    """Writes an executed notebook, scrubbed, so that equal runs give equal files; on one line, because indenting is slow."""
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
    """Outputs with adjoining pieces of printed text joined, because where the kernel divides such text depends on the clock."""
    whole: list[Any] = []
    for output in outputs:
        if whole and output.output_type == "stream" and whole[-1].get("name") == output.name:
            whole[-1].text += output.text
        else:
            whole.append(output)
    return whole
