"""Comparing two snapshots: two editions, two published books, or two folders of tables; the result is a ``Report``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from livingbook.changes import sentences
from livingbook.changes.causes import Causes
from livingbook.changes.report import CAUSES, Drawing, FigureChange, Named, NumberChange, Report, VerdictChange, WordDoubt, word
from livingbook.changes.row_changes import RowChange, differences
from livingbook.changes.snapshots import Figure, Snapshot
from livingbook.drawing.svg import look
from livingbook.values import wording as text
from livingbook.values.published import WORDS, PublishedNumber
from livingbook.values.qualifiers import from_published

TITLES = {"sources": "title", "claims": "claim_text"}  # table → the field that says what a row is; of other tables, "label"


def compare(
    before: Snapshot,
    after: Snapshot,
    chapters: Path,
    folders: tuple[str, str] = ("figures", "figures"),
    words: Iterable[Mapping[str, Any]] = (),
) -> Report:
    """The report on two snapshots.

    chapters: the folder whose prose is searched for sentences that moved. folders: the folders, below that of the page, with the
    drawings before and after; in each there is one for each edition. words: what is to be read again in the state after.
    """
    both = before.published and after.published
    rows = row_changes(before, after)
    bare = " and ".join(each.label for each in (before, after) if not each.published)
    notes = [] if both else [f"Only rows are compared: {bare}: tables, not a published book."]
    names = Names(before, after)
    # Older books did not publish the ends of their numbers one by one. If either is such a book, whole numbers stand for ends.
    ends = all(any(number.picks for number in each.numbers.values()) for each in (before, after))
    return Report(
        before=Named(label=before.label, about=before.about),
        after=Named(label=after.label, about=after.about),
        notes=notes,
        compared={"verdicts": len(names.of("verdicts")), "numbers": len(names.of("numbers")), "figures": len(names.of("figures"))}
        if both
        else {"verdicts": 0, "numbers": 0, "figures": 0},
        rows=rows,
        words=[WordDoubt(**each) for each in words],
        verdicts=verdict_changes(before, after, names.of("verdicts")) if both else [],
        numbers=number_changes(before, after, names.of("numbers"), Causes(before, after, rows), sentences.cited_in(chapters))
        if both
        else [],
        figures=figure_changes(before, after, names.of("figures"), folders) if both else [],
        sentences=sentences.moved(
            chapters,
            partial(glued, before, ends=ends),
            partial(glued, after, ends=ends),
            # A sentence that gives the number of the earlier edition beside today's already tells its readers what has changed.
            except_citing="" if before.whole_book else before.own,
        )
        if both
        else [],
    )


class Names:
    """Which names are compared: those of each snapshot's own edition; of two whole books also those of editions that both have."""

    def __init__(self, before: Snapshot, after: Snapshot) -> None:
        self.before, self.after = before, after

    def of(self, kind: str) -> list[str]:
        """Names of "numbers", "verdicts" or "figures", in alphabetical order."""
        old, new = getattr(self.before, kind), getattr(self.after, kind)
        own = {name for name in {*old, *new} if "@" not in name}
        if not (self.before.whole_book and self.after.whole_book):
            return sorted(own)
        editions = [
            {name.partition("@")[2] for name in each.numbers if "@" in name} - {each.own} for each in (self.before, self.after)
        ]
        return sorted(own | {name for name in {*old, *new} if name.partition("@")[2] in editions[0] & editions[1]})


def row_changes(before: Snapshot, after: Snapshot) -> list[RowChange]:
    """The rows that differ, of all tables that both snapshots have, observations first; each with its meaning in words."""
    found: list[RowChange] = []
    both = [table for table in after.tables if table in before.tables]
    labels = _labels(before, after)
    for table in sorted(both, key=lambda name: name != "observations"):
        old, new = before.tables[table], after.tables[table]
        key = next(iter((new or old or [{"": ""}])[0]))
        rows = {row[key]: row for row in [*old, *new]}
        for change in differences(table, old, new, key):
            row = rows[change.key]
            words = (
                _observation_in_words(row, labels) if table == "observations" else {"what": row.get(TITLES.get(table, "label"), "")}
            )
            found.append(change.model_copy(update=words))
    return found


def _labels(before: Snapshot, after: Snapshot) -> dict[str, dict[str, str]]:
    """Table of measures or of populations → key of a row → its label, the later one where it has changed."""
    return {
        table: {next(iter(row.values())): row.get("label", "") for each in (before, after) for row in each.tables.get(table, [])}
        for table in ("measures", "populations")
    }


