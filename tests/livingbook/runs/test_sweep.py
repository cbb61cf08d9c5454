"""Sweeps: a grid of settings in, one tidy table out; on this machine or on a cluster."""

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from distributed import Client
from livingbook.__main__ import main
from livingbook.project.project import Project
from livingbook.recording import ABSENT, hash_of_file
from livingbook.runs import sweep, sweep_table
from livingbook.runs.cluster import cluster, packed
from livingbook.runs.present import Present
from livingbook.runs.running import run_recorded
from livingbook.runs.runs import Runs
from livingbook.system.errors import BuildError
from small_project import lay_out, notebook

SECOND = """
from livingbook.evidence.reading import load
from livingbook.notebook.parameters import AsOf, Folder, Share, check
from livingbook.notebook.publish import Publisher
from livingbook.notebook.results import published
---
as_of: AsOf = "latest"  # the evidence that was public on this day
data: Folder = "../data"  # folder with the tables
results: Folder = "../_build/editions/latest"  # folder with the results of the other notebooks
wrong: Share = 0.0  # share of the names that are wrong
---
check(get_ipython())
evidence = load(data, as_of)
publish = Publisher("second", evidence)
---
rate = published(results, "small", evidence)["per_thousand"]
publish.number("right", rate * (1 - wrong), "per 1,000", "Names per 1,000 men that are right.")
"""


def laid_out(root: Path) -> Project:
    """A project with two notebooks, of which ``second`` reads the results of ``small``."""
    root.mkdir(exist_ok=True)
    lay_out(root)
    (root / "notebooks" / "second.ipynb").write_text(notebook(SECOND))
    return Project.at(root)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    here = Path.cwd()
    yield laid_out(tmp_path_factory.mktemp("sweeps"))
    os.chdir(here)


def sweep_of(project: Project, text: str) -> sweep.Sweep:
    path = project.root / "sweep.yml"
    path.write_text(text)
    return sweep.load_sweeps(project, path)[0]


def swept(asked: sweep.Sweep, workers: int, run_it=run_recorded) -> sweep_table.SweepTable:
    """The table of a sweep, from runs of its own."""
    return sweep_table.run(asked, Runs(asked.project, Present(), run_it), workers)[0]


def rows(table: sweep_table.SweepTable) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.csv())))


def test_every_combination_of_what_a_notebook_takes_is_a_setting(project):
    asked = sweep_of(project, "x: {notebooks: [small], as_of: ['2022-01-01', latest], strength: [100000, 200000]}")
    assert asked.jobs({"small": []}) == [
        ("small", {"as_of": day, "strength": men}) for day in ("2022-01-01", "latest") for men in (100000, 200000)
    ]


def test_a_notebook_is_not_repeated_for_what_it_does_not_take(project):
    (project.notebooks / "third.ipynb").write_text(notebook().replace("strength", "men").replace('\\"small\\"', '\\"third\\"'))
    try:
        jobs = sweep_of(
            Project.at(project.root), "x: {notebooks: [small, third], strength: [100000, 200000], as_of: [latest]}"
        ).jobs({"small": [], "third": []})
    finally:
        (project.notebooks / "third.ipynb").unlink()
    assert Counter(name for name, _ in jobs) == {"small": 2, "third": 1}


def test_the_table_has_one_row_a_number_with_what_varied_beside_it(project):
    found = swept(sweep_of(project, "x: {notebooks: [small], strength: [100000, 200000], as_of: [latest]}"), 2)
    shown = [(row["setting"], row["name"], row["text"], row["strength"]) for row in rows(found)]
    assert shown == [
        ("strength=100000 as_of=latest", "listed", "at least 49,000", "100000"),
        ("strength=100000 as_of=latest", "per_thousand", "at least 490", "100000"),
        ("strength=200000 as_of=latest", "listed", "at least 49,000", "200000"),
        ("strength=200000 as_of=latest", "per_thousand", "at least 245", "200000"),
    ]
    assert found.settings == 2
    again = swept(sweep_of(project, "x: {notebooks: [small], strength: [200000, 100000]}"), 2)
    assert again.runs == 0 and {row["setting"] for row in rows(again)} == {"100000", "200000"}


def test_a_parameter_called_as_a_column_of_the_results_is_leaves_that_column_alone():
    document = {
        "results": {
            "n": {"low": 1.0, "value": 2.0, "high": 3.0, "unit": "persons", "text": "2 (1–3)", "about": "It.", "rows": ["a", "b"]}
        }
    }
    names = ["low", "value", "high", "unit", "text", "rows", "name", "notebook", "setting", "parameter_low", "strength"]
    setting = {name: f"given {name}" for name in names}
    (row,) = rows(sweep_table.SweepTable(names, list(sweep_table.rows_of(document, "small", setting)), 1, 1))
    assert [row[name] for name in ("notebook", "name", "low", "value", "high", "unit", "text", "rows")] == [
        "small",
        "n",
        "1.0",
        "2.0",
        "3.0",
        "persons",
        "2 (1–3)",
        "a;b",
    ]
    assert [row[f"parameter_{name}"] for name in names[:-1]] == [f"given {name}" for name in names[:-1]]
    assert row["strength"] == "given strength" and row["setting"].startswith("low=given low value=given value")


