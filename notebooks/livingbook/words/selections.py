"""Which notebooks read a row, by the selections that their runs recorded; and which selections come near one that none reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from livingbook.words.state import Observation

NOT_COUNTED = frozenset({"status", "id", "same_as"})  # fields that say nothing of what is asked for
NEAR = 2  # fields by which a selection may differ from a row and still come near it


@dataclass(frozen=True)
class Selection:
    """A recorded selection of observations by a notebook: field → the values that it takes."""

    notebook: str
    where: Mapping[str, frozenset[str]]

    def misses(self, key: str, row: Observation) -> list[str]:
        """The fields by which a row falls outside the selection; none if it is selected."""
        cells = {**vars(row), "id": key}
        return [name for name, wanted in self.where.items() if cells.get(name, "") not in wanted]

    @property
    def is_asking(self) -> bool:
        """Whether it asks for a measure: a selection of everything, to count or to list it, reads no row in particular."""
        return "measure" in self.where or "id" in self.where

    def __str__(self) -> str:
        shown = (f"{name} {' or '.join(sorted(wanted)[:3])}" for name, wanted in self.where.items() if name != "status")
        return f"{self.notebook} reads {', '.join(shown)}"


def selections_of(documents: Mapping[str, Mapping[str, Any]]) -> list[Selection]:
    """All selections of observations that ask for a measure. documents: notebook → what it published, with its "reads"."""
    found = [
        Selection(name, {key: _values(each) for key, each in read["where"].items()})
        for name, document in documents.items()
        for read in document.get("reads", [])
        if read.get("table") == "observations"
    ]
    return [each for each in found if each.is_asking]


def _values(asked: str | Iterable[str]) -> frozenset[str]:
    """What a recorded selection takes of a field, which may be one value or several."""
    return frozenset([asked] if isinstance(asked, str) else asked)


def joined(
    selections: Iterable[Selection], documents: Mapping[str, Mapping[str, Any]], populations: Iterable[Mapping[str, str]]
) -> list[Selection]:
    """The selections as they will be with new populations: one that a notebook selects in their table, by kind or parent, joins
    what it asks of populations so selected.

    documents: as for ``selections_of``. populations: the new rows of that table.
    """
    asked = [
        (
            name,
            [row["population"] for row in populations if all(row.get(field, "") in _values(each) for field, each in where.items())],
        )
        for name, document in documents.items()
        for read in document.get("reads", [])
        if read.get("table") == "populations" and (where := read["where"]) and "population" not in where
    ]
    new: dict[str, set[str]] = defaultdict(set)
    for name, found in asked:
        new[name].update(found)
    return [
        replace(each, where={**each.where, "population": each.where["population"] | new[each.notebook]})
        if len(each.where.get("population", ())) > 1 and each.notebook in new
        else each
        for each in selections
    ]


def readers(key: str, row: Observation, selections: Iterable[Selection]) -> list[str]:
    """The notebooks that read a row."""
    return list(dict.fromkeys(each.notebook for each in selections if not each.misses(key, row)))


def unread(rows: Mapping[str, Observation], selections: Iterable[Selection]) -> list[str]:
    """The rows in use that no notebook reads."""
    by_id: dict[str, list[Selection]] = defaultdict(list)  # each asks for one or the other, which narrows the search
    by_measure: dict[str, list[Selection]] = defaultdict(list)
    for each in selections:
        field, asked = ("measure", by_measure) if "measure" in each.where else ("id", by_id)
        for wanted in each.where[field]:
            asked[wanted].append(each)
    return [
        key
        for key, row in rows.items()
        if row.status == "use" and all(each.misses(key, row) for each in (*by_measure[row.measure], *by_id[key]))
    ]


def near(key: str, row: Observation, selections: Iterable[Selection], shown: int = 2) -> list[str]:
    """The selections that come nearest to a row that none takes, each with what it asks for instead."""
    close = []
    for each in selections:
        missed = each.misses(key, row)
        if missed and "id" not in each.where and "measure" not in missed and len(missed) <= NEAR:
            instead = ", ".join(f"{name} {' or '.join(sorted(each.where[name])[:3])}" for name in missed)
            close.append((len(missed), f"{each.notebook} reads this measure with {instead}"))
    return list(dict.fromkeys(words for _, words in sorted(close)))[:shown]
