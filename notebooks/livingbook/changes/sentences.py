"""The sentences of the chapters whose published numbers or verdicts differ between two snapshots.

A number is glued into a sentence by a role, as in ``{result}`rate.monthly` ``; the roles are read from the chapters' Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from livingbook.system.files import visible_files
from livingbook.system.readers import MAX_PROSE_BYTES, text_of

# What a role shows: its kind ("result", "claim", "verdict") and what it names → text, None where nothing is published.
Look = Callable[[str, str], str | None]

ROLE = re.compile(r"\{([\w:+-]+)\}`([^`]*)`")
GLUED = ("result", "claim", "verdict")
FENCE = re.compile(r"^\s*(?:`{3,}|:{3,})")
# Lines that begin a block of their own: headings, list items, quotations, rows of tables.
STARTS = re.compile(r"^\s*(?:#{1,6}\s+|[-*+]\s+|\d+[.)]\s+|>\s*|\|)")
LABEL = re.compile(r"^\(.*\)=\s*$|^:[\w-]+:")
END = re.compile(r"(?<=[.!?])[\"”’)*_]*\s+(?=[\"“‘(*_]*(?:[A-ZА-Я\d]|\x00))")
KEPT = re.compile("\x00(\\d+)\x00")


class Part(BaseModel):
    """A piece of a sentence: plain text, or a role ("name") and what it shows before and after."""

    model_config = ConfigDict(frozen=True)

    text: str = ""
    name: str = ""
    before: str | None = None
    after: str | None = None

    @property
    def moved(self) -> bool:
        """Whether this is a role that shows something else after than before."""
        return bool(self.name) and self.before != self.after


class Sentence(BaseModel):
    """A sentence with at least one part that moved; ``chapter`` is the page's file name without its ending."""

    model_config = ConfigDict(frozen=True)

    chapter: str
    title: str
    parts: list[Part]

    def __str__(self) -> str:
        """The sentence with ``[before → after]`` where something moved."""
        return "".join(
            f"[{each.before or '(none)'} → {each.after or '(none)'}]"
            if each.moved
            else each.text or each.after or each.before or ""
            for each in self.parts
        )


def moved(folder: Path, before: Look, after: Look, except_citing: str = "") -> list[Sentence]:
    """The sentences of the chapters in ``folder`` whose numbers or verdicts differ, chapter by chapter.

    except_citing: an edition; sentences that cite it by name are left out.
    """
    found = []
    for path in visible_files(folder, "*.md"):
        markdown = text_of(path, MAX_PROSE_BYTES)
        for sentence in sentences(markdown):
            if except_citing and f"@{except_citing}`" in sentence:
                continue
            parts = list(parts_of(sentence, before, after))
            if any(part.moved for part in parts):
                found.append(Sentence(chapter=path.stem, title=title_of(markdown, path.stem), parts=parts))
    return found


def cited_in(folder: Path) -> dict[str, list[str]]:
    """Published name (with ``@edition`` if the role has one) → chapters whose prose cites it."""
    found: dict[str, list[str]] = {}
    for path in visible_files(folder, "*.md"):
        for role, content in ROLE.findall(text_of(path, MAX_PROSE_BYTES)):
            if role == "result":
                name, _, edition = name_of(content)
                found.setdefault(f"{name}@{edition}" if edition else name, []).append(path.stem)
    return {name: list(dict.fromkeys(chapters)) for name, chapters in found.items()}


def name_of(content: str) -> tuple[str, str, str]:
    """What a role names: ("rate.monthly", "low", "article") for ``rate.monthly:low@article``; "" for a part that is missing."""
    rest, _, edition = content.partition("@")
    name, _, part = rest.partition(":")
    return name.strip(), part.strip(), edition.strip()


def title_of(markdown: str, name: str) -> str:
    """The first heading of a chapter; its name if it has none."""
    found = re.search(r"^#\s+(.+)$", markdown, flags=re.M)
    return found.group(1).strip() if found else name


def sentences(markdown: str) -> Iterator[str]:
    """The sentences of a chapter in order, with their roles as written; without fences and the marks of headings and lists."""
    for block in blocks(markdown):
        roles: list[str] = []

        def keep(match: re.Match[str], roles: list[str] = roles) -> str:
            roles.append(match.group())
            return f"\x00{len(roles) - 1}\x00"

        # Each role is replaced by a placeholder while the block is cut into sentences: what it names may hold full stops.
        for piece in END.split(ROLE.sub(keep, block)):
            if piece.strip():
                yield KEPT.sub(lambda match, roles=roles: roles[int(match.group(1))], piece.strip())


def blocks(markdown: str) -> Iterator[str]:
    """Paragraphs, list items and headings as one line each."""
    lines: list[str] = []
    for line in [*markdown.replace("\x00", "").splitlines(), ""]:
        apart = not line.strip() or FENCE.match(line) or LABEL.match(line)
        if (apart or STARTS.match(line)) and lines:
            yield " ".join(lines)
            lines = []
        if not apart:
            lines.append(STARTS.sub("", line).strip())


def parts_of(sentence: str, before: Look, after: Look) -> Iterator[Part]:
    """A sentence in parts: its words, without markup, citations and links; and its roles, with what they show before and after."""
    sentence = ROLE.sub(lambda match: match.group() if match.group(1) in GLUED else words_of_role(*match.groups()), sentence)
    for pattern, plain in ((r"\(\s*(?:see)?\s*\)", ""), (r"\s+", " "), (r"\s+([.,;:?!)])", r"\1")):
        sentence = re.sub(pattern, plain, sentence)
    at = 0
    for match in ROLE.finditer(sentence):
        yield from _words(sentence[at : match.start()])
        at = match.end()
        role, content = match.groups()
        yield Part(name=content, before=before(role, content), after=after(role, content))
    yield from _words(sentence[at:])


def words_of_role(role: str, content: str) -> str:
    """What a role that shows nothing published leaves in the sentence: a term its words, any other role nothing."""
    return content.partition(" <")[0] if role == "term" else ""


def _words(text: str) -> Iterable[Part]:
    for pattern, plain in ((r"<[^<>]*>", ""), (r"!?\[([^\]]*)\]\([^)]*\)", r"\1"), (r"\*+|`|(?<!\w)_+|_+(?!\w)", "")):
        text = re.sub(pattern, plain, text)
    return [Part(text=text)] if text else []
