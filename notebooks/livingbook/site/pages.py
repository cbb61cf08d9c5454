"""The pages: Jupyter Book's build over the stage. It begins from nothing if something that all pages depend on has changed."""

from __future__ import annotations

import contextlib
import difflib
import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from livingbook.project.project import Project
from livingbook.site.sphinx_process import LIBRARY, Waiting
from livingbook.system.digests import digest, folder_digest
from livingbook.system.errors import KILLED, BuildError, in_words
from livingbook.system.files import has_content, tree, write


def build(project: Project, waiting: Waiting, meanwhile: Callable[[], None] = lambda: None) -> Path:
    """Has the waiting process run Jupyter Book over the stage, with warnings as errors; returns the folder of pages.

    meanwhile: what this process does while the other one works.

    Raises ``BuildError`` with Jupyter Book's complaints. A failed build leaves no state behind: Sphinx does not repeat the warnings
    of pages that it does not read again, and the next build would seem to be without faults. If settings, code or packages have
    changed since the last build, it begins from nothing; any other change the Sphinx extension follows page by page.
    """
    output, note, rests_on = (project.room / name for name in ("sphinx", "done/sphinx", "done/foundation"))
    if not has_content(note, folder_digest(output)):
        shutil.rmtree(output, ignore_errors=True)  # a build was killed while it wrote there, or somebody has edited the files
    elif not has_content(rests_on, foundation(project, output)):
        for name in ("html", ".doctrees"):  # the folder of drawn pictures stays
            shutil.rmtree(output / "_build" / name, ignore_errors=True)
    note.unlink(missing_ok=True)
    if waiting.stdin is None or waiting.stdout is None:
        raise ValueError("the waiting process was started without pipes")
    with contextlib.suppress(BrokenPipeError):  # the process has died; why is in its output, which is read next
        os.write(waiting.stdin.fileno(), b"build\n")  # not by way of the buffer, which would be sent once more when it is closed
    meanwhile()
    log = waiting.stdout.read()
    pages = output / "_build" / "html"
    status = waiting.wait()
    if status or not (pages / "index.html").is_file():
        shutil.rmtree(output, ignore_errors=True)
        (project.room / "sphinx.log").write_text(log, "utf-8")
        if status < 0:
            raise BuildError(f"the process that builds the pages was killed (signal {-status}): {KILLED}")
        if words := in_words(RuntimeError(log)):
            raise BuildError(f"the pages could not be built: {words}")
        raise BuildError("Jupyter Book refused the book:\n" + complaints(log, project))
    (project.room / "sphinx.log").write_text(log, "utf-8")
    write(rests_on, foundation(project, output))
    write(note, folder_digest(output))
    return pages


def foundation(project: Project, output: Path) -> str:
    """Hash of what all pages depend on: Python and its packages, the settings, the extension, and the modules of engine and project
    that the last build used."""
    packages = sorted(path.name for folder in sys.path for path in Path(folder).glob("*.dist-info"))
    listed = output / LIBRARY
    files = [Path(name) for name in (listed.read_text("utf-8").splitlines() if listed.is_file() else ())]
    files += [project.stage / "_config.yml", project.stage / "published" / "book.json"]
    files += [*tree(project.stage / "book" / "_ext"), *tree(project.engine / "sphinx_ext")]
    return digest(sys.version, repr(packages), *(part for path in files if path.is_file() for part in (path.name, path)))


def complaints(log: str, project: Project) -> str:
    """The lines of a Sphinx log that say what is wrong, with paths as a person knows them."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", log).replace(f"{project.stage}/", "")
    plain = re.sub(r"<(function \w+) at 0x[0-9a-f]+>", r"<\1>", plain)  # where it lay in memory tells nobody anything
    found = [line.strip() for line in plain.splitlines() if re.search(r"WARNING|ERROR|[Ee]xception|Error:", line)]
    return "\n".join(f"  {line}{close_key(line, project)}" for line in dict.fromkeys(found)) or "  " + plain[-2000:]


def close_key(line: str, project: Project) -> str:
    """The end of a complaint about a key that no source has: the keys that are close to it; "" for other complaints."""
    if not (asked := re.search(r'could not find bibtex key "([^"]+)"', line)):
        return ""
    texts = [path.read_text("utf-8") for path in sorted((project.stage / "book").glob("*.bib"))]
    close = difflib.get_close_matches(asked[1], re.findall(r"^@\w+\{([^,]+),", "\n".join(texts), flags=re.M), n=3)
    return f"; close to it: {', '.join(close)}" if close else "; the keys are those of data/sources.csv"
