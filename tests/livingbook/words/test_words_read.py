"""The reading of a book: what is doubtful against the lock, what stays so when another chapter is read, and who refuses."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from livingbook.project.project import Project
from livingbook.system.errors import BuildError
from livingbook.words import lock, staging
from livingbook.words.book import UNREAD, Book
from livingbook.words.told import FILE, listing, require_read, summary

ROOT = Path(__file__).parents[3]
OLD, NEW = "istories-merged-49000-censor", "istories-20mrd-contract"
READS = [{"table": "observations", "where": {"measure": "listed_absent", "status": "use"}}]


def number(row: str, text: str, at: float) -> dict:
    return {"value": at, "low": at, "high": at, "unit": "names", "text": text, "about": "Names.", "rows": [row]}


def book(folder: Path, row: str = OLD, text: str = "49,000", at: float = 49000, reads: list | None = None) -> Book:
    """A book of two chapters, whose one number rests on a row."""
    shown = {"results": {"listed": number(row, text, at)}, "figures": {}, "tables": {}, "reads": READS if reads is None else reads}
    return Book(Project(folder, folder / "data"), {"lists": shown}, {})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "data", tmp_path / "data")
    (tmp_path / "_config.yml").write_text("title: A book\n", "utf-8")
    (tmp_path / "book").mkdir()
    for name in ("lists", "other"):
        text = f"# {name}\n\niStories counted {{result}}`lists.listed` {{cite:p}}`censornet2025list`.\n"
        (tmp_path / "book" / f"{name}.md").write_text(text, "utf-8")
    return tmp_path


def doubtful(found: Book) -> set[str]:
    return {each.passage.chapter for each in found.reading().doubts if each.passage.kind == "sentence"}


def test_a_book_without_a_lock_has_no_doubts_and_says_so(folder: Path) -> None:
    found = book(folder).reading()
    assert not found.doubts and not found.read_before
    assert "No chapter has been read yet" in listing(staging.staged(book(folder)))


def test_a_book_is_doubtful_until_its_chapters_have_been_read(folder: Path) -> None:
    book(folder).accept(["all"])
    assert not book(folder).reading().doubts
    assert doubtful(book(folder, NEW, "26,000", 26000)) == {"lists", "other"}
    book(folder, NEW, "26,000", 26000).accept(["lists"])
    assert doubtful(book(folder, NEW, "26,000", 26000)) == {"other"}  # nobody has read that one
    (folder / "book" / "other.md").write_text("# other\n\nI Want To Live counts {result}`lists.listed`.\n", "utf-8")
    assert doubtful(book(folder, NEW, "26,000", 26000)) == set()  # the sentence that was doubtful is gone


def test_the_causes_say_what_was_and_what_is(folder: Path) -> None:
    book(folder).accept(["all"])
    body = staging.staged(book(folder, NEW, "26,000", 26000))
    (told,) = [each for each in body["list"] if each["chapter"] == "lists" and each["kind"] == "sentence"]
    assert told["certain"] and told["text"] == "iStories counted 26,000."
    assert "was 49,000 names, by iStories" in told["causes"][0] and "is 26,000 names, by" in told["causes"][0]
    assert body["pages"]["book/lists"][0]["text"].startswith("iStories counted {result}")
    assert "no longer hold" in summary(body)


def test_a_chapter_that_there_is_not_cannot_have_been_read(folder: Path) -> None:
    with pytest.raises(BuildError, match="no chapter rat; there are claims, lists, other"):
        book(folder).accept(["rat"])


def test_a_damaged_lock_is_told(folder: Path) -> None:
    (folder / lock.FILE).write_text('{"form": 99}', "utf-8")
    with pytest.raises(BuildError, match="not the lock of a book's words"):
        book(folder).reading()


def test_rows_that_nobody_reads_are_named_until_they_have_a_reason(folder: Path) -> None:
    book(folder).accept(["all"])
    assert OLD not in book(folder).reading().unread
    idle = book(folder, reads=[]).reading().unread
    assert OLD in idle
    rows = list(csv.DictReader((folder / UNREAD).open(encoding="utf-8")))
    (folder / UNREAD).write_text("row,why\n" + "".join(f"{each['row']},a reason\n" for each in rows), "utf-8")
    assert not book(folder).reading().unread


def test_nothing_is_released_before_it_has_been_read(folder: Path) -> None:
    project = Project(folder, folder / "data")
    require_read(project)  # a book that was never built, or never read
    book(folder).accept(["all"])
    stage = project.stage / FILE
    stage.parent.mkdir(parents=True)
    stage.write_text(json.dumps(staging.staged(book(folder, NEW, "26,000", 26000))), "utf-8")
    with pytest.raises(BuildError, match="Nothing is released before they have been read"):
        require_read(project)


def test_a_sentence_that_rests_on_what_there_is_not_is_refused_with_its_chapter(folder: Path) -> None:
    book(folder).accept(["all"])
    (folder / "book" / "other.md").write_text("# other\n\nIt is so{rests}`lists.listd, no listed_absent atlantis`.\n", "utf-8")
    with pytest.raises(BuildError) as refused:
        book(folder).reading()
    where = "book/other.md: {rests}`lists.listd, no listed_absent atlantis`: there is no "
    assert str(refused.value).splitlines() == [f"{where}number or claim lists.listd", f"{where}population atlantis"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- lists.listed", "must list figures, numbers or claims"),
        ("lists.listed: no listed_absent any", "lists.listed: must list kinds of labels"),
        ("lists.listed: {description: 5}", "lists.listed: must list kinds of labels"),
        ("lists.listed: {title: no listed_absent any}", "lists.listed: there is no title of it; there are description"),
        ("lists.drawn: {title: no listed_absent any}", "lists.drawn: there is no title of it"),
        (
            "lists.listed: {description: no listed any}",
            "lists.listed: no listed any: there is no measure or group of measures listed",
        ),
    ],
)
def test_what_a_label_rests_on_is_refused_if_it_is_not_there(folder: Path, text: str, words: str) -> None:
    book(folder).accept(["all"])
    (folder / "book" / "labels.yml").write_text(text, "utf-8")
    with pytest.raises(BuildError, match=r"book/labels.yml") as refused:
        book(folder).reading()
    assert words in str(refused.value)


def test_a_label_rests_on_what_the_file_of_its_book_says(folder: Path) -> None:
    (folder / "book" / "labels.yml").write_text("lists.listed: {description: no listed_absent any}", "utf-8")
    book(folder).accept(["all"])
    table = folder / "data" / "observations.csv"
    (row,) = [line for line in table.read_text("utf-8").splitlines() if line.startswith(f"{OLD},")]
    table.write_text(f"{table.read_text('utf-8')}{row.replace(OLD, 'new', 1).replace(',istories,', ',mediazona,')}\n", "utf-8")
    assert [each.passage.of for each in book(folder).reading().doubts if each.passage.kind == "description"] == ["lists.listed"]
