"""Marks for rates on a logarithmic axis, where a narrow interval must still be seen."""

from __future__ import annotations

import math
from typing import Any

from matplotlib.axes import Axes

from .bounds import Bounds
from .figures import draw_bounds


def draw_interval(axes: Axes, where: float, bounds: Bounds, colour: str, *, hollow: bool = False) -> None:
    """Draws bounds as everywhere, and ticks at both known ends where no value is preferred.

    An arrow reaches by a factor, as the axis is logarithmic; an interval from 0 starts at the edge of the axis.
    """
    draw_bounds(axes, where, bounds, colour, reach=bounds.low * 0.7, hollow=hollow)
    ends: list[Any] = [end for end in (bounds.low, bounds.high) if 0 < end < math.inf]
    if bounds.value is None and math.isfinite(bounds.high):
        axes.plot(ends, [where] * len(ends), "|", color=colour, markersize=9, markeredgewidth=1.8)
