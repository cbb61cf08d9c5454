"""The pages as readers have them: in a browser, light and dark, broad and narrow, from disk, by keyboard, without scripts."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import threading
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from check_pages import BUDGET, SIZES, Page, Patient, Quiet, axe_script, invalid, look, pages_of, served, summary
from livingbook.project.project import Project
from livingbook.site import jupyter_book, sphinx_process
from livingbook.site import pages as site_pages
from livingbook.system import files
from small_pages import KEYS, RATE, SVG, claim, figure, result
from small_stage import dress

ROOT = Path(__file__).parents[3]
CITED = "# References\n\n```{bibliography}\n```\n"
INDEX = """# Small book

**Names on the list are more than they were, which is the finding of this page.** The number is {result}`rate.monthly` a month {cite:p}`source0`,
a {term}`lower bound`, and $a < b$.

$$ a = b $$

## A part

```{published-figure} rate.windows
Author's caption.
```

- see {doc}`/book/claims` and {claim}`A01`
- a row is `of-a-long-name-that-has-no-place-where-a-line-may-end`

| How a wide table begins | Notwithstanding | Considerations | Circumstances |
|---|---|---|---|
| of words | unquestionably | incomprehensible | responsibilities |
"""
CLAIMS = "# Claims\n\nEach claim of the small book with what became of it, and why it did.\n\n```{claims}\n```\n\n```{claim-table}\n```\n"
DATA = "# Data\n\nEvery table of the small book and every row that is in them.\n\n```{data-dictionary}\n```\n\n## Rows\n\n```{observations}\n```\n"
GLOSSARY = "# Glossary\n\nWhat the words of the small book mean, in one place for all.\n\n```{glossary}\nlower bound\n  The smallest number that a wording allows.\n```\n"
TOC = (
    "format: jb-book\nroot: book/index\nchapters:\n  - file: book/claims\n  - file: book/data\n  - file: book/glossary\n  - file: book/references\n"
    "  - file: book/notebooks\n    sections:\n      - glob: notebooks/*\n"
)
PARAMETERS = {
    "rate": {
        "title": "The rate",
        "parameters": [
            {"name": "as_of", "default": "latest", "unit": "day", "range": "", "meaning": "evidence that was public on this day"},
            {"name": "strength", "default": 200000, "unit": "persons", "range": "", "meaning": "men in the theatre"},
        ],
    }
}
SETTINGS = {"latest": {"as_of": "latest", "assumptions": {"rate": {"strength": 7}}, "evidence_to": "2026-10-05"}}
HEADER = "id,measure,population,category,start,end,low,value,high,qualifier,origin,source,known_from,status\n"
ROWS = [
    f"row-{number},listed,army,all,2022-02-24,2024-12-31,,{number * 700},,exact,istories,source0,2025-01-{number:02},use\n"
    for number in range(1, 21)
]


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def stage(root: Path, config: str) -> None:
    """What Jupyter Book is given: real settings and extension, a small book."""
    files.mirror(dress(config), root)
    shutil.copy(ROOT / "CITATION.cff", root)
    claims = {
        name: claim(
            name, chapter=None, section="size" if index < 6 else "who", verdict="supported" if index % 3 else "contradicted"
        )
        for index, name in enumerate(f"A{number:02}" for number in range(1, 13))
    }
    published = {
        "notebook": "rate",
        "edition": "latest",
        "title": "The rate",
        "results": {"monthly": result()},
        "figures": {"windows": figure()},
        "tables": {},
    }
    sources = "source,url\nsource0,https://example.org/a?b=1&c=2\n"
    field = {"name": "id", "type": "string", "title": "Row"}
    package = {
        "resources": [{"name": "observations", "title": "Observations", "path": "observations.csv", "schema": {"fields": [field]}}]
    }
    write(
        root,
        {
            "_toc.yml": TOC,
            "book/index.md": INDEX,
            "book/claims.md": CLAIMS,
            "book/data.md": DATA,
            "book/glossary.md": GLOSSARY,
            "book/references.md": CITED,
            "book/notebooks.md": "# The notebooks\n\nEach of them answers one question of the small book, and says how.\n\n```{parameters}\n```\n",
            "notebooks/rate.md": RATE + "\n```python\nprint(1)\n```\n",
            "published/latest/rate.json": json.dumps(published),
            "published/claims.json": json.dumps(claims),
            "published/parameters.json": json.dumps(PARAMETERS),
            "published/settings.json": json.dumps(SETTINGS),
            "data/observations.csv": HEADER + "".join(ROWS),
            "data/sources.csv": sources,
            "data/datapackage.json": json.dumps(package),
            "book/references.bib": "".join(
                f"@misc{{{key}, author={{Author {key}}}, title={{T}}, year={{2025}}}}\n" for key in KEYS
            ),
            "book/methods.bib": "",
            "published/latest/files/rate-windows.svg": SVG.format(width=200),
            "published/latest/files/rate-windows-narrow.svg": SVG.format(width=100),
            "published/latest/files/rate-windows.csv": "w,n\nfirst,1260\n",
        },
    )


def built(folder: Path, config: str) -> Path:
    """The small book's pages."""
    project = Project(folder, folder / "data")
    stage(project.stage, config)
    return site_pages.build(project, sphinx_process.start_sphinx(project))


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    return built(tmp_path_factory.mktemp("small"), "")


