"""Fold-outs of a chapter's own text."""

from __future__ import annotations

from small_pages import Book


def test_a_fold_out_holds_parsed_text(book: Book) -> None:
    fold = book.page("```{fold} What <b>would</b> change it\n:open:\nA {result}`rate.monthly`.\n```").select_one("details")
    assert fold.find("summary").get_text() == "What <b>would</b> change it"
    assert fold.has_attr("open")
    assert fold.select_one("a.result-link")
