"""Rules about the text of any one cell: what is said of it holds whatever table it stands in.

Each takes a text and yields the reasons why it is wrong; its docstring is the rule in words. Markup is none of their
business: text is escaped wherever it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from livingbook.contract.notation import PLAIN_NUMBER

# What is not seen: line breaks and other control characters; marks that turn the direction of writing; characters and
# fillers of no width or no ink; tags; surrogates, private characters and those that Unicode says will never be any.
HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u2800\u3164\ud800-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U0010ffff]"
)
LOST = "\ufffd"  # stands where a program could not read a letter
# In other countries a spreadsheet takes semicolons for the ends of cells, so a formula may begin after one.
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
