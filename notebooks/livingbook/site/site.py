"""From results to pages: the stage that Jupyter Book is given, its build, and the change of the published book at once."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from livingbook.changes import compare
from livingbook.contract import fields_of
from livingbook.evidence.bibliography import bibtex
from livingbook.evidence.reading import read_table
from livingbook.project import addresses
from livingbook.project.project import Edition, Project
from livingbook.runs.runs import Runs
from livingbook.site import jupyter_book, leaks, manifest, provenance
from livingbook.site.sphinx_process import LIBRARY
from livingbook.system.errors import KILLED, BuildError, in_words
from livingbook.system.files import as_json, digest, holds, mirror, settle, state_of, tree, write
from livingbook.system.readers import yaml_of

SETTINGS = ("_config.yml", "_toc.yml")  # of Jupyter Book


def require_settings(project: Project) -> None:
    """Raises ``BuildError`` if the settings of Jupyter Book cannot be read; what they say is for Jupyter Book to judge."""
    for path in (project.root / name for name in SETTINGS):
        if not isinstance(yaml_of(path), dict):
            raise BuildError(f"{path}: must be settings, each with a name")


def stage(project: Project, editions: list[Edition], runs: Runs) -> list[str]:
    """Puts together what Jupyter Book is given; returns the files that changed. The first edition is the book's own."""
    held = {edition.name: {name: runs.settle(edition, name) for name in project.notebook_names} for edition in editions}
    documents = {edition: {name: run.of_edition(edition) for name, run in each.items()} for edition, each in held.items()}
    noted = project.build / addresses.NOTE
    given = json.loads(noted.read_text("utf-8")) if noted.is_file() else {}
    wanted: dict[str, Path | str | bytes] = {
        "_config.yml": jupyter_book.settings(project, given),
        "_toc.yml": project.root / "_toc.yml",
        **jupyter_book.dress(project),
    }
    for path in tree(project.root / "book"):
        wanted[path.relative_to(project.root).as_posix()] = path
    for table in fields_of(project.data, project.contract):
        wanted[f"data/{table}.csv"] = project.data / f"{table}.csv"
    own = project.data / "datapackage.json"
    wanted["data/datapackage.json"] = own if own.is_file() else project.contract
    wanted["book/references.bib"] = bibtex(read_table(project.data, "sources").to_dict("records"))
    wanted["published/book.json"] = as_json(project.settings.model_dump())
    for edition, each in held.items():
        for name, run in each.items():
            wanted[f"published/{edition}/{name}.json"] = as_json(documents[edition][name])
            wanted |= {f"published/{edition}/files/{file.name}": file for file in run.files()}
    for name, run in held[editions[0].name].items():
        wanted[f"notebooks/{name}.ipynb"] = run.notebook(runs.asked(editions[0], name).told)
    wanted["published/claims.json"] = as_json(claims(documents))
    wanted["published/parameters.json"] = as_json(parameters(runs))
    wanted["published/settings.json"] = as_json(settings(project, editions))
    if (citation := project.root / "CITATION.cff").is_file():
        wanted["CITATION.cff"] = citation
    wanted |= compare.staged(project, documents, lambda edition, name: held[edition][name].folder / "files")
    return mirror(wanted, project.stage)


def settings(project: Project, editions: list[Edition]) -> dict[str, dict]:
    """Edition → its date, its assumptions, and the day on which the last figure it reads became public."""
    found = {}
    for edition in editions:
        days = sorted(filter(None, read_table(project.seen_by(edition).data, "observations")["known_from"]))
        known = days if edition.as_of == "latest" else [day for day in days if day <= edition.as_of]
        found[edition.name] = {
            "as_of": edition.as_of,
            "assumptions": edition.assumptions,
            "evidence_to": known[-1] if known else "",
        }
    return found


def parameters(runs: Runs) -> dict[str, dict]:
    """Notebook → its title and parameters, as its parameters cell declares them."""
    return {
        name: {
            "title": runs.source(name).title,
            "parameters": [
                {
                    "name": each.name,
                    "default": each.default,
                    "unit": each.unit.unit,
                    "range": each.unit.range,
                    "meaning": each.meaning,
                }
                for each in runs.source(name).parameters
            ],
        }
        for name in runs.project.notebook_names
    }


def claims(documents: Mapping[str, Mapping[str, Any]]) -> dict[str, dict]:
    """The claims as the first edition decides them, each with the verdict of the other editions beside it."""
    found = {
        edition: {key: card for document in each.values() for key, card in document.get("claims", {}).items()}
        for edition, each in documents.items()
    }
    own, *others = found
    return {
        key: {**card, "editions": {edition: found[edition][key]["verdict"] for edition in others}}
        for key, card in found[own].items()
    }


