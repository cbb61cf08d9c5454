"""Publishing: what is shown, what is carried, and what is refused."""

import base64
import json
import math
import re
import xml.etree.ElementTree as ElementTree
from contextlib import nullcontext
from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from livingbook import recording
from livingbook.drawing.charts import IntervalRows
from livingbook.drawing.figures import BLUE, draw_bounds, render, year_axis
from livingbook.evidence.reading import load
from livingbook.notebook import publish as module
from livingbook.notebook.payload import BUILT, MIME, NUMBERS_ONLY
from livingbook.notebook.publish import Publisher, PublishError, cell_text, csv_of, rests_on
from livingbook.notebook.showing import below, drawing, with_pictures
from livingbook.values import periods
from livingbook.values.bounds import Bounds
from matplotlib.dates import date2num, num2date


@pytest.fixture
def shown(monkeypatch):
    outputs = []
    monkeypatch.setattr(module, "display", lambda bundle, **_: outputs.append(bundle))
    return outputs


@pytest.fixture
def publisher(tables):
    evidence = load(tables([{"id": "a"}, {"id": "b", "origin": "mediazona"}]))
    evidence.select("observations")
    return Publisher("rate", evidence)


def draw(figure, data, narrow):
    axes = figure.subplots()
    axes.plot(data["x"], data["y"], color=BLUE)


def figure(publisher, **other):
    arguments = {
        "title": "It rises",
        "subtitle": "units",
        "alt": "A line that rises.",
        "columns": {"x": "X", "y": "Y"},
        "rows": ["a"],
    }
    publisher.figure("line", draw, pd.DataFrame({"x": [1, 2], "y": [3, 4]}), **(arguments | other))


def test_a_number_is_shown_and_carried_with_its_bounds(publisher, shown):
    publisher.number("monthly", Bounds(1427.4, None, math.inf, frozenset("a")), "persons per month", "Listed <a> month.", step=10)
    bundle = shown[0]
    assert bundle["text/plain"] == "monthly: at least 1,420 persons per month. Listed <a> month."
    assert "&lt;a&gt;" in bundle["text/html"]
    carried = bundle[MIME]
    assert carried["body"] == {
        "value": None,
        "low": 1427.4,
        "high": None,
        "unit": "persons per month",
        "text": "at least 1,420",
        "picks": {"low": "1,420"},
        "about": "Listed <a> month.",
        "rows": ["a"],
    }
    assert set(carried) == {"kind", "notebook", "name", "body"}


def test_picks_of_low_and_high_are_rounded_outward(publisher, shown):
    publisher.number("rate", Bounds(10.26, 10.55, 10.94), "ratio", "x", step=0.1)
    assert shown[0][MIME]["body"]["picks"] == {"low": "10.2", "value": "10.6", "high": "11.0"}


def test_a_share_is_published_in_whole_percent_or_finer(publisher, shown):
    publisher.share("half", Bounds.exact(0.5), "x")
    publisher.share("fine", Bounds.exact(0.1234), "x", step=0.001)
    assert [(bundle[MIME]["body"]["unit"], bundle[MIME]["body"]["text"]) for bundle in shown] == [
        ("share", "50%"),
        ("share", "12.3%"),
    ]


def test_a_share_of_figures_of_different_times_says_so(publisher, shown, monkeypatch):
    monkeypatch.setattr("livingbook.values.periods._noted", {})
    periods.note({"a": periods.Flow(("x",), "2025-01-01", "2025-12-31"), "b": periods.Flow(("y",), "", "2023-04-30")}.items())
    publisher.share("both", Bounds(0.1, None, 0.2, frozenset("ab")), "Share among all.")
    told = "Share among all. Its figures are of different times: one to 30 April 2023, the other from 1 January 2025."
    assert shown[0][MIME]["body"]["about"] == told
    publisher.number("quotient", Bounds(0.1, None, 0.2, frozenset("ab")), "times", "How many times.")
    assert shown[1][MIME]["body"]["about"] == "How many times."  # growth is of two times by its nature


