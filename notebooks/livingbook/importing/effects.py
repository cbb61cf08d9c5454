"""What new rows will do to the book, told before it is built: who reads them, what they stand beside, what they replace.

It is told from the selections that the runs of the built book recorded; nothing is run.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from livingbook.contract import Row
from livingbook.project.project import Project
from livingbook.system.errors import BuildError, printable
from livingbook.values import wording
from livingbook.values.qualifiers import from_published
from livingbook.words.book import Book
from livingbook.words.doubts import Scene, doubts
from livingbook.words.moves import Moves
from livingbook.words.passages import Passage
from livingbook.words.selections import Selection, joined, near, readers, selections_of
from livingbook.words.staging import spoken
from livingbook.words.state import CELLS, Observation, State, state_of
from livingbook.words.subjects import Subjects
from livingbook.words.telling import Teller, figure

TAKES_PLACE = ("measure", "population", "category", "origin")  # what a row shares with the one that it supersedes
SHOWN = 2  # sentences quoted of those that lean on a quantity


class Effects:
    """What rows would do to a book. existing: the observations in the tables. The built book is read from the stage.

    replaced: existing observation → the new one that takes its place. named: new observation → the new rows of other tables that
    name it, in words. populations: the rows of that table that are new as well.
    """

    def __init__(
        self,
        project: Project,
        existing: Iterable[Mapping[str, str]],
        replaced: Mapping[str, str] | None = None,
        named: Mapping[str, list[str]] | None = None,
        populations: Iterable[Mapping[str, str]] = (),
    ) -> None:
        self.project = project
        self.existing = list(existing)
        self.replaced = dict(replaced or {})
        self.named = dict(named or {})
        self.populations = list(populations)

    @cached_property
    def documents(self) -> dict[str, dict[str, Any]]:
        """Notebook → what it published in the built book; empty if there is none."""
        published = self.project.stage / "published"
        listed = published / "editions.json"
        if not listed.is_file():
            return {}
        own = json.loads(listed.read_text("utf-8"))["own"]
        return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted((published / own).glob("*.json"))}

    @cached_property
    def claims(self) -> dict[str, Any]:
        """Claim → its card."""
        return {key: card for document in self.documents.values() for key, card in document.get("claims", {}).items()}

    @cached_property
    def state(self) -> State:
        """Numbers, verdicts and rows as they are."""
        return state_of(self.documents, self.claims, self.existing)

    @cached_property
    def selections(self) -> list[Selection]:
        """All recorded selections, as they will be with the new populations."""
        return joined(selections_of(self.documents), self.documents, self.populations)

    @cached_property
    def book(self) -> Book:
        """The book as it was built, to be read."""
        return Book(self.project, self.documents, self.claims)

    @cached_property
    def sentences(self) -> list[Passage]:
        """The sentences of the chapters."""
        return self.book.passages

    def doubtful(self, new: Mapping[str, Observation]) -> dict[str, list[Passage]]:
        """New row → the sentences that it makes doubtful by being there: that there is none, no later one, or none collected."""
        after = replace(self.state, rows={**self.state.rows, **new})
        moves, labels = Moves(self.state, after), self.book.labels
        edition = self.project.settings.compared_with
        scene = Scene(moves, Teller(labels, self.state, after), Subjects(labels, self.sentences, self.state), edition)
        read = {key for key, row in new.items() if readers(key, row, self.selections)}
        found: dict[str, list[Passage]] = {}
        for doubt in doubts(self.sentences, scene):
            # A number of a notebook that reads the row may take it, and is then no earlier figure.
            taken = {row for cause in doubt.causes if cause.rule == "later" for row in cause.rows if row in read}
            told = (row for cause in doubt.causes if cause.rule != "collected" for row in cause.rows)
            for key in dict.fromkeys(told):
                if key not in taken or any(key in cause.rows for cause in doubt.causes if cause.rule != "later"):
                    found.setdefault(key, []).append(doubt.passage)
        return found

    def of(self, lines: Iterable[Mapping[str, str]]) -> Iterator[str]:
        """What each new row in use will do, in words: one line for the row, indented lines for its effects."""
        new = {line["id"]: Observation(*(line[name] for name in CELLS)) for line in lines}
        used = {key: row for key, row in new.items() if row.status == "use"}
        against = self.doubtful(used) if self.documents else {}
        for key, row in used.items():
            yield f"{key}:"
            told = [*self._readers(key, row), *self._against(against.get(key, [])), *self._beside(key, row)]
            yield from (f"  {printable(each, 400)}" for each in told)

    def _readers(self, key: str, row: Observation) -> Iterator[str]:
        """Who reads it; else that nobody does, and what comes near."""
        if not self.documents:
            yield "which chapters read it is known once the book has been built"
            return
        reading = readers(key, row, self.selections)
        if not reading and key in self.named:
            yield f"named by {wording.listing(self.named[key])}, and read by who reads those rows"
            return
        if not reading:
            yield "read by no chapter" + "".join(f"; near it: {each}" for each in near(key, row, self.selections))
            return
        leaning = self._leaning(row, set(reading))
        chapters = wording.listing(list(dict.fromkeys(each.chapter for each in leaning)))
        resting = (
            f"{wording.plural(len(leaning), 'sentence')} in {chapters} {'rests' if len(leaning) == 1 else 'rest'}"
            if leaning
            else "no sentence rests"
        )
        yield f"read by {wording.listing(reading)}; {resting} on figures of this quantity"
        yield from map(self._quoted, leaning[:SHOWN])
        alone = [
            each.notebook
            for each in self.selections
            if not each.misses(key, row) and len(self._found(each)) == 1 and not set(self._found(each)) & self.replaced.keys()
        ]
        if alone:
            yield f"{wording.listing(list(dict.fromkeys(alone)))} found one figure here, and will find two"

    def _quoted(self, passage: Passage) -> str:
        """A sentence as a reader sees it."""
        return f"  “{printable(spoken(passage.text, self.state), 160)}”"

    def _against(self, passages: list[Passage]) -> Iterator[str]:
        """The sentences that a row makes doubtful."""
        if passages:
            chapters = wording.listing(list(dict.fromkeys(each.chapter for each in passages)))
            yield f"to be read again because of it: {wording.plural(len(passages), 'sentence')} in {chapters}"
            yield from map(self._quoted, passages[:SHOWN])

    def _leaning(self, row: Observation, reading: set[str]) -> list[Passage]:
        """The sentences with a number that rests on figures of this quantity and comes from a notebook that reads the row."""
        names = {
            name
            for name, number in self.state.numbers.items()
            if name.partition(".")[0] in reading
            and any(each in self.state.rows and self.state.rows[each].quantity == row.quantity for each in number.rows)
        }
        return [each for each in self.sentences if names & set(each.names)]

    def _found(self, selection: Selection) -> list[str]:
        """The rows in use that a selection finds now."""
        key = json.dumps(sorted((name, sorted(wanted)) for name, wanted in selection.where.items()))
        if key not in self._finds:
            self._finds[key] = [
                each for each, row in self.state.rows.items() if row.status == "use" and not selection.misses(each, row)
            ]
        return self._finds[key]

    @cached_property
    def _finds(self) -> dict[str, list[str]]:
        return {}

    def _beside(self, key: str, row: Observation) -> Iterator[str]:
        """The last figure of the same quantity and origin, which it may replace, and rounded ones that it agrees with."""
        same = {each: known for each, known in self.state.rows.items() if known.status == "use" and known.quantity == row.quantity}
        own = sorted((known.end, each) for each, known in same.items() if known.origin == row.origin and known.end <= row.end)
        if olds := [old for old, fresh in self.replaced.items() if fresh == key and old in same]:
            yield f"takes the place of {wording.listing([f'{figure(same[old])} ({old})' for old in olds])}"
        elif own:
            day, last = own[-1]
            comparable = same[last].end == row.end and (same[last].start == row.start or "" in (same[last].start, row.start))
            aside = f"; SUPERSEDES={last} sets it aside" if comparable else ", being of another period"
            kept = f"it stays in use beside this one{aside}"
            yield f"{row.origin} gave this quantity before, last for {day}: {figure(same[last])} ({last}); {kept}"
        for other, known in same.items():
            if (known.start, known.end) == (row.start, row.end) and _rounds(known, row):
                yield f"more exact than {figure(known)} ({other}), which agrees with it by rounding"


def naming(added: Mapping[str, Iterable[Mapping[str, str]]]) -> dict[str, list[str]]:
    """New observation → the new rows of other tables that name it. added: table → its new rows, whose first cell is their key."""
    fresh = {row["id"] for row in added.get("observations", ())}
    found: dict[str, list[str]] = {}
    for table, rows in added.items():
        for row in rows if table != "observations" else ():
            key, *cells = row.values()
            for each in fresh.intersection(named for cell in cells for named in cell.split(";")):
                found.setdefault(each, []).append(f"{key} in {table}.csv")
    return found


def _rounds(known: Observation, new: Observation) -> bool:
    """Whether one figure is a rounding of the other, which is more exact."""
    try:
        old, exact = (from_published(each.qualifier, each.value, each.low, each.high) for each in (known, new))
    except (ValueError, ArithmeticError):
        return False
    return old.low <= exact.low and exact.high <= old.high and (exact.high - exact.low) < (old.high - old.low)


def superseding(
    new: Iterable[Row], olds: Iterable[str], existing: Iterable[Row]
) -> tuple[list[Row], dict[str, Row], dict[str, str]]:
    """New rows as they are when they supersede rows of ``olds``; the existing rows that differ then, by id; and old → new row.

    The new row of the same quantity and origin takes the place of the old one: it is in use, the old one contradicts it, and what
    repeated the old one follows. The old row keeps its own day: the book of an earlier day shows it. An old row that contradicts
    one in use stays as it is, and the new one contradicts the same. Raises ``BuildError`` where there is no such row, not
    exactly one that takes its place, or only a later figure.
    """
    rows, fresh = {row["id"]: row for row in existing}, {row["id"]: row for row in new}
    changed: dict[str, Row] = {}
    replaced: dict[str, str] = {}
    for old in olds:
        status = rows[old]["status"] if old in rows else "not there"
        if status not in ("use", "conflict"):
            more = f"; it repeats {rows[old]['same_as']}" if status == "rereport" else ""
            raise BuildError(f"SUPERSEDES={old}: must be a row that is in use or contradicts one; this one is {status}{more}")
        own = {key: row for key, row in fresh.items() if row["status"] != "rereport"}
        fitting = [key for key, row in own.items() if all(row[name] == rows[old][name] for name in TAKES_PLACE)]
        if len(fitting) > 1:  # of several periods, the one that is given again
            fitting = [key for key in fitting if all(fresh[key][name] == rows[old][name] for name in ("start", "end"))] or fitting
        if len(fitting) != 1:
            found = f": {', '.join(fitting)}" if fitting else ""
            shared = wording.listing(list(TAKES_PLACE))
            raise BuildError(f"SUPERSEDES={old}: needs one new row of the same {shared}; there are {len(fitting)}{found}")
        replaced[old] = key = fitting[0]
        if fresh[key]["end"] > rows[old]["end"]:
            raise BuildError(
                f"SUPERSEDES={old}: {key} is of {fresh[key]['end']}, and that row of {rows[old]['end']}: a later figure corrects "
                "no earlier one. Import it without SUPERSEDES, and both stay in use"
            )
        if status == "conflict":
            fresh[key] = _with(fresh[key], status="conflict", same_as=rows[old]["same_as"])
            continue
        fresh[key] = _with(fresh[key], status="use", same_as="")
        changed[old] = _with(rows[old], status="conflict", same_as=key)
        changed |= {each: _with(row, same_as=key) for each, row in rows.items() if row["same_as"] == old}
    return list(fresh.values()), changed, replaced


def _with(row: Row, **cells: str) -> Row:
    return Row({**row, **cells}.items(), row.number)


def rewritten(content: bytes, rows: Mapping[str, Mapping[str, str]]) -> bytes:
    """A table in which some rows, by their keys, have other cells; the lines of all others stay as they are, byte for byte."""
    lines = content.decode("utf-8").splitlines(keepends=True)
    header = next(csv.reader([lines[0].lstrip("\ufeff")]))
    for at, line in enumerate(lines[1:], start=1):
        cells = next(csv.reader([line]), [])
        if cells and (row := rows.get(cells[0])):
            out = io.StringIO()
            csv.writer(out, lineterminator=line[len(line.rstrip("\r\n")) :]).writerow([row[name] for name in header])
            lines[at] = out.getvalue()
    return "".join(lines).encode()
