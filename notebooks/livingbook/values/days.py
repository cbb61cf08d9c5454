"""Days as tables and parameters write them, in one form only, so that their texts sort like the calendar."""

from __future__ import annotations

import re
from datetime import date

LATEST = "latest"  # in place of a day: all that is known now


def is_day(text: str) -> bool:
    """Whether a text is a day of the calendar, written as 2025-06-09 and in no other way that ISO 8601 allows."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
