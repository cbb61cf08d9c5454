"""An earlier run holds as long as nothing that it read, and nothing of what it is, differs; and no longer."""

import json

import nbformat
import pytest
from desertion.carriage import MIME
from desertion.data import read_key
from desertion.pipeline import execution
from desertion.pipeline.errors import BuildError
from desertion.pipeline.files import write
from desertion.pipeline.project import Edition, Project

LATEST, ARTICLE = Edition("latest", "latest", {}), Edition("article", "2025-06-09", {})
ROWS = {"table": "observations", "where": {"measure": "listed_absent", "status": "use"}}
READS = [ROWS, {"notebook": "first"}, {"sweep": "grid"}]
BASE = {"source": "abc", "lock": "def", "figures": True}


def notebook(**published):
    """One that ran and published a number."""
    payload = {"notebook": "second", "kind": "result", "name": "n", "body": {"text": "1"}, "reads": READS, "modules": ["desertion.rates"], **published}
    outputs = [nbformat.v4.new_output("display_data", data={MIME: payload})]
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("publish()", outputs=outputs)])


@pytest.fixture
def project(tables, tmp_path):
    """One with a stored run of a notebook that read rows, another notebook's results and a sweep, and used a module."""
    tables([{"id": "a"}, {"id": "b", "measure": "surrendered"}])
    project = Project.at(tmp_path)
    write(project.notebooks / "desertion" / "rates.py", "DAYS = 30\n")
    for edition in ("latest", "article"):
        write(project.edition_folder(edition) / "first.json", json.dumps({"title": "First", "results": {"n": {"text": "1"}}}))
    write(project.sweep_file("grid"), "share,n\n0.1,1\n")
    execution.keep(project, LATEST, "second", BASE, notebook())
    return project


def found(project, edition=LATEST, **base):
    run = execution.find(project, edition, "second", BASE | base)
    assert run is None or run == stored(project)
    return run is not None


def stored(project):
    return next((project.build / "store" / "second").iterdir())


def add(project, row):
    path = project.data / "observations.csv"
    first = path.read_text("utf-8").splitlines()[1]
    write(path, path.read_text("utf-8") + first.replace("a,", f"{row.pop('id', 'c')},", 1).replace(
        "2025-01-01", row.get("known_from", "2025-01-01")).replace("listed_absent", row.get("measure", "listed_absent")) + "\n")


def put(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    write(path, text.replace(old, new, 1))


def test_where_nothing_differs_it_is_found(project):
    assert found(project) and found(project, ARTICLE)


@pytest.mark.parametrize("change", [
    lambda project: put(project.data / "observations.csv", "100", "101"),
    lambda project: add(project, {}),
    lambda project: put(project.data / "observations.csv", "a,listed_absent", "a,surrendered"),
    lambda project: put(project.notebooks / "desertion" / "rates.py", "30", "31"),
    lambda project: (project.notebooks / "desertion" / "rates.py").unlink(),
    lambda project: put(project.edition_folder("latest") / "first.json", '"text": "1"', '"text": "2"'),
    lambda project: (project.edition_folder("latest") / "first.json").unlink(),
    lambda project: put(project.sweep_file("grid"), "0.1,1", "0.1,2"),
    lambda project: project.sweep_file("grid").unlink(),
    lambda project: put(stored(project) / "notebook.ipynb", "publish", "perish"),
    lambda project: put(stored(project) / "document.json", "second", "third"),
    lambda project: (stored(project) / "notebook.ipynb").unlink(),
    lambda project: (stored(project) / "run.json").unlink(),
    lambda project: write(stored(project) / "run.json", "no record"),
    lambda project: write(stored(project) / "run.json", "{}"),
    lambda project: stored(project).rename(stored(project).with_name(".unfinished"))])
def test_it_is_not_found_where_something_differs(project, change):
    change(project)
    assert execution.find(project, LATEST, "second", BASE) is None


@pytest.mark.parametrize("change", [
    lambda project: add(project, {"measure": "surrendered"}),
    lambda project: put(project.edition_folder("latest") / "first.json", '"First"', '"Another title"'),
    lambda project: write(project.notebooks / "desertion" / "bounds.py", "NEW = 1\n"),
    lambda project: write(project.sweep_file("another"), "x\n"),
    lambda project: write(stored(project).with_name("other") / "run.json", "no record")])
def test_what_it_did_not_read_changes_nothing(project, change):
    change(project)
    assert execution.find(project, LATEST, "second", BASE)


def test_what_draws_is_of_one_style_too(project):
    figures, style = project.notebooks / "desertion" / "figures.py", project.notebooks / "desertion" / "book.mplstyle"
    write(figures, "DPI = 100\n")
    write(style, "font.size: 9\n")
    before = {module: execution.module_digest(project, f"desertion.{module}") for module in ("figures", "rates", "none")}
    put(style, "9", "10")
    after = {module: execution.module_digest(project, f"desertion.{module}") for module in before}
    assert after["figures"] != before["figures"] and after["rates"] == before["rates"] and after["none"] == before["none"] == ""


@pytest.mark.parametrize("base", [{"source": "other"}, {"lock": "other"}, {"as_of": "latest"}])
def test_it_is_of_one_source_one_lock_and_one_set_of_assumptions(project, base):
    assert not found(project, **base)


def test_one_with_figures_serves_where_none_are_wanted_and_not_the_other_way_round(project):
    assert found(project, figures=False)
    execution.keep(project, LATEST, "third", BASE | {"figures": False}, notebook(notebook="third"))
    assert execution.find(project, LATEST, "third", BASE) is None


def test_a_figure_that_became_public_later_is_none_of_an_earlier_date(project):
    add(project, {"known_from": "2025-06-10"})
    assert found(project, ARTICLE) and not found(project)


def test_its_record_names_what_it_read(project):
    record = execution.record_of(stored(project) / "run.json")
    assert record["base"] == BASE and record["reads"] == READS and list(record["rows"]) == [read_key(ROWS)]
    assert record["modules"] == {"desertion.rates": execution.module_digest(project, "desertion.rates")} and record["results"]


@pytest.mark.parametrize(("ran", "words"), [
    (nbformat.v4.new_notebook(), r"notebooks/second\.ipynb: publishes nothing"), (notebook(notebook="rate"), r"notebooks/second\.ipynb: publishes as rate"),
    (nbformat.v4.new_notebook(cells=[*notebook(notebook="who").cells, *notebook(notebook="rate").cells]), r"publishes as rate, who")])
def test_a_run_that_publishes_nothing_or_as_another_is_not_kept(project, ran, words):
    with pytest.raises(BuildError, match=words):
        execution.keep(project, LATEST, "second", BASE, ran)


def test_runs_of_other_rows_stand_beside_each_other_and_are_each_found_again(project):
    first = stored(project)
    put(project.data / "observations.csv", "100", "101")
    second = execution.keep(project, LATEST, "second", BASE, notebook())
    assert second != first and execution.find(project, LATEST, "second", BASE) == second
    put(project.data / "observations.csv", "101", "100")
    assert execution.find(project, LATEST, "second", BASE) == first
    assert execution.document_of(second / "document.json")["edition"] == ""


def test_a_run_stored_twice_is_stored_once_and_a_damaged_one_anew(project):
    before = stored(project)
    assert execution.keep(project, LATEST, "second", BASE, notebook()) == before and found(project)
    put(before / "notebook.ipynb", "publish", "perish")
    assert execution.keep(project, LATEST, "second", BASE, notebook()) == before and found(project)
    assert len(list(before.parent.iterdir())) == 1
