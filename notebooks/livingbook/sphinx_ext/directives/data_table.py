"""A table of rows and columns, as the directives show it: it scrolls by itself, and numbers stand to the right."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes

from livingbook.sphinx_ext import elements

LONG = 60  # characters from which a cell needs a broad column
NUMERIC = re.compile(r"^[\s≥≤<>~≈±+−–\-\d.,%()∞]*\d[\s\d.,%()–∞]*$|^[–—]?$")


def table(columns: list[dict[str, str]], data: list[list[Any]], name: str) -> nodes.Element:
    """A table that scrolls inside its own container.

    columns: "name", "label" and perhaps "unit"; data: rows of cells as text or nodes; name: read out by screen readers.
    """
    numeric = [all(isinstance(row[i], str) and NUMERIC.match(row[i]) for row in data) for i in range(len(columns))]
    labels = [_label(column) for column in columns]
    widths = [_width([label, *(row[i] for row in data)]) for i, label in enumerate(labels)]
    group = nodes.tgroup("", *(nodes.colspec(colwidth=width) for width in widths), cols=len(columns))
    group += nodes.thead("", _row(labels, numeric))
    group += nodes.tbody("", *(_row(row, numeric) for row in data))
    made = nodes.table("", group, classes=["data"])
    return elements.element("div", made, classes=["table-scroll"], role="region", tabindex="0", aria_label=name)


def _width(cells: list[Any]) -> int:
    """A column's width in characters, for formats that need one. At least 8: with a width of 1, Sphinx's text writer never ends."""
    longest = max(len(cell.astext() if isinstance(cell, nodes.Node) else str(cell)) for cell in cells)
    return min(40, max(8, longest))


def _label(column: dict[str, str]) -> str:
    unit = column.get("unit")
    return f"{column.get('label') or column['name']}{f' ({unit})' if unit else ''}"


def _row(cells: list[Any], numeric: list[bool]) -> nodes.row:
    return nodes.row("", *(_cell(cell, is_number) for cell, is_number in zip(cells, numeric, strict=True)))


def _cell(cell: Any, is_number: bool) -> nodes.entry:
    content = [cell] if isinstance(cell, nodes.Node) else [elements.paragraph("" if cell is None else str(cell))]
    long = isinstance(cell, str) and len(cell) > LONG
    return nodes.entry("", *content, classes=["num"] * is_number + ["long"] * long)
