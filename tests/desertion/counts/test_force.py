"""Bounds for the mean strength over a window, against values worked out by hand."""

import math
from datetime import date

import pandas as pd
import pytest
from desertion.counts import force
from livingbook.evidence.reading import load
from livingbook.values.bounds import Bounds
from livingbook.values.qualifiers import from_published

DAY = date.fromisoformat


def made(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    """Stocks from (id, origin, day, "qualifier value"), ordered by day as the evidence orders them."""
    table = pd.DataFrame(
        [
            {"id": row, "origin": origin, "end": DAY(day), "source": "page", "bounds": from_published(*figure.split(), row=row)}
            for row, origin, day, figure in rows
        ],
        columns=["id", "origin", "end", "source", "bounds"],
    )
    return table.sort_values(["end", "id"]).reset_index(drop=True)


STOCKS = made(
    ("a", "one", "2023-01-31", "about 326000"),
    ("b", "one", "2023-09-09", "at_least 420000"),
    ("c", "two", "2023-12-14", "about 617000"),
    ("d", "three", "2025-05-15", "at_most 640000"),
)


def test_hull_of_the_stocks_inside_the_window():
    mean = force.over(STOCKS, DAY("2023-01-01"), DAY("2023-12-31"))
    assert (mean.low, mean.value, mean.high) == (325_500, None, 617_500)
    assert mean.rows == {"a", "b", "c"}


def test_both_days_of_the_window_are_inside():
    assert force.over(STOCKS, DAY("2023-01-31"), DAY("2023-01-31")).rows == {"a"}
    assert force.over(STOCKS, DAY("2023-09-09"), DAY("2023-09-10")).rows == {"b"}
    assert force.over(STOCKS, DAY("2023-09-01"), DAY("2023-09-09")).rows == {"b"}
    assert set(force.by_origin(STOCKS, DAY("2023-01-31"), DAY("2023-02-01"))) == {"one"}


def test_stocks_may_be_some_of_a_table():
    some = STOCKS[STOCKS["origin"] != "one"]
    assert force.over(some, DAY("2023-01-01"), DAY("2023-12-31")).rows == {"c"}


def test_nearest_before_stands_in_for_an_empty_window():
    mean = force.over(STOCKS, DAY("2024-01-01"), DAY("2024-12-31"))
    assert (mean.low, mean.high, mean.rows) == (616_500, 617_500, {"c"})


def test_nothing_inside_or_before_is_unknown():
    assert force.over(STOCKS, DAY("2022-02-24"), DAY("2022-12-31")).is_unknown
    assert force.over(made(), DAY("2022-02-24"), DAY("2022-12-31")).is_unknown


def test_without_a_window_the_mean_is_unknown():
    assert force.over(STOCKS, None, None).is_unknown and force.path_mean(STOCKS, None, None).is_unknown
    assert force.by_origin(STOCKS, None, None) == {}


def test_as_printed_a_number_has_no_rounding_and_an_open_end_stays_open():
    printed = force.as_printed(STOCKS.astype({"bounds": "bounds"}))
    assert [(each.low, each.high) for each in printed["bounds"]] == [
        (326_000, 326_000),
        (420_000, math.inf),
        (617_000, 617_000),
        (0, 640_000),
    ]
    assert printed["bounds"].iloc[0].rows == {"a"}


def test_a_window_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match="2022-01-01"):
        force.over(STOCKS, DAY("2023-01-01"), DAY("2022-01-01"))


def test_an_open_end_is_left_to_those_who_close_it():
    at_least, about, at_most = Bounds(420, None, math.inf), Bounds(325, 326, 327), Bounds(0, None, 640)
    assert force.spanned([at_least, about]) == Bounds(325, None, 420)
    assert force.spanned([at_least]) == Bounds(420, None, math.inf)
    assert force.spanned([Bounds(1, None, 3)]) == Bounds(1, None, 3)
    assert force.spanned([at_most]) == Bounds(0, None, 640)
    assert force.spanned([at_least, at_most]) == Bounds(420, None, 640)
    assert force.spanned([Bounds(700, None, math.inf), at_most]) == Bounds(640, None, 700)


def test_each_origin_from_its_own_stocks_alone():
    means = force.by_origin(STOCKS, DAY("2023-09-01"), DAY("2025-12-31"))
    assert means == {
        "one": Bounds(420_000, None, math.inf),
        "three": Bounds(0, None, 640_000),
        "two": Bounds(616_500, None, 617_500),
    }
    assert force.by_origin(STOCKS, DAY("2024-01-01"), DAY("2024-12-31")) == {}


def test_the_path_counts_person_days():
    path = made(("a", "one", "2023-01-01", "exact 100"), ("b", "two", "2023-01-05", "exact 180"))
    # Day by day 100, 120, 140, 160, 180, then level: (700 + 2 × 180) / 7 days.
    assert force.path_mean(path, DAY("2023-01-01"), DAY("2023-01-07")).value == pytest.approx(1060 / 7)
    assert force.path_mean(path, DAY("2022-12-01"), DAY("2022-12-31")).value == 100
    assert force.path_mean(path, DAY("2022-12-01"), DAY("2022-12-31")).rows == {"a", "b"}
    assert force.path_mean(made(), DAY("2023-01-01"), DAY("2023-01-07")).is_unknown


def test_the_quotation_stands_apart(tmp_path):
    header = (
        "id,measure,population,category,start,end,low,value,high,qualifier,origin,source,primary_source,known_from,"
        "status,same_as,note\n"
    )
    row = "{},{},,{},,{},,about,{},{},,2025-06-02,use,,\n"
    kinds = [
        "theatre_strength,russia,all",
        "army_strength,russia,all",
        "theatre_strength,ukraine,all",
        "theatre_strength,russia,mobilised",
    ]
    (tmp_path / "observations.csv").write_text(
        header
        + "".join(
            row.format(f"{place}-said", kind, "2025-06-01", 200000 + place, "two", force.ARTICLE)
            + row.format(f"{place}-counted", kind, "2025-06-02", 640000, "one", "page")
            for place, kind in enumerate(kinds)
        )
    )
    evidence = load(tmp_path)
    stocks = force.stocks(evidence)
    assert list(stocks["id"]) == ["0-counted"] and list(stocks.index) == [0] and "index" not in stocks
    assert list(force.stocks(evidence, measure="army_strength")["id"]) == ["1-counted"]
    assert force.quoted(evidence) == Bounds(150_000, 200_000, 250_000)
    assert force.quoted(load(tmp_path, "2022-03-01")).is_unknown
