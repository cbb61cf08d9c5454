"""What has changed, as an HTML page of its own, for any comparison; it has the same parts as the book's page."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from docutils import frontend, nodes, utils
from docutils.core import publish_from_doctree
from docutils.writers.html5_polyglot import HTMLTranslator, Writer

from livingbook.sphinx_ext import elements
from livingbook.sphinx_ext.directives.report_parts import PARTS, TITLES, drawing, picture

if TYPE_CHECKING:
    from livingbook.changes.report import Report


def bare(kind: str, shown: nodes.Element, name: str) -> nodes.Node:
    """The text without a link, for a page outside the book."""
    return shown


class _Translator(HTMLTranslator):
    """docutils' translator into HTML, which also knows this extension's nodes."""

    def __getattr__(self, name: str) -> Any:
        if name == "visit_box":
            return lambda node: elements.visit_box(self, node)
        if name == "depart_box":
            return lambda node: elements.depart_box(self, node)
        raise AttributeError(name)

    def visit_drawing(self, node: drawing) -> None:
        """The image at its own path."""
        self.body.append(picture(node, lambda path: path))
        raise nodes.SkipNode


def standalone(report: Report, styles: str) -> str:
    """A comparison as one HTML page without scripts; ``styles`` is the book's style sheets."""
    writer = Writer()
    writer.translator_class = _Translator
    settings = frontend.get_default_settings(Writer)
    document = utils.new_document("changes", settings)
    for name, part in PARTS.items():
        made = part(report, bare)
        if name in TITLES:
            made = [nodes.section("", nodes.title("", TITLES[name]), *made, ids=[f"changes-{name}"])]
        document += made
    overrides = {"input_encoding": "unicode", "output_encoding": "unicode", "initial_header_level": "2", "_disable_config": True}
    publish_from_doctree(document, writer=writer, settings_overrides=overrides)
    title = html.escape(f"What has changed from {report.before.label} to {report.after.label}")
    return (
        f'<!DOCTYPE html>\n<html lang="en" data-theme="light">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n'
        f'<style>\n{styles}\n</style>\n</head>\n<body>\n<main class="bd-article changes-alone">\n<h1>{title}</h1>\n'
        f"{writer.parts['body']}\n</main>\n</body>\n</html>\n"
    )
