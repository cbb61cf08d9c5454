"""A page for each figure that a chapter shows, and a bare version of it for other sites to embed.

They are written beside the figure's files when the pages are done: ``figures/latest/rate-windows.html`` and, to embed,
``figures/latest/embed/rate-windows.html``. The picture is the SVG file itself, in the variant that the window has room for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from livingbook.sphinx_ext import citing, pieces
from livingbook.sphinx_ext.i18n import _
from livingbook.sphinx_ext.kept import by_page
from livingbook.sphinx_ext.pages import content_policy
from livingbook.sphinx_ext.pages.prose import shortened

EMBED_WIDTH = 800  # pixels of the frame for which the snippet states a height
LINE = 60  # pixels of the line under an embedded figure
WEB = ("https://", "http://")
VIEW = re.compile(rb'viewBox="0 0 ([\d.]+) ([\d.]+)"')
PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
{policy}
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · {book}</title>
{head}
<script src="{up}_static/light_or_dark.js"></script>
<link rel="icon" href="{up}_static/favicon.svg">
<link rel="stylesheet" href="{up}_static/book.css">
<link rel="stylesheet" href="{up}_static/figure.css">
{scripts}</head>
<body class="{kind}">
{body}
</body>
</html>
"""


@dataclass(frozen=True)
class Figure:
    """A figure that chapters show. pages: of those chapters."""

    edition: str
    name: str
    entry: dict[str, Any]
    pages: tuple[str, ...]

    @property
    def stem(self) -> str:
        """The name of its files."""
        return str(self.entry["wide"]).removesuffix(".svg")

    def path(self, folder: str = "") -> str:
        """Where its page is in the site, or with "embed/" its bare version."""
        return f"figures/{self.edition}/{folder}{self.stem}.html"


def shown(app: Sphinx) -> list[Figure]:
    """The figures that chapters show."""
    places: dict[tuple[str, str], list[str]] = {}
    for page, named in sorted(by_page(app.env).figures.items()):
        for each in sorted(named):
            places.setdefault(each, []).append(page)
    root, found = Path(app.srcdir), []
    for (edition, name), pages in sorted(places.items()):
        notebook, rest = pieces.split_name(name)
        if entry := pieces.look_up(root, (f"published/{edition}/{notebook}.json", "figures", rest)):
            found.append(Figure(edition, name, entry, tuple(pages)))
    return found


def write(app: Sphinx) -> list[str]:
    """Writes the pages; returns their paths, without those of the bare versions, which lead to them."""
    figures = shown(app)
    for figure in figures:
        for path, content in ((figure.path(), page(app, figure)), (figure.path("embed/"), bare(app, figure))):
            target = Path(app.outdir, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content, "utf-8", newline="\n")
    return [figure.path() for figure in figures]


def page(app: Sphinx, figure: Figure) -> str:
    """The page of a figure: picture, sources, files, citation, what others put into their pages, data."""
    book, entry, up = citing.work(app.env, figure.edition, noted=False), figure.entry, "../../"
    address = book.address(figure.path())
    kind, download, cite = _("Figure"), _("Download"), _("Cite this figure")
    embed, data = _("Put it into another page"), _("Data")
    part = f"{entry['title']} ({kind} {figure.name}, edition {figure.edition})"
    key = f"{pieces.setting_of_book(app.env, 'name')}-{figure.stem}"
    body = (
        f'<header><a href="{up}{app.config.root_doc}.html">{escape(app.config.project)}</a></header>\n<main class="bd-article">\n'
        f"<h1>{escape(entry['title'])}</h1>\n<figure>{picture(app, figure, '')}{caption(entry)}</figure>\n"
        f"<p>{shown_in(app, figure, up)}</p>\n{sources(app, entry)}"
        f'<h2>{escape(download)}</h2>\n<p class="downloads">{files(figure)}</p>\n'
        f'<h2>{escape(cite)}</h2>\n<p class="citation-text">{escape(citing.cited(book, part, address))}</p>\n'
        f'<pre class="citation-text">{escape(citing.bibtex(book, key, part, address))}</pre>\n'
        f"<h2>{escape(embed)}</h2>\n{snippet(app, figure, book)}"
        f"<h2>{escape(data)}</h2>\n{table(entry)}</main>"
    )
    canonical = f'<link rel="canonical" href="{escape(address)}">\n' if address else ""
    described = {"og:type": "article", "og:title": entry["title"], "og:description": shortened(entry["alt"]), "og:url": address}
    described["og:image"] = book.address(f"figures/{figure.edition}/{figure.stem}.png")
    tags = "\n".join(f'<meta property="{name}" content="{escape(text)}">' for name, text in described.items() if text)
    head = f'{canonical}<meta name="description" content="{escape(shortened(entry["alt"]))}">\n{tags}'
    scripts = "".join(f'<script src="{up}_static/{name}"></script>\n' for name in ("vendor/sortable/sortable.min.js", "book.js"))
    return html(app, figure, up, "figure-page", head, body, scripts)


