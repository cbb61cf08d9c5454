"""SHA-256 of texts, files and folders: what says that something is as it was."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path


def digest(*parts: str | bytes | Path) -> str:
    """SHA-256 over texts, bytes and the content of files, and over their lengths: ("ab", "c") differs from ("a", "bc")."""
    found = hashlib.sha256()
    for part in parts:
        content = part.read_bytes() if isinstance(part, Path) else part.encode() if isinstance(part, str) else part
        found.update(f"{len(content)}:".encode())
        found.update(content)
    return found.hexdigest()


def digest_of_bytes(content: bytes) -> str:
    """SHA-256 of a file's content, as other programs compute it."""
    return hashlib.sha256(content).hexdigest()


def folder_digest(folder: Path) -> str:
    """Hash of the names and contents of all files in a folder; it changes when anybody writes there."""
    files = sorted(path for path in folder.rglob("*") if stat.S_ISREG(path.lstat().st_mode))
    return digest(*(part for path in files for part in (path.relative_to(folder).as_posix(), path)))
