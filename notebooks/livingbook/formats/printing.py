"""The printed book: the e-book's pages joined into one document and laid out by WeasyPrint.

The same pages give the same bytes: the fonts come from packages of the lock, never from the machine, and the dates are those of the
evidence.
"""

from __future__ import annotations

import base64
import hashlib
import re
from html import escape
from pathlib import Path
from urllib.parse import quote, unquote

import weasyprint
import ziamath
from bs4 import BeautifulSoup, Tag

from livingbook.drawing.png import file_of_package
from livingbook.system.errors import BuildError

FORMULA = 12.4  # size of formulas, in the unit of their drawing, beside text of 9.5 points
FAMILIES = (
    ("fontpkg_ibm_plex_serif", "files/IBMPlexSerif-{}.ttf", "Plex Serif"),
    ("fontpkg_ibm_plex_sans_condensed", "files/IBMPlexSansCondensed-{}.ttf", "Plex Sans Condensed"),
    ("fontpkg_ibm_plex_mono", "files/IBMPlexMono-{}.ttf", "Plex Mono"),
)
FACES = {"Regular": (400, "normal"), "Italic": (400, "italic"), "SemiBold": (600, "normal"), "SemiBoldItalic": (600, "italic")}
# The font of the figures, and of signs that the other fonts lack. It comes with matplotlib.
DEJAVU = {"DejaVuSans.ttf": (400, "normal"), "DejaVuSans-Bold.ttf": (700, "normal"), "DejaVuSans-Oblique.ttf": (400, "italic")}


def pdf(pages: Path, parts: list[tuple[str, list[str]]], about: dict[str, str], style: Path) -> bytes:
    """The book as PDF. Raises ``BuildError`` where a link leads nowhere or a picture is missing.

    pages: the folder of an e-book's pages; parts: (part, its pages) in order; about: what the book says of itself;
    style: folder of the style sheets.
    """
    document = joined(pages, parts, about)
    fonts = weasyprint.text.fonts.FontConfiguration()
    sheets = [
        weasyprint.CSS(string=font_faces(), font_config=fonts),
        *(weasyprint.CSS(style / name, font_config=fonts) for name in ("shared/paper.css", "print.css")),
    ]
    name = hashlib.sha256(document.encode()).hexdigest()[:32]
    return weasyprint.HTML(string=document, base_url=pages.as_uri() + "/", url_fetcher=files_only()).write_pdf(
        stylesheets=sheets, font_config=fonts, pdf_identifier=name.encode(), pdf_tags=True
    )


def files_only() -> weasyprint.urls.URLFetcher:
    """A fetcher that reads files and asks no host: the printed book must not depend on what some host answers on that day."""
    return weasyprint.urls.URLFetcher(allowed_protocols={"file", "data"})


def font_faces() -> str:
    """A style sheet with an @font-face rule for each font file."""
    found = [
        (file_of_package(package, pattern.format(face)), family, *look)
        for package, pattern, family in FAMILIES
        for face, look in FACES.items()
    ]
    found += [(file_of_package("matplotlib", f"mpl-data/fonts/ttf/{name}"), "DejaVu Sans", *look) for name, look in DEJAVU.items()]
    face = "@font-face {{ font-family: '{}'; src: url('{}'); font-weight: {}; font-style: {} }}"
    return "\n".join(face.format(family, path.as_uri(), weight, slant) for path, family, weight, slant in found)


