"""The settings, styles and scripts that Jupyter Book needs: those of every book, where a book does not have its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from livingbook.project.addresses import VARIABLES
from livingbook.project.project import Project
from livingbook.system.files import tree
from livingbook.system.readers import text_of, yaml_of

DEFAULTS = Path(__file__).with_name("defaults.yml")


def settings(project: Project, addresses: Mapping[str, str]) -> str:
    """The text of the ``_config.yml`` in the stage. addresses: name of a variable in ``VARIABLES`` → address."""
    own = yaml.safe_load(text_of(project.root / "_config.yml"))  # as Jupyter Book itself reads it, with yes and no as truth values
    found = over(yaml_of(DEFAULTS), own)
    sphinx = found["sphinx"]
    sphinx["config"].setdefault("project", found.get("title", project.settings.title))
    sphinx["config"]["extensions"] += [
        name for name in sphinx.get("local_extensions", {}) if name not in sphinx["config"]["extensions"]
    ]
    for name, address in addresses.items():
        *sections, key = VARIABLES[name]
        place = found
        for section in sections:
            place = place.setdefault(section, {})
        place[key] = address
    return yaml.safe_dump(found, allow_unicode=True, sort_keys=False)


def over(defaults: Any, own: Any) -> Any:
    """The defaults, with a book's own settings in their place. Sections are merged; a list replaces the default list."""
    if isinstance(defaults, dict) and isinstance(own, dict):
        return {key: over(defaults.get(key), own[key]) if key in own else value for key, value in {**own, **defaults}.items()}
    return own


def style_files(project: Project) -> dict[str, Path]:
    """Path in the stage → file: styles, scripts and pictures for pages on screen and on paper.

    A book's own file takes the place of the engine's file of the same path.
    """
    folders = {"book/_static": project.engine / "sphinx_ext" / "static", "book/print": project.engine / "formats" / "print"}
    own = {path.relative_to(project.root).as_posix(): path for name in folders for path in tree(project.root / name)}
    engines = {f"{name}/{path.relative_to(folder).as_posix()}": path for name, folder in folders.items() for path in tree(folder)}
    return engines | own