def test_an_unknown_number_is_published_as_not_known(publisher, shown):
    publisher.number("monthly", Bounds.unknown(), "persons", "x")
    body = shown[0][MIME]["body"]
    assert (body["text"], body["low"], body["value"], body["high"]) == ("not known", None, None, None)
    assert body["picks"] == {} and body["rows"] == []


def test_an_unknown_number_keeps_the_rows_that_leave_it_open_and_an_at_most_its_nought(publisher, shown):
    publisher.number("ratio", Bounds(0, None, math.inf, frozenset("ab")), "ratio", "x")
    publisher.number("most", Bounds(0, None, 5), "persons", "x")
    unknown, most = (bundle[MIME]["body"] for bundle in shown)
    assert (unknown["low"], unknown["rows"]) == (None, ["a", "b"])
    assert (most["low"], most["text"], most["picks"]) == (0.0, "at most 5", {"low": "0", "high": "5"})


def test_what_was_published_is_remembered_as_it_was_published(publisher, shown):
    publisher.share("part", Bounds.exact(1 / 3), "x")
    found = publisher.numbers["rate.part"]
    assert found.bounds == Bounds.exact(1 / 3) and found.json == shown[0][MIME]["body"] and found.text == "33%"


def test_a_figure_carries_both_variants_data_alt_and_sources(publisher, shown):
    figure(publisher)
    body = shown[0][MIME]["body"]
    assert set(body["svg"]) == {"wide", "narrow"} and body["alt"] == "A line that rises."
    assert body["columns"] == [{"name": "x", "label": "X"}, {"name": "y", "label": "Y"}]
    assert body["csv"] == "x,y\n1,3\n2,4\n" and body["sources"] == ["svtv2025list"]
    for svg in body["svg"].values():
        texts = " ".join(element.text or "" for element in ElementTree.fromstring(svg).iter() if element.tag.endswith("text"))
        assert "It rises" in texts and "Source: iStories" in texts


def test_a_figure_without_rows_names_those_of_its_data(publisher, shown):
    data = pd.DataFrame({"x": [1, 2], "y": [3, 4], "bounds": [Bounds.exact(1, ["a"]), Bounds.unknown()], "id": ["b", "b"]})
    assert rests_on(data) == {"a", "b"} and rests_on(data[["x"]]) == set()
    assert rests_on(data.assign(id=["b", None])) == {"a", "b"}  # of some rows only the bounds say on what they rest
    figure(publisher, rows=None)
    publisher.table("some", data[["x", "bounds"]], title="Some", columns={"x": "X"})
    assert [bundle[MIME]["body"]["rows"] for bundle in shown if MIME in bundle] == [[], ["a"]]
    assert rests_on(pd.concat([data[["id"]], pd.DataFrame({"x": [3]})])) == {"b"}  # a row that was added has no id


def test_a_chart_has_the_height_that_its_table_needs(publisher, shown):
    rows = pd.DataFrame({"label": ["A", "B", "C", "D"], "bounds": [Bounds.exact(each) for each in range(4)]})
    said = {"title": "T", "subtitle": "S", "alt": "A", "columns": {"label": "L"}}
    publisher.figure("few", IntervalRows(), rows[:1], **said)
    publisher.figure("many", IntervalRows(), rows, **said)
    publisher.figure("given", IntervalRows(), rows, height=1.0, **said)
    heights = [
        float(re.search(r'height="([\d.]+)pt"', bundle[MIME]["body"]["svg"]["wide"])[1]) for bundle in shown if MIME in bundle
    ]
    assert heights[1] - heights[0] == pytest.approx(
        72 * (IntervalRows().height(rows, False) - IntervalRows().height(rows[:1], False)), abs=1
    )
    assert heights[2] == pytest.approx(heights[1] - 72 * (IntervalRows().height(rows, False) - 1), abs=1)


@pytest.mark.parametrize("without", [{"alt": " "}, {"alt": ""}])
def test_a_figure_without_alt_text_does_not_publish(publisher, shown, without):
    with pytest.raises(PublishError, match=r"rate\.line: a figure needs alt text"):
        figure(publisher, **without)
    assert shown == []


