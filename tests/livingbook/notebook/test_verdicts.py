"""Rules of verdicts, and the collection of decisions."""

import ast
import json
import math
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from csv_rows import read_rows, write_rows
from desertion.verdict_rules import (
    declared_and_reached_elsewhere,
    doubled_to,
    first_without_second,
    many_but_few_of_all,
    reached_elsewhere,
    small_beside_all_not_beside_growth,
    still_rising,
    tied_to_or_of,
    told_and_confirmed,
)
from livingbook.evidence.reading import load
from livingbook.evidence.tables import EvidenceError
from livingbook.notebook.claims import Claims
from livingbook.notebook.publish import Publisher, PublishError
from livingbook.notebook.results import numbers_in, swept
from livingbook.notebook.verdicts import VERDICTS, Verdict, agrees, attested, exceeds, follows, replacing, same_day
from livingbook.project.project import Project
from livingbook.runs import running
from livingbook.system.errors import BuildError
from livingbook.values.bounds import Bounds
from livingbook.values.published import PublishedNumber, to_cells

UNKNOWN, FLOOR = Bounds.unknown(), Bounds(49000, None, math.inf)


@pytest.mark.parametrize(
    ("rule", "evidence", "verdict"),
    [
        (lambda: agrees(FLOOR), FLOOR, "supported"),
        (lambda: agrees(FLOOR), Bounds.exact(50000), "supported"),
        (lambda: agrees(FLOOR), Bounds.exact(40000), "contradicted"),
        (lambda: agrees(Bounds(1, None, 5)), Bounds(3, None, 9), "plausible"),
        (lambda: agrees(FLOOR), UNKNOWN, "unsupported"),
        (lambda: exceeds(50000), Bounds.exact(50554), "supported"),
        (lambda: exceeds(50000), FLOOR, "plausible"),
        (lambda: exceeds(50000), Bounds(1, None, 2), "contradicted"),
        (lambda: exceeds(1), UNKNOWN, "unsupported"),
        (lambda: follows(Bounds(500, 1000, 1500)), Bounds.exact(1240), "holds_arithmetically"),
        (lambda: follows(Bounds(500, 1000, 1500)), Bounds.exact(4000), "contradicted"),
        (lambda: follows(Bounds.exact(1)), UNKNOWN, "unsupported"),
    ],
)
def test_rules(rule, evidence, verdict):
    found = rule()(evidence)  # the rule is made when it is tested, not when this is read
    assert found.verdict == verdict in VERDICTS and found.rule


