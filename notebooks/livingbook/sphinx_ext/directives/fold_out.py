"""Directive: a fold-out around a chapter's own text, without scripts."""

from __future__ import annotations

from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from livingbook.sphinx_ext import elements


class Fold(SphinxDirective):
    """```{fold} What would change the answer```: the argument is the visible line. Option: open."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar = {"open": directives.flag}

    def run(self) -> list[nodes.Node]:
        """The fold-out with its body parsed."""
        self.assert_has_content()
        made = elements.fold(self.arguments[0])
        if "open" in self.options:
            made["attrs"]["open"] = "open"
        self.state.nested_parse(self.content, self.content_offset, made)
        return [made]


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("fold", Fold)
