"""A published number: its fields, its JSON in what a notebook publishes, and its cells in the table of a sweep.

This is the one list of the fields. Publishing, results, sweeps, comparisons, the cards of claims and the roles of prose take their
names from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from livingbook.values import wording
from livingbook.values.bounds import ENDS, Bounds
from livingbook.values.wording import SHARE

WORDS = "words"  # the unit of computed words, which have no bounds
FOR_MACHINES = (*ENDS, "unit", "text")  # the columns of a sweep, in order
ON_A_CARD = (*FOR_MACHINES, "about")  # what the card of a claim, and ``results.json``, has of each number


@dataclass(frozen=True, kw_only=True)
class PublishedNumber:
    """A number, or computed words, as it is published, wherever it is shown: in prose, in a table of results, on a card.

    low, value, high: the ends in the number's unit; ``None`` for an open end and for no value, all three for an unknown and for
    words. unit: what is counted, singular or plural as in a table, or ``SHARE``, or ``WORDS``. text: the whole as it is printed.
    about: one sentence that says what it is. rows: ids of the observations it rests on, in order. picks: each end that is known
    → its words, for prose that cites it alone; books from before it was published have none.

    Raises ``ValueError`` unless low ≤ value ≤ high.
    """

    low: float | None = None
    value: float | None = None
    high: float | None = None
    unit: str = ""
    text: str
    about: str = ""
    rows: list[str] = field(default_factory=list)
    picks: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        Bounds.from_ends(self.low, self.value, self.high)  # refuses what no notebook can have published

    @classmethod
    def of(cls, bounds: Bounds, unit: str, about: str, step: float | None = None) -> PublishedNumber:
        """The published form of bounds. step: rounding unit; without it, what the bounds support."""
        step = wording.printed_step(bounds, step)
        write = wording.percent if unit == SHARE else wording.number
        outward = {} if bounds.is_point else {"low": False, "high": True}
        picks = {end: write(at, step, up=outward.get(end)) for end, at in bounds.ends.items() if at is not None}
        text = wording.of_bounds(bounds, unit, step)
        return cls(**bounds.ends, unit=unit, text=text, about=about, rows=sorted(bounds.rows), picks=picks)

    @classmethod
    def of_words(cls, words: str, about: str, rows: Iterable[str] = ()) -> PublishedNumber:
        """The published form of computed words."""
        return cls(unit=WORDS, text=words, about=about, rows=list(rows))

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> PublishedNumber:
        """A number from what was published of it. Raises ``TypeError`` for one without a text."""
        return cls(**known(entry))

    @classmethod
    def from_cells(cls, cells: Mapping[str, str]) -> PublishedNumber:
        """A number from its cells in the table of a sweep, as text, with ``about``."""
        low, value, high = (float(cells[end]) if cells[end] else None for end in ENDS)
        rows = sorted(set(cells["rows"].split(";")) - {""})
        return cls(low=low, value=value, high=high, unit=cells["unit"], text=cells["text"], about=cells["about"], rows=rows)

    @property
    def json(self) -> dict[str, Any]:
        """What is published of it; the inverse of ``from_json``. Words have no ends that could be picked."""
        return {name: each for name, each in asdict(self).items() if name != "picks" or self.unit != WORDS}

    @property
    def card(self) -> dict[str, Any]:
        """What the card of a claim has of it."""
        return {name: getattr(self, name) for name in ON_A_CARD}

    @property
    def bounds(self) -> Bounds:
        """Its low, value and high, with its rows."""
        return Bounds.from_ends(self.low, self.value, self.high, self.rows)

    @property
    def is_unknown(self) -> bool:
        """Whether it is a number of which nothing at all is known."""
        return self.unit != WORDS and self.bounds.is_unknown


FIELDS = tuple(each.name for each in fields(PublishedNumber))
COLUMNS = (*FOR_MACHINES, "rows")  # of a number in the table of a sweep, in order


def known(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a number that an entry of JSON has, without those that are ``None``."""
    return {name: entry[name] for name in FIELDS if entry.get(name) is not None}


def to_cells(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Column → cell of a published entry in the table of a sweep; rows are separated by semicolons."""
    return {**{name: entry[name] for name in FOR_MACHINES}, "rows": ";".join(entry["rows"])}


def bounds_of_cells(cells: Mapping[str, str]) -> Bounds | None:
    """The bounds of a number from its cells in the table of a sweep, as text; ``None`` for words."""
    return None if cells["unit"] == WORDS else PublishedNumber.from_cells({"about": "", **cells}).bounds
