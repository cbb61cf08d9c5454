"""Executing one notebook for one edition: found among earlier runs if nothing it read differs, else run by papermill.

A run is kept under what determines it: the notebook's source, its assumptions, the library modules it imported, the lock,
and the rows it read (not the date as of which it read them: editions that see the same rows share a run).

What is slow to import is imported where it is needed: a pipeline with nothing to do is not to wait for it.
"""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import sys
import tempfile
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import nbformat

from ..carriage import MIME, NUMBERS_ONLY
from ..contract import printable
from .errors import KILLED, MEMORY, BuildError
from .files import as_json, digest, holds, mirror, tree, write
from .project import COMMON, Edition, Project
from .settings import MAX_NOTEBOOK_BYTES, text_of

if TYPE_CHECKING:
    from ..data import Evidence
    from ..parameters import Parameter

T = TypeVar("T")
Run = Callable[[Project, str, Mapping[str, Any], bool], Any]  # what gives the executed notebook, as ``run_notebook`` does
ENGINES = ("warm", "nbclient")
RECORD = "5"  # how a run is recorded: runs recorded otherwise are not found
PARTS = {"base", "modules", "reads", "rows", "results", "notebook", "document"}  # and of what it consists
_turns: dict[str, threading.Lock] = defaultdict(threading.Lock)
_importing = threading.Lock()
_room = threading.Semaphore(os.cpu_count() or 1)
BESIDE = "../data"  # the data folder that a published notebook names: the book has its tables there, wherever they came from
# For a kernel: its own chatter is no output of the notebook, and its cells are not for the history that the user has at home.
QUIET = ["--log-level=50", "--HistoryManager.hist_file=:memory:"]
WITHOUT_FIGURES = f"--IPKernelApp.exec_lines=import os; os.environ[{NUMBERS_ONLY!r}] = '1'; del os"


def at_once(workers: int) -> None:
    """Says how many notebooks may run at the same time, however many threads ask for them."""
    global _room
    _room = threading.Semaphore(workers)


def get_ready(project: Project) -> None:
    """Starts what kernels are forked from, which then imports while this process does other things."""
    if engine() == "warm":
        from .forkery import get_ready

        os.chdir(project.notebooks)
        get_ready()


def import_all() -> None:
    """Imports what tasks need, for all threads: two that begin at once can stop Python as a deadlock does."""
    with _importing:
        from .. import data, parameters, results  # noqa: F401


def remembered(function: Callable[[Path], T]) -> Callable[[Path], T]:
    """The function of a file, computed again only when the file is another. Its results are shared: not to be changed."""
    @functools.lru_cache(maxsize=1024)
    def of_state(path: Path, state: tuple[int, ...]) -> T:
        return function(path)

    @functools.wraps(function)
    def current(path: Path) -> T:
        found = path.stat()
        return of_state(path, (found.st_ino, found.st_mtime_ns, found.st_size))
    return current


def execute(project: Project, edition: Edition, name: str, run_it: Run | None = None) -> str:
    """Brings the results of a notebook for an edition up to date; returns "run" or "reused".

    Raises ``BuildError`` that names the notebook and the cell.
    """
    run, given, outcome = obtain(project, edition, name, run_it)
    made, of = project.build / "done" / f"made_{edition.name}_{name}", as_json([run.name, given])
    if not holds(made, digest(of, made_of(project, edition, name))):
        materialise(project, edition, name, run, given)
        write(made, digest(of, made_of(project, edition, name)))
    return outcome


def made_of(project: Project, edition: Edition, name: str) -> str:
    """Hash of all that an edition's folder holds of a notebook."""
    folder = project.edition_folder(edition.name)
    files = [folder / f"{name}.json", folder / "notebooks" / f"{name}.ipynb", *tree(folder / "files" / name)]
    return digest(*(part for path in files if path.is_file() for part in (path.name, path)))


def results_of(project: Project, edition: Edition, name: str, run_it: Run | None = None) -> tuple[dict[str, Any], str]:
    """What a notebook publishes for an edition, without writing it into the edition's folder; and "run" or "reused"."""
    run, _, outcome = obtain(project, edition, name, run_it)
    return document_of(run / "document.json"), outcome


