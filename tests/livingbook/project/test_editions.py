"""The example of an edition that the book's own file gives, and what is said of one that is written otherwise."""

import re
import shutil
from pathlib import Path

import pytest
from livingbook.project.project import Project
from livingbook.runs.notebook_source import source_of
from livingbook.system.errors import BuildError

ROOT = Path(__file__).parents[3]


@pytest.fixture
def project(tmp_path):
    (tmp_path / "data").mkdir()
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks", ignore=shutil.ignore_patterns("livingbook", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return Project.at(tmp_path)


def test_the_example_is_an_edition_once_its_signs_are_taken_out(project):
    path = project.notebooks / "editions.yml"
    text = path.read_text("utf-8")
    example = text[text.index("# mine:") :]
    path.write_text(text.replace(example, re.sub(r"^# ", "", example, flags=re.M)), "utf-8")
    mine = project.edition("mine")
    assert mine.as_of != "latest" and mine.data == project.root / "data" and mine.assumptions
    for name, given in mine.assumptions.items():
        assert source_of(project, name).checked(dict(given)) == given


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("{as_of: latest, strength: 600000}", "strength = 600000: there is no such setting"),
        ("{as_of: latest, assumptions: {strength: 600000}}", "assumptions, strength = 600000: must be names with values"),
        ("{as_of: latest, assumptions: [strength]}", "assumptions: must be names with values"),
    ],
)
def test_an_assumption_that_is_written_otherwise_is_told_how(project, written, words):
    (project.notebooks / "editions.yml").write_text(f"latest: {{as_of: latest}}\nmine: {written}\n", "utf-8")
    with pytest.raises(BuildError) as refused:
        _ = Project.at(project.root).editions
    assert words in str(refused.value) and "assumptions: {notebook: {parameter: value}}" in str(refused.value)


def test_an_assumption_about_a_notebook_that_there_is_not_lists_those_there_are(project):
    (project.notebooks / "editions.yml").write_text("latest: {as_of: latest, assumptions: {rat: {strength: 1}}}\n", "utf-8")
    with pytest.raises(BuildError, match="no notebook rat; there are claims, counting"):
        _ = Project.at(project.root).editions
