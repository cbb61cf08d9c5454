"""What packages bring that no page of the book uses: files are removed, and rules are taken out of style sheets.

A selector is kept unless it names a tag, class or id that stands in no page and in no script. Scripts count because they may add
the class: search results, an open menu or a chosen theme then keep their looks, which is tested in a browser.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import tinycss2
from sphinx.application import Sphinx

from livingbook.sphinx_ext import pieces
from livingbook.sphinx_ext.pages import theme_fixes

# Files and folders that the theme and Sphinx bring, used by no page of a book (see templates/layout.html), as patterns.
UNUSED = (
    "_static/vendor/fontawesome",
    "_static/webpack-macros.html",
    "_static/sbt-webpack-macros.html",
    "_static/images",
    "_static/locales",
    "_static/file.png",
    "_static/minus.png",
    "_static/plus.png",
    "_static/**/*.map",
)
FOR_README = "_static/readme.svg"  # of the book itself: a picture that its README shows, if it has one
TAGS = re.compile(r"<([a-z][a-z0-9-]*)")
NAMED = re.compile(r'\s(?:class|id)="([^"]*)"')
WORDS = re.compile(r"[A-Za-z_][\w-]*")
# Bootstrap's script names far more classes than pages use: they use tooltips, the marks of the table of contents, and what folds.
# So its words do not count; these classes do.
BOOTSTRAP = "bootstrap.js"
BOOTSTRAP_ADDS = frozenset(
    (
        "active",
        "collapse",
        "collapsed",
        "collapsing",
        "disabled",
        "fade",
        "hide",
        "show",
        "showing",
        "tooltip",
        "tooltip-arrow",
        "tooltip-inner",
        "bs-tooltip-auto",
        "bs-tooltip-top",
        "bs-tooltip-bottom",
        "bs-tooltip-start",
        "bs-tooltip-end",
    )
)
NESTED = frozenset(("media", "supports", "layer", "container"))


def names(pages: Iterable[str], scripts: Iterable[str]) -> frozenset[str]:
    """Tags, classes and ids that stand in the pages, and all words of the scripts."""
    found = set(BOOTSTRAP_ADDS)
    for page in pages:
        found.update(TAGS.findall(page))
        for value in set(NAMED.findall(page)):
            found.update(value.split())
    for script in scripts:
        found.update(WORDS.findall(script))
    return frozenset(found)


def slim(sheet: str, used: frozenset[str]) -> str:
    """The sheet without rules that can select nothing. used: as ``names`` gives it."""
    return _rules(tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True), used)


def _rules(rules: list[Any], used: frozenset[str]) -> str:
    made = []
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = [part for part in _selectors(rule.prelude) if _asked_for(part) <= used]
            if selectors:
                selector = ",".join(tinycss2.serialize(part).strip() for part in selectors)
                made.append(f"{selector}{{{tinycss2.serialize(rule.content).strip()}}}")
        elif rule.type == "at-rule" and rule.lower_at_keyword in NESTED and rule.content is not None:
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            if kept := _rules(inner, used):
                made.append(f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{kept}}}")
        else:  # other rules, and what could not be parsed, are left to browsers
            made.append(rule.serialize())
    return "".join(made)


def _selectors(prelude: list[Any]) -> list[list[Any]]:
    """The parts between commas."""
    parts: list[list[Any]] = [[]]
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _asked_for(selector: list[Any]) -> set[str]:
    """The tags, classes and ids that must all be there for a selector to select anything.

    What stands in brackets does not count: it may be an exception, as in ``:not(…)``, or a choice, as in ``:is(…)``.
    """
    found: set[str] = set()
    before = ""
    for token in selector:
        if token.type == "hash":
            found.add(token.value)
        elif token.type == "ident" and before != ":":
            found.add(token.value if before == "." else token.lower_value)
        before = token.value if token.type == "literal" else ""
    return found


def sheets(app: Sphinx) -> list[Path]:
    """The style sheets of the site that are not the book's own. In the settings only the book's folders are relative."""
    folders = [Path(app.confdir) / folder for folder in app.config.html_static_path if not Path(folder).is_absolute()]
    own = {path.name for folder in folders for path in folder.rglob("*.css")}
    return [path for path in sorted((Path(app.outdir) / "_static").rglob("*.css")) if path.name not in own]


def remove(out: Path) -> list[str]:
    """Removes the files that no page uses from the folder of pages; returns the patterns for which there were none."""
    (out / FOR_README).unlink(missing_ok=True)
    found = {pattern: sorted(out.glob(pattern)) for pattern in UNUSED}
    for path in (path for paths in found.values() for path in paths):
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)  # a file may lie in a folder that is gone already
    return [pattern for pattern, paths in found.items() if not paths]


def slim_sheets(app: Sphinx, cache_folder: Path) -> None:
    """Slims the sheets of a finished site. A sheet that an earlier build has slimmed for the same names is taken from the cache."""
    out = Path(app.outdir)
    words = [path.read_text("utf-8") for path in sorted(out.rglob("*.js")) if path.name not in (BOOTSTRAP, "searchindex.js")]
    used = names((path.read_text("utf-8") for path in sorted(out.rglob("*.html"))), words)
    state = json.dumps(sorted(used)) + Path(__file__).read_text("utf-8")
    for path in sheets(app):
        sheet = path.read_text("utf-8")
        slimmed = cache_folder / f"{hashlib.sha256((sheet + state).encode()).hexdigest()[:24]}.css"
        if not slimmed.is_file():
            cache_folder.mkdir(parents=True, exist_ok=True)
            slimmed.write_text(slim(sheet, used), "utf-8", newline="\n")
        path.write_bytes(slimmed.read_bytes())


def finish(app: Sphinx, cache_folder: Path) -> None:
    """Removes files and rules from a finished site. Warns of what this module names and the theme does not bring any more."""
    idle = remove(Path(app.outdir))
    idle += [] if any(Path(app.outdir).rglob(BOOTSTRAP)) else [BOOTSTRAP]
    for name in idle if theme_fixes.is_for(app) else []:
        pieces.logger.warning(
            f"the theme has no {name} any more, which livingbook/sphinx_ext/output/unused.py names", type="published"
        )
    slim_sheets(app, cache_folder)
