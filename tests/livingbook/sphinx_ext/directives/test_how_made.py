"""How a figure was made, unfolded."""

from __future__ import annotations

from small_site import soup


def test_a_figure_unfolds_into_parameters_rows_files_and_a_citation(small):
    fold = soup(small, "book/index.html").select_one("#fig-rate-windows > details")
    assert [link.get_text() for link in fold.select("a.download")] == ["CSV", "SVG", "SVG, narrow", "PNG"]
    assert "strength = 7 men in the theatre" in fold.get_text() and "as_of = 'latest'" in fold.get_text()
    assert [link["href"] for link in fold.select("a.row-link")] == ["data.html#row-row-1", "data.html#row-row-2"]
    assert (
        fold.select_one(".citation-text")
        .get_text()
        .startswith("The Counting the 500s authors. “A finding (Figure rate.windows, edition latest)”.")
    )
    for link in fold.select("a.download"):
        assert (small / "book" / link["href"]).is_file()
