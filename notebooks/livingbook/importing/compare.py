"""Comparing new rows with those there are: what is here already, what names are missing, what figures say of the same quantity."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from livingbook.contract import Fault, Row
from livingbook.importing.outcome import Fresh, Incoming, Outcome
from livingbook.system.errors import printable
from livingbook.values import wording

QUANTITY = ("measure", "population", "category", "start", "end", "origin")
FIGURE = ("qualifier", "low", "value", "high")
PROJECTED = "projection"


def fresh_rows(incoming: list[Incoming], existing: dict[str, list[Row]], fields: dict[str, list[str]], outcome: Outcome) -> Fresh:
    """The rows that are really new. A row that exists cell for cell is noted; one whose key exists with other cells is a fault."""
    found: Fresh = {}
    for each in incoming:
        key, kept = fields[each.table][0], found.setdefault(each.table, [])
        known = {row[key]: row for row in existing[each.table]}
        here = {row[key]: (file, row) for file, row in kept}
        there, before = 0, len(kept)
        for row in each.rows:
            name = row[key]
            if name in here:
                file, other = here[name]
                where = f"row {other.number}" if file == each.name else f"{file}, row {other.number}"
                outcome.faults.append(Fault(each.name, row.number, key, name, f"is there twice: also in {where}"))
            elif name in known and (other := known[name]) == row:
                there += 1
            elif name in known:
                outcome.faults.append(_differs(each, row, known[name], fields[each.table]))
            else:
                here[name] = (each.name, row)
                kept.append((each.name, row))
        if there:
            rows, new = wording.plural(there, "row"), len(kept) - before
            are = "is" if there == 1 else "are"
            outcome.notes.append(f"{each.name}: {rows} {are} here already, {new:,} {'is' if new == 1 else 'are'} new")
    return {table: rows for table, rows in found.items() if rows}


def _differs(incoming: Incoming, row: Row, known: Row, fields: list[str]) -> Fault:
    """The fault of a row whose key is taken by a row with other cells."""
    key, table = fields[0], incoming.table
    columns = [column for column in fields if known[column] != row[column]]
    differing = ", ".join(
        f'{column} "{printable(known[column], 40)}" there, "{printable(row[column], 40)}" here' for column in columns
    )
    reason = (
        f"is in {table}.csv already (row {known.number}) and differs: {differing}. A new row needs a {key} of its own; to correct "
        f"that row, edit {table}.csv"
    )
    return Fault(incoming.name, row.number, key, row[key], reason, cause=f"differs in {columns}")


def asked_for(
    fresh: Fresh, existing: dict[str, list[Row]], fields: dict[str, list[str]], refers: dict[tuple[str, str], str]
) -> Iterator[str]:
    """A request for each name that new rows use and no table has, with similar names and the columns that a row for it needs."""
    keys = {
        table: {row[fields[table][0]] for row in existing[table]} | {row[fields[table][0]] for _, row in fresh.get(table, [])}
        for table in fields
    }
    missing: dict[tuple[str, str], list[str]] = {}
    for own, rows in fresh.items():
        for file, row in rows:
            for column, table in ((column, table) for (of, column), table in refers.items() if of == own):
                name = row[column]
                if name and name not in keys[table]:
                    missing.setdefault((table, name), []).append(f"{file}, row {row.number}, {column}")
    for (table, name), places in missing.items():
        near = difflib.get_close_matches(name, keys[table], n=3, cutoff=0.6)
        close = f" Close to it: {', '.join(near)}." if near else ""
        shown = "; ".join(places[:3]) + (f" and {len(places) - 3} more" if len(places) > 3 else "")
        yield (
            f'{fields[table][0]} "{printable(name)}" is not in {table}.csv (named in {shown}).{close}\n'
            f"      If it is new, give a row for it too, in a file with the columns {','.join(fields[table])}"
        )


def compare_figures(rows: list[tuple[str, Row]], existing: list[Row], outcome: Outcome) -> None:
    """Compares new observations with those of the same quantity.

    A second figure of one quantity from one origin is a fault, until its row says how it relates to the first. A figure from
    another origin is noted.
    """
    outcome.notes += _new_categories(rows, existing)
    by_id = {row["id"]: row for row in [*existing, *(row for _, row in rows)]}
    in_use = [row for row in existing if row["status"] == "use"]
    for file, row in rows:
        if row["status"] == "use":
            same = [other for other in in_use if all(row[column] == other[column] for column in QUANTITY[:-1])]
            # What was projected for a year and what was counted of it later are two figures.
            same = [other for other in same if (row["qualifier"] == PROJECTED) == (other["qualifier"] == PROJECTED)]
            if own := [other for other in same if row["origin"] == other["origin"]]:
                outcome.faults.append(_second_figure(file, row, own[0]))
                continue
            outcome.notes += [
                Fault(
                    file,
                    row.number,
                    None,
                    None,
                    f"{printable(other['id'])}, of {printable(other['origin'])}, is in use for the same quantity: "
                    f"{_figure(other)} there, {_figure(row)} here",
                    cause=f"rival {other['origin']}",
                )
                for other in same
            ]
            in_use.append(row)
        elif row["status"] == "rereport" and (target := by_id.get(row["same_as"])) and _figure(target) != _figure(row):
            reason = (
                f"says that it repeats {printable(target['id'])}, but that gives {_figure(target)} and this {_figure(row)}; a "
                "figure that differs has the status conflict"
            )
            outcome.notes.append(Fault(file, row.number, None, None, reason, cause="repeats another figure"))


def _second_figure(file: str, row: Row, other: Row) -> Fault:
    """The fault of a second figure of one quantity from one origin."""
    first = printable(other["id"])
    if _figure(row) == _figure(other):
        return Fault(
            file,
            row.number,
            "id",
            row["id"],
            (
                f"gives the same figure of the same quantity and origin as {first}: {_figure(row)}. If it repeats that one on "
                f"another page, give it status rereport and same_as {first}"
            ),
            cause="the same figure",
        )
    return Fault(
        file,
        row.number,
        "value" if row["value"] else "low",
        row["value"] or row["low"],
        (
            f"conflicts with {first}, the same quantity from the same origin: {_figure(other)} there, {_figure(row)} here. Give "
            f"this row status conflict and same_as {first}; if it is the better one, import it with SUPERSEDES={first}"
        ),
        cause="another figure",
    )


def _figure(row: Row) -> str:
    return printable(
        " ".join(
            f"{row[column]}" if column in ("qualifier", "value") else f"{column} {row[column]}" for column in FIGURE if row[column]
        )
    )


def _new_categories(rows: list[tuple[str, Row]], existing: list[Row]) -> Iterator[Fault]:
    """A note for each row of a category that no row has yet and that is spelt almost like one: it may be mistyped."""
    known = {row["category"] for row in existing}
    for file, row in rows:
        name = row["category"]
        if name not in known and (near := difflib.get_close_matches(name, known, n=1, cutoff=0.8)):
            reason = f"no row is of this category yet; did you mean {near[0]}?"
            yield Fault(file, row.number, "category", name, reason, cause=f"new category {name}")
