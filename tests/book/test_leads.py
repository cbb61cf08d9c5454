"""A chapter's first paragraph: short, with few numbers, its sources at its end."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHAPTERS = [
    path
    for path in sorted((ROOT / "book").glob("*.md"))
    if path.stem == "index" or (ROOT / "notebooks" / path.name).with_suffix(".ipynb").exists()
]
LEAD_WORDS, LEAD_NUMBERS = 65, 3


def lead(markdown: str) -> str:
    """A chapter's first paragraph."""
    first = [block for block in markdown.split("\n\n") if block.strip()][1].strip()
    return re.sub(r"\{rests\}`[^`]*`", "", first)  # which readers do not see


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


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
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
