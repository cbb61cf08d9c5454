"""What has changed between two editions, two published books, or two folders of tables.

One ``Report`` holds it all: the page of the book, ``changes.json`` and the summary in the terminal are made from it.
Changes of numbers are told apart by what moved them: a figure that was revised is not the same news as one that was added.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, computed_field

from livingbook.changes import sentences
from livingbook.changes.row_changes import RowChange, differences, in_terminal
from livingbook.changes.sentences import Sentence
from livingbook.changes.snapshots import EDITIONS, EVIDENCE, Documents, Figure, Number, Side, edition, evidence, staged_editions
from livingbook.contract import printable
from livingbook.drawing.stamp import plain
from livingbook.notebook.verdicts import VERDICTS
from livingbook.project.project import Project
from livingbook.system.files import as_json
from livingbook.values import wording as text
from livingbook.values.bounds import from_published

SAME, CHANGED, FLIPPED = 0, 3, 4  # exit codes; 1 is an error, 2 a command that is not understood
SHOWN = 10  # of each kind, in the terminal
QUANTITY = ("measure", "population", "category", "start", "end")
# A note or the page it was read on says nothing about the figure.
NO_MATTER = {"note", "primary_source", "source", "known_from"}
Cause = Literal["revision", "mixed", "coverage", "known", "lost", "method", "new", "gone"]
Selection = Mapping[str, frozenset[str]]  # field → values, any of which is read
# In the order in which a reader should see them: title, and what it means.
CAUSES: dict[str, tuple[str, str]] = {
    "revision": ("Revised", "They rest on a figure that was corrected, withdrawn, or replaced by another of the same quantity."),
    "mixed": ("Revised and extended", "Some figures they rest on were revised, and others were added."),
    "lost": ("No longer known", "What they rested on is gone."),
    "gone": ("No longer published", "No notebook publishes them now."),
    "method": ("Moved without a row", "No row that their notebooks read differs; the code, an assumption or the date does."),
    "coverage": ("Moved by figures that were added", "No figure they rested on was revised; newer or further ones came in."),
    "known": ("Known now, not known before", "Nothing was published on them; now there is."),
    "new": ("Published only now", "No notebook published them before."),
}


class Model(BaseModel):
    """A part of the report."""

    model_config = ConfigDict(frozen=True)


class Named(Model):
    """A side: what the person called it, and what it is."""

    label: str
    about: str


class NumberChange(Model):
    """A published number that differs. before, after: as printed, ``None`` where it is not published.

    change: symmetric relative change 2(b − a) / (|a| + |b|), between −2 and 2; ``None`` for words and for what was or is
    unknown. rows: the observations it rests on that were added, removed or revised. chapters: whose prose cites it.
    """

    name: str
    about: str
    unit: str
    before: str | None
    after: str | None
    change: float | None
    cause: Cause
    rows: list[str]
    chapters: list[str]


class VerdictChange(Model):
    """A claim whose verdict differs; ``None`` where the claim has none on that side. values: (name, before, after)."""

    claim: str
    text: str
    before: str | None
    after: str | None
    reason: str
    rule: str
    values: list[tuple[str, str | None, str | None]]

    @property
    def flipped(self) -> bool:
        """Whether it had a verdict and has another."""
        return self.before is not None and self.after is not None


class Drawing(Model):
    """A figure on one side: files below the folder of the page."""

    title: str
    alt: str
    wide: str
    narrow: str


class FigureChange(Model):
    """A published figure whose drawing differs; ``None`` where there is none."""

    name: str
    before: Drawing | None
    after: Drawing | None


class Report(Model):
    """Everything that differs between two sides; lists are in the order in which a reader should see them."""

    before: Named
    after: Named
    notes: list[str]
    compared: dict[str, int]  # how many verdicts, numbers and figures there are to differ
    verdicts: list[VerdictChange]
    numbers: list[NumberChange]
    rows: list[RowChange]
    figures: list[FigureChange]
    sentences: list[Sentence]

    @computed_field
    @property
    def outcome(self) -> Literal["same", "changed", "flipped"]:
        """Whether anything differs, and whether a verdict does."""
        if any(each.flipped for each in self.verdicts):
            return "flipped"
        return "changed" if self.verdicts or self.numbers or self.rows or self.figures or self.sentences else "same"

    @property
    def exit_code(self) -> int:
        """For a script: 0 if nothing differs, 3 if something does, 4 if a verdict flipped."""
        return {"same": SAME, "changed": CHANGED, "flipped": FLIPPED}[self.outcome]

    def of_cause(self) -> dict[str, list[NumberChange]]:
        """Cause → the numbers it moved, causes and numbers in order; causes that moved none are left out."""
        found = {cause: [each for each in self.numbers if each.cause == cause] for cause in CAUSES}
        return {cause: numbers for cause, numbers in found.items() if numbers}

    def rows_of(self, change: str) -> list[RowChange]:
        """The rows that were "added", "removed" or "revised"."""
        return [each for each in self.rows if each.change == change]


# --- Comparing ------------------------------------------------------------------------------------------------------------------


def compare(before: Side, after: Side, chapters: Path, shelves: tuple[str, str] = ("figures", "figures")) -> Report:
    """The report on two sides.

    chapters: the folder whose prose is searched for sentences that moved. shelves: the folders below the page in which the
    drawings of either side lie, by edition.
    """
    both = before.published and after.published
    rows = row_changes(before, after)
    bare = " and ".join(each.label for each in (before, after) if not each.published)
    notes = [] if both else [f"Only rows are compared: {bare}: tables, not a published book."]
    names = Names(before, after)
    # A book of before these were kept has no single ends of its numbers: then neither side shows them.
    ends = all(any(number.picks for number in side.numbers.values()) for side in (before, after))
    looks = tuple(lambda role, content, side=side: glued(side, role, content, ends) for side in (before, after))
    return Report(
        before=Named(label=before.label, about=before.about),
        after=Named(label=after.label, about=after.about),
        notes=notes,
        compared={"verdicts": len(names.of("verdicts")), "numbers": len(names.of("numbers")), "figures": len(names.of("figures"))}
        if both
        else {"verdicts": 0, "numbers": 0, "figures": 0},
        rows=rows,
        verdicts=verdict_changes(before, after, names.of("verdicts")) if both else [],
        numbers=number_changes(before, after, names.of("numbers"), Causes(before, after, rows), sentences.cited(chapters))
        if both
        else [],
        figures=figure_changes(before, after, names.of("figures"), shelves) if both else [],
        # A sentence that already gives the number of the earlier edition beside today's is no news.
        sentences=sentences.moved(chapters, *looks, "" if before.whole_book else before.own) if both else [],
    )


class Names:
    """Which names are compared: those of the sides' own editions; of two whole books also those of editions both have."""

    def __init__(self, before: Side, after: Side) -> None:
        self.before, self.after = before, after

    def of(self, kind: str) -> list[str]:
        """Names of "numbers", "verdicts" or "figures", in alphabetical order."""
        old, new = getattr(self.before, kind), getattr(self.after, kind)
        own = {name for name in {*old, *new} if "@" not in name}
        if not (self.before.whole_book and self.after.whole_book):
            return sorted(own)
        editions = [
            {name.partition("@")[2] for name in side.numbers if "@" in name} - {side.own} for side in (self.before, self.after)
        ]
        return sorted(own | {name for name in {*old, *new} if name.partition("@")[2] in editions[0] & editions[1]})