def bare(app: Sphinx, figure: Figure) -> str:
    """The picture and where it is from, to be shown inside another page."""
    name = escape(app.config.project)
    line = _("From {book}: the figure, its data and its sources").format(book=f"<cite>{name}</cite>")
    heading = f"<h1>{escape(figure.entry['title'])}</h1>"  # for screen readers: the picture shows it to all others
    body = f'<main>{heading}{picture(app, figure, "../")}<p><a href="../{figure.stem}.html" target="_top">{line}</a></p></main>'
    address = citing.work(app.env, figure.edition, noted=False).address(figure.path())
    canonical = f'<link rel="canonical" href="{escape(address)}">\n' if address else ""
    return html(app, figure, "../../../", "figure-embed", f'{canonical}<meta name="robots" content="noindex">', body)


def html(app: Sphinx, figure: Figure, up: str, kind: str, head: str, body: str, scripts: str = "") -> str:
    """A whole page. up: the way to the site's root; head, body, scripts: HTML."""
    return PAGE.format(
        language=escape(app.config.language or "en"),
        policy=content_policy.meta(),
        title=escape(figure.entry["title"]),
        book=escape(app.config.project),
        **{"up": up, "kind": kind, "head": head, "body": body, "scripts": scripts},
    )


def picture(app: Sphinx, figure: Figure, up: str) -> str:
    """The picture, in the narrow variant on a narrow window. Its size is stated, so that nothing moves when it arrives."""
    entry = figure.entry
    return (
        f'<picture><source media="(max-width: 720px)" srcset="{up}{escape(entry["narrow"])}"{size_of(app, figure, "narrow")}>'
        f'<img src="{up}{escape(entry["wide"])}" alt="{escape(entry["alt"])}"{size_of(app, figure, "wide")}></picture>'
    )


def size_of(app: Sphinx, figure: Figure, variant: str) -> str:
    """A variant's size as attributes; none of a file that is no drawing, of which the chapter's page warns."""
    wide, high = lengths(app, figure, variant)
    return f' width="{wide}" height="{high}"' if wide else ""


def lengths(app: Sphinx, figure: Figure, variant: str) -> tuple[int, int]:
    """Width and height of a variant in points, (0, 0) if its file does not say so."""
    drawing = pieces.look_up(Path(app.srcdir), (f"published/{figure.edition}/files/{figure.entry[variant]}",)) or b""
    found = VIEW.search(drawing)
    return (round(float(found[1])), round(float(found[2]))) if found else (0, 0)


def caption(entry: dict[str, Any]) -> str:
    """The notebook's caption, if it has one."""
    return f"<figcaption>{escape(entry['caption'])}</figcaption>" if entry.get("caption") else ""


