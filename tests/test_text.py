"""How numbers, bounds and dates are written."""

import math

import pytest
from desertion import text
from desertion.bounds import Bounds

INF = math.inf


@pytest.mark.parametrize(("value", "step", "up", "printed"), [
    (1429.6, 10, None, "1,430"), (1429.6, 1, None, "1,430"), (1421, 10, True, "1,430"), (1429, 10, False, "1,420"),
    (0.0514, 0.001, None, "0.051"), (-3.2, 1, None, "−3"), (INF, 1, None, "∞"), (1430, 10, True, "1,430"), (0.3, 0.1, True, "0.3")])
def test_numbers(value, step, up, printed):
    assert text.number(value, step, up) == printed


@pytest.mark.parametrize(("bounds", "unit", "step", "printed"), [
    (Bounds.exact(49000), "persons", 1, "49,000"),
    (Bounds(49000, None, INF), "persons", 1, "at least 49,000"),
    (Bounds(0, None, 640000), "persons", 1000, "at most 640,000"),
    (Bounds(35500, 36000, 36500), "persons", 1, "36,000 (35,500–36,500)"),
    (Bounds(0.1, None, 0.15), "share", 0.01, "10%–15%"),
    (Bounds.exact(0.884), "share", 0.001, "88.4%"),
    (Bounds.unknown(), "persons", None, "not known"),
    (Bounds(1427, None, INF), "", 10, "at least 1,420"),  # a lower bound is rounded down
    (Bounds(0, None, 1421), "", 10, "at most 1,430"),  # an upper bound is rounded up
    (Bounds(1.4999, 1.5, 1.5001), "", 0.5, "1.5 (1.0–2.0)"),
])
def test_bounds_in_words(bounds, unit, step, printed):
    assert text.of_bounds(bounds, unit, step) == printed


def test_no_more_digits_than_the_interval_supports():
    assert text.of_bounds(Bounds.exact(1429.58)) == "1,430"
    assert text.of_bounds(Bounds(1234.5, 1300.2, 2345.6)) == "1,300 (1,200–2,400)"
    assert text.supported_step(Bounds(1234.5, None, 1238)) == 10
    assert text.of_bounds(Bounds.exact(50554)) == "50,554"  # a count as it was published


def test_dates_and_counts():
    assert text.day("2025-06-09") == "9 June 2025"
    assert text.month("2025-06-09") == "June 2025"
    assert text.plural(1, "list") == "1 list" and text.plural(1234, "entry", "entries") == "1,234 entries"
    assert text.listing(["a"]) == "a" and text.listing(["a", "b", "c"]) == "a, b and c" and text.listing([]) == ""


def test_shares_are_whole_percents_unless_more_is_said():
    assert text.share(Bounds(0.1, None, 0.15)) == "10%–15%"
    assert text.share(Bounds.exact(0.884), 0.001) == "88.4%"


@pytest.mark.parametrize(("bounds", "printed"), [
    (Bounds(35500, 36000, 36500), "36,000"), (Bounds(49000, None, INF), "at least 49,000"), (Bounds.unknown(), "not known")])
def test_a_short_label_is_the_value_or_else_the_bounds(bounds, printed):
    assert text.short(bounds) == printed
