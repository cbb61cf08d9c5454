"""Flows and yardsticks against hand-computed values."""

from datetime import date

import pandas as pd
import pytest
from desertion.counts import flows
from livingbook.values.bounds import Bounds


def observed(*rows):
    """Rows as ``Evidence.observations`` gives them: (start, end, bounds, origin)."""
    return pd.DataFrame(list(rows), columns=["start", "end", "bounds", "origin"]).astype({"bounds": "bounds"})


def test_running_total_is_at_face_value_and_keeps_the_largest_of_a_day():
    rows = observed(
        (None, date(2024, 2, 1), Bounds(20, None, float("inf")), "a"),
        (None, date(2024, 1, 1), Bounds.exact(10), "a"),
        (None, date(2024, 2, 1), Bounds.exact(15), "a"),
    )
    found = flows.running_total(rows)
    assert list(found["end"]) == [date(2024, 1, 1), date(2024, 2, 1)]
    assert list(found["bounds"]) == [Bounds.exact(10), Bounds.exact(20)]


def test_of_equal_counts_of_a_day_the_first_is_kept():
    rows = observed(
        (None, date(2024, 1, 1), Bounds.exact(10, ["first"]), "a"), (None, date(2024, 1, 1), Bounds.exact(10, ["second"]), "b")
    )
    assert flows.running_total(rows)["bounds"][0].rows == {"first"}


def test_monthly_spreads_a_count_over_its_own_period():
    # 49,000 over 1,042 days from the invasion to the end of 2024: 49,000 / 34.2341 = 1,431 a month.
    rows = observed((date(2022, 2, 24), date(2024, 12, 31), Bounds.exact(49000), "a"))
    assert flows.last_monthly(rows).value == pytest.approx(1431.3, abs=0.1)
    assert flows.last_monthly(rows.iloc[:0]).is_unknown


def test_days_of_intake_of_a_tenth_is_a_tenth_of_a_month_whatever_the_intake():
    for intake in (20_000, 43_000):
        assert flows.days_of_intake(Bounds.exact(intake / 10), Bounds.exact(intake)).value == pytest.approx(3.04375)


def test_days_of_intake_keeps_an_open_end_and_the_bounds_of_both():
    got = flows.days_of_intake(Bounds(1000, None, float("inf")), Bounds(20_000, None, 40_000))
    assert got.low == pytest.approx(30.4375 / 40)
    assert got.high == float("inf")


def test_a_share_of_what_may_be_nothing_is_unknown():
    assert flows.share_of(Bounds.exact(1), Bounds(-5, None, 5)).is_unknown
    assert flows.share_of(Bounds.exact(1), Bounds(0, None, 5)).is_unknown
    assert flows.share_of(Bounds.exact(1), Bounds(0.5, None, 1)) == Bounds(1, None, 2)
    assert flows.share_of(Bounds.unknown(), Bounds.exact(4, ["whole"])).rows == frozenset()
    assert flows.share_of(Bounds.exact(1), Bounds.unknown()).is_unknown
    assert flows.share_of(Bounds.unknown(), Bounds.exact(4)).is_unknown


def test_net_change_between_two_stocks_takes_the_widest_reading():
    # 470,000 ± 5,000 to 580,000 ± 5,000 in 275 days: 100,000 to 120,000, or 11,068 to 13,282 a month.
    rows = observed(
        (None, date(2024, 2, 29), Bounds(465_000, 470_000, 475_000), "hur"),
        (None, date(2024, 9, 1), Bounds(500_000, None, float("inf")), "hur"),
        (None, date(2024, 11, 30), Bounds(575_000, 580_000, 585_000), "hur"),
    )
    got = flows.net_change(rows)
    assert (got.low, got.value, got.high) == pytest.approx((11_068.2, 12_175.0, 13_281.8), abs=0.1)
    assert flows.net_change(rows.iloc[:1]).is_unknown
    later = pd.concat([rows, observed((None, date(2024, 12, 10), Bounds(670_000, 675_000, 680_000), "hur"))])
    assert flows.net_change(later).value == pytest.approx(205_000 / 285 * 30.4375)


