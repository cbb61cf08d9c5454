"""The grid of specifications and its decomposition, against a published analysis of variance and closed forms."""

import itertools
from datetime import date

import numpy as np
import pandas as pd
import pytest
from desertion.counts.windows import Window
from desertion.methods import multiverse
from desertion.methods.multiverse import CountWithWindows, decompose

YEAR = Window(date(2023, 1, 1), date(2023, 12, 31))
TWO_YEARS = Window(date(2022, 1, 1), date(2023, 12, 31))


def crossed(first, second, response):
    """A full factorial of two factors with a response for each pair."""
    table = pd.DataFrame(list(itertools.product(first, second)), columns=["a", "b"])
    return table, pd.Series([float(response(a, b)) for a, b in zip(table["a"], table["b"], strict=True)])


def shares(found):
    return dict(zip(found["factor"], found["share"], strict=True))


def test_published_analysis_of_variance():
    """Battery life by material and temperature (Montgomery, Design and Analysis of Experiments, two-factor example).

    The totals of four batteries a cell; published sums of squares 10,683.72, 39,118.72 and 9,613.78. Of cell means they
    are a quarter of that, and a variance divides by the nine cells.
    """
    totals = {1: (539, 229, 230), 2: (623, 479, 198), 3: (576, 583, 342)}
    table, life = crossed((1, 2, 3), (0, 1, 2), lambda material, degrees: totals[material][degrees] / 4)
    found = decompose(table, life, ("a", "b"), {})
    assert list(found["variance"] * 9 * 4) == pytest.approx([10_683.72, 39_118.72, 9_613.78], abs=0.01)
    assert list(found["options"]) == [3, 3, 0]


def test_a_sum_has_no_interaction():
    """y = a + b: shares Var(a) and Var(b) over their sum, 2/3 : 8/3."""
    found = decompose(*crossed((-1, 0, 1), (-2, 0, 2), lambda a, b: a + b), ("a", "b"), {})
    assert shares(found) == pytest.approx({"a": 0.2, "b": 0.8, "together": 0.0})
    assert list(found["total"])[:2] == pytest.approx([0.2, 0.8])


def test_a_product_of_centred_factors_is_all_interaction():
    """y = a·b on ±1: neither alone explains anything, each is needed for all of it."""
    found = decompose(*crossed((-1, 1), (-1, 1), lambda a, b: a * b), ("a", "b"), {})
    assert shares(found) == pytest.approx({"a": 0.0, "b": 0.0, "together": 1.0})
    assert list(found["total"])[:2] == pytest.approx([1.0, 1.0])


def test_a_nested_factor_counts_inside_its_parent():
    """Parents 0 with children at ±1, and 3 with one child, each of the three alike: means 0 and 3, mean of all 1.

    Variance between parents (1 + 1 + 2²) / 3 = 2, within (1² + 1² + 0) / 3 = 2/3.
    """
    table = pd.DataFrame({"parent": ["x", "x", "y"], "child": ["low", "high", "only"]})
    found = decompose(table, pd.Series([-1.0, 1.0, 3.0]), ("parent", "child"), {"child": "parent"})
    assert list(found["variance"]) == pytest.approx([2.0, 2 / 3, 0.0])


def test_nothing_varies():
    found = decompose(*crossed((1, 2), (1, 2), lambda a, b: 5), ("a", "b"), {})
    assert list(found["share"]) == [0, 0, 0]


def test_a_table_with_a_gap_is_refused():
    table, response = crossed((1, 2), (1, 2), lambda a, b: a)
    with pytest.raises(ValueError, match="every combination"):
        decompose(table[1:], response[1:], ("a", "b"), {})


def test_every_combination_once_with_its_rate():
    counts = {"list": CountWithWindows(1000, {"one": YEAR, "two": TWO_YEARS}), "guess": CountWithWindows(2000, {"one": YEAR})}
    strengths = {"small": lambda window: 10_000.0, "large": lambda window: 40_000.0}
    table = multiverse.specifications(counts, strengths, {"none": 1.0, "half": 0.5})
    assert len(table) == 3 * 2 * 2
    first = table[(table["count"] == "list") & (table["window"] == "one") & (table["strength"] == "small")]
    assert list(first["rate"]) == pytest.approx([100 * 365.25 / 365, 50 * 365.25 / 365])
    # A rate is a product, so its logarithm has no interaction; strength: ±ln 2, correction: ±(ln 2)/2, a quarter of it.
    found = shares(decompose(table, np.log(table["rate"])))
    assert found["together"] == pytest.approx(0)
    assert found["strength"] == pytest.approx(4 * found["correction"])
    assert multiverse.fold_change(table, "strength") == pytest.approx(4)
    assert multiverse.fold_change(table, "window") == pytest.approx(730 / 365)
    assert multiverse.level_means(table, "strength")["small"] == pytest.approx(
        4 * multiverse.level_means(table, "strength")["large"]
    )


def test_nothing_known_gives_nothing():
    table = multiverse.specifications({}, {"small": lambda window: 1.0}, {"none": 1.0})
    assert table.empty and list(table.columns) == [*multiverse.CHOICES, "rate"]
    assert list(decompose(table, np.log(table["rate"].astype(float)))["share"]) == [0] * 5


def test_a_rate_needs_men_to_divide_by():
    with pytest.raises(ValueError, match="above zero"):
        multiverse.specifications({"list": CountWithWindows(1, {"one": YEAR})}, {"no": lambda window: 0.0}, {"none": 1.0})