@pytest.fixture(scope="module")
def addressed(tmp_path_factory) -> Path:
    """The same with an address under which it is published."""
    config = jupyter_book.settings(Project.at(ROOT), {"BOOK_ADDRESS": "https://example.org/some/book"})
    return built(tmp_path_factory.mktemp("addressed"), config)


def soup(folder: Path, name: str) -> BeautifulSoup:
    return BeautifulSoup((folder / name).read_text("utf-8"), "html.parser")


# ---- every page, every way -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
def test_no_page_breaks_a_rule_asks_another_host_complains_or_scrolls_sideways(small, browser, size):
    pages, script = {name: Page(name) for name in pages_of(small)}, axe_script()
    assert len(pages) > 8
    for name, page in pages.items():
        look(browser, small / name, page, size, script)
    assert {name: (page.axe, page.faults) for name, page in pages.items() if page.wrong} == {}
    assert max(page.weight for page in pages.values()) < BUDGET


def test_what_is_wrong_with_a_page_is_found(browser, tmp_path):
    (tmp_path / "bad.html").write_text(
        '<html><body><img src="http://127.0.0.1:9/x.png"><p style="color:#999;background:#fff">pale</p>'
        '<div style="width:3000px">broad</div><script>console.error("no")</script></body></html>'
    )
    page = Page("bad.html")
    look(browser, tmp_path / "bad.html", page, "narrow", axe_script())
    assert {"image-alt (narrow)", "color-contrast (narrow, light)", "color-contrast (narrow, dark)"} <= set(page.axe)
    assert any(fault.startswith("asks for http://127.0.0.1:9/") for fault in page.faults) and any(
        "px wide" in fault for fault in page.faults
    )
    assert "console: no" in page.faults and page.wrong
    assert "1 with something to mend, most on bad.html" in summary([page])


def test_a_page_over_the_budget_is_wrong():
    assert Page("heavy.html", weight=BUDGET + 1).wrong and not Page("light.html", weight=BUDGET).wrong


def test_every_page_is_valid(small, checker):
    assert invalid(small) == {}


def test_an_invalid_page_is_found(checker, tmp_path):
    (tmp_path / "bad.html").write_text("<!DOCTYPE html><html lang='en'><title>x</title><p><div>y</div></p><a id=1></a><a id=1></a>")
    assert any("Duplicate ID" in message for message in invalid(tmp_path)["bad.html"])


def test_no_page_has_an_inline_script_handler_or_style(small):
    for name in pages_of(small):
        page = soup(small, name)
        assert page.select_one("meta[http-equiv=Content-Security-Policy]")["content"].startswith(
            "default-src 'none'; script-src 'self'; "
        ), name
        assert not page.select("[style], svg style") and (name == "404.html" or not page.select("style")), name
        assert [script for script in page.select("script") if not script.get("src")] == [], name
        assert not [tag for tag in page.find_all(True) for attribute in tag.attrs if attribute.startswith("on")], name


