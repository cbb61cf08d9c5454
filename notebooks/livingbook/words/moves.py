"""What has happened between two states that can make a typed word false: to each number, and among the rows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from livingbook.words import language
from livingbook.words.state import Number, Observation, State

SHORT = 24  # letters of a published word that is a finding ("fell"); longer ones list names
LANDMARKS = {"share": (0.0, 0.5, 1.0), "ratio": (0.0, 1.0, 2.0)}  # where words change: most, twice


@dataclass(frozen=True)
class Move:
    """What differs of one published number.

    printed: whether it prints differently. gained, lost: rows. origins: whether who gave it differs. ends: whether its rows now end
    on another day. apart: by how many days its rows lie further apart in time than before. turned: how its state differs, in words.
    """

    name: str
    before: Number
    after: Number
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    origins: bool
    ends: bool
    apart: int
    turned: tuple[str, ...]

    @property
    def printed(self) -> bool:
        """Whether it is printed in other words than before."""
        return self.before.text != self.after.text

    @property
    def factor(self) -> float:
        """By how much it moved, at least 1; infinite where a sign changed or something became known."""
        was, now = self.before.face, self.after.face
        if was == now:
            return 1.0
        if was is None or now is None or was * now <= 0:
            return math.inf
        return max(now / was, was / now)


class Moves:
    """All that differs between two states."""

    def __init__(self, before: State, after: State) -> None:
        self.before, self.after = before, after

    @cached_property
    def numbers(self) -> dict[str, Move]:
        """Number → its move; numbers that stayed are left out."""
        both = self.before.numbers.keys() & self.after.numbers.keys()
        moves = (self._move(name, self.before.numbers[name], self.after.numbers[name]) for name in sorted(both))
        return {each.name: each for each in moves if each.printed or each.gained or each.lost or each.origins or each.ends}

    def _move(self, name: str, was: Number, now: Number) -> Move:
        gained, lost = set(now.rows) - set(was.rows), set(was.rows) - set(now.rows)
        gained |= {row for row in set(now.rows) & set(was.rows) if row in self.revised}
        return Move(
            name, was, now, tuple(sorted(gained)), tuple(sorted(lost)),
            self.before.of(was.rows, "origin") != self.after.of(now.rows, "origin"),
            {max(self.before.of(was.rows, "end"), default="")} != {max(self.after.of(now.rows, "end"), default="")},
            max(0, _gap(self.after, now.rows) - _gap(self.before, was.rows)),
            tuple(_turns(was, now)),
        )  # fmt: skip

    @cached_property
    def fresh(self) -> dict[str, Observation]:
        """Rows in use that were not there, or not in use."""
        old = self.before.rows
        return {
            key: row for key, row in self.after.rows.items() if row.status == "use" and (key not in old or old[key].status != "use")
        }

    @cached_property
    def revised(self) -> dict[str, Observation]:
        """Rows in use before and now that say something else: another figure, period, origin or quantity."""
        old, new = self.before.rows, self.after.rows
        both = (key for key, row in new.items() if row.status == "use" and key in old and old[key].status == "use")
        return {key: new[key] for key in both if _says(new[key]) != _says(old[key])}

    @cached_property
    def gone(self) -> dict[str, Observation]:
        """Rows that were in use and are not."""
        new = self.after.rows
        return {
            key: row
            for key, row in self.before.rows.items()
            if row.status == "use" and (key not in new or new[key].status != "use")
        }

    @cached_property
    def verdicts(self) -> dict[str, tuple[str, str]]:
        """Claim → its verdict before and now, where they differ."""
        both = self.before.cards.keys() & self.after.cards.keys()
        pairs = {key: (self.before.cards[key].verdict, self.after.cards[key].verdict) for key in sorted(both)}
        return {key: (was, now) for key, (was, now) in pairs.items() if was != now}

    def turned_round(self, names: Iterable[str], beside: Iterable[str]) -> Iterator[tuple[str, str, str]]:
        """Pairs of numbers of one unit whose order differs: (one, other, "was above, is below")."""
        seen = set()
        for one in names:
            for other in beside:
                pair = frozenset((one, other))
                if one == other or pair in seen or not (one in self.numbers or other in self.numbers):
                    continue
                seen.add(pair)
                was, now = (_order(state, one, other) for state in (self.before, self.after))
                if was and now and was != now:
                    yield one, other, f"{was} it, now {now} it"


def _says(row: Observation) -> tuple[object, ...]:
    return row.figure, row.quantity, row.start, row.end, row.origin


def _gap(state: State, rows: Iterable[str]) -> int:
    """The most days between the periods of two of these rows; 0 where all of them overlap."""
    periods = [(row.start or row.end, row.end or row.start) for row in map(state.rows.get, rows) if row and (row.start or row.end)]
    if len(periods) < 2:
        return 0
    last_start, first_end = max(start for start, _ in periods), min(end for _, end in periods)
    return max(0, (date.fromisoformat(last_start) - date.fromisoformat(first_end)).days)


def _turns(was: Number, now: Number) -> Iterator[str]:
    """How the state of a number differs, apart from its size: which words fit it."""
    if was.is_known != now.is_known:
        yield "is known now" if now.is_known else "is no longer known"
        return
    if "words" in (was.unit, now.unit):
        if was.text != now.text and not _only_figures(was.text, now.text) and max(len(was.text), len(now.text)) <= SHORT:
            yield f"was “{was.text}”, is “{now.text}”"
        return
    for end, open_end in ((0, -math.inf), (1, math.inf)):
        if (was.ends[end] == open_end) != (now.ends[end] == open_end):
            yield ("has no lower bound", "has no upper bound")[end] + (" now" if now.ends[end] == open_end else " any more")
    for mark in LANDMARKS.get(was.unit, (0.0,)):
        if (old := _side(was, mark)) != (new := _side(now, mark)):
            yield f"was {old} {mark:g}, is {new} {mark:g}"


def _only_figures(was: str, now: str) -> bool:
    """Whether two published words differ in figures and days alone: "31 May 2025" and "31 May 2026"."""
    return language.frame(was) == language.frame(now)


def _side(number: Number, mark: float) -> str:
    low, high = number.ends
    return "above" if low > mark else "below" if high < mark else "around"


def _order(state: State, one: str, other: str) -> str:
    """Where one number lies beside another of its unit: "above", "below", "about"; "" where they cannot be compared."""
    first, second = state.numbers.get(one), state.numbers.get(other)
    if not first or not second or first.unit != second.unit or first.unit == "words" or not (first.is_known and second.is_known):
        return ""
    if first.ends[0] > second.ends[1]:
        return "above"
    if first.ends[1] < second.ends[0]:
        return "below"
    return "beside"
