"""Data as they come: other dialects, spreadsheets, JSON, and the mapping by which they become rows."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pandas as pd
import pytest
from livingbook import contract
from livingbook.contract import Fault, told
from livingbook.importing.mapping import Mapping, mapped
from test_importing import COLUMNS, GOOD, SOURCE, Place, columns_of, text_of

SERIES = [
    {"date": "2022-02-25", "day": "2", "personnel": "2800", "personnel*": "about", "POW": "0.0"},
    {"date": "2026-02-28", "day": "1466", "personnel": "1265900", "personnel*": "about", "POW": None},
    {"date": "2026-03-31", "day": "1497", "personnel": "1297670", "personnel*": "about", "POW": ""},
    {"date": "2026-04-08", "day": "1505", "personnel": "1306610", "personnel*": "about", "POW": ""},
]
MAPPING = """\
table: observations
columns: {end: date, known_from: date, value: personnel, qualifier: "personnel*"}
constants: {measure: losses_claimed, population: russia, category: all, start: 2022-02-24, origin: press_unattributed,
            source: ivaniuk2026losses, status: use, note: A running claim.}
every: month
id: press-losses-{end:.7}
"""
FIELDS = [{"name": name, "type": "string"} for name in ("id", "measure", "population", "category")]
FIELDS += [{"name": "start", "type": "date"}, {"name": "end", "type": "date"}, {"name": "value", "type": "number"}]
FIELDS += [{"name": "origin", "type": "string"}]


@pytest.fixture
def place(tmp_path, capsys):
    return Place(tmp_path, capsys)


def added(place) -> list[dict[str, str]]:
    """The rows of observations that are not in the book's own table."""
    old = {row["id"] for row in csv.DictReader((Path(__file__).parents[3] / "data" / "observations.csv").open(encoding="utf-8"))}
    with (place.data / "observations.csv").open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["id"] not in old]


def series(kind: str) -> str:
    if kind == "json":
        return json.dumps(SERIES)
    if kind == "jsonl":
        return "\n".join(json.dumps(row) for row in SERIES)
    return pd.DataFrame(SERIES).to_csv(index=False)


@pytest.mark.parametrize("kind", ["csv", "json", "jsonl"])
def test_a_public_daily_series_comes_in_by_a_mapping_of_less_than_a_dozen_lines(place, kind):
    assert MAPPING.count("\n") <= 12
    place.write(MAPPING, "losses.mapping.yml")
    code, shown = place.bring(place.write(series(kind), f"losses.{kind}"), apply=True)
    assert code == 0, shown
    assert [(row["id"], row["value"], row["start"], row["known_from"], row["qualifier"]) for row in added(place)] == [
        ("press-losses-2026-02", "1265900", "2022-02-24", "2026-02-28", "about"),
        ("press-losses-2026-03", "1297670", "2022-02-24", "2026-03-31", "about"),
    ]
    assert contract.check(place.data) == []


def test_next_month_it_is_one_command_and_what_is_here_is_left_out(place):
    path = place.write(series("csv"), "losses.csv")
    place.write(MAPPING, "losses.mapping.yml")
    place.bring(path, apply=True)
    place.write(series("csv") + "2026-04-30,1527,1330290,about,\n", "losses.csv")
    code, shown = place.bring(path, apply=True)
    assert code == 0 and "2 rows are here already, 1 is new" in shown and "Added: 1 row in observations.csv." in shown


def test_a_semicolon_file_of_another_alphabet_with_decimal_commas_and_days_first(place):
    text = "Tag;Anteil;Wer\n31.12.2025;0,25;Все\n1.1.2026;1,5e-1;Все\n"
    mapping = """\
table: observations
separator: ";"
decimal: ","
encoding: cp1251
dates: dmy
columns: {end: Tag, value: Anteil, category: Wer}
translate: {category: {Все: all}}
constants: {measure: desertion_share, population: russia, qualifier: exact, origin: istories, source: 24kanal2026theatre,
            known_from: 2026-02-01, status: use}
id: zz-{end}
"""
    given = place.write(mapping, "any.yml")
    code, shown = place.bring(place.write(text.encode("cp1251"), "data.txt"), "--mapping", str(given), apply=True)
    assert code == 0, shown
    assert [(row["id"], row["value"], row["category"]) for row in added(place)] == [
        ("zz-2025-12-31", "0.25", "all"),
        ("zz-2026-01-01", "0.15", "all"),
    ]


