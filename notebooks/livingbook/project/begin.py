"""Starting a new book on another subject: a small one, which builds."""

from __future__ import annotations

import shutil
from pathlib import Path

from livingbook.project.project import possible
from livingbook.project.settings import slug
from livingbook.system.errors import BuildError
from livingbook.system.files import write

ENGINE = Path(__file__).parents[1]
START = ENGINE / "start"
LOCK = ENGINE.parents[1] / "requirements.txt"  # the locked packages of the book in which the engine lies
NAMED = (
    "_config.yml",
    "CITATION.cff",
    "pyproject.toml",
    "README.md",
    "data/datapackage.json",
)  # files in which the book's name stands


def start_book(folder: Path) -> Path:
    """Writes a small book with invented figures into a folder that is new or empty, the engine and its lock beside it; returns it.

    Raises ``BuildError`` where something lies there already.
    """
    folder = possible(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BuildError(f"{folder}: is not empty; a new book begins in a folder of its own")
    title = folder.name.replace("-", " ").replace("_", " ").strip().capitalize() or "My book"
    shutil.copytree(START, folder, dirs_exist_ok=True)
    for name in NAMED:
        text = (folder / name).read_text("utf-8")
        write(folder / name, text.replace("My book", title).replace("my-book", slug(title)))
    shutil.copytree(ENGINE, folder / "notebooks" / "livingbook", ignore=shutil.ignore_patterns("__pycache__"))
    if LOCK.is_file():
        shutil.copyfile(LOCK, folder / "requirements.txt")
    return folder
