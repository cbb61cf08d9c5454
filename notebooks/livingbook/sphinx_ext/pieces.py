"""Reading what a run published, and remembering which page was made from which piece of it.

A piece is a file below the source folder, one entry inside a JSON file, or one row of a table by its key, which is its first cell:
one file holds the numbers of many pages. Every page remembers a digest of each piece that it was made from; ``freshness`` compares
them.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
import json
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from livingbook.sphinx_ext.kept import Piece, by_page

logger = logging.getLogger(__name__)

CLAIMS = "published/claims.json"
CHANGES = "published/changes.json"
PACKAGE = "data/datapackage.json"
EDITIONS = "published/editions.json"
BOOK = "published/book.json"
DEFAULT_EDITION = "latest"


class Unknown(Exception):
    """A name was used that no run published; the message says which, and names similar to it."""


@lru_cache(maxsize=512)
def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


@lru_cache(maxsize=256)
def _json(path: Path) -> Any:
    return json.loads(_bytes(path) or b"null")


@lru_cache(maxsize=64)
def _rows(path: Path) -> dict[str, dict[str, str]]:
    return {next(iter(row.values())): row for row in rows_of(_bytes(path) or b"")}


def rows_of(table: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))


@cache
def digest_of(root: Path, piece: Piece) -> str:
    """The digest of a piece as it is now; for a whole file, of its bytes."""
    return digest(_bytes(root / piece[0]) if len(piece) == 1 else look_up(root, piece))


def look_again(app: Sphinx, config: Config) -> None:
    """Forgets what this process read for an earlier build. During one build, nobody writes to the source folder."""
    for remembered in (_bytes, _json, _rows, digest_of):
        remembered.cache_clear()


def look_up(root: Path, piece: Piece) -> Any:
    """The piece's content: bytes of a file, a value inside a JSON file, or a row of a table; None where there is no such thing."""
    path = root / piece[0]
    if len(piece) == 1 and path.suffix != ".json":
        return _bytes(path)
    value: Any = _rows(path) if path.suffix == ".csv" else _json(path)
    for key in piece[1:]:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def digest(content: Any) -> str:
    """A short name for a piece's content; the same content always has the same one."""
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return hashlib.sha256(raw).hexdigest()[:16]


def uses(env: BuildEnvironment) -> dict[str, dict[Piece, str]]:
    """Page → the pieces it was made from → their digests when it was read."""
    return by_page(env).uses


def use(env: BuildEnvironment, *piece: str) -> Any:
    """A piece's content, noted as used by the page being read."""
    root = Path(env.srcdir)
    uses(env).setdefault(env.docname, {})[piece] = digest_of(root, piece)
    return look_up(root, piece)


def names_in(env: BuildEnvironment, *piece: str) -> list[str]:
    """The keys at a place in a JSON file (for suggestions only: not noted as used)."""
    content = look_up(Path(env.srcdir), piece)
    return sorted(content) if isinstance(content, dict) else []


def editions(root: Path) -> list[str]:
    """The editions that were published."""
    return sorted(path.name for path in (root / "published").glob("*") if path.is_dir())


def own_edition(root: Path) -> str:
    """The edition that the book holds: what its text shows where it names none."""
    return look_up(root, (EDITIONS, "own")) or DEFAULT_EDITION


def setting_of_book(env: BuildEnvironment, setting: str) -> str:
    """A setting of the book; "" where it has none."""
    return str((look_up(Path(env.srcdir), (BOOK,)) or {}).get(setting, ""))


def close_to(asked: str, existing: list[str]) -> str:
    """The end of a message about an unknown name: similar names, else all names that exist."""
    near = difflib.get_close_matches(asked, existing, n=3, cutoff=0.5)
    if near:
        return f"; close to it: {', '.join(near)}"
    return f"; there are: {', '.join(existing[:12])}" if existing else "; there are none"


def split_name(name: str) -> tuple[str, str]:
    """ "rate.monthly" → ("rate", "monthly"). Raises Unknown if it has another shape."""
    notebook, dot, rest = name.partition(".")
    if not (notebook and dot and rest):
        raise Unknown(f"{name!r} is not of the form notebook.name")
    return notebook, rest


def published(env: BuildEnvironment, kind: str, name: str, edition: str = "") -> dict[str, Any]:
    """One published entry, of the book's own edition unless one is named. Raises Unknown.

    kind: "results", "figures" or "tables"; name: "notebook.name".
    """
    notebook, rest = split_name(name)
    edition = edition or own_edition(Path(env.srcdir))
    path = f"published/{edition}/{notebook}.json"
    entry = use(env, path, kind, rest)
    if entry is None:
        raise Unknown(_why_unknown(env, kind, name, edition))
    return entry


def _why_unknown(env: BuildEnvironment, kind: str, name: str, edition: str) -> str:
    root, (notebook, _) = Path(env.srcdir), split_name(name)
    asked = f"no {kind.rstrip('s')} {name!r} in edition {edition!r}"
    if edition not in (known := editions(root)):
        return f"{asked}: no such edition{close_to(edition, known)}"
    notebooks = sorted(path.stem for path in (root / "published" / edition).glob("*.json"))
    if notebook not in notebooks:
        return f"{asked}: no such notebook was published{close_to(notebook, notebooks)}"
    existing = names_in(env, f"published/{edition}/{notebook}.json", kind)
    return asked + close_to(name, [f"{notebook}.{other}" for other in existing])


def claim(env: BuildEnvironment, identifier: str) -> dict[str, Any]:
    """One claim with its verdict. Raises Unknown."""
    entry = use(env, CLAIMS, identifier)
    if entry is None:
        raise Unknown(f"no claim {identifier!r}{close_to(identifier, names_in(env, CLAIMS))}")
    return entry


def warn(message: str, node: nodes.Node | tuple[str, int]) -> None:
    """A build warning that names the page and the line."""
    logger.warning(message, location=node, type="published")


def use_sources(app: Sphinx, doctree: nodes.document) -> None:
    """Notes the files that a page is made from: its source, what it includes or shows, and the table of contents if it has one."""
    env = app.env
    files = {env.doc2path(env.docname, base=False), *env.dependencies.get(env.docname, ())}
    if "external_toc_path" in app.config and next(iter(doctree.findall(addnodes.toctree)), None) is not None:
        files.add(app.config.external_toc_path)
    for file in sorted(map(str, files)):
        use(env, file)
    use(env, EDITIONS, "own")  # numbers, figures and tables are of that edition


def setup(app: Sphinx) -> None:
    """Register the bookkeeping."""
    app.connect("config-inited", look_again, priority=0)
    app.connect("doctree-read", use_sources, priority=900)  # after Sphinx has collected images and files to download
