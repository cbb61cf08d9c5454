"""Numbers, claims and verdicts in a sentence."""

from __future__ import annotations

import pytest
from small_pages import RATE, Book, claim, result


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        ("rate.monthly", "at least 1,430"),
        ("rate.monthly:low", "1,430"),
        ("rate.monthly@article", "about 900"),
        ("rate.share:value", "7.6%"),
        ("rate.share:low", "7.0%"),
        ("rate.share:high", "8.1%"),
        ("rate.monthly:low@article", "1,430"),
        ("rate.monthly:high", "at least 1,430"),  # data may leave an end open; the whole text is true of any of them
        ("rate.nothing:value", "not known"),
    ],
)
def test_a_result_is_its_text_linked_to_a_note_that_leads_to_where_it_was_computed(book: Book, role: str, shown: str) -> None:
    page = book.page(f"{{result}}`{role}`")
    link = page.select_one("a.result-link")
    assert book.warnings == ""
    assert link.get_text() == shown
    name = role.split(".")[1].split(":")[0].split("@")[0]
    code = page.select_one(link["href"]).select_one(".note-edition a")
    assert code["href"] == f"notebooks/rate.html#rate-{name}"
    assert link["title"].startswith("Names per month.")
    assert ("Unit: persons per month." in link["title"]) == ("share" not in role)
    assert ("Edition: article." in link["title"]) == ("@article" in role)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{result}`rate.montly`", "result: no result 'rate.montly' in edition 'latest'; close to it: rate.monthly"),
        ("{result}`rat.monthly`", "no such notebook was published; close to it: rate"),
        ("{result}`rate.monthly@artikle`", "no such edition; close to it: article"),
        ("{result}`rate.when:value`", "'rate.when:value': these are words, without a value: 'in June'"),
        ("{result}`rate.monthly:middle`", "is not of the form notebook.name[:low|:value|:high][@edition]"),
        ("{result}`monthly`", "'monthly' is not of the form notebook.name"),
        ("{claim}`A1`", "claim: no claim 'A1'; close to it: A01"),
        ("{verdict}`Z9`", "verdict: no claim 'Z9'; there are: A01"),
        ("```{published-figure} rate.window\n```", "no figure 'rate.window' in edition 'latest'; close to it: rate.windows"),
        ("```{published-table} rate.x\n```", "no table 'rate.x' in edition 'latest'; there are none"),
        ("{claim}`A01`", "link to a card for claim A01, which the book does not have"),
        ("$\\frac{$", "cannot be made into MathML"),
    ],
)
def test_what_is_unknown_fails_a_strict_build_naming_it_and_the_page(book: Book, body: str, message: str) -> None:
    book.claims(A01=claim("A01", chapter=None))
    book.write("other.md", f"# Other\n\nfirst\n\n{body}\n")
    book.build(strict=True)
    assert book.code == 1
    assert message in book.warnings
    assert "other.md" in book.warnings


def test_a_missing_notebook_page_is_a_broken_link(book: Book) -> None:
    book.publish(notebook="gone", results={"x": result()}, figures={}, tables={})
    book.page("{result}`gone.x`")
    assert "link to notebooks/gone, which the book does not have" in book.warnings
    assert "index.md" in book.warnings


def test_an_anchor_that_the_notebook_does_not_have_is_a_broken_link(book: Book) -> None:
    book.write("notebooks/rate.md", RATE.replace("rate-monthly", "rate-else"))
    book.page("{result}`rate.monthly`")
    assert "link to notebooks/rate#rate-monthly: the page has no such anchor" in book.warnings


def test_a_claim_in_a_sentence_links_to_its_card_wherever_that_is(book: Book) -> None:
    book.claims(A01=claim("A01", chapter=None))
    book.write("cards.md", "# Cards\n\n```{claims}\n```\n")
    page = book.page("{claim}`A01` is {verdict}`A01`.\n\n```{claim-scoreboard}\n```\n")
    assert book.warnings == ""
    assert page.select_one("a.claim-link")["href"] == "cards.html#claim-A01"
    assert page.select_one("a.claim-link").get_text() == "A01 ✓ supported"
    assert page.select_one(".verdict-word").get_text() == "supported"
    assert page.select_one(".scoreboard a")["href"] == "cards.html#claim-A01"


def test_what_a_sentence_rests_on_is_not_shown(book: Book) -> None:
    page = book.page("It is so{rests}`rate.monthly > 5, no cod any`.\n\n## It stays{rests}`rate.monthly`\n")
    assert book.warnings == ""
    assert [each.get_text() for each in page.select("section p, h2")] and "rests" not in page.get_text()
    assert "It is so." in page.get_text() and page.select_one("#it-stays")
