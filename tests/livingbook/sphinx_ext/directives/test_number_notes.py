"""The notes that open on a page's numbers."""

from __future__ import annotations

import pytest
from check_pages import SIZES, axe_script, pale, violations
from small_pages import HOSTILE, Book, result
from small_site import soup

OBSERVATIONS = "id,measure,start,end,low,value,high,qualifier,origin,source,known_from\n"
ROW = "row-1,listed,,2024-12-31,49000,,,at_least,istories,page1,2025-04-24\n"


def tabled(book: Book, rows: str = ROW) -> None:
    """Tables beside the pages."""
    book.write("data/observations.csv", OBSERVATIONS + rows)
    book.write("data/sources.csv", "source,outlet,published,url\npage1,Censor.NET,2025-06-09,https://example.org/a?b=1&c=2\n")
    book.write("data/measures.csv", "measure,label\nlisted,Names on a list\n")
    book.write("data/origins.csv", "origin,label\nistories,iStories\n")


def test_a_note_says_what_a_number_is_on_which_rows_it_rests_where_they_were_read_and_where_its_code_is(book: Book) -> None:
    tabled(book)
    book.write("rows.md", "# Rows\n\n```{observations}\n```\n")
    book.write("published/settings.json", '{"latest": {"evidence_to": "2026-10-05"}}')
    note = book.page("{result}`rate.monthly`").select_one("#number-rate-monthly")
    assert book.warnings == ""
    assert note.select_one(".note-number").get_text() == "at least 1,430 persons per month"
    said = note.get_text()
    assert "Names per month." in said and "It rests on one published figure:" in said
    assert "Names on a list: at least 49,000, 31 December 2024. Published by iStories; read in Censor.NET, 9 June 2025." in said
    assert "Edition: latest, with the evidence to 5 October 2026." in said
    assert [link["href"] for link in note.select("a")] == [
        "rows.html#row-row-1",
        "https://example.org/a?b=1&c=2",
        "notebooks/rate.html#rate-monthly",
        "#from-number-rate-monthly",
    ]


def test_a_number_is_cited_with_its_words_its_name_its_edition_and_its_address(addressed) -> None:
    note = soup(addressed, "book/index.html").select_one("#number-rate-monthly")
    cited = note.select_one(".citation-text").get_text()
    assert cited.startswith(
        "The Counting the 500s authors. “at least 1,430: Names per month (Number rate.monthly, edition latest)”. In: "
    )
    assert "evidence to 2026-10-05" in cited and cited.endswith(
        " https://example.org/some/book/book/index.html#number-rate-monthly"
    )


def test_a_number_that_stands_twice_has_one_note_and_that_of_another_edition_its_own(book: Book) -> None:
    page = book.page(
        "{result}`rate.monthly` {result}`rate.monthly:low` {result}`rate.monthly@latest` {result}`rate.monthly@article`"
    )
    assert [note["id"] for note in page.select(".number-note")] == ["number-rate-monthly", "number-rate-monthly-article"]
    assert [link["href"] for link in page.select("a.result-link")] == 3 * ["#number-rate-monthly"] + [
        "#number-rate-monthly-article"
    ]
    ids = [tag["id"] for tag in page.select("[id]")]
    assert len(ids) == len(set(ids)) and {"from-number-rate-monthly", "from-number-rate-monthly-article"} <= set(ids)


def test_of_many_rows_five_are_described_and_the_others_named(book: Book) -> None:
    tabled(book, "".join(ROW.replace("row-1", f"row-{number}") for number in range(1, 8)))
    book.publish(results={"monthly": result(rows=[f"row-{number}" for number in range(1, 8)])}, figures={}, tables={})
    note = book.page("{result}`rate.monthly`").select_one(".number-note")
    assert len(note.select("li")) == 5 and "It rests on 7 published figures:" in note.get_text()
    assert note.select_one("details summary").get_text() == "2 more"
    assert [code.get_text() for code in note.select("details code")] == ["row-6", "row-7"]


def test_hostile_text_of_rows_and_results_stays_text(book: Book) -> None:
    tabled(book)
    cell = '"' + HOSTILE.replace('"', '""') + '"'
    book.write("data/sources.csv", f"source,outlet,published,url\npage1,{cell},{cell},javascript:alert(1)\n")
    book.write("data/measures.csv", f"measure,label\nlisted,{cell}\n")
    book.publish(title=HOSTILE, results={"monthly": result(HOSTILE, about=HOSTILE, unit=HOSTILE)}, figures={}, tables={})
    note = book.page("{result}`rate.monthly`").select_one(".number-note")
    assert not note.select("script, b, [href^=javascript]") and note.get_text().count("<script>alert(1)</script>") >= 5


