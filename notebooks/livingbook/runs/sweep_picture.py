"""A sweep as a picture: for each result that varies, its bounds over what varied."""

from __future__ import annotations

import io
import math
import textwrap
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import matplotlib as mpl
import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import date2num
from matplotlib.figure import Figure

from livingbook.drawing.figures import BLUE, GREEN, MUTED, ORANGE, PURPLE, STYLE, VERMILLION, count_axis, draw_bounds, year_axis
from livingbook.runs.sweep_table import column_of
from livingbook.values.bounds import Bounds
from livingbook.values.days import is_day

MOST = 24  # results in a picture
ACROSS = 3  # results side by side
COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE)
Row = Mapping[str, Any]


def picture(axes: Sequence[str], rows: Sequence[Row], title: str) -> tuple[bytes, int]:
    """The picture as PNG, and how many results that vary it leaves out; ``b""`` if nothing varies.

    axes, rows: as in ``SweepTable``. The axis with most values lies along each drawing; settings of the others have colours.
    """
    results: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row["unit"] != "words":
            results.setdefault((row["notebook"], row["name"]), []).append(row)
    vary = {key: found for key, found in results.items() if len({(row["low"], row["value"], row["high"]) for row in found}) > 1}
    if not vary:
        return b"", 0
    drawn = dict(list(vary.items())[:MOST])
    columns = [column_of(axis) for axis in axes]
    along = max(columns, key=lambda column: len({str(row.get(column)) for row in rows if column in row}))
    with mpl.rc_context(), matplotlib.style.context(STYLE):
        across, down = min(ACROSS, len(drawn)), math.ceil(len(drawn) / ACROSS)
        figure = Figure(figsize=(4.2 * across, 0.5 + 2.7 * down), dpi=110, layout="constrained", facecolor="white")
        figure.suptitle(f"{title}, over {along}", weight="bold")
        for panel, found in zip(figure.subplots(down, across, squeeze=False).flat, drawn.values(), strict=False):
            draw(panel, along, [column for column in columns if column != along], found)
        for panel in figure.axes[len(drawn) :]:
            panel.set_visible(False)
        buffer = io.BytesIO()
        FigureCanvasAgg(figure).print_png(buffer)
    return buffer.getvalue(), len(vary) - len(drawn)


def draw(panel: Axes, along: str, others: Sequence[str], rows: Sequence[Row]) -> None:
    """One result: its bounds at each place, a colour for each setting of the other axes."""
    values: list[Any] = list(dict.fromkeys(row.get(along) for row in rows))
    days = all(isinstance(value, str) and is_day(value) for value in values)
    numeric = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)
    places = {
        value: date2num(date.fromisoformat(value)) if days else float(value) if numeric else float(index)
        for index, value in enumerate(values)
    }
    all_bounds = [Bounds.from_ends(row["low"], row["value"], row["high"]) for row in rows]
    ends = [end for bounds in all_bounds if not bounds.is_unknown for end in (bounds.low, bounds.high) if math.isfinite(end)]
    reach = 0.12 * ((max(ends) - min(ends)) or max(map(abs, ends)) or 1) if ends else 1
    groups = list(dict.fromkeys(tuple(str(row.get(column, "")) for column in others) for row in rows))
    apart = 0.014 * (max(places.values()) - min(places.values()))  # so that equal bounds of two groups are both seen
    for row, bounds in zip(rows, all_bounds, strict=True):
        group = groups.index(tuple(str(row.get(column, "")) for column in others))
        place = places[row.get(along)] + apart * (group - (len(groups) - 1) / 2)
        draw_bounds(panel, place, bounds, COLOURS[group % len(COLOURS)], reach=reach, upright=True)
        if not bounds.is_unknown:
            panel.update_datalim([(place, bounds.low), (place, bounds.high if math.isfinite(bounds.high) else bounds.low + reach)])
    panel.autoscale_view()
    for group, words in enumerate(groups) if len(groups) > 1 else ():
        panel.plot([], [], "o", color=COLOURS[group % len(COLOURS)], label=" ".join(words))
    if len(groups) > 1:
        panel.legend(fontsize=7, frameon=False)
    if days:
        year_axis(panel)
    elif numeric:
        panel.locator_params(axis="x", nbins=5)
        count_axis(panel.xaxis)
    else:
        panel.set_xticks(list(places.values()), [str(value)[:18] for value in values], rotation=60, ha="right", size=7)
    count_axis(panel.yaxis, share=rows[0]["unit"] == "share")
    name = f"{rows[0]['notebook']}.{rows[0]['name']}"
    panel.set_title("\n".join(textwrap.wrap(f"{name}: {rows[0]['about']}", 52)[:3]), size=8, loc="left")
    panel.set_ylabel("" if rows[0]["unit"] == "share" else rows[0]["unit"], size=8, color=MUTED)
