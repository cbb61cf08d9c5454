"""Publishing: the built pages replace the published book in one step."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import sys
from functools import partial
from pathlib import Path

from livingbook.project.project import Project
from livingbook.site import data_package, leaks, manifest, provenance
from livingbook.system.files import flush_to_disk, mirror, write

HERE, SWAP = -100, 2  # what the systems call a path from here, and that two names change places


def complete(project: Project, pages: Path, folder: Path, executed: leaks.Executed) -> None:
    """Copies the built pages into ``folder`` and makes them a book there: with provenance in its files, and with a manifest.

    executed: the notebooks that are searched, as the files are, for what tells of this machine. Raises ``BuildError`` if any does.
    """
    book = provenance.of_stage(project)
    shutil.copytree(
        pages, folder, ignore=shutil.ignore_patterns(".buildinfo", ".doctrees"), copy_function=partial(provenance.copy, book, pages)
    )
    data_package.describe(project, folder, book)
    listed = manifest.of_folder(folder, book.about())
    leaks.require_none(project, folder, listed.files, executed)
    write(folder / manifest.NAME, manifest.as_text(listed))


def publish(project: Project, pages: Path, executed: leaks.Executed) -> None:
    """Makes the pages the published book, or the book in ``project.beside`` if it is built beside the published one."""
    if project.beside:
        publish_beside(project, project.beside, pages, executed)
    else:
        publish_as_the_book(project, pages, executed)


def publish_beside(project: Project, folder: Path, pages: Path, executed: leaks.Executed) -> None:
    """Makes the pages the book in ``folder``, in place of an earlier one there. The new book is complete before that is removed."""
    unfinished, earlier = (folder.with_name(f".{folder.name}.{word}") for word in ("unfinished", "earlier"))
    for path in (unfinished, earlier):
        shutil.rmtree(path, ignore_errors=True)
    try:
        complete(project, pages, unfinished, executed)
        flush_to_disk(unfinished)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    if folder.is_dir():
        folder.replace(earlier)
    unfinished.replace(folder)
    shutil.rmtree(earlier, ignore_errors=True)


def publish_as_the_book(project: Project, pages: Path, executed: leaks.Executed) -> None:
    """Makes the pages the published book in one step: the folder ``_build/html`` changes places with one beside it.

    It is a folder, not a link, so that it can be copied, packed and served from within like any other. The folder that stands aside
    afterwards is kept and gets the same content: a server that was started in it goes on with the new pages.
    """
    project.build.mkdir(parents=True, exist_ok=True)
    fresh, aside = project.build / ".html.fresh", project.build / ".html.aside"
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        complete(project, pages, fresh, executed)
        if aside.is_dir():
            mirror(files(fresh), aside)
        else:
            aside.unlink(missing_ok=True)
            fresh.replace(aside)
        flush_to_disk(aside)  # else, after a loss of power, the published files could be ones that were not written to disk
        exchange(aside, project.published)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    if aside.is_dir() and not aside.is_symlink():
        with contextlib.suppress(OSError):  # the book is published; without room, whoever serves from within begins anew
            mirror(files(project.published), aside)
    else:
        aside.unlink(missing_ok=True)
    shutil.rmtree(project.build / "published", ignore_errors=True)  # the place of the book when ``html`` was a link


def files(folder: Path) -> dict[str, Path | str | bytes]:
    """Path in the folder → file."""
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


def exchange(one: Path, other: Path) -> None:
    """Makes two names change places, in one step where the system can do that; if there is no ``other``, ``one`` is renamed."""
    if not other.exists() and not other.is_symlink():
        one.replace(other)
    elif not swapped(one, other):
        between = one.with_name(f"{one.name}.before")
        shutil.rmtree(between, ignore_errors=True)
        other.replace(between)
        one.replace(other)
        between.replace(one)


def swapped(one: Path, other: Path) -> bool:
    """Whether Linux or macOS has made the two names change places; some of their file systems cannot."""
    if sys.platform not in ("linux", "darwin"):
        return False
    names = [os.fsencode(path) for path in (one, other)]
    library = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "darwin":
        return library.renamex_np(*names, SWAP) == 0
    return hasattr(library, "renameat2") and library.renameat2(HERE, names[0], HERE, names[1], SWAP) == 0
