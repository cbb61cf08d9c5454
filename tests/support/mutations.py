"""Ways to spoil a folder of tables: what a slip, a spreadsheet or a malicious hand does to one. Each says what must come of it."""

from __future__ import annotations

import csv
import io
import json
import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from csv_rows import read_rows, write_rows
from hypothesis import strategies as st

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
CONTRACT = json.loads((DATA / "datapackage.json").read_text("utf-8"))
FIELDS = {table["name"]: {spec["name"]: spec for spec in table["schema"]["fields"]} for table in CONTRACT["resources"]}
ORDER = list(FIELDS)
TEXTS = [
    (table, name)
    for table, specs in FIELDS.items()
    for name, spec in specs.items()
    if spec["type"] == "string" and not {"enum", "pattern"} & set(spec["constraints"])
]
KEYS = [(table, next(iter(specs))) for table, specs in FIELDS.items() if table != "claims"]
REFERENCES = [
    (table["name"], key["fields"], key["reference"]["resource"])
    for table in CONTRACT["resources"]
    for kind in ("foreignKeys", "listKeys")
    for key in table["schema"].get(kind, [])
]
PLAIN = [
    (table, name)
    for table, specs in FIELDS.items()
    for name, spec in specs.items()
    if spec["type"] in ("number", "date", "boolean") or "enum" in spec.get("constraints", {})
]
REFUSED, ACCEPTED, EITHER = "refused", "accepted", "refused or accepted"


@dataclass(frozen=True)
class Outcome:
    """What must come of a spoilt folder; for a refused one the file, and where one is meant the row and field, that are named."""

    what: str
    file: str | None = None
    row: int | None = None
    field: str | None = None


@dataclass
class Tables:
    """A folder of tables that is being spoilt. Rows are counted as a spreadsheet does: the header is row 1."""

    path: Path

    def file(self, table: str) -> Path:
        return self.path / f"{table}.csv"

    def rows(self, table: str) -> list[list[str]]:
        return list(csv.reader(io.StringIO(self.file(table).read_bytes().decode("utf-8-sig"), newline="")))

    def write(self, table: str, rows: list[list[str]], **how: object) -> None:
        out = io.StringIO(newline="")
        if any("\r" in cell for row in rows for cell in row):  # the csv module leaves it without quotation marks before Python 3.13
            how["quoting"] = csv.QUOTE_ALL
        csv.writer(out, **{"lineterminator": "\n", **how}).writerows(rows)
        self.file(table).write_bytes(out.getvalue().encode("utf-8", "surrogatepass"))

    def put(self, table: str, row: int, field: str, text: str) -> Outcome:
        """Puts a text into a cell that is to be refused for it."""
        rows = self.rows(table)
        rows[row - 1][rows[0].index(field)] = text
        self.write(table, rows)
        return Outcome(REFUSED, f"{table}.csv", row, field)


Spoil = Callable[[Tables, Callable], Outcome]
WAYS: dict[str, Spoil] = {}


def way(spoil: Spoil) -> Spoil:
    """Enters a way to spoil a folder, under the words of its name."""
    WAYS[spoil.__name__.replace("_", " ")] = spoil
    return spoil


def cell(tables: Tables, draw: Callable, places: list[tuple[str, str]], filled: bool = False) -> tuple[str, int, str]:
    """A table, a row and a field among places; filled: one that holds something."""
    table, field = draw(st.sampled_from(places))
    rows = tables.rows(table)
    at = rows[0].index(field)
    some = [number for number, row in enumerate(rows[1:], start=2) if row[at] or not filled]
    return table, draw(st.sampled_from(some)), field


def any_table(draw: Callable) -> str:
    return draw(st.sampled_from(ORDER))


# --- Cells ------------------------------------------------------------------------------------------------------------


