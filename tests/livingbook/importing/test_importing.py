"""New rows: what is refused and why, what would change, and that tables are written whole or not at all."""

from __future__ import annotations

import csv
import io
import shutil
import stat
from pathlib import Path

import pytest
from livingbook import contract
from livingbook.__main__ import main
from livingbook.contract import csv_files, datapackage
from livingbook.importing import journal, read, rows
from livingbook.system.errors import BuildError

ROOT = Path(__file__).parents[3]
COLUMNS = next(csv.reader((ROOT / "data" / "observations.csv").open(encoding="utf-8")))
GOOD = {
    "id": "zz-new",
    "measure": "listed_absent",
    "population": "list_smd_2024",
    "category": "all",
    "start": "2022-02-24",
    "end": "2025-12-31",
    "value": "12000",
    "qualifier": "exact",
    "origin": "istories",
    "source": "24kanal2026theatre",
    "known_from": "2026-02-01",
    "status": "use",
    "note": 'A note, with a comma and a "quotation".',
}
SOURCE = {
    "source": "zznew2026",
    "outlet": "An outlet",
    "title": "A title",
    "published": "2026-02-01",
    "published_precision": "day",
    "url": "https://example.org/list",
    "language": "en",
    "kind": "news",
    "stance": "western_media",
    "primary_for": "no",
}
ORIGIN = {"origin": "zz_origin", "label": "A new counter", "stance": "western_media", "method": "Counts."}
MEASURE = {
    "measure": "zz_measure",
    "label": "A new measure",
    "unit": "persons",
    "kind": "stock",
    "group": "absence",
    "may_be_negative": "no",
    "definition": "Counted.",
}
COMPARATOR = {
    "comparator": "zz_army",
    "army": "Another army",
    "definition": "war",
    "grade": "B",
    "count": "us-army-vn-rate-1966",
    "floor": "no",
}
POPULATION = {"population": "zz_people", "label": "Others", "parent": "list_smd_2024", "side": "russia", "kind": "list"}

CONTRACT = ROOT / "data" / "datapackage.json"


def text_of(*rows: dict, columns: list[str] | None = None, end: str = "\n") -> str:
    columns = columns or COLUMNS
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator=end, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def columns_of(table: str) -> list[str]:
    return next(csv.reader((ROOT / "data" / f"{table}.csv").open(encoding="utf-8")))


class Place:
    """A data folder of the real tables, and a command line on it."""

    def __init__(self, folder: Path, capsys) -> None:
        self.root, self.data, self.capsys = folder, folder / "data", capsys
        shutil.copytree(ROOT / "data", self.data)

    def write(self, content: str | bytes, name: str = "new.csv") -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def bring(self, *paths: Path | str, apply: bool = False) -> tuple[int, str]:
        """Exit code, and all that was printed."""
        code = main(
            ["--root", str(self.root), "--data", str(self.data), "import", *map(str, paths), *(["--apply"] if apply else [])]
        )
        shown = self.capsys.readouterr()
        assert "Traceback" not in shown.out + shown.err
        return code, shown.out + shown.err

    def bytes(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(self.data.iterdir())}


@pytest.fixture
def place(tmp_path, capsys):
    return Place(tmp_path, capsys)


# --- Good rows --------------------------------------------------------------------------------------------------------


def test_a_good_row_is_shown_and_nothing_is_written_unless_asked_for(place):
    before = place.bytes()
    code, shown = place.bring(place.write(text_of(GOOD)))
    assert code == 0 and place.bytes() == before
    assert "observations.csv: 1 row to add" in shown and "+ observations: zz-new" in shown and "12000" in shown
    assert "Nothing was written. With APPLY=1 the rows are added." in shown


