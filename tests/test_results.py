"""What one notebook reads of another's numbers and of a sweep, and that it is recorded as read."""

import json
import math

import pytest
from desertion.bounds import Bounds
from desertion.data import EvidenceError, load
from desertion.results import Results, everything_published, published, swept

ENTRY = {"low": 1.0, "value": 2.0, "high": 3.0, "rows": ["a", "b"]}


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
    found = Results({"notebook": "rate", "title": "Rate", "reads": [], "results": {"n": ENTRY, "open": {"low": None, "value": None, "high": None, "rows": []}}})
    assert found["n"] == Bounds(1, 2, 3) and found["n"].rows == {"a", "b"} and found["open"] == Bounds(-math.inf, None, math.inf)
    assert list(found) == ["n", "open"] and len(found) == 2
    with pytest.raises(EvidenceError, match="rate publishes no 'm', only n, open"):
        found["m"]


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
    file.write_text("as_of,notebook,name,text,unit,low,value,high,rows\n2025-01-01,rate,n,2,persons,1,2,3,a;b\n"
                    "2025-01-01,rate,floor,at least 1,persons,,,,\n2025-01-01,rate,said,more,words,,,,\n")
    for _ in range(2):
        numbers, floor, said = swept(file, evidence)["bounds"]
    assert numbers == Bounds(1, 2, 3) and numbers.rows == {"a", "b"} and said is None
    assert floor == Bounds(-math.inf, None, math.inf) and floor.rows == frozenset()
    assert evidence.reads == [{"sweep": "months"}]
    with pytest.raises(EvidenceError, match=r"weeks\.csv: the sweep weeks has not been run"):
        swept(tmp_path / "weeks.csv", evidence)
