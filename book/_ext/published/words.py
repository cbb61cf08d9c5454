"""The extension's own words, in the book's language, where ``locale/LANGUAGE/LC_MESSAGES/published.po`` translates them.

``make gettext`` collects every ``_("…")`` of this package.
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.pofile import read_po
from sphinx.application import Sphinx
from sphinx.config import Config

DOMAIN = "published"
_translated: dict[str, str] = {}


def _(message: str) -> str:
    """The message in the book's language; as it is where nobody has translated it."""
    return _translated.get(message, message)


def load(app: Sphinx, config: Config) -> None:
    """Reads the translations into the book's language, if there are any."""
    _translated.clear()
    for folder in config.locale_dirs:
        path = Path(app.srcdir, folder, config.language, "LC_MESSAGES", f"{DOMAIN}.po")
        if path.is_file():
            with path.open("rb") as file:
                _translated.update({each.id: each.string for each in read_po(file) if each.id and each.string and not each.fuzzy})


def setup(app: Sphinx) -> None:
    """Register the hook. Before all others: what is said while settings are read is said in the book's language, too."""
    app.connect("config-inited", load, priority=100)
