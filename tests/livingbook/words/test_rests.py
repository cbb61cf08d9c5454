"""What an author says that a sentence rests on: it is read again when that has changed, and not before."""

from __future__ import annotations

from dataclasses import replace

import pytest
from livingbook.words import typed
from livingbook.words.doubts import Scene, doubts
from livingbook.words.moves import Moves
from livingbook.words.passages import passages
from livingbook.words.rests import Compared, faults, rests_in
from livingbook.words.state import Card, Number, Observation, State, TypedFigure
from livingbook.words.subjects import Subjects
from livingbook.words.telling import Teller

LABELS = {
    "measures": {
        "herring": {"label": "Herring landed", "group": "fish", "kind": "flow"},
        "cod": {"label": "Cod landed", "group": "fish", "kind": "flow"},
        "boats": {"label": "Boats", "group": "fleet", "kind": "stock"},
    },
    "populations": {
        "coast": {"label": "The coast", "parent": ""},
        "harbour": {"label": "A harbour", "parent": "coast"},
        "quay": {"label": "A quay", "parent": "coast"},
    },
    "origins": {"office": {"label": "The office"}},
}
OLD = Observation(
    "herring", "coast", "all", "2024-01-01", "2024-12-31", "", "90", "", "exact", "office", "p1", "", "2025-01-01", "use"
)
LANDED = Number("90", "tonnes", 90, 90, 90, ("old",), "Herring landed.")
BEFORE = State(
    {"old": OLD, "quay": replace(OLD, measure="boats", population="quay")},
    {
        "catch.landed": LANDED,
        "catch.other": Number("at least 60", "tonnes", 60, None, None, (), "Cod landed."),
        "catch.direction": Number("fell", "words"),
        "catch.open": Number("10–200", "tonnes", 10, None, 200),
    },
    cards={"A01": Card("supported")},
)


def after(verdict: str = "supported", rows: tuple[Observation, ...] = (), **numbers: Number) -> State:
    """The state in which these numbers of the notebook are others, and these rows are new."""
    new = {f"catch.{name}": number for name, number in numbers.items()}
    return State(
        {**BEFORE.rows, **{f"new{at}": row for at, row in enumerate(rows)}}, {**BEFORE.numbers, **new}, cards={"A01": Card(verdict)}
    )


def rules(rest: str, now: State) -> list[tuple[str, bool]]:
    """The rule and the certainty of each cause for which a sentence that rests on something is doubtful."""
    found = passages("catch", f"# Fish\n\nOne shoal is like another one{{rests}}`{rest}`.\n")
    scene = Scene(Moves(BEFORE, now), Teller(LABELS, BEFORE, now), Subjects(LABELS, found, BEFORE))
    return [(cause.rule, cause.certain) for each in doubts(found, scene) for cause in each.causes]


SMALL = replace(LANDED, text="50", low=50, value=50, high=50)
SLIGHTLY = replace(LANDED, text="92", low=92, value=92, high=92)


@pytest.mark.parametrize(
    ("rest", "now", "found"),
    [
        ("catch.landed", after(landed=SMALL), [("rests", False)]),
        ("catch.landed", after(landed=SLIGHTLY), []),
        ("catch.direction", after(direction=Number("rose", "words")), [("rests", False)]),
        ("A01", after("contradicted"), [("verdict", True)]),
        ("catch.landed > catch.other", after(landed=SMALL), [("rests", True)]),
        ("catch.landed > catch.other", after(landed=SLIGHTLY), []),
        ("catch.other < catch.landed", after(landed=SMALL), [("rests", True)]),
        ("catch.landed > 80", after(landed=replace(SMALL, high=100)), [("rests", False)]),
        ("catch.landed > 40", after(landed=SMALL), []),
        ("catch.open > 40", after(landed=SMALL), []),
    ],
)
def test_a_number_or_a_comparison(rest: str, now: State, found: list[tuple[str, bool]]) -> None:
    assert rules(rest, now) == found
    assert rules(rest, after()) == []


COD = replace(OLD, measure="cod", population="harbour", category="smoked")


