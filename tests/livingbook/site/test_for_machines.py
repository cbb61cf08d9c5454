"""What the book publishes for machines keeps to the schemas beside it, and can be taken by one line of code."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pandas as pd
import pytest
from frictionless import Package
from livingbook.sphinx_ext.output import extra_files, feed

ROOT = Path(__file__).parents[3]
ATOM = "{http://www.w3.org/2005/Atom}"
NAMES = ("results", "claims", "evidence", "changes")
REPORT = {
    "before": {"label": "article", "about": "what was public on 9 June 2025"},
    "after": {"label": "latest", "about": "all"},
    "compared": {"numbers": 700, "verdicts": 48, "figures": 40},
    "numbers": [{}] * 3,
    "verdicts": [{"claim": "D03", "before": "holds_arithmetically", "after": "outdated", "text": "A < B.", "reason": "A law."}],
}


def validator(book, name):
    schema = json.loads((book / "schemas" / f"{name}.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("name", NAMES)
def test_a_json_file_of_the_book_keeps_to_its_schema(book, name):
    validator(book, name).validate(json.loads((book / f"{name}.json").read_text("utf-8")))


def test_there_is_a_schema_for_each(book):
    """Whatever else is JSON is the package of some tables, which keeps to the schema of packages."""
    found = {path.relative_to(book).as_posix() for path in book.rglob("*.json")}
    packages = {name for name in found if name.endswith("/datapackage.json")}
    assert found - packages == {each for name in NAMES for each in (f"{name}.json", f"schemas/{name}.schema.json")}
    for name in packages:
        assert Package(str(book / name)).resource_names  # refuses what is none


def test_a_schema_refuses_what_the_book_does_not_publish(book):
    results = json.loads((book / "results.json").read_text("utf-8"))
    notebook, numbers = next(iter(results["latest"].items()))
    name = next(iter(numbers))
    for spoil in (lambda each: each.pop("about"), lambda each: each.update(low="many"), lambda each: each.update(median=3)):
        spoilt = copy.deepcopy(results)
        spoil(spoilt["latest"][notebook][name])
        assert not validator(book, "results").is_valid(spoilt)


def test_results_say_what_each_number_is(book):
    results = json.loads((book / "results.json").read_text("utf-8"))
    assert all(
        number["about"].endswith(".") for notebooks in results.values() for each in notebooks.values() for number in each.values()
    )


def test_the_lines_of_the_readme_read_the_book(book):
    """README's Python is run on this book; its line of R names what is there, for there need be no R here."""
    text = (ROOT / "README.md").read_text("utf-8")
    line = re.search(r"```python\n(numbers = pd\..*?)```", text, flags=re.S)[1]
    scope = {"pd": pd}
    exec(line.replace("https://example.org/book", str(book)), scope)
    numbers = scope["numbers"]
    assert len(numbers) > 500 and {"low", "high", "text", "about"} <= set(numbers.columns)
    notebook, name = re.search(r"^jsonlite::.*\$latest\$(\w+)\$(\w+)\$text$", text, flags=re.M).groups()
    assert numbers.loc[(notebook, name), "text"].startswith("at least")
    package, table = re.search(
        r'^read_resource\(read_package\("https://example.org/book/(\S+)"\), "(\S+)"\)$', text, flags=re.M
    ).groups()
    assert Package(str(book / package)).get_resource(table).read_rows()


def test_the_package_of_a_figures_tables_is_read_by_its_descriptor(book):
    package = Package(str(book / "figures" / "latest" / "datapackage.json"))
    rows = package.get_resource("rate-denominators").read_rows()
    assert rows and {"men_low", "rate_high"} <= set(rows[0])


def test_the_feed_has_an_entry_for_all_and_one_for_each_verdict():
    for address in ("", "https://example.org/book/"):
        made = feed.feed(REPORT, "A <book>", "N. N.", "2026-08-08", address, "book/changes.html")
        root = ElementTree.fromstring(made)
        titles = [entry.findtext(f"{ATOM}title") for entry in root.iter(f"{ATOM}entry")]
        assert titles == ["What has changed from article to latest", "D03: holds arithmetically → outdated"]
        assert {entry.find(f"{ATOM}link").get("href") for entry in root.iter(f"{ATOM}entry")} == {f"{address}book/changes.html"}
        assert root.findtext(f"{ATOM}updated") == "2026-08-08T00:00:00Z"
        names = [each.text for each in root.iter(f"{ATOM}id")]
        assert len(set(names)) == len(names) == 3
        assert "3 of 700 numbers and 1 of 48 verdicts" in next(root.iter(f"{ATOM}summary")).text
        assert made == feed.feed(REPORT, "A <book>", "N. N.", "2026-08-08", address, "book/changes.html")


def test_every_page_leads_to_the_feed(book):
    assert ElementTree.parse(book / "feed.xml").getroot().tag == f"{ATOM}feed"
    for page in ("book/index.html", "notebooks/rate.html"):
        assert '<link rel="alternate" type="application/atom+xml" title="What has changed" href="../feed.xml"/>' in (
            book / page
        ).read_text("utf-8")


def test_search_engines_are_told_where_the_site_map_is_if_the_book_knows():
    assert extra_files.for_robots("", ["a.html"]) == {}
    found = extra_files.for_robots("https://example.org/book", ["a.html"])
    assert "Sitemap: https://example.org/book/sitemap.xml" in found["robots.txt"]
    assert "<loc>https://example.org/book/a.html</loc>" in found["sitemap.xml"]
