"""Sphinx extension of a living book: what notebooks published, cited in chapters.

directives     what a chapter asks for by name: figures, claims, the data dictionary …
pages          what every page has around its text, and what the theme gets wrong in it
output         files made beside the pages, and the book on paper

What these rooms share:

kept           what is kept of each page from one build to the next
pieces         reading published files; which page was made from what
freshness      which pages are read and written again: exactly those that show something that has changed
elements       document nodes
links          links to notebooks' results and to claims
roles          {result}, {claim}, {verdict}, {published-file}
doubts         marks on words that were written for other figures
glossary       {term} explains itself where it is used
mathml         formulas without scripts
citations      (Author, year) in round brackets
citing         how the book and its parts are cited
i18n           the extension's own words, in the book's language

Text from published files and from data is always inserted as text, never parsed as markup.
"""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from livingbook.sphinx_ext import citations, doubts, elements, freshness, glossary, i18n, kept, links, mathml, pieces, roles
from livingbook.sphinx_ext.directives import (
    changes,
    claim_cards,
    claims,
    dictionary,
    figures,
    finding,
    fold_out,
    library,
    number_notes,
    observations,
    parameters,
)
from livingbook.sphinx_ext.output import downloads, paper
from livingbook.sphinx_ext.pages import head, launch, notice, templates


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx's entry point."""
    for module in (
        i18n,
        kept,
        pieces,
        freshness,
        elements,
        links,
        roles,
        figures,
        claims,
        claim_cards,
        dictionary,
        parameters,
        library,
        observations,
        doubts,
        glossary,
        mathml,
        citations,
        fold_out,
        changes,
        finding,
        number_notes,
        head,
        launch,
        notice,
        templates,
        paper,
        downloads,
    ):
        module.setup(app)
    return {"version": "1", "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
