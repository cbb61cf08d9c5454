"""What one notebook reads of another's numbers and of a sweep, and that it is recorded as read."""

import json
import math

import pytest
from livingbook.evidence.reading import load
from livingbook.evidence.tables import EvidenceError
from livingbook.notebook.results import Results, everything_published, published, swept
from livingbook.values.bounds import Bounds
from livingbook.values.published import PublishedNumber

ENTRY = {"low": 1.0, "value": 2.0, "high": 3.0, "text": "2", "rows": ["a", "b"]}


@pytest.fixture
def evidence(tables):
    return load(tables([{}]))


@pytest.fixture
def edition(tmp_path):
    for name in ("rate", "totals"):
        document = {"notebook": name, "title": name.capitalize(), "reads": [], "results": {"n": ENTRY}}
        (tmp_path / f"{name}.json").write_text(json.dumps(document))
    return tmp_path


def test_numbers_are_bounds_with_their_rows_and_open_ends():
    found = Results(
        {
            "notebook": "rate",
            "title": "Rate",
            "reads": [],
            "results": {"n": ENTRY, "open": {"low": None, "value": None, "high": None, "text": "not known", "rows": []}},
        }
    )
    assert (
        found["n"] == Bounds(1, 2, 3)
        and found["n"].rows == {"a", "b"}
        and found["open"].is_unknown
        and found["open"] == Bounds.unknown()
    )
    assert list(found) == ["n", "open"] and len(found) == 2
    with pytest.raises(EvidenceError, match="rate publishes no 'm', only n, open"):
        found["m"]


@pytest.mark.parametrize(
    "bounds", [Bounds.unknown(), Bounds(0, None, 5), Bounds(0, 5, math.inf), Bounds(-3, None, 4), Bounds(-math.inf, None, 4)]
)
def test_a_number_is_read_as_it_was_published(bounds):
    document = {"notebook": "rate", "title": "Rate", "reads": [], "results": {"n": PublishedNumber.of(bounds, "persons", "x").json}}
    assert Results(document)["n"] == bounds


def test_a_number_that_an_earlier_book_published_as_unknown_is_unknown():
    document = {
        "notebook": "rate",
        "title": "Rate",
        "reads": [],
        "results": {"n": {"low": 0.0, "value": None, "high": None, "text": "not known", "rows": []}},
    }
    assert Results(document)["n"].is_unknown


def test_a_notebook_that_is_read_is_recorded_once(edition, evidence):
    for _ in range(2):
        assert published(edition, "rate", evidence)["n"] == Bounds(1, 2, 3)
    assert evidence.reads == [{"notebook": "rate"}]
    assert list(everything_published(edition, evidence, but="rate")) == ["totals"]
    assert evidence.reads == [{"notebook": "rate"}, {"notebook": "totals"}]
    with pytest.raises(EvidenceError, match=r"who\.json: the notebook who has not been run for this edition"):
        published(edition, "who", evidence)


def test_the_table_of_a_sweep_has_bounds_and_words(tmp_path, evidence):
    file = tmp_path / "months.csv"
    file.write_text(
        "as_of,notebook,name,text,unit,low,value,high,rows\n2025-01-01,rate,n,2,persons,1,2,3,a;b\n"
        "2025-01-01,rate,gone,not known,persons,,,,c\n2025-01-01,rate,most,at most 5,persons,0.0,,5,\n"
        "2025-01-01,rate,said,more,words,,,,\n"
    )
    for _ in range(2):
        numbers, unknown, most, said = swept(file, evidence)["bounds"]
    assert numbers == Bounds(1, 2, 3) and numbers.rows == {"a", "b"} and said is None
    assert unknown == Bounds.unknown() and unknown.rows == {"c"} and most == Bounds(0, None, 5)
    assert evidence.reads == [{"sweep": "months"}]
    with pytest.raises(EvidenceError, match=r"weeks\.csv: the sweep weeks has not been run"):
        swept(tmp_path / "weeks.csv", evidence)