def row_changes(before: Side, after: Side) -> list[RowChange]:
    """Rows of all tables that both sides have: observations first, then by table; each with its meaning in words."""
    found: list[RowChange] = []
    both = [table for table in after.tables if table in before.tables]
    for table in sorted(both, key=lambda name: name != "observations"):
        old, new = before.tables[table], after.tables[table]
        key = next(iter((new or old or [{"": ""}])[0]))
        told = _told(table, before, after, key)
        found += [each.model_copy(update=told(each.key)) for each in differences(table, old, new, key)]
    return found


def _told(table: str, before: Side, after: Side, key: str) -> Any:
    """key of a row → what it counts, when, and its figure, in words."""
    rows = {row[key]: row for side in (before, after) for row in side.tables[table]}
    if table != "observations":
        words = {"sources": "title", "claims": "claim_text"}.get(table, "label")
        return lambda name: {"what": rows[name].get(words, "")}
    labels = {
        name: {next(iter(row.values())): row.get("label", "") for side in (before, after) for row in side.tables.get(name, [])}
        for name in ("measures", "populations")
    }

    def tell(name: str) -> dict[str, str]:
        row = rows[name]
        of, who = (
            labels[table].get(row.get(field, ""), "") or row.get(field, "")
            for table, field in (("measures", "measure"), ("populations", "population"))
        )
        category = row.get("category", "all").replace("_", " ")
        return {
            "what": f"{of}: {who}{'' if category in ('all', '') else f', {category}'}",
            "when": " – ".join(day for day in (row.get("start", ""), row.get("end", "")) if day),
            "figure": _figure_of(row),
        }

    return tell


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


