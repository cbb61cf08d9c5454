"""A stored run stands as long as nothing that it read, and nothing of what it is, differs; and no longer."""

import json
import threading
import time

import nbformat
import pytest
from livingbook.evidence.reading import load
from livingbook.notebook.payload import MIME
from livingbook.project.project import Edition, Project
from livingbook.recording import hash_of_file, hash_of_folder, served
from livingbook.runs.cell_errors import CellError
from livingbook.runs.present import Inputs, Present, hash_all_inputs
from livingbook.runs.running import Ran
from livingbook.runs.runs import Runs
from livingbook.runs.store import KEPT, Store, StoredRun
from livingbook.runs.validity import differences, first_valid
from livingbook.system.digests import digest
from livingbook.system.errors import BuildError
from livingbook.system.files import as_json_line, write

LATEST, ARTICLE = Edition("latest", "latest", {}), Edition("article", "2025-06-09", {})
ASKED = {"table": "observations", "where": {"measure": "listed_absent", "status": "use"}}
ROWS = f"rows:{json.dumps({**ASKED, 'folder': '', 'as_of': ''}, sort_keys=True)}"
IDENTITY = {"source": "abc", "lock": "def", "figures": True, "parameters": {}}
FIRST = {"title": "First", "results": {"n": {"text": "1"}}, "reads": []}


def ran(project, name="second", **published):
    """A notebook that ran, published a number, and read rows, files, a folder, another notebook's results and a sweep."""
    payload = {"notebook": name, "kind": "result", "name": "n", "body": {"text": "1"}, **published}
    outputs = [nbformat.v4.new_output("display_data", data={MIME: payload})]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("publish()", outputs=outputs)])
    evidence = load(project.data)
    evidence.select(**{"table": ASKED["table"], **ASKED["where"]})
    return Ran(
        notebook,
        [
            (ROWS, evidence.digest(json.dumps(ASKED, sort_keys=True))),
            ("file:notebooks/helper.py", hash_of_file(project.notebooks / "helper.py")),
            ("data:extra.txt", hash_of_file(project.data / "extra.txt")),
            ("folder file:notebooks/parts", hash_of_folder(project.notebooks / "parts")),
            ("results:first", served(FIRST)),
            ("sweep:grid", hash_of_file(project.sweep_file("grid"))),
        ],
        evidence.reads,
    )


@pytest.fixture
def project(tables, tmp_path):
    """One with a stored run."""
    tables([{"id": "a"}, {"id": "b", "measure": "surrendered"}])
    project = Project.at(tmp_path)
    write(project.notebooks / "helper.py", "DAYS = 30\n")
    write(project.notebooks / "parts" / "one.txt", "1")
    write(project.notebooks / "first.ipynb", "{}")
    write(project.data / "extra.txt", "extra")
    write(project.sweep_file("grid"), "share,n\n0.1,1\n")
    store(project).keep("second", IDENTITY, ran(project))
    return project


def store(project):
    return Store(project.build / "store")


def stored(project):
    return next(path for path in (project.build / "store" / "second").iterdir() if not path.name.startswith("."))


def now(project, edition=LATEST, first=FIRST):
    return Inputs(Present(), project, edition, lambda name: first if name == "first" else None, lambda name: True)


def found(project, edition=LATEST, first=FIRST, **identity):
    return first_valid(store(project).of("second", IDENTITY | identity), now(project, edition, first)) is not None


def add(project, **row):
    path = project.data / "observations.csv"
    line = path.read_text("utf-8").splitlines()[1].replace("a,", f"{row.get('id', 'c')},", 1)
    line = line.replace("2025-01-01", row.get("known_from", "2025-01-01")).replace(
        "listed_absent", row.get("measure", "listed_absent")
    )
    write(path, path.read_text("utf-8") + line + "\n")


