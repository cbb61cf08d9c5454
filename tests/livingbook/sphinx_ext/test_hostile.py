"""Text of the tables is text, whatever it holds: a book built from hostile rows runs nothing, links nowhere it should not,
shows every letter, and offers no file that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import itertools
import re
import shutil
import unicodedata
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from bs4 import BeautifulSoup
from check_pages import pages_of
from csv_rows import read_rows, write_rows
from livingbook.contract import check
from livingbook.notebook.publish import csv_of
from small_project import ROOT, lay_out, notebook, pipeline

HOSTILE = (
    "<script>window.ran = 1</script>",
    '<img src="x.png" onerror="window.ran = 2">',
    "</title></svg></td></h1>]]>--><svg onload=window.ran=3>",
    "[press](javascript:window.ran=4) ![x](x.png)",
    "<javascript:window.ran=5> <b>bold</b>",
    "`press <javascript:window.ran=6>`_ **strong** _em_ `code`",
    "{raw}`html` {download}`../../data/sources.csv` {result}`small.listed`",
    "```{raw} html <b>bold</b> ```",
    "{{ 7 * 7 }} {% raw %} {# x #} ${7*7}",
    "$\\href{javascript:window.ran=7}{x}$ \\(a_b^c\\) $$ \\input{passwd} $$",
    '\'" onmouseover=window.ran=8 x="',
    "&lt;b&gt;bold&lt;/b&gt; &amp; &#60;i&#62;",
    "data:text/html,<script>window.ran=9</script> file:///etc/passwd",
    "(target)= % comment +++ --- # head :::{note}",
    "مرحبا שלום <bdo dir=rtl>x</bdo>",
    "|sub| [^1] [1]_ term: {doc}`/book/index` <!-- gone -->",
    "%s {0} {name!r} \\n \\u003cb\\u003e",
)
FIELDS = {
    "sources": ("outlet", "title", "author", "note"),
    "origins": ("label", "method"),
    "measures": ("label", "definition"),
    "populations": ("label", "note"),
    "observations": ("note",),
    "claims": ("claim_text", "speaker", "note"),
}
SMALL = """
import pandas as pd
from livingbook.notebook.claims import Claims
from livingbook.evidence.reading import load
from livingbook.notebook.parameters import AsOf, Folder, check
from livingbook.notebook.publish import Publisher
---
as_of: AsOf = "latest"  # the evidence that was public on this day
data: Folder = "../data"  # folder with the tables
results: Folder = "../_build/editions/latest"  # folder of published results
---
check(get_ipython())
evidence = load(data, as_of)
publish = Publisher("small", evidence)
---
listed = evidence.one(measure="listed_absent", population="list_istories_merged", category="all")
publish.number("listed", listed, "persons", "Names on the merged list.", step=1)
---
origins = evidence.select("origins").head(20).reset_index(drop=True)
publish.words("first", origins["label"].iloc[0], "Words that came from a table.", listed.rows)
def draw(figure, data, narrow):
    axes = figure.add_subplot()
    axes.barh(data["label"].str.slice(0, 24), range(len(data)))
publish.figure("origins", draw, origins, title=origins["label"].iloc[1], subtitle=origins["label"].iloc[2], alt=origins["label"].iloc[3],
               caption=origins["label"].iloc[4], columns={"label": "Label", "method": "Method"}, rows=listed.rows, height=6)
publish.table("origins_table", origins, title=origins["label"].iloc[5], columns={"label": "Label", "method": "Method"}, rows=listed.rows)
---
claims = Claims(evidence, results)
for claim in claims.open():
    claims.read(claim, "not_checkable")
