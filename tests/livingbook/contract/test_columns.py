"""Columns of distinct texts: each question is answered for every row, and asked once about each text."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from livingbook.contract.columns import Column, alike

CELLS = st.lists(st.sampled_from(["", "a", "b", "ab"]), max_size=12)


def column(*pieces):
    made = Column()
    for piece in pieces:
        made.take(tuple(piece))
    return made


@given(CELLS, CELLS)
def test_a_column_gives_its_cells_back(some, more):
    made = column(some, more)
    assert [*made] == [made[row] for row in range(len(made))] == [*some, *more]
    assert len(made.texts) == len({*some, *more})


def test_a_question_is_asked_once_about_each_text():
    asked = Counter()
    answers = Column(["a", "bb", "a", "a"]).each(lambda text: asked.update([text]) or len(text), int)
    assert answers.tolist() == [1, 2, 1, 1] and asked == {"a": 1, "bb": 1}


def test_what_has_no_number_is_not_a_number():
    assert np.isnan(Column(["x", "1"]).each({"1": 1.0}.get, float)).tolist() == [True, False]


@given(CELLS, CELLS)
def test_rows_are_found_by_their_texts(here, there):
    found = Column(here).row_in(Column(there))
    assert found.tolist() == [there.index(text) if text in there else -1 for text in here]
    before = [max((other for other in range(row) if here[other] == text), default=-1) for row, text in enumerate(here)]
    assert Column(here).row_before().tolist() == before
    chosen = {number for number, text in enumerate(Column(here).texts) if "a" in text}
    assert Column(here).rows_of(chosen).tolist() == [row for row, text in enumerate(here) if "a" in text]
    assert Column(here).among({"a", "ab"}).tolist() == [text in {"a", "ab"} for text in here]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xy")), max_size=8))
def test_rows_that_are_alike_in_all_columns(rows):
    columns = [Column(row[place] for row in rows) for place in (0, 1)]
    assert alike(columns).tolist() == [place for place, row in enumerate(rows) if rows.count(row) > 1]
