"""Directive: the parameters of every notebook, made from their parameters cells, so that the list cannot go stale."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from livingbook.sphinx_ext import elements, links, pieces
from livingbook.sphinx_ext.directives.data_table import table
from livingbook.sphinx_ext.directives.how_made import PARAMETERS
from livingbook.sphinx_ext.i18n import _


def columns() -> list[dict[str, str]]:
    """The table of a notebook's parameters."""
    return [{"name": name} for name in (_("Parameter"), _("Default"), _("Unit"), _("Range"), _("Meaning"))]


class Parameters(SphinxDirective):
    """```{parameters}```: one table a notebook, with name, default, unit, range and meaning of each parameter."""

    def run(self) -> list[nodes.Node]:
        """One section a notebook, in the order of the table of contents of notebooks."""
        notebooks = pieces.use(self.env, PARAMETERS)
        if notebooks is None:
            pieces.warn(f"{self.name}: {PARAMETERS} is not there", (self.env.docname, self.lineno))
            return []
        return [section(name, each) for name, each in notebooks.items()]


def section(name: str, notebook: dict[str, Any]) -> nodes.section:
    """Title, link to the notebook's page, and its parameters."""
    rows = [
        [
            elements.paragraph(nodes.literal("", each["name"])),
            elements.paragraph(nodes.literal("", repr(each["default"]))),
            each["unit"],
            each["range"],
            each["meaning"],
        ]
        for each in notebook["parameters"]
    ]
    made = nodes.section("", nodes.title("", notebook["title"]), ids=[nodes.make_id(f"parameters-{name}")])
    made += elements.paragraph(links.to_page(f"notebooks/{name}", "", elements.span(f"notebooks/{name}.ipynb")))
    made += table(columns(), rows, _("Parameters of the notebook {title}").format(title=notebook["title"]))
    return made


def setup(app: Sphinx) -> None:
    """Registers the directive."""
    app.add_directive("parameters", Parameters)
