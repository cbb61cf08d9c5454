"""Rates and increments, against hand calculation."""

from datetime import date

import pandas as pd
import pytest
from desertion.counts import flows, rates
from livingbook.values.bounds import Bounds
from livingbook.values.bounds_array import BoundsDtype


def test_months_are_mean_months_with_both_days_included():
    assert rates.days(date(2024, 1, 1), date(2024, 12, 31)) == 366
    assert rates.days(date(2024, 1, 1), date(2024, 1, 1)) == 1
    assert rates.months(date(2023, 1, 1), date(2023, 12, 31)) == pytest.approx(365 / 30.4375)
    with pytest.raises(ValueError, match="before it starts"):
        rates.days(date(2024, 1, 2), date(2024, 1, 1))


def test_49000_from_the_invasion_to_the_end_of_2024():
    # 1,042 days are 34.23 mean months; 49,000 / 34.23 = 1,431.3
    found = rates.per_month(Bounds.exact(49000), date(2022, 2, 24), date(2024, 12, 31))
    assert found.value == pytest.approx(1431.3, abs=0.05)


def test_rate_per_thousand_a_year_is_that_of_the_us_army_in_2007():
    # 4,698 deserters on 507,000 in a year of 365 days: 9.27 per 1,000 (365.25-day years)
    found = rates.per_thousand_a_year(Bounds.exact(4698), Bounds.exact(507000), date(2006, 10, 1), date(2007, 9, 30))
    assert found.value == pytest.approx(4698 / 507 * 365.25 / 365)
    assert rates.monthly_to_yearly_rate(Bounds.exact(1000), Bounds.exact(200000)).value == pytest.approx(60)


def test_increments_between_cumulative_counts():
    counts = [
        (date(2024, 1, 31), Bounds.exact(130)),
        (date(2023, 12, 31), Bounds.exact(100)),
        (date(2024, 3, 1), Bounds.exact(190)),
    ]
    first, second = rates.increments(counts)
    assert (first.start, first.end, first.count) == (date(2024, 1, 1), date(2024, 1, 31), Bounds.exact(30))
    assert second.per_month.value == pytest.approx(60 / (30 / 30.4375))
    assert not first.is_break and not second.is_break


def test_a_change_of_method_and_a_fall_are_breaks_and_no_increment_is_negative():
    counts = [(date(2024, 1, 1), Bounds.exact(100)), (date(2024, 2, 1), Bounds.exact(90)), (date(2024, 3, 1), Bounds.exact(95))]
    fall, after = rates.increments(counts, breaks=[date(2024, 2, 15)])
    assert fall.is_break and fall.count == Bounds.exact(0)
    assert after.is_break


def test_a_total_that_stands_still_or_hardly_grows_is_no_break():
    for last in (100, 100.5):
        (gain,) = rates.increments([(date(2024, 1, 1), Bounds.exact(100)), (date(2024, 2, 1), Bounds.exact(last))])
        assert not gain.is_break


@pytest.mark.parametrize(
    ("when", "broken"), [(date(2024, 1, 1), False), (date(2024, 1, 2), True), (date(2024, 2, 1), True), (date(2024, 2, 2), False)]
)
def test_a_method_is_another_from_the_day_of_its_change_on(when, broken):
    (gain,) = rates.increments([(date(2024, 1, 1), Bounds.exact(1)), (date(2024, 2, 1), Bounds.exact(2))], breaks=[when])
    assert gain.is_break == broken


def test_two_counts_on_one_day_are_refused():
    with pytest.raises(ValueError, match="two counts"):
        rates.increments([(date(2024, 1, 1), Bounds.exact(1)), (date(2024, 1, 1), Bounds.exact(2))])


COUNTS = pd.DataFrame(
    {
        "end": [date(2023, 12, 31), date(2024, 1, 31), date(2024, 3, 1)],
        "bounds": pd.array(
            [Bounds.exact(100, ["a"]), Bounds(125, 130, 135, frozenset("b")), Bounds.exact(132, ["c"])], BoundsDtype()
        ),
    }
)


def test_steps_are_what_each_count_adds_to_the_one_before():
    found = rates.steps(COUNTS)
    assert list(found["start"]) == [date(2024, 1, 1), date(2024, 2, 1)] and list(found["end"]) == list(COUNTS["end"][1:])
    assert list(found["bounds"]) == [Bounds(25, 30, 35), Bounds(0, 2, 7)]  # the second could be −3, but a running total cannot fall
    assert [sorted(each) for each in found["bounds"].interval.rows] == [["a", "b"], ["b", "c"]]
    assert rates.steps(COUNTS.iloc[:1]).empty and rates.steps(COUNTS.iloc[:0]).empty
    assert flows.a_month(rates.steps(COUNTS.iloc[:1])).empty


def test_days_of_the_period_of_each_row():
    assert list(rates.days_of(rates.steps(COUNTS))) == [31, 30]
    assert list(rates.days_of(rates.steps(COUNTS).rename(columns={"end": "until"}), end="until")) == [31, 30]
    assert rates.days_of(rates.steps(COUNTS.iloc[:0])).empty
