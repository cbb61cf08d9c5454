"""Pages without inline styles, which their content policy forbids: those of figures become attributes, others are removed."""

from __future__ import annotations

import re

from livingbook.sphinx_ext import store

TAG = re.compile(r'<([a-zA-Z][\w-]*)((?:\s+[\w:-]+(?:="[^"]*")?)*?)\s+style="([^"]*)"((?:\s+[\w:-]+(?:="[^"]*")?)*\s*/?>)')
FIGURE = re.compile(r"<svg\b.*?</svg>", re.S)
FOR_ALL = re.compile(r"<style[^>]*>\s*\*\s*\{([^{}]*)\}\s*</style>")
STYLE = re.compile(r"<style\b[^>]*>.*?</style>", re.S)
# Style properties that SVG also knows as attributes, as far as figures use them.
PAINT = frozenset(
    (
        "clip-path",
        "clip-rule",
        "color",
        "dominant-baseline",
        "fill",
        "fill-opacity",
        "fill-rule",
        "font-family",
        "font-size",
        "font-style",
        "font-variant",
        "font-weight",
        "letter-spacing",
        "marker-end",
        "marker-start",
        "opacity",
        "paint-order",
        "stroke",
        "stroke-dasharray",
        "stroke-dashoffset",
        "stroke-linecap",
        "stroke-linejoin",
        "stroke-miterlimit",
        "stroke-opacity",
        "stroke-width",
        "text-anchor",
        "text-decoration",
        "visibility",
        "word-spacing",
    )
)


def without(page: str) -> str:
    """The page without style elements and style attributes, in which figures look as before."""
    page = FIGURE.sub(lambda found: as_attributes(found[0]), page)
    return TAG.sub(r"<\1\2\4", STYLE.sub("", page))


def as_attributes(figure: str) -> str:
    """The same SVG element with its styles as attributes. Warns of a property that cannot be an attribute."""
    general = ";".join(found[1] for found in FOR_ALL.finditer(figure))
    figure = STYLE.sub("", figure)
    if general:
        figure = figure.replace("<svg", f'<svg style="{general}"', 1)
    return TAG.sub(lambda found: f"<{found[1]}{_painted(found[2] + found[4], found[3])}", figure)


def _painted(attributes: str, style: str) -> str:
    """The attributes of an element with its style among them. Where both say something of one property, the style counts."""
    given = dict(each for each in (pair(part) for part in style.split(";")) if each[0])
    for name in given.keys() - PAINT:
        store.logger.warning(f"a figure's style has {name!r}, which cannot be an attribute", type="published")
    for name in given:
        attributes = re.sub(rf'\s{name}="[^"]*"', "", attributes)
    return "".join(f' {name}="{value}"' for name, value in given.items() if name in PAINT) + attributes


def pair(declaration: str) -> tuple[str, str]:
    """A declaration's property and value."""
    name, _, value = declaration.partition(":")
    return name.strip().lower(), value.strip()
