"""A mapping: a small YAML file beside data that others publish, which says how they become rows of a table of the book."""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from livingbook.contract.personal_data import is_personal
from livingbook.project.validation import validated
from livingbook.system.errors import BuildError, printable
from livingbook.system.readers import yaml_of

if TYPE_CHECKING:
    import pandas as pd

ORDERS = {"dmy": ("%d-%m-%Y", "%d-%m-%y"), "mdy": ("%m-%d-%Y", "%m-%d-%y"), "ymd": ("%Y-%m-%d", "%y-%m-%d")}
MIDNIGHT = r"[T ]00:00(?::00(?:\.0+)?)?(?:Z|\+00:00)?$"  # which spreadsheets and databases put behind a day
PLACE = re.compile(r"\{(\w+)(?::\.(\d+))?\}")  # of a field in the pattern of a key: {end}, or {end:.7} for its first 7 letters
QUANTITY = ("measure", "population", "category", "origin")  # fields by which running totals are told apart
MAY_BE_THOUSANDS = r"[-+]?[1-9]\d{0,2}\.\d{3}"

Text = Annotated[str, BeforeValidator(lambda given: given if isinstance(given, bool) or given is None else str(given))]


class Wide(BaseModel):
    """Columns that hold one field each for another value of a field: ``killed`` and ``wounded``, for example.

    columns: their names. name: the field that gets the name of the column; value: the field that gets the cell.
    """

    model_config = ConfigDict(extra="forbid")

    columns: Annotated[list[Text], Field(min_length=1)]
    name: str
    value: str


