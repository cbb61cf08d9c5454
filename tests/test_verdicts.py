"""Rules of verdicts, and the collection of decisions."""

import json
import math
import re

import pytest
from desertion.bounds import Bounds
from desertion.claims import Claims
from desertion.data import EvidenceError, load
from desertion.publish import Publisher, PublishError
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
    (lambda: agrees(FLOOR), FLOOR, "supported"), (lambda: agrees(FLOOR), Bounds.exact(50000), "supported"), (lambda: agrees(FLOOR), Bounds.exact(40000), "contradicted"),
    (lambda: agrees(Bounds(1, None, 5)), Bounds(3, None, 9), "plausible"), (lambda: agrees(FLOOR), UNKNOWN, "unsupported"),
    (lambda: exceeds(50000), Bounds.exact(50554), "supported"), (lambda: exceeds(50000), FLOOR, "plausible"), (lambda: exceeds(50000), Bounds(1, None, 2), "contradicted"),
    (lambda: exceeds(1), UNKNOWN, "unsupported"),
    (lambda: below(200000), Bounds(150000, None, 190000), "supported"), (lambda: below(200000), Bounds.exact(470000), "contradicted"),
    (lambda: below(200000), Bounds(150000, None, 250000), "plausible"), (lambda: below(1), UNKNOWN, "unsupported"),
    (lambda: follows(Bounds(500, 1000, 1500)), Bounds.exact(1240), "holds_arithmetically"),
    (lambda: follows(Bounds(500, 1000, 1500)), Bounds.exact(4000), "contradicted"), (lambda: follows(Bounds.exact(1)), UNKNOWN, "unsupported"),
])
def test_rules(rule, evidence, verdict):
    found = rule()(evidence)  # the rule is made when it is tested, not when this is read
    assert found.verdict == verdict in VERDICTS and found.rule


@pytest.mark.parametrize(("rule", "evidence", "verdict"), [
    (lambda: reached_elsewhere(49000), [UNKNOWN, Bounds.exact(50554)], "plausible"), (lambda: reached_elsewhere(49000), [UNKNOWN, Bounds.exact(3)], "unsupported"),
    (lambda: at_best_plausible(exceeds(1), "one poll"), [Bounds.exact(2)], "plausible"), (lambda: at_best_plausible(exceeds(1), "one poll"), [Bounds.exact(0)], "contradicted"),
    (lambda: still_rising(0.1), [Bounds.exact(2), Bounds.exact(1.2)], "supported"), (lambda: still_rising(0.1), [Bounds.exact(2), Bounds(0.8, None, 1.3)], "imprecise"),
    (lambda: still_rising(0.1), [Bounds.exact(0.9), Bounds.exact(1)], "contradicted"), (lambda: still_rising(0.1), [UNKNOWN, Bounds.exact(2)], "unsupported"),
    (lambda: many_but_few_of_all(10), [Bounds.exact(12), Bounds(0, None, 0.4)], "imprecise"), (lambda: many_but_few_of_all(10), [Bounds.exact(12), Bounds(0.3, None, 0.6)], "supported"),
    (lambda: many_but_few_of_all(10), [Bounds.exact(9), Bounds.exact(0.9)], "contradicted"), (lambda: many_but_few_of_all(10), [UNKNOWN, UNKNOWN], "unsupported"),
    (lambda: small_beside_all_not_beside_growth(10, 0.05), [Bounds(1.6, None, math.inf), Bounds(0.1, None, math.inf)], "imprecise"),
    (lambda: small_beside_all_not_beside_growth(10, 0.05), [Bounds.exact(1.6), Bounds.exact(0.01)], "supported"),
    (lambda: small_beside_all_not_beside_growth(10, 0.05), [Bounds.exact(16), Bounds.exact(0.5)], "contradicted"),
    (lambda: small_beside_all_not_beside_growth(10, 0.05), [UNKNOWN, Bounds.exact(0.5)], "unsupported"),
    (lambda: first_without_second(), [Bounds.exact(50), UNKNOWN], "imprecise"), (lambda: first_without_second(), [Bounds.exact(50), Bounds.exact(1)], "supported"),
    (lambda: first_without_second(), [UNKNOWN, Bounds.exact(1)], "unsupported"),
    (lambda: attested(), [Bounds.exact(0)], "unsupported"), (lambda: attested(), [Bounds.exact(1)], "plausible"), (lambda: attested(), [Bounds.exact(2)], "supported"),
    (lambda: same_day(), [Bounds.exact(0)], "supported"), (lambda: same_day(), [Bounds.exact(1)], "imprecise"), (lambda: same_day(), [Bounds.exact(2.5)], "contradicted"),
    (lambda: same_day(), [UNKNOWN], "unsupported"),
    (lambda: tied_to_or_of(0.5), [Bounds.exact(4), Bounds.exact(0)], "imprecise"), (lambda: tied_to_or_of(0.5), [Bounds.exact(4), Bounds.exact(0.5)], "supported"),
    (lambda: tied_to_or_of(0.5), [Bounds.exact(0), Bounds.exact(1)], "unsupported"), (lambda: tied_to_or_of(0.5), [Bounds.exact(1), UNKNOWN], "plausible"),
    (lambda: told_and_confirmed(), [Bounds.exact(1), Bounds.exact(0)], "plausible"), (lambda: told_and_confirmed(), [Bounds.exact(1), Bounds.exact(1)], "supported"),
    (lambda: told_and_confirmed(), [Bounds.exact(0), Bounds.exact(1)], "unsupported"),
])
def test_rules_on_several_values(rule, evidence, verdict):
    assert rule()(*evidence).verdict == verdict and rule()(*evidence).rule


