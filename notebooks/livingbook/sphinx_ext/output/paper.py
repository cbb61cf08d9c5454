"""The book as an e-book, which is also the source of the printed book.

What needs a web page (fold-outs, links to notebooks, scripts) is opened, replaced by words, or left out. The builder is Sphinx's
own for EPUB 3, with three additions: figures have fixed colours, which do not depend on a style sheet; every entry of the package
states its properties; and the same pages give the same bytes.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.epub3 import Epub3Builder
from sphinx.transforms.post_transforms import SphinxPostTransform

from livingbook.drawing import png
from livingbook.drawing.svg import filled, standing_alone
from livingbook.sphinx_ext import citing, elements, pieces
from livingbook.sphinx_ext.directives import observations, report_parts
from livingbook.sphinx_ext.i18n import _
from livingbook.system.readers import MAX_PROSE_BYTES, text_of

EARLIEST = (1980, 1, 1, 0, 0, 0)  # the first time that a ZIP file can state
COVER_WIDTH = 1200
COVER_SVG, COVER_PNG = "cover.svg", "_static/cover.png"
GUIDE = re.compile(r"\s*<guide>.*?</guide>", re.S)  # a leftover of EPUB 2: the navigation has all that it says
ITEM = re.compile(r'<item id="[^"]+" href="([^"]+)" media-type="([^"]+)" />')


def cover(design: str, work: citing.Work) -> str:
    """The cover, an SVG, with title, authors and state of the book filled in."""
    title, subtitle = [*work.title.split(": ", 1), ""][:2]
    return filled(design, {"title": title, "subtitle": subtitle, "authors": work.authors, "state": work.state})


def completed(package: str, with_properties: Callable[[re.Match[str]], str]) -> str:
    """The list of files as Sphinx writes it, with the properties of each entry and without what EPUB 3 does not know.

    Warns if one of both is not found in it, because Sphinx then words it in another way than here.
    """
    package, entries = ITEM.subn(with_properties, package)
    package, guides = GUIDE.subn("", package)
    for name, count in (("entries", entries), ("guide", guides)):
        if not count:
            pieces.logger.warning(f"no {name} found in content.opf; mend livingbook/sphinx_ext/output/paper.py", type="published")
    return package


class Ebook(Epub3Builder):
    """Sphinx's EPUB builder, its package complete and the same from one build to the next."""

    def copy_image_files(self) -> None:
        """Copies images; figures with fixed colours."""
        super().copy_image_files()
        for source, name in self.images.items():
            if source.endswith(".svg"):
                target = Path(self.outdir, self.imagedir, name)
                target.write_text(standing_alone(Path(self.srcdir, source).read_text("utf-8")), "utf-8", newline="\n")

    def copy_static_files(self) -> None:
        """Copies the style sheet and writes the cover."""
        super().copy_static_files()
        static = Path(self.outdir, "_static")
        for path in static.iterdir():  # Sphinx brings its scripts along; an e-book has none
            if path.suffix not in (".css", ".png"):
                path.unlink()
        design = Path(self.confdir or self.srcdir, self.config.paper_cover)
        if self.config.paper_cover and design.is_file():
            drawn = cover(text_of(design, MAX_PROSE_BYTES), citing.work(self.env, noted=False))
            Path(self.outdir, COVER_SVG).write_text(drawn, "utf-8", newline="\n")
            Path(self.outdir, COVER_PNG).write_bytes(png.png(drawn.encode(), COVER_WIDTH))

    def build_content(self) -> None:
        """Writes the package's list of files, with the properties that each page's content requires."""
        super().build_content()
        path = Path(self.outdir, "content.opf")
        path.write_text(completed(path.read_text("utf-8"), self._with_properties), "utf-8", newline="\n")

    def _with_properties(self, item: re.Match[str]) -> str:
        href, kind = item.groups()
        found = ["cover-image"] if href == COVER_PNG else []
        if kind == "application/xhtml+xml":
            page = Path(self.outdir, href).read_text("utf-8")
            found += [name for name, sign in (("mathml", "<math"), ("svg", "<svg")) if sign in page]
        return item[0].replace(" />", f' properties="{" ".join(found)}" />') if found else item[0]

    def toc_metadata(self, level: int, navpoints: list[Any]) -> dict[str, Any]:
        """Gives the table of contents for readers of EPUB 2 the identifier of the package."""
        return super().toc_metadata(level, navpoints) | {"uid": escape(self.config.epub_identifier)}

    def build_epub(self) -> None:
        """Writes the e-book: with the same date and access rights for every file, on any machine."""
        target = Path(self.outdir, f"{self.config.epub_basename}.epub")
        names = ["mimetype", "META-INF/container.xml", "content.opf", "toc.ncx", *self.files]
        with zipfile.ZipFile(target, "w") as package:
            for name in names:
                entry = zipfile.ZipInfo(name, EARLIEST)
                entry.external_attr = 0o644 << 16
                entry.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
                package.writestr(entry, Path(self.outdir, name).read_bytes())


class Opened(SphinxPostTransform):
    """Opens the fold-outs in books on paper. One that holds the rest of a long list is replaced by a reference to the web page."""

    default_priority = 6  # after elements.Formats

    def run(self, **options: Any) -> None:
        """Changes the page in books on paper only."""
        if elements.is_web(self.app.builder) or self.app.builder.format != "html":
            return
        for fold in [box for box in self.document.findall(elements.box) if box["tag"] == "details"]:
            summary, *content = fold.children
            if "rest" in fold["classes"]:
                where = _("On the book's web page: {what}.").format(what=summary.astext())
                fold.replace_self(elements.paragraph(where, classes=["elsewhere"]))
            else:
                heading = elements.paragraph(*(child.deepcopy() for child in summary.children), classes=["fold-title"])
                fold.replace_self(elements.element("div", heading, *content, classes=["opened"]))
        for table in list(self.document.findall(observations.markup)):
            count = f"{table['html'].count('<tr>') - 1:,}"
            where = _("{count} rows: in data/observations.csv, and on the book's web page.").format(count=count)
            table.replace_self(elements.paragraph(where, classes=["elsewhere"]))
        for left_out in (report_parts.drawing, nodes.raw):  # raw HTML holds links into the site
            for node in list(self.document.findall(left_out)):
                node.parent.remove(node)


def without_old_roles(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], _: nodes.document | None) -> None:
    """Removes, in books on paper, the role that docutils gives to entries of a bibliography, which EPUB has deprecated."""
    if not elements.is_web(app.builder) and "body" in context:
        context["body"] = context["body"].replace(' role="doc-biblioentry"', "")


def setup(app: Sphinx) -> None:
    """Register builder, transform and setting."""
    app.add_config_value("paper_cover", "", "epub")
    app.add_builder(Ebook, override=True)
    app.add_post_transform(Opened)
    app.connect("html-page-context", without_old_roles)
