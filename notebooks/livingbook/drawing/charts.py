"""Four kinds of charts that carry most figures of a book: rows of intervals, counts over time, curves, parts of a whole.

A chart is made with the names of columns and called as ``chart(figure, data, narrow)`` by ``Publisher.figure``; ``height`` says how
tall it must be, in inches, so that rows keep their distance. All four draw bounds as bounds (see ``draw_bounds``), write the number
beside its mark, and keep every text at a size that can be read on a phone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby, pairwise
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import date2num, num2date
from matplotlib.figure import Figure

from livingbook.drawing.figures import (
    BLUE,
    GRID,
    INK,
    MUTED,
    NARROW,
    PAPER,
    WIDE,
    count_axis,
    draw_bounds,
    length,
    wrapped,
    year_axis,
)
from livingbook.values import wording
from livingbook.values.bounds import Bounds

CLEAR = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.4}  # background of words, so that no line runs through them
DASHED = (0, (4, 3))
LABELS = 2.6  # inches: the width of the labels that stand left of their marks
ROOM = {narrow: 72 * width - 60.0 for narrow, width in ((False, WIDE), (True, NARROW))}  # points: axes beside numbers of an axis
Row = Mapping[str, Any]
Label = tuple[list[str], tuple[float, float], str]  # lines of words, the spot that they name, colour


def _beside(axes: Axes, words: str, spot: tuple[float, float], shift: tuple[float, float], **look: Any) -> None:
    """Words at a distance from a spot, in points. The axes leave room for them, unless ``in_layout`` is False."""
    look = {"size": 9, "color": INK, "va": "center", "annotation_clip": False, **look}
    in_layout = look.pop("in_layout", True)
    axes.annotate(words, spot, xytext=shift, textcoords="offset points", **look).set_in_layout(in_layout)


def _largest(values: Sequence[Bounds], default: float = 1.0) -> float:
    """The largest number that a mark must reach."""
    ends = [end for each in values if not each.is_unknown for end in (each.low, each.best or 0.0, each.high) if math.isfinite(end)]
    return max(ends, default=default) or default


@dataclass(frozen=True)
class IntervalRows:
    """One row for each label: its bounds on a common axis, and the number in print beside them.

    Columns of the table: ``label`` and ``value``; optional ``group`` (a heading where it changes), ``panel`` (an axis of its own,
    named by it, one below the other), ``colour``, ``hollow`` (an open mark) and ``written`` (the number as it is to be printed).
    Rows that follow each other with the same label and group share a line; their numbers are not printed.

    values: columns of bounds, with a title each, drawn side by side; one without a title is the usual case. write: prints bounds.
    share, log, days: the kind of axis; with days the bounds are periods, as ``period`` makes them, on an axis of whole years.
    bars: filled from the start of the axis. low, limit: its ends, in the unit of the bounds. colours: column → colour. band, line:
    what is marked behind all rows, in words.
    """

    values: Mapping[str, str] = field(default_factory=lambda: {"bounds": ""})
    write: Callable[[Bounds], str] = wording.of_bounds
    share: bool = False
    log: bool = False
    days: bool = False
    bars: bool = False
    low: float = 0.0
    limit: float | None = None
    unit: str = ""
    colours: Mapping[str, str] = field(default_factory=dict)
    band: tuple[Bounds, str] | None = None
    line: tuple[float, str] | None = None

    def height(self, data: pd.DataFrame, narrow: bool) -> float:
        """Inches that the chart needs for a table."""
        pitch = 0.4 if narrow else 0.29
        panels = [list(_places(rows, narrow)) for _, rows in _panels(data)]
        return sum(pitch * (1.1 - _lowest(places)) + 0.5 for places in panels) or 1.0

    def __call__(self, figure: Figure, data: pd.DataFrame, narrow: bool) -> None:
        """Draws the table."""
        panels = list(_panels(data)) or [("", data)]
        heights = [1.5 - _lowest(list(_places(rows, narrow))) for _, rows in panels]
        grid = figure.subplots(len(panels), len(self.values), squeeze=False, height_ratios=heights)
        for line, (panel, rows) in zip(grid, panels, strict=True):
            for axes, (value, title) in zip(line, self.values.items(), strict=True):
                self._draw_panel(axes, rows, value, narrow, names=axes is line[0])
                axes.set_title(title, loc="left", weight="bold", size=9.5, color=self.colours.get(value, INK))
                axes.set_xlabel(panel or self.unit)
        if self.band and self.band[1] and len(data):
            _beside(
                grid[0, 0], self.band[1], (self.band[0].high, 1), (3, 2), xycoords=("data", "axes fraction"), color=MUTED, size=8.5
            )

    def _draw_panel(self, axes: Axes, rows: pd.DataFrame, value: str, narrow: bool, names: bool) -> None:
        places = list(_places(rows, narrow))
        limit = self.limit or 1.1 * _largest(list(rows[value]) if len(rows) else [])
        start = self.low or (limit / 1000 if self.log else 0.0)
        if self.days and len(rows):
            start, limit = _whole_years(list(rows[value]))
        if self.log:
            axes.set_xscale("log")
            axes.minorticks_off()
        if self.band and not self.band[0].is_unknown:
            axes.axvspan(self.band[0].low, self.band[0].high, color=GRID, alpha=0.6, linewidth=0, zorder=-1)
        if self.line:
            axes.axvline(self.line[0], color=MUTED, linewidth=1, linestyle=DASHED, zorder=0)
        reach = limit * 0.07
        for place, marks in places:
            if isinstance(marks, str):
                if names:
                    _beside(axes, marks, (start, place), (0, 0), weight="bold", color=MUTED, in_layout=False, bbox=CLEAR)
                continue
            axes.plot([start, limit], [place, place], color=GRID, linewidth=0.8, zorder=0)
            for mark in marks:
                self._draw_mark(axes, mark, value, place, reach, start, alone=len(marks) == 1)
        self._name_rows(axes, places if names else [], narrow, start)
        axes.set(xlim=(start, limit), ylim=(_lowest(places) - 0.6, 0.15))
        for line in axes.lines:  # a mark at an end of the axis is drawn whole
            if all(start <= at <= limit for at in np.asarray(line.get_xdata(), dtype=float)):
                line.set_clip_on(False)
        axes.tick_params(axis="y", length=0, pad=7)  # room for half a mark at the start of the axis
        axes.spines["bottom"].set_bounds(start, limit)
        if self.days:
            year_axis(axes, empty=rows.empty)
            return
        if not self.log:
            axes.locator_params(axis="x", nbins=2 if len(self.values) > 1 else 4 if narrow else 7)
            axes.set_xticks([tick for tick in axes.get_xticks() if start <= tick <= limit * 1.001])
        count_axis(axes.xaxis, share=self.share)
        if len(self.values) > 1:  # else the last number of one axis would run into the first of the next
            numbers = axes.get_xticklabels()
            numbers[0].set_horizontalalignment("left")
            numbers[-1].set_horizontalalignment("right")

    def _name_rows(self, axes: Axes, places: list[tuple[float, Any]], narrow: bool, start: float) -> None:
        named = [(place, marks[0]["label"]) for place, marks in places if not isinstance(marks, str)]
        if narrow:
            axes.set_yticks([])
            for place, label in named:
                words = "\n".join(_lines(label, narrow))
                _beside(axes, words, (start, place + 0.22), (0, 0), va="bottom", bbox=CLEAR, in_layout=False)
        else:
            axes.set_yticks(
                [place for place, _ in named], ["\n".join(_lines(label, narrow)) for _, label in named], size=9, color=INK
            )

    def _draw_mark(self, axes: Axes, mark: Row, value: str, place: float, reach: float, start: float, alone: bool) -> None:
        bounds = mark[value]
        colour = self.colours.get(value) or (mark["colour"] if isinstance(mark.get("colour"), str) else BLUE)
        if bounds.is_unknown:
            if alone:
                _beside(axes, "not published", (start, place), (6, 0), color=MUTED, bbox=CLEAR)
            return
        to_limit = (self.limit or math.inf) - bounds.low  # an arrow ends where the axis ends
        reach = bounds.low * 0.5 if self.log else to_limit if 0 < to_limit < reach else reach
        if self.bars:
            axes.barh(place, bounds.best - start, left=start, height=0.4, color=colour, alpha=0.5, linewidth=0)
        if not (self.bars and bounds.is_point):
            draw_bounds(axes, place, bounds, colour, reach=reach, hollow=mark.get("hollow") is True)
        if alone:
            written = mark["written"] if isinstance(mark.get("written"), str) else self.write(bounds)
            end = bounds.low + reach if math.isinf(bounds.high) else bounds.high
            _beside(axes, written, (end, place), (8, 0), bbox=CLEAR)


def period(start: date, end: date) -> Bounds:
    """A period as ``IntervalRows`` draws it on an axis of days."""
    return Bounds(float(date2num(start)), None, float(date2num(end)))


def _whole_years(periods: Sequence[Bounds]) -> tuple[float, float]:
    first, last = num2date(min(each.low for each in periods)), num2date(max(each.high for each in periods))
    return float(date2num(date(first.year, 1, 1))), float(date2num(date(last.year + 1, 1, 1)))


def _panels(data: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """The panels of a table, in order; a table without panels is one, without a name."""
    if "panel" in data:
        yield from ((str(name), rows) for name, rows in data.groupby("panel", sort=False))
    elif len(data):
        yield "", data


def _lines(label: str, narrow: bool) -> list[str]:
    """A label in lines: on a phone it stands above its marks, else left of them."""
    return wrapped(label, NARROW if narrow else LABELS, 9)


def _places(data: pd.DataFrame, narrow: bool) -> Iterator[tuple[float, str | list[Row]]]:
    """From top to bottom: the place of a heading, with its words, or of a row, with its marks.

    A row is one unit high; a label of several lines takes more, above its row on a phone and else on both sides of it.
    """
    place = 0.0
    records = data.to_dict("records")
    for group, rows in groupby(records, lambda row: row["group"] if isinstance(row.get("group"), str) else ""):
        if group:
            place -= 1.15 if place else 0.6
            yield place, group
        for label, marks in groupby(rows, lambda row: row["label"]):
            lines = len(_lines(label, narrow))
            above, below = (0.38 * (lines - 1), 0.0) if narrow else (max(0.0, 0.26 * lines - 0.4),) * 2
            place -= 1.0 + above
            yield place, list(marks)
            place -= below


def _lowest(places: list[tuple[float, Any]]) -> float:
    return min((place for place, _ in places), default=-1.0)


@dataclass(frozen=True)
class OverTime:
    """Counts over time: a line across the period that a count covers, or a mark on its day; bounds upright.

    Columns of the table: ``end`` and ``value``; optional ``start`` (without it each count is of a day), ``series`` (a colour and a
    name each), ``panel`` (an axis of its own), ``hollow``, and ``words`` (written beside a mark). Of a day, "at most" is an arrow.

    colours: series or panel → colour. bars: filled down to the axis. join: a thin line through the counts of a series, upright
    where one begins on the day on which the one before ends. number: write the number of the last count of each series. numbers:
    write that of every count that is not open instead: at the foot of its bar, clear of all marks, or above it where there is no
    bar, or one too low or too narrow. above: name all series in a line above the axes. marked: days on which something happened,
    in words. log: of the axis of counts. first, last: ends of the axis of days, if not the table's.
    """

    value: str = "bounds"
    write: Callable[[Bounds], str] = wording.of_bounds
    share: bool = False
    log: bool = False
    bars: bool = False
    join: bool = False
    number: bool = True
    numbers: bool = False
    above: bool = False
    low: float = 0.0
    limit: float | None = None
    first: date | None = None
    last: date | None = None
    colours: Mapping[str, str] = field(default_factory=dict)
    marked: Mapping[date, str] = field(default_factory=dict)

    def height(self, data: pd.DataFrame, narrow: bool) -> float:
        """Inches that the chart needs for a table."""
        panels = max(len(list(_panels(data))), 1)
        return 3.2 if panels == 1 else 1.25 * panels + 0.3

    def __call__(self, figure: Figure, data: pd.DataFrame, narrow: bool) -> None:
        """Draws the table."""
        panels = list(_panels(data)) or [("", data)]
        grid = figure.subplots(len(panels), 1, squeeze=False, sharex=True)[:, 0]
        self._date_axis(grid[-1], data)
        for axes, (panel, rows) in zip(grid, panels, strict=True):
            self._draw_panel(axes, rows, panel, narrow, tall=0.8 * 72 * self.height(data, narrow) / len(panels))
            axes.set_title(panel, loc="left", size=9.5, pad=3, color=self.colours.get(panel, INK))

    def _date_axis(self, axes: Axes, data: pd.DataFrame) -> None:
        year_axis(axes, empty=data.empty)
        if len(data):
            days = [*data["end"], *(data["start"].dropna() if "start" in data else ())]  # a count of a day has no start
            first, last = self.first or min(days), self.last or max(days)
            margin = max((last - first) * 0.03, timedelta(days=1))  # room for a mark on the first day
            axes.set_xlim(date2num(first - margin), date2num(last + margin))

    def _draw_panel(self, axes: Axes, rows: pd.DataFrame, panel: str, narrow: bool, tall: float) -> None:
        limit = self.limit or 1.15 * _largest(list(rows[self.value]) if len(rows) else [])
        if self.log:
            axes.set_yscale("log")
            axes.minorticks_off()
        axes.set_ylim(self.low or (limit / 1000 if self.log else 0.0), limit)
        for day, words in self.marked.items():
            axes.axvline(date2num(day), color=MUTED, linewidth=1, linestyle=DASHED, zorder=0)
            _beside(axes, words, (date2num(day), limit), (-4, -2), ha="right", va="top", color=MUTED, size=8.5, bbox=CLEAR)
        series = list(rows.groupby("series", sort=False)) if "series" in rows else [(panel, rows)]
        named = "series" in rows and not self.above
        feet = self._feet(axes, rows, narrow, tall / limit)
        labels = [self._draw_series(axes, str(name), counts, limit, named, feet) for name, counts in series]
        _name_ends(axes, [label for label in labels if label], tall)
        if self.above:
            _name_above(axes, [(str(name), self.colours.get(str(name), BLUE)) for name, _ in series], ROOM[narrow])
        self._write_words(axes, rows, narrow)
        if not self.log:
            axes.locator_params(axis="y", nbins=4 if panel else 6)
        axes.grid(axis="y", color=GRID)
        count_axis(axes.yaxis, share=self.share)

    def _feet(self, axes: Axes, rows: pd.DataFrame, narrow: bool, a_unit: float) -> dict[float, float]:
        """Day in the middle of a bar → points from its foot up to its number; none if the numbers have no room in the bars.

        a_unit: points that a count of one is high.
        """
        if not (self.bars and self.numbers) or self.log or "start" not in rows or rows["start"].isna().any():
            return {}
        left, right = axes.get_xlim()
        a_day = ROOM[narrow] / (right - left)  # points
        written = [row for row in rows.to_dict("records") if row.get("hollow") is not True and not row[self.value].is_unknown]
        bars = [
            (
                _middle(row) * a_day,
                (row["end"] - row["start"]).days * a_day,
                row[self.value].best * a_unit,
                length(self.write(row[self.value]), 9, "normal"),
            )
            for row in sorted(written, key=_middle)
        ]
        return dict(zip(sorted(map(_middle, written)), _up(bars), strict=False))

    def _draw_series(
        self, axes: Axes, name: str, counts: pd.DataFrame, limit: float, named: bool, feet: Mapping[float, float]
    ) -> Label | None:
        """Draws the counts; the label for their end, if there is any."""
        colour = self.colours.get(name, BLUE)
        known = [row for row in counts.to_dict("records") if not row[self.value].is_unknown]
        for row in known:
            self._draw_count(axes, row, colour, limit, feet.get(_middle(row)))
        if self.join:
            for one, two in pairwise(known):
                touching = two.get("start") == one["end"]  # the steps of a stair
                across = [date2num(one["end"])] * 2 if touching else [_middle(one), _middle(two)]
                axes.plot(across, [one[self.value].best, two[self.value].best], color=colour, linewidth=1, alpha=0.4, zorder=1)
        if not (known and (named or self.number)):
            return None
        end = known[-1]
        words = [*([name] if named else []), *([self.write(end[self.value])] if self.number and not self.numbers else [])]
        return words, (date2num(end["end"]), end[self.value].best), colour

    def _write_words(self, axes: Axes, rows: pd.DataFrame, narrow: bool) -> None:
        """The words of a mark, on the side of it that has more room."""
        middle = sum(axes.get_xlim()) / 2 if rows.empty else (date2num(min(rows["end"])) + date2num(max(rows["end"]))) / 2
        for row in rows.to_dict("records"):
            if isinstance(row.get("words"), str) and not row[self.value].is_unknown:
                shift, side = (-8, "right") if _middle(row) > middle else (8, "left")
                words = "\n".join(wrapped(row["words"], (NARROW if narrow else WIDE) / 2, 9))
                _beside(axes, words, (_middle(row), row[self.value].best), (shift, 0), ha=side, bbox=CLEAR)

    def _draw_count(self, axes: Axes, row: Row, colour: str, limit: float, foot: float | None) -> None:
        bounds, start, end = row[self.value], row.get("start"), date2num(row["end"])
        reach = bounds.low * 0.35 if self.log else limit * 0.1
        hollow = row.get("hollow") is True
        if self.numbers and not hollow:
            place, up, look = (bounds.best, 8.0, {"color": colour, "bbox": CLEAR}) if foot is None else (0.0, foot, {})
            _beside(axes, self.write(bounds), (_middle(row), place), (0, up), ha="center", **look)
        if not isinstance(start, date) or pd.isna(start) or start == row["end"]:
            stated = Bounds(-math.inf, None, bounds.high) if bounds.is_at_most else bounds  # not a bar down to the axis
            draw_bounds(axes, end, stated, colour, reach=reach, upright=True, hollow=hollow)
            return
        left, best = date2num(start), bounds.best
        if self.bars:
            axes.bar(left, best, width=end - left, align="edge", color=colour, alpha=0.25 if hollow else 0.5, linewidth=0)
        axes.plot(
            [left, end], [best, best], color=colour, linewidth=2.2, solid_capstyle="butt", linestyle=DASHED if hollow else "-"
        )
        if bounds.high > bounds.low:
            draw_bounds(axes, _middle(row), Bounds(bounds.low, None, bounds.high), colour, reach=reach, upright=True, hollow=hollow)


def _up(bars: Sequence[tuple[float, float, float, float]]) -> list[float]:
    """How far above the foot of each bar its number stands; empty if they have no room. All lengths are in points.

    Of two numbers that would touch beside each other, the second stands on a line above. A number higher than its bar stands on it.
    bars: from left to right, the middle of a bar, its width, its height and the width of its number.
    """

    def apart(one: tuple[float, ...], two: tuple[float, ...]) -> bool:
        return two[0] - one[0] > (one[3] + two[3]) / 2 + 3

    raised = [False] * len(bars)
    for n, (one, two) in enumerate(pairwise(bars), start=1):
        raised[n] = not raised[n - 1] and not apart(one, two)
    # Whether a reader sees which bar each number belongs to.
    clear = all(number <= 2 * wide for _, wide, _, number in bars) and all(one[0] < two[0] for one, two in pairwise(bars))
    if any(raised) and not (clear and all(map(apart, bars, bars[2:]))):
        return []
    lines = [20.0 if up else 8.0 for up in raised]
    return [line if high > line + 6 else high + 8 for line, (_, _, high, _) in zip(lines, bars, strict=True)]


def _name_above(axes: Axes, names: Sequence[tuple[str, str]], room: float) -> None:
    """Names in their colours above the axes, in as few lines of ``room`` points as they fit into."""
    lines: list[list[tuple[float, str, str]]] = []  # of each name: where it begins, its words, its colour
    right = math.inf
    for words, colour in names:
        wide = length(words, 9, "bold") + 12.0
        if right + wide > room:
            lines.append([])
            right = 0.0
        lines[-1].append((right, words, colour))
        right += wide
    for up, line in enumerate(reversed(lines)):
        for start, words, colour in line:
            shift = (start, 6.0 + 13.0 * up)
            _beside(axes, words, (0, 1), shift, xycoords="axes fraction", va="bottom", color=colour, weight="bold")


def _name_ends(axes: Axes, labels: list[Label], tall: float) -> None:
    """Labels right of the ends of their series, moved down where they would overlap. tall: height of the axes in points."""
    place, free = axes.transScale + axes.transLimits, math.inf
    for words, spot, colour in sorted(labels, key=lambda label: -label[1][1]):
        height, half = float(place.transform(spot)[1]) * tall, 6.0 * len(words)  # points
        lower = min(height, free - half)
        free = lower - half
        _beside(axes, "\n".join(words), spot, (8, lower - height), color=colour, bbox=CLEAR)


def _middle(row: Row) -> float:
    end = float(date2num(row["end"]))
    start = row.get("start")
    return (float(date2num(start)) + end) / 2 if isinstance(start, date) and not pd.isna(start) else end


@dataclass(frozen=True)
class Curve:
    """Lines over a common axis, each with its name and last number at its right end.

    x: the column of the axis, with its label. lines: column → (name, colour). points: rows of the table that are marked and
    written, by their number in ``x``. level: a height that is marked, in words.
    """

    x: str
    label: str
    lines: Mapping[str, tuple[str, str]]
    write: Callable[[float], str] = wording.number
    log: bool = False
    share: bool = False
    ticks: Sequence[float] = ()
    points: Sequence[float] = ()
    level: tuple[float, str] | None = None

    def height(self, data: pd.DataFrame, narrow: bool) -> float:
        """Inches that the chart needs for a table."""
        return 2.8

    def __call__(self, figure: Figure, data: pd.DataFrame, narrow: bool) -> None:
        """Draws the table."""
        axes = figure.subplots()
        if self.log:
            axes.set_xscale("log")
            axes.minorticks_off()
        top = max((float(data[name].max()) for name in self.lines if len(data)), default=1.0) or 1.0
        for name, (words, colour) in self.lines.items():
            axes.plot(data[self.x], data[name], color=colour)
            for row in data[data[self.x].isin(self.points)].to_dict("records"):
                axes.plot(row[self.x], row[name], "o", color=colour)
                _beside(axes, self.write(row[name]), (row[self.x], row[name]), (0, 9), ha="center", color=colour, bbox=CLEAR)
            if len(data):
                end = data.iloc[-1]
                axes.plot(end[self.x], end[name], "o", color=colour)
                _beside(
                    axes, "\n".join(filter(None, [self.write(end[name]), words])), (end[self.x], end[name]), (8, 0), color=colour
                )
        if self.level and len(data):
            axes.axhline(self.level[0], color=MUTED, linewidth=1, linestyle=DASHED, zorder=0)
            _beside(axes, self.level[1], (1, self.level[0]), (0, -8), xycoords=("axes fraction", "data"), ha="right", color=MUTED)
        axes.set(ylim=(0, top * 1.12), xlabel=self.label)
        axes.margins(x=0.03)
        if self.ticks:
            axes.set_xticks(list(self.ticks), [wording.plain(tick) for tick in self.ticks])
        axes.grid(axis="y", color=GRID)
        count_axis(axes.yaxis, share=self.share)


@dataclass(frozen=True)
class Parts:
    """Bars that consist of parts, one bar for each label, each part with its number.

    Columns of the table: ``label`` and those of ``parts`` (numbers); optional ``total`` (bounds, written at the end of the bar, in
    short on a phone). parts: column → (name, colour). share: the parts of a bar are shares of it.
    """

    parts: Mapping[str, tuple[str, str]]
    write: Callable[[float], str] = wording.number
    share: bool = False

    def height(self, data: pd.DataFrame, narrow: bool) -> float:
        """Inches that the chart needs for a table."""
        return 0.45 * max(len(data), 1) + 0.75

    def __call__(self, figure: Figure, data: pd.DataFrame, narrow: bool) -> None:
        """Draws the table."""
        axes = figure.subplots()
        places = -np.arange(len(data), dtype=float)
        lengths = data[list(self.parts)].fillna(0.0).astype(float)
        longest = float(lengths.sum(axis=1).max()) if len(data) else 1.0
        left = np.zeros(len(data))
        for name, (_, colour) in self.parts.items():
            axes.barh(places, lengths[name], left=left, height=0.5, color=colour, linewidth=0)
            for place, start, part in zip(places, left, lengths[name], strict=True):
                if part > longest * (0.22 if narrow else 0.1):
                    _beside(axes, self.write(part), (start + part / 2, place), (0, 0), ha="center", color=PAPER, weight="bold")
            left = left + lengths[name].to_numpy()
        _name_above(axes, list(self.parts.values()), 72 * (NARROW - 1.1) if narrow else 72 * (WIDE - LABELS))
        if "total" in data:
            for place, end, total in zip(places, left, data["total"], strict=True):
                _beside(axes, (wording.short if narrow else wording.of_bounds)(total), (end, place), (6, 0))
        labels = ["\n".join(wrapped(label, 1.1 if narrow else LABELS, 9)) for label in data["label"]]
        axes.set_yticks(places, labels, size=9, color=INK)
        axes.tick_params(axis="y", length=0)
        axes.set(xlim=(0, longest), ylim=(-len(data) + 0.5, 0.4))
        axes.locator_params(axis="x", nbins=4 if narrow else 7, integer=not self.share)
        count_axis(axes.xaxis, share=self.share)
