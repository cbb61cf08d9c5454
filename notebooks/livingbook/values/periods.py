"""The periods of the observations that were selected: sums refuse flows that overlap, and a share of two times says so.

Bounds know the ids of the observations on which they rest, and nothing of their periods. Who reads observations notes them here.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

FAR = 183  # days between two figures from which on their quotient says of which times they are


class Flow(NamedTuple):
    """What an observation counts, and from which day to which: ISO days, both included."""

    quantity: tuple[str, ...]
    start: str
    end: str


_noted: dict[str, Flow] = {}


def note(flows: Iterable[tuple[str, Flow]]) -> None:
    """Keeps the flows of some observations, by id. What is of one day alone, a stock, has no first day."""
    _noted.update((key, flow) for key, flow in flows if flow.end)


def require_apart(parts: Iterable[frozenset[str]]) -> None:
    """Raises ``ValueError`` if two parts of a sum are flows of one quantity whose periods overlap: some would be counted twice.

    parts: the ids behind each. One that rests on several observations was computed, and is left out.
    """
    seen: dict[tuple[str, ...], list[tuple[str, str, str]]] = {}
    for key in dict.fromkeys(key for ids in parts if len(ids) == 1 for key in ids):
        if (flow := _noted.get(key)) and flow.start:
            seen.setdefault(flow.quantity, []).append((flow.start, flow.end, key))
    for first, second in (pair for flows in seen.values() for pair in _overlapping(flows)):
        told = " and ".join(f"{key} ({start} to {end})" for start, end, key in (first, second))
        raise ValueError(f"adds {told}: flows of one quantity whose periods overlap, so that some would be counted twice")


def apart(ids: frozenset[str]) -> tuple[str, str] | None:
    """Of two observations more than half a year apart, the day on which the earlier ends and on which the later begins."""
    if len(ids) != 2 or not all(key in _noted for key in ids):
        return None
    earlier, later = sorted((_noted[key] for key in ids), key=lambda flow: flow.end)
    begins = later.start or later.end
    days = (date.fromisoformat(begins) - date.fromisoformat(earlier.end)).days
    return (earlier.end, begins) if days > FAR else None


def _overlapping(flows: list[tuple[str, str, str]]) -> Iterator[tuple[tuple[str, str, str], tuple[str, str, str]]]:
    """Neighbours in time of which the second begins before the first has ended."""
    ordered = sorted(flows)
    yield from ((one, other) for one, other in itertools.pairwise(ordered) if other[0] <= one[1])
