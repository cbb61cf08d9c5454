"""Two lists: against hand-worked numbers and a published capture–recapture table."""

import math

import pytest
from desertion.methods import two_lists
from livingbook.values.bounds import Bounds


def exact(*numbers):
    return [Bounds.exact(number) for number in numbers]


def test_overlap_by_inclusion_and_exclusion():
    assert two_lists.overlap(*exact(26000, 36000, 49000)) == Bounds.exact(13000)


def test_overlap_keeps_what_the_wording_leaves_open():
    found = two_lists.overlap(Bounds(26000, None, math.inf), Bounds(35500, 36000, 36500), Bounds(49000, None, math.inf))
    assert (found.low, found.value, found.high) == (0, None, 36500)


def test_frechet_bounds():
    first, second = exact(26000, 36000)
    assert two_lists.frechet_union(first, second) == Bounds(36000, None, 62000)
    assert two_lists.frechet_overlap(first, second) == Bounds(0, None, 26000)


def test_independence_is_lincoln_and_petersen():
    # Sekar and Deming (1949), the textbook form A·B/m; here 500·400/200 = 1,000.
    assert two_lists.population(*exact(500, 400, 200)).value == pytest.approx(1000)


@pytest.mark.parametrize(("first", "second", "both", "published"), [(135, 122, 49, 336), (135, 126, 45, 378), (122, 126, 46, 334)])
def test_petersens_estimates_of_the_hepatitis_outbreak(first, second, both, published):
    # Each pair of the three lists of the outbreak in a college: Chao and others, Statistics in Medicine 20 (2001).
    assert two_lists.population(*exact(first, second, both)).value == pytest.approx(published, abs=0.5)


@pytest.mark.parametrize("psi", [0.25, 1, 2, 8])
def test_the_odds_ratio_is_that_of_the_completed_table(psi):
    a, b, both = 500, 400, 200
    whole = two_lists.population(*exact(a, b, both), psi).value
    neither = whole - (a + b - both)
    assert both * neither / ((a - both) * (b - both)) == pytest.approx(psi)


def test_population_covers_every_corner_of_its_inputs():
    first, second, both = Bounds(490, 500, 510), Bounds(390, 400, 410), Bounds(190, 200, 210)
    found = two_lists.population(first, second, both, 2)
    for a in (490, 510):
        for b in (390, 410):
            for m in (190, 200, 210):
                assert two_lists.population(*exact(a, b, m), 2).value in found


@pytest.mark.parametrize(
    ("first", "second", "both", "low"),
    [
        (Bounds(490, None, 510), Bounds(390, None, 410), Bounds(190, None, 210), 490 + 390 - 210 + 280 * 180 / 210),
        (Bounds(100, None, 510), Bounds(390, None, 410), Bounds(90, None, 410), 390),
        (Bounds(490, None, 510), Bounds(100, None, 410), Bounds(90, None, 410), 490),
    ],
)
def test_the_smallest_population_has_the_largest_overlap_that_both_lists_allow(first, second, both, low):
    found = two_lists.population(first, second, both)
    assert found.low == pytest.approx(low) and found.value is None


def test_without_a_common_entry_two_lists_say_nothing_about_men_on_neither():
    assert two_lists.population(*exact(5, 5, 0)).is_unknown and not two_lists.population(*exact(5, 5, 1)).is_unknown


def test_an_odds_ratio_is_positive():
    with pytest.raises(ValueError, match="an odds ratio is positive, not 0"):
        two_lists.population(*exact(5, 5, 2), 0)
