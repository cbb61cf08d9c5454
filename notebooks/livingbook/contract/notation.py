"""How the tables write numbers, days and keys."""

from __future__ import annotations

import re

# No leading zeros, no minus sign before zero, and at most 15 digits, because floating-point numbers do not keep more exactly.
PLAIN_NUMBER = re.compile(r"(?!(?:\D*[0-9]){16})(?!-0(?:\.0*)?$)-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
PLAIN_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
SLUG = re.compile(r"[a-z0-9][a-z0-9_-]*")
LAST_OF = {4: "1231", 7: "31", 10: ""}  # length of a year, month or date → the digits that make it its last day


def cell_number(text: str) -> float | None:
    """The number a cell holds; None if it is empty or not plainly written."""
    return float(text) if PLAIN_NUMBER.fullmatch(text) else None


def day_number(text: str) -> int | None:
    """A date of the tables as a number that sorts like the calendar, "2025-06-09" → 20250609; None if it is written otherwise."""
    return int(text.replace("-", "")) if PLAIN_DATE.fullmatch(text) else None


def last_day_number(text: str) -> int | None:
    """The same for the last day of a year, a month or a date, "2025-06" → 20250631; None for any other text."""
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", text):
        return None
    return int(text.replace("-", "") + LAST_OF[len(text)])
