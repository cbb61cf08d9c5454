"""A comparison of two states of the book, printed in the terminal and written as a page into ``_build/changes``."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from livingbook.build import default_workers, settled
from livingbook.changes.compare import compare
from livingbook.changes.report import Report
from livingbook.changes.snapshots import EDITIONS, Snapshot, find
from livingbook.changes.snapshots import edition as snapshot_of
from livingbook.changes.terminal import summary
from livingbook.project.project import Project
from livingbook.runs.present import Present
from livingbook.sphinx_ext.output.changes_page import standalone
from livingbook.system.errors import BuildError
from livingbook.system.files import as_json, mirror
from livingbook.words import told as words


def run(project: Project, before: str | None, after: str | None) -> int:
    """Compares, prints the summary, writes ``_build/changes`` (page and changes.json); returns the exit code of the outcome.

    before: without it, the edition that the book is compared with. after: without it, the newest thing of the same kind: the
    published book for a published book, the project's tables for tables, else the edition ``latest``. Raises ``BuildError`` for
    what cannot be compared.
    """
    before = before or project.settings.compared_with
    if not before:
        raise BuildError("say what to compare with: FROM=edition, or a folder with a published book or with tables")
    old = found(project, before)
    if after is None:
        after = "latest" if old.published and not old.whole_book else relative(project.published if old.published else project.data)
        if old.whole_book and not (project.published / "results.json").is_file():
            raise BuildError("there is no book yet to compare with; `make book` builds it")
    new = found(project, after)
    report = compare(old, new, project.root / "book", ("figures/before", "figures/after"), read_again(project, new))
    folder = project.build / "changes"
    mirror(pages(project, report, old, new), folder)
    print(summary(report))
    print(f"\nAll of it: {relative(folder / 'index.html')} and {relative(folder / 'changes.json')}")
    return report.exit_code


def read_again(project: Project, new: Snapshot) -> list[dict[str, Any]]:
    """The words that are to be read again, if the state after is that of the built book."""
    built = words.of_built(project)
    own = new.own and (new.label == new.own or Path(new.label).resolve() == project.published.resolve())
    return built.get("list", []) if own else []


def found(project: Project, name: str) -> Snapshot:
    """What is named, for the comparison. An edition that is not in the built book is made from runs, without pages."""
    listed = project.stage / "published" / EDITIONS
    staged = json.loads(listed.read_text("utf-8"))["editions"] if listed.is_file() else {}
    if name in staged or name not in {each.name for each in project.editions}:
        return find(project, name)
    print(f"The edition {name} is not in the book that was built last; its notebooks:", flush=True)
    edition = project.edition(name)
    own = replace(project, beside=project.build / "compared").with_data_of(edition)  # leaves the results of other editions there
    runs = settled(own, Present(), [edition], default_workers())
    held = {each: runs.settle(edition, each) for each in project.notebook_names}
    runs.store.used(runs.used())
    documents = {name: {each: run.of_edition(name) for each, run in held.items()}}
    return snapshot_of(own, documents, lambda _, notebook: held[notebook].folder / "files", name)


def relative(path: Path) -> str:
    """A path as a person writes it: relative to the current folder, if it is below that."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def pages(project: Project, report: Report, old: Snapshot, new: Snapshot) -> dict[str, Path | str | bytes]:
    """The files of a comparison by their names: page, changes.json, and the drawings that differ, as far as they are there."""
    files: dict[str, Path | str | bytes] = {"changes.json": as_json(report.model_dump(mode="json"))}
    for change in report.figures:
        for drawing, snapshot in ((change.before, old), (change.after, new)):
            if drawing:
                figure = snapshot.figures[change.name]
                files |= {drawing.wide: figure.wide, drawing.narrow: figure.narrow}
    files = {name: content for name, content in files.items() if not isinstance(content, Path) or content.is_file()}
    styles = [(project.engine / "sphinx_ext" / "static" / name).read_text("utf-8") for name in ("book.css", "changes.css")]
    files["index.html"] = standalone(report, "\n".join(styles))
    return files
