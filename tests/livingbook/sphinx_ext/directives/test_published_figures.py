"""Published figures and tables on a page."""

from __future__ import annotations

import re

import pytest
from small_pages import FIGURE, INDEX, Book, figure


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
