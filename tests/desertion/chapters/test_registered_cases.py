"""Pieces of one register, against figures that its compilers published."""

from datetime import date

import pandas as pd
import pytest
from desertion.chapters import registered_cases
from livingbook.values.bounds import Bounds
from livingbook.values.qualifiers import from_published

DAY = date.fromisoformat


def rows(*each: tuple[str, str, str]) -> pd.DataFrame:
    """Rows of evidence from (start, end, "qualifier value"); an empty start is a stock."""
    return pd.DataFrame(
        [
            {
                "start": DAY(start) if start else None,
                "end": DAY(end),
                "bounds": from_published(*figure.split(), row=f"{start}/{end}"),
            }
            for start, end, figure in each
        ],
        columns=["start", "end", "bounds"],
    )


STRENGTH = rows(
    ("", "2022-02-24", "exact 261000"),
    ("", "2023-09-30", "at_least 800000"),
    ("", "2024-01-29", "about 880000"),
    ("", "2025-01-15", "about 880000"),
)


def test_only_whole_calendar_months_are_months():
    found = registered_cases.monthly(
        rows(
            ("2024-02-01", "2024-02-29", "exact 4613"),
            ("2024-02-01", "2024-03-31", "exact 9328"),
            ("2023-02-01", "2023-02-28", "exact 239"),
            ("2024-03-02", "2024-03-31", "exact 1"),
        )
    )
    assert {month: count.value for month, count in found.items()} == {DAY("2023-02-01"): 239, DAY("2024-02-01"): 4613}


def test_two_articles_add_to_the_published_sum():
    absence = registered_cases.monthly(
        rows(
            ("2024-09-01", "2024-09-30", "exact 5181"),
            ("2024-12-01", "2024-12-31", "exact 15511"),
            ("2024-10-01", "2024-10-31", "exact 7621"),
        )
    )
    desertion = registered_cases.monthly(
        rows(("2024-09-01", "2024-09-30", "exact 2627"), ("2024-12-01", "2024-12-31", "exact 2082"))
    )
    both = registered_cases.added(absence, desertion)
    assert [count.value for count in both.values()] == [7808, 17593]
    reports = {DAY("2024-09-01"): Bounds.exact(7000)}
    assert registered_cases.by_precedence(reports, both)[DAY("2024-09-01")].value == 7000


def test_contradicting_months_are_bounded():
    found = registered_cases.monthly(rows(("2025-10-01", "2025-10-31", "exact 21602"), ("2025-10-01", "2025-10-31", "exact 21185")))
    assert (found[DAY("2025-10-01")].low, found[DAY("2025-10-01")].high) == (21185, 21602)


def test_largest_step_needs_consecutive_months():
    counts = {
        DAY("2022-12-01"): 100,
        DAY("2023-12-01"): 9000,
        DAY("2024-11-01"): 9984,
        DAY("2024-12-01"): 17593,
        DAY("2025-01-01"): 18100,
    }
    assert registered_cases.largest_step({day: Bounds.exact(count) for day, count in counts.items()}) == DAY("2024-12-01")
    assert registered_cases.largest_step({DAY("2024-12-01"): Bounds.exact(1)}) is None


def test_a_month_of_which_nothing_is_known_is_no_step():
    known = {DAY("2024-10-01"): Bounds.exact(5), DAY("2024-11-01"): Bounds.exact(7)}
    later = {DAY("2024-12-01"): Bounds.unknown(), DAY("2025-01-01"): Bounds.exact(9000)}
    assert registered_cases.largest_step(known | later) == DAY("2024-11-01")
    assert registered_cases.largest_step(later) is None


def test_articles_are_added_only_over_one_period():
    absence = rows(
        ("2024-01-01", "2024-12-31", "exact 67840"),
        ("2024-01-01", "2024-10-31", "exact 41950"),
        ("2025-01-01", "2025-07-31", "exact 110511"),
    )
    desertion = rows(("2024-01-01", "2024-12-31", "exact 23343"), ("2024-01-01", "2024-10-31", "exact 19922"))
    both = registered_cases.paired(absence, desertion)
    assert sorted(count.value for count in both.values()) == [61872, 91183]
    assert registered_cases.longest_in_each_year(both)[2024][1].value == 91183
    assert registered_cases.longest(both)[1].value == 91183
    assert registered_cases.longest({}) == (None, Bounds.unknown())


def test_rate_of_one_year_by_hand():
    year = (DAY("2024-01-01"), DAY("2024-12-31"))
    rate = registered_cases.rate({year: Bounds.exact(91183)}, STRENGTH)
    assert rate.low == pytest.approx(91183 / 885 * 365.25 / 366)
    assert rate.high == pytest.approx(91183 / 875 * 365.25 / 366)


def test_strength_is_bounded_year_by_year():
    two_years = registered_cases.strength_near(STRENGTH, DAY("2022-01-01"), DAY("2023-12-31"))
    assert two_years.low == pytest.approx((261_000 + 800_000) / 2)
    assert two_years.high == pytest.approx((800_000 + 885_000) / 2)


def test_only_covered_days_enter_the_rate():
    counts = {(DAY("2024-01-01"), DAY("2024-06-30")): Bounds.exact(880), (DAY("2025-01-01"), DAY("2025-06-30")): Bounds.exact(880)}
    assert registered_cases.rate(counts, STRENGTH).low == pytest.approx(1760 / 885 / (363 / 365.25))
    assert registered_cases.rate({}, STRENGTH).is_unknown and registered_cases.rate(counts, STRENGTH.iloc[:0]).is_unknown
    assert registered_cases.strength_near(STRENGTH.iloc[:0], DAY("2024-01-01"), DAY("2024-12-31")).is_unknown


def test_adjoining_periods_are_joined():
    assert registered_cases.joined(
        [(DAY("2024-01-01"), DAY("2024-12-31")), (DAY("2023-01-01"), DAY("2023-09-30")), (DAY("2022-03-01"), DAY("2022-12-31"))]
    ) == [(DAY("2022-03-01"), DAY("2023-09-30")), (DAY("2024-01-01"), DAY("2024-12-31"))]


def test_a_period_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match="before it starts"):
        registered_cases.strength_near(STRENGTH, DAY("2024-02-01"), DAY("2024-01-01"))
