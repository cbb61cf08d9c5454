"""The desk of ``make live``: Sphinx with the whole book in memory, at which a single page is made in tenths of a second.

Sphinx starts, reads its environment, and then waits. For each page it forks: the copy reads and writes that page, and ends with all
that it has changed in memory, so that nothing of one page is left for the next. The desk has a stage and folders of its own: it
disturbs no build, and its pages are only for the screen until the build that follows has made them as every build does.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import jupyter_book.sphinx
from myst_nb.sphinx_ext import add_global_html_resources
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.build_phase import BuildPhase

from livingbook.project.project import Project
from livingbook.site import sphinx_process
from livingbook.sphinx_ext import freshness, pieces
from livingbook.system.files import write

PATIENCE_SECONDS = 60.0  # for Sphinx to start


class Desk:
    """A desk in a process of its own, as the process knows it that has started it. room: its folder."""

    def __init__(self, project: Project, room: Path) -> None:
        self.room = room
        shutil.rmtree(room, ignore_errors=True)
        shutil.copytree(project.stage, room / "stage", copy_function=os.link)  # files of the stage are replaced, never written into
        asked, self._asking = os.pipe()
        self._answers, answered = os.pipe()
        self.process = os.fork()
        if self.process == 0:
            os.close(self._asking)
            os.close(self._answers)
            sphinx_process.take_environment(project)
            _work(project, room, asked, answered)
            os._exit(0)
        os.close(asked)
        os.close(answered)

    def make(self, page: str, out: Path) -> str | None:
        """Makes a page of what the desk's stage has now, in the new folder ``out``; returns Sphinx's complaints.

        If there are any, there is no such folder then. ``None`` if the desk has ended, because Sphinx could not start.
        """
        try:
            shutil.rmtree(self.room / "made", ignore_errors=True)
            os.write(self._asking, f"{page}\n".encode())
            answer = os.read(self._answers, 1)
        except OSError:
            return None
        if answer == b"1":
            out.parent.mkdir(parents=True, exist_ok=True)
            (self.room / "made").replace(out)
            return ""
        return (self.room / "wrong.txt").read_text("utf-8") if answer else None

    def shown_on(self) -> dict[str, list[str]]:
        """Page → the notebooks of which it shows something. Waits until Sphinx has started; empty if it cannot."""
        note, end = self.room / "shown.json", time.monotonic() + PATIENCE_SECONDS
        while not note.is_file() and time.monotonic() < end:
            time.sleep(0.01)
        return json.loads(note.read_text("utf-8")) if note.is_file() else {}

    def close(self) -> None:
        """Ends the process."""
        os.close(self._asking)
        os.close(self._answers)
        os.waitpid(self.process, 0)


def _work(project: Project, room: Path, asked: int, answered: int) -> None:
    """Starts Sphinx as every build does; where that one builds, this one waits to be asked for pages."""

    class Waiting(Sphinx):
        def build(self, *_: Any) -> None:
            _wait(self, room, asked, answered)

    jupyter_book.sphinx.Sphinx = Waiting
    sys.stderr = io.StringIO()  # where Sphinx writes its warnings
    sphinx_process.build(project.stage, project.room / "sphinx")
    if not (room / "shown.json").is_file():
        print(f"  Pages are not made ahead: {sys.stderr.getvalue()}", file=sys.__stderr__, flush=True)
        write(room / "shown.json", "{}")


def _wait(app: Sphinx, room: Path, asked: int, answered: int) -> None:
    env, builder = app.env, cast(freshness.Pages, app.builder)
    # Sphinx reads all pages anew that it knows from another folder; so it is told of the desk's stage only now.
    for each in (app, env, env.project, app.project, builder):
        each.srcdir = type(app.srcdir)(room / "stage")
    shown = {page: _notebooks(used) for page, used in pieces.uses(env).items()}
    app.outdir = builder.outdir = type(app.outdir)(room / "first")
    assets = room / "first" / "_static"
    assets.mkdir(parents=True)
    _prepare(builder, set())
    builder.copy_static_files()
    add_global_html_resources(app, None)
    _write(app, app.config.root_doc, room / "first", assets)  # the templates are compiled once, here, and not for each page
    write(room / "shown.json", json.dumps(shown))
    with open(asked, encoding="utf-8") as lines:
        for line in lines:
            if (copy := os.fork()) == 0:
                words = _made(app, line.strip(), room / "made", assets)
                write(room / "wrong.txt", words)
                os._exit(bool(words))
            _, status = os.waitpid(copy, 0)
            os.write(answered, b"0" if status else b"1")


def _notebooks(used: Iterable[tuple[str, ...]]) -> list[str]:
    """The notebooks of which a page shows something, by the pieces that it was made from."""
    paths = [Path(piece[0]) for piece in used]
    results = {path.stem for path in paths if path.parts[0] == "published" and len(path.parts) == 3}
    return sorted(results | {path.stem for path in paths if path.suffix == ".ipynb"})


def _made(app: Sphinx, page: str, out: Path, assets: Path) -> str:
    """Reads and writes one page; returns what is wrong with it. What changes in memory is lost with this process."""
    env, builder = app.env, app.builder
    pieces.look_again(app, app.config)
    try:
        env.find_files(app.config, builder)
        freshness.forget(app, env, [page])
        app.phase = BuildPhase.READING
        app.doctreedir = builder.doctreedir = env.doctreedir = type(app.doctreedir)(out / ".doctrees")
        with logging.pending_warnings():
            builder.read_doc(page)
        for listener in app.events.listeners["env-get-updated"]:
            if listener.handler is not freshness.to_write:  # which looks at what all pages show
                listener.handler(app, env)
        freshness.name_images(env)
        app.events.emit("env-updated", env)
        _write(app, page, out, assets)
    except Exception as error:
        print(f"ERROR: {error}", file=sys.stderr)
    return cast(io.StringIO, sys.stderr).getvalue()


def _write(app: Sphinx, page: str, out: Path, assets: Path) -> None:
    """Writes a page that has been read. assets: the folder of style sheets and scripts, whose checksums pages name."""
    builder = cast(freshness.Pages, app.builder)
    app.outdir = builder.outdir = type(app.outdir)(out)
    if out != assets.parent:
        (out / assets.name).symlink_to(assets)
    app.phase = BuildPhase.RESOLVING
    _prepare(builder, {page})
    doctree = app.env.get_and_resolve_doctree(page, builder)
    app.phase = BuildPhase.WRITING
    with logging.pending_warnings():
        builder.write_doc_serialized(page, doctree)
        builder.write_doc(page, doctree)


def _prepare(builder: freshness.Pages, pages: set[str]) -> None:
    """Prepares to write these pages, without the search index, which is for the whole book."""
    builder.chosen, builder.shown, builder.search = pages, {page: {} for page in pages}, False
    builder.prepare_writing(pages)
    builder.search = True  # pages link to it