publish.claims(claims)
"""
# What a title may hold. In a chapter its author means its markup; in ``_toc.yml`` there is none.
ODD = '"Quoted": it\'s <b>bold</b> & <i onclick=window.ran=20>x</i> #1 {x} *so* `c` %s — Почему? 誰 مرحبا'
CHAPTERS = {
    "index": "# Small\n\n**{result}`small.listed` names, and {result}`small.first`.**\n\n```{published-figure} small.origins\n```\n\n```{published-table} small.origins_table\n```\n",
    "claims": "# Claims\n\n```{claims}\n```\n\n```{claim-table}\n```\n",
    "data": "# Data\n\n```{data-dictionary}\n```\n\n```{observations}\n```\n",
    "changes": "# Changes\n\n"
    + "".join(f"```{{changes}} {part}\n```\n\n" for part in ("finding", "verdicts", "numbers", "figures", "sentences", "rows")),
    "references": "# References\n\n```{bibliography}\n:all:\n```\n",
    "odd": '# "Why": it\'s \\<b>bold\\</b> & $x<y$, {result}`small.first` — Почему? 誰 مرحبا\n\nWords.\n',
}
TOC = {
    "format": "jb-book",
    "root": "book/index",
    "parts": [
        {"caption": ODD, "chapters": [{"file": f"book/{name}"} for name in ("claims", "data", "changes", "odd")]},
        {"caption": HOSTILE[0], "chapters": [{"file": "book/references", "title": ODD}, {"glob": "notebooks/*"}]},
    ],
}


def spoil(folder: Path) -> None:
    """Every free text of the tables becomes a hostile one, each in its turn."""
    for name, fields in FIELDS.items():
        texts = itertools.cycle(HOSTILE)
        write_rows(
            folder / f"{name}.csv",
            [
                row | {field: f"x {place} {next(texts)}" for field in fields}
                for place, row in enumerate(read_rows(folder / f"{name}.csv"))
            ],
        )


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A book of hostile rows, built as every book is."""
    root = tmp_path_factory.mktemp("hostile")
    lay_out(root)
    spoil(root / "data")
    shutil.copy(ROOT / "_config.yml", root)
    for name in ("book/_ext", "book/_static"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "book" / "methods.bib", root / "book")
    (root / "_toc.yml").write_text(yaml.safe_dump(TOC, allow_unicode=True, sort_keys=False), "utf-8")
    (root / "notebooks" / "small.ipynb").write_text(notebook(SMALL))
    for name, text in CHAPTERS.items():
        (root / "book" / f"{name}.md").write_text(text)
    assert check(root / "data") == []
    done = pipeline(root, "book")
    assert done.returncode == 0, done.stdout + done.stderr
    return root


@pytest.fixture(scope="module")
def site(project) -> Path:
    return project / "_build" / "html"


def letters(text: str) -> str:
    """What is left of a text when it is set in type: quotes and dashes may be others, spaces may go, braces have twins."""
    text = unicodedata.normalize("NFKC", text).replace("❴", "{").replace("❵", "}")
    return "".join(character for character in text if character.isalnum() or character in "<>{}[]()=/\\$%&;:!|#")


def test_nothing_of_the_data_runs_even_without_the_policy_of_the_pages(site, browser):
    context = browser.new_context(bypass_csp=True)
    context.add_init_script(
        "addEventListener('DOMContentLoaded', () => document.querySelectorAll('details').forEach((each) => { each.open = true; }))"
    )
    tab, asked, errors = context.new_page(), set(), []
    tab.on("request", lambda request: asked.add(request.url))
    tab.on("dialog", lambda dialog: errors.append(dialog.message))
    tab.on("pageerror", lambda error: errors.append(str(error)))
    for name in pages_of(site):
        tab.goto((site / name).as_uri())
        assert tab.evaluate("window.ran") is None, name
    tab.goto((site / "search.html").as_uri() + "?q=bold")  # search builds its results from what it finds
    tab.wait_for_selector("#search-results li a")
    assert tab.evaluate("window.ran") is None and errors == []
    assert not [url for url in asked if not url.startswith("file:") or "x.png" in url]
    context.close()


def test_pages_hold_no_element_attribute_or_link_from_the_data(site):
    for name in pages_of(site):
        page = BeautifulSoup((site / name).read_text("utf-8"), "html.parser")
        assert all((script.get("src") or "").partition("?")[0].endswith(".js") for script in page.select("script")), name
        assert not page.select("bdo, iframe, object, embed, img[src$='x.png'], [onmouseover], [onload], [onerror]"), name
        assert not [bold for bold in page.select("b") if bold.get_text() == "bold"] and not page.find_all(string="strong"), name
        for link in page.select("a[href]"):
            assert urlsplit(link["href"]).scheme in ("", "http", "https"), (name, link["href"])


