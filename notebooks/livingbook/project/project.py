"""Where things are: the project's folders, its notebooks, its editions."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from livingbook.contract import printable
from livingbook.system.errors import BuildError
from livingbook.system.files import digest
from livingbook.system.readers import yaml_of
from livingbook.values.days import LATEST, is_day

if TYPE_CHECKING:
    from livingbook.project.settings import Settings

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}")  # of an edition or a sweep: it becomes the name of a folder
SETTING = "sweep_"  # how the editions begin their names that are settings of a sweep
COMMON = ("as_of", "data", "results")  # given to notebooks by the edition, not by its assumptions


@dataclass(frozen=True)
class Edition:
    """A named set of parameters: the date as of which the evidence is read, and assumptions by notebook.

    data: its own data folder; without it, that of the project. without: an origin whose observations are left out. figures:
    whether they are drawn; a sweep's table needs none.
    """

    name: str
    as_of: str
    assumptions: Mapping[str, Mapping[str, Any]]
    data: Path | None = None
    without: str = ""
    figures: bool = True


@dataclass(frozen=True)
class Project:
    """One checkout and one data folder. ``root`` holds book/, notebooks/ and _build/."""

    root: Path
    data: Path

    @classmethod
    def at(cls, root: Path | None = None, data: str | None = None) -> Project:
        """The project at ``root``, else the one in whose folder we are, else that in which the engine lies.

        data: a folder of tables in place of its own.
        """
        here = Path.cwd()
        root = possible(root or (here if (here / "_toc.yml").is_file() else Path(__file__).parents[3]))
        return cls(root, possible(Path(data)) if data else root / "data")

    @property
    def contract(self) -> Path:
        """What the book demands of its tables."""
        return self.root / "data" / "datapackage.json"

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    @cached_property
    def settings(self) -> Settings:
        """What the book says of itself. Raises ``BuildError``."""
        from livingbook.project.settings import read

        return read(self.root)

    @property
    def engine(self) -> Path:
        """The folder of the engine: the project's own if it has one, else that which is installed."""
        own = self.notebooks / "livingbook"
        return own if own.is_dir() else Path(__file__).parents[1]

    @property
    def packages(self) -> list[Path]:
        """The folders of the packages that lie beside the notebooks."""
        return sorted(path.parent for path in self.notebooks.glob("*/__init__.py"))

    @property
    def python_path(self) -> str:
        """Where Python looks for modules in processes that work for the project: for its own first."""
        return os.pathsep.join(dict.fromkeys([str(self.notebooks), str(self.engine.parent)]))

    @property
    def build(self) -> Path:
        return self.root / "_build"

    @property
    def stage(self) -> Path:
        """What Jupyter Book is given: settings, chapters, executed notebooks, published results."""
        return self.build / "stage"

    @property
    def published(self) -> Path:
        """The published book."""
        return self.build / "html"

    def with_data_of(self, edition: Edition) -> Project:
        """The project with the data folder that an edition reads."""
        return replace(self, data=edition.data) if edition.data else self

    def edition_folder(self, edition: str) -> Path:
        return self.build / "editions" / edition

    def sweep_file(self, sweep: str) -> Path:
        """The tidy table of a sweep."""
        return self.build / "sweeps" / f"{sweep}.csv"

    def folder_without(self, origin: str) -> Path:
        """The folder for tables that lack all observations of one origin."""
        return self.build / "without" / (origin if self.data == self.root / "data" else f"{digest(str(self.data))[:8]}-{origin}")

    def relative_path(self, folder: Path) -> str:
        """A data folder as notebooks are told it: relative to notebooks/, so that no output names this machine."""
        return Path(os.path.relpath(folder, self.notebooks)).as_posix()

    @cached_property
    def notebook_names(self) -> list[str]:
        """Names of the notebooks, in alphabetical order. Raises ``BuildError`` if there is none."""
        names = sorted(path.stem for path in self.notebooks.glob("*.ipynb"))
        if not names:
            raise BuildError(f"{self.notebooks}: no notebooks")
        return names

    @cached_property
    def editions(self) -> list[Edition]:
        """The editions of ``notebooks/editions.yml``. Raises ``BuildError`` where that file is not as it must be."""
        path = self.notebooks / "editions.yml"
        listed = yaml_of(path)
        if not isinstance(listed, dict) or "latest" not in listed:
            raise BuildError(f"{path}: must list editions by name, among them `latest`")
        return [self._edition(path, name, settings) for name, settings in listed.items()]

    def edition(self, name: str) -> Edition:
        """The edition of that name. Raises ``BuildError`` naming those there are."""
        for edition in self.editions:
            if edition.name == name:
                return edition
        raise BuildError(f"no edition {name!r}; there are {', '.join(each.name for each in self.editions)}")

    def editions_of_book(self, name: str) -> list[Edition]:
        """The editions of a book: its own, then that which it is compared with."""
        beside = self.settings.compared_with
        return [self.edition(name), *([self.edition(beside)] if beside not in ("", name) else [])]

    def _edition(self, path: Path, name: str, settings: Any) -> Edition:
        where = f"{path}, edition {printable(name)!r}"
        if not isinstance(settings, dict) or not NAME.fullmatch(name):
            raise BuildError(f"{where}: must be a name (at most 60 letters of English, digits, underscores) with settings")
        unknown = set(settings) - {"as_of", "data", "assumptions"}
        if unknown or "as_of" not in settings:
            raise BuildError(
                f"{where}: has as_of and, if need be, data and assumptions; "
                f"not {', '.join(map(printable, sorted(unknown))) or 'without as_of'}"
            )
        as_of = settings["as_of"]
        if not isinstance(as_of, str) or (as_of != LATEST and not is_day(as_of)):
            raise BuildError(f"{where}: as_of = {printable(str(as_of))!r}: must be latest, or a day as 2025-06-09")
        if not isinstance(settings.get("data", ""), str):
            raise BuildError(f"{where}: data must be the name of a folder")
        try:
            data = possible(self.root / settings["data"]) if "data" in settings else None
        except BuildError as error:
            raise BuildError(f"{where}: {error}") from None
        if data and not data.is_dir():
            raise BuildError(f"{where}: {data}: no such data folder")
        assumptions = settings.get("assumptions") or {}
        if not isinstance(assumptions, dict) or not all(isinstance(each, dict) for each in assumptions.values()):
            raise BuildError(f"{where}: assumptions are parameters by notebook")
        if strange := set(assumptions) - set(self.notebook_names):
            raise BuildError(f"{where}: no notebook {', '.join(map(printable, sorted(strange)))}")
        for notebook, given in assumptions.items():
            if common := sorted(given.keys() & set(COMMON)):
                raise BuildError(
                    f"{where}, {notebook}: {', '.join(common)} cannot be assumed: one date and one data folder "
                    "hold for the whole edition"
                )
        return Edition(name, as_of, assumptions, data)


def possible(path: Path) -> Path:
    """The path, from the root and without links. Raises ``BuildError`` for one that there cannot be."""
    try:
        found = path.resolve()
        found.is_dir()
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BuildError(f"{printable(str(path), 300)}: there can be no such folder: {reason}") from None
    return found
