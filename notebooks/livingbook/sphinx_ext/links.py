"""Links that Sphinx cannot resolve by itself: to places in notebooks' outputs, and to the cards of claims."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from livingbook.sphinx_ext import elements, pieces
from livingbook.sphinx_ext.kept import by_page

PAGE, CLAIM = "published-page", "published-claim"


def to_page(docname: str, anchor: str, content: nodes.Element, title: str = "") -> addnodes.pending_xref:
    """A link to a place in a page whose anchor Sphinx does not know (it is in a notebook's output)."""
    return _pending(PAGE, docname, content, anchor=anchor, title=title)


def to_claim(identifier: str, content: nodes.Element, title: str = "") -> addnodes.pending_xref:
    """A link to a claim's card, on whatever page of the book the cards are."""
    return _pending(CLAIM, identifier, content, anchor=f"claim-{identifier}", title=title)


def to_result(name: str, content: nodes.Element, title: str = "") -> addnodes.pending_xref:
    """A link to where a notebook computed a result or drew a figure: notebooks/rate.html#rate-monthly."""
    notebook, rest = pieces.split_name(name)
    return to_page(f"notebooks/{notebook}", f"{notebook}-{rest}", content, title)


def _pending(kind: str, target: str, content: nodes.Element, **attrs: str) -> addnodes.pending_xref:
    classes = [f"{name}-link" for name in content["classes"][:1]]
    return addnodes.pending_xref(
        "", content, refdomain="", reftype=kind, reftarget=target, refexplicit=True, refwarn=False, classes=classes, **attrs
    )


def resolve(app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, content: nodes.Node) -> nodes.Node | None:
    """Resolves a link of this extension; warns and gives its content alone if the target does not exist."""
    if node["reftype"] not in (PAGE, CLAIM):
        return None
    target = _page_of_claims(env) if node["reftype"] == CLAIM else node["reftarget"]
    if target not in env.found_docs and not elements.is_web(app.builder) and node["reftarget"].startswith("notebooks/"):
        return _on_the_web(app, node, content)
    if target not in env.found_docs:
        asked = node["reftarget"] if node["reftype"] == PAGE else f"a card for claim {node['reftarget']}"
        pieces.warn(f"link to {asked}, which the book does not have", node)
        return content
    if node["reftype"] == PAGE and not _has_anchor(env, target, node["anchor"]):
        pieces.warn(f"link to {target}#{node['anchor']}: the page has no such anchor", node)
    if app.builder.format != "html":
        return content
    if "note" in node and elements.is_web(app.builder):
        address = f"#{node['note']}"
    else:
        uri = app.builder.get_relative_uri(node.get("refdoc", env.docname), target)
        address = f"{uri}#{node['anchor']}" if node["anchor"] else uri
    made = nodes.reference("", "", content, internal=True, refuri=address, classes=node["classes"], ids=node["ids"])
    if node["title"]:
        made["reftitle"] = node["title"]
    return made


def _on_the_web(app: Sphinx, node: addnodes.pending_xref, content: nodes.Node) -> nodes.Node:
    """A link from a book on paper to a notebook's page on the web; the content alone if the book's address is not known."""
    if not app.config.html_baseurl:
        return content
    anchor = f"#{node['anchor']}" if node["anchor"] else ""
    address = f"{app.config.html_baseurl.rstrip('/')}/{node['reftarget']}.html{anchor}"
    return nodes.reference("", "", content, internal=False, refuri=address, classes=node["classes"])


def _has_anchor(env: BuildEnvironment, page: str, anchor: str) -> bool:
    """Whether the page's source has the anchor: Sphinx does not know those in notebooks' HTML outputs."""
    source = pieces.look_up(Path(env.srcdir), (env.doc2path(page, base=False),))
    return not anchor or any(f"id={quote}{anchor}{quote}".encode() in source for quote in ('"', '\\"'))


def _page_of_claims(env: BuildEnvironment) -> str | None:
    return min(by_page(env).claims, default=None)


def place(tops: Iterable[nodes.Node], page: str, source: str | None, line: int | None) -> None:
    """Tells each link that is not resolved yet which page it is on, and on which line of which file, for warnings about it."""
    for top in tops:
        for link in top.findall(nodes.Element):
            if "reftype" in link:
                link.attributes.setdefault("refdoc", page)
                link.source, link.line = source, line


def setup(app: Sphinx) -> None:
    """Registers the resolution of links."""
    app.connect("missing-reference", resolve)