def change_of(before: Number, after: Number) -> float | None:
    """The symmetric relative change of a number: of what stands for it, or, if that is the same, of the end that moved most."""
    if before.unit == "words" or after.unit == "words" or before.is_unknown or after.is_unknown:
        return None
    pairs = [(before.best, after.best), (before.low, after.low), (before.high, after.high)]
    moves = [symmetric_change(old, new) for old, new in pairs if old is not None and new is not None]
    return moves[0] if moves[0] else max(moves, key=abs)


class Causes:
    """Why a number moved, from the rows it rests on; where these do not tell, from the rows that its notebook reads."""

    def __init__(self, before: Side, after: Side, rows: Iterable[RowChange]) -> None:
        self.sides = before, after
        self.changes = [each for each in rows if each.change != "revised" or each.fields - NO_MATTER]
        of = {
            kind: {each.key for each in self.changes if each.table == "observations" and each.change == kind}
            for kind in ("added", "removed", "revised")
        }
        self.added, self.altered = of["added"], of["removed"] | of["revised"]
        self._touched: dict[str, tuple[bool, bool]] = {}

    @cached_property
    def quantity(self) -> dict[str, tuple[str, ...]]:
        """Observation → the quantity it is a figure of."""
        return {
            row["id"]: tuple(row.get(name, "") for name in QUANTITY)
            for side in self.sides
            for row in side.tables.get("observations", [])
            if "id" in row
        }

    def of(self, name: str, old: Number | None, new: Number | None) -> tuple[Cause, list[str]]:
        """The cause, and the observations the number rests on that differ."""
        if old is None or new is None:
            return ("new" if old is None else "gone"), []
        lost, gained = set(old.rows) - set(new.rows), set(new.rows) - set(old.rows)
        replaced = {self.quantity.get(row) for row in lost} & {self.quantity.get(row) for row in gained} - {None}
        rivals = {row for row in lost | gained if self.quantity.get(row) in replaced}
        altered = (set(old.rows) | set(new.rows)) & self.altered | rivals
        added = (set(old.rows) | set(new.rows)) & self.added - rivals
        if old.is_unknown != new.is_unknown:
            return ("known" if old.is_unknown else "lost"), sorted(altered | added)
        revised, extended = (bool(altered), bool(added)) if altered or added else self.touched(name.partition(".")[0])
        cause = "mixed" if revised and extended else "revision" if revised else "coverage" if extended else "method"
        return cause, sorted(altered | added)

    def touched(self, notebook: str) -> tuple[bool, bool]:
        """Whether rows were altered, and whether rows were added, among those that a notebook or one it builds on reads."""
        if notebook not in self._touched:
            selections = self._selections(notebook)
            hit = {
                each.change
                for each, rows in self._changed_rows
                if selections is None
                or any(table == each.table and any(_fits(row, where) for row in rows) for table, where in selections)
            }
            self._touched[notebook] = bool(hit - {"added"}), "added" in hit
        return self._touched[notebook]

    @cached_property
    def _changed_rows(self) -> list[tuple[RowChange, list[Mapping[str, str]]]]:
        tables = [
            {name: {next(iter(row.values())): row for row in rows} for name, rows in side.tables.items()} for side in self.sides
        ]
        return [(each, [rows[each.table][each.key] for rows in tables if each.key in rows[each.table]]) for each in self.changes]

    def _selections(self, notebook: str) -> list[tuple[str, Selection]] | None:
        """All selections of rows behind a notebook; ``None`` if they are not recorded, or are everything, as in a sweep."""
        found: dict[str, tuple[str, Selection]] = {}
        waiting, seen = [notebook], set()
        while waiting:
            name = waiting.pop()
            seen.add(name)
            for side in self.sides:
                if name not in side.reads or any("sweep" in read for read in side.reads[name]):
                    return None
                found |= {
                    json.dumps(read): (
                        read["table"],
                        {key: frozenset([wanted] if isinstance(wanted, str) else wanted) for key, wanted in read["where"].items()},
                    )
                    for read in side.reads[name]
                    if "table" in read
                }
                waiting += {read["notebook"] for read in side.reads[name] if "notebook" in read} - seen
        return list(found.values())


