"""The totals for the whole army: which row stands for each, and the windows over which it may be spread."""

from datetime import date

from desertion.counts import lists, totals
from desertion.counts.force import ARTICLE
from desertion.counts.windows import Window
from livingbook.evidence.reading import load

DAYS = date(2022, 2, 24), date(2022, 9, 21), date(2025, 6, 9)
LISTED = {"measure": "listed_absent", "population": "list_istories_merged", "category": "all", "end": "2024-12-31"}
CLAIMED = {"measure": "deserters_claimed", "population": "russia", "category": "all", "qualifier": "at_least"}
PROJECTED = {**CLAIMED, "qualifier": "projection", "start": "2025-01-01", "end": "2025-12-31"}
CASES = {"measure": "awol_cases_documented", "population": "russia", "category": "all", "origin": "frontelligence"}
ROWS = [
    {"id": "list", "known_from": "2025-05-20", **LISTED},
    {"id": "claim-b", "known_from": "2025-06-09", **CLAIMED},
    {"id": "claim-a", "known_from": "2025-10-08", **CLAIMED},
    {"id": "cases", **CASES},
    {"id": "plan", **PROJECTED},
    {"id": "said", "measure": "deserters_per_month", "population": "russia", "category": "all", "source": ARTICLE},
    {"id": "said-later", "measure": "deserters_per_month", "population": "russia", "category": "all", "end": "2026-03-31"},
]


def test_each_total_is_one_row_and_the_claim_is_the_first_public(tables):
    found = totals.of_army(load(tables(ROWS)))
    assert dict(zip(found["total"], found["id"], strict=True)) == {
        "listed": "list",
        "claim": "claim-b",
        "cases": "cases",
        "projection": "plan",
    }


def test_a_later_list_of_the_same_kind_is_another_list(tables):
    later = {**LISTED, "id": "list-2025", "end": "2025-12-31", "known_from": "2026-05-20"}
    evidence = load(tables([*ROWS, later]))
    assert list(lists.merged(evidence)["id"]) == ["list"]
    assert list(lists.in_its_time(evidence.observations(measure="listed_absent"))["id"]) == ["list"]
    assert totals.of_army(evidence)["id"].iloc[0] == "list"


def test_a_claim_that_ends_before_the_list_stands_for_it_only_until_the_list_is_public(tables):
    early = {"id": "claim-0", "known_from": "2024-05-31", **CLAIMED, "end": "2024-05-31"}
    later = [{**row, "end": "2025-05-20"} if row["id"].startswith("claim") else row for row in ROWS]
    evidence = load(tables([early, *later]))
    claims = [totals.of_army(evidence.view(day)).set_index("total")["id"].get("claim") for day in ("2024-06-30", "2025-12-31")]
    assert claims == ["claim-0", "claim-b"]


def test_without_totals_the_table_is_empty(tables):
    evidence = load(tables(ROWS))
    assert totals.of_army(evidence.view("2021-01-01")).empty and totals.quotation(evidence.view("2021-01-01")).empty
    assert list(totals.quotation(evidence)["id"]) == ["said"]


def test_a_projection_has_its_own_year_and_a_total_of_the_war_several_windows(tables):
    rows = {row.total: row for row in totals.of_army(load(tables(ROWS))).itertuples()}
    assert totals.windows_of(rows["projection"], *DAYS) == {totals.OWN_YEAR: Window(date(2025, 1, 1), date(2025, 12, 31))}
    assert list(totals.windows_of(rows["listed"], *DAYS)) == ["article", "publication", "own", "mobilised"]
