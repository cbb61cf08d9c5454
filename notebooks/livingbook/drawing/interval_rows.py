"""Rows of bounds, drawn alike in all figures: a name, its mark on a common axis, and the number in print."""

from __future__ import annotations

import math
from collections.abc import Callable

import pandas as pd
from matplotlib.axes import Axes

from livingbook.drawing.figures import BLUE, GRID, INK, MUTED, PAPER, draw_bounds
from livingbook.values import wording
from livingbook.values.bounds import Bounds

CLEAR = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.4}  # background of words, so that no line runs through them


def draw_rows(
    axes: Axes,
    data: pd.DataFrame,
    *,
    limit: float,
    write: Callable[[Bounds], str] = wording.of_bounds,
    names: bool = True,
    ticks: int = 5,
) -> None:
    """Draws each row of ``data`` from top to bottom: its name above, its bounds on the axis, the number beside.

    data: columns ``label`` and ``bounds``; optional ``group`` (named in a line of its own where it changes), ``colour`` and
    ``hollow`` (see ``draw_bounds``). limit: end of the axis, in the unit of the bounds; the arrow of an open bound
    reaches a quarter of it further, at most to the end. names: False in a panel that shares its names with the one to its
    left. An empty table draws an empty axis.
    """
    place, group = 0.0, None
    for row in data.to_dict("records"):
        if "group" in row and row["group"] != group:
            group, place = row["group"], place - 0.7
            if names:
                _write(axes, group, place - 0.25, color=MUTED, weight="bold")
        place -= 1
        _draw_row(axes, row, place, limit, write)
        if names:
            _write(axes, row["label"], place + 0.2, color=INK)
    axes.set(ylim=(min(place, -1) - 0.4, -0.3 if "group" in data else -0.4), yticks=[], xlim=(0, limit))
    axes.set_xticks([limit * step / (ticks - 1) for step in range(ticks)])
    axes.spines["bottom"].set_bounds(0, limit)


def _write(axes: Axes, words: str, place: float, **look: object) -> None:
    axes.annotate(
        words,
        (0, place),
        size=9,
        va="bottom",
        annotation_clip=False,
        bbox=CLEAR,
        **look,  # type: ignore[arg-type]
    ).set_in_layout(False)


def _draw_row(axes: Axes, row: dict[str, object], place: float, limit: float, write: Callable[[Bounds], str]) -> None:
    bounds, colour = row["bounds"], row.get("colour")
    assert isinstance(bounds, Bounds)
    open_ended = math.isinf(bounds.high)
    reach = min(limit * 0.25, max(limit - bounds.low, limit * 0.05)) if open_ended else 0.0
    axes.plot([0, limit], [place, place], color=GRID, linewidth=0.8, zorder=0)
    draw_bounds(axes, place, bounds, colour if isinstance(colour, str) else BLUE, reach=reach, hollow=row.get("hollow") is True)
    end = 0.0 if bounds.is_unknown else bounds.low + reach if open_ended else bounds.high
    axes.annotate(
        "not published" if bounds.is_unknown else write(bounds),
        (end, place),
        xytext=(8, 0),
        textcoords="offset points",
        size=9,
        va="center",
        color=MUTED if bounds.is_unknown else INK,
        annotation_clip=False,
        bbox=CLEAR,
    ).set_in_layout(False)
