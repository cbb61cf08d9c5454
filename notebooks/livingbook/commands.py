"""The commands of the command line: one function each, given the project and the parsed arguments.

Each raises ``BuildError`` for what the person who called it can mend. Modules that take long to import are imported in the
functions that need them, so that every command starts at once.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import functools
import json
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from livingbook.project.project import Project
from livingbook.system.errors import BuildError, printable
from livingbook.system.files import only_one, scratch, tidy, write
from livingbook.system.readers import number_or_text

if TYPE_CHECKING:
    from livingbook.site.sphinx_process import Start


def make_book(project: Project, chosen: argparse.Namespace, start: Start | None = None) -> None:
    """Builds and publishes the book, if anything has changed; prints where it is.

    start: a function that starts the process of the pages, see ``build.book``.
    """
    from livingbook.project import addresses
    from livingbook.runs import up_to_date
    from livingbook.words import told as words

    started = time.perf_counter()
    project = beside(project, chosen)
    with exclusive(project):
        if recovered := finish_import(project.data):
            print(recovered)
        addresses.note(project)
        if up_to_date.is_built(project, chosen.edition):
            print("Nothing has changed since the book was built.")
        else:
            data = project.with_data_of(project.edition(chosen.edition)).data
            if not data.is_dir():
                raise BuildError(f"{data}: no such data folder")
            if recovered := finish_import(data):
                print(recovered)
            print(f"Building from {data}", flush=True)
            if start:
                _build(project, chosen, start)
            else:
                from livingbook.site.sphinx_process import Early

                with contextlib.closing(Early(project)) as early:
                    _build(project, chosen, early)
    if said := words.summary(words.of_built(project)):
        print(said)
    serve = f"make serve OUT={chosen.out}" if project.beside else "make serve"
    print(
        f"The book is in {project.published} ({time.perf_counter() - started:.0f} s).\n"
        f"Open {project.published / 'index.html'} in a browser, or run `{serve}`."
    )


def _build(project: Project, chosen: argparse.Namespace, start: Start) -> None:
    from livingbook.build import book, default_workers

    book(project, chosen.edition, getattr(chosen, "workers", None) or default_workers(), start)


def beside(project: Project, chosen: argparse.Namespace) -> Project:
    """The project, with the folder of ``--out`` for a book beside the published one, if it was given.

    Raises ``BuildError`` for a folder in which something else than such a book lies, or that holds the project itself.
    """
    if not getattr(chosen, "out", None):
        return project
    from livingbook.project.project import possible
    from livingbook.site.manifest import NAME

    folder = possible(Path(chosen.out))
    if project.root.is_relative_to(folder) or folder.is_relative_to(project.published.resolve()):
        raise BuildError(f"OUT={chosen.out}: a folder of its own is needed, which does not hold the project or the published book")
    if not (folder / NAME).is_file():
        require_free(folder, lambda _: False)
    return replace(project, beside=folder)


@contextlib.contextmanager
def exclusive(project: Project) -> Iterator[None]:
    """Keeps other processes from building, sweeping or importing in this project until the block ends.

    First removes what a process that was killed has left. Ctrl-C and SIGTERM end the process at once, without waiting for
    notebooks: every file is written so that being killed does no harm.
    """

    def stop(signum: int, _: object) -> None:
        print("\nInterrupted. The published book is whole; the same command goes on from here.", file=sys.stderr, flush=True)
        os._exit(128 + signum)

    with (
        only_one(project.build / ".lock", "  another build is running; waiting for it to end …"),
        scratch(project.build / ".scratch") as interrupted,
    ):
        if interrupted:
            tidy(project.build)
        handlers = {}
        if threading.current_thread() is threading.main_thread():
            handlers = {each: signal.signal(each, stop) for each in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for each, handler in handlers.items():
                signal.signal(each, handler)


def finish_import(data: Path) -> str:
    """Completes or drops an import that was killed, before its rows are built from; returns what was done, "" if nothing."""
    from livingbook.system.files import JOURNAL

    if not (data / JOURNAL).is_dir():
        return ""
    from livingbook.importing.journal import recover

    return recover(data)


def make_format(project: Project, chosen: argparse.Namespace) -> None:
    """Builds the book if need be, then writes it as PDF or EPUB; prints where."""
    from livingbook.formats import formats

    make = {"pdf": formats.make_pdf, "epub": formats.make_ebook}[chosen.command]
    make_book(project, chosen)
    started = time.perf_counter()
    with exclusive(project):
        target = make(project)
    print(f"{target} ({target.stat().st_size / 1e6:.1f} MB, {time.perf_counter() - started:.0f} s)")


def write_catalogues(project: Project, chosen: argparse.Namespace) -> None:
    """Builds the book if need be, then writes the catalogues for translators; prints where."""
    from livingbook.formats.translating import make_catalogues

    make_book(project, chosen)
    with exclusive(project):
        print(f"The catalogues are in {make_catalogues(project)}.")


def check_links(project: Project, chosen: argparse.Namespace) -> int:
    """Builds the book if need be, then asks every address that it names; 0 if all answer."""
    from livingbook.release import linkcheck

    make_book(project, chosen)
    with exclusive(project):
        return linkcheck.check(project)


def make_translation(project: Project, chosen: argparse.Namespace) -> None:
    """Builds the book if need be, then in another language; prints where."""
    from livingbook.formats import translating

    make_book(project, chosen)
    with exclusive(project):
        print(f"The translated book is in {translating.make_translation(project, chosen.language)}.")


def run_one(project: Project, chosen: argparse.Namespace) -> None:
    """Runs one notebook under one or more sets of settings; prints what it published beside what the book has, and writes that to
    a folder. The book is not touched."""
    from livingbook.project.project import possible
    from livingbook.runs import side_by_side
    from livingbook.runs.notebook_source import source_of

    name = Path(chosen.notebook).stem
    if "=" in chosen.notebook:
        raise BuildError(f"{chosen.notebook!r} is a setting: say first which notebook runs; there are {known(project)}")
    if name not in project.notebook_names:
        raise BuildError(f"no notebook {name!r}{close_to(name, project.notebook_names)}; there are {known(project)}")
    source = source_of(project, name)
    asked = [dict(setting(each) for each in given) for given in [chosen.settings, *chosen.beside]]
    given = [source.checked({"data": project.relative_path(project.data), **settings}) for settings in asked]
    labels = ["mine"] if len(asked) == 1 else [letter(index) for index in range(len(asked))]
    folder = possible(Path(chosen.out)) if chosen.out else project.build / "runs" / side_by_side.folder_name(name, asked)
    require_free(folder, lambda file: file in side_by_side.FILES or (file.startswith(name) and file.endswith(".ipynb")))
    columns = [
        side_by_side.Side(label, settings, results_of_run(project, name, parameters, folder, label if len(asked) > 1 else ""))
        for label, settings, parameters in zip(labels, asked, given, strict=True)
    ]
    beside = side_by_side.Beside(name, columns, side_by_side.results_of_book(project, name))
    for column in columns if len(asked) > 1 else []:
        settings = ", ".join(f"{key}={value}" for key, value in column.settings.items())
        print(f"{column.label}: {settings or 'as the notebook has it'}")
    print(side_by_side.as_text(beside, shutil.get_terminal_size((132, 24)).columns))
    print(f"\n{side_by_side.in_a_line(beside)}")
    for file, content in zip(side_by_side.FILES, (side_by_side.to_json(beside), side_by_side.as_csv(beside)), strict=True):
        write(folder / file, content)
    print(f"The table as CSV and JSON, and the executed notebook with its figures: {folder}")


def results_of_run(project: Project, name: str, given: dict[str, Any], folder: Path, label: str) -> dict[str, Any]:
    """Runs a notebook and writes it into ``folder``, also if it stops half-way; returns name → entry of what it published."""
    from livingbook.runs import cell_errors, running
    from livingbook.runs.store import published_document

    path = folder / (f"{name}-{label}.ipynb" if label else f"{name}.ipynb")
    print(f"{name}{f' ({label})' if label else ''}: {len(running.code_cells(project, name))} cells …", file=sys.stderr, flush=True)
    try:
        executed = running.run_notebook(project, name, given, progress=True)
    except cell_errors.CellError as error:
        if error.document is not None:
            running.write_notebook(path, error.document)
            error.kept = str(path)
        raise
    for complaint in cell_errors.complaints(executed):
        print(f"{name}: {complaint}", file=sys.stderr)
    running.write_notebook(path, executed)
    return published_document(name, running.Ran(executed))[0]["results"]


def letter(index: int) -> str:
    """A, B, …, Z, then A2, B2, …"""
    return chr(ord("A") + index % 26) + (str(index // 26 + 1) if index >= 26 else "")


def known(project: Project) -> str:
    """The names of the notebooks, in a line."""
    return ", ".join(project.notebook_names)


def close_to(asked: str, names: list[str]) -> str:
    """The end of a message about an unknown name: the name that was probably meant."""
    near = difflib.get_close_matches(asked, names, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def require_free(folder: Path, own: Callable[[str], bool]) -> None:
    """Raises ``BuildError`` for a folder with files that the command which writes there did not make.

    own: whether the command gives a file of that name.
    """
    if folder.exists() and not folder.is_dir():
        raise BuildError(f"{folder}: is a file; OUT= names a folder")
    if folder.is_dir() and (strange := sorted(path.name for path in folder.iterdir() if not own(path.name))):
        raise BuildError(f"{folder}: holds other files already ({', '.join(strange[:3])}); give a new folder, or an empty one")


def run_sweeps(project: Project, chosen: argparse.Namespace) -> None:
    """Runs the sweeps of a file and writes their tables; the book is not touched."""
    from livingbook.build import default_workers
    from livingbook.contract import require_clean
    from livingbook.runs import running, sweep, sweep_table
    from livingbook.runs.present import Present
    from livingbook.runs.runs import Changed, Runs
    from livingbook.runs.sweep_picture import picture

    if chosen.notebook:
        given = [each.partition("=") for each in chosen.settings]
        if wrong := [name for name, equals, _ in given if not equals]:
            raise BuildError(f"{wrong[0]!r}: write name=first..last:step, or name=value,value")
        sweeps = [sweep.asked_for(project, chosen.notebook, {name: values for name, _, values in given}, chosen.only or "")]
    else:
        sweeps = sweep.load_sweeps(project, chosen.spec)
    if chosen.only and chosen.only not in {each.name for each in sweeps}:
        raise BuildError(f"no sweep {chosen.only!r}; there are {', '.join(each.name for each in sweeps)}")
    require_clean(project.data, project.contract)
    with exclusive(project), contextlib.ExitStack() as stack:
        run_it: running.Runner = running.run_recorded
        workers = default_workers()
        if chosen.scheduler:
            from livingbook.runs.cluster import cluster

            run_it, workers = stack.enter_context(cluster(chosen.scheduler))
        running.set_parallelism(workers)
        runs = Runs(project, Present(), run_it)
        known = [*sweep.load_sweeps(project), *sweeps]  # notebooks of the asked sweeps may read tables of the book's own sweeps
        runs.sweeps = {each.name: functools.partial(sweep_table.write_table, each, runs, workers) for each in known}
        for each in sweeps:
            if chosen.only in (None, each.name):
                started = time.perf_counter()
                try:
                    table = runs.settle_sweep(each.name)
                except Changed as error:
                    raise BuildError(f"{error}, which changed meanwhile; the same command begins again") from None
                print(
                    f"{each.name}: {len(table.rows):,} numbers under {table.settings:,} settings; {table.runs:,} notebooks run, "
                    f"the others known ({time.perf_counter() - started:.0f} s): {project.sweep_file(each.name)}",
                    flush=True,
                )
                pictured, left_out = picture(table.axes, table.rows, each.name)
                if pictured:
                    path = project.build / "pictures" / f"{each.name}.png"
                    write(path, pictured)
                    print(f"Drawn: {path}" + (f" (without {left_out} more that vary)" if left_out else ""), flush=True)
        runs.store.used(runs.used())


def explain_runs(project: Project, chosen: argparse.Namespace) -> None:
    """Prints what the next build would run and why; nothing is run or written."""
    from livingbook.runs import up_to_date

    if up_to_date.is_built(project, chosen.edition):
        print("Nothing has changed since the book was built. Every notebook and every sweep stays.")
        return
    from livingbook.runs.explain import report

    print(report(project, chosen.edition))


def write_readme(project: Project, chosen: argparse.Namespace) -> None:
    """Brings the README's numbers and picture up to date with the built book."""
    from livingbook.site.readme import update

    print("changed: " + (", ".join(update(project)) or "nothing"))


