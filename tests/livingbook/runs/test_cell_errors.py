"""What a failed cell is told by: cell and line as a person counts them, and the notebook's own part of the traceback."""

import pickle

import nbformat
import pytest
from livingbook.runs import cell_errors
from livingbook.runs.cell_errors import CellError

RED = "\x1b[31m"
LIBRARY = f"{RED}File /home/me/.venv/lib/python3.11/site-packages/pandas/core/indexing.py:1714\x1b[39m, in _Loc._get(self, key)\n   1712 …"
OURS = "File /home/me/book/notebooks/livingbook/values/bounds.py:132, in Bounds.__truediv__(self, other)"
TRACEBACK = [
    "-----",
    "IndexError     Traceback (most recent call last)",
    f"{RED}Cell In[5]\x1b[39m\x1b[32m, line 2\x1b[39m\n      1 y = 1\n----> 2 last(rows)\n",
    "Cell In[4], line 3, in last(rows)\n      2 \n----> 3     return rows.iloc[0]\n",
]


def notebook(*extra):
    """A text, imports, parameters, what papermill adds, a function, and the cell that fails."""
    cell = nbformat.v4.new_code_cell
    cells = [
        nbformat.v4.new_markdown_cell("# How much?"),
        cell("import pandas", execution_count=1),
        cell("as_of = 1", execution_count=2, metadata={"tags": ["parameters"]}),
        cell("as_of = 2", execution_count=3, metadata={"tags": ["injected-parameters"]}),
        cell("def last(rows):\n\n    return rows.iloc[0]", execution_count=4),
        cell("y = 1\nlast(rows)", execution_count=5, outputs=[nbformat.v4.new_output("error", ename="IndexError", evalue="x")]),
        *extra,
    ]
    return nbformat.v4.new_notebook(cells=cells)


def test_cells_are_counted_as_their_author_counts_them():
    assert [cell_errors.position(notebook(), index) for index in (0, 2, 4, 5)] == ["cell 1", "cell 3", "cell 4", "cell 5"]
    assert cell_errors.position(notebook(), 3) == "the cell with the parameters that were given"


@pytest.mark.parametrize(
    ("inside", "end"),
    [
        (LIBRARY, ["  raised in pandas/core/indexing.py, line 1714"]),
        (OURS, ["  raised in livingbook/values/bounds.py, line 132"]),
        ("", []),
    ],
)
def test_the_error_names_cell_line_and_the_frames_of_the_notebook(inside, end):
    error = cell_errors.from_traceback("price", notebook(), "IndexError: out of bounds", [*TRACEBACK, inside])
    error.asked, error.kept = "edition article", "_build/failed/article/price.ipynb"
    assert str(error).splitlines() == [
        "notebooks/price.ipynb, cell 5, line 2 (edition article): IndexError: out of bounds",
        "  cell 5, line 2: last(rows)",
        "  cell 4, line 3, in last: return rows.iloc[0]",
        *end,
        "  as far as it ran: _build/failed/article/price.ipynb",
    ]


def test_of_a_syntax_error_the_file_that_a_kernel_makes_is_not_named():
    error = cell_errors.from_traceback("price", notebook(), "SyntaxError: incomplete input (3046560625.py, line 1)", [])
    assert str(error) == "notebooks/price.ipynb, cell 5: SyntaxError: incomplete input"


def test_an_error_survives_the_way_from_another_process():
    error = pickle.loads(pickle.dumps(CellError("price", "cell 5", "KeyError: 'k'", ("  cell 5, line 1: x",))))
    assert str(error) == "notebooks/price.ipynb, cell 5: KeyError: 'k'\n  cell 5, line 1: x"


def test_the_same_error_of_two_editions_is_told_once():
    errors = [CellError("price", "cell 5", "KeyError: 'k'") for _ in range(2)]
    errors[0].asked, errors[1].asked = "edition latest", "edition article"
    (one, other) = cell_errors.joined([ValueError("else"), *errors])
    assert {str(one), str(other)} == {"else", "notebooks/price.ipynb, cell 5 (edition latest; edition article): KeyError: 'k'"}


def test_the_cell_that_was_running_is_found_where_none_failed():
    running = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x"), nbformat.v4.new_code_cell("sleep(900)")])
    for cell, status in zip(running.cells, ("completed", "running"), strict=True):
        cell.metadata["papermill"] = {"status": status}
    assert cell_errors.failed_cell(running) == 1
    running.cells[1].metadata["papermill"]["status"] = "completed"
    assert cell_errors.failed_cell(running) is None


def test_what_comes_on_stderr_is_told_with_its_cell_and_is_no_part_of_the_book():
    said = "/tmp/ipykernel_77/123.py:2: UserWarning: look out\n  warnings.warn(x)\n"
    said += "/home/me/.venv/lib/python3.11/site-packages/pandas/core/frame.py:9: FutureWarning: later\n"
    outputs = [nbformat.v4.new_output("stream", name=name, text=text) for name, text in (("stderr", said), ("stdout", "printed"))]
    executed = notebook(nbformat.v4.new_code_cell("warn()", outputs=outputs))
    (found,) = cell_errors.complaints(executed)
    assert found.splitlines() == [
        "cell 6 wrote on stderr: line 2: UserWarning: look out",
        "  warnings.warn(x)",
        "pandas/core/frame.py:9: FutureWarning: later",
    ]
    kept = cell_errors.without_complaints(executed)
    assert [output.name for output in kept.cells[-1].outputs] == ["stdout"] and cell_errors.complaints(kept) == []