def test_a_shrinking_stock_has_a_negative_change_and_a_larger_outflow():
    rows = observed((None, date(2024, 1, 1), Bounds.exact(100.0), "a"), (None, date(2024, 1, 31), Bounds.exact(70.0), "a"))
    change = flows.net_change(rows)
    assert change.value == pytest.approx(-30.4375)
    assert flows.outflow(Bounds.exact(10), change).value == pytest.approx(40.4375)


def test_what_left_is_unknown_where_intake_or_change_is():
    assert flows.outflow(Bounds.exact(10), Bounds.unknown()).is_unknown
    assert flows.outflow(Bounds.unknown(), Bounds.exact(10, ["row"])).is_unknown
    assert flows.outflow(Bounds.exact(10), Bounds(5, None, 20)) == Bounds(0, None, 5)


def test_room_is_what_the_outflow_leaves_and_never_negative():
    left = flows.outflow(Bounds(31_000, None, 38_000), Bounds(11_000, None, 13_000))
    assert (left.low, left.high) == (18_000, 27_000)
    assert flows.unexplained(left, Bounds.exact(8_000)) == Bounds(10_000, None, 19_000)
    assert flows.unexplained(left, Bounds.exact(20_000)).low == 0
    assert flows.unexplained(left, Bounds.unknown()).is_unknown


def test_longest_keeps_one_two_sided_flow_for_each_origin_and_year():
    january = date(2024, 1, 1)
    rows = observed(
        (january, date(2024, 6, 30), Bounds.exact(100), "a"),
        (january, date(2024, 12, 31), Bounds.exact(366), "a"),
        (january, date(2024, 12, 31), Bounds(400, None, float("inf")), "b"),
        (january, date(2024, 1, 31), Bounds.exact(31), "c"),
    )
    got = flows.longest(rows, least_days=150)
    assert list(got["origin"]) == ["a"]
    assert got["monthly"].iloc[0].value == pytest.approx(30.4375)
    assert flows.longest(rows.iloc[:0]).empty


def test_longest_is_by_length_before_it_is_by_date():
    rows = observed(
        (date(2024, 10, 1), date(2024, 12, 31), Bounds.exact(92), "a"),
        (date(2024, 1, 1), date(2024, 5, 29), Bounds.exact(150), "a"),
        (date(2025, 1, 1), date(2025, 5, 29), Bounds.exact(149), "a"),
    )
    got = flows.longest(rows, least_days=149)
    assert [day.year for day in got["end"]] == [2024, 2025] and got["span"].tolist() == [150, 149]
    assert list(got.index) == [0, 1] and "index" not in got
    assert len(flows.longest(rows, least_days=150)) == 1
    assert len(flows.longest(observed((date(2024, 1, 1), date(2024, 1, 1), Bounds.exact(5), "a")))) == 1  # a day is a period


def test_flows_with_both_ends_can_be_divided_by():
    day = date(2024, 1, 1)
    rows = observed(
        (None, day, Bounds(0, None, 5), "a"),
        (None, day, Bounds(0.5, None, 5), "b"),
        (None, day, Bounds(1, None, float("inf")), "c"),
    )
    assert list(flows.closed(rows)["origin"]) == ["b"]


def counts(*rows):
    return pd.DataFrame(rows, columns=["end", "bounds"]).astype({"bounds": "bounds"})


def test_gain_a_month_within_a_window():
    # 100 at the end of 2023 and 466 at the end of 2024: 366 in 366 days, so 30.4375 in a mean month.
    total = counts(
        (date(2023, 12, 31), Bounds.exact(100)), (date(2024, 12, 31), Bounds.exact(466)), (date(2025, 6, 1), Bounds.exact(900))
    )
    assert flows.gain_a_month(total, date(2024, 1, 1), date(2024, 12, 31)).value == pytest.approx(30.4375)
    # A total that begins with the window gains from nothing, up to the last count inside.
    assert flows.gain_a_month(total[1:], date(2024, 1, 1), date(2025, 1, 31)).value == pytest.approx(466 / 366 * 30.4375)
    assert flows.gain_a_month(total, date(2025, 7, 1), date(2025, 8, 1)).is_unknown
    assert flows.gain_a_month(total, *flows.window_of(total[:0])).is_unknown
    # What was counted on the first day of the window was not there before it.
    early = counts((date(2024, 1, 1), Bounds.exact(10)), (date(2024, 1, 31), Bounds.exact(41)))
    assert flows.gain_a_month(early, date(2024, 1, 1), date(2024, 1, 31)).value == pytest.approx(41 / 31 * 30.4375)
    assert flows.gain_a_month(early, date(2024, 1, 1), date(2024, 1, 1)).value == pytest.approx(10 * 30.4375)


