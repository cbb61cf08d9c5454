"""A note for each number of a page: what it is, which published figures it rests on and where they were read, how it is cited.

The number links to its note, and the note to the code. A script opens the note beside the number; without scripts the link
shows it at the foot of the window (``book.css``). On paper there are no notes.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from livingbook.sphinx_ext import citing, elements, freshness, pieces
from livingbook.sphinx_ext.directives import observations
from livingbook.sphinx_ext.i18n import _
from livingbook.sphinx_ext.roles import shown_unit
from livingbook.values import wording

MEASURES, ORIGINS = "data/measures.csv", "data/origins.csv"
SPELT_OUT = 5  # rows that a note describes; of further ones it has the names
WEB = ("https://", "http://")


class number_notes(nodes.General, nodes.Element):
    """The notes of a page ("notes"), on web pages only. They are no text nodes, so that the search index does not contain them."""


def collect(app: Sphinx, doctree: nodes.document) -> None:
    """Leads each number of a page to its note, and puts the notes at the page's end."""
    env, own = app.env, pieces.own_edition(Path(app.srcdir))
    notes: dict[str, dict[str, Any]] = {}
    for link in doctree.findall(addnodes.pending_xref):
        if name := link.get("result"):
            edition = link["edition"] or own
            anchor = f"number-{nodes.make_id(name)}{'' if edition == own else f'-{edition}'}"
            if anchor not in notes:
                notes[anchor] = note(env, anchor, name, edition)
                link["ids"].append(f"from-{anchor}")  # where one comes back to
            link["note"] = anchor
    if notes:
        top: nodes.Element = next(iter(doctree.findall(nodes.section)), doctree)
        top.append(elements.html_only("", number_notes("", notes=list(notes.values()))))


def note(env: BuildEnvironment, anchor: str, name: str, edition: str) -> dict[str, Any]:
    """What a note says. Links in it are made when all pages have been read (``show``)."""
    entry = pieces.published(env, "results", name, edition)
    notebook, rest = pieces.split_name(name)
    ids = sorted(entry.get("rows", []))
    book = citing.work(env, edition)
    what, kind = f"{entry['text']}: {entry.get('about') or name}".rstrip("."), _("Number")
    return {
        "anchor": anchor,
        "text": entry["text"],
        "unit": shown_unit(entry),
        "about": entry.get("about", ""),
        "rows": {each: described(env, each) for each in ids[:SPELT_OUT]},
        "further": ids[SPELT_OUT:],
        "page": f"notebooks/{notebook}",
        "code": f"{notebook}-{rest}",
        "title": pieces.use(env, f"published/{edition}/{notebook}.json", "title") or notebook,
        "edition": edition,
        "until": day(book.until),
        "cite": citing.cited(book, f"{what} ({kind} {name}, edition {edition})", book.address(f"{env.docname}.html#{anchor}")),
    }


def described(env: BuildEnvironment, identifier: str) -> dict[str, str]:
    """A row in words: "figure" (what was counted, how many, when), and its page: "origin", "outlet", "published", "url"."""
    row = pieces.use(env, observations.OBSERVATIONS, identifier) or {}

    def of(table: str, column: str) -> dict[str, str]:
        return pieces.use(env, table, row[column]) or {} if row.get(column) else {}

    source = of(observations.SOURCES, "source")
    label = of(MEASURES, "measure").get("label") or row.get("measure", "")
    when = _("{start} to {end}") if row.get("start") and row.get("end") else "{start}{end}"
    parts = [
        f"{label}: {observations.figure(row)}" if row else "",
        when.format(start=day(row.get("start", "")), end=day(row.get("end", ""))),
    ]
    return {
        "figure": ", ".join(filter(None, parts)),
        "origin": of(ORIGINS, "origin").get("label") or row.get("origin", ""),
        "outlet": source.get("outlet") or row.get("source", ""),
        "published": day(source.get("published", "")),
        "url": address if (address := source.get("url", "")).startswith(WEB) else "",
    }


def day(written: str) -> str:
    """A day, or a month, of the tables as the book prints it; a year and what is no date stay as they are."""
    try:
        return wording.month(f"{written}-01") if len(written) == len("2025-06") else wording.day(written)
    except ValueError:
        return written