@pytest.mark.parametrize(
    ("rule", "evidence", "verdict"),
    [
        (lambda: reached_elsewhere(49000), [UNKNOWN, Bounds.exact(50554)], "plausible"),
        (lambda: reached_elsewhere(49000), [UNKNOWN, Bounds.exact(3)], "unsupported"),
        (lambda: declared_and_reached_elsewhere(49000), [FLOOR, Bounds.exact(50554)], "plausible"),
        (lambda: declared_and_reached_elsewhere(49000), [Bounds(46500, None, math.inf), Bounds.exact(50554)], "contradicted"),
        (lambda: declared_and_reached_elsewhere(49000), [UNKNOWN, Bounds.exact(50554)], "plausible"),
        (lambda: replacing(exceeds(1), "one poll", supported="plausible"), [Bounds.exact(2)], "plausible"),
        (lambda: replacing(exceeds(1), "one poll", supported="plausible"), [Bounds.exact(0)], "contradicted"),
        (lambda: replacing(exceeds(1), "a condition", contradicted="unsupported"), [Bounds.exact(0)], "unsupported"),
        (lambda: still_rising(0.1), [Bounds.exact(2), Bounds.exact(1.2)], "supported"),
        (lambda: still_rising(0.1), [Bounds.exact(2), Bounds(0.8, None, 1.3)], "imprecise"),
        (lambda: still_rising(0.1), [Bounds.exact(0.9), Bounds.exact(1)], "contradicted"),
        (lambda: still_rising(0.1), [UNKNOWN, Bounds.exact(2)], "unsupported"),
        (lambda: many_but_few_of_all(10), [Bounds.exact(12), Bounds(30, None, math.inf)], "imprecise"),
        (lambda: many_but_few_of_all(10), [Bounds.exact(12), Bounds.exact(20)], "supported"),
        (lambda: many_but_few_of_all(10), [Bounds.exact(9), Bounds.exact(10)], "contradicted"),
        (lambda: many_but_few_of_all(10), [UNKNOWN, UNKNOWN], "unsupported"),
        (
            lambda: small_beside_all_not_beside_growth(10, 0.05),
            [Bounds(1.6, None, math.inf), Bounds(0.1, None, math.inf)],
            "imprecise",
        ),
        (lambda: small_beside_all_not_beside_growth(10, 0.05), [Bounds.exact(1.6), Bounds.exact(0.01)], "supported"),
        (lambda: small_beside_all_not_beside_growth(10, 0.05), [Bounds.exact(16), Bounds.exact(0.5)], "contradicted"),
        (lambda: small_beside_all_not_beside_growth(10, 0.05), [UNKNOWN, Bounds.exact(0.5)], "unsupported"),
        (lambda: first_without_second(), [Bounds.exact(50), UNKNOWN], "imprecise"),
        (lambda: first_without_second(), [Bounds.exact(50), Bounds.exact(1)], "supported"),
        (lambda: first_without_second(), [UNKNOWN, Bounds.exact(1)], "unsupported"),
        (lambda: attested(), [Bounds.exact(0)], "unsupported"),
        (lambda: attested(), [Bounds.exact(1)], "plausible"),
        (lambda: attested(), [Bounds.exact(2)], "supported"),
        (lambda: same_day(), [Bounds.exact(0)], "supported"),
        (lambda: same_day(), [Bounds.exact(1)], "imprecise"),
        (lambda: same_day(), [Bounds.exact(2.5)], "contradicted"),
        (lambda: same_day(), [UNKNOWN], "unsupported"),
        (lambda: tied_to_or_of(0.5), [Bounds.exact(4), Bounds.exact(0)], "imprecise"),
        (lambda: tied_to_or_of(0.5), [Bounds.exact(4), Bounds.exact(0.5)], "supported"),
        (lambda: tied_to_or_of(0.5), [Bounds.exact(0), Bounds.exact(1)], "unsupported"),
        (lambda: tied_to_or_of(0.5), [Bounds.exact(1), UNKNOWN], "plausible"),
        (lambda: told_and_confirmed(), [Bounds.exact(1), Bounds.exact(0)], "plausible"),
        (lambda: told_and_confirmed(), [Bounds.exact(1), Bounds.exact(1)], "supported"),
        (lambda: told_and_confirmed(), [Bounds.exact(0), Bounds.exact(1)], "unsupported"),
        (lambda: doubled_to(Bounds.exact(10)), [Bounds.exact(2), Bounds.exact(10)], "supported"),
        (lambda: doubled_to(Bounds.exact(10)), [Bounds(1, None, 2), Bounds(10, None, 12)], "supported"),
        (lambda: doubled_to(Bounds(10, None, 12)), [Bounds.exact(2), Bounds(5, None, 10)], "supported"),
        (lambda: doubled_to(Bounds.exact(10)), [Bounds.exact(2), Bounds.exact(12)], "imprecise"),
        (lambda: doubled_to(Bounds.exact(10)), [Bounds.exact(2), Bounds.exact(9)], "imprecise"),
        (lambda: doubled_to(Bounds.exact(10)), [Bounds.exact(3), Bounds.exact(10)], "imprecise"),
        (lambda: doubled_to(Bounds.exact(10)), [Bounds.exact(3), Bounds.exact(9)], "contradicted"),
        (lambda: doubled_to(Bounds.exact(10)), [UNKNOWN, Bounds.exact(10)], "unsupported"),
        (lambda: doubled_to(Bounds.exact(10)), [Bounds.exact(2), UNKNOWN], "unsupported"),
    ],
)
def test_rules_on_several_values(rule, evidence, verdict):
    assert rule()(*evidence).verdict == verdict and rule()(*evidence).rule


