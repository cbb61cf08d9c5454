"""What a book says of itself in CITATION.cff, and that a file that says nothing usable is refused in words."""

import pytest
from livingbook.project.citation import CITATION, Citation, citation_of
from livingbook.system.errors import BuildError

FILE = """cff-version: 1.2.0
title: "Trams: a book"
version: 1.10.0
date-released: 2025-06-09
abstract: >
  Two
  lines.
keywords: [trams, counts]
authors:
  - name: A. Society
  - given-names: Ann
    family-names: Bo
"""


def test_the_file_is_read_into_what_is_cited(tmp_path):
    (tmp_path / CITATION).write_text(FILE)
    assert citation_of(tmp_path) == Citation("Trams: a book", "A. Society, Ann Bo", "1.10.0", "Two lines.", "trams, counts")


def test_a_book_without_the_file_or_with_an_empty_one_says_nothing(tmp_path):
    assert citation_of(tmp_path) == Citation()
    (tmp_path / CITATION).write_text("")
    assert citation_of(tmp_path) == Citation()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a list\n", "must be names with values"),
        ("authors: Ann\n", "must be names with values"),
        ("authors: [Ann]\n", "authors a list of them"),
        ("title: a\ntitle: b\n", r'row 2: "title" is given twice'),
        ("title: [\n", "row 2"),
    ],
)
def test_a_file_of_another_shape_is_refused_with_its_name(tmp_path, text, message):
    (tmp_path / CITATION).write_text(text)
    with pytest.raises(BuildError, match=f"CITATION.cff.*{message}"):
        citation_of(tmp_path)