@pytest.mark.parametrize("way", ["disk", "served"])
def test_what_is_slipped_into_a_page_neither_runs_nor_styles_nor_asks_nor_leads_away(small, browser, tmp_path, way):
    """Were text of the data ever to become markup, the page's policy would still stop it."""
    asked = []
    stranger = Patient(("127.0.0.1", 0), type("Listening", (Quiet,), {"do_GET": lambda self: asked.append(self.path)}))
    threading.Thread(target=stranger.serve_forever, daemon=True).start()
    host = f"http://127.0.0.1:{stranger.server_port}"
    slipped = f"""<script>window.ran = 1</script><img src="gone.png" onerror="window.ran = 2"><svg onload="window.ran = 3"></svg>
      <a id="bad" href="javascript:window.ran = 4">x</a><div id="styled" style="color: rgb(1, 2, 3)">x</div><base href="{host}/base/">
      <style>h1 {{ color: rgb(1, 2, 3) }}</style><iframe src="{host}/frame"></iframe><img src="{host}/x.png">
      <form action="{host}/form"><button id="send">x</button></form><script src="{host}/x.js"></script>"""
    shutil.copytree(small, tmp_path / "site")
    page = tmp_path / "site" / "book" / "index.html"
    page.write_text(re.sub(r"(<h1\b)", lambda found: slipped + found[1], page.read_text("utf-8"), count=1), "utf-8")
    context = browser.new_context()
    tab = context.new_page()
    with served(tmp_path / "site") as address:
        tab.goto(f"{address}book/index.html" if way == "served" else page.as_uri())
        where = tab.url
        tab.evaluate("document.querySelector('#bad').click()")
        tab.evaluate("document.querySelector('#send').click()")
        tab.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)))")
        assert tab.evaluate("window.ran") is None and tab.url == where
        assert (
            tab.evaluate("getComputedStyle(document.querySelector('#styled')).color")
            != "rgb(1, 2, 3)"
            != tab.evaluate("getComputedStyle(document.querySelector('h1')).color")
        )
        assert tab.evaluate("document.documentElement.dataset.scripts") == "yes"  # the book's own scripts run
    context.close()
    stranger.shutdown()
    stranger.server_close()
    assert asked == []


def test_a_figure_looks_the_same_with_its_looks_in_attributes(browser, tmp_path):
    from livingbook.drawing.svg import as_attributes

    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><style type="text/css">*{stroke-linejoin: round; stroke-linecap: butt}</style>'
        '<path id="p" d="M0 0L1 1" fill="red" style="fill: none; stroke: var(--fig-x, #0072b2); stroke-width: 1.8"/>'
        '<text id="t" style="font-size: 9px; font-family: \'DejaVu Sans\', sans-serif; text-anchor: end">a</text></svg>'
    )
    strange: list[str] = []
    plain = as_attributes(drawing, strange.append)
    assert "style" not in plain and strange == []
    looks = []
    for text in (drawing, plain):
        (tmp_path / "x.html").write_text(f"<!DOCTYPE html><title>x</title>{text}")
        tab = browser.new_page()
        tab.goto((tmp_path / "x.html").as_uri())
        looks.append(
            tab.evaluate(
                "['p', 't'].map((id) => { const s = getComputedStyle(document.getElementById(id)); return [s.fill, s.stroke, "
                "s.strokeWidth, s.strokeLinejoin, s.fontSize, s.fontFamily, s.textAnchor]; })"
            )
        )
        tab.close()
    assert looks[0] == looks[1] and looks[0][0][:4] == ["none", "rgb(0, 114, 178)", "1.8px", "round"]


def test_nothing_is_shipped_that_no_page_uses(small):
    files = [path.relative_to(small).as_posix() for path in small.rglob("*") if path.is_file()]
    assert not [name for name in files if re.search(r"\.map$|fontawesome|locales/|\.woff|readme\.svg|card\.svg", name)]
    assert (small / "_static/vendor/sortable/LICENSE.txt").is_file()


# ---- the head of a page ----------------------------------------------------------------------------------------------


def meta(page: BeautifulSoup) -> dict[str, str]:
    return {tag.get("name") or tag.get("property"): tag["content"] for tag in page.select("meta[name], meta[property]")}


