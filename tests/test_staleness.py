"""No published number can be stale: a run records all it read, and a change of any row runs exactly those that read it.

By mutation, on the real notebooks and tables. ``pytest tests/test_staleness.py --rows all`` changes every row in use; without
it, a random sample of 200 is changed, the same each time.
"""

import json
import os
import random
from functools import cache

import pytest
from desertion.data import TABLES, Evidence, Indexed, read_table
from desertion.pipeline import execution
from desertion.pipeline.project import Edition, Project

PROJECT = Project.at()
LATEST = Edition("latest", "latest", {})


def reads_only_tables(name: str) -> bool:
    source = execution.read_notebook(PROJECT.notebooks / f"{name}.ipynb")
    return execution.uses(source, set(PROJECT.notebook_names) - {name}) == ([], [])


# Those that read other notebooks' results or sweeps as well follow from these, by the digest of what they read.
NOTEBOOKS = [name for name in PROJECT.notebook_names if reads_only_tables(name)]


@pytest.fixture(scope="module", autouse=True)
def here():
    folder = os.getcwd()  # noqa: PTH109 - notebooks are run from their own folder
    yield
    os.chdir(folder)


@cache
def run_of(name):
    """The stored run of a notebook: its record and what it published."""
    folder, _, _ = execution.obtain(PROJECT, LATEST, name)
    return execution.record_of(folder / "run.json"), execution.read_notebook(folder / "notebook.ipynb")


def published_rows(notebook) -> set[str]:
    """Ids of the observations that what a notebook published says it rests on."""
    bodies = [each["body"] for each in execution.payloads(notebook)]
    return {row for body in bodies for row in body.get("rows", ())}


def reads_of(record) -> list[dict]:
    """The selections of tables that a run recorded."""
    return [json.loads(read) for read in record["rows"]]


def read_rows(record, observations: Indexed) -> set[str]:
    """Rows of the observations, as texts, that a run read."""
    return {row for read in reads_of(record) if read["table"] == "observations" for row in observations.texts(read["where"])}


def published_by(notebook) -> list:
    return [(each["name"], each["body"]) for each in execution.payloads(notebook)]


def on_recorded_rows_alone(name: str, record, folder) -> list:
    """What a notebook publishes from tables that hold nothing but the rows of a record."""
    evidence = Evidence(PROJECT.data)
    for table in TABLES:
        rows = read_table(PROJECT.data, table)
        read = [evidence.rows(each).iloc[:, 0] for each in reads_of(record) if each["table"] == table]
        kept = rows.iloc[:, 0].isin({key for keys in read for key in keys})
        rows[kept].to_csv(folder / f"{table}.csv", index=False)
    given, _ = execution.identity(PROJECT, LATEST, name)
    return published_by(execution.run_notebook(PROJECT, name, {**given, "data": str(folder)}))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_shown_only_the_rows_it_recorded_publishes_the_same(name, tmp_path):
    record, notebook = run_of(name)
    assert on_recorded_rows_alone(name, record, tmp_path) == published_by(notebook)


def test_a_row_that_a_run_did_not_record_would_be_found_out(tmp_path):
    record, notebook = run_of("lists")
    first = min(read["where"]["population"] for read in reads_of(record) if "population" in read["where"])
    silent = {**record, "rows": [read for read in record["rows"] if json.loads(read)["where"].get("population") != first]}
    assert len(silent["rows"]) < len(record["rows"])
    try:
        published = on_recorded_rows_alone("lists", silent, tmp_path)
    except execution.BuildError:
        return
    assert published != published_by(notebook)


def test_a_change_of_any_row_runs_those_that_read_it_and_no_other(request, monkeypatch):
    table = read_table(PROJECT.data, "observations").sort_values("id")
    in_use = sorted(table.loc[table["status"] == "use", "id"])
    wanted = request.config.getoption("--rows")
    chosen = in_use if wanted == "all" else random.Random(500).sample(in_use, int(wanted))
    index = Indexed(table)
    texts = dict(zip(table["id"], index.texts({}), strict=True))
    reading = {name: read_rows(run_of(name)[0], index) for name in NOTEBOOKS}
    showing = {name: published_rows(run_of(name)[1]) for name in NOTEBOOKS}
    bases = {name: execution.identity(PROJECT, LATEST, name)[1] for name in NOTEBOOKS}
    wrong = []
    for row in chosen:
        mutant = Evidence(PROJECT.data)
        field = "value" if table.loc[table["id"] == row, "value"].item() else "low"
        mutant.__dict__["_rows"] = table.assign(**{field: table[field].mask(table["id"] == row, "123456789")})
        monkeypatch.setattr(execution, "view", lambda project, edition, mutant=mutant: mutant)
        run = {name for name in NOTEBOOKS if execution.find(PROJECT, LATEST, name, bases[name]) is None}
        if run != {name for name in NOTEBOOKS if texts[row] in reading[name]}:
            wrong.append((row, "run", run))
        if stale := {name for name in NOTEBOOKS if row in showing[name]} - run:
            wrong.append((row, "stale", stale))
    assert not wrong
    assert len(chosen) >= 200