def test_what_is_not_known_is_empty_in_the_table(project):
    found = rows(swept(sweep_of(project, "x: {notebooks: [small], as_of: ['2022-01-01']}"), 1))
    assert {(row["text"], row["low"], row["value"], row["high"]) for row in found} == {("not known", "", "", "")}


def test_settings_that_show_the_same_rows_share_a_run(project):
    asked = sweep_of(project, "x: {notebooks: [small], as_of: ['2026-05-01', '2026-05-02', '2026-05-03'], strength: [300000]}")
    found = swept(asked, 2)
    assert found.runs == 1 and len(rows(found)) == 6


def test_a_notebook_that_reads_another_is_given_the_results_of_the_same_setting(project):
    found = swept(sweep_of(project, "x: {notebooks: [second], strength: [100000, 200000], wrong: [0.0, 0.5]}"), 2)
    assert {(row["strength"], row["wrong"]): float(row["low"]) for row in rows(found)} == {
        ("100000", "0.0"): 490.0,
        ("100000", "0.5"): 245.0,
        ("200000", "0.0"): 245.0,
        ("200000", "0.5"): 122.5,
    }
    assert not list((project.build / "editions").glob("sweep_*"))


def test_notebooks_that_read_each_other_in_a_circle_are_named(project):
    path = project.notebooks / "small.ipynb"
    kept = path.read_text("utf-8")
    path.write_text(notebook(SECOND.replace('"small"', '"?"').replace('"second"', '"small"').replace('"?"', '"second"')), "utf-8")
    try:
        (project.root / "_config.yml").write_text("title: x")
        (project.root / "_toc.yml").write_text("root: x")
        assert main(["--root", str(project.root), "book"]) == 1
        with pytest.raises(BuildError, match=r"wait for each other: (second → small → second|small → second → small)"):
            swept(sweep_of(Project.at(project.root), "x: {notebooks: [second], wrong: [0.0]}"), 2)
    finally:
        path.write_text(kept, "utf-8")


def test_origins_can_be_left_out_and_folders_compared(project):
    found = swept(sweep_of(project, "x: {notebooks: [small], without: [istories, gs_ukraine]}"), 2)
    assert [row["text"] for row in rows(found) if row["name"] == "listed"] == ["not known", "at least 49,000"]
    shutil.copytree(project.data, project.root / "other")
    table = project.root / "other" / "observations.csv"
    table.write_text(table.read_text("utf-8").replace(",,49000,,at_least,istories,", ",,52000,,at_least,istories,"), "utf-8")
    found = swept(sweep_of(project, "x: {notebooks: [small], data: [data, other]}"), 2)
    assert [row["text"] for row in rows(found) if row["name"] == "listed"] == ["at least 49,000", "at least 52,000"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- 1", "must list sweeps by name"),
        ("x: 5", "x: must be names with values"),
        ("x: {notebooks: [small]}", "lists or ranges of values for what varies"),
        ("x: {notebooks: [smal], as_of: months}", "no notebook smal; there are second, small"),
        ("x: {notebooks: [small], as_of: days}", "must be a list of values"),
        ("x: {notebooks: [small], strength: 5}", "must be a list"),
        (
            "x: {notebooks: [small], strenght: [5]}",
            "strenght: no notebook of this sweep takes it; what can vary: as_of, data, strength, without",
        ),
        ("x: {notebooks: [small], strength: [lots]}", "strength = 'lots': input should be a valid integer"),
        ("x: {notebooks: [small], strength: [0]}", "strength = 0: input should be greater than 0"),
        ("x: {notebooks: [small], as_of: [someday]}", "as_of = 'someday'"),
        ("x: [", "sweep.yml"),
    ],
)
def test_a_sweep_that_cannot_be_is_refused_before_anything_runs(project, text, words):
    with pytest.raises(BuildError) as error:
        sweep_of(project, text)
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x: {notebooks: [small], without: [nobody]}", "no origin nobody"),
        ("x: {notebooks: [small], data: [nowhere]}", "no such data folder: nowhere"),
    ],
)
def test_origins_and_folders_that_do_not_exist_are_named(project, text, words):
    with pytest.raises(BuildError, match=words):
        swept(sweep_of(project, text), 1)


def test_the_command_writes_the_table_and_names_an_unknown_sweep(project, capsys):
    (project.root / "mine.yml").write_text("strengths: {notebooks: [small], strength: [100000, 400000]}")
    assert main(["--root", str(project.root), "sweep", str(project.root / "mine.yml")]) == 0
    assert "strengths: 4 numbers under 2 settings" in capsys.readouterr().out
    assert project.sweep_file("strengths").read_text().count("\n") == 5
    assert main(["--root", str(project.root), "sweep", str(project.root / "mine.yml"), "--only", "other"]) == 1
    assert "no sweep 'other'; there are strengths" in capsys.readouterr().err
    assert main(["--root", str(project.root), "sweep", str(project.root / "gone.yml")]) == 1
    assert "gone.yml" in capsys.readouterr().err


