"""Sums refuse flows of one quantity whose periods overlap, wherever they are added."""

from __future__ import annotations

import pandas as pd
import pytest
from livingbook.values.bounds import Bounds, total
from livingbook.values.bounds_array import BoundsDtype
from livingbook.values.periods import Flow, apart, note, require_apart

FILED = ("cases_filed", "army", "awol", "court")
FLOWS = {
    "y2024": Flow(FILED, "2024-01-01", "2024-12-31"),
    "h2024": Flow(FILED, "2024-07-01", "2024-12-31"),
    "y2025": Flow(FILED, "2025-01-01", "2025-12-31"),
    "other2024": Flow(("cases_filed", "army", "desertion", "court"), "2024-01-01", "2024-12-31"),
    "stock": Flow(("strength", "army", "all", "court"), "", "2024-12-31"),
    "stock-later": Flow(("strength", "army", "all", "court"), "", "2024-12-31"),
}


@pytest.fixture(autouse=True)
def _flows(_no_periods: None) -> None:
    note(FLOWS.items())


def of(*ids: str) -> list[Bounds]:
    return [Bounds.exact(1.0, [each]) for each in ids]


@pytest.mark.parametrize("ids", [["y2024", "y2025"], ["y2024", "other2024"], ["stock", "stock-later"], ["y2024", "y2024"], []])
def test_parts_that_do_not_overlap_are_added(ids: list[str]) -> None:
    assert total(of(*ids)).low == len(ids)
    assert pd.Series(of(*ids), dtype=BoundsDtype()).sum().low == len(ids)


def test_flows_of_one_quantity_that_overlap_cannot_be_added() -> None:
    words = r"adds y2024 \(2024-01-01 to 2024-12-31\) and h2024 \(2024-07-01 to 2024-12-31\): flows of one quantity"
    parts = of("y2025", "h2024", "y2024")
    with pytest.raises(ValueError, match=words):
        total(parts)
    with pytest.raises(ValueError, match=words):
        pd.Series(parts, dtype=BoundsDtype()).sum()


def test_groups_are_asked_one_by_one() -> None:
    table = pd.DataFrame({"group": ["a", "b", "a"], "bounds": pd.Series(of("y2024", "h2024", "y2025"), dtype=BoundsDtype())})
    assert table.groupby("group")["bounds"].sum()["a"].low == 2
    with pytest.raises(ValueError, match="periods overlap"):
        table.assign(group=["a", "a", "b"]).groupby("group")["bounds"].sum()


def test_what_was_computed_from_several_observations_is_left_out() -> None:
    require_apart([frozenset({"y2024", "y2025"}), frozenset({"h2024"})])


def test_observations_are_noted_when_they_are_read(tables) -> None:
    from livingbook.evidence.reading import load

    count = {"measure": "listed_absent", "population": "list_istories_merged", "category": "all", "start": "2022-02-24"}
    folder = tables([{"id": "one", **count, "end": "2024-12-31"}, {"id": "two", **count, "end": "2025-12-31"}])
    found = load(folder).observations(measure="listed_absent")
    with pytest.raises(ValueError, match=r"adds one \(2022-02-24 to 2024-12-31\) and two"):
        found["bounds"].sum()


def test_two_figures_of_different_times_are_told_apart() -> None:
    note(
        {
            "share2025": Flow(("share",), "2025-01-01", "2025-12-31"),
            "seen2023": Flow(("seen",), "2023-01-01", "2023-04-30"),
            "seen2024": Flow(("seen",), "", "2024-09-30"),
        }.items()
    )
    assert apart(frozenset({"share2025", "seen2023"})) == ("2023-04-30", "2025-01-01")
    assert apart(frozenset({"share2025", "seen2024"})) is None  # three months
    assert apart(frozenset({"share2025", "y2025"})) is None
    assert apart(frozenset({"share2025"})) is None and apart(frozenset({"share2025", "nothing"})) is None
