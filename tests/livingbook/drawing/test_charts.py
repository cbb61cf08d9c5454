"""Charts: each row has its mark and its number, nothing unknown is drawn, and all of it lies inside the drawing."""

from __future__ import annotations

import math
import re
from datetime import date
from itertools import pairwise

import pandas as pd
import pytest
from livingbook.drawing.charts import Curve, IntervalRows, OverTime, Parts, period
from livingbook.drawing.figures import BLUE, GREEN, NARROW, VERMILLION, WIDE, length, render
from livingbook.values.bounds import Bounds
from matplotlib.figure import Figure

PLACED = re.compile(r'<text style="([^"]*?font-size: ([\d.]+)px[^"]*)"[^>]*? x="(-?[\d.]+)" y="(-?[\d.]+)"[^>]*>([^<]*)<')
TEXT = re.compile(r'<text style="([^"]*?font-size: ([\d.]+)px[^"]*?[^"]*)"[^>]*? x="(-?[\d.]+)"[^>]*>([^<]*)<')
FLOOR, EXACT, RANGE, UNKNOWN = Bounds(1240, None, math.inf), Bounds.exact(1500), Bounds(400, None, 480), Bounds.unknown()
ROWS = pd.DataFrame(
    {
        "group": ["lists", "lists", "courts", "courts"],
        "label": ["To the article", "Claimed", "Filed", "Not said"],
        "bounds": [FLOOR, EXACT, RANGE, UNKNOWN],
    }
)
DAYS = pd.DataFrame(
    {
        "series": ["cases", "cases", "names"],
        "start": [date(2022, 9, 1), date(2023, 5, 1), date(2024, 1, 1)],
        "end": [date(2023, 5, 1), date(2024, 1, 1), date(2024, 1, 1)],
        "bounds": [EXACT, RANGE, FLOOR],
    }
)
LINES = pd.DataFrame({"month": [1, 2, 3], "even": [10.0, 10.0, 10.0], "rising": [5.0, 10.0, 15.0]})
PARTS = pd.DataFrame({"label": ["A", "B"], "one": [13000, 0], "both": [13000, 13000], "total": [FLOOR, EXACT]})
CHARTS = {
    "rows": (IntervalRows(line=(1000, "a thousand"), band=(Bounds(1000, None, 1500), "quoted")), ROWS),
    "rows on a log axis": (IntervalRows(log=True), ROWS),
    "rows of periods": (
        IntervalRows(days=True),
        pd.DataFrame({"label": ["A list"], "bounds": [period(date(2022, 2, 24), date(2024, 12, 31))], "written": ["49,000 names"]}),
    ),
    "panels": (IntervalRows(), ROWS.rename(columns={"group": "panel"})),
    "over time": (OverTime(join=True, bars=True, marked={date(2023, 1, 1): "law"}), DAYS),
    "named above": (
        OverTime(above=True, number=False, colours={"names": GREEN}),
        DAYS.drop(columns="start").assign(
            words=[None, "a mark to the right of the middle", "the last of several marks on this axis"]
        ),
    ),
    "curve": (
        Curve("month", "months", {"even": ("even", BLUE), "rising": ("rising", GREEN)}, points=(2,), level=(5, "five")),
        LINES,
    ),
    "parts": (Parts({"one": ("on one", BLUE), "both": ("on both", VERMILLION)}), PARTS),
}


def drawn(chart, data, narrow=False) -> str:
    """The chart as SVG."""
    height = chart.height(data, narrow)
    return render(chart, data, name="chart", title="Title", subtitle="Unit", source="Source", height=height, narrow=narrow)


def texts(svg: str) -> list[str]:
    return [re.sub("<[^>]+>", "", each) for each in re.findall(r"<text[^>]*>(.*?)</text>", svg, re.S)]


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_drawn_the_same_twice_with_and_without_rows(name, narrow):
    chart, data = CHARTS[name]
    assert drawn(chart, data, narrow) == drawn(chart, data, narrow) != drawn(chart, data.iloc[:0], narrow)


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
def test_each_row_has_its_label_and_its_number(narrow):
    said = texts(drawn(CHARTS["rows"][0], ROWS, narrow))
    for words in ("lists", "courts", *ROWS["label"], "at least 1,240", "1,500", "400–480", "not published"):
        assert words in said, words


