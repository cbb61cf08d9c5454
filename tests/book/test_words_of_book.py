"""The words of this book: its lock can be read, and every row that no chapter reads has a reason of its own."""

import csv
from pathlib import Path

from livingbook.project.project import Project
from livingbook.words import lock
from livingbook.words.book import UNREAD

ROOT = Path(__file__).parents[2]


def test_the_lock_is_one():
    found = lock.load(Project.at(ROOT))
    assert found and found.state.rows and found.state.numbers and not found.open


def test_every_row_that_no_chapter_reads_is_in_use_and_has_a_reason():
    used = {
        row["id"] for row in csv.DictReader((ROOT / "data" / "observations.csv").open(encoding="utf-8")) if row["status"] == "use"
    }
    rows = list(csv.DictReader((ROOT / UNREAD).open(encoding="utf-8")))
    assert rows and all(row["row"] in used and row["why"].strip() for row in rows)
    assert len({row["row"] for row in rows}) == len(rows)
