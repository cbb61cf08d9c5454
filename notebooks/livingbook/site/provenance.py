"""What a published file says of where it comes from: book, version, edition, and a hash of the tables.

Said when the book is published, not when a notebook runs: a notebook does not run again because a row that it does not read
has changed, but the data hash is another then. What is said is a function of the book's inputs: the same inputs give the same
bytes.

An SVG says it in an element ``metadata``, a PNG in text chunks. A CSV stays what every reader of CSV expects, rows and nothing
else: ``datapackage.json`` beside the files says it of each of them.
"""

from __future__ import annotations

import json
import platform
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import yaml

from livingbook.drawing.stamp import plain
from livingbook.project.project import Project
from livingbook.system.files import as_json, digest_of_bytes, write

LICENCE = ("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/", "Creative Commons Attribution 4.0 International")
PACKAGE = "datapackage.json"
ROOT_TAG = re.compile(rb"<svg\b[^>]*>", re.S)
HEADER_ENDS = 33  # bytes of a PNG's signature and its first chunk


@dataclass(frozen=True)
class Book:
    """The book that files belong to: title, version, its own edition, and the data hash of each edition."""

    title: str
    version: str
    own: str
    data: dict[str, str]
    slug: str = "book"

    @property
    def name(self) -> str:
        return f"{self.title}, version {self.version}" if self.version else self.title

    def about(self) -> dict[str, str]:
        """What the manifest says at its head. The Python is said because another one may give other bytes."""
        editions = {f"data of edition {edition}": f"sha256:{found}" for edition, found in sorted(self.data.items())}
        return {"book": self.name, "edition": self.own, **editions, "python": platform.python_version()}

    def of(self, edition: str) -> dict[str, str]:
        """What a file of an edition says."""
        return {"book": self.title, "version": self.version, "edition": edition, "data": f"sha256:{self.data[edition]}"}


def of_stage(project: Project) -> Book:
    """The book that is staged, and about to be published."""
    staged = json.loads((project.stage / "published" / "editions.json").read_text("utf-8"))
    path = project.stage / "CITATION.cff"
    cited = yaml.safe_load(path.read_text("utf-8")) if path.is_file() else {}
    return Book(
        cited.get("title", project.settings.title),
        str(cited.get("version", "")),
        staged["own"],
        {name: data_hash(project.with_data_of(project.edition(name)).data) for name in staged["editions"]},
        project.settings.name,
    )


def data_hash(folder: Path) -> str:
    """One hash for all tables: what ``sha256sum *.csv | sha256sum`` gives in a folder that holds nothing but them."""
    lines = (f"{digest_of_bytes(path.read_bytes())}  {path.name}\n" for path in sorted(folder.glob("*.csv")))
    return digest_of_bytes("".join(lines).encode())


def copy(book: Book, pages: Path, source: str, target: str) -> None:
    """Copies a file of the built pages into the book; a figure says from there on where it comes from."""
    name = Path(source).relative_to(pages).as_posix()
    Path(target).write_bytes(stamped(name, Path(source).read_bytes(), book))


def stamped(name: str, content: bytes, book: Book) -> bytes:
    """A file of a book with what it can say of itself: a drawing or picture of an edition, the contract of the tables."""
    folder, _, rest = name.partition("/")
    edition = rest.partition("/")[0]
    if folder == "figures" and edition in book.data and name.endswith(".svg"):
        return svg(content, name, book.of(edition))
    if folder == "figures" and edition in book.data and name.endswith(".png"):
        return png(content, book.of(edition))
    if name == f"data/{PACKAGE}":
        return as_json(json.loads(content) | versioned(book) | {"provenance": book.of(book.own)}).encode()
    return content


def describe(folder: Path, book: Book) -> None:
    """Writes beside the tables of each edition's figures what they are and where they come from."""
    for edition in book.data:
        if tables := sorted((folder / "figures" / edition).glob("*.csv")):
            write(folder / "figures" / edition / PACKAGE, as_json(package(edition, tables, book)))


def svg(drawing: bytes, name: str, said: dict[str, str]) -> bytes:
    """A drawing that says where it comes from, in Dublin Core."""
    terms = {
        "identifier": name,
        "isPartOf": said["book"],
        "hasVersion": said["version"],
        "provenance": f"edition {said['edition']}; data {said['data']}",
        "license": LICENCE[1],
    }
    lines = "".join(f"<dcterms:{term}>{escape(text)}</dcterms:{term}>" for term, text in terms.items() if text)
    made = (
        '\n<metadata id="provenance"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        f'xmlns:dcterms="http://purl.org/dc/terms/"><rdf:Description rdf:about="">{lines}</rdf:Description></rdf:RDF>'
        "</metadata>"
    )
    return ROOT_TAG.sub(lambda root: root[0] + made.encode(), plain(drawing), count=1)


def png(picture: bytes, said: dict[str, str]) -> bytes:
    """A picture with text chunks that say where it comes from."""
    words = {
        "Source": " ".join(filter(None, [said["book"], said["version"]])),
        "Comment": f"edition {said['edition']}; data {said['data']}",
        "Copyright": LICENCE[1],
    }
    kept = b"".join(chunk for kind, chunk in chunks(picture) if kind != b"tEXt")
    return picture[:HEADER_ENDS] + b"".join(text_chunk(*each) for each in words.items()) + kept[HEADER_ENDS - 8 :]


def chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The parts of a PNG: kind and bytes of each."""
    at = 8
    while at < len(picture):
        end = at + 12 + struct.unpack(">I", picture[at : at + 4])[0]
        yield picture[at + 4 : at + 8], picture[at:end]
        at = end


def text_chunk(keyword: str, words: str) -> bytes:
    body = b"tEXt" + keyword.encode("latin-1") + b"\0" + words.encode("latin-1", "replace")
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))


def package(edition: str, tables: list[Path], book: Book) -> dict[str, Any]:
    """A Data Package of the tables behind an edition's figures, with the hash of each file."""
    return {
        "profile": "data-package",
        "name": f"{book.slug}-figures-{edition}".lower().replace("_", "-"),
        "title": f"{book.title}: the tables of figures, edition {edition}",
        **versioned(book),
        "licenses": [dict(zip(("name", "path", "title"), LICENCE, strict=True))],
        "provenance": book.of(edition),
        "resources": [described(path) for path in tables],
    }


def versioned(book: Book) -> dict[str, str]:
    return {"version": book.version} if book.version else {}


def described(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    return {
        "name": path.stem.lower().replace("_", "-"),
        "path": path.name,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{digest_of_bytes(content)}",
    }
