"""What counts as use of a measure, and that none goes unused in silence."""

import pytest
from livingbook.evidence.tables import EvidenceError
from livingbook.notebook.coverage import measures_in, unused, users
from livingbook.notebook.results import Results


def notebook(title, *reads):
    return Results({"notebook": title.lower(), "title": title, "results": {}, "reads": list(reads)})


def asked(**where):
    return {"table": "observations", "where": {"status": "use", **where}}


def test_a_measure_is_used_by_a_selection_that_names_it_alone_or_among_others():
    assert measures_in([asked(measure="verdicts"), asked(measure=["recruits", "verdicts"], population="russia")]) == {
        "recruits",
        "verdicts",
    }


def test_a_selection_of_everything_uses_no_measure_in_particular():
    assert measures_in([asked(), {"table": "measures", "where": {"measure": ["recruits"]}}, {"notebook": "rate"}]) == set()


def test_the_notebooks_that_use_a_measure_are_listed_by_title():
    everything = {
        "rate": notebook("Rate", asked(measure="recruits")),
        "who": notebook("Who", asked(measure=["recruits", "mean_age"])),
    }
    assert users(everything, ["recruits", "mean_age", "executions"]) == {
        "recruits": ["Rate", "Who"],
        "mean_age": ["Who"],
        "executions": [],
    }


def test_an_unused_measure_keeps_its_reason():
    assert unused({"recruits": ["Rate"], "executions": []}, {"executions": "No rate."}) == {"executions": "No rate."}


@pytest.mark.parametrize(
    ("reasons", "message"),
    [
        ({}, "unused without a reason: executions"),
        ({"executions": " "}, "unused without a reason: executions"),
        ({"executions": "No rate.", "recruits": "Forgotten."}, "used or not in the tables: recruits"),
        ({"executions": "No rate.", "exectuions": "Misspelt."}, "used or not in the tables: exectuions"),
    ],
)
def test_a_missing_and_a_stale_reason_are_named(reasons, message):
    with pytest.raises(EvidenceError, match=message):
        unused({"recruits": ["Rate"], "executions": []}, reasons)
