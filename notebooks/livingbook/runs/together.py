"""The cells of a notebook as few: for runs of which nobody sees the cells.

For each cell, a kernel and its client exchange some ten messages, which takes longer than most cells do. A run for the table of
a sweep is asked for its numbers only. So its cells are sent together, up to the cell with the parameters and after it, and the
kernel runs each of them as a cell: with its own display and its own syntax. If one fails, the run cannot tell which one that
was: whoever asked for it then has the notebook run cell by cell.
"""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path

import nbformat

from livingbook.runs.notebook_source import read_notebook

# What IPython keeps of the cells that ran before. Of cells that are sent together it keeps less.
SESSION = re.compile(r"In|Out|_{1,3}|_i{1,3}|_[ido]h|_i?\d+")


@functools.lru_cache(maxsize=64)
def together(content: bytes) -> bytes | None:
    """The notebook of a file with its code cells joined; ``None`` where that could give something else than cell by cell.

    content: that of a file which is a notebook. Its cells with the parameters, before which or after which papermill puts those
    that are given, stay as they are; so does the text.
    """
    notebook = read_notebook(Path("notebook.ipynb"), content)
    cells: list[nbformat.NotebookNode] = []
    lines: list[str] = []
    for cell in notebook.cells:
        if cell.cell_type == "code" and "parameters" not in (tags := cell.metadata.get("tags", [])):
            if "raises-exception" in tags or not _is_plain(cell.source):
                return None
            lines.append(f"get_ipython().run_cell({cell.source!r}).raise_error()")
            continue
        if cell.cell_type == "code":
            cells += _joined(lines, len(cells))
            lines = []
        cells.append(cell)
    notebook.cells = [*cells, *_joined(lines, len(cells))]
    return nbformat.writes(notebook).encode()


def _is_plain(source: str) -> bool:
    """Whether a cell is Python alone, and reads nothing of what IPython keeps of earlier cells."""
    try:
        tree = ast.parse(source)
        compile(tree, "", "exec")  # which takes no cell that waits for something, as only a kernel can
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    read = (node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))
    return not any(map(SESSION.fullmatch, read))


def _joined(lines: list[str], place: int) -> list[nbformat.NotebookNode]:
    return [nbformat.v4.new_code_cell("\n".join(lines), id=f"together-{place}")] if lines else []
