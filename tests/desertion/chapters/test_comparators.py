"""Rates of other armies, against those worked out by hand or published by the services."""

import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from desertion.chapters import comparators
from livingbook.evidence.reading import load, read_key
from livingbook.evidence.tables import EvidenceError
from livingbook.project.project import Project
from livingbook.runs import running

DATA = Path(__file__).parents[3] / "data"
BY_KEY = {each.key: each for each in comparators.read(load(DATA))}


@pytest.fixture(scope="module")
def evidence():
    return load(DATA)


def edited(folder, table, **changes):
    """A copy of the data in which rows of a table have other cells: key, with _ for -, → those cells."""
    shutil.copytree(DATA, folder)
    path = folder / f"{table}.csv"
    rows = pd.read_csv(path, dtype=str, keep_default_na=False).to_dict("records")
    key = next(iter(rows[0]))
    changed = [{**row, **changes.get(row[key].replace("-", "_"), {})} for row in rows]
    pd.DataFrame(changed).to_csv(path, index=False)
    return load(folder)


@pytest.mark.parametrize(
    ("key", "by_hand"),
    [
        ("us_army_1966", 14.7),
        ("us_army_1970", 52.3),  # as published
        ("us_navy_2007", 1129 / 336.659),
        ("us_marines_2007", 1036 / 186.425),
        ("us_air_force_2007", 16 / 333.495),
        ("us_army_2007", 4698 / ((507_000 + 522_190) / 2 / 1000)),
        ("british_army_1999", 2055 / ((96_300 + 96_475) / 2 / 1000)),
        ("british_army_2001", 2645 / 96.285),
        ("union", 197_247 / 788.2465 / (1480 / 365.25)),
        ("south_vietnam_1966", 67_000 / 608 / (181 / 365.25)),
        ("south_vietnam_1965_10", 17.9 * 12),
        ("afghanistan_2011_06", 0.03 * 12_000),
    ],
)
def test_rates_by_hand(evidence, key, by_hand):
    assert comparators.rate(evidence, BY_KEY[key]).value == pytest.approx(by_hand, rel=1e-3)


@pytest.mark.parametrize(
    ("key", "listed"),
    [
        ("us_army_2007", 9.0),
        ("us_army_2007", 9.25),
        ("us_navy_2007", 3.4),
        ("us_marines_2007", 5.6),
        ("british_army_1999", 21.3),
        ("british_army_2000", 28.1),
        ("south_vietnam_1966", 222),
        ("union", 62),
        ("confederacy", 86),
        ("ukraine_2023", 32),
        ("ukraine_2024", 104),
        ("ukraine_2025", 263),
    ],
)
def test_bounds_hold_the_value_that_was_worked_out_from_the_pages(evidence, key, listed):
    found = comparators.rate(evidence, BY_KEY[key])
    assert found.low * 0.985 <= listed <= found.high * 1.015


def test_a_floor_says_nothing_from_above(evidence):
    found = comparators.rate(evidence, BY_KEY["british_army_wwi"])
    assert found.low == pytest.approx(146_733 / 3820 / (1561 / 365.25), rel=1e-3)
    assert found.value is None and found.high == float("inf")


def test_growth_carries_a_rate_forward(evidence):
    found = comparators.rate(evidence, BY_KEY["us_army_1971"])
    assert found.value == pytest.approx(14.7 * 5)
    assert comparators.dates(evidence, BY_KEY["us_army_1971"])[1].year == 1971


def test_a_sum_that_lacks_a_part_is_unknown():
    before = load(DATA, "2025-06-09")  # one of the two articles of 2023 was not public yet
    assert comparators.rate(before, BY_KEY["ukraine_2023"]).is_unknown
    assert comparators.rate(before, BY_KEY["us_navy_2007"]).value is not None


def test_parts_of_different_periods_are_refused(evidence):
    odd = comparators.Comparator("odd", "Odd", "war", "B", ("us-army-rate-fy2006", "us-army-rate-fy1997"))
    with pytest.raises(EvidenceError, match=r"comparators\.csv, odd, count: .* are not of one period"):
        comparators.rate(evidence, odd)


def test_a_corrected_count_flows_through(tmp_path):
    corrected = edited(tmp_path / "data", "observations", us_navy_deserters_fy2007={"value": "2258"})
    assert comparators.rate(corrected, BY_KEY["us_navy_2007"]).value == pytest.approx(2258 / 336.659, rel=1e-3)


def test_a_new_army_is_a_row(tmp_path):
    changes = {"comparator": "new", "army": "US Navy again", "grade": "C", "floor": "yes", "times": "2"}
    found = comparators.read(edited(tmp_path / "data", "comparators", us_navy_2007=changes), grade=["C"])
    assert [each.key for each in found] == ["new", "us_army_wwii_total"]
    assert (found[0].army, found[0].count, found[0].times, found[0].floor) == (
        "US Navy again",
        ("us-navy-deserters-fy2007",),
        2.0,
        True,
    )


def test_the_table_of_rates_has_what_the_rows_give(evidence):
    found = comparators.table(evidence, comparator=["us_navy_2007", "us_army_1970"]).set_index("key")
    assert list(found.index) == ["us_army_1970", "us_navy_2007"]  # by army, in whatever order they stand in the table
    assert found["bounds"]["us_navy_2007"] == comparators.rate(evidence, BY_KEY["us_navy_2007"])
    assert found["strength"]["us_navy_2007"].best == pytest.approx(336_659) and found["strength"]["us_army_1970"] is None
    assert found["period"]["us_navy_2007"] == "FY2007" and found["end"]["us_navy_2007"] == date(2007, 9, 30)
    before = comparators.table(load(DATA, "2025-06-09"), comparator="ukraine_2023")
    assert before["bounds"][0].is_unknown and before["period"][0] == "" and before["start"][0] is None
    assert comparators.table(evidence, grade="none").empty


