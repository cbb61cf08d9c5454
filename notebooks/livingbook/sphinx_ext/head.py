"""What each page states of itself: description and picture for previews of links, reading time, and how to cite it."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from livingbook.project.citation import CITATION, citation_from
from livingbook.sphinx_ext import elements, freshness, launch, store
from livingbook.sphinx_ext.i18n import _

SETTINGS = "published/settings.json"
CARD = "_static/card.png"
BOOK = "published/book.json"
SHORT, LONG = 60, 300  # characters of a description
WORDS_A_MINUTE = 220
NOT_READ = (nodes.table, nodes.literal_block, elements.html_only, elements.inline_svg, nodes.math_block)


@dataclass(frozen=True)
class Work:
    """The book as it is cited."""

    title: str
    authors: str
    version: str
    until: str  # the last day of evidence, ISO
    url: str

    @property
    def state(self) -> str:
        """Version and evidence, as far as they are known."""
        parts = [
            _("Version {version}").format(version=self.version) if self.version else "",
            _("evidence to {day}").format(day=self.until) if self.until else "",
        ]
        return ", ".join(part for part in parts if part)


def work(env: BuildEnvironment, edition: str = "", noted: bool = True) -> Work:
    """The book, from CITATION.cff. noted: True to note it as a piece of the page being read, which then follows its changes."""

    def piece(*keys: str) -> Any:
        return store.use(env, *keys) if noted else store.look_up(Path(env.srcdir), keys)

    given = citation_from(Path(CITATION), piece(CITATION))
    until = piece(SETTINGS, edition or store.own_edition(Path(env.srcdir)), "evidence_to") or ""
    return Work(
        given.title or env.config.project, given.authors or env.config.author, given.version, until, env.config.html_baseurl
    )


def cited(book: Work, part: str, url: str = "") -> str:
    """A citation of a part of the book, in words."""
    pieces = [f"{book.authors}. “{part}”. In: {book.title}.", f"{book.state}." if book.state else "", url]
    return " ".join(piece for piece in pieces if piece)


def bibtex(book: Work, key: str, part: str, url: str = "") -> str:
    """The same for BibTeX. Braces keep names and titles as they are written."""
    fields = {
        "author": f"{{{tex(book.authors)}}}",
        "title": f"{{{tex(part)}}}",
        "booktitle": f"{{{tex(book.title)}}}",
        "year": book.until[:4],
        "note": tex(book.state),
        "url": url,
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@incollection{{{key},\n{lines}\n}}"


def tex(text: str) -> str:
    """Text with TeX's special characters escaped; backslashes and braces are left out."""
    plain = "".join(character for character in text if character not in "\\{}")
    return "".join(f"\\{character}" if character in "&%$#_" else character for character in plain)


def in_words(node: nodes.Node) -> str:
    """A node's text without citations, tables, code and fold-outs."""
    if isinstance(node, nodes.Text):
        return str(node)
    if not isinstance(node, nodes.Element) or isinstance(node, NOT_READ):
        return ""
    if "bibtex-citation" in node["classes"] or node.get("tag") == "details":
        return ""
    return "".join(in_words(child) + ("" if isinstance(child, (nodes.Text, nodes.Inline)) else "\n") for child in node.children)


def tidy(text: str) -> str:
    """The text on one line, without the space that a removed citation leaves before a punctuation mark."""
    line = " ".join(text.split())
    for mark in ".,;:)":
        line = line.replace(f" {mark}", mark)
    return line


def description(doctree: nodes.document) -> str:
    """The page's first sentences: the beginning of its first paragraph of some length; "" if it has none."""
    for each in doctree.findall(nodes.paragraph):
        text = tidy(in_words(each))
        if isinstance(each.parent, nodes.section) and len(text) > SHORT:
            return shortened(text)
    return ""


def shortened(text: str) -> str:
    """At most LONG characters, cut after a sentence if one ends there, else after a word."""
    if len(text) <= LONG:
        return text
    end = text.rfind(". ", 0, LONG)
    return text[: end + 1] if end > SHORT else text[: LONG - 1].rsplit(" ", 1)[0] + "…"


