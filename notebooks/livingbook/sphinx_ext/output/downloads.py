"""What is published beside the pages: numbers and claims for machines, figures and tables to download."""

from __future__ import annotations

import json
import shutil
import subprocess
from functools import partial
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sphinx.application import Sphinx

from livingbook.drawing.png import draw_in_background, drawn, png_of
from livingbook.drawing.svg import standing_alone
from livingbook.notebook.showing import with_pictures
from livingbook.sphinx_ext import elements, pieces
from livingbook.sphinx_ext.output import extra_files, figure_pages, schemas, unused
from livingbook.values.published import ON_A_CARD

_drawing: WeakKeyDictionary[Sphinx, subprocess.Popen[str]] = WeakKeyDictionary()  # build → the process that draws its PNG files


def results(root: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """edition → notebook → name → the fields ``ON_A_CARD``, from everything published."""
    return {
        edition: {
            path.stem: _numbers(pieces.look_up(root, (path.relative_to(root).as_posix(), "results")) or {})
            for path in sorted((root / "published" / edition).glob("*.json"))
        }
        for edition in pieces.editions(root)
    }


def _numbers(entries: dict[str, Any]) -> dict[str, Any]:
    return {name: {field: entry.get(field) for field in ON_A_CARD} for name, entry in entries.items()}


def write_json(path: Path, content: Any) -> None:
    """Writes JSON; equal contents give equal bytes."""
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Writes results.json and claims.json, copies figures, tables and notebooks, removes what no page uses."""
    if exception or not elements.is_web(app.builder):
        return
    source, out, cache_folder = Path(app.srcdir), Path(app.outdir), cache_of(app)
    if drawing := _drawing.pop(app, None):
        drawing.wait()
    write_json(out / "results.json", results(source))
    write_json(out / "claims.json", pieces.look_up(source, (pieces.CLAIMS,)) or {})
    for edition in pieces.editions(source):
        mirror(source / "published" / edition / "files", out / "figures" / edition)
        for path in sorted((out / "figures" / edition).glob("*.svg")):  # for programs that know no style sheet
            path.write_text(standing_alone(path.read_text("utf-8")), "utf-8", newline="\n")
        for name in wide_figures(source, edition):
            draw(source / "published" / edition / "files" / name, out / "figures" / edition / png_name(name), cache_folder)
    extra_pages = figure_pages.write(app)
    mirror(source / "data", out / "data", "*.csv", "datapackage.json")
    for name, schema in schemas.schemas().items():
        (out / "schemas").mkdir(exist_ok=True)
        write_json(out / "schemas" / f"{name}.schema.json", schema)
    write_notebooks(app, cache_folder)
    extra_files.write(app, extra_pages)
    unused.finish(app, cache_folder)


def write_notebooks(app: Sphinx, cache_folder: Path) -> None:
    """Writes the executed notebooks beside their pages, with pictures in place of the drawings."""
    draw_one = partial(png_of, cache_folder=cache_folder)
    for page in app.env.found_docs:
        path = app.env.doc2path(page, base=False)
        if path.endswith(".ipynb"):
            text = with_pictures(Path(app.srcdir, path).read_text("utf-8"), draw_one)
            Path(app.outdir, path).write_text(text, encoding="utf-8", newline="\n")


def wide_figures(source: Path, edition: str) -> list[str]:
    """The names of an edition's figure files in the wide variant, as far as the files are there."""
    documents = sorted((source / "published" / edition).glob("*.json"))
    figures = [pieces.look_up(source, (path.relative_to(source).as_posix(), "figures")) or {} for path in documents]
    named = (figure["wide"] for each in figures for figure in each.values())
    return [name for name in named if (source / "published" / edition / "files" / name).is_file()]


def begin_to_draw(app: Sphinx) -> None:
    """Starts drawing the figures' PNG files, which goes on while the pages are made."""
    source = Path(app.srcdir)
    if elements.is_web(app.builder):
        files = [
            source / "published" / edition / "files" / name
            for edition in pieces.editions(source)
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
        pieces.logger.warning(f"{svg}: cannot be drawn: {error}", type="published")


def png_name(svg: str) -> str:
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


def setup(app: Sphinx) -> None:
    """Registers the hooks."""
    app.connect("builder-inited", begin_to_draw)
    app.connect("build-finished", finish)