@remembered
def document_of(path: Path) -> dict[str, Any]:
    """What a stored run published, for no edition in particular: many editions share a run."""
    return json.loads(path.read_text("utf-8"))


def stored(path: Path) -> Any:
    """The executed notebook of a stored run: valid when it was stored, and not checked again, which takes long."""
    return nbformat.v4.reads(path.read_text("utf-8"))


def obtain(project: Project, edition: Edition, name: str, run_it: Run | None = None) -> tuple[Path, dict[str, Any], str]:
    """The folder of the run that holds for an edition, its parameters, and whether it was "run" or "reused".

    run_it: what runs a notebook; without it, this process does.
    """
    import_all()
    project = project.seen_by(edition)
    given, base = identity(project, edition, name)
    if run := find(project, edition, name, base):
        return run, given, "reused"
    while True:
        turn = expected(project, edition, name, base)
        with _turns[turn]:  # of two editions that see the same rows, the second finds the run of the first
            if run := find(project, edition, name, base):
                return run, given, "reused"
            if turn == expected(project, edition, name, base):  # nothing was learnt while waiting
                lay_out(project, edition)
                notebook = (run_it or run_notebook)(project, name, given, edition.figures)
                return keep(project, edition, name, base, notebook), given, "run"


def identity(project: Project, edition: Edition, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parameters of a notebook in an edition, and what a run of it is of, beside the rows and the library's modules."""
    path = project.notebooks / f"{name}.ipynb"
    given = parameters_of(project, edition, name)
    return given, {
        "record": RECORD, "source": source_digest(path), "lock": digest_of(project.root / "requirements.txt"),
        "python": f"{sys.version_info.major}.{sys.version_info.minor}", "as_of": edition.as_of if uses_date(path) else "",
        "figures": edition.figures, "assumptions": {key: value for key, value in given.items() if key not in COMMON}}


def expected(project: Project, edition: Edition, name: str, base: Mapping[str, Any]) -> str:
    """What tells, before a run and as far as earlier ones have shown, whether two editions will share it."""
    evidence = view(project, edition)
    reads = {read for _, record in records(project, name) if record["base"] == base for read in record["rows"]}
    return digest(name, as_json(base), *map(evidence.digest, sorted(reads)))


def read_notebook(path: Path) -> Any:
    """A notebook as nbformat has it. Raises ``BuildError`` if it is not one."""
    wrong: dict[str, Exception] = {}  # where nbformat notes that what it read is not valid
    source = text_of(path, MAX_NOTEBOOK_BYTES)
    try:
        notebook = nbformat.reads(source, as_version=4, capture_validation_error=wrong)
        if wrong:
            raise wrong["ValidationError"]
        return notebook
    except Exception as error:  # nbformat raises many kinds for a file that is no notebook
        reason = "".join(str(error).splitlines()[:1])
        raise BuildError(f"{path.name}: not a notebook ({type(error).__name__}: {printable(reason, 300)})") from None


@remembered
def source_at(path: Path) -> Any:
    """A notebook as it was committed; read once, not to be changed."""
    return read_notebook(path)


@remembered
def source_digest(path: Path) -> str:
    return digest(source_of(source_at(path)))


@remembered
def declared_by(path: Path) -> list[Parameter]:
    """The parameters that a notebook declares. Raises ``BuildError`` where its parameters cell is not as it must be."""
    from ..parameters import ParameterError, of_notebook

    try:
        return of_notebook(source_at(path))
    except ParameterError as error:
        raise BuildError(f"notebooks/{path.name}: {error}") from None


@remembered
def uses_date(path: Path) -> bool:
    """Whether a notebook uses its date beyond loading the evidence; then editions that see the same rows share no run."""
    notebook = source_at(path)
    code = "\n".join(cell.source for cell in notebook.cells
                     if cell.cell_type == "code" and "parameters" not in cell.metadata.get("tags", []))
    return re.search(r"\bas_of\b", code.replace("load(data, as_of)", "")) is not None


def source_of(notebook: Any) -> str:
    """What a notebook is before it runs: kinds, tags and sources of its cells."""
    return as_json([[cell.cell_type, sorted(cell.metadata.get("tags", [])), cell.source] for cell in notebook.cells])


def parameters_of(project: Project, edition: Edition, name: str) -> dict[str, Any]:
    """The parameters a notebook gets in an edition: the common ones it declares, and the edition's assumptions."""
    data = project.told(project.less(edition.without) if edition.without else project.data)
    common = {"as_of": edition.as_of, "data": data, "results": f"../_build/editions/{edition.name}"}
    declared = {each.name for each in declared_by(project.notebooks / f"{name}.ipynb")}
    given = {key: value for key, value in common.items() if key in declared}
    return checked(project, name, given | dict(edition.assumptions.get(name, {})))


def checked(project: Project, name: str, given: dict[str, Any]) -> dict[str, Any]:
    """The given parameters, if the notebook takes them. Raises ``BuildError`` listing faults and valid parameters."""
    from ..parameters import ParameterError, require

    try:
        require(declared_by(project.notebooks / f"{name}.ipynb"), given)
    except ParameterError as error:
        raise BuildError(f"notebooks/{name}.ipynb: {error}") from None
    return given


def engine() -> str:
    """The papermill engine that runs notebooks, by name. Raises ``BuildError`` if there is none of that name."""
    name = os.environ.get("DESERTION_ENGINE") or ENGINES[0]
    if name not in ENGINES:
        raise BuildError(f"no engine {name!r}; there are {' and '.join(ENGINES)}")
    return name


def cell_seconds() -> int:
    """How long a cell may run. Raises ``BuildError`` if that is no number of seconds."""
    given = os.environ.get("DESERTION_CELL_SECONDS") or "600"
    if not given.isdecimal() or not int(given):
        raise BuildError(f"DESERTION_CELL_SECONDS is {given!r}: it must be a whole number of seconds")
    return int(given)


def run_notebook(project: Project, name: str, given: Mapping[str, Any], figures: bool = True) -> Any:
    """The executed notebook. Raises ``BuildError`` with the cell's number and its error if one fails.

    figures: without them, only numbers are computed, for a table of many settings.
    """
    with _importing:  # threads that import the same packages from different ends may find them half imported
        import papermill
        from nbclient.exceptions import CellTimeoutError, DeadKernelError
        from papermill.engines import papermill_engines
        from papermill.exceptions import PapermillExecutionError

        from .engine import WarmEngine
        from .warm import private_sockets

        papermill_engines.register("warm", WarmEngine)  # that of this library, whether or not one is installed
        papermill.execute.write_ipynb = save_somewhere
    os.chdir(project.notebooks)  # papermill's own ``cwd`` changes folder and back, which threads must not do
    with _room, tempfile.TemporaryDirectory() as folder:
        try:
            return papermill.execute_notebook(
                f"{name}.ipynb", None, dict(given), engine_name=engine(), kernel_name="python3", language="python",
                progress_bar=False, execution_timeout=cell_seconds(), config=private_sockets(folder),
                extra_arguments=QUIET if figures else [*QUIET, WITHOUT_FIGURES])
        except PapermillExecutionError as error:
            why = f"\n{MEMORY}" if error.ename in ("MemoryError", "ArrayMemoryError", "_ArrayMemoryError") else ""
            raise BuildError(f"notebooks/{name}.ipynb, cell {error.cell_index}: {error.ename}: {error.evalue}{why}") from None
        except CellTimeoutError:
            raise BuildError(f"notebooks/{name}.ipynb: a cell ran for more than {cell_seconds()} s. If it only needs longer, "
                             "set DESERTION_CELL_SECONDS to more seconds") from None
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
    return [output.data[MIME] for cell in notebook.cells for output in cell.get("outputs", [])
            if MIME in output.get("data", {})]


def keep(project: Project, edition: Edition, name: str, base: Mapping[str, Any], notebook: Any) -> Path:
    """Stores a run under a key of its own and returns its folder; the folder appears whole."""
    from ..data import read_key

    published = payloads(notebook)
    if not published:
        raise BuildError(f"notebooks/{name}.ipynb: publishes nothing")
    if strange := {each["notebook"] for each in published} - {name}:
        raise BuildError(f"notebooks/{name}.ipynb: publishes as {', '.join(sorted(strange))}")
    reads = unique(read for each in published for read in each["reads"])
    modules = sorted({module for each in published for module in each["modules"]})
    evidence = view(project, edition)
    keys = [read_key(read) for read in reads if "table" in read]
    record = {"base": base, "modules": {module: module_digest(project, module) for module in modules}, "reads": reads,
              "rows": {key: evidence.digest(key) for key in keys}, "results": results_digest(project, edition, reads)}
    folder = project.build / "store" / name / digest(as_json(record))[:16]
    unfinished = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}")
    write_notebook(unfinished / "notebook.ipynb", notebook)
    document = as_json(published_document("", name, notebook)[0])
    write(unfinished / "document.json", document)
    stored = {"notebook": digest(unfinished / "notebook.ipynb"), "document": digest(document)}
    write(unfinished / "run.json", as_json({**record, **stored}))
    if folder.is_dir() and not is_whole(folder):
        shutil.rmtree(folder)
    try:
        unfinished.replace(folder)
    except OSError:
        if not folder.is_dir():
            raise
        shutil.rmtree(unfinished)  # the same run was stored meanwhile
    now = time.time_ns()
    os.utime(folder.parent, ns=(now, now))  # finer than the system's own clock for files: ``records`` are then seen as others
    return folder


