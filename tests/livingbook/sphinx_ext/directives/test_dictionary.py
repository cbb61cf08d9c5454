"""The data dictionary."""

from __future__ import annotations

import json

from small_pages import Book


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
