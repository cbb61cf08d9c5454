"""What a page may load and run: its Content-Security-Policy, and the removal of the inline styles that a strict policy forbids.

The policy is written into the page itself, so that it holds on any host and for files opened from disk. It allows scripts and style
sheets only as files of the book: nothing that the data put into a page can run, or change how the page looks.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import partial

from livingbook.drawing.svg import STYLE, TAG, as_attributes
from livingbook.sphinx_ext import store

META = '<meta charset="utf-8" />'
FIGURE = re.compile(r"<svg\b.*?</svg>", re.S)


def policy(style: str = "'self'") -> str:
    """The text of the policy. style: the sources from which styles are allowed."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            f"style-src {style}",
            "img-src 'self' data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "object-src 'none'",
        )
    )


def meta(style: str = "'self'") -> str:
    """The HTML element that gives a page its policy."""
    return f'<meta http-equiv="Content-Security-Policy" content="{policy(style)}">'


def hashed(content: str) -> str:
    """The source expression that allows one style element, by the hash of its content."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def confine(page: str) -> str:
    """The page with its policy, and without inline styles: those of figures become attributes, others are removed.

    Warns of a page in which there is no place for the policy, which then would allow everything.
    """
    if META not in page:
        store.logger.warning(f"a page has no {META}, after which its Content-Security-Policy would stand", type="published")
    warn = partial(store.logger.warning, type="published")
    page = FIGURE.sub(lambda found: as_attributes(found[0], warn), page)
    page = TAG.sub(r"<\1\2\4", STYLE.sub("", page))
    return page.replace(META, f"{META}\n    {meta()}", 1)
