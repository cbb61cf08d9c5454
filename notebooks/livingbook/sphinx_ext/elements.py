"""The few document nodes the extension needs, and links that Sphinx cannot resolve by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.osutil import relative_uri

from livingbook.sphinx_ext import store
from livingbook.sphinx_ext.kept import by_page

PAGE, CLAIM = "published-page", "published-claim"


class box(nodes.General, nodes.Inline, nodes.Element):
    """An HTML element by its name ("tag"), with "attrs" beside ids and classes; transparent in other formats."""


class html_only(nodes.General, nodes.Element):
    """Content for the web page only: fold-outs and downloads, which mean nothing on paper."""


class paper_only(nodes.General, nodes.Element):
    """Content for paper and e-books: what a web page says by a fold-out or a link."""


class site_file(nodes.Inline, nodes.TextElement):
    """A link to download a file of the published site ("path": from the site's root)."""


class inline_svg(nodes.General, nodes.Element):
    """A figure: "wide" and "narrow" SVG for the web page; its child, an image, for other formats."""


def element(tag: str, *children: nodes.Node, classes: Iterable[str] = (), ids: Iterable[str] = (), **attrs: str) -> box:
    """A box. Underscores in attribute names become hyphens: aria_label → aria-label."""
    plain = {key.replace("_", "-"): value for key, value in attrs.items()}
    return box("", *children, tag=tag, classes=list(classes), ids=list(ids), attrs=plain)


def span(content: str, *classes: str) -> nodes.inline:
    """Text with classes. Quotes and dashes in it stay as they are in the data."""
    return nodes.inline("", content, classes=list(classes), support_smartquotes=False)


def paragraph(*children: nodes.Node | str, classes: Iterable[str] = ()) -> nodes.paragraph:
    """A paragraph; strings in it become text, never markup."""
    return nodes.paragraph("", "", *_as_nodes(children), classes=list(classes), support_smartquotes=False)


def _as_nodes(children: Iterable[nodes.Node | str]) -> list[nodes.Node]:
    return [nodes.Text(child) if isinstance(child, str) else child for child in children]


def bullets(items: Iterable[Iterable[nodes.Node]], *classes: str) -> nodes.bullet_list:
    """A list; each item is given as its blocks."""
    return nodes.bullet_list("", *(nodes.list_item("", *item) for item in items), classes=list(classes))


def fold(summary: str, *children: nodes.Node, classes: Iterable[str] = ()) -> box:
    """A fold-out that needs no script."""
    return element("details", element("summary", nodes.Text(summary)), *children, classes=["fold", *classes])


def link_to_page(docname: str, anchor: str, content: nodes.Element, title: str = "") -> addnodes.pending_xref:
    """A link to a place in a page whose anchor Sphinx does not know (it is in a notebook's output)."""
    return _pending(PAGE, docname, content, anchor=anchor, title=title)


def link_to_claim(identifier: str, content: nodes.Element, title: str = "") -> addnodes.pending_xref:
    """A link to a claim's card, on whatever page of the book the cards are."""
    return _pending(CLAIM, identifier, content, anchor=f"claim-{identifier}", title=title)


def link_to_result(name: str, content: nodes.Element, title: str = "") -> addnodes.pending_xref:
    """A link to where a notebook computed a result or drew a figure: notebooks/rate.html#rate-monthly."""
    notebook, rest = store.split_name(name)
    return link_to_page(f"notebooks/{notebook}", f"{notebook}-{rest}", content, title)


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
    if target not in env.found_docs and not is_web(app.builder) and node["reftarget"].startswith("notebooks/"):
        return _on_the_web(app, node, content)
    if target not in env.found_docs:
        asked = node["reftarget"] if node["reftype"] == PAGE else f"a card for claim {node['reftarget']}"
        store.warn(f"link to {asked}, which the book does not have", node)
        return content
    if node["reftype"] == PAGE and not _has_anchor(env, target, node["anchor"]):
        store.warn(f"link to {target}#{node['anchor']}: the page has no such anchor", node)
    if app.builder.format != "html":
        return content
    uri = app.builder.get_relative_uri(node.get("refdoc", env.docname), target)
    anchor = f"#{node['anchor']}" if node["anchor"] else ""
    made = nodes.reference("", "", content, internal=True, refuri=uri + anchor, classes=node["classes"])
    if node["title"]:
        made["reftitle"] = node["title"]
    return made


def is_web(builder: Builder) -> bool:
    """Whether pages of a web site are being made, not a book on paper or an e-book."""
    return builder.format == "html" and builder.name != "epub"


def _on_the_web(app: Sphinx, node: addnodes.pending_xref, content: nodes.Node) -> nodes.Node:
    """A link from a book on paper to a notebook's page on the web; the content alone if the book's address is not known."""
    if not app.config.html_baseurl:
        return content
    anchor = f"#{node['anchor']}" if node["anchor"] else ""
    address = f"{app.config.html_baseurl.rstrip('/')}/{node['reftarget']}.html{anchor}"
    return nodes.reference("", "", content, internal=False, refuri=address, classes=node["classes"])


def _has_anchor(env: BuildEnvironment, page: str, anchor: str) -> bool:
    """Whether the page's source has the anchor: Sphinx does not know those in notebooks' HTML outputs."""
    source = store.look_up(Path(env.srcdir), (env.doc2path(page, base=False),))
    return not anchor or any(f"id={quote}{anchor}{quote}".encode() in source for quote in ('"', '\\"'))


def _page_of_claims(env: BuildEnvironment) -> str | None:
    return min(by_page(env).claims, default=None)


def place_links(tops: Iterable[nodes.Node], page: str, source: str | None, line: int | None) -> None:
    """Tells each link that is not resolved yet which page it is on, and on which line of which file, for warnings about it."""
    for top in tops:
        for link in top.findall(nodes.Element):
            if "reftype" in link:
                link.attributes.setdefault("refdoc", page)
                link.source, link.line = source, line


class Formats(SphinxPostTransform):
    """Reduces each node to what the format that is written can show."""

    default_priority = 5

    def run(self, **_: Any) -> None:
        """Web pages lose the images behind inline SVG; other formats lose fold-outs and keep the images."""
        inline = is_web(self.app.builder)
        for figure in list(self.document.findall(inline_svg)):
            if inline:
                figure.clear()
            else:
                for image in figure.findall(nodes.image):
                    image["alt"] = figure["alt"]
                figure.replace_self(figure.children)
        choices: tuple[tuple[type[nodes.Element], bool], ...] = ((html_only, inline), (paper_only, not inline))
        for kind, is_shown in choices:
            for content in list(self.document.findall(kind)):
                content.replace_self(content.children if is_shown else [])
        for link in [] if inline else list(self.document.findall(site_file)):
            link.replace_self(link.children)


def _visit_box(writer: Any, node: box) -> None:
    writer.body.append(writer.starttag(node, node["tag"], "", **node["attrs"]))


def _depart_box(writer: Any, node: box) -> None:
    writer.body.append(f"</{node['tag']}>")


def _visit_file(writer: Any, node: site_file) -> None:
    page = writer.builder.get_target_uri(writer.builder.current_docname)
    href = relative_uri(page, node["path"])
    writer.body.append(writer.starttag(node, "a", "", href=href, download=node["path"].rsplit("/", 1)[-1], CLASS="download"))


def _depart_file(writer: Any, node: site_file) -> None:
    writer.body.append("</a>")


def _visit_svg(writer: Any, node: inline_svg) -> None:
    # ``drawing.svg.inline`` has made these strings from parsed SVG, without scripts: they may be written as they are.
    writer.body.append(f'<div class="figure-wide">{node["wide"]}</div><div class="figure-narrow">{node["narrow"]}</div>')
    raise nodes.SkipNode


def _show_children(writer: Any, node: nodes.Node) -> None:
    """Adds nothing of the node's own."""


def _skip(writer: Any, node: nodes.Node) -> None:
    raise nodes.SkipNode


Visitors = tuple[Callable[[Any, Any], None], Callable[[Any, Any], None] | None]  # on the way into a node, and out of it
SHOW_CHILDREN: Visitors = (_show_children, _show_children)
SKIP: Visitors = (_skip, None)


def add_node(app: Sphinx, node: type[nodes.Element], html: Visitors, elsewhere: Visitors = SHOW_CHILDREN) -> None:
    """Makes a node known to Sphinx's writers. elsewhere: the visitors of all formats other than HTML."""
    app.add_node(node, html=html, latex=elsewhere, text=elsewhere, man=elsewhere, texinfo=elsewhere)


def setup(app: Sphinx) -> None:
    """Registers nodes and link resolution."""
    add_node(app, box, (_visit_box, _depart_box))
    add_node(app, html_only, SHOW_CHILDREN)
    add_node(app, paper_only, SHOW_CHILDREN)
    add_node(app, site_file, (_visit_file, _depart_file))
    add_node(app, inline_svg, (_visit_svg, None))
    app.add_post_transform(Formats)
    app.connect("missing-reference", resolve)
