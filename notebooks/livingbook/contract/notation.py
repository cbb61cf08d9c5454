"""How the tables write numbers, days and keys."""

from __future__ import annotations

import re

# No zeros before a number, no minus before nothing; more than 15 digits are not kept exactly once they are computed with.
PLAIN_NUMBER = re.compile(r"(?!(?:\D*[0-9]){16})(?!-0(?:\.0*)?$)-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
PLAIN_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
SLUG = re.compile(r"[a-z0-9][a-z0-9_-]*")
LAST_OF = {4: "1231", 7: "31", 10: ""}  # what makes a year, a month or a day, by its length, the last day in it


def number(text: str) -> float | None:
    """The number a cell holds; None if it is empty or not plainly written."""
    return float(text) if PLAIN_NUMBER.fullmatch(text) else None


def day(text: str) -> int | None:
    """A number that is in the order of the calendar, of a date as the tables write it; None if it is written otherwise."""
    return int(text.replace("-", "")) if PLAIN_DATE.fullmatch(text) else None


def last_day(text: str) -> int | None:
    """The same of the last day of a year, a month or a date; None if it is none of them."""
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", text):
        return None
    return int(text.replace("-", "") + LAST_OF[len(text)])