def shown_in(app: Sphinx, figure: Figure, up: str) -> str:
    """In which chapters the figure is shown, in which notebook it was drawn, from how many rows, with evidence to which day."""
    notebook, rest = pieces.split_name(figure.name)
    titles = app.env.titles
    chapters = ", ".join(f'<a href="{up}{page}.html">{escape(titles[page].astext())}</a>' for page in figure.pages)
    drawn = f'<a href="{up}notebooks/{notebook}.html#{notebook}-{rest}">notebooks/{notebook}.ipynb</a>'
    rows = len(figure.entry.get("rows", []))
    day = pieces.look_up(Path(app.srcdir), (citing.SETTINGS, figure.edition, "evidence_to")) or ""
    until = _(", with the evidence to {day}").format(day=day) if day else ""
    words = [
        _("Shown in {chapters}.").format(chapters=chapters),
        _("Drawn by {notebook} from {count} rows of data/observations.csv.").format(notebook=drawn, count=f"{rows:,}"),
        escape(_("Edition: {edition}{until}.").format(edition=figure.edition, until=until)),
    ]
    return " ".join(words)


def sources(app: Sphinx, entry: dict[str, Any]) -> str:
    """The pages from which the figure's data were taken."""
    root = Path(app.srcdir)
    found = [source_line(key, pieces.look_up(root, ("data/sources.csv", key)) or {}) for key in entry.get("sources", [])]
    title = _("Sources")
    return f"<h2>{escape(title)}</h2>\n<ul>{''.join(found)}</ul>\n" if found else ""


def source_line(key: str, row: dict[str, str]) -> str:
    """A source as an item of the list."""
    words = escape(", ".join(filter(None, [row.get("outlet") or key, row.get("published"), row.get("title")])))
    return f'<li><a href="{escape(row["url"])}">{words}</a></li>' if row.get("url", "").startswith(WEB) else f"<li>{words}</li>"


def files(figure: Figure) -> str:
    """Links to the figure's files."""
    entry = figure.entry
    named = {"CSV": entry["csv"], "SVG": entry["wide"], _("SVG, narrow"): entry["narrow"], "PNG": f"{figure.stem}.png"}
    links = (
        f'<a class="download" href="{escape(name)}" download="{escape(name)}">{escape(label)}</a>' for label, name in named.items()
    )
    return " · ".join(links)


def snippet(app: Sphinx, figure: Figure, book: citing.Work) -> str:
    """The HTML that shows the figure in another page, to be copied."""
    address = book.address(figure.path("embed/")) or figure.path("embed/")
    wide, high = lengths(app, figure, "wide")
    frame = (
        f'<iframe src="{escape(address)}" title="{escape(figure.entry["title"])}" width="100%" '
        f'height="{EMBED_WIDTH * high // (wide or 1) + LINE}" loading="lazy"></iframe>'
    )
    before, copy = _("Before its path comes the address under which the book is published."), _("Copy the HTML")
    unknown = "" if book.url else f"<p>{escape(before)}</p>\n"
    return f'<pre class="citation-text" data-copy="{escape(copy)}">{escape(frame)}</pre>\n{unknown}'


def table(entry: dict[str, Any]) -> str:
    """The figure's data. They scroll by themselves where they are too wide."""
    heads = "".join(f"<th>{escape(label(column))}</th>" for column in entry["columns"])
    rows = "\n".join(f"<tr>{cells(row)}</tr>" for row in entry["data"])
    name = escape(_("Data of the figure: {title}").format(title=entry["title"]))
    return (
        f'<div class="table-scroll" role="region" tabindex="0" aria-label="{name}">'
        f'<table class="data table"><thead><tr>{heads}</tr></thead>\n<tbody>{rows}</tbody></table></div>\n'
    )


def cells(row: Iterable[Any]) -> str:
    """The cells of a row."""
    return "".join(f"<td>{escape('' if cell is None else str(cell))}</td>" for cell in row)


def label(column: dict[str, str]) -> str:
    """A column's heading, with its unit."""
    unit = column.get("unit")
    return f"{column.get('label') or column['name']}{f' ({unit})' if unit else ''}"
