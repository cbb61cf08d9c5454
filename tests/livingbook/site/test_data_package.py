from __future__ import annotations

import json

import frictionless
import pytest
from livingbook.site import data_package

LABELS = {"group": "Whose list", "men": "Strength (persons)", "day": "Published"}
TABLE = "group,men_low,men_value,men_high,day,note\nA,1000,,2000.5,2025-06-09,\nB,,,,,\n"


def test_a_column_has_its_label_its_end_and_its_type():
    assert data_package.fields(TABLE, LABELS) == [
        {"name": "group", "type": "string", "title": "Whose list"},
        {"name": "men_low", "type": "number", "title": "Strength (persons): lower end"},
        {"name": "men_value", "type": "string", "title": "Strength (persons): as published or computed"},
        {"name": "men_high", "type": "number", "title": "Strength (persons): upper end"},
        {"name": "day", "type": "date", "title": "Published"},
        {"name": "note", "type": "string"},
    ]


@pytest.mark.parametrize("edition", ["latest", "article"])
def test_every_table_of_the_book_says_what_it_is_and_where_it_comes_from(book, edition):
    folder = book / "figures" / edition
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    assert frictionless.validate(str(folder / "datapackage.json")).valid
    assert {path.name for path in folder.glob("*.csv")} == {each["path"] for each in package["resources"]}
    for each in package["resources"]:
        assert each["title"] and each["licenses"][0]["name"] == "CC-BY-4.0", each["name"]
        assert all(field.get("title") for field in each["schema"]["fields"]), each["name"]
    with_sources = [each for each in package["resources"] if each["sources"]]
    assert len(with_sources) > len(package["resources"]) / 2
    assert all(source["path"].startswith("http") for each in with_sources for source in each["sources"])
