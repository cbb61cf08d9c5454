"""The data contract: each demand of the schema and each rule beside it, kept and broken."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from livingbook import contract
from livingbook.contract import Fault, cell_rules, check, csv_files, datapackage, rules, schema
from livingbook.contract.__main__ import main
from livingbook.contract.personal_data import is_personal
from livingbook.contract.rules import RULES, CellRule, Rule
from watchdog import watchdog

ROOT = Path(__file__).parents[3]
DATA = ROOT / "data"

# A folder of tables small enough to check in an instant, with a row for every case that the rules tell apart.
TABLES = {
    "sources": """\
source,outlet,title,author,published,published_precision,url,language,kind,stance,primary_for,note
alpha2024,Alpha,"He said ""no"", and <b>left</b>",,2028-02-29,day,https://example.org/a?b=1&c=%20,en,news,western_media,no,
beta2024,Beta,Заголовок,A. Writer,2028-05,month,http://example.org/b,ru,court_records,russia_state,yes,a mirror
gamma,Gamma,Old page,,2027,year,https://example.org/c,en,academic,academic,no,
delta,Delta,Undated page,,,unknown,https://example.org/d,uk,ngo,other,no,
""",
    "origins": """\
origin,label,stance,method
hur,Military intelligence,ukraine_official,Statements.
courts,Courts,russia_state,Registers.
""",
    "measures": """\
measure,label,unit,kind,group,may_be_negative,definition
recruits,Recruits,persons,flow,force,no,Men taken in.
strength,Strength,persons,stock,force,no,Men under arms.
change_of_strength,Change of strength,persons,flow,force,yes,Net change.
convict_share,Share of convicts,share,share,absence,no,Part that was in prison.
prison_term,Prison term,years,penalty,courts,no,Term in the law.
""",
    "populations": """\
population,label,parent,side,kind,note
army,The army,,russia,army,
south,Southern district,army,russia,district,
brigade,A brigade,south,russia,formation,
""",
    "observations": """\
id,measure,population,category,start,end,low,value,high,qualifier,origin,source,primary_source,known_from,status,same_as,note
recruits-2024,recruits,army,all,2024-01-01,2024-12-31,,1000,,exact,hur,alpha2024,,2025-01-05,use,,A count.
recruits-2024-again,recruits,army,all,2024-01-01,2024-12-31,,1000,,exact,hur,beta2024,alpha2024,2025-01-06,rereport,recruits-2024,
recruits-2024-less,recruits,army,all,2024-01-01,2024-12-31,,900,,at_least,courts,gamma,,2025-01-07,conflict,recruits-2024,
recruits-2024-misprint,recruits,army,all,2024-01-01,2024-12-31,,100,,about,hur,gamma,,2025-01-07,reject,recruits-2024,
recruits-2024-garbled,recruits,army,all,2024-01-01,2024-12-31,,5,,at_most,hur,gamma,,2025-01-07,reject,,
strength-2024,strength,army,all,,2024-12-31,,50000,,about,hur,delta,,2025-01-05,use,,
shrinking,change_of_strength,south,all,2024-01-01,2024-01-31,,-300,,about,hur,delta,,2024-02-01,use,,
convicts-2024,convict_share,south,all,,2024-06-30,0.1,,0.25,range,courts,alpha2024,,2024-07-01,use,,
term,prison_term,army,awol_max,,2022-09-24,5,7.5,10,range,courts,alpha2024,,2022-09-20,use,,
recruits-2025,recruits,brigade,all,2025-01-01,2025-06-30,80,100,120,estimate,hur,delta,,2025-07-01,use,,
recruits-plan,recruits,army,planned,2026-01-01,2026-12-31,,4000,,projection,hur,delta,,2025-12-01,use,,
""",
    "claims": """\
claim,section,claim_text,quotation,speaker,kind,check,measures,expected,expected_qualifier,sources,note
A01,size,A thousand joined.,"A thousand, he says, … joined",author,count,recompute,recruits;strength,1000,exact,alpha2024;beta2024,
A02,size,Nobody knows.,,a soldier,opinion,not_checkable,,,,,Impression of one man.
A03,size,They joined in May.,,author,date,compare,,2024-05-01,,,
A04,size,Half were convicts.,,author,share,compare,convict_share,0.5,about,,
A05,size,Many joined.,,author,count,compare,recruits,many,,,
""",
    "definitions": """\
definition,label,meaning
joining,Joining,"Men taken in, once each."
convicts,Convicts,Men from prison.
""",
    "comparators": """\
comparator,army,definition,grade,count,strength,growth,times,floor,caution
lost,The army,joining,A,shrinking,recruits-2024-less;recruits-2024-again,,,no,
convicts,The army,convicts,B,convicts-2024,,term,12,yes,A share a month.
parts,The army,joining,C,shrinking;convicts-2024,recruits-2024-less,,,no,Two parts.
""",
    "unrated": """\
