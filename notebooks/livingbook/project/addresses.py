"""Where the book is published, and where its repository is: in ``_config.yml``, or in the environment of whoever publishes it."""

from __future__ import annotations

import os

import yaml

from livingbook.project.project import Project
from livingbook.system.files import as_json, write

THEME = ("sphinx", "config", "html_theme_options")
VARIABLES = {
    "BOOK_ADDRESS": ("html", "baseurl"),
    "BOOK_REPOSITORY": (*THEME, "repository_url"),
    "BOOK_BRANCH": (*THEME, "repository_branch"),
}
NOTE = "addresses.json"


def note(project: Project) -> None:
    """Writes down what the environment says now. A file, so that the pages follow its changes as they do those of others."""
    write(project.build / NOTE, as_json({name: os.environ[name] for name in VARIABLES if os.environ.get(name)}))


def in_settings(settings: str, given: dict[str, str]) -> str:
    """The text of ``_config.yml`` with the addresses given in place of its own; as it is where none is given."""
    if not given:
        return settings
    changed = yaml.safe_load(settings)
    for name, address in given.items():
        *sections, key = VARIABLES[name]
        place = changed
        for section in sections:
            place = place.setdefault(section, {})
        place[key] = address
    return yaml.safe_dump(changed, allow_unicode=True, sort_keys=False)