def import_rows(project: Project, chosen: argparse.Namespace) -> int:
    """Checks new rows and shows what they would change; adds them if asked to. 1 if they cannot be added.

    With ``template`` it writes an example of a row and of a mapping instead.
    """
    if chosen.template:
        from livingbook.importing import template

        example, mapping = template.make(project, chosen.template)
        print(f"An example is in {example}, its mapping in {mapping}.\n`make import ROWS={example}` brings it in.")
        return 0
    if not chosen.rows:
        raise BuildError("give a file of new rows, or a folder of them")
    from livingbook.importing import rows

    with exclusive(project):
        return rows.run(project, chosen.rows, chosen.apply, chosen.mapping, chosen.supersedes)


def read_words(project: Project, chosen: argparse.Namespace) -> int:
    """Lists the typed words that are to be read again; notes that chapters were read if some are named. 1 while any is left.

    Brings the book up to date first: words are read beside the figures that stand there.
    """
    from livingbook.words import told as words
    from livingbook.words.book import Book

    make_book(project, chosen)
    if chosen.chapters:
        with exclusive(project):
            published = project.stage / "published"
            own = json.loads((published / "editions.json").read_text("utf-8"))["own"]
            documents = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted((published / own).glob("*.json"))}
            claims = json.loads((published / "claims.json").read_text("utf-8"))
            Book(project.with_data_of(project.edition(chosen.edition)), documents, claims).accept(chosen.chapters)
        make_book(project, chosen)
    body = words.of_built(project)
    print(words.listing(body))
    return 1 if body.get("count") or body.get("unread") else 0


