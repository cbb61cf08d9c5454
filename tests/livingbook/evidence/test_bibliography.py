"""The bibliography: what stands in the table is what the reader sees, and never markup."""

from __future__ import annotations

import random
import re
import string
import warnings
from pathlib import Path
from typing import Any

import pytest
from csv_rows import read_rows
from livingbook.evidence.bibliography import bibtex, on_one_line
from pybtex.database import BibliographyData, Entry, parse_string
from pybtex.plugin import find_plugin
from pybtex.richtext import Text

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from docutils import nodes
    from pybtex_docutils import Backend
    from sphinxcontrib.bibtex.style.template import year as label_year

ROOT = Path(__file__).parents[3]

ROW = {
    "source": "alpha2024",
    "outlet": "Alpha News",
    "title": "A title",
    "author": "",
    "published": "2024-02-29",
    "published_precision": "day",
    "url": "https://example.org/a",
    "language": "en",
    "kind": "news",
    "stance": "other",
    "primary_for": "no",
    "note": "",
}


def source(**cells: str) -> dict[str, str]:
    """A row of the table `sources`."""
    return {**ROW, **cells}


def parsed(*rows: dict[str, str]) -> BibliographyData:
    return parse_string(bibtex(rows), "bibtex")


def entry(**cells: str) -> Entry:
    (only,) = parsed(source(**cells)).entries.values()
    return only


def shown(text: str) -> str:
    """What pybtex makes of the content of a field."""
    return str(Text.from_latex(text))


def author(of: Entry) -> str:
    (person,) = of.persons["author"]
    return str(person)


def printed(of: Entry) -> nodes.Element:
    """The entry as sphinxcontrib-bibtex hands it to Sphinx."""
    (formatted,) = find_plugin("pybtex.style.formatting", "unsrt")().format_entries([of])
    paragraph = nodes.paragraph()
    paragraph.extend(formatted.text.render(Backend()))
    return paragraph


@pytest.fixture(scope="module")
def table() -> list[dict[str, str]]:
    return read_rows(ROOT / "data" / "sources.csv")


# --- The book's own sources ------------------------------------------------------------------------------------------


def test_every_source_has_an_entry_that_shows_its_title_and_outlet(table):
    entries = parsed(*table).entries
    assert list(entries) == sorted(row["source"] for row in table)
    for row in table:
        of = entries[row["source"]]
        assert shown(of.fields["title"]) == on_one_line(row["title"])
        assert of.fields["url"] == row["url"]
        assert re.fullmatch(f"{row['published'][:4]}[a-z]?", of.fields.get("year", ""))
        if not row["author"]:
            assert shown("".join(of.persons["author"][0].last_names)) == on_one_line(row["outlet"])


def test_every_source_can_be_printed(table):
    style = find_plugin("pybtex.style.formatting", "unsrt")()
    assert len(list(style.format_entries(parsed(*table).entries.values()))) == len(table)


def test_the_order_of_the_rows_does_not_matter(table):
    assert bibtex(table[::-1]) == bibtex(table)


# --- Fields ----------------------------------------------------------------------------------------------------------


def test_an_entry_in_full():
    row = source(published="2024-02-29", language="ru", note="read at a mirror")
    assert bibtex([row]).partition("\n\n")[2] == (
        "@online{alpha2024,\n"
        "  author = {{Alpha News}},\n"
        "  title = {{A title}},\n"
        "  year = {2024},\n"
        '  month = "29~" # feb,\n'
        "  url = {https://example.org/a},\n"
        "  note = {{In Russian; read at a mirror}}\n"
        "}\n"
    )


@pytest.mark.parametrize(
    ("published", "reads"),
    [("2024-02-29", "29 February 2024."), ("2024-05", "May 2024."), ("1999", "1999."), ("2024-13", "Date unknown.")],
)
def test_the_date_is_printed_as_precisely_as_it_is_known(published, reads):
    assert f"A title. {reads} URL" in printed(entry(published=published)).astext().replace("\xa0", " ")


def test_pages_of_one_author_and_year_have_letters_in_the_order_of_their_days():
    rows = [
        source(source="late", published="2025-06-09"),
        source(source="early", published="2025-01-02"),
        source(source="other", published="2024-05"),
        source(source="elsewhere", published="2025-03-03", outlet="Beta News"),
        source(source="undated", published=""),
    ]
    years = {key: of.fields.get("year") for key, of in parsed(*rows).entries.items()}
    assert years == {"early": "2025a", "late": "2025b", "other": "2024", "elsewhere": "2025", "undated": None}
    many = parsed(*(source(source=f"page{number:02}") for number in range(28))).entries
    assert [many[f"page{number:02}"].fields["year"][4:] for number in (0, 25, 26, 27)] == ["a", "z", "aa", "ab"]


def test_a_page_without_a_date_is_n_d():
    of = entry(published="", language="uk")
    assert "year" not in of.fields
    assert "month" not in of.fields
    assert shown(of.fields["note"]) == "In Ukrainian; date unknown"
    assert str(label_year.format_data({"entry": of})) == "n.d."
    assert str(label_year.format_data({"entry": entry()})) == "2024"


def test_a_language_without_a_name_is_told_by_its_code():
    assert shown(entry(language="xx").fields["note"]) == "In the language xx"
    assert "note" not in entry(language="en").fields


def test_an_author_stands_before_the_outlet():
    of = entry(author="Janis Kluge")
    (person,) = of.persons["author"]
    assert (person.first_names, person.last_names) == (["Janis"], ["Kluge"])
    assert printed(of).astext().startswith("Janis Kluge. A title. Alpha News, 29")


