"""Citations as (Author, year): the stock author-year style of sphinxcontrib-bibtex, in round brackets.

The bibliography itself is in pybtex's plain style, and each entry is formatted once: Sphinx asks for all of them at every
build, and twice, for the list and for tooltips.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pybtex.plugin
import sphinxcontrib.bibtex.plugin
from pybtex.database import BibliographyData, Entry
from pybtex.plugin import find_plugin, register_plugin
from pybtex.style import FormattedEntry
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinxcontrib.bibtex.bibfile import BibData
from sphinxcontrib.bibtex.domain import BibtexDomain
from sphinxcontrib.bibtex.style.referencing import BracketStyle
from sphinxcontrib.bibtex.style.referencing.author_year import AuthorYearReferenceStyle

from livingbook.sphinx_ext import freshness, store


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


# sphinxcontrib-bibtex looks for the plain text backend at every citation, and pybtex then reads the entry points of everything
# that is installed: a fifth of the time that all pages take.
pybtex.plugin.find_plugin = cache(pybtex.plugin.find_plugin)
_formatted: dict[tuple[str, str], FormattedEntry] = {}  # label and entry → how it reads; kept in the environment


class Remembering(find_plugin("pybtex.style.formatting", "unsrt")):
    """pybtex's plain style, which looks each entry up among those it has formatted before."""

    def format_entry(self, label: str, entry: Entry, bib_data: object = None) -> FormattedEntry:
        key = label, f"{entry.key} {entry!r}"
        if key not in _formatted:
            _formatted[key] = super().format_entry(label, entry, bib_data)
        return _formatted[key]


def take_up(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Goes on with what earlier builds have formatted. The environment is of one version of the extension and of pybtex."""
    global _formatted
    if not hasattr(env, "published_citations"):
        env.published_citations = {}
    _formatted = env.published_citations


def let_go(app: Sphinx, env: BuildEnvironment) -> None:
    """Forgets entries that are no longer there."""
    present = {id(each.formatted_entry) for each in env.get_domain("cite").citations}
    for key in [key for key, each in _formatted.items() if id(each) not in present]:
        del _formatted[key]


def read_anew(app: Sphinx) -> None:
    """Has the files of sources read anew if one has changed: the extension goes by their times."""
    paths = [Path(app.confdir, name) for name in app.config.bibtex_bibfiles or ()]
    found = [store.digest(path.read_bytes()) for path in paths if path.is_file()]
    if getattr(app.env, "published_bibfiles", None) != found:
        app.env.published_bibfiles = found
        app.env.get_domain("cite").data["bibdata"] = BibData("", {}, BibliographyData())


def put_in_order(app: Sphinx, env: BuildEnvironment) -> None:
    """The lists of sources in the order of their pages: of two with the same source, the later one gets the links."""
    lists = env.get_domain("cite").data
    lists["bibliographies"] = dict(sorted(lists["bibliographies"].items(), key=lambda each: each[0].docname))


def sources(app: Sphinx, pages: list[str]) -> dict[str, Any]:
    """What each page shows of sources: those that it cites, and those in its lists, which are filled when all pages have been read.
    How they are printed follows from it, and would take much longer to find out. Labels, which are numbers, stand in lists only."""
    domain = app.env.get_domain("cite")
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
    """Make the styles known: `bibtex_reference_style = "author_year_round"`, `bibtex_default_style = "remembering"`."""
    sphinxcontrib.bibtex.plugin.register_plugin(
        "sphinxcontrib.bibtex.style.referencing", "author_year_round", RoundAuthorYear, force=True
    )
    register_plugin("pybtex.style.formatting", "remembering", Remembering, force=True)
    freshness.shows("sources", sources)
    freshness.ANSWERED.update(("cite", role) for role in BibtexDomain.roles if "label" not in role)
    app.connect("builder-inited", read_anew, priority=400)  # before the extension looks at their times
    app.connect("env-before-read-docs", take_up)
    app.connect("env-updated", put_in_order, priority=400)  # before they are formatted
    app.connect("env-updated", let_go, priority=900)  # after all have been formatted