@pytest.mark.parametrize(
    ("rule", "evidence", "verdict"),
    [
        *[
            (lambda: agrees(Bounds(1, None, 5)), [each], "supported")
            for each in (Bounds(1, None, 3), Bounds(3, None, 5), Bounds(1, None, 5))
        ],
        *[(lambda: agrees(Bounds(1, None, 5)), [each], "plausible") for each in (Bounds(1, None, 9), Bounds(0, None, 5))],
        (
            lambda: agrees(Bounds(26_000_000, None, math.inf)),
            [Bounds(26_000, None, math.inf)],
            "plausible",
        ),  # a floor supports no larger one
        (lambda: follows(Bounds(1000, None, 1500)), [Bounds(1240, None, math.inf)], "holds_arithmetically"),
        (lambda: follows(Bounds(1_000_000, None, 1_500_000)), [Bounds(1240, None, math.inf)], "contradicted"),
        (lambda: agrees(Bounds(1, None, 5)), [Bounds(0, None, 1)], "plausible"),
        (lambda: agrees(Bounds(1, None, 5)), [Bounds(5, None, 6)], "plausible"),
        (lambda: exceeds(5), [Bounds(5, None, 9)], "supported"),
        (lambda: exceeds(5), [Bounds(1, None, 5)], "plausible"),
        (lambda: follows(Bounds(5, None, 9)), [Bounds(1, None, 5)], "holds_arithmetically"),
        (lambda: follows(Bounds(1, None, 5)), [Bounds(5, None, 9)], "holds_arithmetically"),
        (lambda: reached_elsewhere(5), [Bounds.exact(5)], "plausible"),
        (lambda: still_rising(0.5), [Bounds.exact(2), Bounds.exact(1.5)], "imprecise"),
        (lambda: still_rising(0.5), [Bounds.exact(1), Bounds.exact(1.5)], "contradicted"),
        (lambda: many_but_few_of_all(5), [Bounds.exact(5), Bounds.exact(11)], "imprecise"),
        (lambda: many_but_few_of_all(5), [Bounds.exact(6), Bounds.exact(12)], "supported"),
        (lambda: small_beside_all_not_beside_growth(10, 0.5), [Bounds.exact(10), Bounds.exact(0.1)], "contradicted"),
        (lambda: small_beside_all_not_beside_growth(10, 0.5), [Bounds.exact(9), Bounds.exact(0.5)], "supported"),
        (lambda: same_day(), [Bounds.exact(2)], "imprecise"),
    ],
)
def test_what_lies_on_a_limit(rule, evidence, verdict):
    assert rule()(*evidence).verdict == verdict


def test_a_verdict_is_one_of_the_words():
    with pytest.raises(ValueError, match="no such verdict: true; they are supported, "):
        Verdict("true", "x")


@pytest.mark.parametrize(
    "rule",
    [
        lambda: agrees(Bounds.exact(1))(Bounds.exact(1)),
        lambda: exceeds(1)(Bounds.exact(1)),
        lambda: exceeds(1)(Bounds.exact(1)),
        lambda: follows(Bounds.exact(1))(Bounds.exact(1)),
        lambda: reached_elsewhere(1)(Bounds.exact(1)),
        lambda: still_rising(0.5)(Bounds.exact(1), Bounds.exact(1)),
        lambda: many_but_few_of_all(1)(Bounds.exact(1), Bounds.exact(1)),
        lambda: small_beside_all_not_beside_growth(1, 0.5)(Bounds.exact(1), Bounds.exact(1)),
        lambda: first_without_second()(Bounds.exact(1), UNKNOWN),
        lambda: attested()(Bounds.exact(1)),
        lambda: tied_to_or_of(0.5)(Bounds.exact(1), Bounds.exact(1)),
        lambda: told_and_confirmed()(Bounds.exact(1), Bounds.exact(1)),
        lambda: doubled_to(Bounds.exact(1))(Bounds.exact(2), Bounds.exact(1)),
        lambda: same_day()(Bounds.exact(1)),
    ],
)
def test_a_rule_is_one_sentence(rule):
    assert re.fullmatch(r"[A-Z][^A-Z.]*(\d\.\d[^A-Z.]*)*\.", rule().rule)