def test_bracket_of_a_running_total_between_two_counts():
    rows = observed(
        (None, date(2023, 12, 15), Bounds(400, None, float("inf")), "a"), (None, date(2024, 2, 29), Bounds.exact(520), "a")
    )
    got = flows.bracket(rows, date(2023, 12, 31))
    assert (got.low, got.high) == (400, 520)
    assert flows.bracket(rows, date(2024, 6, 1)).high == float("inf")
    assert (flows.bracket(rows, date(2024, 2, 29)).low, flows.bracket(rows, date(2024, 2, 29)).high) == (520, 520)
    dated = observed((None, date(2024, 1, 1), Bounds.exact(1, ["a"]), "a"), (None, date(2024, 3, 1), Bounds.exact(2, ["b"]), "a"))
    assert flows.bracket(dated, date(2024, 2, 1)).rows == {"a", "b"}
    assert flows.bracket(rows.iloc[:0], date(2024, 6, 1)).is_unknown and flows.bracket(rows, None).is_unknown


def test_a_month_spreads_each_row_over_its_own_period():
    rows = observed((date(2024, 2, 1), date(2024, 2, 29), Bounds.exact(29), "a"))
    got = flows.with_monthly(rows)
    assert got["monthly"].iloc[0].value == pytest.approx(30.4375)
    assert got["period"].iloc[0] == "1 February 2024 to 29 February 2024"
    none = flows.with_monthly(rows.iloc[:0])
    assert none.empty and {"monthly", "period"} <= set(none)
    some = pd.concat([rows, rows]).set_axis([4, 5])
    assert (
        flows.with_monthly(some).loc[5, "period"] == "1 February 2024 to 29 February 2024"
        and flows.with_monthly(some)["monthly"].iloc[1] == got["monthly"].iloc[0]
    )


def test_a_running_total_is_told_apart_from_counts_of_periods() -> None:
    rows = observed(
        (date(2022, 2, 24), date(2025, 8, 19), Bounds.exact(18500), "a"),
        (date(2022, 2, 24), date(2026, 6, 30), Bounds.exact(21900), "a"),
        (date(2026, 1, 1), date(2026, 6, 30), Bounds.exact(1740), "a"),
    )
    rows = rows.assign(population="russia")
    assert list(flows.since_first(rows)["bounds"]) == [Bounds.exact(18500), Bounds.exact(21900)]
    south = rows[-1:].assign(population="south")  # whose first count may be of any day
    assert list(flows.since_first(pd.concat([rows, south]))["population"]) == ["russia", "russia", "south"]
    assert flows.since_first(rows[:0]).empty


def test_the_tally_of_one_year_bears_that_of_the_next() -> None:
    running = observed(
        (date(2022, 10, 1), date(2023, 12, 31), Bounds(400, None, float("inf")), "a"),
        (date(2022, 10, 1), date(2024, 2, 29), Bounds.exact(520), "a"),
    )
    tallies = observed(
        (date(2024, 1, 1), date(2024, 12, 31), Bounds.exact(843), "a"),
        (date(2025, 1, 1), date(2025, 12, 31), Bounds.exact(1530), "a"),
    )
    assert [(each.low, each.high) for each in flows.to_years_end(running, tallies[:1])] == [(400, 520), (1243, 1363)]
    assert [(each.low, each.high) for each in flows.to_years_end(running, tallies)] == [(1243, 1363), (2773, 2893)]
    assert all(each.is_unknown for each in flows.to_years_end(running, tallies[:0]))
