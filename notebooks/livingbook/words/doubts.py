"""Which typed words may no longer hold, and because of what.

Each rule is a function of a passage and of what moved since it was read; it yields causes. A passage with a cause is doubtful. A
rule looks at the words, too: another origin concerns only a sentence that says who. ``certain`` are causes that need no reader: the
page cited does not print the number beside it, or the verdict is another one.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from operator import attrgetter

from livingbook.values import wording
from livingbook.words import language
from livingbook.words.moves import Move, Moves
from livingbook.words.passages import Passage
from livingbook.words.rests import Compared, Mention, NoFigure, Rest, rests_in
from livingbook.words.state import FIGURES, Observation, State
from livingbook.words.subjects import PROJECTED, Subjects, is_part_of
from livingbook.words.telling import Teller

FURTHER = 180  # days: figures of one number that lie this much further apart than before are of different times
LARGE = 1.5  # a number that moved by less than this factor keeps the words of size beside it
APART = 1.1  # a number of several figures that moved by this factor: one of them no longer lies with the others
ALONE = {"rests", "absence", "apart", "cites", "known", "limit", "later", "collected"}  # rules of one sentence, not of what follows
SENTENCE = 4  # words: "Wrong names." concludes nothing
LINKED = re.compile(r"\{doc\}`[^`]*?/book/([\w-]+)")  # a chapter to which a sentence sends its reader
TOUCHED = 2.0  # rarity that a claim and the finding on all claims must share
ECHO, SAME = 10.0, 0.6  # rarity that a label and a sentence must share to say the same, and its part of the shorter one's
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
    def directions(self) -> dict[str, list[Move]]:
        """Notebook → its published words that say another direction ("stayed level" was, "fell" is)."""
        found: dict[str, list[Move]] = {}
        for move in self.moves.numbers.values():
            if (
                move.turned
                and move.after.unit == "words"
                and language.same_direction(move.before.text)
                and not move.name.startswith(FIGURES)
            ):
                found.setdefault(move.name.partition(".")[0], []).append(move)
        return found

    def is_borne(self, notebook: str, finding: str) -> bool:
        """Whether a notebook still publishes the words of a direction, under another name than those that turned."""
        return any(
            number.unit == "words" and number.text == finding and not name.startswith(FIGURES)
            for name, number in self.moves.after.numbers.items()
            if name.partition(".")[0] == notebook
        )

    @cached_property
    def quantities(self) -> dict[str, set[tuple[str, str, str]]]:
        """Chapter → the quantities behind the numbers of its notebook that prose cites."""
        found: dict[str, set[tuple[str, str, str]]] = {}
        for name in self.subjects.cited:
            found.setdefault(name.partition(".")[0], set()).update(self.subjects.behind(self.moves.before, [name]))
        return found

    @cached_property
    def homes(self) -> dict[str, str]:
        """Measure → the chapter with the most cited numbers that rest on it and on no other."""
        found: dict[str, Counter[str]] = {}
        for name in sorted(self.subjects.cited):
            measures = {each for each, _, _ in self.subjects.behind(self.moves.before, [name])}
            for measure in measures if len(measures) == 1 else ():
                found.setdefault(measure, Counter())[name.partition(".")[0]] += 1
        return {measure: chapters.most_common(1)[0][0] for measure, chapters in found.items()}

    @cached_property
    def collected(self) -> dict[str, str]:
        """Chapter → the last day until which it says that figures were collected."""
        found = ((each.chapter, language.COLLECTED.search(each.words)) for each in self.subjects.passages)
        return {chapter: language.last_day(said) for chapter, said in found if said}

    @cached_property
    def known(self) -> dict[str, list[Move]]:
        """Notebook → its numbers that were not known, and are."""
        found: dict[str, list[Move]] = {}
        for move in self.moves.numbers.values():
            first = move.before.face == 0 and (move.after.face or 0) > 0  # of how many figures there are
            if (move.after.is_known and not move.before.is_known) or (first and move.gained):
                found.setdefault(move.name.partition(".")[0], []).append(move)
        return found

    @cached_property
    def news(self) -> dict[str, tuple[str, Observation]]:
        """Observation that is new or says something else → what it is beside those before (``Subjects.kind``), and the row."""
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

    @cached_property
    def rests(self) -> list[Rest]:
        """What its author says that it rests on."""
        return list(rests_in(self.passage.rests))

    @property
    def says_which(self) -> bool:
        """Whether its author says which figures would make it false: then no other one does by its subject alone."""
        return any(isinstance(each, NoFigure) for each in self.rests)

    @property
    def is_decided(self) -> bool:
        """Whether nothing is concluded in it but what its author says it rests on; a question concludes nothing."""
        return bool(self.rests) or self.text.rstrip(" *_").endswith("?")

    @cached_property
    def opening(self) -> list[str]:
        """The numbers of its paragraph, and of all that stands under the same heading."""
        place = attrgetter("chapter", "heading")
        under = (each.names for each in self.scene.subjects.passages if place(each) == place(self.passage))
        return list(dict.fromkeys([*self.passage.near, *itertools.chain(*under)]))

    def moved(self, names: Iterable[str]) -> list[Move]:
        """The moves among these numbers."""
        return [self.scene.moves.numbers[name] for name in names if name in self.scene.moves.numbers]

    def about(self, names: Iterable[str]) -> set[tuple[str, str, str]]:
        """The quantities behind numbers and verdicts; of words on what has changed, those of the chapter's figures."""
        before, subjects = self.scene.moves.before, self.scene.subjects
        decided = [value for claim in self.passage.claims_beside if claim in before.cards for value in before.cards[claim].values]
        found = subjects.measured(before, [*names, *decided])
        if not found and language.CORRECTED.search(self.text):
            own = f"{FIGURES}{self.passage.chapter}."
            found = subjects.behind(before, [name for name in before.numbers if name.startswith(own)])
        return found

    def is_at_home(self, measure: str) -> bool:
        """Whether its chapter, or one to which it sends the reader, speaks most of a measure."""
        return self.scene.homes.get(measure) in {self.passage.chapter, *LINKED.findall(self.passage.text)}

    def is_of_others(self, row: Observation, lists: bool = True) -> bool:
        """Whether the words name an army, or a list, and the row is of another; lists: False to ask of armies alone."""
        return self.scene.subjects.is_of_others(row, self.text, lists)

    def is_told_by(self, row: Observation) -> bool:
        """Whether the words name who produced a row."""
        return bool(re.search(rf"\b{re.escape(self.scene.words.label('origins', row.origin))}\b", self.text))

    def is_told_by_others(self, row: Observation) -> bool:
        """Whether the words name who produced figures, and not who produced this row."""
        makers = self.scene.subjects.labels.get("origins", {})
        return not self.is_told_by(row) and any(
            re.search(rf"\b{re.escape(each['label'])}\b", self.text) for each in makers.values()
        )

    def is_wanted(self, row: Observation, is_new: bool) -> bool:
        """Whether words on what would change the answer wish for a count, and a row is one.

        is_new: whether nothing of its kind was there; then it is wanted where they name its army. Else it must count what the
        chapter counts, be of one group with the numbers of the sentence, and go further than they do.
        """
        if not language.A_COUNT.search(self.text) or not self.scene.subjects.is_count(row):
            return False
        if is_new and self.scene.subjects.is_of_army(row, self.text):
            return True
        before, group_of = self.scene.moves.before, self.scene.subjects.group_of
        behind = [before.rows[each] for name in self.passage.names for each in before.numbers[name].rows if each in before.rows]
        goes_on = behind and row.end > max(each.end for each in behind) and bool(language.CONTINUED.search(self.text))
        alike = group_of(row.measure) in {group_of(each.measure) for each in behind}
        counted = any(
            (row.measure, row.population) == (measure, whose) and is_part_of(row.category, category)
            for measure, whose, category in self.scene.quantities.get(self.passage.chapter, ())
        )
        return bool(goes_on and alike and counted and not self.is_told_by_others(row))

    def rows_behind(self, names: Iterable[str]) -> list[Observation]:
        """The rows behind these numbers, as they were."""
        before = self.scene.moves.before
        found = (before.rows.get(row) for name in names if name in before.numbers for row in before.numbers[name].rows)
        return [row for row in found if row]

    def cause(self, rule: str, move: Move, added: str = "", certain: bool = False) -> Cause:
        """A cause that tells how a number moved."""
        return Cause(rule, f"{self.scene.words.moved(move)}{added}", certain, move.gained or move.lost)


