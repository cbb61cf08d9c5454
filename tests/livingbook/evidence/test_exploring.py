"""The overview of the evidence, and the completion of its names."""

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from livingbook.evidence.exploring import asked, complete_names
from livingbook.evidence.reading import load


@pytest.fixture
def evidence(tables):
    rows = [
        {"id": "one", "measure": "convictions", "population": "russia", "category": "all"},
        {"id": "two", "measure": "convictions", "population": "list_svtv", "category": "all"},
        {"id": "later", "measure": "draft_evaders", "population": "russia", "category": "<men>", "known_from": "2026-01-01"},
    ]
    return load(tables(rows), "2025-06-09")


def test_the_overview_counts_the_rows_of_each_value_and_lists_what_none_has(evidence):
    shown = evidence._repr_html_()
    assert "<b>2 observations</b> in use" in shown and "as of 2025-06-09" in shown
    cells = shown.replace("\n", "").replace(" ", "")
    assert "<td>convictions</td><td>2</td>" in cells and "<td>draft_evaders</td><td>0</td>" in cells
    assert "<summary>category:1values</summary>" in cells and "men" not in shown.split("category")[1].split("origin")[0]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('evidence.observations(measure="', ("measure", "", {})),
        ("x = evidence.one(measure='a', population='li", ("population", "li", {"measure": "a"})),
        ('evidence.latest(\n    measure=["a", "b', ("measure", "b", {})),
        ('evidence.select("observations", category=set(all), origin="i', ("origin", "i", {})),
        ('evidence.observations(measure="a", ', None),
        ('evidence.observations(measure="a").query(unit="', None),
        ('evidence.observations(start="', None),
        ('other.observations(measure="', None),
    ],
)
def test_what_is_asked_is_read_from_the_code_before_the_cursor(text, found):
    assert asked(text, ["evidence"]) == (found and ("evidence", *found))


def test_tab_completes_values_that_go_with_what_is_given(evidence):
    shell = InteractiveShell()
    shell.user_ns["evidence"] = evidence
    complete_names(shell)
    complete_names(shell)
    assert len(shell.Completer.custom_matchers) == 1

    def offered(text):
        with provisionalcompleter():
            return [each.text for each in shell.Completer.completions(text, len(text))]

    assert offered('evidence.observations(measure="conv') == ["convictions"]
    assert offered('evidence.observations(measure="convictions", population="') == ["list_svtv", "russia"]
    assert "later" not in offered('evidence.observations(id="')
    assert "convictions" not in offered('open("conv')


def test_without_a_shell_nothing_is_completed():
    complete_names(None)
