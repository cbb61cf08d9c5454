"""The prose of a page, as plain text: its first sentences, and how long it takes to read."""

from __future__ import annotations

from docutils import nodes

from livingbook.sphinx_ext import elements

SHORT, LONG = 60, 300  # characters of a description
WORDS_A_MINUTE = 220
NOT_READ = (nodes.table, nodes.literal_block, elements.html_only, elements.inline_svg, nodes.math_block)


def in_words(node: nodes.Node) -> str:
    """A node's text without citations, tables, code and fold-outs."""
    if isinstance(node, nodes.Text):
        return str(node)
    if not isinstance(node, nodes.Element) or isinstance(node, NOT_READ):
        return ""
    if "bibtex-citation" in node["classes"] or node.get("tag") == "details":
        return ""
    return "".join(in_words(child) + ("" if isinstance(child, (nodes.Text, nodes.Inline)) else "\n") for child in node.children)


def tidy(text: str) -> str:
    """The text on one line, without the space that a removed citation leaves before a punctuation mark."""
    line = " ".join(text.split())
    for mark in ".,;:)":
        line = line.replace(f" {mark}", mark)
    return line


def description(doctree: nodes.document) -> str:
    """The page's first sentences: the beginning of its first paragraph of some length; "" if it has none."""
    for each in doctree.findall(nodes.paragraph):
        text = tidy(in_words(each))
        if isinstance(each.parent, nodes.section) and len(text) > SHORT:
            return shortened(text)
    return ""


def shortened(text: str) -> str:
    """At most LONG characters, cut after a sentence if one ends there, else after a word."""
    if len(text) <= LONG:
        return text
    end = text.rfind(". ", 0, LONG)
    return text[: end + 1] if end > SHORT else text[: LONG - 1].rsplit(" ", 1)[0] + "…"


def minutes(doctree: nodes.document) -> int:
    """How many minutes the prose takes to read, at least 1."""
    return max(1, round(len(in_words(doctree).split()) / WORDS_A_MINUTE))
