"""The extension's own words in the book's language, where ``locale/LANGUAGE/LC_MESSAGES/published.po`` translates them.

``make gettext`` collects every ``_("…")`` of this package. This module also translates the names of the book's parts, which Sphinx
collects but does not translate.
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.pofile import read_po
from docutils import nodes
from sphinx.addnodes import toctree
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.locale import init as catalogue_of
from sphinx.util.i18n import docname_to_domain

from livingbook.sphinx_ext import pieces

DOMAIN = "published"
_translated: dict[str, str] = {}


def _(message: str) -> str:
    """The message in the book's language; as it is where nobody has translated it."""
    return _translated.get(message, message)


def load(app: Sphinx, config: Config) -> None:
    """Reads the translations into the book's language, if there are any."""
    _translated.clear()
    for path in (Path(app.srcdir, name) for name in catalogues(config, DOMAIN)):
        if path.is_file():
            with path.open("rb") as file:
                _translated.update(
                    {
                        each.id: each.string
                        for each in read_po(file)
                        if isinstance(each.id, str) and isinstance(each.string, str)  # the extension has no plural forms
                        if each.id and each.string and not each.fuzzy
                    }
                )


def catalogues(config: Config, domain: str) -> list[str]:
    """Where the translations of a domain may be, below the source folder."""
    return [f"{folder}/{config.language}/LC_MESSAGES/{domain}.po" for folder in config.locale_dirs]


def use_catalogues(app: Sphinx, page: nodes.document) -> None:
    """Notes that the page being read was made from the translations of its own words and of the extension's."""
    for domain in (DOMAIN, docname_to_domain(app.env.docname, app.config.gettext_compact)):
        for name in catalogues(app.config, domain):
            pieces.use(app.env, name)


def name_parts(app: Sphinx, page: nodes.document) -> None:
    """Translates the names of the book's parts. Sphinx does not: they come from ``_toc.yml`` after it has translated the page."""
    folders = [app.srcdir / folder for folder in app.config.locale_dirs]
    translator, found = catalogue_of(folders, app.config.language, docname_to_domain(app.env.docname, app.config.gettext_compact))
    for part in page.findall(toctree) if found else []:
        for message in filter(None, part.extract_original_messages()):
            part.apply_translated_message(message, translator.gettext(message))


def setup(app: Sphinx) -> None:
    """Registers the hooks, with the first priority: all other hooks are to find the page in the book's language."""
    app.connect("config-inited", load, priority=100)
    app.connect("doctree-read", name_parts, priority=100)
    app.connect("doctree-read", use_catalogues)
