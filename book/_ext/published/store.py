"""Reading what a run published, and remembering which page used which piece of it.

A page is outdated when the *content* of a piece it used changes, not when a file's time stamp does: the pipeline may
restore older files, and one file holds the numbers of many pages. So every page records a digest of each piece it
read, a piece being a file or one entry inside a JSON file.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

logger = logging.getLogger(__name__)

CLAIMS = "published/claims.json"
PACKAGE = "data/datapackage.json"
EDITIONS = "published/editions.json"
DEFAULT_EDITION = "latest"
Piece = tuple[str, ...]  # a path below the source folder, then keys inside that JSON file


class Unknown(Exception):
    """Something was asked for that no run published; the message says what, and what is close to it."""


@lru_cache(maxsize=512)
def _bytes(path: str, _modified: int, _size: int) -> bytes:
    return Path(path).read_bytes()


@lru_cache(maxsize=256)
def _json(path: str, _modified: int, _size: int) -> Any:
    return json.loads(Path(path).read_bytes())


def _stamp(path: Path) -> tuple[str, int, int]:
    stat = path.stat()
    return str(path), stat.st_mtime_ns, stat.st_size


def look_up(root: Path, piece: Piece) -> Any:
    """The piece's content: bytes of a file, or a value inside a JSON file; None where there is no such thing."""
    path = root / piece[0]
    if not path.is_file():
        return None
    if len(piece) == 1 and path.suffix != ".json":
        return _bytes(*_stamp(path))
    value = _json(*_stamp(path))
    for key in piece[1:]:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def digest(content: Any) -> str:
    """A short name for a piece's content; the same content always has the same one."""
    raw = content if isinstance(content, bytes) else json.dumps(content, sort_keys=True).encode()
    return hashlib.sha256(raw).hexdigest()[:16]


def uses(env: BuildEnvironment) -> dict[str, dict[Piece, str]]:
    """Page → pieces it read → their digests. Lives in the environment, so it survives between builds."""
    if not hasattr(env, "published_uses"):
        env.published_uses = {}
    return env.published_uses


def use(env: BuildEnvironment, *piece: str) -> Any:
    """A piece's content, noted as used by the page being read."""
    content = look_up(Path(env.srcdir), piece)
    uses(env).setdefault(env.docname, {})[piece] = digest(content)
    return content


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


def close_to(asked: str, existing: list[str]) -> str:
    """The end of a message about an unknown name: what is like it, else what there is."""
    near = difflib.get_close_matches(asked, existing, n=3, cutoff=0.5)
    if near:
        return f"; close to it: {', '.join(near)}"
    return f"; there are: {', '.join(existing[:12])}" if existing else "; there are none"


def split_name(name: str) -> tuple[str, str]:
    """"rate.monthly" → ("rate", "monthly"). Raises Unknown if it has another shape."""
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


def outdated(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """Pages one of whose pieces has other content than when they were read."""
    root = Path(env.srcdir)
    return sorted(
        page for page, pieces in uses(env).items()
        if page in env.found_docs and any(digest(look_up(root, piece)) != was for piece, was in pieces.items())
    )


def forget_time_stamps(app: Sphinx, doctree: nodes.document) -> None:
    """Sphinx notes images by their time stamps; for published ones the digests above decide."""
    noted = app.env.dependencies.get(app.env.docname, set())
    noted -= {path for path in noted if path.startswith("published/")}


def follow_static_files(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """All pages, to be written again, if a static file has changed: pages name some by their checksum, and Sphinx copies none
    unless it writes a page."""
    found = [path for folder in app.config.html_static_path for path in sorted((Path(app.confdir) / folder).rglob("*"))]
    now = digest([[path.name, digest(path.read_bytes())] for path in found if path.is_file()])
    was, env.published_static = getattr(env, "published_static", now), now
    return [] if now == was else sorted(env.found_docs)


def purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forget what a page used: it is read anew or gone."""
    uses(env).pop(docname, None)


def merge(app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    """Take over what pages read by another process used."""
    uses(env).update({page: pieces for page, pieces in uses(other).items() if page in docnames})


def setup(app: Sphinx) -> None:
    """Register the bookkeeping."""
    app.connect("env-get-outdated", outdated)
    app.connect("doctree-read", forget_time_stamps, priority=900)  # after the images were collected
    app.connect("env-updated", follow_static_files)
    app.connect("env-purge-doc", purge)
    app.connect("env-merge-info", merge)
