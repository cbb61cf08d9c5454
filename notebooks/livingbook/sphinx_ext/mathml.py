"""Formulas as MathML, made while the book is built: browsers show it themselves, so no script is needed."""

from __future__ import annotations

from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.math import get_node_equation_number

from livingbook.sphinx_ext import pieces


def to_mathml(latex: str, display: str) -> str:
    """A LaTeX formula as a <math> element; display: "inline" or "block". Raises ValueError if it cannot be read."""
    from latex2mathml.converter import convert

    try:
        return convert(latex.strip(), display=display)
    except Exception as error:  # the converter raises many kinds, none of them documented
        raise ValueError(f"{type(error).__name__} {error}".strip()) from error


def _formula(node: nodes.Element, display: str) -> str:
    latex = node.astext()
    try:
        return to_mathml(latex, display)
    except ValueError as error:
        pieces.warn(f"formula {latex!r} cannot be made into MathML: {error}", node)
        return f'<code class="missing">{escape(latex)}</code>'


def visit_inline(writer: Any, node: nodes.math) -> None:
    """A formula in a sentence."""
    writer.body.append(f'<span class="math">{_formula(node, "inline")}</span>')
    raise nodes.SkipNode


def visit_block(writer: Any, node: nodes.math_block) -> None:
    """A formula on its own line, with its number if it has one. Scrolls by itself where it is too wide."""
    writer.body.append(writer.starttag(node, "div", CLASS="math-block"))
    if node.get("number"):
        writer.body.append(f'<span class="eqno">({get_node_equation_number(writer, node)})</span>')
    # Reachable by keyboard, since a formula may be broader than a phone.
    writer.body.append(
        f'<div class="math-scroll" role="group" aria-label="Formula" tabindex="0">{_formula(node, "block")}</div></div>\n'
    )
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register as a renderer; `html_math_renderer = "mathml"` chooses it."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
