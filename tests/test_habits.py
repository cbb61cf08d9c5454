"""The files that tell tools and people how to work on the book: each is of its kind, and they agree with each other."""

import json
import re
from pathlib import Path

import nbformat
import pytest
import yaml
from check_jsonschema import main as check_jsonschema
from click.testing import CliRunner

ROOT = Path(__file__).parents[1]
GITHUB = ROOT / ".github"
OF_A_KIND = [
    *((path, "github-workflows") for path in sorted((GITHUB / "workflows").glob("*.yml"))),
    *((path, "github-issue-forms") for path in sorted((GITHUB / "ISSUE_TEMPLATE").glob("a-*.yml"))),
    (GITHUB / "ISSUE_TEMPLATE" / "config.yml", "github-issue-config"),
    (GITHUB / "dependabot.yml", "dependabot"),
]


@pytest.mark.parametrize("path, kind", OF_A_KIND, ids=[path.name for path, _ in OF_A_KIND])
def test_a_file_is_of_its_kind(path, kind):
    done = CliRunner().invoke(check_jsonschema, ["--builtin-schema", f"vendor.{kind}", str(path)])
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("path", sorted((GITHUB / "workflows").glob("*.yml")), ids=lambda path: path.name)
def test_a_workflow_asks_for_little(path):
    text = path.read_text("utf-8")
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {"contents": "read"} and "secrets" not in text
    assert all("timeout-minutes" in job for job in workflow["jobs"].values())


def test_the_workflow_tests_every_python_that_is_promised():
    workflow = yaml.safe_load((GITHUB / "workflows" / "book.yml").read_text("utf-8"))
    pythons = workflow["jobs"]["build"]["strategy"]["matrix"]["python"]
    lowest = re.search(r'requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text("utf-8"))[1]
    assert pythons[0] == lowest and workflow["env"]["PUBLISHED"] in pythons
    assert [int(each.partition(".")[2]) for each in pythons] == list(range(11, 11 + len(pythons)))


def test_ruff_before_a_commit_is_the_ruff_of_the_lock():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    revision = next(each["rev"] for each in hooks["repos"] if each["repo"].endswith("ruff-pre-commit"))
    assert f"\nruff=={revision.removeprefix('v')} " in (ROOT / "tests" / "requirements.txt").read_text("utf-8")


def test_every_hook_is_of_one_revision():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    assert all(re.fullmatch(r"v?\d+\.\d+\.\d+", each["rev"]) for each in hooks["repos"] if each["repo"] != "local")


@pytest.mark.parametrize(
    "name", ["CONTRIBUTING.md", "ARCHITECTURE.md", "README.md", ".devcontainer/devcontainer.json", ".pre-commit-config.yaml"]
)
def test_a_target_that_is_named_is_in_the_makefile(name):
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"(?:`|\"|entry: )make ([a-z-]+)", (ROOT / name).read_text("utf-8")):
        assert re.search(rf"^{target}:", makefile, flags=re.M), target


def test_the_container_is_told_in_json():
    assert json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))["image"]


def test_every_version_of_the_changelog_has_its_place():
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text("utf-8"), flags=re.M)[1]
    heads = re.findall(r"^## \[?([\w.]+)", text, flags=re.M)
    assert heads[0] == "Unreleased" and version in heads
    parts = set(re.findall(r"^### (.+)$", text, flags=re.M))
    assert parts <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_cell_keeps_its_name_when_outputs_are_taken_out(path):
    named = [cell.id for cell in nbformat.read(path, as_version=4).cells]
    assert len(set(named)) == len(named)
