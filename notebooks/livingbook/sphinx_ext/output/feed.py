"""``feed.xml``: what has changed since the edition that the book is compared with, as a feed (Atom, RFC 4287)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

from livingbook.sphinx_ext.pages.previews import FEED

NAMESPACE = "http://www.w3.org/2005/Atom"


def feed(report: Mapping[str, Any], title: str, author: str, day: str, address: str, page: str) -> str:
    """The feed as XML: an entry for the whole report, and one for each verdict that is another.

    report: what changes.json has. day: ISO date of the newest evidence, from which an entry counts as new; so the same book has the
    same feed. address: of the book, "" if it is not known; links are then relative to the feed. page: where the entries lead to.
    """
    root = ElementTree.Element("feed", {"xmlns": NAMESPACE})
    _add(root, "id", _name(title))
    _add(root, "title", f"{title}: what has changed")
    _add(root, "updated", f"{day}T00:00:00Z")
    _add(_add(root, "author"), "name", author or title)
    for rel, path in (("self", FEED), ("alternate", page)):
        _add(root, "link", rel=rel, href=f"{address}{path}")
    for name, words, summary in entries(report):
        entry = _add(root, "entry")
        _add(entry, "id", _name(f"{title} {name} {day}"))
        _add(entry, "title", words)
        _add(entry, "updated", f"{day}T00:00:00Z")
        _add(entry, "link", href=f"{address}{page}")
        _add(entry, "summary", summary)
    ElementTree.indent(root, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def entries(report: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Name, title and summary of each entry."""
    before, after, compared = report["before"], report["after"], report["compared"]
    numbers, verdicts = (f"{len(report[kind])} of {compared[kind]} {kind}" for kind in ("numbers", "verdicts"))
    moved = f"{numbers} and {verdicts} are others than in the edition “{before['label']}” ({before['about']})."
    yield after["label"], f"What has changed from {before['label']} to {after['label']}", moved
    for each in report["verdicts"]:
        title = f"{each['claim']}: {_words(each['before'])} → {_words(each['after'])}"
        yield f"{each['claim']} {each['after']}", title, f"{each['text']} {each['reason']}"


def _add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, name, attributes)
    element.text = text or None
    return element


def _name(text: str) -> str:
    """A name that is the same whenever the text is; a feed's readers know an entry by it."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, text)}"


def _words(verdict: str | None) -> str:
    return verdict.replace("_", " ") if verdict else "none"
