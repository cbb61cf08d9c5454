"""Sphinx extension of a living book: what notebooks published, cited in chapters.

kept           what is kept of each page from one build to the next
store          reading published files; which page was made from what
freshness      which pages are read and written again: exactly those that show something that has changed
elements       document nodes and links
roles          {result}, {claim}, {verdict}, {published-file}
how_made       how a figure, a table or a number was made
figures        {published-figure}, {published-table}
claims         {claims}, {claim-scoreboard}, {claim-table}, {verdict-definitions}
dictionary     {data-dictionary}
parameters     {parameters}
library        {library}: the library's functions, from their docstrings
changes        {changes}
observations   {observations}: every row, with an anchor
glossary       {term} explains itself where it is used
mathml         formulas without scripts
citations      (Author, year) in round brackets
fold_out       {fold}: a fold-out without scripts
head           description, picture, reading time and citation of each page
notice         of which edition a book is that is not the one that anybody gets
launch         notebooks to download and to run elsewhere
theme_fixes    corrections of the theme's HTML in every page
content_policy what a page may load and run
png            figures as PNG, the same bytes on any machine
used_css       style sheets without what no page uses
extra_files    index.html, 404 page, site map, the book's picture for previews
paper          the book as an e-book, and as the pages of a printed one
i18n           the extension's own words, in the book's language
downloads      results.json, claims.json, downloads, templates

Text from published files and from data is always inserted as text, never parsed as markup.
"""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from livingbook.sphinx_ext import (
    changes,
    citations,
    claims,
    dictionary,
    downloads,
    elements,
    figures,
    fold_out,
    freshness,
    glossary,
    head,
    how_made,
    i18n,
    kept,
    launch,
    library,
    mathml,
    notice,
    observations,
    paper,
    parameters,
    roles,
    store,
    theme_fixes,
)


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx's entry point."""
    for module in (
        i18n,
        kept,
        store,
        freshness,
        elements,
        roles,
        figures,
        claims,
        dictionary,
        parameters,
        library,
        observations,
        glossary,
        mathml,
        citations,
        fold_out,
        changes,
        how_made,
        head,
        launch,
        notice,
        theme_fixes,
        paper,
        downloads,
    ):
        module.setup(app)
    return {"version": "1", "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
