"""The reference of the library for those who write notebooks: each module that a notebook imports, with what is public in it.

It is read from the source without importing anything, from docstrings and signatures, so that it cannot differ from the code.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from livingbook.project.project import Project
from livingbook.runs.runs import Runs
from livingbook.site.rules_of_writing import tree_of
from livingbook.system.readers import MAX_PROSE_BYTES, text_of

Documented = ast.FunctionDef | ast.ClassDef


def reference(project: Project, runs: Runs) -> dict[str, dict[str, Any]]:
    """Module → "about", its docstring, and "members", see ``members``; in the order of their names."""
    found = {
        name: file
        for notebook in project.notebook_names
        for cell in runs.source(notebook).notebook.cells
        if cell.cell_type == "code" and "import" in cell.source and (tree := tree_of(cell.source))
        for name, file in imported(project, tree)
    }
    return {name: described(text_of(file, MAX_PROSE_BYTES)) for name, file in sorted(found.items())}


def imported(project: Project, tree: ast.Module) -> Iterator[tuple[str, Path]]:
    """The modules of engine and book that code imports, each with its file."""
    homes = {project.engine.name: project.engine.parent, **{each.name: each.parent for each in project.packages}}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            asked: Iterable[str] = [*names, node.module]
        elif isinstance(node, ast.Import):
            asked = [alias.name for alias in node.names]
        else:
            continue
        for name in asked:
            home = homes.get(name.partition(".")[0])
            if home and (file := home / f"{name.replace('.', '/')}.py").is_file():
                yield name, file


def described(source: str) -> dict[str, Any]:
    """What the source of a module says of itself."""
    tree = ast.parse(source)
    return {"about": ast.get_docstring(tree) or "", "members": list(members(tree.body))}


def members(body: Iterable[ast.stmt]) -> Iterator[dict[str, Any]]:
    """The public functions and classes that have a docstring: "name", "signature" (with it), "about", "members" of a class."""
    for node in body:
        if isinstance(node, Documented) and not node.name.startswith("_") and (about := ast.get_docstring(node)):
            own = list(members(node.body)) if isinstance(node, ast.ClassDef) else []
            yield {"name": node.name, "signature": signature(node), "about": about, "members": own}


def signature(node: Documented) -> str:
    """How a function is called, with its types; for a class, its name with the arguments that it is made from."""
    if isinstance(node, ast.ClassDef):
        made = next((each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "__init__"), None)
        return f"{node.name}({ast.unparse(without_self(made.args))})" if made else node.name
    marks = {ast.unparse(each).rpartition(".")[2] for each in node.decorator_list}
    gives = f" → {ast.unparse(node.returns)}" if node.returns and ast.unparse(node.returns) != "None" else ""
    if marks & {"property", "cached_property"}:
        return f"{node.name}{gives}"
    return f"{node.name}({ast.unparse(without_self(node.args))}){gives}"


def without_self(arguments: ast.arguments) -> ast.arguments:
    """The arguments that a caller gives."""
    named = arguments.args
    own = named[1:] if named and named[0].arg in ("self", "cls") else named
    return ast.arguments(
        arguments.posonlyargs,
        own,
        arguments.vararg,
        arguments.kwonlyargs,
        arguments.kw_defaults,
        arguments.kwarg,
        arguments.defaults,
    )
