"""A question that is begun builds at once; what cannot be begun is refused, and nothing is written."""

import shutil
from pathlib import Path

import pytest
from livingbook.drawing.charts import OverTime
from livingbook.evidence.reading import load
from livingbook.evidence.tables import read_table
from livingbook.project.project import Project
from livingbook.project.question import FIELDS, add_question, words_for
from livingbook.runs.notebook_source import source_of
from livingbook.site import rules_of_writing
from livingbook.system.errors import BuildError
from livingbook.system.readers import yaml_of
from matplotlib.figure import Figure

ROOT = Path(__file__).parents[3]
FILES = ["notebooks/price.ipynb", "notebooks/descriptions/price.yml", "book/price.md"]


@pytest.fixture
def project(tmp_path):
    """The files of this book that a question is begun beside."""
    for name in ("book", "data", "notebooks"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("livingbook", "__pycache__", "_static"))
    for name in ("_toc.yml", "_config.yml", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    return Project.at(tmp_path)


def test_it_keeps_the_rules_of_writing(project):
    written = add_question(project, "price", "What does a signature cost?", "signon_bonus")
    assert [Path(each).relative_to(project.root).as_posix() for each in written[:3]] == FILES
    project = Project.at(project.root)
    assert source_of(project, "price").title == "What does a signature cost?"
    assert rules_of_writing.faults(project) == []
    assert "signon_bonus" in (project.root / FILES[0]).read_text("utf-8")
    assert set(yaml_of(project.root / FILES[1])) == {"last", "count"}


def test_the_rows_of_any_measure_can_be_drawn_as_the_template_draws_them(project):
    evidence = load(project.data)
    measures = sorted(set(read_table(project.data, "observations").query("status == 'use'")["measure"]))
    assert len(measures) > 50
    for measure in measures:
        words = words_for(project, "price", "", measure)
        rows = evidence.observations(**{field: words[field.upper()] for field in FIELDS})
        OverTime()(Figure(), rows, narrow=False)


def test_two_questions_can_be_begun(project):
    for name in ("price", "cost"):
        add_question(project, name)
        project = Project.at(project.root)
    assert rules_of_writing.faults(project) == []


def test_it_stands_behind_the_last_question_or_where_it_is_asked_to(project):
    before = (project.root / "_toc.yml").read_text("utf-8")
    row = int(add_question(project, "price")[3].rpartition(" ")[2])
    after = (project.root / "_toc.yml").read_text("utf-8")
    assert after.splitlines()[row - 1] == "      - file: book/price" and after.replace("      - file: book/price\n", "") == before
    assert after.splitlines()[row - 2] == "      - file: book/vintages"
    add_question(Project.at(project.root), "cost", after="exits")
    assert "- file: book/exits\n      - file: book/cost\n" in (project.root / "_toc.yml").read_text("utf-8")


def test_words_that_would_break_the_files_do_not(project):
    add_question(project, "price", 'What "is" \\ {the} price?')
    project = Project.at(project.root)
    assert "price?" in source_of(project, "price").title and yaml_of(project.root / FILES[1])


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"name": "Price"}, "NAME=Price: a name has small English letters"),
        ({"name": "../price"}, "NAME=../price: a name has"),
        ({"name": "rate"}, "rate.ipynb: is there already; choose another name"),
        ({"name": "price", "measure": "signon"}, "MEASURE=signon: no row in use has it; there are absent_stock"),
        ({"name": "price", "after": "nowhere"}, "AFTER=nowhere: no line of _toc.yml has this chapter; there are claims, context"),
    ],
)
def test_what_cannot_be_begun_is_refused_and_nothing_is_written(project, asked, words):
    before = (project.root / "_toc.yml").read_text("utf-8")
    with pytest.raises(BuildError) as refused:
        add_question(project, **asked)
    assert words in str(refused.value)
    assert (project.root / "_toc.yml").read_text("utf-8") == before and not (project.root / FILES[2]).exists()
