"""What this extension keeps of each page from one build to the next: all of it, in one attribute of Sphinx's environment.

Sphinx writes its environment to disk after each build and reads it before the next. What a page has given is forgotten when the
page is read again or is gone, and taken over from processes that read pages in parallel.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, cast

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

Piece = tuple[str, ...]  # a path below the source folder, then keys inside that JSON file, or the key of a row of that table
ATTRIBUTE = "livingbook"


@dataclass
class ByPage:
    """Facts about pages: each field is page → what that page gave. A page that gave nothing need not be there."""

    uses: dict[str, dict[Piece, str]] = field(default_factory=dict)  # pieces it was made from → their digests (``pieces``)
    questions: dict[str, list[nodes.Element]] = field(
        default_factory=dict
    )  # copies of nodes that other pages answer (``freshness``)
    images: dict[str, list[str]] = field(default_factory=dict)  # files of its images, in the order of the page (``freshness``)
    terms: dict[str, dict[str, str]] = field(default_factory=dict)  # anchor of a term → its definition (``glossary``)
    observations: dict[str, set[str]] = field(default_factory=dict)  # ids of the rows it shows (``observations``)
    figures: dict[str, set[tuple[str, str]]] = field(default_factory=dict)  # edition and name of those it shows (``figures``)
    claims: dict[str, bool] = field(default_factory=dict)  # True where it has the cards of the claims (``claims``)

    def all(self) -> list[dict[str, Any]]:
        """The fields, for what is done to each of them alike."""
        return [getattr(self, each.name) for each in fields(self)]


@dataclass
class Kept:
    """Everything that is kept. citations, bibliographies: see ``citations``."""

    by_page: ByPage = field(default_factory=ByPage)
    citations: dict[tuple[str, str], Any] = field(default_factory=dict)  # label and entry → the entry as pybtex formatted it
    bibliographies: list[str] | None = None  # digests of the files of sources, None before they were first read


def kept(env: BuildEnvironment) -> Kept:
    """What is kept in an environment; empty in a new one."""
    if not hasattr(env, ATTRIBUTE):
        setattr(env, ATTRIBUTE, Kept())
    return cast("Kept", getattr(env, ATTRIBUTE))


def by_page(env: BuildEnvironment) -> ByPage:
    """What is kept of each page."""
    return kept(env).by_page


def purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forgets a page: it is read again, or gone."""
    for facts in by_page(env).all():
        facts.pop(docname, None)


def merge(app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    """Takes over the facts about the pages that another process read."""
    for facts, others in zip(by_page(env).all(), by_page(other).all(), strict=True):
        facts.update({page: found for page, found in others.items() if page in docnames})


def setup(app: Sphinx) -> None:
    """Registers the bookkeeping."""
    app.connect("env-purge-doc", purge)
    app.connect("env-merge-info", merge)
