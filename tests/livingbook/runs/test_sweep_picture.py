"""Ranges of a sweep, and the picture of its results."""

import io

import matplotlib.image
import pytest
from livingbook.project.validation import validated
from livingbook.runs.sweep_picture import MOST, picture
from livingbook.runs.sweep_settings import SweepSettings
from livingbook.system.errors import BuildError


def values(given):
    return validated(SweepSettings, {"notebooks": ["rate"], "strength": given}, "sweeps.yml, x").grid["strength"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("100000..400000:50000", [100000, 150000, 200000, 250000, 300000, 350000, 400000]),
        ("0..0.3:0.1", [0.0, 0.1, 0.2, 0.3]),  # not 0.30000000000000004
        ("1..4:2", [1, 3]),
        ("-2..2:2", [-2, 0, 2]),
        (["1..3:1", 10], [1, 2, 3, 10]),
        ([5], [5]),
    ],
)
def test_a_range_is_its_numbers(given, expected):
    found = values(given)
    assert found == expected and list(map(type, found)) == list(map(type, expected))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("1..5", "strength = '1..5': 1..5: a range is written first..last:step, as 100000..400000:50000"),
        ("5..1:1", "5..1:1: a range goes upwards, in steps above 0"),
        ("1..5:0", "1..5:0: a range goes upwards, in steps above 0"),
        ("0..1000000000:1", "asks for more than 100,000 settings"),
        ("lots", "must be a list of values, or a range as 100000..400000:50000"),
    ],
)
def test_what_is_no_range_is_refused(given, words):
    with pytest.raises(BuildError) as refused:
        values(given)
    assert words in str(refused.value)


def row(strength, name="rate", low=1.0, value=None, high=None, **more):
    return {
        "notebook": "rate", "name": name, "about": "A rate.", "unit": "persons", "low": low, "value": value, "high": high, "strength": strength, **more
    }  # fmt: skip


def test_what_varies_is_drawn_and_what_does_not_is_left_out():
    rows = [row(men, low=1e6 / men) for men in (1, 2, 3)] + [row(men, "same") for men in (1, 2, 3)]
    png, left_out = picture(["strength"], rows, "x")
    drawn = matplotlib.image.imread(io.BytesIO(png))
    assert left_out == 0 and drawn.shape[1] < 600 and (drawn[..., :3] < 0.9).any()
    assert picture(["strength"], rows[3:], "x") == (b"", 0)


@pytest.mark.parametrize("along", [["2025-01-31", "2025-02-28"], ["one", "other"], [True, False], [0.1, 0.2]])
def test_days_words_and_unknowns_are_drawn_too(along):
    rows = [
        row(value, low=low, high=high, other=group)
        for group in "ab"
        for value, low, high in zip(along, (None, 2.0), (None, 3.0), strict=True)
    ]
    assert picture(["strength", "other"], rows, "x")[0]


def test_of_many_results_some_are_drawn_and_the_others_counted():
    rows = [row(men, f"n{index}", low=float(men)) for index in range(MOST + 2) for men in (1, 2)]
    assert picture(["strength"], rows, "x")[1] == 2
