"""The reading of a whole book: which of its typed words are doubtful now, and which rows no chapter reads."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from livingbook.contract import fields_of
from livingbook.evidence.tables import read_table
from livingbook.project.project import Project
from livingbook.system.errors import BuildError
from livingbook.system.files import write
from livingbook.words import doubts, lock, passages, rests, selections, typed
from livingbook.words.doubts import Doubt, Scene
from livingbook.words.lock import Lock
from livingbook.words.moves import Moves
from livingbook.words.passages import Passage
from livingbook.words.state import State, state_of
from livingbook.words.subjects import Subjects
from livingbook.words.telling import Labels, Teller

NAMES = {"measures": "measure", "populations": "population", "origins": "origin", "claims": "claim"}  # table → its key
UNREAD = "book/unread.csv"  # the rows in use that no chapter reads, and why not
FIELDS = ("row", "why")
Documents = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Reading:
    """What is doubtful. unread: rows in use that no chapter reads and that have no reason yet → what comes near them."""

    doubts: list[Doubt] = field(default_factory=list)
    unread: dict[str, list[str]] = field(default_factory=dict)
    unread_words: dict[str, str] = field(default_factory=dict)
    read_before: bool = True

    @cached_property
    def by_chapter(self) -> dict[str, list[Doubt]]:
        """Chapter → its doubts, in order; those of labels under their notebook, of reasons under "claims"."""
        found: dict[str, list[Doubt]] = {}
        for each in self.doubts:
            found.setdefault(each.passage.chapter, []).append(each)
        return found

    @property
    def broken(self) -> list[Doubt]:
        """The doubts that need no reader: the words do not hold."""
        return [each for each in self.doubts if each.causes[0].certain]


class Book:
    """A book as it is built now, to be read: its own edition's documents and cards, its tables, its chapters."""

    def __init__(self, project: Project, documents: Documents, claims: Documents) -> None:
        self.project, self.documents, self.claims = project, documents, claims

    @cached_property
    def labels(self) -> Labels:
        """The tables that say what keys mean; empty where a book has none of them."""
        there = fields_of(self.project.data, self.project.contract)
        tables = {name: read_table(self.project.data, name).to_dict("records") if name in there else [] for name in NAMES}
        return {name: {row[NAMES[name]]: row for row in rows} for name, rows in tables.items()}

    @cached_property
    def state(self) -> State:
        """Numbers, verdicts, figures and rows as they are now."""
        return state_of(self.documents, self.claims, read_table(self.project.data, "observations").to_dict("records"))

    @cached_property
    def passages(self) -> list[Passage]:
        """Every sentence of every chapter, but for pages that list what the book said earlier."""
        chapters = passages.chapters_in(self.project.root / "book")
        return [each for name, text in chapters.items() if not passages.is_record(text) for each in passages.passages(name, text)]

    @cached_property
    def lock(self) -> Lock | None:
        """The lock; ``None`` if no chapter has been read yet."""
        return lock.load(self.project)

    @cached_property
    def reasons(self) -> dict[str, str]:
        """Row → why no chapter reads it. Raises ``BuildError`` for a file that is no such table."""
        path = self.project.root / UNREAD
        if not path.is_file():
            return {}
        rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
        if rows and tuple(rows[0]) != FIELDS:
            raise BuildError(f"{path}: must have the columns {', '.join(FIELDS)}")
        return {row["row"]: (row["why"] or "").strip() for row in rows}

    def reading(self) -> Reading:
        """What is doubtful now. A book without a lock has not been read yet: nothing in it is doubtful."""
        if self.lock is None:
            return Reading(read_before=False)
        self._require_known()
        moves = Moves(self.lock.state, self.state)
        words = Teller(self.labels, moves.before, moves.after)
        scene = Scene(moves, words, Subjects(self.labels, self.passages, moves.before), self.project.settings.compared_with)
        every = [*self.passages, *typed.labels(moves.before, moves.after, self.label_rests)]
        found = {self._place(each.passage): each for each in doubts.doubts(every, scene)}
        for each in every:
            left = self.lock.open.get(each.chapter, {}).get(each.key, ())
            if left:
                known = found.get(self._place(each))
                found[self._place(each)] = Doubt(each, tuple(dict.fromkeys([*left, *(known.causes if known else ())])))
        asked = selections.selections_of(self.documents)
        idle = [key for key in selections.unread(self.state.rows, asked) if not self.reasons.get(key)]
        return Reading(
            [found[self._place(each)] for each in every if self._place(each) in found],
            {key: selections.near(key, self.state.rows[key], asked) for key in idle},
            {key: words.row(key) for key in idle},
        )

    @cached_property
    def label_rests(self) -> dict[str, dict[str, str]]:
        """What labels rest on. Raises ``BuildError`` as ``typed.rests_of_labels`` does."""
        return typed.rests_of_labels(self.project.root)

    def _require_known(self) -> None:
        """Raises ``BuildError`` with each thing that a sentence or label is said to rest on and that there is not."""
        said = [(f"book/{each.chapter}.md: {{rests}}`{', '.join(each.rests)}`", each.rests) for each in self.passages]
        said += [(f"{typed.RESTS}, {name}: {on}", (on,)) for name, kinds in self.label_rests.items() for on in kinds.values()]
        wrong = [
            f"{where}: there is {fault}"
            for where, contents in said
            for rest in rests.rests_in(contents)
            for fault in rests.faults(rest, self.state, self.labels)
        ] + list(typed.strange(self.label_rests, self.state))
        if wrong:
            raise BuildError("\n".join(wrong))

    @staticmethod
    def _place(passage: Passage) -> tuple[str, ...]:
        return passage.chapter, passage.kind, passage.of, str(passage.start), passage.key

    def accept(self, chapters: Iterable[str]) -> None:
        """Notes that chapters were read as the book is now ("all": every one). What is doubtful elsewhere stays so.

        Raises ``BuildError`` for a chapter that there is not.
        """
        asked = set(chapters)
        known = {each.chapter for each in self.passages} | set(self.documents) | {"claims"}
        if strange := asked - known - {"all"}:
            raise BuildError(f"no chapter {', '.join(sorted(strange))}; there are {', '.join(sorted(known))}")
        found = self.reading()
        left = {
            chapter: {each.passage.key: each.causes for each in entries}
            for chapter, entries in found.by_chapter.items()
            if not asked & {chapter, "all"}
        }
        lock.save(self.project, Lock(self.state, left))
        if found.unread or not found.read_before:
            self._list_unread()

    def _list_unread(self) -> None:
        """Writes the rows that no chapter reads, with the reasons that there are; an author gives the others."""
        asked = selections.selections_of(self.documents)
        rows = [(key, self.reasons.get(key, "")) for key in sorted(selections.unread(self.state.rows, asked))]
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([FIELDS, *rows])
        write(self.project.root / UNREAD, out.getvalue())
