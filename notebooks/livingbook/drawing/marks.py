"""Marks for rates on a logarithmic axis, where a narrow interval must still be seen."""

from __future__ import annotations

from matplotlib.axes import Axes

from livingbook.drawing.figures import draw_bounds
from livingbook.values.bounds import Bounds


def draw_interval(axes: Axes, where: float, bounds: Bounds, colour: str, *, hollow: bool = False) -> None:
    """Draws bounds as ``draw_bounds`` does, with arrows whose length is a factor of the value, as the axis is logarithmic.

    An interval from 0 starts at the edge of the axis.
    """
    draw_bounds(axes, where, bounds, colour, reach=bounds.low * 0.7, hollow=hollow)
