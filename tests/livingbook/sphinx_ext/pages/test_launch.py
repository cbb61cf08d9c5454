"""Notebooks to download, and to run on Binder and Colab where the repository is public; how the book is published."""

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from bs4 import BeautifulSoup
from check_jsonschema import main as check_jsonschema
from click.testing import CliRunner
from livingbook.formats import formats
from livingbook.project import addresses
from livingbook.project.project import Project
from livingbook.site import jupyter_book
from small_stage import staged

ROOT = Path(__file__).parents[4]
WORKFLOW = ROOT / ".github" / "workflows" / "book.yml"


def launch():

    from livingbook.sphinx_ext.pages import launch

    return launch


def app(**options):
    return SimpleNamespace(
        env=SimpleNamespace(doc2path=lambda page, base: f"{page}.{'ipynb' if page.startswith('notebooks/') else 'md'}"),
        config=SimpleNamespace(html_theme_options=options),
    )


def links(markup):
    return {link.get_text(): link["href"] for link in BeautifulSoup(markup, "html.parser").select("a")}


# ---- the buttons -------------------------------------------------------------------------------------------------


def test_without_a_repository_a_notebook_can_be_downloaded_and_no_more():
    assert links(launch().lines(app(repository_url=""), "notebooks/rate")) == {"Download this notebook, executed": "rate.ipynb"}
    assert links(launch().lines(app(), "notebooks/rate")) == {"Download this notebook, executed": "rate.ipynb"}


@pytest.mark.parametrize(
    "address",
    ["https://github.com/some-one/the.book", "https://github.com/some-one/the.book/", "https://github.com/some-one/the.book.git"],
)
def test_with_one_it_runs_on_binder_and_colab(address):
    markup = launch().lines(app(repository_url=address, repository_branch="release/2026"), "notebooks/rate")
    assert links(markup) == {
        "Download this notebook, executed": "rate.ipynb",
        "Run it on Binder": "https://mybinder.org/v2/gh/some-one/the.book/release%2F2026?labpath=notebooks%2Frate.ipynb",
        "Open it in Colab": "https://colab.research.google.com/github/some-one/the.book/blob/release/2026/notebooks/rate.ipynb",
    }
    cell = BeautifulSoup(markup, "html.parser").select_one("pre").get_text().splitlines()
    assert cell == [
        "!git clone --quiet --depth 1 --branch release/2026 https://github.com/some-one/the.book",
        "!pip install --quiet ./the.book",
        "%cd the.book/notebooks",
    ]


def test_chapters_have_none():
    assert launch().lines(app(repository_url="https://github.com/some-one/the.book"), "book/rate") == ""


def test_the_pages_have_them_as_plain_links_and_the_executed_notebook_lies_beside(tmp_path):
    project = staged(tmp_path)
    given = {
        "BOOK_REPOSITORY": "https://github.com/some-one/book",
        "BOOK_BRANCH": "trunk",
        "BOOK_ADDRESS": "https://some-one.example/book",
    }
    (project.stage / "_config.yml").write_text(jupyter_book.settings(Project.at(ROOT), given), "utf-8")
    formats.run_sphinx("html", project, tmp_path / "html", {})
    text = (tmp_path / "html" / "notebooks" / "rate.html").read_text("utf-8")
    page = BeautifulSoup(text, "html.parser")
    found = {link["href"] for link in page.select("article .page-line a")}
    assert found == {
        "rate.ipynb",
        "https://mybinder.org/v2/gh/some-one/book/trunk?labpath=notebooks%2Frate.ipynb",
        "https://colab.research.google.com/github/some-one/book/blob/trunk/notebooks/rate.ipynb",
    }
    asked = [each.get("src") or each.get("href") for each in page.select("script, img, link[rel=stylesheet], iframe")]
    assert not [each for each in asked if each and re.search("binder|colab|^https?:", each)]
    beside, staged_one = (
        json.loads((folder / "notebooks" / "rate.ipynb").read_text("utf-8")) for folder in (tmp_path / "html", project.stage)
    )
    assert beside == staged_one
    # The public address: each page names itself, and there is a site map.
    assert 'property="og:url" content="https://some-one.example/book/notebooks/rate.html"' in text
    assert "<loc>https://some-one.example/book/book/rate.html</loc>" in (tmp_path / "html" / "sitemap.xml").read_text("utf-8")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"repository_url": "https://gitlab.com/some-one/book"}, "is not like https://github.com/OWNER/NAME"),
        ({"repository_url": "https://github.com/some-one/book", "repository_branch": "a b; rm"}, "is not the name of a branch"),
    ],
)
def test_an_address_that_no_link_can_be_made_of_is_refused(options, message, monkeypatch):
    with pytest.raises(ValueError, match=message):
        launch().repository(app(**options).config)
    assert links(launch().lines(app(**options), "notebooks/rate")) == {"Download this notebook, executed": "rate.ipynb"}
    warned = []
    monkeypatch.setattr(launch().pieces.logger, "warning", lambda said, **_: warned.append(said))
    launch().check(app(**options))
    assert message in warned[0]


