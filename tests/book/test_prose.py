"""The chapters: no typed numbers, every citation and every published name exists, each part is where a reader expects it."""

import csv
import json
import re
from pathlib import Path

import pytest
from quotations import said, without_sayings

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted((ROOT / "book").glob("*.md"))
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
ALLOWED = [
    r"```.*?```",  # directives and code
    r"\{[\w:-]+\}`[^`]*`",  # roles: what is glued, cited or linked
    r"`[^`]*`",
    r"\$\$.*?\$\$",
    r"\$[^$]*\$",  # formulas
    r"\]\([^)]*\)",
    r"<https?:[^>]*>",  # addresses
    r"^\(.*\)=$",
    r"^\[\^\w+\]",  # labels and footnotes
    rf"\b\d{{1,2}} (?:{MONTHS})(?: \d{{4}})?\b",  # dates of laws and events
    r"\b(?:1[4-9]|20)\d\d(?:[–/-]\d{2,4})?\b",  # years
    r"\b(?:Articles?|part|parts|chapter|section|§) \d+(?:\.\d+)?(?:(?:, | and | or |/)\d+(?:\.\d+)?)*",  # numbers of the law
    r"\bA4\b|\bCC BY 4\.0\b|\bMIT\b",
    r"\b[A-G]\d\d\b",  # claims
    r"500s",  # the slang, and the book's name
    r"\b\d+(?:st|nd|rd|th) (?=[A-Z])",  # names of formations
]


def typed_numbers(markdown: str) -> list[str]:
    """Numbers in prose that no notebook published: every digit left after what may be typed is taken out."""
    for pattern in ALLOWED:
        markdown = re.sub(pattern, " ", markdown, flags=re.S | re.M)
    return re.findall(r"\S*\d\S*", markdown)


def said_before(markdown: str) -> str:
    """A page without its quotations: what the book said before stands there as it was printed."""
    return re.sub(r'"[^"]*"', " ", markdown)


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_no_number_in_prose_is_typed(path):
    text = path.read_text("utf-8")
    assert typed_numbers(said_before(text) if path.stem == "corrections" else without_sayings(text, said(ROOT))) == []


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


ANALYTIC = [path for path in CHAPTERS if (ROOT / "notebooks" / path.name).with_suffix(".ipynb").exists()]


@pytest.mark.parametrize("path", ANALYTIC, ids=lambda path: path.stem)
def test_a_chapter_opens_with_its_finding_and_shows_something(path):
    text = path.read_text("utf-8")
    title, opening = [block for block in text.split("\n\n") if block.strip()][:2]
    assert re.fullmatch(r"# .+", title.strip())
    assert opening.startswith("**"), "the finding comes first, in bold"
    assert f"{{published-figure}} {path.stem}." in text or f"{{published-table}} {path.stem}." in text or "{claims}" in text


LEAD_WORDS, LEAD_NUMBERS = 65, 3


def lead(markdown: str) -> str:
    """A chapter's first paragraph."""
    return [block for block in markdown.split("\n\n") if block.strip()][1].strip()


def too_much(opening: str) -> list[str]:
    """What makes a lead hard to take in: its length, its numbers, sources between its sentences."""
    citations = re.findall(r"\{cite:p\}`[^`]*`", opening)
    numbers = len(re.findall(r"\{result\}`[^`]*`", opening))
    words = len(re.sub(r"\{cite:p\}`[^`]*`", "", re.sub(r"\{result\}`[^`]*`", "n", opening)).split())
    return (
        [f"{words} words"] * (words > LEAD_WORDS)
        + [f"{numbers} numbers"] * (numbers > LEAD_NUMBERS)
        + ["sources before the end"] * (len(citations) > 1 or (bool(citations) and not opening.rstrip(".").endswith(citations[-1])))
    )


@pytest.mark.parametrize(
    "path", [path for path in CHAPTERS if path in ANALYTIC or path.stem == "index"], ids=lambda path: path.stem
)
def test_a_lead_is_short_and_has_few_numbers(path):
    assert too_much(lead(path.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    "opening, found",
    [
        ("**It is so.** The list has {result}`a.b` names {cite:p}`x,y`.", []),
        ("**It is so.** The list {cite:p}`x` has names.", ["sources before the end"]),
        ("{result}`a.b` {result}`a.c` {result}`a.d` {result}`a.e`", ["4 numbers"]),
        ("word " * 66, ["66 words"]),
    ],
)
def test_a_lead_that_says_too_much_is_found(opening, found):
    assert too_much(opening.strip()) == found


@pytest.mark.parametrize(
    "path", [path for path in ANALYTIC if path.stem not in ("claims", "methods", "sources", "index")], ids=lambda path: path.stem
)
def test_a_chapter_says_how_it_is_computed_and_what_could_be_wrong(path):
    headings = re.findall(r"^## (.+)$", path.read_text("utf-8"), flags=re.M)
    assert "How it is computed" in headings and "What could be wrong" in headings and "What would change the answer" in headings


def test_every_chapter_is_in_the_table_of_contents():
    listed = set(re.findall(r"book/([\w-]+)", (ROOT / "_toc.yml").read_text("utf-8")))
    assert listed == {path.stem for path in CHAPTERS}


# Words that count or place a number, and what a glued number can begin with: together they say a thing twice, or nothing.
APART = [
    (r"at|about|around|nearly|almost|roughly|over|above|under|below|than|least|most", r"at least|at most"),
    (r"about|around|nearly|almost|roughly|over|above|under|than", r"not known"),
]


def rendered(markdown: str, numbers: dict[str, dict], own: str) -> str:
    """The text of a chapter with its glued numbers in it, each in «», as the edition ``own`` has them."""

    def shown(role: re.Match) -> str:
        name, _, edition = role[1].partition("@")
        name, _, part = name.partition(":")
        notebook, _, key = name.partition(".")
        entry = numbers[edition or own][notebook][key]
        return f"«{part if part and entry[part] is not None else entry['text']}»"  # what a single end is written as does not matter

    return " ".join(re.sub(r"\{result\}`([^`]+)`", shown, markdown).split())


def doubled(text: str) -> list[str]:
    """Words around a glued number that say what the number says again: "at «at least 5» men", "men «men of 2024»"."""
    found = [
        match[0] for before, number in APART for match in re.finditer(rf"\b(?:{before}) «(?:{number})\b[^»]*»", text, flags=re.I)
    ]
    found += [
        match[0]
        for match in re.finditer(r"\b([^\W\d]+) «\1\b[^»]*»|«[^»]*\b([^\W\d]+)» \2\b|\b(at least|at most) \3\b", text, flags=re.I)
    ]
    return list(dict.fromkeys(found))


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
