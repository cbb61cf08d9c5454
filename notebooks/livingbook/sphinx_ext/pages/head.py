"""The head of each page, and the lines around its text: reading time, links of a notebook, how to cite it."""

from __future__ import annotations

from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from livingbook.sphinx_ext import citing, elements, freshness, pieces
from livingbook.sphinx_ext.i18n import _
from livingbook.sphinx_ext.pages import launch, previews, prose


def own_lines(app: Sphinx, pagename: str, title: str, doctree: nodes.document) -> tuple[str, str]:
    """HTML: the line under a chapter's title, and the fold-out at its end, which says how to cite it."""
    url = previews.address(app, pagename, f"{pagename}.html") if app.config.html_baseurl else ""
    book = citing.work(app.env, noted=False)
    key = f"{pieces.setting_of_book(app.env, 'name')}-{pagename.rpartition('/')[2]}"
    cite, time = escape(_("Cite this page")), escape(_("{minutes} min to read").format(minutes=prose.minutes(doctree)))
    under = f'<p class="page-line">{time} · <a href="#cite-this-page">{cite}</a></p>'
    state = f"<p>{escape(book.state)}.</p>" if book.state else ""
    end = (
        f'<details class="fold cite" id="cite-this-page"><summary>{cite}</summary>{state}'
        f'<p class="citation-text">{escape(citing.cited(book, title, url))}</p>'
        f'<pre class="citation-text">{escape(citing.bibtex(book, key, title, url))}</pre></details>'
    )
    return under, end


def complete(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Adds all this to the context from which the template makes a page."""
    if not elements.is_web(app.builder):
        return
    context["book_head"] = ""
    if doctree is None:
        return
    title = nodes_title(app.env, pagename)
    if pagename == app.config.root_doc:  # else the title would be the book's name twice
        context["title"], context["docstitle"] = citing.work(app.env, noted=False).title, ""
        title = context["title"]
    context["book_head"] = previews.tags(app, pagename, title, doctree)
    if "</h1>" in context["body"]:
        notebook = launch.lines(app, pagename)
        under, end = (notebook, "") if notebook else own_lines(app, pagename, title, doctree)
        context["body"] = context["body"].replace("</h1>", f"</h1>\n{under}", 1) + end


def nodes_title(env: BuildEnvironment, pagename: str) -> str:
    """A page's title as text."""
    found = env.titles.get(pagename)
    return found.astext() if found is not None else pagename


def of_the_book(app: Sphinx, pages: list[str]) -> dict[str, Any]:
    """Page → what is added to it when it is written: how the book is cited, and the picture of a notebook's page."""
    book = repr(citing.work(app.env, noted=False))
    return {page: [book, previews.notebook_figure(app.env, page)] for page in pages}


def setup(app: Sphinx) -> None:
    """Registers the hooks, before the theme's own, which reads the page's title."""
    freshness.shows("citation", of_the_book)
    app.connect("html-page-context", complete, priority=400)