Rule = Callable[[Look], Iterator[Cause]]


def doubts(passages: Iterable[Passage], scene: Scene) -> list[Doubt]:
    """The passages that a rule finds doubtful, in order; causes with equal words are given once."""
    found: list[Doubt] = []
    above: list[Doubt | None] = []  # of each sentence above in its paragraph
    for passage in passages if scene.moves.any else ():
        above = [] if passage.opens or passage.is_heading else above
        if language.QUOTED.match(passage.text):
            continue  # what somebody else said stays said
        look = Look(passage, scene)
        rules = RULES.get(passage.kind, LABELS)
        causes: dict[str, Cause] = {}
        for cause in (cause for rule in rules for cause in rule(look)):
            causes.setdefault(cause.words, cause)
        causes = causes or {cause.words: cause for cause in [*follows(look, above), *echoes(look, found)]}
        above.append(Doubt(passage, tuple(sorted(causes.values(), key=lambda each: not each.certain))) if causes else None)
        found += [above[-1]] if above[-1] else []
    return found


def follows(look: Look, above: Sequence[Doubt | None]) -> Iterator[Cause]:
    """A sentence without numbers that goes on from a doubtful one: from the one before it, of two things from the two before.

    above: the doubts of the sentences above it in its paragraph.
    """
    if look.passage.kind == "sentence" and not look.passage.names and not look.is_decided:
        reach = 2 if language.LEANS_ON_TWO.search(look.text) else 1 if language.LEANS.search(look.text) else 0
        for doubt in filter(None, above[-reach:] if reach else ()):
            strong = (each for each in doubt.causes if each.rule not in ALONE)
            yield from (replace(each, rule="follows", certain=False) for each in strong)


