"""What the last build found of words, for the terminal. It imports little, so that a build with nothing to do ends at once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from livingbook.project.project import Project
from livingbook.system.errors import BuildError, printable

FILE = "published/words.json"  # below the stage
ACCEPTED_BY = "make read CHAPTER="


def of_built(project: Project) -> dict[str, Any]:
    """What the last build found; empty if there is none."""
    try:
        found = json.loads((project.stage / FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def summary(body: Mapping[str, Any]) -> str:
    """For the end of a build; "" where nothing is to be said."""
    broken, left = body.get("broken", 0), body.get("count", 0) - body.get("broken", 0)
    idle = len(body.get("unread", ()))
    parts = [
        f"{broken} {'passage' if broken == 1 else 'passages'} of typed words no longer {'holds' if broken == 1 else 'hold'}",
        f"{left} {'is' if left == 1 else 'are'} to be read again",
        f"{idle} {'row in use is' if idle == 1 else 'rows in use are'} read by no chapter",
    ]
    said = [part for part, count in zip(parts, (broken, left, idle), strict=True) if count]
    return f"Words: {'; '.join(said)}. `make read` lists them; the pages mark them." if said else ""


def listing(body: Mapping[str, Any]) -> str:
    """Everything to be read again, chapter by chapter, with its causes; then the rows that no chapter reads."""
    nothing = "Every sentence was read for the figures that stand there, and every row in use is read or has its reason."
    return "\n".join(_lines(body)) or nothing


def _lines(body: Mapping[str, Any]) -> Iterator[str]:
    if not body.get("read", True):
        yield f"No chapter has been read yet. `{ACCEPTED_BY}all` notes that all were."
        return
    for chapter, found in body["chapters"].items():
        yield f"{chapter}: {found['words']}"
        for each in (each for each in body["list"] if each["chapter"] == chapter):
            of = f" ({each['kind']} of {each['of']})" if each["of"] else ""
            yield f"  {'✗' if each['certain'] else '?'} {printable(each['text'], 400)}{of}"
            yield from (f"      {printable(words, 400)}" for words in each["causes"])
        yield f"  When it has been read and mended: {ACCEPTED_BY}{chapter}"
    for row, found in body["unread"].items():
        yield f"Read by no chapter: {row}: {printable(found['words'], 300)}"
        yield from (f"      near: {printable(each, 300)}" for each in found["near"])


def require_read(project: Project) -> None:
    """Refuses what must not be published with words that nobody has read. Raises ``BuildError`` that lists them."""
    body = of_built(project)
    if body.get("read") and (body["count"] or body["unread"]):
        raise BuildError(f"{listing(body)}\n\n{summary(body)}\nNothing is released before they have been read.")