def test_a_run_for_numbers_only_draws_nothing_but_refuses_what_another_would(publisher, shown, monkeypatch):
    monkeypatch.setenv(NUMBERS_ONLY, "1")
    figure(publisher)
    publisher.share("half", Bounds.exact(0.5), "x")
    assert [bundle[MIME]["kind"] for bundle in shown] == ["result"]
    with pytest.raises(PublishError, match=r"rate\.line is published twice"):
        figure(publisher)


def test_a_figure_without_data_does_not_publish(publisher, shown):
    with pytest.raises(PublishError, match="needs alt text and data"):
        figure(publisher, columns={})


def test_a_name_is_published_once_and_is_a_name(publisher, shown):
    publisher.words("a_day", "9 June", "x")
    with pytest.raises(PublishError, match=r"rate\.a_day is published twice"):
        publisher.words("a_day", "9 June", "x")
    with pytest.raises(PublishError, match="small letters"):
        publisher.words("A day", "9 June", "x")
    with pytest.raises(PublishError, match="say what the number is"):
        publisher.number("other", Bounds.exact(1), "persons", "")


def test_the_same_figure_gives_the_same_bytes_and_no_date():
    data = pd.DataFrame({"x": [1, 2], "y": [3, 4]})
    arguments = {"name": "rate-line", "title": "It rises", "subtitle": "", "source": "", "height": 2, "narrow": False}
    one, other = render(draw, data, **arguments), render(draw, data, **arguments)
    assert one == other and "dc:date" not in one and "matplotlib" not in one.lower()


def test_bounds_are_drawn_as_bounds():
    from matplotlib.figure import Figure

    def marks(bounds):
        axes = Figure().subplots()
        draw_bounds(axes, 0, bounds, reach=10)
        return [line.get_marker() for line in axes.lines], len(axes.texts)

    assert marks(Bounds.exact(5)) == (["o"], 0)
    assert marks(Bounds(4, 5, 6)) == (["None", "o"], 0)
    assert marks(Bounds(4, None, 6)) == (["None", "|"], 0)
    assert marks(Bounds(4, None, math.inf)) == (["|"], 1)  # a tick and an arrow, no dot
    assert marks(Bounds.unknown()) == ([], 0)


def test_an_axis_of_years_has_a_tick_a_year_and_none_where_nothing_is_drawn():
    from matplotlib.figure import Figure

    axes = Figure().subplots()
    axes.plot([date(2022, 2, 24), date(2024, 12, 31)], [1, 2])
    axes.set_xlim(date(2022, 1, 1), date(2025, 1, 1))
    year_axis(axes)
    assert [num2date(at).year for at in axes.get_xticks()] == [2022, 2023, 2024, 2025]
    assert axes.xaxis.get_major_formatter()(date2num(date(2024, 1, 1))) == "2024"
    year_axis(axes, empty=True)
    assert list(axes.get_xticks()) == []


def test_cells_as_a_reader_sees_them_and_as_csv():
    assert [cell_text(cell) for cell in (Bounds(4, None, math.inf), None, math.nan, 1234, 0.51234, "x", True)] == [
        "at least 4",
        "",
        "",
        "1,234",
        "0.512",
        "x",
        "True",
    ]
    assert [cell_text(cell) for cell in (math.inf, -math.inf, 0.0)] == ["∞", "−∞", "0"]
    assert csv_of(pd.DataFrame({"who": ["a", "b"], "n": [Bounds(4, None, math.inf), None]})) == (
        "who,n_low,n_value,n_high\na,4.0,,\nb,,,\n"
    )
    assert csv_of(pd.DataFrame({"n": [Bounds.unknown(), Bounds(0, None, 5)]})) == "n_low,n_value,n_high\n,,\n0.0,,5.0\n"


