"""The provenance that published files carry: book, version, edition, and a hash of the tables.

It is added when the book is published, not when a notebook runs: a changed row that a notebook does not read changes the hash of
the tables, but does not make the notebook run again. It depends on the book's inputs alone: the same inputs give the same bytes.

An SVG carries it in an element ``metadata``, a PNG in text chunks. A CSV holds rows and nothing else, as every reader of CSV
expects; ``datapackage.json`` beside the CSV files has the provenance of each of them.
"""

from __future__ import annotations

import json
import platform
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from livingbook.drawing import svg
from livingbook.project.citation import citation_of
from livingbook.project.project import Project
from livingbook.system.digests import digest_of_bytes
from livingbook.system.files import as_json, visible_files

LICENCE = ("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/", "Creative Commons Attribution 4.0 International")
PACKAGE = "datapackage.json"
HEADER_ENDS = 33  # bytes of a PNG's signature and its first chunk


@dataclass(frozen=True)
class Imprint:
    """The book that files belong to: title, version, its own edition, and the data hash of each edition."""

    title: str
    version: str
    own: str
    data: dict[str, str]
    slug: str = "book"

    @property
    def name(self) -> str:
        """ "Title, version 1.0"; the title alone without a version."""
        return f"{self.title}, version {self.version}" if self.version else self.title

    def about(self) -> dict[str, str]:
        """What the head of the manifest states. The version of Python is among it, because another one may give other bytes."""
        editions = {f"data of edition {edition}": f"sha256:{found}" for edition, found in sorted(self.data.items())}
        return {"book": self.name, "edition": self.own, **editions, "python": platform.python_version()}

    def of(self, edition: str) -> dict[str, str]:
        """The provenance of a file of an edition."""
        return {"book": self.title, "version": self.version, "edition": edition, "data": f"sha256:{self.data[edition]}"}


def of_stage(project: Project) -> Imprint:
    """The book that is staged, and about to be published."""
    staged = json.loads((project.stage / "published" / "editions.json").read_text("utf-8"))
    cited = citation_of(project.stage)
    return Imprint(
        cited.title or project.settings.title,
        cited.version,
        staged["own"],
        {name: data_hash(project.with_data_of(project.edition(name)).data) for name in staged["editions"]},
        project.settings.name,
    )


def data_hash(folder: Path) -> str:
    """One hash for all tables: what ``sha256sum *.csv | sha256sum`` gives in a folder that holds nothing but them."""
    lines = (f"{digest_of_bytes(path.read_bytes())}  {path.name}\n" for path in visible_files(folder, "*.csv"))
    return digest_of_bytes("".join(lines).encode())


def copy(book: Imprint, pages: Path, source: str, target: str) -> None:
    """Copies a file of the built pages into the book, with provenance if its format has room for it."""
    name = Path(source).relative_to(pages).as_posix()
    Path(target).write_bytes(stamped(name, Path(source).read_bytes(), book))


def stamped(name: str, content: bytes, book: Imprint) -> bytes:
    """The content of a file with provenance, if it is a figure's SVG or PNG or the contract of the tables; else as it is."""
    folder, _, rest = name.partition("/")
    edition = rest.partition("/")[0]
    if folder == "figures" and edition in book.data and name.endswith(".svg"):
        return svg.stamped(content, terms(name, book.of(edition)))
    if folder == "figures" and edition in book.data and name.endswith(".png"):
        return png(content, book.of(edition))
    if name == f"data/{PACKAGE}":
        return as_json(json.loads(content) | versioned(book) | {"provenance": book.of(book.own)}).encode()
    return content


def terms(name: str, origin: dict[str, str]) -> dict[str, str]:
    """What a drawing says of itself: term of Dublin Core → text. origin: as ``Imprint.of`` gives it."""
    return {
        "identifier": name,
        "isPartOf": origin["book"],
        "hasVersion": origin["version"],
        "provenance": f"edition {origin['edition']}; data {origin['data']}",
        "license": LICENCE[1],
    }


def png(picture: bytes, origin: dict[str, str]) -> bytes:
    """A picture with its provenance in text chunks. origin: as ``Imprint.of`` gives it.

    Pillow could write them too, but it would compress the picture once more.
    """
    words = {
        "Source": " ".join(filter(None, [origin["book"], origin["version"]])),
        "Comment": f"edition {origin['edition']}; data {origin['data']}",
        "Copyright": LICENCE[1],
    }
    kept = b"".join(chunk for kind, chunk in chunks(picture) if kind != b"tEXt")
    return picture[:HEADER_ENDS] + b"".join(text_chunk(*each) for each in words.items()) + kept[HEADER_ENDS - 8 :]


def chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a PNG: type and bytes of each, with its length and checksum."""
    at = 8
    while at < len(picture):
        end = at + 12 + struct.unpack(">I", picture[at : at + 4])[0]
        yield picture[at + 4 : at + 8], picture[at:end]
        at = end


def text_chunk(keyword: str, words: str) -> bytes:
    """A chunk of text of a PNG. Characters beyond Latin-1 become question marks."""
    body = b"tEXt" + keyword.encode("latin-1") + b"\0" + words.encode("latin-1", "replace")
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))


def versioned(book: Imprint) -> dict[str, str]:
    """The field with the version; none without one."""
    return {"version": book.version} if book.version else {}
