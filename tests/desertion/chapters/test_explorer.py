"""The explorer: what it computes in a browser is what the library computes; the choice is in the address; nothing needs a mouse."""

from __future__ import annotations

import json
import shutil
import time
from datetime import date
from itertools import product
from pathlib import Path

import pandas as pd
import pytest
from check_pages import BUDGET, SHIFT, SIZES, STEADY, Page, axe_script, invalid, look, served
from desertion.chapters import explorer
from desertion.chapters.explorer import Strength
from desertion.counts.windows import Window
from livingbook.project.project import Project
from livingbook.runs import running
from livingbook.site import pages, sphinx_process
from livingbook.system.files import mirror
from livingbook.values import wording as words
from livingbook.values.bounds import Bounds
from small_pages import BIB
from small_stage import dress

ROOT = Path(__file__).parents[3]
PROJECT = Project.at()
SCRIPT = (ROOT / "book" / "_static" / "explorer.js").read_text("utf-8")
SHARES = [(0.0, 0.0), (0.3, 0.0), (0.0, 0.45), (0.9, 0.9), (0.07, 0.61)]
PAGE = """# Choose

**A finding of some length stands on this page, before the explorer of it.** And more words than that follow after the finding.

```{explorer} explorer
{result}`explorer.sentence` {result}`explorer.compared`

:::{published-figure} explorer.first
:::
```
"""
NOTEBOOK = "# Choose a rate\n\n" + "".join(
    f'<p id="explorer-{name}"></p>\n' for name in ("sentence", "compared", "first", "yearly")
)
PART = {"low": lambda b: b.low, "value": lambda b: b.value, "high": lambda b: b.high}


# ---- the library ------------------------------------------------------------------------------------------------------


def stocks(*rows: tuple[str, float, float | None, float]) -> pd.DataFrame:
    return pd.DataFrame([(date.fromisoformat(day), Bounds(*ends)) for day, *ends in rows], columns=["end", "bounds"])


YEAR = Window(date(2023, 1, 1), date(2023, 12, 31))
INF = float("inf")


@pytest.mark.parametrize(
    "rows, expected",
    [
        ([("2024-05-01", 90, 100, 110)], (90, 100, 110)),
        ([("2024-05-01", 90, None, INF)], (90, None, INF)),
        ([("2024-05-01", 0, None, 110)], (0, None, 110)),
        ([("2022-05-01", 90, None, INF), ("2024-05-01", 0, None, 90)], (90, None, 90)),
        ([], (0, None, INF)),
    ],
)
def test_a_path_has_the_ends_that_its_stocks_state(rows, expected):
    found = explorer.path_bounds(stocks(*rows), YEAR)
    assert (found.low, found.value, found.high) == expected


def test_as_worded_a_floor_stays_one_and_face_value_is_a_number():
    count, force = Bounds(1000, None, INF), Strength("x", stocks(("2023-06-01", 90_000, 100_000, 110_000)))
    found = explorer.answer(count, YEAR, force)
    assert found.yearly.low == pytest.approx(1000 / 110 * 365.25 / 365) and found.yearly.high == INF
    assert found.yearly_face.low == found.yearly_face.high == pytest.approx(10 * 365.25 / 365)
    assert explorer.answer(count, YEAR, force, wrong=0.5, unlisted=0.5).monthly.low == pytest.approx(found.monthly.low)


def test_a_floor_over_a_floor_is_not_known():
    found = explorer.answer(Bounds(1000, None, INF), YEAR, Strength("x", stocks(("2023-06-01", 100_000, None, INF))))
    assert found.yearly.is_unknown and not found.yearly_face.is_unknown
    assert "not known per 1,000 a year as worded" in explorer.sentence(
        "Names", Bounds(1000, None, INF), YEAR, Strength("x", stocks()), found
    )


def test_several_rates_are_written_by_their_stated_ends():
    assert (
        explorer.rates_in_short([Bounds.exact(3)]) == "3"
        and explorer.rates_in_short([Bounds(0, None, 1.5), Bounds(12.34, None, INF)]) == "1.5–12"
    )


# ---- the page ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def payloads():
    """What the notebook publishes from the book's own tables."""
    run = running.run_notebook(PROJECT, "explorer", {"as_of": "latest", "data": PROJECT.relative_path(PROJECT.data)})
    return {(each["kind"], each["name"]): each["body"] for each in running.payloads(run)}


