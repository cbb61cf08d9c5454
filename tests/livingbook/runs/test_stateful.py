"""A short way through edits of a small book; `make stateful` goes a long one, drawn by chance. And that faults are found."""

from __future__ import annotations

import itertools
from contextlib import nullcontext

import pytest
import stateful
from small_book import SPELLINGS, Said, files_of, first_book
from stateful import EDITS, WAYS, Broken, Step, Trial, drawn, require_announced

# Of every sort: rows, keys, chapters, notebooks, what they share; builds that are killed, of another edition, by a wrong clock.
STEPS = """row_value:2 chapter_retitled:3 notebook_respelt:4/kill source_renamed:2 chapter_moved:2/other helper:4/quiet
           notebook_reads:8 chapter_added:1/ahead sweep_added:3 chapter_mistaken:1 edition_day:2/kill chapter_removed:1"""
PLAN = Said(0, "latest:\n  small        runs     a row revised\n  other        may run  reads small\n  third        stays\n", "")


def test_an_incremental_build_is_the_clean_build(tmp_path):
    trial, said = Trial(tmp_path), []
    trial.begin()
    steps = [Step.from_text(each) for each in STEPS.split()]
    for taken, broken in stateful.walk(trial, iter(steps), 100, said.append):
        raise AssertionError(f"{broken}\n\nafter {' '.join(map(str, taken))}") from broken
    assert len(said) == len(steps) + 1  # what is mistaken is undone


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_edits(name):
    """Each kind of edit changes the first book, or one that another edit has changed, and says what it did; the same each time."""
    for draw in range(40):
        trials = []
        for _ in range(2):
            trial = Trial.__new__(Trial)
            trial.book, trial.before = first_book(), []
            if name == "sweep_removed":
                trial.apply(Step("sweep_added", 1))
            before = files_of(trial.book)
            trials.append((trial.apply(Step(name, draw)), files_of(trial.book)))
        assert trials[0] == trials[1]
        assert bool(trials[0][0]) == (trials[0][1] != before)
        if trials[0][0]:
            return
    pytest.fail(f"{name} never applies")


def test_steps_are_drawn_alike_and_can_be_written_down():
    steps = list(itertools.islice(drawn(7), 200))
    assert steps == list(itertools.islice(drawn(7), 200)) == [Step.from_text(str(step)) for step in steps]
    assert {step.edit for step in steps} == {*EDITS, "undo"} and {step.way for step in steps} == {*WAYS}


def test_every_spelling_is_python_and_names_the_other_once():
    for name, text in SPELLINGS.items():
        compile(text.format(name="other", me="me", letters=list("other"), module="module"), name, "exec")


@pytest.mark.parametrize(
    ("out", "wrong"),
    [
        ("  latest: small: run in 0.8 s\n  latest: other: reused in 0.0 s\n", ""),
        ("  latest: small: run in 1 s  latest: other: run in 1 s\n", ""),
        ("  article: small: run in 0.8 s\n", "article: small ran"),
        ("  latest: other: run in 0.8 s\n", "latest: small did not run"),
        ("  latest: small: run in 0.8 s\n  latest: third: run in 0.8 s\n", "latest: third ran; explain says stays"),
        ("Nothing has changed\n", "did not run"),
    ],
)
def test_what_ran_is_held_against_what_was_announced(out, wrong):
    with pytest.raises(Broken, match=wrong) if wrong else nullcontext():
        require_announced(PLAN, Said(0, out, ""))


def test_the_shortest_list_of_edits_is_sought(monkeypatch):
    """Of twenty edits two matter, the fifth last and the last; the one of which it was seen first is told."""
    steps = [Step("row_value", draw) for draw in range(20)]
    tried = []

    def needs_two(some, promise, known):
        tried.append(some)
        return some[-1] == steps[-1] and steps[-5] in some

    monkeypatch.setattr(stateful, "breaks", needs_two)
    assert stateful.shortest(steps, Broken("same-bytes", ""), {}, 20) == [steps[-5], steps[-1]]
    assert len(tried) <= 20
    assert stateful.shortest(steps, Broken("same-bytes", ""), {}, 0) == steps


def test_where_two_files_part_is_shown(tmp_path):
    one, other = tmp_path / "one.html", tmp_path / "other.html"
    one.write_text("same\n" + "x" * 1000 + "old" + "y" * 1000)
    other.write_text("same\n" + "x" * 1000 + "new" + "y" * 1000)
    shown = stateful.parting(one, other)
    assert "old" in shown and "new" in shown and len(shown) < 600
    assert "only in the clean build" in stateful.parting(one, tmp_path / "gone.html")