def test_a_table_with_an_infinite_cell_is_published(publisher, shown):
    publisher.table("odd", pd.DataFrame({"x": [math.inf, 2.5]}), title="Odd", columns={"x": "X"}, rows=[])
    assert shown[0][MIME]["body"]["data"] == [["∞"], ["2.50"]]


def test_a_plain_number_is_an_exact_one(publisher, shown):
    publisher.number("n", 42, "lists", "How many.")
    publisher.number("m", np.int64(7), "lists", "How many.")
    publisher.share("half", np.float64(0.5), "Half.")
    assert [bundle[MIME]["body"]["text"] for bundle in shown] == ["42", "7", "50%"]
    assert publisher.numbers["rate.n"].bounds == Bounds.exact(42)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("42", "a number or bounds is needed, not str; words are published by publish.words"),
        (True, "not bool"),
        (None, "not NoneType"),
        (math.nan, "nan is no number; what is not known is Bounds.unknown()"),
        (pd.Series([1]), "not Series; words are published by publish.words, and of a column one element"),
    ],
)
def test_what_is_no_number_is_refused_in_words(publisher, shown, given, words):
    with pytest.raises(PublishError) as refused:
        publisher.number("n", given, "lists", "How many.")
    assert str(refused.value).startswith("rate.n: ") and words in str(refused.value) and shown == []


# What is shown: in a build, for the pages of the book; else for a person at the notebook.


def test_in_a_build_a_figure_is_a_drawing_with_an_anchor_and_nothing_else_is_shown(publisher, shown, monkeypatch, tmp_path):
    recorder = SimpleNamespace(
        root=str(publisher.root), record=lambda *_: None, unrecorded=nullcontext, inputs={}, cache=tmp_path / "compiled", extent=0
    )
    monkeypatch.setattr(recording, "recorder", lambda: recorder)
    figure(publisher)
    publisher.words("a_day", "9 June", "The <day>.")
    drawing, words = (bundle["text/html"] for bundle in shown)
    assert drawing.startswith('<div id="rate-line" class="published-figure"><div role="img" aria-label="A line that rises."')
    assert "<svg" in drawing and not any("image/png" in bundle for bundle in shown)
    assert words == '<div id="rate-a_day" class="published-result"><p><b>9 June</b>: The &lt;day&gt;.</p></div>'


def test_a_figure_is_shown_as_a_picture_on_white_with_the_words_that_place_it(publisher, shown):
    figure(publisher)
    picture, caption = shown
    assert base64.b64decode(picture["image/png"]).startswith(b"\x89PNG") and "text/html" not in picture
    assert caption["text/html"] == "<small><code>```{published-figure} rate.line</code> · alt text: A line that rises.</small>"
    assert MIME not in caption, "published once"


def test_a_number_is_shown_beside_that_of_the_book(publisher, shown, tmp_path):
    publisher.root = tmp_path
    publisher.number("first", Bounds.exact(5), "persons", "x")
    built = tmp_path / BUILT
    built.parent.mkdir(parents=True)
    other = {"first": {"text": "<6>", "unit": "persons", "low": 6.0, "value": 6.0, "high": 6.0}}
    built.write_text(json.dumps({"latest": {"rate": other | {"second": shown[0][MIME]["body"]}}}))
    publisher.number("second", Bounds.exact(5), "persons", "x")
    del publisher._published["first"]
    publisher.number("first", Bounds.exact(5), "persons", "x")
    built.write_text("half a fi")
    publisher.number("third", Bounds.exact(5), "persons", "x")
    said = [bundle["text/html"].split("</code>")[1] for bundle in shown]
    assert said == [
        "</small></p>",
        " · the same in the book</small></p>",
        " · in the book: <b>&lt;6&gt;</b></small></p>",
        "</small></p>",
    ]


def test_a_table_is_shown_with_its_title_and_claims_without_words_to_cite(publisher, shown):
    publisher.table("odd", pd.DataFrame({"x": [1]}), title="Odd <ones>", columns={"x": "X"}, rows=[])
    assert shown[0]["text/html"].startswith("<b>Odd &lt;ones&gt;</b><table")
    assert shown[0]["text/html"].endswith("</table><small><code>```{published-table} rate.odd</code></small>")
    assert below({"kind": "claims", "notebook": "claims", "name": "claims", "body": {}}, publisher.root) == ""