def show(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Makes HTML of the notes. Only when all pages have been read is it known which page shows the rows."""
    for holder in list(doctree.findall(number_notes)):
        places = observations.places(app)
        made = "".join(as_html(app, docname, places, each) for each in holder["notes"])
        holder.replace_self(observations.markup("", html=f'<div class="number-notes">{made}</div>'))


def as_html(app: Sphinx, docname: str, places: dict[str, str], said: dict[str, Any]) -> str:
    """One note, every piece of text in it escaped."""
    anchor = escape(said["anchor"])
    unit = f" {escape(said['unit'])}" if said["unit"] else ""
    code = f"{app.builder.get_relative_uri(docname, said['page'])}#{said['code']}"
    until = _(", with the evidence to {day}").format(day=said["until"]) if said["until"] else ""
    edition = _("Edition: {edition}{until}.").format(edition=said["edition"], until=until)
    see = _("See the code: {title}").format(title=said["title"])
    cite, close = _("Cite this number"), _("Close")
    return (
        f'<div class="number-note" id="{anchor}" popover role="dialog" aria-labelledby="{anchor}-is" tabindex="-1">'
        f'<p class="note-number" id="{anchor}-is"><span class="result">{escape(said["text"])}</span>{unit}</p>'
        f"<p>{escape(said['about'])}</p>{rows_html(app, docname, places, said)}"
        f'<p class="note-edition">{escape(edition)} <a href="{escape(code)}">{escape(see)}</a></p>'
        f'<details class="fold"><summary>{escape(cite)}</summary>'
        f'<p class="citation-text">{escape(said["cite"])}</p></details>'
        f'<p class="note-end"><a class="note-close" href="#from-{anchor}">{escape(close)}</a></p></div>'
    )


def rows_html(app: Sphinx, docname: str, places: dict[str, str], said: dict[str, Any]) -> str:
    """The rows of a note: the first few in words, with their pages, and the names of the others."""
    found: dict[str, dict[str, str]] = said["rows"]
    if not found:
        return ""
    count = len(found) + len(said["further"])
    several = _("It rests on {count} published figures:").format(count=f"{count:,}")
    head = _("It rests on one published figure:") if count == 1 else several
    items = "".join(f"<li>{row_html(linked(app, docname, places, name, row['figure']), row)}</li>" for name, row in found.items())
    further = " ".join(linked(app, docname, places, name) for name in said["further"])
    summary = escape(_("{count} more").format(count=f"{len(said['further']):,}"))
    more = f'<details class="fold rows"><summary>{summary}</summary><p>{further}</p></details>' if further else ""
    return f"<p>{escape(head)}</p><ul>{items}</ul>{more}"


def row_html(figure: str, row: dict[str, str]) -> str:
    """A row in words. figure: HTML, its figure."""
    read = ", ".join(filter(None, [row["outlet"], row["published"]]))
    page = f'<a href="{escape(row["url"])}">{escape(read)}</a>' if row["url"] else escape(read)
    words = _("Published by {origin}; read in {page}.") if row["origin"] else _("Read in {page}.")
    return f"{figure}. {words.format(origin=escape(row['origin']), page=page)}" if page else figure


def linked(app: Sphinx, docname: str, places: dict[str, str], identifier: str, words: str = "") -> str:
    """HTML: a row's words, or its name, linked to the row where the book shows the rows."""
    shown = escape(words) if words else f"<code>{escape(identifier)}</code>"
    if (page := places.get(identifier)) is None:
        return shown
    return f'<a class="row-link" href="{app.builder.get_relative_uri(docname, page)}#{observations.anchor(identifier)}">{shown}</a>'


def setup(app: Sphinx) -> None:
    """Registers node and hooks."""
    elements.add_node(app, number_notes, elements.SKIP, elsewhere=elements.SKIP)
    freshness.QUESTIONS.add(number_notes)
    app.connect("doctree-read", collect, priority=600)  # after what else puts numbers into a page
    app.connect("doctree-resolved", show)