def test_a_page_says_what_it_is(small):
    page = soup(small, "book/index.html")
    found = meta(page)
    said = "Names on the list are more than they were, which is the finding of this page. The number is at least 1,430 a month, a lower bound, and a < b."
    assert found["description"] == found["og:description"] == said
    assert found["og:image"] == "../figures/latest/rate-windows.png" and found["og:image:alt"] == "Three bars."
    assert page.title.get_text() == found["og:title"] == "Counting the 500s: desertion from the Russian army, recomputed"
    assert soup(small, "book/claims.html").title.get_text() == "Claims — Counting the 500s"
    assert len(page.select("meta[name=viewport]")) == 1
    for name in pages_of(small):
        image = meta(soup(small, name)).get("og:image")
        assert image is None or (small / name).parent.joinpath(image).read_bytes().startswith(b"\x89PNG"), name
    assert meta(soup(small, "book/glossary.html"))["og:image"] == "../_static/card.png"


def test_a_page_without_an_address_names_none(small):
    assert not soup(small, "book/index.html").select("link[rel=canonical]") and not (small / "sitemap.xml").exists()
    assert "og:url" not in meta(soup(small, "book/index.html"))


def test_with_an_address_pages_name_themselves_and_there_is_a_site_map(addressed):
    page = soup(addressed, "book/claims.html")
    own = "https://example.org/some/book/book/claims.html"
    assert page.select_one("link[rel=canonical]")["href"] == own == meta(page)["og:url"]
    assert meta(page)["og:image"] == "https://example.org/some/book/_static/card.png"
    places = re.findall(r"<loc>(.*)</loc>", (addressed / "sitemap.xml").read_text("utf-8"))
    assert own in places and places == sorted(places) and len(places) == 7
    assert own in page.select_one("#cite-this-page").get_text()


def test_the_page_for_wrong_addresses_works_at_any_depth(small, addressed):
    for folder, start in ((small, "/"), (addressed, "/some/book/")):
        page = soup(folder, "404.html")
        assert [link["href"] for link in page.select("a")] == [f"{start}book/index.html", f"{start}search.html"]
        assert not page.select("script, link:not([href^='data:']), img")


def test_the_entrance_leads_to_the_first_page(small):
    page = soup(small, "index.html")
    assert (
        page.select_one("meta[http-equiv=refresh]")["content"] == "0; url=book/index.html"
        and page.select_one("a")["href"] == "book/index.html"
    )


def test_a_page_tells_how_long_it_takes_and_how_to_cite_it(small):
    page = soup(small, "book/claims.html")
    assert re.fullmatch(r"\d+ min to read · Cite this page", page.select_one("h1 + .page-line").get_text())
    words, entry = (each.get_text() for each in page.select("#cite-this-page .citation-text"))
    assert words == (
        "The Counting the 500s authors. “Claims”. In: Counting the 500s: desertion from the Russian army, recomputed. "
        "Version 1.0.0, evidence to 2026-10-05."
    )
    assert (
        entry.startswith("@incollection{counting-the-500s-claims,")
        and "author = {{The Counting the 500s authors}}" in entry
        and "year = {2026}" in entry
    )


def test_the_next_and_the_previous_page_are_linked(small):
    page = soup(small, "book/claims.html")
    assert page.select_one("a.left-prev")["href"] == "index.html" and page.select_one("a.right-next")["href"] == "data.html"


# ---- a figure's fold-out ---------------------------------------------------------------------------------------------


def test_a_figure_unfolds_into_parameters_rows_files_and_a_citation(small):
    fold = soup(small, "book/index.html").select_one("#fig-rate-windows > details")
    assert [link.get_text() for link in fold.select("a.download")] == ["CSV", "SVG", "SVG, narrow", "PNG"]
    assert "strength = 7 men in the theatre" in fold.get_text() and "as_of = 'latest'" in fold.get_text()
    assert [link["href"] for link in fold.select("a.row-link")] == ["data.html#row-row-1", "data.html#row-row-2"]
    assert (
        fold.select_one(".citation-text")
        .get_text()
        .startswith("The Counting the 500s authors. “A finding (Figure rate.windows, edition latest)”.")
    )
    for link in fold.select("a.download"):
        assert (small / "book" / link["href"]).is_file()


def test_pictures_are_the_same_bytes_each_time_and_follow_the_light_colours():

    from livingbook.sphinx_ext import png

    drawing = SVG.format(width=200).replace("<metadata>", "<metadata>").encode()
    first = png.png(drawing)
    assert first == png.png(drawing) and png.size(first) == (1200, 540)
    assert png.fonts()


