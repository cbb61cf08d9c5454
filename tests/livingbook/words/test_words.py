"""Typed words and the rows they rest on: which change of rows makes which sentence doubtful, and which leaves it alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from livingbook.words import typed
from livingbook.words.doubts import RULES, Look, Scene, doubts
from livingbook.words.lock import _lines
from livingbook.words.moves import Moves
from livingbook.words.passages import chapters_in, is_record, passages
from livingbook.words.selections import Selection, near, readers, unread
from livingbook.words.state import Card, Number, Observation, State, TypedFigure, from_json
from livingbook.words.subjects import Subjects
from livingbook.words.telling import Teller

LABELS = {
    "measures": {"theatre_strength": {"label": "Men in the theatre"}, "suspended_share": {"label": "Suspended share"}},
    "populations": {"army": {"label": "The army", "parent": ""}, "division": {"label": "A division", "parent": "army"}},
    "origins": {"general": {"label": "The general"}, "president": {"label": "The president"}},
}
OLD = Observation(
    "theatre_strength", "army", "all", "", "2025-07-15", "", "9000", "", "exact", "general", "page2025", "", "2025-07-20", "use", ""
)
NEW = replace(OLD, end="2026-02-15", value="4000", origin="president", source="page2026")
RATE = Number("9,000", "persons", 9000, 9000, 9000, ("old",), "Growth as stated by the general.")
BEFORE = State({"old": OLD}, {"rate.growth": RATE, "rate.other": Number("5,000", "persons", 5000, 5000, 5000)})
AFTER = State(
    {"old": OLD, "new": NEW},
    {
        "rate.growth": replace(RATE, text="4,000", low=4000, value=4000, high=4000, rows=("new",)),
        "rate.other": BEFORE.numbers["rate.other"],
    },
)


def rules(text: str, before: State = BEFORE, after: State = AFTER, chapter: str = "rate") -> set[str]:
    """The rules by which any sentence of a chapter is doubtful."""
    found = passages(chapter, text)
    moves = Moves(before, after)
    scene = Scene(moves, Teller(LABELS, before, after), Subjects(LABELS, found, before), "article")
    return {cause.rule for each in found for rule in RULES["sentence"] for cause in rule(Look(each, scene))}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("The general put that at {result}`rate.growth` men.", "who"),
        ("In mid-2025 it grew by {result}`rate.growth`.", "when"),
        ("It is {result}`rate.growth` {cite:p}`page2025`.", "page"),
        ("With {result}`rate.growth` it exceeds {result}`rate.other`.", "order"),
        ("It grew by more than twice: {result}`rate.growth`.", "size"),
        ("That is the article's own {result}`rate.growth`.", "edition"),
        ("With {result}`rate.growth` men.\n\nNo strength of the theatre was found: {result}`rate.growth`.", "absence"),
        ("Both origins give {result}`rate.growth`.", "who"),
        ("With {result}`rate.growth` men. Neither list says so.", "absence"),
    ],
)
def test_a_sentence_that_leans_on_what_changed_is_doubtful(text: str, rule: str) -> None:
    assert rule in rules(text)
    assert rules(text, BEFORE, BEFORE) == set()


def test_a_number_that_moves_in_a_sentence_that_says_nothing_of_it_leaves_the_sentence_alone() -> None:
    assert rules("The list holds {result}`rate.growth` names.") == set()


def test_a_page_that_reports_the_same_figure_still_prints_the_number() -> None:
    again = replace(OLD, source="other2025", status="rereport", same_as="old")
    before = State({"old": OLD, "again": again}, BEFORE.numbers)
    text = "It is {result}`rate.growth` {cite:p}`other2025`."
    assert "page" in rules(text, before, State({**AFTER.rows, "again": again}, AFTER.numbers))
    corrected = State(
        {
            "old": replace(OLD, status="conflict", same_as="new"),
            "new": replace(NEW, value="9000"),
            "again": replace(again, same_as="new"),
        },
        AFTER.numbers,
    )
    assert "page" not in rules(text, before, corrected)


def test_a_verdict_that_flips_makes_its_sentence_the_next_and_its_reason_doubtful() -> None:
    cards = [{"B06": Card(verdict, "It stood above.", ("rate.growth",))} for verdict in ("supported", "contradicted")]
    before, after = State({}, {}, {}, cards[0]), State({}, {}, {}, cards[1])
    assert rules("So pay has not stopped it {claim}`B06`. That is therefore true.", before, after) == {"verdict"}
    moves = Moves(before, after)
    scene = Scene(moves, Teller(LABELS, before, after), Subjects(LABELS, [], before))
    (found,) = doubts(typed.labels(before, after), scene)
    assert (found.passage.kind, found.passage.of, found.causes[0].certain) == ("reason", "B06", True)


def test_the_finding_that_opens_a_paragraph_is_what_the_verdict_at_its_end_is_on() -> None:
    before, after = (State({}, {}, {}, {"C01": Card(word, word)}) for word in ("unsupported", "supported"))
    text = "- **Nobody has published the share.** {0} He gave no data. {{claim}}`C01`"
    assert "verdict" in rules(text.format("The analyst spoke. It was long ago."), before, after)
    moves = Moves(before, after)
    found = passages("rate", text.format("The analyst spoke. It was long ago."))
    scene = Scene(moves, Teller(LABELS, before, after), Subjects(LABELS, found, before))
    doubtful = [each.passage.words for each in doubts(found, scene)]
    assert doubtful[0] == "Nobody has published the share." and "It was long ago." not in doubtful


def test_a_reason_that_was_written_anew_for_its_verdict_is_not_doubtful() -> None:
    before, after = (State({}, {}, {}, {"B06": Card(word, word)}) for word in ("supported", "contradicted"))
    assert typed.labels(before, after) == []


def test_labels_name_an_origin_or_a_year_that_is_gone() -> None:
    before = State(BEFORE.rows, BEFORE.numbers, {"rate.figure": TypedFigure("Growth in 2025", rows=("old",))})
    before.numbers["figure rate.figure"] = Number("Growth in 2025", "words", rows=("old",))
    after = State(AFTER.rows, dict(AFTER.numbers), {"rate.figure": TypedFigure("Growth in 2025", rows=("new",))})
    after.numbers["figure rate.figure"] = Number("Growth in 2025", "words", rows=("new",))
    scene = Scene(Moves(before, after), Teller(LABELS, before, after), Subjects(LABELS, [], before))
    assert [(each.passage.kind, each.passage.of) for each in doubts(typed.labels(before, after), scene)] == [
        ("title", "rate.figure"),
        ("description", "rate.growth"),
    ]


def test_a_series_that_goes_on_concerns_only_who_says_that_it_ends() -> None:
    later = State({"old": OLD, "later": replace(OLD, end="2026-01-01")}, BEFORE.numbers)
    assert rules("Nobody else has counted: {result}`rate.growth`.", after=later) == set()
    assert rules("No later count was found than {result}`rate.growth`.", after=later) == {"absence"}


def test_a_day_until_which_figures_are_published_is_passed_by_a_later_one() -> None:
    later = State({"old": OLD, "later": replace(OLD, end="2026-01-01")}, BEFORE.numbers)
    text = "It is {result}`rate.growth`.\n\n| Stage | published until late 2025 |\n"
    assert rules(text, after=later) == {"limit"}
    assert rules(text.replace("2025", "2026"), after=later) == set()


def test_a_number_that_becomes_known_concerns_who_says_that_there_is_none() -> None:
    unknown = State({}, {"rate.counted": Number("not known", "share")})
    known = State({}, {"rate.counted": Number("60%", "share", 0.55, 0.6, 0.65)})
    assert rules("**Nobody has published a share.**", unknown, known) == {"known"}
    assert rules("The figure shows room, not presence.", unknown, known) == {"known"}
    assert rules("A list is a list.", unknown, known) == set()


def test_a_conclusion_is_doubtful_when_the_number_beside_it_changes_sides() -> None:
    most, few = (State({}, {"rate.share": Number(text, "share", at, at, at)}) for text, at in (("60%", 0.6), ("20%", 0.2)))
    assert rules("The share is {result}`rate.share`. So prison is rare.", most, few) >= {"near", "turned"}
    assert rules("The share is {result}`rate.share`. So prison is rare.", most, most) == set()


def test_figures_that_come_to_lie_in_different_years_are_told() -> None:
    early, late = replace(OLD, start="2023-01-01", end="2023-06-30"), replace(OLD, start="2025-01-01", end="2025-12-31")
    before = State({"a": early, "b": early}, {"rate.all": Number("5%", "share", 0.05, 0.05, 0.05, ("a", "b"))})
    after = State({"a": early, "b": late}, {"rate.all": Number("6%", "share", 0.06, 0.06, 0.06, ("a", "b"))})
    assert rules("It is {result}`rate.all` of them.", before, after) == {"apart"}


def test_a_sentence_is_found_where_it_stands_in_the_source() -> None:
    text = "# Title\n\n**One.** Two goes\non {result}`rate.growth`. Three?\n\n- item {cite:p}`a2020,b2020`.\n\n  its second part\n\n```{math}\nx. Y\n```\n"
    found = passages("rate", text)
    assert [" ".join(text[each.start : each.end].split()) for each in found] == [each.text for each in found]
    assert [each.words for each in found] == ["Title", "One.", "Two goes on ⟨⟩ .", "Three?", "item .", "its second part"]
    assert found[4].cited == ("a2020", "b2020") and found[1].lead and not found[4].lead


def test_what_a_chapter_of_record_says_need_not_be_true() -> None:
    assert is_record("---\nrecord: true\n---\n# Corrections\n") and not is_record("# Rate\n\nrecord: true\n")


def test_chapters_are_read_by_name(tmp_path) -> None:
    (tmp_path / "rate.md").write_text("# Rate\n", "utf-8")
    assert chapters_in(tmp_path) == {"rate": "# Rate\n"}


def test_the_state_survives_the_lock() -> None:
    import json

    state = State(
        AFTER.rows,
        AFTER.numbers,
        {"rate.f": TypedFigure("T", "S", rows=("old",))},
        {"B06": Card("supported", "R", ("rate.growth",))},
    )
    again = from_json(json.loads(_lines({"form": 1, "open": {}, "state": state.as_json()}))["state"])
    assert again.rows == state.rows and again.cards == state.cards and again.figures == state.figures
    assert {name: each for name, each in again.numbers.items() if not name.startswith("figure ")} == state.numbers


def test_rows_that_no_selection_takes_are_named_with_what_comes_near() -> None:
    asked = [
        Selection(
            "rate",
            {"measure": frozenset({"theatre_strength"}), "population": frozenset({"division"}), "status": frozenset({"use"})},
        )
    ]
    assert unread({"old": OLD}, asked) == ["old"]
    assert near("old", OLD, asked) == ["rate reads this measure with population division"]
    assert unread({"old": replace(OLD, population="division")}, asked) == []
    assert readers("old", replace(OLD, population="division"), asked) == ["rate"]
    assert unread({"old": replace(OLD, status="rereport")}, asked) == []
