"""No published number can be stale: a run records all it read, and a change of any row runs exactly those that read it.

By mutation, on the real notebooks and tables. ``pytest tests/livingbook/runs/test_staleness.py --rows all`` changes every row in use; without
it, a random sample of 200 is changed, the same each time.
"""

import json
import os
import random
from functools import cache

import pytest
from livingbook.contract import fields_of
from livingbook.evidence.indexed import Indexed
from livingbook.evidence.reading import Evidence
from livingbook.evidence.tables import read_table
from livingbook.project.project import Edition, Project
from livingbook.runs import running
from livingbook.runs.notebook_source import source_of
from livingbook.runs.present import Inputs, Present
from livingbook.runs.runs import Runs
from livingbook.runs.store import published_document
from livingbook.runs.validity import first_valid
from livingbook.system.errors import BuildError

PROJECT = Project.at()
LATEST = Edition("latest", "latest", {})


# Those that read other notebooks' results or sweeps as well follow from these, by the hash of what they read.
NOTEBOOKS = [
    name
    for name in PROJECT.notebook_names
    if not source_of(PROJECT, name).mentioned(set(PROJECT.notebook_names) - {name}, ["vintages", "without"])
]


@pytest.fixture(scope="module", autouse=True)
def here():
    folder = os.getcwd()  # noqa: PTH109 - notebooks are run from their own folder
    yield
    os.chdir(folder)


@cache
def run_of(name):
    """The stored run of a notebook."""
    return Runs(PROJECT, Present()).settle(LATEST, name)


def published_rows(run) -> set[str]:
    """Ids of the observations that what a run published says it rests on."""
    bodies = [body for kind in ("results", "figures", "tables") for body in run.document[kind].values()]
    return {row for body in bodies for row in body.get("rows", ())}


def reads_of(run) -> list[dict]:
    """The selections of tables that a run recorded."""
    return [json.loads(what.removeprefix("rows:")) for what, _ in run.record["inputs"] if what.startswith("rows:")]


def read_rows(reads: list[dict], observations: Indexed) -> set[str]:
    """Rows of the observations, as texts, that a run read."""
    return {row for read in reads if read["table"] == "observations" for row in observations.texts(read["where"])}


def published_by(document) -> dict:
    return {kind: document[kind] for kind in ("results", "figures", "tables")}


def on_recorded_rows_alone(name: str, reads: list[dict], folder) -> dict:
    """What a notebook publishes from tables that hold nothing but the rows of a record."""
    evidence = Evidence(PROJECT.data)
    for table in fields_of(PROJECT.data):
        rows = read_table(PROJECT.data, table)
        read = [evidence.rows(each).iloc[:, 0] for each in reads if each["table"] == table]
        kept = rows.iloc[:, 0].isin({key for keys in read for key in keys})
        rows[kept].to_csv(folder / f"{table}.csv", index=False)
    given = Runs(PROJECT, Present()).asked(LATEST, name).given
    notebook = running.run_notebook(PROJECT, name, {**given, "data": str(folder)})
    return published_by(published_document(name, running.Ran(notebook))[0])


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_shown_only_the_rows_it_recorded_publishes_the_same(name, tmp_path):
    run = run_of(name)
    assert on_recorded_rows_alone(name, reads_of(run), tmp_path) == published_by(run.document)


def test_a_row_that_a_run_did_not_record_would_be_found_out(tmp_path):
    run = run_of("lists")
    reads = reads_of(run)
    first = min(read["where"]["population"] for read in reads if "population" in read["where"])
    silent = [read for read in reads if read["where"].get("population") != first and "id" not in read["where"]]
    assert len(silent) < len(reads)
    try:
        published = on_recorded_rows_alone("lists", silent, tmp_path)
    except BuildError:
        return
    assert published != published_by(run.document)


def test_a_change_of_any_row_runs_those_that_read_it_and_no_other(request, monkeypatch):
    table = read_table(PROJECT.data, "observations").sort_values("id")
    in_use = sorted(table.loc[table["status"] == "use", "id"])
    wanted = request.config.getoption("--rows")
    chosen = in_use if wanted == "all" else random.Random(500).sample(in_use, int(wanted))
    index = Indexed(table)
    texts = dict(zip(table["id"], index.texts({}), strict=True))
    reading = {name: read_rows(reads_of(run_of(name)), index) for name in NOTEBOOKS}
    showing = {name: published_rows(run_of(name)) for name in NOTEBOOKS}
    present = Present()
    wrong = []
    for row in chosen:
        mutant = Evidence(PROJECT.data)
        field = "value" if table.loc[table["id"] == row, "value"].item() else "low"
        mutant.__dict__["_rows"] = table.assign(**{field: table[field].mask(table["id"] == row, "123456789")})
        monkeypatch.setattr(Inputs, "evidence", mutant)
        inputs = Inputs(present, PROJECT, LATEST, lambda name: None, lambda name: False)
        run = {name for name in NOTEBOOKS if first_valid([run_of(name)], inputs) is None}
        if run != {name for name in NOTEBOOKS if texts[row] in reading[name]}:
            wrong.append((row, "run", run))
        if stale := {name for name in NOTEBOOKS if row in showing[name]} - run:
            wrong.append((row, "stale", stale))
    assert not wrong
    assert len(chosen) >= 200
