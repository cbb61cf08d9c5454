"""Marks on words that were written for other figures: in the sentence, below its paragraph, at the chapter's head, on page one.

``livingbook.words`` decides which words these are and why; this module only shows them. Two invisible roles are set round each such
sentence in the chapter's source before it is parsed. Notes are text from data and never parsed as markup.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxRole

from livingbook.sphinx_ext import elements, links, pieces
from livingbook.sphinx_ext.i18n import _

WORDS = "published/words.json"
MARK = "※"
OPEN, CLOSE = "doubt-from", "doubt-to"  # the roles


class doubt_from(nodes.Invisible, nodes.Inline, nodes.Element):
    """Where a doubtful sentence begins; replaced when the page has been read."""


class doubt_to(nodes.Invisible, nodes.Inline, nodes.Element):
    """Where it ends; "number": its place among the page's doubts."""


class From(SphinxRole):
    """The beginning of a doubtful sentence."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The node."""
        return [doubt_from()], []


class To(SphinxRole):
    """The end of a doubtful sentence."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The node."""
        return [doubt_to(number=int(self.text))], []


def set_roles(app: Sphinx, docname: str, source: list[str]) -> None:
    """Sets the two roles round each doubtful sentence of a chapter's source, without moving a line of it."""
    found = pieces.use(app.env, WORDS, "pages", docname) or []
    text = source[0]
    for number, each in reversed(list(enumerate(found))):
        start, end = each["start"], each["end"]
        if text[start:end].split() == each["text"].split() or _same(text[start:end], each["text"]):
            before = "" if each["heading"] else f"{{{OPEN}}}`{number}`"
            text = f"{text[:start]}{before}{text[start:end]}{{{CLOSE}}}`{number}`{text[end:]}"
    source[0] = text


def _same(source: str, sentence: str) -> bool:
    """Whether a stretch of source is that sentence, if it is in a quotation, whose lines begin with a mark."""
    return [word for word in source.split() if word != ">"] == sentence.split()


def show(app: Sphinx, doctree: nodes.document) -> None:
    """Replaces the roles by marks and notes, and marks figures, numbers, reasons, the chapter's head and the front page."""
    env = app.env
    found = pieces.use(env, WORDS, "pages", env.docname) or []
    for opening in list(doctree.findall(doubt_from)):
        _wrap(opening)
    notes: dict[int, list[nodes.Node]] = {}
    blocks: dict[int, nodes.Element] = {}
    for closing in list(doctree.findall(doubt_to)):
        number, block = closing["number"], _block_of(closing)
        blocks[id(block)] = block
        heading = isinstance(block, nodes.title)
        what = _("This heading was written for other figures.") if heading else ""
        notes.setdefault(id(block), []).append(note(f"doubt-{number + 1}", found[number]["words"], what))
        if heading:
            closing.parent.remove(closing)  # a heading is repeated in tables of contents, where a mark would lead nowhere
        else:
            closing.replace_self(_mark(number + 1))
    for key, made in notes.items():
        _after(blocks[key], made)
    _labels(env, doctree)
    _heads(app, doctree, len(found))


def _wrap(opening: nodes.Element) -> None:
    """Puts what lies between the two roles into one element, if both are in one; else only the end is marked."""
    parent = opening.parent
    at = parent.index(opening)
    end = next((i for i in range(at, len(parent)) if isinstance(parent[i], doubt_to)), None)
    parent.remove(opening)
    if end is not None:
        wrapped = nodes.inline("", "", classes=["doubt"])
        wrapped.extend(parent.children[at : end - 1])
        parent.children[at : end - 1] = []  # by place: ``remove`` would take the first text that is equal
        parent.insert(at, wrapped)


def _block_of(node: nodes.Node) -> nodes.Element:
    """The paragraph, heading or other block that a node is in."""
    block: nodes.Element = node.parent
    while isinstance(block, nodes.Inline):
        block = cast("nodes.Element", block).parent
    return block


def _mark(number: int) -> nodes.Element:
    label = _("Written for other figures; see the note")
    return elements.element("a", nodes.Text(MARK), classes=["doubt-mark"], href=f"#doubt-{number}", title=label, aria_label=label)


def note(anchor: str, words: Iterable[str], what: str = "") -> nodes.Element:
    """A note: what the words were written for, and what stands there now."""
    told = "; ".join(words)
    said = what or _("Written for other figures.")
    return elements.element(
        "aside",
        elements.paragraph(elements.span(f"{MARK} {said} ", "doubt-head"), told),
        classes=["doubt-note"],
        ids=[anchor] if anchor else [],
        role="note",
    )


