"""Claims on a page: cards, scoreboard, definitions."""

from __future__ import annotations

import pytest
from livingbook.sphinx_ext.directives.claim_cards import counted
from small_pages import Book, claim


def test_cards_tell_claim_speaker_verdict_numbers_rule_and_reason(book: Book) -> None:
    book.write("book/rate.md", "# Chapter on the rate\n")
    book.claims(
        A02=claim("A02", verdict="contradicted", section="who", computed=False, values={}),
        A10=claim("A10"),
        A01=claim("A01", chapter=None),
    )
    page = book.page("```{toctree}\nbook/rate\n```\n\n```{claims}\nwho: Who they are\n```")
    assert book.warnings == ""
    assert [heading.get_text() for heading in page.select("h2")] == ["Who they are¶", "Size¶"]
    assert [card["id"] for card in page.select(".claim-card")] == ["claim-A02", "claim-A01", "claim-A10"]
    card = page.select_one("#claim-A01")
    assert card.select_one("a.claim-id")["href"] == "#claim-A01"
    assert card.select_one(".claim-text").get_text(strip=True) == "Text of A01."
    assert card.select_one(".claim-head .verdict").get_text() == "✓ supported"
    assert card.select_one(".verdict-icon")["aria-hidden"] == "true"
    assert card.select_one(".claim-values").get_text().strip() == "at least 1,430 Names per month."
    assert card.select_one(".claim-values a")["href"] == "#number-rate-monthly"
    assert card.select_one(".claim-rule").get_text() == "Computed. Supported if equal."
    assert "They agree." in card.get_text() and "Said by: author" in card.get_text()
    assert card.select_one(".claim-edition .verdict").get_text() == "≈ plausible"
    assert "(source0, 2025)" in card.select_one(".claim-more").get_text()
    assert page.select_one("#claim-A10 .claim-more a[href='book/rate.html']").get_text() == "Read the chapter"
    assert page.select_one("#claim-A02 .claim-rule").get_text().startswith("Judged by reading.")


def test_a_card_has_the_words_of_the_article_above_ours(book: Book) -> None:
    book.claims(A01=claim("A01", chapter=None) | {"quotation": "At least 5 …"}, A02=claim("A02", chapter=None))
    page = book.page("```{claims}\n```")
    assert page.select_one("#claim-A01 .claim-quotation + .claim-text").get_text(strip=True) == "Text of A01."
    assert [each.get_text() for each in page.select(".claim-quotation")] == ["“At least 5 …”"]


def test_the_scoreboard_counts_and_links_every_claim(book: Book) -> None:
    book.claims(A01=claim("A01", chapter=None), A02=claim("A02", chapter=None), B01=claim("B01", chapter=None, verdict="outdated"))
    page = book.page("```{claims}\n```")
    rows = [[part.get_text() for part in row.select("p")] for row in page.select(".scoreboard > li")]
    assert rows == [["2 ✓ supported", "A01 A02"], ["1 ↺ outdated", "B01"]]
    assert [link["href"] for link in page.select(".scoreboard a")] == ["#claim-A01", "#claim-A02", "#claim-B01"]


@pytest.mark.parametrize("directive", ["claims", "claim-scoreboard"])
def test_statements_of_a_speaker_can_be_left_out_of_the_scoreboard_and_keep_their_cards(book: Book, directive: str) -> None:
    book.claims(A01=claim("A01", chapter=None), A02=claim("A02", chapter=None) | {"speaker": "editor"})
    page = book.page(f"```{{{directive}}}\n:without: editor\n```")
    assert [part.get_text() for part in page.select(".scoreboard > li p")] == ["1 ✓ supported", "A01"]
    assert bool(page.select("#claim-A02")) == (directive == "claims") and "no claim has" not in book.warnings
    book.page(f"```{{{directive}}}\n:without: edit\n```")
    assert "no claim has the speaker 'edit'; close to it: editor" in book.warnings


def test_an_unknown_section_title_or_verdict_is_said(book: Book) -> None:
    book.claims(A01=claim("A01"))
    book.page("```{claims}\nsise: How many\n```")
    assert "no claim is in section 'sise'; close to it: size" in book.warnings
    book.claims(A01=claim("A01", verdict="suported"))
    book.page("```{claims}\n```\n{claim}`A01`")
    assert "no verdict 'suported'; close to it: supported" in book.warnings


def test_every_verdict_is_defined(book: Book) -> None:
    from livingbook.notebook.verdicts import VERDICTS

    terms = book.page("```{verdict-definitions}\n```").select("dl.verdict-definitions dt")
    assert [term.select_one(".verdict").get_text() for term in terms] == [f"{v.icon} {v.word}" for v in VERDICTS.values()]


@pytest.mark.parametrize(("text", "said"), [("1", "1 day"), ("0", "0 days"), ("at least 2", "at least 2 days")])
def test_one_of_a_unit_is_singular(text, said):
    assert counted(text, "days") == said