def echoes(look: Look, found: Iterable[Doubt]) -> Iterator[Cause]:
    """A label or a reason that says in nearly the same words what a sentence says that is doubtful; a label, of its own chapter."""
    passage, subjects = look.passage, look.scene.subjects
    if passage.kind not in ("title", "subtitle", "caption", "reason"):
        return
    for doubt in found:
        sentence = doubt.passage
        if sentence.kind == "sentence" and (passage.kind == "reason" or sentence.chapter == passage.chapter):
            shared = subjects.shared(look.text, sentence.words)
            whole = min(subjects.shared(each, each) for each in (look.text, sentence.words))
            if shared >= ECHO and shared >= SAME * whole:
                yield from (replace(each, rule="echoes", certain=False) for each in doubt.causes)


# --- What its author says that it rests on --------------------------------------------------------------------------------------


def rests(look: Look) -> Iterator[Cause]:
    """Something that its author says it rests on has changed: see ``rests``."""
    scene, moves = look.scene, look.scene.moves
    for rest in look.rests:
        match rest:
            case Mention(name):
                yield from _verdicts(look, [name])
                for move in look.moved([name]):
                    of_words = move.after.unit == "words" and move.printed
                    if move.turned or of_words or (move.printed and move.factor >= APART) or (move.lost and move.origins):
                        yield look.cause("rests", move)
            case Compared():
                now = rest.holds(moves.after)
                for move in look.moved(rest.names) if now is not True else ():
                    if rest.holds(moves.before) is not now:
                        yield look.cause("rests", move, certain=now is False)
            case NoFigure():
                for key, (kind, row) in scene.news.items():
                    if rest.is_met_by(kind, row, scene.subjects):
                        yield Cause("rests", f"new since it was written: {scene.words.row(key)}", False, (key,))


# --- Who, when, where it was read -----------------------------------------------------------------------------------------------


def page(look: Look) -> Iterator[Cause]:
    """A page that printed a number for which it is cited prints it no more: a number of its sentence, or of those before it."""
    passage, moves = look.passage, look.scene.moves
    earlier = tuple(name for name in passage.behind if name not in passage.names)
    own = _printed(moves.after, passage.names)
    for names, still in ((passage.names, own), (earlier, own | _printed(moves.after, earlier))):
        before = _printed(moves.before, names)
        gone = [each for each in passage.cited if each in before and each not in still]
        for move in look.moved(names) if gone else ():
            if moves.before.pages(move.before.rows) & set(gone):
                yield look.cause("page", move, f"; the page cited ({', '.join(gone)}) does not print it", True)
    for move in look.moved(passage.names) if passage.cited else ():  # a page that prints the first number, and not the second
        gone = [each for each in passage.cited if each in moves.before.pages(move.before.rows)]
        now = moves.after.pages(move.after.rows)
        if gone and now and not now & set(passage.cited):
            yield look.cause("page", move, f"; the page cited ({', '.join(gone)}) does not print it", True)


