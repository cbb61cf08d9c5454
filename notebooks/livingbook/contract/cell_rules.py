"""Rules about the text of a single cell, of whatever table.

Each takes a text and yields the reasons why it is wrong; its docstring is the rule in words. Markup is allowed, because text is
escaped wherever it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from livingbook.contract.notation import PLAIN_NUMBER

# Invisible characters: line breaks and other control characters; marks that change the direction of writing; characters
# without width or ink; tags; surrogates; characters for private use, and code points that are no characters.
HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u2800\u3164\ud800-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U0010ffff]"
)
LOST = "\ufffd"  # what programs write in place of a letter that they could not read
# Where the decimal sign is a comma, spreadsheets separate cells by semicolons, so a formula may begin after one.
FORMULA = re.compile(r"""(?:^|;)[\s"']*([=+@＝＋－＠-])""")


def no_hidden_characters(text: str) -> Iterator[str]:
    """A cell is one line of visible text: no line breaks, control characters, or marks that turn the writing round."""
    if found := HIDDEN.search(text):
        yield f"holds an invisible character, U+{ord(found.group()):04X}: take it out"
    if LOST in text:
        yield "holds U+FFFD, the mark of a letter that was lost: write the letter again"


def no_stray_spaces(text: str) -> Iterator[str]:
    """A cell neither begins nor ends with a space."""
    if text != text.strip() and not HIDDEN.search(text):
        yield "begins or ends with a space"


def no_formulas(text: str) -> Iterator[str]:
    """No text begins, or goes on after a semicolon, with =, +, - or @, which a spreadsheet would take for a formula and run."""
    if (found := FORMULA.search(text)) and not PLAIN_NUMBER.fullmatch(text):
        where = "goes on after a semicolon" if text[found.start()] == ";" else "begins"
        yield f'{where} with "{found[1]}", which a spreadsheet runs as a formula'
