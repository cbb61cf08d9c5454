"""Directive: every observation as a table, each row with an anchor, so that a figure's rows can be looked up."""

from __future__ import annotations

from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from livingbook.sphinx_ext import elements, freshness, pieces
from livingbook.sphinx_ext.i18n import _
from livingbook.sphinx_ext.kept import by_page

OBSERVATIONS, SOURCES = "data/observations.csv", "data/sources.csv"
QUALIFIERS = {"exact": "", "about": "about ", "at_least": "at least ", "at_most": "at most ", "range": ""}


def headers() -> tuple[str, ...]:
    """The columns of the table."""
    return (
        _("Row"),
        _("Measure"),
        _("Figure"),
        _("Period"),
        _("Population"),
        _("Category"),
        _("Origin"),
        _("Read in"),
        _("Public from"),
        _("Status"),
    )


class markup(nodes.General, nodes.Element):
    """HTML made by this extension ("html"), every piece of text in it escaped; nothing in other formats."""


class Observations(SphinxDirective):
    """```{observations}```: the table of published figures, as it is in data/observations.csv."""

    def run(self) -> list[nodes.Node]:
        """The table; a warning if there are no data."""
        content = pieces.use(self.env, OBSERVATIONS)
        if content is None:
            pieces.warn(f"{self.name}: {OBSERVATIONS} is not there", (self.env.docname, self.lineno))
            return []
        addresses = {row["source"]: row.get("url", "") for row in pieces.rows_of(pieces.use(self.env, SOURCES) or b"")}
        found = [row for row in pieces.rows_of(content) if row.get("id")]
        if found:
            by_page(self.env).observations.setdefault(self.env.docname, set()).update(row["id"] for row in found)
        return [markup("", html=as_html(found, addresses))]


def as_html(found: list[dict[str, str]], addresses: dict[str, str]) -> str:
    """The table; it scrolls by itself where it is too wide."""
    head = "".join(f'<th scope="col">{header}</th>' for header in headers())
    body = "\n".join(row_html(row, addresses.get(row.get("source", ""), "")) for row in found)
    return (
        '<div class="table-scroll observations" role="region" tabindex="0" aria-label="' + escape(_("Every observation")) + '">'
        f'<table class="data table"><thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>'
    )


def row_html(row: dict[str, str], address: str) -> str:
    """One observation."""
    source = escape(row.get("source", ""))
    if address.startswith(("https://", "http://")):
        source = f'<a href="{escape(address)}">{source}</a>'
    named = (row.get(name, "") for name in ("population", "category", "origin"))
    texts = [row.get("measure", ""), figure(row), period(row), *named]
    cells = [*map(escape, texts), source, *(escape(row.get(name, "")) for name in ("known_from", "status"))]
    first = f'<th scope="row" id="{anchor(row["id"])}">{escape(row["id"])}</th>'
    return f"<tr>{first}{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def anchor(identifier: str) -> str:
    """The id of a row."""
    return f"row-{nodes.make_id(identifier)}"


def period(row: dict[str, str]) -> str:
    """The days that a flow is counted over, or the day of a stock."""
    start, end = row.get("start", ""), row.get("end", "")
    return f"{start} to {end}" if start and end else end or start


def figure(row: dict[str, str]) -> str:
    """The published number with the words of its qualifier, such as "at least"."""
    low, value, high = (grouped(row.get(name, "")) for name in ("low", "value", "high"))
    number = value or (f"{low}–{high}" if low and high else low or high)
    return f"{QUALIFIERS.get(row.get('qualifier', ''), '')}{number}"


def grouped(number: str) -> str:
    """Digits in groups of three; what is not a whole number stays as it is."""
    return f"{int(number):,}" if number.isdigit() else number


class RowLink(nodes.Inline, nodes.TextElement):
    """An observation's id, which becomes a link to its row where the book shows the rows ("row")."""


def places(app: Sphinx) -> dict[str, str]:
    """Row → the page of the book that shows it."""
    shown = sorted(by_page(app.env).observations.items()) if app.builder.format == "html" else []
    return {name: page for page, names in shown for name in names}


def link_rows(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Makes links of ``RowLink`` nodes. Only when all pages have been read is it known which page shows the rows."""
    shown = places(app)
    for node in list(doctree.findall(RowLink)):
        code = nodes.literal("", node["row"])
        page = shown.get(node["row"])
        if page is None:
            node.replace_self(code)
            continue
        uri = f"{app.builder.get_relative_uri(docname, page)}#{anchor(node['row'])}"
        node.replace_self(nodes.reference("", "", code, internal=True, refuri=uri, classes=["row-link"]))


def _visit_markup(writer: Any, node: markup) -> None:
    writer.body.append(node["html"])
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register directive, nodes and hooks."""
    elements.add_node(app, markup, (_visit_markup, None), elsewhere=elements.SKIP)
    app.add_node(RowLink)
    freshness.QUESTIONS.add(RowLink)
    app.add_directive("observations", Observations)
    app.connect("doctree-resolved", link_rows)
