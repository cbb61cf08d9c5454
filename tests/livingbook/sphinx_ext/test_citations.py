"""The list of sources."""

from __future__ import annotations

from small_pages import Book


def test_the_list_of_sources_is_sorted_by_author_and_year_whatever_is_cited_first(book: Book) -> None:
    entries = {"one": ("Verstka", "2024"), "two": ("Kontur", "2025b"), "three": ("Kontur", "2025a"), "four": ("agency", "2023")}
    bib = "".join(f"@misc{{{key}, author={{{{{name}}}}}, title={{T}}, year={{{year}}}}}\n" for key, (name, year) in entries.items())
    book.write("refs.bib", bib)
    page = book.page("{cite:p}`one,two,three,four`")
    assert "(agency, 2023, Kontur, 2025a, Kontur, 2025b, Verstka, 2024)" in page.get_text()
    listed = [entry.get_text() for entry in book.soup("references").select(".citation p")]
    assert listed == ["agency. T. 2023.", "Kontur. T. 2025a.", "Kontur. T. 2025b.", "Verstka. T. 2024."]