@pytest.fixture(scope="module")
def small(payloads, tmp_path_factory) -> Path:
    """A small book with the explorer in it."""
    folder = tmp_path_factory.mktemp("explorer")
    project = Project(folder, folder / "data")
    stage = project.stage
    mirror(dress(), stage)
    files, figure = {}, dict(payloads["figure", "first"])
    for variant, svg in figure.pop("svg").items():
        figure[variant] = f"explorer-first-{variant}.svg"
        files[figure[variant]] = svg
    tables = {
        name: {**body, "csv": f"explorer-{name}.csv", "sources": []} for (kind, name), body in payloads.items() if kind == "table"
    }
    files |= {f"explorer-{name}.csv": payloads["table", name]["csv"] for name in tables}
    files["explorer-first.csv"] = figure["csv"]
    figure |= {"csv": "explorer-first.csv", "sources": [], "rows": []}
    results = {name: body for (kind, name), body in payloads.items() if kind == "result"}
    document = {
        "notebook": "explorer",
        "edition": "latest",
        "title": "Choose",
        "results": results,
        "figures": {"first": figure},
        "tables": tables,
    }
    texts = {
        "_toc.yml": "format: jb-book\nroot: book/index\nchapters:\n  - file: book/other\n  - file: notebooks/explorer\n",
        "book/index.md": PAGE,
        "book/other.md": "# Other\n\nAnother page of the small book, which has no explorer on it.\n",
        "notebooks/explorer.md": NOTEBOOK,
        "published/latest/explorer.json": json.dumps(document),
        "book/references.bib": BIB,
        "book/methods.bib": "",
        **{f"published/latest/files/{name}": text for name, text in files.items()},
    }
    for name, text in texts.items():
        (stage / name).parent.mkdir(parents=True, exist_ok=True)
        (stage / name).write_text(text, "utf-8")
    shutil.copytree(ROOT / "data", stage / "data")
    shutil.copy(ROOT / "CITATION.cff", stage)
    with sphinx_process.start_sphinx(project) as waiting:
        return pages.build(project, waiting)


@pytest.fixture
def page(small, tab):
    tab.goto((small / "book" / "index.html").as_uri())
    return tab


# ---- the same formulas --------------------------------------------------------------------------------------------------


def bounds_of(row: dict[str, str], name: str) -> Bounds:
    return Bounds.from_ends(*(float(cell) if (cell := row[f"{name}_{end}"]) else None for end in ("low", "value", "high")))


def rows_of(payloads, name: str) -> list[dict[str, str]]:
    import csv
    import io

    return list(csv.DictReader(io.StringIO(payloads["table", name]["csv"])))


def strengths_of(payloads) -> dict[str, Strength]:
    rows = pd.DataFrame(
        [{**row, "end": date.fromisoformat(row["day"]), "bounds": bounds_of(row, "men")} for row in rows_of(payloads, "strengths")]
    )
    found = {key: Strength(own["label"].iloc[0], own) for key, own in rows.groupby("strength", sort=False)}
    theatre = rows[rows["group"] == "The force in the theatre"].sort_values("end")
    return found | {"together": Strength("all published strengths together", theatre, together=True)}


def expected(payloads) -> dict[str, tuple]:
    """Every combination by the library: address → answer, sentence and comparison."""
    counts = {row["count"]: (row["label"], bounds_of(row, "number")) for row in rows_of(payloads, "counts")}
    others, found = [bounds_of(row, "rate") for row in rows_of(payloads, "armies")], {}
    for row, (key, force), (wrong, unlisted) in product(rows_of(payloads, "windows"), strengths_of(payloads).items(), SHARES):
        (label, number), window = counts[row["count"]], Window(date.fromisoformat(row["start"]), date.fromisoformat(row["end"]))
        answer = explorer.answer(number, window, force, wrong, unlisted)
        words = explorer.sentence(label, number, window, force, answer, wrong, unlisted)
        found[f"{row['count']}/{row['window']}/{key}/{wrong}/{unlisted}"] = (answer, words, explorer.compared(answer, others))
    return found


COMPUTE = """(given) => {
  const tables = EXPLORER.read(given), others = tables.armies.map((each) => each.rate), all = {};
  const plain = (b) => ({ low: b.low, value: b.value, high: b.high === Infinity ? "open" : b.high });
  for (const window of tables.windows) for (const strength of tables.strengths) for (const [wrong, unlisted] of given.shares) {
    const chosen = { count: tables.counts.find((each) => each.key === window.of), window, strength, wrong, unlisted };
    const found = EXPLORER.answer(chosen);
    const share = (number) => Number.isInteger(number) ? `${number}.0` : `${number}`;
    all[`${window.of}/${window.key}/${strength.key}/${share(wrong)}/${share(unlisted)}`] = [
      Object.values(found).map(plain), EXPLORER.sentence(chosen, found), EXPLORER.compared(found, others)];
  }
  return all;
}"""


