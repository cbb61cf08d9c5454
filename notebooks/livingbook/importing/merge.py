"""The tables with the new rows in them: their content, and what the contract says of it, told for the files the rows came from."""

from __future__ import annotations

import bisect
import csv
import io
import re
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from livingbook import contract
from livingbook.contract import Fault, Row
from livingbook.system.files import visible_files


def references_of(folder: Path, books: Path) -> dict[tuple[str, str], str]:
    """(Table, field) → the table in which the key that the field holds must be, as far as a row can be asked for.

    For a field that names an observation (``same_as``) no row is asked for: the contract reports a missing observation as a fault.
    """
    return {
        (each["name"], column): table
        for each in contract.resources_of(folder, books)
        for column, is_list, table, _ in contract.references(each)
        if not is_list and table != "observations"
    }


def merged(path: Path, rows: list[tuple[str, Row]], fields: list[str]) -> tuple[bytes, dict[int, tuple[str, int]]]:
    """The content of the table in ``path`` with the new rows in it, and line → (file, row) of each new row.

    Existing lines stay as they are, byte for byte. If the table is sorted by its keys, new rows go where their keys belong, else to
    its end. The table must keep the contract, by which a row is a line.
    """
    content = path.read_bytes()
    byte_order_mark = content[:3] if content.startswith(b"\xef\xbb\xbf") else b""
    found = re.findall(r"[^\r\n]+(?:\r\n|\n|\r|$)", content[len(byte_order_mark) :].decode("utf-8"))
    end = found[0][len(found[0].rstrip("\r\n")) :] or "\n"
    lines = [line if line.endswith(("\n", "\r")) else line + end for line in found]
    header = next(csv.reader(lines[:1]))
    at = header.index(fields[0])
    keys = [next(csv.reader([line]))[at] for line in lines[1:]]
    in_order = keys == sorted(keys)
    places: list[tuple[str, int] | None] = [None] * len(keys)
    body = lines[1:]
    for file, row in sorted(rows, key=lambda each: each[1][fields[0]]) if in_order else rows:
        place = bisect.bisect(keys, row[fields[0]]) if in_order else len(keys)
        keys.insert(place, row[fields[0]])
        body.insert(place, _line([row[column] for column in header], end))
        places.insert(place, (file, row.number))
    # The header is line 1.
    return byte_order_mark + "".join([lines[0], *body]).encode(), {
        line: place for line, place in enumerate(places, start=2) if place
    }


def _line(cells: list[str], end: str) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator=end).writerow(cells)
    return line.getvalue()


def contract_faults(
    folder: Path,
    tables: dict[str, bytes],
    places: dict[str, dict[int, tuple[str, int]]],
    refers: dict[tuple[str, str], str],
    books: Path,
) -> list[Fault]:
    """The faults of the tables with the new rows in them, reported for the file and row that each new row came from.

    Names that no table has are left out: ``compare.asked_for`` asks for them.
    """
    with tempfile.TemporaryDirectory() as name:
        whole = Path(name)
        for path in visible_files(folder, "*.csv"):
            (whole / path.name).write_bytes(tables.get(path.stem) or path.read_bytes())
        if (folder / contract.CONTRACT_NAME).is_file():
            shutil.copyfile(folder / contract.CONTRACT_NAME, whole / contract.CONTRACT_NAME)
        found = contract.check(whole, books)
    faults = []
    for fault in found:
        table = fault.file.removesuffix(".csv")
        referred = refers.get((table, fault.field or ""))
        if referred and fault.reason.startswith(f"is not in {referred}.csv"):
            continue
        place = places.get(table, {}).get(fault.row or 0)
        faults.append(replace(fault, file=place[0], row=place[1]) if place else fault)
    return faults
