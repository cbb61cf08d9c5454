"""The data contract: is a folder of tables fit to make the book from?

`check(folder)` holds the tables to `data/datapackage.json` (a Frictionless Data Package) and to the rules
that a schema cannot say, which stand in one list, `RULES`, at the end of the rules below. Every fault found is
reported at once, as a `Fault` that names file, row, field, value and reason.

    python -m desertion.contract FOLDER

prints the faults one a line and exits with 1, or says that all is good and exits with 0.

Tables are held as columns of distinct texts (`columns`), so that a table of a million rows costs as much as its distinct
texts and little more. Importing this module is cheap: what is heavy is loaded only when a folder is checked.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .columns import Column

CONTRACT_NAME = "datapackage.json"
# The book's own contract. It lies in the repository, two folders above this package.
PROJECT_CONTRACT = Path(__file__).resolve().parents[2] / "data" / CONTRACT_NAME

MAX_FILE_BYTES = 512 * 1024 * 1024  # two million observations; a larger file could hold up a build for minutes
ROWS_AT_ONCE = 20_000  # rows that are held as lists of texts while a table is read
MAX_SCHEMA_FAULTS = 10_000  # a table; beyond it the report says that it was cut


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a folder of tables.

    `row` is the line of the file on which the row begins (the header is line 1), None where the fault is about the
    whole table; `field` and `value` are None where no one cell is meant.
    """

    file: str
    row: int | None
    field: str | None
    value: str | None
    reason: str

    def __str__(self) -> str:
        """For a person, on one line: `observations.csv, row 17, value: "12O" — must be a number`."""
        where = [self.file]
        if self.row is not None:
            where.append(f"row {self.row}")
        if self.field is not None:
            where.append(printable(self.field))
        shown = "" if self.value is None else ": (empty)" if self.value == "" else f': "{printable(self.value)}"'
        return f"{', '.join(where)}{shown} — {self.reason}"


def printable(text: str, longest: int = 100) -> str:
    """`text` fit for one line of a terminal: invisible characters as escapes, cut after `longest` characters."""
    cut = text if len(text) <= longest else text[:longest] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in cut)


# --- Rules that a schema cannot say ---------------------------------------------------------------------------------
# Each takes the tables it is about and yields faults; its docstring is the rule in words. Cells that are no number or
# no date are the schema's business: here they are passed over.

MAY_SHRINK = frozenset({"theatre_strength_change"})  # measures whose figures may be negative
WHOLE_KINDS = frozenset({"flow", "stock"})  # kinds of measure that count things one by one

PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
PLAIN_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
SLUG = re.compile(r"[a-z0-9][a-z0-9_-]*")
FIGURES = ("low", "value", "high")


def number(text: str) -> float | None:
    """The number a cell holds; None if it is empty or not plainly written."""
    return float(text) if PLAIN_NUMBER.fullmatch(text) else None


def day(text: str) -> int | None:
    """A number that is in the order of the calendar, of a date as the tables write it; None if it is written otherwise."""
    return int(text.replace("-", "")) if PLAIN_DATE.fullmatch(text) else None


def of_kind(observations: Table, measures: Table, *kinds: str) -> Any:
    """Which observations are of a measure of one of these kinds; those of unknown measures are not."""
    kind = dict(zip(measures["measure"], measures["kind"], strict=True))
    return observations["measure"].each(lambda measure: kind.get(measure) in kinds)


def period_runs_forward(observations: Table) -> Iterator[Fault]:
    """A period does not end before it starts."""
    start, end = observations["start"], observations["end"]
    yield from observations.faults(
        start.each(day, float) > end.each(day, float), "start", lambda row: f"is after the end of the period, {end[row]}"
    )


def period_fits_the_kind(observations: Table, measures: Table) -> Iterator[Fault]:
    """A flow is counted over a period and has a start; a stock is counted at a date and has none."""
    measure, given = observations["measure"], observations["start"].each(bool)
    yield from observations.faults(
        of_kind(observations, measures, "stock") & given,
        "start",
        lambda row: f"must be empty: {measure[row]} is a stock, counted at a date",
    )
    yield from observations.faults(
        of_kind(observations, measures, "flow") & ~given,
        "start",
        lambda row: f"is missing: {measure[row]} is a flow, counted over a period",
    )


def bounds_in_order(observations: Table) -> Iterator[Fault]:
    """The lower end is not above the figure, and the figure not above the upper end."""
    low, value, high = (observations[column].each(number, float) for column in FIGURES)
    for where, lower, upper in [
        (low > value, "low", "value"),
        (value > high, "value", "high"),
        ((low > high) & (value != value), "low", "high"),  # what is not given is not a number, equal to nothing
    ]:
        cells = observations[upper]
        yield from observations.faults(where, lower, lambda row, u=upper, c=cells: f"is more than {u}, {c[row]}")