@way
def wrong_types(tables, draw):
    place = cell(tables, draw, PLAIN, filled=True)
    return tables.put(
        *place,
        draw(
            st.sampled_from(
                [
                    "many",
                    "12O",
                    "1,000",
                    "1e5",
                    "NaN",
                    "inf",
                    "0x1F",
                    "١٢٣",
                    "½",
                    "31.12.2024",
                    "2025-02-30",
                    "2025-W23-1",
                    "TRUE",
                    "None",
                    "null",
                    "[]",
                    "{}",
                    "1_000",
                    "--5",
                    "007",
                ]
            )
        ),
    )


@way
def negative_or_absurd_figures(tables, draw):
    place = cell(tables, draw, [("observations", "value")], filled=True)
    return tables.put(
        *place, draw(st.sampled_from(["-2000000000000", "1000000000001", "9" * 400, "-0", "0." + "3" * 30, "1" + "0" * 5000]))
    )


@way
def shares_over_one(tables, draw):
    kinds = {row[0]: row[3] for row in tables.rows("measures")}
    rows = tables.rows("observations")
    shares = [number for number, row in enumerate(rows[1:], start=2) if kinds[row[1]] == "share" and row[7]]
    return tables.put("observations", draw(st.sampled_from(shares)), "value", draw(st.sampled_from(["1.01", "50", "-0.1", "100"])))


@way
def swapped_dates(tables, draw):
    rows = tables.rows("observations")
    start, end = rows[0].index("start"), rows[0].index("end")
    number = draw(st.sampled_from([n for n, row in enumerate(rows[1:], start=2) if row[start] and row[start] < row[end]]))
    row = rows[number - 1]
    row[start], row[end] = row[end], row[start]
    tables.write("observations", rows)
    return Outcome(REFUSED, "observations.csv", number, "start")


@way
def broken_keys(tables, draw):
    return tables.put(
        *cell(tables, draw, [each[:2] for each in REFERENCES]), draw(st.sampled_from(["nobody-knows", "x" * 60, "0"]))
    )


@way
def duplicated_ids(tables, draw):
    table, field = draw(st.sampled_from(KEYS))
    rows = tables.rows(table)
    numbers = draw(st.lists(st.integers(2, len(rows)), min_size=2, max_size=2, unique=True))
    return tables.put(table, max(numbers), field, rows[min(numbers) - 1][0])


@way
def path_like_ids(tables, draw):
    return tables.put(
        *cell(tables, draw, KEYS),
        draw(
            st.sampled_from(
                [
                    "../../x",
                    "/etc/passwd",
                    "..",
                    ".",
                    "con",
                    "nul",
                    "C:\\x",
                    "a/b",
                    "~root",
                    "%2e%2e",
                    "x" * 5000,
                    "a b",
                    "é",
                    "<b>",
                    "$(id)",
                    "`id`",
                ]
            )
        ),
    )


@way
def formulas(tables, draw):
    return tables.put(
        *cell(tables, draw, TEXTS),
        draw(
            st.sampled_from(
                [
                    "=cmd|' /C calc'!A0",
                    "+1+1",
                    "-1+1",
                    "@SUM(A1)",
                    "＝1+1",
                    '=HYPERLINK("http://x.example")',
                    "Text; =1+1",
                    'Text;"=1+1"',
                ]
            )
        ),
    )


@way
def hidden_characters(tables, draw):
    hidden = draw(
        st.sampled_from(
            [
                "\0",
                "\x07",
                "\x1b[2J",
                "\x85",
                "\xad",
                "\u200b",
                "\u200f",
                "\u202e",
                "\u2066",
                "\u2028",
                "\ufeff",
                "\u3164",
                "\U000e0041",
                "\ue000",
                "\uffff",
                "\ufffd",
            ]
        )
    )
    return tables.put(*cell(tables, draw, TEXTS), f"Te{hidden}xt")


