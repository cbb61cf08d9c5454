"""The fold-out below a chapter's finding and its headline numbers, which says how these numbers were made.

A chapter's finding is its first paragraph, if that begins in bold.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from livingbook.sphinx_ext import elements, links, pieces
from livingbook.sphinx_ext.directives.how_made import Making
from livingbook.sphinx_ext.i18n import _

HEADLINES = "headline-numbers"


@dataclass
class Numbers(Making):
    """The fold-out about the numbers of a finding."""

    env: BuildEnvironment
    edition: str

    def fold(self, names: list[str]) -> nodes.Element:
        """The fold-out: each number with its meaning, its notebook and its rows; those of one notebook stand together."""
        notebooks: dict[str, list[str]] = {}
        for name in names:
            notebooks.setdefault(pieces.split_name(name)[0], []).append(name)
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
        entry = pieces.published(self.env, "results", name, self.edition)
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
    own = pieces.own_edition(Path(app.srcdir))
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
