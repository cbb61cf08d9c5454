"""Directive: the explorer. It gives a page the tables that a notebook published, for a script to compute with."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from livingbook.sphinx_ext import elements, pieces
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

TABLES = ("counts", "windows", "strengths", "armies")
STYLE, SCRIPTS = "explorer.css", ("explorer.js", "explorer-page.js")


class Explorer(SphinxDirective):
    """```{explorer} explorer```: the argument is the notebook; the body is shown where no script runs."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar = {}

    def run(self) -> list[nodes.Node]:
        """The place for the explorer, with its tables, and what stands for it without scripts; or a warning."""
        notebook = self.arguments[0].strip()
        try:
            tables = {name: self.rows(notebook, name) for name in TABLES} | {"wrong": self.wrong(notebook)}
        except pieces.Unknown as unknown:
            pieces.warn(f"{self.name}: {unknown}", (self.env.docname, self.lineno))
            return [elements.paragraph(elements.span(f"[{notebook}?]", "missing"))]
        self.env.metadata[self.env.docname]["explorer"] = notebook
        place = elements.element(
            "div",
            classes=["explorer"],
            role="region",
            aria_label="Explorer",
            data_tables=json.dumps(tables, ensure_ascii=False, sort_keys=True),
        )
        still = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, still)
        return [elements.html_only("", place), elements.element("div", *still.children, classes=["explorer-still"])]

    def wrong(self, notebook: str) -> str:
        """The published share of names that are wrong, in words; nothing where none had been published."""
        entry = pieces.published(self.env, "results", f"{notebook}.wrong_names")
        return entry["text"] if entry["high"] is not None else ""

    def rows(self, notebook: str, name: str) -> list[dict[str, str]]:
        """A published table as its file has it. Raises ``pieces.Unknown``."""
        entry = pieces.published(self.env, "tables", f"{notebook}.{name}")
        file = f"published/{pieces.own_edition(Path(self.env.srcdir))}/files/{entry['csv']}"
        content = pieces.use(self.env, file)
        if content is None:
            raise pieces.Unknown(f"table {notebook}.{name} names the file {file}, which is not there")
        return list(csv.DictReader(io.StringIO(content.decode("utf-8"))))


def assets(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Style sheet and scripts, on the page of the explorer only."""
    if elements.is_web(app.builder) and "explorer" in app.env.metadata.get(page, {}):
        app.add_css_file(STYLE)
        for script in SCRIPTS:
            app.add_js_file(script)


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("explorer", Explorer)
    app.connect("html-page-context", assets)