def test_a_page_is_made_anew_if_a_row_of_its_notes_has_changed_and_not_for_another(book: Book) -> None:
    other = ROW.replace("row-1", "row-2")
    tabled(book, ROW + other)
    book.write("monthly.md", "# M\n\n{result}`rate.monthly`\n")
    book.build()
    tabled(book, ROW + other.replace("49000", "50000"))
    assert book.build() == []
    tabled(book, ROW.replace("49000", "51000") + other)
    assert book.build() == ["monthly"]
    assert "at least 51,000" in book.soup("monthly").select_one(".number-note").get_text()
    book.write("data/sources.csv", "source,outlet,published,url\npage1,Kontur,2025,\n")
    assert book.build() == ["monthly"]
    assert "iStories; read in Kontur, 2025." in book.soup("monthly").select_one(".number-note").get_text()


def test_other_formats_have_no_notes(book: Book) -> None:
    book.write("index.md", "# Index\n\n{result}`rate.monthly`\n")
    book.build("text")
    assert "Close" not in (book.out / "index.txt").read_text("utf-8")


NOTE, NUMBER = "#number-rate-monthly", "#from-number-rate-monthly"


def touched(tab) -> None:
    tab.tap(NUMBER)


def pressed(tab) -> None:
    tab.focus(NUMBER)
    tab.keyboard.press("Enter")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("come", [lambda tab: tab.click(NUMBER), touched, pressed], ids=["mouse", "touch", "keyboard"])
def test_a_number_opens_its_note_which_closes_by_escape_and_gives_the_focus_back(small, browser, size, come) -> None:
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, has_touch=True)
    tab = context.new_page()
    tab.goto((small / "book/index.html").as_uri())
    assert not tab.is_visible(NOTE)
    come(tab)
    assert tab.is_visible(NOTE) and tab.evaluate("document.activeElement.id") == NOTE[1:] and tab.url.endswith("index.html")
    box = tab.query_selector(NOTE).bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= width and box["y"] >= 0 and box["y"] + box["height"] <= height
    tab.keyboard.press("Tab")
    assert tab.evaluate(f"document.activeElement.closest('{NOTE}') !== null")
    tab.keyboard.press("Escape")
    tab.wait_for_selector(NOTE, state="hidden")
    assert tab.evaluate("document.activeElement.id") == NUMBER[1:]
    context.close()


def test_a_note_closes_by_a_click_elsewhere_and_by_its_own_link(small, tab) -> None:
    tab.goto((small / "book/index.html").as_uri())
    for close in (lambda: tab.mouse.click(640, 5), lambda: tab.click(f"{NOTE} .note-close")):
        tab.click(NUMBER)
        assert tab.is_visible(NOTE)
        close()
        tab.wait_for_selector(NOTE, state="hidden")
        assert tab.url.endswith("index.html")


def test_an_open_note_breaks_no_rule_in_any_colours(small, tab) -> None:
    tab.goto((small / "book/index.html").as_uri())
    tab.click(NUMBER)
    tab.click(f"{NOTE} summary >> text=Cite this number")
    tab.emulate_media(reduced_motion="reduce")  # a colour on its way from light to dark is neither
    tab.evaluate(axe_script())
    assert violations(tab) == {}
    for colours in ("light", "dark"):
        tab.evaluate("(colours) => { document.documentElement.dataset.theme = colours; }", colours)
        assert pale(tab, set()) == {}


def test_the_address_of_a_number_opens_its_note_where_the_number_stands(small, tab) -> None:
    tab.goto((small / "book/index.html").as_uri() + NOTE)
    tab.wait_for_selector(NOTE)
    assert tab.query_selector(NUMBER).bounding_box()["y"] < 800


def test_the_citation_of_a_number_is_copied(small, tab) -> None:
    tab.goto((small / "book/index.html").as_uri())
    tab.click(NUMBER)
    tab.click(f"{NOTE} summary >> text=Cite this number")
    tab.click(f"{NOTE} .copy-citation")
    tab.wait_for_selector(f"{NOTE} .told:text('Copied.')")
    assert "(Number rate.monthly, edition latest)" in tab.evaluate("navigator.clipboard.readText()")


def test_without_scripts_the_number_is_a_link_to_its_note(small, browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto((small / "book/index.html").as_uri())
    assert not tab.is_visible(NOTE)
    tab.click(NUMBER)
    assert tab.is_visible(NOTE) and tab.is_visible(f"{NOTE} a >> text=See the code")
    tab.click(f"{NOTE} .note-close")
    assert not tab.is_visible(NOTE)
    context.close()


def test_on_paper_there_are_no_notes(small, tab) -> None:
    tab.emulate_media(media="print")
    tab.goto((small / "book/index.html").as_uri() + NOTE)
    assert not tab.is_visible(NOTE)
