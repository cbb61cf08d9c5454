"""The local Sphinx extension: what notebooks published arrives in pages as text, linked, complete and up to date."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import time
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from small_pages import CONF, HOSTILE, INDEX, RATE, SVG, Book, claim, figure, result

ROOT = Path(__file__).parents[3]


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path / "book")


# ---- numbers in a sentence ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        ("rate.monthly", "at least 1,430"),
        ("rate.monthly:low", "1,430"),
        ("rate.monthly@article", "about 900"),
        ("rate.share:value", "7.6%"),
        ("rate.share:low", "7.0%"),
        ("rate.share:high", "8.1%"),
        ("rate.monthly:low@article", "1,430"),
        ("rate.monthly:high", "at least 1,430"),  # data may leave an end open; the whole text is true of any of them
        ("rate.nothing:value", "not known"),
    ],
)
def test_a_result_is_its_text_linked_to_where_it_was_computed(book: Book, role: str, shown: str) -> None:
    link = book.page(f"{{result}}`{role}`").select_one("a.result-link")
    assert book.warnings == ""
    assert link.get_text() == shown
    assert link["href"] == f"notebooks/rate.html#rate-{role.split('.')[1].split(':')[0].split('@')[0]}"
    assert link["title"].startswith("Names per month.")
    assert ("Unit: persons per month." in link["title"]) == ("share" not in role)
    assert ("Edition: article." in link["title"]) == ("@article" in role)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{result}`rate.montly`", "result: no result 'rate.montly' in edition 'latest'; close to it: rate.monthly"),
        ("{result}`rat.monthly`", "no such notebook was published; close to it: rate"),
        ("{result}`rate.monthly@artikle`", "no such edition; close to it: article"),
        ("{result}`rate.when:value`", "'rate.when:value': these are words, without a value: 'in June'"),
        ("{result}`rate.monthly:middle`", "is not of the form notebook.name[:low|:value|:high][@edition]"),
        ("{result}`monthly`", "'monthly' is not of the form notebook.name"),
        ("{claim}`A1`", "claim: no claim 'A1'; close to it: A01"),
        ("{verdict}`Z9`", "verdict: no claim 'Z9'; there are: A01"),
        ("```{published-figure} rate.window\n```", "no figure 'rate.window' in edition 'latest'; close to it: rate.windows"),
        ("```{published-table} rate.x\n```", "no table 'rate.x' in edition 'latest'; there are none"),
        ("{claim}`A01`", "link to a card for claim A01, which the book does not have"),
        ("$\\frac{$", "cannot be made into MathML"),
    ],
)
def test_what_is_unknown_fails_a_strict_build_naming_it_and_the_page(book: Book, body: str, message: str) -> None:
    book.claims(A01=claim("A01", chapter=None))
    book.write("other.md", f"# Other\n\nfirst\n\n{body}\n")
    book.build(strict=True)
    assert book.code == 1
    assert message in book.warnings
    assert "other.md" in book.warnings


def test_a_missing_notebook_page_is_a_broken_link(book: Book) -> None:
    book.publish(notebook="gone", results={"x": result()}, figures={}, tables={})
    book.page("{result}`gone.x`")
    assert "link to notebooks/gone, which the book does not have" in book.warnings
    assert "index.md" in book.warnings


def test_an_anchor_that_the_notebook_does_not_have_is_a_broken_link(book: Book) -> None:
    book.write("notebooks/rate.md", RATE.replace("rate-monthly", "rate-else"))
    book.page("{result}`rate.monthly`")
    assert "link to notebooks/rate#rate-monthly: the page has no such anchor" in book.warnings


# ---- figures and tables ------------------------------------------------------------------------------------------


FIGURE = "```{published-figure} rate.windows\nAuthor's *caption*.\n```\n"


def test_a_figure_stands_in_the_page_in_both_variants_with_its_alt_text(book: Book) -> None:
    page = book.page(FIGURE)
    assert book.warnings == ""
    wide, narrow = (page.select_one(f"#fig-rate-windows .figure-{variant} svg") for variant in ("wide", "narrow"))
    assert [svg["role"] for svg in (wide, narrow)] == ["img", "img"]
    assert wide["aria-label"] == narrow["aria-label"] == "Three bars."
    assert (wide["viewbox"], narrow["viewbox"]) == ("0 0 200 90", "0 0 100 90")
    assert "width" not in wide.attrs
    assert wide.find("g")["fill"] == "var(--fig-ink, #222)"
    assert wide["stroke-linejoin"] == "round"
    assert not page.select("svg script, svg style, svg metadata, [onload], [style]")
    assert page.select_one("figcaption em").get_text() == "caption"


def test_ids_stay_unique_when_a_page_has_a_figure_twice_and_references_still_meet(book: Book) -> None:
    page = book.page(FIGURE * 2)
    ids = [tag["id"] for tag in page.select("[id]")]
    assert len(ids) == len(set(ids))
    svgs = page.select("svg")
    assert len(svgs) == 4
    for svg in svgs:
        own = {tag["id"] for tag in svg.select("[id]")}
        assert len(own) == 2  # figure_1 is referred to by nothing
        assert svg.find("use")["href"][1:] in own
        assert svg.find("g")["clip-path"][5:-1] in own


def test_sources_beyond_six_go_to_the_fold_out(book: Book) -> None:
    page = book.page(FIGURE)
    line = page.select_one("figcaption .sources")
    assert len(line.select("a")) == 6
    assert line.get_text().startswith("Sources: (")
    assert "and 2 more" in line.get_text()
    assert len(page.select("details .sources a")) == 2


def test_the_fold_out_has_the_data_as_a_table_and_says_how_it_was_made(book: Book) -> None:
    fold = book.page(FIGURE).select_one("#fig-rate-windows > details")
    assert fold.find("summary").get_text() == "Data and how this was made"
    assert [cell.get_text(strip=True) for cell in fold.select("thead th")] == ["Window", "Men (persons)"]
    assert [[cell.get_text(strip=True) for cell in row.select("td")] for row in fold.select("tbody tr")] == [
        ["first", "1,260"],
        ["second", "1,430"],
    ]
    assert [("num" in (cell.get("class") or [])) for cell in fold.select("tbody tr")[0].select("td")] == [False, True]
    assert fold.select_one("p a")["href"] == "notebooks/rate.html#rate-windows"
    assert "from 2 rows of data/observations.csv" in fold.get_text()
    assert [code.get_text() for code in fold.select("details.rows code")] == ["row-1", "row-2"]


def test_downloads_are_there(book: Book) -> None:
    page = book.page(FIGURE)
    links = [link["href"] for link in page.select("a.download")]
    assert links == [f"figures/latest/rate-windows{end}" for end in (".csv", ".svg", "-narrow.svg", ".png")]
    source = book.root / "published/latest/files"
    for link in links[:3]:
        assert (book.out / link).read_bytes() == (source / Path(link).name).read_bytes()
    assert (book.out / links[3]).read_bytes().startswith(b"\x89PNG")


def test_a_file_that_is_no_longer_published_is_not_offered(book: Book) -> None:
    book.write("published/latest/files/old.csv", "x")
    book.build()
    assert (book.out / "figures/latest/old.csv").exists()
    (book.root / "published/latest/files/old.csv").unlink()
    book.build()
    assert not (book.out / "figures/latest/old.csv").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<svg", "not well-formed"),
        ("<svg xmlns='http://www.w3.org/2000/svg'/>", "not an SVG with a viewBox"),
        (None, "is not there"),
    ],
)
def test_an_unfit_figure_file_is_named(book: Book, content: str | None, message: str) -> None:
    path = book.root / "published/latest/files/rate-windows.svg"
    path.unlink() if content is None else path.write_text(content)
    book.page(FIGURE)
    assert message in book.warnings
    assert "published/latest/files/rate-windows.svg" in book.warnings


def test_a_table_has_its_title_sources_and_download(book: Book) -> None:
    table = {key: figure()[key] for key in ("title", "columns", "data", "csv", "rows")} | {"sources": ["source1"]}
    book.publish(results={}, figures={}, tables={"denominators": table})
    made = book.page("```{published-table} rate.denominators\n```").select_one("#table-rate-denominators")
    assert book.warnings == ""
    assert made.select_one("figcaption").get_text(strip=True) == "A finding"
    assert made.select_one("[role=region]")["aria-label"] == "A finding"
    assert len(made.select("tbody tr")) == 2
    assert "(source1, 2025)" in made.select_one(".sources").get_text()
    assert made.select_one("a.download")["href"] == "figures/latest/rate-windows.csv"


def test_a_table_is_written_in_other_formats_too(book: Book) -> None:
    table = {key: figure()[key] for key in ("title", "columns", "data", "csv", "rows")} | {"sources": []}
    book.publish(results={}, figures={}, tables={"denominators": table})
    book.write("index.md", INDEX.format(body="```{published-table} rate.denominators\n```\n"))
    book.build("text")
    text = (book.out / "index.txt").read_text("utf-8")
    assert book.warnings == ""
    assert re.search(r"Window +\| Men \(persons\)", text) and re.search(r"first +\| 1,260", text)


def test_other_formats_get_the_wide_figure_as_an_image(book: Book) -> None:
    book.write("index.md", INDEX.format(body=FIGURE + "{result}`rate.monthly`"))
    book.build("text")
    text = (book.out / "index.txt").read_text("utf-8")
    assert "[image: Three bars.]" in text
    assert "at least 1,430" in text
    assert "Download" not in text


# ---- claims ------------------------------------------------------------------------------------------------------


def test_cards_tell_claim_speaker_verdict_numbers_rule_and_reason(book: Book) -> None:
    book.write("book/rate.md", "# Chapter on the rate\n")
    book.claims(
        A02=claim("A02", verdict="contradicted", section="who", computed=False, values={}),
        A10=claim("A10"),
        A01=claim("A01", chapter=None),
    )
    page = book.page("```{toctree}\nbook/rate\n```\n\n```{claims}\nwho: Who they are\n```")
    assert book.warnings == ""
    assert [heading.get_text() for heading in page.select("h2")] == ["Who they are¶", "Size¶"]
    assert [card["id"] for card in page.select(".claim-card")] == ["claim-A02", "claim-A01", "claim-A10"]
    card = page.select_one("#claim-A01")
    assert card.select_one("a.claim-id")["href"] == "#claim-A01"
    assert card.select_one(".claim-text").get_text(strip=True) == "Text of A01."
    assert card.select_one(".claim-head .verdict").get_text() == "✓ supported"
    assert card.select_one(".verdict-icon")["aria-hidden"] == "true"
    assert card.select_one(".claim-values").get_text().strip() == "at least 1,430 Names per month."
    assert card.select_one(".claim-values a")["href"] == "notebooks/rate.html#rate-monthly"
    assert card.select_one(".claim-rule").get_text() == "Computed. Supported if equal."
    assert "They agree." in card.get_text() and "Said by: author" in card.get_text()
    assert card.select_one(".claim-edition .verdict").get_text() == "≈ plausible"
    assert "(source0, 2025)" in card.select_one(".claim-more").get_text()
    assert page.select_one("#claim-A10 .claim-more a[href='book/rate.html']").get_text() == "Read the chapter"
    assert page.select_one("#claim-A02 .claim-rule").get_text().startswith("Judged by reading.")


def test_the_scoreboard_counts_and_links_every_claim(book: Book) -> None:
    book.claims(A01=claim("A01", chapter=None), A02=claim("A02", chapter=None), B01=claim("B01", chapter=None, verdict="outdated"))
    page = book.page("```{claims}\n```")
    rows = [[part.get_text() for part in row.select("p")] for row in page.select(".scoreboard > li")]
    assert rows == [["2 ✓ supported", "A01 A02"], ["1 ↺ outdated", "B01"]]
    assert [link["href"] for link in page.select(".scoreboard a")] == ["#claim-A01", "#claim-A02", "#claim-B01"]


def test_a_claim_in_a_sentence_links_to_its_card_wherever_that_is(book: Book) -> None:
    book.claims(A01=claim("A01", chapter=None))
    book.write("cards.md", "# Cards\n\n```{claims}\n```\n")
    page = book.page("{claim}`A01` is {verdict}`A01`.\n\n```{claim-scoreboard}\n```\n")
    assert book.warnings == ""
    assert page.select_one("a.claim-link")["href"] == "cards.html#claim-A01"
    assert page.select_one("a.claim-link").get_text() == "A01 ✓ supported"
    assert page.select_one(".verdict-word").get_text() == "supported"
    assert page.select_one(".scoreboard a")["href"] == "cards.html#claim-A01"


def test_an_unknown_section_title_or_verdict_is_said(book: Book) -> None:
    book.claims(A01=claim("A01"))
    book.page("```{claims}\nsise: How many\n```")
    assert "no claim is in section 'sise'; close to it: size" in book.warnings
    book.claims(A01=claim("A01", verdict="suported"))
    book.page("```{claims}\n```\n{claim}`A01`")
    assert "no verdict 'suported'; close to it: supported" in book.warnings


def test_every_verdict_is_defined(book: Book) -> None:
    from livingbook.notebook.verdicts import VERDICTS

    terms = book.page("```{verdict-definitions}\n```").select("dl.verdict-definitions dt")
    assert [term.select_one(".verdict").get_text() for term in terms] == [f"{v.icon} {v.word}" for v in VERDICTS.values()]


# ---- text is text ------------------------------------------------------------------------------------------------


def hostile_book(book: Book) -> BeautifulSoup:
    """A page on which every field that holds text holds hostile text."""
    entry = figure(
        title=HOSTILE,
        alt=HOSTILE,
        caption=HOSTILE,
        rows=[HOSTILE],
        data=[[HOSTILE, HOSTILE]],
        columns=[{"name": "a", "label": HOSTILE, "unit": HOSTILE}, {"name": HOSTILE, "label": "", "unit": ""}],
    )
    value = result(HOSTILE, about=HOSTILE, unit=HOSTILE, picks={"low": HOSTILE})
    book.publish(title=HOSTILE, results={"monthly": value}, figures={"windows": entry}, tables={"t": entry})
    book.claims(
        A01=claim(
            "A01",
            text=HOSTILE,
            speaker=HOSTILE,
            rule=HOSTILE,
            reason=HOSTILE,
            section=HOSTILE,
            chapter=None,
            values={"rate.monthly": value, HOSTILE: value},
        )
    )
    field = {
        "name": HOSTILE,
        "type": HOSTILE,
        "title": HOSTILE,
        "description": HOSTILE,
        "constraints": {"pattern": HOSTILE, "enum": [HOSTILE], "minimum": HOSTILE},
    }
    package = {
        "resources": [
            {
                "name": "t",
                "title": HOSTILE,
                "description": HOSTILE,
                "path": "t.csv",
                "schema": {
                    "fields": [field],
                    "primaryKey": HOSTILE,
                    "foreignKeys": [{"fields": HOSTILE, "reference": {"resource": HOSTILE, "fields": HOSTILE}}],
                },
            }
        ]
    }
    book.write("data/datapackage.json", json.dumps(package))
    book.write("data/t.csv", "a\n1\n")
    return book.page(
        "{result}`rate.monthly` {result}`rate.monthly:low` {claim}`A01`\n\n" + FIGURE + "\n```{published-table} rate.t\n```\n"
        "\n```{data-dictionary}\n```\n\n```{claims}\n```\n"
    )


def test_hostile_text_in_every_field_stays_text(book: Book) -> None:
    page = hostile_book(book)
    assert book.warnings == ""
    assert not page.select("script, b, strong, a[href^='http']")
    shown = page.get_text()
    # Titles, caption, rows, cells, labels, cards, dictionary: what was written is what is read.
    assert shown.count("<script>alert(1)</script> **bold** `code` [x](http://evil.example)") > 20
    assert page.select_one("svg")["aria-label"] == HOSTILE
    assert [link.get_text() for link in page.select("a.result-link")][:2] == [HOSTILE, HOSTILE]
    whole = (book.out / "index.html").read_text("utf-8")
    assert "<script>alert" not in whole and "<b>" not in whole


def test_a_source_that_could_not_be_a_key_is_refused(book: Book) -> None:
    book.publish(results={}, figures={"windows": figure(sources=["a` {result}`x.y"])}, tables={})
    book.page(FIGURE)
    assert "names sources that cannot be keys" in book.warnings


# ---- data dictionary, formulas, fold-outs ------------------------------------------------------------------------


def test_the_data_dictionary_tells_each_field(book: Book) -> None:
    package = {
        "resources": [
            {
                "name": "sources",
                "title": "Sources",
                "description": "Pages.",
                "path": "sources.csv",
                "schema": {
                    "primaryKey": "source",
                    "fields": [
                        {
                            "name": "source",
                            "type": "string",
                            "title": "Key",
                            "description": "Short.",
                            "constraints": {"required": True, "unique": True, "pattern": "^[a-z]+$"},
                        }
                    ],
                },
            },
            {
                "name": "observations",
                "path": "observations.csv",
                "schema": {
                    "foreignKeys": [
                        {"fields": "source", "reference": {"resource": "sources", "fields": "source"}},
                        {"fields": "same_as", "reference": {"resource": "", "fields": "source"}},
                    ],
                    "listKeys": [{"fields": "pages", "reference": {"resource": "sources", "fields": "source"}}],
                    "fields": [
                        {"name": "source", "type": "string"},
                        {"name": "pages", "type": "string"},
                        {"name": "same_as", "type": "string"},
                        {"name": "value", "type": "number", "constraints": {"minimum": 0, "enum": [0, 1]}},
                    ],
                },
            },
        ]
    }
    book.write("data/datapackage.json", json.dumps(package))
    book.write("data/sources.csv", 'source\n"two\nlines"\nb\n')
    book.write("data/observations.csv", "source,pages,same_as,value\n")
    page = book.page("```{data-dictionary}\n```")
    assert book.warnings == ""
    cells = [[cell.get_text(strip=True) for cell in row.select("td")] for row in page.select("section.data-table tbody tr")]
    assert cells == [
        ["source", "string", "Key. Short.", "required; unique; like^[a-z]+$", ""],
        ["source", "string", "", "", "sources.source"],
        ["pages", "string", "", "", "sources.source"],
        ["same_as", "string", "", "", "source"],
        ["value", "number", "", "at least 0; one of0,1", ""],
    ]
    assert page.select_one("#data-observations td a")["href"] == "#data-sources"
    assert "2 rows" in page.select_one("#data-sources .data-size").get_text()
    assert "0 rows" in page.select_one("#data-observations .data-size").get_text()
    assert (book.out / page.select_one("#data-sources a.download")["href"]).is_file()


def test_formulas_are_mathml_and_no_script_is_loaded_for_them(book: Book) -> None:
    page = book.page("In line $N(\\psi) < \\frac{1}{2}$.\n\n$$\na^2\n$$ (square)\n\nSee {eq}`square`.\n")
    inline, block = page.select("math")
    assert book.warnings == ""
    assert inline.find("mfrac") and inline["display"] == "inline" and "<" in inline.get_text()
    assert block.find("msup") and block["display"] == "block"
    assert page.select_one(".eqno").get_text().startswith("(1)")
    whole = (book.out / "index.html").read_text("utf-8").lower()
    assert "mathjax@" not in whole and not re.search(r"<script[^>]*src=\"https?:", whole)


def test_a_fold_out_holds_parsed_text(book: Book) -> None:
    fold = book.page("```{fold} What <b>would</b> change it\n:open:\nA {result}`rate.monthly`.\n```").select_one("details")
    assert fold.find("summary").get_text() == "What <b>would</b> change it"
    assert fold.has_attr("open")
    assert fold.select_one("a.result-link")


# ---- the site beside its pages -----------------------------------------------------------------------------------


def test_results_and_claims_are_published_for_machines(book: Book) -> None:
    book.claims(A01=claim("A01"), B01=claim("B01"))
    book.build()
    raw = (book.out / "results.json").read_bytes()
    monthly = {"value": None, "low": 1432.6, "high": None, "unit": "persons per month", "text": "at least 1,430"}
    assert json.loads(raw)["latest"]["rate"]["monthly"] == monthly
    assert json.loads(raw)["article"] == {"rate": {"monthly": monthly | {"text": "about 900"}}}
    assert json.loads((book.out / "claims.json").read_bytes()) == {"A01": claim("A01"), "B01": claim("B01")}
    assert raw.endswith(b"}\n")
    book.publish(results=dict(reversed(book.results.items())), figures={}, tables={})
    book.build()
    assert (book.out / "results.json").read_bytes() == raw


def test_a_first_and_a_second_build_give_the_same_bytes(book: Book) -> None:
    book.claims(A01=claim("A01", chapter=None))
    book.page(FIGURE + "\n```{claims}\n```\n\n$a^2$\n")
    first = {path: path.read_bytes() for path in book.out.rglob("[!.]*") if path.is_file()}  # .buildinfo: Sphinx's own
    book.build(everything=True)
    assert {path: path.read_bytes() for path in book.out.rglob("[!.]*") if path.is_file()} == first
    assert len(first) > 10


# ---- rebuilding exactly what changed -----------------------------------------------------------------------------


def test_a_changed_number_rebuilds_the_pages_that_show_it_and_no_other(book: Book) -> None:
    book.write("monthly.md", "# M\n\n{result}`rate.monthly`\n")
    book.write("share.md", "# S\n\n{result}`rate.share`\n")
    book.write("plain.md", "# P\n")
    assert "plain" in book.build()
    assert book.build() == []
    book.results["monthly"]["text"] = "at least 1,500"
    book.publish(results=book.results, figures={"windows": figure()}, tables={})
    assert book.build() == ["monthly"]
    assert "at least 1,500" in book.soup("monthly").get_text()


def test_a_change_is_seen_although_the_file_is_older_than_the_page(book: Book) -> None:
    book.write("monthly.md", "# M\n\n{result}`rate.monthly`\n")
    book.build()
    book.publish(results={"monthly": result("about 7")}, figures={}, tables={})
    past = time.time() - 10**6
    os.utime(book.root / "published/latest/rate.json", (past, past))
    assert book.build() == ["monthly"]
    assert "about 7" in book.soup("monthly").get_text()


def test_files_written_anew_with_the_same_content_rebuild_nothing(book: Book) -> None:
    book.page(FIGURE)
    future = time.time() + 10**6
    for path in (book.root / "published").rglob("*.*"):
        os.utime(path, (future, future))
    assert book.build() == []


def test_a_redrawn_figure_or_a_changed_verdict_rebuilds_its_page(book: Book) -> None:
    book.claims(A01=claim("A01", chapter=None), B01=claim("B01", chapter=None))
    book.write("drawn.md", f"# D\n\n{FIGURE}")
    book.write("cards.md", "# C\n\n```{claims}\n```\n")
    book.write("said.md", "# S\n\n{claim}`A01`\n")
    book.write("else.md", "# E\n\n{claim}`B01`\n")
    book.build()
    book.write("published/latest/files/rate-windows.svg", SVG.format(width=333))
    assert book.build() == ["drawn"]
    assert "0 0 333 90" in str(book.soup("drawn"))
    book.claims(A01=claim("A01", chapter=None, verdict="outdated"), B01=claim("B01", chapter=None))
    assert book.build() == ["cards", "said"]


def test_what_was_unknown_is_looked_up_again_once_it_is_published(book: Book) -> None:
    book.write("late.md", "# L\n\n{result}`rate.late`\n")
    book.build()
    assert "no result 'rate.late'" in book.warnings
    book.publish(results=book.results | {"late": result("seven")}, figures={"windows": figure()}, tables={})
    assert book.build() == ["late"]
    assert book.warnings == ""


def test_reading_in_parallel_remembers_the_same(book: Book) -> None:
    book.claims(A01=claim("A01", chapter=None))
    for number in range(8):
        book.write(f"page{number}.md", f"# P\n\n{{claim}}`A01`\n\n{FIGURE if number == 3 else ''}")
    book.write("cards.md", "# Cards\n\n```{claims}\n```\n")
    book.build(parallel=2)
    assert book.warnings == ""
    assert book.soup("page7").select_one("a.claim-link")["href"] == "cards.html#claim-A01"
    book.write("published/latest/files/rate-windows.svg", SVG.format(width=333))
    assert book.build() == ["page3"]


# ---- what the theme gets wrong -----------------------------------------------------------------------------------

NESTED = """# Index

