"""Terms of the glossary explain themselves where they are used: {term}`absence` shows its definition to whoever points at it,
reaches it by keyboard, or has the page read out; the link leads to the glossary."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from livingbook.sphinx_ext import elements


class explanation(nodes.General, nodes.Element):
    """The words of an explanation ("words"), under an id; on web pages only. Not text, so that search does not find it."""


def terms(env: BuildEnvironment) -> dict[str, dict[str, str]]:
    """Page → anchor of a term → its definition."""
    if not hasattr(env, "published_terms"):
        env.published_terms = {}
    return env.published_terms


def collect(app: Sphinx, doctree: nodes.document) -> None:
    """Remembers the definitions a page gives."""
    found = {
        identifier: " ".join(item.children[-1].children[0].astext().split())
        for glossary in doctree.findall(addnodes.glossary)
        for item in glossary.findall(nodes.definition_list_item)
        for term in item.findall(nodes.term)
        for identifier in term["ids"]
    }
    if found:
        terms(app.env)[app.env.docname] = found


def put_in_order(app: Sphinx, env: BuildEnvironment) -> None:
    """Of terms that differ in capitals only, a link that has neither's leads to the last in the order of pages. To Sphinx that is
    the one that it read last, and if that one goes, there is none."""
    known = env.get_domain("std").data
    terms = sorted((found for found in known["objects"].items() if found[0][0] == "term"), key=lambda found: found[1][0])
    known["terms"] = {name.lower(): place for (_, name), place in terms}


def explain(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Puts the definition beside each link to a term."""
    if not elements.is_web(app.builder):
        return
    definitions = {identifier: words for _, page in sorted(terms(app.env).items()) for identifier, words in page.items()}
    for number, link in enumerate(list(doctree.findall(is_term)), start=1):
        words = definitions.get((link.get("refid") or link.get("refuri", "")).rpartition("#")[2])
        if words:
            name = f"tip-{number}"
            both = described(link, name), explanation("", ids=[name], words=words)
            link.replace_self(nodes.inline("", "", *both, classes=["term"]))


def is_term(node: nodes.Node) -> bool:
    """Whether a node is a link to a term."""
    if not isinstance(node, nodes.reference) or not node.children:
        return False
    return "std-term" in getattr(node[0], "attributes", {}).get("classes", ())


def described(link: nodes.reference, name: str) -> elements.box:
    """The link, with its explanation named for assistive technology."""
    href = link.get("refuri") or f"#{link['refid']}"
    return elements.element("a", *link.children, classes=["term-link"], href=href, aria_describedby=name)


def _visit_tip(writer: Any, node: explanation) -> None:
    writer.body.append(writer.starttag(node, "span", "", role="tooltip", CLASS="tip") + writer.encode(node["words"]) + "</span>")
    raise nodes.SkipNode


def _skip(writer: Any, node: nodes.Node) -> None:
    raise nodes.SkipNode


def purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forgets a page's definitions: it is read anew or gone."""
    terms(env).pop(docname, None)


def merge(app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    """Takes over the definitions another process read."""
    terms(env).update({page: found for page, found in terms(other).items() if page in docnames})


def setup(app: Sphinx) -> None:
    """Register node and hooks."""
    app.add_node(explanation, html=(_visit_tip, None), **dict.fromkeys(("latex", "text", "man", "texinfo"), (_skip, None)))
    app.connect("doctree-read", collect)
    app.connect("env-updated", put_in_order)
    app.connect("doctree-resolved", explain)
    app.connect("env-purge-doc", purge)
    app.connect("env-merge-info", merge)
