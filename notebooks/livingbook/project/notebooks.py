"""Which notebooks in a folder are the book's. Others are passed over with a word: drafts, copies, what papermill has written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from livingbook.system.errors import printable, say_once
from livingbook.system.files import visible_files

PUBLISHES_AS = re.compile(r"""\bPublisher\(\s*["']([\w-]+)["']""")


def of_book(folder: Path) -> list[str]:
    """Names of the book's notebooks in ``folder``, in alphabetical order; why others are passed over is printed once."""
    paths = visible_files(folder, "*.ipynb")
    names = {path.stem for path in paths}
    found = []
    for path in paths:
        if why := passed_over(path, names):
            say_once(f"{folder.name}/{printable(path.name)} is passed over: {why}")
        else:
            found.append(path.stem)
    return found


def passed_over(path: Path, names: Iterable[str]) -> str:
    """Why a notebook is none of the book's, "" if it is one. A file that cannot be read as a notebook is left to those who run it.

    names: of all notebooks in its folder.
    """
    try:
        notebook = json.loads(path.read_bytes())
        cells = [(cell["metadata"].get("tags", ()), "".join(cell["source"])) for cell in notebook["cells"]]
        written = notebook["metadata"].get("papermill")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ""
    if (source := _input_of(written)) and source != path.name:
        return f"papermill has made it from {printable(source)}"
    if not any("parameters" in tags for tags, _ in cells):
        return "no cell is tagged `parameters`"
    published = {name for _, text in cells for name in PUBLISHES_AS.findall(text)}
    copied = sorted((published - {path.stem}) & set(names))
    return f"it publishes as {copied[0]}, so it is a copy of {copied[0]}.ipynb" if copied and path.stem not in published else ""


def _input_of(written: Any) -> str:
    """The name of the notebook that papermill ran, from its note in the notebook that it wrote."""
    given = written.get("input_path") if isinstance(written, dict) else None
    return Path(given).name if isinstance(given, str) else ""
