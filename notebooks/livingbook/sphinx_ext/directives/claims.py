"""Directives: all claims at a glance, as scoreboard and as table, and what the verdicts mean."""

from __future__ import annotations

from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from livingbook.sphinx_ext import elements, links, pieces
from livingbook.sphinx_ext.directives.data_table import table
from livingbook.sphinx_ext.i18n import _
from livingbook.sphinx_ext.roles import badge, verdict_of


def columns() -> list[dict[str, str]]:
    """The table of all claims."""
    return [{"name": name} for name in (_("Claim"), _("Text"), _("Verdict"), _("Said by"), _("Decided"))]


def in_order(claims: dict[str, Any]) -> list[str]:
    """Claim ids as the article has them: A2 before A10."""
    return sorted(claims, key=lambda name: (len(name), name))


def scoreboard(claims: dict[str, Any]) -> nodes.Element:
    """How many claims have each verdict, and which."""
    from livingbook.notebook.verdicts import VERDICTS

    items = []
    for verdict in VERDICTS:
        names = [name for name in in_order(claims) if claims[name]["verdict"] == verdict]
        if names:
            items.append(
                [
                    elements.paragraph(elements.span(f"{len(names)}", "count"), " ", badge(verdict)),
                    elements.paragraph(*_links(names, claims), classes=["claim-links"]),
                ]
            )
    return elements.bullets(items, "scoreboard")


def _links(names: list[str], claims: dict[str, Any]) -> list[nodes.Node | str]:
    made: list[nodes.Node | str] = []
    for name in names:
        made += [" "] * bool(made) + [links.to_claim(name, elements.span(name), claims[name]["text"])]
    return made


class ClaimDirective(SphinxDirective):
    """What the directives about claims share. Option: without, the speaker whose statements the scoreboard leaves out."""

    option_spec: ClassVar = {"without": directives.unchanged_required}

    def all_claims(self) -> dict[str, Any]:
        """Every claim. Warns if none was published."""
        claims = pieces.use(self.env, pieces.CLAIMS) or {}
        if not claims:
            pieces.warn(f"{self.name}: no claims were published ({pieces.CLAIMS})", (self.env.docname, self.lineno))
        return claims

    def scoreboard(self, claims: dict[str, Any]) -> nodes.Element:
        """The scoreboard of the claims that count. Warns of a speaker who has made none."""
        without = self.options.get("without")
        speakers = {claim["speaker"] for claim in claims.values()}
        if without and without not in speakers:
            close = pieces.close_to(without, sorted(speakers))
            pieces.warn(f"{self.name}: no claim has the speaker {without!r}{close}", (self.env.docname, self.lineno))
        return scoreboard({name: claim for name, claim in claims.items() if claim["speaker"] != without})

    def located(self, made: list[nodes.Node]) -> list[nodes.Node]:
        """The same nodes, with page and line noted in each link."""
        links.place(made, self.env.docname, *self.get_source_info())
        return made


class Scoreboard(ClaimDirective):
    """```{claim-scoreboard}```: the count by verdict."""

    def run(self) -> list[nodes.Node]:
        """The scoreboard alone, for another page than the cards'."""
        claims = self.all_claims()
        return self.located([self.scoreboard(claims)]) if claims else []


class ClaimTable(ClaimDirective):
    """```{claim-table}```: all claims in one table, to be sorted and searched."""

    option_spec: ClassVar = {}

    def run(self) -> list[nodes.Node]:
        """The table."""
        claims = self.all_claims()
        rows = [
            [
                elements.paragraph(links.to_claim(name, elements.span(name))),
                claims[name]["text"],
                elements.paragraph(badge(claims[name]["verdict"])),
                claims[name]["speaker"],
                _("computed") if claims[name]["computed"] else _("read"),
            ]
            for name in in_order(claims)
        ]
        return self.located([table(columns(), rows, _("All claims"))]) if rows else []


class VerdictDefinitions(SphinxDirective):
    """```{verdict-definitions}```: each verdict with its meaning."""

    def run(self) -> list[nodes.Node]:
        """A definition list."""
        from livingbook.notebook.verdicts import VERDICTS

        items = [
            nodes.definition_list_item(
                "",
                nodes.term("", "", badge(name), ids=[f"verdict-{name.replace('_', '-')}"]),
                nodes.definition("", elements.paragraph(_(verdict_of(name).definition))),
            )
            for name in VERDICTS
        ]
        return [nodes.definition_list("", *items, classes=["verdict-definitions"])]


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("claim-scoreboard", Scoreboard)
    app.add_directive("claim-table", ClaimTable)
    app.add_directive("verdict-definitions", VerdictDefinitions)