def test_a_downloaded_notebook_has_pictures_in_place_of_drawings_and_is_else_the_same():
    drawn = '<svg width="72pt" height="7pt">\n<a/></svg>\n'
    html = f'<div id="rate-line" class="published-figure">{drawing(drawn, "A <line>.")}</div>'
    other = {"data": {"text/html": ["<b>", "5</b>"]}, "metadata": {}}
    cells = [{"source": "# Ä"}, {"outputs": [other, {"data": {"text/html": html, "text/plain": "A <line>."}, "metadata": {}}]}]
    found = json.loads(with_pictures(json.dumps({"cells": cells}), lambda svg: svg))
    assert found["cells"][0] == cells[0] and found["cells"][1]["outputs"] == [
        other,
        {
            "data": {"image/png": base64.b64encode(drawn.encode()).decode(), "text/plain": "A <line>."},
            "metadata": {"image/png": {"width": 96}},
        },
    ]


# Cells that run again.


@pytest.fixture
def at(monkeypatch):
    """Says in which execution of which cell the test is: ``at("cell", 5)``."""

    def now(cell, number):
        monkeypatch.setattr(module, "execution", lambda: module.Execution(cell, number))

    return now


def test_a_cell_that_runs_again_replaces_what_it_published(publisher, shown, at):
    at("a", 1)
    publisher.number("first", Bounds.exact(1), "persons", "x")
    publisher.number("renamed", Bounds.exact(1), "persons", "x")
    at("b", 2)
    publisher.number("other", Bounds.exact(1), "persons", "x")
    at("a", 3)
    publisher.number("first", Bounds.exact(2), "persons", "x")
    assert {name: made.value for name, made in publisher.numbers.items()} == {"rate.other": 1, "rate.first": 2}
    at("b", 4)
    publisher.number("renamed", Bounds.exact(3), "persons", "Its old cell does not publish it any more.")


def test_another_cell_may_not_publish_a_name_nor_the_same_twice_nor_any_in_a_build(publisher, shown, at, monkeypatch):
    at("a", 1)
    publisher.words("day", "9 June", "x")
    with pytest.raises(PublishError, match=r"rate\.day is published twice, in this cell\."):
        publisher.words("day", "9 June", "x")
    at("b", 2)
    with pytest.raises(PublishError, match=r"published twice, also by the cell that ran as \[1\].*run the cell with Publisher"):
        publisher.words("day", "9 June", "x")
    monkeypatch.setattr(recording, "recorder", lambda: SimpleNamespace())
    at("a", 3)
    with pytest.raises(PublishError, match="published twice"):
        publisher.words("day", "9 June", "x")


@pytest.mark.parametrize(
    ("message", "cell"), [({"metadata": {"cellId": "c7"}}, "c7"), ({"metadata": {}}, "1 + 1"), ({}, "1 + 1"), (None, "1 + 1")]
)
def test_a_cell_is_known_by_its_id_or_else_by_its_code(monkeypatch, message, cell):
    shell = SimpleNamespace(user_ns={"In": ["", "1 + 1"]}, execution_count=3)
    if message is not None:
        shell.get_parent = lambda: message
    monkeypatch.setattr(module, "get_ipython", lambda: shell)
    assert module.execution() == (cell, 3)


def test_a_cell_that_runs_again_reads_the_descriptions_anew(publisher, shown, at, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    described = tmp_path / "descriptions" / "rate.yml"
    described.parent.mkdir()
    described.write_text('first: {unit: persons, about: "Before."}')
    at("a", 1)
    publisher(first=1)
    described.write_text('second: {unit: persons, about: "After."}')
    at("a", 2)
    publisher(second=2)
    assert [bundle[MIME]["body"]["about"] for bundle in shown] == ["Before.", "After."] and publisher.unpublished() == []
