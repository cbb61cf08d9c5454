"""What has changed, as nodes of a page: each function makes one part of a report (``livingbook.changes.report.Report``).

All text is text, never markup. Links are made by the caller, because only a page of the book can link into the book.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Callable
from itertools import groupby
from typing import TYPE_CHECKING, Any

from docutils import nodes

from livingbook.sphinx_ext import elements
from livingbook.sphinx_ext.directives.data_table import table
from livingbook.sphinx_ext.roles import IN_THE_TEXT, badge

if TYPE_CHECKING:  # it imports pandas, which builds do without that have no page of changes
    from livingbook.changes.report import Drawing, NumberChange, Report, VerdictChange
    from livingbook.changes.row_changes import RowChange
    from livingbook.changes.sentences import Part

SHOWN = 8  # rows of a table outside its fold-out
ARROW = " → "
Link = Callable[[str, nodes.Element, str], nodes.Node]  # kind ("result" or "claim"), text of the link, name → link


class drawing(nodes.General, nodes.Element):
    """A figure's file as an image: "wide", "narrow" (below the page's folder), "alt"; "lazy": loads when it is seen."""


def picture(node: drawing, address: Callable[[str], str]) -> str:
    """The image, linked to its file; on a small screen the narrow drawing."""
    wide, narrow, alt = html.escape(address(node["wide"])), html.escape(address(node["narrow"])), html.escape(node["alt"])
    return (
        f'<a class="drawing" href="{wide}"><picture><source media="(max-width: 600px)" srcset="{narrow}">'
        f'<img src="{wide}" alt="{alt}" loading="{"lazy" if node["lazy"] else "eager"}"></picture></a>'
    )


def finding(report: Report, link: Link) -> list[nodes.Node]:
    """One paragraph: how many verdicts and numbers moved, and the rows behind it."""
    counted = report.compared
    moved = (
        f"{len(report.verdicts):,} of {counted['verdicts']:,} verdicts and {len(report.numbers):,} of {counted['numbers']:,} "
        "published numbers are not what they were."
    )
    if not counted["numbers"]:
        moved = f"{len(report.rows):,} {'row differs' if len(report.rows) == 1 else 'rows differ'}."
    moved = "Nothing has changed." if report.outcome == "same" else moved
    counts = {change: len(report.rows_of(change)) for change in ("added", "revised", "removed")}
    rows = ", ".join(f"{count or 'none'} {change}" for change, count in counts.items())
    span = f" Rows of data that differ between {report.before.about} and {report.after.about}: {rows}."
    made = elements.paragraph(nodes.strong("", moved), span)
    return [made, *(elements.paragraph(note) for note in report.notes)]


def words(report: Report, link: Link) -> list[nodes.Node]:
    """What is to be read again, with what has changed; nothing where all words were read for the figures of now."""
    if not report.words:
        return []
    items: list[list[nodes.Node]] = []
    for each in report.words:
        of = f"{each.chapter}, {each.kind}{f' of {each.of}' if each.of else ''}: "
        items.append([elements.paragraph(of, nodes.strong("", each.text)), elements.paragraph("; ".join(each.causes))])
    head = f"{len(report.words)} passages were written for other figures than those of now:"
    return [elements.paragraph(head), elements.bullets(items, "doubts")]


def verdicts(report: Report, link: Link) -> list[nodes.Node]:
    """A card for each claim whose verdict has changed."""
    if not report.verdicts:
        return [elements.paragraph("No verdict has moved." if report.compared["verdicts"] else "No verdicts to compare.")]
    abouts = {each.name: each.about for each in report.numbers}
    return [_verdict(each, abouts, link) for each in report.verdicts]


def _verdict(change: VerdictChange, abouts: dict[str, str], link: Link) -> nodes.Element:
    before, after = (badge(each) if each else elements.span("none", "verdict") for each in (change.before, change.after))
    head = elements.paragraph(
        link("claim", elements.span(change.claim, "claim"), change.claim), " ", before, ARROW, after, classes=["claim-head"]
    )
    values = [[elements.paragraph(*_was_now(old, new), f" {abouts.get(name) or name}")] for name, old, new in change.values]
    return elements.element(
        "article",
        head,
        elements.element("blockquote", elements.paragraph(change.text), classes=["claim-text"]),
        *([elements.paragraph(change.reason, classes=["claim-reason"])] if change.reason else []),
        *([elements.bullets(values, "claim-values")] if values else []),
        *([elements.paragraph(change.rule, classes=["claim-rule"])] if change.rule else []),
        classes=["claim-card", "card-" + (change.after or "none").replace("_", "-")],
        aria_label=f"Claim {change.claim}",
    )


def _was_now(before: str | None, after: str | None) -> list[nodes.Node]:
    return [
        elements.span(before if before is not None else "not published", "was"),
        nodes.Text(ARROW),
        elements.span(after if after is not None else "not published", "now"),
    ]


def numbers(report: Report, link: Link) -> list[nodes.Node]:
    """One section for each cause: the largest changes, the others in a fold-out."""
    from livingbook.changes.report import CAUSES

    if not report.numbers:
        return [elements.paragraph("No number has moved." if report.compared["numbers"] else "No numbers to compare.")]
    note = (
        "Change is the difference over the mean of the two sizes: a rise and the fall that undoes it count the same, and it "
        "lies between −200% and +200%. Within each group the largest come first; words, which have no size, come last."
    )
    made: list[nodes.Node] = [elements.paragraph(note, classes=["sources"])]
    for cause, moved in report.of_cause().items():
        title, meaning = CAUSES[cause]
        columns, rows = NUMBER_COLUMNS, [_number(each, link) for each in moved]
        if all(each.change is None for each in moved):
            columns, rows = columns[:-1], [row[:-1] for row in rows]
        section = nodes.section("", nodes.title("", f"{title} ({len(moved):,})"), ids=[f"changes-{cause}"])
        section += [elements.paragraph(meaning), *_in_two(columns, rows, title)]
        made.append(section)
    return made


NUMBER_COLUMNS = ["Number", "Before", "After", "Change"]


def _number(change: NumberChange, link: Link) -> list[Any]:
    from livingbook.changes.report import signed_percent

    shown = elements.span(change.about or change.name)
    unit = "" if change.unit in IN_THE_TEXT else f"{change.unit} · "
    about = elements.paragraph(
        link("result", shown, change.name) if change.after is not None else shown,
        " ",
        elements.span(f"{unit}{change.name}", "number-name"),
    )
    return [about, change.before or "–", change.after or "–", signed_percent(change) or "–"]


def _in_two(columns: list[str], rows: list[list[Any]], title: str, shown: int = SHOWN) -> list[nodes.Node]:
    """A table of the first rows, and one of the others in a fold-out."""
    named = [{"name": column} for column in columns]
    made: list[nodes.Node] = [table(named, rows[:shown], title)]
    if len(rows) > shown:
        rest = table(named, rows[shown:], f"{title}: the others")
        made.append(elements.fold(f"{len(rows) - shown:,} more", rest, classes=["rest"]))
    return made


def figures(report: Report, link: Link) -> list[nodes.Node]:
    """A fold-out for each figure that differs, with its drawings before and after; the first is open.

    Those after the first ``SHOWN`` are in one more fold-out.
    """
    if not report.figures:
        return [elements.paragraph("No figure differs." if report.compared["figures"] else "No figures to compare.")]
    made: list[nodes.Node] = []
    for change in report.figures:
        sides = [_figure_of(label, each, bool(made)) for label, each in (("Before", change.before), ("After", change.after))]
        title = f"{change.name}: {change.title}"
        details = elements.fold(title, elements.element("div", *sides, classes=["sides"]), classes=["rest"])
        if not made:
            details["attrs"]["open"] = "open"
        made.append(details)
    rest = made[SHOWN:]
    return [*made[:SHOWN], *([elements.fold(f"{len(rest):,} more", *rest, classes=["rest"])] if rest else [])]


def _figure_of(label: str, figure: Drawing | None, lazy: bool) -> nodes.Element:
    if figure is None:
        return elements.element("figure", elements.element("figcaption", elements.paragraph(f"{label}: not published.")))
    caption = elements.element("figcaption", elements.paragraph(f"{label}: {figure.title}"))
    return elements.element("figure", caption, drawing("", wide=figure.wide, narrow=figure.narrow, alt=figure.alt, lazy=lazy))


def sentences(report: Report, link: Link) -> list[nodes.Node]:
    """The sentences whose numbers have changed, in a fold-out for each chapter."""
    if not report.sentences:
        return [elements.paragraph("No sentence has moved.")]
    made: list[nodes.Node] = []
    for (_, title), found in groupby(report.sentences, key=lambda each: (each.chapter, each.title)):
        items = [[elements.paragraph(*(node for part in each.parts for node in _part(part)))] for each in found]
        made.append(elements.fold(f"{title} ({len(items):,})", elements.bullets(items, "moved-sentences"), classes=["rest"]))
    return made


def _part(part: Part) -> list[nodes.Node]:
    if part.moved:
        return _was_now(part.before, part.after)
    return [elements.span(part.text or part.after or part.before or "")]


ROW_COLUMNS = ["Row", "What", "When", "Figure", "Known from"]


def rows(report: Report, link: Link) -> list[nodes.Node]:
    """The rows revised and removed; of those added, how many measure what, and all of them in a fold-out."""
    if not report.rows:
        return [elements.paragraph("No row differs.")]
    made: list[nodes.Node] = []
    if revised := report.rows_of("revised"):
        cells = [
            [_row_name(each), each.what or "–", field, old or "(empty)", new or "(empty)"]
            for each in revised
            for field, (old, new) in each.cells.items()
        ]
        made += _section("revised", revised, *_in_two(["Row", "What", "Field", "Before", "After"], cells, "Rows revised"))
    if removed := report.rows_of("removed"):
        made += _section("removed", removed, *_in_two(ROW_COLUMNS, [_row(each, 0) for each in removed], "Rows removed"))
    if added := report.rows_of("added"):
        counts = Counter(each.what.partition(":")[0] if each.table == "observations" else f"({each.table})" for each in added)
        counted = [[what, f"{count:,}"] for what, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
        everything = table([{"name": column} for column in ROW_COLUMNS], [_row(each, 1) for each in added], "All rows added")
        made += _section(
            "added",
            added,
            *_in_two(["What they measure", "Rows"], counted, "Rows added, by measure"),
            elements.fold(f"All {len(added):,} rows added", everything, classes=["rest"]),
        )
    return made


def _section(change: str, found: list[RowChange], *content: nodes.Node) -> list[nodes.Node]:
    title = f"Rows {change} ({len(found):,})"
    return [nodes.section("", nodes.title("", title), *content, ids=[f"changes-rows-{change}"])]


def _row_name(change: RowChange) -> nodes.paragraph:
    where = [] if change.table == "observations" else [f" ({change.table})"]
    return elements.paragraph(nodes.literal("", change.key), *where)


def _row(change: RowChange, state: int) -> list[Any]:
    """The cells of a row that was added or removed. state: 0 for how it was before, 1 for how it is after."""
    known = change.cells.get("known_from", (None, None))[state] or "–"
    return [_row_name(change), change.what or "–", change.when or "–", change.figure or "–", known]


PARTS = {
    "finding": finding,
    "words": words,
    "verdicts": verdicts,
    "numbers": numbers,
    "figures": figures,
    "sentences": sentences,
    "rows": rows,
}
TITLES = {
    "words": "Words to be read again",
    "verdicts": "Verdicts that moved",
    "numbers": "Numbers that moved",
    "figures": "Figures that differ",
    "sentences": "Sentences whose numbers moved",
    "rows": "Rows behind it",
}