def figures_fit_the_qualifier(observations: Table) -> Iterator[Fault]:
    """A range has low and high; every other figure has a value, and only an estimate or projection a low and high too."""
    qualifier = observations["qualifier"]
    given = {column: observations[column].each(bool) for column in FIGURES}
    is_range = qualifier.among({"range"})
    for column, needed in {"value": ~is_range, "low": is_range, "high": is_range}.items():
        yield from observations.faults(
            needed & ~given[column],
            column,
            lambda row: f'is missing: a figure with the qualifier "{qualifier[row]}" needs it',
        )
    bounded = qualifier.among({"exact", "about", "at_least", "at_most"})
    for column in ("low", "high"):
        yield from observations.faults(
            bounded & given[column], column, lambda row: f'must be empty: the qualifier "{qualifier[row]}" gives the bounds'
        )
    both = qualifier.among({"estimate", "projection"})
    for column, other in (("low", "high"), ("high", "low")):
        yield from observations.faults(
            both & ~given[column] & given[other], column, "is missing: low and high are given together or not at all"
        )


def shares_are_fractions(observations: Table, measures: Table) -> Iterator[Fault]:
    """A share lies between 0 and 1 (half is 0.5, not 50)."""
    measure, shares = observations["measure"], of_kind(observations, measures, "share")
    for column in FIGURES:
        yield from observations.faults(
            shares & observations[column].each(lambda text: not 0 <= (number(text) or 0) <= 1),
            column,
            lambda row: f"must lie between 0 and 1: {measure[row]} is a share",
        )


def counts_are_not_negative(observations: Table) -> Iterator[Fault]:
    """No figure is negative, except the measures that may shrink."""
    measure = observations["measure"]
    for column in FIGURES:
        yield from observations.faults(
            ~measure.among(MAY_SHRINK) & observations[column].each(lambda text: (number(text) or 0) < 0),
            column,
            lambda row: f"must not be negative: {measure[row]} counts from 0 up",
        )


def counts_are_whole(observations: Table, measures: Table) -> Iterator[Fault]:
    """Flows and stocks count persons, cases and the like one by one: their figures are whole numbers."""
    measure, whole = observations["measure"], of_kind(observations, measures, *WHOLE_KINDS)
    for column in FIGURES:
        yield from observations.faults(
            whole & observations[column].each(lambda text: not (number(text) or 0.0).is_integer()),
            column,
            lambda row: f"must be a whole number: {measure[row]} counts things one by one",
        )


def same_as_where_due(observations: Table) -> Iterator[Fault]:
    """A rereport or conflict names the preferred row in same_as; a row in use never does; a rejected row may."""
    status, given = observations["status"], observations["same_as"].each(bool)
    yield from observations.faults(
        status.among({"rereport", "conflict"}) & ~given,
        "same_as",
        lambda row: f"is missing: a {status[row]} names the preferred row",
    )
    yield from observations.faults(
        status.among({"use"}) & given, "same_as", 'must be empty: a row of status "use" stands for itself'
    )


def same_as_leads_to_use(observations: Table) -> Iterator[Fault]:
    """The row that same_as names has status use, counts the same measure, and is another row."""
    status, measure, same_as = (observations[column] for column in ("status", "measure", "same_as"))
    target = same_as.row_in(observations["id"])
    # That there is no such row is for the schema's foreign key to say.
    named = same_as.each(bool) & (target >= 0)
    itself = target == range(len(target))
    used = status.among({"use"})[target]
    yield from observations.faults(named & itself, "same_as", "points to its own row")
    yield from observations.faults(
        named & ~itself & ~used,
        "same_as",
        lambda row: f'must point to a row of status "use"; that one is "{status[target[row]]}"',
    )
    yield from observations.faults(
        named & ~itself & used & (measure.numbers != measure.numbers[target]),
        "same_as",
        lambda row: f"points to another measure, {measure[target[row]]}, not {measure[row]}",
    )


def no_figure_twice(observations: Table) -> Iterator[Fault]:
    """No two rows give the same figure of the same origin from the same page for the same people and period."""
    from .columns import alike

    names = ("measure", "population", "category", "start", "end", *FIGURES, "origin", "source")
    columns, key = [observations[name] for name in names], observations["id"]
    first: dict[tuple[str, ...], str] = {}
    for row in alike(columns):
        same = first.setdefault(tuple(column[row] for column in columns), key[row])
        if same != key[row]:
            yield observations.fault(row, "id", f"is the same figure as {same}: keep one of them")


def share_is_unit_and_kind(measures: Table) -> Iterator[Fault]:
    """A measure of kind share has the unit share, and the other way round."""
    kind, unit = measures["kind"], measures["unit"]
    yield from measures.faults(
        kind.among({"share"}) != unit.among({"share"}),
        "unit",
        lambda row: f'does not fit the kind "{kind[row]}": kind and unit are both "share" or neither is',
    )


def published_as_precisely_as_said(sources: Table) -> Iterator[Fault]:
    """A date of publication is a day of the calendar, and as long as its precision says; an unknown one is empty."""
    lengths = {"unknown": 0, "year": 4, "month": 7, "day": 10}
    published, precision = sources["published"], sources["published_precision"]
    misfit = (published.each(len, int) != precision.each(lengths.get, float)) & precision.among(lengths)
    yield from sources.faults(misfit, "published", lambda row: f'does not fit the precision "{precision[row]}"')
    odd = published.each(lambda text: bool(PLAIN_DATE.fullmatch(text)) and not is_day(text))
    yield from sources.faults(~misfit & odd, "published", "is not a day of the calendar")