def test_every_observation_has_its_row_and_its_source(small):
    table = soup(small, "book/data.html").select_one(".observations table")
    row = table.select_one("#row-row-2").find_parent("tr")
    assert [cell.get_text() for cell in row.select("td")] == [
        "listed",
        "1,400",
        "2022-02-24 to 2024-12-31",
        "army",
        "all",
        "istories",
        "source0",
        "2025-01-02",
        "use",
    ]
    assert row.select_one("a")["href"] == "https://example.org/a?b=1&c=2" and len(table.select("tbody tr")) == 20


# ---- what readers do -------------------------------------------------------------------------------------------------


def test_search_finds_a_claim_from_disk(small, tab):
    tab.goto((small / "search.html").as_uri() + "?q=contradicted")
    tab.wait_for_selector("#search-results li a")
    assert any("claims.html" in link.get_attribute("href") for link in tab.query_selector_all("#search-results li a"))


def test_the_search_field_opens_by_button_and_leads_to_results(small, tab):
    tab.goto((small / "book/index.html").as_uri())
    tab.click(".bd-sidebar-primary .search-button-field")
    tab.fill(".search-button__search-container input", "claim")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("#search-results li a")


def test_the_colours_change_and_stay(small, tab):
    tab.goto((small / "book/index.html").as_uri())
    shown = [tab.evaluate("document.documentElement.dataset.theme")]
    for _ in range(2):
        tab.click(".theme-switch-button")
        shown.append(tab.evaluate("document.documentElement.dataset.theme"))
    assert set(shown) == {"light", "dark"}
    while tab.evaluate("document.documentElement.dataset.mode") != "dark":
        tab.click(".theme-switch-button")
    tab.goto((small / "book/claims.html").as_uri())
    assert tab.evaluate("document.documentElement.dataset.theme") == "dark"


def test_a_fold_out_opens_by_keyboard_and_its_files_come_down(small, tab):
    tab.goto((small / "book/index.html").as_uri())
    tab.focus("#fig-rate-windows > details > summary")
    tab.keyboard.press("Enter")
    assert tab.is_visible("#fig-rate-windows a.download")
    with tab.expect_download() as waiting:
        tab.click("#fig-rate-windows a.download >> text=CSV")
    assert waiting.value.suggested_filename == "rate-windows.csv"


def test_a_citation_is_copied(small, tab):
    tab.goto((small / "book/claims.html").as_uri())
    tab.click("#cite-this-page > summary")
    tab.click("#cite-this-page .copy-citation")
    tab.wait_for_selector("#cite-this-page .told:text('Copied.')")
    assert tab.evaluate("navigator.clipboard.readText()").startswith("The Counting the 500s authors. “Claims”.")


def shown_claims(tab) -> list[str]:
    return [card.get_attribute("id") for card in tab.query_selector_all(".claim-card") if card.is_visible()]


def test_claims_are_filtered_by_verdict_and_section_and_a_link_brings_one_back(small, tab):
    tab.goto((small / "book/claims.html").as_uri())
    assert len(shown_claims(tab)) == 12
    tab.select_option("select[name=verdict]", "contradicted")
    assert shown_claims(tab) == ["claim-A01", "claim-A04", "claim-A07", "claim-A10"]
    tab.select_option("select[name=section]", "Size")
    assert shown_claims(tab) == ["claim-A01", "claim-A04"]
    assert tab.text_content(".claim-filter .told") == "2 of 12 claims"
    tab.evaluate("location.hash = '#claim-A02'")
    tab.wait_for_selector("#claim-A02")
    assert len(shown_claims(tab)) == 12


def test_without_scripts_everything_is_there(small, browser):
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto((small / "book/claims.html").as_uri())
    assert len(shown_claims(tab)) == 12 and not tab.query_selector_all(".claim-filter")
    assert not any(button.is_visible() for button in tab.query_selector_all("button"))  # none that would do nothing
    context.close()


def first_cells(tab, table: str) -> list[str]:
    return [cell.inner_text() for cell in tab.query_selector_all(f"{table} tbody tr > :first-child") if cell.is_visible()]


def test_a_table_is_sorted_by_number_and_searched(small, tab):
    tab.goto((small / "book/data.html").as_uri())
    table = ".observations table"
    for direction, first in (("ascending", "row-1"), ("descending", "row-20")):
        tab.focus(f"{table} th:nth-child(3) button")
        tab.keyboard.press("Enter")
        tab.wait_for_selector(f"{table} th:nth-child(3)[aria-sort={direction}]")
        tab.wait_for_function(f"document.querySelector('{table} tbody th').textContent === '{first}'")
    tab.fill(".table-search", "1,400 LISTED")
    assert first_cells(tab, table) == ["row-2"]
    assert tab.text_content(".table-tools .told") == "1 of 20 rows"