def test_the_rates_of_an_army_by_one_definition_share_a_line(evidence):
    found = comparators.labelled(comparators.table(evidence, comparator=["us_navy_2007", "royal_navy_1999", "royal_navy_2001"]))
    assert list(found["label"]) == ["Royal Navy, 1999–2001: 0.90–2.4"] * 2 + ["US Navy, 2007: 3.36"]
    assert comparators.labelled(found[:0]).empty


def test_a_rate_whose_row_is_not_in_the_table_is_unknown(evidence):
    assert comparators.rate_of(evidence, "us_navy_2007") == comparators.rate(evidence, BY_KEY["us_navy_2007"])
    assert comparators.rate_of(evidence, "no_navy").is_unknown


@pytest.mark.slow
def test_the_chapter_on_history_follows_a_table_without_the_rows_that_it_names(tmp_path):
    source = (DATA.parent / "notebooks" / "history.ipynb").read_text("utf-8")
    named = {key for key in BY_KEY if f'\\"{key}\\"' in source}
    assert {"us_army_wwii_total", "us_army_wwii", "ukraine_2023"} <= named
    shutil.copytree(DATA, tmp_path / "data")
    path = tmp_path / "data" / "comparators.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if line.partition(",")[0] not in named), "utf-8")
    notebook = running.run_notebook(Project.at(), "history", {"as_of": "latest", "data": str(tmp_path / "data")})
    numbers = {each["name"]: each["body"] for each in running.payloads(notebook) if each["kind"] == "result"}
    assert named.isdisjoint(numbers)
    assert {numbers[name]["text"] for name in ("wwii_factor", "wwii_total", "marines_factor", "ukraine_factor")} == {"not known"}


def test_what_stood_in_for_a_row_that_was_not_public_is_taken(tables):
    rows = [
        {"id": "kept", "known_from": "2025-06-01", "value": "90"},
        {"id": "first", "known_from": "2025-01-01", "value": "80", "status": "conflict", "same_as": "kept"},
        {"id": "strength", "measure": "army_strength", "start": "", "known_from": "2024-01-01", "value": "1000"},
    ]
    folder = tables(rows)
    own = comparators.Comparator("own", "Own", "war", "A", ("kept",), ("strength",))
    found = {day: comparators.rate(load(folder, day), own) for day in ("latest", "2025-02-01", "2024-06-01")}
    assert [found[day].rows for day in found] == [{"kept", "strength"}, {"first", "strength"}, set()]
    assert found["2025-02-01"].value == pytest.approx(found["latest"].value * 80 / 90) and found["2024-06-01"].is_unknown


def test_a_run_records_the_rows_of_the_tables_that_it_read(evidence):
    view = evidence.view()
    comparators.rate(view, *comparators.read(view, comparator="us_navy_2007"))
    assert [read["table"] for read in view.reads] == ["comparators", "observations", "observations"]
    assert view.reads[0]["where"] == {"comparator": "us_navy_2007"}
    assert view.reads[1]["where"] == {"id": ["us-navy-deserters-fy2007"], "measure": ["deserters_recorded"], "status": "use"}


def test_another_row_of_a_table_changes_only_the_digest_of_what_read_it(evidence, tmp_path):
    other = edited(tmp_path / "data", "comparators", union={"caution": "Another."})
    for where, same in (({"comparator": "us_navy_2007"}, True), ({"grade": ["A", "B"]}, False), ({"grade": "C"}, True)):
        read = read_key({"table": "comparators", "where": where})
        assert (evidence.digest(read) == other.digest(read)) is same


def test_every_comparator_and_every_army_without_a_rate_has_its_rows(evidence):
    assert not [each.key for each in BY_KEY.values() if comparators.rate(evidence, each).is_unknown]
    unrated = evidence.select("unrated")
    assert not [row for row in unrated["count"] if evidence.figure(row).is_unknown]
    assert {each.definition for each in BY_KEY.values()} == set(evidence.labels("definitions"))


def test_periods_in_words():
    day = date.fromisoformat
    assert comparators.period_in_words(day("2006-10-01"), day("2007-09-30")) == "FY2007"
    assert comparators.period_in_words(day("1999-01-01"), day("1999-12-31")) == "1999"
    assert comparators.period_in_words(day("2011-06-01"), day("2011-06-30")) == "June 2011"
    assert comparators.period_in_words(day("1861-04-12"), day("1865-04-30")) == "1861–65"
    assert comparators.period_in_words(day("1917-03-01"), day("1917-08-31")) == "March to August 1917"
    assert comparators.years([(day("1974-07-01"), day("1975-06-30")), (day("2006-10-01"), day("2007-09-30"))]) == "1975–2007"


def test_before_anything_was_published_nothing_is_known():
    nothing = load(DATA, "1700-01-01")
    for each in BY_KEY.values():
        assert comparators.rate(nothing, each).is_unknown and comparators.dates(nothing, each) is None
        assert not each.strength or comparators.strength(nothing, each.strength).is_unknown
