"""What words can lean on, as it stands at one moment: the numbers, verdicts, figures and rows of a book's own edition.

The same state is read from a build and from the lock, so that the two can be compared.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

Table = Iterable[Mapping[str, str]]
CELLS = (
    "measure", "population", "category", "start", "end", "low", "value", "high", "qualifier", "origin", "source", "primary_source",
    "known_from", "status", "same_as",
)  # fmt: skip
FIGURE = ("low", "value", "high", "qualifier")
DIGITS = 6  # significant digits of a number in the lock: enough to compare, and the same on every machine


@dataclass(frozen=True)
class Observation:
    """One observation, without its note."""

    measure: str = ""
    population: str = ""
    category: str = ""
    start: str = ""
    end: str = ""
    low: str = ""
    value: str = ""
    high: str = ""
    qualifier: str = ""
    origin: str = ""
    source: str = ""
    primary_source: str = ""
    known_from: str = ""
    status: str = ""
    same_as: str = ""

    @property
    def figure(self) -> tuple[str, ...]:
        """What it states, apart from where it was read."""
        return tuple(getattr(self, name) for name in FIGURE)

    @property
    def pages(self) -> set[str]:
        """The sources that print it."""
        return {self.source, self.primary_source} - {""}

    @property
    def quantity(self) -> tuple[str, str, str]:
        """What is counted, of whom: measure, population, category."""
        return self.measure, self.population, self.category


@dataclass(frozen=True)
class Number:
    """A published number, or published words (unit "words"). An open bound is ``None``; of an unknown number all ends are."""

    text: str
    unit: str = ""
    low: float | None = None
    value: float | None = None
    high: float | None = None
    rows: tuple[str, ...] = ()
    about: str = ""

    @property
    def is_known(self) -> bool:
        """Whether anything is: published words always are, a number if it has an end."""
        return self.unit == "words" or any(each is not None for each in (self.low, self.value, self.high))

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the largest that it can be."""
        least = self.low if self.low is not None else -math.inf
        return least, self.high if self.high is not None else math.inf

    @property
    def face(self) -> float | None:
        """The one number that stands for it: the value, else the only end, else the middle."""
        if self.value is not None:
            return self.value
        known = [each for each in (self.low, self.high) if each is not None]
        return sum(known) / len(known) if known else None


@dataclass(frozen=True)
class TypedFigure:
    """What is typed into a published figure or table, and the rows that it shows."""

    title: str
    subtitle: str = ""
    caption: str = ""
    rows: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Card:
    """The verdict on a claim, the reason beside it, and the names of the numbers that decide it."""

    verdict: str
    reason: str = ""
    values: tuple[str, ...] = ()


FIGURES = "figure "  # before the name of a figure or table among the numbers: its title is published words that rest on its rows


@dataclass(frozen=True)
class State:
    """Numbers and figures by ``notebook.name``, verdicts by claim, observations by id; figures stand among the numbers, too."""

    rows: Mapping[str, Observation] = field(default_factory=dict)
    numbers: Mapping[str, Number] = field(default_factory=dict)
    figures: Mapping[str, TypedFigure] = field(default_factory=dict)
    cards: Mapping[str, Card] = field(default_factory=dict)

    @cached_property
    def retold(self) -> dict[str, list[str]]:
        """Row → the rows that name it in ``same_as``."""
        found: dict[str, list[str]] = {}
        for key, row in self.rows.items():
            if row.same_as:
                found.setdefault(row.same_as, []).append(key)
        return found

    def pages(self, rows: Iterable[str]) -> set[str]:
        """The sources that print these figures: their own, and those of re-reports that give the same figure."""
        found: set[str] = set()
        for key in rows:
            if row := self.rows.get(key):
                family = [self.rows[each] for each in [*self.retold.get(key, []), row.same_as] if each in self.rows]
                found |= row.pages.union(*(each.pages for each in family if each.figure == row.figure))
        return found

    def of(self, rows: Iterable[str], name: str) -> set[str]:
        """The values of a field in these rows."""
        return {getattr(self.rows[each], name) for each in rows if each in self.rows} - {""}

    def as_json(self) -> dict[str, Any]:
        """For the lock; ``from_json`` reads it."""
        return {
            "rows": {key: "|".join(getattr(row, name) for name in CELLS) for key, row in sorted(self.rows.items())},
            "numbers": {key: _filled(each) for key, each in sorted(self.numbers.items()) if not key.startswith(FIGURES)},
            "figures": {key: _filled(each) for key, each in sorted(self.figures.items())},
            "cards": {key: _filled(each) for key, each in sorted(self.cards.items())},
        }


def from_json(body: Mapping[str, Any]) -> State:
    """A state from the lock. Raises ``TypeError``, ``KeyError`` or ``AttributeError`` for what no state has written."""
    figures = {key: TypedFigure(**_tuples(each)) for key, each in body["figures"].items()}
    return State(
        {key: Observation(*cells.split("|")) for key, cells in body["rows"].items()},
        {key: Number(**_tuples(each)) for key, each in body["numbers"].items()} | dict(map(_titled, figures.items())),
        figures,
        {key: Card(**_tuples(each)) for key, each in body["cards"].items()},
    )


def state_of(documents: Mapping[str, Mapping[str, Any]], claims: Mapping[str, Mapping[str, Any]], observations: Table) -> State:
    """The state that a build publishes. documents: notebook → what it published; claims: claim → its card."""
    results = [(f"{name}.{key}", body) for name, each in documents.items() for key, body in each["results"].items()]
    shown = [
        (f"{name}.{key}", _figure(body))
        for name, each in documents.items()
        for kind in ("figures", "tables")
        for key, body in each[kind].items()
    ]
    return State(
        {row["id"]: Observation(*(row.get(name, "") for name in CELLS)) for row in observations},
        {name: _number(body) for name, body in results} | dict(map(_titled, shown)),
        dict(shown),
        {key: Card(card["verdict"], card.get("reason", ""), tuple(card.get("values") or ())) for key, card in claims.items()},
    )


def _titled(entry: tuple[str, TypedFigure]) -> tuple[str, Number]:
    """A figure among the numbers: its title as published words."""
    name, figure = entry
    return f"{FIGURES}{name}", Number(figure.title, "words", rows=figure.rows)


def _number(body: Mapping[str, Any]) -> Number:
    ends = {name: None if body[name] is None else float(f"{body[name]:.{DIGITS}g}") for name in ("low", "value", "high")}
    return Number(text=body["text"], unit=body["unit"], rows=tuple(body["rows"]), about=body["about"], **ends)


def _figure(body: Mapping[str, Any]) -> TypedFigure:
    return TypedFigure(
        body["title"],
        body.get("subtitle", ""),
        body.get("caption", ""),
        tuple(body["rows"]),
        tuple(each["label"] for each in body["columns"]),
    )


def _filled(each: Number | TypedFigure | Card) -> dict[str, Any]:
    return {name: value for name, value in asdict(each).items() if value not in (None, "", (), [])}


def _tuples(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in body.items()}
