"""How numbers, bounds and dates are written, and that they are written nowhere else."""

import json
import math
from datetime import date
from pathlib import Path

import pytest
from livingbook.site.rules_of_writing import formatted
from livingbook.values import wording
from livingbook.values.bounds import Bounds

INF = math.inf


@pytest.mark.parametrize(
    ("value", "step", "up", "printed"),
    [
        (1429.6, 10, None, "1,430"),
        (1429.6, 1, None, "1,430"),
        (1421, 10, True, "1,430"),
        (1429, 10, False, "1,420"),
        (0.0514, 0.001, None, "0.051"),
        (-3.2, 1, None, "−3"),
        (INF, 1, None, "∞"),
        (1430, 10, True, "1,430"),
        (0.3, 0.1, True, "0.3"),
    ],
)
def test_numbers(value, step, up, printed):
    assert wording.number(value, step, up) == printed


@pytest.mark.parametrize(
    ("bounds", "unit", "step", "printed"),
    [
        (Bounds.exact(49000), "persons", 1, "49,000"),
        (Bounds(49000, None, INF), "persons", 1, "at least 49,000"),
        (Bounds(0, None, 640000), "persons", 1000, "at most 640,000"),
        (Bounds(35500, 36000, 36500), "persons", 1, "36,000 (35,500–36,500)"),
        (Bounds(0.1, None, 0.15), "share", 0.01, "10%–15%"),
        (Bounds.exact(0.884), "share", 0.001, "88.4%"),
        (Bounds.unknown(), "persons", None, "not known"),
        (Bounds(1427, None, INF), "", 10, "at least 1,420"),  # a lower bound is rounded down
        (Bounds(0.03783, None, INF), "share", 0.001, "at least 3.78%"),  # 3.7% would be two per cent too low
        (Bounds(0.2174, None, INF), "share", 0.01, "at least 21.7%"),
        (Bounds(0, None, 0.2174), "share", 0.01, "at most 21.8%"),
        (Bounds(1521.9, None, INF), "", 100, "at least 1,520"),
        (Bounds(0, None, 1421), "", 10, "at most 1,430"),  # an upper bound is rounded up
        (Bounds(1.4999, 1.5, 1.5001), "", 0.5, "1.5 (1.0–2.0)"),
        (Bounds(-2213.6, None, 3873.9), "", 100, "−2,300 to 3,900"),  # no "at most": it can be below nothing
        (Bounds(-500, None, -100), "", 1, "−500 to −100"),
        (Bounds(-500, None, 0), "", 1, "−500 to 0"),
        (Bounds(-402, 98, 598), "", 1, "98 (−402 to 598)"),
        (Bounds(-0.22, None, 0.1), "share", 0.01, "−22% to 10%"),
        (Bounds(-INF, None, 5), "", 1, "at most 5"),
        (Bounds(0, None, 5), "", 1, "at most 5"),
        (Bounds(-INF, 3, 5), "", 1, "3 (at most 5)"),
        (Bounds(0, 5, INF), "", 1, "5 (at least 0)"),
        (Bounds(2, 5, INF), "", 1, "5 (at least 2)"),
        (Bounds(-INF, 5, INF), "", 1, "5 (no bounds known)"),
    ],
)
def test_bounds_in_words(bounds, unit, step, printed):
    assert wording.of_bounds(bounds, unit, step) == printed


def test_no_more_digits_than_the_interval_supports():
    assert wording.of_bounds(Bounds.exact(1429.58)) == "1,430"
    assert wording.of_bounds(Bounds(1234.5, 1300.2, 2345.6)) == "1,300 (1,200–2,400)"
    assert wording.supported_step(Bounds(1234.5, None, 1238)) == 10
    assert wording.step_of(INF) == wording.step_of(-INF) == wording.step_of(0) == 1
    assert wording.of_bounds(Bounds.exact(50554)) == "50,554"  # a count as it was published


def test_dates_and_counts():
    assert wording.day("2025-06-09") == "9 June 2025"
    assert wording.month("2025-06-09") == "June 2025"
    assert wording.plural(1, "list") == "1 list" and wording.plural(1234, "entry", "entries") == "1,234 entries"
    assert wording.listing(["a"]) == "a" and wording.listing(["a", "b", "c"]) == "a, b and c" and wording.listing([]) == ""


def test_shares_are_whole_percents_unless_more_is_said():
    assert wording.share(Bounds(0.1, None, 0.15)) == "10%–15%"
    assert wording.share(Bounds.exact(0.884), 0.001) == "88.4%"


@pytest.mark.parametrize(
    ("bounds", "printed"),
    [(Bounds(35500, 36000, 36500), "36,000"), (Bounds(49000, None, INF), "at least 49,000"), (Bounds.unknown(), "not known")],
)
def test_a_short_label_is_the_value_or_else_the_bounds(bounds, printed):
    assert wording.short(bounds) == printed


def test_months():
    assert wording.month("2025-06-09", year=False) == "June"
    assert wording.short_month(date(2025, 6, 9)) == "Jun 2025" and wording.short_month(date(2025, 6, 9), year=False) == "Jun"
    assert wording.plain(8.0) == "8" and wording.plain(0.25) == "0.25"


NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
# What these say is said to whoever runs the book, on a terminal or in an error, or is no number of the book's at all.
NOT_IN_THE_BOOK = {"bibliography.py", "wording.py"}


def test_numbers_and_dates_are_written_in_one_place():
    rooms = [NOTEBOOKS / "desertion", *(NOTEBOOKS / "livingbook" / room for room in ("values", "evidence", "notebook", "drawing"))]
    paths = sorted(path for room in rooms for path in room.rglob("*.py") if path.name not in NOT_IN_THE_BOOK)
    code = {path.relative_to(NOTEBOOKS).as_posix(): path.read_text("utf-8") for path in paths}
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        code |= {
            f"{path.name}, cell {number}": "".join(cell["source"])
            for number, cell in enumerate(cells)
            if cell["cell_type"] == "code"
        }
    assert len(code) > 400  # cells and modules: the check looks at something
    assert {name: found for name, source in code.items() if (found := list(formatted(source)))} == {}


@pytest.mark.parametrize(
    "source", ['f"{share:.0%}"', 'f"{count:,} men"', 'f"{day:%B %Y}"', 'day.strftime("%B")', 'f"{x:{width}.1f}"']
)
def test_what_writes_them_elsewhere_is_found(source):
    assert list(formatted(source))


def test_ends_that_are_written_alike_are_written_once():
    assert wording.of_bounds(Bounds(100 - 1e-11, None, 100 + 1e-11), step=1) == "100"
