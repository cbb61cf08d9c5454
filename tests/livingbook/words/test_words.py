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
from livingbook.words.state import Card, Number, Observation, State, TypedFigure, from_json, state_of
from livingbook.words.subjects import Subjects
from livingbook.words.telling import Teller

LABELS = {
    "measures": {
        "theatre_strength": {"label": "Men in the theatre", "group": "force"},
        "authorised_strength": {"label": "Posts", "group": "force"},
        "suspended_share": {"label": "Suspended share"},
    },
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
    assert rules("Pay has not stopped it {claim}`B06`{rests}`rate.growth`.", before, after) == set()  # its author says by what
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
    month = replace(OLD, start="2025-07-01")
    before = State({"old": month}, BEFORE.numbers)
    later = State({"old": month, "later": replace(month, start="2025-12-01", end="2026-01-01")}, BEFORE.numbers)
    text = "It is {result}`rate.growth`.\n\n| Stage | published until late 2025 |\n"
    assert rules(text, before, later) == {"limit"}
    assert rules(text.replace("2025", "2026"), before, later) == set()


def test_a_number_that_becomes_known_concerns_who_says_that_there_is_none() -> None:
    about = "Share of convicts among them."
    unknown = State({}, {"rate.counted": Number("not known", "share", about=about)})
    known = State({}, {"rate.counted": Number("60%", "share", 0.55, 0.6, 0.65, about=about)})
    assert rules("**Nobody has published a share of convicts.**", unknown, known) == {"known"}
    assert rules("**Nobody has published a strength.**", unknown, known) == set()
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


# --- What the sample updates showed -------------------------------------------------------------------------------------------


def test_a_page_cited_at_the_end_of_a_paragraph_stands_for_the_sentences_before_it() -> None:
    text = "It is {result}`rate.growth` men. Each of them counts twice {cite:p}`page2025`. Nobody disputes {result}`rate.growth`."
    moves = Moves(BEFORE, AFTER)
    found = passages("rate", text)
    scene = Scene(moves, Teller(LABELS, BEFORE, AFTER), Subjects(LABELS, found, BEFORE))
    certain = [each.passage.text for each in doubts(found, scene) if each.causes[0].rule == "page"]
    assert certain == ["Each of them counts twice {cite:p}`page2025`."]


def test_a_page_that_still_prints_another_number_is_stale_beside_its_own() -> None:
    list_row = replace(OLD, measure="listed_absent", value="36000")
    before = State({**BEFORE.rows, "list": list_row}, {**BEFORE.numbers, "rate.list": Number("36,000", rows=("list",))})
    after = State({**AFTER.rows, "list": list_row}, {**AFTER.numbers, "rate.list": Number("36,000", rows=("list",))})
    assert "page" in rules("One has {result}`rate.list`. It grew by {result}`rate.growth` {cite:p}`page2025`.", before, after)
    assert "page" not in rules("It grew by {result}`rate.growth`. One has {result}`rate.list` {cite:p}`page2025`.", before, after)


def test_a_direction_that_turned_concerns_whoever_says_the_old_one_here_or_beside_its_verdict() -> None:
    level, fell = (
        State({}, {"growth.direction": Number(word, "words")}, {}, {"B01": Card("imprecise", "", ("growth.direction",))})
        for word in ("stayed level", "fell")
    )
    for words in ("Then the pace stayed about level.", "Cases may also stand still.", "The level pace would hold."):
        assert "direction" in rules(words, level, fell, chapter="growth")
        assert "direction" not in rules(words, level, fell, chapter="index")
        assert "direction" not in rules(words, level, level, chapter="growth")
    assert "direction" in rules("- **It rose, and stayed level.** So it is. {claim}`B01`", level, fell, chapter="index")
    assert "direction" not in rules("It rose steeply.", level, fell, chapter="growth")


@pytest.mark.parametrize(
    ("text", "known_from", "found"),
    [
        ("The evidence was collected up to early March 2026.", "2026-03-18", {"collected"}),
        ("The evidence was collected up to early March 2026.", "2026-03-02", set()),
        ("The evidence was collected up to March 2026.", "2026-03-18", set()),
        ("It was collected up to May 2026. Only two older counts were added later.", "2026-06-18", {"collected"}),
        ("It was collected up to May 2026. Only two older counts were added later.", "2026-04-18", set()),
    ],
)
def test_a_day_until_which_was_collected_is_passed_by_what_became_public_later(text: str, known_from: str, found: set[str]) -> None:
    after = State({"old": OLD, "new": replace(OLD, measure="pay", known_from=known_from)}, BEFORE.numbers)
    assert rules(text, after=after) == found


def test_a_later_figure_that_no_number_takes_concerns_words_on_how_things_stand() -> None:
    after = State({"old": OLD, "new": NEW}, BEFORE.numbers)  # the number rests on the old row still
    assert rules("It grew by {result}`rate.growth`. The growth has since ended.", after=after) == {"later"}
    assert rules("In mid-2025 it grew by {result}`rate.growth`.", after=after) == set()
    law = replace(OLD, measure="prison_term", start="2022-09-24", end="2022-09-24", origin="law", value="10")
    before = State({"law": law}, {"rate.term": Number("10", "years", 10, 10, 10, ("law",))})
    harsher = State({"law": law, "new": replace(law, start="2026-09-01", end="2026-09-01", value="15")}, before.numbers)
    assert rules("Absence carries {result}`rate.term` years.", before, harsher) == {"later"}
    assert rules("In 2022 it was made {result}`rate.term` years.", before, harsher) == set()


def test_a_corrected_figure_concerns_who_says_that_nothing_was_corrected() -> None:
    corrected = State({"old": replace(OLD, status="conflict", same_as="new"), "new": replace(OLD, value="9500")}, BEFORE.numbers)
    assert "absence" in rules("With {result}`rate.other`. It grew by {result}`rate.growth`; no count has changed.", after=corrected)
    assert "absence" not in rules("No later count than {result}`rate.growth` was found.", after=corrected)


def test_words_that_name_an_army_or_a_list_are_not_about_another() -> None:
    labels = {
        **LABELS,
        "populations": {
            "russia": {"label": "Russian armed forces", "parent": ""},
            "ukraine": {"label": "Ukrainian armed forces", "parent": ""},
            "merged": {"label": "The general merged list", "parent": "russia"},
        },
    }
    rows = {key: replace(OLD, population=key) for key in ("russia", "ukraine", "merged")}
    subjects = Subjects({**labels, "origins": {"general": {"label": "The general"}}}, [], State(rows))
    assert subjects.is_of_others(rows["ukraine"], "We found no Russian count of returns.")
    assert not subjects.is_of_others(rows["russia"], "We found no Russian count of returns.")
    cases = replace(rows["russia"], measure="cases_filed")
    assert subjects.is_of_others(cases, "The merged list has had no successor.")
    assert not subjects.is_of_others(rows["russia"], "The merged list has had no successor.")  # of the list's own measure
    assert subjects.names("The merged list has had no successor.", "merged")
    assert not subjects.names("It merged the lists.", "merged")


def test_what_somebody_else_said_stays_said() -> None:
    assert rules("With {result}`rate.growth` men. Nobody has counted more.") == {"absence"}
    found = passages("rate", 'With {result}`rate.growth` men.\n\n> "No strength of the theatre was published in 2025."\n')
    moves = Moves(BEFORE, AFTER)
    scene = Scene(moves, Teller(LABELS, BEFORE, AFTER), Subjects(LABELS, found, BEFORE), "article")
    assert not [each for each in doubts(found, scene) if each.passage.text.startswith("> ")]


def test_half_the_name_of_a_measure_names_something_else() -> None:
    term = replace(OLD, measure="prison_term", category="awol_max")
    found = passages("rate", "Of {result}`rate.growth`.\n\nPrisoners were added. Each prison term counts. Others say nothing.")
    subjects = Subjects(LABELS, found, BEFORE)
    assert subjects.overlap(term, "the prisoner headquarters") == 0
    assert subjects.overlap(term, "no prison term is published") > 0


def test_a_running_total_that_goes_on_is_no_other_figure() -> None:
    first = replace(OLD, start="2022-09-21", end="2025-05-31", value="900")
    subjects = Subjects(LABELS, [], State({"first": first}))
    before = State({"first": first})
    assert subjects.kind(replace(first, end="2026-05-31", value="1600"), before) == "extension"
    assert subjects.kind(replace(first, end="2026-05-31", value="300"), before) == "another"
    assert subjects.kind(replace(first, value="300"), before) == "correction"


def test_a_part_of_an_origins_one_total_is_news_and_one_more_of_its_series_is_not() -> None:
    rows = [replace(OLD, start=f"20{year}-01-01", end=f"20{year}-12-31", value="900") for year in (22, 24, 25)]
    part = replace(OLD, start="2023-01-01", end="2023-12-31", value="850")
    for known, kind in ((rows[-1:], "another"), (rows, "extension")):
        before = State({str(at): row for at, row in enumerate(known)})
        assert Subjects(LABELS, [], before).kind(part, before) == kind


def test_a_label_in_a_figure_is_of_the_year_in_which_its_rows_end() -> None:
    body = {"title": "t", "rows": ["old"], "columns": [{"label": "Who"}], "data": [["Force in the theatre, end of 2025", "9,000"]]}
    documents = {"rate": {"results": {}, "figures": {"force": body}, "tables": {}}}
    before, after = (
        state_of(documents, {}, []),
        state_of({"rate": {**documents["rate"], "figures": {"force": {**body, "rows": ["new"]}}}}, {}, []),
    )
    before, after = (State({"old": OLD, "new": NEW}, each.numbers, each.figures) for each in (before, after))
    scene = Scene(Moves(before, after), Teller(LABELS, before, after), Subjects(LABELS, [], before))
    assert [(each.passage.kind, each.passage.words) for each in doubts(typed.labels(before, after), scene)] == [
        ("label", "Force in the theatre, end of 2025")
    ]


def test_the_finding_of_the_page_of_verdicts_is_doubtful_for_a_verdict_that_it_names() -> None:
    labels = {**LABELS, "claims": {"C01": {"claim_text": "Most deserters are convicts."}, "B01": {"claim_text": "It grows."}}}
    text = "**Its claim about convicts has no support.** Of {result}`claims.count` statements, few hold.\n\nOther words."
    found = passages("claims", text)
    for claim, expected in (("C01", {"verdict"}), ("B01", set())):
        before, after = (State({}, {"claims.count": Number("9")}, {}, {claim: Card(word)}) for word in ("unsupported", "supported"))
        scene = Scene(
            Moves(before, after),
            Teller(labels, before, after),
            Subjects(labels, [*found, *passages("x", "Other words. " * 90)], before),
        )
        assert {cause.rule for rule in RULES["sentence"] for cause in rule(Look(found[0], scene))} == expected


def test_a_day_and_a_number_that_were_of_one_day_must_stay_so() -> None:
    filed = replace(OLD, measure="cases_filed", start="2022-09-21", end="2025-05-31")
    charged = replace(filed, measure="defendants")
    numbers = {
        "rate.day": Number("31 May 2025", "words", rows=("f",)),
        "rate.charged": Number("20,662", "persons", 1, 1, 1, ("c",)),
    }
    before = State({"f": filed, "c": charged}, numbers)
    later = State(
        {"f": filed, "c": charged, "f2": replace(filed, end="2025-11-30", value="9100")},
        {**numbers, "rate.day": Number("30 November 2025", "words", rows=("f2",))},
    )
    assert "dated" in rules("By {result}`rate.day` it counted {result}`rate.charged` men.", before, later)
    both = State(
        {**later.rows, "c2": replace(charged, end="2025-11-30")}, {**later.numbers, "rate.charged": Number("25,000", rows=("c2",))}
    )
    assert "dated" not in rules("By {result}`rate.day` it counted {result}`rate.charged` men.", before, both)


def test_what_is_denied_of_several_figures_is_read_again_with_one_more() -> None:
    wider = State(
        {"old": OLD, "new": replace(NEW, origin="general", value="20000")},
        {**BEFORE.numbers, "rate.growth": replace(RATE, text="9,000–20,000", high=20000, value=None, rows=("old", "new"))},
    )
    assert "denied" in rules("They do not grow, as {result}`rate.growth` shows.", after=wider)
    assert "denied" not in rules("They grow, as {result}`rate.growth` shows.", after=wider)


def test_a_figure_that_is_gone_concerns_words_that_count_the_figures() -> None:
    without = State({"old": replace(OLD, status="reject")}, BEFORE.numbers)
    assert "gone" in rules("Close to {result}`rate.growth`, say four published totals.", after=without)
    superseded = State({"old": replace(OLD, status="conflict", same_as="new"), "new": replace(OLD, value="8000")}, BEFORE.numbers)
    assert "gone" not in rules("Close to {result}`rate.growth`, say four published totals.", after=superseded)


def test_what_was_projected_and_is_counted_now_concerns_who_gives_the_projection() -> None:
    plan = replace(OLD, measure="deserters_claimed", start="2025-01-01", end="2025-12-31", qualifier="projection", value="70000")
    before = State({"plan": plan}, {"rate.plan": Number("70,000", "persons", 1, 1, 1, ("plan",))})
    counted = State({"plan": plan, "new": replace(plan, qualifier="about", value="41000")}, before.numbers)
    assert "later" in rules("They expect {result}`rate.plan` men to leave in 2025.", before, counted)
    text = "It is {result}`rate.plan`.\n\n## What would change the answer\n\nA count for 2025 in place of a projection would."
    assert "absence" in rules(text, before, counted)
    assert "absence" not in rules(text.replace("for 2025", "for 2027"), before, counted)


def test_what_was_projected_is_counted_though_by_another_measure() -> None:
    projected = replace(OLD, measure="absent", start="2025-01-01", end="2025-12-31", qualifier="projection", value="70000")
    counted = replace(projected, measure="entries", qualifier="exact", value="31000", source="page2027")
    before = State({"old": projected}, {"rate.growth": RATE, "rate.year": Number("2025", "words", rows=("old",))})
    text = "The general expects {result}`rate.growth` men to leave."
    assert "later" in rules(text, before, State({**before.rows, "new": counted}, before.numbers))
    for other in ({"origin": "president"}, {"population": "division"}, {"end": "2026-12-31"}, {"qualifier": "projection"}):
        assert "later" not in rules(text, before, State({**before.rows, "new": replace(counted, **other)}, before.numbers))
    assert (
        rules("The general extrapolates to {result}`rate.year`.", before, State({**before.rows, "new": counted}, before.numbers))
        == set()
    )


def marked(text: str, before: State = BEFORE, after: State = AFTER) -> list[tuple[str, str]]:
    """The doubtful sentences of a chapter, each with the rule of its first cause."""
    found = passages("rate", text)
    scene = Scene(Moves(before, after), Teller(LABELS, before, after), Subjects(LABELS, found, before), "article")
    return [(each.passage.words, each.causes[0].rule) for each in doubts(found, scene)]


@pytest.mark.parametrize(
    ("next_sentences", "found"),
    [
        ("They agree so closely that they may be one.", ["They agree so closely that they may be one."]),
        ("A second count agrees.", ["A second count agrees."]),
        ("The minister resigned.", []),  # of something else
        ("That a minister resigned is old.", []),
        ("They give {result}`rate.other` men.", []),  # it has a number of its own, which stayed
        ("The minister spoke. Both can be right.", ["Both can be right."]),  # of the two sentences before it
        ("The minister spoke. It can be right.", []),
        ("So it is.\n\nThey differ.", ["So it is."]),  # of another paragraph
    ],
)
def test_a_sentence_that_goes_on_from_a_doubtful_one_is_doubtful(next_sentences: str, found: list[str]) -> None:
    begin = "In mid-2025 it grew by {result}`rate.growth`. "
    assert [words for words, rule in marked(begin + next_sentences) if rule == "follows"] == found
    assert marked(begin + next_sentences, BEFORE, BEFORE) == []


def test_a_page_of_which_a_figure_is_gone_concerns_what_is_concluded_from_it() -> None:
    gone = State({"old": replace(OLD, status="conflict", same_as="new"), "new": NEW}, BEFORE.numbers)
    assert "cites" in rules("Others probably go back to the same papers {cite:p}`page2025`.", BEFORE, gone)
    assert "cites" not in rules("The general wrote that page {cite:p}`page2025`.", BEFORE, gone)
    assert "cites" not in rules("Others probably go back to the same papers {cite:p}`page2026`.", BEFORE, gone)


def test_a_number_that_sums_up_several_figures_is_read_again_when_one_of_them_parts_from_the_others() -> None:
    text = "**Close to {result}`rate.growth`, say four published totals.**"
    assert "among" in rules(text)
    near_by = State(
        AFTER.rows, {"rate.growth": replace(AFTER.numbers["rate.growth"], text="8,900", low=8900, value=8900, high=8900)}
    )
    assert "among" not in rules(text, BEFORE, near_by)
    assert "among" not in rules("Close to {result}`rate.growth` men.")


def test_a_corrected_number_concerns_all_that_its_paragraph_concludes() -> None:
    other = State({"new": replace(OLD, value="4000", source="page2026")}, AFTER.numbers)  # of the same day
    text = "He gives {result}`rate.growth`. {result}`rate.other` fits. The general's does not. The minister resigned."
    assert ("The general's does not.", "near") in marked(text, BEFORE, other)
    assert "The minister resigned." not in dict(marked(text, BEFORE, other))
    assert "The general's does not." not in dict(marked(text))  # a later figure corrects nothing


def test_a_first_figure_of_what_a_chapter_says_nobody_has_measured_is_told() -> None:
    share = replace(OLD, measure="wrong_share", population="division", value="0.6")
    before = State({"old": share}, {"rate.wrong": Number("60%", "share", 0.6, 0.6, 0.6, ("old",))})
    after = State({"old": share, "new": replace(share, population="army", value="0.01", source="page2027")}, before.numbers)
    remark = "\n\nOne remark puts it at {result}`rate.wrong`."
    assert "absence" in rules("No published figure says how large the error is." + remark, before, after)
    many = {f"old{n}": replace(share, population=f"unit{n}") for n in range(4)}  # of what is often counted, one more is no news
    before, after = (State({**each.rows, **many}, each.numbers) for each in (before, after))
    assert "absence" not in rules("No published figure says how large the error is." + remark, before, after)


def test_a_description_names_the_month_of_its_rows() -> None:
    late = replace(NEW, end="2027-02-28")
    price = replace(RATE, about="At the price of July 2025, the men who leave.", rows=("old", "more"))
    more = replace(OLD, measure="authorised_strength", end="2025-12-31")
    before = State({"old": OLD, "more": more}, {"rate.price": price})
    after = State(
        {**before.rows, "new": late},
        {"rate.price": replace(price, rows=("new", "more"), text="8,000", value=8000, low=8000, high=8000)},
    )
    scene = Scene(Moves(before, after), Teller(LABELS, before, after), Subjects(LABELS, [], before))
    assert [each.causes[0].rule for each in doubts(typed.labels(before, after), scene)] == ["named"]


def test_the_first_published_figure_of_a_kind_concerns_who_says_that_there_is_none() -> None:
    about = "Published counts of asylum granted to former soldiers."
    none, one = (State({"old": OLD}, {"rate.grants": Number(str(n), "figures", n, n, n, ("old",) * n, about)}) for n in (0, 1))
    assert "known" in rules("Asylum statistics do not show who was a soldier.", none, one)
    assert "known" not in rules("Pay does not show who was there.", none, one)
    share = replace(OLD, measure="suspended_share")
    none, one = (
        State({"old": share}, {"rate.part": Number(text, "share", part, part, part, rows)})
        for text, part, rows in (("not known", None, ()), ("60%", 0.6, ("old",)))
    )
    assert "known" in rules("No sample is drawn from the whole army.", none, one)
    assert "known" not in rules("No strength of the whole army is drawn.", none, one)


def test_words_on_the_last_of_a_series_are_read_again_when_it_goes_on() -> None:
    later = State(AFTER.rows, {**AFTER.numbers, "rate.growth": replace(AFTER.numbers["rate.growth"], value=9500, text="9,500")})
    assert "last" in rules("It has {result}`rate.growth`.\n\nThe last total is older than the list's end.", after=later)
    assert "last" not in rules("It has {result}`rate.growth`.\n\nThe total is a total.", after=later)


def test_a_page_that_prints_the_first_number_of_a_sentence_must_print_the_second() -> None:
    first = replace(OLD, end="2024-01-31", value="28")
    numbers = {"rate.first": Number("28", "persons", 28, 28, 28, ("first",)), "rate.growth": RATE}
    before = State({"first": first, "old": OLD}, numbers)
    after = State({"first": first, **AFTER.rows}, {**numbers, "rate.growth": AFTER.numbers["rate.growth"]})
    text = "They rose from {result}`rate.first` to {result}`rate.growth` {cite:p}`page2025`."
    assert "page" in rules(text, before, after)
    assert "page" not in rules(text.replace("`page2025", "`page2025,page2026"), before, after)


def test_the_finding_of_a_chapter_is_borne_out_by_all_that_stands_above_the_first_section() -> None:
    share = Number("17%", "share", None, None, 0.17, ("old",))
    before = State({"old": OLD}, {"rate.room": share})
    after = State({"old": OLD}, {"rate.room": replace(share, text="62%", high=0.62)})
    text = "# Who\n\n**The limits put it below half.**\n\nThat leaves {{result}}`rate.{0}`.\n\n## Then\n\nIt is {{result}}`rate.{1}`.\n"
    assert "lead" in rules(text.format("room", "other"), before, after)
    assert "lead" not in rules(text.format("other", "room"), before, after)


def test_a_part_of_what_a_sentence_says_has_no_later_count_is_one() -> None:
    part = replace(OLD, category="all_of_one_district", end="2025-12-31")
    named = State({"old": replace(OLD, category="all_of_one")}, BEFORE.numbers)
    text = "By then it was {result}`rate.growth`. Our tables hold no later one."
    assert rules(text, named, State({**named.rows, "part": part}, BEFORE.numbers)) == {"absence"}
    assert rules(text, named, State({**named.rows, "part": replace(part, category="all_others")}, BEFORE.numbers)) == set()
    text = text.replace("Our tables hold no later one", "Neither list says so")
    assert rules(text, named, State({**named.rows, "part": part}, BEFORE.numbers)) == set()


def test_how_often_the_evidence_shows_a_thing_is_asked_again_when_the_chapter_takes_a_further_row() -> None:
    text = "Four times in the evidence one force is counted in two ways."
    assert rules(text) == {"throughout"}
    assert rules(text, chapter="other") == set()
    assert rules("Four times the force.") == set()


def test_a_count_that_would_change_the_answer_is_told_of_when_one_comes() -> None:
    wish = "## What would change the answer\n\n{0}"
    new = {"old": OLD, "new": replace(OLD, measure="suspended_share", end="2026-02-01")}
    assert rules(wish.format("A figure of the army by that definition."), after=State(new, BEFORE.numbers)) == {"absence"}
    assert rules(wish.format("A figure of the navy by that definition."), after=State(new, BEFORE.numbers)) == set()
    text = wish.format("A match of names; a national count after {result}`rate.other`.")
    other = replace(OLD, measure="authorised_strength", end="2025-06-30")
    before = State(
        {"old": OLD, "other": other}, {**BEFORE.numbers, "rate.other": replace(BEFORE.numbers["rate.other"], rows=("other",))}
    )
    part = replace(OLD, category="all_abroad", origin="president", start="2025-01-01")
    for end, found in (("2026-02-01", {"absence"}), ("2025-02-01", set())):
        after = State({**before.rows, "new": replace(part, end=end)}, before.numbers)
        assert rules("It is {result}`rate.growth`.\n\n" + text, before, after) == found
    unlike = State({**before.rows, "other": replace(other, measure="suspended_share")}, before.numbers)
    late = State({**unlike.rows, "new": replace(part, end="2026-02-01")}, before.numbers)
    assert rules("It is {result}`rate.growth`.\n\n" + text, unlike, late) == set()


def test_a_wish_for_the_count_of_one_producer_is_not_met_by_that_of_another() -> None:
    text = "It is {result}`rate.growth`.\n\n## What would change the answer\n\nOne by The general for 2026."
    after = State({"old": OLD, "new": replace(NEW, start="2026-02-01")}, BEFORE.numbers)
    assert rules(text, after=after) == set()
    assert rules(text.replace("The general", "anybody"), after=after) == {"absence"}


def test_what_is_no_count_of_a_thing_does_not_say_that_there_is_none() -> None:
    after = State({"old": OLD, "new": NEW}, BEFORE.numbers)
    assert rules("This is no count of the strength: {result}`rate.growth`.", after=after) == set()
    assert rules("We have no count of the strength: {result}`rate.growth`.", after=after) == {"absence"}


def test_a_number_of_these_is_of_the_day_of_the_number_before_it() -> None:
    some = replace(OLD, category="abroad", value="1000")
    numbers = {**BEFORE.numbers, "rate.some": Number("1,000", "persons", 1000, 1000, 1000, ("some",))}
    before = State({"old": OLD, "some": some}, numbers)
    after = State({"some": some, **AFTER.rows}, {**numbers, **AFTER.numbers})
    text = "They are {result}`rate.growth`. About {result}`rate.some` of them were abroad."
    assert "parts" in rules(text, before, after)
    assert "parts" not in rules(text.replace(" of them", ""), before, after)
    fresh = State({**after.rows, "some": replace(some, end=NEW.end)}, after.numbers)
    assert "parts" not in rules(text, before, fresh)  # the part was counted again on the new day


def test_counts_that_end_are_passed_by_a_running_total_that_goes_on() -> None:
    total = replace(OLD, start="2022-02-24", value="9000")
    before = State({"old": total}, BEFORE.numbers)
    after = State({"old": total, "new": replace(total, end="2026-06-30", value="9900")}, BEFORE.numbers)
    text = "It is {result}`rate.growth`. Two counts show no rise; they end in mid-2025."
    assert "limit" in rules(text, before, after)
    assert "limit" not in rules(text.replace("they end", "they began"), before, after)


def test_a_share_that_nobody_has_published_is_not_published_by_a_count() -> None:
    text = "It is {result}`rate.growth`. Nobody has published a share of strength in the theatre."
    assert rules(text, after=State({"old": OLD, "new": NEW}, BEFORE.numbers)) == set()
    assert rules(text.replace("a share of", "the"), after=State({"old": OLD, "new": NEW}, BEFORE.numbers)) == {"absence"}


def test_of_two_directions_the_words_about_the_one_that_holds_are_left_alone() -> None:
    def state(convictions: str) -> State:
        turned = Number(convictions, "words", about="Direction of the convictions a month.")
        return State({}, {"growth.direction": Number("stayed level", "words"), "growth.convicted_direction": turned})

    for text, found in (
        ("The pace of cases stayed level.", set()),
        ("Convictions stayed level, too.", {"direction"}),
        ("Two counts show this, of cases and of men convicted.", {"direction"}),
        ("A second count, of men convicted, agrees.", {"direction"}),
        ("Two counts show men convicted.", set()),
    ):
        assert rules(text, state("stayed level"), state("fell"), chapter="growth") == found


def test_a_day_up_to_which_a_count_is_read_must_not_pass_what_it_covers() -> None:
    filed = replace(OLD, measure="cases_filed", start="2022-09-21", end="2025-05-31")
    second = replace(filed, measure="convictions", end="2025-07-31")
    numbers = {"rate.day": Number("31 May 2025", "words", rows=("f",)), "rate.second": Number("17,120", "persons", 1, 1, 1, ("s",))}
    before = State({"f": filed, "s": second}, numbers)

    def on(day: str) -> State:
        rows = {**before.rows, "f2": replace(filed, end=day)}
        return State(rows, {**numbers, "rate.day": Number(day, "words", rows=("f2",))})

    text = "Up to {result}`rate.day` its periods make {result}`rate.second`."
    assert "dated" in rules(text, before, on("2026-05-31"))
    assert "dated" not in rules(text, before, on("2025-06-30"))


def test_counts_that_show_a_thing_up_to_a_day_are_read_again_when_the_day_moves() -> None:
    day = Number("15 July 2025", "words", rows=("old",))
    before, after = (
        State(each.rows, {"rate.day": replace(day, text=text, rows=(row,))})
        for each, text, row in ((BEFORE, "15 July 2025", "old"), (AFTER, "15 February 2026", "new"))
    )
    assert "when" in rules("One count shows this, to {result}`rate.day`.", before, after)
    assert "when" not in rules("One count ends on {result}`rate.day`.", before, after)


def test_a_share_meets_no_wish_for_a_count() -> None:
    labels = {
        **LABELS,
        "measures": {**LABELS["measures"], "suspended_share": {"label": "Suspended share", "kind": "share"}},
        "populations": {**LABELS["populations"], "old_list": {"label": "The general old list", "parent": "army"}},
    }
    text = "It is {result}`rate.growth`.\n\n## What would change the answer\n\nA second count of the old list by the army."
    found = passages("rate", text)
    for measure, rule in (("suspended_share", set()), ("names_listed", {"absence"})):
        after = State({"old": OLD, "new": replace(NEW, measure=measure, population="old_list")}, BEFORE.numbers)
        scene = Scene(Moves(BEFORE, after), Teller(labels, BEFORE, after), Subjects(labels, found, BEFORE))
        assert {cause.rule for each in RULES["sentence"] for cause in each(Look(found[-1], scene))} == rule


def test_a_year_that_only_bounds_a_time_is_not_the_year_of_which_words_speak() -> None:
    wish = "It is {{result}}`rate.growth`.\n\n## What would change the answer\n\nThe same list, {0} 2026."
    after = State({"old": OLD, "new": replace(NEW, category="some")}, BEFORE.numbers)
    assert "absence" not in rules(wish.format("continued past"), after=after)
    after = State({"old": OLD, "new": replace(NEW, start="2026-01-01")}, BEFORE.numbers)
    assert "absence" in rules(wish.format("made for"), after=after)


def test_a_law_that_was_changed_concerns_headings_titles_and_descriptions_of_the_one_before() -> None:
    labels = {**LABELS, "measures": {"prison_term": {"label": "Prison term", "kind": "penalty"}}}
    first = replace(OLD, measure="prison_term", start="2022-09-24", end="2022-09-24", origin="law", value="10")
    older = replace(first, start="", end="2022-09-23", value="5")
    about = {"rate.term": "Longest term since 2022.", "rate.before": "Longest term before."}
    numbers = {key: Number("10", "years", 10, 10, 10, (key,), words) for key, words in about.items()}
    figure = TypedFigure("The term rose from 5 to 10 years", rows=("rate.before", "rate.term"))
    shown = {**numbers, "figure rate.scale": Number(figure.title, "words", rows=figure.rows)}
    before = State({"rate.term": first, "rate.before": older}, shown, {"rate.scale": figure})
    changed = replace(first, start="2026-09-01", end="2026-09-01", value="15")
    for row, found in ((changed, ["Twice the maximum", "title", "description"]), (replace(changed, category="other"), [])):
        after = State({**before.rows, "new": row}, shown, before.figures)
        every = [
            *passages("rate", "## Twice the maximum\n\nIn 2022 it was made {result}`rate.term`."),
            *typed.labels(before, after),
        ]
        scene = Scene(Moves(before, after), Teller(labels, before, after), Subjects(labels, every, before))
        told = doubts(every, scene)
        assert [each.passage.text if each.passage.kind == "sentence" else each.passage.kind for each in told] == found
        assert all(each.passage.of != "rate.before" for each in told)


# --- Figures of other armies, and of what was projected --------------------------------------------------------------------------


GROUPED = {
    **LABELS,
    "measures": {
        "deserters_claimed": {"label": "Deserters, claimed", "group": "absence", "kind": "flow"},
        "entries_documented": {"label": "Entries", "group": "absence", "kind": "flow"},
        "recruits": {"label": "Recruits", "group": "force", "kind": "flow"},
        "cases_registered": {"label": "Cases registered", "group": "courts", "kind": "flow"},
        "mislabelled_share": {"label": "Share of wrong entries", "group": "missing", "kind": "share"},
    },
    "populations": {
        "russia": {"label": "Russian armed forces", "parent": ""},
        "district": {"label": "A district", "parent": "russia"},
        "ukraine": {"label": "Ukrainian armed forces", "parent": ""},
    },
}


def doubtful(text: str, before: State, after: State, chapter: str = "rate") -> list[str]:
    """The sentences of a chapter that are doubtful, in words."""
    found = passages(chapter, text)
    scene = Scene(Moves(before, after), Teller(GROUPED, before, after), Subjects(GROUPED, found, before), "article")
    return [each.passage.words for each in doubts(found, scene)]


def test_how_many_figures_there_are_is_read_again_when_one_that_was_projected_is_counted() -> None:
    projected = replace(
        OLD, measure="deserters_claimed", population="russia", start="2025-01-01", end="2025-12-31", qualifier="projection"
    )
    number = Number("70,000", "persons", 70000, 70000, 70000, ("old",))
    before = State({"old": projected}, {"rate.projected": number})
    counted = replace(projected, measure="entries_documented", value="31418", qualifier="exact")
    text = "Two figures are higher. The analysts expect {result}`rate.projected`.\n\nThe army is large."
    assert "Two figures are higher." in doubtful(text, before, State({"old": projected, "new": counted}, before.numbers))
    others = State({"old": projected, "new": replace(counted, origin="president")}, before.numbers)
    assert doubtful(text, before, others) == []


def test_a_wish_for_a_figure_of_another_army_is_met_by_a_row_that_its_words_name() -> None:
    ours = replace(OLD, measure="cases_registered", population="ukraine", category="awol")
    theirs = replace(OLD, measure="recruits", population="russia")
    before = State({"old": ours, "theirs": theirs}, {"rate.growth": replace(RATE, rows=("old",))})
    text = "# T\n\nOf {result}`rate.growth`. It is so. He left. They came. We saw. You wrote. She went. Who knows. What then. Why so.\n\n## What would change the answer\n\n{0}\n"
    russian = State({**before.rows, "new": replace(ours, population="russia", category="all")}, before.numbers)
    wish = "On the Russian side one would do: cases registered in any year."
    assert wish in doubtful(text.replace("{0}", wish), before, russian)
    assert wish not in doubtful(text.replace("{0}", wish), before, before)
    share = State({**before.rows, "new": replace(ours, population="russia", measure="mislabelled_share")}, before.numbers)
    assert doubtful(text.replace("{0}", "A Russian count by this definition."), before, share) == []  # a share is no count
    assert doubtful(text.replace("{0}", "A Russian count by this definition."), before, russian) != []


def test_a_share_that_becomes_known_concerns_who_says_that_there_is_no_sample() -> None:
    unknown = State({}, {"rate.counted": Number("not known", "share", about="Convicts.")})
    row = replace(OLD, measure="composition_share", value="0.08")
    known = State({"new": row}, {"rate.counted": Number("8%", "share", 0.08, 0.08, 0.08, ("new",), "Convicts.")})
    assert rules("No sample is drawn from the whole army.", unknown, known) == {"known"}
    assert rules("No list shows who leaves more often.", unknown, known) == set()


def test_a_comparison_that_opens_a_chapter_is_read_again_where_a_later_figure_is_not_in_it() -> None:
    first = replace(OLD, measure="cases_registered", population="ukraine", start="2022-01-01", end="2025-08-31")
    before = State({"old": first}, {"rate.growth": replace(RATE, rows=("old",))})
    text = "# T\n\n**Theirs registered {0} than ours.**\n\nIt was {{result}}`rate.growth` a month.\n"
    year = replace(first, start="2026-01-01", end="2026-12-31", value="23000")
    after = State({"old": first, "new": year}, before.numbers)
    compared, told = (text.format(words) for words in ("more cases", "more papers"))
    assert doubtful(compared, before, after) == ["Theirs registered more cases than ours."]
    assert doubtful(told, before, after) == []
    taken = State(after.rows, {"rate.growth": replace(RATE, rows=("old", "new"))})
    earlier = State({"old": first, "new": replace(year, start="2021-01-01", end="2021-12-31")}, before.numbers)
    assert doubtful(compared, before, taken) == doubtful(compared, before, earlier) == []
    pages = [
        *passages("rate", compared),
        *passages("index", "# I\n\nHello.\n\nThey registered fewer cases than others ({doc}`/book/rate`)."),
    ]
    scene = Scene(Moves(before, after), Teller(GROUPED, before, after), Subjects(GROUPED, pages, before))
    assert [each.passage.chapter for each in doubts(pages, scene)] == ["rate", "index"]


def test_a_share_is_told_in_percent_as_the_book_prints_it() -> None:
    labels = {**LABELS, "measures": {**LABELS["measures"], "suspended_share": {"label": "Suspended share", "unit": "share"}}}
    row = replace(OLD, measure="suspended_share", value="0.13", qualifier="exact")
    state = State({"new": row}, {})
    assert ": 13.0%, by" in Teller(labels, state, state).row("new")