def test_with_apply_it_is_added_where_it_belongs_and_every_other_byte_stays(place):
    before = place.bytes()
    code, shown = place.bring(place.write(text_of(GOOD | {"id": "hh-new"})), apply=True)
    assert code == 0 and "Added: 1 row in observations.csv." in shown
    after = place.bytes()
    old, new = (each["observations.csv"].decode().splitlines() for each in (before, after))
    added = [line for line in new if line not in old]
    assert len(added) == 1 and added[0].startswith("hh-new,") and '""quotation""' in added[0]
    assert [line for line in new if line != added[0]] == old and new == [
        new[0],
        *sorted(new[1:], key=lambda line: line.split(",")[0]),
    ]
    assert {name: content for name, content in after.items() if name != "observations.csv"} == {
        name: content for name, content in before.items() if name != "observations.csv"
    }
    assert contract.check(place.data) == []


def test_adding_twice_adds_once(place):
    path = place.write(text_of(GOOD))
    place.bring(path, apply=True)
    before = place.bytes()
    code, shown = place.bring(path, apply=True)
    assert code == 0 and "1 row is here already, 0 are new" in shown and "Nothing to add." in shown
    assert place.bytes() == before


def test_rows_taken_out_come_back_as_the_same_bytes(place):
    before = place.bytes()
    lines = before["observations.csv"].decode().splitlines(keepends=True)
    rows = list(csv.DictReader(lines))
    taken = {row["id"] for row in rows if row["known_from"] > "2025-12-31"}
    taken |= {row["id"] for row in rows if row["same_as"] in taken}  # what stands aside for a row goes with it
    late = [line for line in lines[1:] if line.split(",")[0] in taken]
    assert len(late) > 10
    (place.data / "observations.csv").write_text("".join(line for line in lines if line not in late), encoding="utf-8")
    code, shown = place.bring(place.write("".join([lines[0], *reversed(late)])), apply=True)
    assert code == 0 and f"Added: {len(late)} rows" in shown
    assert place.bytes() == before


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("\ufeff" + text_of(GOOD), "with a byte-order mark"),
        (text_of(GOOD, end="\r\n"), "with the line ends of Windows"),
        (text_of(GOOD, columns=COLUMNS[::-1]), "with its columns in another order"),
        (text_of(GOOD).rstrip("\n"), "without a last line end"),
    ],
    ids=lambda value: value if value.startswith("with") else "",
)
def test_files_as_programs_write_them_are_taken(place, content, name):
    assert place.bring(place.write(content), apply=True)[0] == 0
    assert contract.check(place.data) == [] and b"zz-new" in place.bytes()["observations.csv"]


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["", "mark"])
def test_the_table_keeps_its_own_line_ends_and_mark(place, end, mark):
    path = place.data / "observations.csv"
    path.write_bytes(mark + path.read_bytes().replace(b"\n", end.encode()).rstrip())  # and no end of the last line
    assert place.bring(place.write(text_of(GOOD)), apply=True)[0] == 0
    content = path.read_bytes()
    assert content.startswith(mark + b"id,") and content.count(end.encode()) == content.count(b"\n") == 1 + len(
        contract.read_csv_table(place.data, "observations", COLUMNS).rows
    )


def test_a_table_in_no_order_gets_new_rows_at_its_end(place):
    path = place.data / "observations.csv"
    head, *lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join([head, *lines[::-1]]), "utf-8")
    assert place.bring(place.write(text_of(GOOD | {"id": "hh-new"})), apply=True)[0] == 0
    assert path.read_text("utf-8").splitlines()[-1].startswith("hh-new,")


def test_a_row_can_bring_its_source_origin_measure_and_population(place):
    row = GOOD | {"source": "zznew2026", "origin": "zz_origin", "measure": "zz_measure", "population": "zz_people", "start": ""}
    for name, table, new in (
        ("new/any name.csv", "observations", row),
        ("new/b.csv", "sources", SOURCE),
        ("new/origins.csv", "origins", ORIGIN),
        ("new/m.csv", "measures", MEASURE),
        ("new/p.csv", "populations", POPULATION),
    ):
        place.write(text_of(new, columns=columns_of(table)), name)
    code, shown = place.bring(place.root / "new", apply=True)
    assert code == 0, shown
    assert "Added: 5 rows" in shown and contract.check(place.data) == []
    assert stat.S_IMODE((place.data / "sources.csv").stat().st_mode) == stat.S_IMODE((ROOT / "data" / "sources.csv").stat().st_mode)


