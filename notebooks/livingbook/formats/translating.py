"""The book in another language: catalogues for translators, and a book made from their translations.

``make gettext`` writes a catalogue for each chapter, and ``published.pot`` with the words of the book's Sphinx extension. The
translations belong in ``book/locale/LANGUAGE/LC_MESSAGES/``, under the same names with the ending ``.po``; ``make translation
LANGUAGE=…`` builds from them. What has no translation stays in the original. Numbers, dates and words that notebooks compute are in
no catalogue, so no translation can change one.
"""

from __future__ import annotations

import io
import re
import shutil
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from livingbook.formats import formats
from livingbook.notebook.verdicts import VERDICTS
from livingbook.project.project import Project
from livingbook.site.publication import complete
from livingbook.system.errors import BuildError
from livingbook.system.files import mirror, tree

LOCALE = "book/locale"
OWN = "published.pot"


def make_catalogues(project: Project) -> Path:
    """Writes the catalogues; returns their folder. Raises ``BuildError``."""
    target = project.build / "gettext"
    with tempfile.TemporaryDirectory(dir=project.build, prefix=".gettext-") as folder:
        output = Path(folder) / "catalogues"
        about = formats.about(project)
        formats.run_sphinx("gettext", project, output, {"project": about["title"], "version": about["version"]})
        found: dict[str, Path | str | bytes] = {
            path.relative_to(output).as_posix(): path.read_bytes().replace(b"../../stage/", b"") for path in tree(output, [".pot"])
        }
        own = io.BytesIO()
        write_po(own, own_words(project), sort_output=True, width=0)
        mirror(found | {OWN: own.getvalue()}, target)
    return target


def own_words(project: Project) -> Catalog:
    """A catalogue of the extension's own words, and of the verdicts' names and definitions."""
    about = formats.about(project)
    catalogue = Catalog(
        project=about["title"], version=about["version"], fuzzy=False, creation_date=formats.day_of_evidence(project)
    )
    folder = project.engine / "sphinx_ext"
    for file, line, message, _, _ in extract_from_dir(folder, [("**.py", "python")], keywords={"_": None}):
        catalogue.add(message, locations=[(f"livingbook/sphinx_ext/{file}", line)])
    for verdict in VERDICTS.values():
        for message in (verdict.word, verdict.definition):
            catalogue.add(message, locations=[("livingbook/notebook/verdicts.py", 1)])
    return catalogue


def make_translation(project: Project, language: str) -> Path:
    """Builds the book in a language, into a folder of its own; returns it. A failed attempt leaves the last good one.

    Raises ``BuildError``.
    """
    folder = project.stage / LOCALE / language
    if not re.fullmatch(r"[a-z]{2,3}(_[A-Za-z]+)?", language) or not folder.is_dir():
        there = sorted(path.name for path in folder.parent.glob("*") if path.is_dir()) if folder.parent.is_dir() else []
        raise BuildError(
            f"no translation {language!r}: there is no folder {LOCALE}/{language}; "
            f"{'there are ' + ', '.join(there) if there else 'there are none yet'}"
        )
    target = project.build / "translations" / language
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=project.build, prefix=".translation-") as temporary:
        output = Path(temporary) / "pages"
        formats.run_sphinx("html", project, output, {"language": language})
        fresh, before = Path(temporary) / "fresh", Path(temporary) / "before"
        complete(project, output, fresh, {})  # no executed notebooks: those were searched when the book was built
        if target.exists():
            target.rename(before)
        fresh.rename(target)
        shutil.rmtree(before, ignore_errors=True)
    return target
