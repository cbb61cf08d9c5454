"""Directive: what has changed between two editions; and the files that say the same for machines."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri

from livingbook.sphinx_ext import elements, links, pieces
from livingbook.sphinx_ext.directives.report_parts import PARTS, drawing, picture

EVIDENCE = "published/evidence.json"
STYLE = "changes.css"


class Changes(SphinxDirective):
    """```{changes} verdicts```: one part of the report; the parts are the keys of ``PARTS``."""

    required_arguments = 1
    option_spec: ClassVar = {}

    def run(self) -> list[nodes.Node]:
        """The part's nodes, or a warning."""
        from livingbook.changes.report import Report

        asked, body = self.arguments[0].strip(), pieces.use(self.env, pieces.CHANGES)
        if asked not in PARTS or body is None:
            why = f"{pieces.CHANGES} is not there" if body is None else f"no part {asked!r}{pieces.close_to(asked, list(PARTS))}"
            pieces.warn(f"{self.name}: {why}", (self.env.docname, self.lineno))
            return []
        made = PARTS[asked](Report.model_validate(body), self.link)
        links.place(made, self.env.docname, *self.get_source_info())
        return made

    def link(self, kind: str, shown: nodes.Element, name: str) -> nodes.Node:
        """A link to the claim's card, or to where a number is computed; for a name of another edition, the text without a link."""
        if "@" in name:
            return shown
        if kind == "claim":
            return links.to_claim(name, shown)
        notebook, rest = pieces.split_name(name)
        there = pieces.use(self.env, f"published/{pieces.own_edition(Path(self.env.srcdir))}/{notebook}.json", "results", rest)
        return links.to_result(name, shown) if there is not None else shown


def _visit_drawing(writer: Any, node: drawing) -> None:
    page = writer.builder.get_target_uri(writer.builder.current_docname)
    writer.body.append(picture(node, lambda path: relative_uri(page, path)))
    raise nodes.SkipNode


def _style(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Adds the style sheet to pages with a comparison."""
    if elements.is_web(app.builder) and (pieces.CHANGES,) in pieces.uses(app.env).get(page, {}):
        app.add_css_file(STYLE)


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Publish the report, and what a later comparison with this book needs."""
    if exception or not elements.is_web(app.builder):
        return
    for piece in (pieces.CHANGES, EVIDENCE):
        content = pieces.look_up(Path(app.srcdir), (piece,))
        target = Path(app.outdir) / Path(piece).name
        target.unlink(missing_ok=True)
        if content is not None:
            target.write_bytes((Path(app.srcdir) / piece).read_bytes())


def setup(app: Sphinx) -> None:
    """Register the directive, its images, its style sheet and its files."""
    elements.add_node(app, drawing, (_visit_drawing, None), elsewhere=elements.SKIP)
    app.add_directive("changes", Changes)
    app.connect("html-page-context", _style)
    app.connect("build-finished", finish)