def _fits(row: Mapping[str, str], where: Selection) -> bool:
    return all(row.get(name) in wanted for name, wanted in where.items())


def number_changes(
    before: Side, after: Side, names: Iterable[str], causes: Causes, cited: Mapping[str, list[str]]
) -> list[NumberChange]:
    """The numbers that print differently: by cause, the largest change first; words and unknowns after them."""
    found = []
    for name in names:
        old, new = before.numbers.get(name), after.numbers.get(name)
        if (old and (old.text, old.unit)) == (new and (new.text, new.unit)):
            continue
        cause, rows = causes.of(name, old, new)
        shown = new or old
        found.append(
            NumberChange(
                name=name,
                about=shown.about,
                unit=shown.unit,
                before=old and old.text,
                after=new and new.text,
                cause=cause,
                rows=rows,
                change=change_of(old, new) if old and new else None,
                chapters=cited.get(name, []),
            )
        )
    order = list(CAUSES)
    return sorted(found, key=lambda each: (order.index(each.cause), each.change is None, -abs(each.change or 0), each.name))


def verdict_changes(before: Side, after: Side, names: Iterable[str]) -> list[VerdictChange]:
    """The claims whose verdict differs: those that flipped first."""
    found = []
    for name in names:
        old, new = before.verdicts.get(name), after.verdicts.get(name)
        if (old and old["verdict"]) == (new and new["verdict"]):
            continue
        shown = new or old
        sides = [{key: value["text"] for key, value in (side or {}).get("values", {}).items()} for side in (old, new)]
        values = [(key, sides[0].get(key), sides[1].get(key)) for key in dict.fromkeys([*sides[1], *sides[0]])]
        found.append(
            VerdictChange(
                claim=name,
                text=shown["text"],
                before=old and old["verdict"],
                after=new and new["verdict"],
                reason=shown.get("reason", ""),
                rule=shown.get("rule", ""),
                values=[each for each in values if each[1] != each[2]],
            )
        )
    return sorted(found, key=lambda each: (not each.flipped, each.claim))


def figure_changes(before: Side, after: Side, names: Iterable[str], shelves: tuple[str, str]) -> list[FigureChange]:
    """The figures whose wide drawing differs by a byte: drawings of equal data are equal files."""
    found = []
    for name in names:
        old, new = before.figures.get(name), after.figures.get(name)
        if (old and _content(old)) != (new and _content(new)):
            sides = (old and _drawing(old, shelves[0]), new and _drawing(new, shelves[1]))
            found.append(FigureChange(name=name, before=sides[0], after=sides[1]))
    return found


def _content(figure: Figure) -> bytes:
    return plain(figure.wide.read_bytes()) if figure.wide.is_file() else b""


def _drawing(figure: Figure, shelf: str) -> Drawing:
    folder = f"{shelf}/{figure.edition}"
    return Drawing(title=figure.title, alt=figure.alt, wide=f"{folder}/{figure.wide.name}", narrow=f"{folder}/{figure.narrow.name}")


def glued(side: Side, role: str, content: str, ends: bool = True) -> str | None:
    """What a role in prose shows on one side; ``None`` where nothing is published under that name.

    ends: False where single ends (``:low``) are not known; the whole number stands for them.
    """
    if role != "result":
        card = side.verdicts.get(content.strip())
        return word(card["verdict"]) if card else None
    name, part, of = sentences.name_of(content)
    number = side.numbers.get(f"{name}@{of}" if of else name)
    return number and (number.picks.get(part, number.text) if part and ends else number.text)


def word(verdict: str | None) -> str:
    """A verdict as it is printed."""
    return VERDICTS[verdict].word if verdict in VERDICTS else verdict or "none"


# --- In the terminal ------------------------------------------------------------------------------------------------------------


