"""Figures: one style, drawn in a wide and a narrow variant, as SVG that follows the page's light or dark colours."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.dates import DateFormatter, YearLocator
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import TextToPath
from matplotlib.ticker import FuncFormatter

from livingbook.drawing.svg import scoped, themed
from livingbook.values import wording
from livingbook.values.bounds import Bounds

STYLE = Path(__file__).with_name("book.mplstyle")
WIDE, NARROW = 7.4, 3.7  # inches; at 96 px an inch the narrow one fits a 360 px page
READABLE = 9.0  # points: the least font size of the narrow variant, 11 px on a page of 360 px

# The colours of Okabe and Ito, and the greys of the style file. In the SVG each becomes a CSS variable of its name, with this value
# as fallback. Purple is darker than theirs, so that text in it can be read; orange and sky, so that thin marks show on white.
INK, MUTED, GRID = "#1f2328", "#5c636b", "#d9dde1"
BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY = "#0072b2", "#d55e00", "#009e73", "#ad5088", "#b57c00", "#3a97cf"
PAPER = "#fefefe"
VARIABLES = {
    INK: "ink",
    MUTED: "muted",
    GRID: "grid",
    PAPER: "paper",
    BLUE: "blue",
    VERMILLION: "vermillion",
    GREEN: "green",
    PURPLE: "purple",
    ORANGE: "orange",
    SKY: "sky",
}

Draw = Callable[[Figure, Any, bool], None]
Line = tuple[str, float, str, str]  # a line of text: words, font size in points, weight, colour


def render(draw: Draw, data: Any, *, name: str, title: str, subtitle: str, source: str, height: float, narrow: bool) -> str:
    """SVG of one variant. ``draw(figure, data, narrow)`` adds axes to the figure; title, subtitle, source are added.

    height: of the drawing itself, in inches. No text of the narrow variant is smaller than ``READABLE``, whatever ``draw`` asks
    for. The same arguments give the same bytes. Text stays text in the SVG, so that the browser finds fonts for all letters.
    """
    width, fine = (NARROW, READABLE) if narrow else (WIDE, 8.5)
    salt = f"{name}-{'narrow' if narrow else 'wide'}"
    with mpl.rc_context(), matplotlib.style.context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from font\(s\)", UserWarning)
        mpl.rcParams["svg.hashsalt"] = salt
        head: list[Line] = [(line, 12, "bold", INK) for line in wrapped(title, width, 12, "bold")]
        head += [(line, 9.5, "normal", MUTED) for line in wrapped(subtitle, width, 9.5)]
        foot: list[Line] = [(line, fine, "normal", MUTED) for line in wrapped(source, width, fine)]
        top, bottom = _height(head) + 0.08, _height(foot) + 0.06
        whole = top + height + bottom
        figure = Figure(figsize=(width, whole), dpi=72)  # the resolution that matplotlib uses for SVG
        figure.set_layout_engine("constrained", rect=(0, bottom / whole, 1, height / whole), w_pad=0.02, h_pad=0.02)
        draw(figure, data, narrow)
        for words in figure.findobj(Text):
            words.set_text(curly(words.get_text()))
            words.set_fontsize(max(words.get_fontsize(), READABLE if narrow else 0))
        _write(figure, head, from_top=0.0, whole=whole)
        _write(figure, foot, from_top=whole - bottom + 0.06, whole=whole)
        canvas, buffer = FigureCanvasSVG(figure), io.StringIO()
        fix_layout(figure)
        canvas.print_svg(buffer, metadata={"Date": None, "Creator": None, "Title": title})
    return themed(scoped(buffer.getvalue(), salt), VARIABLES)


def fix_layout(figure: Figure) -> None:
    """Computes the layout once and rounds the positions of the axes, because the solver's last digits differ from run to run."""
    engine = figure.get_layout_engine()
    assert engine is not None, "render has set one"
    engine.execute(figure)
    figure.set_layout_engine("none")
    for axes in figure.axes:
        left, bottom, width, height = (round(each, 3) for each in axes.get_position(original=True).bounds)
        axes.set_position((left, bottom, width, height), which="original")


def wrapped(words: str, width: float, size: float, weight: str = "normal") -> list[str]:
    """Text broken into as few lines as fit into ``width`` inches, with no single word on the last line if that can be avoided.

    The lines of a bold text, a title, are made about equally long. A twentieth of the width stays free, because the reader's font
    may be wider than the one that is measured.
    """
    most = 0.95 * width * 72
    lines = _filled(words, most, size, weight)
    for tenths in range(5 if weight == "bold" else 8, 10):
        narrower = _filled(words, most * tenths / 10, size, weight)
        if len(narrower) == len(lines) and all(length(line, size, weight) <= most for line in narrower):
            return narrower
    return lines


