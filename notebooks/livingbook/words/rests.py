"""What an author says that a sentence rests on, where no number in it does: ``…than there{rests}`here.monthly > there.monthly`.``

The role shows nothing. It holds one thing or several, separated by commas:

- ``catch.direction`` or ``B06``: a published number, published words, or the verdict on a claim;
- ``catch.herring < catch.cod``, ``catch.share < 0.5``: of two numbers, which is larger;
- ``no herring coast``, ``no fish any smoked``, ``no later herring =coast``, ``no other herring coast !all``: that there is no
  further figure in use of a measure, or of a group of measures, for a population and all below it (for it alone after ``=``),
  and for a category if one is named (after ``!``: for any but that one). A figure with which a series goes on is no further
  one, unless none ``later`` shall be there; ``no other`` is one of an origin that had none. A population that is new to the
  tables is not left out by ``=``, nor a new category that shares a word with the one named: nobody knew of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from livingbook.words import language
from livingbook.words.state import Observation, State
from livingbook.words.subjects import Subjects, is_part_of

ANY = "any"  # population: of whomever
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
COMPARED = re.compile(r"(?P<one>\S+)\s*(?P<sign>[<>])\s*(?P<other>\S+)")
NONE = re.compile(
    r"no\s+(?:(?P<which>later|other)\s+)?(?P<measure>\w+)\s+(?P<alone>=?)(?P<population>\w+)(?:\s+(?P<category>!?\w+))?"
)
NEITHER = ("extension", "correction")  # kinds of rows that are no further figure


@dataclass(frozen=True)
class Mention:
    """A number, words or a claim that a sentence rests on."""

    name: str


@dataclass(frozen=True)
class Compared:
    """That one number is above another (sign ">"), or below it ("<"). one, other: names of numbers, or figures."""

    one: str
    sign: str
    other: str

    @property
    def names(self) -> list[str]:
        """The published numbers of the two."""
        return [each for each in (self.one, self.other) if not NUMBER.fullmatch(each)]

    def holds(self, state: State) -> bool | None:
        """Whether it is so in a state; ``None`` where the numbers leave that open."""
        ends = [_ends(state, each) for each in ((self.one, self.other) if self.sign == ">" else (self.other, self.one))]
        if not ends[0] or not ends[1]:
            return None
        (low, high), (least, most) = ends[0], ends[1]
        return True if low > most else False if high <= least else None


@dataclass(frozen=True)
class NoFigure:
    """That there is no further figure of a measure, or a group of measures, for a population and, unless "", a category.

    category: after "!", any but that one. alone: of the population itself, and not of those below it. which: "later" for none that
    ends later than all there are, "other" for none of another origin than all there are.
    """

    measure: str
    population: str
    category: str = ""
    alone: bool = False
    which: str = ""

    def is_met_by(self, kind: str, row: Observation, subjects: Subjects) -> bool:
        """Whether a row that is new is such a figure. kind: what it is beside those before (``Subjects.kind``)."""
        if not self._is_about(row, subjects):
            return False
        if not self.which:
            return kind not in NEITHER
        there = [each for each in subjects.state.rows.values() if each.status == "use" and self._is_about(each, subjects)]
        if self.which == "other":
            return row.origin not in {each.origin for each in there}
        return row.end > max((each.end for each in there), default="")

    def _is_about(self, row: Observation, subjects: Subjects) -> bool:
        """Whether a row is of what is named."""
        return (
            self.measure in (row.measure, subjects.group_of(row.measure))
            and (self.population == ANY or self._is_of_population(row, subjects))
            and (not self.category or self._is_of_category(row, subjects))
        )

    def _is_of_population(self, row: Observation, subjects: Subjects) -> bool:
        is_known = row.population in subjects.populations
        return self.population in ({row.population} if self.alone and is_known else subjects.family(row.population))

    def _is_of_category(self, row: Observation, subjects: Subjects) -> bool:
        name = self.category.lstrip("!")
        alike = row.category not in subjects.categories and bool(language.stems(row.category) & language.stems(name))
        return (alike or is_part_of(row.category, name)) is not self.category.startswith("!")


Rest = Mention | Compared | NoFigure


def rests_in(contents: Iterable[str]) -> Iterator[Rest]:
    """What the contents of the roles of a sentence say."""
    for item in (each.strip() for content in contents for each in content.split(",")):
        if found := NONE.fullmatch(item):
            yield NoFigure(
                found["measure"], found["population"], found["category"] or "", bool(found["alone"]), found["which"] or ""
            )
        elif found := COMPARED.fullmatch(item):
            yield Compared(found["one"], found["sign"], found["other"])
        else:
            yield Mention(item)


def faults(rest: Rest, state: State, labels: Mapping[str, Mapping[str, Mapping[str, str]]]) -> Iterator[str]:
    """What of it names nothing that there is, in words. labels: the tables of measures and populations."""
    match rest:
        case Mention(name):
            names = [name]
        case Compared():
            names = rest.names
        case NoFigure(measure, population):
            names = []
            groups = {row.get("group", "") for row in labels["measures"].values()}
            if measure not in labels["measures"] and measure not in groups:
                yield f"no measure or group of measures {measure}"
            if population != ANY and population not in labels["populations"]:
                yield f"no population {population}"
    yield from (f"no number or claim {name}" for name in names if name not in state.numbers and name not in state.cards)


def _ends(state: State, name: str) -> tuple[float, float] | None:
    if NUMBER.fullmatch(name):
        return float(name), float(name)
    number = state.numbers.get(name)
    if number is None or number.unit == "words" or not number.is_known:
        return None
    # "At least 500" is read as 500 beside another number: an open end would leave every comparison open.
    least, most = number.low if number.low is not None else number.face, number.high if number.high is not None else number.face
    return (least, most) if least is not None and most is not None else None
