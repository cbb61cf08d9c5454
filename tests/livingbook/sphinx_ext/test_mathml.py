"""Formulas."""

from __future__ import annotations

import re

from small_pages import Book


def test_formulas_are_mathml_and_no_script_is_loaded_for_them(book: Book) -> None:
    page = book.page("In line $N(\\psi) < \\frac{1}{2}$.\n\n$$\na^2\n$$ (square)\n\nSee {eq}`square`.\n")
    inline, block = page.select("math")
    assert book.warnings == ""
    assert inline.find("mfrac") and inline["display"] == "inline" and "<" in inline.get_text()
    assert block.find("msup") and block["display"] == "block"
    assert page.select_one(".eqno").get_text().startswith("(1)")
    whole = (book.out / "index.html").read_text("utf-8").lower()
    assert "mathjax@" not in whole and not re.search(r"<script[^>]*src=\"https?:", whole)
