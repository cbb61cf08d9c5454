"""Files written whole or not at all, and folders kept in step without touching what has not changed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCRATCH = "livingbook-"  # how a folder for what is put away for a while begins its name
JOURNAL = ".import"  # the folder, among the tables, in which new tables wait to be swapped in


def as_json(body: Any) -> str:
    """JSON with sorted keys and a closing newline: equal data, equal bytes. Open bounds are null, never Infinity."""
    return json.dumps(body, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def in_a_line(body: Any) -> str:
    """The same on one line, for files that only machines read: many times as fast to write."""
    return json.dumps(body, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def holds(path: Path, content: str | bytes) -> bool:
    """Whether there is a file with that content: a note that was damaged, even so that it is no text, is as good as none."""
    return path.is_file() and path.read_bytes() == (content.encode() if isinstance(content, str) else content)


def write(path: Path, content: str | bytes) -> bool:
    """Writes a file whole, by way of a temporary one beside it; leaves it alone if it has that content already.

    Returns whether it changed, so that what depends on the file's time is rebuilt only then.
    """
    content = content.encode() if isinstance(content, str) else content
    if holds(path, content):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return True


def mirror(wanted: dict[str, Path | str | bytes], folder: Path) -> list[str]:
    """Makes ``folder`` hold exactly the wanted files (relative path → file to copy, or content); returns what changed."""
    changed = [
        name
        for name, content in sorted(wanted.items())
        if write(folder / name, content.read_bytes() if isinstance(content, Path) else content)
    ]
    for path in sorted(folder.rglob("*"), reverse=True):
        name = path.relative_to(folder).as_posix()
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif name not in wanted:
            path.unlink()
            changed.append(name)
    return changed


def tree(folder: Path, suffixes: Iterable[str] = ()) -> Iterator[Path]:
    """The files of a folder, in order, without caches and hidden files."""
    suffixes = tuple(suffixes)
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith((".", "__pycache__")) for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden and (not suffixes or path.suffix in suffixes):
            yield path


def digest(*parts: str | bytes | Path) -> str:
    """SHA-256 over texts, bytes and the content of files, each with its length, so that no two lists collide."""
    found = hashlib.sha256()
    for part in parts:
        content = part.read_bytes() if isinstance(part, Path) else part.encode() if isinstance(part, str) else part
        found.update(f"{len(content)}:".encode())
        found.update(content)
    return found.hexdigest()


def digest_of_bytes(content: bytes) -> str:
    """SHA-256 of a file's content, as other programs compute it."""
    return hashlib.sha256(content).hexdigest()


def temporary() -> Path:
    """Where the system puts what is put away for a while."""
    folder = Path(tempfile.gettempdir())
    return folder.parent if folder.name.startswith(SCRATCH) else folder


@contextmanager
def scratch(note: Path) -> Iterator[bool]:
    """A folder for whatever this process, and those that it starts, put away for a while; gone at the end.

    note: file that says where the folder is while there is one. If it is there at the beginning, an earlier process was killed:
    its folder is removed, and True is given, so that what else it left can be.
    """
    interrupted = note.is_file()
    if interrupted:
        left = Path(note.read_text("utf-8", errors="replace"))
        if left.name.startswith(SCRATCH) and left.parent == temporary():
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=SCRATCH, ignore_cleanup_errors=True) as folder:
        note.write_text(folder, "utf-8")
        before, os.environ["TMPDIR"] = os.environ.get("TMPDIR"), folder
        tempfile.tempdir = None  # to be looked up again
        try:
            yield interrupted
        finally:
            if before is None:
                del os.environ["TMPDIR"]
            else:
                os.environ["TMPDIR"] = before
            tempfile.tempdir = None
    note.unlink(missing_ok=True)


def settle(folder: Path) -> None:
    """Has the system write to disk what it still holds of this file system: all at once, in tenths of a second."""
    import ctypes

    if hasattr(os, "sync"):
        handle = os.open(folder, os.O_RDONLY)
        try:
            getattr(ctypes.CDLL(None), "syncfs", lambda _: os.sync())(handle)
        finally:
            os.close(handle)


def tidy(build: Path) -> None:
    """Removes what a killed build has left unfinished: files and folders not yet under their names, settings of a sweep."""
    for part in ("done", "editions", "store", "sweeps", "without", "published"):
        for path in sorted((build / part).rglob(".*")):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
    for path in (build / "editions").glob("sweep_*"):
        shutil.rmtree(path, ignore_errors=True)


def state_of(folder: Path) -> str:
    """Hash of the names and contents of a folder's files: whether anybody has written there since."""
    files = sorted(path for path in folder.rglob("*") if stat.S_ISREG(path.lstat().st_mode))
    return digest(*(part for path in files for part in (path.relative_to(folder).as_posix(), path)))


@contextmanager
def only_one(lock: Path, waiting: str) -> Iterator[None]:
    """Lets one process in at a time; the system frees the lock when its holder ends, however it ends."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as handle:
        try:
            import fcntl
        except ImportError:  # Windows: no such lock; two builds at once are then the user's to avoid
            yield
            return
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(waiting, flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
