"""The notice at the top of every page of a book that is not the one that anybody gets without asking: which edition it is."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from livingbook.sphinx_ext import elements, freshness, pieces
from livingbook.sphinx_ext.i18n import _
from livingbook.values import wording
from livingbook.values.days import LATEST

NOTICE = "published/notice.json"


def told(app: Sphinx) -> dict[str, Any]:
    """What the stage says of the edition; empty for the book that anybody gets."""
    return pieces.look_up(Path(app.srcdir), (NOTICE,)) or {}


def words(notice: dict[str, Any]) -> list[str]:
    """The sentences of the notice: edition and day, folder of tables, assumptions, and for which edition the text is written."""
    if notice["as_of"] == LATEST:
        said = [_("This book holds the edition {edition}: all that is public now.").format(edition=notice["edition"])]
    else:
        day = wording.day(notice["as_of"])
        said = [_("This book holds the edition {edition}: what was public on {day}.").format(edition=notice["edition"], day=day)]
    if notice["data"]:
        said.append(_("Its tables are those of the folder {folder}.").format(folder=notice["data"]))
    assumed = [
        f"{notebook}: {name} = {value}"
        for notebook, given in sorted(notice["assumptions"].items())
        for name, value in sorted(given.items())
    ]
    if assumed:
        said.append(_("It assumes {assumptions}.").format(assumptions="; ".join(assumed)))
    if notice["written_for"] != notice["edition"]:
        said.append(_("The text around the numbers was written for the edition {edition}.").format(edition=notice["written_for"]))
    return said


def show(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Gives the notice to the template, as HTML."""
    notice = told(app) if elements.is_web(app.builder) else {}
    if not notice:
        context["book_notice"] = ""
        return
    first, *rest = map(escape, words(notice))
    text = " ".join([f"<strong>{first}</strong>", *rest])
    context["book_notice"] = f'\n<div class="book-notice" role="note"><p>{text}</p></div>\n'


def on_all_pages(app: Sphinx, pages: list[str]) -> dict[str, Any]:
    """Page → the notice it shows; no entry where there is none, so that nothing is noted of an ordinary book."""
    notice = told(app)
    return dict.fromkeys(pages, notice) if notice else {}


def setup(app: Sphinx) -> None:
    """Registers the hook and what pages show by it."""
    freshness.shows("notice", on_all_pages)
    app.connect("html-page-context", show)