def _observation_in_words(row: Mapping[str, str], labels: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """What an observation counts, when, and its figure."""
    measure, population = (
        labels[table].get(row.get(field, ""), "") or row.get(field, "")
        for table, field in (("measures", "measure"), ("populations", "population"))
    )
    category = row.get("category", "all").replace("_", " ")
    return {
        "what": f"{measure}: {population}{'' if category in ('all', '') else f', {category}'}",
        "when": " – ".join(day for day in (row.get("start", ""), row.get("end", "")) if day),
        "figure": _figure_of(row),
    }


def _figure_of(row: Mapping[str, str]) -> str:
    cells = [row.get(name, "") for name in ("qualifier", "value", "low", "high")]
    try:
        return text.of_bounds(from_published(*cells))
    except (ValueError, ArithmeticError):  # tables that were not checked may hold anything
        return " ".join(cell for cell in cells if cell)


def symmetric_change(before: float, after: float) -> float:
    """2(b − a) / (|a| + |b|): the same size up and down, between −2 and 2; 0 where both are 0."""
    size = abs(before) + abs(after)
    return 2 * (after - before) / size if size else 0.0


def change_of(before: PublishedNumber, after: PublishedNumber) -> float | None:
    """The symmetric relative change of a number: of its best value or, if that has not changed, of the end that changed most.

    ``None`` for words, and where the number is unknown before or after.
    """
    if WORDS in (before.unit, after.unit) or before.is_unknown or after.is_unknown:
        return None
    pairs = [(before.bounds.best, after.bounds.best), (before.low, after.low), (before.high, after.high)]
    moves = [symmetric_change(old, new) for old, new in pairs if old is not None and new is not None]
    return moves[0] if moves[0] else max(moves, key=abs)


def number_changes(
    before: Snapshot, after: Snapshot, names: Iterable[str], causes: Causes, cited: Mapping[str, list[str]]
) -> list[NumberChange]:
    """The numbers that print differently: by cause, the largest change first; words and unknowns after them."""
    found = []
    for name in names:
        old, new = before.numbers.get(name), after.numbers.get(name)
        shown = new or old
        if shown is None or (old and (old.text, old.unit)) == (new and (new.text, new.unit)):
            continue
        cause, rows = causes.of(name, old, new)
        found.append(
            NumberChange(
                name=name,
                about=shown.about,
                unit=shown.unit,
                before=old.text if old else None,
                after=new.text if new else None,
                cause=cause,
                rows=rows,
                change=change_of(old, new) if old and new else None,
                chapters=cited.get(name, []),
            )
        )
    order = list(CAUSES)
    return sorted(found, key=lambda each: (order.index(each.cause), each.change is None, -abs(each.change or 0), each.name))


def verdict_changes(before: Snapshot, after: Snapshot, names: Iterable[str]) -> list[VerdictChange]:
    """The claims whose verdict differs: those that flipped first."""
    found = []
    for name in names:
        old, new = before.verdicts.get(name), after.verdicts.get(name)
        verdicts = [card["verdict"] if card else None for card in (old, new)]
        shown = new or old
        if shown is None or verdicts[0] == verdicts[1]:
            continue
        was, now = ({key: value["text"] for key, value in (card or {}).get("values", {}).items()} for card in (old, new))
        values = [(key, was.get(key), now.get(key)) for key in dict.fromkeys([*now, *was])]
        found.append(
            VerdictChange(
                claim=name,
                text=shown["text"],
                before=verdicts[0],
                after=verdicts[1],
                reason=shown.get("reason", ""),
                rule=shown.get("rule", ""),
                values=[each for each in values if each[1] != each[2]],
            )
        )
    return sorted(found, key=lambda each: (not each.flipped, each.claim))


def figure_changes(before: Snapshot, after: Snapshot, names: Iterable[str], folders: tuple[str, str]) -> list[FigureChange]:
    """The figures whose wide drawing differs by a byte: drawings of equal data are equal files."""
    found = []
    for name in names:
        old, new = before.figures.get(name), after.figures.get(name)
        if (old and _content(old)) != (new and _content(new)):
            was, now = (_drawing(each, folder) if each else None for each, folder in zip((old, new), folders, strict=True))
            found.append(FigureChange(name=name, before=was, after=now))
    return found


def _content(figure: Figure) -> bytes:
    return look(figure.wide.read_bytes()) if figure.wide.is_file() else b""


def _drawing(figure: Figure, parent: str) -> Drawing:
    folder = f"{parent}/{figure.edition}"
    return Drawing(title=figure.title, alt=figure.alt, wide=f"{folder}/{figure.wide.name}", narrow=f"{folder}/{figure.narrow.name}")


def glued(snapshot: Snapshot, role: str, content: str, ends: bool = True) -> str | None:
    """What a role in prose shows in one snapshot; ``None`` where nothing is published under that name.

    ends: False where single ends (``:low``) are not known; the whole number is then given in their place.
    """
    if role != "result":
        card = snapshot.verdicts.get(content.strip())
        return word(card["verdict"]) if card else None
    name, part, edition_named = sentences.name_of(content)
    number = snapshot.numbers.get(f"{name}@{edition_named}" if edition_named else name)
    if number is None:
        return None
    return number.picks.get(part, number.text) if part and ends else number.text
