"""The templates of pages: the theme's with this extension's before them, and every fix of the theme made in their output.

A build that has written all pages warns of each fix that found nothing in any of them; a warning ends the build as an error.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import nodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.jinja2glue import BuiltinTemplateLoader

from livingbook.sphinx_ext import elements, pieces
from livingbook.sphinx_ext.pages import theme_fixes
from livingbook.sphinx_ext.pages.content_policy import confine

OWN, LAYOUT = Path(__file__).parents[1] / "templates", "layout.html"


class Templates(BuiltinTemplateLoader):
    """Sphinx's templates, with every fix made in their output.

    pages: the names of the pages that this build has made. owing: the fixes that have found no fault yet. concerned: the fixes that
    have met a page with their sign.
    """

    def __init__(self) -> None:
        super().__init__()
        self.pages: set[str] = set()
        self.owing, self.concerned = set(theme_fixes.FIXES), {fix for fix in theme_fixes.FIXES if not fix.sign}

    def render(self, template: str, context: dict[str, Any]) -> str:  # type: ignore[override]  # Sphinx's own loader does the same
        """A page, or another file, from its template."""
        made = super().render(template, context)
        if made.lstrip()[:15].lower() != "<!doctype html>":
            return made
        self.pages.add(context.get("pagename", ""))
        return self.put_right(made)

    def put_right(self, page: str) -> str:
        """A page as the theme made it, with every fix and its content policy."""
        for fix in theme_fixes.FIXES:
            if fix.sign and fix.sign in page:
                self.concerned.add(fix)
            page, count = fix.mend(page)
            if count:
                self.owing.discard(fix)
        return confine(page)

    def idle(self, env: BuildEnvironment) -> list[theme_fixes.Fix]:
        """The fixes that found nothing though the book has what they are for.

        None while some of the pages are those of an earlier build: the fault may be in those.
        """
        if not env.found_docs <= self.pages:
            return []
        return [fix for fix in theme_fixes.FIXES if fix in self.owing & self.concerned and fix.expected(env)]


def blocks(templates: Templates, name: str) -> set[str]:
    """The blocks of a template and of those that it extends: in these places a template may put something else."""
    parsed = templates.environment.parse(templates.get_source(templates.environment, name)[0])
    found = {block.name for block in parsed.find_all(nodes.Block)}
    parents = (each.template.value for each in parsed.find_all(nodes.Extends) if isinstance(each.template, nodes.Const))
    return found.union(*(blocks(templates, parent) for parent in parents))


def strange_blocks(templates: Templates) -> set[str]:
    """The blocks of this extension's layout that the theme does not have: nothing of what is in them comes into any page."""
    own = templates.environment.parse((OWN / LAYOUT).read_text("utf-8"))
    return {block.name for block in own.find_all(nodes.Block)} - blocks(templates, f"!{LAYOUT}")


def check(app: Sphinx, exception: Exception | None) -> None:
    """Warns of fixes that have found nothing, and of blocks that the theme does not have."""
    templates = getattr(app.builder, "templates", None)
    if exception or not (elements.is_web(app.builder) and theme_fixes.is_for(app) and isinstance(templates, Templates)):
        return
    for fix in templates.idle(app.env):
        pieces.logger.warning(
            f"the theme {theme_fixes.THEME} or its settings have changed: in no page it was found that {fix.fault}; "
            "mend or remove that fix in livingbook/sphinx_ext/pages/theme_fixes.py",
            type="published",
        )
    for name in sorted(strange_blocks(templates)):
        pieces.logger.warning(
            f"the theme {theme_fixes.THEME} has no block {name!r} any more; livingbook/sphinx_ext/templates/{LAYOUT} fills it",
            type="published",
        )


def use_templates(app: Sphinx, config: Config) -> None:
    """Has pages made by way of ``Templates``, unless a project has a template bridge of its own."""
    config.template_bridge = config.template_bridge or f"{__name__}.Templates"


def place_notebook_styles(app: Sphinx, builder: Builder) -> None:
    """Puts the style sheet of notebooks in place before pages are written; myst_nb does it only afterwards.

    Links to style sheets carry a checksum of the file. Without this, the pages of a first build would lack it.
    """
    if builder.format == "html" and "myst_nb" in app.extensions:
        from myst_nb.sphinx_ext import add_global_html_resources

        (Path(app.outdir) / "_static").mkdir(parents=True, exist_ok=True)
        add_global_html_resources(app, None)  # None: no exception ended the build


def add_templates(app: Sphinx, config: Config) -> None:
    """Puts this extension's templates before the theme's. Books on paper have the theme "basic", which does without them."""
    if config.html_theme != "basic":
        config.templates_path.insert(0, str(OWN))


def setup(app: Sphinx) -> None:
    """Registers the template bridge, the templates and the check."""
    # Jupyter Book sets this value for an extension that this book leaves out; Sphinx would warn of a value that it does not know.
    if "comments_config" not in app.config:
        app.add_config_value("comments_config", {}, "")
    app.connect("config-inited", use_templates)
    app.connect("config-inited", add_templates)
    app.connect("write-started", place_notebook_styles)
    app.connect("build-finished", check)