@pytest.fixture
def claims(root, tmp_path):
    entry = {"value": 1240.0, "low": 1240.0, "high": 1240.0, "unit": "persons", "text": "1,240", "about": "x", "rows": ["r"]}
    (tmp_path / "rate.json").write_text(json.dumps({"notebook": "rate", "title": "t", "results": {"monthly": entry}, "reads": []}))
    return Claims(load(root / "data"), str(tmp_path))


def test_a_decision_keeps_rule_values_reason_and_chapter(claims):
    assert (
        claims.decide("B03", follows(Bounds(500, 1000, 1500)), "rate.monthly", reason={"holds_arithmetically": "because"})
        == "holds_arithmetically"
    )
    card = claims.decided["B03"]
    assert card["computed"] and card["chapter"] == "rate" and card["values"]["rate.monthly"]["text"] == "1,240"
    assert card["quotation"] == claims.rows.loc["B03", "quotation"]
    assert "B03" not in claims.open() and "A01" in claims.open()


def test_a_reason_follows_the_verdict_that_the_rule_gives(claims):
    reasons = {"supported": "it is more", "contradicted": "it is less"}
    for limit, reason in ((1000, "it is more"), (2000, "it is less")):
        claims.decide("B03", exceeds(limit), "rate.monthly", reason=reasons)
        assert claims.decided["B03"]["reason"] == reason
    claims.decide("B03", exceeds(2000), "rate.monthly", reason={"supported": "it is more"})
    assert claims.decided["B03"]["reason"] == "No reason has been written for this verdict yet."


@pytest.mark.parametrize(
    ("then", "limit", "verdict"),
    [
        (3000, 2000, "outdated"),  # held then, and has fallen
        (1500, 2000, "contradicted"),  # never held
        (3000, 1000, "supported"),  # holds still
        (900, 1000, "supported"),  # holds only now
    ],
)
def test_a_claim_that_held_when_it_was_made_and_has_fallen_is_outdated(claims, then, limit, verdict):
    was = PublishedNumber.of(Bounds.exact(then), "persons", "Men a month.")
    dated = Claims(claims.evidence, claims.results, then={"rate.monthly": was})
    assert dated.decide("B03", exceeds(limit), "rate.monthly", reason={"contradicted": "it is less"}) == verdict
    card = dated.decided["B03"]
    if verdict == "outdated":
        assert card["reason"] == "It held when it was said. x: 3,000 then, 1,240 now."
        assert "That gives “contradicted”; by what was public when it was said, it gave “supported”." in card["rule"]


def test_a_reason_is_written_for_a_verdict(claims):
    with pytest.raises(EvidenceError, match="B03: a reason for right, which is no verdict; they are supported, "):
        claims.decide("B03", exceeds(1), "rate.monthly", reason={"right": "x"})


def test_the_numbers_of_a_setting_of_a_sweep_are_those_that_were_published(tmp_path, root):
    number = PublishedNumber.of(Bounds(1, 2, math.inf, frozenset("ab")), "persons", "Men.")
    cells = {"setting": "2025-06-09", "notebook": "rate", "name": "monthly", "about": "Men.", **to_cells(number.json)}
    write_rows(tmp_path / "article.csv", [cells, cells | {"setting": "2026-01-01"}])
    found = numbers_in(swept(tmp_path / "article.csv", load(root / "data")), "2025-06-09")
    assert found == {"rate.monthly": replace(number, picks={})}


def test_claims_are_published_when_all_are_decided(claims):
    with pytest.raises(PublishError, match="claims without a verdict: A01, "):
        Publisher("claims", claims.evidence).claims(claims)


@pytest.mark.parametrize(
    ("bounds", "unit", "step", "text"),
    [
        (Bounds(1, 2, 3), "persons", 1, "2 (1–3)"),
        (Bounds.exact(1 / 3), "share", 0.01, "33%"),
        (Bounds.exact(0.6), "share", 0.01, "60%"),
        (Bounds.exact(0.1234), "share", 0.001, "12.3%"),
        (Bounds.exact(1240.8), "persons", None, "1,240"),
    ],
)
def test_a_card_shows_a_number_of_its_own_notebook_as_that_published_it(claims, bounds, unit, step, text):
    publish = Publisher("claims", claims.evidence)
    claims = Claims(claims.evidence, claims.results, publish.numbers)
    publish.number("part", bounds, unit, "A part of them.", step)
    assert claims.decide("F02", exceeds(0), "claims.part", reason={"supported": "x"}) == "supported"
    shown, found = claims.decided["F02"]["values"]["claims.part"], publish.numbers["claims.part"]
    assert found.bounds == bounds and shown == {**bounds.ends, "unit": unit, "text": text, "about": "A part of them."}
    assert found.json.items() >= shown.items()


