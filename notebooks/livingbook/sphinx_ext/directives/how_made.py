"""How a figure, a table or a number was made: notebook, parameters, rows, files, citation."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.environment import BuildEnvironment

from livingbook.sphinx_ext import citing, elements, links, pieces
from livingbook.sphinx_ext.directives.observations import RowLink
from livingbook.sphinx_ext.i18n import _

PARAMETERS = "published/parameters.json"


class Making:
    """The parts of a fold-out about an entry of ``edition``."""

    env: BuildEnvironment
    edition: str

    def provenance(self, name: str, entry: dict[str, Any]) -> nodes.paragraph:
        """Where and from how many rows the entry was computed."""
        notebook = pieces.split_name(name)[0]
        title = pieces.use(self.env, f"published/{self.edition}/{notebook}.json", "title") or notebook
        link = links.to_result(name, elements.span(title))
        count = len(entry.get("rows", []))
        edition = _(" (edition: {edition})").format(edition=self.edition)
        rows = _(", from {count} rows of data/observations.csv").format(count=f"{count:,}") if count > 1 else ""
        rows = _(", from 1 row of data/observations.csv") if count == 1 else rows
        return elements.paragraph(_("Computed in the notebook "), link, f"{edition}{rows}.", classes=["provenance"])

    def rows_used(self, entry: dict[str, Any]) -> list[nodes.Node]:
        """The observations an entry rests on, by their ids."""
        ids = sorted(entry.get("rows", []))
        if not ids:
            return []
        shown: list[nodes.Node] = []
        for identifier in ids:
            shown += [RowLink("", row=identifier), nodes.Text(" ")]
        return [elements.fold(_("Rows used ({count})").format(count=f"{len(ids):,}"), elements.paragraph(*shown), classes=["rows"])]

    def parameters(self, name: str) -> list[nodes.Node]:
        """The settings under which the notebook was run for this edition."""
        notebook = pieces.split_name(name)[0]
        declared = pieces.use(self.env, PARAMETERS, notebook, "parameters") or []
        edition = pieces.use(self.env, citing.SETTINGS, self.edition) or {}
        own = (edition.get("assumptions") or {}).get(notebook, {}) | ({"as_of": edition["as_of"]} if "as_of" in edition else {})
        shown = [
            [
                elements.paragraph(
                    nodes.literal("", f"{each['name']} = {own.get(each['name'], each['default'])!r}"), f" {each['meaning']}"
                )
            ]
            for each in declared
            if each["name"] != "data"
        ]
        title = _("Parameters ({count})").format(count=len(shown))
        return [elements.fold(title, elements.bullets(shown), classes=["rows"])] if shown else []

    def citation(self, kind: str, name: str, entry: dict[str, Any]) -> list[nodes.Node]:
        """How to cite the entry by itself."""
        book = citing.work(self.env, self.edition)
        text = citing.cited(book, f"{entry['title']} ({kind} {name}, edition {self.edition})", book.url)
        return [elements.paragraph(_("Cite as:"), classes=["citation-label"]), elements.paragraph(text, classes=["citation-text"])]

    def downloads(self, files: list[tuple[str, str]]) -> nodes.paragraph:
        """Links to files beside the figure, given as (label, file name)."""
        made: list[nodes.Node | str] = [_("Download: ")]
        for index, (label, name) in enumerate(files):
            path = f"figures/{self.edition}/{name}"
            made += [" · "] * bool(index) + [elements.site_file("", label, path=path)]
        return elements.paragraph(*made, classes=["downloads"])
