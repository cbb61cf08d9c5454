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
    assert flows.with_monthly(rates.steps(COUNTS.iloc[:1])).empty


def test_days_of_the_period_of_each_row():
    assert list(rates.days_of(rates.steps(COUNTS))) == [31, 30]
    assert list(rates.days_of(rates.steps(COUNTS).rename(columns={"end": "until"}), end="until")) == [31, 30]
    assert rates.days_of(rates.steps(COUNTS.iloc[:0])).empty