def _after(block: nodes.Element, made: list[nodes.Node]) -> None:
    """Puts notes after a block; into its cell or its section where that is the place for them."""
    parent = block.parent
    parent.insert(parent.index(block) + 1, made)


def _labels(env: BuildEnvironment, doctree: nodes.document) -> None:
    """Marks figures, tables, claims and numbers whose typed words are doubtful. Every one that a page shows is asked for."""
    for shown in list(doctree.findall(elements.box)):
        for anchor in shown["ids"]:
            kind, _dash, name = anchor.partition("-")
            if kind in ("figure", "table") and {"published-figure", "published-table"} & set(shown["classes"]):
                found = _figure(env, name)
                shown.extend(
                    note("", each["words"], _("{part} was written for other figures.").format(part=_part(each))) for each in found
                )
            elif kind == "claim" and "claim-card" in shown["classes"]:
                for each in pieces.use(env, WORDS, "claims", name) or []:
                    reason = next((part for part in shown.findall(nodes.paragraph) if "claim-reason" in part["classes"]), shown[-1])
                    shown.insert(
                        shown.index(reason) + 1,
                        note("", each["words"], _("The reason was written for another verdict or other figures.")),
                    )
    for link in doctree.findall(nodes.Element):
        if link.get("result") and (found := pieces.use(env, WORDS, "numbers", link["result"])):
            words = (link.get("title", ""), MARK, _("Written for other figures."), "; ".join(found[0]["words"]))
            link["title"] = " ".join(words).strip()


def _figure(env: BuildEnvironment, anchor: str) -> list[dict[str, Any]]:
    """The doubts about a figure, by its anchor, in which a hyphen stands between notebook and name."""
    for name in pieces.names_in(env, WORDS, "figures"):
        if nodes.make_id(name.replace(".", "-")) == nodes.make_id(anchor):
            return pieces.use(env, WORDS, "figures", name) or []
    return []


def _part(each: dict[str, Any]) -> str:
    return {"title": _("The title"), "subtitle": _("The subtitle"), "caption": _("The caption")}[each["kind"]]


def _heads(app: Sphinx, doctree: nodes.document, own: int) -> None:
    """The notes below the page's title: how much of the chapter is marked, and on the front page how much of the book."""
    env = app.env
    made: list[nodes.Node] = []
    name = env.docname.rpartition("/")[2]
    if env.docname == env.config.root_doc:
        made += _front(pieces.use(env, WORDS) or {})
    elif (found := pieces.use(env, WORDS, "chapters", name)) and env.docname.startswith("book/"):
        text = _("In this chapter {what} {are} marked {mark}: written for other figures than those that stand here now.")
        made.append(note("", [], text.format(what=found["words"], are=_("is") if found["count"] == 1 else _("are"), mark=MARK)))
    title = next(iter(doctree.findall(nodes.title)), None)
    if made and title is not None:
        title.parent.insert(title.parent.index(title) + 1, made)


def _front(body: dict[str, Any]) -> list[nodes.Node]:
    """The note on the front page: how much of the book was written for other figures, by chapter, and the rows nobody reads."""
    if not body.get("count") and not body.get("unread"):
        return []
    lines: list[nodes.Node] = []
    if body["count"]:
        one = _("One passage of this book was written for other figures than those that stand here now, and is marked {mark}:")
        several = _("{count} passages of this book were written for other figures than those that stand here now, marked {mark}:")
        text = one if body["count"] == 1 else several
        lines.append(elements.paragraph(elements.span(f"{MARK} " + text.format(count=body["count"], mark=MARK), "doubt-head")))
        items = [
            [elements.paragraph(links.to_page(f"book/{name}", "", elements.span(each["title"])), f": {each['words']}")]
            for name, each in body["chapters"].items()
        ]
        lines.append(elements.bullets(items, "doubt-chapters"))
    if body["unread"]:
        text = _("{count} figures in the tables are read by no chapter yet: {names}.")
        names = ", ".join(each["words"] for each in list(body["unread"].values())[:5])
        lines.append(elements.paragraph(text.format(count=len(body["unread"]), names=names)))
    return [elements.element("aside", *lines, classes=["doubt-note"], role="note")]


def setup(app: Sphinx) -> None:
    """Registers roles and hooks."""
    app.add_role(OPEN, From())
    app.add_role(CLOSE, To())
    app.connect("source-read", set_roles)
    app.connect("doctree-read", show, priority=400)  # before links and titles of the page are collected
