"""Marks on a logarithmic axis: what is drawn for a value, a range, and an open end."""

import math

import pytest
from livingbook.drawing.figures import BLUE
from livingbook.drawing.marks import draw_interval
from livingbook.values.bounds import Bounds
from matplotlib.figure import Figure


@pytest.fixture
def axes():
    made = Figure().subplots()
    made.set_xscale("log")
    return made


def drawn(axes, bounds, **how):
    """Marker and places of each line that was drawn."""
    draw_interval(axes, 2, bounds, BLUE, **how)
    return [(line.get_marker(), [float(at) for at in line.get_xdata()]) for line in axes.lines]


def test_a_value_is_a_dot_on_its_bar(axes):
    assert drawn(axes, Bounds(5, 10, 20)) == [("None", [5, 20]), ("o", [10])]


def test_a_range_without_a_value_has_a_tick_at_either_end(axes):
    assert drawn(axes, Bounds(5, None, 20)) == [("None", [5, 20]), ("|", [5, 20])]


def test_a_range_from_nothing_has_one_tick_for_there_is_no_zero_on_this_axis(axes):
    assert drawn(axes, Bounds(0, None, 20)) == [("None", [0, 20]), ("|", [20])]


def test_a_floor_is_an_arrow_that_reaches_by_a_factor(axes):
    assert drawn(axes, Bounds(10, None, math.inf)) == [("|", [10])]
    arrow = axes.texts[0]
    assert arrow.xyann == (10, 2) and arrow.xy == pytest.approx((17, 2))


def test_marks_lie_on_their_line_and_an_open_mark_is_not_filled(axes):
    draw_interval(axes, 2, Bounds.exact(10), BLUE, hollow=True)
    dot = axes.lines[0]
    assert list(dot.get_ydata()) == [2] and dot.get_markerfacecolor() != dot.get_color() == BLUE


def test_the_unknown_draws_nothing(axes):
    assert drawn(axes, Bounds.unknown()) == [] and not axes.texts
