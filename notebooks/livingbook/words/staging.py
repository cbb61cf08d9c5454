"""The reading of a book as its pages and its change report show it; ``told`` has it for the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from livingbook.values import wording
from livingbook.words.book import Book, Reading
from livingbook.words.doubts import Doubt
from livingbook.words.passages import chapters_in, title

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
