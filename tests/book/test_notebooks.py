"""What a notebook is: question, parameters, short cells, no outputs; and nothing of this machine in what it gives."""

import ast
import re
import subprocess
from pathlib import Path
from statistics import median

import nbformat
import pytest
from livingbook.notebook.parameters import kinds_of, of_notebook

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def cells(path, kind="code"):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


def lengths(path):
    return [len(cell.source.splitlines()) for cell in cells(path)]


every = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


@every
def test_a_notebook_is_committed_without_outputs(path):
    """In git, that is; the file may have the outputs of whoever works on it, and git's filter takes them out (`make lab`)."""
    kept = subprocess.run(["git", "show", f":notebooks/{path.name}"], cwd=ROOT, capture_output=True, check=False)
    text = (kept.stdout if kept.returncode == 0 else path.read_bytes()).decode("utf-8")
    full = [
        index
        for index, cell in enumerate(nbformat.reads(text, as_version=4).cells)
        if cell.cell_type == "code" and (cell.outputs or cell.execution_count is not None)
    ]
    assert full == [], f"cells with outputs: `.venv/bin/nbstripout --keep-id notebooks/{path.name}` takes them out"


@every
def test_it_opens_with_its_question(path):
    first = nbformat.read(path, as_version=4).cells[0]
    assert first.cell_type == "markdown" and first.source.startswith("# ")


@every
def test_it_declares_the_common_parameters(path):
    names = [
        parameter.name
        for parameter in of_notebook(nbformat.read(path, as_version=4), kinds_of("desertion.kinds", ROOT / "notebooks"))
    ]
    assert names[:2] == ["as_of", "data"]


@every
def test_parameters_are_checked_in_the_next_cell_and_it_publishes_under_its_own_name(path):
    sources = [cell.source for cell in cells(path)]
    index = next(index for index, cell in enumerate(cells(path)) if "parameters" in cell.metadata.get("tags", []))
    assert sources[index + 1].startswith("check(get_ipython())\n")
    assert f'Publisher("{path.stem}", evidence)' in "\n".join(sources)


@every
def test_cells_are_short(path):
    assert max(lengths(path)) <= 25 and median(lengths(path)) <= 6


@every
def test_a_sentence_comes_before_the_code(path):
    kinds = [cell.cell_type for cell in nbformat.read(path, as_version=4).cells]
    assert not re.search(r"CCCC", "".join("C" if kind == "code" else "m" for kind in kinds)), "four code cells in a row"


def test_no_cell_stands_in_two_notebooks():
    seen: dict[str, str] = {}
    for path in NOTEBOOKS:
        for cell in cells(path):
            body = "\n".join(
                line
                for line in cell.source.splitlines()
                if not line.startswith(("from ", "import ", "check(", "evidence = ", "publish = "))
            )
            if len(body.splitlines()) < 3 or "parameters" in cell.metadata.get("tags", []):
                continue
            assert seen.setdefault(body, path.stem) == path.stem, f"the same cell in {seen[body]} and {path.stem}:\n{body}"


def alt_texts(source: str) -> list[ast.expr]:
    """The alt texts that code gives to figures, each as the expression that it comes from."""
    tree = ast.parse(re.sub(r"^[%!].*", "", source, flags=re.M))
    named = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    given = [
        keyword.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "publish.figure"
        for keyword in node.keywords
        if keyword.arg == "alt"
    ]
    return [_written_out(value, named) for value in given]


def _written_out(value: ast.expr, named: dict[str, ast.expr]) -> ast.expr:
    """The expression with the names of texts replaced by what they stand for."""

    class Names(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return named.get(node.id, node)

    return Names().visit(value)


def is_computed(alt: ast.expr) -> bool:
    """Whether something in the text comes from the data."""
    return any(isinstance(node, (ast.FormattedValue, ast.Call, ast.Subscript)) for node in ast.walk(alt))


@every
def test_the_alt_text_of_each_figure_is_computed(path):
    alts = alt_texts("\n".join(cell.source for cell in cells(path)))
    figures = sum(cell.source.count("publish.figure(") for cell in cells(path))
    assert len(alts) == figures and [ast.unparse(alt) for alt in alts if not is_computed(alt)] == []


@pytest.mark.parametrize(
    "alt, computed",
    [('"A line that rises."', False), ('f"A line that rises to {top}."', True), ("alt", False), ("describe(data)", True)],
)
def test_a_typed_alt_text_is_found(alt, computed):
    (found,) = alt_texts(f'alt = "A line."\npublish.figure("x", draw, data, alt={alt})')
    assert is_computed(found) is computed