@pytest.mark.parametrize(
    ("rest", "row", "is_found"),
    [
        ("no cod coast", COD, True),
        ("no fish coast", COD, True),
        ("no cod any smoked", COD, True),
        ("no cod any fresh", COD, False),
        ("no cod harbour", replace(COD, population="coast"), False),
        ("no boats any", COD, False),
        ("no herring coast", replace(OLD, start="2025-01-01", end="2025-12-31", value="95"), False),  # the series goes on
        ("no herring coast", replace(OLD, origin="rival", value="40"), True),
        ("no later herring coast", replace(OLD, start="2025-01-01", end="2025-12-31", value="95"), True),
        ("no later herring coast", replace(OLD, origin="rival", end="2023-12-31", value="40"), False),
        ("no other herring coast", replace(OLD, start="2023-01-01", end="2023-12-31", value="30"), False),
        ("no other herring coast", replace(OLD, origin="rival", value="40"), True),
        ("no other cod coast", COD, True),
        ("no cod any !smoked", COD, False),
        ("no cod any !fresh", COD, True),
        ("no herring =coast", replace(OLD, population="quay", origin="rival"), False),
        ("no cod =coast", COD, True),  # of the harbour there was no figure, so that nobody has left it out
        ("no cod =harbour", COD, True),
        ("no cod any smoke", replace(COD, category="slightly_smoked"), True),  # of a category that nobody could name
        ("no cod any smoke", replace(COD, category="salted"), False),
        ("catch.landed, no cod coast", COD, True),
    ],
)
def test_that_there_is_no_further_figure(rest: str, row: Observation, is_found: bool) -> None:
    assert bool(rules(rest, after(rows=(row,)))) is is_found


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        ("catch.lnded", "no number or claim catch.lnded"),
        ("catch.landed > catch.othr", "no number or claim catch.othr"),
        ("no haddock coast", "no measure or group of measures haddock"),
        ("no cod sea", "no population sea"),
        ("A02", "no number or claim A02"),
    ],
)
def test_what_there_is_not_is_named(rest: str, words: str) -> None:
    (found,) = rests_in([rest])
    assert list(faults(found, BEFORE, LABELS)) == [words]


def test_it_is_no_word_of_the_sentence() -> None:
    said, plain = (passages("a", f"# A\n\nNone is larger{rest}.")[1] for rest in ("{rests}`no cod any`", ""))
    assert said.words == plain.words == "None is larger." and said.rests == ("no cod any",)


def test_words_and_open_numbers_cannot_be_compared() -> None:
    assert Compared("catch.direction", ">", "1").holds(BEFORE) is None
    assert Compared("catch.open", ">", "40").holds(BEFORE) is None
    assert Compared("catch.other", ">", "40").holds(BEFORE) is True


SAYS_NONE = "They landed {{result}}`catch.landed` tonnes. Neither list says so{rest}."
CONCLUDES = "By the office, {{result}}`catch.landed` tonnes were landed. So most of it was herring{rest}."


@pytest.mark.parametrize(
    ("text", "rest", "now"),
    [
        (SAYS_NONE, "{rests}`no boats any`", after(rows=(replace(OLD, origin="rival", value="40"),))),
        (CONCLUDES, "{rests}`catch.other > 40`", after(landed=Number("not known", "tonnes"))),
    ],
    ids=["that there is none", "a conclusion"],
)
def test_what_an_author_says_decides_over_what_is_guessed(text: str, rest: str, now: State) -> None:
    other = Number("at least 60", "tonnes", 60, None, None, ("cod",), "Cod landed.")
    cod = replace(COD, category="all", end="2020-12-31", value="1")
    before, now = (
        replace(each, rows={**each.rows, "cod": cod}, numbers={**each.numbers, "catch.other": other}) for each in (BEFORE, now)
    )
    guessed, said = (doubted(f"# Fish\n\n{text.format(rest=each)}\n", now, before) for each in ("", rest))
    assert len(guessed) > len(said), said


# --- Labels and reasons ----------------------------------------------------------------------------------------------------


def doubted(chapter: str, now: State, before: State = BEFORE, labels: dict = LABELS) -> set[str]:
    """The texts of a chapter and of its labels that are doubtful."""
    found = [*passages("catch", chapter), *typed.labels(before, now)]
    scene = Scene(Moves(before, now), Teller(labels, before, now), Subjects(labels, found, before))
    return {each.passage.words for each in doubts(found, scene)}