def is_day(text: str) -> bool:
    """True if YYYY-MM-DD is a day of the calendar."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def parents_make_no_circle(populations: Table) -> Iterator[Fault]:
    """No population is, however far up, a part of itself."""
    parents = dict(zip(populations["population"], populations["parent"], strict=True))
    for row, (population, above) in enumerate(zip(populations["population"], populations["parent"], strict=True)):
        seen: set[str] = set()
        while above and above in parents and above != population and above not in seen:
            seen.add(above)
            above = parents[above]
        if above and above == population:
            yield populations.fault(row, "parent", f"makes {population} a part of itself")


def claims_name_known_measures(claims: Table, measures: Table) -> Iterator[Fault]:
    """Every key in a claim's list of measures is in measures, once."""
    yield from _listed(claims, "measures", set(measures["measure"].texts))


def claims_name_known_sources(claims: Table, sources: Table) -> Iterator[Fault]:
    """Every key in a claim's list of sources is in sources, once."""
    yield from _listed(claims, "sources", set(sources["source"].texts))


def _listed(table: Table, column: str, known: set[str]) -> Iterator[Fault]:
    """Faults of a column that holds keys separated by semicolons."""

    def wrong(text: str) -> Iterator[str]:
        for key, times in Counter(text.split(";") if text else []).items():
            if key not in known:
                yield f'"{printable(key)}" is not in {column}.csv'
            if times > 1:
                yield f'"{printable(key)}" is listed twice'

    yield from table.faults_of_texts(column, wrong)


# Line breaks and other control characters; marks that turn the direction of writing; spaces of no width.
HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")


def no_hidden_characters(text: str) -> Iterator[str]:
    """A cell is one line of visible text: no line breaks, control characters, or marks that turn the writing round."""
    if found := HIDDEN.search(text):
        yield f"holds an invisible character, U+{ord(found.group()):04X}: take it out"


def no_stray_spaces(text: str) -> Iterator[str]:
    """A cell neither begins nor ends with a space."""
    if text != text.strip() and not HIDDEN.search(text):
        yield "begins or ends with a space"


def no_formulas(text: str) -> Iterator[str]:
    """No text begins with =, +, - or @, which a spreadsheet would take for a formula and run."""
    if text[:1] in {"=", "+", "-", "@"} and not PLAIN_NUMBER.fullmatch(text):
        yield f'begins with "{text[0]}", which a spreadsheet runs as a formula'


_CAP = "[A-ZА-ЯЁІЇЄҐ]"
_WORD = _CAP + r"[\w'’-]+"
_PATRONYMIC = (
    _CAP + r"[\w'’-]*(?:ович|евич|йович|ьич|овна|евна|івна|ївна|ична|ovich|evich|ovych|evych|iovych|ovna|evna|ivna)\b"
)
_UNIT = r"(?:в/ч|войсков\w+ част\w+|військов\w+ частин\w+|military unit|unit)\s*(?:№|no\.?|#)?\s*[0-9]{4,6}"
LONGEST_LOOKED_AT = 2_000  # characters of a cell; no field takes more, and a hostile cell must not hold up the search
PERSONAL_VALUES = {
    "a phone number": re.compile(
        r"\+[0-9](?:[ ().-]*[0-9]){9,13}(?![0-9])"
        r"|(?<![0-9])[78][ (-]*9[0-9]{2}[ )-]*[0-9]{3}[ -]?[0-9]{2}[ -]?[0-9]{2}(?![0-9])"
    ),
    "an e-mail address": re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}\.\w"),
    "a date of birth": re.compile(
        r"(?i)(?:\bborn(?: on)?|\bdate of birth|\bd\.?o\.?b\.?"
        r"|\bдата (?:рождения|народження)|\bродил(?:ся|ась)|\bнароди(?:вся|лася?))"
        r"\W{0,3}(?:[0-9]{1,2}[ ./-]\w{1,9}[ ./-][0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2})|[0-9]{4}\s?[гр]\.\s?[рн]\."
    ),
    "the number of a document": re.compile(
        r"(?i)\b(?:passport|паспорт\w*|military id|военн\w+ билет\w*|військов\w+ квит\w+|личн\w+ номер\w*"
        r"|personal number)\W{0,3}(?:no|number|номер|№|сер\w*)?\W{0,3}[A-ZА-Я]{0,2}[ -]?[0-9]{2}[ -]?[0-9]{2}"
    ),
    "the full name of a person": re.compile(rf"\b(?:{_WORD}\s+{_WORD}\s+{_PATRONYMIC}|{_WORD}\s+{_PATRONYMIC}\s+{_WORD})"),
    "a military unit and a person": re.compile(rf"(?i:{_UNIT})\s*[,:–—-]?\s*{_WORD}\s+{_CAP}[\w.'’-]"),
}


def no_personal_details(text: str) -> Iterator[str]:
    """No text holds what looks like a person's phone number, address, birth date, document, full name or unit and name."""
    text = text[:LONGEST_LOOKED_AT]
    if SLUG.fullmatch(text) or PLAIN_NUMBER.fullmatch(text) or text.startswith(("http://", "https://")):
        return
    for what, pattern in PERSONAL_VALUES.items():
        if pattern.search(text):
            yield f"looks like {what}: the tables hold aggregates only, no personal data"


