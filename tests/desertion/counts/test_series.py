"""Series of counts: expectations worked out by hand."""

from datetime import date

import pandas as pd
import pytest
from desertion.counts.series import (
    by_year,
    calendar_months,
    calendar_months_of,
    disjoint,
    during,
    paces,
    smooth_factor,
    spaced,
    widened,
)
from livingbook.values.bounds import Bounds


def exact(number: float) -> Bounds:
    return Bounds.exact(number)


def table(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["start", "end", "bounds"]).astype({"bounds": "bounds"})


def pieces(*rows: tuple) -> list[tuple]:
    """What ``disjoint`` makes of rows: (start, end, count, derived)."""
    found = disjoint(table(*rows))
    return list(found[["start", "end", "bounds", "derived"]].itertuples(index=False, name=None))


def test_spaced_skips_counts_too_close_to_the_last_one_kept():
    rows = pd.DataFrame({"end": [date(2023, 4, 3), date(2023, 3, 21), date(2023, 4, 30), date(2023, 6, 1)]})
    assert list(spaced(rows, 61)["end"]) == [date(2023, 3, 21), date(2023, 6, 1)]
    assert list(spaced(rows, 30)["end"]) == [date(2023, 3, 21), date(2023, 4, 30), date(2023, 6, 1)]
    assert list(spaced(rows, 32)["end"]) == [date(2023, 3, 21), date(2023, 4, 30), date(2023, 6, 1)]
    assert list(spaced(rows[:0], 30).columns) == ["end"]


def counts(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["end", "known_from", "bounds"]).astype({"bounds": "bounds"})


def test_a_pace_is_of_a_mean_month_and_reaches_to_that_by_publication():
    start = (date(2024, 1, 1), date(2024, 1, 1), exact(0))
    found = paces(counts(start, (date(2024, 3, 1), date(2024, 3, 31), exact(60)))).iloc[0]
    assert (found["start"], found["end"], found["days"], found["added"]) == (date(2024, 1, 2), date(2024, 3, 1), 60, exact(60))
    assert found["monthly"].value == found["monthly"].high == pytest.approx(30.4375)
    assert found["monthly"].low == pytest.approx(30.4375 * 60 / 90)
    assert found["period"] == "2 January 2024 to 1 March 2024"


def test_counts_published_on_one_day_are_dated_by_what_they_reach():
    day = date(2024, 4, 1)
    found = paces(counts((date(2024, 1, 1), day, exact(0)), (date(2024, 3, 1), day, exact(60))))
    assert found["monthly"][0].is_point
    assert paces(counts((day, day, exact(0)))).empty


def test_each_row_is_put_beside_the_step_that_holds_its_day():
    steps = paces(counts(*((date(2024, month, 1), date(2024, month, 1), exact(10 * month)) for month in (1, 2, 3))))
    rows = pd.DataFrame({"id": ["before", "first", "last"], "end": [date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1)]})
    rows["start"] = None
    found = during(rows, steps)
    assert list(found["id"]) == ["first", "last"] and list(found["start_step"]) == [date(2024, 1, 2), date(2024, 2, 2)]
    assert during(rows, steps[:0]).empty and during(rows[:0], steps).empty


def test_a_nested_month_leaves_the_rest_of_its_quarter():
    june = (date(2023, 6, 1), date(2023, 6, 30), exact(54))
    summer = (date(2023, 6, 1), date(2023, 8, 31), exact(305))
    rest = (date(2023, 7, 1), date(2023, 8, 31), exact(251), True)
    assert pieces(summer, june) == [(*june, False), rest]
    assert disjoint(table(summer, june))["monthly"][1].value == 125.5


def test_two_nested_months_imply_the_third():
    autumn = (date(2023, 9, 1), date(2023, 11, 30), exact(577))
    october = (date(2023, 10, 1), date(2023, 10, 31), exact(218))
    november = (date(2023, 11, 1), date(2023, 11, 30), exact(175))
    found = disjoint(table(autumn, october, november))
    assert list(found["bounds"].interval.value) == [184, 218, 175]
    assert (found["start"][0], found["end"][0]) == (date(2023, 9, 1), date(2023, 9, 30))


def test_the_rest_of_a_period_may_be_its_last_day():
    june = (date(2023, 6, 1), date(2023, 6, 30), exact(54))
    all_but_one = (date(2023, 6, 1), date(2023, 6, 29), exact(50))
    assert pieces(june, all_but_one)[1] == (date(2023, 6, 30), date(2023, 6, 30), exact(4), True)


@pytest.mark.parametrize(
    "longer", [(date(2023, 4, 30), date(2023, 8, 31), exact(9)), (date(2022, 1, 1), date(2023, 3, 1), exact(9))]
)
def test_periods_that_have_a_day_in_common_are_not_both_kept(longer):
    spring = (date(2023, 3, 1), date(2023, 4, 30), exact(5))
    assert pieces(spring, longer) == [(*spring, False)]


def test_a_total_with_gaps_on_both_sides_is_left_out():
    whole = (date(2023, 1, 1), date(2023, 12, 31), exact(100))
    june = (date(2023, 6, 1), date(2023, 6, 30), exact(10))
    assert pieces(whole, june) == [(*june, False)]


def test_periods_that_overlap_in_part_are_not_both_kept():
    spring = (date(2023, 3, 1), date(2023, 4, 30), exact(5))
    later = (date(2023, 4, 1), date(2023, 8, 31), exact(9))
    assert pieces(spring, later) == [(*spring, False)]


def test_a_part_larger_than_its_whole_leaves_nothing_rather_than_less():
    june = (date(2023, 6, 1), date(2023, 6, 30), exact(54))
    summer = (date(2023, 6, 1), date(2023, 8, 31), exact(50))
    assert disjoint(table(summer, june))["bounds"][1] == exact(0)


def test_no_counts_make_no_pieces():
    assert disjoint(table()).empty


def test_calendar_months_are_whole_where_the_period_is():
    assert calendar_months(date(2024, 2, 1), date(2024, 2, 29)) == 1
    assert calendar_months(date(2022, 1, 1), date(2023, 12, 31)) == 24
    assert calendar_months(date(2024, 2, 1), date(2024, 2, 28)) == pytest.approx(28 / 30.4375)
    both = table((date(2024, 2, 1), date(2024, 2, 29), exact(1)), (date(2022, 1, 1), date(2023, 12, 31), exact(1)))
    assert list(calendar_months_of(both)) == [1, 24]


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


def test_a_year_that_came_in_parts_has_one_pace() -> None:
    rows = table(
        (date(2025, 1, 1), date(2025, 7, 31), exact(4679)),
        (date(2025, 8, 1), date(2025, 12, 31), exact(1610)),
        (date(2026, 1, 1), date(2026, 6, 30), exact(1740)),
    )
    found = by_year(disjoint(rows))
    assert list(found) == [2025, 2026]
    assert found[2025].value == pytest.approx(6289 / 365 * 30.4375)
    assert by_year(disjoint(rows[:0])) == {}
