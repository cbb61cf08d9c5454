"""The table of observations."""

from __future__ import annotations

from small_site import soup


def test_every_observation_has_its_row_and_its_source(small):
    table = soup(small, "book/data.html").select_one(".observations table")
    row = table.select_one("#row-row-2").find_parent("tr")
    assert [cell.get_text() for cell in row.select("td")] == [
        "listed",
        "1,400",
        "2022-02-24 to 2024-12-31",
        "army",
        "all",
        "istories",
        "source0",
        "2025-01-02",
        "use",
    ]
    assert row.select_one("a")["href"] == "https://example.org/a?b=1&c=2" and len(table.select("tbody tr")) == 20