def test_rows_of_one_label_share_a_line_and_print_no_number():
    two = pd.DataFrame({"label": ["Army", "Army", "Navy"], "bounds": [EXACT, FLOOR, RANGE]})
    said = texts(drawn(IntervalRows(), two))
    assert said.count("Army") == 1 and "400–480" in said and "at least 1,240" not in said
    assert IntervalRows().height(two, narrow=False) < IntervalRows().height(two.assign(label=["A", "B", "C"]), narrow=False)


def test_a_row_without_a_group_has_no_heading():
    assert "nan" not in texts(drawn(IntervalRows(), ROWS.assign(group=[math.nan, "lists", "courts", None])))


def test_a_number_given_in_words_is_printed_as_given():
    assert "some 1,240" in texts(drawn(IntervalRows(), ROWS.assign(written=["some 1,240", "b", "c", None])))


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
def test_a_long_label_has_lines_and_its_row_the_room_for_them(narrow):
    long = ROWS.assign(label=["A military district in the south of the country, as the other side counts its men"] * 3 + ["B"])
    said = texts(drawn(IntervalRows(), long, narrow))
    assert long["label"][0] not in said and "A military district" in " ".join(said)
    assert IntervalRows().height(long, narrow) > IntervalRows().height(ROWS.assign(label=["A", "A", "A", "B"]), narrow)


def test_a_bar_is_filled_and_an_exact_number_needs_no_mark_beside_it():
    exact = pd.DataFrame({"label": ["A"], "bounds": [EXACT]})
    plain, bars = drawn(IntervalRows(), exact), drawn(IntervalRows(bars=True), exact)
    assert plain != bars and plain.count("<use") > bars.count("<use") and "1,500" in texts(bars)


@pytest.mark.parametrize("chart", [OverTime(), OverTime(log=True)], ids=["linear", "log"])
def test_the_names_of_series_that_end_together_stand_apart(chart):
    data = pd.DataFrame({"series": ["one", "two"], "end": [date(2024, 1, 1)] * 2, "bounds": [EXACT, Bounds.exact(1501)]})
    one, two = (float(re.search(rf'translate\([\d.]+ ([\d.]+)\)">{name}<', drawn(chart, data))[1]) for name in ("one", "two"))
    assert 20 < one - two < 30, "each label has two lines of 9 points"


def test_an_axis_of_days_has_the_years():
    assert {"2022", "2023", "2024", "2025", "49,000 names"} <= set(texts(drawn(*CHARTS["rows of periods"])))


@pytest.mark.parametrize("starts", [[None, None], [date(2023, 1, 1), None], [None, date(2023, 12, 1)]])
def test_counts_of_a_day_stand_beside_counts_of_a_period(starts):
    days = pd.DataFrame({"start": starts, "end": [date(2023, 5, 1), date(2024, 1, 1)], "bounds": [EXACT, RANGE]})
    assert "400–480" in texts(drawn(OverTime(), days))


def test_the_last_count_of_each_series_is_named_and_written():
    said = texts(drawn(OverTime(), DAYS))
    assert {"cases", "400–480", "names", "at least 1,240"} <= set(said)
    assert "400–480" not in texts(drawn(OverTime(number=False), DAYS))


def test_counts_that_touch_are_joined_by_an_upright_line():
    def line(data):
        figure = Figure()
        OverTime(join=True)(figure, data, narrow=False)
        return next(each for each in figure.axes[0].lines if each.get_alpha() == 0.4).get_xdata()

    apart = DAYS[:2].assign(start=[DAYS["start"][0], date(2023, 6, 1)])
    assert len(set(line(DAYS[:2]))) == 1 and len(set(line(apart))) == 2


def test_names_above_and_words_beside_marks():
    said = texts(drawn(*CHARTS["named above"]))
    assert {"cases", "names", "a mark to the right of the middle"} <= set(said) and "400–480" not in said
    many = pd.DataFrame({"end": date(2024, 1, 1), "bounds": EXACT, "series": [f"{n}: a series with a long name" for n in range(9)]})
    found = TEXT.findall(drawn(CHARTS["named above"][0], many))
    assert len({x for _, _, x, words in found if "long" in words}) < 9  # several lines
    assert all(float(x) + length(words, 9, "bold") < 72 * WIDE for _, _, x, words in found if "long" in words)


