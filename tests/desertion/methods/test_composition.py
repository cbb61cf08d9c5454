"""Shares, the room they leave, and relative risk: values worked out by hand."""

import math
from datetime import date

import pandas as pd
import pytest
from desertion.methods import composition
from livingbook.values.bounds import Bounds


def test_a_share_of_exact_counts_is_exact() -> None:
    share = composition.share(Bounds.exact(858, ["part"]), Bounds.exact(1010, ["whole"]))
    assert share.value == pytest.approx(0.849505, abs=1e-6)
    assert share.rows == {"part", "whole"}


def test_a_share_of_rounded_counts_takes_the_far_corners() -> None:
    share = composition.share(Bounds(1500, 2000, 2500), Bounds(11500, 12000, 12500))
    assert (share.low, share.high) == pytest.approx((1500 / 12500, 2500 / 11500))
    assert share.value == pytest.approx(1 / 6)


def test_a_share_never_leaves_zero_to_one() -> None:
    assert composition.share(Bounds(9, 10, 11), Bounds(8, 10, 12)).high == 1.0


def test_nothing_known_stays_unknown() -> None:
    unknown, half = Bounds.unknown(), Bounds.exact(0.5)
    assert composition.share(unknown, Bounds.exact(10)).is_unknown
    assert composition.rest(half, unknown).is_unknown
    assert composition.room().is_unknown
    assert composition.times_as_often(half, unknown).is_unknown


def test_the_rest_is_one_less_the_parts() -> None:
    left = composition.rest(Bounds(0.25, 0.3, 0.35), Bounds(0.05, 0.1, 0.15))
    assert (left.low, left.value, left.high) == pytest.approx((0.5, 0.6, 0.7))


def test_room_is_an_upper_bound_without_a_value() -> None:
    cap = composition.room(Bounds(0.25, 0.3, 0.35), Bounds(0.05, 0.1, 0.15))
    assert (cap.low, cap.value) == (0.0, None)
    assert cap.high == pytest.approx(0.7)


def test_relative_risk_of_half_of_leavers_from_a_fifth_of_the_force_is_four() -> None:
    risk = composition.times_as_often(Bounds.exact(0.5), Bounds.exact(0.2))
    assert risk.value == pytest.approx(4.0)
    assert risk.is_point


def test_relative_risk_is_one_where_the_shares_are_equal() -> None:
    assert composition.times_as_often(Bounds.exact(0.3), Bounds.exact(0.3)).value == pytest.approx(1.0)


def test_relative_risk_equals_the_ratio_of_the_two_rates() -> None:
    # 300 leavers, 120 of them from a group of 1,000 in a force of 10,000: 120/1000 against 180/9000.
    risk = composition.times_as_often(Bounds.exact(120 / 300), Bounds.exact(1000 / 10000))
    assert risk.value == pytest.approx((120 / 1000) / (180 / 9000))


def test_relative_risk_of_at_least_a_share_has_no_upper_end() -> None:
    risk = composition.times_as_often(Bounds(0.5, None, math.inf), Bounds(0.1, 0.15, 0.2))
    assert risk.low == pytest.approx(4.0)
    assert (risk.value, risk.high) == (None, math.inf)


def test_relative_risk_refuses_what_is_not_a_share() -> None:
    with pytest.raises(ValueError, match="not a share"):
        composition.times_as_often(Bounds.exact(0.5), Bounds.exact(1.5))


@pytest.mark.parametrize(
    ("leavers", "everyone", "low", "high"),
    [
        (Bounds(0.0, None, 0.5), Bounds.exact(0.2), 0.0, 4.0),  # perhaps no leaver is of the group
        (Bounds.exact(1.0), Bounds.exact(0.5), math.inf, math.inf),  # all leavers are
        (Bounds.exact(0.5), Bounds.exact(0.0), math.inf, math.inf),  # half the leavers, and nobody else
        (Bounds.exact(0.5), Bounds.exact(1.0), 0.0, 0.0),  # everyone is of the group, so nobody outside it could leave
        (Bounds.exact(0.5), Bounds(0.2, None, math.inf), 0.0, 4.0),
    ],
)
def test_relative_risk_at_the_ends_of_what_a_share_can_be(leavers: Bounds, everyone: Bounds, low: float, high: float) -> None:
    risk = composition.times_as_often(leavers, everyone)
    assert (risk.low, risk.high) == pytest.approx((low, high))


def test_what_is_unknown_rests_on_no_rows() -> None:
    known = Bounds.exact(0.5, ["row"])
    assert (
        composition.times_as_often(known, Bounds.unknown()).rows
        == composition.times_as_often(Bounds.unknown(), known).rows
        == frozenset()
    )


def test_the_rest_never_exceeds_the_whole() -> None:
    assert composition.rest(Bounds(-0.1, None, 0.2)) == Bounds(0.8, None, 1.0)


def counts(*pairs: tuple[date, float]) -> pd.DataFrame:
    return pd.DataFrame([{"end": day, "bounds": Bounds(count, None, math.inf)} for day, count in pairs], columns=["end", "bounds"])


def test_a_pair_is_of_the_last_common_day() -> None:
    early, late, later = date(2024, 1, 1), date(2025, 1, 1), date(2025, 6, 1)
    first = date(2023, 1, 1)
    day, part, whole = composition.latest_pair(
        counts((first, 0), (early, 1), (late, 2)), counts((first, 9), (early, 10), (late, 16), (later, 30))
    )
    assert (day, part.value, whole.value) == (late, 2, 16)


def test_without_a_common_day_there_is_no_pair() -> None:
    day, part, whole = composition.latest_pair(counts((date(2024, 1, 1), 1)), counts())
    assert day is None
    assert part.is_unknown and whole.is_unknown
