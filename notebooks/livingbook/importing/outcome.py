"""What an import brings, and what the checks of it find."""

from __future__ import annotations

from dataclasses import dataclass, field

from livingbook.contract import Fault, Row

Fresh = dict[str, list[tuple[str, Row]]]  # table → (file, row) of each row that is really new


@dataclass
class Incoming:
    """The new rows of one table, as read from a file. ``name`` is the file as the person knows it."""

    name: str
    table: str
    rows: list[Row]


@dataclass
class Outcome:
    """The outcome of the checks.

    faults: what is wrong. wanted: names that no table has yet, each as a request for a row. notes: what a person should look at; a
    ``Fault`` among them tells where, though nothing is wrong.
    added: table → its new rows. replaced: observation set aside → the new one in its place.
    tables: table → the content of its file with the new rows.
    """

    faults: list[Fault] = field(default_factory=list)
    wanted: list[str] = field(default_factory=list)
    notes: list[str | Fault] = field(default_factory=list)
    added: dict[str, list[Row]] = field(default_factory=dict)
    replaced: dict[str, str] = field(default_factory=dict)
    tables: dict[str, bytes] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        """Whether the rows cannot be added as they are."""
        return bool(self.faults or self.wanted)