@dataclass(frozen=True)
class Rule:
    """A rule beside the schema: the function that says it, and the columns it reads.

    The function gets the tables that the columns belong to, in the order they are first named, and yields faults. A
    rule is passed over while one of its columns is missing, which is reported as a fault of its own. A rule that reads
    "*" is about every cell by itself: its function gets the cell's text, and yields the reasons why it is wrong.
    """

    says: Callable[..., Iterator[Fault] | Iterator[str]]
    reads: tuple[str, ...]

    @property
    def words(self) -> str:
        """The rule as a sentence."""
        return " ".join((self.says.__doc__ or "").split())

    @property
    def tables(self) -> list[str]:
        """The tables the function gets, in order."""
        return list(dict.fromkeys(column.partition(".")[0] for column in self.reads))


def _reads(table: str, *columns: str) -> tuple[str, ...]:
    return tuple(f"{table}.{column}" for column in columns)


_KIND = (*_reads("observations", "measure"), *_reads("measures", "measure", "kind"))
_FIGURES = _reads("observations", *FIGURES)

# Every rule there is, in the order it is tried.
RULES: list[Rule] = [
    Rule(period_runs_forward, _reads("observations", "start", "end")),
    Rule(period_fits_the_kind, (*_reads("observations", "start"), *_KIND)),
    Rule(bounds_in_order, _FIGURES),
    Rule(figures_fit_the_qualifier, (*_FIGURES, *_reads("observations", "qualifier"))),
    Rule(shares_are_fractions, (*_FIGURES, *_KIND)),
    Rule(counts_are_not_negative, (*_FIGURES, *_reads("observations", "measure"))),
    Rule(counts_are_whole, (*_FIGURES, *_KIND)),
    Rule(same_as_where_due, _reads("observations", "status", "same_as")),
    Rule(same_as_leads_to_use, _reads("observations", "id", "measure", "status", "same_as")),
    Rule(
        no_figure_twice,
        (
            *_FIGURES,
            *_reads("observations", "id", "measure", "population", "category", "start", "end", "origin", "source"),
        ),
    ),
    Rule(share_is_unit_and_kind, _reads("measures", "kind", "unit")),
    Rule(published_as_precisely_as_said, _reads("sources", "published", "published_precision")),
    Rule(parents_make_no_circle, _reads("populations", "population", "parent")),
    Rule(claims_name_known_measures, (*_reads("claims", "measures"), *_reads("measures", "measure"))),
    Rule(claims_name_known_sources, (*_reads("claims", "sources"), *_reads("sources", "source"))),
    Rule(no_hidden_characters, ("*",)),
    Rule(no_stray_spaces, ("*",)),
    Rule(no_formulas, ("*",)),
    Rule(no_personal_details, ("*",)),
]


# --- Columns that could hold personal data --------------------------------------------------------------------------

# fmt: off
PERSONAL_COLUMNS = frozenset(
    {
        "name", "names", "fullname", "full_name", "first_name", "firstname", "last_name", "lastname", "surname",
        "forename", "given_name", "family_name", "patronymic", "middle_name", "maiden_name", "nickname", "callsign",
        "call_sign", "person", "soldier", "serviceman", "birth", "birthday", "birthdate", "birth_date",
        "date_of_birth", "dob", "born", "birthplace", "birth_year", "age_of_person", "phone", "telephone", "mobile",
        "tel", "email", "e_mail", "mail", "address", "home_address", "street", "residence", "telegram", "vk",
        "account", "passport", "passport_no", "military_id", "id_card", "identity", "personal_number",
        "service_number", "token", "dog_tag", "inn", "snils", "tax_id", "photo", "face", "relatives", "mother",
        "father", "wife", "spouse", "next_of_kin", "фио", "имя", "имена", "фамилия", "отчество", "позывной",
        "рождения", "дата_рождения", "телефон", "паспорт", "адрес", "снилс", "инн", "личный_номер", "піб", "ім_я",
        "ім'я", "імена", "прізвище", "по_батькові", "позивний", "народження", "дата_народження", "адреса",
    }
)
# fmt: on


def is_personal(column: str) -> bool:
    """True if a column of this name could hold personal data: the whole name or one of its words says so."""
    spaced = re.sub(r"(?<=[a-zа-яіїєґ])(?=[A-ZА-ЯІЇЄҐ])", "_", column).casefold()
    words = [word for word in re.split(r"[^\w'’]+|_+", spaced) if word]
    return "_".join(words) in PERSONAL_COLUMNS or any(word in PERSONAL_COLUMNS for word in words)


# --- Reading the tables ---------------------------------------------------------------------------------------------


class Row(dict[str, str]):
    """A row of a table: column → text of the cell as it stands in the file; knows its line."""

    __slots__ = ("line",)

    def __init__(self, cells: Iterable[tuple[str, str]], line: int) -> None:
        super().__init__(cells)
        self.line = line


