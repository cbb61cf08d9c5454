"""Where things are: the project's folders, its notebooks, its editions."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from .errors import BuildError


@dataclass(frozen=True)
class Edition:
    """A named set of parameters: the date as of which the evidence is read, and assumptions by notebook.

    data: its own data folder; without it, that of the project.
    """

    name: str
    as_of: str
    assumptions: Mapping[str, Mapping[str, Any]]
    data: Path | None = None


@dataclass(frozen=True)
class Project:
    """One checkout and one data folder. ``root`` holds book/, notebooks/ and _build/."""

    root: Path
    data: Path

    @classmethod
    def at(cls, root: Path | None = None, data: str | None = None) -> Project:
        """The project that this library belongs to, or that at ``root``; with its own data, or those in ``data``."""
        root = (root or Path(__file__).parents[3]).resolve()
        return cls(root, Path(data).resolve() if data else root / "data")

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

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

    def seen_by(self, edition: Edition) -> Project:
        """The project with the data folder that an edition reads."""
        return replace(self, data=edition.data) if edition.data else self

    def edition_folder(self, edition: str) -> Path:
        return self.build / "editions" / edition

    def sweep_file(self, sweep: str) -> Path:
        """The tidy table of a sweep."""
        return self.build / "sweeps" / f"{sweep}.csv"

    @cached_property
    def data_for_notebooks(self) -> str:
        """The data folder as notebooks are told it: relative to notebooks/, so that no output names this machine."""
        return Path(os.path.relpath(self.data, self.notebooks)).as_posix()

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
        try:
            listed = yaml.safe_load(path.read_text("utf-8"))
        except (OSError, yaml.YAMLError) as error:
            raise BuildError(f"{path}: {error}") from None
        if not isinstance(listed, dict) or "latest" not in listed:
            raise BuildError(f"{path}: must list editions by name, among them `latest`")
        return [self._edition(path, str(name), settings) for name, settings in listed.items()]

    def edition(self, name: str) -> Edition:
        """The edition of that name. Raises ``BuildError`` naming those there are."""
        for edition in self.editions:
            if edition.name == name:
                return edition
        raise BuildError(f"no edition {name!r}; there are {', '.join(each.name for each in self.editions)}")

    def built_for(self, name: str) -> list[Edition]:
        """The editions of a book: its own, then that of the article beside it."""
        return [self.edition(name), *(each for each in self.editions if each.name == "article" != name)]

    def _edition(self, path: Path, name: str, settings: Any) -> Edition:
        if not isinstance(settings, dict) or not name.isidentifier():
            raise BuildError(f"{path}, edition {name!r}: must be a name (letters, digits, underscores) with settings")
        unknown = set(settings) - {"as_of", "data", "assumptions"}
        if unknown or "as_of" not in settings:
            raise BuildError(f"{path}, edition {name!r}: has as_of and, if need be, data and assumptions; "
                             f"not {', '.join(map(str, unknown)) or 'without as_of'}")
        data = (self.root / str(settings["data"])).resolve() if "data" in settings else None
        if data and not data.is_dir():
            raise BuildError(f"{path}, edition {name!r}: {data}: no such data folder")
        assumptions = settings.get("assumptions") or {}
        if not isinstance(assumptions, dict) or not all(isinstance(each, dict) for each in assumptions.values()):
            raise BuildError(f"{path}, edition {name!r}: assumptions are parameters by notebook")
        if strange := set(assumptions) - set(self.notebook_names):
            raise BuildError(f"{path}, edition {name!r}: no notebook {', '.join(sorted(strange))}")
        return Edition(name, str(settings["as_of"]), assumptions, data)