def cites(look: Look) -> Iterator[Cause]:
    """A sentence without numbers that cites a page of which a figure is no longer in use, or says something else."""
    passage, moves = look.passage, look.scene.moves
    if passage.cited and not (passage.names or passage.behind or look.is_decided) and look.says & {"compare", "logic"}:
        for key in {**moves.gone, **moves.revised}:
            if moves.before.pages([key]) & set(passage.cited):
                yield Cause("cites", f"no longer as it was: {look.scene.words.row(key)}", False, (key,))


def _printed(state: State, names: Iterable[str]) -> set[str]:
    """The pages that print any of these numbers."""
    return state.pages(row for name in names if name in state.numbers for row in state.numbers[name].rows)


def speaker(look: Look) -> Iterator[Cause]:
    """Others gave the number than those whom the sentence may name."""
    if "who" not in look.says:
        return
    is_named = bool(language.SPEAKER.search(look.text))
    for move in look.moved(look.passage.names):
        one = len(look.scene.moves.before.of(move.before.rows, "origin")) == 1  # "they" are no speakers of a number of many
        if move.origins and (is_named or one) and (move.lost or language.COUNTED.search(look.text)):
            yield look.cause("who", move)


def day(look: Look) -> Iterator[Cause]:
    """The number is of another day than the sentence names, or counts from ("four months earlier").

    Or it is the day up to which counts show what was just said: what they show since then has not been read.
    """
    timed = language.TIMED.search(look.text) or language.APART.search(look.text)
    shown = language.SHOWS_THIS.search(look.text)
    for move in look.moved(look.passage.names) if timed or shown else ():
        if move.ends and move.printed and (timed or move.after.unit == "words"):
            yield look.cause("when", move)


def dated(look: Look) -> Iterator[Cause]:
    """A computed day and a number beside it were of one day, and are of two: "by that day it had counted so many"."""
    before, after = look.scene.moves.before, look.scene.moves.after
    days = [move for move in look.moved(look.passage.names) if move.after.unit == "words" and move.ends and move.printed]
    for move in days:
        for name in look.passage.names:
            number, now = before.numbers.get(name), after.numbers.get(name)
            if number is None or now is None or number.unit == "words":
                continue
            was = (before.last_day(move.before.rows), before.last_day(number.rows))
            new = (after.last_day(move.after.rows), after.last_day(now.rows))
            if (was[0] == was[1] and new[0] != new[1]) or _days_apart(*new) - _days_apart(*was) > FURTHER:
                yield look.cause("dated", move, f"; {now.about.rstrip('.') or name} beside it is of {new[1]}")


def _days_apart(one: str, other: str) -> int:
    return abs((date.fromisoformat(one) - date.fromisoformat(other)).days) if one and other else 0


def parts(look: Look) -> Iterator[Cause]:
    """A number "of these" was of the day of one beside it, and is of another: so many of the men counted by then."""
    if not language.OF_THESE.search(look.text):
        return
    before, after, passage = look.scene.moves.before, look.scene.moves.after, look.passage
    own = {before.last_day(before.numbers[name].rows) for name in passage.names if name in before.numbers}
    now = {after.last_day(after.numbers[name].rows) for name in passage.names if name in after.numbers}
    for move in look.moved(name for name in passage.beside if name not in passage.names):
        if move.ends and move.printed and before.last_day(move.before.rows) in own - {""} and own == now:
            yield look.cause("parts", move)


def denied(look: Look) -> Iterator[Cause]:
    """A sentence that denies something of a number ("they do not grow") which has got a further figure."""
    if language.DENIED.search(look.text):
        for move in look.moved(look.passage.names):
            if move.gained and not move.lost and move.printed:
                yield look.cause("denied", move)


def apart(look: Look) -> Iterator[Cause]:
    """A number that sets figures of different times against each other, as it did not before."""
    for move in look.moved(look.passage.names):
        if move.apart > FURTHER and move.printed:
            yield look.cause("apart", move, f"; its figures now lie {move.apart} days further apart")


def same_time(look: Look) -> Iterator[Cause]:
    """What a number is said to be of one time with another ("in the same months"), when its figures no longer are."""
    if language.SAME_TIME.search(look.text):
        yield from apart(look)
    if language.DAY_OF_ANOTHER.search(look.text):
        yield from (look.cause("same_time", move) for move in look.moved(look.passage.names) if move.ends and move.printed)


