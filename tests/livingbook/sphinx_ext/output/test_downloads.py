"""What is published beside the pages."""

from __future__ import annotations

import json
from pathlib import Path

from small_pages import FIGURE, Book, claim


def test_downloads_are_there(book: Book) -> None:
    page = book.page(FIGURE)
    links = [link["href"] for link in page.select("a.download")]
    assert links == [f"figures/latest/rate-windows{end}" for end in (".csv", ".svg", "-narrow.svg", ".png")]
    source = book.root / "published/latest/files"
    for link in links[:3]:
        assert (book.out / link).read_bytes() == (source / Path(link).name).read_bytes()
    assert (book.out / links[3]).read_bytes().startswith(b"\x89PNG")


def test_a_file_that_is_no_longer_published_is_not_offered(book: Book) -> None:
    book.write("published/latest/files/old.csv", "x")
    book.build()
    assert (book.out / "figures/latest/old.csv").exists()
    (book.root / "published/latest/files/old.csv").unlink()
    book.build()
    assert not (book.out / "figures/latest/old.csv").exists()


def test_results_and_claims_are_published_for_machines(book: Book) -> None:
    book.claims(A01=claim("A01"), B01=claim("B01"))
    book.build()
    raw = (book.out / "results.json").read_bytes()
    monthly = {"value": None, "low": 1432.6, "high": None, "unit": "persons per month", "text": "at least 1,430"}
    assert json.loads(raw)["latest"]["rate"]["monthly"] == monthly
    assert json.loads(raw)["article"] == {"rate": {"monthly": monthly | {"text": "about 900"}}}
    assert json.loads((book.out / "claims.json").read_bytes()) == {"A01": claim("A01"), "B01": claim("B01")}
    assert raw.endswith(b"}\n")
    book.publish(results=dict(reversed(book.results.items())), figures={}, tables={})
    book.build()
    assert (book.out / "results.json").read_bytes() == raw
