"""A notebook's file before it runs: its cells, its parameters, and what its code does with them."""

from __future__ import annotations

import ast
import copy
import functools
import symtable
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat

from livingbook.notebook.parameters import Parameter, ParameterError, kinds_of, of_notebook, require
from livingbook.project.project import Project
from livingbook.system.digests import digest
from livingbook.system.errors import BuildError, printable
from livingbook.system.files import as_json
from livingbook.system.readers import MAX_NOTEBOOK_BYTES, text_from

# Functions to which notebooks pass the date and the folders. What they read by them is recorded.
READERS = {"load", "published", "everything_published", "Claims"}
ALL = "everything_published"
# Names by which code can get at a variable without naming it.
ROUNDABOUT = {
    "globals",
    "locals",
    "vars",
    "dir",
    "eval",
    "exec",
    "user_ns",
    "user_global_ns",
    "__main__",
    "run_line_magic",
    "run_cell_magic",
}


class Source:
    """A notebook's file. Raises ``BuildError`` if it is no notebook.

    kinds: the module beside it with kinds of parameters that only its book has.
    """

    def __init__(self, path: Path, content: bytes, kinds: str = "") -> None:
        self.path, self.content, self.kinds = path, content, kinds
        self.notebook = read_notebook(path, content)
        self._found: dict[str, bool] = {}

    @cached_property
    def hash(self) -> str:
        """Hash of what decides how the notebook runs: kinds, tags and sources of its cells."""
        return digest(
            as_json([[cell.cell_type, sorted(cell.metadata.get("tags", [])), cell.source] for cell in self.notebook.cells])
        )

    @cached_property
    def parameters(self) -> list[Parameter]:
        """The parameters it declares. Raises ``BuildError`` with the line and the reason if its parameters cell is wrong."""
        try:
            return of_notebook(self.notebook, kinds_of(self.kinds, self.path.parent))
        except ParameterError as error:
            raise BuildError(f"notebooks/{self.path.name}: {error}") from None

    def checked(self, given: dict[str, Any]) -> dict[str, Any]:
        """Returns the given parameters. Raises ``BuildError`` with all faults and the valid parameters if it does not take them."""
        try:
            require(self.parameters, given)
        except ParameterError as error:
            raise BuildError(f"notebooks/{self.path.name}: {error}") from None
        return given

    @cached_property
    def title(self) -> str:
        """Its first heading, which is the question it answers; its name if it has no heading."""
        return title_of(self.notebook, self.path.stem)

    def only_passes_on(self, name: str) -> bool:
        """Whether the notebook uses the parameter only as an argument of ``READERS``, which record what they read by it.

        Two runs with different values of it are then the same if they read the same. The answer is False in any case of doubt.
        """
        if name not in self._found:  # the many settings of a sweep ask the same
            self._found[name] = self._cells is not None and not any(_shows(cell, name) for cell in self._cells)
        return self._found[name]

    def mentioned(self, notebooks: Iterable[str], sweeps: Iterable[str]) -> set[tuple[str, str]]:
        """Which of these notebooks and sweeps it mentions, as ("results" or "sweep", name).

        It may or may not read them: that is recorded when it runs. This only helps to run notebooks in a good order.
        """
        cells = self._cells or ()
        texts = {text for cell in cells for text in cell.texts} | {
            str(each.default) for each in self.parameters if isinstance(each.default, str)
        }
        asked = {name for cell in cells for name in cell.names} & (READERS - {"load"})  # else its texts mean something else
        named = {text.partition(".")[0] for text in texts} if asked else set()
        return {("results", name) for name in notebooks if name in named or ALL in asked} | {
            ("sweep", name) for name in sweeps if any(text.endswith(f"/{name}.csv") for text in texts)
        }

    @cached_property
    def _cells(self) -> list[_Cell] | None:
        """All code cells but the parameters cell; ``None`` if one of them is not Python."""
        sources = [
            cell.source
            for cell in self.notebook.cells
            if cell.cell_type == "code" and "parameters" not in cell.metadata.get("tags", [])
        ]
        try:
            return list(map(_cell, map(_parsed, sources)))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


@functools.lru_cache(maxsize=256)
def source_at(path: Path, content: bytes, kinds: str) -> Source:
    """A notebook's file; the same object for the same content, because parsing takes time."""
    return Source(path, content, kinds)


def source_of(project: Project, name: str) -> Source:
    """A notebook of a project, read now. Raises ``BuildError`` if its file is not a notebook."""
    path = project.notebooks / f"{name}.ipynb"
    return source_at(path, path.read_bytes(), project.settings.kinds)


def title_of(notebook: Any, name: str) -> str:
    """The first heading of a notebook; its name if it has none."""
    return next(
        (
            line[2:]
            for cell in notebook.cells
            if cell.cell_type == "markdown"
            for line in cell.source.splitlines()
            if line.startswith("# ")
        ),
        name,
    )


def read_notebook(path: Path, content: bytes) -> Any:
    """The content of a file as nbformat's notebook object. Raises ``BuildError`` if it is not a notebook."""
    wrong: dict[str, Exception] = {}  # nbformat puts the error into it if the notebook is not valid
    source = text_from(path, content, MAX_NOTEBOOK_BYTES)
    try:
        notebook = nbformat.reads(source, as_version=4, capture_validation_error=wrong)
        if wrong:
            raise wrong["ValidationError"]
        return notebook
    except Exception as error:  # nbformat raises errors of many kinds
        reason = "".join(str(error).splitlines()[:1])
        raise BuildError(f"{path.name}: not a notebook ({type(error).__name__}: {printable(reason, 300)})") from None


class _WithoutPassedOn(ast.NodeTransformer):
    """Removes the arguments of ``READERS`` that are plain variables."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in READERS:
            node.args = [each for each in node.args if not isinstance(each, ast.Name)]
            node.keywords = [each for each in node.keywords if not isinstance(each.value, ast.Name)]
        return node


@dataclass(frozen=True)
class _Cell:
    """The syntax tree of a code cell; the names, attributes and texts in it; the texts alone."""

    tree: ast.Module
    names: frozenset[str]
    texts: frozenset[str]


def _parsed(source: str) -> ast.Module:
    """The syntax tree of a cell. Raises ``SyntaxError`` and others if it is not Python, nor IPython's variety of it."""
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        return ast.parse(source)  # many times faster, and most cells are plain Python
    except SyntaxError:
        return ast.parse(TransformerManager().transform_cell(source))


def _shows(cell: _Cell, name: str) -> bool:
    """Whether a cell uses a variable otherwise than as an argument of ``READERS``, or might use it without naming it."""
    if cell.names & ROUNDABOUT:
        return True
    if name not in cell.names:
        return False
    scopes = [symtable.symtable(ast.unparse(_WithoutPassedOn().visit(copy.deepcopy(cell.tree))), "cell", "exec")]
    while scopes:
        scope = scopes.pop()
        scopes += scope.get_children()
        if name in scope.get_identifiers():
            symbol = scope.lookup(name)
            if symbol.is_global() or (scope.get_type() == "module" and symbol.is_referenced()):
                return True
    return False


def _cell(tree: ast.Module) -> _Cell:
    names, texts = set(), set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=found) | ast.Attribute(attr=found):
                names.add(found)
            case ast.Constant(value=str(found)):
                texts.add(found)
    return _Cell(tree, frozenset(names | texts), frozenset(texts))
