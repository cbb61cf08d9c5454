"""First and last of a selection, in bounds and in words, with and without rows."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from livingbook.evidence import read_out
from livingbook.values.bounds import Bounds
from livingbook.values.bounds_array import BoundsDtype

ROWS = pd.DataFrame(
    {
        "end": [date(2024, 1, 31), date(2025, 5, 1)],
        "bounds": [Bounds.exact(1, ["a"]), Bounds.exact(2, ["b"])],
        "monthly": [Bounds.exact(3), Bounds.exact(4)],
    }
)


def test_the_first_and_the_last_row_are_read_out():
    assert (read_out.first(ROWS), read_out.last(ROWS)) == (Bounds.exact(1), Bounds.exact(2))
    assert read_out.last(ROWS, "monthly") == Bounds.exact(4)
    assert read_out.first_day(ROWS) == ("31 January 2024", {"a"}) and read_out.last_day(ROWS) == ("1 May 2025", {"b"})
    assert read_out.first_month(ROWS) == ("January 2024", {"a"}) and read_out.last_month(ROWS) == ("May 2025", {"b"})


def test_the_last_row_of_each_kind_is_read_out_in_the_order_asked_for():
    rows = pd.DataFrame(
        {"category": ["a", "b", "a"], "bounds": pd.array([Bounds.exact(each) for each in (1, 2, 3)], BoundsDtype())}
    )
    found = read_out.last_of_each(rows, "category", ["c", "b", "a"])
    assert list(found.items()) == [("c", Bounds.unknown()), ("b", Bounds.exact(2)), ("a", Bounds.exact(3))]
    assert read_out.last_of_each(rows.iloc[:0], "category", ["a"])["a"].is_unknown


def test_rows_are_counted_with_their_ids():
    counted = read_out.count(pd.DataFrame({"id": ["a", "b"]}))
    assert counted == Bounds.exact(2) and counted.rows == {"a", "b"}
    assert read_out.count(pd.DataFrame({"id": []})) == Bounds.exact(0)


def test_of_no_rows_nothing_is_known():
    none = ROWS.iloc[:0]
    assert read_out.first(none).is_unknown and read_out.last(none, "monthly").is_unknown
    assert read_out.first_day(none) == read_out.last_day(none) == ("a day not known yet", frozenset())
    assert read_out.first_month(none) == read_out.last_month(none) == ("a month not known yet", frozenset())


def test_a_column_of_something_else_is_refused():
    with pytest.raises(AssertionError, match="end is no column of bounds"):
        read_out.last(ROWS, "end")