@way
def line_breaks_in_cells(tables, draw):
    """A row below one of several lines is told by the number that a spreadsheet shows."""
    above = tables.put(*cell(tables, draw, TEXTS), draw(st.sampled_from(["a\nb", "a\r\nb\r\n\r\nc", "a\rb"])))
    if draw(st.booleans()):
        return tables.put(*cell(tables, draw, PLAIN, filled=True), "wrong")
    return above


@way
def huge_cells(tables, draw):
    return tables.put(
        *cell(tables, draw, TEXTS), draw(st.sampled_from(["x", "é", '"', "x, "])) * draw(st.sampled_from([2_001, 131_073, 500_000]))
    )


@way
def personal_details(tables, draw):
    return tables.put(
        *cell(tables, draw, TEXTS),
        draw(
            st.sampled_from(
                [
                    "Call +7 912 345-67-89",
                    "Петров Иван Сергеевич",
                    "рядовой Петров",
                    "born 12.03.1999",
                    "в/ч 12345, Петров И. С.",
                    "a.b@example.org",
                ]
            )
        ),
    )


@way
def addresses_that_are_none(tables, draw):
    return tables.put(
        *cell(tables, draw, [("sources", "url")]),
        draw(
            st.sampled_from(
                [
                    "javascript:alert(1)",
                    "data:text/html,x",
                    "file:///etc/passwd",
                    "//example.org",
                    "ftp://example.org",
                    "https://a@b.example",
                    "http://[",
                    "https://exa mple.org",
                    "http://",
                    "https://localhost/",
                    "HTTP\\example",
                ]
            )
        ),
    )


@way
def markup_in_every_text(tables, draw):
    """HTML, script, Markdown, LaTeX and mathematics in every cell of every text field: text is text."""
    texts = [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "</td></table><h1>x",
        "{{ 7*7 }} {% x %}",
        "[x](javascript:alert(1))",
        "$\\frac{1}{0",
        "\\input{/etc/passwd}",
        "`{raw} html`",
        "```{eval-rst}",
        "a | b | c",
        "&lt;&#x3c;",
        "#! x",
        "<!-- x",
        "]]>",
        "%s %d {0} {x}",
        'a "quoted", word',
        "'; DROP TABLE x",
        "${PATH} $HOME",
        "__class__",
        "* _ ~ ^ \\",
    ]
    pick = random.Random(draw(st.integers(0, 10**6)))
    for table in ORDER:
        rows = tables.rows(table)
        for field in (field for each, field in TEXTS if each == table and field != "expected"):
            at = rows[0].index(field)
            alone = FIELDS[table][field].get("constraints", {}).get("unique")
            for place, row in enumerate(rows[1:]):
                row[at] = pick.choice(texts) + f" {place}" * bool(alone)
        tables.write(table, rows)
    return Outcome(ACCEPTED)


@way
def any_text_anywhere(tables, draw):
    table = any_table(draw)
    field = draw(st.sampled_from(list(FIELDS[table])))
    tables.put(table, cell(tables, draw, [(table, field)])[1], field, draw(st.text(max_size=80)))
    return Outcome(EITHER)


@way
def an_empty_cell(tables, draw):
    table = any_table(draw)
    required = [(table, name) for name, spec in FIELDS[table].items() if spec.get("constraints", {}).get("required")]
    return tables.put(*cell(tables, draw, required), "")


# --- Files ------------------------------------------------------------------------------------------------------------


@way
def ways_to_save_that_mean_the_same(tables, draw):
    for table in ORDER:
        rows = tables.rows(table)
        how = {
            "lineterminator": draw(st.sampled_from(["\n", "\r\n", "\r"])),
            "quoting": draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
        }
        places = draw(st.permutations(range(len(rows[0]))))
        body = list(rows[1:])
        random.Random(draw(st.integers(0, 10**6))).shuffle(body)
        tables.write(table, [[row[place] for place in places] for row in [rows[0], *body]], **how)
        if draw(st.booleans()):
            tables.file(table).write_bytes(b"\xef\xbb\xbf" + tables.file(table).read_bytes())
    return Outcome(ACCEPTED)


