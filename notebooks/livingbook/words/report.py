"""The reading of a book as its pages, its change report and the terminal show it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from livingbook.contract import printable
from livingbook.project.project import Project
from livingbook.values import wording
from livingbook.words.doubts import Doubt
from livingbook.words.passages import chapters_in, title
from livingbook.words.reading import ACCEPTED_BY, Book, Reading

FILE = "published/words.json"  # below the stage
SHOWN = 3  # causes of one doubt that are told; the others are counted
KINDS = {  # kind of passage → how one and several are called
    "sentence": ("sentence", "sentences"),
    "title": ("title of a figure or table", "titles of figures and tables"),
    "subtitle": ("subtitle of a figure", "subtitles of figures"),
    "caption": ("caption", "captions"),
    "description": ("description of a number", "descriptions of numbers"),
    "reason": ("reason for a verdict", "reasons for verdicts"),
}
LABELLED = {"title": "figures", "subtitle": "figures", "caption": "figures", "description": "numbers", "reason": "claims"}


def staged(book: Book) -> dict[str, Any]:
    """What the pages need: doubts by page, figure, number and claim; how many there are; and the rows that no chapter reads."""
    reading = book.reading()
    body: dict[str, Any] = {
        "read": reading.read_before,
        "count": len(reading.doubts),
        "broken": len(reading.broken),
        "pages": {}, "figures": {}, "numbers": {}, "claims": {},
        "unread": {key: {"words": reading.unread_words[key], "near": near} for key, near in reading.unread.items()},
        "list": [_entry(each, book) for each in reading.doubts],
        "chapters": _chapters(reading, book),
    }  # fmt: skip
    for each in reading.doubts:
        passage = each.passage
        told = {"words": told_of(each), "certain": each.causes[0].certain}
        if passage.kind == "sentence":
            place = {"start": passage.start, "end": passage.end, "heading": passage.is_heading, "text": passage.text}
            body["pages"].setdefault(f"book/{passage.chapter}", []).append({**place, **told})
        else:
            body[LABELLED[passage.kind]].setdefault(passage.of, []).append({"kind": passage.kind, **told})
    return body


def told_of(doubt: Doubt) -> list[str]:
    """The causes of a doubt in words, the first few."""
    every = [cause.words for cause in doubt.causes]
    # One number may be told by several rules, with and without what one of them adds.
    words = [each for each in every if not any(other != each and other.startswith(each) for other in every)]
    return words[:SHOWN] + ([f"and {len(words) - SHOWN} more"] if len(words) > SHOWN else [])


def _entry(doubt: Doubt, book: Book) -> dict[str, Any]:
    passage = doubt.passage
    rows = sorted({row for cause in doubt.causes for row in cause.rows})
    return {
        "chapter": passage.chapter, "kind": passage.kind, "of": passage.of, "text": spoken(passage.text, book),
        "causes": told_of(doubt), "certain": doubt.causes[0].certain, "rows": rows,
    }  # fmt: skip


def spoken(text: str, book: Book) -> str:
    """A sentence as a reader sees it: its numbers and verdicts as they are now, without citations and markup."""
    from livingbook.changes.sentences import parts_of

    def look(role: str, content: str) -> str | None:
        name = content.partition(":")[0].strip()
        if role == "result":
            return book.state.numbers[name].text if name in book.state.numbers else None
        return f"{name} {book.state.cards[name].verdict.replace('_', ' ')}" if name in book.state.cards else None

    return "".join(part.text or part.after or "…" for part in parts_of(text, look, look)).strip()


def _chapters(reading: Reading, book: Book) -> dict[str, dict[str, Any]]:
    """Chapter → its title and how many doubts it has, of which kinds."""
    titles = {name: title(name, text) for name, text in chapters_in(book.project.root / "book").items()}
    return {
        name: {"title": titles.get(name, name), "count": len(found), "words": counted(each.passage.kind for each in found)}
        for name, found in reading.by_chapter.items()
    }


def counted(kinds: Iterable[str]) -> str:
    """ "3 sentences and 1 title of a figure or table"."""
    every = list(kinds)
    found = [wording.plural(every.count(kind), *names) for kind, names in KINDS.items() if kind in every]
    return wording.listing(found)


# --- In the terminal -------------------------------------------------------------------------------------------------------------


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
    from livingbook.system.errors import BuildError

    body = of_built(project)
    if body.get("read") and (body["count"] or body["unread"]):
        raise BuildError(f"{listing(body)}\n\n{summary(body)}\nNothing is released before they have been read.")
