"""What stopped a notebook, in words: cell and line, as a person counts them, and the notebook's part of the traceback."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from livingbook.system.errors import BuildError

INJECTED = "injected-parameters"  # papermill's tag of the cell that it adds
MARKER = "papermill-error-cell-tag"  # papermill's tag of the cells that it adds where a notebook failed
FRAMES = 5  # of the notebook's own, at most, are shown
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
# A frame begins `Cell In[3], line 2, in name(…)` in a cell, and `File path.py:40, in name(…)` elsewhere.
FRAME = re.compile(
    r"^\s*(?:Cell In\[(?P<count>\d+)\], line |File (?P<file>\S+?\.pyx?)(?::|, line ))(?P<line>\d+)(?:, in (?P<function>[\w.<>]+))?",
    re.M,
)
# How a warning begins that Python prints: with the file that a kernel makes of a cell, or with a file of a package.
KERNELS_FILE = re.compile(r"\S*ipykernel_\d+[/\\]\d+\.py:(\d+): ")
PACKAGES_FILE = re.compile(r"\S*[/\\]site-packages[/\\]")


class CellError(BuildError):
    """A cell of a notebook failed.

    where: cell and line, "" if not known. what: the error. below: lines that say more. document: the notebook as far as it ran.
    Whoever asked for the run adds ``asked`` (of which edition, or under which settings) and ``kept`` (the file of that notebook).
    """

    def __init__(self, name: str, where: str, what: str, below: tuple[str, ...] = (), document: Any = None) -> None:
        super().__init__(name, where, what, below, document)
        self.name, self.where, self.what, self.below, self.document = name, where, what, below, document
        self.asked = self.kept = ""

    def __str__(self) -> str:
        place = f"notebooks/{self.name}.ipynb" + (f", {self.where}" if self.where else "")
        kept = [f"  as far as it ran: {self.kept}"] if self.kept else []
        return "\n".join([f"{place}{f' ({self.asked})' if self.asked else ''}: {self.what}", *self.below, *kept])


def joined(errors: Iterable[BaseException]) -> Iterator[BaseException]:
    """The errors, those that are the same in several editions as one."""
    same: dict[tuple[Any, ...], list[CellError]] = {}
    for error in errors:
        if isinstance(error, CellError):
            same.setdefault((error.name, error.where, error.what, error.below), []).append(error)
        else:
            yield error
    for (name, where, what, below), each in same.items():
        one = CellError(name, where, what, below)
        one.asked = "; ".join(dict.fromkeys(error.asked for error in each))
        one.kept = each[0].kept
        yield one


def position(notebook: Any, index: int) -> str:
    """A cell as a person counts: from 1, all cells of the author. The cell that papermill adds has no number."""
    if INJECTED in notebook.cells[index].metadata.get("tags", []):
        return "the cell with the parameters that were given"
    before = [cell for cell in notebook.cells[:index] if not {INJECTED, MARKER} & set(cell.metadata.get("tags", []))]
    return f"cell {len(before) + 1}"


def failed_cell(notebook: Any) -> int | None:
    """Index of the cell that failed, or in which the notebook stopped; ``None`` if all ran."""
    for index, cell in enumerate(notebook.cells):
        if any(output.output_type == "error" for output in cell.get("outputs", [])):
            return index
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and cell.metadata.get("papermill", {}).get("status") in ("running", "failed"):
            return index
    return None


def from_traceback(name: str, notebook: Any, what: str, traceback: list[str], more: str = "") -> CellError:
    """The error of a cell that raised. traceback: as Jupyter gives it, with colours. more: a line to add."""
    what = re.sub(r" \(\d+\.py, line \d+\)$", "", what)  # of a syntax error: a file that a kernel makes of the cell
    index = failed_cell(notebook)
    frames = list(frames_of(notebook, "\n".join(traceback)))
    own = [(at, line, inside) for at, line, inside in frames if at is not None]
    here = [frame for frame in own if frame[0] == index] or own[:1]
    where = position(notebook, index) if index is not None else ""
    if where and here:
        where += f", line {here[0][1]}"
    below = [shown(notebook, *frame) for frame in own[-FRAMES:]]
    if frames and frames[-1][0] is None:
        below.append(f"  raised in {frames[-1][2]}, line {frames[-1][1]}")
    return CellError(name, where, what, (*below, *([more] if more else [])), notebook)


def frames_of(notebook: Any, traceback: str) -> Iterator[tuple[int | None, int, str]]:
    """The frames of a traceback, outermost first: index of the cell (``None``: a file), line, and function or file."""
    cells = {cell.get("execution_count"): index for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"}
    for found in FRAME.finditer(COLOURS.sub("", traceback)):
        if found["count"] is None:
            yield None, int(found["line"]), short(found["file"])
        elif (index := cells.get(int(found["count"]))) is not None:
            yield index, int(found["line"]), found["function"] or ""


def shown(notebook: Any, index: int, line: int, function: str) -> str:
    """A frame of the notebook: where it is, and the text of its line."""
    lines = notebook.cells[index].source.split("\n")
    text = lines[line - 1].strip() if line <= len(lines) else ""
    inside = f", in {function.rstrip('(')}" if function and not function.startswith("<") else ""
    return f"  {position(notebook, index)}, line {line}{inside}: {text}"


def short(path: str) -> str:
    """A file of a package without the folder that packages are in, and one of the project from ``notebooks/`` on."""
    return re.sub(r"^.*?(?:[/\\]site-packages|[/\\]notebooks)[/\\]", "", path)


def complaints(notebook: Any) -> list[str]:
    """What cells wrote to the error stream, each with its cell: warnings of libraries above all. Without paths of the machine."""
    found = []
    for index, cell in enumerate(notebook.cells):
        text = "".join(
            output.text for output in cell.get("outputs", []) if output.output_type == "stream" and output.name == "stderr"
        )
        if text.strip():
            found.append(f"{position(notebook, index)} wrote on stderr: {tidied(text)}")
    return found


def tidied(text: str) -> str:
    """Text from the error stream in which files are named as a person knows them."""
    return PACKAGES_FILE.sub("", KERNELS_FILE.sub(r"line \1: ", text)).strip()


def without_complaints(notebook: Any) -> Any:
    """The executed notebook without what its cells wrote to the error stream.

    That depends on the machine: some warnings come only when a package is first imported. So it is for whoever runs the notebook,
    and no part of the book.
    """
    for cell in notebook.cells:
        if cell.get("outputs"):
            cell.outputs = [each for each in cell.outputs if not (each.output_type == "stream" and each.name == "stderr")]
    return notebook
