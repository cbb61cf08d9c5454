"""What `make run` shows: mine, the book's, what moved, and what each result is; the same as CSV and JSON."""

import csv
import io
import json

from livingbook.runs.side_by_side import Beside, Side, as_csv, as_text, folder_name, in_a_line, to_json
from livingbook.values.bounds import Bounds
from livingbook.values.published import PublishedNumber

LISTED = PublishedNumber.of(Bounds.exact(49000), "persons", "Names on the merged list.", 1).json
RATE = PublishedNumber.of(Bounds.exact(245), "per 1,000", "Names per 1,000 men in the theatre, counted once.", 1).json
OTHER = PublishedNumber.of(Bounds.exact(490), "per 1,000", "Names per 1,000 men in the theatre, counted once.", 1).json
SHARE = PublishedNumber.of(Bounds.exact(0.5), "share", "Half of them.", 0.01).json
UNKNOWN = PublishedNumber.of(Bounds.unknown(), "persons", "Names on the merged list.", 1).json
MINE = Beside(
    "small",
    [Side("mine", {"strength": 1}, {"listed": LISTED, "rate": OTHER, "part": SHARE})],
    {"listed": LISTED, "rate": RATE, "old": SHARE},
)
BOTH = Beside("small", [Side("A", {}, {"listed": LISTED}), Side("B", {"as_of": "x"}, {"listed": UNKNOWN})], None)


def test_each_result_stands_beside_the_books_with_what_it_is():
    assert as_text(MINE, 100).splitlines() == [
        "name    mine            the book's             what it is",
        "listed  49,000 persons  49,000 persons         Names on the merged list.",
        "rate    490 per 1,000   245 per 1,000   moved  Names per 1,000 men in the theatre, counted once.",
        "part    50%             –               new    Half of them.",
        "old     –               50%             gone   Half of them.",
    ]
    assert in_a_line(MINE) == "3 of 4 moved against the book that was built last."


def test_a_long_sentence_goes_on_in_the_next_line_of_its_column():
    lines = as_text(MINE, 70).splitlines()
    at = lines[0].index("what it is")
    wrapped = lines[lines.index(next(line for line in lines if line.startswith("rate"))) + 1]
    assert wrapped[:at].strip() == "" and wrapped[at:].startswith("the theatre") and max(map(len, lines)) <= at + 24


def test_two_settings_stand_side_by_side_and_what_is_not_known_has_no_unit():
    assert as_text(BOTH, 80).splitlines()[1] == "listed  49,000 persons  not known  differs  Names on the merged list."
    assert in_a_line(BOTH) == "1 of 1 differ."


def test_without_a_book_nothing_is_said_to_have_moved():
    alone = Beside("small", MINE.columns, None)
    assert "the book's" not in as_text(alone, 80) and not any(map(alone.differs, alone.names()))
    assert in_a_line(alone) == "No book that was built has this notebook yet; `make book` builds it."


def test_the_csv_has_words_and_ends_of_every_column():
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(as_csv(MINE)))}
    assert rows["rate"] == {
        "name": "rate",
        "about": RATE["about"],
        "unit": "per 1,000",
        **{f"mine_{part}": "490.0" for part in ("low", "value", "high")},
        **{f"book_{part}": "245.0" for part in ("low", "value", "high")},
        "mine_text": "490",
        "book_text": "245",
        "differs": "moved",
    }
    assert rows["old"]["mine_low"] == "" and rows["part"]["book_text"] == ""


def test_the_json_has_settings_and_whole_entries():
    found = json.loads(to_json(BOTH))
    assert found["settings"] == {"A": {}, "B": {"as_of": "x"}} and found["notebook"] == "small"
    assert found["results"]["listed"]["A"] == LISTED | {"rows": []} and found["results"]["listed"]["differs"] == "differs"


def test_other_settings_have_another_folder_and_the_same_have_the_same():
    named = [folder_name("rate", [each]) for each in ({}, {"strength": 1}, {"strength": 2}, {"as_of": "../.. /x"})]
    assert named[:2] == ["rate", "rate-strength=1"] and len(set(named)) == 4 and "/" not in "".join(named)
    long = [folder_name("rate", [{f"parameter_{index}": index for index in range(end)}]) for end in (30, 31, 30)]
    assert len(long[0]) <= 80 and long[0] != long[1] and long[0] == long[2]
