"""Boxes and arrows with computed numbers in them. Lengths are inches, so that text and boxes keep their proportion."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from livingbook.drawing.figures import BLUE, INK, MUTED, PAPER

LINE = 1.3  # line height, in font sizes


@dataclass(frozen=True)
class Box:
    """A rectangle from (x, y), its lower left corner, w wide and h high."""

    x: float
    y: float
    w: float
    h: float

    @property
    def left(self) -> tuple[float, float]:
        """The middle of the left side."""
        return self.x, self.y + self.h / 2

    @property
    def right(self) -> tuple[float, float]:
        """The middle of the right side."""
        return self.x + self.w, self.y + self.h / 2

    @property
    def top(self) -> tuple[float, float]:
        """The middle of the upper side."""
        return self.x + self.w / 2, self.y + self.h

    @property
    def bottom(self) -> tuple[float, float]:
        """The middle of the lower side."""
        return self.x + self.w / 2, self.y


def sheet(figure: Figure, width: float, height: float) -> Axes:
    """Axes without ticks or spines whose units are inches."""
    axes = figure.subplots()
    axes.set(xlim=(0, width), ylim=(0, height))
    axes.set_axis_off()
    return axes


def draw_box(
    axes: Axes,
    box: Box,
    title: str,
    number: str,
    below: list[str],
    *,
    colour: str = BLUE,
    uncounted: bool = False,
    flat: bool = False,
) -> None:
    """A box with a title, a number and lines under it.

    uncounted: a dashed frame, for what nobody counts; flat: the number stands at the right instead of under the title.
    """
    style = {"linestyle": (0, (3, 3)), "edgecolor": MUTED} if uncounted else {"edgecolor": colour}
    axes.add_patch(
        FancyBboxPatch(
            (box.x, box.y), box.w, box.h, facecolor=PAPER, linewidth=1.4, boxstyle="round,pad=0,rounding_size=0.06", **style
        )
    )
    lines = [
        (title, 9, "bold", INK),
        *([] if flat else [(number, 12, "normal", colour)]),
        *((line, 8.5, "normal", MUTED) for line in below),
    ]
    lines = [line for line in lines if line[0]]
    height = sum(size * LINE / 72 for _, size, *_ in lines)
    at = box.y + box.h / 2 + height / 2
    for line, size, weight, ink in lines:
        at -= size * LINE / 72
        axes.annotate(
            line, (box.x + 0.08, at), xytext=(0, size * 0.3), textcoords="offset points", size=size, weight=weight, color=ink
        )
    if flat and number:
        axes.annotate(number, (box.x + box.w - 0.08, box.y + box.h / 2), ha="right", va="center", size=11, color=colour)


def draw_arrow(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], *, colour: str = MUTED, dashed: bool = False
) -> None:
    """An arrow from one point to another; dashed where it stands for no flow of the same men."""
    axes.annotate(
        "",
        end,
        start,
        arrowprops={
            "arrowstyle": "-|>",
            "color": colour,
            "lw": 1.3,
            "shrinkA": 1,
            "shrinkB": 1,
            "linestyle": (0, (3, 3)) if dashed else "solid",
        },
    )
