"""Folding of re-reports, periods in words, and the spread of printed numbers."""

from datetime import date

import pandas as pd
import pytest
from livingbook.evidence.ledger import face_values, labels_of, retellings, short_period, short_periods, spread, with_retellings
from livingbook.evidence.reading import Evidence
from livingbook.values.bounds import Bounds

OBSERVATIONS = """id,measure,population,category,start,end,low,value,high,qualifier,origin,source,known_from,status,same_as
a,listed,army,all,2022-02-24,2024-12-31,,49000,,at_least,o1,s1,2025-05-20,use,
a1,listed,army,all,2022-02-24,2024-12-31,,49000,,at_least,o1,s2,2025-05-31,rereport,a
a2,listed,army,all,2022-02-24,2024-12-31,,50000,,about,o1,s2,2025-06-01,rereport,a
a3,listed,army,all,2024-01-01,2024-12-31,,49000,,at_least,o1,s2,2025-10-10,conflict,a
b,listed,army,part,2022-02-24,2024-12-31,,26000,,at_least,o2,s1,2025-05-20,use,
"""


@pytest.fixture
def evidence(tmp_path):
    (tmp_path / "observations.csv").write_text(OBSERVATIONS)
    (tmp_path / "origins.csv").write_text("origin,label\no1,First\no2,Second\no3,Third\n")
    return Evidence(tmp_path)


def test_repeats_and_conflicts_are_folded_into_the_figure_they_name(evidence):
    kept = evidence.observations(measure="listed")
    folded = with_retellings(kept, retellings(evidence, kept)).set_index("id")
    assert folded["rereports"].to_dict() == {"a": 2, "b": 0}
    assert folded["conflicts"].to_dict() == {"a": 1, "b": 0}


def test_retellings_not_public_yet_are_not_counted(evidence):
    earlier = Evidence(evidence.folder, "2025-05-31")
    kept = earlier.observations(measure="listed")
    assert with_retellings(kept, retellings(earlier, kept)).set_index("id").loc["a", ["rereports", "conflicts"]].tolist() == [1, 0]


def test_nothing_kept_folds_to_nothing(evidence):
    evidence.awaits(measure="other")
    kept = evidence.observations(measure="other")
    assert with_retellings(kept, retellings(evidence, kept)).empty


def test_only_the_asked_labels_are_read(evidence):
    assert labels_of(evidence, "origins", ["o2", "o2"]) == {"o2": "Second"}
    assert evidence.reads == [{"table": "origins", "where": {"origin": ["o2"]}}]


@pytest.mark.parametrize(
    "start, end, words",
    [
        (date(2022, 2, 24), date(2024, 12, 31), "Feb 2022 – Dec 2024"),
        (date(2024, 1, 1), date(2024, 12, 31), "2024"),
        (date(2024, 5, 1), date(2024, 5, 31), "May 2024"),
        (date(2024, 1, 1), date(2024, 12, 27), "Jan 2024 – Dec 2024"),
        (None, date(2024, 12, 31), "Dec 2024"),
    ],
)
def test_span(start, end, words):
    assert short_periods(pd.DataFrame({"start": [start], "end": [end]}, [7])).to_dict() == {7: words}
    assert short_period(start, end) == words


def test_spread_is_between_printed_numbers():
    counts = [Bounds(49000, None, float("inf"), frozenset("a")), Bounds.exact(50554, "b"), Bounds.unknown()]
    assert (face_values(counts).low, face_values(counts).high) == (49000, 50554)
    assert spread(counts).value == pytest.approx(1554 / 49000)
    assert spread(counts).rows == {"a", "b"}


def test_one_number_has_no_spread():
    assert spread([Bounds.exact(5)]).is_unknown
    assert face_values([]).is_unknown