def put(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    write(path, text.replace(old, new, 1))


def test_a_run_stands_where_nothing_differs(project):
    assert found(project) and found(project, ARTICLE)


@pytest.mark.parametrize(
    "change",
    [
        lambda project: put(project.data / "observations.csv", "100", "101"),
        lambda project: add(project),
        lambda project: put(project.data / "observations.csv", "a,listed_absent", "a,surrendered"),
        lambda project: put(project.notebooks / "helper.py", "30", "31"),
        lambda project: (project.notebooks / "helper.py").unlink(),
        lambda project: put(project.data / "extra.txt", "extra", "other"),
        lambda project: write(project.notebooks / "parts" / "two.txt", "2"),
        lambda project: (project.notebooks / "parts" / "one.txt").unlink(),
        lambda project: put(project.sweep_file("grid"), "0.1,1", "0.1,2"),
        lambda project: project.sweep_file("grid").unlink(),
        lambda project: put(stored(project) / "notebook.json", "publish", "perish"),
        lambda project: put(stored(project) / "document.json", "second", "third"),
        lambda project: (stored(project) / "notebook.json").unlink(),
        lambda project: write(stored(project) / "files" / "more.csv", "1"),
        lambda project: (stored(project) / "run.json").unlink(),
        lambda project: write(stored(project) / "run.json", "no record"),
        lambda project: write(stored(project) / "run.json", "{}"),
        lambda project: put(stored(project) / "run.json", '"form": "', '"form": "of old '),
        lambda project: stored(project).rename(stored(project).with_name(".unfinished")),
    ],
)
def test_a_run_does_not_stand_where_something_differs(project, change):
    change(project)
    assert not found(project)


@pytest.mark.parametrize(
    "first", [None, FIRST | {"results": {"n": {"text": "2"}}}, FIRST | {"title": "Another"}, FIRST | {"reads": [ASKED]}]
)
def test_results_of_others_are_compared_as_they_were_served(project, first):
    assert found(project, first=FIRST | {"figures": {"more": 1}}) and not found(project, first=first)


@pytest.mark.parametrize(
    "change",
    [
        lambda project: add(project, measure="surrendered"),
        lambda project: write(project.notebooks / "other.py", "NEW = 1\n"),
        lambda project: put(project.notebooks / "parts" / "one.txt", "1", "2"),
        lambda project: write(project.sweep_file("another"), "x\n"),
        lambda project: write(stored(project).with_name("other") / "run.json", "no record"),
    ],
)
def test_what_it_did_not_read_changes_nothing(project, change):
    change(project)
    assert found(project)


@pytest.mark.parametrize("identity", [{"source": "other"}, {"lock": "other"}, {"parameters": {"as_of": "latest"}}])
def test_a_run_is_of_one_source_one_lock_and_one_set_of_parameters(project, identity):
    assert not found(project, **identity)


def test_one_with_figures_serves_where_none_are_wanted_only(project):
    assert found(project, figures=False)
    store(project).keep("third", IDENTITY | {"figures": False}, ran(project, "third"))
    assert store(project).of("third", IDENTITY) == []


def test_a_figure_that_became_public_later_is_none_of_an_earlier_date(project):
    add(project, known_from="2025-06-10")
    assert found(project, ARTICLE) and not found(project)


def test_the_table_of_a_sweep_that_the_book_no_longer_has_is_none(project):
    runs = store(project).of("second", IDENTITY)
    gone = Inputs(Present(), project, LATEST, lambda name: FIRST, lambda name: False)
    assert first_valid(runs, now(project)) and first_valid(runs, gone) is None and list(differences(*runs, gone)) == ["sweep:grid"]


def test_what_must_be_made_is_asked_for_last_and_in_order(project):
    """What a run read after something that differs need not be made now to know that it does not stand."""
    put(project.notebooks / "helper.py", "30", "31")
    asked = []
    inputs = Inputs(Present(), project, LATEST, lambda name: asked.append(name) or FIRST, lambda name: not asked.append(name))
    (run,) = store(project).of("second", IDENTITY)
    assert next(differences(run, inputs)) == "file:notebooks/helper.py" and asked == []
    assert list(differences(run, inputs)) == ["file:notebooks/helper.py"] and asked == ["first", "grid"]


@pytest.mark.parametrize(
    ("notebook", "words"),
    [
        (nbformat.v4.new_notebook(), r"notebooks/second\.ipynb: publishes nothing"),
        ({"notebook": "rate"}, r"notebooks/second\.ipynb: publishes as rate"),
    ],
)
def test_a_run_that_publishes_nothing_or_as_another_is_not_kept(project, notebook, words):
    given = ran(project, **notebook) if isinstance(notebook, dict) and "notebook" in notebook else Ran(notebook)
    with pytest.raises(BuildError, match=words):
        store(project).keep("second", IDENTITY, given)


def test_runs_of_other_rows_stand_beside_each_other(project):
    first = stored(project)
    put(project.data / "observations.csv", "100", "101")
    second = store(project).keep("second", IDENTITY, ran(project))
    assert second.folder != first and first_valid(store(project).of("second", IDENTITY), now(project)).folder == second.folder
    put(project.data / "observations.csv", "101", "100")
    assert first_valid(store(project).of("second", IDENTITY), now(project)).folder == first


def test_a_run_stored_twice_is_stored_once_and_a_damaged_one_anew(project):
    before = stored(project)
    assert store(project).keep("second", IDENTITY, ran(project)).folder == before and found(project)
    put(before / "notebook.json", "publish", "perish")
    assert store(project).keep("second", IDENTITY, ran(project)).folder == before and found(project)
    assert len(list(before.parent.iterdir())) == 1


def test_a_run_is_kept_while_one_of_the_last_books_used_it(project):
    runs = {}
    for number in range(KEPT + 2):
        run = runs[number] = store(project).keep("second", IDENTITY | {"source": str(number)}, ran(project))
        store(project).used([run.key])
        store(project).used([run.key])  # the same book again is no other book
        assert run.is_whole
    left = {StoredRun(path).key for path in (project.build / "store" / "second").iterdir()}
    assert left == {run.key for number, run in runs.items() if number >= 2}


@pytest.mark.parametrize("damage", ["", "no list", "{}", "[1, 2]"])
def test_a_damaged_list_of_uses_is_as_none(project, damage):
    write(project.build / "store" / "used.json", damage)
    store(project).used([StoredRun(stored(project)).key])
    assert found(project)


def test_content_is_read_once_and_later_changes_are_told(project):
    present = Present()
    hash_all_inputs(present, project, [LATEST])
    helper = project.notebooks / "helper.py"
    was = present.read(helper)
    assert present.changed_since() == []
    put(helper, "30", "31")
    write(project.notebooks / "parts" / "two.txt", "2")
    assert present.read(helper) == was and present.hash(helper) == digest(was)
    assert present.changed_since() == [str(helper), str(project.notebooks / "parts")]


def test_the_store_says_what_it_has_of_a_run(project):
    run = StoredRun(stored(project))
    assert run.record["identity"] == IDENTITY and run.record["inputs"][0][0] == ROWS
    assert run.of_edition("mine")["edition"] == "mine" and run.document["edition"] == ""
    assert run.key == f"second/{digest(as_json_line(IDENTITY), as_json_line(sorted(ran(project).inputs)))[:16]}"


def test_what_went_wrong_is_told_in_the_order_of_the_editions_whichever_failed_first(project):
    cells = [nbformat.v4.new_markdown_cell("# One"), nbformat.v4.new_code_cell("", metadata={"tags": ["parameters"]})]
    write(project.notebooks / "first.ipynb", nbformat.writes(nbformat.v4.new_notebook(cells=cells)))
    article_failed = threading.Event()

    class Failing(Runs):
        def settle(self, edition, name, by=None):
            if edition == LATEST:
                assert article_failed.wait(60)
                time.sleep(0.1)  # until the other error has come to where both are gathered
            article_failed.set()
            error = CellError(name, "cell 1", "ZeroDivisionError")
            error.asked = f"edition {edition.name}"
            raise error

    with pytest.raises(BuildError, match=r"edition latest; edition article"):
        Failing(project, Present()).settle_all([LATEST, ARTICLE])
