"""Directive: the library's public functions, from their docstrings, as the stage has collected them."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from livingbook.sphinx_ext import elements, pieces
from livingbook.sphinx_ext.i18n import _

LIBRARY = "published/library.json"
CODE = re.compile(r"``(.+?)``", re.S)


class Library(SphinxDirective):
    """```{library}```: a section for each module that a notebook imports, with its public functions and classes."""

    def run(self) -> list[nodes.Node]:
        """One section a module, in alphabetical order."""
        modules = pieces.use(self.env, LIBRARY)
        if modules is None:
            pieces.warn(f"{self.name}: {LIBRARY} is not there", (self.env.docname, self.lineno))
            return []
        return [section(name, each) for name, each in modules.items()]


def section(name: str, module: dict[str, Any]) -> nodes.section:
    """A module: what it is for, and what is public in it."""
    made = nodes.section("", nodes.title("", name), ids=[nodes.make_id(f"library-{name}")], classes=["library-module"])
    made += paragraphs(module["about"])
    if module["members"]:
        made += listed(name, module["members"])
    else:
        made += elements.paragraph(nodes.Text(_("It has values only.")))
    return made


def listed(place: str, members: list[dict[str, Any]]) -> nodes.definition_list:
    """Functions and classes as a list of definitions, the members of a class as a list within."""
    items = nodes.definition_list(classes=["library"])
    for each in members:
        inside = nodes.definition("", *paragraphs(each["about"]))
        if each["members"]:
            inside += listed(f"{place}-{each['name']}", each["members"])
        term = nodes.term("", "", nodes.literal("", each["signature"]), ids=[anchor(place, each["name"])])
        items += nodes.definition_list_item("", term, inside)
    return items


def anchor(place: str, name: str) -> str:
    """The id of a member. Its letters are as they are: a class and a function may differ by the first one only."""
    return f"library-{place}-{name}".replace(".", "-")


def paragraphs(docstring: str) -> list[nodes.paragraph]:
    """A docstring as paragraphs; what stands in double backquotes is code. Nothing else in it is markup."""
    found = []
    for block in docstring.split("\n\n"):
        parts: list[nodes.Node] = []
        for index, part in enumerate(CODE.split(" ".join(block.split()))):
            if part:
                parts.append(nodes.literal("", part) if index % 2 else nodes.Text(part))
        found.append(elements.paragraph(*parts))
    return found


def setup(app: Sphinx) -> None:
    """Registers the directive."""
    app.add_directive("library", Library)
