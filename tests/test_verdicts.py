"""Rules of verdicts, and the collection of decisions."""

import json
import math
import re

import pytest
from desertion.bounds import Bounds
from desertion.claims import Claims
from desertion.data import EvidenceError, load
from desertion.verdicts import (
    VERDICTS,
    Verdict,
    agrees,
    at_best_plausible,
    attested,
    below,
    exceeds,
    first_without_second,
    follows,
    many_but_few_of_all,
    reached_elsewhere,
    same_day,
    small_beside_all_not_beside_growth,
    still_rising,
    tied_to_or_of,
    told_and_confirmed,
)

UNKNOWN, FLOOR = Bounds.unknown(), Bounds(49000, None, math.inf)


@pytest.mark.parametrize(("rule", "evidence", "verdict"), [
    (agrees(FLOOR), FLOOR, "supported"), (agrees(FLOOR), Bounds.exact(50000), "supported"), (agrees(FLOOR), Bounds.exact(40000), "contradicted"),
    (agrees(Bounds(1, None, 5)), Bounds(3, None, 9), "plausible"), (agrees(FLOOR), UNKNOWN, "unsupported"),
    (exceeds(50000), Bounds.exact(50554), "supported"), (exceeds(50000), FLOOR, "plausible"), (exceeds(50000), Bounds(1, None, 2), "contradicted"),
    (exceeds(1), UNKNOWN, "unsupported"),
    (below(200000), Bounds(150000, None, 190000), "supported"), (below(200000), Bounds.exact(470000), "contradicted"),
    (below(200000), Bounds(150000, None, 250000), "plausible"), (below(1), UNKNOWN, "unsupported"),
    (follows(Bounds(500, 1000, 1500)), Bounds.exact(1240), "holds_arithmetically"),
    (follows(Bounds(500, 1000, 1500)), Bounds.exact(4000), "contradicted"), (follows(Bounds.exact(1)), UNKNOWN, "unsupported"),
])
def test_rules(rule, evidence, verdict):
    assert rule(evidence).verdict == verdict
    assert verdict in VERDICTS and rule(evidence).rule


@pytest.mark.parametrize(("rule", "evidence", "verdict"), [
    (reached_elsewhere(49000), [UNKNOWN, Bounds.exact(50554)], "plausible"), (reached_elsewhere(49000), [UNKNOWN, Bounds.exact(3)], "unsupported"),
    (at_best_plausible(exceeds(1), "one poll"), [Bounds.exact(2)], "plausible"), (at_best_plausible(exceeds(1), "one poll"), [Bounds.exact(0)], "contradicted"),
    (still_rising(0.1), [Bounds.exact(2), Bounds.exact(1.2)], "supported"), (still_rising(0.1), [Bounds.exact(2), Bounds(0.8, None, 1.3)], "imprecise"),
    (still_rising(0.1), [Bounds.exact(0.9), Bounds.exact(1)], "contradicted"), (still_rising(0.1), [UNKNOWN, Bounds.exact(2)], "unsupported"),
    (many_but_few_of_all(10), [Bounds.exact(12), Bounds(0, None, 0.4)], "imprecise"), (many_but_few_of_all(10), [Bounds.exact(12), Bounds(0.3, None, 0.6)], "supported"),
    (many_but_few_of_all(10), [Bounds.exact(9), Bounds.exact(0.9)], "contradicted"), (many_but_few_of_all(10), [UNKNOWN, UNKNOWN], "unsupported"),
    (small_beside_all_not_beside_growth(10, 0.05), [Bounds(1.6, None, math.inf), Bounds(0.1, None, math.inf)], "imprecise"),
    (small_beside_all_not_beside_growth(10, 0.05), [Bounds.exact(1.6), Bounds.exact(0.01)], "supported"),
    (small_beside_all_not_beside_growth(10, 0.05), [Bounds.exact(16), Bounds.exact(0.5)], "contradicted"),
    (small_beside_all_not_beside_growth(10, 0.05), [UNKNOWN, Bounds.exact(0.5)], "unsupported"),
    (first_without_second(), [Bounds.exact(50), UNKNOWN], "imprecise"), (first_without_second(), [Bounds.exact(50), Bounds.exact(1)], "supported"),
    (first_without_second(), [UNKNOWN, Bounds.exact(1)], "unsupported"),
    (attested(), [Bounds.exact(0)], "unsupported"), (attested(), [Bounds.exact(1)], "plausible"), (attested(), [Bounds.exact(2)], "supported"),
    (same_day(), [Bounds.exact(0)], "supported"), (same_day(), [Bounds.exact(1)], "imprecise"), (same_day(), [Bounds.exact(9)], "contradicted"),
    (same_day(), [UNKNOWN], "unsupported"),
    (tied_to_or_of(0.5), [Bounds.exact(4), Bounds.exact(0)], "imprecise"), (tied_to_or_of(0.5), [Bounds.exact(4), Bounds.exact(0.5)], "supported"),
    (tied_to_or_of(0.5), [Bounds.exact(0), Bounds.exact(1)], "unsupported"), (tied_to_or_of(0.5), [Bounds.exact(1), UNKNOWN], "plausible"),
    (told_and_confirmed(), [Bounds.exact(1), Bounds.exact(0)], "plausible"), (told_and_confirmed(), [Bounds.exact(1), Bounds.exact(1)], "supported"),
    (told_and_confirmed(), [Bounds.exact(0), Bounds.exact(1)], "unsupported"),
])
def test_rules_on_several_values(rule, evidence, verdict):
    assert rule(*evidence).verdict == verdict and rule(*evidence).rule