def edition(look: Look) -> Iterator[Cause]:
    """What is said of the day of an earlier edition ("the article's own"), where another figure took the place of that day's."""
    if look.scene.edition and re.search(
        rf"\b(?:{look.scene.edition}|quot\w+|retelling|its (?:analyst|main|own))\b", look.text, re.I
    ):
        for move in look.moved(look.passage.names):
            if move.lost and move.printed:
                yield look.cause("edition", move)


def later(look: Look) -> Iterator[Cause]:
    """Words on how things stand now, beside a figure of which a later one is new that no number here takes.

    A sentence without a time says so too, of what holds until it is changed: a law, a strength.
    """
    moves, passage = look.scene.moves, look.passage
    if not look.scene.news or not (passage.names or passage.beside):
        return
    now, timed = language.NOW.search(look.text), language.TIMED.search(look.text)
    for name in passage.names or passage.beside:
        was, taken = moves.before.numbers.get(name), moves.after.numbers[name].rows if name in moves.after.numbers else ()
        rows = [moves.before.rows[row] for row in (was.rows if was else ()) if row in moves.before.rows]
        for key, (_, row) in look.scene.news.items():
            same = [each for each in rows if each.quantity == row.quantity or _fulfils(row, each)]
            if not same or key in taken or look.is_of_others(row):
                continue
            is_one = len(rows) == 1 and rows[0].origin == row.origin and name in passage.names
            stands = is_one and not timed and row.start in ("", row.end) and rows[0].figure != row.figure
            of_its_time = is_one and (rows[0].start, rows[0].end) == (row.start, row.end)
            again = of_its_time and (rows[0].quantity == row.quantity or (was is not None and was.unit != "words"))
            if again or ((now or stands) and row.end > max(each.end for each in same)):
                yield Cause("later", f"new since it was written: {look.scene.words.row(key)}", False, (key,))


def lasting(look: Look) -> Iterator[Cause]:
    """A heading that compares, or a title or description, of what holds until it is changed (a law), when it has been changed."""
    passage, before, after = look.passage, look.scene.moves.before, look.scene.moves.after
    if passage.kind == "sentence" and not (passage.is_heading and language.THAN.search(look.text)):
        return
    names = passage.near if passage.is_heading else passage.names
    shown, taken = ({row for name in names if name in each.numbers for row in each.numbers[name].rows} for each in (before, after))
    for key, (_, row) in look.scene.news.items():
        if key not in taken and look.scene.subjects.is_lasting(row):
            known = {each: one for each, one in before.rows.items() if one.status == "use" and one.quantity == row.quantity}
            last = max(known, key=lambda each: known[each].end, default="")
            if last in shown and row.end > known[last].end:
                yield Cause("lasting", f"new since it was written: {look.scene.words.row(key)}", False, (key,))


def _fulfils(row: Observation, projected: Observation) -> bool:
    """Whether a row counts what its producer had projected, by whichever measure."""
    of = attrgetter("origin", "population", "category", "start", "end")
    return projected.qualifier == PROJECTED != row.qualifier and of(projected) == of(row)


def collected(look: Look) -> Iterator[Cause]:
    """A sentence that says until when figures were collected, when one is new that became public later."""
    if not look.scene.moves.fresh:
        return
    found = language.COLLECTED.search(look.text)
    until = language.last_day(found) if found else look.scene.collected.get(look.passage.chapter, "")
    if found or (until and language.ADDED_LATER.search(look.text)):
        for key, row in look.scene.moves.fresh.items():
            if row.known_from > until:
                yield Cause(
                    "collected",
                    f"new since it was written: {look.scene.words.row(key)}, public since {row.known_from}",
                    bool(until),
                    (key,),
                )


# --- Which is larger, and what follows -------------------------------------------------------------------------------------------


