"""Series of counts: expectations worked out by hand."""

from datetime import date

import pytest
from desertion.counts.series import Piece, calendar_months, disjoint, smooth_factor, spaced, widened
from livingbook.values.bounds import Bounds


def exact(number: float) -> Bounds:
    return Bounds.exact(number)


def test_spaced_skips_counts_too_close_to_the_last_one_kept():
    dates = [date(2023, 4, 3), date(2023, 3, 21), date(2023, 4, 30), date(2023, 6, 1)]
    assert spaced(dates, 2.0) == [date(2023, 3, 21), date(2023, 6, 1)]
    assert spaced(dates, 1.0) == [date(2023, 3, 21), date(2023, 4, 30), date(2023, 6, 1)]
    assert spaced([], 2.0) == []
    assert len(spaced([date(2023, 1, 1), date(2024, 5, 2)], 16.0)) == 2  # 487 days are 16 mean months to the day


def test_a_nested_month_leaves_the_rest_of_its_quarter():
    june = (date(2023, 6, 1), date(2023, 6, 30), exact(54))
    summer = (date(2023, 6, 1), date(2023, 8, 31), exact(305))
    rest = Piece(date(2023, 7, 1), date(2023, 8, 31), exact(251), derived=True)
    assert disjoint([summer, june]) == [Piece(*june), rest]
    assert rest.per_month.value == 125.5


def test_two_nested_months_imply_the_third():
    autumn = (date(2023, 9, 1), date(2023, 11, 30), exact(577))
    october = (date(2023, 10, 1), date(2023, 10, 31), exact(218))
    november = (date(2023, 11, 1), date(2023, 11, 30), exact(175))
    pieces = disjoint([autumn, october, november])
    assert [piece.count.value for piece in pieces] == [184, 218, 175]
    assert (pieces[0].start, pieces[0].end) == (date(2023, 9, 1), date(2023, 9, 30))


def test_the_rest_of_a_period_may_be_its_last_day():
    june = (date(2023, 6, 1), date(2023, 6, 30), exact(54))
    all_but_one = (date(2023, 6, 1), date(2023, 6, 29), exact(50))
    assert disjoint([june, all_but_one])[1] == Piece(date(2023, 6, 30), date(2023, 6, 30), exact(4), derived=True)


@pytest.mark.parametrize(
    "longer", [(date(2023, 4, 30), date(2023, 8, 31), exact(9)), (date(2022, 1, 1), date(2023, 3, 1), exact(9))]
)
def test_periods_that_have_a_day_in_common_are_not_both_kept(longer):
    spring = (date(2023, 3, 1), date(2023, 4, 30), exact(5))
    assert disjoint([spring, longer]) == [Piece(*spring)]


def test_a_total_with_gaps_on_both_sides_is_left_out():
    whole = (date(2023, 1, 1), date(2023, 12, 31), exact(100))
    june = (date(2023, 6, 1), date(2023, 6, 30), exact(10))
    assert disjoint([whole, june]) == [Piece(*june)]


def test_periods_that_overlap_in_part_are_not_both_kept():
    spring = (date(2023, 3, 1), date(2023, 4, 30), exact(5))
    later = (date(2023, 4, 1), date(2023, 8, 31), exact(9))
    assert disjoint([spring, later]) == [Piece(*spring)]


def test_a_part_larger_than_its_whole_leaves_nothing_rather_than_less():
    june = (date(2023, 6, 1), date(2023, 6, 30), exact(54))
    summer = (date(2023, 6, 1), date(2023, 8, 31), exact(50))
    assert disjoint([summer, june])[1].count == exact(0)


def test_calendar_months_are_whole_where_the_period_is():
    assert calendar_months(date(2024, 2, 1), date(2024, 2, 29)) == 1
    assert calendar_months(date(2022, 1, 1), date(2023, 12, 31)) == 24
    assert calendar_months(date(2024, 2, 1), date(2024, 2, 28)) == pytest.approx(28 / 30.4375)


def test_widened_keeps_the_measured_value():
    found = widened(Bounds(9, 10, 11), exact(14), exact(10))
    assert (found.low, found.value, found.high) == (9, 10, 14)


def test_smooth_growth_of_equal_means_is_none_and_a_known_series_gives_its_factor():
    assert smooth_factor(exact(1.0), 12, 6, 17).value == pytest.approx(1.0)
    # Doubling every month: months of 1, 2 | 4 and 8 have means 1.5 and 6, and the fourth is 8 times the first.
    assert smooth_factor(exact(4.0), 2, 2, 3).value == pytest.approx(8.0)


def test_smooth_growth_over_a_year_and_a_half_year_meets_its_closed_form():
    # With y = g^6 the ratio of means is 2y²/(y + 1); at y = 2 that is 8/3, and 17 months make 2^(17/6).
    assert smooth_factor(exact(8 / 3), 12, 6, 17).value == pytest.approx(2 ** (17 / 6))


def test_smooth_growth_carries_bounds_and_the_unknown():
    found = smooth_factor(Bounds(1.0, 8 / 3, 4.0), 12, 6, 6)
    assert found.low == pytest.approx(1.0) and found.value == pytest.approx(2.0) and found.high > 2
    assert smooth_factor(Bounds(1.0, None, 4.0), 12, 6, 6).value is None
    assert smooth_factor(Bounds.unknown(), 12, 6, 6).is_unknown
    with pytest.raises(ValueError, match="above 0"):
        smooth_factor(Bounds(0, None, 2), 12, 6, 6)
