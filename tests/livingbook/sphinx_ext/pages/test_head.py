"""What a page says of itself, in its head and around its text."""

from __future__ import annotations

import re

from check_pages import pages_of
from small_site import meta, soup


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
    assert own in places and places == sorted(places) and len(places) == 8  # seven pages, and that of a figure
    assert own in page.select_one("#cite-this-page").get_text()


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
