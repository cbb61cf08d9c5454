"""The pages of a small book, built as those of a real one are: with the real settings, theme and extension."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from bs4 import BeautifulSoup
from livingbook.project.project import Project
from livingbook.site import pages as site_pages
from livingbook.site import sphinx_process
from livingbook.system import files
from small_pages import KEYS, RATE, SVG, claim, figure, result
from small_stage import dress

ROOT = Path(__file__).parents[2]
CITED = "# References\n\n```{bibliography}\n```\n"
INDEX = """# Small book

**Names on the list are more than they were, which is the finding of this page.** The number is {result}`rate.monthly` a month {cite:p}`source0`,
a {term}`lower bound`, and $a < b$.

$$ a = b $$

## A part

```{published-figure} rate.windows
Author's caption.
```

- see {doc}`/book/claims` and {claim}`A01`
- a row is `of-a-long-name-that-has-no-place-where-a-line-may-end`

| How a wide table begins | Notwithstanding | Considerations | Circumstances |
|---|---|---|---|
| of words | unquestionably | incomprehensible | responsibilities |
"""
CLAIMS = "# Claims\n\nEach claim of the small book with what became of it, and why it did.\n\n```{claims}\n```\n\n```{claim-table}\n```\n"
DATA = "# Data\n\nEvery table of the small book and every row that is in them.\n\n```{data-dictionary}\n```\n\n## Rows\n\n```{observations}\n```\n"
GLOSSARY = "# Glossary\n\nWhat the words of the small book mean, in one place for all.\n\n```{glossary}\nlower bound\n  The smallest number that a wording allows.\n```\n"
TOC = (
    "format: jb-book\nroot: book/index\nchapters:\n  - file: book/claims\n  - file: book/data\n  - file: book/glossary\n  - file: book/references\n"
    "  - file: book/notebooks\n    sections:\n      - glob: notebooks/*\n"
)
PARAMETERS = {
    "rate": {
        "title": "The rate",
        "parameters": [
            {"name": "as_of", "default": "latest", "unit": "day", "range": "", "meaning": "evidence that was public on this day"},
            {"name": "strength", "default": 200000, "unit": "persons", "range": "", "meaning": "men in the theatre"},
        ],
    }
}
SETTINGS = {"latest": {"as_of": "latest", "assumptions": {"rate": {"strength": 7}}, "evidence_to": "2026-10-05"}}
HEADER = "id,measure,population,category,start,end,low,value,high,qualifier,origin,source,known_from,status\n"
ROWS = [
    f"row-{number},listed,army,all,2022-02-24,2024-12-31,,{number * 700},,exact,istories,source0,2025-01-{number:02},use\n"
    for number in range(1, 21)
]


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def stage(root: Path, config: str) -> None:
    """What Jupyter Book is given: real settings and extension, a small book."""
    files.mirror(dress(config), root)
    shutil.copy(ROOT / "CITATION.cff", root)
    claims = {
        name: claim(
            name, chapter=None, section="size" if index < 6 else "who", verdict="supported" if index % 3 else "contradicted"
        )
        for index, name in enumerate(f"A{number:02}" for number in range(1, 13))
    }
    published = {
        "notebook": "rate",
        "edition": "latest",
        "title": "The rate",
        "results": {"monthly": result()},
        "figures": {"windows": figure()},
        "tables": {},
    }
    sources = "source,url\nsource0,https://example.org/a?b=1&c=2\n"
    field = {"name": "id", "type": "string", "title": "Row"}
    package = {
        "resources": [{"name": "observations", "title": "Observations", "path": "observations.csv", "schema": {"fields": [field]}}]
    }
    write(
        root,
        {
            "_toc.yml": TOC,
            "book/index.md": INDEX,
            "book/claims.md": CLAIMS,
            "book/data.md": DATA,
            "book/glossary.md": GLOSSARY,
            "book/references.md": CITED,
            "book/notebooks.md": "# The notebooks\n\nEach of them answers one question of the small book, and says how.\n\n```{parameters}\n```\n",
            "notebooks/rate.md": RATE + "\n```python\nprint(1)\n```\n",
            "published/latest/rate.json": json.dumps(published),
            "published/claims.json": json.dumps(claims),
            "published/parameters.json": json.dumps(PARAMETERS),
            "published/settings.json": json.dumps(SETTINGS),
            "data/observations.csv": HEADER + "".join(ROWS),
            "data/sources.csv": sources,
            "data/datapackage.json": json.dumps(package),
            "book/references.bib": "".join(
                f"@misc{{{key}, author={{Author {key}}}, title={{T}}, year={{2025}}}}\n" for key in KEYS
            ),
            "book/methods.bib": "",
            "published/latest/files/rate-windows.svg": SVG.format(width=200),
            "published/latest/files/rate-windows-narrow.svg": SVG.format(width=100),
            "published/latest/files/rate-windows.csv": "w,n\nfirst,1260\n",
        },
    )


def built(folder: Path, config: str) -> Path:
    """The small book's pages."""
    project = Project(folder, folder / "data")
    stage(project.stage, config)
    return site_pages.build(project, sphinx_process.start_sphinx(project))


def soup(folder: Path, name: str) -> BeautifulSoup:
    return BeautifulSoup((folder / name).read_text("utf-8"), "html.parser")


def meta(page: BeautifulSoup) -> dict[str, str]:
    return {tag.get("name") or tag.get("property"): tag["content"] for tag in page.select("meta[name], meta[property]")}


def shown_claims(tab) -> list[str]:
    return [card.get_attribute("id") for card in tab.query_selector_all(".claim-card") if card.is_visible()]