def test_several_files_are_taken_together(place):
    files = [
        place.write(text_of(GOOD | {"source": "zznew2026"})),
        place.write(text_of(SOURCE, columns=columns_of("sources")), "s.csv"),
    ]
    assert place.bring(files[0])[0] == 1
    assert place.bring(*files)[0] == 0


# --- What is refused --------------------------------------------------------------------------------------------------

SEVENTEEN = text_of(GOOD).splitlines()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, ["there is no such file"]),
        (b"", ["is empty: not even a header"]),
        (SEVENTEEN[0], ["has a header but no rows"]),
        (b"PK\x03\x04" + b"\0" * 50, ["is a spreadsheet or an archive, not a CSV file"]),
        (b"\x7fELF\0\0\0\0", ["holds binary data"]),
        (text_of(GOOD).encode("utf-16"), ["is UTF-16 text: save it as UTF-8"]),
        (text_of(GOOD | {"note": "Дезертиры"}).encode("cp1251"), ["row 2", "is not UTF-8 text (byte 0xc4)"]),
        ("<html><body>Not found</body></html>", ["is no table of the book; the nearest is observations"]),
        (text_of(GOOD).replace(",", ";"), ["row 1", "separated by semicolons or tabs"]),
        (text_of(GOOD).replace("value", "number"), ["number", "is not a column of the contract", "value", "the column is missing"]),
        (text_of(GOOD, columns=[*COLUMNS, "surname"]), ["surname", "personal data are refused"]),
        (text_of(GOOD).replace("12000", '12"000', 1).replace('12"000', '"12"000'), ["cannot be read from here on"]),
        (text_of(GOOD).replace("12000", "12000,1"), ["row 2", "has 18 cells where the header has 17 columns"]),
        (text_of(GOOD) + "\n\n", ["row 3", "is an empty row"]),
        (text_of(GOOD | {"value": "12O00"}), ["row 2, value", '"12O00"', "must be a number"]),
        (text_of(GOOD | {"value": "12.5"}), ["row 2, value", "must be a whole number"]),
        (text_of(GOOD | {"value": "-5"}), ["row 2, value", "must not be negative"]),
        (text_of(GOOD | {"end": "2025-02-30"}), ["row 2, end", "day of the calendar"]),
        (text_of(GOOD | {"end": "2021-01-01"}), ["row 2, start", "is after the end of the period"]),
        (text_of(GOOD | {"qualifier": "roughly"}), ["row 2, qualifier", "must be one of"]),
        (text_of(GOOD | {"qualifier": "range"}), ["row 2, low", "is missing"]),
        (text_of(GOOD | {"status": "rereport"}), ["row 2, same_as", "is missing"]),
        (text_of(GOOD | {"status": "rereport", "same_as": "nobody"}), ["row 2, same_as", "is not in observations.csv"]),
        (text_of(GOOD | {"id": ""}), ["row 2, id", "must not be empty"]),
        (text_of(GOOD | {"note": "=HYPERLINK(1)"}), ["row 2, note", "formula"]),
        (text_of(GOOD | {"note": "Call +7 912 345 67 89"}), ["row 2, note", "a phone number"]),
        (text_of(GOOD | {"note": "two\nlines"}), ["row 2, note", "invisible character, U+000A"]),
        (text_of(GOOD | {"note": "\x1b[2J cleared"}), ["row 2, note", "invisible character, U+001B"]),
        (text_of(GOOD, GOOD), ["row 3, id", "is there twice: also in row 2"]),
        (
            text_of(GOOD | {"measure": "listd_absent"}),
            [
                "Asked for",
                'measure "listd_absent" is not in measures.csv',
                "row 2, measure",
                "Close to it: listed_absent",
                "measure,label,unit",
            ],
        ),
        (text_of(GOOD | {"source": "nowhere2026"}), ['source "nowhere2026" is not in sources.csv', "source,outlet,title"]),
        (
            text_of(GOOD | {"primary_source": "nowhere2026"}),
            ["row 2, primary_source", 'source "nowhere2026" is not in sources.csv'],
        ),
        (text_of(GOOD | {"origin": "nobody"}), ['origin "nobody" is not in origins.csv']),
        (text_of(GOOD | {"population": "nobody"}), ['population "nobody" is not in populations.csv']),
        (text_of(POPULATION | {"parent": "nobody"}, columns=columns_of("populations")), ["row 2, parent", 'population "nobody"']),
        (text_of(SOURCE | {"url": "ftp"}, columns=columns_of("sources")), ["row 2, url"]),
        (
            text_of(COMPARATOR | {"definition": "left"}, columns=columns_of("comparators")),
            ["row 2, definition", 'definition "left" is not in definitions.csv', "definition,label,meaning"],
        ),
        (
            text_of(COMPARATOR | {"count": "us-army-vn-rate-1966;lost"}, columns=columns_of("comparators")),
            ["row 2, count", '"lost" is not in observations.csv (column id)'],
        ),
    ],
    ids=lambda value: value[0][:40] if isinstance(value, list) else "",
)
def test_a_bad_file_is_refused_by_file_row_field_and_reason(place, content, words):
    path = place.root / "new.csv"
    if content is not None:
        place.write(content)
    before = place.bytes()
    code, shown = place.bring(path, apply=True)
    assert code == 1 and place.bytes() == before
    assert str(path) in shown and all(word in shown for word in words), shown
    assert "nothing was written" in shown and "\x1b" not in shown