```{toctree}
parent
references
notebooks/rate
```

## A section

See {cite:p}`source0`.

```{published-figure} rate.windows
```
"""


@pytest.fixture
def themed(book: Book) -> Book:
    """A book in the theme that books have, with everything in it that a fix of the theme is for."""
    book.write("conf.py", CONF + 'html_theme = "sphinx_book_theme"\n')
    book.write("index.md", NESTED)
    book.write("parent.md", "# Parent\n\n```{toctree}\nchild\n```\n")
    book.write("child.md", "# Child\n\n## Of the child\n")
    return book


def test_every_fix_of_the_theme_finds_what_it_puts_right(themed):
    themed.build(strict=True)
    assert themed.warnings == "" and themed.code == 0


def test_a_theme_that_has_changed_ends_the_build(themed, monkeypatch, tmp_path):
    from livingbook.sphinx_ext.output import unused
    from livingbook.sphinx_ext.pages import templates, theme_fixes

    # As if the theme worded each piece in another way: then no fix finds anything.
    changed = tuple(dataclasses.replace(fix, mend=lambda page: (page, 0)) for fix in theme_fixes.FIXES)
    monkeypatch.setattr(theme_fixes, "FIXES", changed)
    monkeypatch.setattr(unused, "BOOTSTRAP", "renamed.js")
    monkeypatch.setattr(unused, "UNUSED", ("_static/vendor/renamed", *unused.UNUSED))
    own = tmp_path / "templates"
    own.mkdir()
    (own / "layout.html").write_text("{% extends '!layout.html' %}{% block css %}{% endblock %}{% block renamed %}{% endblock %}")
    monkeypatch.setattr(templates, "OWN", own)
    themed.build(strict=True)
    assert [fix.fault for fix in changed if f"in no page it was found that {fix.fault};" not in themed.warnings] == []
    for words in ("has no renamed.js any more", "has no _static/vendor/renamed any more", "has no block 'renamed' any more"):
        assert words in themed.warnings
    assert "block 'css'" not in themed.warnings
    assert themed.code == 1


def test_a_build_of_some_pages_says_nothing_of_the_theme(themed, monkeypatch):
    from livingbook.sphinx_ext.pages import theme_fixes

    themed.build(strict=True)
    idle = dataclasses.replace(theme_fixes.FIXES[0], mend=lambda page: (page, 0))
    monkeypatch.setattr(theme_fixes, "FIXES", (*theme_fixes.FIXES, idle))
    themed.write("child.md", "# Child\n\n## Of the child\n\nAnother word.\n")
    assert themed.build(strict=True) == ["child"]
    assert themed.warnings == "" and themed.code == 0


def test_a_page_without_a_place_for_its_content_policy_is_refused(caplog):
    from livingbook.sphinx_ext.pages.content_policy import META, confine

    assert "Content-Security-Policy" in confine(f"<html><head>{META}</head></html>")
    assert not caplog.records
    confine("<html><head></head></html>")
    assert "Content-Security-Policy" in caplog.text
