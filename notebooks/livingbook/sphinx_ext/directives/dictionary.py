"""Directive: the data dictionary, made from the contract, so that it always agrees with the tables."""

from __future__ import annotations

import csv
import io
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from livingbook.sphinx_ext import elements, pieces
from livingbook.sphinx_ext.directives.data_table import table
from livingbook.sphinx_ext.i18n import _

WORDS = {"minimum": "at least", "maximum": "at most", "minLength": "length at least", "maxLength": "length at most"}


def columns() -> list[dict[str, str]]:
    """The table of a table's fields."""
    return [{"name": name} for name in (_("Field"), _("Type"), _("Meaning"), _("Constraints"), _("Refers to"))]


class DataDictionary(SphinxDirective):
    """```{data-dictionary}```: every table of data/datapackage.json with its fields."""

    def run(self) -> list[nodes.Node]:
        """One section a table."""
        package = pieces.use(self.env, pieces.PACKAGE)
        if package is None:
            pieces.warn(f"{self.name}: {pieces.PACKAGE} is not there", (self.env.docname, self.lineno))
            return []
        return [self.section(resource) for resource in package["resources"]]

    def section(self, resource: dict[str, Any]) -> nodes.section:
        """Title, description, size, fields."""
        name = resource["name"]
        title = resource.get("title") or name
        made = nodes.section("", nodes.title("", title), ids=[anchor(name)], classes=["data-table"])
        made += [elements.paragraph(resource["description"])] if resource.get("description") else []
        made += self.size(resource)
        made += table(columns(), fields(resource["schema"]), _("Fields of the table {title}").format(title=title))
        return made

    def size(self, resource: dict[str, Any]) -> nodes.paragraph:
        """File, number of rows, and what identifies a row."""
        path = f"data/{resource['path']}"
        content = pieces.use(self.env, path)
        key = _as_list(resource["schema"].get("primaryKey"))
        rows = _(" · {count} rows").format(count=f"{row_count(content):,}") if content is not None else ""
        if content is None:
            pieces.warn(f"{self.name}: the contract names {path}, which is not there", (self.env.docname, self.lineno))
        identified = [_(" · a row is identified by "), *_codes(key)] if key else []
        return elements.paragraph(elements.site_file("", path, path=path), rows, *identified, classes=["data-size"])


def anchor(name: str) -> str:
    """The id of a table's section."""
    return nodes.make_id(f"data-{name}")


def row_count(content: bytes) -> int:
    """Rows of a CSV file, its header not counted; a quoted line break does not start a row."""
    return max(0, sum(1 for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) if row) - 1)


def fields(schema: dict[str, Any]) -> list[list[nodes.Node | str]]:
    """One table row a field."""
    targets = foreign(schema)
    return [
        [
            elements.paragraph(nodes.literal("", field["name"])),
            field.get("type", "any"),
            meaning(field),
            constraints(field.get("constraints") or {}),
            refers(targets.get(field["name"])),
        ]
        for field in schema["fields"]
    ]


def meaning(field: dict[str, Any]) -> str:
    """Title and description, as one text."""
    title, description = field.get("title") or "", field.get("description") or ""
    if not title or description.lower().startswith(title.lower()):
        return description or title
    return f"{title.rstrip('.')}. {description}".strip()


def constraints(rules: dict[str, Any]) -> nodes.paragraph | str:
    """The contract's rules for a field, in words where there are words."""
    parts: list[list[nodes.Node | str]] = []
    if rules.get("required"):
        parts.append(["required"])
    if rules.get("unique"):
        parts.append(["unique"])
    parts += [[f"{word} {rules[key]}"] for key, word in WORDS.items() if key in rules]
    if rules.get("pattern"):
        parts.append(["like ", nodes.literal("", str(rules["pattern"]))])
    if rules.get("enum"):
        parts.append(["one of ", *_codes([str(value) for value in rules["enum"]])])
    joined: list[nodes.Node | str] = []
    for part in parts:
        joined += ["; "] * bool(joined) + part
    return elements.paragraph(*joined) if joined else ""


def foreign(schema: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Field → (table, field) it refers to; an empty table name is the table itself."""
    targets: dict[str, tuple[str, str]] = {}
    for key in [*(schema.get("foreignKeys") or []), *(schema.get("listKeys") or [])]:
        reference = key["reference"]
        pairs = zip(_as_list(key["fields"]), _as_list(reference["fields"]), strict=True)
        targets |= {own: (reference.get("resource") or "", other) for own, other in pairs}
    return targets


def refers(target: tuple[str, str] | None) -> nodes.paragraph | str:
    """A link to the table a field refers to."""
    if target is None:
        return ""
    name, field = target
    code = nodes.literal("", f"{name}.{field}" if name else field)
    return elements.paragraph(elements.element("a", code, href=f"#{anchor(name)}") if name else code)


def _as_list(value: Any) -> list[str]:
    return [] if value is None else [value] if isinstance(value, str) else list(value)


def _codes(names: list[str]) -> list[nodes.Node | str]:
    made: list[nodes.Node | str] = []
    for name in names:
        made += [", "] * bool(made) + [nodes.literal("", name)]
    return made


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("data-dictionary", DataDictionary)