def build(project: Project, waiting: subprocess.Popen[str]) -> Path:
    """Has Jupyter Book run over the stage, warnings as errors, by the process that waits for it; returns the folder of pages.

    Raises ``BuildError`` with what it complained of. A failed build leaves no state behind, so that a warning given once
    is given again: Sphinx does not repeat the warnings of pages it does not read again. With other settings, code or packages
    than the last time it begins from nothing; what else has changed, the extension finds out page by page.
    """
    output, note, rests_on = project.build / "sphinx", project.build / "done" / "sphinx", project.build / "done" / "foundation"
    if not holds(note, state_of(output)):
        shutil.rmtree(output, ignore_errors=True)  # an earlier build was killed in it, or somebody else wrote there
    elif not holds(rests_on, foundation(project, output)):
        for name in ("html", ".doctrees"):  # pictures that were drawn before stay
            shutil.rmtree(output / "_build" / name, ignore_errors=True)
    note.unlink(missing_ok=True)
    with contextlib.suppress(BrokenPipeError):  # it has died: what it said is read next
        os.write(waiting.stdin.fileno(), b"build\n")  # past the buffer, which would send it again when it is closed
    log = waiting.stdout.read()
    pages = output / "_build" / "html"
    if waiting.wait() or not (pages / "index.html").is_file():
        shutil.rmtree(output, ignore_errors=True)
        (project.build / "sphinx.log").write_text(log, "utf-8")
        if waiting.returncode < 0:
            raise BuildError(f"the process that builds the pages was killed (signal {-waiting.returncode}): {KILLED}")
        if words := in_words(RuntimeError(log)):
            raise BuildError(f"the pages could not be built: {words}")
        raise BuildError("Jupyter Book refused the book:\n" + complaints(log, project))
    (project.build / "sphinx.log").write_text(log, "utf-8")
    write(rests_on, foundation(project, output))
    write(note, state_of(output))
    return pages


def foundation(project: Project, output: Path) -> str:
    """Hash of what all pages rest on: Python and its packages, the settings, the extension, and this library as far as the last
    build used it."""
    packages = sorted(path.name for folder in sys.path for path in Path(folder).glob("*.dist-info"))
    listed = output / LIBRARY
    files = [Path(name) for name in (listed.read_text("utf-8").splitlines() if listed.is_file() else ())]
    files += [project.stage / "_config.yml", project.stage / "published" / "book.json"]
    files += [*tree(project.stage / "book" / "_ext"), *tree(project.engine / "sphinx_ext")]
    return digest(sys.version, repr(packages), *(part for path in files if path.is_file() for part in (path.name, path)))


def complaints(log: str, project: Project) -> str:
    """The lines of a Sphinx log that say what is wrong, with paths as a person knows them."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", log).replace(f"{project.stage}/", "")
    found = [line.strip() for line in plain.splitlines() if re.search(r"WARNING|ERROR|[Ee]xception|Error:", line)]
    return "\n".join(f"  {line}" for line in dict.fromkeys(found)) or "  " + plain[-2000:]


def complete(project: Project, pages: Path, folder: Path, executed: leaks.Executed) -> None:
    """Copies the built pages into a folder of their own, where they are a book: its files say where they come from, tell nothing
    of this machine (else ``BuildError``), and are all listed in its manifest."""
    book = provenance.of_stage(project)
    shutil.copytree(
        pages, folder, ignore=shutil.ignore_patterns(".buildinfo", ".doctrees"), copy_function=partial(provenance.copy, book, pages)
    )
    provenance.describe(folder, book)
    listed = manifest.of_folder(folder, book.about())
    leaks.require_none(project, folder, listed.files, executed)
    write(folder / manifest.NAME, manifest.as_text(listed))


def publish(project: Project, pages: Path, executed: leaks.Executed) -> None:
    """Makes the pages the published book, all at once: the name ``html`` passes from the old folder to the new.

    The folders lie beside it under ``_build/published``; the one before the new is removed.
    """
    shelf = project.build / "published"
    shelf.mkdir(parents=True, exist_ok=True)
    number = 1 + max((int(path.name) for path in shelf.iterdir() if path.name.isdigit()), default=0)
    fresh = shelf / str(number)
    unfinished = shelf / f".{number}.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        complete(project, pages, unfinished, executed)
        settle(unfinished)  # else a loss of power could leave the new name with old or empty files
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    unfinished.replace(fresh)
    link = shelf / ".link"
    link.unlink(missing_ok=True)
    link.symlink_to(Path("published") / fresh.name)
    if project.published.is_dir() and not project.published.is_symlink():
        shutil.rmtree(project.published)
    link.replace(project.published)
    for path in shelf.iterdir():
        if path != fresh:
            shutil.rmtree(path, ignore_errors=True)
