"""Where the book is published, and where its repository is: in ``_config.yml``, or in the environment of whoever publishes it."""

from __future__ import annotations

import os

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
