"""Bounds: interval arithmetic, against values worked out by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from livingbook.values.bounds import Bounds, as_bounds, hull, total

INF = math.inf


@pytest.mark.parametrize("ends", [(2, None, 1), (0, 5, 4), (math.nan, None, 1)])
def test_what_is_not_an_interval_is_refused(ends):
    with pytest.raises(ValueError, match="not bounds"):
        Bounds(*ends)


def test_sums_and_differences():
    district, command = Bounds(26000, None, INF), Bounds(35500, 36000, 36500)
    assert district + command == Bounds(61500, None, INF)
    assert command + command == Bounds(71000, 72000, 73000)
    assert command - command == Bounds(-1000, 0, 1000)
    assert 100 - Bounds(10, 20, 30) == Bounds(70, 80, 90)


def test_products_and_quotients():
    assert Bounds(2, 3, 4) * Bounds(10, None, 20) == Bounds(20, None, 80)
    assert Bounds(-1, None, 2) * Bounds(3, None, 4) == Bounds(-4, None, 8)
    assert Bounds(0, None, INF) * 0 == Bounds(0, None, 0)
    assert Bounds(0, None, 1) * Bounds(INF, None, INF) == Bounds(0, None, INF)
    assert Bounds.exact(1) * 5 == Bounds.exact(5)
    assert Bounds(0, None, 4) / 2 == Bounds(0, None, 2)
    assert Bounds.exact(0) / Bounds(0, None, 5) == Bounds(0, None, 0)
    assert Bounds(10, 15, 20) / Bounds(2, 3, 5) == Bounds(2, 5, 10)
    assert Bounds(49000, None, INF) / 35 == Bounds(1400, None, INF)
    assert Bounds(10, None, 20) / Bounds(0, None, 5) == Bounds(2, None, INF)
    assert 10 / Bounds(2, 4, 5) == Bounds(2, 2.5, 5)


@pytest.mark.parametrize("divisor", [Bounds(0, None, 0), Bounds(-1, None, 2)])
def test_division_by_what_may_be_negative_or_is_zero_is_refused(divisor):
    with pytest.raises(ZeroDivisionError, match="cannot divide"):
        Bounds.exact(1) / divisor


def test_a_lower_bound_never_becomes_a_value():
    assert (Bounds(49000, None, INF) / Bounds.exact(34)).value is None
    assert (Bounds(49000, None, INF) + 1).value is None


def test_rows_are_carried_through():
    assert (Bounds.exact(1, ["a"]) / Bounds.exact(2, ["b"])).rows == {"a", "b"}
    assert hull([Bounds.exact(1, ["a"]), Bounds.exact(4, ["b"])]).rows == {"a", "b"}
    assert total([Bounds.exact(1, ["a"]), Bounds.exact(4, ["b"])]).rows == {"a", "b"}


def test_best_is_the_value_or_the_published_end():
    assert Bounds(1, 2, 4).best == 2
    assert Bounds(49000, None, INF).best == 49000
    assert Bounds(0, None, 640000).best == 640000
    assert Bounds(10, None, 20).best == 15
    assert Bounds.unknown().best is None


@pytest.mark.parametrize(
    ("bounds", "at_most", "best"),
    [
        (Bounds(0, None, 5), True, 5),
        (Bounds(-INF, None, 5), True, 5),
        (Bounds(-INF, None, -5), True, -5),
        (Bounds(-1, None, 5), False, 2),
        (Bounds(-5, None, -1), False, -3),
        (Bounds(1, None, 5), False, 3),
        (Bounds(0, 2, 5), False, 2),
        (Bounds(0, None, INF), False, None),
        (Bounds(5, None, INF), False, 5),
        (Bounds(-INF, 2, 5), False, 2),
    ],
)
def test_only_a_low_end_that_says_nothing_makes_an_at_most(bounds, at_most, best):
    assert bounds.is_at_most is at_most and bounds.best == best


def test_what_has_a_value_is_known_however_open_its_ends():
    assert not Bounds(0, 5, INF).is_unknown and Bounds(0, 5, INF).at_face_value() == Bounds.exact(5)
    assert not Bounds(-INF, 0, INF).is_unknown and Bounds(-3, None, INF).is_unknown


@pytest.mark.parametrize(
    ("bounds", "ends"),
    [
        (Bounds.unknown(), (None, None, None)),
        (Bounds(-7, None, INF), (None, None, None)),
        (Bounds(0, None, 5), (0.0, None, 5.0)),
        (Bounds(0, 5, INF), (0.0, 5.0, None)),
        (Bounds(-INF, None, 5), (None, None, 5.0)),
        (Bounds(3, None, INF), (3.0, None, None)),
    ],
)
def test_a_file_says_nothing_of_an_unknown_and_leaves_open_ends_out(bounds, ends):
    assert tuple(bounds.ends.values()) == ends and list(bounds.ends) == ["low", "value", "high"]


def test_a_file_that_gives_nothing_is_read_as_unknown_and_keeps_its_rows():
    read = Bounds.from_ends(None, None, None, rows=["a"])
    assert read == Bounds.unknown() and read.rows == {"a"}
    assert Bounds.from_ends(None, None, 5) == Bounds(-INF, None, 5) and Bounds.from_ends(None, 2, None) == Bounds(-INF, 2, INF)


ends = st.tuples(*[st.floats(allow_nan=False)] * 3).map(sorted)


@given(ends, st.booleans())
def test_what_is_written_is_read_again(numbers, valued):
    low, value, high = numbers
    bounds = Bounds(low, value if valued and math.isfinite(value) else None, high)
    if low == INF or high == -INF:
        return  # a quantity that is infinite
    assert Bounds.from_ends(**bounds.ends) == (Bounds.unknown() if bounds.is_unknown else bounds)


def test_at_face_value_floor_and_clip():
    assert Bounds(49000, None, INF, frozenset("r")).at_face_value() == Bounds.exact(49000)
    assert Bounds.unknown().at_face_value().is_unknown
    assert Bounds(5, 6, 7).floor() == Bounds(5, None, INF)
    assert Bounds(-5, -1, 7).clip() == Bounds(0, 0, 7)
    assert Bounds(-5, None, 7).clip(high=1) == Bounds(0, None, 1)


def test_hull_and_total():
    assert hull([Bounds(1, 2, 3), Bounds(5, None, 6)]) == Bounds(1, None, 6)
    assert hull([]).is_unknown
    assert total([Bounds(1, 2, 3), Bounds(5, 5, 6)]) == Bounds(6, 7, 9)


intervals = st.tuples(*[st.floats(0.001, 1e6)] * 3).map(sorted).map(lambda ends: Bounds(*ends))


@given(intervals, intervals, st.floats(0, 1), st.floats(0, 1))
def test_the_result_contains_every_combination_of_its_inputs(one, two, s, t):
    a, b = one.low + s * (one.high - one.low), two.low + t * (two.high - two.low)
    slack = 1e-9 * (1 + abs(a) + abs(b) + abs(a * b))
    for result, number in ((one + two, a + b), (one - two, a - b), (one * two, a * b), (one / two, a / b)):
        assert result.low - slack - 1e-9 * abs(number) <= number <= result.high + slack + 1e-9 * abs(number)
        assert result.value in result


def test_plain_numbers_are_exact():
    assert as_bounds(3) == Bounds.exact(3.0)
    assert 3 in Bounds(2, None, 4) and 5 not in Bounds(2, None, 4)