@pytest.mark.parametrize(("rule", "evidence", "verdict"), [
    *[(agrees(Bounds(1, None, 5)), [each], "supported") for each in (Bounds(1, None, 3), Bounds(3, None, 5), Bounds(1, None, 9), Bounds(0, None, 5))],
    (agrees(Bounds(1, None, 5)), [Bounds(0, None, 1)], "plausible"), (agrees(Bounds(1, None, 5)), [Bounds(5, None, 6)], "plausible"),
    (exceeds(5), [Bounds(5, None, 9)], "supported"), (exceeds(5), [Bounds(1, None, 5)], "plausible"),
    (below(5), [Bounds(1, None, 5)], "supported"), (below(5), [Bounds(5, None, 9)], "plausible"),
    (follows(Bounds(5, None, 9)), [Bounds(1, None, 5)], "holds_arithmetically"), (follows(Bounds(1, None, 5)), [Bounds(5, None, 9)], "holds_arithmetically"),
    (reached_elsewhere(5), [Bounds.exact(5)], "plausible"), (still_rising(0.5), [Bounds.exact(2), Bounds.exact(1.5)], "imprecise"),
    (still_rising(0.5), [Bounds.exact(1), Bounds.exact(1.5)], "contradicted"), (many_but_few_of_all(5), [Bounds(1, None, 5), Bounds(0, None, 0.4)], "imprecise"),
    (many_but_few_of_all(5), [Bounds.exact(6), Bounds(0, None, 0.5)], "supported"),
    (small_beside_all_not_beside_growth(10, 0.5), [Bounds.exact(10), Bounds.exact(0.1)], "contradicted"),
    (small_beside_all_not_beside_growth(10, 0.5), [Bounds.exact(9), Bounds.exact(0.5)], "supported"), (same_day(), [Bounds.exact(2)], "imprecise")])
def test_what_lies_on_a_limit(rule, evidence, verdict):
    assert rule(*evidence).verdict == verdict


def test_a_verdict_is_one_of_the_words():
    with pytest.raises(ValueError, match="no such verdict: true"):
        Verdict("true", "x")


@pytest.fixture
def claims(root, tmp_path):
    entry = {"value": 1240.0, "low": 1240.0, "high": 1240.0, "unit": "persons", "text": "1,240", "about": "x", "rows": ["r"]}
    (tmp_path / "rate.json").write_text(json.dumps({"notebook": "rate", "title": "t", "results": {"monthly": entry}, "reads": []}))
    return Claims(load(root / "data"), str(tmp_path))


def test_a_decision_keeps_rule_values_reason_and_chapter(claims):
    assert claims.decide("B03", follows(Bounds(500, 1000, 1500)), "rate.monthly", reason="because") == "holds_arithmetically"
    card = claims.decided["B03"]
    assert card["computed"] and card["chapter"] == "rate" and card["values"]["rate.monthly"]["text"] == "1,240"
    assert "B03" not in claims.open() and "A01" in claims.open()


def test_what_is_not_checkable_is_closed_with_its_note(claims):
    closed = claims.read_not_checkable()
    assert "G01" in closed and not claims.decided["G01"]["computed"]
    assert claims.decided["G01"]["reason"].startswith("Figure of speech")


def test_unknown_claims_and_values_are_refused(claims):
    with pytest.raises(EvidenceError, match="no claim 'Z99'"):
        claims.read("Z99", "supported", "x")
    with pytest.raises(EvidenceError, match="rate publishes no 'yearly', only monthly"):
        claims.decide("B03", exceeds(1), "rate.yearly", reason="x")
    with pytest.raises(EvidenceError, match=r"totals.json: the notebook totals has not been run"):
        claims.decide("B03", exceeds(1), "totals.x", reason="x")


def test_every_checkable_claim_is_decided_by_a_rule_and_no_other(root):
    notebook = (root / "notebooks" / "claims.ipynb").read_text("utf-8")
    rows = load(root / "data").select("claims")
    assert set(re.findall(r'claims\.decide\(\\"([A-Z]\d+)\\"', notebook)) == set(rows.loc[rows["check"] != "not_checkable", "claim"])
    assert "claims.read(" not in notebook