class Mapping(BaseModel):
    """How a file becomes rows of a table.

    table: of the book. separator, encoding, skip (lines above the header), sheet (of a spreadsheet), records (the names under which
    the list of records stands in JSON, as ``data.items``): how the file is read. decimal, thousands: how it writes numbers. dates:
    how it writes days, as ``dmy``, ``mdy``, ``ymd`` or a pattern of strptime. columns: field → column; a column with the name
    of a field need not be named. constants: field → what is in every row. translate: field → the file's word → the book's. wide:
    see ``Wide``. every: ``month`` or ``year`` to take only the rows that end on its last day. running_totals: fields that hold
    totals to date, of which the rows get what came to them since the row before. id: the pattern of the keys, as
    ``gs-losses-{end:.7}``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: str
    separator: Annotated[
        str, Field(min_length=1, max_length=1), BeforeValidator(lambda given: "\t" if given == "tab" else given)
    ] = ","
    encoding: str = "utf-8-sig"
    skip: Annotated[int, Field(ge=0)] = 0
    sheet: Text = ""
    records: str = ""
    decimal: Literal[".", ","] | None = None
    thousands: Literal[",", ".", " ", "'"] | None = None
    dates: Annotated[str, Field(pattern=r"^(dmy|mdy|ymd|.*%.*)?$")] = ""
    columns: dict[str, Text] = {}
    constants: dict[str, Text] = {}
    translate: dict[str, dict[str, Text]] = {}
    wide: Wide | None = None
    every: Literal["month", "year"] | None = None
    running_totals: list[str] = []
    id: str = ""


def mapping_of(path: Path) -> Mapping:
    """The mapping in a file. Raises ``BuildError`` that names file, field and reason for one that is not a mapping."""
    return validated(Mapping, yaml_of(path), str(path))


def mapped(mapping: Mapping, table: pd.DataFrame, schema: list[dict[str, Any]], where: str) -> pd.DataFrame:
    """The rows for the book's table, every cell a text; the index is that of the file's rows.

    schema: the fields of the table in the contract. Raises ``BuildError`` that begins with ``where`` for a field or column that
    there is not, and where a number could be read in two ways.
    """
    import pandas as pd

    fields = [spec["name"] for spec in schema]
    types = {spec["name"]: spec["type"] for spec in schema}
    _require_fields(mapping, fields, where)
    wide = mapping.wide
    if wide:
        _require_columns(wide.columns, table, where)
        others = [column for column in table.columns if column not in wide.columns]
        table = table.melt(others, wide.columns, wide.name, wide.value, ignore_index=False)
        table = table[table[wide.value] != ""].sort_index(kind="stable")
    _require_columns(mapping.columns.values(), table, where)
    rows = pd.DataFrame("", index=table.index, columns=fields, dtype=object)
    for field in fields:
        column = mapping.columns.get(field, field)
        if field in mapping.constants:
            rows[field] = mapping.constants[field]
        elif column in table.columns:
            rows[field] = table[column].astype(object)
        if field in mapping.translate:
            rows[field] = rows[field].replace(mapping.translate[field])
        if field not in mapping.constants and types[field] in ("number", "integer"):
            rows[field] = _numbers(mapping, rows[field], f"{where}, {field}")
        elif field not in mapping.constants and types[field] == "date":
            rows[field] = _days(mapping.dates, rows[field])
    if mapping.every:
        ends = pd.to_datetime(rows["end"], format="%Y-%m-%d", errors="coerce")
        rows = rows[ends.isna() | (ends.dt.is_month_end if mapping.every == "month" else ends.dt.is_year_end)]
    if mapping.running_totals:
        rows = _increases(rows, mapping.running_totals, where)
    if mapping.id:
        rows[fields[0]] = [_key(mapping.id, row) for row in rows.to_dict("records")]
    return rows


def _key(pattern: str, row: dict[str, str]) -> str:
    return PLACE.sub(lambda found: row[found[1]][: int(found[2]) if found[2] else None], pattern).lower()


def _require_fields(mapping: Mapping, fields: list[str], where: str) -> None:
    wide = [mapping.wide.name, mapping.wide.value] if mapping.wide else []
    named = [*mapping.columns, *mapping.constants, *mapping.translate, *mapping.running_totals, *wide]
    named += [found[1] for found in PLACE.finditer(mapping.id)] + (["end"] if mapping.every else [])
    _require_known(named, fields, f"{where} — the mapping names a field that {mapping.table} has not")


def _require_columns(named: Any, table: pd.DataFrame, where: str) -> None:
    _require_known(named, list(table.columns), f"{where} — the mapping names a column that is not there")
    if private := [column for column in named if is_personal(column)]:
        raise BuildError(
            f"{where}, {private[0]} — columns that could hold personal data are refused: the tables hold aggregates only"
        )


def _require_known(named: Any, known: list[str], fault: str) -> None:
    for name in named:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            meant = f"did you mean {near[0]}?" if near else f"there are {', '.join(map(printable, known[:20]))}"
            raise BuildError(f"{fault}: {printable(name)}; {meant}")


def _numbers(mapping: Mapping, cells: pd.Series, where: str) -> pd.Series:
    """Numbers as the book writes them. What is no number stays as it is, for the contract to refuse."""
    if not (mapping.decimal or mapping.thousands) and (found := cells[cells.str.fullmatch(MAY_BE_THOUSANDS)]).size:
        raise BuildError(
            f'{where}, row {found.index[0]}: "{found.iloc[0]}" ({found.size:,} times) — could be thousands or decimals: say in the '
            'mapping `thousands: "."` or `decimal: "."`'
        )
    plain = cells.str.replace(r"[\s\u00a0\u202f]", "", regex=True) if mapping.thousands == " " else cells
    if mapping.thousands in (",", ".", "'"):
        plain = plain.str.replace(mapping.thousands, "", regex=False)
    if mapping.decimal == ",":
        plain = plain.str.replace(",", ".", regex=False)
    return plain.map(_plain)


def _plain(text: str) -> str:
    """A number without exponent, plus sign, zeros before it and zeros after its decimals: ``1e5`` as ``100000``."""
    from decimal import Decimal

    if not re.fullmatch(r"[-+]?\d{1,30}(\.\d{0,30})?([eE][-+]?\d{1,2})?", text):
        return text
    found = format(Decimal(text), "f")
    return (found.rstrip("0").rstrip(".") if "." in found else found) or "0"


def _days(order: str, cells: pd.Series) -> pd.Series:
    """Days as YYYY-MM-DD. What is no day stays as it is, for the contract to refuse."""
    import pandas as pd

    cells = cells.str.replace(MIDNIGHT, "", regex=True)
    found = cells
    for pattern in ORDERS.get(order, (order,) if order else ()):
        texts = cells.str.replace(r"[./ ]", "-", regex=True) if order in ORDERS else cells
        read = pd.to_datetime(texts, format=pattern, errors="coerce")
        found = found.where(read.isna() | cells.str.fullmatch(r"\d{4}-\d\d-\d\d"), read.dt.strftime("%Y-%m-%d"))
    return found


def _increases(rows: pd.DataFrame, fields: list[str], where: str) -> pd.DataFrame:
    """Rows whose totals to date are replaced by what came to them since the row before; each then begins where that one ended.

    The first row of a quantity keeps its total. Raises ``BuildError`` for a total that is no number.
    """
    import pandas as pd

    rows = rows.sort_values("end", kind="stable")
    groups = [field for field in QUANTITY if field in rows.columns]
    for field in fields:
        totals = pd.to_numeric(rows[field], errors="coerce")
        if (wrong := totals.isna()).any():
            raise BuildError(f"{where}, {field}, row {rows.index[wrong][0]} — a running total must be a number")
        since = totals - totals.groupby([rows[name] for name in groups]).shift()
        rows[field] = rows[field].where(since.isna(), since.map(lambda found: _plain(f"{found:.6f}")))
    before = pd.to_datetime(rows.groupby(groups)["end"].shift(), errors="coerce") + pd.Timedelta(days=1)
    rows["start"] = rows["start"].where(before.isna(), before.dt.strftime("%Y-%m-%d"))
    return rows.sort_index(kind="stable")
