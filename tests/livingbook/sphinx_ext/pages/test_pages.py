"""The pages as readers have them: in a browser, light and dark, broad and narrow, from disk, by keyboard, without scripts."""

from __future__ import annotations

import pytest
from check_pages import BUDGET, SIZES, Page, axe_script, invalid, look, pages_of, served, summary
from small_site import shown_claims


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


def test_search_finds_a_claim_from_disk(small, tab):
    tab.goto((small / "search.html").as_uri() + "?q=contradicted")
    tab.wait_for_selector("#search-results li a")
    assert any("claims.html" in link.get_attribute("href") for link in tab.query_selector_all("#search-results li a"))


def test_search_shows_chapters_before_notebooks_with_sentences_around_the_words(small, tab):
    with served(small) as address:
        tab.goto(f"{address}search.html?q=rate")
        tab.wait_for_selector("#search-results li a[href^='notebooks/rate']")
        pages = [link.get_attribute("href") for link in tab.query_selector_all("#search-results li > a")]
        assert pages.index("book/index.html") < pages.index("notebooks/rate.html")  # which has the word in its title
        tab.goto(f"{address}search.html?q=finding")
        shown = tab.wait_for_selector("#search-results li:has(a[href^='book/index']) p.context:not(:empty)").inner_text()
    assert (
        shown.startswith("Names on the list are more than they were, which is the finding of this page.")
        and "min to read" not in shown
    )


def test_search_finds_nothing_that_a_note_or_a_drawing_alone_says(small, tab):
    with served(small) as address:
        for word in ("rests", "Three"):  # of the notes on numbers; of a figure's alternative text
            tab.goto(f"{address}search.html?q={word}")
            tab.wait_for_selector("#search-results .search-summary >> text=did not match")


@pytest.mark.parametrize(
    ("name", "table"), [("book/data.html", ".observations"), ("book/index.html", ".bd-article section > div:has(> table)")]
)
def test_a_wide_table_takes_the_room_beside_the_text_or_shows_that_it_goes_on_and_on_a_phone_is_cards(small, browser, name, table):
    asked = "(box) => [box.scrollWidth > box.clientWidth, box.getBoundingClientRect().right, getComputedStyle(box).backgroundImage.split('gradient').length - 1]"
    tab = browser.new_page(viewport={"width": 1280, "height": 800})
    tab.goto((small / name).as_uri())
    text = tab.evaluate("document.querySelector('.bd-article-container').getBoundingClientRect().right")
    is_cut, right, _ = tab.eval_on_selector(table, asked)
    assert right <= 1280 and (not is_cut or right > text + 100)
    tab.set_viewport_size({"width": 620, "height": 740})
    _, right, shades = tab.eval_on_selector(table, asked)
    assert shades == 4 and right <= 620
    tab.set_viewport_size({"width": 360, "height": 740})
    is_cut, right, shades = tab.eval_on_selector(table, asked)
    assert (is_cut, shades) == (False, 0) and right <= 360
    heads = tab.eval_on_selector(table, "(box) => [...box.querySelectorAll('thead th')].map((head) => head.textContent.trim())")
    cell = tab.eval_on_selector(
        table,
        "(box) => { const row = box.querySelector('tbody tr'); return [row.cells[0].dataset.label, row.getAttribute('role')]; }",
    )
    assert cell == [heads[0], "row"]
    tab.close()


def test_a_search_hides_cards_as_it_hides_rows(small, browser):
    tab = browser.new_page(viewport={"width": 360, "height": 740})
    tab.goto((small / "book/data.html").as_uri())
    tab.fill(".observations .table-search, .table-search", "nothing has these words")
    assert not tab.is_visible(".as-cards tbody tr[hidden]") and tab.query_selector(".as-cards tbody tr[hidden]")
    tab.close()


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