@way
def other_encodings(tables, draw):
    table = draw(st.sampled_from(["sources", "observations"]))  # these hold more than ASCII
    encoding = draw(st.sampled_from(["utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1251", "latin-1", "shift-jis"]))
    tables.file(table).write_bytes(("é" + tables.file(table).read_text("utf-8")).encode(encoding, "replace"))
    return Outcome(REFUSED, f"{table}.csv")


@way
def bytes_that_are_no_text(tables, draw):
    table = any_table(draw)
    content = tables.file(table).read_bytes()
    at = draw(st.integers(0, len(content)))
    strange = draw(
        st.sampled_from([b"\xff", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf4\x90\x80\x80", b"\0", b"\xef\xbb\xbf\xef\xbb\xbf"])
    )
    tables.file(table).write_bytes(content[:at] + strange + content[at:])
    return Outcome(REFUSED, f"{table}.csv")


@way
def bytes_lost_or_changed(tables, draw):
    table = any_table(draw)
    content = bytearray(tables.file(table).read_bytes())
    at = draw(st.integers(0, len(content) - 1))
    if draw(st.booleans()):
        content[at] = draw(st.integers(0, 255))
    else:
        del content[at : at + draw(st.sampled_from([1, 2, 100, 10**9]))]
    tables.file(table).write_bytes(content)
    return Outcome(EITHER)


@way
def stray_quotation_marks(tables, draw):
    table = any_table(draw)
    text = tables.file(table).read_text("utf-8")
    at = draw(st.integers(0, len(text)))
    tables.file(table).write_text(text[:at] + draw(st.sampled_from(['"', '""', ',"', '",', '"\n', "\n\n"])) + text[at:], "utf-8")
    return Outcome(EITHER)


@way
def a_missing_column(tables, draw):
    table = any_table(draw)
    rows = tables.rows(table)
    at = draw(st.integers(0, len(rows[0]) - 1))
    tables.write(table, [row[:at] + row[at + 1 :] for row in rows])
    return Outcome(REFUSED, f"{table}.csv", None, rows[0][at])


@way
def an_extra_column(tables, draw):
    table = any_table(draw)
    rows = tables.rows(table)
    name = draw(st.sampled_from(["extra", "name", "Фамилия", "date_of_birth", "", " ", "phone", "value ", "\u202eeman", "id"]))
    at = draw(st.integers(0, len(rows[0])))
    tables.write(table, [[*row[:at], name if number == 0 else "x", *row[at:]] for number, row in enumerate(rows)])
    return Outcome(REFUSED, f"{table}.csv")


@way
def rows_of_the_wrong_length(tables, draw):
    table = any_table(draw)
    rows = tables.rows(table)
    number = draw(st.integers(2, len(rows)))
    row = rows[number - 1]
    rows[number - 1] = draw(st.sampled_from([row[:-1], [*row, ""], [*row, *row], []]))
    tables.write(table, rows)
    return Outcome(REFUSED, f"{table}.csv", number)


@way
def an_empty_table(tables, draw):
    table = any_table(draw)
    header = tables.file(table).read_bytes().split(b"\n")[0]
    tables.file(table).write_bytes(
        draw(st.sampled_from([b"", b"\n", b"\r\n\r\n", b"\xef\xbb\xbf", header, header + b"\n", b" ", b"\0" * 100, b"PK\x03\x04"]))
    )
    return Outcome(REFUSED, f"{table}.csv")


@way
def a_table_that_is_no_file(tables, draw):
    table = any_table(draw)
    path = tables.file(table)
    path.unlink()
    match draw(st.sampled_from(["missing", "folder", "link to nowhere", "link to itself", "pipe", "device"])):
        case "folder":
            path.mkdir()
        case "link to nowhere":
            path.symlink_to("nowhere.csv")
        case "link to itself":
            path.symlink_to(path.name)
        case "pipe":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")
    return Outcome(REFUSED, f"{table}.csv")


@way
def other_separators(tables, draw):
    table = any_table(draw)
    tables.write(table, tables.rows(table), delimiter=draw(st.sampled_from([";", "\t", "|", ":"])))
    return Outcome(REFUSED, f"{table}.csv")


@way
def a_table_too_many(tables, draw):
    name = draw(st.sampled_from(["soldiers.csv", "Observations.CSV", "observations (1).csv", "-.csv", "\u202ex.csv"]))
    (tables.path / name).write_text("name\nx\n", "utf-8")
    return Outcome(REFUSED)


@way
def contracts(tables, draw):
    path = tables.path / "datapackage.json"
    text = (DATA / "datapackage.json").read_text("utf-8")
    match draw(st.sampled_from(["missing", "mark", "cut", "bytes", "deep", "other", "text", "more", "folder", "utf-16"])):
        case "missing":
            return Outcome(ACCEPTED)
        case "mark":
            path.write_text("\ufeff" + text, "utf-8")
            return Outcome(ACCEPTED)
        case "cut":
            path.write_text(text[: draw(st.integers(0, len(text) - 3))], "utf-8")
        case "bytes":
            path.write_bytes(draw(st.binary(max_size=40)))
        case "deep":
            path.write_text(draw(st.sampled_from(["[", '{"a":'])) * draw(st.sampled_from([200, 900, 50_000])), "utf-8")
        case "other":
            path.write_text(json.dumps(draw(JSON)), "utf-8")
        case "text":
            path.write_text(
                text.replace('"title"', draw(st.sampled_from(['"titel"', '"title": "\\u202e", "x"'])) + ': 1, "title"', 1), "utf-8"
            )
            return Outcome(EITHER)
        case "more":
            path.write_text(text.replace('"required": true', '"required": false', draw(st.integers(1, 9))), "utf-8")
        case "folder":
            path.mkdir()
        case "utf-16":
            path.write_bytes(text.encode("utf-16"))
    return Outcome(REFUSED, "datapackage.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def cut(folder: Path, count: int = 60, seed: int = 5) -> None:
    """Copies some of the real rows, and what they name, to a folder: enough for every way of spoiling, and quickly read."""
    tables = {table: read_rows(DATA / f"{table}.csv") for table in ORDER}
    kinds = {row["measure"]: row["kind"] for row in tables["measures"]}
    pick = random.Random(seed)
    by_id = {row["id"]: row for row in tables["observations"]}
    some = pick.sample(tables["observations"], count) + pick.sample(
        [r for r in by_id.values() if kinds[r["measure"]] == "share" and r["value"]], 5
    )
    named = [row[field] for table, field, to in REFERENCES if to == "observations" for row in tables[table]]
    some += [by_id[key] for key in dict.fromkeys(";".join(named).split(";")) if key]
    some += [by_id[row["same_as"]] for row in some if row["same_as"]]
    ids = {row["id"] for row in some}
    kept = tables | {"observations": [row for row in tables["observations"] if row["id"] in ids]}
    claimed = {field: {key for row in tables["claims"] for key in row[field].split(";")} for field in ("measures", "sources")}
    used = {
        column: {row[column] for row in kept["observations"]}
        for column in ("measure", "population", "origin", "source", "primary_source")
    }
    kept["measures"] = [row for row in tables["measures"] if row["measure"] in used["measure"] | claimed["measures"]]
    kept["sources"] = [
        row for row in tables["sources"] if row["source"] in used["source"] | used["primary_source"] | claimed["sources"]
    ]
    kept["origins"] = [row for row in tables["origins"] if row["origin"] in used["origin"]]
    for table, rows in kept.items():
        write_rows(folder / f"{table}.csv", rows, FIELDS[table])