def workbook(path: Path, sheets: dict[str, pd.DataFrame]) -> Path:
    with pd.ExcelWriter(str(path)) as book:
        for name, table in sheets.items():
            table.to_excel(book, sheet_name=name, index=False)
    return path


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_a_spreadsheet_with_a_sheet_for_each_table(place, ending):
    row = GOOD | {"source": "zznew2026", "value": 12000}
    tables = {
        "any name": pd.DataFrame([row], columns=COLUMNS).assign(end=pd.Timestamp("2025-12-31")),
        "sources": pd.DataFrame([SOURCE], columns=columns_of("sources")),
        "empty": pd.DataFrame(),
    }
    code, shown = place.bring(workbook(place.root / f"new.{ending}", tables), apply=True)
    assert code == 0, shown
    assert [(row["id"], row["value"], row["end"]) for row in added(place)] == [("zz-new", "12000", "2025-12-31")]


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_a_sheet_is_chosen_by_a_mapping_and_a_fault_names_sheet_and_row(place, ending):
    good = [{"date": "2026-02-28", "personnel": 1265900, "personnel*": "about"}]
    tables = {
        "read me": pd.DataFrame([{"a": "b"}]),
        "daily": pd.DataFrame([*good, {**good[0], "date": "2026-03-31", "personnel": "many"}]),
    }
    path = workbook(place.root / f"losses.{ending}", tables)
    place.write(MAPPING, "losses.mapping.yml")
    code, shown = place.bring(path)
    assert code == 1 and "has 2 sheets: say in the mapping which, by `sheet:`; there are read me, daily" in shown
    place.write(MAPPING + "sheet: daily\n", "losses.mapping.yml")
    code, shown = place.bring(path)
    assert code == 1 and f'{path}, sheet daily, row 3, value: "many" — must be a number' in shown
    place.write(MAPPING + "sheet: dayly\n", "losses.mapping.yml")
    assert "has no sheet 'dayly'; there are read me, daily" in place.bring(path)[1]


def test_wide_columns_become_rows_and_running_totals_what_came_since_the_row_before():
    mapping = Mapping.model_validate(
        {
            "table": "observations",
            "columns": {"end": "day"},
            "constants": {"measure": "m", "population": "p", "origin": "o", "start": "2025-01-01"},
            "wide": {"columns": ["killed", "hurt"], "name": "category", "value": "value"},
            "translate": {"category": {"hurt": "wounded"}},
            "thousands": ",",
            "running_totals": ["value"],
            "id": "x-{category}-{end}",
        }
    )
    table = pd.DataFrame(
        {"day": ["2025-02-28", "2025-01-31", "2025-03-31"], "killed": ["1,500", "1,000", ""], "hurt": ["30", "10", "70"]},
        index=[2, 3, 4],
    )
    rows = mapped(mapping, table, FIELDS, "new.csv")
    assert [(at, row["id"], row["start"], row["value"]) for at, row in zip(rows.index, rows.to_dict("records"), strict=True)] == [
        (2, "x-killed-2025-02-28", "2025-02-01", "500"),
        (2, "x-wounded-2025-02-28", "2025-02-01", "20"),
        (3, "x-killed-2025-01-31", "2025-01-01", "1000"),
        (3, "x-wounded-2025-01-31", "2025-01-01", "10"),
        (4, "x-wounded-2025-03-31", "2025-03-01", "40"),
    ]


@pytest.mark.parametrize(
    ("order", "text", "expected"),
    [
        ("dmy", "31.1.2025", "2025-01-31"),
        ("dmy", "01/02/25", "2025-02-01"),
        ("mdy", "1/31/25", "2025-01-31"),
        ("mdy", "31/1/25", "31/1/25"),
        ("ymd", "2025.01.31", "2025-01-31"),
        ("dmy", "2025-01-31 00:00:00", "2025-01-31"),
        ("", "2025-01-31T00:00:00Z", "2025-01-31"),
        ("%d %B %Y", "31 January 2025", "2025-01-31"),
        ("", "1/31/25", "1/31/25"),
    ],
)
def test_days_as_other_programs_write_them(order, text, expected):
    mapping = Mapping.model_validate({"table": "observations", "dates": order})
    assert mapped(mapping, pd.DataFrame({"end": [text]}), FIELDS, "new.csv")["end"].tolist() == [expected]


