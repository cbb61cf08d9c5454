"""The entrance, and the page for wrong addresses."""

from __future__ import annotations

from small_site import soup


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
