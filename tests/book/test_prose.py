"""The chapters: no typed numbers, every citation and every published name exists, each part is where a reader expects it."""

import csv
import json
import re
from pathlib import Path

import pytest
from livingbook.project.project import Project
from livingbook.site import rules_of_writing
from livingbook.site.rules_of_writing import doubled, rendered

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted((ROOT / "book").glob("*.md"))
PROJECT = Project.at(ROOT)
SETTINGS = PROJECT.settings


def typed_numbers(text):
    return rules_of_writing.typed_numbers(text, SETTINGS.may_be_typed)


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_keeps_the_rules(path):
    has_notebook = path.stem in PROJECT.notebook_names
    assert list(rules_of_writing.faults_of_chapter(path.stem, path.read_text("utf-8"), has_notebook, SETTINGS)) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "At least 49,000 men are listed.",
        "About 27% of them.",
        "The rate is 1.2 a month.",
        "Some 62000 names.",
        "3 of 4 outlets.",
        "It rose 5-fold.",
        "**1,430** a month, {result}`rate.monthly` says.",
        "Twenty, or 20.",
    ],
)
def test_a_typed_number_is_found(sentence):
    assert typed_numbers(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "{result}`lists.merged` men {cite:p}`svtv2025list`.",
        "Since 24 February 2022, under Article 337.",
        "Articles 337, 338 and 332 in 2024.",
        "With $n_{11} = 3$ on both.",
        "The 500s of 2022–2024.",
        "Claim A01.",
    ],
)
def test_what_may_be_typed_is_not(sentence):
    assert typed_numbers(sentence) == []


@pytest.fixture(scope="module")
def keys():
    with (ROOT / "data" / "sources.csv").open(encoding="utf-8") as file:
        sources = {row["source"] for row in csv.DictReader(file)}
    return sources | set(re.findall(r"^@\w+\{([^,]+),", (ROOT / "book" / "methods.bib").read_text("utf-8"), flags=re.M))


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_citation_exists(path, keys):
    cited = {key.strip() for group in re.findall(r"\{cite:\w+\}`([^`]*)`", path.read_text("utf-8")) for key in group.split(",")}
    assert cited <= keys


CHAPTER = """# How much?

**Much.** More of it.

```{published-figure} price.line
```

## How it is computed

## What could be wrong

## What would change the answer
"""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("# How much?", "How much?", "book/price.md:1: a chapter begins with its title"),
        ("**Much.**", "Much.", "the finding comes first, in bold"),
        ("price.line", "other.line", "shows nothing of its notebook"),
        ("## What could be wrong", "## Wrong", "has no section *What could be wrong*"),
        ("More of it", "At 5 of it", "book/price.md:3: the number 5 is typed, and will not follow the rows"),
    ],
)
def test_a_breach_of_a_chapter_is_named_with_what_to_do(old, new, words):
    assert list(rules_of_writing.faults_of_chapter("price", CHAPTER, True, SETTINGS)) == []
    (found,) = rules_of_writing.faults_of_chapter("price", CHAPTER.replace(old, new), True, SETTINGS)
    assert words in f"book/price.md{found}"


def test_a_chapter_without_a_notebook_need_not_answer_anything():
    assert list(rules_of_writing.faults_of_chapter("words", "# Words\n\nThey mean things.\n", False, SETTINGS)) == []


def test_every_chapter_is_in_the_table_of_contents():
    chapters = {path.stem: "" for path in CHAPTERS}
    assert rules_of_writing.left_out(PROJECT, chapters) == []
    (found,) = rules_of_writing.left_out(PROJECT, chapters | {"nowhere": ""})
    assert found == "book/nowhere.md: is not in the book: add the line `- file: book/nowhere` to _toc.yml"


@pytest.mark.parametrize(
    "text, words",
    [
        ("they stand at «at least 1,430» a month", ["at «at least 1,430»"]),
        ("About «not known» men", ["About «not known»"]),
        ("at least «at least 5»", ["least «at least 5»"]),
        ("more than «at most 5»", ["than «at most 5»"]),
        ("in «in May»", ["in «in May»"]),
        ("«5 men» men", ["«5 men» men"]),
        ("about «36,000 (35,500–36,500)» names of «at least 5», with «at most 3»", []),
        ("that makes «at least 5» a month, or «not known»", []),
        ("«5» 5", []),
    ],
)
def test_a_word_that_a_number_says_again_is_found(text, words):
    assert doubled(text) == words


def test_glued_numbers_are_put_into_the_text():
    entry = {"text": "at least 5", "low": 5.0, "value": None, "high": None}
    numbers = {"latest": {"rate": {"n": entry}}, "article": {"rate": {"n": entry | {"text": "not known", "low": None}}}}
    said = rendered(
        "At {result}`rate.n`, at {result}`rate.n:low`,\nat {result}`rate.n:high`; then {result}`rate.n@article`.", numbers, "latest"
    )
    assert said == "At «at least 5», at «low», at «at least 5»; then «not known»."


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_no_glued_number_says_again_what_stands_beside_it(path, book):
    numbers = json.loads((book / "results.json").read_text("utf-8"))
    assert {own: found for own in numbers if (found := doubled(rendered(path.read_text("utf-8"), numbers, own)))} == {}
