"""Results that are described in a file of their own, and the checks at the end of a notebook."""

from __future__ import annotations

import math

import pytest
from livingbook.evidence.reading import load
from livingbook.notebook import descriptions
from livingbook.notebook import publish as module
from livingbook.notebook.checks import CheckError, Checks
from livingbook.notebook.payload import MIME
from livingbook.notebook.publish import Publisher, PublishError
from livingbook.system.errors import BuildError
from livingbook.values.bounds import Bounds

DESCRIBED = """
filed: {unit: cases, step: 1, about: Cases filed.}
charged: {unit: persons, step: 1, about: Persons charged.}
share: {unit: share, about: Charged over filed.}
day: {unit: words, about: The day of the count.}
"""


@pytest.fixture
def shown(monkeypatch):
    outputs = []
    monkeypatch.setattr(module, "display", lambda bundle, **_: outputs.append(bundle[MIME]["body"]))
    return outputs


@pytest.fixture(params=["beside the notebook", "from the root"])
def publish(tables, shown, tmp_path, monkeypatch, request):
    folder = tmp_path / "notebooks" / "descriptions"
    folder.mkdir(parents=True)
    (folder / "courts.yml").write_text(DESCRIBED, "utf-8")
    monkeypatch.chdir(folder.parent if request.param == "beside the notebook" else tmp_path)
    return Publisher("courts", load(tables([{"id": "a"}])))


def test_results_take_unit_rounding_and_meaning_from_their_file(publish, shown):
    publish(filed=2000, share=Bounds.exact(0.254), day=("1 May 2025", ["a"]))
    assert [(each["text"], each["unit"], each["about"]) for each in shown] == [
        ("2,000", "cases", "Cases filed."),
        ("25%", "share", "Charged over filed."),
        ("1 May 2025", "words", "The day of the count."),
    ]
    assert shown[-1]["rows"] == ["a"]
    assert publish.unpublished() == ["charged"]


@pytest.mark.parametrize(
    ("results", "reason"),
    [
        ({"other": 5}, "courts.other: not described; add to descriptions/courts.yml a line like\nother: {unit: persons"),
        ({"filed": "many"}, "courts.filed: descriptions says that its unit is cases, but it is 'many'"),
        ({"day": 5}, "courts.day: descriptions says that its unit is words, but it is 5"),
    ],
)
def test_a_result_that_is_not_described_so_is_refused(publish, results, reason):
    with pytest.raises(PublishError) as refused:
        publish(**results)
    assert str(refused.value).startswith(reason)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("filed: {unit: cases}", "courts.yml, filed, about: is missing"),
        ("filed: {unit: cases, about: Cases., colour: red}", "courts.yml, filed, colour = 'red': there is no such setting"),
        ("filed: {unit: cases, about: Cases., step: 0}", "courts.yml, filed, step = 0: input should be greater than 0"),
        ("- filed", "courts.yml, descriptions: must be names with values"),
        ("filed: [", "courts.yml"),
    ],
)
def test_a_file_of_descriptions_that_is_wrong_is_refused_by_file_and_entry(publish, text, reason):
    path = next(each for each in (descriptions.folder_of_notebooks() / "descriptions").iterdir())
    path.write_text(text, "utf-8")
    with pytest.raises(BuildError) as refused:
        publish(filed=5)
    assert reason in str(refused.value)


FLOOR = Bounds(5000, None, math.inf)
CONTRADICTIONS = {
    "at most": (lambda check: check.at_most("charged", "filed"), "courts.charged (3,000) is more than courts.filed (2,000)"),
    "at most times": (
        lambda check: check.at_most("charged", "filed", times=1.2),
        "courts.charged (3,000) is more than 1.2 times courts.filed (2,000)",
    ),
    "adds up": (
        lambda check: check.adds_up("charged", ["filed", "filed"]),
        "courts.charged (3,000) is not the sum of courts.filed (2,000), courts.filed (2,000)",
    ),
    "inside": (lambda check: check.inside("filed", "charged"), "courts.filed (2,000) lies outside courts.charged (3,000)"),
    "shares": (lambda check: check.shares(), "courts.share (150%) is no share: it lies outside 0% and 100%"),
    "complete": (lambda check: check.complete(), "courts describes day and does not publish it"),
    "holds": (lambda check: check.holds("years follow each other", False), "courts: it does not hold that years follow each other"),
    "unpublished": (lambda check: check.at_most("day", "filed"), "courts.day has not been published"),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_check_names_the_results_that_contradict_each_other(publish, name):
    publish(filed=2000, charged=3000, share=1.5)
    check, reason = CONTRADICTIONS[name]
    with pytest.raises(CheckError) as refused:
        check(Checks(publish))
    assert str(refused.value) == reason


def test_what_can_hold_passes(publish):
    publish(filed=FLOOR, charged=6000, share=Bounds.unknown(), day="1 May")
    check = Checks(publish)
    check.at_most("charged", "filed")
    check.at_most("filed", "courts.charged")
    check.adds_up("filed", ["charged"])
    check.inside("charged", "filed")
    check.shares()
    check.complete()
    check.holds("the day is known", True)


def test_a_rounding_error_is_no_contradiction(publish):
    publish(filed=0.3, charged=0.1 + 0.2)
    Checks(publish).at_most("charged", "filed")
    Checks(publish).adds_up("charged", ["filed"])
