"""How a figure, a table or a number was made: notebook, parameters, rows, files, citation.

A chapter's finding (its first paragraph in bold) and its headline numbers get a fold-out that says this of their numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from livingbook.sphinx_ext import citing, elements, links, store
from livingbook.sphinx_ext.directives.observations import Row
from livingbook.sphinx_ext.i18n import _

PARAMETERS = "published/parameters.json"
HEADLINES = "headline-numbers"


class Making:
    """The parts of a fold-out about an entry of ``edition``."""

    env: BuildEnvironment
    edition: str

    def provenance(self, name: str, entry: dict[str, Any]) -> nodes.paragraph:
        """Where and from how many rows the entry was computed."""
        notebook = store.split_name(name)[0]
        title = store.use(self.env, f"published/{self.edition}/{notebook}.json", "title") or notebook
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
            shown += [Row("", row=identifier), nodes.Text(" ")]
        return [elements.fold(_("Rows used ({count})").format(count=f"{len(ids):,}"), elements.paragraph(*shown), classes=["rows"])]

    def parameters(self, name: str) -> list[nodes.Node]:
        """The settings under which the notebook was run for this edition."""
        notebook = store.split_name(name)[0]
        declared = store.use(self.env, PARAMETERS, notebook, "parameters") or []
        edition = store.use(self.env, citing.SETTINGS, self.edition) or {}
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


@dataclass
class Numbers(Making):
    """The fold-out about the numbers of a finding."""

    env: BuildEnvironment
    edition: str

    def fold(self, names: list[str]) -> nodes.Element:
        """The fold-out: each number with its meaning, its notebook and its rows; those of one notebook stand together."""
        notebooks: dict[str, list[str]] = {}
        for name in names:
            notebooks.setdefault(store.split_name(name)[0], []).append(name)
        parts: list[nodes.Node] = []
        for same in notebooks.values():
            parts += [elements.element("div", *self.number(name), classes=["made-number"]) for name in same]
            parts += self.parameters(same[0])
        machine = elements.paragraph(
            _("Download all numbers of the book: "), elements.site_file("", "JSON", path="results.json"), classes=["downloads"]
        )
        return elements.fold(_("How these numbers were made"), *parts, machine, classes=["making", "numbers"])

    def number(self, name: str) -> list[nodes.Node]:
        """One number."""
        entry = store.published(self.env, "results", name, self.edition)
        shown = elements.paragraph(elements.span(entry["text"], "result"), f" {entry.get('about') or name}")
        titled = {**entry, "title": entry.get("about", "").rstrip(".") or name}
        return [
            shown,
            self.provenance(name, entry),
            *self.rows_used(entry),
            elements.fold(_("Citation"), *self.citation(_("Number"), name, titled), classes=["rows"]),
        ]


def finding(doctree: nodes.document) -> list[nodes.Element]:
    """The nodes whose numbers are explained: a chapter's first paragraph, if it begins in bold, and its headline numbers."""
    top = next(iter(doctree.findall(nodes.section)), None)
    if top is None:
        return []
    first = next((child for child in top.children if isinstance(child, nodes.paragraph)), None)
    bold = [first] if first is not None and first.children and isinstance(first[0], nodes.strong) else []
    return bold + [child for child in top.children if isinstance(child, nodes.container) and HEADLINES in child["classes"]]


def explain(app: Sphinx, doctree: nodes.document) -> None:
    """Puts the fold-out below the last of the nodes that hold the finding."""
    holders = finding(doctree)
    cited = [link for holder in holders for link in holder.findall(addnodes.pending_xref) if "result" in link]
    own = store.own_edition(Path(app.srcdir))
    names = list(dict.fromkeys(link["result"] for link in cited if link["edition"] in ("", own)))
    if not names:
        return
    made = elements.html_only("", Numbers(app.env, own).fold(names))
    links.place([made], app.env.docname, cited[0].source, cited[0].line)
    last = holders[-1]
    last.parent.insert(last.parent.index(last) + 1, made)


def setup(app: Sphinx) -> None:
    """Registers the hook."""
    app.connect("doctree-read", explain)