def show_changes(project: Project, chosen: argparse.Namespace) -> int:
    """Compares two states of the book and prints what differs; the exit code says whether anything does and a verdict flipped."""
    from livingbook import comparison

    with exclusive(project):
        return comparison.run(project, chosen.before, chosen.after)


def compare_bytes(project: Project, chosen: argparse.Namespace) -> int:
    """Compares two clean builds, or the book with a published one; the exit code is 1 if a byte differs."""
    from livingbook.release import verify

    return verify.against(project, chosen.against) if chosen.against else verify.two_builds(project, chosen.edition)


def audit_packages(project: Project, chosen: argparse.Namespace) -> int:
    """Checks the locked packages; the exit code is 1 if something is wrong with them."""
    from livingbook.release import audit

    return audit.run(project)


def make_release(project: Project, chosen: argparse.Namespace) -> None:
    """Brings the book up to date and packs the archive to deposit; prints where it is."""
    from livingbook.release import archive as release
    from livingbook.words.told import require_read

    make_book(project, chosen)
    require_read(project)
    print(f"The archive: {release.make(project.with_data_of(project.edition(chosen.edition)), chosen.edition)}")


def begin_book(project: Project, chosen: argparse.Namespace) -> None:
    """Writes the start of another book; prints what to do next."""
    from livingbook.project.begin import start_book

    print(f"A small book is in {start_book(chosen.folder)}; `make book` in that folder builds it.")