@pytest.fixture
def claimed(root, tmp_path):
    """Writes the claims with other cells, a function of each row, and gives the folder of tables."""

    def write(cells: Callable[[dict[str, str]], dict[str, str]]) -> Path:
        folder = shutil.copytree(root / "data", tmp_path / "data", dirs_exist_ok=True)
        write_rows(folder / "claims.csv", (row | cells(row) for row in read_rows(root / "data" / "claims.csv")))
        return folder

    return write


def one(claim: str, **cells: str) -> Callable[[dict[str, str]], dict[str, str]]:
    """Other cells for one claim."""
    return lambda row: cells if row["claim"] == claim else {}


@pytest.mark.parametrize(
    ("claim", "bounds"),
    [
        ("A01", Bounds(49000, None, math.inf)),
        ("A04", Bounds(26000, None, math.inf)),
        ("A05", Bounds(35500, 36000, 36500)),
        ("B02", Bounds(150000, 200000, 250000)),
        ("C01", Bounds(0.5, None, 1)),
        ("C06", Bounds(0.75, 0.8, 0.85)),
        ("D01", Bounds.exact(10)),
        ("F01", Bounds(300, None, math.inf)),
    ],
)
def test_a_claimed_figure_means_what_its_wording_says(claims, claim, bounds):
    found = claims.expected(claim)
    assert (found.low, found.value, found.high) == (pytest.approx(bounds.low), bounds.value, pytest.approx(bounds.high))


@pytest.mark.parametrize(
    ("claim", "cells", "bounds"),
    [
        ("A01", {"expected_qualifier": "at_most"}, Bounds(0, None, 49000)),
        ("A01", {"expected": "60000"}, Bounds(60000, None, math.inf)),
        ("C07", {"expected": "1"}, Bounds(0.5, 1, 1)),
        ("C01", {"expected": "0"}, Bounds(0, None, 1)),
    ],
)
def test_another_figure_or_wording_is_another_claim(claimed, tmp_path, claim, cells, bounds):
    assert Claims(load(claimed(one(claim, **cells))), str(tmp_path)).expected(claim) == bounds


@pytest.mark.parametrize(
    ("claim", "cells", "words"),
    [
        ("A01", {"expected": "49,000"}, r"claims\.csv, row 2 \(A01\), expected: '49,000' — must be a number"),
        ("A04", {"expected": ""}, r"claims\.csv, row 5 \(A04\), expected: \(empty\) — must be a number"),
        ("A01", {"expected": "nan"}, "expected: 'nan' — must be a number"),
        ("A10", {}, r"claims\.csv, row 11 \(A10\), expected: 'many' — must be a number"),
        (
            "A01",
            {"expected_qualifier": ""},
            r"\(A01\), expected_qualifier: \(empty\) — must be one of: exact, about, at_least, at_most",
        ),
        ("A01", {"expected_qualifier": "over"}, r"expected_qualifier: 'over' — must be one of"),
        ("C01", {"expected": "50"}, r"\(C01\), expected: '50' — must lie between 0 and 1"),
        ("C06", {"expected": "-0.1"}, r"\(C06\), expected: '-0\.1' — must lie between 0 and 1"),
    ],
)
def test_a_claim_without_a_figure_for_its_rule_is_named(claimed, tmp_path, claim, cells, words):
    with pytest.raises(EvidenceError, match=words):
        Claims(load(claimed(one(claim, **cells))), str(tmp_path)).expected(claim)


