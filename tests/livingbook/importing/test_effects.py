"""What the import says that rows will do, and a corrected figure that takes the place of an older one."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from livingbook.importing import rows as importing
from livingbook.importing.effects import Effects, naming
from livingbook.project.project import Project
from livingbook.system.errors import BuildError
from small_rows import OBSERVATION

ROOT = Path(__file__).parents[3]
OLD = "istories-merged-49000-censor"
CORRECTED = {
    **OBSERVATION,
    "id": "zz-corrected",
    "population": "list_istories_merged",
    "value": "46500",
    "qualifier": "at_least",
    "source": "24kanal2026theatre",
    "known_from": "2026-02-01",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(ROOT / "data", tmp_path / "data")


def new(folder: Path, *rows: dict[str, str]) -> list[Path]:
    path = folder.parent / "new.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(OBSERVATION), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    return [path]


def test_a_corrected_figure_takes_the_place_of_the_old_one_whole(folder: Path) -> None:
    before = (folder / "observations.csv").read_text("utf-8")
    refused = importing.examine(folder, new(folder, CORRECTED))
    assert "import it with SUPERSEDES=istories-merged-49000-censor" in " ".join(map(str, refused.faults))
    outcome = importing.examine(folder, new(folder, CORRECTED), supersedes=[OLD])
    assert not outcome.refused
    content = outcome.tables["observations"].decode()
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(content))}
    assert (rows["zz-corrected"]["status"], rows["zz-corrected"]["same_as"]) == ("use", "")
    assert (rows[OLD]["status"], rows[OLD]["same_as"], rows[OLD]["known_from"]) == ("conflict", "zz-corrected", "2025-05-20")
    assert rows["istories-merged-49000"]["same_as"] == "zz-corrected"  # what repeated the old one follows
    others = [line for line in before.splitlines() if OLD not in line]
    assert [line for line in content.splitlines() if OLD not in line and "zz-corrected" not in line] == others


@pytest.mark.parametrize(
    ("old", "message"),
    [
        ("nothing", "SUPERSEDES=nothing: must be a row that is in use or contradicts one; this one is not there"),
        ("istories-merged-49000", f"this one is rereport; it repeats {OLD}"),
        ("iwtl-list-36000", "needs one new row of the same"),
    ],
)
def test_what_cannot_be_superseded_is_said(folder: Path, old: str, message: str) -> None:
    with pytest.raises(BuildError, match=message):
        importing.examine(folder, new(folder, CORRECTED), supersedes=[old])


def test_of_new_figures_of_several_periods_the_one_of_the_old_period_takes_its_place(folder: Path) -> None:
    later = {**CORRECTED, "id": "zz-later", "end": "2026-01-31", "value": "60000"}
    outcome = importing.examine(folder, new(folder, later, CORRECTED), supersedes=[OLD])
    assert outcome.replaced == {OLD: "zz-corrected"} and not outcome.refused, outcome.faults


def test_a_later_figure_supersedes_no_earlier_one_and_is_not_asked_to(folder: Path) -> None:
    later = {**CORRECTED, "id": "zz-later", "end": "2025-12-31", "value": "71000", "status": "use", "same_as": ""}
    with pytest.raises(
        BuildError, match=f"SUPERSEDES={OLD}: zz-later is of 2025-12-31, and that row of 2024-12-31: a later figure"
    ):
        importing.examine(folder, new(folder, later), supersedes=[OLD])
    outcome = importing.examine(folder, new(folder, later))
    assert not outcome.refused, outcome.faults


def test_what_repeats_the_new_figure_does_not_stand_in_its_way(folder: Path) -> None:
    told = {**CORRECTED, "id": "zz-told", "status": "rereport", "same_as": "zz-corrected", "origin": CORRECTED["origin"]}
    assert importing.examine(folder, new(folder, CORRECTED, told), supersedes=[OLD]).replaced == {OLD: "zz-corrected"}


def test_a_corrected_figure_that_contradicted_one_contradicts_it_still(folder: Path) -> None:
    rows = {row["id"]: row for row in csv.DictReader((folder / "observations.csv").open(encoding="utf-8"))}
    old = rows["casualties-2025-12-u24"]
    corrected = {**old, "id": "zz-corrected", "value": "34000", "status": "use", "same_as": "", "note": "By hand."}
    outcome = importing.examine(folder, new(folder, corrected), supersedes=[old["id"]])
    assert not outcome.refused, outcome.faults
    after = {row["id"]: row for row in csv.DictReader(io.StringIO(outcome.tables["observations"].decode()))}
    assert (after["zz-corrected"]["status"], after["zz-corrected"]["same_as"]) == ("conflict", old["same_as"])
    assert after[old["id"]] == old


HOLDS = "It holds {result}`lists.listed` names."
READ = {"measure": "listed_absent", "population": "list_istories_merged", "category": "all", "status": "use"}


def told(
    folder: Path,
    row: dict[str, str],
    *where: dict[str, str],
    text: str = HOLDS,
    replaced: dict[str, str] | None = None,
    named: dict[str, list[str]] | None = None,
    also: Sequence[dict[str, Any]] = (),
    populations: Sequence[dict[str, str]] = (),
) -> str:
    """What is said of a row in a book with one notebook that made these selections."""
    published = folder.parent / "_build" / "stage" / "published"
    (published / "latest").mkdir(parents=True)
    (published / "editions.json").write_text(json.dumps({"own": "latest"}), "utf-8")
    number = {"value": None, "low": 49000, "high": None, "unit": "persons", "text": "at least 49,000", "about": "x", "rows": [OLD]}
    reads = [*({"table": "observations", "where": each} for each in where), *also]
    document = {"results": {"listed": number}, "figures": {}, "tables": {}, "reads": reads}
    (published / "latest" / "lists.json").write_text(json.dumps(document), "utf-8")
    (folder.parent / "book").mkdir()
    (folder.parent / "book" / "lists.md").write_text(f"# Lists\n\n{text}\n", "utf-8")
    existing = list(csv.DictReader((folder / "observations.csv").open(encoding="utf-8")))
    return "\n".join(Effects(Project(folder.parent, folder), existing, replaced, named, populations).of([row]))


def test_the_import_says_who_reads_a_row_what_rests_on_it_and_what_it_may_replace(folder: Path) -> None:
    said = told(folder, CORRECTED, READ)
    assert "read by lists; 1 sentence in lists rests on figures of this quantity" in said
    assert "lists found one figure here, and will find two" in said
    assert f"SUPERSEDES={OLD} sets it aside" in said


def test_a_population_that_comes_with_a_row_is_read_where_its_kind_is(folder: Path) -> None:
    row = {**CORRECTED, "id": "zz-list", "population": "zz_people"}
    asked = [{"measure": "listed_absent", "population": ["list_istories_merged", "list_iwtl_36000"], "status": "use"}]
    kinds = [{"table": "populations", "where": {"kind": "list", "parent": ["russia"]}}]
    for parent, words in (("russia", "read by lists"), ("ukraine", "read by no chapter")):
        shutil.rmtree(folder.parent / "_build", ignore_errors=True)
        shutil.rmtree(folder.parent / "book", ignore_errors=True)
        population = {"population": "zz_people", "label": "Others", "parent": parent, "side": "russia", "kind": "list"}
        assert words in told(folder, row, *asked, also=kinds, populations=[population])


def test_a_figure_that_takes_the_place_of_another_stands_beside_none(folder: Path) -> None:
    replaced = importing.examine(folder, new(folder, CORRECTED), supersedes=[OLD]).replaced
    said = told(folder, CORRECTED, READ, replaced=replaced)
    assert f"takes the place of at least 49,000 ({OLD})" in said
    assert "will find two" not in said and "SUPERSEDES" not in said


def test_a_row_that_another_new_row_names_is_not_called_unread(folder: Path) -> None:
    named = naming({"observations": [CORRECTED], "comparators": [{"comparator": "force_2025", "count": "zz-corrected;other"}]})
    assert "named by force_2025 in comparators.csv" in told(folder, CORRECTED, named=named)


def test_the_import_shows_sentences_as_they_are_read(folder: Path) -> None:
    assert "“It holds at least 49,000 names.”" in told(folder, CORRECTED, READ)


def test_the_import_says_which_sentences_a_row_makes_doubtful(folder: Path) -> None:
    text = f"{HOLDS} We found no later list than that of {{result}}`lists.listed` names."
    said = told(folder, {**CORRECTED, "end": "2025-12-31", "value": "71000"}, READ, text=text)
    assert "to be read again because of it: 1 sentence in lists" in said
    assert "“We found no later list than that of at least 49,000 names.”" in said


def test_a_number_that_may_take_a_row_is_not_called_an_earlier_figure(folder: Path) -> None:
    later = {**CORRECTED, "end": "2025-12-31", "value": "71000"}
    text = "By the latest count they are {result}`lists.listed` names."
    assert "to be read again because of it" not in told(folder, later, READ, text=text)


def test_an_earlier_figure_that_stays_is_called_one(folder: Path) -> None:
    later = {**CORRECTED, "end": "2025-12-31", "value": "71000"}
    text = "By the latest count they are {result}`lists.listed` names."
    assert "to be read again because of it: 1 sentence in lists" in told(folder, later, {**READ, "end": "2024-12-31"}, text=text)


def test_a_later_total_is_not_offered_in_the_place_of_an_earlier_one(folder: Path) -> None:
    said = told(folder, {**CORRECTED, "end": "2025-12-31", "value": "71000"}, READ)
    assert "it stays in use beside this one, being of another period" in said and "SUPERSEDES" not in said


def test_a_month_does_not_set_aside_another_month(folder: Path) -> None:
    month = {
        **CORRECTED,
        "population": "ukraine",
        "measure": "cases_registered",
        "category": "awol_desertion",
        "origin": "ogp_reports",
    }
    said = told(folder, {**month, "start": "2025-11-01", "end": "2025-11-30", "value": "17850"}, READ)
    assert "it stays in use beside this one, being of another period" in said and "SUPERSEDES" not in said


def test_the_import_says_that_nobody_reads_a_row_and_what_comes_near(folder: Path) -> None:
    said = told(folder, CORRECTED, {"measure": "listed_absent", "population": "list_smd_2024", "status": "use"})
    assert "read by no chapter; near it: lists reads this measure with population list_smd_2024" in said


def test_a_more_exact_figure_is_told_beside_the_rounded_one(folder: Path) -> None:
    exact = {**CORRECTED, "population": "list_iwtl_36000", "value": "36012", "qualifier": "exact", "origin": "verstka"}
    assert "more exact than 36,000 (35,500–36,500) (iwtl-list-36000)" in told(folder, exact)
