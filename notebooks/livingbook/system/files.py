"""Writing files and folders: a file appears whole or not at all, and one that has not changed is not touched."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LONGEST_PLACE = 60  # bytes; folders of random names lie in it, and sockets in those, whose paths systems limit to 103
SCRATCH = "livingbook-"  # how the names of folders for temporary files begin
JOURNAL = ".import"  # folder beside the tables, in which an import keeps the new tables until all are written


def as_json(body: Any) -> str:
    """JSON with sorted keys and a newline at the end, so that equal data give equal bytes. Raises ``ValueError`` for infinity."""
    return json.dumps(body, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def as_json_line(body: Any) -> str:
    """The same on one line, for files that only programs read: it is written many times as fast."""
    return json.dumps(body, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def has_content(path: Path, content: str | bytes) -> bool:
    """Whether there is a file with exactly that content. The file may hold any bytes: a damaged one is merely different."""
    return path.is_file() and path.read_bytes() == (content.encode() if isinstance(content, str) else content)


def write(path: Path, content: str | bytes) -> bool:
    """Writes a file, by renaming a temporary one beside it, so that nobody sees half of it. Returns whether the content changed.

    A file that has the content already is not touched: its time stays, by which other programs decide what to rebuild.
    """
    content = content.encode() if isinstance(content, str) else content
    if has_content(path, content):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        error.filename = str(path)  # the file that somebody knows, not the one that could not be made beside it
        raise
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


# Names of files and folders that no person has put there: hidden ones (``.#rate.ipynb``, ``._rate.ipynb``), copies that editors and
# version control make before they write (``rate.md~``, ``#rate.md#``, ``rate.md.orig``), locks of open documents (``~$new.xlsx``),
# compiled modules, and what systems note about a folder.
LEFT = re.compile(
    r"\..*|__pycache__|~\$.*|#.*#|.*~|.*\.(?:orig|rej|bak|tmp|swp|part|icloud)|.*___jb_(?:tmp|old)___|4913|Thumbs\.db|desktop\.ini|Icon\r",
    re.DOTALL,
)


def is_left(name: str) -> bool:
    """Whether a file or folder of that name is what editors and systems leave, and none of the project's."""
    return LEFT.fullmatch(name) is not None


def tree(folder: Path, suffixes: Iterable[str] = ()) -> Iterator[Path]:
    """The files of a folder and those below, in order, without what editors and systems leave."""
    suffixes = tuple(suffixes)
    for path in sorted(folder.rglob("*")):
        left = any(map(is_left, path.relative_to(folder).parts))
        if path.is_file() and not left and (not suffixes or path.suffix in suffixes):
            yield path


def visible_files(folder: Path, pattern: str = "*") -> list[Path]:
    """The files in a folder that match a pattern, in order of their names, without what editors and systems leave."""
    return sorted(path for path in folder.glob(pattern) if not is_left(path.name) and path.is_file())


def temporary() -> Path:
    """The system's folder for temporary files, even while ``scratch`` has set another one."""
    folder = Path(tempfile.gettempdir())
    return folder.parent if folder.name.startswith(SCRATCH) else folder


@contextmanager
def short_folder() -> Iterator[str]:
    """A temporary folder whose path is short enough for sockets in it, even if that of ``TMPDIR`` is not; removed at the end."""
    with tempfile.TemporaryDirectory(dir=short_place()) as folder:
        yield folder


def short_place() -> str:
    """The folder for temporary files, or if its path is too long for sockets, one that systems have beside it and is writable."""
    own = tempfile.gettempdir()
    others = (os.environ.get("XDG_RUNTIME_DIR"), "/tmp", "/var/tmp")
    short = (each for each in others if each and len(each) < LONGEST_PLACE and os.access(each, os.W_OK | os.X_OK))
    return own if len(os.fsencode(own)) <= LONGEST_PLACE else next(short, own)


@contextmanager
def scratch(note: Path) -> Iterator[bool]:
    """A folder for the temporary files of this process and of those that it starts; removed at the end.

    note: a file that holds the folder's path as long as it exists. If the file is there at the beginning, an earlier process was
    killed. Its folder is then removed, and True is yielded, so that the caller can remove whatever else that process left.
    """
    interrupted = note.is_file()
    if interrupted:
        left = Path(note.read_text("utf-8", errors="replace"))
        if left.name.startswith(SCRATCH) and left.parent == temporary():
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=SCRATCH, ignore_cleanup_errors=True) as folder:
        note.write_text(folder, "utf-8")
        before, os.environ["TMPDIR"] = os.environ.get("TMPDIR"), folder
        tempfile.tempdir = None  # makes the module look it up again
        try:
            yield interrupted
        finally:
            if before is None:
                del os.environ["TMPDIR"]
            else:
                os.environ["TMPDIR"] = before
            tempfile.tempdir = None
    note.unlink(missing_ok=True)


def flush_to_disk(folder: Path) -> None:
    """Makes the system write all changes of this file system to disk, in one call, which takes tenths of a second."""
    import ctypes

    if hasattr(os, "sync"):
        handle = os.open(folder, os.O_RDONLY)
        try:
            getattr(ctypes.CDLL(None), "syncfs", lambda _: os.sync())(handle)
        finally:
            os.close(handle)


def tidy(build: Path) -> None:
    """Removes what a killed build has left: files and folders under temporary names, and results for settings of a sweep."""
    for part in ("done", "drawn", "editions", "store", "sweeps", "without"):
        for path in sorted((build / part).rglob(".*")):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
    for path in (build / "editions").glob("sweep_*"):
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def only_one(lock: Path, waiting: str) -> Iterator[None]:
    """Waits until no other process holds the lock; prints ``waiting`` if there is one.

    lock: a file. The system frees the lock when the process that holds it ends, also when it is killed.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as handle:
        try:
            import fcntl
        except ImportError:  # Windows has no such lock: there the user must not start two builds at once
            yield
            return
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(waiting, flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