@pytest.mark.parametrize("day", ["", "20 May", "2025-02-30", "49000"])
def test_a_claim_without_a_day_for_its_rule_is_named(claims, claimed, tmp_path, day):
    assert claims.expected_day("A03") == date(2025, 5, 20)
    with pytest.raises(
        EvidenceError, match=r"claims\.csv, row 4 \(A03\), expected: .* — must be a day of the calendar, written YYYY-MM-DD"
    ):
        Claims(load(claimed(one("A03", expected=day))), str(tmp_path)).expected_day("A03")


def test_tables_of_before_claims_had_qualifiers_are_named(claims):
    claims.rows = claims.rows.drop(columns="expected_qualifier")
    with pytest.raises(EvidenceError, match=r"claims\.csv, expected_qualifier: the column is missing"):
        claims.expected("A01")


def test_what_is_not_checkable_is_closed_with_its_note(claims):
    closed = claims.read_not_checkable()
    assert "G01" in closed and not claims.decided["G01"]["computed"]
    assert claims.decided["G01"]["reason"].startswith("Figure of speech")


def test_unknown_claims_and_values_are_refused(claims):
    with pytest.raises(EvidenceError, match="no claim 'Z99'"):
        claims.read("Z99", "supported", "x")
    with pytest.raises(EvidenceError, match="rate publishes no 'yearly', only monthly"):
        claims.decide("B03", exceeds(1), "rate.yearly", reason={"supported": "x"})
    with pytest.raises(EvidenceError, match=r"totals.json: the notebook totals has not been run"):
        claims.decide("B03", exceeds(1), "totals.x", reason={"supported": "x"})


def test_every_checkable_claim_is_decided_by_a_rule_and_no_other(root):
    notebook = (root / "notebooks" / "claims.ipynb").read_text("utf-8")
    rows = load(root / "data").select("claims")
    assert set(re.findall(r'claims\.decide\(\\"([A-Z]\d+)\\"', notebook)) == set(
        rows.loc[rows["check"] != "not_checkable", "claim"]
    )
    assert "claims.read(" not in notebook


# --- The figures that are claimed -------------------------------------------------------------------------------------

# Published values with which each claimed figure is right, by notebook and name.
RIGHT = {
    "totals": {
        "listed_merged": (49000, None, math.inf),
        "claimed_ministry": (50000, None, math.inf),
        "cases_documented": (50554,) * 3,
        "claimed_un": (50000, None, math.inf),
        "claimed_delfi": (50000, None, math.inf),
        "claimed_insider": (50000, None, math.inf),
        "window_excess": (3.2,) * 3,
        "listed_district": (26000, None, math.inf),
        "listed_command": (35500, 36000, 36500),
        "charged": (20662,) * 3,
    },
    "courts": {
        "filed_by_list_end": (19169,) * 3,
        "listed": (49000, None, math.inf),
        "max_ratio": (2,) * 3,
        "max_after": (10,) * 3,
        "custodial_all": (0.04, None, 0.91),
        "opened_share": (0.4,) * 3,
        "max_ex_prisoner": (12,) * 3,
    },
    "growth": {
        "filings_jan_jul_2024_over_2023": (2.2,) * 3,
        "latest_over_previous": (0.8, 0.9, 0.97),
        "latest_over_2023": (1.5, 1.8, 1.9),
    },
    "rate": {"strength_published": (190000, None, 210000), "monthly_as_quoted": (1240, None, math.inf)},
    "matters": {"per_thousand": (1.6, None, math.inf), "share_of_net_growth": (0.1, None, math.inf)},
    "who": {
        "counted": (0.55, None, 0.7),
        "from_hospital": (0, None, math.inf),
        "from_leave": (450, 500, 550),
        "aims_polled": (0.8,) * 3,
        "belief_polled": (0.2,) * 3,
    },
    "hidden": {"complaints": (50, None, math.inf), "hidden_killings": (0, None, math.inf), "units": (25, None, math.inf)},
    "exits": {"surrendered": (300, None, math.inf), "age_when_quoted": (12, 12, 12)},
}
# Claims that state a figure or a day on which their verdict does not depend, and why.
CANNOT_DEPEND = {
    "A02": "the day is when the invasion began; the rule tests the rival reading, that all of the list falls into its last year",
    "C08": "not checkable: one man's tally, without a record",
    "G01": "not checkable: a figure of speech",
}


