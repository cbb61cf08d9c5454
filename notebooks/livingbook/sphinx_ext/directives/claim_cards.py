"""Directive: a card for each claim, with its verdict and what the verdict rests on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from livingbook.sphinx_ext import elements, links, pieces
from livingbook.sphinx_ext.citations import cited
from livingbook.sphinx_ext.directives.claims import ClaimDirective, in_order
from livingbook.sphinx_ext.i18n import _
from livingbook.sphinx_ext.kept import by_page
from livingbook.sphinx_ext.roles import badge, verdict_of

UNITS_SHOWN = ("days", "months", "years")  # a number of these means nothing without its unit


def counted(text: str, unit: str) -> str:
    """A number with its unit: "10 years", "1 day"."""
    return f"{text} {unit.removesuffix('s') if text == '1' else unit}"


class ClaimCards(ClaimDirective):
    """```{claims}```: scoreboard and cards. The body may order and title the sections: lines of "size: How many"."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """The scoreboard, then one section of cards after another."""
        claims = self.all_claims()
        by_page(self.env).claims[self.env.docname] = True
        try:
            sections = [self.section(key, title, claims) for key, title in self.titles(claims).items()]
        except pieces.Unknown as unknown:
            pieces.warn(f"{self.name}: {unknown}", (self.env.docname, self.lineno))
            return []
        return self.located([self.scoreboard(claims), *sections])

    def titles(self, claims: dict[str, Any]) -> dict[str, str]:
        """Section key → title: those the directive's body names, in its order, then the rest as they come."""
        lines = (line.partition(":") for line in self.content if ":" in line)
        given = {key.strip(): title.strip() for key, _colon, title in lines}
        existing = list(dict.fromkeys(claims[name]["section"] for name in in_order(claims)))
        unknown = [key for key in given if key not in existing]
        if unknown:
            raise pieces.Unknown(f"no claim is in section {unknown[0]!r}{pieces.close_to(unknown[0], existing)}")
        return given | {key: key.capitalize() for key in existing if key not in given}

    def section(self, key: str, title: str, claims: dict[str, Any]) -> nodes.section:
        """The cards of one section under a heading."""
        made = nodes.section("", nodes.title("", title), ids=[f"claims-{nodes.make_id(key)}"])
        made += [self.card(name, claims[name]) for name in in_order(claims) if claims[name]["section"] == key]
        return made

    def card(self, name: str, claim: dict[str, Any]) -> nodes.Element:
        """The card of one claim: who said what, the verdict, and what it rests on."""
        link = elements.element(
            "a",
            nodes.Text(name),
            classes=["claim-id"],
            href=f"#claim-{name}",
            title=_("Permanent link to claim {name}").format(name=name),
        )
        text = elements.element("blockquote", elements.paragraph(claim["text"]), classes=["claim-text"])
        quotation = [elements.paragraph(f"“{claim['quotation']}”", classes=["claim-quotation"])] if claim.get("quotation") else []
        return elements.element(
            "article",
            elements.paragraph(link, " ", badge(claim["verdict"]), classes=["claim-head"]),
            *quotation,
            text,
            elements.paragraph(_("Said by: "), claim["speaker"], classes=["claim-speaker"]),
            *self.reason(claim),
            *self.values(claim),
            *self.apparatus(claim),
            classes=["claim-card", "card-" + claim["verdict"].replace("_", "-")],
            ids=[f"claim-{name}"],
            aria_label=_("Claim {name}").format(name=name),
            data_verdict=_(verdict_of(claim["verdict"]).word),
        )

    def reason(self, claim: dict[str, Any]) -> list[nodes.Node]:
        """The reason for the verdict, in a sentence or two."""
        return [elements.paragraph(claim["reason"], classes=["claim-reason"])] if claim.get("reason") else []

    def values(self, claim: dict[str, Any]) -> list[nodes.Node]:
        """The numbers that the verdict rests on, each linked to its notebook."""
        values = claim.get("values") or {}
        items = [[elements.paragraph(*self.value(name, values[name]))] for name in values]
        return [elements.bullets(items, "claim-values")] if items else []

    def value(self, name: str, value: dict[str, Any]) -> list[nodes.Node | str]:
        """One number and what it is."""
        notebook, _, rest = name.partition(".")
        entry = pieces.use(self.env, f"published/{pieces.own_edition(Path(self.env.srcdir))}/{notebook}.json", "results", rest)
        unit = value.get("unit", "")
        shown = elements.span(counted(value["text"], unit) if unit in UNITS_SHOWN else value["text"], "result")
        if entry is None:
            return [shown, f" {name}"]
        link = links.to_result(name, shown, unit)
        link["result"], link["edition"] = name, ""
        return [link, f" {entry.get('about') or name}"]

    def apparatus(self, claim: dict[str, Any]) -> list[nodes.Node]:
        """Rule, earlier verdict, sources, chapter."""
        how = _("Computed. ") if claim["computed"] else _("Judged by reading. ")
        parts = [elements.paragraph(elements.span(how, "claim-how"), claim["rule"], classes=["claim-rule"])]
        for edition, verdict in sorted((claim.get("editions") or {}).items()):
            if verdict != claim["verdict"]:
                parts.append(
                    elements.paragraph(
                        _("In the edition “{edition}”: ").format(edition=edition), badge(verdict), classes=["claim-edition"]
                    )
                )
        sources, chapter = self.sources(claim), self.chapter(claim)
        more = [*sources, *([" · "] if sources and chapter else []), *chapter]
        return [*parts, *([elements.paragraph(*more, classes=["claim-more"])] if more else [])]

    def sources(self, claim: dict[str, Any]) -> list[nodes.Node | str]:
        """Citations."""
        keys = claim.get("sources") or []
        return [_("Sources: "), *cited(self, keys, "a claim")] if keys else []

    def chapter(self, claim: dict[str, Any]) -> list[nodes.Node | str]:
        """A link to the chapter about the claim."""
        if not claim.get("chapter"):
            return []
        return [links.to_page(f"book/{claim['chapter']}", "", elements.span(_("Read the chapter")))]


def setup(app: Sphinx) -> None:
    """Registers the directive."""
    app.add_directive("claims", ClaimCards)
