"""The benchmark measures what it says: generated tables keep the contract, and no part works on something that is not there."""

import csv
import json
import subprocess
from dataclasses import asdict

import pandas as pd
import pytest
from bench.__main__ import code, earlier, reached, write_table
from bench.large_book import LINE_1, write_book
from bench.machine import machine
from bench.parts import CHANGED, PAGE, PARTS, Part, Scratch, tables
from bench.rows import write_tables
from bench.soak import GROWTH, grown
from livingbook.contract import check


@pytest.mark.parametrize("count", [500, 3000])
def test_generated_tables_keep_the_contract_and_no_two_rows_are_alike(root, tmp_path, count):
    write_tables(root / "data", tmp_path / "rows", count)
    assert check(tmp_path / "rows") == []
    rows = pd.read_csv(tmp_path / "rows" / "observations.csv", dtype=str, keep_default_na=False)
    assert len(rows) == count and not rows["id"].duplicated().any() and not rows["note"].duplicated().all()


def test_what_is_changed_is_there(root):
    assert len(CHANGED.findall((root / "data" / "observations.csv").read_text("utf-8"))) == 1
    assert (root / PAGE).is_file()


def test_a_bound_is_reached_from_its_own_side():
    assert reached(8.0, "at least", 8) and not reached(7.9, "at least", 8)
    assert reached(1.5, "at most", 1.5) and not reached(1.6, "at most", 1.5)


def test_the_parts_are_those_of_the_table_each_with_a_title():
    assert sorted(PARTS) == [*"abcdefghi"] and all(part.__doc__.startswith(f"{letter}. ") for letter, part in PARTS.items())


def test_the_machine_is_named_without_whose_it_is(root):
    assert set(machine()) == {"processor", "cores", "system", "python"}
    assert str(root) not in json.dumps(machine())


def test_the_books_table_is_what_was_measured(tmp_path, monkeypatch):
    monkeypatch.setattr("bench.__main__.TABLE", tmp_path / "speed.csv")
    write_table([Part("c", "nothing changed", {"ours": [0.2, 0.1, 9.0]}, [("ours : theirs", 0.05, "at most", 0.5)])])
    rows = list(csv.reader((tmp_path / "speed.csv").open(encoding="utf-8")))
    assert rows[2:] == [
        ["nothing changed", "ours", "0.20\N{NO-BREAK SPACE}s", ""],
        ["nothing changed", "ours : theirs", "0.05", "at most 0.5"],
    ]


def test_the_table_in_the_book_has_rows_of_one_length(root):
    rows = list(csv.reader((root / "book" / "speed.csv").open(encoding="utf-8")))
    assert len(rows) > 1 and {len(row) for row in rows} == {len(rows[0])}


def test_checking_and_slicing_are_measured(root, tmp_path):
    for folder in ("data", "notebooks"):
        (tmp_path / folder).symlink_to(root / folder)
    part = tables(Scratch(tmp_path, [], 1, quick=True))
    assert list(part.seconds) == ["1,000 rows", "10,000 rows"] and 0 < part.ratios[1][1] < 2


def test_a_run_that_was_broken_off_is_resumed_on_the_same_machine(tmp_path, monkeypatch):
    results = tmp_path / "bench.json"
    monkeypatch.setattr("bench.__main__.RESULTS", results)
    about = {"machine": machine(), "repetitions": 3, "quick": False, "code": code()}
    assert earlier(about) == []
    part = Part("c", "nothing changed", {"ours": [0.2]}, [("ours : theirs", 0.05, "at most", 0.5)])
    results.write_text(json.dumps({**about, "parts": [asdict(part)], "profiles": {}}))
    assert [asdict(each) for each in earlier(about)] == json.loads(results.read_text())["parts"]
    assert earlier({**about, "repetitions": 1}) == [] == earlier({**about, "code": "of other files"})


def test_other_files_are_other_code(tmp_path, monkeypatch):
    monkeypatch.setattr("bench.__main__.ROOT", tmp_path)
    monkeypatch.setattr("bench.__main__.TABLE", tmp_path / "speed.csv")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    seen = set()
    for name, text in [("a.py", "x = 1\n"), ("a.py", "x = 2\n"), ("b.py", ""), (".gitignore", "out\n")]:
        (tmp_path / name).write_text(text)
        seen.add(code())
    assert len(seen) == 4
    for name in ("speed.csv", "out"):
        (tmp_path / name).write_text("what a run writes")
    assert code() in seen


def test_a_large_book_has_what_it_says_and_its_row_is_read_by_one_notebook(tmp_path):
    book = write_book(tmp_path / "book", notebooks=3, chapters=5)
    assert check(book / "data", book / "data" / "datapackage.json") == []
    assert len(list((book / "book").glob("chapter*.md"))) == 5 and len(list((book / "notebooks").glob("line*.ipynb"))) == 3
    assert len(LINE_1.findall((book / "data" / "observations.csv").read_text("utf-8"))) == 1
    about_line_1 = [path.stem for path in (book / "notebooks").glob("*.ipynb") if '"line001\\"' in path.read_text("utf-8")]
    assert about_line_1 == ["line001"]


def test_growth_is_told():
    assert not grown((3, 20, 100), (3, 20, 100 + GROWTH))
    assert grown((3, 20, 0), (4, 20, 0)) and grown((3, 20, 0), (3, 21, 0)) and grown((3, 20, 0), (3, 20, GROWTH + 1))
