"""What a book says at the top of its pages that is not the one that anybody gets."""

from dataclasses import replace
from pathlib import Path

import pytest
from livingbook.project.project import Edition, Project
from livingbook.site.stage import notice
from livingbook.sphinx_ext import i18n
from livingbook.sphinx_ext.pages.notice import words

MINE = Edition("mine", "2025-03-01", {"rate": {"strength": 600000, "war": "2022-02-24"}, "lists": {"psi": 1.5}})
LATEST = Edition("latest", "latest", {})


@pytest.fixture
def project(tmp_path):
    return Project.at(tmp_path)


def test_the_book_that_anybody_gets_says_nothing(project):
    assert notice(project, LATEST) == {}


def test_another_edition_says_its_day_and_its_assumptions(project):
    assert words(notice(project, MINE)) == [
        "This book holds the edition mine: what was public on 1 March 2025.",
        "It assumes lists: psi = 1.5; rate: strength = 600000; rate: war = 2022-02-24.",
        "The text around the numbers was written for the edition latest.",
    ]


@pytest.mark.parametrize(("folder", "named"), [("theirs/tables", "theirs/tables"), ("../secret/place/tables", "tables")])
def test_another_folder_is_named_without_a_path_of_the_machine(project, folder, named):
    other = replace(project, data=Path(project.root, folder).resolve())
    assert words(notice(other, LATEST)) == [
        "This book holds the edition latest: all that is public now.",
        f"Its tables are those of the folder {named}.",
    ]


def test_it_is_told_in_the_language_of_the_book(project, monkeypatch):
    message = "It assumes {assumptions}."
    monkeypatch.setitem(i18n._translated, message, "Es nimmt an: {assumptions}.")
    assert words(notice(project, MINE))[1].startswith("Es nimmt an: lists: psi = 1.5;")
