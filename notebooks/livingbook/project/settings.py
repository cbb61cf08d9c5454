"""A book's settings for the engine, which stand in ``pyproject.toml`` under ``[tool.livingbook]``.

The title stands in ``_config.yml``, because Jupyter Book reads it there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from livingbook.project.validation import validated
from livingbook.system.readers import toml_from, yaml_from

FILE, TITLED = "pyproject.toml", "_config.yml"
UNTITLED = "This book"

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]


def _expression(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from None
    return text


Expression = Annotated[str, AfterValidator(_expression)]


class Settings(BaseModel):
    """The settings of a book.

    title: as in ``_config.yml``. name: the name of files that are made of the book; by default the title with hyphens.
    compared_with: the edition with which the book's own is compared, on the page of changes. kinds: a module beside the notebooks
    with kinds of parameters that only this book has. readme_figure: the figure in the README, as ``notebook.figure``. card_alt: alt
    text of the picture that is shown where the book is linked. may_be_typed: regular expressions of what has digits and may stand
    in prose as typed. no_question: chapters with a notebook of their name that answer no question of their own. headings: the
    sections at the end of every chapter that does.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = UNTITLED
    name: Slug = "book"
    compared_with: Annotated[str, Field(pattern=r"^\w*$")] = ""
    kinds: Annotated[str, Field(pattern=r"^[\w.]*$")] = ""
    readme_figure: Annotated[str, Field(pattern=r"^(\w+\.\w+)?$")] = ""
    card_alt: str = ""
    may_be_typed: tuple[Expression, ...] = ()
    no_question: tuple[str, ...] = ("index",)
    headings: tuple[str, ...] = ("How it is computed", "What could be wrong", "What would change the answer")


def read_settings(root: Path, read_file: Callable[[Path], bytes] = Path.read_bytes) -> Settings:
    """The settings of the book at ``root``; ``read_file`` reads a file. Raises ``BuildError`` that names file, field and reason."""
    path, titled = root / FILE, root / TITLED
    tools = toml_from(path, read_file(path)).get("tool", {}) if path.is_file() else {}
    given = tools.get("livingbook", {}) if isinstance(tools, dict) else {}
    config = yaml_from(titled, read_file(titled)) if titled.is_file() else {}
    title = config.get("title") if isinstance(config, dict) else None
    if title and isinstance(title, str) and isinstance(given, dict):
        given = {"name": slug(title), **given, "title": title}
    return validated(Settings, given, f"{path}, tool.livingbook")


def slug(title: str) -> str:
    """A title as the name of a file, in lower-case letters, digits and hyphens; "book" if it has no such characters."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60].strip("-") or "book"