def begin_question(project: Project, chosen: argparse.Namespace) -> None:
    """Writes notebook, chapter and table-of-contents line of a new question; prints where they are and what to do next."""
    from livingbook.project.question import add_question

    for line in add_question(project, chosen.name, chosen.question, chosen.measure, chosen.after):
        print(f"  {line}")
    print(f"`make run NOTEBOOK={chosen.name}` runs it; `make book` builds it, and then says which rules of writing it breaks.")
    if (project.root / "book" / "authors.md").is_file():
        print("book/authors.md has the rules, and why they are.")


def setting(text: str) -> tuple[str, Any]:
    """``name=value`` as name and value: a number or a truth value if it is written as one, else text, dates among them."""
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise BuildError(f"{text!r}: write name=value")
    return name, number_or_text(value)


def serve_book(project: Project, chosen: argparse.Namespace) -> None:
    """Serves the published book until it is interrupted."""
    import http.server

    project = beside(project, chosen)
    if not (project.published / "index.html").is_file():
        raise BuildError("there is no book yet; `make book` builds it")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(project.published))
    try:
        server = http.server.ThreadingHTTPServer((chosen.host, chosen.port), handler)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BuildError(f"cannot serve on {printable(chosen.host)}, port {chosen.port}: {reason}") from None
    with server:
        print(f"http://{chosen.host}:{server.server_port}/  (Ctrl-C ends)", flush=True)
        server.serve_forever()
