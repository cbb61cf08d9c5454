"""Directives: a published figure, with its sources, its data as a table, and downloads; a published table."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from livingbook.drawing import svg
from livingbook.sphinx_ext import elements, links, pieces
from livingbook.sphinx_ext.citations import cited
from livingbook.sphinx_ext.directives.data_table import table
from livingbook.sphinx_ext.directives.how_made import Making
from livingbook.sphinx_ext.i18n import _
from livingbook.sphinx_ext.kept import by_page

SOURCES_ON_THE_LINE = 6


class Published(Making, SphinxDirective):
    """What both directives share. The argument names a published entry; the body, if any, is the chapter's own caption."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar = {"edition": directives.unchanged}
    kind = ""

    @property
    def own(self) -> str:
        """The edition that the book holds."""
        return pieces.own_edition(Path(self.env.srcdir))

    def run(self) -> list[nodes.Node]:
        """The entry's nodes, or a warning."""
        name = self.arguments[0].strip()
        self.edition = self.options.get("edition") or self.own
        try:
            made = self.build(name, pieces.published(self.env, self.kind, name, self.edition))
        except pieces.Unknown as unknown:
            pieces.warn(f"{self.name}: {unknown}", (self.env.docname, self.lineno))
            return [elements.paragraph(elements.span(f"[{name}?]", "missing"))]
        self.set_source_info(made)
        links.place([made], self.env.docname, made.source, made.line)
        return [made]

    def build(self, name: str, entry: dict[str, Any]) -> nodes.Element:
        """The nodes of one entry."""
        raise NotImplementedError

    def anchor(self, prefix: str, name: str) -> str:
        """An id for this use of the entry; a second use on the same page gets another."""
        suffix = "" if self.edition == self.own else f"-{self.edition}"
        wanted = f"{prefix}-{name.replace('.', '-')}{suffix}"
        taken = self.env.temp_data.setdefault("published-anchors", [])
        taken.append(wanted)
        return wanted if taken.count(wanted) == 1 else f"{wanted}-{taken.count(wanted)}"

    def titled(self, title: str) -> str:
        """A title for assistive technology that differs between editions of one entry."""
        return title if self.edition == self.own else f"{title} (edition: {self.edition})"

    def own_caption(self) -> list[nodes.Node]:
        """The directive's body, parsed. It is written by the chapter's author; all else comes from data and is never parsed."""
        holder = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, holder)
        return holder.children

    def cited(self, keys: list[str]) -> list[nodes.Node]:
        """Citations of sources, in parentheses."""
        return cited(self, keys, repr(self.arguments[0]))

    def source_lines(self, keys: list[str]) -> tuple[list[nodes.Node], list[nodes.Node]]:
        """The line of sources under the entry, and a paragraph for the fold-out with those that do not fit; each may be []."""
        first, rest = keys[:SOURCES_ON_THE_LINE], keys[SOURCES_ON_THE_LINE:]
        if not keys:
            return [], []
        more = [_(" and {count} more, listed below.").format(count=len(rest))] if rest else []
        line = elements.paragraph(_("Sources: "), *self.cited(first), *more, classes=["sources"])
        further = elements.paragraph(_("Further sources: "), *self.cited(rest), classes=["sources"]) if rest else None
        return [line], [further] if further else []


