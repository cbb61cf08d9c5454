"""A stage with two chapters and one notebook, under the settings of the real book: for tests of the forms other than web pages."""

import json
import shutil
from pathlib import Path

from livingbook.project.project import Project
from livingbook.site import jupyter_book
from livingbook.system import files

ROOT = Path(__file__).parents[2]
SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="300pt" height="120pt" viewBox="0 0 300 120">
<path d="M 10 60 L 290 60" style="fill: none; stroke: var(--fig-blue, #0072b2); stroke-width: 2"/>
<text x="20" y="40" style="font-family: 'DejaVu Sans', sans-serif; font-size: 12px; fill: var(--fig-ink, #1f262d)">пятисотые 1,240</text></svg>"""
INDEX = """# First page

**The first finding.** There are {result}`rate.monthly` names, пятисотые {cite:p}`seed`. See {doc}`/book/rate` and {term}`AWOL`.

```{published-figure} rate.windows
```

## A section

As a file: {published-file}`results.json`.
"""
CHAPTER = """# A thousand a month?

**The division is right.** With $C$ names in $d$ days,

$$\\text{a month} = C \\, \\frac{m}{d},$$

```{published-table} rate.denominators
```

```{fold} Folded
What is folded, open on paper.
```

## A section

Back to {doc}`/book/index`, out to <https://example.org/page>.

```{glossary}
AWOL
  Absent without leave.
```
"""
NOTEBOOK = {
    "cells": [
        {
            "cell_type": "markdown",
            "id": "a",
            "metadata": {},
            "source": "# The rate\n\n"
            + "\n\n".join(f'<p id="rate-{name}"></p>' for name in ("monthly", "windows", "denominators")),
        },
        {
            "cell_type": "code",
            "id": "b",
            "metadata": {},
            "source": "1 + 1",
            "execution_count": 1,
            "outputs": [{"output_type": "execute_result", "data": {"text/plain": "2"}, "metadata": {}, "execution_count": 1}],
        },
    ],
    "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}
PUBLISHED = {
    "notebook": "rate",
    "edition": "latest",
    "title": "The rate",
    "results": {
        "monthly": {
            "value": None,
            "low": 1240,
            "high": None,
            "unit": "persons per month",
            "text": "at least 1,240",
            "about": "Names per month.",
            "rows": ["row-1"],
            "picks": {"low": "1,240"},
        }
    },
    "figures": {
        "windows": {
            "title": "A finding",
            "subtitle": "",
            "alt": "One line: at least 1,240 a month.",
            "caption": "",
            "rows": ["row-1"],
            "sources": ["seed"],
            "wide": "rate-windows.svg",
            "narrow": "rate-windows.svg",
            "csv": "rate-windows.csv",
            "columns": [{"name": "n", "label": "Men", "unit": "persons"}],
            "data": [["1,240"]],
        }
    },
    "tables": {
        "denominators": {
            "title": "A table",
            "columns": [{"name": "who", "label": "Who", "unit": ""}, {"name": "n", "label": "Men", "unit": "persons"}],
            "data": [["ведомство", "1,240"], ["second", "1,430"]],
            "rows": ["row-1"],
            "sources": ["seed"],
            "csv": "rate-windows.csv",
        }
    },
}


def dress(config: str = "") -> dict[str, Path | str]:
    """Settings, extension, styles and scripts of the real book, as they are staged. config: other settings."""
    project = Project.at(ROOT)
    own = {path.relative_to(ROOT).as_posix(): path for path in files.tree(ROOT / "book" / "_ext")}
    settings = {
        "_config.yml": config or jupyter_book.settings(project, {}),
        "published/book.json": project.settings.model_dump_json(),
    }
    return settings | jupyter_book.style_files(project) | own


def staged(root: Path) -> Project:
    """A project whose stage is laid out, as if its notebooks had been run."""
    stage = root / "_build" / "stage"
    files.mirror(dress(), stage)
    for folder in ("notebooks", "data"):
        (root / folder).symlink_to(ROOT / folder)
    shutil.copy(ROOT / "CITATION.cff", stage)
    texts = {
        "_toc.yml": "format: jb-book\nroot: book/index\nparts:\n- caption: How often\n  chapters:\n  - file: book/rate\n- caption: Apparatus\n"
        "  chapters:\n  - file: book/references\n    sections:\n    - glob: notebooks/*\n",
        "book/index.md": INDEX,
        "book/rate.md": CHAPTER,
        "book/references.md": "# References\n\n```{bibliography}\n:all:\n```\n",
        "book/references.bib": "@misc{seed, author={{Kontur}}, title={{Они бегут}}, year={2025}, url={https://example.org/seed}}\n",
        "book/methods.bib": "",
        "notebooks/rate.ipynb": json.dumps(NOTEBOOK),
        "published/latest/rate.json": json.dumps(PUBLISHED),
        "published/latest/files/rate-windows.svg": SVG,
        "published/latest/files/rate-windows.csv": "n\n1240\n",
        "published/claims.json": "{}",
        "published/parameters.json": json.dumps({"rate": {"title": "The rate", "parameters": []}}),
        "published/settings.json": json.dumps({"latest": {"as_of": "latest", "assumptions": {}, "evidence_to": "2026-08-08"}}),
        "published/editions.json": json.dumps({"own": "latest", "editions": ["latest"]}),
        "data/observations.csv": "id\nrow-1\n",
    }
    for name, content in texts.items():
        (stage / name).parent.mkdir(parents=True, exist_ok=True)
        (stage / name).write_text(content, "utf-8")
    return Project.at(root)
