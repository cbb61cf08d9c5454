"""What stands in quotation marks are words that were said: the article's, as the table of claims has them, or others that are named here."""

import csv
from pathlib import Path

import pytest
from quotations import is_said, passages, quoted, said

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted((ROOT / "book").glob("*.md"))
SAYINGS = said(ROOT)
# Other words in quotation marks, and where they stand.
OTHER = {
    "wordings of published figures, which data/datapackage.json explains under qualifier": {
        "at least", "at most", "about", "over", "more than", "up to", "almost",
    },
    "verdicts and phrases that the book explains": {"Holds arithmetically", "Unsupported", "read as exact", "taken as exact", "convict"},
    "the title of a form, .github/ISSUE_TEMPLATE/a-figure-is-wrong.yml": {"A figure is wrong"},
}  # fmt: skip


@pytest.mark.parametrize("path", [path for path in CHAPTERS if path.stem != "corrections"], ids=lambda path: path.stem)
def test_quotation_marks_hold_words_that_were_said(path):
    known = set().union(*OTHER.values())
    assert [words for words in quoted(path.read_text("utf-8")) if words not in known and not is_said(words, SAYINGS)] == []


def test_no_phrase_is_allowed_that_no_chapter_quotes():
    used = {words for path in CHAPTERS for words in quoted(path.read_text("utf-8"))}
    assert set().union(*OTHER.values()) - used == set()


@pytest.mark.parametrize(
    "words", ["not many", "No major effect", "high enough to have a major impact, now", "If you count 300,000 personnel fighting"]
)
def test_words_that_were_not_said_are_found(words):
    assert not is_said(words, SAYINGS) and quoted(f'He says: "{words}."') == [words.strip(".")]


def test_a_quotation_is_not_put_together_from_two_passages():
    sayings = passages("That's not a lot … not yet high enough to have a major impact")
    assert is_said("not yet high enough", sayings) and not is_said("not a lot not yet high enough", sayings)


def test_a_quotation_ends_with_a_word():
    assert not is_said("high enough to have a maj", SAYINGS) and not is_said("8,000 personnel", ["48,000 personnel"])


def test_a_glued_number_is_no_quotation():
    assert quoted('"a little over {result}`rate.quoted_monthly` a month"') == ["a little over «rate.quoted_monthly» a month"]


def test_code_and_directives_are_not_quotations():
    assert quoted('```{figure} "x"\n"y"\n```\n\n`make "z"` says “so”.') == ["so"]


def test_quotations_name_no_private_person():
    with (ROOT / "data" / "claims.csv").open(encoding="utf-8") as file:
        assert {row["quotation"] for row in csv.DictReader(file) if row["claim"] == "F08"} == {
            "… who sought asylum after deserting two months into his service in Ukraine …"
        }


@pytest.mark.parametrize("claim", ["A01", "B01", "B02", "B04", "D02", "F03"])
def test_a_claim_that_the_book_turns_on_has_the_articles_words(claim):
    with (ROOT / "data" / "claims.csv").open(encoding="utf-8") as file:
        assert [row["quotation"] for row in csv.DictReader(file) if row["claim"] == claim and row["quotation"]]
