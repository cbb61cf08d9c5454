"""The rule from a published wording to bounds, against values worked out by hand."""

import math

import pytest
from livingbook.values.bounds import Bounds
from livingbook.values.qualifiers import from_published, half_unit

INF = math.inf


@pytest.mark.parametrize(
    ("published", "half"),
    [
        ("36000", 500),
        ("50000", 5000),
        ("640000", 5000),
        ("1430", 5),
        ("7", 0.5),
        ("0.36", 0.005),
        ("0.5", 0.05),
        ("0", 0.5),
        ("0.0322", 0.00005),
        ("20538", 0.5),
        ("0.0", 0.5),
    ],
)
def test_half_a_unit_of_the_last_significant_digit(published, half):
    assert half_unit(published) == pytest.approx(half)


@pytest.mark.parametrize(
    ("qualifier", "cells", "low", "value", "high"),
    [
        ("exact", ("49000", "", ""), 49000, 49000, 49000),
        ("about", ("36000", "", ""), 35500, 36000, 36500),
        ("about", ("0.3", "", ""), 0.25, 0.3, 0.35),
        ("about", ("0", "", ""), 0, 0, 0.5),
        ("at_least", ("49000", "", ""), 49000, None, INF),
        ("at_most", ("640000", "", ""), 0, None, 640000),
        ("range", ("", "0.1", "0.15"), 0.1, None, 0.15),
        ("range", ("0.12", "0.1", "0.15"), 0.1, 0.12, 0.15),
        ("estimate", ("70000", "", ""), 65000, 70000, 75000),
        ("estimate", ("160000", "150000", "175000"), 150000, 160000, 175000),
        ("projection", ("70000", "", ""), 65000, 70000, 75000),
        ("projection", ("160000", "150000", "175000"), 150000, 160000, 175000),
        ("projection", ("70000", "70000", ""), 70000, None, INF),
        ("about", ("-300", "", ""), -350, -300, -250),
    ],
)
def test_the_qualifier_rule(qualifier, cells, low, value, high):
    bounds = from_published(qualifier, *cells, row="r")
    assert (bounds.low, bounds.value, bounds.high) == (
        pytest.approx(low),
        value if value is None else pytest.approx(value),
        pytest.approx(high),
    )
    assert bounds.rows == {"r"}


def test_an_estimate_with_a_lower_end_alone_has_no_upper_one():
    assert from_published("estimate", "70000", low="60000") == Bounds(60000, 70000, INF)
    assert from_published("estimate", "70000", high="90000") == Bounds(65000, 70000, 75000)


def test_a_range_needs_no_value():
    assert from_published("range", low="1", high="2") == Bounds(1, None, 2)


def test_a_figure_without_a_row_rests_on_none():
    assert from_published("exact", "5").rows == frozenset()


def test_an_unknown_qualifier_is_refused():
    with pytest.raises(ValueError, match="roughly"):
        from_published("roughly", "5")