@dataclass
class Table:
    """A table as read. `whole` is False if some of it could not be read, so that nothing may be looked up in it.

    Rows are counted from 0; `lines` tells on which line of the file each begins.
    """

    name: str
    lines: list[int] = field(default_factory=list)
    columns: dict[str, Column] = field(default_factory=dict)
    whole: bool = True
    ragged: set[int] = field(default_factory=set)  # lines with too many or too few cells
    faults_of_shape: list[Fault] = field(default_factory=list)

    @property
    def file(self) -> str:
        """Name of the table's file."""
        return f"{self.name}.csv"

    def __getitem__(self, column: str) -> Column:
        return self.columns[column]

    @property
    def rows(self) -> list[Row]:
        """The rows one by one, for what cannot be asked of whole columns."""
        cells = zip(*self.columns.values(), strict=True)
        return [Row(zip(self.columns, each, strict=True), line) for each, line in zip(cells, self.lines, strict=True)]

    def fault(self, row: int, column: str, reason: str) -> Fault:
        """A fault of one cell."""
        return Fault(self.file, self.lines[row], column, self[column][row], reason)

    def faults(self, where: Any, column: str, reason: str | Callable[[int], str]) -> Iterator[Fault]:
        """Faults of a column's cells in the rows where an array is true."""
        for row in where.nonzero()[0]:
            yield self.fault(row, column, reason if isinstance(reason, str) else reason(row))

    def faults_of_texts(self, column: str, wrong: Callable[[str], Iterable[str]]) -> Iterator[Fault]:
        """Faults of a column's cells for every reason why its text is wrong, whatever row it stands in."""
        cells = self[column]
        reasons = {number: found for number, text in enumerate(cells.texts) if (found := list(wrong(text)))}
        for row in cells.rows_of(reasons):
            for reason in reasons[cells.numbers[row]]:
                yield self.fault(row, column, reason)

    def add(self, reason: str, row: int | None = None, column: str | None = None) -> None:
        """Note a fault of the table or of a whole row."""
        self.faults_of_shape.append(Fault(self.file, row, column, None, reason))

    def unreadable(self, reason: str, row: int | None = None) -> Table:
        """Note a fault that keeps the table, or what follows in it, from being read."""
        self.whole = False
        self.add(reason, row)
        return self


def read_table(folder: Path, name: str, fields: list[str]) -> Table:
    """Read `name`.csv of `folder`; what is wrong with its shape is noted in the table, nothing is raised.

    UTF-8 with or without a byte-order mark, and any line ends. The columns may stand in any order.
    """
    table = Table(name)
    content = _content(folder / table.file, table)
    if content is None:
        return table
    reader = csv.reader(io.TextIOWrapper(io.BytesIO(content), "utf-8-sig", newline=""), strict=True)
    rows = _rows(reader, table)
    _, header = next(rows, (0, None))
    if header is None:
        return table.unreadable("is empty: not even a header") if table.whole else table
    _read_header(header, fields, table)
    if table.whole:
        _read_rows(rows, header, table)
        if table.whole and not table.lines:
            table.unreadable("has a header but no rows")
    return table


def _rows(reader: Any, table: Table) -> Iterator[tuple[int, list[str]]]:
    """Line and cells of each row, up to the first that cannot be read."""
    while True:
        # The reader counts the lines it has used up; a row begins on the next one, even if its cells hold line breaks.
        line = reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            table.unreadable(f"cannot be read from here on: {_csv_reason(error)}", line)
            return


def _read_rows(rows: Iterator[tuple[int, list[str]]], header: list[str], table: Table) -> None:
    """Take the rows in, many at a time; a ragged one keeps its place, so that its key can be found."""
    while some := list(islice(rows, ROWS_AT_ONCE)):
        kept = []
        for line, cells in some:
            if not any(cells):
                table.add("is an empty row: take it out", line)
                continue
            if len(cells) != len(header):
                table.ragged.add(line)
                table.add(f"has {len(cells)} cells where the header has {len(header)} columns", line)
                cells = [*cells, *[""] * len(header)][: len(header)]
            table.lines.append(line)
            kept.append(cells)
        for column, cells in zip(header, zip(*kept, strict=True), strict=False):  # no columns where no row was kept
            if column in table.columns:
                table[column].take(cells)


def _content(path: Path, table: Table) -> bytes | None:
    """The bytes of a file of UTF-8 text, or None with the reason noted."""
    try:
        if not path.exists():
            table.unreadable("is missing from the folder")
            return None
        if not path.is_file():
            table.unreadable("is not a file")
            return None
        if path.stat().st_size > MAX_FILE_BYTES:
            table.unreadable(f"is larger than {MAX_FILE_BYTES // 1024**2} MB")
            return None
        content = path.read_bytes()
    except OSError as error:
        table.unreadable(f"cannot be read: {error.strerror or error}")
        return None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        table.unreadable("is UTF-16 text: save it as UTF-8")
        return None
    try:
        content.decode()
        return content
    except UnicodeDecodeError as error:
        byte = content[error.start] if error.start < len(content) else 0
        table.unreadable(f"is not UTF-8 text (byte {byte:#04x}): save it as UTF-8", _line_of(content, error.start))
        return None


