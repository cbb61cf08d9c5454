"""The totals for the whole army: which row stands for each, and the windows over which it may be spread."""

from datetime import date

from desertion.counts import totals
from desertion.counts.windows import Window
from livingbook.evidence.reading import load

DAYS = date(2022, 2, 24), date(2022, 9, 21), date(2025, 6, 9)
LISTED = {"measure": "listed_absent", "population": "list_istories_merged", "category": "all", "end": "2024-12-31"}
CLAIMED = {"measure": "deserters_claimed", "population": "russia", "category": "all", "qualifier": "at_least"}
PROJECTED = {**CLAIMED, "qualifier": "projection", "start": "2025-01-01", "end": "2025-12-31"}
CASES = {"measure": "awol_cases_documented", "population": "russia", "category": "all"}
ROWS = [
    {"id": "list", "known_from": "2025-05-20", **LISTED},
    {"id": "claim-b", "known_from": "2025-06-09", **CLAIMED},
    {"id": "claim-a", "known_from": "2025-10-08", **CLAIMED},
    {"id": "cases", **CASES},
    {"id": "plan", **PROJECTED},
    {"id": "said", "measure": "deserters_per_month", "population": "russia", "category": "all"},
]


def test_each_total_is_one_row_and_the_claim_is_the_first_public(tables):
    found = totals.of_army(load(tables(ROWS)))
    assert dict(zip(found["total"], found["id"], strict=True)) == {
        "listed": "list",
        "claim": "claim-b",
        "cases": "cases",
        "projection": "plan",
    }


def test_without_totals_the_table_is_empty(tables):
    evidence = load(tables(ROWS))
    assert totals.of_army(evidence.view("2021-01-01")).empty and totals.quotation(evidence.view("2021-01-01")).empty
    assert list(totals.quotation(evidence)["id"]) == ["said"]


def test_a_projection_has_its_own_year_and_a_total_of_the_war_several_windows(tables):
    rows = {row.total: row for row in totals.of_army(load(tables(ROWS))).itertuples()}
    assert totals.windows_of(rows["projection"], *DAYS) == {totals.OWN_YEAR: Window(date(2025, 1, 1), date(2025, 12, 31))}
    assert list(totals.windows_of(rows["listed"], *DAYS)) == ["article", "publication", "own", "mobilised"]
