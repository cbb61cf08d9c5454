"""Mending what the theme's templates get wrong, in every page as it is written.

The theme's own templates stay in use; what is wrong in their output is put right here, piece by piece, so that a page is
valid, usable without a mouse, and free of inline scripts and styles.
"""

from __future__ import annotations

import re

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.jinja2glue import BuiltinTemplateLoader

from livingbook.sphinx_ext.content_policy import confine

WRITTEN = re.compile(r"<script>\s*document\.write\(`(.*?)`\);\s*</script>", re.S)
INLINE = re.compile(r"\s*<script(?![^>]*\bsrc=)[^>]*>.*?</script>", re.S)
VIEWPORT = re.compile(r'\s*<meta name="viewport"[^>]*>')
ROLES = re.compile(r' role="(?:doc-biblioentry|doc-backlink|doc-noteref)"')
TABLE = re.compile(r'(<div class="table-scroll"[^>]*>\s*)?<div class="pst-scrollable-table-container">')
SEARCH_FIELD = re.compile(r'id="search-input"')
PLAIN = (
    # A fold-out in the table of contents has no name.
    (
        '<summary><span class="toctree-toggle" role="presentation">',
        '<summary aria-label="Show or hide subpages"><span class="toctree-toggle">',
    ),
    # The sidebar's parts beside the list of pages belong to no landmark.
    (
        '<div class="bd-sidebar-primary bd-sidebar">',
        '<div class="bd-sidebar-primary bd-sidebar" role="complementary" aria-label="The book">',
    ),
    (
        '<div class="bd-sidebar-primary bd-sidebar hide-on-wide">',
        '<div class="bd-sidebar-primary bd-sidebar hide-on-wide" role="complementary" aria-label="The book">',
    ),
    ('<nav class="bd-toc-nav page-toc">', '<nav class="bd-toc-nav page-toc" aria-label="On this page">'),
    ('<div role="list" class="citation-list">', '<div class="citation-list">'),
    (
        'title="light/dark" aria-label="light/dark"',
        'title="Light, dark, or as the system has it" aria-label="Colours: light, dark, or as the system has it"',
    ),
    ('title="Toggle primary sidebar"', 'title="Pages of the book" aria-label="Pages of the book"'),
    ('title="Toggle secondary sidebar"', 'title="On this page" aria-label="On this page"'),
    ('         autocorrect="off"\n', ""),  # known to one browser only
    ('<footer class="bd-footer">\n  </footer>', ""),
)


def polish(page: str) -> str:
    """A page as the theme made it, put right."""
    page = WRITTEN.sub(r"\1", page)
    page = INLINE.sub("", page)
    for wrong, right in PLAIN:
        page = page.replace(wrong, right)
    page = TABLE.sub(_within_reach, page)
    page = ROLES.sub("", page)
    page = _only_first(VIEWPORT, page)
    return confine(_own_ids(page))


def _within_reach(found: re.Match[str]) -> str:
    """What a wide table scrolls in, for the keyboard too. A published table has such a place already, with a name of its own."""
    return found[0] if found[1] else '<div class="pst-scrollable-table-container" role="group" tabindex="0" aria-label="Table">'


def _only_first(pattern: re.Pattern[str], page: str) -> str:
    found = list(pattern.finditer(page))
    for match in reversed(found[1:]):
        page = page[: match.start()] + page[match.end() :]
    return page


def _own_ids(page: str) -> str:
    """The search field that opens over a page, and the one on the search page, each under an id of its own."""
    count = iter(range(9))
    return SEARCH_FIELD.sub(lambda match: f'id="search-input{"-page" * bool(next(count))}"', page)


class Templates(BuiltinTemplateLoader):
    """Sphinx's templates, with polished output."""

    def render(self, template: str, context: dict) -> str:  # type: ignore[override]  # as Sphinx's own loader does
        """A page, or another file, from its template."""
        made = super().render(template, context)
        return polish(made) if made.lstrip()[:15].lower() == "<!doctype html>" else made


def use_templates(app: Sphinx, config: Config) -> None:
    """Render pages by way of ours, unless a project has a template bridge of its own."""
    config.template_bridge = config.template_bridge or f"{__name__}.Templates"


def setup(app: Sphinx) -> None:
    """Register the template bridge."""
    app.connect("config-inited", use_templates)