class PublishedFigure(Published):
    """```{published-figure} rate.windows"""

    kind = "figures"

    def build(self, name: str, entry: dict[str, Any]) -> nodes.Element:
        """Picture, caption and sources; then the fold-out."""
        anchor = self.anchor("fig", name)
        by_page(self.env).figures.setdefault(self.env.docname, set()).add((self.edition, name))
        line, folded = self.source_lines(entry.get("sources", []))
        data = entry.get("caption") or ""
        caption = [*([elements.paragraph(data)] if data else []), *self.own_caption(), *line]
        parts = [self.picture(anchor, name, entry)]
        if caption:
            parts.append(elements.element("figcaption", *caption))
        return elements.element(
            "div",
            elements.element("figure", *parts),
            elements.html_only("", self.details(name, entry, folded), self.own_page(entry)),
            elements.paper_only("", self.provenance(name, entry)),
            classes=["published-figure"],
            ids=[anchor],
        )

    def picture(self, anchor: str, name: str, entry: dict[str, Any]) -> nodes.Element:
        """Both variants inline; an image of the wide one for other formats."""
        alt = entry["alt"]
        image = nodes.image(
            "", uri=f"/{self.file(entry['wide'])}", candidates={}
        )  # no alternative text yet: Sphinx would put it into the catalogues of translators
        wide, narrow = (self.inlined(name, entry[variant], f"{anchor}-{variant[0]}", alt) for variant in ("wide", "narrow"))
        picture = f"figures/{self.edition}/{entry['wide'].removesuffix('.svg')}.png"
        return elements.inline_svg("", image, wide=wide, narrow=narrow, picture=picture, alt=alt)

    def own_page(self, entry: dict[str, Any]) -> nodes.paragraph:
        """A link to the page that the figure has for itself."""
        path = f"figures/{self.edition}/{entry['wide'].removesuffix('.svg')}.html"
        link = elements.site_file("", _("This figure on a page of its own"), path=path, opens=True)
        return elements.paragraph(link, _(": to cite, to download, to put into another page."), classes=["own-page"])

    def file(self, name: str) -> str:
        """A published file's path below the source folder."""
        return f"published/{self.edition}/files/{name}"

    def inlined(self, name: str, file: str, prefix: str, alt: str) -> str:
        """One variant's markup."""
        source = pieces.use(self.env, self.file(file))
        if source is None:
            raise pieces.Unknown(f"figure {name!r} names the file {self.file(file)}, which is not there")
        try:
            return svg.inline(source, prefix, alt)
        except svg.Unfit as unfit:
            raise pieces.Unknown(f"figure {name!r}: {self.file(file)}: {unfit}") from None

    def details(self, name: str, entry: dict[str, Any], folded: list[nodes.Node]) -> nodes.Element:
        """The fold-out: how it was made, the same data as a table, the files."""
        title = self.titled(_("Data of the figure: {title}").format(title=entry["title"]))
        files = [
            ("CSV", entry["csv"]),
            ("SVG", entry["wide"]),
            (_("SVG, narrow"), entry["narrow"]),
            ("PNG", f"{entry['wide'].removesuffix('.svg')}.png"),
        ]
        return elements.fold(
            _("Data and how this was made"),
            self.provenance(name, entry),
            table(entry["columns"], entry["data"], title),
            *folded,
            self.downloads(files),
            *self.parameters(name),
            *self.rows_used(entry),
            *self.citation(_("Figure"), name, entry),
            classes=["making"],
        )


class PublishedTable(Published):
    """```{published-table} rate.denominators"""

    kind = "tables"

    def build(self, name: str, entry: dict[str, Any]) -> nodes.Element:
        """Title, table, sources; then the fold-out."""
        line, folded = self.source_lines(entry.get("sources", []))
        title = elements.paragraph(entry["title"], classes=["table-title"])
        files = [self.downloads([("CSV", entry["csv"])])] if entry.get("csv") else []
        making = elements.fold(
            _("How this was made"),
            self.provenance(name, entry),
            *folded,
            *files,
            *self.parameters(name),
            *self.rows_used(entry),
            *self.citation(_("Table"), name, entry),
            classes=["making"],
        )
        return elements.element(
            "div",
            elements.element(
                "figure",
                elements.element("figcaption", title, *self.own_caption()),
                table(entry["columns"], entry["data"], self.titled(entry["title"])),
            ),
            *line,
            elements.html_only("", making),
            elements.paper_only("", self.provenance(name, entry)),
            classes=["published-table"],
            ids=[self.anchor("table", name)],
        )


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("published-figure", PublishedFigure)
    app.add_directive("published-table", PublishedTable)