def differences(browser, payloads, script: str) -> list[str]:
    """Combinations for which the script and the library do not agree."""
    context = browser.new_context()
    blank = context.new_page()
    blank.evaluate(script.replace("const EXPLORER =", "globalThis.EXPLORER ="))
    given = {name: rows_of(payloads, name) for name in ("counts", "windows", "strengths", "armies")} | {"shares": SHARES}
    computed, wanted = blank.evaluate(COMPUTE, given), expected(payloads)
    context.close()
    assert set(computed) == set(wanted) and len(wanted) >= 200
    return [key for key, (answer, *words) in wanted.items() if computed[key][1:] != words or not same(computed[key][0], answer)]


def same(computed: list[dict], answer: explorer.Answer) -> bool:
    named = (answer.monthly, answer.monthly_face, answer.strength, answer.yearly, answer.yearly_face)
    pairs = [(got[end], part(bounds)) for got, bounds in zip(computed, named, strict=True) for end, part in PART.items()]
    return all(
        mine == ("open" if want == INF else want) or (isinstance(mine, (int, float)) and mine == pytest.approx(want, rel=1e-9))
        for mine, want in pairs
    )


def test_the_browser_computes_and_says_what_the_library_does(browser, payloads):
    assert differences(browser, payloads, SCRIPT) == []


ALL_KINDS = [
    (low, value, high)
    for low, high in product((-INF, -2213.6, -3.0, -0.2, 0.0, 0.2, 7.0), (INF, -3.0, -0.1, 0.0, 0.4, 7.0, 3873.9))
    for value in (None, low, high)
    if low <= high and (value is None or abs(value) < INF)
]
TOLD = """(several) => several.map((ends) => {
  const b = EXPLORER.fromEnds(...ends);
  return [EXPLORER.inWords(b), EXPLORER.inWords(b, 10), EXPLORER.isUnknown(b), EXPLORER.best(b)];
})"""


def told_otherwise(browser, script: str) -> list[tuple]:
    """Kinds of bounds of which the script and the library do not say the same; read as the tables have them."""
    known = {ends: Bounds.from_ends(**Bounds(*ends).ends) for ends in ALL_KINDS}
    context = browser.new_context()
    blank = context.new_page()
    blank.evaluate(script.replace("const EXPLORER =", "globalThis.EXPLORER ="))
    said = blank.evaluate(TOLD, [list(Bounds(*ends).ends.values()) for ends in known])
    context.close()
    wanted = [[words.of_bounds(b), words.of_bounds(b, step=10), b.is_unknown, b.best] for b in known.values()]
    return [(ends, got, want) for ends, got, want in zip(known, said, wanted, strict=True) if got != want]


def test_the_browser_says_of_all_kinds_of_bounds_what_the_library_does(browser):
    assert len(ALL_KINDS) > 70 and told_otherwise(browser, SCRIPT) == []


@pytest.mark.parametrize(
    "right, wrong",
    [
        ("b.value === null && b.low <= 0 && b.high === Infinity", "b.low <= 0 && b.high === Infinity"),
        ("(b.low === 0 || b.low === -Infinity)", "b.low <= 0"),
        ("b.low < 0 ? `${low} to ${high}` : ", ""),
        ("value === null && high === null ? 0 : -Infinity", "0"),
        ("whole * step || 0", "whole * step"),
    ],
)
def test_another_rule_for_bounds_is_found(browser, right, wrong):
    assert SCRIPT.count(right) == 1
    assert told_otherwise(browser, SCRIPT.replace(right, wrong))


@pytest.mark.parametrize(
    "right, wrong",
    [
        ("DAYS_A_YEAR = 365.25", "DAYS_A_YEAR = 365"),
        ("ordinal(window.start) + 1;", "ordinal(window.start);"),
        ("times(count, 1 - wrong)", "times(count, 1 + wrong)"),
        ("exact(1 - unlisted)", "exact(1)"),
        ("b.low / c.high", "b.low / c.low"),
        ("(men.low > 0 ? men.low : null)", "men.low"),
        ("men.high < Infinity ? men.high : null", "best(men)"),
        ("window.start <= stock.day && ", ""),
        ("written(b.low, unit, false)", "written(b.low, unit)"),
        ("!others.length", "others.length"),
        ("sum += (before || after)[1]", "sum += 0"),
        ("Math.max(three, stepOf(width, 2))", "three"),
    ],
    ids=lambda text: text[:30],
)
def test_a_broken_formula_is_found(browser, payloads, right, wrong):
    assert SCRIPT.count(right) == 1
    assert differences(browser, payloads, SCRIPT.replace(right, wrong))


def test_what_stands_without_scripts_is_the_first_choice(page, payloads, small, browser):
    said = page.inner_text(".explorer-words")
    assert payloads["result", "sentence"]["text"] in said and payloads["result", "compared"]["text"] in said
    assert not page.query_selector_all(".explorer-still svg:visible") and not page.is_visible(".explorer-still > p")
    context = browser.new_context(java_script_enabled=False)
    still = context.new_page()
    still.goto((small / "book" / "index.html").as_uri())
    assert payloads["result", "sentence"]["text"] in still.inner_text(".explorer-still") and still.is_visible(".explorer-still svg")
    assert not still.query_selector_all(".explorer button, .explorer select")
    context.close()