@pytest.mark.parametrize(
    "page, name, fields",
    [("book/claims.html", "claims", ("claim_text", "speaker", "note")), ("book/references.html", "sources", ("title", "outlet"))],
)
def test_every_letter_is_shown(site, project, page, name, fields):
    shown = letters(BeautifulSoup((site / page).read_text("utf-8"), "html.parser").get_text())
    lost = {
        row[field] for row in read_rows(project / "data" / f"{name}.csv") for field in fields if letters(row[field]) not in shown
    }
    assert lost == set()


def test_odd_titles_are_shown_letter_by_letter(site, project):
    """In the table of contents, above the page, in the name of its window, and where it is printed."""
    page = BeautifulSoup((site / "book" / "odd.html").read_text("utf-8"), "html.parser")
    sidebar = page.select_one("nav.bd-links")
    assert [each.get_text().strip() for each in sidebar.select("p.caption")] == [ODD, HOSTILE[0]]
    first = read_rows(project / "data" / "origins.csv")[0]["label"]
    title = letters(f"Why: its <b>bold</b> & x<y, {first} — Почему? 誰 مرحبا")
    assert letters(page.select_one(".onlyprint h1").get_text()) == title
    assert letters(page.select_one("article h1").get_text()) == title + "#"
    assert ODD in [each.get_text().strip() for each in sidebar.select("a")]
    for shown in (page.title, sidebar.select_one(".current > a")):
        assert letters("— Почему? 誰 مرحبا") in letters(shown.get_text())


def test_a_figure_shows_hostile_labels_as_text(site, project):
    page = BeautifulSoup((site / "book/index.html").read_text("utf-8"), "html.parser")
    drawn = letters("".join(text.get_text() for text in page.select(".figure-wide svg text")))
    labels = [row["label"] for row in read_rows(project / "data" / "origins.csv")[:20]]
    assert letters(labels[1])[:12] in drawn  # its title
    assert page.select_one(".figure-wide svg")["aria-label"] == labels[3]
    twin = letters(page.select_one("#fig-small-origins table").get_text())
    assert [label for label in labels if letters(label) not in twin] == []


def test_a_file_to_download_holds_no_formula(site):
    files = list(site.rglob("*.csv"))
    assert len(files) > 8
    for path in files:
        for row in csv.reader(io.StringIO(path.read_text("utf-8-sig"))):
            for cell in row:
                assert not is_live(cell), (path, cell)


def is_live(cell: str) -> bool:
    """Whether a spreadsheet takes the cell for a formula: it begins like one and is no number."""
    return bool(re.match(r"[=+\-@\t\r]", cell)) and not re.fullmatch(r"[+-]?\d+(\.\d+)?(e[+-]?\d+)?", cell)


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "=1"])
def test_text_that_a_spreadsheet_would_run_is_defused_in_what_is_published(text):
    import pandas as pd

    (header, row) = csv.reader(io.StringIO(csv_of(pd.DataFrame({"label": [text], "number": [-2.5]})), newline=""))
    assert is_live(text) and not is_live(row[0]) and row == ["'" + text, "-2.5"] and header == ["label", "number"]


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)"])
def test_tables_with_formulas_are_refused(tmp_path, text):
    shutil.copytree(ROOT / "data", tmp_path / "data")
    rows = read_rows(tmp_path / "data" / "origins.csv")
    write_rows(tmp_path / "data" / "origins.csv", [rows[0] | {"method": text}, *rows[1:]])
    (fault,) = check(tmp_path / "data")
    assert (fault.field, fault.row) == ("method", 2) and "formula" in str(fault)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "JaVaScRiPt:alert(1)", "file:///etc/passwd", "//evil.example/x"]
)
def test_addresses_that_are_none_of_the_web_are_refused(tmp_path, address):
    shutil.copytree(ROOT / "data", tmp_path / "data")
    rows = read_rows(tmp_path / "data" / "sources.csv")
    write_rows(tmp_path / "data" / "sources.csv", [rows[0] | {"url": address}, *rows[1:]])
    assert any(fault.field == "url" for fault in check(tmp_path / "data"))
