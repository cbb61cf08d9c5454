"""Pages without inline styles, which their content policy forbids: those of figures become attributes, others are removed."""

from __future__ import annotations

import re
from functools import partial

from livingbook.drawing.svg import STYLE, TAG, as_attributes
from livingbook.sphinx_ext import pieces

FIGURE = re.compile(r"<svg\b.*?</svg>", re.S)


def without(page: str) -> str:
    """The page without style elements and style attributes, in which figures look as before."""
    warn = partial(pieces.logger.warning, type="published")
    page = FIGURE.sub(lambda found: as_attributes(found[0], warn), page)
    return TAG.sub(r"<\1\2\4", STYLE.sub("", page))
