"""What a chapter sets in quotation marks, and whose words these are."""

import csv
import re
from pathlib import Path

CODE = r"^(`{3,}|:{3,}).*?^\1"  # directives and blocks of code
ROLE = r"\{[\w:-]+\}`([^`]*)`"
QUOTED = r'"([^"]+)"|“([^”]+)”'


def plain(words: str) -> str:
    """Words without line breaks and the marks at their ends, which belong to the sentence that quotes them."""
    return " ".join(words.split()).strip(" .,;:")


def quoted(markdown: str) -> list[str]:
    """The strings in quotation marks; a role inside of one stays, in «», so that no glued number passes for words that were said."""
    text = re.sub(CODE, " ", markdown, flags=re.S | re.M)
    text = re.sub(r"`[^`]*`", " ", re.sub(ROLE, r"«\1»", text))
    return [plain("".join(found)) for found in re.findall(QUOTED, text)]


def passages(quotation: str) -> list[str]:
    """The unbroken passages of a quotation, which has … where words are left out."""
    return [plain(part) for part in quotation.split("…") if part.strip()]


def said(root: Path) -> list[str]:
    """What the article says, by the table of claims, and its title."""
    with (root / "data" / "claims.csv").open(encoding="utf-8") as file:
        words = [passage for row in csv.DictReader(file) for passage in passages(row["quotation"])]
    with (root / "data" / "sources.csv").open(encoding="utf-8") as file:
        titles = [row["title"] for row in csv.DictReader(file) if row["source"] == "kontur2025seed"]
    return list(dict.fromkeys(words + titles))


def is_said(words: str, sayings: list[str]) -> bool:
    """Whether the words stand in one of the sayings, whole and in this order."""
    return any(re.search(rf"(?<!\w){re.escape(words)}(?!\w)", saying) for saying in sayings)
