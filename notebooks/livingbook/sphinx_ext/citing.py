"""How the book, a page of it, or something on a page is cited."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sphinx.environment import BuildEnvironment

from livingbook.project.citation import CITATION, Citation, citation_from
from livingbook.sphinx_ext import pieces
from livingbook.sphinx_ext.i18n import _

SETTINGS = "published/settings.json"


@dataclass(frozen=True)
class Work:
    """The book as it is cited."""

    title: str
    authors: str
    version: str
    until: str  # the last day of evidence, ISO
    url: str

    @property
    def state(self) -> str:
        """Version and evidence, as far as they are known."""
        parts = [
            _("Version {version}").format(version=self.version) if self.version else "",
            _("evidence to {day}").format(day=self.until) if self.until else "",
        ]
        return ", ".join(part for part in parts if part)

    def address(self, path: str) -> str:
        """The address of a file of the book; "" where that of the book is not known."""
        return f"{self.url.rstrip('/')}/{path}" if self.url else ""


def work(env: BuildEnvironment, edition: str = "", noted: bool = True) -> Work:
    """The book, from CITATION.cff. noted: True to note it as a piece of the page being read, which then follows its changes."""

    def piece(*keys: str) -> Any:
        return pieces.use(env, *keys) if noted else pieces.look_up(Path(env.srcdir), keys)

    given = _citation(piece(CITATION))
    until = piece(SETTINGS, edition or pieces.own_edition(Path(env.srcdir)), "evidence_to") or ""
    return Work(
        given.title or env.config.project, given.authors or env.config.author, given.version, until, env.config.html_baseurl
    )


@lru_cache(maxsize=8)
def _citation(content: bytes | None) -> Citation:
    return citation_from(Path(CITATION), content)


def cited(book: Work, part: str, url: str = "") -> str:
    """A citation of a part of the book, in words."""
    pieces = [f"{book.authors}. “{part}”. In: {book.title}.", f"{book.state}." if book.state else "", url]
    return " ".join(piece for piece in pieces if piece)


def bibtex(book: Work, key: str, part: str, url: str = "") -> str:
    """The same for BibTeX. Braces keep names and titles as they are written."""
    fields = {
        "author": f"{{{tex(book.authors)}}}",
        "title": f"{{{tex(part)}}}",
        "booktitle": f"{{{tex(book.title)}}}",
        "year": book.until[:4],
        "note": tex(book.state),
        "url": url,
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@incollection{{{key},\n{lines}\n}}"


def tex(text: str) -> str:
    """Text with TeX's special characters escaped; backslashes and braces are left out."""
    plain = "".join(character for character in text if character not in "\\{}")
    return "".join(f"\\{character}" if character in "&%$#_" else character for character in plain)
