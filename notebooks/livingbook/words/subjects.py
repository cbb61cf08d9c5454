"""Which sentences a row concerns, though no number in them rests on it: "no later share has been published" when one is.

A sentence concerns what the numbers around it measure, and what its own words name. A row is matched to it by measure and
population, or by words of its measure and category that are rare in the book.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property

from livingbook.words import language
from livingbook.words.passages import Passage
from livingbook.words.state import Observation, State

FAR = 1.5  # a factor
FEW = 0.2  # share of a chapter's figures from which on it speaks of a population
Labels = Mapping[str, Mapping[str, Mapping[str, str]]]  # table → key → the row of that key


class Subjects:
    """Matches rows to sentences.

    labels: the tables of measures, populations and origins. passages: all of the book. state: the numbers.
    """

    def __init__(self, labels: Labels, passages: Iterable[Passage], state: State) -> None:
        self.labels, self.state = labels, state
        self.passages = list(passages)

    @cached_property
    def cited(self) -> set[str]:
        """The numbers that prose cites."""
        return {name for each in self.passages for name in each.names}

    @cached_property
    def standing(self) -> set[str]:
        """Headings that several chapters have: they say nothing of what stands below them."""
        counted = Counter(each.text for each in self.passages if each.is_heading)
        return {text for text, count in counted.items() if count > 2}

    @cached_property
    def homes(self) -> dict[str, set[str]]:
        """Chapter → the families of which it cites more than a few figures."""
        found: dict[str, set[str]] = {}
        for chapter in {each.chapter for each in self.passages}:
            names = {name for each in self.passages if each.chapter == chapter for name in each.names}
            counted = Counter(self.root(whose) for name in names for _, whose, _ in self.measured(self.state, [name]))
            if counted:
                found[chapter] = {whose for whose, count in counted.items() if count >= FEW * sum(counted.values())}
        return found

    @cached_property
    def rarity(self) -> dict[str, float]:
        """Stem → how much it says: 0 for one in every sentence."""
        counted = Counter(stem for each in self.passages for stem in language.stems(each.words))
        total = len(self.passages) or 1
        return {stem: math.log(total / count) for stem, count in counted.items()}

    def words_of(self, row: Observation) -> frozenset[str]:
        """The stems that name what a row counts: of its measure and category, as their keys say it."""
        return language.stems_of([row.measure, row.category])

    def overlap(self, row: Observation, words: str) -> float:
        """How much the words of a sentence and of a row have in common: the rarity of the stems that both have."""
        shared = self.words_of(row) & language.stems(words)
        return sum(self.rarity.get(stem, 0) for stem in shared)

    def kind(self, row: Observation, before: State) -> str:
        """What a new row is beside those in use: "extension" of a series, "another" figure of a quantity, or "new".

        A later figure of one origin that is far from its last one is another figure, not the same series going on.
        """
        same = [each for each in before.rows.values() if each.status == "use" and each.quantity == row.quantity]
        own = sorted((each for each in same if each.origin == row.origin), key=lambda each: each.end)
        if not same:
            return "new"
        return "extension" if own and _apart(own[-1], row) < FAR else "another"

    def root(self, population: str) -> str:
        """The population that holds all others of its family: an army for its units, lists and courts."""
        above = self.labels["populations"].get(population, {}).get("parent", "")
        return self.root(above) if above and above != population else population

    def of_one(self, one: str, other: str) -> bool:
        """Whether two populations belong to one family."""
        return self.root(one) == self.root(other)

    def family(self, population: str) -> set[str]:
        """A population and those above it."""
        above = self.labels["populations"].get(population, {}).get("parent", "")
        return {population} | (self.family(above) if above and above != population else set())

    def related(self, one: str, other: str) -> bool:
        """Whether one population holds the other."""
        return one in self.family(other) or other in self.family(one)

    def at_home(self, row: Observation, passage: Passage) -> bool:
        """Whether a chapter speaks of the population of a row at all: a return in one army is no news of another's."""
        return self.root(row.population) in self.homes.get(passage.chapter, {self.root(row.population)})

    def measured(self, state: State, names: Iterable[str]) -> set[tuple[str, str, str]]:
        """The quantities behind some numbers."""
        rows = {row for name in names if name in state.numbers for row in state.numbers[name].rows}
        return {state.rows[row].quantity for row in rows if row in state.rows}


def _apart(one: Observation, other: Observation) -> float:
    """By which factor two figures differ, at least 1; infinite if one of them is nothing."""
    first, second = (float(row.value or row.low or row.high or 0) for row in (one, other))
    return max(first / second, second / first) if first > 0 and second > 0 else math.inf