unrated,army,count,served,why
brigade,A brigade,convicts-2024,recruits-2024-less,No strength of its own.
district,A district,shrinking,,Only a change.
""",
}


class Folder:
    """A folder of tables to be spoilt: lines are counted as in the file, the header being line 1."""

    def __init__(self, path: Path) -> None:
        self.path = path
        for name, text in TABLES.items():
            self.file(name).write_text(text, encoding="utf-8")

    def file(self, name: str) -> Path:
        return self.path / f"{name}.csv"

    def rows(self, name: str) -> list[list[str]]:
        return list(csv.reader(io.StringIO(self.file(name).read_text(encoding="utf-8"))))

    def write(self, name: str, rows: list[list[str]]) -> None:
        with self.file(name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)

    def edit(self, name: str, line: int, column: str, value: str) -> None:
        rows = self.rows(name)
        rows[line - 1][rows[0].index(column)] = value
        self.write(name, rows)

    def check(self) -> list[Fault]:
        return check(self.path)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    path = tmp_path / "tables"
    path.mkdir()
    return Folder(path)


# --- What is right ---------------------------------------------------------------------------------------------------


def test_the_books_own_data_are_clean(capsys):
    assert main([str(DATA)]) == 0
    said = capsys.readouterr().out
    assert re.search(r"data/: [0-9,]+ observations, .*, [0-9]+ claims, .*: all good\n$", said)


def test_a_folder_says_itself_until_when_its_evidence_was_collected(folder):
    assert contract.collected_until(folder.path) == ""
    (folder.path / contract.CONTRACT_NAME).write_text('{"collectedUntil": "2026-11-29", "resources": []}', "utf-8")
    assert contract.collected_until(folder.path) == "2026-11-29"
    rows = csv.DictReader((DATA / "observations.csv").open(encoding="utf-8"))
    assert contract.collected_until(DATA) >= max(row["known_from"] for row in rows)


def test_a_small_folder_without_a_contract_of_its_own_is_clean(folder):
    assert folder.check() == []


def test_rejected_rows_may_or_may_not_name_the_row_they_garble(folder):
    folder.edit("observations", 5, "same_as", "")
    folder.edit("observations", 6, "same_as", "recruits-2024")
    assert folder.check() == []


@pytest.mark.parametrize(
    "change",
    [
        lambda text: b"\xef\xbb\xbf" + text,
        lambda text: text.replace(b"\n", b"\r\n"),
        lambda text: text.replace(b"\n", b"\r"),
        lambda text: text.rstrip(b"\n"),
    ],
    ids=["byte-order mark", "CRLF", "CR", "no last line end"],
)
def test_ways_to_save_a_file_that_mean_the_same(folder, change):
    for name in TABLES:
        folder.file(name).write_bytes(change(folder.file(name).read_bytes()))
    assert folder.check() == []


def test_columns_may_stand_in_any_order(folder):
    folder.write("observations", [row[::-1] for row in folder.rows("observations")])
    assert folder.check() == []


@pytest.mark.parametrize(
    ("name", "line", "column", "value"),
    [
        ("sources", 2, "title", "<script>alert(1)</script> & {braces} \\backslash $5 ## | `code`"),
        ("sources", 2, "title", 'a "quoted, word" – «и» שלום مرحبا'),
        ("sources", 2, "title", "2,500,000 men; 12-03-2024; 8 900 000 roubles, 46 000 000 000 in all"),
        ("observations", 2, "note", "Men born in 1990 to 2000; unit 12345; President Vladimir Putin says so."),
        ("observations", 8, "value", "-300"),
        ("observations", 2, "value", "1000.0"),
        ("observations", 2, "value", "0"),
        ("observations", 9, "high", "1"),
        ("observations", 9, "low", "0"),
        ("observations", 2, "start", "2024-12-31"),
        ("sources", 2, "published", "2028-12-31"),
    ],
)
def test_what_is_allowed(folder, name, line, column, value):
    folder.edit(name, line, column, value)
    assert folder.check() == []


# --- What is wrong with one cell -------------------------------------------------------------------------------------

SCHEMA_FAULTS = [
    # type
    ("observations", 2, "value", "12O", "must be a number"),
    ("observations", 2, "value", "1,000", "must be a number"),
    ("observations", 2, "value", "1_000", "must be a number"),
    ("observations", 2, "value", "1e3", "must be a number"),
    ("observations", 2, "value", "007", "must be a number"),
    ("observations", 2, "value", "-0", "must be a number"),
    ("observations", 2, "value", "1000.0000000000001", "must be a number, in 15 digits at most"),
    ("observations", 2, "value", "9" * 100_000, "must be a number, in 15 digits at most"),
    ("observations", 2, "value", "NaN", "must be a number"),
    ("observations", 2, "value", "inf", "must be a number"),
    ("observations", 2, "value", "١٢", "must be a number"),
    ("observations", 2, "end", "2025-02-29", "must be a day of the calendar, written YYYY-MM-DD"),
    ("observations", 2, "end", "2025-1-5", "must be a day of the calendar"),
    ("observations", 2, "end", "31.12.2024", "must be a day of the calendar"),
    ("observations", 2, "known_from", "soon", "must be a day of the calendar"),
    ("sources", 2, "primary_for", "maybe", "must be yes or no"),
    ("measures", 3, "may_be_negative", "true", "must be yes or no"),
    # required
    ("observations", 2, "end", "", "must not be empty"),
    ("observations", 2, "qualifier", "", "must not be empty"),
    ("origins", 3, "method", "", "must not be empty"),
    ("claims", 2, "claim_text", "", "must not be empty"),
    ("sources", 4, "primary_for", "", "must not be empty"),
    # one of a list
    ("observations", 2, "qualifier", "roughly", "must be one of: exact, about, at_least"),
    ("observations", 12, "status", "Use", "must be one of: use, rereport"),
    ("measures", 6, "kind", "sentence", "must be one of: flow, stock"),
    ("claims", 2, "check", "guess", "must be one of: compare, recompute"),
    ("claims", 2, "expected_qualifier", "roughly", "must be one of: exact, about, at_least, at_most"),
    # form
    ("observations", 2, "category", "All men", "must be a key: small letters"),
    ("observations", 2, "category", "../../etc", "must be a key: small letters"),
    ("sources", 2, "url", "javascript:alert(1)", "must be a web address"),
    ("sources", 2, "url", "https://example.org/a b", "must be a web address"),
    ("sources", 2, "language", "English", "must be a language code"),
    ("claims", 3, "claim", "a2", "must be a capital letter and two or three digits"),
    ("measures", 6, "unit", "Years!", "must be a unit in small letters"),
    # too small, too large, too long
    ("observations", 2, "value", "1000000000001", "must not be more than 1000000000000"),
    ("observations", 7, "end", "1024-12-31", "must not be less than 1700-01-01"),
    ("observations", 7, "end", "2924-12-31", "must not be more than 2100-12-31"),
    ("observations", 2, "note", "x" * 1001, "is 1,001 characters long: at most 1000 fit"),
    ("origins", 2, "method", "A-" * 100_000, "is 200,000 characters long: at most 500 fit"),
    ("observations", 2, "note", "x" * 1_000_000, "is 1,000,000 characters long: at most 1000 fit"),
    # references
    ("observations", 2, "population", "nobody", "is not in populations.csv (column population)"),
    ("observations", 2, "origin", "nobody", "is not in origins.csv (column origin)"),
    ("observations", 2, "source", "nowhere", "is not in sources.csv (column source)"),
    ("observations", 3, "primary_source", "nowhere", "is not in sources.csv (column source)"),
    ("observations", 3, "same_as", "nothing", "is not in observations.csv (column id)"),
    ("observations", 12, "measure", "nothing", "is not in measures.csv (column measure)"),
    ("populations", 3, "parent", "nobody", "is not in populations.csv (column population)"),
    # lists of references
    ("claims", 2, "measures", "recruits;losses", '"losses" is not in measures.csv (column measure)'),
    ("claims", 2, "measures", "recruits;recruits", '"recruits" is listed twice'),
    ("claims", 2, "sources", "alpha2024;nowhere", '"nowhere" is not in sources.csv (column source)'),
    ("claims", 2, "sources", "gamma;gamma", '"gamma" is listed twice'),
    # tables of the book's own
    ("comparators", 2, "definition", "left", "is not in definitions.csv (column definition)"),
    ("comparators", 2, "count", "shrinking;lost", '"lost" is not in observations.csv (column id)'),
    ("comparators", 2, "strength", "shrinking;shrinking", '"shrinking" is listed twice'),
    ("comparators", 3, "growth", "lost", "is not in observations.csv (column id)"),
    ("comparators", 3, "growth", "term;convicts-2024", "must be a key: small letters"),
    ("comparators", 2, "count", "", "must not be empty"),
    ("comparators", 2, "count", "shrinking; term", "must be keys separated by semicolons, without spaces"),
    ("comparators", 2, "grade", "D", "must be one of: A, B, C"),
    ("comparators", 2, "floor", "", "must not be empty"),
    ("comparators", 3, "times", "a dozen", "must be a number"),
    ("comparators", 3, "times", "0", "must not be less than 1"),
    ("unrated", 2, "count", "lost", "is not in observations.csv (column id)"),
    ("unrated", 2, "served", "lost", "is not in observations.csv (column id)"),
    ("unrated", 2, "why", "", "must not be empty"),
    ("definitions", 2, "meaning", "", "must not be empty"),
]

RULE_FAULTS = [
    ("period_runs_forward", "observations", 2, "start", "2025-01-01", "is after the end of the period, 2024-12-31"),
    ("period_fits_the_kind", "observations", 7, "start", "2024-01-01", "must be empty: strength is a stock"),
    ("period_fits_the_kind", "observations", 2, "start", "", "is missing: recruits is a flow"),
    ("bounds_in_order", "observations", 11, "low", "101", "is more than value, 100"),
    ("bounds_in_order", "observations", 11, "value", "121", "is more than high, 120"),
    ("bounds_in_order", "observations", 9, "low", "0.3", "is more than high, 0.25"),
    ("figures_fit_the_qualifier", "observations", 2, "value", "", 'is missing: a figure with the qualifier "exact"'),
    ("figures_fit_the_qualifier", "observations", 12, "value", "", 'is missing: a figure with the qualifier "projection"'),
    ("figures_fit_the_qualifier", "observations", 9, "low", "", 'is missing: a figure with the qualifier "range"'),
    ("figures_fit_the_qualifier", "observations", 10, "high", "", 'is missing: a figure with the qualifier "range"'),
    ("figures_fit_the_qualifier", "observations", 2, "low", "900", 'must be empty: the qualifier "exact"'),
    ("figures_fit_the_qualifier", "observations", 4, "high", "950", 'must be empty: the qualifier "at_least"'),
    ("figures_fit_the_qualifier", "observations", 6, "low", "1", 'must be empty: the qualifier "at_most"'),
    ("figures_fit_the_qualifier", "observations", 7, "high", "60000", 'must be empty: the qualifier "about"'),
    ("figures_fit_the_qualifier", "observations", 11, "low", "", "is missing: high needs low beside it"),
    ("shares_are_fractions", "observations", 9, "high", "1.01", "must lie between 0 and 1: convict_share is a share"),
    ("counts_are_not_negative", "observations", 2, "value", "-1", "must not be negative: recruits counts from 0 up"),
    ("counts_are_whole", "observations", 2, "value", "1000.5", "must be a whole number: recruits"),
    ("counts_are_whole", "observations", 7, "value", "0.5", "must be a whole number: strength"),
    ("same_as_where_due", "observations", 3, "same_as", "", "is missing: a rereport names the preferred row"),
    ("same_as_where_due", "observations", 4, "same_as", "", "is missing: a conflict names the preferred row"),
    ("same_as_where_due", "observations", 11, "same_as", "recruits-2024", 'must be empty: a row of status "use"'),
    ("same_as_leads_to_use", "observations", 3, "same_as", "recruits-2024-less", 'must point to a row of status "use"; that one'),
    ("same_as_leads_to_use", "observations", 5, "same_as", "recruits-2024-misprint", "points to its own row"),
    ("same_as_leads_to_use", "observations", 2, "same_as", "recruits-2024", "points to its own row"),
    ("same_as_leads_to_use", "observations", 4, "same_as", "term", "points to another measure, prison_term, not recruits"),
    ("no_figure_twice", "observations", 3, "source", "alpha2024", "must differ"),
    ("share_is_unit_and_kind", "measures", 5, "unit", "persons", 'does not fit the kind "share"'),
    ("share_is_unit_and_kind", "measures", 6, "unit", "share", 'does not fit the kind "penalty"'),
    ("published_as_precisely_as_said", "sources", 2, "published", "2027-02-29", "is not a day of the calendar"),
    ("published_as_precisely_as_said", "sources", 2, "published", "2028-02", 'does not fit the precision "day"'),
    ("published_as_precisely_as_said", "sources", 3, "published", "2028-05-01", 'does not fit the precision "month"'),
    ("published_as_precisely_as_said", "sources", 4, "published", "", 'does not fit the precision "year"'),
    ("published_as_precisely_as_said", "sources", 5, "published", "2028", 'does not fit the precision "unknown"'),
    ("parents_make_no_circle", "populations", 2, "parent", "army", "makes army a part of itself"),
    (
        "claims_expect_what_their_kind_says",
        "claims",
        2,
        "expected",
        "1,000",
        'must be a number: the qualifier "exact" stands beside it',
    ),
    ("claims_expect_what_their_kind_says", "claims", 2, "expected", "", 'must be a number: the qualifier "exact" stands beside it'),
    ("claims_expect_what_their_kind_says", "claims", 2, "expected_qualifier", "", "is missing: what is expected is a number, 1000"),
    ("claims_expect_what_their_kind_says", "claims", 4, "expected", "in May", "must be a day, as the claim is of a date"),
    ("claims_expect_what_their_kind_says", "claims", 4, "expected", "2024-02-30", "must be a day, as the claim is of a date"),
    ("claims_expect_what_their_kind_says", "claims", 4, "expected_qualifier", "exact", "must be empty: a day has no qualifier"),
    ("claims_expect_what_their_kind_says", "claims", 5, "expected", "50", "must lie between 0 and 1: the claim is of a share"),
    ("no_hidden_characters", "observations", 2, "note", "two\nlines", "holds an invisible character, U+000A"),
    ("no_hidden_characters", "sources", 2, "title", "right \u202eot tfel", "holds an invisible character, U+202E"),
    ("no_hidden_characters", "sources", 2, "outlet", "Al\x00pha", "holds an invisible character, U+0000"),
    ("no_hidden_characters", "origins", 2, "label", "zero\u200bwidth", "holds an invisible character, U+200B"),
    ("no_hidden_characters", "origins", 2, "label", "\u3164", "holds an invisible character, U+3164"),
    ("no_hidden_characters", "origins", 2, "label", "a\U000e0041b", "holds an invisible character, U+E0041"),
    ("no_hidden_characters", "origins", 2, "label", "a\ue000b", "holds an invisible character, U+E000"),
    ("no_hidden_characters", "origins", 2, "label", "M\ufffdnner", "holds U+FFFD, the mark of a letter that was lost"),
    ("no_stray_spaces", "origins", 2, "label", "Intelligence ", "begins or ends with a space"),
    ("no_stray_spaces", "claims", 2, "claim_text", " A thousand.", "begins or ends with a space"),
    ("no_formulas", "sources", 2, "title", "=cmd|' /C calc'!A0", 'begins with "=", which a spreadsheet runs'),
    ("no_formulas", "sources", 2, "outlet", "@channel", 'begins with "@", which a spreadsheet runs'),
    ("no_formulas", "observations", 2, "note", "+1+1", 'begins with "+", which a spreadsheet runs'),
    ("no_formulas", "observations", 2, "note", "-1+1", 'begins with "-", which a spreadsheet runs'),
    ("no_formulas", "observations", 2, "note", "＝1+1", 'begins with "＝", which a spreadsheet runs'),
    ("no_formulas", "observations", 2, "note", 'See; "=1+1"', 'goes on after a semicolon with "=", which a spreadsheet runs'),
    ("known_with_its_page", "observations", 2, "known_from", "2028-03-01", "is after the day its page was published, 2028-02-29"),
    ("known_with_its_page", "observations", 3, "known_from", "2028-06-01", "is after the day its page was published, 2028-05"),
    ("known_with_its_page", "observations", 4, "known_from", "2028-01-01", "is after the day its page was published, 2027"),
    ("addresses_name_a_site", "sources", 2, "url", "https://example.org@evil.example/a", "names a user before the site"),
    ("addresses_name_a_site", "sources", 2, "url", "https://:secret@example.org/", "names a user before the site"),
    ("addresses_name_a_site", "sources", 2, "url", "http://[::1/a", "is not a web address: Invalid IPv6 URL"),
    ("addresses_name_a_site", "sources", 2, "url", "http://example.org:99999/", "is not a web address: Port out of range"),
    ("addresses_name_a_site", "sources", 2, "url", "https:///etc/passwd", "names no site"),
    ("addresses_name_a_site", "sources", 2, "url", "https://../../x", "names no site"),
    ("addresses_name_a_site", "sources", 2, "url", "http://localhost/", "names no site"),
    ("no_personal_details", "observations", 2, "note", "Call him on +7 (912) 345-67-89.", "looks like a phone number"),
    ("no_personal_details", "observations", 2, "note", "Call 8 912 345 67 89.", "looks like a phone number"),
    ("no_personal_details", "sources", 2, "note", "write to ivan@example.org", "looks like an e-mail address"),
    ("no_personal_details", "observations", 2, "note", "A soldier born 12.03.1999 in Perm.", "looks like a date of birth"),
    ("no_personal_details", "observations", 2, "note", "рядовой, 1999 г.р., ушел", "looks like a date of birth"),
    ("no_personal_details", "observations", 2, "note", "паспорт 45 09 123456", "looks like the number of a document"),
    ("no_personal_details", "claims", 2, "speaker", "Иванов Иван Петрович", "looks like the full name of a person"),
    ("no_personal_details", "claims", 2, "speaker", "Ivan Petrovich Ivanov", "looks like the full name of a person"),
    ("no_personal_details", "origins", 2, "label", "unit 12345, Ivan Ivanov", "looks like a military unit and a person"),
]


def assert_said(found: list[Fault], wanted: Fault) -> None:
    """One of the faults is the wanted one, its reason being how the reason found begins, and says all it knows."""
    same = [
        fault
        for fault in found
        if (fault.file, fault.row, fault.field, fault.value) == (wanted.file, wanted.row, wanted.field, wanted.value)
        and fault.reason.startswith(wanted.reason)
    ]
    assert len(same) == 1, "\n".join(map(str, found))
    line = str(same[0])
    assert "\n" not in line
    assert line.startswith(wanted.file)
    assert wanted.row is None or f"row {wanted.row}," in line or f"row {wanted.row} " in line
    assert wanted.field is None or wanted.field in line
    assert not wanted.value or contract.printable(wanted.value) in line
    assert line.endswith(same[0].reason)


@pytest.mark.parametrize(("name", "line", "column", "value", "reason"), SCHEMA_FAULTS)
def test_what_the_schema_refuses(folder, name, line, column, value, reason):
    folder.edit(name, line, column, value)
    found = folder.check()
    assert_said(found, Fault(f"{name}.csv", line, column, value, reason))
    assert {(fault.file, fault.row) for fault in found} == {(f"{name}.csv", line)}


OWN = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))["resources"]


@pytest.mark.parametrize("table", OWN, ids=lambda table: table["name"])
def test_no_key_is_a_name_that_windows_keeps(tmp_path, table):
    shutil.copytree(DATA, tmp_path / "data")
    (key,), path = table["schema"]["primaryKey"], tmp_path / "data" / f"{table['name']}.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    path.write_text(path.read_text(encoding="utf-8-sig").replace(f"\n{rows[0][key]},", "\nlpt3,", 1), encoding="utf-8")
    reason = "is a name that Windows keeps for a device: choose another key"
    assert Fault(path.name, 2, key, "lpt3", reason) in contract.check(tmp_path / "data")


@pytest.mark.parametrize(("rule", "name", "line", "column", "value", "reason"), RULE_FAULTS)
def test_what_a_rule_refuses(folder, monkeypatch, rule, name, line, column, value, reason):
    monkeypatch.setattr(contract, "schema_faults", lambda *_: [])  # the rule finds it alone, and no other rule does
    folder.edit(name, line, column, value)
    found = folder.check()
    if rule == "no_figure_twice":  # the fault is the row, so it is told by its key
        column, value, reason = "id", "recruits-2024-again", "is the same figure as recruits-2024: keep one of them"
    assert_said(found, Fault(f"{name}.csv", line, column, value, reason))
    assert {(fault.file, fault.row) for fault in found} == {(f"{name}.csv", line)}


def test_each_figure_that_is_there_twice_is_told_with_its_own_first(folder):
    rows = folder.rows("observations")
    folder.write("observations", [*rows, ["again", *rows[6][1:]], ["once-more", *rows[7][1:]], ["and-again", *rows[6][1:]]])
    said = [(fault.value, fault.reason) for fault in folder.check()]
    assert said == [
        (key, f"is the same figure as {first}: keep one of them")
        for key, first in (("again", "strength-2024"), ("once-more", "shrinking"), ("and-again", "strength-2024"))
    ]


def test_bounds_may_be_one_number(folder):
    for line, column, value in ((9, "low", "0.25"), (11, "low", "100"), (11, "high", "100")):
        folder.edit("observations", line, column, value)
    assert folder.check() == []


def test_a_figure_below_zero_needs_a_measure_that_may_be_negative(folder):
    folder.edit("measures", 4, "may_be_negative", "no")
    reason = "must not be negative: change_of_strength counts from 0 up"
    assert folder.check() == [Fault("observations.csv", 8, "value", "-300", reason)]


def test_a_projection_has_two_ends_a_lower_end_or_none(folder):
    folder.edit("observations", 12, "high", "5000")
    assert [(fault.row, fault.field) for fault in folder.check()] == [(12, "low")]
    folder.edit("observations", 12, "low", "3000")
    assert folder.check() == []
    folder.edit("observations", 12, "high", "")
    assert folder.check() == []


def test_every_rule_is_broken_above_and_says_itself_in_words():
    assert {rule.says.__name__ for rule in RULES} == {rule for rule, *_ in RULE_FAULTS}
    assert all(rule.words.endswith(".") for rule in RULES)


def test_the_rules_read_columns_that_the_contract_has():
    described = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
    known = {f"{table['name']}.{spec['name']}" for table in described["resources"] for spec in table["schema"]["fields"]}
    assert {column for rule in RULES if isinstance(rule, Rule) for column in rule.reads} <= known


def test_a_figure_is_printed_as_a_person_would_look_for_it():
    assert str(Fault("observations.csv", 17, "value", "12O", "must be a number")) == (
        'observations.csv, row 17, value: "12O" — must be a number'
    )
    assert str(Fault("observations.csv", 1017, "end", "", "must not be empty")) == (
        "observations.csv, row 1017, end: (empty) — must not be empty"
    )
    assert str(Fault("claims.csv", None, None, None, "is missing from the folder")) == "claims.csv — is missing from the folder"
    assert "\x1b" not in str(Fault("claims.csv", 2, "note", "\x1b[2J", "hidden"))
    assert len(str(Fault("claims.csv", 2, "note", "x" * 100_000, "too long"))) < 200


# What a list of soldiers holds, as it might come into a note; made up.
PERSONAL = {
    "a phone number": [
        "+7 912 345-67-89",
        "+380 67 123 45 67",
        "8.912.345.67.89",
        "8 (495) 123-45-67",
        "067 123 45 67",
        "(067)123-45-67",
        "tel. 23-45-67",
        "телефон: 123 45 67",
    ],
    "an e-mail address": ["ivan.ivanov@example.org"],
    "a date of birth": [
        "born on 12 March 1999",
        "born March 12, 1999",
        "b. 12.03.1999",
        "DOB: 1999-03-12",
        "родился 12 марта 1999",
        "1999 года рождения",
        "1999 г.р.",
        "12.03.1999 р.н.",
        "народився 12.03.1999",
    ],
    "the number of a document": ["passport no. 45 09 123456", "личный номер АВ-123456"],
    "a call sign": ['call sign "Batya"', "позывной Батя", "позивний «Дід»"],
    "the full name of a person": ["Petrov Ivan Sergeyevich", "Іваненко Іван Петрович", "Петров И. С.", "И.С. Петров"],
    "a rank and a person": ["Sgt. John Smith", "Private Ivan Petrov", "рядовой Петров", "сержанта Иванова", "солдат Шевченко"],
    "a military unit and a person": [
        "military unit 12345, Ivan Petrov",
        "в/ч 12345, Петров И. С.",
        "Ivan Petrov, unit 12345",
        "Петров Иван (в/ч 12345)",
    ],
}


@pytest.mark.parametrize(("what", "said"), [(what, said) for what, texts_ in PERSONAL.items() for said in texts_])
def test_what_looks_like_a_person_is_refused(folder, what, said):
    folder.edit("observations", 2, "note", f"One of them, {said}, is listed.")
    reasons = [fault.reason for fault in folder.check()]
    assert f"looks like {what}: the tables hold aggregates only, no personal data" in reasons
    assert {(fault.row, fault.field) for fault in folder.check()} == {(2, "note")}


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_address_is_no_phone_number(folder, scheme):
    folder.edit("sources", 2, "url", f"{scheme}://example.org/a/8-912-345-67-89")
    assert folder.check() == []


@pytest.mark.parametrize("key", ["petrov-ivan-sergeyevich", "ivan_petrovich", "list-7-912-345-67-89"])
def test_a_key_that_looks_like_a_person_is_refused(folder, key):
    folder.edit("observations", 7, "id", key)
    assert [(fault.row, fault.field) for fault in folder.check()] == [(7, "id")]


@pytest.mark.parametrize(
    "said",
    [
        "Private Military Companies recruited 2,000 men",
        "Sergeant Major of the Army",
        "солдат и сержантов",
        "unit 12345 in Rostov",
        "Men born in 1999 and later",
        "from 12.03.2024 to 31.12.2024",
        "0.67 of 1 234 567",
        "Vladimir Putin, 2024-03-12",
        "tel aviv 2024",
        "The 20th Motor Rifle Division, Southern Military District",
        "8 912 345 men in 67 89",
        "moscow-city-2023-09-21",
        "article 337, part 5",
    ],
)
def test_what_is_about_nobody_is_let_through(folder, said):
    folder.edit("observations", 2, "note", f"Counted: {said}.")
    assert folder.check() == []


# --- What is wrong with keys -----------------------------------------------------------------------------------------


def test_a_key_that_is_there_twice(folder):
    folder.edit("observations", 7, "id", "recruits-2024")
    assert folder.check() == [Fault("observations.csv", 7, "id", "recruits-2024", "is there twice: also in row 2")]


@pytest.mark.parametrize("table", ["origins", "measures", "populations"])
def test_a_name_that_two_things_have(folder, table):
    """Notebooks group by what they show: two origins of one name would be one."""
    name = folder.rows(table)[1][1]
    folder.edit(table, 3, "label", name)
    assert folder.check() == [Fault(f"{table}.csv", 3, "label", name, "is there twice: also in row 2")]


def test_a_key_that_is_empty_or_could_be_a_path(folder):
    folder.edit("observations", 12, "id", "")
    folder.edit("observations", 11, "id", "../secret")
    first, second = folder.check()
    assert (first.row, first.field, first.value) == (11, "id", "../secret")
    assert (second.row, second.field, second.reason) == (12, "id", "must not be empty")


def test_a_circle_of_parents_is_told_for_each_that_stands_in_it(folder):
    folder.edit("populations", 2, "parent", "brigade")
    assert [(fault.row, fault.field) for fault in folder.check()] == [(2, "parent"), (3, "parent"), (4, "parent")]


def test_a_long_line_of_parents_is_gone_along_once(folder):
    """Going up from each population anew would take hundreds of millions of steps."""
    rows = folder.rows("populations")
    folder.write(
        "populations",
        [*rows, *([f"p{n}", f"Part {n}", f"p{n + 1}" if n < 29_999 else "", "russia", "army", ""] for n in range(30_000))],
    )
    with watchdog(60):
        assert folder.check() == []
    folder.edit("populations", len(rows) + 30_000, "parent", "p29998")
    assert [(fault.row, fault.value) for fault in folder.check()] == [
        (len(rows) + 29_999, "p29999"),
        (len(rows) + 30_000, "p29998"),
    ]


def test_every_primary_key_is_one_field_that_is_required_and_unique():
    described = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
    for table in described["resources"]:
        (key,) = table["schema"]["primaryKey"]
        (spec,) = [spec for spec in table["schema"]["fields"] if spec["name"] == key]
        assert spec["constraints"]["required"]
        assert spec["constraints"]["unique"]
        assert spec["constraints"]["pattern"]


# --- What is wrong with a whole table --------------------------------------------------------------------------------


def test_a_missing_table_is_one_fault_not_one_for_each_reference(folder):
    folder.file("sources").unlink()
    assert folder.check() == [Fault("sources.csv", None, None, None, "is missing from the folder")]


@pytest.mark.parametrize(
    ("content", "row", "reason"),
    [
        (b"", None, "is empty: not even a header"),
        (TABLES["measures"].splitlines()[0].encode(), None, "has a header but no rows"),
        (TABLES["measures"].replace(",", ";").encode(), 1, "has its columns separated by semicolons or tabs"),
        (TABLES["measures"].encode("utf-16"), None, "is UTF-16 text: save it as UTF-8"),
        (TABLES["measures"].replace("Men taken", "M\xe4nner").encode("latin-1"), 2, "is not UTF-8 text (byte 0xe4)"),
        (
            TABLES["measures"].replace("Recruits", '"Recruits').encode(),
            2,
            "cannot be read from here on: a quotation mark is opened and never closed",
        ),
        (
            TABLES["measures"].replace("Recruits", '"Re"cruits').encode(),
            2,
            "cannot be read from here on: a quotation mark closes in the middle of a cell",
        ),
        (TABLES["measures"].replace("label", "measure").encode(), 1, "has the column measure more than once"),
        (b"1,2\n3,4\n", 1, "has none of the columns of the contract"),
        (TABLES["measures"].encode("utf-16-le"), 1, "holds zero bytes, as binary files and UTF-16 text do"),
    ],
)
def test_a_table_that_cannot_be_read(folder, content, row, reason):
    folder.file("measures").write_bytes(content)
    found = folder.check()
    assert_said(found, Fault("measures.csv", row, None, None, reason))
    assert {fault.file for fault in found} == {"measures.csv"}


def test_a_table_that_is_no_file(folder):
    folder.file("measures").unlink()
    folder.file("measures").mkdir()
    assert folder.check() == [Fault("measures.csv", None, None, None, "is not a file")]


def test_a_table_that_is_too_large(folder, monkeypatch):
    monkeypatch.setattr(csv_files, "MAX_FILE_BYTES", 1024 * 1024)
    folder.file("measures").write_bytes(b"x" * (1024 * 1024 + 1))
    assert folder.check() == [Fault("measures.csv", None, None, None, "is larger than 1 MB")]


def test_a_table_that_may_not_be_read(folder, monkeypatch):
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(datapackage, "PROJECT_CONTRACT", DATA / "datapackage.json")
    real = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: refuse(path) if path.name == "claims.csv" else real(path))
    assert folder.check() == [Fault("claims.csv", None, None, None, "cannot be read: Permission denied")]


def test_a_missing_column(folder):
    rows = folder.rows("observations")
    place = rows[0].index("known_from")
    folder.write("observations", [row[:place] + row[place + 1 :] for row in rows])
    assert folder.check() == [Fault("observations.csv", None, "known_from", None, "the column is missing")]


def test_a_missing_key_column_does_not_hide_other_faults(folder):
    folder.edit("observations", 4, "start", "2025-01-01")
    folder.edit("observations", 5, "value", "many")
    rows = folder.rows("observations")
    folder.write("observations", [row[1:] for row in rows])
    assert [(fault.row, fault.field) for fault in folder.check()] == [(None, "id"), (4, "start"), (5, "value")]


def test_a_column_that_the_contract_does_not_know(folder):
    folder.write("origins", [[*row, "extra"] for row in folder.rows("origins")])
    assert folder.check() == [Fault("origins.csv", None, "extra", None, "is not a column of the contract: take it out")]


@pytest.mark.parametrize(
    "column",
    [
        "name",
        "Surname",
        "birth_date",
        "phone",
        "passport",
        "soldierName",
        "ФИО",
        "Дата рождения",
        "call sign",
        "dogTag",
        "Next-of-kin",
    ],
)
def test_a_column_that_could_hold_personal_data(folder, column):
    rows = folder.rows("observations")
    folder.write("observations", [[*rows[0], column], *([*row, "secret"] for row in rows[1:])])
    reason = "columns that could hold personal data are refused: the tables hold aggregates only"
    assert folder.check() == [Fault("observations.csv", None, column, None, reason)]


def test_no_column_of_the_contract_counts_as_personal():
    described = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
    assert not [spec["name"] for table in described["resources"] for spec in table["schema"]["fields"] if is_personal(spec["name"])]


def test_a_column_without_a_name(folder):
    folder.write("origins", [[*row, ""] for row in folder.rows("origins")])
    assert folder.check() == [Fault("origins.csv", 1, None, None, "has a column without a name")]


def test_a_table_that_the_contract_does_not_know(folder):
    (folder.path / "soldiers.csv").write_text("name\nsomebody\n", encoding="utf-8")
    assert folder.check() == [Fault("soldiers.csv", None, None, None, "is not a table of the contract: take it out of the folder")]


def test_rows_of_the_wrong_length_are_told_once_and_still_count_as_keys(folder):
    rows = folder.rows("observations")
    rows[1].append("too much")
    rows[7].pop()
    folder.write("observations", rows)
    assert folder.check() == [
        Fault("observations.csv", 2, None, None, "has 18 cells where the header has 17 columns"),
        Fault("observations.csv", 8, None, None, "has 16 cells where the header has 17 columns"),
    ]


@pytest.mark.parametrize("line", ["", ",,,"])
def test_an_empty_row(folder, line):
    folder.file("origins").write_text(TABLES["origins"] + line + "\n", encoding="utf-8")
    assert folder.check() == [Fault("origins.csv", 4, None, None, "is an empty row: take it out")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_rows_are_counted_as_a_spreadsheet_counts_them(folder, end):
    folder.edit("observations", 2, "note", "one\ntwo\nthree")  # a cell of three lines makes no more rows
    folder.edit("observations", 7, "value", "many")
    path = folder.file("observations")
    path.write_bytes(path.read_bytes().replace(b"\n", end.encode()))
    hidden, typed = folder.check()
    assert (hidden.row, hidden.field) == (2, "note") and (typed.row, typed.field, typed.value) == (7, "value", "many")


def test_a_row_that_cannot_be_read_is_named_by_its_number_too(folder):
    folder.edit("measures", 2, "definition", "one\ntwo")
    content = folder.file("measures").read_bytes()
    folder.file("measures").write_bytes(content.replace(b"Strength,persons", b"St\xe4rke,persons"))
    assert [(fault.row, fault.reason) for fault in folder.check()] == [(3, "is not UTF-8 text (byte 0xe4): save it as UTF-8")]
    folder.file("measures").write_bytes(content.replace(b"Strength,persons", b'"Strength,persons'))
    assert folder.check()[-1].row == 3


# --- All at once -----------------------------------------------------------------------------------------------------


def test_all_faults_are_told_at_once_in_the_order_of_tables_and_rows(folder):
    folder.edit("observations", 12, "status", "perhaps")
    folder.edit("observations", 2, "value", "12O")
    folder.edit("observations", 2, "source", "nowhere")
    folder.edit("observations", 8, "start", "2024-02-01")
    folder.edit("sources", 3, "url", "ftp://example.org")
    folder.edit("claims", 2, "measures", "nothing")
    folder.file("origins").unlink()
    assert [(fault.file, fault.row, fault.field) for fault in folder.check()] == [
        ("sources.csv", 3, "url"),
        ("origins.csv", None, None),
        ("observations.csv", 2, "value"),
        ("observations.csv", 2, "source"),
        ("observations.csv", 8, "start"),
        ("observations.csv", 12, "status"),
        ("claims.csv", 2, "measures"),
    ]


def many_wrong_origins(folder: Folder, number: int) -> None:
    header, row, _ = folder.rows("origins")
    folder.write("origins", [header, row, *([f"o{n}", f"Label {n}", "unheard_of", "Method."] for n in range(number))])
    folder.file("observations").write_text(TABLES["observations"].replace(",courts,", ",hur,"), encoding="utf-8")


def test_more_than_a_thousand_faults_are_all_told(folder):
    many_wrong_origins(folder, 1200)
    found = folder.check()
    assert len(found) == 1200
    assert found[-1].row == 1202


def test_so_is_one_of_rules_and_of_shapes(folder, monkeypatch):
    for module in (contract, rules, csv_files):
        monkeypatch.setattr(module, "MAX_FAULTS", 10)
    rows = folder.rows("origins")
    folder.write("origins", [*rows, *([f"o{n}", f"Label {n}", "ukraine_official", "=Method"] for n in range(30))])
    assert len(folder.check()) == 11
    folder.write("origins", [*rows, *([f"o{n}", "Label"] for n in range(30))])
    assert len(folder.check()) == 11


def test_a_report_that_is_cut_says_so(folder, monkeypatch):
    for module in (contract, schema, csv_files):
        monkeypatch.setattr(module, "MAX_FAULTS", 10)
    many_wrong_origins(folder, 30)
    found = folder.check()
    assert len(found) == 11
    assert_said(found, Fault("origins.csv", None, None, None, "has 10 faults or more; the rest are not listed"))


def test_a_text_is_judged_once_however_many_rows_hold_it(folder, monkeypatch):
    many = [[f"o{number}", f"Label {number}", "ukraine_official", "=Method"] for number in range(300)]
    folder.write("origins", [*folder.rows("origins"), *many])
    asked = []
    rule = CellRule(lambda text: asked.append(text) or cell_rules.no_formulas(text))
    monkeypatch.setattr(rules, "RULES", [rule])
    found = folder.check()
    assert [fault.row for fault in found] == list(range(4, 304)) and asked.count("=Method") == 1


def test_rows_read_in_pieces_are_the_same_rows(folder, monkeypatch):
    folder.edit("observations", 7, "value", "many")
    folder.edit("observations", 12, "id", "recruits-2024")
    whole = folder.check()
    monkeypatch.setattr(csv_files, "ROWS_AT_ONCE", 2)
    assert folder.check() == whole and len(whole) == 2


# --- The folder and its contract -------------------------------------------------------------------------------------


def test_a_folder_that_is_not_there(tmp_path):
    assert [fault.reason for fault in check(tmp_path / "nowhere")] == ["there is no such folder"]
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert [fault.reason for fault in check(tmp_path / "file")] == ["is not a folder"]


def own_contract(folder: Folder) -> dict:
    return json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))


def bring(folder: Folder, described: object) -> None:
    (folder.path / "datapackage.json").write_text(json.dumps(described), encoding="utf-8")


def test_a_folder_may_bring_the_same_contract_in_other_words(folder):
    described = own_contract(folder)
    described["title"] = "My tables"
    described["resources"][4]["schema"]["fields"][0]["description"] = "Otherwise put."
    bring(folder, described)
    assert folder.check() == []


def test_a_folder_may_not_bring_other_demands(folder):
    described = own_contract(folder)
    observations = next(table for table in described["resources"] if table["name"] == "observations")
    observations["schema"]["fields"][0]["constraints"].pop("pattern")
    observations["schema"]["fields"].append({"name": "surname", "type": "string"})
    bring(folder, described)
    found = folder.check()
    assert [(fault.file, fault.field) for fault in found] == [
        ("datapackage.json", "observations.id"),
        ("datapackage.json", "observations.surname"),
    ]
    assert "take this file away" in found[0].reason


def one_table(path: str = "a.csv", **more: object) -> str:
    """A contract of one table with one field."""
    schema = {"fields": [{"name": "b", "type": "string"}], **more}
    return json.dumps({"name": "x", "resources": [{"name": "a", "path": path, "schema": schema}]})


@pytest.mark.parametrize(
    ("text", "row", "reason"),
    [
        ('{\n"resources": [,]}', 2, "is not JSON"),
        ("[" * 100_000, None, "is not JSON"),
        ('{"name": NaN}', None, "is not JSON: NaN is no number"),
        ('{"name": "a", "name": "b"}', None, 'is not JSON: "name" is given twice'),
        ('{"n": ' + "9" * 5000 + "}", None, "is not JSON"),
        ('{"title": "a\\ud800b"}', None, '"a\\ud800b": holds an invisible character, U+D800'),
        ("\ufeff[]", None, "does not describe tables"),
        (" " * 1024 * 1024 + "{}", None, "is larger than 1 MB"),
        ("[]", None, "does not describe tables"),
        ('{"resources": [1]}', None, "does not describe tables"),
        (one_table(path="../a.csv"), None, 'the table "a" must lie in a file of its own name'),
        (one_table(fields=[{"name": "b"}]), None, 'the table "a" has a field without name or type'),
        (one_table(fields=[{"name": "b", "type": "nonsense"}]), None, "is not a data package"),
        (one_table(fields=[{"name": "b", "type": "number", "constraints": {"minimum": "x"}}]), None, "is not a data package"),
        (one_table(foreignKeys=[{"fields": "b"}]), None, "does not describe tables"),
        (
            one_table(foreignKeys=[{"fields": "b", "reference": {"resource": "c", "fields": "d"}}]),
            None,
            '"a.b" refers to a field that is not',
        ),
        (one_table(listKeys=[{"fields": "b", "reference": {"resource": "", "fields": "d"}}]), None, '"a.b" refers to a field that'),
    ],
)
def test_a_contract_that_is_broken(folder, monkeypatch, text, row, reason):
    (folder.path / "datapackage.json").write_text(text, encoding="utf-8")
    assert_said(folder.check(), Fault("datapackage.json", row, None, None, reason))
    # The same where it is the book's own that is broken.
    monkeypatch.setattr(datapackage, "PROJECT_CONTRACT", folder.path / "datapackage.json")
    assert_said(folder.check(), Fault("datapackage.json", row, None, None, reason))


def test_a_folder_that_may_not_be_read(folder, monkeypatch):
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    assert folder.check() == [Fault(str(folder.path), None, None, None, "cannot be read: Permission denied")]


def test_a_contract_that_may_not_be_read(folder):
    (folder.path / "datapackage.json").mkdir()
    assert_said(folder.check(), Fault("datapackage.json", None, None, None, "is not a file"))


def test_a_folder_without_tables(tmp_path):
    assert [fault.reason for fault in check(tmp_path)] == ["is missing from the folder"] * len(TABLES)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_in_the_place_of_a_file_holds_nothing_up(folder):
    os.mkfifo(folder.path / "datapackage.json")
    folder.file("claims").unlink()
    os.mkfifo(folder.file("claims"))
    assert [(fault.file, fault.reason) for fault in folder.check()] == [
        ("datapackage.json", "is not a file"),
        ("claims.csv", "is not a file"),
    ]


def test_links_that_lead_nowhere(folder):
    folder.file("claims").unlink()
    for name in ("claims.csv", "datapackage.json"):
        (folder.path / name).symlink_to("nowhere")
    assert [(fault.file, fault.reason) for fault in folder.check()] == [
        ("datapackage.json", "is a link that leads nowhere"),
        ("claims.csv", "is a link that leads nowhere"),
    ]


def test_a_contract_that_is_not_utf_8(folder):
    (folder.path / "datapackage.json").write_bytes(json.dumps(own_contract(folder)).encode("utf-16"))
    assert_said(folder.check(), Fault("datapackage.json", None, None, None, "is not UTF-8 text: save it as UTF-8"))


@pytest.mark.parametrize("name", ["a" * 5000, "a\0b"])
def test_a_folder_of_a_name_that_there_cannot_be(name):
    (fault,) = check(Path(name))
    assert fault.reason.startswith("cannot be read") or fault.reason == "there is no such folder"


def test_a_table_described_twice(folder):
    described = own_contract(folder)
    described["resources"].append(described["resources"][0])
    bring(folder, described)
    assert_said(folder.check(), Fault("datapackage.json", None, None, None, "describes a table twice"))


def test_a_contract_that_is_nowhere(folder, monkeypatch):
    monkeypatch.setattr(datapackage, "PROJECT_CONTRACT", folder.path / "elsewhere" / "datapackage.json")
    assert_said(folder.check(), Fault("datapackage.json", None, None, None, "is missing from the folder"))
    bring(folder, own_contract(folder))
    assert folder.check() == []


def test_every_field_of_the_contract_is_explained():
    described = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
    for table in described["resources"]:
        for thing in (table, *table["schema"]["fields"]):
            assert thing["title"] and thing["description"].endswith("."), thing["name"]
        for spec in table["schema"]["fields"]:
            required = spec.get("constraints", {}).get("required", False)
            assert ("Never empty." in spec["description"]) == required, spec["name"]
            assert ("Empty" in spec["description"]) != required, spec["name"]
            assert ("form" in spec) == ("pattern" in spec.get("constraints", {})), spec["name"]


# --- From the command line -------------------------------------------------------------------------------------------


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT / "notebooks",
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        timeout=120,
    )


def test_exit_codes_and_closing_lines(folder):
    good = run("-m", "livingbook.contract", str(folder.path))
    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout == (
        f"{folder.path}/: 11 observations, 5 measures, 5 claims, 4 sources, 3 populations, 3 comparators, 2 origins, "
        "2 definitions, 2 unrated: all good\n"
    )
    folder.edit("observations", 7, "value", "12O")
    bad = run("-m", "livingbook.contract", str(folder.path), PYTHONIOENCODING="ascii")
    assert (bad.returncode, bad.stderr) == (1, "")
    first, last = bad.stdout.splitlines()
    assert first.startswith('observations.csv, row 7, value: "12O" \\u2014 must be a number')
    assert last == f"1 fault in {folder.path}/"


def test_a_missing_folder_from_the_command_line(tmp_path, capsys):
    assert main([str(tmp_path / "nowhere")]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{tmp_path / 'nowhere'} — there is no such folder",
        f"1 fault in {tmp_path / 'nowhere'}/",
    ]


def test_a_copy_of_the_books_data_with_one_wrong_cell(tmp_path, capsys):
    shutil.copytree(DATA, tmp_path / "data")
    path = tmp_path / "data" / "populations.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",other,", ",others,", 1), encoding="utf-8")
    assert main([str(tmp_path / "data")]) == 1
    first, last = capsys.readouterr().out.splitlines()
    assert first == 'populations.csv, row 2, side: "others" — must be one of: russia, ukraine, other; did you mean "other"?'
    assert last == f"1 fault in {tmp_path / 'data'}/"


def test_importing_the_contract_is_cheap():
    code = "import sys, livingbook.contract; print({'frictionless', 'pandas', 'numpy'} & set(sys.modules))"
    assert run("-c", code).stdout == "set()\n"
