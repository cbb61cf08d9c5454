"""The words of this book: its lock can be read, and every row that no chapter reads has a reason of its own."""

import csv
from pathlib import Path

from livingbook.notebook.claims import NO_REASON
from livingbook.project.project import Project
from livingbook.words import lock
from livingbook.words.book import UNREAD
from livingbook.words.cited_pages import for_words
from livingbook.words.passages import chapters_in, is_record, passages

ROOT = Path(__file__).parents[2]


def test_the_lock_is_one():
    found = lock.load(Project.at(ROOT))
    assert found and found.state.rows and found.state.numbers and not found.open


def test_every_verdict_of_the_book_has_a_reason_of_its_own():
    found = lock.load(Project.at(ROOT))
    assert found and found.state.cards
    assert [claim for claim, card in found.state.cards.items() if NO_REASON in card.reason] == []


def test_every_row_that_no_chapter_reads_is_in_use_and_has_a_reason():
    used = {
        row["id"] for row in csv.DictReader((ROOT / "data" / "observations.csv").open(encoding="utf-8")) if row["status"] == "use"
    }
    rows = list(csv.DictReader((ROOT / UNREAD).open(encoding="utf-8")))
    assert rows and all(row["row"] in used and row["why"].strip() for row in rows)
    assert len({row["row"] for row in rows}) == len(rows)


# Pages that are cited beside numbers for the words of the sentence, each with what it says there.
CITED_FOR_WORDS = {
    ("courts", "mediazona2023november"): "that it was more than half by November, too",
    ("exits", "bukovyna2022surrender"): "that relatives' calls are counted, too",
    ("exits", "censornet2025surrender"): "the headline that speaks of a battalion",
    ("growth", "insider2025convicted"): "that a second count agrees",
    ("growth", "moscowtimes2024pay"): "the minimum pay between its first and its last",
    ("growth", "moscowtimes2023cases"): "the count before it was completed",
    ("growth", "mediazona2024refuse"): "that November is incomplete",
    ("history", "ap2007desertersa"): "the lower rate that a spokeswoman gave",
    ("matters", "tsn2025theatre"): "that growth had stopped",
    ("matters", "uatv2025leak"): "that few cases are of 2022",
    ("matters", "ukrainiannews2024casualties"): "that an estimate follows the claim",
    ("rate", "uatv2025leak"): "that few left before the call-up",
    ("totals", "censornet2025list"): "the totals that open the chapter",
    ("totals", "uatv2025leak"): "the same",
    ("totals", "meduza2025garbage"): "the same",
    ("totals", "apostrophe2025riot"): "what the later totals rest on",
    ("totals", "frontelligence2025ratios"): "whom the records hold",
    ("ukraine", "sudua2025reply"): "the parts of the total that opens the chapter",
    ("ukraine", "liga2025reply"): "the same",
    ("ukraine", "mediazona2025awol"): "the courts of which the opening speaks",
    ("who", "kyivindependent2024deserters"): "the claims that set a limit",
    ("who", "meduza2023poll"): "that the method was doubted",
}


def test_a_page_cited_beside_a_number_prints_a_figure_behind_it_or_is_cited_for_words():
    found = lock.load(Project.at(ROOT))
    chapters = chapters_in(ROOT / "book")
    pages = {row["source"] for row in csv.DictReader((ROOT / "data" / "sources.csv").open(encoding="utf-8"))}
    told = {name: text for name, text in chapters.items() if name != "authors" and not is_record(text)}  # that page has examples
    every = [each for name, text in told.items() for each in passages(name, text)]
    strange = {(passage.chapter, page) for passage, page in for_words(every, found.state, pages)} - {
        ("authors", "meduza2025losses")
    }
    assert strange <= set(CITED_FOR_WORDS), "a page that prints none of these numbers: cite another, or list what it says"


def test_a_page_that_prints_another_figure_is_told():
    found = lock.load(Project.at(ROOT))
    (wrong,) = [*for_words(passages("x", "It is {result}`totals.charged` {cite:p}`uatv2025leak`."), found.state, {"uatv2025leak"})]
    assert wrong[1] == "uatv2025leak"
    assert not [
        *for_words(passages("x", "It is {result}`totals.charged` {cite:p}`mediazona2025awol`."), found.state, {"mediazona2025awol"})
    ]