def test_another_army_is_a_row_of_a_table_of_the_books_own(place):
    code, shown = place.bring(place.write(text_of(COMPARATOR, columns=columns_of("comparators"))), apply=True)
    assert code == 0, shown
    assert (place.data / "comparators.csv").read_text("utf-8").endswith("zz_army,Another army,war,B,us-army-vn-rate-1966,,,,no,\n")


def test_rows_of_a_table_are_known_by_the_name_of_their_file_if_not_by_their_columns(place):
    code, shown = place.bring(place.write("source,heading\nx,y\n", "sources.csv"))
    assert code == 1 and "title: the column is missing" in shown.replace(" — ", ": "), shown


def test_a_folder_without_files_and_a_huge_file_are_refused(place, monkeypatch):
    (place.root / "empty").mkdir()
    (place.root / "deep" / "folder.csv").mkdir(parents=True)
    assert "is not a file" in place.bring(place.root / "deep")[1]
    assert place.bring(place.root / "empty") == (
        1,
        f"{place.root / 'empty'} — is a folder without any table ({', '.join(read.ENDINGS)})\n\n1 fault: nothing was written.\n",
    )
    monkeypatch.setattr(csv_files, "MAX_FILE_BYTES", 1024 * 1024)
    assert "is larger than 1 MB" in place.bring(place.write(b"x" * (1024 * 1024 + 1)))[1]


def test_all_that_is_wrong_is_said_at_once(place):
    rows = [
        GOOD | {"id": f"zz-{number}", "end": f"2025-12-0{number + 1}", "value": "x", "source": "nowhere2026"} for number in range(5)
    ]
    code, shown = place.bring(place.write(text_of(*rows)))
    assert (
        code == 1
        and shown.count("must be a number") == 1
        and "(5 times: also in rows 3, 4, 5, 6)" in shown
        and shown.count("nowhere2026") == 1
        and "and 2 more" in shown
    )
    assert "5 faults and 1 unknown name: nothing was written." in shown


