"""The README's numbers and picture, kept equal to what the notebooks publish: ``make readme`` writes them anew."""

from __future__ import annotations

import re

from livingbook.drawing.svg import standing_alone
from livingbook.project.project import Project
from livingbook.runs.up_to_date import runs_of_book
from livingbook.system.errors import BuildError
from livingbook.system.files import write
from livingbook.system.readers import text_of

MARK = re.compile(r"<!--(\w+)\.(\w+)-->(.*?)<!--/-->", re.S)


def filled(readme: str, project: Project) -> str:
    """The README with the text of each marked number as the latest edition publishes it.

    Raises ``BuildError`` where a mark names a number that is not published.
    """
    runs = runs_of_book(project)["latest"]

    def number(found: re.Match[str]) -> str:
        results = runs[found[1]].document["results"] if found[1] in runs else {}
        if found[2] not in results:
            raise BuildError(f"README.md: no published number {found[1]}.{found[2]}; `make book` first")
        return f"<!--{found[1]}.{found[2]}-->{results[found[2]]['text']}<!--/-->"

    return MARK.sub(number, readme)


def picture(project: Project) -> str:
    """The README's figure on a white ground, its colours fixed: a README has no style sheet."""
    notebook, _, name = project.settings.readme_figure.partition(".")
    svg = (runs_of_book(project)["latest"][notebook].folder / "files" / f"{notebook}-{name}.svg").read_text("utf-8")
    return standing_alone(svg)


def update(project: Project) -> list[str]:
    """Brings README.md and its picture up to date; returns which of them changed."""
    path = project.root / "README.md"
    new = {path: filled(text_of(path), project), project.root / "book" / "_static" / "readme.svg": picture(project)}
    return [file.name for file, content in new.items() if write(file, content)]
