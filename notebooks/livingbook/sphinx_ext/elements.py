"""The few document nodes that the extension needs, and what each is in each format."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.osutil import relative_uri


class box(nodes.General, nodes.Inline, nodes.Element):
    """An HTML element by its name ("tag"), with "attrs" beside ids and classes; transparent in other formats."""


class html_only(nodes.General, nodes.Element):
    """Content for the web page only: fold-outs and downloads, which mean nothing on paper."""


class paper_only(nodes.General, nodes.Element):
    """Content for paper and e-books: what a web page says by a fold-out or a link."""


class site_file(nodes.Inline, nodes.TextElement):
    """A link to a file of the published site ("path": from the site's root), to download it unless it is a page ("opens")."""


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


def is_web(builder: Builder) -> bool:
    """Whether pages of a web site are being made, not a book on paper or an e-book."""
    return builder.format == "html" and builder.name != "epub"


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


def visit_box(writer: Any, node: box) -> None:
    """Writes the beginning of a box."""
    writer.body.append(writer.starttag(node, node["tag"], "", **node["attrs"]))


def depart_box(writer: Any, node: box) -> None:
    """Writes its end."""
    writer.body.append(f"</{node['tag']}>")


def _visit_file(writer: Any, node: site_file) -> None:
    page = writer.builder.get_target_uri(writer.builder.current_docname)
    href = relative_uri(page, node["path"])
    saved = {} if node.get("opens") else {"download": node["path"].rsplit("/", 1)[-1], "CLASS": "download"}
    writer.body.append(writer.starttag(node, "a", "", href=href, **saved))


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
    """Registers the nodes."""
    add_node(app, box, (visit_box, depart_box))
    add_node(app, html_only, SHOW_CHILDREN)
    add_node(app, paper_only, SHOW_CHILDREN)
    add_node(app, site_file, (_visit_file, _depart_file))
    add_node(app, inline_svg, (_visit_svg, None))
    app.add_post_transform(Formats)