def test_at_most_of_a_day_is_an_arrow_down_and_no_bar_to_the_axis():
    one = pd.DataFrame(
        {"end": [date(2023, 1, 1), date(2024, 1, 1)], "bounds": [EXACT, Bounds(0, None, 1000)], "series": ["a", "b"]}
    )
    most, rest = (drawn(OverTime(), one.assign(bounds=[EXACT, each])) for each in (Bounds(0, None, 1000), Bounds(0, 500, 1000)))
    assert "stroke-width: 5" in rest and "stroke-width: 5" not in most and "at most 1,000" in texts(most)


def test_the_number_of_every_count_can_be_written():
    counts = DAYS.assign(bounds=[Bounds.exact(1499), RANGE, FLOOR])
    assert "1,499" not in texts(drawn(OverTime(), counts))
    assert {"1,499", "400–480", "at least 1,240"} <= set(texts(drawn(OverTime(numbers=True), counts)))
    open_marks = counts.assign(hollow=[True, False, False])
    assert "1,499" not in texts(drawn(OverTime(numbers=True), open_marks))


@pytest.mark.parametrize(("wide_enough", "place"), [(True, 0.0), (False, 1500.0)])
def test_numbers_stand_at_the_foot_of_bars_that_are_wide_enough_for_them_and_else_above_the_bars(wide_enough, place):
    second = date(2024, 1, 1) if wide_enough else date(2023, 1, 9)
    days = [date(2023, 1, 1), *([] if wide_enough else [date(2023, 1, 5)]), second, date(2025, 1, 1)]
    counts = pd.DataFrame({"start": days[:-1], "end": days[1:], "bounds": EXACT})
    figure = Figure()
    OverTime(bars=True, numbers=True)(figure, counts, narrow=False)
    assert {each.xy[1] for each in figure.axes[0].texts if each.get_text() == "1,500"} == {place}


STEPS = pd.DataFrame(
    {
        "panel": ["cases"] * 5 + ["men"],
        "start": [date(2022, 9, 20), date(2023, 11, 22), date(2024, 4, 10), date(2024, 6, 17), date(2025, 1, 1), date(2022, 3, 1)],
        "end": [date(2023, 11, 22), date(2024, 4, 10), date(2024, 6, 17), date(2025, 1, 1), date(2025, 5, 31), date(2025, 7, 31)],
        "bounds": [Bounds.exact(each) for each in (79, 698, 754, 812, 781, 362)],
    }
)


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
def test_numbers_at_the_foot_of_narrow_bars_do_not_touch(narrow):
    """On a phone, where the axis is longer than the bars of this panel, the second of two neighbours goes up a line."""
    numbers = [each for each in placed(OverTime(bars=True, numbers=True, limit=1000), STEPS, narrow) if len(each[0]) < 4]
    numbers = [each for each in numbers if each[0] in {"698", "754", "812", "781"}]
    assert len(numbers) == 4 and apart(numbers, 2)
    assert len({round(each[3]) for each in numbers}) == (2 if narrow else 1)


def test_the_number_of_a_low_bar_stands_on_it():
    figure = Figure()
    OverTime(bars=True, numbers=True, limit=1000)(figure, STEPS, narrow=False)
    up = {each.get_text(): each.get_position()[1] for each in figure.axes[0].texts}
    assert up["698"] == 8 and up["79"] > 8 + 79 / 1000 * 0.8 * 72 * 1.25 - 1


def test_two_bars_of_one_period_have_their_numbers_on_them():
    counts = pd.DataFrame({"series": ["a", "b"], "start": date(2023, 1, 1), "end": date(2025, 1, 1), "bounds": [EXACT, RANGE]})
    figure = Figure()
    OverTime(bars=True, numbers=True)(figure, counts, narrow=False)
    assert {each.xy[1] for each in figure.axes[0].texts if each.get_text() in ("1,500", "400–480")} == {1500, 440}


