"""Whether the tables were checked by the last build: then a command that only reads them need not check them again."""

import pytest
from livingbook.project.project import Project
from livingbook.runs import up_to_date
from livingbook.runs.present import Present, hash_all_inputs
from small_project import lay_out


@pytest.fixture
def project(tmp_path):
    """A project whose last build noted what it was made from."""
    lay_out(tmp_path)
    found = Project.at(tmp_path)
    present = Present()
    hash_all_inputs(present, found, found.editions)
    up_to_date.built(found, "latest", present, {})
    return found


def test_tables_that_a_build_has_seen_were_checked(project):
    assert up_to_date.were_checked(project)


def test_a_page_is_no_table(project):
    (project.root / "_toc.yml").write_text("another: one\n", "utf-8")
    assert up_to_date.were_checked(project)


@pytest.mark.parametrize(
    "name", ["data/observations.csv", "data/new.csv", "notebooks/livingbook/contract/rules.py", "requirements.txt"]
)
def test_a_changed_table_a_new_one_or_another_rule_is_not_checked_yet(project, name):
    path = project.root / name
    path.write_text((path.read_text("utf-8") if path.is_file() else "") + "\n", "utf-8")
    assert not up_to_date.were_checked(project)


def test_without_a_build_nothing_was_checked(tmp_path):
    lay_out(tmp_path)
    assert not up_to_date.were_checked(Project.at(tmp_path))
