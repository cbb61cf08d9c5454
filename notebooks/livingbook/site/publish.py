"""Publishing: the built pages replace the published book in one step."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

from livingbook.project.project import Project
from livingbook.site import leaks, manifest, provenance
from livingbook.system.files import settle, write


def complete(project: Project, pages: Path, folder: Path, executed: leaks.Executed) -> None:
    """Copies the built pages into ``folder`` and makes them a book there: with provenance in its files, and with a manifest.

    executed: the notebooks that are searched, as the files are, for what tells of this machine. Raises ``BuildError`` if any does.
    """
    book = provenance.of_stage(project)
    shutil.copytree(
        pages, folder, ignore=shutil.ignore_patterns(".buildinfo", ".doctrees"), copy_function=partial(provenance.copy, book, pages)
    )
    provenance.describe(folder, book)
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
        settle(unfinished)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    if folder.is_dir():
        folder.replace(earlier)
    unfinished.replace(folder)
    shutil.rmtree(earlier, ignore_errors=True)


def publish_as_the_book(project: Project, pages: Path, executed: leaks.Executed) -> None:
    """Makes the pages the published book in one step: the symbolic link ``_build/html`` is turned from the old folder to the new.

    The folders are numbered, in ``_build/published``; the old one is removed.
    """
    folders = project.build / "published"
    folders.mkdir(parents=True, exist_ok=True)
    number = 1 + max((int(path.name) for path in folders.iterdir() if path.name.isdigit()), default=0)
    fresh = folders / str(number)
    unfinished = folders / f".{number}.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        complete(project, pages, unfinished, executed)
        settle(unfinished)  # else, after a loss of power, the link could lead to files that were not written to disk
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    unfinished.replace(fresh)
    link = folders / ".link"
    link.unlink(missing_ok=True)
    link.symlink_to(Path("published") / fresh.name)
    if project.published.is_dir() and not project.published.is_symlink():
        shutil.rmtree(project.published)
    link.replace(project.published)
    for path in folders.iterdir():
        if path != fresh:
            shutil.rmtree(path, ignore_errors=True)