def _line_of(content: bytes, position: int) -> int:
    """Line of a file on which a byte stands."""
    before = content[:position]
    return 1 + before.count(b"\n") + before.replace(b"\r\n", b"").count(b"\r")


def _csv_reason(error: csv.Error) -> str:
    """What the csv module found wrong, in plain words."""
    message = str(error)
    if "unexpected end of data" in message:
        return "a quotation mark is opened and never closed"
    if "expected after" in message:
        return "a quotation mark closes in the middle of a cell (a quotation mark inside a cell is written twice)"
    return message


def _read_header(cells: list[str], fields: list[str], table: Table) -> None:
    """Make the columns of a table; missing, repeated and unknown ones are noted."""
    from .columns import Column

    if len(cells) == 1 and len(fields) > 1 and any(mark in cells[0] for mark in ";\t"):
        table.unreadable("has its columns separated by semicolons or tabs: save it with commas", 1)
        return
    for column in dict.fromkeys(cells):
        if column in fields:
            if cells.count(column) > 1:
                table.unreadable(f"has the column {column} more than once", 1)
        elif is_personal(column):
            table.add(
                "columns that could hold personal data are refused: the tables hold aggregates only",
                column=column,
            )
        elif not column.strip():
            table.add("has a column without a name", 1)
        else:
            table.add("is not a column of the contract: take it out", column=column)
    for column in fields:
        if column not in cells:
            table.add("the column is missing", column=column)
    table.columns = {column: Column() for column in fields if column in cells}
    if not table.columns:
        table.unreadable("has none of the columns of the contract in its first row", 1)


# --- The schema: frictionless judges each distinct text of a column -------------------------------------------------


def _schema_faults(contract: dict[str, Any], tables: dict[str, Table]) -> list[Fault]:
    """What the schema says is wrong with the rows that could be read."""
    faults: list[Fault] = []
    for resource in contract["resources"]:
        table = tables[resource["name"]]
        found = sorted(_faults_of_schema(resource["schema"], table, tables), key=lambda fault: fault.row or 0)
        faults += found[:MAX_SCHEMA_FAULTS]
        if len(found) >= MAX_SCHEMA_FAULTS:
            reason = f"has {MAX_SCHEMA_FAULTS:,} faults or more; the rest are not listed: mend these and check again"
            faults.append(Fault(table.file, None, None, None, reason))
    return faults


def _faults_of_schema(schema: dict[str, Any], table: Table, tables: dict[str, Table]) -> Iterator[Fault]:
    """The same for one table, not in order, and not many more than are told of any one demand.

    Keys consist of fields that are required and unique, so that there is nothing more to say of a primary key.
    """
    specs = {spec["name"]: spec for spec in schema["fields"] if spec["name"] in table.columns}
    for column, spec in specs.items():
        yield from islice(table.faults_of_texts(column, _judge(spec, schema)), MAX_SCHEMA_FAULTS)
    for column, spec in specs.items():
        if spec.get("constraints", {}).get("unique"):
            before = table[column].row_before()
            twice = table[column].each(bool) & (before >= 0)
            told = table.faults(twice, column, lambda row, b=before: f"is there twice: also in row {table.lines[b[row]]}")
            yield from islice(told, MAX_SCHEMA_FAULTS)
    for key in schema.get("foreignKeys", []):
        if _can_look_up(key, table, tables):
            (column,), (there,) = _names(key["fields"]), _names(key["reference"]["fields"])
            other = tables[key["reference"].get("resource") or table.name]
            lost = table[column].each(bool) & (table[column].row_in(other[there]) < 0)
            told = table.faults(lost, column, f"is not in {other.file} (column {there})")
            yield from islice(told, MAX_SCHEMA_FAULTS)


def _judge(spec: dict[str, Any], schema: dict[str, Any]) -> Callable[[str], Iterator[str]]:
    """The reasons why a text may not stand in a field, as a function of the text."""
    from frictionless import Schema

    (described,) = Schema.from_descriptor({**_without_keys(schema), "fields": [spec]}).fields
    read = described.create_cell_reader()

    def wrong(text: str) -> Iterator[str]:
        _, notes = read(_as_written(text, spec))
        for demand, note in (notes or {}).items():
            yield _type_reason(spec) if demand == "type" else _constraint_reason(demand, note, text, spec)

    return wrong


def _without_keys(schema: dict[str, Any]) -> dict[str, Any]:
    return {name: schema[name] for name in schema if name not in ("primaryKey", "foreignKeys")}


def _can_look_up(key: dict[str, Any], table: Table, tables: dict[str, Table]) -> bool:
    """True if both ends of a foreign key could be read whole."""
    other = tables[key["reference"].get("resource") or table.name]
    columns_there = set(_names(key["fields"])) <= set(table.columns)
    return other.whole and columns_there and set(_names(key["reference"]["fields"])) <= set(other.columns)


def _names(names: str | list[str]) -> list[str]:
    """A key of one field may be written as a text or as a list."""
    return [names] if isinstance(names, str) else names