def summary(report: Report, shown: int = SHOWN) -> str:
    """The report as plain text: verdicts first, the ``shown`` largest of each kind. Text from data is made printable."""
    lines = [f"From {report.before.label} ({report.before.about}) to {report.after.label} ({report.after.about})"]
    lines += [f"  {note}" for note in report.notes]
    if report.outcome == "same":
        return "\n".join([*lines, "", "Nothing has changed."])
    return "\n".join(
        [
            *lines,
            *_verdict_lines(report),
            *_number_lines(report, shown),
            *_row_lines(report, shown),
            *_figure_lines(report, shown),
            *_sentence_lines(report),
        ]
    )


def _verdict_lines(report: Report) -> list[str]:
    if not report.compared["verdicts"]:
        return []
    head = f"Verdicts: {len(report.verdicts)} of {report.compared['verdicts']} moved"
    lines = []
    for each in report.verdicts:
        lines += [f"  {each.claim}: {word(each.before)} → {word(each.after)}   {printable(each.text)}"]
        lines += [f"      {name}: {printable(old or '(none)')} → {printable(new or '(none)')}" for name, old, new in each.values]
    return ["", head, *lines]


def _number_lines(report: Report, shown: int) -> list[str]:
    if not report.compared["numbers"]:
        return []
    lines = ["", f"Numbers: {len(report.numbers):,} of {report.compared['numbers']:,} moved"]
    for cause, numbers in report.of_cause().items():
        lines += [f"  {CAUSES[cause][0]}: {len(numbers):,}"]
        lines += [f"    {each.name:34} {_arrow(each)}" for each in numbers[:shown]]
        lines += _more(len(numbers) - shown, 4)
    return lines


def _arrow(number: NumberChange) -> str:
    unit = "" if number.unit in ("share", "words") else f" {number.unit}"
    change = percent(number)
    return printable(f"{number.before or '(none)'} → {number.after or '(none)'}{unit}", 200) + (f" ({change})" if change else "")


def percent(number: NumberChange) -> str:
    """The symmetric change as it is printed: "+69%"; nothing where there is none."""
    return "" if number.change is None else f"{number.change:+.0%}".replace("-", "−")


def _row_lines(report: Report, shown: int) -> list[str]:
    counts = [f"{len(report.rows_of(change)):,} {change}" for change in ("added", "removed", "revised")]
    lines = ["", f"Rows: {', '.join(counts)}"]
    for change in ("removed", "revised", "added"):
        rows = report.rows_of(change)
        lines += [line for each in rows[:shown] for line in in_terminal(each, whole=False)]
        lines += _more(len(rows) - shown, 2, change)
    return lines


def _figure_lines(report: Report, shown: int) -> list[str]:
    if not report.compared["figures"]:
        return []
    lines = [f"  {each.name}: {printable((each.after or each.before).title)}" for each in report.figures[:shown]]
    head = f"Figures: {len(report.figures)} of {report.compared['figures']} differ"
    return ["", head, *lines, *_more(len(report.figures) - shown, 2)]


def _sentence_lines(report: Report) -> list[str]:
    if not report.sentences:
        return []
    chapters = [(name, list(found)) for name, found in groupby(report.sentences, key=lambda each: each.chapter)]
    lines = [f"  book/{name}.md: {len(found)}, such as “{printable(str(found[0]), 160)}”" for name, found in chapters]
    return ["", f"Sentences whose numbers moved: {len(report.sentences)} in {len(chapters)} chapters", *lines]


def _more(left: int, indent: int, what: str = "") -> list[str]:
    return [f"{' ' * indent}… and {left:,} more{f' {what}' if what else ''}"] if left > 0 else []


# --- For the book -----------------------------------------------------------------------------------


def staged(project: Project, documents: Mapping[str, Documents], files: Callable[[str, str], Path]) -> dict[str, str]:
    """What the stage needs for the page: the report from the edition that the book is compared with (if it is built) to the book's
    own, and what a later comparison with this book needs."""
    own, beside = next(iter(documents)), project.settings.compared_with
    sides = [edition(project, documents, files, name) for name in (beside if beside in documents else own, own)]
    report = compare(*sides, project.root / "book")
    return {
        "published/changes.json": as_json(report.model_dump(mode="json")),
        f"published/{EVIDENCE}": evidence(project, documents),
        f"published/{EDITIONS}": staged_editions(project, documents),
    }