def test_an_id_that_is_taken_is_told_with_what_differs(place):
    taken = contract.read_csv_table(place.data, "observations", COLUMNS).rows[0]
    code, shown = place.bring(place.write(text_of(dict(taken) | {"value": "7", "note": ""})))
    assert code == 1 and f'is in observations.csv already (row 2) and differs: value "{taken["value"]}" there, "7" here' in shown


def test_an_id_given_in_two_files_is_told(place):
    files = [place.write(text_of(GOOD), "a.csv"), place.write(text_of(GOOD | {"value": "7"}), "b.csv")]
    code, shown = place.bring(*files)
    assert code == 1 and f"is there twice: also in {files[0]}, row 2" in shown


@pytest.fixture
def preferred(place):
    """A row in use, and a new row for the same quantity of the same origin."""
    row = next(
        row
        for row in contract.read_csv_table(place.data, "observations", COLUMNS).rows
        if row["id"] == "istories-merged-49000-censor"
    )
    assert row["status"] == "use"
    return row, dict(row) | {"id": "zz-new", "source": "24kanal2026theatre", "known_from": "2026-02-01"}


def test_the_same_figure_of_the_same_quantity_is_asked_to_be_a_rereport(place, preferred):
    old, new = preferred
    new["source"] = next(
        row["source"]
        for row in contract.read_csv_table(place.data, "sources", columns_of("sources")).rows
        if row["source"] != old["source"]
    )
    code, shown = place.bring(place.write(text_of(new)))
    assert code == 1 and "gives the same figure of the same quantity and origin as istories-merged-49000-censor" in shown
    assert "give it status rereport and same_as istories-merged-49000-censor" in shown
    assert place.bring(place.write(text_of(new | {"status": "rereport", "same_as": old["id"]})))[0] == 0


def test_another_figure_of_the_same_quantity_is_asked_to_be_a_conflict(place, preferred):
    old, new = preferred
    code, shown = place.bring(place.write(text_of(new | {"value": "52000"})))
    assert code == 1 and "row 2, value" in shown and "conflicts with istories-merged-49000-censor" in shown
    assert (
        "at_least 49000 there, at_least 52000 here" in shown and "status conflict and same_as istories-merged-49000-censor" in shown
    )
    assert place.bring(place.write(text_of(new | {"value": "52000", "status": "conflict", "same_as": old["id"]})))[0] == 0


def test_two_new_rows_of_one_quantity_are_held_against_each_other(place):
    code, shown = place.bring(place.write(text_of(GOOD, GOOD | {"id": "zz-other", "value": "13000"})))
    assert code == 1 and "row 3, value" in shown and "conflicts with zz-new" in shown


def test_a_rival_of_another_origin_is_noted_and_taken(place, preferred):
    _, new = preferred
    code, shown = place.bring(place.write(text_of(new | {"value": "52000", "origin": "mediazona"})))
    assert code == 0 and "istories-merged-49000-censor, of istories, is in use for the same quantity" in shown


def test_a_rereport_that_differs_is_noted(place, preferred):
    old, new = preferred
    code, shown = place.bring(place.write(text_of(new | {"value": "52000", "status": "rereport", "same_as": old["id"]})))
    assert code == 0 and "a figure that differs has the status conflict" in shown


def test_rows_are_not_added_to_tables_that_are_not_sound(place):
    path = place.data / "observations.csv"
    path.write_text(path.read_text("utf-8").replace(",49000,", ",49O00,", 1), "utf-8")
    before = place.bytes()
    code, shown = place.bring(place.write(text_of(GOOD)), apply=True)
    assert code == 1 and "49O00" in shown and "mend the tables first, then add rows" in shown and place.bytes() == before