@pytest.fixture
def verdicts(tmp_path):
    """Runs the notebook of the claims on a folder of tables, beside published values that fit: claim → card."""
    results = tmp_path / "results"
    results.mkdir()
    for name, numbers in RIGHT.items():
        entries = {key: PublishedNumber.of(Bounds(*ends), "x", "x").json for key, ends in numbers.items()}
        (results / f"{name}.json").write_text(json.dumps({"notebook": name, "title": name, "results": entries, "reads": []}))

    sweep = tmp_path / "article.csv"
    sweep.write_text("setting,notebook,name,about,low,value,high,unit,text,rows\n")

    def run(data: Path) -> dict[str, dict]:
        given = {"as_of": "latest", "data": str(data), "results": str(results), "sweep": str(sweep)}
        notebook = running.run_notebook(Project.at(), "claims", given)
        (cards,) = [each["body"] for each in running.payloads(notebook) if each["kind"] == "claims"]
        return cards

    return run


def exaggerated(row: dict[str, str]) -> dict[str, str]:
    """A claim of a thousand times as much, of nine tenths, or of a day almost three years later."""
    if row["kind"] == "date":
        return {"expected": (date.fromisoformat(row["expected"]) + timedelta(days=1000)).isoformat()}
    return {"expected": "0.9" if row["kind"] == "share" else f"{row['expected']}000"} if row["expected_qualifier"] else {}


def test_a_verdict_depends_on_the_figure_that_is_claimed(root, claimed, verdicts):
    rows = load(root / "data").select("claims").to_dict("records")
    stated = {row["claim"] for row in rows if exaggerated(row)}
    assert len(stated) >= 18 and stated > set(CANNOT_DEPEND)
    before, after = verdicts(root / "data"), verdicts(claimed(exaggerated))
    assert {each["verdict"] for claim, each in before.items() if claim in stated - set(CANNOT_DEPEND)} <= {
        "supported",
        "plausible",
        "holds_arithmetically",
        "imprecise",
    }
    assert {claim for claim in before if before[claim]["verdict"] != after[claim]["verdict"]} == stated - set(CANNOT_DEPEND)


def test_a_claim_without_its_figure_stops_the_notebook_in_words(claimed, verdicts):
    with pytest.raises(
        BuildError,
        match=r"notebooks/claims\.ipynb, cell \d+, line \d+: EvidenceError: claims\.csv, row 29 \(D03\), expected: 'twelve' — must be",
    ):
        verdicts(claimed(one("D03", expected="twelve")))


def typed_figures(source: str) -> list[float]:
    """Numbers that are typed in a cell which decides claims, but for the 0 and 1 that a ratio or a count is held against."""
    numbers = [
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float))
    ]
    return [number for number in numbers if "claims.decide(" in source and number not in (0, 1)]


def test_no_claimed_figure_is_typed_in_the_notebook(root):
    cells = json.loads((root / "notebooks" / "claims.ipynb").read_text("utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    assert sum("claims.decide(" in source for source in sources) >= 10
    assert [number for source in sources for number in typed_figures(source)] == []


@pytest.mark.parametrize(
    "source", ['claims.decide("A", verdicts.exceeds(300), "a.b")', 'most = 2.5\nclaims.decide("A", verdicts.agrees(most), "a.b")']
)
def test_a_figure_that_is_typed_is_found(source):
    assert typed_figures(source)


def typed_amounts(source: str) -> list[str]:
    """Numbers, but for years, that are typed in the words of a cell which decides claims: they would not follow their rows."""
    words = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    sentences = " ".join(each for each in words if " " in each)
    return re.findall(r"\b(?!(?:19|20)\d\d\b)\d[\d,.%]*", sentences) if "claims.decide(" in source else []


def test_reasons_of_verdicts_type_no_amount(root):
    cells = json.loads((root / "notebooks" / "claims.ipynb").read_text("utf-8"))["cells"]
    assert [each for cell in cells if cell["cell_type"] == "code" for each in typed_amounts("".join(cell["source"]))] == []
    assert typed_amounts('claims.decide("A", rule, reason={"supported": "Nearly 500 of 2024 did not return."})') == ["500"]
