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
    ).astype({"bounds": "bounds"})


STRENGTH = rows(
    ("", "2022-02-24", "exact 261000"),
    ("", "2023-09-30", "at_least 800000"),
    ("", "2024-01-29", "about 880000"),
    ("", "2025-01-15", "about 880000"),
)


def test_only_whole_calendar_months_are_months():
    found = registered_cases.whole_months(
        rows(
            ("2024-02-01", "2024-02-29", "exact 4613"),
            ("2024-02-01", "2024-03-31", "exact 9328"),
            ("2023-02-01", "2023-02-28", "exact 239"),
            ("2024-03-02", "2024-03-31", "exact 1"),
        )
    )
    assert list(found["start"]) == [DAY("2023-02-01"), DAY("2024-02-01")]
    assert list(found["bounds"].interval.value) == [239, 4613]


def test_two_articles_add_to_the_published_sum():
    absence = registered_cases.whole_months(
        rows(
            ("2024-09-01", "2024-09-30", "exact 5181"),
            ("2024-12-01", "2024-12-31", "exact 15511"),
            ("2024-10-01", "2024-10-31", "exact 7621"),
        )
    )
    desertion = registered_cases.whole_months(
        rows(("2024-09-01", "2024-09-30", "exact 2627"), ("2024-12-01", "2024-12-31", "exact 2082"))
    )
    both = registered_cases.added(absence, desertion)
    assert list(both["bounds"].interval.value) == [7808, 17593]
    reports = rows(("2024-09-01", "2024-09-30", "exact 7000"))
    assert list(registered_cases.by_precedence(reports, both)["bounds"].interval.value) == [7000, 17593]


def test_contradicting_months_are_bounded():
    found = registered_cases.whole_months(
        rows(
            ("2025-09-01", "2025-09-30", "exact 5"),
            ("2025-10-01", "2025-10-31", "exact 21602"),
            ("2025-10-01", "2025-10-31", "exact 21185"),
        )
    )
    assert list(found["bounds"]) == [Bounds.exact(5), Bounds(21185, None, 21602)]


def months(*counts: tuple[str, Bounds]) -> pd.DataFrame:
    """A month for each (first day, count)."""
    table = pd.DataFrame([(DAY(start), bounds) for start, bounds in counts], columns=["start", "bounds"])
    return table.astype({"bounds": "bounds"})


def test_largest_step_needs_consecutive_months():
    counts = [("2022-12-01", 100), ("2023-12-01", 9000), ("2024-11-01", 9984), ("2024-12-01", 17593), ("2025-01-01", 18100)]
    assert registered_cases.largest_step(months(*((day, Bounds.exact(count)) for day, count in counts))) == DAY("2024-12-01")
    assert registered_cases.largest_step(months(("2024-12-01", Bounds.exact(1)))) is None
    assert registered_cases.largest_step(months()) is None


def test_a_month_of_which_nothing_is_known_is_no_step():
    known = [("2024-10-01", Bounds.exact(5)), ("2024-11-01", Bounds.exact(7))]
    later = [("2024-12-01", Bounds.unknown()), ("2025-01-01", Bounds.exact(9000))]
    assert registered_cases.largest_step(months(*known, *later)) == DAY("2024-11-01")
    assert registered_cases.largest_step(months(*later)) is None


def test_articles_are_added_only_over_one_period():
    absence = rows(
        ("2024-01-01", "2024-12-31", "exact 67840"),
        ("2024-01-01", "2024-10-31", "exact 41950"),
        ("2025-01-01", "2025-07-31", "exact 110511"),
        ("", "2025-07-31", "exact 3"),
    )
    desertion = rows(
        ("2024-01-01", "2024-12-31", "exact 23343"), ("2024-01-01", "2024-10-31", "exact 19922"), ("", "2025-07-31", "exact 3")
    )
    both = registered_cases.added(absence, desertion)
    assert sorted(both["bounds"].interval.value) == [61872, 91183]
    of_years = registered_cases.longest_in_each_year(both)
    assert list(of_years["year"]) == [2024] and of_years["bounds"].iloc[0].value == 91183
    assert registered_cases.longest(both)["bounds"].iloc[0].value == 91183
    assert registered_cases.longest(both.iloc[:0]).empty


def test_a_period_over_two_years_is_of_neither():
    assert registered_cases.longest_in_each_year(rows(("2023-12-01", "2024-01-31", "exact 5"))).empty


def test_rate_of_one_year_by_hand():
    rate = registered_cases.rate(rows(("2024-01-01", "2024-12-31", "exact 91183")), STRENGTH)
    assert rate.low == pytest.approx(91183 / 885 * 365.25 / 366)
    assert rate.high == pytest.approx(91183 / 875 * 365.25 / 366)


def test_strength_is_bounded_year_by_year():
    two_years = registered_cases.strength_near(STRENGTH, DAY("2022-01-01"), DAY("2023-12-31"))
    assert two_years.low == pytest.approx((261_000 + 800_000) / 2)
    assert two_years.high == pytest.approx((800_000 + 885_000) / 2)


def test_only_covered_days_enter_the_rate():
    counts = rows(("2024-01-01", "2024-06-30", "exact 880"), ("2025-01-01", "2025-06-30", "exact 880"))
    assert registered_cases.rate(counts, STRENGTH).low == pytest.approx(1760 / 885 / (363 / 365.25))
    assert (
        registered_cases.rate(counts.iloc[:0], STRENGTH).is_unknown and registered_cases.rate(counts, STRENGTH.iloc[:0]).is_unknown
    )
    assert registered_cases.strength_near(STRENGTH.iloc[:0], DAY("2024-01-01"), DAY("2024-12-31")).is_unknown


def test_adjoining_periods_are_joined():
    counts = rows(
        ("2024-01-01", "2024-12-31", "exact 3"), ("2023-01-01", "2023-09-30", "exact 2"), ("2022-03-01", "2022-12-31", "exact 1")
    )
    words, ids = registered_cases.months_of(counts)
    assert words == "March 2022 to September 2023 and January 2024 to December 2024"
    assert ids == {"2024-01-01/2024-12-31", "2023-01-01/2023-09-30", "2022-03-01/2022-12-31"}
    assert registered_cases.months_of(counts.iloc[:0]) == ("no period", frozenset())


def test_a_period_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match="before it starts"):
        registered_cases.strength_near(STRENGTH, DAY("2024-02-01"), DAY("2024-01-01"))
