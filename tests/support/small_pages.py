"""A small book of pages, laid out as if notebooks had published into it: for tests of the Sphinx extension."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

ROOT = Path(__file__).parents[3]

HOSTILE = "<script>alert(1)</script> **bold** `code` [x](http://evil.example) {result}`a.b` \"quoted\" 'single' & <b>"


SVG = """<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
 width="{width}pt" height="90pt" viewBox="0 0 {width} 90" onload="alert(1)">
 <metadata><x/></metadata><defs><style type="text/css">*{{stroke-linejoin: round}}</style>
 <clipPath id="clip"><rect width="9" height="9"/></clipPath><path id="mark" d="M0 0"/></defs>
 <script>alert(1)</script><g id="figure_1" clip-path="url(#clip)" style="fill: var(--fig-ink, #222)">
 <use xlink:href="#mark"/>
 <text x="1" y="1">label</text></g></svg>"""


CONF = """
extensions = ["myst_nb", "sphinxcontrib.bibtex", "livingbook.sphinx_ext"]
myst_enable_extensions = ["dollarmath", "amsmath"]
nb_execution_mode = "off"
bibtex_bibfiles = ["refs.bib"]
bibtex_reference_style = "author_year_round"
html_math_renderer = "mathml"
exclude_patterns = ["out", "trees"]
"""


KEYS = [f"source{number}" for number in range(8)]


BIB = "".join(f"@misc{{{key}, author={{Author {key}}}, title={{T}}, year={{2025}}}}\n" for key in KEYS)


INDEX = "# Index\n\n```{{toctree}}\n:glob:\n*\nnotebooks/*\n```\n\n{body}\n"
RATE = "# The rate\n\n" + "".join(
    f'<p id="rate-{name}"></p>\n' for name in ("monthly", "share", "nothing", "when", "windows", "denominators", "late", "t")
)

FIGURE = "```{published-figure} rate.windows\nAuthor's *caption*.\n```\n"


def result(text: str = "at least 1,430", **changes: Any) -> dict[str, Any]:
    """A published result."""
    return {
        "value": None,
        "low": 1432.6,
        "high": None,
        "unit": "persons per month",
        "text": text,
        "about": "Names per month.",
        "rows": ["row-1"],
        "picks": {"low": "1,430"},
    } | changes


def figure(**changes: Any) -> dict[str, Any]:
    """A published figure with eight sources, one of them too many for the line but one."""
    return {
        "title": "A finding",
        "subtitle": "per month",
        "alt": "Three bars.",
        "caption": "",
        "rows": ["row-1", "row-2"],
        "sources": KEYS,
        "wide": "rate-windows.svg",
        "narrow": "rate-windows-narrow.svg",
        "csv": "rate-windows.csv",
        "columns": [{"name": "w", "label": "Window", "unit": ""}, {"name": "n", "label": "Men", "unit": "persons"}],
        "data": [["first", "1,260"], ["second", "1,430"]],
    } | changes


def claim(name: str, **changes: Any) -> dict[str, Any]:
    """A claim with its verdict."""
    return {
        "claim": name,
        "section": "size",
        "text": f"Text of {name}.",
        "speaker": "author",
        "verdict": "supported",
        "computed": True,
        "rule": "Supported if equal.",
        "values": {"rate.monthly": result()},
        "chapter": "rate",
        "reason": "They agree.",
        "sources": ["source0"],
        "editions": {"article": "plausible"},
    } | changes


class Book:
    """A small book in a folder: pages, published files, and what building it says."""

    def __init__(self, root: Path) -> None:
        self.root, self.out, self.warnings = root, root / "out", ""
        self.write("conf.py", CONF)
        self.write("refs.bib", BIB)
        self.write("references.md", "# References\n\n```{bibliography}\n```\n")
        self.write("notebooks/rate.md", RATE)
        self.write("index.md", INDEX.format(body=""))
        self.results = {
            "monthly": result(),
            "share": result(
                "7.6% (7.0%–8.1%)",
                value=0.0764,
                low=0.07,
                high=0.081,
                unit="share",
                picks={"low": "7.0%", "value": "7.6%", "high": "8.1%"},
            ),
            "nothing": result("not known", low=None, picks={}),
            "when": result("in June", unit="words", picks={}),
        }
        self.publish(results=self.results, figures={"windows": figure()}, tables={})
        self.publish("article", results={"monthly": result("about 900")}, figures={}, tables={})
        for name, width in (("rate-windows.svg", 200), ("rate-windows-narrow.svg", 100)):
            self.write(f"published/latest/files/{name}", SVG.format(width=width))
        self.write("published/latest/files/rate-windows.csv", "w,n\nfirst,1260\n")
        self.claims()

    def write(self, name: str, text: str) -> None:
        """Write a file; Sphinx compares time stamps of sources, so a changed one gets a later one."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def publish(self, edition: str = "latest", notebook: str = "rate", **parts: Any) -> None:
        """Write what a notebook published."""
        content = {"notebook": notebook, "edition": edition, "title": "The rate", **parts}
        self.write(f"published/{edition}/{notebook}.json", json.dumps(content))

    def claims(self, **claims: dict[str, Any]) -> None:
        """Write the claims."""
        self.write("published/claims.json", json.dumps(claims))

    def build(self, builder: str = "html", strict: bool = False, parallel: int = 1, everything: bool = False) -> list[str]:
        """Build, and give the pages that were read."""
        warnings, read = io.StringIO(), []
        with patch_docutils(str(self.root)), docutils_namespace():
            app = Sphinx(
                self.root,
                self.root,
                self.out,
                self.root / "trees",
                builder,
                status=None,
                warning=warnings,
                warningiserror=strict,
                keep_going=True,
                parallel=parallel,
            )
            app.connect("source-read", lambda app, docname, source: read.append(docname))
            app.build(force_all=everything)
        self.code, self.warnings = app.statuscode, re.sub(r"\x1b\[[\d;]*m", "", warnings.getvalue())
        return sorted(read)

    def page(self, body: str, name: str = "index") -> BeautifulSoup:
        """Build with this text on the front page, and give the page."""
        self.write("index.md", INDEX.format(body=body))
        self.build()
        return self.soup(name)

    def soup(self, name: str) -> BeautifulSoup:
        """A built page's main part."""
        return BeautifulSoup((self.out / f"{name}.html").read_text("utf-8"), "html.parser").select_one("div.body")
