"""The project: its folders, its notebooks, its editions."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from livingbook.system.digests import digest
from livingbook.system.errors import BuildError, printable

if TYPE_CHECKING:
    from livingbook.project.settings import Settings

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}")  # of an edition or a sweep; it becomes the name of a folder
SETTING = "sweep_"  # how the names begin of editions that are settings of a sweep
COMMON = ("as_of", "data", "results")  # parameters that a notebook gets from its edition, and that no assumption may set


@dataclass(frozen=True)
class Edition:
    """A named set of parameters: the date as of which the evidence is read, and assumptions by notebook.

    as_of: a day, or "latest". assumptions: notebook → parameter → value. data: a data folder of its own; ``None`` for that of the
    project. without: an origin whose observations are left out; "" for none. figures: whether figures are drawn, which the table of
    a sweep does not need.
    """

    name: str
    as_of: str
    assumptions: Mapping[str, Mapping[str, Any]]
    data: Path | None = None
    without: str = ""
    figures: bool = True


@dataclass(frozen=True)
class Project:
    """A checkout of a book and a data folder. root: the folder that holds book/, notebooks/ and _build/.

    beside: the folder of a book that is built beside the published one; ``None`` for the published one. Both share stored runs,
    results of editions and tables of sweeps.
    """

    root: Path
    data: Path
    beside: Path | None = None

    @classmethod
    def at(cls, root: Path | None = None, data: str | None = None) -> Project:
        """The project at ``root``; without it, the one in the current folder, or else the one in which the engine lies.

        data: a folder of tables to use in place of the project's own. Raises ``BuildError`` for a path that cannot exist.
        """
        here = Path.cwd()
        root = possible(root or (here if (here / "_toc.yml").is_file() else Path(__file__).parents[3]))
        return cls(root, possible(Path(data)) if data else root / "data")

    @property
    def contract(self) -> Path:
        """The file of the contract that the tables must keep."""
        return self.root / "data" / "datapackage.json"

    @property
    def notebooks(self) -> Path:
        """The folder of the notebooks."""
        return self.root / "notebooks"

    @cached_property
    def settings(self) -> Settings:
        """The book's settings in ``pyproject.toml``, and its title. Raises ``BuildError`` for a setting that is wrong."""
        from livingbook.project.settings import read_settings

        return read_settings(self.root)

    @cached_property
    def engine(self) -> Path:
        """The folder of the engine: the project's own if it has one, else the installed one, which is running."""
        own = self.notebooks / "livingbook"
        return own if own.is_dir() else Path(__file__).parents[1]

    @property
    def packages(self) -> list[Path]:
        """The folders of the Python packages beside the notebooks."""
        return sorted(path.parent for path in self.notebooks.glob("*/__init__.py"))

    @property
    def python_path(self) -> str:
        """``PYTHONPATH`` for processes that work for the project: its own modules first, then the engine."""
        return os.pathsep.join(dict.fromkeys([str(self.notebooks), str(self.engine.parent)]))

    @property
    def build(self) -> Path:
        """The folder of everything that is made; nobody edits there."""
        return self.root / "_build"

    @property
    def room(self) -> Path:
        """The folder for what is made of one book alone: its stage, its pages before they are published, notes of its build."""
        return self.build / "beside" / f"{self.beside.name}-{digest(str(self.beside))[:8]}" if self.beside else self.build

    @property
    def stage(self) -> Path:
        """The folder that Jupyter Book reads: settings, chapters, executed notebooks, published results."""
        return self.room / "stage"

    @property
    def published(self) -> Path:
        """The folder of the published book; of a book beside it, that book's own folder."""
        return self.beside or self.build / "html"

    def with_data_of(self, edition: Edition) -> Project:
        """The project with the data folder that an edition reads in place of its own."""
        return replace(self, data=edition.data) if edition.data else self

    def edition_folder(self, edition: str) -> Path:
        """The folder with the results of an edition, a file for each notebook."""
        return self.build / "editions" / edition

    def sweep_file(self, sweep: str) -> Path:
        """The tidy table of a sweep."""
        return self.build / "sweeps" / f"{sweep}.csv"

    def folder_without(self, origin: str) -> Path:
        """The folder for a copy of the tables without the observations of one origin."""
        return self.build / "without" / (origin if self.data == self.root / "data" else f"{digest(str(self.data))[:8]}-{origin}")

    def relative_path(self, folder: Path) -> str:
        """A data folder as notebooks get it: relative to notebooks/, so that no output holds a path of this machine."""
        return Path(os.path.relpath(folder, self.notebooks)).as_posix()

    @cached_property
    def notebook_names(self) -> list[str]:
        """Names of the book's notebooks, in alphabetical order. Raises ``BuildError`` if there is none."""
        from livingbook.project.notebooks import of_book

        names = of_book(self.notebooks)
        if not names:
            raise BuildError(f"{self.notebooks}: no notebooks")
        return names

    @cached_property
    def editions(self) -> list[Edition]:
        """The editions of ``notebooks/editions.yml``. Raises ``BuildError`` that names edition, field and reason."""
        from livingbook.project.editions import read_editions

        return read_editions(self)

    def edition(self, name: str) -> Edition:
        """The edition of that name. Raises ``BuildError`` with the names of all editions if there is none."""
        for edition in self.editions:
            if edition.name == name:
                return edition
        raise BuildError(f"no edition {name!r}; there are {', '.join(each.name for each in self.editions)}")

    def editions_of_book(self, name: str) -> list[Edition]:
        """The editions in a book: the one of that name, then the one with which it is compared, if there is one.

        Raises ``BuildError`` for an edition that there is not.
        """
        beside = self.settings.compared_with
        own = self.edition(name)
        try:
            return [own, *([self.edition(beside)] if beside not in ("", name) else [])]
        except BuildError as error:
            raise BuildError(f"{self.root / 'pyproject.toml'}, tool.livingbook, compared_with: {error}") from None


def possible(path: Path) -> Path:
    """The path as an absolute one, without links; it need not exist. Raises ``BuildError`` for a path that cannot exist."""
    try:
        found = path.resolve()
        found.is_dir()
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BuildError(f"{printable(str(path), 300)}: there can be no such folder: {reason}") from None
    return found
