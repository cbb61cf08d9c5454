"""Files beside the pages: the entrance, a page for addresses that lead nowhere, the site map, the book's card."""

from __future__ import annotations

from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from sphinx.application import Sphinx

from . import png
from .head import CARD

ENTRANCE = """<!DOCTYPE html>
<html lang="{language}">
<head><meta charset="utf-8"><title>{title}</title><meta http-equiv="refresh" content="0; url={first}">
<link rel="icon" href="_static/favicon.svg"></head>
<body><main><h1>{title}</h1><p><a href="{first}">Read the book</a></p></main></body>
</html>
"""
# Shown under any address, so it brings its own looks and names pages from the site's root.
NOWHERE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>No such page · {title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1.05rem/1.6 system-ui, sans-serif; max-width: 36rem; margin: 12vh auto; padding: 0 1.2rem; }}
body {{ color: #1f262d; background: #fff; }}
a {{ color: #17568a; }}
:focus-visible {{ outline: 3px solid; outline-offset: 2px; }}
@media (prefers-color-scheme: dark) {{ body {{ color: #dde2e6; background: #14181c; }} a {{ color: #82b9e8; }} }}
</style>
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
    """Where the book lies on its host: "/" or "/some/folder/"."""
    return f"{urlsplit(address).path.rstrip('/')}/"


def site_map(address: str, pages: list[str]) -> str:
    """All pages, in order."""
    base = address.rstrip("/")
    lines = "\n".join(f"<url><loc>{escape(f'{base}/{page}.html')}</loc></url>" for page in sorted(pages))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{lines}\n</urlset>\n'


def write(app: Sphinx) -> None:
    """Writes the files of a finished site."""
    out, config = Path(app.outdir), app.config
    words = {"language": config.language or "en", "title": escape(config.project), "first": f"{config.root_doc}.html"}
    if config.root_doc != "index":
        (out / "index.html").write_text(ENTRANCE.format(**words), "utf-8", newline="\n")
    (out / "404.html").write_text(NOWHERE.format(root=escape(site_root(config.html_baseurl)), **words), "utf-8", newline="\n")
    (out / "sitemap.xml").unlink(missing_ok=True)
    if config.html_baseurl:
        (out / "sitemap.xml").write_text(site_map(config.html_baseurl, list(app.env.found_docs)), "utf-8", newline="\n")
    card = out / "_static" / "card.svg"
    if card.is_file():
        (out / CARD).write_bytes(png.png(card.read_bytes()))
        card.unlink()