def test_a_link_to_a_row_leads_there(small, tab):
    tab.goto((small / "book/index.html").as_uri())
    tab.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    tab.click("a.row-link >> text=row-2")
    tab.wait_for_url("**/data.html#row-row-2")
    assert tab.evaluate("document.querySelector(':target').textContent") == "row-2"


def test_a_term_explains_itself_to_pointer_keyboard_and_reader_and_can_be_put_away(small, tab):
    tab.goto((small / "book/index.html").as_uri())
    link = tab.query_selector("a.term-link")
    explained = tab.query_selector(f"#{link.get_attribute('aria-describedby')}")
    assert not explained.is_visible() and explained.get_attribute("role") == "tooltip"
    assert link.get_attribute("href") == "glossary.html#term-lower-bound"
    for come, go in (
        (link.hover, lambda: tab.mouse.move(0, 0)),
        (link.focus, lambda: tab.evaluate("document.activeElement.blur()")),
    ):
        come()
        assert explained.is_visible() and explained.inner_text() == "The smallest number that a wording allows."
        tab.keyboard.press("Escape")
        assert not explained.is_visible()
        go()


def test_the_first_stop_of_the_keyboard_is_the_way_past_the_menu_and_focus_is_seen(small, tab):
    tab.goto((small / "book/index.html").as_uri())
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.getAttribute('href')") == "#main-content"
    link = tab.query_selector("a.result-link")
    link.focus()
    tab.keyboard.press("Shift+Tab")
    tab.keyboard.press("Tab")
    assert tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["book/index.html", "book/claims.html", "book/data.html", "search.html"])
def test_the_keyboard_reaches_everything_and_shows_where_it_is(small, browser, name, size):
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    tab = context.new_page()
    tab.goto((small / name).as_uri())
    tab.evaluate("document.activeElement.blur()")
    wanted = tab.evaluate("""() => {
      const found = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
        .filter((each) => !each.disabled && each.tabIndex >= 0 && each.checkVisibility({visibilityProperty: true, opacityProperty: true}));
      window.wanted = new Set(found);
      return found.length;
    }""")
    assert wanted > 4
    unseen = []
    for _ in range(wanted + 10):
        tab.keyboard.press("Tab")
        seen = tab.evaluate("""() => {
          const at = document.activeElement, sign = (each) => { const of = getComputedStyle(each);
            return (of.outlineStyle !== "none" && parseFloat(of.outlineWidth) > 0) || of.boxShadow !== "none"; };
          if (at === document.body) return "";
          window.wanted.delete(at);
          return sign(at) || (at.parentElement && sign(at.parentElement)) || at.id.endsWith("-checkbox") ? "" : at.outerHTML.slice(0, 200);
        }""")
        unseen += [seen] if seen else []
    assert unseen == []
    assert tab.evaluate("[...window.wanted].map((each) => each.outerHTML.slice(0, 200))") == []
    context.close()


# ---- style sheets without what no page uses ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(small, tmp_path_factory) -> Path:
    """The small book with the theme's style sheets as they are shipped."""
    folder = tmp_path_factory.mktemp("whole") / "site"
    shutil.copytree(small, folder)
    found = {
        path.name: path
        for package in ("pydata_sphinx_theme", "sphinx_book_theme", "sphinx_copybutton", "myst_nb")
        for path in Path(importlib.util.find_spec(package).origin).parent.rglob("*.css")
    }
    for path in (folder / "_static").rglob("*.css"):
        if (origin := found.get(re.sub(r"\.[0-9a-f]{64}\.css", ".css", path.name))) is not None:
            assert origin.stat().st_size > path.stat().st_size
            shutil.copyfile(origin, path)
    return folder


def search(tab):
    tab.wait_for_selector("#search-results li a")


