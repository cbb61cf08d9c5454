"""Rows of bounds: what is written where, and nothing for an empty table."""

import math

import pandas as pd
from livingbook.drawing.interval_rows import draw_rows
from livingbook.values.bounds import Bounds
from matplotlib.figure import Figure


def words(data: pd.DataFrame, **how: object) -> list[str]:
    axes = Figure().subplots()
    draw_rows(axes, data, limit=1.0, **how)  # type: ignore[arg-type]
    return [each.get_text() for each in axes.texts if each.get_text()]


TABLE = pd.DataFrame(
    {
        "group": ["One", "One", "Two"],
        "label": ["a", "b", "c"],
        "bounds": [Bounds.exact(0.5), Bounds(0.2, None, math.inf), Bounds.unknown()],
    }
)


def test_each_row_has_its_name_and_its_number() -> None:
    assert words(TABLE) == ["One", "0.500", "a", "at least 0.200", "b", "Two", "not published", "c"]


def test_a_panel_can_leave_the_names_to_its_neighbour() -> None:
    assert words(TABLE, names=False) == ["0.500", "at least 0.200", "not published"]


def test_an_empty_table_draws_an_axis_alone() -> None:
    assert words(TABLE.iloc[:0]) == []
