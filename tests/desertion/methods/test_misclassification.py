"""Two errors of a list, and the exact binomial interval: closed forms, hand calculation and published values."""

import math

import pytest
from desertion.methods.misclassification import at_most_never_ran, binomial_share, true_count
from livingbook.values.bounds import Bounds
from scipy import stats


def shares(f: float, u: float) -> tuple[Bounds, Bounds]:
    return Bounds.exact(f), Bounds.exact(u)


def test_the_count_by_hand() -> None:
    # 1,000 listed, 400 of whom never ran: 600 listed runners. They are three quarters of all runners: 800.
    assert true_count(Bounds.exact(1000), *shares(0.4, 0.25)).value == pytest.approx(800)


def test_equal_errors_cancel() -> None:
    for error in (0.0, 0.3, 0.6, 0.9):
        assert true_count(Bounds.exact(49000), *shares(error, error)).value == pytest.approx(49000)


def test_bounds_take_the_far_corners() -> None:
    count = true_count(Bounds(900, 1000, 1100), Bounds(0.1, 0.2, 0.6), Bounds(0.1, 0.2, 0.5))
    assert count.low == pytest.approx(900 * 0.4 / 0.9)
    assert count.high == pytest.approx(1100 * 0.9 / 0.5)
    assert count.value == pytest.approx(1000)


def test_a_floor_stays_a_floor_and_the_unknown_unknown() -> None:
    count = true_count(Bounds(49000, None, math.inf), *shares(0.6, 0.0))
    assert (count.low, count.high) == (pytest.approx(19600), math.inf)
    assert true_count(Bounds.unknown(), *shares(0.1, 0.1)).is_unknown
    assert true_count(Bounds.exact(49000), *shares(1.0, 0.0)) == Bounds.exact(0)


@pytest.mark.parametrize(("f", "u"), [(-0.1, 0.0), (1.1, 0.0), (0.0, 1.0), (0.0, -0.1)])
def test_impossible_shares_are_refused(f: float, u: float) -> None:
    with pytest.raises(ValueError, match="share"):
        true_count(Bounds.exact(1000), *shares(f, u))


def test_men_found_later_cap_the_share_that_never_ran() -> None:
    cap = at_most_never_ran(Bounds.exact(325), Bounds.exact(228))
    assert (cap.low, cap.value) == (0.0, None)
    assert cap.high == pytest.approx(97 / 325)
    assert at_most_never_ran(Bounds.unknown(), Bounds.exact(1)).is_unknown


@pytest.mark.parametrize(
    ("found", "checked", "low", "high"),
    [
        (682, 925, 0.7076683, 0.7654066),  # Conover's example in the manual of R's binom.test
        (0, 21, 0.0, 1 - 0.025 ** (1 / 21)),  # closed form for none
        (1, 1, 0.025, 1.0),
        (21, 21, 0.025 ** (1 / 21), 1.0),  # closed form for all
    ],
)
def test_exact_intervals(found: int, checked: int, low: float, high: float) -> None:
    share = binomial_share(found, checked, rows=frozenset("r"))
    assert (share.low, share.high) == pytest.approx((low, high), abs=1e-7)
    assert share.value == found / checked and share.rows == {"r"}


def test_the_interval_of_nineteen_of_twenty_one_by_its_definition() -> None:
    # At the ends, 19 or more, and 19 or fewer, have a chance of 2.5% each: summed here term by term.
    share = binomial_share(19, 21)

    def chance(k: int, p: float) -> float:
        return math.comb(21, k) * p**k * (1 - p) ** (21 - k)

    assert sum(chance(k, share.low) for k in range(19, 22)) == pytest.approx(0.025)
    assert sum(chance(k, share.high) for k in range(20)) == pytest.approx(0.025)


def test_the_interval_is_that_of_scipy() -> None:
    exact = stats.binomtest(19, 21).proportion_ci(0.9, method="exact")
    share = binomial_share(19, 21, 0.9)
    assert (share.low, share.high) == pytest.approx((exact.low, exact.high))


@pytest.mark.parametrize(("found", "checked", "level"), [(3, 2, 0.95), (-1, 2, 0.95), (0, 0, 0.95), (1, 2, 1.0), (1, 2, 0.0)])
def test_what_is_not_a_sample_is_refused(found: int, checked: int, level: float) -> None:
    with pytest.raises(ValueError, match="not a sample"):
        binomial_share(found, checked, level)