def unique(items: Any) -> list[Any]:
    """Items without repeats, in order; they need not be hashable."""
    return [json.loads(each) for each in dict.fromkeys(json.dumps(item, sort_keys=True) for item in items)]


def records(project: Project, name: str) -> list[tuple[Path, dict[str, Any]]]:
    """The earlier runs of a notebook: folder and record of each."""
    folder = project.build / "store" / name
    return records_in(folder) if folder.is_dir() else []


@remembered
def records_in(folder: Path) -> list[tuple[Path, dict[str, Any]]]:
    runs = [run for run in sorted(folder.iterdir()) if not run.name.startswith(".") and (run / "run.json").is_file()]
    return [(run, record) for run in runs if (record := record_of(run / "run.json"))]


@remembered
def record_of(path: Path) -> dict[str, Any]:
    """The record of a stored run; empty if it cannot be read: then there is no such run."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) and found.keys() >= PARTS else {}


def is_whole(run: Path) -> bool:
    """Whether what is stored of a run is what was stored."""
    record = record_of(run / "run.json") if (run / "run.json").is_file() else {}
    parts = {"notebook": run / "notebook.ipynb", "document": run / "document.json"}
    return all(path.is_file() and record.get(part) == digest_of(path) for part, path in parts.items())


def find(project: Project, edition: Edition, name: str, base: Mapping[str, Any]) -> Path | None:
    """The folder of an earlier run whose every input is as it is now. One with figures serves where none are wanted too."""
    evidence = view(project, edition)
    fitting = [base, {**base, "figures": True}]
    for folder, record in records(project, name):
        if (record["base"] in fitting and all(evidence.digest(read) == was for read, was in record["rows"].items())
                and is_current(project, record["modules"])
                and record["results"] == results_digest(project, edition, record["reads"]) and is_whole(folder)):
            return folder
    return None


def module_digest(project: Project, module: str) -> str:
    """Hash of a library module's source, "" if there is none."""
    path = project.notebooks / Path(*module.split(".")).with_suffix(".py")
    style = [project.notebooks / "desertion" / "book.mplstyle"] if module.endswith(".figures") else []
    return digest(*map(digest_of, [path, *style])) if path.is_file() else ""


