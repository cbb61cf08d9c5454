"""What a page may load and run: its Content-Security-Policy.

The policy is written into the page itself, so that it holds on any host and for files opened from disk. It allows scripts and style
sheets only as files of the book: nothing that the data put into a page can run, or change how the page looks.
"""

from __future__ import annotations

import base64
import hashlib

from livingbook.sphinx_ext import pieces
from livingbook.sphinx_ext.pages import inline_styles

META = '<meta charset="utf-8" />'


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
    """The page with its policy, and without the inline styles that the policy forbids.

    Warns of a page in which there is no place for the policy, which then would allow everything.
    """
    if META not in page:
        pieces.logger.warning(f"a page has no {META}, after which its Content-Security-Policy would stand", type="published")
    return inline_styles.without(page).replace(META, f"{META}\n    {meta()}", 1)
