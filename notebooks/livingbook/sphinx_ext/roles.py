"""Roles: a published number, a claim, a verdict, inside a sentence."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

from livingbook.sphinx_ext import elements, links, pieces
from livingbook.sphinx_ext.i18n import _
from livingbook.values.bounds import ENDS
from livingbook.values.published import WORDS
from livingbook.values.wording import SHARE

RESULT = re.compile(r"^(?P<name>[^:@\s]+)(?::(?P<part>\w+))?(?:@(?P<edition>[\w-]+))?$")
IN_THE_TEXT = ("", SHARE, WORDS)  # units that the text itself shows: nothing, percent, words


def one_number(entry: dict[str, Any], part: str) -> str:
    """The low, value or high of a result, as its notebook wrote it.

    Its whole text if it has no such part, because it is not known or bounded on one side only. Raises Unknown for computed words,
    which never have parts.
    """
    if entry.get("unit") == WORDS:
        raise pieces.Unknown(f"these are words, without a {part}: {entry['text']!r}")
    return (entry.get("picks") or {}).get(part) or entry["text"]


def shown_unit(entry: dict[str, Any]) -> str:
    """The unit of a result, where its text does not show it."""
    unit = entry.get("unit") or ""
    return "" if unit in IN_THE_TEXT else unit


def tooltip(entry: dict[str, Any], edition: str) -> str:
    """What a reader sees on pausing over a number: what it is, its unit, and the edition if one was asked for."""
    unit = shown_unit(entry)
    parts = [entry.get("about", ""), _("Unit: {unit}.").format(unit=unit) if unit else ""]
    parts.append(_("Edition: {edition}.").format(edition=edition) if edition else "")
    return " ".join(part for part in parts if part)


class ResultRole(SphinxRole):
    """{result}`rate.monthly`, {result}`rate.monthly:low`, {result}`rate.monthly@article`."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The text of a published result, linked to where it was computed."""
        try:
            return [self._link()], []
        except pieces.Unknown as unknown:
            return missing(self, str(unknown))

    def _link(self) -> nodes.Node:
        asked = RESULT.match(self.text)
        if not asked or (asked["part"] and asked["part"] not in ENDS):
            raise pieces.Unknown(f"{self.text!r} is not of the form notebook.name[:low|:value|:high][@edition]")
        edition = asked["edition"] or ""
        entry = pieces.published(self.env, "results", asked["name"], edition)
        try:
            shown = one_number(entry, asked["part"]) if asked["part"] else entry["text"]
        except pieces.Unknown as unknown:
            raise pieces.Unknown(f"{self.text!r}: {unknown}") from None
        link = links.to_result(asked["name"], elements.span(shown, "result"), tooltip(entry, edition))
        self.set_source_info(link)
        link["refdoc"], link["result"], link["edition"] = self.env.docname, asked["name"], edition
        return link


class ClaimRole(SphinxRole):
    """{claim}`A01`: the claim's name and verdict, linked to its card."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """A link to the card."""
        try:
            entry = pieces.claim(self.env, self.text)
            verdict = badge(entry["verdict"])
        except pieces.Unknown as unknown:
            return missing(self, str(unknown))
        shown = nodes.inline("", "", nodes.Text(f"{self.text} "), verdict, classes=["claim"])
        link = links.to_claim(self.text, shown, entry["text"])
        self.set_source_info(link)
        link["refdoc"] = self.env.docname
        return [link], []


class VerdictRole(SphinxRole):
    """{verdict}`A01`: the verdict's word."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The word alone, to go on in a sentence."""
        try:
            word = _(verdict_of(pieces.claim(self.env, self.text)["verdict"]).word)
        except pieces.Unknown as unknown:
            return missing(self, str(unknown))
        return [elements.span(word, "verdict-word")], []


class FileRole(SphinxRole):
    """{published-file}`data/claims.csv`: a file of the published site, by its path in it."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """A link to download it."""
        return [elements.site_file("", self.text.rpartition("/")[2], path=self.text)], []


class RestsRole(SphinxRole):
    """{rests}`growth.direction`: what a sentence rests on though no number in it says so (``words.rests``)."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Nothing: readers are told where it has changed."""
        return [], []


def verdict_of(name: str) -> Any:
    """Word, icon and definition of a verdict. Raises Unknown."""
    from livingbook.notebook.verdicts import VERDICTS

    if name not in VERDICTS:
        raise pieces.Unknown(f"no verdict {name!r}{pieces.close_to(name, list(VERDICTS))}")
    return VERDICTS[name]


def badge(name: str) -> nodes.inline:
    """A verdict as icon and word, coloured: never by colour alone."""
    verdict = verdict_of(name)
    icon = elements.element("span", nodes.Text(verdict.icon), classes=["verdict-icon"], aria_hidden="true")
    return nodes.inline("", "", icon, nodes.Text(f" {_(verdict.word)}"), classes=["verdict", "verdict-" + name.replace("_", "-")])


def missing(role: SphinxRole, message: str) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """Warn, and leave a visible mark in the page (a build with warnings as errors never publishes it)."""
    source, line = role.get_source_info()
    mark = elements.span(f"[{role.text}?]", "missing")
    mark.source, mark.line = source, line
    pieces.warn(f"{role.name}: {message}", (role.env.docname, line))
    return [mark], []


def setup(app: Sphinx) -> None:
    """Register the roles."""
    app.add_role("result", ResultRole())
    app.add_role("claim", ClaimRole())
    app.add_role("verdict", VerdictRole())
    app.add_role("published-file", FileRole())
    app.add_role("rests", RestsRole())
