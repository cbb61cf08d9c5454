"""`make explain`: for every notebook, whether the next build runs it and because of what."""

import os
import shutil

import pytest
from livingbook.__main__ import main
from livingbook.project.project import Project
from livingbook.runs import up_to_date
from livingbook.runs.present import Present
from livingbook.runs.runs import Runs
from small_project import changed, lay_out, notebook

READER = """
from livingbook.evidence.reading import load
from livingbook.notebook.parameters import AsOf, Folder, check
from livingbook.notebook.publish import Publisher
from livingbook.notebook.results import published
---
as_of: AsOf = "latest"  # the evidence that was public on this day
data: Folder = "../data"  # folder with the tables
results: Folder = "../_build/editions/latest"  # folder with the results of the other notebooks
---
check(get_ipython())
evidence = load(data, as_of)
publish = Publisher("reader", evidence)
---
publish.number("again", published(results, "small", evidence)["listed"], "persons", "The same.")
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A project with a notebook that reads rows, and one that reads its results, both run for both editions."""
    root, here = tmp_path_factory.mktemp("explained"), os.getcwd()  # noqa: PTH109 - a folder to return to
    lay_out(root)
    (root / "notebooks" / "reader.ipynb").write_text(notebook(READER))
    project = Project.at(root)
    runs = Runs(project, Present())
    runs.settle_all(project.editions)
    shutil.copytree(root / "data", project.stage / "data")
    up_to_date.built(
        project,
        [],
        Present(),
        {edition.name: {name: runs.settle(edition, name).key for name in ("small", "reader")} for edition in project.editions},
    )
    yield root
    os.chdir(here)


def explained(root, capsys, *arguments: str) -> dict[str, str]:
    """Edition and notebook → what is said of it."""
    assert main(["--root", str(root), *arguments, "explain"]) == 0
    said, edition = {}, ""
    for line in capsys.readouterr().out.splitlines():
        if line.startswith("  "):
            name, rest = line.split(maxsplit=1)
            said[f"{edition} {name}"] = " ".join(rest.split())
        else:
            edition = line.partition(":")[0]
            said[edition] = line.partition(":")[2].strip()
    return said


def test_nothing_changed_and_all_stays(root, capsys):
    said = explained(root, capsys)
    assert {said[f"{edition} {name}"] for edition in ("latest", "article") for name in ("small", "reader")} == {"stays"}


def test_a_row_that_was_read_is_named_and_what_reads_the_results_may_follow(root, capsys):
    table = root / "data" / "observations.csv"
    with changed(table, ",,49000,,at_least,istories,", ",,52000,,at_least,istories,"):
        said = explained(root, capsys)
    assert said["latest small"] == said["article small"] == "runs observations: istories-merged-49000-censor revised"
    assert said["latest reader"] == "may run reads the results of small"
    row = next(
        line for line in table.read_text("utf-8").splitlines(keepends=True) if line.startswith("istories-merged-49000-censor,")
    )
    with changed(table, row, ""):
        assert main(["--root", str(root), "explain"]) == 1  # a row that others refer to cannot go: the data are refused
    assert "istories-merged-49000-censor" in capsys.readouterr().err


def test_rows_that_were_not_read_change_nothing(root, capsys):
    with changed(root / "data" / "observations.csv", "gs-losses-2022-03,losses_claimed", "gs-losses-2022-33,losses_claimed"):
        assert explained(root, capsys)["latest small"] == "stays"


def test_where_the_rows_before_are_gone_the_selection_is_described(root, capsys):
    stage = root / "_build" / "stage" / "data"
    aside = stage.rename(stage.with_name("aside"))
    with changed(root / "data" / "observations.csv", ",,49000,,at_least,istories,", ",,52000,,at_least,istories,"):
        said = explained(root, capsys)["latest small"]
    aside.rename(stage)
    assert said == ("runs observations: rows with category all, measure listed_absent, population list_istories_merged, status use")


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("notebooks/small.ipynb", "listed / strength * 1000", "listed * 1000 / strength", "its source changed"),
        ("requirements.txt", "pandas==", "pandas== ", "requirements.txt changed"),
        ("notebooks/desertion/counts/rates.py", "\n", "\n\n", "stays"),
        ("notebooks/livingbook/values/bounds.py", "\n", "\n\n", "values.bounds changed in the engine"),
        (
            "notebooks/editions.yml",
            "latest:\n",
            "latest:\n  assumptions: {small: {strength: 100000}}\n",
            "strength: its default → 100000",
        ),
    ],
    ids=["source", "lock", "other module", "module", "assumption"],
)
def test_every_cause_is_named(root, capsys, file, old, new, words):
    with changed(root / file, old, new):
        assert words in explained(root, capsys)["latest small"]


def test_what_was_never_run_is_said_and_an_earlier_run_is_found_again(root, capsys):
    editions = root / "notebooks" / "editions.yml"
    with changed(editions, "article:", "mine: {as_of: '2022-03-01'}\narticle:"):
        main(["--root", str(root), "explain", "--edition", "mine"])
        assert "small        runs     has not been run for this edition" in capsys.readouterr().out
    with changed(editions, "article:", "mine: {as_of: '2026-05-01'}\narticle:"):
        main(["--root", str(root), "explain", "--edition", "mine"])
        assert "small        stays    an earlier run, or one of another edition, read the same" in capsys.readouterr().out


def test_the_runs_a_sweep_lacks_are_counted(root, capsys):
    (root / "notebooks" / "sweeps.yml").write_text(
        "days: {notebooks: [small], as_of: ['2026-05-01', latest]}\nmen: {notebooks: [small], strength: [111111, 222222]}\n"
    )
    said = explained(root, capsys)
    (root / "notebooks" / "sweeps.yml").unlink()
    assert said["sweep days"] == "its 2 settings known"
    assert said["sweep men"] == "at least 2 runs before it has its 2 settings known"