def verdict(look: Look) -> Iterator[Cause]:
    """A verdict shown in the sentence is another one; or the sentence opens the page of all verdicts, and names what one is on.

    The verdict itself follows. Where the author says what else the sentence rests on, that alone can make it false.
    """
    if look.text.strip(" ⟨⟩.,;") and not look.rests:
        yield from _verdicts(look, look.passage.claims)
    if look.passage.lead and any(name.startswith("claims.") for name in look.passage.near):
        texts = look.scene.subjects.labels.get("claims", {})
        moved = [each for each in look.scene.moves.verdicts if each in texts]
        yield from _verdicts(
            look, [each for each in moved if look.scene.subjects.shared(texts[each]["claim_text"], look.text) >= TOUCHED]
        )


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
    """Of two numbers of a sentence that compares, another one is larger; or of its only one and another of its paragraph."""
    passage = look.passage
    if language.THAN.search(look.text):
        for one, other, words in look.scene.moves.turned_round(passage.names, passage.near):
            if other in passage.names or (len(passage.names) == 1 and "beside" not in words):
                for move in look.moved((one, other)):
                    yield look.cause("order", move, f"; {words}")


def size(look: Look) -> Iterator[Cause]:
    """A number moved by so much that words of comparison beside it may not fit."""
    if language.THAN.search(look.text) or language.CONCLUDES.search(look.text):
        for move in look.moved(look.passage.names):
            if move.printed and move.after.unit != "words" and move.factor >= LARGE:
                yield look.cause("size", move)


def conclusion(look: Look) -> Iterator[Cause]:
    """A sentence without numbers that concludes from those beside it, of which one is in another state; or from a verdict."""
    passage = look.passage
    if passage.names or passage.is_heading or len(look.text.split()) < SENTENCE or look.is_decided:
        return
    if language.CONCLUDES.search(look.text) or language.EXPLAINS.search(look.text):
        for move in look.moved(passage.beside):
            if move.turned:
                yield look.cause("near", move)
    if look.says & {"compare", "logic", "none"}:
        for move in look.moved(passage.near):
            if move.printed and move.lost and not move.ends and move.after.unit != "words" and move.factor >= APART:
                yield look.cause("near", move, "; it was corrected")
    if passage.claims_beside and (passage.opens or language.CONCLUDES.search(look.text)):
        yield from _verdicts(look, passage.claims_beside)


def direction(look: Look) -> Iterator[Cause]:
    """A sentence that says what a computed direction said ("stayed level") until it turned, in its chapter or beside a verdict.

    Where another direction of the notebook says so still, it speaks of that, unless it names what turned.
    """
    if not look.scene.directions:
        return
    decided = (getattr(look.scene.moves.before.cards.get(claim), "values", ()) for claim in look.passage.claims_beside)
    about = {look.passage.chapter} | {name.partition(".")[0] for name in [*look.passage.names, *itertools.chain(*decided)]}
    for notebook in sorted(about):
        for move in look.scene.directions.get(notebook, ()):
            words = language.same_direction(move.before.text)
            named = language.stems(look.text) & language.stems(move.after.about)
            says = words and words.search(look.text) and (named or not look.scene.is_borne(notebook, move.before.text))
            if says or (named and language.SHOWS_THIS.search(look.text)):
                yield look.cause("direction", move)


def last(look: Look) -> Iterator[Cause]:
    """A sentence without numbers on the last total, count or step, in a chapter of which a number has come to be of another day."""
    passage = look.passage
    if not passage.names and not passage.is_heading and language.LAST_OF.search(look.text):
        for move in look.scene.moves.numbers.values():
            if (
                move.name.partition(".")[0] == passage.chapter
                and move.ends
                and move.printed
                and move.name in look.scene.subjects.cited
            ):
                yield look.cause("last", move)


def lead(look: Look) -> Iterator[Cause]:
    """The finding with which a chapter opens, when a number of its opening is in another state: what follows bears it out."""
    passage = look.passage
    if passage.lead and not passage.names and not look.is_decided:
        for move in look.moved(look.opening):
            if move.turned:
                yield look.cause("lead", move)


def compared(look: Look) -> Iterator[Cause]:
    """A comparison without numbers, in a chapter's opening or of a chapter to which it sends the reader.

    Doubtful where a number of that opening measures what the comparison names, and has a later figure that it does not take.
    """
    passage, scene, moves = look.passage, look.scene, look.scene.moves
    if passage.names or passage.is_heading or not scene.news or not language.THAN.search(look.text):
        return
    names = list(look.opening) if passage.heading.startswith("# ") else []
    for each in scene.subjects.passages:
        if each.lead and each.chapter in LINKED.findall(passage.text):
            names += Look(each, scene).opening
    for key, (kind, row) in scene.news.items():
        for name in names if kind == "another" and scene.subjects.overlap(row, look.text) else ():
            taken = moves.after.numbers[name].rows if name in moves.after.numbers else ()
            ends = [each.end for each in look.rows_behind([name]) if (each.quantity, each.origin) == (row.quantity, row.origin)]
            if ends and row.end > max(ends) and key not in taken:
                yield Cause("compared", f"new since it was written: {scene.words.row(key)}", False, (key,))