def _as_written(cell: str, spec: dict[str, Any]) -> str:
    """A cell as frictionless gets it.

    frictionless reads "NaN", "1_000", "1e5" and digits of other scripts as numbers, and "2024-1-5" as a date; the
    book reads none of them. Such a cell is marked, so that it is reported as being of the wrong type.
    """
    plain = {"number": PLAIN_NUMBER, "integer": PLAIN_NUMBER, "date": PLAIN_DATE}.get(spec["type"])
    return cell if not cell or plain is None or plain.fullmatch(cell) else f"not plain: {cell}"


def _type_reason(spec: dict[str, Any]) -> str:
    """Why a cell is not of its field's type."""
    if spec["type"] == "boolean":
        return f"must be {' or '.join([*spec.get('trueValues', ['true']), *spec.get('falseValues', ['false'])])}"
    reasons = {
        "number": "must be a number, in digits, with a point before decimals",
        "date": "must be a day of the calendar, written YYYY-MM-DD",
    }
    return reasons.get(spec["type"], f"must be of the type {spec['type']}")


def _constraint_reason(name: str, note: str, cell: str, spec: dict[str, Any]) -> str:
    """Why a cell breaks its field's constraint of that name; `note` is how frictionless says it."""
    bound = spec.get("constraints", {}).get(name)
    reasons: dict[str, str] = {
        "required": "must not be empty",
        "pattern": f"must be {spec.get('form', f'of the form {bound}')}",
        "minimum": f"must not be less than {bound}",
        "maximum": f"must not be more than {bound}",
        "maxLength": f"is {len(cell):,} characters long: at most {bound} fit",
    }
    if name == "enum":
        return f"must be one of: {', '.join(map(str, bound or []))}"
    return reasons.get(name, note)


# --- The contract itself --------------------------------------------------------------------------------------------


def _load_contract(path: Path) -> tuple[dict[str, Any] | None, list[Fault]]:
    """The contract at `path`, or None and what is wrong with it."""

    def broken(reason: str, row: int | None = None) -> tuple[None, list[Fault]]:
        return None, [Fault(CONTRACT_NAME, row, None, None, reason)]

    try:
        contract = json.loads(path.read_bytes())
    except json.JSONDecodeError as error:
        return broken(f"is not JSON: {error.msg}", error.lineno)
    except (ValueError, RecursionError):
        return broken("is not JSON")
    except OSError as error:
        return broken(f"cannot be read: {error.strerror or error}")
    try:
        for resource in contract["resources"]:
            name = resource["name"]
            if not SLUG.fullmatch(name) or resource["path"] != f"{name}.csv":
                return broken(f'the table "{printable(str(name))}" must lie in a file of its own name beside it')
            for spec in resource["schema"]["fields"]:
                if not {"name", "type"} <= spec.keys():
                    return broken(f'the table "{name}" has a field without name or type')
            for key in resource["schema"].get("foreignKeys", []):
                (_,), (_,) = _names(key["fields"]), _names(key["reference"]["fields"])
                key["reference"].get("resource")
        names = [resource["name"] for resource in contract["resources"]]
    except (KeyError, TypeError, AttributeError, ValueError):
        return broken("does not describe tables: each resource needs name, path and a schema with fields; keys of one field")
    if len(set(names)) < len(names):
        return broken("describes a table twice")
    reasons = _metadata_reasons(json.dumps(contract))
    wrong = [Fault(CONTRACT_NAME, None, None, None, f"is not a data package: {reason}") for reason in reasons]
    return (None, wrong) if wrong else (contract, [])


@lru_cache(maxsize=4)  # frictionless takes long over it, and many folders are held to the same contract
def _metadata_reasons(text: str) -> list[str]:
    """What frictionless finds wrong with the text of a contract as a data package."""
    from frictionless import FrictionlessException, Package

    samples = {"number": "0", "integer": "0", "date": "2000-01-01"}
    try:
        package = Package.from_descriptor(json.loads(text))
        for resource in package.resources:
            for key in resource.schema.foreign_keys:
                package.get_resource(key["reference"]["resource"] or resource.name)
            for spec in resource.schema.fields:
                spec.read_cell(samples.get(spec.type, "a"))  # a bound that is no number or date shows itself only here
    except FrictionlessException as error:
        return [reason.note for reason in error.reasons] or [error.error.note]
    except Exception as error:  # frictionless stumbles in many ways over a descriptor of the wrong shape
        return [f"{type(error).__name__}: {error}"]
    return []


def _what_it_checks(contract: dict[str, Any]) -> dict[tuple[str, str | None], Any]:
    """What a contract demands, without its titles and descriptions: (table, field) → demands."""
    demands: dict[tuple[str, str | None], Any] = {}
    for resource in contract["resources"]:
        schema = resource["schema"]
        demands[resource["name"], None] = [
            schema.get("missingValues", [""]),
            _names(schema.get("primaryKey", [])),
            sorted(json.dumps(key, sort_keys=True) for key in schema.get("foreignKeys", [])),
        ]
        for spec in schema["fields"]:
            texts = {"title", "description", "form"}
            demands[resource["name"], spec["name"]] = {key: spec[key] for key in spec if key not in texts}
    return demands


