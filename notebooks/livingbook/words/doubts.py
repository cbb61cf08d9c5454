"""Which typed words may no longer hold, and because of what.

Each rule is a function of a passage and of what moved since it was read; it yields causes. A passage with a cause is doubtful. A
rule looks at the words, too: another origin concerns only a sentence that says who. ``certain`` are causes that need no reader: the
page cited does not print the number beside it, or the verdict is another one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from livingbook.words import language
from livingbook.words.moves import Move, Moves
from livingbook.words.passages import Passage
from livingbook.words.state import FIGURES, Observation
from livingbook.words.subjects import Subjects
from livingbook.words.telling import Teller

FURTHER = 180  # days: figures of one number that lie this much further apart than before are of different times
LARGE = 1.25  # a number that moved by less than this factor keeps the words of size beside it
SENTENCE = 4  # words: "Wrong names." concludes nothing
DOUBLED = 1.8  # a number that moved by this factor is another finding, and what is concluded from it another conclusion
ENOUGH = 4.0  # rarity that the words of a row and of a sentence must share to be about one thing


@dataclass(frozen=True)
class Cause:
    """Why words are doubtful. rule: the rule's name; words: what has changed, for a reader; certain: they surely do not hold."""

    rule: str
    words: str
    certain: bool = False
    rows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Doubt:
    """A passage whose words may no longer hold, with at least one cause."""

    passage: Passage
    causes: tuple[Cause, ...]


@dataclass(frozen=True)
class Scene:
    """What the rules see of the whole book: what moved, in which words to tell it, and which rows concern which subject.

    day: the day of the edition that the book is compared with, whose name sentences may mention; both "" where there is none.
    """

    moves: Moves
    words: Teller
    subjects: Subjects
    edition: str = ""

    @cached_property
    def turned(self) -> dict[str, list[Move]]:
        """Notebook → its numbers that prose cites and that are in another state."""
        found: dict[str, list[Move]] = {}
        for move in self.moves.numbers.values():
            if move.turned and move.name in self.subjects.cited:
                found.setdefault(move.name.partition(".")[0], []).append(move)
        return found

    @cached_property
    def known(self) -> dict[str, list[Move]]:
        """Notebook → its numbers that were not known, and are."""
        found: dict[str, list[Move]] = {}
        for move in self.moves.numbers.values():
            if move.after.is_known and not move.before.is_known:
                found.setdefault(move.name.partition(".")[0], []).append(move)
        return found

    @cached_property
    def news(self) -> dict[str, tuple[str, Observation]]:
        """Row that is new or says something else → what it is beside those before (``Subjects.kind``), and the row."""
        rows = {**self.moves.fresh, **self.moves.revised}
        return {key: (self.subjects.kind(row, self.moves.before), row) for key, row in rows.items()}


@dataclass(frozen=True)
class Look:
    """What a rule looks at: one passage in its scene."""

    passage: Passage
    scene: Scene

    @cached_property
    def says(self) -> set[str]:
        """The kinds of words in it (``language.kinds_in``)."""
        return language.kinds_in(self.text)

    @cached_property
    def text(self) -> str:
        """The passage's words."""
        return self.passage.words

    def moved(self, names: Iterable[str]) -> list[Move]:
        """The moves among these numbers."""
        return [self.scene.moves.numbers[name] for name in names if name in self.scene.moves.numbers]

    def cause(self, rule: str, move: Move, added: str = "", certain: bool = False) -> Cause:
        """A cause that tells how a number moved."""
        return Cause(rule, f"{self.scene.words.moved(move)}{added}", certain, move.gained or move.lost)


Rule = Callable[[Look], Iterator[Cause]]


def doubts(passages: Iterable[Passage], scene: Scene) -> list[Doubt]:
    """The passages that a rule finds doubtful, in order; causes with equal words are given once."""
    found = []
    for passage in passages:
        look = Look(passage, scene)
        rules = RULES.get(passage.kind, LABELS)
        causes: dict[str, Cause] = {}
        for cause in (cause for rule in rules for cause in rule(look)):
            causes.setdefault(cause.words, cause)
        if causes:
            found.append(Doubt(passage, tuple(sorted(causes.values(), key=lambda each: not each.certain))))
    return found


# --- Who, when, where it was read -----------------------------------------------------------------------------------------------


