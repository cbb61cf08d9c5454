"""The sentences of the chapters, each with what stands around it: its heading, its paragraph, the figures shown before it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from livingbook.changes.sentences import END, FENCE, LABEL, ROLE, STARTS, name_of, title_of
from livingbook.words import language

HEADING = re.compile(r"^(#{1,6})\s+")
SHOWN = re.compile(r"^\s*(?:`{3,}|:{3,})\{(?P<kind>[\w-]+)\}\s*(?P<name>[\w.]*)")
CITES = re.compile(r"cite(?::\w+)?$")
SKIPPED = frozenset({"math", "code", "code-block", "claims", "toctree", "glossary"})  # their content is no prose


@dataclass(frozen=True)
class Passage:
    """A sentence as it is written, and where: ``start`` and ``end`` are its places in the chapter's text.

    names: the numbers glued in it (those of another edition left out: they stay what they were); claims: the claims whose verdict it
    shows; cited: the pages that it cites. near, near_claims: the same of its whole paragraph, and for a heading of all below it.
    """

    chapter: str
    text: str
    start: int
    end: int
    block: int
    heading: str
    is_heading: bool
    names: tuple[str, ...]
    claims: tuple[str, ...]
    cited: tuple[str, ...]
    figures: tuple[str, ...]  # shown in the same section
    near: tuple[str, ...] = ()
    near_claims: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()  # numbers of the sentence before and of the two after it
    section: tuple[str, ...] = ()  # all numbers of the section
    kind: str = "sentence"  # or "title", "subtitle", "caption", "description", "reason"
    of: str = ""  # the figure, number or claim whose words these are
    lead: bool = False  # of the first paragraph of the chapter

    @property
    def words(self) -> str:
        """What was typed, without roles and markup."""
        return language.plain(self.text)

    @property
    def key(self) -> str:
        """The same for the same sentence, however its lines are broken."""
        return key_of(self.text)


def key_of(text: str) -> str:
    """A short name for a text, whatever its white space."""
    return sha256(re.sub(r"\s+", " ", text).strip().encode()).hexdigest()[:12]


@dataclass
class _Block:
    """A paragraph, list item or heading: its lines with their places."""

    heading: str
    is_heading: bool
    goes_on: bool = False  # an indented paragraph of the list item before it
    lines: list[tuple[int, str]] = field(default_factory=list)  # place of the first letter, text


def chapters_in(folder: Path) -> dict[str, str]:
    """Chapter → its Markdown."""
    return {path.stem: path.read_text("utf-8") for path in sorted(folder.glob("*.md"))}


def is_record(markdown: str) -> bool:
    """Whether a chapter records what the book said earlier: what it quotes need not be true. Its front matter says ``record: true``."""
    front = re.match(r"---\n(.*?)\n---\n", markdown, flags=re.S)
    return bool(front and re.search(r"^record: true$", front[1], flags=re.M))


def title(chapter: str, markdown: str) -> str:
    """The heading of a chapter."""
    return title_of(markdown, chapter)


def passages(chapter: str, markdown: str) -> list[Passage]:
    """All sentences of a chapter, in order."""
    blocks, shown = _blocks(markdown)
    found: list[Passage] = []
    sections: dict[str, list[str]] = {}
    for number, block in enumerate(blocks):
        pieces = list(_pieces(block))
        near = _unique(name for text, _, _ in pieces for name in _numbers(text))
        borrowed = _unique(_numbers(" ".join(text for _, text in blocks[number - 1].lines))) if block.goes_on and not near else ()
        near_claims = _unique(name for text, _, _ in pieces for name in _named(text, "claim", "verdict"))
        sections.setdefault(block.heading, []).extend(near)
        for place, (text, start, end) in enumerate(pieces):
            beside = _unique(name for other, _, _ in pieces[max(0, place - 2) : place + 3] for name in _numbers(other))
            found.append(
                Passage(
                    chapter, text, start, end, number, block.heading, block.is_heading,
                    _unique(_numbers(text)) or borrowed, _unique(_named(text, "claim", "verdict")), _unique(_cited(text)),
                    tuple(shown.get(block.heading, ())), near or borrowed, near_claims, beside=beside, lead=number <= 1 and not block.is_heading,
                )
            )  # fmt: skip
    return [
        Passage(**{
            **vars(each),
            "section": _unique(sections[each.heading]),
            "near": _unique(sections[each.heading]) if each.is_heading else each.near,
        })
        for each in found
    ]  # fmt: skip


def _blocks(markdown: str) -> tuple[list[_Block], dict[str, list[str]]]:
    """The blocks of a chapter, and heading → the figures and tables shown below it."""
    blocks: list[_Block] = []
    shown: dict[str, list[str]] = {}
    heading, skipped, at = "", "", 0
    current: _Block | None = None
    for line in markdown.splitlines(keepends=True):
        place, at = at, at + len(line)
        opened = FENCE.match(line)
        if skipped:
            skipped = "" if opened and line.strip().startswith(skipped) or (not opened and line.strip() == skipped) else skipped
            continue
        if (directive := SHOWN.match(line)) and directive["kind"] in SKIPPED or (opened and not directive and line.strip() != "```"):
            current, skipped = None, line.strip()[:3]
            continue
        if line.strip().startswith("$$") or line.strip() == "---":
            current = None
            if line.strip() == "$$":
                skipped = "$$"
            continue
        if directive and directive["kind"].startswith("published-") and directive["name"]:
            shown.setdefault(heading, []).append(directive["name"])
        if not line.strip() or opened or LABEL.match(line):
            current = None
            continue
        begins = STARTS.match(line)
        if hashes := HEADING.match(line):
            heading = line.strip()
        if begins or current is None:
            current = _Block(heading, bool(hashes), not begins and line.startswith("  ") and bool(blocks))
            blocks.append(current)
        offset = begins.end() if begins else len(line) - len(line.lstrip())
        current.lines.append((place + offset, line[offset:].rstrip()))
        if hashes:
            current = None
    return blocks, shown


def _pieces(block: _Block) -> Iterator[tuple[str, int, int]]:
    """The sentences of a block: text on one line, start and end in the chapter."""
    joined = " ".join(text for _, text in block.lines)
    places = [place + i for place, text in block.lines for i in range(len(text) + 1)]
    # What a role names may hold full stops: it is masked, letter by letter, while the block is cut.
    masked = ROLE.sub(lambda match: "\x00" * (match.end() - match.start()), joined)
    cuts = [0, *(each for match in END.finditer(masked) for each in (match.start() + _closing(match.group()), match.end())), len(masked)]
    for begin, stop in zip(cuts[::2], cuts[1::2], strict=True):
        text = joined[begin:stop]
        if stripped := text.strip():
            first = begin + len(text) - len(text.lstrip())
            yield stripped, places[first], places[first + len(stripped) - 1] + 1


def _closing(between: str) -> int:
    """How many letters between two sentences belong to the first: closing quotes and stars."""
    return len(between) - len(between.lstrip("\"”’)*_"))


def _named(text: str, *roles: str) -> Iterator[str]:
    return (content.strip() for role, content in ROLE.findall(text) if role in roles)


def _numbers(text: str) -> Iterator[str]:
    for content in _named(text, "result"):
        name, _, edition = name_of(content)
        if not edition:
            yield name


def _cited(text: str) -> Iterator[str]:
    return (key.strip() for role, content in ROLE.findall(text) if CITES.match(role) for key in content.split(","))


def _unique(names: Iterator[str] | list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
