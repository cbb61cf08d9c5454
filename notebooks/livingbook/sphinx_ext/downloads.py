"""The published site beside its pages: templates, machine-readable results, files to download."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.config import Config

from livingbook.sphinx_ext import elements, extra_files, store, used_css
from livingbook.sphinx_ext.png import draw_in_background, drawn
from livingbook.values.published import FOR_MACHINES

# Shipped by the theme, used by no page of this book (see templates/layout.html).
UNUSED = (
    "_static/vendor/fontawesome",
    "_static/webpack-macros.html",
    "_static/sbt-webpack-macros.html",
    "_static/images",
    "_static/locales",
    "_static/file.png",
    "_static/minus.png",
    "_static/plus.png",
    "_static/readme.svg",
)
UNUSED_KINDS = ("_static/**/*.map",)
_drawing: WeakKeyDictionary[Sphinx, subprocess.Popen[str]] = WeakKeyDictionary()  # build → the process that draws its PNG files


def results(root: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """edition → notebook → name → the fields ``FOR_MACHINES``, from everything published."""
    return {
        edition: {
            path.stem: _numbers(store.look_up(root, (path.relative_to(root).as_posix(), "results")) or {})
            for path in sorted((root / "published" / edition).glob("*.json"))
        }
        for edition in store.editions(root)
    }


def _numbers(entries: dict[str, Any]) -> dict[str, Any]:
    return {name: {field: entry.get(field) for field in FOR_MACHINES} for name, entry in entries.items()}


def write_json(path: Path, content: Any) -> None:
    """Writes JSON; equal contents give equal bytes."""
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Writes results.json and claims.json, copies figures and tables, removes what no page uses."""
    if exception or not elements.is_web(app.builder):
        return
    source, out, cache_folder = Path(app.srcdir), Path(app.outdir), cache_of(app)
    if drawing := _drawing.pop(app, None):
        drawing.wait()
    write_json(out / "results.json", results(source))
    write_json(out / "claims.json", store.look_up(source, (store.CLAIMS,)) or {})
    for edition in store.editions(source):
        mirror(source / "published" / edition / "files", out / "figures" / edition)
        for name in wide_figures(source, edition):
            draw(source / "published" / edition / "files" / name, out / "figures" / edition / picture(name), cache_folder)
    mirror(source / "data", out / "data", "*.csv", "datapackage.json")
    extra_files.write(app)
    for path in [*(out / name for name in UNUSED), *(path for kind in UNUSED_KINDS for path in out.glob(kind))]:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    used_css.finish(app, cache_folder)


def wide_figures(source: Path, edition: str) -> list[str]:
    """The names of an edition's figure files in the wide variant, as far as the files are there."""
    documents = sorted((source / "published" / edition).glob("*.json"))
    figures = [store.look_up(source, (path.relative_to(source).as_posix(), "figures")) or {} for path in documents]
    named = (figure["wide"] for each in figures for figure in each.values())
    return [name for name in named if (source / "published" / edition / "files" / name).is_file()]


def begin_to_draw(app: Sphinx) -> None:
    """Starts drawing the figures' PNG files, which goes on while the pages are made."""
    source = Path(app.srcdir)
    if elements.is_web(app.builder):
        files = [
            source / "published" / edition / "files" / name
            for edition in store.editions(source)
            for name in wide_figures(source, edition)
        ]
        if drawing := draw_in_background(files, cache_of(app)):
            _drawing[app] = drawing


def draw(svg: Path, png: Path, cache_folder: Path) -> None:
    """Writes a figure's PNG. Warns of a file that is no SVG, as the page that shows it does."""
    try:
        content = drawn(svg, cache_folder)
        png.parent.mkdir(parents=True, exist_ok=True)
        png.write_bytes(content)
    except ValueError as error:
        store.logger.warning(f"{svg}: cannot be drawn: {error}", type="published")


def picture(svg: str) -> str:
    """The name of the PNG that goes with an SVG file."""
    return f"{svg.removesuffix('.svg')}.png"


def cache_of(app: Sphinx) -> Path:
    """The folder in which drawn pictures and reduced style sheets are kept from one build to the next."""
    return Path(app.doctreedir).parent / ".pictures"


def mirror(source: Path, target: Path, *patterns: str) -> None:
    """Makes the target folder hold exactly the source folder's files that match one of the patterns (all files without one)."""
    shutil.rmtree(target, ignore_errors=True)
    files = sorted({path for pattern in patterns or ("*",) for path in source.glob(pattern) if path.is_file()})
    for path in files:
        target.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target / path.name)


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
        config.templates_path.insert(0, str(Path(__file__).parent / "templates"))


def setup(app: Sphinx) -> None:
    """Registers the hooks."""
    # Jupyter Book sets this value for an extension that this book leaves out; Sphinx would warn of a value that it does not know.
    if "comments_config" not in app.config:
        app.add_config_value("comments_config", {}, "")
    app.connect("config-inited", add_templates)
    app.connect("builder-inited", begin_to_draw)
    app.connect("write-started", place_notebook_styles)
    app.connect("build-finished", finish)
