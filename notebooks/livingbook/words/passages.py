"""The sentences of the chapters, each with what stands around it: its heading, its paragraph, the figures shown before it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from livingbook.changes.sentences import END, FENCE, LABEL, ROLE, STARTS, name_of, title_of
from livingbook.system.files import visible_files
from livingbook.system.readers import MAX_PROSE_BYTES, text_of
from livingbook.words import language

HEADING = re.compile(r"^(#{1,6})\s+")
SHOWN = re.compile(r"^\s*(?:`{3,}|:{3,})\{(?P<kind>[\w-]+)\}")
CITES = re.compile(r"cite(?::\w+)?$")
SKIPPED = frozenset({"math", "code", "code-block", "claims", "toctree", "glossary"})  # their content is no prose


@dataclass(frozen=True)
class Passage:
    """A sentence as it is written, and where: ``start`` and ``end`` are its places in the chapter's text.

    names: the numbers glued in it (those of another edition left out: they stay what they were); claims: the claims whose verdict
    it shows; cited: the pages that it cites. near: the numbers of its whole paragraph, and for a heading of all below it. beside,
    claims_beside: the numbers and claims of its own, of the two sentences before and of the two after it; for the first sentence of
    a paragraph the claims of all of it. kind: "sentence", or "title", "subtitle", "caption", "description", "reason", whose words
    are ``of`` a figure, number or claim. lead: of the finding with which a chapter opens. behind: the numbers for which the pages
    cited in it stand: its own, and those of the sentences before it in its paragraph that cite nothing. opens: the first sentence
    of a paragraph. rests: what its author says that it rests on (``rests``).
    """

    chapter: str
    text: str
    start: int
    end: int
    heading: str
    is_heading: bool
    names: tuple[str, ...]
    claims: tuple[str, ...]
    cited: tuple[str, ...]
    near: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    claims_beside: tuple[str, ...] = ()
    kind: str = "sentence"
    of: str = ""
    lead: bool = False
    behind: tuple[str, ...] = ()
    opens: bool = False
    rests: tuple[str, ...] = ()

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
    """A paragraph, list item or heading: its lines with their places. goes_on: an indented paragraph of the list item before it."""

    heading: str
    is_heading: bool
    goes_on: bool
    lines: list[tuple[int, str]] = field(default_factory=list)  # place of the first letter, text

    @property
    def text(self) -> str:
        return " ".join(text for _, text in self.lines)


def chapters_in(folder: Path) -> dict[str, str]:
    """Chapter → its Markdown. Raises ``BuildError`` for one that is not UTF-8 text."""
    return {path.stem: text_of(path, MAX_PROSE_BYTES) for path in visible_files(folder, "*.md")}


def is_record(markdown: str) -> bool:
    """Whether a chapter records what the book said earlier, which need not be true: its front matter says ``record: true``."""
    front = re.match(r"---\n(.*?)\n---\n", markdown, flags=re.S)
    return bool(front and re.search(r"^record: true$", front[1], flags=re.M))


def title(chapter: str, markdown: str) -> str:
    """The heading of a chapter."""
    return title_of(markdown, chapter)


def passages(chapter: str, markdown: str) -> list[Passage]:
    """All sentences of a chapter, in order."""
    blocks = _blocks(markdown)
    below: dict[str, list[str]] = {}  # heading → the numbers of its section
    numbers = [list(_numbers(block.text)) for block in blocks]
    for block, names in zip(blocks, numbers, strict=True):
        below.setdefault(block.heading, []).extend(names)
    found = []
    for at, block in enumerate(blocks):
        # The second paragraph of a list item says what the number in the first one is.
        borrowed = numbers[at - 1] if block.goes_on and not numbers[at] else []
        near = _unique(below[block.heading] if block.is_heading else numbers[at] or borrowed)
        pieces = list(_pieces(block))
        waiting: list[str] = []  # the numbers for which no page has been cited yet
        for place, (text, start, end) in enumerate(pieces):
            waiting += _numbers(text)
            cited = _unique(_cited(text))
            behind, waiting = (_unique(waiting), []) if cited else ((), waiting)
            around = " ".join(other for other, _, _ in pieces[max(0, place - 2) : place + 3])
            judged = block.text if place == 0 else around  # the verdict at a paragraph's end is on the finding that opens it
            found.append(
                Passage(
                    chapter,
                    text,
                    start,
                    end,
                    block.heading,
                    block.is_heading,
                    names=_unique(_numbers(text)) or _unique(borrowed),
                    claims=_unique(_named(text, "claim", "verdict")),
                    cited=cited,
                    near=near,
                    beside=_unique(_numbers(around)),
                    claims_beside=_unique(_named(judged, "claim", "verdict")),
                    lead=at <= 1 and not block.is_heading and _opens(pieces, place),
                    behind=behind,
                    opens=place == 0 and not block.is_heading,
                    rests=tuple(_named(text, "rests")),
                )
            )
    return found


def _blocks(markdown: str) -> list[_Block]:
    """The paragraphs, list items and headings of a chapter; formulas, code and the bodies of some directives are left out."""
    blocks: list[_Block] = []
    heading, until, at = "", "", 0  # until: the line that ends what is left out
    current: _Block | None = None
    for line in markdown.splitlines(keepends=True):
        place, at = at, at + len(line)
        bare, opened = line.strip(), FENCE.match(line)
        if until:
            until = "" if bare.startswith(until) else until
        elif opened or bare.startswith("$$") or not bare or bare == "---" or LABEL.match(line):
            current, until = None, _end_of(bare)
        else:
            begins, hashes = STARTS.match(line), HEADING.match(line)
            heading = bare if hashes else heading
            if begins or current is None:
                goes_on = not begins and line.startswith("  ") and bool(blocks)
                current = _Block(heading, bool(hashes), goes_on)
                blocks.append(current)
            offset = begins.end() if begins else len(line) - len(line.lstrip())
            current.lines.append((place + offset, line[offset:].rstrip()))
            current = None if hashes else current
    return blocks


def _end_of(line: str) -> str:
    """How the line begins that ends what this one opens, if its content is no prose; else ""."""
    if line == "$$":
        return line
    directive = SHOWN.match(line)
    is_code = FENCE.match(line) and (directive["kind"] in SKIPPED if directive else line.strip("`:") != "")
    return line[:3] if is_code else ""


def _pieces(block: _Block) -> Iterator[tuple[str, int, int]]:
    """The sentences of a block: text on one line, start and end in the chapter."""
    joined = block.text
    places = [place + i for place, text in block.lines for i in range(len(text) + 1)]
    # What a role names may hold full stops: it is masked, letter by letter, while the block is cut.
    masked = ROLE.sub(lambda match: "\x00" * (match.end() - match.start()), joined)
    ends = ((match.start() + _closing(match.group()), match.end()) for match in END.finditer(masked))
    cuts = [0, *(place for pair in ends for place in pair), len(masked)]
    for begin, stop in zip(cuts[::2], cuts[1::2], strict=True):
        text = joined[begin:stop]
        if stripped := text.strip():
            first = begin + len(text) - len(text.lstrip())
            yield stripped, places[first], places[first + len(stripped) - 1] + 1


def _opens(pieces: Sequence[tuple[str, int, int]], place: int) -> bool:
    """Whether a sentence is of the finding that opens a paragraph: the first one, and all others of the same bold type."""
    return place == 0 or " ".join(text for text, _, _ in pieces[:place]).count("**") == 1


def _closing(between: str) -> int:
    """How many letters between two sentences belong to the first: closing quotes and stars."""
    return len(between) - len(between.lstrip('"”’)*_'))


def _named(text: str, *roles: str) -> Iterator[str]:
    return (content.strip() for role, content in ROLE.findall(text) if role in roles)


def _numbers(text: str) -> Iterator[str]:
    for content in _named(text, "result"):
        name, _, edition = name_of(content)
        if not edition:
            yield name


def _cited(text: str) -> Iterator[str]:
    return (key.strip() for role, content in ROLE.findall(text) if CITES.match(role) for key in content.split(","))


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
