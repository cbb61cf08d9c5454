"""The one model of a published number: its JSON, its cells in a table, and what shows them, agree."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from livingbook.runs.sweep_table import OF_A_RESULT
from livingbook.values.bounds import Bounds
from livingbook.values.published import COLUMNS, FIELDS, FOR_MACHINES, ON_A_CARD, WORDS, PublishedNumber, bounds_of_cells, to_cells

ENDS = [(1, 2, 3), (0, None, 5), (0, 5, math.inf), (-3, None, 4), (-math.inf, None, 4), (0, None, math.inf), (7, 7, 7)]


@pytest.mark.parametrize("ends", ENDS)
def test_a_number_is_read_from_its_json_and_from_its_cells_as_it_was_published(ends):
    made = PublishedNumber.of(Bounds(*ends, frozenset("ba")), "persons", "People.")
    assert PublishedNumber.from_json(made.json) == made and made.rows == ["a", "b"]
    cells = {name: "" if cell is None else str(cell) for name, cell in to_cells(made.json).items()}
    assert bounds_of_cells(cells) == made.bounds == Bounds(*ends) and bounds_of_cells(cells).rows == {"a", "b"}


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_its_text_and_its_ends_are_of_the_same_bounds(one, other):
    made = PublishedNumber.of(Bounds(min(one, other), None, max(one, other)), "persons", "People.")
    assert (made.low, made.high) == (min(one, other), max(one, other)) and set(made.picks) == {"low", "high"}


def test_words_have_no_ends_to_be_picked_and_no_bounds():
    made = PublishedNumber.of_words("June", "A month.", ["a"])
    assert set(made.json) == set(FIELDS) - {"picks"} and made.json["low"] is None and made.unit == WORDS and not made.is_unknown
    assert PublishedNumber.from_json(made.json) == made and bounds_of_cells(to_cells(made.json)) is None


def test_what_is_shown_of_a_number_are_fields_of_it():
    assert set(FOR_MACHINES) < set(ON_A_CARD) < set(FIELDS) and set(COLUMNS) < set(FIELDS) and set(COLUMNS) < set(OF_A_RESULT)


@pytest.mark.parametrize("entry", [{"low": 7.0, "value": 5.0, "high": 6.0, "text": "5"}, {"low": 2.0, "high": 1.0, "text": "1"}])
def test_an_entry_that_is_no_number_is_refused(entry):
    with pytest.raises(ValueError, match="not bounds"):
        PublishedNumber.from_json(entry)
    with pytest.raises(TypeError, match="text"):
        PublishedNumber.from_json({"value": 5.0})