def minutes(doctree: nodes.document) -> int:
    """How many minutes the prose takes to read, at least 1."""
    return max(1, round(len(in_words(doctree).split()) / WORDS_A_MINUTE))


def own(env: BuildEnvironment, setting: str) -> str:
    """A setting of the book; "" where it has none."""
    return str((store.look_up(Path(env.srcdir), (BOOK,)) or {}).get(setting, ""))


def main_figure(env: BuildEnvironment, pagename: str, doctree: nodes.document) -> tuple[str, str]:
    """The picture for previews of a page (its first figure, else the book's card): path in the site, and alternative text."""
    for figure in doctree.findall(elements.inline_svg):
        return figure["picture"], figure["alt"]
    return notebook_figure(env, pagename) or (CARD, own(env, "card_alt"))


def notebook_figure(env: BuildEnvironment, pagename: str) -> tuple[str, str] | None:
    """The same for a notebook's page: the first figure that the notebook published; ``None`` if there is none."""
    root, edition = Path(env.srcdir), store.own_edition(Path(env.srcdir))
    if pagename.startswith("notebooks/"):
        path = f"published/{edition}/{pagename.removeprefix('notebooks/')}.json"
        for entry in (store.look_up(root, (path, "figures")) or {}).values():
            return f"figures/{edition}/{entry['wide'].removesuffix('.svg')}.png", entry["alt"]
    return None


def address(app: Sphinx, pagename: str, path: str) -> str:
    """The link to a file of the site: absolute if the site's address is known, else relative to the page."""
    if app.config.html_baseurl:
        return urljoin(app.config.html_baseurl.rstrip("/") + "/", path)
    return "../" * pagename.count("/") + path


def tags(app: Sphinx, pagename: str, title: str, doctree: nodes.document) -> str:
    """The ``meta`` elements that describe a page to search engines and for previews of links."""
    picture, alt = main_figure(app.env, pagename, doctree)
    said = description(doctree)
    properties = {
        "og:site_name": app.config.project,
        "og:type": "article",
        "og:title": title,
        "og:description": said,
        "og:url": address(app, pagename, f"{pagename}.html") if app.config.html_baseurl else "",
        "og:image": address(app, pagename, picture),
        "og:image:alt": shortened(alt),
    }
    names = {"description": said, "author": app.config.author, "twitter:card": "summary_large_image"}
    made = [f'<meta name="{name}" content="{escape(text)}"/>' for name, text in names.items() if text]
    made += [f'<meta property="{name}" content="{escape(text)}"/>' for name, text in properties.items() if text]
    return "\n  " + "\n  ".join(made)


def own_lines(app: Sphinx, pagename: str, title: str, doctree: nodes.document) -> tuple[str, str]:
    """HTML: the line under a chapter's title, and the fold-out at its end, which says how to cite it."""
    url = address(app, pagename, f"{pagename}.html") if app.config.html_baseurl else ""
    book = work(app.env, noted=False)
    key = f"{own(app.env, 'name')}-{pagename.rpartition('/')[2]}"
    cite, time = escape(_("Cite this page")), escape(_("{minutes} min to read").format(minutes=minutes(doctree)))
    under = f'<p class="page-line">{time} · <a href="#cite-this-page">{cite}</a></p>'
    state = f"<p>{escape(book.state)}.</p>" if book.state else ""
    end = (
        f'<details class="fold cite" id="cite-this-page"><summary>{cite}</summary>{state}'
        f'<p class="citation-text">{escape(cited(book, title, url))}</p>'
        f'<pre class="citation-text">{escape(bibtex(book, key, title, url))}</pre></details>'
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
        context["title"], context["docstitle"] = work(app.env, noted=False).title, ""
        title = context["title"]
    context["book_head"] = tags(app, pagename, title, doctree)
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
    book = repr(work(app.env, noted=False))
    return {page: [book, notebook_figure(app.env, page)] for page in pages}


def setup(app: Sphinx) -> None:
    """Registers the hooks, before the theme's own, which reads the page's title."""
    freshness.shows("citation", of_the_book)
    app.connect("html-page-context", complete, priority=400)
