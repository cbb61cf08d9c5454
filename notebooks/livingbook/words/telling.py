"""What has changed, in words for a reader: what the words were written for, and what stands there now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from livingbook.evidence.ledger import short_period
from livingbook.values import wording
from livingbook.values.qualifiers import from_published
from livingbook.words.moves import Move
from livingbook.words.state import FIGURES, Number, Observation, State

Labels = Mapping[str, Mapping[str, Mapping[str, str]]]  # table → key → the row of that key
NAMED = 2  # origins named before "and 3 others"


class Teller:
    """Puts moves and rows into words. labels: the tables of measures, populations and origins."""

    def __init__(self, labels: Labels, before: State, after: State) -> None:
        self.labels, self.before, self.after = labels, before, after

    def label(self, table: str, key: str) -> str:
        """What a key is called."""
        return self.labels.get(table, {}).get(key, {}).get("label") or key

    def moved(self, move: Move) -> str:
        """A number before and now, with whoever gave it and of when, where these differ."""
        what = "the figure" if move.name.startswith(FIGURES) else move.after.about.rstrip(".") or move.name
        was, now = self._number(move.before, self.before), self._number(move.after, self.after)
        if move.name.startswith(FIGURES):
            was, now = self._rest(move.before, self.before), self._rest(move.after, self.after)
        if was == now:
            return f"{what}: rests on other rows now ({self.named(move.gained or move.lost)})"
        return f"{what}: was {was}; is {now}"

    def _number(self, number: Number, state: State) -> str:
        unit = "" if number.unit in ("share", "words", "") else f" {number.unit}"
        rest = self._rest(number, state)
        return f"{number.text}{unit}{f', {rest}' if rest else ''}"

    def _rest(self, number: Number, state: State) -> str:
        origins = sorted(state.of(number.rows, "origin"))
        by = [self.label("origins", each) for each in origins[:NAMED]]
        rest = [self.label("origins", each) for each in origins[NAMED:]]
        by += rest if len(rest) < NAMED else [f"{len(rest)} others"]
        rows = [state.rows[each] for each in number.rows if each in state.rows]
        return ", ".join(filter(None, [f"by {wording.listing(by)}" if by else "", when(rows)]))

    def row(self, key: str) -> str:
        """One row: what it counts, of whom, the figure, by whom, of when."""
        row = self.after.rows.get(key) or self.before.rows.get(key)
        if not row:
            return key
        category = "" if row.category in ("", "all") else f" ({row.category.replace('_', ' ')})"
        what = f"{self.label('measures', row.measure)}{category}, {self.label('populations', row.population)}"
        unit = self.labels.get("measures", {}).get(row.measure, {}).get("unit", "")
        return f"{what}: {figure(row, unit)}, by {self.label('origins', row.origin)}, {when([row])}"

    def named(self, rows: Iterable[str]) -> str:
        """Some rows in words; more than two are counted."""
        shown = list(rows)
        return "; ".join([*map(self.row, shown[:NAMED]), *([f"{len(shown) - NAMED} more"] if len(shown) > NAMED else [])])


def figure(row: Observation, unit: str = "") -> str:
    """The figure of a row as the book prints it; unit: of its measure."""
    try:
        return wording.of_bounds(from_published(row.qualifier, row.value, row.low, row.high), unit)
    except (ValueError, ArithmeticError):
        return " ".join(each for each in row.figure if each)


def when(rows: Iterable[Observation]) -> str:
    """The period that rows cover together, in short; "" where they have no days."""
    days = [(row.start, row.end) for row in rows if row.end]
    if not days:
        return ""
    starts = [start for start, _ in days if start]
    end = date.fromisoformat(max(end for _, end in days))
    return short_period(date.fromisoformat(min(starts)) if starts else None, end)