@pytest.mark.parametrize(
    ("settings", "text", "expected"),
    [
        ({}, "0700000", "700000"),
        ({}, "1e5", "100000"),
        ({}, "1.50", "1.5"),
        ({}, "190:20", "190:20"),
        ({}, "0x10", "0x10"),
        ({"decimal": "."}, "310.000", "310"),
        ({"thousands": "."}, "310.000", "310000"),
        ({"thousands": ".", "decimal": ","}, "1.310.000,5", "1310000.5"),
        ({"thousands": " "}, "310\u00a0000", "310000"),
        ({"thousands": "'"}, "310'000", "310000"),
        ({"decimal": ","}, "-0,50", "-0.5"),
        ({}, "", ""),
    ],
)
def test_numbers_as_other_programs_write_them(settings, text, expected):
    mapping = Mapping.model_validate({"table": "observations", **settings})
    assert mapped(mapping, pd.DataFrame({"value": [text]}), FIELDS, "new.csv")["value"].tolist() == [expected]


def test_a_number_that_could_be_two_is_refused_once(place):
    place.write(MAPPING, "losses.mapping.yml")
    rows = "date,personnel,personnel*\n2026-02-28,310.000,about\n2026-03-31,320.000,about\n"
    path = place.write(rows, "losses.csv")
    code, shown = place.bring(path)
    assert code == 1 and f'{path}, value, row 2: "310.000" (2 times) — could be thousands or decimals' in shown
    code, shown = place.bring(place.write(text_of(GOOD | {"value": "310.000"})))
    assert code == 1 and 'value: "310.000" — could be 310 or 310000: write which' in shown


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("value: personnel,", "value: persons,", "names a column that is not there: persons; did you mean personnel?"),
        ("known_from: date", "know_from: date", "names a field that observations has not: know_from; did you mean known_from?"),
        ("{end:.7}", "{day}", "names a field that observations has not: day"),
        ("table: observations", "table: losses", "the mapping is for losses; tables of the book are sources"),
        ("every: month", "every: week", "losses.mapping.yml, every = 'week': input should be 'month' or 'year'"),
        ("every: month", "evry: month", "losses.mapping.yml, evry = 'month': there is no such setting"),
        ("table: observations\n", "", "losses.mapping.yml, table: is missing"),
        ("every: month", "every: [", "losses.mapping.yml, row"),
        ("value: personnel,", "value: personnel, note: surname,", "columns that could hold personal data are refused"),
    ],
)
def test_a_wrong_mapping_is_told_with_what_was_meant(place, old, new, words):
    assert old in MAPPING
    place.write(MAPPING.replace(old, new), "losses.mapping.yml")
    code, shown = place.bring(place.write(series("csv").replace("day", "surname" if "surname" in new else "day"), "losses.csv"))
    assert code == 1 and words in shown, shown


