"""Parameters: declared in a cell, checked before anything runs."""

from types import SimpleNamespace

import pytest
from desertion.kinds import Persons
from livingbook.notebook import parameters
from livingbook.notebook.parameters import KINDS, ParameterError, check, faults, of_notebook

CELL = """as_of: AsOf = "latest"  # the day
strength: Persons = 200_000  # men in the theatre
share: Share = 0.5  # share that ran
"""


def declared(cell: str) -> list[parameters.Parameter]:
    return parameters.declared(cell, KINDS | {"Persons": Persons})


def test_a_parameters_cell_is_read_with_kind_default_and_meaning():
    first, second, _ = declared(CELL)
    assert (first.name, first.kind, first.default) == ("as_of", "AsOf", "latest")
    assert str(second) == "strength = 200000 (persons; 1 to 20,000,000): men in the theatre"


@pytest.mark.parametrize(
    "line", ["strength = 5  # men", "strength: int = 5  # men", "strength: Persons = 5", "strength: Persons", "import os"]
)
def test_a_line_that_declares_otherwise_is_refused_and_shown(line):
    with pytest.raises(ParameterError, match=line.split("#")[0].strip().split(" ")[0]):
        declared(line)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("strength: Persons = (  # men", "is not Python"),
        ("strength: Persons = 10 ** 6  # men", "the default must be written out"),
        ("strength: Persons = open('x').read()  # men", "the default must be written out"),
        ("strength: Persons = 5  # men\nstrength: Persons = 6  # men", "strength is declared twice"),
        ("strength: Persons = " + "(" * 3_000 + "  # men", "is not Python"),
    ],
)
def test_a_cell_that_cannot_be_read_is_refused_in_a_sentence(cell, words):
    with pytest.raises(ParameterError, match=words):
        declared(cell)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"strenth": 5}, "strenth: no such parameter; did you mean strength?"),
        ({"strength": "many"}, "strength = 'many': "),
        ({"strength": 0}, "strength = 0: .*greater than 0"),
        ({"strength": 2.5}, "strength = 2.5: "),
        ({"share": 1.5}, "share = 1.5: .*less than or equal to 1"),
        ({"share": True}, "share = True: "),
        ({"as_of": "June"}, "as_of = 'June': "),
        ({"as_of": 20250609}, "as_of = 20250609: "),
        ({"as_of": "20250609"}, "as_of = '20250609': must be a day of the calendar"),  # as a text it is after every day of 2025
        ({"as_of": "2025-W23-1"}, "as_of = '2025-W23-1': must be a day of the calendar"),
        ({"as_of": "2025-02-30"}, "as_of = '2025-02-30': must be a day of the calendar"),
        ({"share": float("nan")}, "share = nan: "),
    ],
)
def test_what_is_wrong_is_said(given, words):
    assert len(faults(declared(CELL), given)) == 1
    with pytest.raises(AssertionError):
        assert not faults(declared(CELL), given)
    import re

    assert re.search(words, faults(declared(CELL), given)[0])


@pytest.mark.parametrize("given", [{}, {"strength": 700000}, {"share": 1, "as_of": "2025-06-09"}, {"as_of": "latest"}])
def test_what_is_right_passes(given):
    assert faults(declared(CELL), given) == []


def shell(injected="", **values):
    names = {"as_of": "latest", "strength": 200000, "share": 0.5} | values
    return SimpleNamespace(user_ns={"Persons": Persons, "In": ["", "import x", CELL, injected, "check(get_ipython())"], **names})


def test_inside_a_notebook_good_parameters_pass():
    check(shell())
    check(shell("# Parameters\nstrength = 700000\n", strength=700000))


@pytest.mark.parametrize(
    ("shell_", "words"),
    [
        (shell("# Parameters\nstrenth = 5\n", strenth=5), "strenth: no such parameter"),
        (shell("# Parameters\nstrength = -5\n", strength=-5), "strength = -5"),
        (shell(share="half"), "share = 'half'"),  # edited in the cell itself
    ],
)
def test_inside_a_notebook_bad_parameters_stop_it_with_the_valid_ones(shell_, words):
    with pytest.raises(ParameterError, match=words) as caught:
        check(shell_)
    assert "Valid parameters:" in str(caught.value) and "men in the theatre" in str(caught.value)
    assert caught.value._render_traceback_() == [f"ParameterError: {caught.value}"]


def test_a_notebook_without_parameters_cell_is_refused():
    with pytest.raises(ParameterError, match="no cell is tagged"):
        of_notebook({"cells": [{"metadata": {}, "source": "x = 1"}]})


def test_a_book_has_kinds_of_its_own(tmp_path):
    (tmp_path / "kinds_of_this_test.py").write_text(
        "from typing import Annotated\nfrom pydantic import Field\nfrom livingbook.notebook.parameters import Unit\n"
        'Litres = Annotated[float, Field(strict=True, gt=0, le=10), Unit("litres", "above 0, to 10")]\n'
    )
    kinds = parameters.kinds_of("kinds_of_this_test", tmp_path)
    assert set(kinds) == {*KINDS, "Litres"}
    found = parameters.declared("rain: Litres = 2.5  # a day", kinds)
    assert str(found[0]) == "rain = 2.5 (litres; above 0, to 10): a day" and faults(found, {"rain": 11.0})


def test_kinds_that_are_not_there_are_named(tmp_path):
    with pytest.raises(ParameterError, match=r"no_such_kinds, which has the kinds of parameters"):
        parameters.kinds_of("no_such_kinds", tmp_path)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"def (", r"SyntaxError: invalid syntax \(spoilt_kinds_0.py, line 1\)"),
        ("x = 'Скрытое'".encode("cp1251"), "SyntaxError: .*utf-8"),
        ("x = 1".encode("utf-16"), "SyntaxError: "),
        (b"Litres = Nothing", "NameError: name 'Nothing' is not defined"),
    ],
    ids=["syntax", "cp1251", "utf-16", "name"],
)
def test_a_module_of_kinds_that_cannot_be_imported_is_named(tmp_path, request, content, error):
    name = f"spoilt_kinds_{request.node.callspec.indices['content']}"
    (tmp_path / f"{name}.py").write_bytes(content)
    with pytest.raises(ParameterError, match=rf"{name}, which has the kinds of parameters: {error}"):
        parameters.kinds_of(name, tmp_path)
