"""A change of the library that no test notices is named, unless it is explained."""

from pathlib import Path

import pytest
import yaml
from mutants import explained, main

LIBRARY = '''
def larger(one: int, other: int) -> int:
    """The larger of two."""
    return one if one > other else other
'''
TESTS = """
from desertion.counts.rates import larger


def test_larger():
    assert larger(1, 2) == larger(2, 1) == 2
"""
EXPLAINED = """
- function: desertion.counts.rates.larger
  was: one > other
  became: [one >= other]
  why: equal numbers are equal
"""


@pytest.fixture
def root(tmp_path):
    for name, text in {
        "notebooks/desertion/__init__.py": "",
        "notebooks/desertion/counts/rates.py": LIBRARY,
        "data/x.csv": "",
        "tests/test_rates.py": TESTS,
        "tests/support/survivors.yml": "[]",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_change_that_no_test_notices_is_named_until_it_is_explained(root, capsys):
    assert main(root, []) == 1
    said = capsys.readouterr().out
    assert (
        "survived: desertion.counts.rates.larger\n  - return one if one > other else other\n  + return one if one >= other else other"
        in said
    )
    assert "1 survived" in said and "1 unexplained" in said
    (root / "tests" / "support" / "survivors.yml").write_text(EXPLAINED)
    assert main(root, []) == 0
    assert "0 unexplained" in capsys.readouterr().out


def test_a_missing_test_is_named(root, capsys):
    (root / "tests" / "test_rates.py").write_text(TESTS.replace("larger(1, 2) == ", ""))
    assert main(root, []) == 1
    assert "1 unexplained" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("function", "was", "became", "expected"),
    [
        ("a.f", "x > y", "x >= y", True),
        ("a.g", "x > y", "x >= y", False),
        ("a.f", "x > y", "x < y", False),
        ("a.g", "zip(a, b, strict=True)", "zip(a, b, )", True),
        ("a.g", "zip(a, b, strict=True)", "zip(a, None, strict=True)", False),
    ],
)
def test_a_reason_holds_for_its_own_change(function, was, became, expected):
    reasons = [{"function": "a.f", "was": "x > y", "became": ["x >= y"]}, {"was": "strict=True", "became": ["strict=False", ""]}]
    assert explained(reasons, function, was, became) == expected


def test_every_reason_is_one():
    for each in yaml.safe_load((Path(__file__).parent / "support" / "survivors.yml").read_text("utf-8")):
        assert set(each) <= {"function", "was", "became", "why"} and each["why"] and isinstance(each["became"], list)