def test_what_is_no_table_of_the_book_is_said_in_one_line(place):
    code, shown = place.bring(place.write(series("csv"), "losses.csv"))
    assert code == 1 and "is no table of the book; the nearest is observations" in shown
    assert "make import TEMPLATE=observations" in shown and len(shown.strip().splitlines()) == 3
    code, shown = place.bring(place.write('{"id": "a", "measure": "b", "end": "c", "value": 1}', "losses.json"))
    assert "the nearest is observations, but 4 of its 17 columns are there (end, id, measure, value)" in shown


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        ("[1, 2", "a.json", "a.json — cannot be read as json"),
        ("[1, 2]", "a.json", "is no list of records"),
        (b"PK\x03\x04 no more", "a.xlsx", "a.xlsx — cannot be read as xlsx"),
        (b"\xff\xfe\0", "a.json", "a.json — cannot be read as json"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(place, content, name, words):
    code, shown = place.bring(place.write(content, name))
    assert code == 1 and words in shown


def test_json_records_lie_where_the_mapping_says(place):
    place.write(MAPPING + "records: data.items\n", "losses.mapping.yml")
    code, shown = place.bring(place.write(json.dumps({"data": {"items": SERIES}}), "losses.json"))
    assert code == 0 and "2 rows to add" in shown
    code, shown = place.bring(place.write(json.dumps({"data": SERIES}), "losses.json"))
    assert code == 1 and "has no records under data.items" in shown


def test_a_template_comes_in_as_it_is_and_says_what_may_be_set(place):
    code, shown = place.bring("--template", "losses_claimed")
    assert code == 0 and "imports/losses_claimed.csv" in shown
    mapping = (place.root / "imports" / "losses_claimed.mapping.yml").read_text("utf-8")
    assert "measure: losses_claimed" in mapping and "running_totals" in mapping
    code, shown = place.bring(place.root / "imports" / "losses_claimed.csv")
    assert code == 0 and "1 row is here already, 0 are new" in shown, shown
    assert "is there already" in place.bring("--template", "losses_claimed")[1]
    assert place.bring("--template", "sources")[0] == 0
    assert "1 row is here already" in place.bring(place.root / "imports" / "sources.csv")[1]
    code, shown = place.bring("--template", "loses_claimed")
    assert code == 1 and "close to it: losses_claimed" in shown


def test_one_cause_is_one_line():
    faults = [Fault("a.csv", row, "end", "2/1/25", "must be a day") for row in range(2, 1247)]
    faults += [
        Fault("a.csv", 9, "id", "x", "is there twice: also in row 3"),
        Fault("a.csv", 8, "id", "y", "is there twice: also in row 2"),
    ]
    assert told(faults) == [
        'a.csv, row 2, end: "2/1/25" — must be a day (1,245 times: also in rows 3, 4, 5, 6 …)',
        'a.csv, row 9, id: "x" — is there twice: also in row 3 (2 times: also in row 8)',
    ]


def test_a_folder_that_a_spreadsheet_saved_with_its_own_dates_is_some_lines(place):
    path = place.data / "observations.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    for field in ("start", "end", "known_from"):
        days = pd.to_datetime(table[field], format="%Y-%m-%d", errors="coerce")
        table[field] = days.dt.strftime("%m/%d/%y").fillna("")
    table.to_csv(path, index=False)
    code, shown = place.bring(place.write(text_of(GOOD)))
    assert code == 1 and len(shown.splitlines()) < 10 and "times: also in rows" in shown, shown


def test_a_whole_table_given_again_with_other_cells_is_one_line_of_fault(place):
    rows = list(csv.DictReader((place.data / "observations.csv").open(encoding="utf-8")))
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows(row | {"note": "Other."} for row in rows[:500])
    code, shown = place.bring(place.write(out.getvalue()))
    assert code == 1 and len(shown.splitlines()) <= 4 and "(500 times: also in rows 3, 4, 5, 6 …)" in shown


def test_a_mistyped_category_or_qualifier_is_told_with_what_was_meant(place):
    code, shown = place.bring(place.write(text_of(GOOD | {"category": "volunter", "qualifier": "exatc"})))
    assert code == 1 and 'did you mean "exact"?' in shown
    code, shown = place.bring(place.write(text_of(GOOD | {"category": "mobilise"})))
    assert code == 0 and "did you mean mobilised?" in shown, shown


def test_files_that_editors_and_systems_leave_in_a_folder_are_passed_over(place):
    place.write(text_of(GOOD), "new/good.csv")
    place.write(b"\0\5\26\7\0\2\0\0Mac OS X", "new/._good.csv")
    place.write(b"x", "new/~$good.xlsx")
    (place.root / "new" / ".#good.csv").symlink_to("nobody@host.1")
    assert place.bring(place.root / "new")[0] == 0


# --- Tables that are links ---------------------------------------------------------------------------------------------


def linked(place) -> Path:
    real = place.root / "real"
    place.data.rename(real)
    place.data.mkdir()
    for path in real.iterdir():
        (place.data / path.name).symlink_to(path)
    return real


def test_a_table_that_is_a_link_is_written_through(place):
    real = linked(place)
    assert place.bring(place.write(text_of(GOOD)), apply=True)[0] == 0
    assert (place.data / "observations.csv").is_symlink() and b"zz-new" in (real / "observations.csv").read_bytes()


def test_a_link_into_a_protected_store_is_refused_in_words(place):
    real = linked(place)
    (real / "observations.csv").chmod(0o444)
    before = (real / "observations.csv").read_bytes()
    code, shown = place.bring(place.write(text_of(GOOD)), apply=True)
    assert code == 1 and "git annex unlock" in shown and (real / "observations.csv").read_bytes() == before
    assert not (place.data / ".import").exists()
