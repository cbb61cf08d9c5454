"""Publishing: the built pages become the published book, all at once."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

from livingbook.project.project import Project
from livingbook.site import leaks, manifest, provenance
from livingbook.system.files import settle, write


def complete(project: Project, pages: Path, folder: Path, executed: leaks.Executed) -> None:
    """Copies the built pages into a folder of their own, where they are a book: its files say where they come from, tell nothing
    of this machine (else ``BuildError``), and are all listed in its manifest."""
    book = provenance.of_stage(project)
    shutil.copytree(
        pages, folder, ignore=shutil.ignore_patterns(".buildinfo", ".doctrees"), copy_function=partial(provenance.copy, book, pages)
    )
    provenance.describe(folder, book)
    listed = manifest.of_folder(folder, book.about())
    leaks.require_none(project, folder, listed.files, executed)
    write(folder / manifest.NAME, manifest.as_text(listed))


def publish(project: Project, pages: Path, executed: leaks.Executed) -> None:
    """Makes the pages the published book, all at once: the name ``html`` passes from the old folder to the new.

    The folders lie beside it under ``_build/published``; the one before the new is removed.
    """
    shelf = project.build / "published"
    shelf.mkdir(parents=True, exist_ok=True)
    number = 1 + max((int(path.name) for path in shelf.iterdir() if path.name.isdigit()), default=0)
    fresh = shelf / str(number)
    unfinished = shelf / f".{number}.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        complete(project, pages, unfinished, executed)
        settle(unfinished)  # else a loss of power could leave the new name with old or empty files
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    unfinished.replace(fresh)
    link = shelf / ".link"
    link.unlink(missing_ok=True)
    link.symlink_to(Path("published") / fresh.name)
    if project.published.is_dir() and not project.published.is_symlink():
        shutil.rmtree(project.published)
    link.replace(project.published)
    for path in shelf.iterdir():
        if path != fresh:
            shutil.rmtree(path, ignore_errors=True)
