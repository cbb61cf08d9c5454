"""Text of the tables is text, whatever it holds: no file is offered that a spreadsheet would run, no address that is none of the web."""

from __future__ import annotations

import csv
import io
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from desertion.contract import check
from desertion.publish import csv_of

ROOT = Path(__file__).parents[1]


def table(folder: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((folder / f"{name}.csv").read_text("utf-8"))))


def write(folder: Path, name: str, rows: list[dict[str, str]]) -> None:
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def is_live(cell: str) -> bool:
    """Whether a spreadsheet takes the cell for a formula: it begins like one and is no number."""
    return bool(re.match(r"[=+\-@\t\r]", cell)) and not re.fullmatch(r"[+-]?\d+(\.\d+)?(e[+-]?\d+)?", cell)


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "=1"])
def test_text_that_a_spreadsheet_would_run_is_defused_in_what_is_published(text):
    (header, row) = csv.reader(io.StringIO(csv_of(pd.DataFrame({"label": [text], "number": [-2.5]})), newline=""))
    assert is_live(text) and not is_live(row[0]) and row == ["'" + text, "-2.5"] and header == ["label", "number"]


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "@SUM(1)"])
def test_tables_with_formulas_are_refused(tmp_path, text):
    shutil.copytree(ROOT / "data", tmp_path / "data")
    rows = table(tmp_path / "data", "origins")
    write(tmp_path / "data", "origins", [rows[0] | {"method": text}, *rows[1:]])
    (fault,) = check(tmp_path / "data")
    assert (fault.field, fault.row) == ("method", 2) and "formula" in str(fault)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "//evil.example/x"])
def test_addresses_that_are_none_of_the_web_are_refused(tmp_path, address):
    shutil.copytree(ROOT / "data", tmp_path / "data")
    rows = table(tmp_path / "data", "sources")
    write(tmp_path / "data", "sources", [rows[0] | {"url": address}, *rows[1:]])
    assert any(fault.field == "url" for fault in check(tmp_path / "data"))