# --- That there is none, or only this --------------------------------------------------------------------------------------------


def absence(look: Look) -> Iterator[Cause]:
    """A sentence that says there is nothing, or only this, or what would be wanted, when a row of its subject is new."""
    passage, subjects = look.passage, look.scene.subjects
    wish = bool(language.WISH.search(passage.heading))
    # A number that has moved itself is the business of the rules above.
    counted = bool(language.COUNTED.search(look.text)) and not any(move.printed for move in look.moved(passage.names))
    stark = bool(language.STARK.search(look.text) and language.PUBLISHED.search(look.text))
    if look.says_which or not (counted or (not passage.is_heading and (wish or stark))):
        return
    own = look.scene.subjects.measured(look.scene.moves.before, passage.names)  # of what a sentence gives, it speaks
    near = own or look.about(passage.names if wish or (counted and passage.names) else passage.near)
    of_any, ends = bool(language.OF_ANY.search(look.text)), bool(language.NO_LATER.search(look.text))
    projected = look.rows_behind(passage.near) if counted else []
    for key, (kind, row) in look.scene.news.items():
        goes_on = not wish and not language.LATER.search(look.text)
        mended = not language.CORRECTED.search(look.text)
        if look.is_of_others(row, lists=not wish) or (kind == "extension" and goes_on) or (kind == "correction" and mended):
            continue  # a series that goes on leaves "nobody else has counted" true, not "no later count is known"
        if stark and not wish and not language.is_of_kind(look.text, row.measure):
            continue
        shared = subjects.overlap(row, look.text)
        close = any(
            row.measure == measure
            and (subjects.related(row.population, whose) or (of_any and subjects.of_one(row.population, whose)))
            and (row.category in ("all", "") or row.category == category or (ends and is_part_of(row.category, category)) or shared)
            for measure, whose, category in near
        )
        cited = wish and row.quantity in look.scene.quantities.get(passage.chapter, ())
        goes_further = bool(language.CONTINUED.search(look.text)) and subjects.is_named(row, look.text)
        in_year = row.end[:4] in language.years_in(look.text) and not look.is_told_by_others(row)
        told = cited and (look.is_told_by(row) or goes_further or in_year)
        unknown = kind == "new" and subjects.is_count(row) and bool(language.NOBODY_KNOWS.search(look.text))
        of_kind = stark and language.names_a_kind(look.text)  # and not of another one: see above
        first = stark and kind == "new" and (of_kind or subjects.is_rare(row)) and look.is_at_home(row.measure)
        if (
            close
            or first
            or told
            or (wish and look.is_wanted(row, is_new=kind == "new"))
            or ((shared >= ENOUGH or unknown) and (subjects.at_home(row, passage) or subjects.is_of_army(row, look.text)))
            or any(_fulfils(row, each) for each in projected)
            or ((stark or wish) and subjects.names(look.text, row.population) and (shared or subjects.is_count(row)))
        ):
            yield Cause("absence", f"new since it was written: {look.scene.words.row(key)}", False, (key,))


def throughout(look: Look) -> Iterator[Cause]:
    """How often the evidence shows a thing ("four times in the evidence"), when the chapter takes a further row."""
    if look.scene.moves.fresh and language.THROUGHOUT.search(look.text):
        own = [
            number
            for name, number in look.scene.moves.after.numbers.items()
            if name.removeprefix(FIGURES).partition(".")[0] == look.passage.chapter
        ]
        for key in look.scene.moves.fresh.keys() & {row for number in own for row in number.rows}:
            yield Cause("throughout", f"new since it was written: {look.scene.words.row(key)}", False, (key,))


def among(look: Look) -> Iterator[Cause]:
    """A number that sums up several figures ("close to this, say four totals"), of which one is another and lies apart."""
    if language.SEVERAL.search(look.text):
        for move in look.moved(look.passage.names):
            if move.printed and move.gained and move.after.unit != "words" and move.factor >= APART:
                yield look.cause("among", move)


