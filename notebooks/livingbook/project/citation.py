"""What ``CITATION.cff`` says of a book: the one reader of it, for pages, files, books on paper and the release."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from livingbook.system.errors import BuildError
from livingbook.system.readers import yaml_from

CITATION = "CITATION.cff"


@dataclass(frozen=True)
class Citation:
    """What is cited of a book; "" for what the file does not say. authors, keywords: separated by commas."""

    title: str = ""
    authors: str = ""
    version: str = ""
    abstract: str = ""
    keywords: str = ""


def citation_of(folder: Path) -> Citation:
    """What the file in a folder says; nothing if there is none. Raises ``BuildError`` as ``citation_from`` does."""
    path = folder / CITATION
    return citation_from(path, path.read_bytes() if path.is_file() else None)


def citation_from(path: Path, content: bytes | None) -> Citation:
    """The same of a file whose content was read before. Raises ``BuildError`` that names file and row for what is no such file."""
    given = (yaml_from(path, content) if content else None) or {}
    authors = given.get("authors", []) if isinstance(given, dict) else None
    if not isinstance(authors, list) or not all(isinstance(each, dict) for each in authors):
        raise BuildError(f"{path}: must be names with values, authors a list of them, as the Citation File Format has it")
    names = [each.get("name") or f"{each.get('given-names', '')} {each.get('family-names', '')}".strip() for each in authors]
    return Citation(
        str(given.get("title", "")),
        ", ".join(map(str, names)),
        str(given.get("version", "")),
        " ".join(str(given.get("abstract", "")).split()),
        ", ".join(map(str, given.get("keywords", []))),
    )