def _contract_for(folder: Path) -> tuple[dict[str, Any] | None, list[Fault]]:
    """The contract that a folder is held to, or None and the reasons.

    That is the book's own. A folder may bring a copy with other titles and descriptions, but no other demands: the
    book's code relies on them.
    """
    own = folder / CONTRACT_NAME
    has_own = own.exists()
    if not PROJECT_CONTRACT.exists() or (has_own and own.resolve() == PROJECT_CONTRACT.resolve()):
        if has_own:
            return _load_contract(own)
        return None, [Fault(CONTRACT_NAME, None, None, None, "is missing from the folder, and the book's own is not there")]
    contract, faults = _load_contract(PROJECT_CONTRACT)
    if contract is None or not has_own:
        return contract, faults
    brought, faults = _load_contract(own)
    if brought is None:
        return contract, faults
    wanted, given = _what_it_checks(contract), _what_it_checks(brought)
    for table, name in sorted(wanted.keys() | given.keys(), key=str):
        if wanted.get((table, name)) != given.get((table, name)):
            reason = "asks for something other than the book's own contract: make it the same, or take this file away"
            faults.append(Fault(CONTRACT_NAME, None, table if name is None else f"{table}.{name}", None, reason))
    return contract, faults


# --- The check ------------------------------------------------------------------------------------------------------


def check(folder: Path) -> list[Fault]:
    """Everything wrong with the tables in `folder`, in the order of the contract and of the rows; empty if all is good.

    Never raises for what a user may have done to the folder.
    """
    return _examine(Path(folder))[0]


def _examine(folder: Path) -> tuple[list[Fault], dict[str, int]]:
    """The faults of a folder, and the number of rows of each table."""
    try:
        return _examine_folder(folder)
    except OSError as error:
        return [Fault(printable(str(folder)), None, None, None, f"cannot be read: {error.strerror or error}")], {}


def _examine_folder(folder: Path) -> tuple[list[Fault], dict[str, int]]:
    """The same, where reading the folder may still raise."""
    if not folder.is_dir():
        reason = "is not a folder" if folder.exists() else "there is no such folder"
        return [Fault(printable(str(folder)), None, None, None, reason)], {}
    contract, faults = _contract_for(folder)
    if contract is None:
        return faults, {}
    fields = {
        resource["name"]: [spec["name"] for spec in resource["schema"]["fields"]] for resource in contract["resources"]
    }
    tables = {name: read_table(folder, name, columns) for name, columns in fields.items()}
    faults += _strangers(folder, tables)
    for table in tables.values():
        faults += table.faults_of_shape
    # Cells of a ragged row stand in the wrong columns: what else seems wrong with them is not worth saying.
    ragged = {(table.file, line) for table in tables.values() for line in table.ragged}
    found = [*_schema_faults(contract, tables), *_rule_faults(tables)]
    faults += [fault for fault in found if (fault.file, fault.row) not in ragged]
    return _in_order(faults, list(tables)), {table.name: len(table.lines) for table in tables.values()}


def _strangers(folder: Path, tables: dict[str, Table]) -> list[Fault]:
    """Tables in the folder that the contract does not know."""
    known = {table.file for table in tables.values()}
    files = sorted(path.name for path in folder.iterdir() if path.suffix.lower() == ".csv")
    reason = "is not a table of the contract: take it out of the folder"
    return [Fault(printable(name), None, None, None, reason) for name in files if name not in known]


def _rule_faults(tables: dict[str, Table]) -> list[Fault]:
    """What the rules beside the schema find, each held against the tables that could be read whole."""
    readable = {f"{table.name}.{column}" for table in tables.values() if table.whole for column in table.columns}
    faults: list[Fault] = []
    for rule in RULES:
        if rule.reads == ("*",):
            for table in tables.values():
                for column in table.columns:
                    faults += table.faults_of_texts(column, rule.says)
        elif set(rule.reads) <= readable:
            faults += rule.says(*(tables[name] for name in rule.tables))
    return faults


def _in_order(faults: list[Fault], names: list[str]) -> list[Fault]:
    """Faults without repeats: about the folder first, then table by table, whole tables before rows."""
    place = {f"{name}.csv": number for number, name in enumerate(names, start=1)}
    return sorted(dict.fromkeys(faults), key=lambda fault: (place.get(fault.file, 0), fault.row or 0))


def main(arguments: list[str] | None = None) -> int:
    """Check a folder from the command line; 0 if all is good, 1 if there are faults."""
    parser = argparse.ArgumentParser(prog="python -m desertion.contract", description="Check a folder of tables.")
    parser.add_argument("folder", nargs="?", type=Path, default=PROJECT_CONTRACT.parent, help="default: the book's own data")
    folder: Path = parser.parse_args(arguments).folder
    # A terminal that cannot show a letter shows its code instead of stopping the report.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    faults, rows = _examine(folder)
    for fault in faults:
        print(fault)
    shown = f"{printable(str(folder), 1000).rstrip('/')}/"
    if faults:
        print(f"{len(faults):,} fault{'s' if len(faults) > 1 else ''} in {shown}")
        return 1
    counts = sorted(rows.items(), key=lambda item: -item[1])
    print(f"{shown}: {', '.join(f'{count:,} {name}' for name, count in counts)}: all good")
    return 0


if __name__ == "__main__":
    sys.exit(main())
