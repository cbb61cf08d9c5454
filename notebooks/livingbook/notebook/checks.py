"""Checks of what a notebook has published, for its last cell: what must add up, what cannot be larger than what.

Bounds pass a check if it can hold; so "at least 5" may be at most 7. A check that fails stops the run, and says which results
contradict each other. A result that is unknown contradicts nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from livingbook.notebook.publish import Publisher
from livingbook.values import wording
from livingbook.values.bounds import Bounds, total
from livingbook.values.wording import SHARE


class CheckError(Exception):
    """A published result that cannot be right beside the others."""


class Checks:
    """Checks of the results of one notebook, by their names; a bare name is one of this notebook's.

    Each raises ``CheckError`` where the results cannot be so.
    """

    def __init__(self, publish: Publisher) -> None:
        self._publish = publish

    def at_most(self, smaller: str, larger: str, times: float = 1.0) -> None:
        """``smaller`` can be at most ``times`` as much as ``larger``."""
        one, other = self._bounds(smaller), self._bounds(larger)
        if one.low > other.high * times * (1 + 1e-9):
            factor = "" if times == 1 else f"{wording.plain(times)} times "
            raise CheckError(f"{self._shown(smaller)} is more than {factor}{self._shown(larger)}")

    def adds_up(self, whole: str, parts: Iterable[str]) -> None:
        """The parts can make the whole."""
        names = list(parts)
        expected, summed = self._bounds(whole), total(self._bounds(name) for name in names)
        if not _overlap(expected, summed):
            raise CheckError(f"{self._shown(whole)} is not the sum of {', '.join(map(self._shown, names))}")

    def inside(self, result: str, limits: str) -> None:
        """The result can lie within the limits: an estimate within its bounds."""
        if not _overlap(self._bounds(result), self._bounds(limits)):
            raise CheckError(f"{self._shown(result)} lies outside {self._shown(limits)}")

    def shares(self) -> None:
        """Every share that the notebook has published can lie between 0 and 1."""
        for name, number in self._publish.numbers.items():
            bounds = number.bounds
            if number.unit == SHARE and (bounds.low > 1 or bounds.high < 0 or bounds.low < 0):
                raise CheckError(f"{self._shown(name)} is no share: it lies outside 0% and 100%")

    def complete(self) -> None:
        """Every result that is described has been published."""
        if left := self._publish.unpublished():
            raise CheckError(f"{self._publish.notebook} describes {', '.join(left)} and does not publish it")

    def holds(self, what: str, outcome: bool) -> None:
        """Anything else: ``what`` says what must be so."""
        if not outcome:
            raise CheckError(f"{self._publish.notebook}: it does not hold that {what}")

    def _full(self, name: str) -> str:
        return name if "." in name else f"{self._publish.notebook}.{name}"

    def _bounds(self, name: str) -> Bounds:
        found = self._publish.numbers.get(self._full(name))
        if found is None:
            raise CheckError(f"{self._full(name)} has not been published")
        return found.bounds

    def _shown(self, name: str) -> str:
        number = self._publish.numbers[self._full(name)]
        return f"{self._full(name)} ({'not known' if number.is_unknown else number.text})"


def _overlap(one: Bounds, other: Bounds) -> bool:
    """Whether both can be the same number; a rounding error is no difference."""
    room = 1e-9 * max(abs(one.low), abs(other.low), 1.0)
    return one.low <= other.high + room and other.low <= one.high + room