def test_the_axis_of_days_ends_with_the_last_count():
    data = pd.DataFrame({"series": ["a", "b"], "start": date(2022, 2, 24), "end": date(2026, 8, 31), "bounds": [EXACT, RANGE]})
    assert "2026" in texts(drawn(OverTime(), data)) and "2027" not in texts(drawn(OverTime(), data))


def test_a_mark_at_the_end_of_an_axis_is_drawn_whole_and_none_beyond_it():
    rows = pd.DataFrame({"label": ["A", "B"], "bounds": [Bounds.exact(0), Bounds.exact(9)]})
    figure = Figure()
    IntervalRows(limit=5)(figure, rows, narrow=False)
    whole = {each.get_xdata()[0]: not each.get_clip_on() for each in figure.axes[0].lines if each.get_marker() == "o"}
    assert whole == {0: True, 9: False}


def placed(chart, data, narrow=False) -> list[tuple[str, float, float, float]]:
    """The texts of a chart: words, left end, right end and height of the line, in points."""
    found = []
    for style, size, x, y, words in PLACED.findall(drawn(chart, data, narrow)):
        wide = length(words, float(size), "bold" if "bold" in style else "normal")
        left = float(x) - (wide / 2 if "middle" in style else wide if "anchor: end" in style else 0)
        found.append((words, left, left + wide, float(y)))
    return found


def apart(texts: list[tuple[str, float, float, float]], gap: float) -> bool:
    """Whether no two texts of one line come nearer to each other than a gap, in points."""
    lines = [sorted(each[1:3] for each in texts if round(each[3]) == y) for y in {round(each[3]) for each in texts}]
    return all(two[0] - one[1] > gap for line in lines for one, two in pairwise(line))


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
@pytest.mark.parametrize(("limit", "share"), [(1.0, True), (60_000, False)], ids=["shares", "counts"])
def test_numbers_of_axes_beside_each_other_do_not_run_into_each_other(narrow, limit, share):
    middle = [Bounds.exact(limit / 2)]
    data = pd.DataFrame({"label": ["A group of men with a long name"], "bounds": middle, "other": middle})
    chart = IntervalRows({"bounds": "One", "other": "Other"}, limit=limit, share=share)
    numbers = [each for each in placed(chart, data, narrow) if re.fullmatch(r"[\d,]+%?", each[0])]
    ticks = [each for each in numbers if each[3] == max(number[3] for number in numbers)]
    assert len(ticks) >= 4 and apart(ticks, 2)


def test_counts_have_whole_numbers_on_their_axis():
    figure = Figure()
    CHARTS["parts"][0](figure, pd.DataFrame({"label": ["A"], "one": [3], "both": [4]}), narrow=False)
    assert all(float(tick).is_integer() for tick in figure.axes[0].get_xticks())


def test_a_part_too_small_for_its_number_has_none():
    wide = drawn(*CHARTS["parts"])
    assert "13,000" in texts(wide) and "0" not in [each for each in texts(wide) if each == "0"][1:]
    assert {"on one", "on both", "at least 1,240"} <= set(texts(wide))


def test_a_total_is_written_in_short_on_a_phone():
    chart, data = CHARTS["parts"][0], PARTS.assign(total=Bounds(35500, 36000, 36500))
    assert "36,000 (35,500–36,500)" in texts(drawn(chart, data)) and "36,000" in texts(drawn(chart, data, narrow=True))


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
@pytest.mark.parametrize("name", CHARTS)
def test_all_words_lie_inside_the_drawing(name, narrow):
    """Words beside the longest mark have their room: the axes are made narrower, the words not cut off."""
    chart, data = CHARTS[name]
    found = TEXT.findall(drawn(chart, data, narrow))
    assert len(found) > len(data)
    width = 72 * (NARROW if narrow else WIDE)
    for style, size, x, words in found:
        wide = length(words, float(size), "bold" if "bold" in style else "normal")
        left = float(x) - (wide / 2 if "middle" in style else wide if "anchor: end" in style else 0)
        assert left > -1 and left + wide < width + 1, (words, left, wide, width)