def late(route) -> None:
    """Answers when the page has been drawn without what it waits for."""
    time.sleep(1)
    route.continue_()


@pytest.mark.parametrize("size", SIZES)
def test_nothing_moves_when_the_controls_arrive_after_the_page_was_drawn(small, tab, size):
    width, height = SIZES[size]
    tab.set_viewport_size({"width": width, "height": height})
    tab.route("**/bootstrap.js", late)  # one that stands below the words
    with served(small) as address:
        tab.goto(address + "book/index.html", wait_until="load")
        shift, _ = tab.evaluate(STEADY)
    assert tab.is_visible(".explorer-form") and shift < SHIFT


def test_where_its_script_does_not_arrive_words_and_picture_stand(small, browser):
    context = browser.new_context()
    page = context.new_page()
    page.route("**/explorer*.js*", lambda route: route.abort())
    page.goto((small / "book" / "index.html").as_uri())
    assert page.is_visible(".explorer-still svg") and page.is_visible(".explorer-still > p")
    assert page.query_selector(".explorer").bounding_box()["height"] == 0
    context.close()


# ---- what readers do ----------------------------------------------------------------------------------------------------


def test_a_choice_changes_answer_chart_and_address_and_the_way_back_leads_back(page):
    first = page.inner_text(".explorer-words")
    page.select_option("select[name=strength]", "hur")
    page.select_option("select[name=window]", "own")
    assert "strength=hur" in page.url and "window=own" in page.url and page.inner_text(".explorer-words") != first
    assert page.inner_text(".explorer-words p:first-child") in page.get_attribute(".explorer-chart svg", "aria-label")
    page.go_back()
    assert (
        "window=article" in page.url
        and page.input_value("select[name=window]") == "article"
        and page.input_value("select[name=strength]") == "hur"
    )
    page.go_back()
    assert page.inner_text(".explorer-words") == first
    page.go_forward()
    assert page.input_value("select[name=strength]") == "hur"


def test_a_copied_link_opens_on_the_choice(page):
    page.select_option("select[name=count]", "projection")
    assert page.is_disabled("select[name=window]")  # it has one
    page.focus("input[name=wrong]")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert (
        "less 2% that never left" in page.inner_text(".explorer-words")
        and page.get_attribute("input[name=wrong]", "aria-valuetext") == "2%"
    )
    page.click("text=Copy a link to this choice")
    page.wait_for_selector(".explorer-buttons .told:text('Copied.')")
    link, said = page.evaluate("navigator.clipboard.readText()"), page.inner_text(".explorer-words")
    page.goto("about:blank")
    page.goto(link)
    assert page.inner_text(".explorer-words") == said and page.input_value("select[name=count]") == "projection"
    page.click("text=Back to the article’s choice")
    assert page.input_value("select[name=count]") == "listed" and page.input_value("input[name=wrong]") == "0"


def test_an_address_that_makes_no_sense_is_the_first_choice(page):
    said = page.inner_text(".explorer-words")
    address = page.url + "#count=<b>&window=x&strength=__proto__&wrong=999&unlisted=-1"
    page.goto("about:blank")
    page.goto(address)
    assert page.inner_text(".explorer-words") == said


def test_every_control_has_a_name_and_the_answer_is_announced(page):
    for field in page.query_selector_all(".explorer select, .explorer input"):
        assert page.inner_text(f"label[for={field.get_attribute('id')}]").strip()
    assert page.get_attribute(".explorer-words", "role") == "status" and page.get_attribute(".explorer-chart svg", "role") == "img"


def test_text_from_tables_is_text(payloads, browser):
    source = (ROOT / "book" / "_static" / "explorer-page.js").read_text("utf-8")
    assert "innerHTML" not in source and "eval(" not in source and "Function(" not in source + SCRIPT


def test_on_paper_the_choice_is_in_words_and_the_controls_are_gone(page):
    page.emulate_media(media="print")
    assert not page.is_visible(".explorer-form") and page.is_visible(".explorer-words") and page.is_visible(".explorer-chart svg")


def test_only_this_page_loads_the_explorer(small):
    for name, there in (("index", True), ("other", False)):
        assert ("explorer.js" in (small / "book" / f"{name}.html").read_text("utf-8")) is there


@pytest.mark.parametrize("size", SIZES)
def test_the_page_breaks_no_rule(small, browser, size):
    found = Page("explorer")
    look(browser, small / "book" / "index.html", found, size, axe_script())
    assert (found.axe, found.faults) == ({}, []) and found.weight < BUDGET


def test_the_page_is_valid(small, checker):
    assert {name: faults for name, faults in invalid(small).items() if name == "book/index.html"} == {}
