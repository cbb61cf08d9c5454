"""Text from data stays text."""

from __future__ import annotations

import json

from bs4 import BeautifulSoup
from small_pages import FIGURE, HOSTILE, Book, claim, figure, result


def hostile_book(book: Book) -> BeautifulSoup:
    """A page on which every field that holds text holds hostile text."""
    entry = figure(
        title=HOSTILE,
        alt=HOSTILE,
        caption=HOSTILE,
        rows=[HOSTILE],
        data=[[HOSTILE, HOSTILE]],
        columns=[{"name": "a", "label": HOSTILE, "unit": HOSTILE}, {"name": HOSTILE, "label": "", "unit": ""}],
    )
    value = result(HOSTILE, about=HOSTILE, unit=HOSTILE, picks={"low": HOSTILE})
    book.publish(title=HOSTILE, results={"monthly": value}, figures={"windows": entry}, tables={"t": entry})
    book.claims(
        A01=claim(
            "A01",
            text=HOSTILE,
            speaker=HOSTILE,
            rule=HOSTILE,
            reason=HOSTILE,
            section=HOSTILE,
            chapter=None,
            values={"rate.monthly": value, HOSTILE: value},
        )
    )
    field = {
        "name": HOSTILE,
        "type": HOSTILE,
        "title": HOSTILE,
        "description": HOSTILE,
        "constraints": {"pattern": HOSTILE, "enum": [HOSTILE], "minimum": HOSTILE},
    }
    package = {
        "resources": [
            {
                "name": "t",
                "title": HOSTILE,
                "description": HOSTILE,
                "path": "t.csv",
                "schema": {
                    "fields": [field],
                    "primaryKey": HOSTILE,
                    "foreignKeys": [{"fields": HOSTILE, "reference": {"resource": HOSTILE, "fields": HOSTILE}}],
                },
            }
        ]
    }
    book.write("data/datapackage.json", json.dumps(package))
    book.write("data/t.csv", "a\n1\n")
    return book.page(
        "{result}`rate.monthly` {result}`rate.monthly:low` {claim}`A01`\n\n" + FIGURE + "\n```{published-table} rate.t\n```\n"
        "\n```{data-dictionary}\n```\n\n```{claims}\n```\n"
    )


def test_hostile_text_in_every_field_stays_text(book: Book) -> None:
    page = hostile_book(book)
    assert book.warnings == ""
    assert not page.select("script, b, strong, a[href^='http']")
    shown = page.get_text()
    # Titles, caption, rows, cells, labels, cards, dictionary: what was written is what is read.
    assert shown.count("<script>alert(1)</script> **bold** `code` [x](http://evil.example)") > 20
    assert page.select_one("svg")["aria-label"] == HOSTILE
    assert [link.get_text() for link in page.select("a.result-link")][:2] == [HOSTILE, HOSTILE]
    whole = (book.out / "index.html").read_text("utf-8")
    assert "<script>alert" not in whole and "<b>" not in whole


def test_a_source_that_could_not_be_a_key_is_refused(book: Book) -> None:
    book.publish(results={}, figures={"windows": figure(sources=["a` {result}`x.y"])}, tables={})
    book.page(FIGURE)
    assert "names sources that cannot be keys" in book.warnings