@pytest.mark.parametrize(("rule", "evidence", "verdict"), [
    *[(lambda: agrees(Bounds(1, None, 5)), [each], "supported") for each in (Bounds(1, None, 3), Bounds(3, None, 5), Bounds(1, None, 9), Bounds(0, None, 5))],
    (lambda: agrees(Bounds(1, None, 5)), [Bounds(0, None, 1)], "plausible"), (lambda: agrees(Bounds(1, None, 5)), [Bounds(5, None, 6)], "plausible"),
    (lambda: exceeds(5), [Bounds(5, None, 9)], "supported"), (lambda: exceeds(5), [Bounds(1, None, 5)], "plausible"),
    (lambda: below(5), [Bounds(1, None, 5)], "supported"), (lambda: below(5), [Bounds(5, None, 9)], "plausible"),
    (lambda: follows(Bounds(5, None, 9)), [Bounds(1, None, 5)], "holds_arithmetically"), (lambda: follows(Bounds(1, None, 5)), [Bounds(5, None, 9)], "holds_arithmetically"),
    (lambda: reached_elsewhere(5), [Bounds.exact(5)], "plausible"), (lambda: still_rising(0.5), [Bounds.exact(2), Bounds.exact(1.5)], "imprecise"),
    (lambda: still_rising(0.5), [Bounds.exact(1), Bounds.exact(1.5)], "contradicted"), (lambda: many_but_few_of_all(5), [Bounds(1, None, 5), Bounds(0, None, 0.4)], "imprecise"),
    (lambda: many_but_few_of_all(5), [Bounds.exact(6), Bounds(0, None, 0.5)], "supported"),
    (lambda: small_beside_all_not_beside_growth(10, 0.5), [Bounds.exact(10), Bounds.exact(0.1)], "contradicted"),
    (lambda: small_beside_all_not_beside_growth(10, 0.5), [Bounds.exact(9), Bounds.exact(0.5)], "supported"), (lambda: same_day(), [Bounds.exact(2)], "imprecise")])
def test_what_lies_on_a_limit(rule, evidence, verdict):
    assert rule()(*evidence).verdict == verdict


def test_a_verdict_is_one_of_the_words():
    with pytest.raises(ValueError, match="no such verdict: true; they are supported, "):
        Verdict("true", "x")


@pytest.mark.parametrize("rule", [
    lambda: agrees(Bounds.exact(1))(Bounds.exact(1)), lambda: exceeds(1)(Bounds.exact(1)), lambda: below(1)(Bounds.exact(1)),
    lambda: follows(Bounds.exact(1))(Bounds.exact(1)), lambda: reached_elsewhere(1)(Bounds.exact(1)),
    lambda: still_rising(0.5)(Bounds.exact(1), Bounds.exact(1)), lambda: many_but_few_of_all(1)(Bounds.exact(1), Bounds.exact(1)),
    lambda: small_beside_all_not_beside_growth(1, 0.5)(Bounds.exact(1), Bounds.exact(1)), lambda: first_without_second()(Bounds.exact(1), UNKNOWN),
    lambda: attested()(Bounds.exact(1)), lambda: tied_to_or_of(0.5)(Bounds.exact(1), Bounds.exact(1)),
    lambda: told_and_confirmed()(Bounds.exact(1), Bounds.exact(1)), lambda: same_day()(Bounds.exact(1))])
def test_a_rule_is_one_sentence(rule):
    assert re.fullmatch(r"[A-Z][^A-Z.]*(\d\.\d[^A-Z.]*)*\.", rule().rule)


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


def test_claims_are_published_when_all_are_decided(claims):
    with pytest.raises(PublishError, match="claims without a verdict: A01, "):
        Publisher("claims", claims.evidence).claims(claims)


def test_a_value_computed_beside_the_claims_is_known_by_its_name(claims):
    assert claims.offer("half", Bounds(1, 2, 3), "persons", "Half of them.") == Bounds(1, 2, 3)
    bounds, entry = claims.value("claims.half")
    assert bounds == Bounds(1, 2, 3) and entry == {"value": 2, "low": 1, "high": 3, "unit": "persons", "text": "2 (1–3)", "about": "Half of them."}
    assert claims.expected("A01") == 49000


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