def page(look: Look) -> Iterator[Cause]:
    """A page that printed a number of the sentence prints none of them any more."""
    before, after = look.scene.moves.before, look.scene.moves.after
    old = before.pages(row for name in look.passage.names if name in before.numbers for row in before.numbers[name].rows)
    new = after.pages(row for name in look.passage.names if name in after.numbers for row in after.numbers[name].rows)
    gone = [each for each in look.passage.cited if each in old and each not in new]
    for move in look.moved(look.passage.names) if gone else ():
        if look.scene.moves.before.pages(move.before.rows) & set(gone):
            yield look.cause("page", move, f"; the page cited ({', '.join(gone)}) does not print it", True)


def speaker(look: Look) -> Iterator[Cause]:
    """Others gave the number than those whom the sentence may name."""
    if "who" in look.says:
        for move in look.moved(look.passage.names):
            if move.origins and (move.lost or language.COUNTED.search(look.text)):
                yield look.cause("who", move)


def day(look: Look) -> Iterator[Cause]:
    """The number is of another day than the sentence may name."""
    if "when" in look.says:
        for move in look.moved(look.passage.names):
            if move.ends and move.printed:
                yield look.cause("when", move)


def apart(look: Look) -> Iterator[Cause]:
    """A number that sets figures of different times against each other, as it did not before."""
    for move in look.moved(look.passage.names):
        if move.apart > FURTHER:
            yield look.cause("apart", move, f"; its figures now lie {move.apart} days further apart")


def edition(look: Look) -> Iterator[Cause]:
    """What is said of the day of an earlier edition ("the article's own"), where another figure took the place of that day's."""
    if look.scene.edition and re.search(rf"\b(?:{look.scene.edition}|quot\w+|retelling|its analyst)\b", look.text, re.I):
        for move in look.moved(look.passage.names):
            if move.lost and move.printed:
                yield look.cause("edition", move)


# --- Which is larger, and what follows -------------------------------------------------------------------------------------------


def verdict(look: Look) -> Iterator[Cause]:
    """A verdict shown in the sentence is another one."""
    yield from _verdicts(look, look.passage.claims)


def _verdicts(look: Look, claims: Iterable[str]) -> Iterator[Cause]:
    for claim in claims:
        if claim in look.scene.moves.verdicts:
            was, now = look.scene.moves.verdicts[claim]
            yield Cause("verdict", f"the verdict on {claim}: was {_plain(was)}; is {_plain(now)}", True)


def turned(look: Look) -> Iterator[Cause]:
    """A number is in another state: another sign, another side of a half or of one, other words."""
    for move in look.moved(look.passage.names):
        if move.turned and not move.name.startswith(FIGURES):
            yield look.cause("turned", move)


def order(look: Look) -> Iterator[Cause]:
    """Of two numbers of the sentence, or of its paragraph if the sentence compares, another one is larger."""
    beside = look.passage.near if "compare" in look.says else look.passage.names
    for one, other, words in look.scene.moves.turned_round(look.passage.names, beside):
        for move in look.moved((one, other)):
            yield look.cause("order", move, f"; {words}")


def size(look: Look) -> Iterator[Cause]:
    """A number moved by so much that words of comparison beside it may not fit."""
    if "compare" in look.says:
        for move in look.moved(look.passage.names):
            if move.printed and move.after.unit != "words" and move.factor >= LARGE:
                yield look.cause("size", move)


def conclusion(look: Look) -> Iterator[Cause]:
    """A sentence without numbers that concludes from those beside it, of which one is in another state."""
    passage = look.passage
    is_standing = passage.is_heading and passage.text in look.scene.subjects.standing
    if not passage.names and not is_standing and look.says & {"compare", "logic", "none"} and len(look.text.split()) >= SENTENCE:
        for move in look.moved(passage.beside or passage.near):
            if move.turned or (move.printed and move.factor >= DOUBLED and move.name in passage.beside):
                yield look.cause("near", move)
        yield from _verdicts(look, look.passage.claims_beside)


def lead(look: Look) -> Iterator[Cause]:
    """The finding with which a chapter opens, when a number of the chapter is in another state."""
    if look.passage.lead and not look.passage.names:
        for move in look.scene.turned.get(look.passage.chapter, ()):
            yield look.cause("lead", move)


