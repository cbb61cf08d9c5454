"""What the theme's templates get wrong, and how each fault is put right in a page.

The theme's own templates stay in use. What is wrong in their output is replaced, piece by piece, so that a page is valid HTML,
usable without a mouse, and free of inline scripts and styles. ``templates`` makes the fixes, and warns of one that finds nothing:
a new version of the theme may word a piece differently, and then the fault is back.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

THEME = "sphinx_book_theme"  # the theme that the fixes are for
Mend = Callable[[str], tuple[str, int]]  # page → the page put right, and how often the fault was found in it


def replaced(pattern: str, by: str | Callable[[re.Match[str]], str]) -> Mend:
    """Replaces every match of a pattern; dots match line ends too."""
    compiled = re.compile(pattern, re.S)
    return lambda page: compiled.subn(by, page)


def exchanged(wrong: str, right: str) -> Mend:
    """Replaces a piece of HTML wherever it stands."""
    return lambda page: (page.replace(wrong, right), page.count(wrong))


def only_first(pattern: str) -> Mend:
    """Removes all matches of a pattern but the first of a page."""
    compiled = re.compile(pattern, re.S)

    def mend(page: str) -> tuple[str, int]:
        first = compiled.search(page)
        if first is None:
            return page, 0
        rest, count = compiled.subn("", page[first.end() :])
        return page[: first.end()] + rest, count

    return mend


def is_for(app: Sphinx) -> bool:
    """Whether the book has the theme that the fixes are for."""
    return app.config.html_theme == THEME


def always(env: BuildEnvironment) -> bool:
    """The pages of any book have the fault."""
    return True


def is_english(env: BuildEnvironment) -> bool:
    """Whether the book is in English. In other languages the theme translates the words that some fixes replace."""
    return env.config.language == "en"


def has_nested_contents(env: BuildEnvironment) -> bool:
    """Whether a chapter of the book has pages below it, which the sidebar shows folded."""
    return any(env.toctree_includes.get(page) for page in env.toctree_includes.get(env.config.root_doc, ()))


def has_sections(env: BuildEnvironment) -> bool:
    """Whether a page has sections, which are listed beside its text."""
    return any(count > 1 for count in env.toc_num_entries.values())


def has_sources(env: BuildEnvironment) -> bool:
    """Whether the book has a list of sources."""
    return bool(env.domaindata.get("cite", {}).get("citations"))


@dataclass(frozen=True)
class Fix:
    """A fault of the theme, and how it is put right.

    fault: what is wrong, in words. expected: whether the pages of a book ought to have the fault. sign: HTML of this extension,
    without which no page has the fault; "" if that does not depend on it.
    """

    fault: str
    mend: Mend
    expected: Callable[[BuildEnvironment], bool] = always
    sign: str = ""


def _scrollable(found: re.Match[str]) -> str:
    """What a wide table scrolls in. A table of this extension stands in such a place already, which has a name."""
    return found[0] if found[1] else '<div class="pst-scrollable-table-container" role="group" tabindex="0" aria-label="Table">'


def _written_out(found: re.Match[str]) -> str:
    """The title above a page that is printed, as text: the theme takes it out of its HTML and puts it in as if it were HTML."""
    return f"{found[1]}{escape(found[2], quote=False)}</h1>"


FIXES = (
    Fix(
        "the title of a printed page is HTML",
        replaced(r'(<div id="jb-print-docs-body" class="onlyprint">\s*<h1>)(.*?)</h1>', _written_out),
    ),
    Fix("buttons are written by inline scripts", replaced(r"<script>\s*document\.write\(`(.*?)`\);\s*</script>", r"\1")),
    Fix("pages hold inline scripts", replaced(r"\s*<script(?![^>]*\bsrc=)[^>]*>.*?</script>", "")),
    Fix(
        "what folds the table of contents has no name",
        exchanged(
            '<summary><span class="toctree-toggle" role="presentation">',
            '<summary aria-label="Show or hide subpages"><span class="toctree-toggle">',
        ),
        has_nested_contents,
    ),
    Fix(
        "the sidebar's parts beside the list of pages belong to no landmark",
        replaced(
            r'<div class="(bd-sidebar-primary bd-sidebar(?: hide-on-wide)?)">',
            r'<div class="\1" role="complementary" aria-label="The book">',
        ),
    ),
    Fix(
        "the list of a page's sections has no name",
        exchanged('<nav class="bd-toc-nav page-toc">', '<nav class="bd-toc-nav page-toc" aria-label="On this page">'),
        has_sections,
    ),
    Fix(
        "the list of sources has the role of a list, whose items have other roles",
        exchanged('<div role="list" class="citation-list">', '<div class="citation-list">'),
        has_sources,
    ),
    Fix(
        "the name of the switch of colours is code",
        exchanged(
            'title="light/dark" aria-label="light/dark"',
            'title="Light, dark, or as the system has it" aria-label="Colours: light, dark, or as the system has it"',
        ),
        is_english,
    ),
    Fix(
        "the name of the button for the list of pages is jargon",
        exchanged('title="Toggle primary sidebar"', 'title="Pages of the book" aria-label="Pages of the book"'),
        is_english,
    ),
    Fix(
        "the name of the button for the list of sections is jargon",
        exchanged('title="Toggle secondary sidebar"', 'title="On this page" aria-label="On this page"'),
        lambda env: is_english(env) and has_sections(env),
    ),
    Fix("the search field has an attribute that only one browser knows", exchanged('         autocorrect="off"\n', "")),
    Fix("an empty footer is a landmark", exchanged('<footer class="bd-footer">\n  </footer>', "")),
    Fix(
        "what a wide table scrolls in cannot be reached by keyboard",
        replaced(r'(<div class="table-scroll"[^>]*>\s*)?<div class="pst-scrollable-table-container">', _scrollable),
        sign='<table class="data table">\n',  # the theme wraps it; the list of rows, written as one piece, stands in no such place
    ),
    Fix(
        "entries of the list of sources have deprecated roles",
        replaced(r' role="(?:doc-biblioentry|doc-backlink|doc-noteref)"', ""),
        has_sources,
    ),
    Fix("pages say several times how broad they are", only_first(r'\s*<meta name="viewport"[^>]*>')),
    Fix(
        "the search page's field and the one that opens over any page have one id",
        replaced(r'(id="search-input".*?)id="search-input"', r'\1id="search-input-page"'),
    ),
)
