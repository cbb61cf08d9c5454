"""The README's numbers and picture are those that the notebooks publish."""

import re
from pathlib import Path

import pytest
from livingbook.project.project import Project
from livingbook.runs.sweep import load_sweeps
from livingbook.site import readme
from livingbook.system.errors import BuildError

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "README.md").read_text("utf-8")


@pytest.fixture(scope="module")
def project(book):
    return Project.at(ROOT)


def test_the_numbers_are_up_to_date(project):
    assert len(readme.MARK.findall(TEXT)) >= 4
    assert readme.filled(TEXT, project) == TEXT, "`make readme` brings the README up to date"


def test_the_picture_is_up_to_date_and_needs_no_style_sheet(project):
    committed = (ROOT / "book" / "_static" / "readme.svg").read_text("utf-8")
    assert committed == readme.picture(project) and "var(--" not in committed


def test_a_stale_number_is_found_and_an_unknown_one_refused(project):
    stale = re.sub(r"(<!--totals\.listed_merged-->).*?(<!--/-->)", r"\1at least 1\2", TEXT)
    assert readme.filled(stale, project) == TEXT
    with pytest.raises(BuildError, match=r"no published number totals\.nothing"):
        readme.filled("<!--totals.nothing-->5<!--/-->", project)


def test_the_commands_of_the_readme_exist():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in set(re.findall(r"\bmake ([a-z-]+)", TEXT)):
        assert re.search(rf"^{target}:", makefile, flags=re.M), f"make {target}"


def test_the_sweep_of_the_readme_is_one(tmp_path):
    path = tmp_path / "mine.yml"
    path.write_text(re.search(r"```yaml\n(strengths:.*?)```", TEXT, re.S)[1])
    sweep = load_sweeps(Project.at(ROOT), path)[0]
    assert len(sweep.jobs({"rate": [], "multiverse": []})) == 2 * 11 + 2  # `multiverse` does not take the strength
