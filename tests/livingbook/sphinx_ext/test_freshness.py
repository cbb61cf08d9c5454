"""A build makes exactly those pages anew that show something that has changed."""

from __future__ import annotations

import os
import time

from small_pages import FIGURE, SVG, Book, claim, figure, result


def test_a_first_and_a_second_build_give_the_same_bytes(book: Book) -> None:
    book.claims(A01=claim("A01", chapter=None))
    book.page(FIGURE + "\n```{claims}\n```\n\n$a^2$\n")
    first = {path: path.read_bytes() for path in book.out.rglob("[!.]*") if path.is_file()}  # .buildinfo: Sphinx's own
    book.build(everything=True)
    assert {path: path.read_bytes() for path in book.out.rglob("[!.]*") if path.is_file()} == first
    assert len(first) > 10


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