def gone(look: Look) -> Iterator[Cause]:
    """Words that say how many figures there are, when one of them is no longer in use."""
    if language.SEVERAL.search(look.text):
        about = look.about(look.passage.names or look.passage.near)
        for key, row in look.scene.moves.gone.items():
            now = look.scene.moves.after.rows.get(key)
            if row.quantity in about and not (now and now.same_as):  # one that was superseded is one still
                yield Cause("gone", f"no longer in use: {look.scene.words.row(key)}", False, (key,))


def limit(look: Look) -> Iterator[Cause]:
    """Words that say until when something is published, or that it ended, when a row of the chapter's subject goes beyond that."""
    passage, subjects = look.passage, look.scene.subjects
    until, ended = language.UNTIL.search(look.text), language.ENDED.search(look.text)
    if not ended and (passage.names or not until):
        return
    about = look.scene.quantities.get(passage.chapter, set())
    for key, (kind, row) in look.scene.news.items():
        beyond = bool(ended) or (until is not None and row.end[:4] > until["year"])
        in_series = kind == "extension" and row.start not in ("", row.end) and row.quantity in about
        if in_series and beyond and subjects.is_main(row, passage):
            yield Cause("limit", f"new since it was written: {look.scene.words.row(key)}", False, (key,))


def known(look: Look) -> Iterator[Cause]:
    """A sentence that says there is nothing, in a chapter of which a number has become known, and about the same."""
    passage = look.passage
    wish = bool(language.WISH.search(passage.heading))
    stark, shown = language.STARK.search(look.text), language.FIGURE.search(look.text)
    for move in look.scene.known.get(passage.chapter, ()) if not (passage.is_heading or look.says_which) else ():
        shared = len(language.stems(look.text) & language.stems(move.after.about))
        kinds = look.scene.moves.after.of(move.gained, "measure")
        denied = language.names_a_kind(look.text) and any(language.is_of_kind(look.text, each) for each in kinds)
        if wish or shown or denied or (stark and shared) or ("none" in look.says and shared > 1):
            yield look.cause("known", move)


# --- Labels: words that no sentence surrounds ------------------------------------------------------------------------------------


def reason(look: Look) -> Iterator[Cause]:
    """The reason for a verdict that is another one now, or rests on numbers in another state.

    Or that says how much there is, or nothing, where one of the measures that decide its claim has a further figure.
    """
    yield from verdict(look)
    for move in look.moved(look.passage.names):
        if move.turned or (move.ends and "when" in look.says):
            yield look.cause("reason", move)
    subjects = look.scene.subjects
    claim = subjects.labels.get("claims", {}).get(look.passage.of, {})
    decide = set(claim.get("measures", "").split(";"))
    for key, (kind, row) in look.scene.news.items() if look.says & {"none", "compare"} and not look.says_which else ():
        further = kind == "another" or (kind == "new" and subjects.is_rare(row))
        if further and row.measure in decide and subjects.is_of_main(row) and not look.is_of_others(row):
            yield Cause("reason", f"new since it was written: {look.scene.words.row(key)}", False, (key,))


def named(look: Look) -> Iterator[Cause]:
    """A label that names an origin which is no longer behind the figure, or a year or month in which none of its rows ends now."""
    moves = look.scene.moves
    for move in look.moved(look.passage.names):
        was, now = moves.before.of(move.before.rows, "origin"), moves.after.of(move.after.rows, "origin")
        lost = _names(look, was - now) - _names(look, now)
        ended, ends = (
            {words for end in state.of(number.rows, "end") if end for words in (end[:4], wording.month(end))}
            for state, number in ((moves.before, move.before), (moves.after, move.after))
        )
        if lost & language.stems(look.text) or any(day in look.text for day in ended - ends):
            yield look.cause("named", move)


def _names(look: Look, origins: Iterable[str]) -> frozenset[str]:
    return language.stems_of(look.scene.words.label("origins", each) for each in origins)


def _plain(verdict: str) -> str:
    return verdict.replace("_", " ")


RULES: dict[str, tuple[Rule, ...]] = {
    "sentence": (
        rests, page, cites, verdict, speaker, day, dated, parts, denied, turned, order, size, apart, edition, later, lasting,
        collected, conclusion, direction, last, lead, compared, absence, throughout, among, gone, limit, known,
    ),
    "reason": (rests, reason),
    "title": (rests, named, absence, later, lasting),
    "subtitle": (rests, named, absence, lasting),
    "description": (rests, named, lasting, same_time),
}  # fmt: skip
LABELS: tuple[Rule, ...] = (rests, named)
