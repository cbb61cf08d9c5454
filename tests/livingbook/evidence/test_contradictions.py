"""The ledger of contradictions against small hand-made tables."""

from datetime import date

import pandas as pd
import pytest
from livingbook.evidence import contradictions
from livingbook.values.bounds import Bounds


def row(key, number, origin, start=date(2024, 1, 1), end=date(2024, 12, 31), same_as="", category="all"):
    return {
        "id": key,
        "measure": "recruits",
        "population": "russia",
        "category": category,
        "start": start,
        "end": end,
        "origin": origin,
        "bounds": number if isinstance(number, Bounds) else Bounds.exact(number, [key]),
        "same_as": same_as,
    }


def across(*rows):
    return contradictions.across_origins(pd.DataFrame(rows))


def test_two_origins_that_exclude_each_other_are_in_the_ledger_with_their_factor():
    found = across(row("a", 100, "kluge"), row("b", 250, "medvedev"))
    assert found[["id", "other_id", "factor"]].values.tolist() == [["a", "b", 2.5]]


@pytest.mark.parametrize(
    "other",
    [
        row("b", 250, "kluge"),  # the same origin
        row("b", Bounds(90, None, float("inf")), "medvedev"),  # at least 90 does not exclude 100
        row("b", 250, "medvedev", category="convict"),  # another quantity
        row("b", 250, "medvedev", end=date(2024, 11, 30)),  # another period
        row("b", 250, "medvedev", start=None),  # a stock beside a flow
    ],
)
def test_what_is_no_contradiction_is_not_in_the_ledger(other):
    assert across(row("a", 100, "kluge"), other).empty


def test_flows_of_nearly_one_period_count_as_one():
    assert len(across(row("a", 100, "kluge"), row("b", 250, "medvedev", end=date(2024, 12, 20)))) == 1


def test_stocks_count_as_one_within_forty_five_days():
    one = row("a", 100, "hur", start=None)
    assert len(across(one, row("b", 250, "nato", start=None, end=date(2024, 11, 20)))) == 1
    assert across(one, row("b", 250, "nato", start=None, end=date(2024, 11, 1))).empty


def test_a_conflicting_row_stands_beside_the_preferred_one():
    preferred = pd.DataFrame([row("a", 100, "kluge")])
    rows = pd.DataFrame([row("b", 50, "press", same_as="a"), row("c", 400, "press", same_as="a"), row("d", 1, "x", same_as="gone")])
    found = contradictions.within_families(rows, preferred)
    assert found[["id", "kept_id", "kept_origin", "factor"]].values.tolist() == [["c", "a", "kluge", 4.0], ["b", "a", "kluge", 2.0]]


def test_no_factor_where_a_figure_is_zero():
    assert contradictions.factor(Bounds.exact(0), Bounds.exact(5)) is None