def test_several_authors_are_separated_by_semicolons():
    people = entry(author="A. Writer; Ludwig van Beethoven;").persons["author"]
    assert [str(person) for person in people] == ["Writer, A.", "van Beethoven, Ludwig"]


@pytest.mark.parametrize("name", ["Smith, Jones, Brown, White and Black", "Salt and Pepper", "Agency 24/7", "{", "a,b,c,d,e"])
def test_a_name_that_is_no_plain_name_is_kept_in_one_piece(name):
    (person,) = entry(author=name).persons["author"]
    assert shown("".join(person.last_names)) == name.replace("{", "❴")


def test_a_table_without_the_column_author():
    row = source()
    del row["author"]
    (of,) = parsed(row).entries.values()
    assert author(of) == "{Alpha News}"


def test_an_outlet_with_and_is_one_author():
    assert shown(author(entry(outlet="Salt and Pepper, Inc."))) == "Salt and Pepper, Inc."


# --- Hostile text ----------------------------------------------------------------------------------------------------

HOSTILE = [
    "50% of $20,000 & more #1_2^3 ~ \\textbf{bold}",
    "{",
    "}",
    "}}",
    "{{{",
    "}},\n url = {javascript:alert(1)}",
    '" quotes "" and \'\' `` ',
    "<script>alert('x')</script>",
    "line\nbreak\r\nand\ttab",
    "@online{other, title={x}}",
    "\\input{/etc/passwd}\\",
    "$-$ -- --- ?` !` ,, << >>",
    "% a comment",
    "a \\",
    "Заголовок «в кавычках» – שלום \u202eabc",
    "`code` *star* _under_ |bar| :role:`x` [link](http://x)",
]


def seen(text: str) -> str:
    """What a reader sees of a text: the same letters, with the twins of braces."""
    return on_one_line(text).translate(str.maketrans("{}", "❴❵"))


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("field", ["title", "outlet", "note", "author"])
def test_hostile_text_is_shown_letter_by_letter(field, text):
    entries = parsed(source(**{field: text})).entries
    assert list(entries) == ["alpha2024"]
    (of,) = entries.values()
    found = {
        "title": lambda: shown(of.fields["title"]),
        "outlet": lambda: shown(author(of)),
        "note": lambda: shown(of.fields["note"]),
        "author": lambda: "; ".join(shown("".join(person.last_names)) for person in of.persons["author"]),
    }[field]()
    assert found.casefold() == seen(text).casefold()  # a note begins with a capital
    assert of.fields["url"] == "https://example.org/a"
    assert seen(text) in printed(of).astext() or field == "note"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_makes_no_link_and_no_raw_markup(text):
    made = printed(entry(title=text, outlet=text, author=text, note=text))
    assert [link["refuri"] for link in made.findall(nodes.reference)] == ["https://example.org/a"]
    assert not list(made.findall(nodes.raw))


def test_every_pair_of_signs_is_shown_as_it_is():
    signs = [sign for sign in string.printable if sign.isprintable()]
    rows = [
        source(source=f"k{number:02}", title=" ".join(f"x{first}{second}y" for second in signs))
        for number, first in enumerate(signs)
    ]
    entries = parsed(*rows).entries
    for row in rows:
        assert shown(entries[row["source"]].fields["title"]) == seen(row["title"])


def test_random_text_is_shown_as_it_is():
    chance = random.Random(500)
    pieces = [*"\\{}$%&#_^~-`'\"<>,?!|*+=:;.()[]@/ aIlo0\n\u200f\xa0éЖ«—", "\\textit{", "``", "''", "\\'e", "\\(", " and ", "@x{"]
    rows = [
        source(source=f"k{number:04}", title="t" + "".join(chance.choices(pieces, k=chance.randint(1, 25))))
        for number in range(1000)
    ]
    entries = parsed(*rows).entries
    assert len(entries) == len(rows)
    for row in rows:
        assert shown(entries[row["source"]].fields["title"]) == seen(row["title"])


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//example.org", "https:///x", "", "HTTPS"])
def test_an_address_that_is_not_on_the_web_is_left_out(url):
    of = entry(url=url)
    assert "url" not in of.fields
    assert not list(printed(of).findall(nodes.reference))


def test_what_could_end_an_address_is_encoded():
    assert entry(url='https://example.org/a b"}{\\<>`|^\nж%20#x_y&z~').fields["url"] == (
        "https://example.org/a%20b%22%7D%7B%5C%3C%3E%60%7C%5E%0Aж%20#x_y&z~"
    )


@pytest.mark.parametrize("key", ["", "a b", "a,b", "../a", "A", "a}", "ключ", "a\n"])
def test_a_key_that_is_no_plain_key_is_refused(key):
    with pytest.raises(ValueError, match=re.escape(repr(key))):
        bibtex([source(source=key)])


def test_a_key_that_is_there_twice_is_refused():
    with pytest.raises(ValueError, match="two sources have the key 'alpha2024'"):
        bibtex([source(), source(source="beta"), source()])


# --- Literature on method --------------------------------------------------------------------------------------------


def test_the_literature_on_method_can_be_printed_and_shares_no_key_with_the_sources(table):
    entries: dict[str, Any] = parse_string((ROOT / "book" / "methods.bib").read_text(encoding="utf-8"), "bibtex").entries
    assert not {key.lower() for key in entries} & {row["source"] for row in table}
    assert list(entries) == sorted(entries)
    for key, of in entries.items():
        assert re.fullmatch(r"[a-z]+(\d{4})", key) and key.endswith(of.fields["year"])
        assert of.fields["title"] in printed(of).astext() or shown(of.fields["title"]) in printed(of).astext()
