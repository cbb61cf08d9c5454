"""What has changed between two editions, two published books, or two folders of tables.

One ``Report`` holds it all: the page of the book, ``changes.json`` and the summary in the terminal are made from it.
Each change of a number is given its cause, since a figure that was revised is other news than one that was added.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, partial
from itertools import groupby
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, computed_field

from livingbook.changes import sentences
from livingbook.changes.row_changes import RowChange, differences, in_terminal
from livingbook.changes.sentences import Sentence
from livingbook.changes.snapshots import EDITIONS, EVIDENCE, Documents, Figure, Snapshot, edition, evidence, staged_editions
from livingbook.contract import printable
from livingbook.drawing.svg import plain
from livingbook.notebook.verdicts import VERDICTS
from livingbook.project.project import Project
from livingbook.system.files import as_json
from livingbook.values import wording as text
from livingbook.values.published import WORDS, PublishedNumber
from livingbook.values.qualifiers import from_published
from livingbook.values.wording import SHARE

SAME, CHANGED, FLIPPED = 0, 3, 4  # exit codes; 1 is an error, 2 a command that is not understood
SHOWN = 10  # of each kind, in the terminal
TITLES = {"sources": "title", "claims": "claim_text"}  # table → the field that says what a row is; of other tables, "label"
QUANTITY = ("measure", "population", "category", "start", "end")
# Fields that do not change what a row says of the quantity: its note, where it was read, and when it became public.
NOT_OF_THE_FIGURE = {"note", "primary_source", "source", "known_from"}
Cause = Literal["revision", "mixed", "coverage", "known", "lost", "method", "new", "gone"]
Selection = Mapping[str, frozenset[str]]  # field → the values of it that are read
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
    """A snapshot by name: what the person called it, and what it is, in words."""

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
    """A claim whose verdict differs; ``None`` where the claim has none. values: (name, before, after)."""

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
    """A figure of one snapshot. wide, narrow: its files, below the folder of the page that shows the comparison."""

    title: str
    alt: str
    wide: str
    narrow: str


class FigureChange(Model):
    """A published figure whose drawing differs; ``None`` where it is not published."""

    name: str
    before: Drawing | None
    after: Drawing | None

    @property
    def title(self) -> str:
        """Its title now, or the last one it had."""
        shown = self.after or self.before
        return shown.title if shown else ""


class Report(Model):
    """Everything that differs between two snapshots; lists are in the order in which a reader should see them."""

    before: Named
    after: Named
    notes: list[str]
    compared: dict[str, int]  # how many verdicts, numbers and figures there are to differ
    verdicts: list[VerdictChange]
    numbers: list[NumberChange]
    rows: list[RowChange]
    figures: list[FigureChange]
    sentences: list[Sentence]

    @computed_field  # type: ignore[prop-decorator]  # which pydantic's documentation asks for
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


def compare(before: Snapshot, after: Snapshot, chapters: Path, folders: tuple[str, str] = ("figures", "figures")) -> Report:
    """The report on two snapshots.

    chapters: the folder whose prose is searched for sentences that moved. folders: the folders, below that of the page, with the
    drawings before and after; in each there is one for each edition.
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
        verdicts=verdict_changes(before, after, names.of("verdicts")) if both else [],
        numbers=number_changes(before, after, names.of("numbers"), Causes(before, after, rows), sentences.cited(chapters))
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


class Causes:
    """Why a number moved, from the rows it rests on; where these do not tell, from the rows that its notebook reads."""

    def __init__(self, before: Snapshot, after: Snapshot, rows: Iterable[RowChange]) -> None:
        self.snapshots = before, after
        self.changes = [each for each in rows if each.change != "revised" or each.fields - NOT_OF_THE_FIGURE]
        observations = [each for each in self.changes if each.table == "observations"]
        self.added = {each.key for each in observations if each.change == "added"}
        self.altered = {each.key for each in observations if each.change != "added"}
        self._touched: dict[str, tuple[bool, bool]] = {}

    @cached_property
    def quantity(self) -> dict[str, tuple[str, ...]]:
        """Observation → the quantity it is a figure of."""
        return {
            row["id"]: tuple(row.get(name, "") for name in QUANTITY)
            for each in self.snapshots
            for row in each.tables.get("observations", [])
            if "id" in row
        }

    def of(self, name: str, old: PublishedNumber | None, new: PublishedNumber | None) -> tuple[Cause, list[str]]:
        """The cause, and the observations the number rests on that differ."""
        if old is None or new is None:
            return ("new" if old is None else "gone"), []
        before, after = set(old.rows), set(new.rows)
        lost, gained = before - after, after - before
        replaced_quantities = {self.quantity.get(row) for row in lost} & {self.quantity.get(row) for row in gained} - {None}
        # Rows that took the place of another row of the same quantity, and those others: a revision, though no row was altered.
        exchanged = {row for row in lost | gained if self.quantity.get(row) in replaced_quantities}
        altered = (before | after) & self.altered | exchanged
        added = (before | after) & self.added - exchanged
        if old.is_unknown != new.is_unknown:
            return ("known" if old.is_unknown else "lost"), sorted(altered | added)
        revised, extended = (bool(altered), bool(added)) if altered or added else self.touched(name.partition(".")[0])
        cause: Cause = "mixed" if revised and extended else "revision" if revised else "coverage" if extended else "method"
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
            {name: {next(iter(row.values())): row for row in rows} for name, rows in each.tables.items()} for each in self.snapshots
        ]
        return [(each, [rows[each.table][each.key] for rows in tables if each.key in rows[each.table]]) for each in self.changes]

    def _selections(self, notebook: str) -> list[tuple[str, Selection]] | None:
        """All selections of rows behind a notebook; ``None`` if they are not recorded, or are everything, as in a sweep."""
        found: dict[str, tuple[str, Selection]] = {}
        waiting, seen = [notebook], set()
        while waiting:
            name = waiting.pop()
            seen.add(name)
            for snapshot in self.snapshots:
                if name not in snapshot.reads or any("sweep" in read for read in snapshot.reads[name]):
                    return None
                found |= {
                    json.dumps(read): (
                        read["table"],
                        {key: frozenset([wanted] if isinstance(wanted, str) else wanted) for key, wanted in read["where"].items()},
                    )
                    for read in snapshot.reads[name]
                    if "table" in read
                }
                waiting += {read["notebook"] for read in snapshot.reads[name] if "notebook" in read} - seen
        return list(found.values())


def _fits(row: Mapping[str, str], where: Selection) -> bool:
    return all(row.get(name) in wanted for name, wanted in where.items())


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
    return plain(figure.wide.read_bytes()) if figure.wide.is_file() else b""


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
    unit = "" if number.unit in (SHARE, WORDS) else f" {number.unit}"
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
    lines = [f"  {each.name}: {printable(each.title)}" for each in report.figures[:shown]]
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
    """The files that the stage needs for the page of changes, by their paths in the stage.

    They are the report from the edition that the book is compared with (its own, if that one is not built) to the book's own
    edition, and what a later comparison with this book needs.
    """
    own, compared_with = next(iter(documents)), project.settings.compared_with
    earlier = compared_with if compared_with in documents else own
    before, after = (edition(project, documents, files, name) for name in (earlier, own))
    report = compare(before, after, project.root / "book")
    return {
        "published/changes.json": as_json(report.model_dump(mode="json")),
        f"published/{EVIDENCE}": evidence(project, documents),
        f"published/{EDITIONS}": staged_editions(project, documents),
    }
