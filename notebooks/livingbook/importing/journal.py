"""Writing new tables whole or not at all, by way of a journal beside them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from livingbook import contract
from livingbook.system.errors import BuildError
from livingbook.system.files import JOURNAL, write

WRITABLE = 0o222  # the bits of a file's mode by which somebody may write to it


def swap(folder: Path, tables: dict[str, bytes], books: Path) -> None:
    """Replaces tables by new ones: all of them, or none.

    The new files are first written into a journal beside the tables, then renamed into place one by one. A table that others refer
    to comes before those others, so that a build that reads in between finds tables that keep the contract. If this is interrupted,
    ``recover`` completes it; if it fails, the old tables are put back and ``BuildError`` is raised. books: the book's own
    contract, which gives the order where the folder has none.
    """
    journal = folder / JOURNAL
    names = [f"{table}.csv" for table in contract.fields_of(folder, books) if table in tables]
    _require_open(folder, names)
    try:
        for part, read in (("new", lambda name: tables[Path(name).stem]), ("old", lambda name: (folder / name).read_bytes())):
            (journal / part).mkdir(parents=True)
            for name in names:
                _write(journal / part / name, read(name))
                shutil.copymode(folder / name, journal / part / name)
        _write(journal / "ready", "\n".join(names).encode())  # from here on, ``recover`` completes an interrupted import
        for name in names:
            _replace(journal / "new" / name, folder / name)
    except OSError as error:
        _take_back(folder, names)
        reason = f"the rows could not be written ({error.strerror or error}); the tables are as they were"
        raise BuildError(f"{folder}: {reason}") from None
    shutil.rmtree(journal)


def recover(folder: Path) -> str:
    """Completes an interrupted import if all of its tables were written, else drops it. Returns what was done, "" if nothing."""
    journal = folder / JOURNAL
    if not journal.is_dir():
        return ""
    ready = (journal / "ready").is_file()
    for name in (journal / "ready").read_text("utf-8").splitlines() if ready else []:
        if (journal / "new" / name).is_file():
            _replace(journal / "new" / name, folder / name)
    shutil.rmtree(journal)
    return (
        "An earlier import was interrupted while its tables were swapped in: it has been completed."
        if ready
        else "An earlier import was interrupted before it changed a table: what it left has been removed."
    )


def _take_back(folder: Path, names: list[str]) -> None:
    journal = folder / JOURNAL
    (journal / "ready").unlink(missing_ok=True)
    for name in names:
        old = journal / "old" / name
        if old.is_file() and old.read_bytes() != (folder / name).read_bytes():
            _replace(old, folder / name)
    shutil.rmtree(journal, ignore_errors=True)


def _require_open(folder: Path, names: list[str]) -> None:
    """Raises ``BuildError`` for a table that is a link to a protected file: its content belongs to a store such as git-annex's."""
    for path in (folder / name for name in names):
        if path.is_symlink() and not path.stat().st_mode & WRITABLE:
            raise BuildError(
                f"{path}: is a link to {path.resolve()}, which nobody may write to, as git-annex and DVC keep files: unlock it "
                "first (`git annex unlock`, `dvc unprotect`); nothing was written"
            )


def _replace(new: Path, target: Path) -> None:
    """Puts a file in the place of a table. A table that is a link stays one: the file is replaced that it leads to."""
    if not target.is_symlink():
        new.replace(target)
        return
    place, mode = target.resolve(), new.stat().st_mode
    write(place, new.read_bytes())
    place.chmod(mode)
    new.unlink()


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
