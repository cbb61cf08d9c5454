"""The chapter on writing a question: every example of it is executed, and every rule of the engine is in it."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from livingbook.drawing.charts import IntervalRows
from livingbook.evidence.reading import load
from livingbook.notebook import descriptions, publish
from livingbook.notebook.checks import Checks
from livingbook.notebook.payload import MIME
from livingbook.notebook.publish import Publisher
from livingbook.notebook.results import published
from livingbook.project.project import Project
from livingbook.runs.notebook_source import source_of
from livingbook.site import library
from livingbook.site.rules_of_writing import tree_of
from livingbook.values import wording
from livingbook.values.bounds import Bounds, total
from livingbook.values.published import PublishedNumber

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "book" / "authors.md").read_text("utf-8")
PROJECT = Project.at(ROOT)


def blocks(language: str) -> list[str]:
    """The examples of a language, in order."""
    return [found[2] for found in re.finditer(rf"^(`{{3,}}){language}\n(.*?)^\1$", TEXT, flags=re.M | re.S)]


@pytest.fixture
def results(tmp_path):
    """What the notebook whose results the chapter reads has published."""
    body = {"monthly_invasion": PublishedNumber.of(Bounds.exact(1240), "persons", "Names a month.").json}
    (tmp_path / "rate.json").write_text(json.dumps({"notebook": "rate", "title": "Rate", "results": body, "reads": []}))
    return tmp_path


def test_every_example_in_python_runs(tmp_path, monkeypatch, results):
    (tmp_path / "descriptions").mkdir()
    (tmp_path / "descriptions" / "price.yml").write_text("\n".join(blocks("yaml")))
    monkeypatch.setattr(descriptions, "folder_of_notebooks", lambda: tmp_path)
    shown = []
    monkeypatch.setattr(publish, "display", lambda bundle, **_: shown.extend([bundle[MIME]["name"]] if MIME in bundle else []))
    evidence = load(ROOT / "data")
    names = {"evidence": evidence, "publish": Publisher("price", evidence), "results": str(results), "published": published}
    names |= {"total": total, "wording": wording, "Checks": Checks, "IntervalRows": IntervalRows}
    for example in blocks("python"):
        exec(compile(example, "book/authors.md", "exec"), names)
    assert shown == ["merged", "per_thousand", "together", "lists", "since", "each_list", "bars"]
    assert len(blocks("python")) >= 7 and not names["per_thousand"].is_unknown and names["monthly"].best == 1240


def test_every_example_of_markup_stands_below_itself_so_that_the_build_runs_it():
    prose = re.sub(r"^````md\n.*?^````$", "", TEXT, flags=re.M | re.S)
    assert len(blocks("md")) == 5
    for example in blocks("md"):
        assert example.strip() in prose


def test_every_command_is_one():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    asked = re.findall(r"make ([a-z-]+)", TEXT)
    assert {"question", "run", "book"} <= set(asked)
    assert [each for each in asked if not re.search(rf"^{each}:", makefile, flags=re.M)] == []


@pytest.mark.parametrize(
    "words",
    [
        "opens with its question",
        "`as_of` and `data` are the first parameters",
        "`check(get_ipython())`",
        "publishes under its own name",
        "twenty-five lines, half of them at most six",
        "never are four code cells in a row",
        "No cell stands in two notebooks",
        "Alt texts have a number that is computed",
        "written by `livingbook.values.wording`",
        "Git keeps it without outputs, and each cell has an id",
        "opens with its finding, in bold, and shows a figure or table",
        "No number is typed",
        "No word beside a number says again",
        "has its line in `_toc.yml`",
        *PROJECT.settings.headings,
    ],
)
def test_every_rule_is_in_it(words):
    assert words in " ".join(TEXT.split())


def test_the_reference_has_what_notebooks_import_and_nothing_private():
    runs = SimpleNamespace(source=lambda name: source_of(PROJECT, name))
    found = library.reference(PROJECT, runs)
    assert {"livingbook.notebook.publish", "livingbook.evidence.reading", "desertion.methods.two_lists"} <= set(found)
    publisher = next(each for each in found["livingbook.notebook.publish"]["members"] if each["name"] == "Publisher")
    assert publisher["signature"] == "Publisher(notebook: str, evidence: Evidence)"
    assert any(each["signature"].startswith("number(name: str, bounds: Bounds | float") for each in publisher["members"])
    everything = [each for module in found.values() for top in module["members"] for each in [top, *top["members"]]]
    assert len(everything) > 150 and all(each["about"] and not each["name"].startswith("_") for each in everything)


def test_a_module_that_is_imported_by_its_name_is_in_the_reference():
    tree = tree_of("from desertion.methods import two_lists\nimport livingbook.values.wording\nimport pandas")
    assert {name for name, _ in library.imported(PROJECT, tree)} == {"desertion.methods.two_lists", "livingbook.values.wording"}
