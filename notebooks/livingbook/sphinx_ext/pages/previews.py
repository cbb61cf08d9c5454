"""What a page states of itself to search engines and for previews of links: title, description, picture."""

from __future__ import annotations

from html import escape
from pathlib import Path
from urllib.parse import urljoin

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from livingbook.sphinx_ext import elements, pieces
from livingbook.sphinx_ext.pages.prose import description, shortened

CARD = "_static/card.png"
FEED = "feed.xml"


def main_figure(env: BuildEnvironment, pagename: str, doctree: nodes.document) -> tuple[str, str]:
    """The picture for previews of a page (its first figure, else the book's card): path in the site, and alternative text."""
    for figure in doctree.findall(elements.inline_svg):
        return figure["picture"], figure["alt"]
    return notebook_figure(env, pagename) or (CARD, pieces.setting_of_book(env, "card_alt"))


def notebook_figure(env: BuildEnvironment, pagename: str) -> tuple[str, str] | None:
    """The same for a notebook's page: the first figure that the notebook published; ``None`` if there is none."""
    root, edition = Path(env.srcdir), pieces.own_edition(Path(env.srcdir))
    if pagename.startswith("notebooks/"):
        path = f"published/{edition}/{pagename.removeprefix('notebooks/')}.json"
        for entry in (pieces.look_up(root, (path, "figures")) or {}).values():
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
    made.append(
        f'<link rel="alternate" type="application/atom+xml" title="What has changed" href="{address(app, pagename, FEED)}"/>'
    )
    return "\n  " + "\n  ".join(made)
