"""What a notebook is: question, parameters, short cells, no outputs. The engine has the rules, and says them at the end of a build."""

import subprocess
from pathlib import Path

import nbformat
import pytest
from livingbook.project.project import Project
from livingbook.runs.notebook_source import source_of
from livingbook.site import rules_of_writing

ROOT = Path(__file__).parents[2]
PROJECT = Project.at(ROOT)
NAMES = PROJECT.notebook_names
NOTEBOOKS = {name: source_of(PROJECT, name).notebook for name in NAMES}
PARAMETERS = 'as_of: AsOf = "latest"  # the day\ndata: Folder = "../data"  # the tables'


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_keeps_the_rules(name):
    parameters = [each.name for each in source_of(PROJECT, name).parameters]
    assert list(rules_of_writing.faults_of_notebook(name, NOTEBOOKS[name], parameters)) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_committed_without_outputs(name):
    """In git, that is; the file may have the outputs of whoever works on it, and git's filter takes them out (`make lab`)."""
    kept = subprocess.run(["git", "show", f":notebooks/{name}.ipynb"], cwd=ROOT, capture_output=True, check=False)
    text = kept.stdout if kept.returncode == 0 else (ROOT / "notebooks" / f"{name}.ipynb").read_bytes()
    cells = [cell for cell in nbformat.reads(text.decode("utf-8"), as_version=4).cells if cell.cell_type == "code"]
    full = [index for index, cell in enumerate(cells) if cell.outputs or cell.execution_count is not None]
    assert full == [], f"cells with outputs: `.venv/bin/nbstripout --keep-id notebooks/{name}.ipynb` takes them out"


def test_no_cell_stands_in_two_notebooks():
    assert rules_of_writing.repeated_cells(NOTEBOOKS) == []


def notebook(*cells: str, **first):
    """A notebook of code cells, and text cells that begin with #. first: attributes of its second cell."""
    made = [
        (nbformat.v4.new_markdown_cell if text.startswith("# ") else nbformat.v4.new_code_cell)(text, id=f"cell-{number}")
        for number, text in enumerate(cells)
    ]
    for cell in made:
        if cell.source == PARAMETERS:
            cell.metadata["tags"] = ["parameters"]
    made[1].update(first)
    return nbformat.v4.new_notebook(cells=made)


GOOD = ("# How much?", PARAMETERS, 'check(get_ipython())\npublish = Publisher("price", evidence)', "# What comes.", "x = 1")
FIGURE = 'publish.figure("a", draw, data, alt={})'


def breaches(*cells: str, parameters=("as_of", "data"), **first) -> list[str]:
    return list(rules_of_writing.faults_of_notebook("price", notebook(*cells, **first), parameters))


def test_a_notebook_that_keeps_them_has_none():
    assert breaches(*GOOD) == []


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (("# Much", "x = 1"), "publishes under its own name"),
        ((*GOOD[1:], "x"), "cell 1: a notebook opens with its question"),
        ((*GOOD[:2], "x = 1", *GOOD[2:]), "cell 2: the code cell after the parameters begins with `check(get_ipython())`"),
        ((*GOOD, "\n".join(["x = 1"] * 26)), "cell 6: has 26 lines; at most 25: divide it"),
        (
            (*GOOD[:3], "\n".join(["x = 1"] * 9), "# Then", "\n".join(["x = 1"] * 9), "# Then", "\n".join(["x"] * 9)),
            "have 9 lines or more",
        ),
        ((*GOOD, "x", "x", "x"), "cell 5: 4 code cells in a row; at most 3"),
        ((*GOOD, FIGURE.format('"A line that rises."')), "cell 6: the alt text of a figure is computed"),
        ((*GOOD, "alt = 'A line.'\n" + FIGURE.format("alt")), "cell 6: the alt text of a figure is computed"),
        ((*GOOD, 'f"{share:.0%}"'), "cell 6, line 1: .0%: numbers and dates are written by `livingbook.values.wording`"),
        ((*GOOD, 'day.strftime("%B")'), "cell 6, line 1: strftime"),
    ],
)
def test_a_breach_is_named_with_what_to_do(cells, words):
    (found,) = breaches(*cells)
    assert words in found


@pytest.mark.parametrize(
    "cell",
    [
        FIGURE.format('f"A line to {top}."'),
        f"alt = describe(data)\n{FIGURE.format('alt')}",
        "alt = 'A line.'",
        "%matplotlib inline",
    ],
)
def test_what_is_right_is_not_named(cell):
    assert breaches(*GOOD, cell) == []


def test_other_parameters_are_named():
    (order,) = breaches(*GOOD, parameters=("data", "as_of"))
    assert "the first two parameters are `as_of` and `data`" in order


def test_a_cell_that_stands_in_two_notebooks_is_named():
    twice = {name: notebook("# How?", "a = 1\nb = 2\nc = 3") for name in ("one", "two")}
    (found,) = rules_of_writing.repeated_cells(twice)
    assert found.startswith("notebooks/two.ipynb, cell 2: is cell 2 of one.ipynb again")
