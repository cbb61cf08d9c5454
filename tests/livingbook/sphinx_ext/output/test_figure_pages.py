"""The page of a figure, and the bare version of it that other pages embed."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from check_pages import SIZES, Page, axe_script, look, served
from small_pages import FIGURE, HOSTILE, Book, figure
from small_site import soup

PAGE, EMBED = "figures/latest/rate-windows.html", "figures/latest/embed/rate-windows.html"


def test_below_a_figure_stands_a_link_to_its_page_which_has_all_that_belongs_to_it(small: Path) -> None:
    link = soup(small, "book/index.html").select_one("#fig-rate-windows .own-page a")
    assert link["href"] == f"../{PAGE}" and "download" not in link.attrs
    page = soup(small, PAGE)
    assert (
        page.select_one("h1").get_text() == "A finding" and page.select_one("title").get_text() == "A finding · Counting the 500s"
    )
    assert page.select_one("img")["alt"] == "Three bars."
    assert [(each["width"], each["height"]) for each in page.select("source, img")] == [("100", "90"), ("200", "90")]
    assert [page.select_one("img")["src"], page.select_one("source")["srcset"]] == ["rate-windows.svg", "rate-windows-narrow.svg"]
    listed = [item.get_text() for item in page.select("li")]
    assert listed[:2] == ["source0", "source1"] and len(listed) == 8  # this table of sources has nothing but addresses
    assert page.select_one("li a")["href"] == "https://example.org/a?b=1&c=2"
    assert (
        page.select_one("p.citation-text").get_text().startswith("The Counting the 500s authors. “A finding (Figure rate.windows,")
    )
    assert page.select_one("pre.citation-text").get_text().startswith("@incollection{counting-the-500s-rate-windows,")
    assert [cell.get_text() for cell in page.select("tbody tr")[0].select("td")] == ["first", "1,260"]
    for named in page.select("a[href]:not([href^=https]), img, source, link, script"):
        target = named.get("href") or named.get("src") or named["srcset"]
        assert (small / PAGE).parent.joinpath(target.partition("#")[0]).resolve().is_file(), target


def test_the_page_leads_to_the_chapters_that_show_the_figure_and_to_its_notebook(book: Book) -> None:
    book.write("other.md", f"# Another\n\n{FIGURE}")
    book.page(FIGURE)
    page = BeautifulSoup((book.out / PAGE).read_text("utf-8"), "html.parser")
    assert [link["href"] for link in page.select("main > p a")][:3] == [
        "../../index.html",
        "../../other.html",
        "../../notebooks/rate.html#rate-windows",
    ]


def test_with_an_address_it_names_itself_and_its_frame_and_is_in_the_site_map(addressed: Path) -> None:
    base = "https://example.org/some/book"
    page = soup(addressed, PAGE)
    assert page.select_one("link[rel=canonical]")["href"] == f"{base}/{PAGE}"
    assert page.select_one("meta[property='og:image']")["content"] == f"{base}/figures/latest/rate-windows.png"
    assert page.select_one("p.citation-text").get_text().endswith(f" {base}/{PAGE}")
    assert f'<iframe src="{base}/{EMBED}" title="A finding" width="100%"' in page.select_one("pre[data-copy]").get_text()
    assert f"<loc>{base}/{PAGE}</loc>" in (addressed / "sitemap.xml").read_text("utf-8")


def test_a_figure_that_no_chapter_shows_has_no_page_and_one_no_longer_shown_none_any_more(book: Book) -> None:
    book.page("No figure.")
    assert not list(book.out.rglob("figures/**/*.html"))
    book.page(FIGURE)
    assert (book.out / PAGE).is_file() and (book.out / EMBED).is_file()
    book.page("No figure.")
    assert not list(book.out.rglob("figures/**/*.html"))


def test_a_changed_figure_changes_its_page_though_no_chapter_was_edited(book: Book) -> None:
    book.page(FIGURE)
    book.publish(results=book.results, figures={"windows": figure(title="Another finding")}, tables={})
    book.build()
    assert "Another finding" in (book.out / PAGE).read_text("utf-8") and "Another finding" in (book.out / EMBED).read_text("utf-8")


def test_hostile_text_stays_text(book: Book) -> None:
    entry = figure(title=HOSTILE, alt=HOSTILE, caption=HOSTILE, data=[[HOSTILE, HOSTILE]])
    book.publish(results={}, figures={"windows": entry}, tables={})
    book.page(FIGURE)
    for name in (PAGE, EMBED):
        page = BeautifulSoup((book.out / name).read_text("utf-8"), "html.parser")
        assert page.select_one("img")["alt"] == HOSTILE and not page.select("b, script:not([src]), a[href*=evil]")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", [PAGE, EMBED])
def test_the_pages_break_no_rule_and_do_without_a_network(small: Path, browser, name: str, size: str) -> None:
    page = Page(name)
    look(browser, small / name, page, size, axe_script())
    assert (page.axe, page.faults) == ({}, [])


def test_another_page_shows_the_embedded_figure(small: Path, tab, tmp_path: Path) -> None:
    with served(small) as address:
        host = tmp_path / "host.html"
        host.write_text(f"<!DOCTYPE html><title>Host</title><iframe src='{address}{EMBED}' width='700' height='400'></iframe>")
        tab.goto(host.as_uri())
        frame = tab.frame_locator("iframe")
        frame.locator("img").wait_for()
        assert frame.locator("img").evaluate("image => image.complete && image.naturalWidth > 0")
        assert frame.locator("a").get_attribute("target") == "_top"


def test_the_html_to_embed_is_copied(small: Path, tab) -> None:
    tab.goto((small / PAGE).as_uri())
    tab.click("[aria-label='Copy the HTML']")
    tab.wait_for_selector(".told:text('Copied.')")
    assert tab.evaluate("navigator.clipboard.readText()").startswith("<iframe src=")
