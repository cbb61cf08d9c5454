"""Where the book is published, and where its repository is; environment variables override ``_config.yml``."""

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
    """Writes the present environment variables to a file, so that pages are made anew when they change, as for any other file."""
    write(project.build / NOTE, as_json({name: os.environ[name] for name in VARIABLES if os.environ.get(name)}))