digest_of = remembered(digest)


def is_current(project: Project, modules: Mapping[str, str]) -> bool:
    return all(module_digest(project, module) == was for module, was in modules.items())


def view(project: Project, edition: Edition) -> Evidence:
    """The evidence as an edition sees it; kept while the tables stay as they are, since many runs are compared with it."""
    tables = sorted(project.data.glob("*.csv"))
    state = tuple((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in tables)
    return _view(project.data, edition.as_of, edition.without, state)


@functools.lru_cache(maxsize=512)
def _view(data: Path, as_of: str, without: str, state: tuple[tuple[str, int, int], ...]) -> Evidence:
    return _whole(data, state).view(as_of, without)


@functools.lru_cache(maxsize=8)
def _whole(data: Path, _state: tuple[tuple[str, int, int], ...]) -> Evidence:
    from ..data import load

    return load(data)


def lay_out(project: Project, edition: Edition) -> None:
    """Writes the tables that an edition reads, where it leaves out an origin: for a notebook to load."""
    if edition.without:
        from ..data import read_table

        rows = read_table(project.data, "observations")
        text = rows[rows["origin"] != edition.without].to_csv(index=False, lineterminator="\n")
        others = {path.name: path.read_bytes() for path in sorted(project.data.glob("*.csv"))}
        for name, content in {**others, "observations.csv": text}.items():
            write(project.less(edition.without) / name, content)


def results_digest(project: Project, edition: Edition, reads: list[dict[str, Any]]) -> str:
    """Hash of the numbers of other notebooks, and of the sweeps, that were read."""
    folder = project.edition_folder(edition.name)
    files = [folder / f"{read['notebook']}.json" for read in reads if "notebook" in read]
    parts = [as_json(json.loads(file.read_text("utf-8"))["results"]) if file.is_file() else "" for file in files]
    sweeps = [project.sweep_file(read["sweep"]) for read in reads if "sweep" in read]
    return digest(*parts, *(sweep if sweep.is_file() else "" for sweep in sweeps))


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


def materialise(project: Project, edition: Edition, name: str, run: Path, given: Mapping[str, Any]) -> None:
    """Writes what a run published into the edition's folder: results, files of figures and tables, the notebook."""
    from ..parameters import INJECTED
    notebook = stored(run / "notebook.ipynb")
    document, files = published_document(edition.name, name, notebook)
    document["run"] = run.name
    told = {key: BESIDE if key == "data" else value for key, value in given.items()}
    for cell in notebook.cells:
        if cell.cell_type == "code" and "injected-parameters" in cell.metadata.get("tags", []):
            cell.source = f"{INJECTED}\n" + "\n".join(f"{key} = {value!r}" for key, value in told.items())
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(MIME, None)  # the book has it beside the notebook
    folder = project.edition_folder(edition.name)
    mirror(dict(files), folder / "files" / name)
    write(folder / "notebooks" / f"{name}.ipynb", nbformat.v4.writes(notebook) + "\n")
    write(folder / f"{name}.json", as_json(document))


def title_of(notebook: Any, name: str) -> str:
    """The first heading of a notebook: its question. Its name if it has none."""
    return next((line[2:] for cell in notebook.cells if cell.cell_type == "markdown"
                 for line in cell.source.splitlines() if line.startswith("# ")), name)


def published_document(edition: str, name: str, notebook: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """What the book reads of a run, and the files that belong to it (file name → content)."""
    document: dict[str, Any] = {"notebook": name, "edition": edition, "title": title_of(notebook, name),
                                "results": {}, "figures": {}, "tables": {},
                                "reads": unique(read for each in payloads(notebook) for read in each["reads"])}
    files: dict[str, str] = {}
    for each in payloads(notebook):
        body = dict(each["body"])
        stem = f"{name}-{each['name']}"
        if each["kind"] in ("figure", "table"):
            files[f"{stem}.csv"] = body["csv"]
            body["csv"] = f"{stem}.csv"
        if each["kind"] == "figure":
            drawn = body.pop("svg")
            for variant, ending in (("wide", ""), ("narrow", "-narrow")):
                files[f"{stem}{ending}.svg"] = drawn[variant]
                body[variant] = f"{stem}{ending}.svg"
        if each["kind"] == "claims":
            document["claims"] = body
        else:
            document[f"{each['kind']}s"][each["name"]] = body
    return document, files


def uses(notebook: Any, names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Which of the other notebooks, and which sweeps, a notebook reads the results of, from its source.

    ``published(results, "rate", …)``, values named ``"rate.monthly"``, ``everything_published(…)`` for all, and
    ``swept("…/sweeps/vintages.csv")``.
    """
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    named = {*re.findall(r"published\(\s*results,\s*\"(\w+)\"", code), *re.findall(r"\"(\w+)\.\w+\"", code)}
    if "everything_published(" in code:
        named = set(names)
    return sorted(named & set(names)), sorted(set(re.findall(r"sweeps/(\w+)\.csv", code)))