def test_the_library_that_colab_installs_has_all_its_files(tmp_path):
    for name in ("pyproject.toml", "README.md", "requirements.in"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("livingbook", "desertion"):
        shutil.copytree(ROOT / "notebooks" / name, tmp_path / "notebooks" / name, ignore=shutil.ignore_patterns("__pycache__"))
    expected = {path.relative_to(tmp_path / "notebooks").as_posix() for path in tmp_path.glob("notebooks/**/*") if path.is_file()}
    code = "from setuptools import build_meta; build_meta.build_wheel('.')"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        assert {name for name in packed.namelist() if ".dist-info/" not in name} == expected


# ---- addresses ---------------------------------------------------------------------------------------------------


def test_addresses_come_from_the_environment(tmp_path, monkeypatch):
    project = SimpleNamespace(build=tmp_path)
    addresses.note(project)
    assert json.loads((tmp_path / addresses.NOTE).read_text()) == {}
    monkeypatch.setenv("BOOK_ADDRESS", "https://some-one.example/book")
    monkeypatch.setenv("BOOK_BRANCH", "")
    addresses.note(project)
    given = json.loads((tmp_path / addresses.NOTE).read_text())
    assert given == {"BOOK_ADDRESS": "https://some-one.example/book"}
    book = Project.at(ROOT)
    changed, expected = (yaml.safe_load(jupyter_book.settings(book, each)) for each in (given, {}))
    expected["html"]["baseurl"] = "https://some-one.example/book"
    assert changed == expected
    changed = yaml.safe_load(jupyter_book.settings(book, {"BOOK_REPOSITORY": "https://github.com/some-one/book"}))
    assert changed["sphinx"]["config"]["html_theme_options"]["repository_url"] == "https://github.com/some-one/book"


# ---- publishing --------------------------------------------------------------------------------------------------


def complaint_about(path):
    done = CliRunner().invoke(check_jsonschema, ["--builtin-schema", "vendor.github-workflows", str(path)])
    return done.exit_code, done.output


def test_the_workflow_is_one(tmp_path):
    assert complaint_about(WORKFLOW)[0] == 0
    spoilt = tmp_path / "book.yml"
    spoilt.write_text(WORKFLOW.read_text("utf-8").replace("runs-on:", "run-on:"))
    assert complaint_about(spoilt)[0] == 1


def test_the_workflow_asks_for_little_and_knows_no_secret():
    text = WORKFLOW.read_text("utf-8")
    workflow = yaml.safe_load(text)
    assert "secrets" not in text
    assert workflow["permissions"] == {"contents": "read"}
    assert {name: job.get("permissions") for name, job in workflow["jobs"].items()} == {
        "build": None,
        "publish": {"pages": "write", "id-token": "write"},
    }
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    assert all(re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"]) for step in steps if "uses" in step)
    cached = next(step["with"]["cache-dependency-path"] for step in steps if "setup-python" in step.get("uses", "")).split()
    assert cached == ["requirements.txt", "book/print/requirements.txt", "lab/requirements.txt", "tests/requirements.txt"]
    built = next(step for step in steps if step.get("run", "").split("\n")[0] == ".ci/run")
    wanted = next(step["with"]["path"] for step in steps if step.get("with", {}).get("name") == "books").split()
    made = {f"_build/*.{form}" for form in ("pdf", "epub") if form in built["run"].split("make ", 1)[-1].split()}
    assert made == set(wanted)  # what is not made cannot be uploaded, and its absence is an error
    assert set(built["env"]) == set(addresses.VARIABLES)


def test_the_container_has_the_programs_of_the_workflow_and_the_ports_of_the_commands():
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))
    lacked = " ".join(re.findall(r"missing\+=\(([^)]+)\)", (ROOT / ".ci" / "run").read_text("utf-8"))).split()
    assert set(container["onCreateCommand"].rpartition(" -qq ")[2].split()) == set(lacked) - {"git", "python3", "python3-venv"}
    ports = set(map(int, re.findall(r"##.*\bPORT=(\d+)", (ROOT / "Makefile").read_text("utf-8"))))
    assert set(container["forwardPorts"]) == ports == set(map(int, container["portsAttributes"]))


def test_binder_is_told_which_python():
    wanted = tuple(map(int, re.fullmatch(r"python-(\d+)\.(\d+)\n", (ROOT / "runtime.txt").read_text()).groups()))
    lowest = re.search(r'requires-python = ">=(\d+)\.(\d+)"', (ROOT / "pyproject.toml").read_text("utf-8"))
    assert wanted >= tuple(map(int, lowest.groups()))