def joined(pages: Path, parts: list[tuple[str, list[str]]], about: dict[str, str]) -> str:
    """One document of all pages, with cover and table of contents."""
    bodies = {page: body_of(pages, page) for _, names in parts for page in names}
    for page, body in bodies.items():
        rename_ids(body, page)
    for page, body in bodies.items():
        link_inside(body, page, bodies)
        place_pictures(body, page, pages)
        draw_formulas(body)
    chapters, contents = [], []
    for part, names in parts:
        contents += [f'<p class="part">{escape(part)}</p>'] if part else []
        for number, page in enumerate(names):
            title = title_of(bodies[page])
            contents.append(f'<p class="entry"><a href="#{anchor(page)}">{escape(title)}</a></p>')
            over = f'<p class="part-name">{escape(part)}</p>' if part and not number else ""
            chapters.append(f'<section class="chapter" id="{anchor(page)}">{over}{bodies[page].decode_contents()}</section>')
    meta = {
        "author": about["authors"],
        "description": about["abstract"],
        "keywords": about["keywords"],
        "dcterms.created": about["until"],
        "dcterms.modified": about["until"],
        "generator": about["title"],
    }
    head = "".join(f'<meta name="{name}" content="{escape(content)}">' for name, content in meta.items() if content)
    title, short = escape(about["title"]), escape(about["title"].partition(": ")[0])
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>'
        f'<section class="cover" data-book="{short}"><img src="cover.svg" alt="{title}"></section>'
        f'<section class="imprint"><p class="imprint-title">{title}</p><p>{escape(about["authors"])}</p>'
        f"<p>{escape(about['state'])}.</p><p>{escape(about['abstract'])}</p>"
        "<p>Every number in the text was computed by a notebook, which a reader can run again. The notebooks’ code and "
        "outputs, and the tables that they read, are on the book’s web pages and in its repository.</p>"
        "<p>Text and tables: CC BY 4.0. Code: MIT.</p></section>"
        f'<nav class="contents"><h1>Contents</h1>{"".join(contents)}</nav>{"".join(chapters)}</body></html>'
    )


def body_of(pages: Path, page: str) -> Tag:
    """The text of a page. Raises ``BuildError`` for one without text or title."""
    found = BeautifulSoup((pages / f"{page}.xhtml").read_text("utf-8"), "html.parser").select_one("div.body")
    if found is None or found.find("h1") is None:
        raise BuildError(f"{page}: a page without text or title cannot be printed")
    return found


def title_of(body: Tag) -> str:
    """The first heading of a page, which ``body_of`` has found to be there."""
    heading = body.find("h1")
    return heading.get_text(" ", strip=True) if heading else ""


def anchor(page: str, name: str = "") -> str:
    """The id, in the whole document, of a page or of a place in it."""
    whole = page.replace("/", "-")
    return f"{whole}--{name}" if name else whole


def rename_ids(body: Tag, page: str) -> None:
    """Makes the ids of a page unique in the whole document."""
    for element in body.find_all(id=True):
        element["id"] = anchor(page, str(element["id"]))


def link_inside(body: Tag, page: str, bodies: dict[str, Tag]) -> None:
    """Has links between pages lead to places in the document. Raises ``BuildError`` for one that leads nowhere."""
    known = {each["id"] for other in bodies.values() for each in other.find_all(id=True)} | {anchor(other) for other in bodies}
    for link in body.find_all("a", href=True):
        href = str(link["href"])
        if re.match(r"[a-z]+:", href):
            continue
        path, _, name = href.partition("#")
        other = normal(page, unquote(path)).removesuffix(".xhtml") if path else page
        target = anchor(other, unquote(name))
        if target not in known:
            raise BuildError(f"{page}: the link {href!r} leads nowhere in the printed book")
        link["href"] = f"#{target}"


def normal(page: str, path: str) -> str:
    """A relative path that a page names, as a path from the folder of all pages."""
    parts: list[str] = page.split("/")[:-1]
    for step in path.split("/"):
        if step == "..":
            parts.pop()
        elif step != ".":
            parts.append(step)
    return "/".join(parts)


def place_pictures(body: Tag, page: str, pages: Path) -> None:
    """Names pictures by their paths from the folder of all pages. Raises ``BuildError`` for one that is not there."""
    for image in body.find_all("img"):
        name = normal(page, unquote(str(image["src"])))
        if not (pages / name).is_file():
            raise BuildError(f"{page}: the picture {image['src']!r} is not there")
        image["src"] = quote(name)


def draw_formulas(body: Tag) -> None:
    """Replaces formulas by drawings, on the line of the text, with the formula as their alternative text."""
    ziamath.config.svg2 = False
    for formula in body.find_all("math"):
        block = formula.get("display") == "block"
        drawn = ziamath.Math(str(formula), size=FORMULA)
        source = base64.b64encode(drawn.svg().encode()).decode()
        image = BeautifulSoup("", "html.parser").new_tag("img", src=f"data:image/svg+xml;base64,{source}")
        image["alt"] = formula.get("alttext") or formula.get_text(" ", strip=True)
        image["class"] = "formula"
        if not block:
            image["style"] = f"vertical-align: {drawn.getyofst():.2f}px"
        formula.replace_with(image)