def _filled(words: str, most: float, size: float, weight: str) -> list[str]:
    lines: list[str] = []
    for word in curly(words).split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and length(longer, size, weight) <= most:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def length(words: str, size: float, weight: str) -> float:
    """Width in points of a text in the style's font: the sum of its letters' widths, as kerning only makes a line shorter."""
    return size * sum(_advance(letter, weight) for letter in words)


@cache
def _advance(letter: str, weight: str) -> float:
    """Width of a letter at a size of one point. It is measured at 100 points, because widths are rounded to pixels."""
    font = FontProperties(family="DejaVu Sans", size=100, weight=weight)
    return float(TextToPath().get_text_width_height_descent(letter, font, ismath=False)[0]) / 100


def curly(words: str) -> str:
    """The text with typographic apostrophes, as in the book's prose."""
    return words.replace("'", "’")


def _height(lines: list[Line]) -> float:
    return sum(size * 1.35 / 72 for _, size, _, _ in lines)


def _write(figure: Figure, lines: list[Line], from_top: float, whole: float) -> None:
    for line, size, weight, colour in lines:
        from_top += size * 1.35 / 72
        figure.text(
            0.004,
            1 - (from_top - size * 0.3 / 72) / whole,
            line,
            size=size,
            weight=weight,
            color=colour,
            in_layout=False,
            parse_math=False,
        )


# Bounds look the same in all figures: a dot for a value, a thick bar between known ends (with ticks at the ends if there is no
# value), an arrow towards an open end.


def draw_bounds(
    axes: Axes, where: float, bounds: Bounds, colour: str = BLUE, *, reach: float, upright: bool = False, hollow: bool = False
) -> None:
    """Draws bounds at ``where`` on the category axis; ``reach``: length of the arrow of an open end, in data units.

    hollow: an open mark, for a figure that is defined otherwise or in doubt. Draws nothing for unknown bounds.
    """
    if bounds.is_unknown:
        return

    def line(low: float, high: float, **how: Any) -> None:
        spot = ([where, where], [low, high]) if upright else ([low, high], [where, where])
        axes.plot(*spot, color=colour, solid_capstyle="butt", **how)

    face = PAPER if hollow else colour
    if math.isinf(bounds.low) or math.isinf(bounds.high):
        stated, tip = (bounds.low, bounds.low + reach) if math.isinf(bounds.high) else (bounds.high, bounds.high - reach)
        start, end = ((where, stated), (where, tip)) if upright else ((stated, where), (tip, where))
        axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 1.8, "shrinkA": 0, "shrinkB": 0})
        _dot(axes, where, stated, "|" if not upright else "_", colour, face, upright, size=11)
        return
    if bounds.high > bounds.low:
        line(bounds.low, bounds.high, linewidth=5, alpha=0.7)
    if bounds.value is not None:
        _dot(axes, where, bounds.value, "o", colour, face, upright)
        return
    ends = [bounds.low, bounds.high] if bounds.low > 0 else [bounds.high]
    ticks = ([where] * len(ends), ends) if upright else (ends, [where] * len(ends))
    axes.plot(*ticks, "_" if upright else "|", color=colour, markersize=9, markeredgewidth=1.8)


def _dot(axes: Axes, where: float, at: float, marker: str, colour: str, face: str, upright: bool, size: float = 6.5) -> None:
    spot = ([where], [at]) if upright else ([at], [where])
    axes.plot(*spot, marker=marker, color=colour, markerfacecolor=face, markersize=size, markeredgewidth=1.8, linestyle="none")


def count_axis(axis: Any, share: bool = False) -> None:
    """Labels the ticks as the book writes numbers: 10,000, or 20% for a share."""
    write = wording.percent if share else wording.number

    def label(value: float, _position: int) -> str:
        return write(value, 0.01 if share else 1.0 if value == round(value) else 0.1)

    axis.set_major_formatter(FuncFormatter(label))


def year_axis(axes: Axes, *, empty: bool = False) -> None:
    """One tick a year on an axis of dates. empty: no ticks, for a panel in which nothing is drawn."""
    if empty:
        axes.set_xticks([])
        return
    axes.xaxis.set_major_locator(YearLocator())
    axes.xaxis.set_major_formatter(DateFormatter("%Y"))