NOBODY = "Nobody weighed smoked mackerel aboard trawlers before"


@pytest.mark.parametrize(("caption", "is_doubted"), [(f"{NOBODY}, by boat", True), ("Boats by length of keel", False)])
def test_a_label_that_says_what_a_doubtful_sentence_says_is_doubtful_too(caption: str, is_doubted: bool) -> None:
    figures = {"catch.drawn": TypedFigure("Fish", caption=caption, rows=("old",))}
    before, now = replace(BEFORE, figures=figures), replace(after(rows=(COD,)), figures=figures)
    others = "".join(
        f"\n\nLine {number} tells of {word}." for number, word in enumerate(("ropes", "ice", "salt", "tides", "nets") * 8)
    )
    chapter = f"# Fish\n\n{NOBODY}{{rests}}`no cod coast`.{others}\n"
    assert (caption in doubted(chapter, now, before)) is is_doubted
    assert caption not in doubted(chapter, before, before)


@pytest.mark.parametrize("kind", ["title", "subtitle", "caption", "label", "description", "reason"])
def test_a_label_is_doubtful_by_what_a_file_says_that_it_rests_on(kind: str) -> None:
    figures = {"catch.drawn": TypedFigure("Fish", "by boat", "weighed", ("old",), ("tonnes",))}
    cards = {"A01": Card("supported", "by the scales")}
    before, now = (replace(each, figures=figures, cards=cards) for each in (BEFORE, after(rows=(COD,))))
    of = {"description": "catch.landed", "reason": "A01"}.get(kind, "catch.drawn")
    for rest, doubted in (("no cod coast", [kind]), ("no boats coast", [])):
        found = typed.labels(before, now, {of: {kind: rest}})
        scene = Scene(Moves(before, now), Teller(LABELS, before, now), Subjects(LABELS, found, before))
        assert [each.passage.kind for each in doubts(found, scene)] == doubted


REASON = "No count of cod was published."


@pytest.mark.parametrize(
    ("reason", "measures", "row", "is_doubted"),
    [
        (REASON, "herring;cod", COD, True),
        (REASON, "herring", COD, False),
        ("The office says so.", "herring;cod", COD, False),
        ("The office gives the most.", "herring", replace(OLD, origin="rival", value="40"), True),
        ("The office gives the most.", "herring", replace(OLD, start="2025-01-01", end="2025-12-31", value="95"), False),
    ],
)
def test_a_reason_is_doubtful_where_what_decides_its_claim_has_a_further_figure(reason, measures, row, is_doubted) -> None:
    cards = {"A01": Card("supported", reason)}
    cod = replace(
        COD, category="all", value="1", end="2020-12-31", origin="other", population="quay"
    )  # so that cod is a rare measure
    before = replace(BEFORE, rows={**BEFORE.rows, "cod": cod}, cards=cards)
    now = replace(after(rows=(row,)), cards=cards)
    now = replace(now, rows={**now.rows, "cod": cod})
    labels = {**LABELS, "claims": {"A01": {"claim_text": "Fish.", "measures": measures}}}
    assert (reason in doubted("# Fish\n", now, before, labels)) is is_doubted
    found = typed.labels(before, now, {"A01": {"reason": "no boats coast"}})  # its author says which figures would
    scene = Scene(Moves(before, now), Teller(labels, before, now), Subjects(labels, found, before))
    assert not doubts(found, scene)


@pytest.mark.parametrize(
    ("about", "is_doubted"),
    [
        ("Herring landed in the same months.", True),
        ("Herring landed by the day to which cod is.", True),
        ("Herring landed.", False),
    ],
)
def test_what_a_number_is_said_to_be_of_one_time_is_doubtful_when_its_figures_lie_apart(about: str, is_doubted: bool) -> None:
    later = replace(OLD, start="2026-01-01", end="2026-12-31")
    was, now = (
        replace(LANDED, about=about, rows=rows, text=text) for rows, text in ((("old", "also"), "90"), (("old", "new0"), "80"))
    )
    before = replace(BEFORE, rows={**BEFORE.rows, "also": OLD}, numbers={"catch.landed": was})
    assert (about in doubted("# Fish\n", replace(after(rows=(later,)), numbers={"catch.landed": now}), before)) is is_doubted
