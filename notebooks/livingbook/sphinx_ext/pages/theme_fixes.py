"""What the theme's templates get wrong, put right in every page as it is written.

The theme's own templates stay in use. What is wrong in their output is replaced here, piece by piece, so that a page is valid HTML,
usable without a mouse, and free of inline scripts and styles.

A new version of the theme may word a piece differently; then its fix finds nothing, and the fault is back. So a build that has
written all pages warns of each fix that found nothing in any of them, and a warning ends the build as an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.jinja2glue import BuiltinTemplateLoader

from livingbook.sphinx_ext import store
from livingbook.sphinx_ext.pages.content_policy import confine

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


FIXES = (
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
        sign='<table class="data',
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


class Templates(BuiltinTemplateLoader):
    """Sphinx's templates, with every fix made in their output.

    pages: the names of the pages that this build has made. owing: the fixes that have found no fault yet. concerned: the fixes that
    have met a page with their sign.
    """

    def __init__(self) -> None:
        super().__init__()
        self.pages: set[str] = set()
        self.owing, self.concerned = set(FIXES), {fix for fix in FIXES if not fix.sign}

    def render(self, template: str, context: dict[str, Any]) -> str:  # type: ignore[override]  # Sphinx's own loader does the same
        """A page, or another file, from its template."""
        made = super().render(template, context)
        if made.lstrip()[:15].lower() != "<!doctype html>":
            return made
        self.pages.add(context.get("pagename", ""))
        return self.put_right(made)

    def put_right(self, page: str) -> str:
        """A page as the theme made it, with every fix and its content policy."""
        for fix in FIXES:
            if fix.sign and fix.sign in page:
                self.concerned.add(fix)
            page, count = fix.mend(page)
            if count:
                self.owing.discard(fix)
        return confine(page)

    def idle(self, env: BuildEnvironment) -> list[Fix]:
        """The fixes that found nothing though the book has what they are for.

        None while some of the pages are those of an earlier build: the fault may be in those.
        """
        if not env.found_docs <= self.pages:
            return []
        return [fix for fix in FIXES if fix in self.owing & self.concerned and fix.expected(env)]


def use_templates(app: Sphinx, config: Config) -> None:
    """Has pages made by way of ``Templates``, unless a project has a template bridge of its own."""
    config.template_bridge = config.template_bridge or f"{__name__}.Templates"


def is_for(app: Sphinx) -> bool:
    """Whether the book has the theme that the fixes are for."""
    return app.config.html_theme == THEME


def check(app: Sphinx, exception: Exception | None) -> None:
    """Warns of fixes that have found nothing."""
    templates = getattr(app.builder, "templates", None)
    if exception or not is_for(app) or not isinstance(templates, Templates):
        return
    for fix in templates.idle(app.env):
        store.logger.warning(
            f"the theme {THEME} or its settings have changed: in no page it was found that {fix.fault}; "
            "mend or remove that fix in livingbook/sphinx_ext/pages/theme_fixes.py",
            type="published",
        )


def setup(app: Sphinx) -> None:
    """Registers the template bridge and the check."""
    app.connect("config-inited", use_templates)
    app.connect("build-finished", check)