def test_a_missing_data_folder_is_told(place):
    shutil.rmtree(place.data)
    code, shown = place.bring(place.write(text_of(GOOD)))
    assert code == 1 and "there is no such folder" in shown


# --- Whole or not at all ----------------------------------------------------------------------------------------------


@pytest.fixture
def two_tables(place):
    """New contents of two tables, as an import would write them."""
    files = [
        place.write(text_of(GOOD | {"source": "zznew2026"})),
        place.write(text_of(SOURCE, columns=columns_of("sources")), "s.csv"),
    ]
    outcome = rows.examine(place.data, files)
    assert not outcome.refused and set(outcome.tables) == {"observations", "sources"}
    return outcome.tables


def test_tables_are_swapped_by_the_contract_of_their_book_wherever_the_engine_lies(place, two_tables, monkeypatch, tmp_path):
    """A data folder need not have a contract of its own, and the engine need not lie in the book's repository."""
    monkeypatch.setattr(datapackage, "PROJECT_CONTRACT", tmp_path / "nowhere" / "datapackage.json")
    (place.data / "datapackage.json").unlink()
    journal.swap(place.data, two_tables, CONTRACT)
    assert {name: place.bytes()[f"{name}.csv"] for name in two_tables} == two_tables


@pytest.mark.parametrize("fails_at", [0, 1])
def test_a_failed_swap_leaves_all_tables_as_they_were(place, two_tables, monkeypatch, fails_at):
    before, swapped, real = place.bytes(), [], journal._replace

    def replace(new, target):
        if len(swapped) == fails_at and new.parent.name == "new":
            raise OSError(28, "No space left on device")
        swapped.append(target.name)
        real(new, target)

    monkeypatch.setattr(journal, "_replace", replace)
    with pytest.raises(BuildError, match=r"No space left on device.*the tables are as they were"):
        journal.swap(place.data, two_tables, CONTRACT)
    assert place.bytes() == before


class Killed(BaseException):
    pass


@pytest.mark.parametrize("dies_after", [0, 1, 2])
def test_an_import_that_is_killed_while_it_swaps_is_completed_by_the_next(place, two_tables, monkeypatch, dies_after):
    swapped, real = [], journal._replace

    def replace(new, target):
        if len(swapped) == dies_after:
            raise Killed
        real(new, target)
        swapped.append(target.name)
        if len(swapped) == dies_after == 2:
            raise Killed

    monkeypatch.setattr(journal, "_replace", replace)
    with pytest.raises(Killed):
        journal.swap(place.data, two_tables, CONTRACT)
    assert contract.check(place.data) == []  # at every point the tables are sound
    assert swapped == ["sources.csv", "observations.csv"][:dies_after]
    monkeypatch.setattr(journal, "_replace", real)
    code, shown = place.bring(place.write(text_of(GOOD | {"source": "zznew2026"})))
    assert code == 0 and "has been completed" in shown and "Nothing to add" in shown
    assert {name: place.bytes()[f"{name}.csv"] for name in two_tables} == two_tables and not (place.data / ".import").exists()


def test_an_import_that_is_killed_before_it_swaps_leaves_nothing(place, two_tables, monkeypatch):
    before, real = place.bytes(), journal._write

    def write(path, content):
        if path.name == "ready":
            raise Killed
        real(path, content)

    monkeypatch.setattr(journal, "_write", write)
    with pytest.raises(Killed):
        journal.swap(place.data, two_tables, CONTRACT)
    monkeypatch.setattr(journal, "_write", real)
    assert "what it left has been removed" in journal.recover(place.data) and journal.recover(place.data) == ""
    assert place.bytes() == before


def test_a_folder_that_cannot_be_written_is_told(place, two_tables, monkeypatch):
    def write(path, content):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(journal, "_write", write)
    with pytest.raises(BuildError, match="Permission denied"):
        journal.swap(place.data, two_tables, CONTRACT)
    assert not (place.data / ".import").exists()
