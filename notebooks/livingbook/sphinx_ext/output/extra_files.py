"""Files beside the pages: index.html, the page for wrong addresses, site map and feed, the book's picture for previews (card)."""

from __future__ import annotations

import base64
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from sphinx.application import Sphinx

from livingbook.drawing import png
from livingbook.sphinx_ext import pieces
from livingbook.sphinx_ext.output import feed
from livingbook.sphinx_ext.pages import content_policy
from livingbook.sphinx_ext.pages.previews import CARD, FEED

SETTINGS = "published/settings.json"
ENTRANCE = """<!DOCTYPE html>
<html lang="{language}">
<head><meta charset="utf-8">{policy}<title>{title}</title><meta http-equiv="refresh" content="0; url={first}">
<link rel="icon" href="_static/favicon.svg"></head>
<body><main><h1>{title}</h1><p><a href="{first}">Read the book</a></p></main></body>
</html>
"""
LOOKS = """
:root { color-scheme: light dark; }
body { font: 1.05rem/1.6 system-ui, sans-serif; max-width: 36rem; margin: 12vh auto; padding: 0 1.2rem; }
body { color: #1f262d; background: #fff; }
a { color: #17568a; }
:focus-visible { outline: 3px solid; outline-offset: 2px; }
@media (prefers-color-scheme: dark) { body { color: #dde2e6; background: #14181c; } a { color: #82b9e8; } }
"""
# A host shows this page under any address. So its styles are in the page, and its links begin at the site's root.
NOWHERE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
{policy}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>No such page · {title}</title>
<link rel="icon" href="{icon}">
<style>{style}</style>
</head>
<body><main>
<h1>No such page</h1>
<p>This address leads nowhere in <cite>{title}</cite>. It may have been mistyped, or the page may have been renamed.</p>
<ul>
<li><a href="{root}{first}">The book's first page</a></li>
<li><a href="{root}search.html">Search the book</a></li>
</ul>
</main></body>
</html>
"""


def site_root(address: str) -> str:
    """The path of the book on its host: "/" or "/some/folder/"."""
    return f"{urlsplit(address).path.rstrip('/')}/"


def site_map(address: str, pages: list[str]) -> str:
    """The site map, as XML, of all pages in order. address: of the book; pages: their paths below it."""
    base = address.rstrip("/")
    lines = "\n".join(f"<url><loc>{escape(f'{base}/{page}')}</loc></url>" for page in sorted(pages))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{lines}\n</urlset>\n'


def for_robots(address: str, pages: list[str]) -> dict[str, str]:
    """Name → content of the files for search engines; none for a book that does not know its address, which they must state."""
    if not address:
        return {}
    robots = f"User-agent: *\nAllow: /\nSitemap: {address.rstrip('/')}/sitemap.xml\n"
    return {"sitemap.xml": site_map(address, pages), "robots.txt": robots}


def feed_of(app: Sphinx) -> str:
    """The feed of what has changed, which leads to the page of changes if the book has one, else to its first page."""
    root, config = Path(app.srcdir), app.config
    report = pieces.look_up(root, (pieces.CHANGES,))
    page = next((page for page in app.env.found_docs if page.rpartition("/")[2] == "changes"), config.root_doc)
    address = f"{config.html_baseurl.rstrip('/')}/" if config.html_baseurl else ""
    day = pieces.look_up(root, (SETTINGS, pieces.own_edition(root), "evidence_to")) or "1970-01-01"
    return feed.feed(report, config.project, config.author, day, address, f"{page}.html")


def icon(app: Sphinx) -> str:
    """The book's icon as a data: address. The page for wrong addresses cannot link to a file: it is shown under any address."""
    name = app.config.html_favicon
    content = (Path(app.confdir) / name).read_bytes() if name else b""
    return f"data:image/svg+xml;base64,{base64.b64encode(content).decode()}"


def write(app: Sphinx, extra_pages: list[str]) -> None:
    """Writes the files of a finished site. extra_pages: paths of pages that are not Sphinx's, for the site map."""
    out, config = Path(app.outdir), app.config
    words = {"language": config.language or "en", "title": escape(config.project), "first": f"{config.root_doc}.html"}
    if config.root_doc != "index":
        (out / "index.html").write_text(ENTRANCE.format(policy=content_policy.meta(), **words), "utf-8", newline="\n")
    nowhere = NOWHERE.format(
        root=escape(site_root(config.html_baseurl)),
        policy=content_policy.meta(content_policy.hashed(LOOKS)),
        style=LOOKS,
        icon=icon(app),
        **words,
    )
    (out / "404.html").write_text(nowhere, "utf-8", newline="\n")
    pages = [f"{page}.html" for page in app.env.found_docs] + extra_pages
    for name, content in for_robots(config.html_baseurl, pages).items():
        (out / name).write_text(content, "utf-8", newline="\n")
    if pieces.look_up(Path(app.srcdir), (pieces.CHANGES,)):  # an edition is compared with it
        (out / FEED).write_text(feed_of(app), "utf-8", newline="\n")
    card = out / "_static" / "card.svg"
    if card.is_file():
        (out / CARD).write_bytes(png.png(card.read_bytes()))
        card.unlink()
