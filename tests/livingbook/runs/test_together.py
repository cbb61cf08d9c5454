"""Cells sent to a kernel together: what they give is what they give one by one, and what goes wrong is told of its cell."""

import json
from pathlib import Path

import nbformat
import pytest
from livingbook.project.project import Project
from livingbook.runs import running
from livingbook.runs.together import together
from livingbook.system.errors import BuildError
from small_project import NOTEBOOK, lay_out, notebook

ROOT = Path(__file__).parents[3]


def run(project, source, name="small", figures=False):
    return running.run_recorded(project, name, source.encode(), {}, figures, project.data, project.edition_folder("latest"))


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    root = tmp_path_factory.mktemp("together")
    lay_out(root)
    return Project.at(root)


@pytest.fixture
def sent(monkeypatch):
    """How many cells each run sends to its kernel."""
    counts = []
    before = running._run_recorded

    def counted(project, name, source, *others):
        counts.append(sum(cell.cell_type == "code" for cell in nbformat.reads(source.decode(), 4).cells))
        return before(project, name, source, *others)

    monkeypatch.setattr(running, "_run_recorded", counted)
    return counts


@pytest.mark.parametrize("name", ["exits", "growth", "lists", "totals", "who"])
def test_a_notebook_of_the_book_publishes_and_reads_the_same(name, sent):
    book = Project.at(ROOT)
    content = (book.notebooks / f"{name}.ipynb").read_text()
    joined = run(book, content, name)
    assert sent == [3], "those before the parameters, the parameters, and those after them"
    single = running._run_recorded(book, name, content.encode(), {}, False, book.data, book.edition_folder("latest"))
    assert sent[-1] > 10
    assert running.payloads(joined.notebook) == running.payloads(single.notebook) != []
    assert (joined.inputs, joined.reads) == (single.inputs, single.reads)


@pytest.mark.parametrize("cells", ["%pwd", "!true", "value = await coming", "Out[2]", "print(_)", "_i3", "this is no Python"])
def test_cells_that_are_more_than_python_are_sent_one_by_one(cells):
    assert together(notebook(NOTEBOOK + "---\n1 + 1\n---\nfor _ in range(3): pass").encode()) is not None
    assert together(notebook(f"{NOTEBOOK}---\n1 + 1\n---\n{cells}").encode()) is None


@pytest.mark.parametrize(
    "wrong", ["1 / 0", "def f(:", "raise SystemExit(3)", "import urllib.request as u; u.urlopen('http://x.example')"]
)
def test_what_fails_is_told_of_its_cell_in_the_same_words(project, wrong):
    words = []
    for figures in (True, False):
        with pytest.raises(BuildError) as failed:
            run(project, notebook(f"{NOTEBOOK}---\npass\n{wrong}"), figures=figures)
        words.append(str(failed.value))
    assert words[0] == words[1] and "cell 6" in words[0]


def test_what_is_said_on_stderr_is_not_told_of_a_wrong_cell_nor_asked_for_again(project, sent):
    ran = run(project, notebook(f"{NOTEBOOK}---\nimport sys; sys.stderr.write('careful')"))
    assert ran.said == [] and len(sent) == 1


def test_as_many_cells_before_the_parameters_as_after_them_are_a_valid_notebook():
    joined = nbformat.reads(together(b"\xef\xbb\xbf" + notebook("1\n---\nas_of: AsOf = 'latest'\n---\n2").encode()).decode(), 4)
    assert len({cell.id for cell in joined.cells}) == len(joined.cells) == 4


def test_two_cells_may_not_publish_under_one_name(project):
    again = NOTEBOOK.rpartition("\n---\n")[2]
    with pytest.raises(BuildError, match="cell 6"):
        run(project, notebook(f"{NOTEBOOK}---\n{again}"))


def test_a_notebook_with_a_cell_that_may_fail_is_sent_one_by_one():
    allowed = json.loads(notebook(f"{NOTEBOOK}---\n1 / 0"))
    allowed["cells"][-1]["metadata"]["tags"] = ["raises-exception"]
    assert together(json.dumps(allowed).encode()) is None


def test_other_runs_and_the_other_engine_send_cells_one_by_one(project, sent, monkeypatch):
    run(project, notebook(NOTEBOOK), figures=True)
    monkeypatch.setenv("LIVINGBOOK_ENGINE", "nbclient")
    run(project, notebook(NOTEBOOK))
    assert sent == [4, 4]