# On a cluster: a real scheduler and workers, each a process of its own, on the loopback address.


def started(*arguments: str, folder: Path) -> subprocess.Popen:
    # A folder of its own, without this library: workers must not depend on having it.
    return subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]],
        cwd=folder,
        env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


@pytest.fixture
def dask(tmp_path):
    """A scheduler and two workers: (address, workers by name)."""
    processes = [
        started("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", "s.json", folder=tmp_path)
    ]
    written = tmp_path / "s.json"
    while not written.is_file() or not written.read_text().strip().endswith("}"):
        assert processes[0].poll() is None
        time.sleep(0.05)
    address = json.loads(written.read_text())["address"]
    workers = {
        name: started(
            "worker",
            address,
            "--host",
            "127.0.0.1",
            "--no-nanny",
            "--nthreads",
            "1",
            "--no-dashboard",
            "--name",
            name,
            folder=tmp_path,
        )
        for name in ("one", "two")
    }
    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=120)
    yield address, workers
    for process in [*workers.values(), *processes]:
        process.kill()
        process.wait()


GRID = "x: {notebooks: [second], strength: [100000, 200000], wrong: [0.0, 0.5]}"


def lose(client: Client, name: str, process: subprocess.Popen) -> list[str]:
    """Kills a worker, and what it started, as soon as it has something to do; says what that was."""
    address = next(key for key, worker in client.scheduler_info()["workers"].items() if worker["name"] == name)
    while not (busy := list(client.processing()[address])):
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    return busy


def test_a_cluster_that_loses_a_worker_gives_the_table_of_one_process(project, dask, tmp_path):
    address, workers = dask
    expected = swept(sweep_of(project, GRID), 2)
    far = laid_out(tmp_path / "far")
    with cluster(address) as (run_it, threads), Client(address, set_as_default=False) as client, ThreadPoolExecutor(1) as watcher:
        assert threads == 2
        lost = watcher.submit(lose, client, "one", workers["one"])
        found = swept(sweep_of(far, GRID), 4, run_it)
        assert lost.result(), "the worker was killed while it ran a notebook"
        assert [each["name"] for each in client.scheduler_info()["workers"].values()] == ["two"]
        assert set(client.run(lambda: "livingbook" in sys.modules).values()) == {False}  # all that a worker runs was sent to it
    assert found.csv() == expected.csv()
    assert found.runs == 6  # two of `small`, four of `second`: each once


def test_what_a_notebook_is_refused_for_on_a_worker_is_said_as_here(project, dask):
    broken = project.notebooks / "broken.ipynb"
    broken.write_text(notebook().replace("listed / strength", "listed / 0").replace('\\"small\\"', '\\"broken\\"'))
    try:
        with (
            cluster(dask[0]) as (run_it, _),
            pytest.raises(BuildError, match=r"notebooks/broken.ipynb, cell 5, line \d+: ZeroDivisionError"),
        ):
            swept(sweep_of(Project.at(project.root), "x: {notebooks: [broken], strength: [1]}"), 1, run_it)
    finally:
        broken.unlink()


def test_a_scheduler_that_does_not_answer_is_named(project, monkeypatch):
    monkeypatch.setattr("livingbook.runs.cluster.SECONDS_TO_ANSWER", 0.2)
    with pytest.raises(BuildError, match=r"SCHEDULER=tcp://127.0.0.1:9: no Dask scheduler answers"), cluster("tcp://127.0.0.1:9"):
        pass


def test_the_table_of_a_sweep_depends_on_the_engine_as_on_the_tables(project):
    found = {what: sweep_table._hash(Present(), project, project.data, what) for what in ("engine:values/bounds.py", "data:x.csv")}
    assert (
        found["engine:values/bounds.py"] == hash_of_file(project.engine / "values" / "bounds.py") != found["data:x.csv"] == ABSENT
    )


def test_a_parcel_holds_what_is_read_and_is_equal_for_equal_content(project):
    places = project.data, project.edition_folder("nowhere")
    source = (project.notebooks / "second.ipynb").read_bytes()
    parcel = packed(project, "second", source, *places)
    assert parcel == packed(project, "second", source, *places)
    with zipfile.ZipFile(io.BytesIO(parcel)) as archive:
        names = archive.namelist()
        assert archive.read("notebooks/second.ipynb") == source and archive.read("notebooks/small.ipynb") == b""
    assert {"notebooks/second.ipynb", "data/observations.csv", "requirements.txt", "notebooks/livingbook/values/bounds.py"} <= set(
        names
    )
    assert not [name for name in names if name.startswith(("/", "..", "_build/store"))]
