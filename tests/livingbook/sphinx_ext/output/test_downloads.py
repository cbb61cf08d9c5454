"""What is published beside the pages."""

from __future__ import annotations

import json
from pathlib import Path

from livingbook.drawing import svg
from small_pages import FIGURE, Book, claim


def test_downloads_are_there(book: Book) -> None:
    page = book.page(FIGURE)
    links = [link["href"] for link in page.select("a.download")]
    assert links == [f"figures/latest/rate-windows{end}" for end in (".csv", ".svg", "-narrow.svg", ".png")]
    source = book.root / "published/latest/files"
    assert (book.out / links[0]).read_bytes() == (source / Path(links[0]).name).read_bytes()
    assert (book.out / links[3]).read_bytes().startswith(b"\x89PNG")


def test_a_drawing_to_download_needs_no_style_sheet_and_looks_the_same(book: Book) -> None:
    book.page(FIGURE)
    for name in ("rate-windows.svg", "rate-windows-narrow.svg"):
        made, source = (
            (folder / name).read_bytes() for folder in (book.out / "figures/latest", book.root / "published/latest/files")
        )
        assert b"var(" in source and b"var(" not in made and b'fill: #222"' in made and b'fill="#ffffff"' in made
        assert svg.look(made) == svg.look(source) != svg.look(source.replace(b"#222", b"#333"))


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
    monthly = {
        "value": None,
        "low": 1432.6,
        "high": None,
        "unit": "persons per month",
        "text": "at least 1,430",
        "about": "Names per month.",
    }
    assert json.loads(raw)["latest"]["rate"]["monthly"] == monthly
    assert json.loads(raw)["article"] == {"rate": {"monthly": monthly | {"text": "about 900"}}}
    assert json.loads((book.out / "claims.json").read_bytes()) == {"A01": claim("A01"), "B01": claim("B01")}
    assert raw.endswith(b"}\n")
    book.publish(results=dict(reversed(book.results.items())), figures={}, tables={})
    book.build()
    assert (book.out / "results.json").read_bytes() == raw
