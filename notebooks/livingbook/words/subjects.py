"""Which sentences a row concerns, though no number in them rests on it: "no later share has been published" when one is.

A sentence concerns what the numbers around it measure, and what its own words name. A row is matched to it by measure and
population, or by words of its measure and category that are rare in the book.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property

from livingbook.words import language
from livingbook.words.passages import Passage
from livingbook.words.state import FIGURES, Observation, State

FAR = 1.5  # a factor
STEM = 4  # letters by which words name a measure
NAMED = 5  # letters by which words name an army
MANY = 0.1  # share of all figures from which on an army is one of those that words tell apart
PROJECTED = "projection"  # what was projected for a year and what was counted of it are two figures
COUNTS = ("flow", "stock")  # kinds of measures that say how many
RARE = 3  # figures
SERIES = 3  # figures of one origin and quantity, from which on one more before the last of them is news to nobody
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
        return {
            chapter: {whose for whose, count in counted.items() if count >= FEW * sum(counted.values())}
            for chapter, counted in self.families.items()
        }

    @cached_property
    def families(self) -> dict[str, Counter[str]]:
        """Chapter → how many of the quantities that its numbers and figures show belong to which family."""
        names: dict[str, set[str]] = {}
        for each in self.passages:
            names.setdefault(each.chapter, set()).update(each.names)
        for name in self.state.numbers:
            if name.startswith(FIGURES):
                names.setdefault(name.removeprefix(FIGURES).partition(".")[0], set()).add(name)
        counted = {
            chapter: Counter(self.root(whose) for name in found for _, whose, _ in self.behind(self.state, [name]))
            for chapter, found in names.items()
        }
        return {chapter: found for chapter, found in counted.items() if found}

    @cached_property
    def rarity(self) -> dict[str, float]:
        """Stem → how much it says: 0 for one in every sentence."""
        counted = Counter(stem for each in self.passages for stem in language.stems(each.words))
        total = len(self.passages) or 1
        return {stem: math.log(total / count) for stem, count in counted.items()}

    def words_of(self, row: Observation) -> frozenset[str]:
        """The stems that name what a row counts: of its measure and category, as their keys say it."""
        return language.stems_of([row.measure, row.category])

    @cached_property
    def phrases(self) -> dict[str, re.Pattern[str]]:
        """Population that is no army → what words call it: its label, without who made it, as in "merged list"."""
        makers = "|".join(re.escape(row["label"]) for row in self.labels.get("origins", {}).values()) or "$^"
        found = {}
        for key, row in self.labels.get("populations", {}).items():
            phrase = re.sub(rf"^(?:{makers})\s+", "", row["label"])
            if self.root(key) != key and phrase.count(" "):
                found[key] = re.compile(rf"\b{re.escape(phrase)}\b", re.I)
        return found

    def names(self, words: str, population: str) -> bool:
        """Whether words name a population by its own name; an army is named in every chapter."""
        return population in self.phrases and bool(self.phrases[population].search(words))

    @cached_property
    def armies(self) -> dict[str, str]:
        """The populations of which many figures are → how words about them begin: the first letters of their labels."""
        counted = Counter(self.root(row.population) for row in self.state.rows.values())
        return {
            key: self.labels["populations"][key]["label"][:NAMED].lower()
            for key, count in counted.items()
            if count >= MANY * sum(counted.values()) and key in self.labels["populations"]
        }

    def is_of_others(self, row: Observation, words: str, lists: bool = True) -> bool:
        """Whether words name an army of which the population of a row is none, or a list of which the row counts another thing.

        lists: False to ask of armies alone.
        """
        said, named = self._named_in(words)
        if said and self.root(row.population) in self.armies and self.root(row.population) not in said:
            return True
        counted = {each.measure for each in self.state.rows.values() if each.population in named} if named else set()
        return lists and bool(named) and row.population not in named and row.measure not in counted

    def is_of_army(self, row: Observation, words: str) -> bool:
        """Whether words name the army of which the population of a row is a part."""
        return self.root(row.population) in self._named_in(words)[0]

    def _named_in(self, words: str) -> tuple[frozenset[str], frozenset[str]]:
        """The armies and the other populations that words name."""
        if words not in self._named:
            said = frozenset(key for key, begin in self.armies.items() if re.search(rf"\b{re.escape(begin)}", words, re.I))
            some = self._any_phrase.search(words)
            self._named[words] = said, frozenset(key for key in self.phrases if self.names(words, key)) if some else frozenset()
        return self._named[words]

    @cached_property
    def _named(self) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
        return {}

    @cached_property
    def _any_phrase(self) -> re.Pattern[str]:
        return re.compile("|".join(each.pattern for each in self.phrases.values()) or "$^", re.I)

    def shared(self, one: str, other: str) -> float:
        """The rarity of the stems that two texts have in common."""
        return sum(self.rarity.get(stem, 0) for stem in language.stems(one) & language.stems(other))

    def overlap(self, row: Observation, words: str) -> float:
        """How much the words of a sentence and of a row have in common: the rarity of the stems that both have.

        Half the name of a measure names something else: "prisoners" are no "prison term".
        """
        said = language.stems(words)
        shared = self.words_of(row) & said
        measure, category = language.stems(row.measure), language.stems(row.category)
        if not (measure and measure <= said) and not (category and category <= said):
            return 0.0
        return sum(self.rarity.get(stem, 0) for stem in shared)

    def kind(self, row: Observation, before: State) -> str:
        """What a new row is beside those in use: "extension" of a series, "correction", "another" figure of a quantity, or "new".

        A later figure of one origin that is far from its last one is another figure, not the same series going on; so is one of an
        origin that has too few to make a series, and that is not later: a part of its one total, say.
        """
        same = [each for each in before.rows.values() if each.status == "use" and each.quantity == row.quantity]
        own = sorted((each for each in same if each.origin == row.origin), key=lambda each: each.end)
        if not same:
            return "new"
        if not own:
            return "another"
        projected = row.qualifier == PROJECTED
        if any((each.start, each.end) == (row.start, row.end) and (each.qualifier == PROJECTED) == projected for each in own):
            return "correction"
        if row.end <= own[-1].end:
            return "extension" if len(own) >= SERIES else "another"
        goes_on = bool(row.start) and row.start == own[-1].start  # a running total, which can only grow
        grew = goes_on and _figure(row) >= _figure(own[-1])
        return "extension" if grew or factor_between(own[-1], row) < FAR else "another"

    @cached_property
    def populations(self) -> frozenset[str]:
        """The populations of which there were figures."""
        return frozenset(row.population for row in self.state.rows.values())

    @cached_property
    def categories(self) -> frozenset[str]:
        """The categories of which there were figures."""
        return frozenset(row.category for row in self.state.rows.values())

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
        return self.root(row.population) in self.homes.get(passage.chapter, ())

    def is_main(self, row: Observation, passage: Passage) -> bool:
        """Whether a row is of the population of which a chapter speaks most."""
        found = self.families.get(passage.chapter, Counter[str]())
        return [self.root(row.population)] == [whose for whose, _ in found.most_common(1)]

    @cached_property
    def _main(self) -> str:
        """The family of which most figures are."""
        counted = Counter(self.root(row.population) for row in self.state.rows.values())
        return next((key for key, _ in counted.most_common(1)), "")

    def is_of_main(self, row: Observation) -> bool:
        """Whether a row is of the family of which most figures in the tables are."""
        return self.root(row.population) == self._main

    def measured(self, state: State, names: Iterable[str]) -> set[tuple[str, str, str]]:
        """The quantities behind numbers that rest on measures of one kind: a count over a strength is of neither."""
        each = (self.behind(state, [name]) for name in names)
        return {quantity for found in each if len({self._kind_of(*quantity) for quantity in found}) == 1 for quantity in found}

    def _kind_of(self, measure: str, *_: str) -> str:
        """What kind of thing a measure counts: flow, stock or share; of one that no table has, itself."""
        return self.labels.get("measures", {}).get(measure, {}).get("kind", measure)

    def is_count(self, row: Observation) -> bool:
        """Whether a row says how many there are, and no share, price, penalty or day; true of a measure that no table has."""
        return self._kind_of(row.measure) in {*COUNTS, row.measure}

    def is_lasting(self, row: Observation) -> bool:
        """Whether what a row says holds until another row changes it, as a law does."""
        return self._kind_of(row.measure) == "penalty"

    def group_of(self, measure: str) -> str:
        """The group of a measure: courts, absence or losses; of one that no table has, itself."""
        return self.labels.get("measures", {}).get(measure, {}).get("group", measure)

    def is_rare(self, row: Observation) -> bool:
        """Whether few figures of its measure are in use, and none of its population: it is news wherever they are spoken of."""
        same = [each for each in self.state.rows.values() if each.measure == row.measure and each.status == "use"]
        return 0 < len(same) <= RARE and all(each.population != row.population for each in same)

    def is_named(self, row: Observation, words: str) -> bool:
        """Whether words begin as the name of the measure does: "the same list" for listed_absent."""
        return any(re.search(rf"\b{part[:STEM]}", words, re.I) for part in row.measure.split("_") if len(part) >= STEM)

    def behind(self, state: State, names: Iterable[str]) -> set[tuple[str, str, str]]:
        """All quantities behind some numbers and figures."""
        rows = {row for name in names if name in state.numbers for row in state.numbers[name].rows}
        return {state.rows[row].quantity for row in rows if row in state.rows}


def is_part_of(one: str, category: str) -> bool:
    """Whether a category is another one or a part of it: "lines_cut_short" of "lines_cut"."""
    return f"{one}_".startswith(f"{category}_")


def _figure(row: Observation) -> float:
    return float(row.value or row.low or row.high or 0)


def factor_between(one: Observation, other: Observation) -> float:
    """By which factor two figures differ, at least 1; infinite if one of them is nothing."""
    first, second = _figure(one), _figure(other)
    return max(first / second, second / first) if first > 0 and second > 0 else math.inf