def topic(look: Look) -> Iterator[Cause]:
    """A paragraph without numbers about what a number of the same chapter measures, when that is in another state."""
    if look.passage.near or look.passage.is_heading or not look.says & {"compare", "logic"}:
        return
    for move in look.scene.turned.get(look.passage.chapter, ()):
        rows = (look.scene.moves.after.rows[key] for key in move.gained)
        if any(look.scene.subjects.overlap(row, look.text) >= ENOUGH for row in rows):
            yield look.cause("topic", move)


# --- That there is none, or only this --------------------------------------------------------------------------------------------


def absence(look: Look) -> Iterator[Cause]:
    """A sentence that says there is nothing, or only this, or what would be wanted, when a row of its subject is new."""
    passage, subjects = look.passage, look.scene.subjects
    wish = bool(language.WISH.search(passage.heading))
    # A number that has moved itself is the business of the rules above.
    counted = bool(language.COUNTED.search(look.text)) and not any(move.printed for move in look.moved(passage.names))
    if passage.is_heading or not (wish or counted or language.STARK.search(look.text)):
        return
    near = subjects.measured(look.scene.moves.before, passage.names if wish or (counted and passage.names) else passage.near)
    of_any = bool(language.OF_ANY.search(look.text))
    for key, (kind, row) in look.scene.news.items():
        if kind == "extension" and not wish and "when" not in look.says:
            continue  # a series that goes on leaves "nobody else has counted" true, not "no later count is known"
        close = any(
            row.measure == measure
            and (subjects.related(row.population, whose) or (of_any and subjects.of_one(row.population, whose)))
            for measure, whose, _ in near
        )
        if close or (subjects.overlap(row, look.text) >= ENOUGH and subjects.at_home(row, passage)):
            yield Cause("absence", f"new since it was written: {look.scene.words.row(key)}", False, (key,))


def limit(look: Look) -> Iterator[Cause]:
    """Words without a number that say until when something is published, when a row of the chapter's subject goes beyond that."""
    passage, subjects = look.passage, look.scene.subjects
    until = language.UNTIL.search(look.text)
    if passage.names or not until:
        return
    own = [name for name in subjects.cited if name.partition(".")[0] == passage.chapter]
    about = subjects.measured(look.scene.moves.before, own)
    for key, (kind, row) in look.scene.news.items():
        if kind == "extension" and row.quantity in about and row.end[:4] > until["year"]:
            yield Cause("limit", f"new since it was written: {look.scene.words.row(key)}", False, (key,))


def known(look: Look) -> Iterator[Cause]:
    """A sentence that says there is nothing, in a chapter of which a number has become known."""
    passage = look.passage
    if passage.is_heading or not (
        language.STARK.search(look.text) or language.WISH.search(passage.heading) or language.FIGURE.search(look.text)
    ):
        return
    for move in look.scene.known.get(passage.chapter, ()):
        yield look.cause("known", move)


# --- Labels: words that no sentence surrounds ------------------------------------------------------------------------------------


def reason(look: Look) -> Iterator[Cause]:
    """The reason for a verdict that is another one now, or rests on numbers in another state."""
    yield from verdict(look)
    for move in look.moved(look.passage.names):
        if move.turned or (move.ends and "when" in look.says):
            yield look.cause("reason", move)


def named(look: Look) -> Iterator[Cause]:
    """A label that names an origin which is no longer behind the figure, or a year in which it no longer ends."""
    moves = look.scene.moves
    for move in look.moved(look.passage.names):
        was, now = moves.before.of(move.before.rows, "origin"), moves.after.of(move.after.rows, "origin")
        lost = _names(look, was - now) - _names(look, now)
        ended, ends = (
            {end[:4] for end in state.of(number.rows, "end")}
            for state, number in ((moves.before, move.before), (moves.after, move.after))
        )
        if lost & language.stems(look.text) or any(year in look.text for year in ended - ends):
            yield look.cause("named", move)


def _names(look: Look, origins: Iterable[str]) -> frozenset[str]:
    return language.stems_of(look.scene.words.label("origins", each) for each in origins)


def _plain(verdict: str) -> str:
    return verdict.replace("_", " ")


RULES: dict[str, tuple[Rule, ...]] = {
    "sentence": (
        page, verdict, speaker, day, turned, order, size, apart, edition, conclusion, lead, topic, absence, limit, known,
    ),
    "reason": (reason,),
    "title": (named, absence),
}  # fmt: skip
LABELS: tuple[Rule, ...] = (named,)