STATES = {  # what a script or a reader brings about: page, size, colours, how
    "front page": ("book/index.html", "wide", "light", lambda tab: None),
    "dark": ("book/index.html", "wide", "dark", lambda tab: None),
    "phone": ("book/claims.html", "narrow", "light", lambda tab: None),
    "search field": ("book/index.html", "wide", "light", lambda tab: away(tab, ".bd-sidebar-primary .search-button-field")),
    "search results": ("search.html?q=contradicted", "wide", "light", search),
    "search results, dark phone": ("search.html?q=contradicted", "narrow", "dark", search),
    "hints": (
        "book/index.html",
        "wide",
        "light",
        lambda tab: (tab.hover(".theme-switch-button"), tab.wait_for_selector(".tooltip.show")),
    ),
    "sorted": ("book/data.html", "wide", "light", lambda tab: away(tab, ".observations th:nth-child(3) button")),
    "term": ("book/index.html", "wide", "light", lambda tab: tab.hover("a.term-link")),
    "notebook": ("notebooks/rate.html", "wide", "light", lambda tab: tab.hover("div.highlight")),
    "paper": ("book/claims.html", "wide", "light", lambda tab: tab.emulate_media(media="print")),
}


def away(tab, *places: str):
    """Clicks, and leaves no hint of what was clicked."""
    for place in places:
        tab.click(place)
    tab.mouse.move(0, 0)
    tab.wait_for_function("!document.querySelector('.tooltip')")


def come_to_rest(tab) -> bytes:
    """A picture of the page, once the next one is the same; without its first lines, on which the edge of the hidden link to the
    content falls or does not."""
    last, size = None, tab.viewport_size
    seen = {"x": 0, "y": 2, "width": size["width"], "height": size["height"] - 2}
    for _ in range(30):
        last, before = tab.screenshot(animations="disabled", caret="hide", clip=seen), last
        if last == before:
            return last
    raise AssertionError("the page does not come to rest")


@pytest.mark.parametrize("state", STATES)
def test_a_page_looks_the_same_without_the_rules_that_no_page_uses(small, whole, browser, state):
    name, size, colours, bring_about = STATES[state]
    name, _, query = name.partition("?")
    width, height = SIZES[size]
    looks: dict[Path, set[bytes]] = {small: set(), whole: set()}
    for _ in range(3):  # on a busy machine not even the same page is drawn alike each time: rules that are missing show every time
        for folder, seen in looks.items():
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=colours, reduced_motion="reduce"
            )
            tab = context.new_page()
            tab.goto(f"{(folder / name).as_uri()}?{query}")
            bring_about(tab)
            seen.add(come_to_rest(tab))
            context.close()
        if looks[small] & looks[whole]:
            return
    pytest.fail(f"{state}: the page looks otherwise")


def test_rules_are_kept_for_what_pages_and_scripts_name():
    from livingbook.sphinx_ext.used_css import names, slim

    used = names(['<p class="a b" id="c"></p>'], ["each.classList.add('shown')"])
    sheet = (
        ".a{x:1}.gone{x:1}.a .gone,#c:hover>p::before{x:2}@media print{.gone{x:1}p.shown{x:3}}@media screen{ul{x:1}}"
        "p:not(.gone){x:4}@keyframes k{from{x:1}}[data-x]{x:5}.tooltip{x:6}/* c */:root{--y:1}"
    )
    kept = slim(sheet, used)
    assert kept == (
        ".a{x:1}#c:hover>p::before{x:2}@media print{p.shown{x:3}}p:not(.gone){x:4}@keyframes k{from{x:1}}[data-x]{x:5}"
        ".tooltip{x:6}:root{--y:1}"
    )
    assert slim(kept, used) == kept


def test_on_paper_there_are_no_controls(small, tab):
    tab.emulate_media(media="print")
    tab.goto((small / "book/claims.html").as_uri())
    assert not any(
        each.is_visible() for each in tab.query_selector_all(".claim-filter, .bd-sidebar-primary, .page-line, .prev-next-footer")
    )
    assert len(shown_claims(tab)) == 12
    assert [each.inner_text().rstrip("#") for each in tab.query_selector_all("h1") if each.is_visible()] == ["Claims"]


def test_whoever_wants_no_movement_gets_none(small, browser):
    context = browser.new_context(reduced_motion="reduce")
    tab = context.new_page()
    tab.goto((small / "book/index.html").as_uri())
    assert tab.evaluate("getComputedStyle(document.querySelector('.bd-sidebar-primary')).transitionDuration") in ("0s", "1e-05s")
    context.close()
