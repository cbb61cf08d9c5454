"""Links to terms of the glossary show the definition: on pointing at the link, on reaching it by keyboard, and to screen readers.

The link itself, such as {term}`absence`, leads to the glossary.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from livingbook.sphinx_ext import elements
from livingbook.sphinx_ext.kept import by_page


class explanation(nodes.General, nodes.Element):
    """A definition beside a link ("words"), on web pages only. It is no text node, so that the search index does not contain it."""


def collect(app: Sphinx, doctree: nodes.document) -> None:
    """Keeps the definitions that a page gives."""
    found = {
        identifier: " ".join(item.children[-1].children[0].astext().split())
        for glossary in doctree.findall(addnodes.glossary)
        for item in glossary.findall(nodes.definition_list_item)
        for term in item.findall(nodes.term)
        for identifier in term["ids"]
    }
    if found:
        by_page(app.env).terms[app.env.docname] = found


def put_in_order(app: Sphinx, env: BuildEnvironment) -> None:
    """Lets the order of pages decide between terms that differ in capitals only.

    A link that is spelt like neither of them then leads to the last one. Sphinx would take the one that it read last, which depends
    on what this build had to read; and once that one was gone, it would find none.
    """
    labels = env.get_domain("std").data
    terms = sorted((found for found in labels["objects"].items() if found[0][0] == "term"), key=lambda found: found[1][0])
    labels["terms"] = {name.lower(): place for (_, name), place in terms}


def explain(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Puts the definition beside each link to a term."""
    if not elements.is_web(app.builder):
        return
    definitions = {identifier: words for _, page in sorted(by_page(app.env).terms.items()) for identifier, words in page.items()}
    links = [node for node in doctree.findall(nodes.reference) if is_term(node)]
    for number, link in enumerate(links, start=1):
        words = definitions.get((link.get("refid") or link.get("refuri", "")).rpartition("#")[2])
        if words:
            name = f"tip-{number}"
            both = described(link, name), explanation("", ids=[name], words=words)
            link.replace_self(nodes.inline("", "", *both, classes=["term"]))


def is_term(link: nodes.reference) -> bool:
    """Whether a link leads to a term."""
    return bool(link.children) and "std-term" in getattr(link[0], "attributes", {}).get("classes", ())


def described(link: nodes.reference, name: str) -> elements.box:
    """The link, with a reference to its explanation for assistive technology."""
    href = link.get("refuri") or f"#{link['refid']}"
    return elements.element("a", *link.children, classes=["term-link"], href=href, aria_describedby=name)


def _visit_tip(writer: Any, node: explanation) -> None:
    writer.body.append(writer.starttag(node, "span", "", role="tooltip", CLASS="tip") + writer.encode(node["words"]) + "</span>")
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register node and hooks."""
    elements.add_node(app, explanation, (_visit_tip, None), elsewhere=elements.SKIP)
    app.connect("doctree-read", collect)
    app.connect("env-updated", put_in_order)
    app.connect("doctree-resolved", explain)
