"""Citations as (Author, year): the stock author-year style of sphinxcontrib-bibtex, in round brackets.

The bibliography itself is in pybtex's plain style, sorted by author and year as it is cited. Each entry is formatted once: Sphinx
asks for all of them at every build, and twice, for the list and for tooltips.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, cast

import pybtex.plugin
import sphinxcontrib.bibtex.plugin
from docutils import nodes
from pybtex.database import BibliographyData, Entry
from pybtex.plugin import register_plugin
from pybtex.style import FormattedEntry
from pybtex.style.formatting.unsrt import Style as UnsrtStyle
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinxcontrib.bibtex.bibfile import BibData
from sphinxcontrib.bibtex.domain import BibtexDomain
from sphinxcontrib.bibtex.style.referencing import BracketStyle
from sphinxcontrib.bibtex.style.referencing.author_year import AuthorYearReferenceStyle

from livingbook.sphinx_ext import freshness, pieces
from livingbook.sphinx_ext.kept import kept

SOURCE_KEY = re.compile(r"^[A-Za-z0-9][\w:.+-]*$")


def _round() -> BracketStyle:
    return BracketStyle(left="(", right=")")


@dataclass
class RoundAuthorYear(AuthorYearReferenceStyle):
    """Author-year in round brackets."""

    bracket_parenthetical: BracketStyle = field(default_factory=_round)
    bracket_textual: BracketStyle = field(default_factory=_round)
    bracket_author: BracketStyle = field(default_factory=_round)
    bracket_label: BracketStyle = field(default_factory=_round)
    bracket_year: BracketStyle = field(default_factory=_round)


# At every citation sphinxcontrib-bibtex looks for the plain text backend, for which pybtex reads the entry points of all installed
# packages. Without this cache that is a fifth of the time that all pages take.
pybtex.plugin.find_plugin = cache(pybtex.plugin.find_plugin)
_formatted: dict[tuple[str, str], FormattedEntry] = {}  # what ``kept`` has as citations, of the build that is going on


class Remembering(UnsrtStyle):
    """pybtex's plain style, sorted by author and year; it looks each entry up among those it has formatted before."""

    default_sorting_style = "author_year_title"

    def format_entry(self, label: str, entry: Entry, bib_data: object = None) -> FormattedEntry:
        """The entry as the list of sources shows it."""
        key = label, f"{entry.key} {entry!r}"
        if key not in _formatted:
            _formatted[key] = super().format_entry(label, entry, bib_data)
        return _formatted[key]


def domain_of(env: BuildEnvironment) -> BibtexDomain:
    """What sphinxcontrib-bibtex knows of sources and citations."""
    return cast("BibtexDomain", env.get_domain("cite"))


def cited(directive: SphinxDirective, keys: list[str], what: str) -> list[nodes.Node]:
    """Citations of sources, in parentheses, in what a directive makes. what: the words for what names them, for errors.

    Raises ``pieces.Unknown`` if something cannot be a key: the keys come from data, and are parsed as part of a role.
    """
    if bad := [key for key in keys if not SOURCE_KEY.match(key)]:
        raise pieces.Unknown(f"{what} names sources that cannot be keys: {', '.join(map(repr, bad))}")
    return directive.state.inline_text(f"{{cite:p}}`{','.join(keys)}`", directive.lineno)[0]


def take_up_formatted(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Goes on with the entries that earlier builds have formatted. With another version of pybtex the environment is a new one."""
    global _formatted
    _formatted = kept(env).citations


def forget_unused(app: Sphinx, env: BuildEnvironment) -> None:
    """Forgets the entries that no page cites any more."""
    present = {id(each.formatted_entry) for each in domain_of(env).citations}
    for key in [key for key, each in _formatted.items() if id(each) not in present]:
        del _formatted[key]


def read_changed_bibliographies(app: Sphinx) -> None:
    """Has the files of sources read again if the content of one has changed: sphinxcontrib-bibtex compares only their times."""
    paths = [Path(app.confdir, name) for name in app.config.bibtex_bibfiles or ()]
    found = [pieces.digest(path.read_bytes()) for path in paths if path.is_file()]
    if kept(app.env).bibliographies != found:
        kept(app.env).bibliographies = found
        domain_of(app.env).data["bibdata"] = BibData("", {}, BibliographyData())


def sort_lists(app: Sphinx, env: BuildEnvironment) -> None:
    """Sorts the lists of sources by their pages: of two lists with the same source, citations link to the later one."""
    lists = domain_of(env).data
    lists["bibliographies"] = dict(sorted(lists["bibliographies"].items(), key=lambda each: each[0].docname))


def sources(app: Sphinx, pages: list[str]) -> dict[str, Any]:
    """Page → what it shows of sources: those that it cites, and the entries of its lists.

    How they are printed follows from this, and would take much longer to compare. The label of an entry, a number, is printed in
    lists only.
    """
    domain = domain_of(app.env)
    found: dict[str, Any] = {page: [] for page in pages}
    places: dict[str, Any] = {}
    for each in domain.citations:
        page = each.bibliography_key.docname
        place = [page, each.citation_id, each.key, repr(each.entry)]
        found[page].append([each.formatted_entry.label, place])
        places.setdefault(each.key, []).append(place)
    for reference in domain.citation_refs:
        found[reference.docname] += [[target.key, places.get(target.key)] for target in reference.targets]
    return found


def setup(app: Sphinx) -> None:
    """Makes the styles known: `bibtex_reference_style = "author_year_round"`, `bibtex_default_style = "remembering"`."""
    sphinxcontrib.bibtex.plugin.register_plugin(
        "sphinxcontrib.bibtex.style.referencing", "author_year_round", RoundAuthorYear, force=True
    )
    register_plugin("pybtex.style.formatting", "remembering", Remembering, force=True)
    freshness.shows("sources", sources)
    freshness.OWN_ASPECT.update(("cite", role) for role in BibtexDomain.roles if "label" not in role)
    app.connect("builder-inited", read_changed_bibliographies, priority=400)  # before sphinxcontrib-bibtex compares times
    app.connect("env-before-read-docs", take_up_formatted)
    app.connect("env-updated", sort_lists, priority=400)  # before their entries are formatted
    app.connect("env-updated", forget_unused, priority=900)  # after all entries have been formatted
