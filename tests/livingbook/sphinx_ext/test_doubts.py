"""Marks on words that were written for other figures: in the sentence, below it, at the chapter's head, on the front page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from small_pages import INDEX, Book, claim

SENTENCE = "**The general** put that at {result}`rate.monthly`."


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path / "book")


def mark(book: Book, text: str, **parts: object) -> None:
    """Writes what the reading of a book found: one doubtful sentence on the first page of this text."""
    start = text.index(SENTENCE)
    place = {"start": start, "end": start + len(SENTENCE), "heading": False, "text": SENTENCE}
    found = {"pages": {"index": [{**place, "words": ["was 9,000 <b>by</b> the general; is 4,000"], "certain": True}]}}
    empty = {"count": 1, "broken": 1, "figures": {}, "numbers": {}, "claims": {}, "unread": {}, "chapters": {}}
    book.write("published/words.json", json.dumps({**empty, **found, **parts}))


def test_a_doubtful_sentence_is_marked_and_its_note_says_what_changed(book: Book) -> None:
    body = f"Before\nthat. {SENTENCE}\nAfter\nthis.\n"
    mark(book, INDEX.format(body=body))
    page = book.page(body)
    assert book.warnings == ""
    assert page.select_one(".doubt").get_text() == "The general put that at at least 1,430."
    assert page.select_one("a.doubt-mark")["href"] == "#doubt-1"
    note = page.select_one("#doubt-1")
    assert "Written for other figures. was 9,000 <b>by</b> the general; is 4,000" in note.get_text()  # text, never markup
    assert (
        " ".join(note.find_previous("p").get_text().split()) == "Before that. The general put that at at least 1,430.※ After this."
    )


def test_a_page_without_doubts_shows_no_mark(book: Book) -> None:
    page = book.page(SENTENCE)
    assert not page.select(".doubt, .doubt-note, .doubt-mark")


def test_a_reason_and_a_description_are_marked(book: Book) -> None:
    book.claims(A01=claim("A01", chapter=None))
    body = f"{SENTENCE}\n\n```{{claims}}\n```\n"
    told = [{"kind": "reason", "words": ["the verdict was another"], "certain": True}]
    mark(book, INDEX.format(body=body), claims={"A01": told}, numbers={"rate.monthly": [{**told[0], "kind": "description"}]})
    page = book.page(body)
    assert "the verdict was another" in page.select_one(".claim-card .doubt-note").get_text()
    assert "the verdict was another" in page.select_one("a.result-link")["title"]


def test_the_front_page_counts_what_is_marked_by_chapter_and_names_rows_that_nobody_reads(book: Book) -> None:
    chapters = {"other": {"title": "Another chapter", "count": 1, "words": "1 sentence"}}
    book.write("book/other.md", f"# Another chapter\n\n{SENTENCE}\n")
    mark(book, INDEX.format(body=SENTENCE), chapters=chapters, unread={"row": {"words": "a list of 5 names", "near": []}})
    page = book.page(SENTENCE)
    front = page.select_one("aside.doubt-note").get_text()
    assert "One passage of this book was written for other figures" in front
    assert "Another chapter: 1 sentence" in front and "a list of 5 names" in front
    assert "In this chapter 1 sentence is marked" in book.soup("book/other").select_one("aside.doubt-note").get_text()
