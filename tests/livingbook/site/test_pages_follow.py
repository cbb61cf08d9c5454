"""Pages built in steps are the pages of a clean build, byte for byte, after any edits; and only those pages are written that show
something that has changed. On a stage made by hand: no notebook runs."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from livingbook.project.project import Project
from livingbook.site import pages as site_pages
from livingbook.site.sphinx_process import LIBRARY
from livingbook.system import files
from livingbook.system.errors import BuildError
from small_stage import NOTEBOOK, SVG, dress

ROOT = Path(__file__).parents[3]
Files = dict[str, bytes]
# Builds pages as ``livingbook.site.sphinx_process`` does, again and again, having imported what takes long once. Says how each ended.
WORKSHOP = """
import importlib, os, sys, time
from pathlib import Path
from livingbook.site import sphinx_process as pages
for name in (*pages.IMPORTED_FIRST, "jupyter_book.sphinx"):
    importlib.import_module(name)
pages.end_with_input = lambda: None
for line in sys.stdin:
    stage, output, log, ahead = line.split()
    if not (child := os.fork()):
        os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
        os.dup2(1, 2)
        seconds, nanoseconds = time.time, time.time_ns
        time.time, time.time_ns = lambda: seconds() + int(ahead), lambda: nanoseconds() + int(ahead) * 10**9
        sys.stdin = open(stage + "/_toc.yml")  # a line, at which it begins
        os._exit(pages.main(Path(stage), Path(output)))
    print(os.waitpid(child, 0)[1], flush=True)
"""
TOC = """format: jb-book
root: book/index
parts:
- caption: How often
  chapters:
  - file: book/rate
  - file: book/who
- caption: Apparatus
  chapters:
  - file: book/claims
  - file: book/rows
  - file: book/terms
  - file: book/references
  - file: book/notebooks
    sections:
    - glob: notebooks/*
"""
CHAPTERS = {
    "index": """# First page

**The first finding.** {result}`rate.monthly` names {cite:p}`one`. See {doc}`/book/rate`, {ref}`there`, {claim}`A01`.

```{published-figure} rate.windows
```
""",
    "rate": """# The rate

{cite:t}`two` and {term}`AWOL`.

(there)=

## A section

![B](other/same.svg)
""",
    "who": """# Who

{result}`who.monthly`, and [](rate.md). Take {download}`this <part.txt>`.

```{include} part.txt
```

![A](pictures/same.svg)

## A heading

Words of this page: haystack.
""",
    "claims": "# Claims\n\n```{claims}\n```\n",
    "rows": "# Rows\n\n```{observations}\n```\n",
    "terms": "# Terms\n\n```{glossary}\nAWOL\n  Absent without leave.\n\n500s\n  Men who refuse.\n```\n",
    "references": "# References\n\n```{bibliography}\n:all:\n```\n",
    "notebooks": "# Notebooks\n\nAll of them.\n",
}
PAGES = {*(f"book/{name}" for name in CHAPTERS), "notebooks/rate", "notebooks/who"}
REFUSED, ALL = {"refused"}, {"all"}


def source(key: str, author: str = "Kontur", year: int = 2025, title: str = "They run") -> str:
    return f"@misc{{{key}, author={{{{{author}}}}}, title={{{{{title}}}}}, year={{{year}}}, url={{https://example.org/{key}}}}}\n"


def notebook(name: str, title: str = "") -> bytes:
    cells = json.loads(json.dumps(NOTEBOOK).replace("rate-", f"{name}-").replace("# The rate", f"# {title or 'How the ' + name}"))
    return json.dumps(cells).encode()


def published(edition: str, name: str, text: str = "at least 1,240", alt: str = "One line.") -> bytes:
    result = {
        "value": None,
        "low": 1240,
        "high": None,
        "unit": "persons",
        "text": text,
        "about": "Names.",
        "rows": ["row-1"],
        "picks": {"low": "1,240"},
    }
    figure = {
        "title": "A finding",
        "subtitle": "",
        "alt": alt,
        "caption": "",
        "rows": ["row-1", "row-2"],
        "sources": ["one"],
        "wide": f"{name}-windows.svg",
        "narrow": f"{name}-windows.svg",
        "csv": f"{name}-windows.csv",
        "columns": [{"name": "n", "label": "Men", "unit": "persons"}],
        "data": [["1,240"]],
    }
    return files.as_json(
        {
            "notebook": name,
            "edition": edition,
            "title": f"How the {name}",
            "results": {"monthly": result},
            "figures": {"windows": figure},
            "tables": {},
        }
    ).encode()


def edition(name: str, notebooks: tuple[str, ...] = ("rate", "who")) -> Files:
    found: Files = {}
    for each in notebooks:
        found[f"published/{name}/{each}.json"] = published(name, each)
        found[f"published/{name}/files/{each}-windows.svg"] = SVG.encode()
        found[f"published/{name}/files/{each}-windows.csv"] = b"n\n1240\n"
    return found


def editions(*names: str) -> bytes:
    return json.dumps({"own": names[0], "editions": list(names)}).encode()


def claims(chapter: str = "rate", verdict: str = "supported") -> bytes:
    return files.as_json(
        {
            "A01": {
                "claim": "A01",
                "section": "size",
                "text": "Over 50,000.",
                "speaker": "author",
                "verdict": verdict,
                "computed": True,
                "rule": "If equal.",
                "values": {"rate.monthly": {"text": "at least 1,240", "unit": "persons"}},
                "chapter": chapter,
                "reason": "They agree.",
                "sources": ["one"],
                "editions": {"article": "plausible"},
            }
        }
    ).encode()


def settings(until: str = "2026-08-08") -> bytes:
    return json.dumps(
        {name: {"as_of": "latest", "assumptions": {}, "evidence_to": until} for name in ("latest", "article", "mine")}
    ).encode()


def beginning() -> Files:
    """A stage with eight chapters, two notebooks and two editions."""
    texts = {
        "_toc.yml": TOC,
        **{f"book/{name}.md": text for name, text in CHAPTERS.items()},
        "book/part.txt": "An included line.\n",
        "book/pictures/same.svg": SVG,
        "book/other/same.svg": SVG.replace("#0072b2", "#d55e00"),
        "book/references.bib": source("one") + source("two") + source("three", "Verstka", 2024),
        "book/methods.bib": "",
        "published/parameters.json": json.dumps({name: {"title": name, "parameters": []} for name in ("rate", "who")}),
        "data/observations.csv": "id,value\nrow-1,1\nrow-2,2\n",
        "data/sources.csv": "source,url\none,https://example.org/one\n",
    }
    made = (
        {name: text.encode() for name, text in texts.items()}
        | edition("latest")
        | edition("article")
        | {
            "published/claims.json": claims(),
            "published/settings.json": settings(),
            "published/editions.json": editions("latest", "article"),
            "notebooks/rate.ipynb": notebook("rate"),
            "notebooks/who.ipynb": notebook("who"),
        }
    )
    kept = {"CITATION.cff": ROOT / "CITATION.cff", **dress()}
    return made | {name: each.encode() if isinstance(each, str) else each.read_bytes() for name, each in kept.items()}


class Workshop:
    """The process that builds the pages of a project, as ``site.build`` knows it."""

    def __init__(self, project: Project) -> None:
        self.project, self.ahead, self.returncode = project, 0, 0
        self.log = project.build / "log"
        environment = {
            **os.environ,
            "PYTHONPATH": project.python_path,
            "PYTHONHASHSEED": "0",
            "SOURCE_DATE_EPOCH": "0",
            "TZ": "UTC",
            "LC_ALL": "C.UTF-8",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", WORKSHOP], env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.stdin, self.stdout, self.nowhere = self, self, os.open(os.devnull, os.O_WRONLY)

    def fileno(self) -> int:
        """Where it is told to begin; ``read`` does that."""
        return self.nowhere

    def read(self) -> str:
        """Builds; returns what was said."""
        self.process.stdin.write(f"{self.project.stage} {self.project.build / 'sphinx'} {self.log} {self.ahead}\n")
        self.process.stdin.flush()
        self.returncode = os.waitstatus_to_exitcode(int(self.process.stdout.readline()))
        return self.log.read_text("utf-8")

    def wait(self) -> int:
        """How it ended."""
        return self.returncode

    def end(self) -> None:
        self.process.stdin.close()
        self.process.wait()


class Build:
    """Builds stages in a folder of its own."""

    def __init__(self, root: Path) -> None:
        self.project = Project.at(root)
        shutil.copytree(
            ROOT / "notebooks" / "livingbook", root / "notebooks" / "livingbook", ignore=shutil.ignore_patterns("__pycache__")
        )
        (root / "_build" / "done").mkdir(parents=True)
        self.workshop = Workshop(self.project)

    def anew(self) -> None:
        """Goes on with another process: this one has imported a library that is no longer the same."""
        self.workshop.end()
        self.workshop = Workshop(self.project)

    def __call__(self, stage: Files) -> Files | str:
        """The pages of a stage, or what is wrong with it."""
        files.mirror(stage, self.project.stage)
        try:
            folder = site_pages.build(self.project, self.workshop)
        except BuildError as error:
            return str(error)
        return {
            str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != ".buildinfo"
        }  # not published: Sphinx's own

    def times(self) -> dict[str, int]:
        """Page → when its file was written."""
        folder = self.project.build / "sphinx" / "_build" / "html"
        return {str(path.relative_to(folder))[:-5]: path.stat().st_mtime_ns for path in folder.glob("[bn]*/*.html")}


class Book:
    """A stage that is edited, built in steps here and from nothing there."""

    def __init__(self, root: Path) -> None:
        for name in ("steps", "clean"):
            (root / name).mkdir()
        self.steps, self.clean = Build(root / "steps"), Build(root / "clean")
        self.stage = beginning()

    def edit(self, change: Callable[[Files], Any]) -> set[str]:
        """Edits the stage, and builds it both ways; returns the pages that were written."""
        change(self.stage)
        return self.build()

    def build(self) -> set[str]:
        before = self.steps.times()
        with ThreadPoolExecutor() as both:
            found, expected = (each.result() for each in (both.submit(self.steps, self.stage), both.submit(self.from_nothing)))
        if isinstance(found, str) or isinstance(expected, str):
            assert found == expected
            return REFUSED
        assert first_difference(found, expected) is None
        return {page for page, time in self.steps.times().items() if before.get(page) != time}

    def from_nothing(self) -> Files | str:
        shutil.rmtree(self.clean.project.build / "sphinx", ignore_errors=True)
        return self.clean(self.stage)


def first_difference(found: Files, expected: Files) -> str | None:
    """The first file in which two folders differ, and where."""
    for name in sorted(found.keys() | expected.keys()):
        if name not in found or name not in expected:
            return f"{name}: only in the {'clean build' if name in expected else 'build in steps'}"
        if found[name] != expected[name]:
            mine, theirs = found[name].decode("utf-8", "replace"), expected[name].decode("utf-8", "replace")
            at = next((i for i, (a, b) in enumerate(zip(mine, theirs, strict=False)) if a != b), min(len(mine), len(theirs)))
            return f"{name}: {mine[max(0, at - 60) : at + 60]!r}, in the clean build {theirs[max(0, at - 60) : at + 60]!r}"
    return None


def replaced(name: str, old: str, new: str) -> Callable[[Files], None]:
    def change(stage: Files) -> None:
        text = stage[name].decode()
        assert old in text, (name, old)
        stage[name] = text.replace(old, new).encode()

    return change


def written(**contents: bytes | str) -> Callable[[Files], None]:
    """Files with new content; a double underscore in a name is a slash, a single one before its ending a full stop."""
    named = {re.sub(r"_(?=[a-z]+$)", ".", name.replace("__", "/")): content for name, content in contents.items()}
    return lambda stage: stage.update({name: body if isinstance(body, bytes) else body.encode() for name, body in named.items()})


def without(*patterns: str) -> Callable[[Files], None]:
    def change(stage: Files) -> None:
        gone = [name for name in stage if any(re.fullmatch(pattern, name) for pattern in patterns)]
        assert gone
        for name in gone:
            del stage[name]

    return change


def all_of(*changes: Callable[[Files], Any]) -> Callable[[Files], None]:
    def change(stage: Files) -> None:
        for each in changes:
            each(stage)

    return change


# What is edited, how, and the pages that have to be written anew (None: no matter which).
EDITS: dict[str, tuple[Callable[[Files], Any], set[str] | None]] = {
    "nothing": (lambda stage: None, set()),
    # chapters
    "words of a chapter": (replaced("book/who.md", "haystack", "needles"), {"book/who"}),
    "words that were there before": (replaced("book/who.md", "needles", "haystack"), {"book/who"}),
    "an included file": (written(book__part_txt="Another included line.\n"), {"book/who"}),
    "a heading": (replaced("book/who.md", "## A heading", "## Another heading"), {"book/who"}),
    "a heading with a label": (replaced("book/rate.md", "## A section", "## Another section"), {"book/rate", "book/index"}),
    "a label moved to another page": (
        all_of(replaced("book/rate.md", "(there)=", ""), replaced("book/who.md", "## Another", "(there)=\n\n## Another")),
        {"book/rate", "book/who", "book/index"},
    ),
    "a title": (replaced("book/who.md", "# Who\n", "# Who they are\n"), ALL),
    "a title that links name": (replaced("book/rate.md", "# The rate", "# A rate"), ALL),
    "the title of the book's first page": (replaced("book/index.md", "# First page", "# Where it begins"), ALL),
    "a chapter added": (
        all_of(
            written(book__more_md="# More\n\nOf it, see {term}`AWOL`.\n"),
            replaced("_toc.yml", "  - file: book/who\n", "  - file: book/who\n  - file: book/more\n"),
        ),
        ALL,
    ),
    "chapters in another order": (
        replaced("_toc.yml", "  - file: book/rate\n  - file: book/who\n", "  - file: book/who\n  - file: book/rate\n"),
        ALL,
    ),
    "a part named otherwise": (replaced("_toc.yml", "caption: How often", "caption: How many"), ALL),
    "a chapter under another": (
        replaced("_toc.yml", "  - file: book/rate\n", "  - file: book/rate\n    sections:\n    - file: book/extra\n"),
        None,
    ),
    "a chapter that was missing": (written(book__extra_md="# Extra\n\nWords.\n"), ALL),
    "a title in the contents alone": (
        replaced("_toc.yml", "    - file: book/extra\n", "    - file: book/extra\n      title: Named here\n"),
        ALL,
    ),
    "chapters numbered": (replaced("_toc.yml", "- caption: How many\n", "- caption: How many\n  numbered: true\n"), ALL),
    "a numbered chapter retitled": (replaced("book/extra.md", "# Extra", "# Further"), None),
    "chapters not numbered": (replaced("_toc.yml", "  numbered: true\n", ""), ALL),
    "a chapter out of the contents": (
        replaced("_toc.yml", "    sections:\n    - file: book/extra\n      title: Named here\n", ""),
        ALL,
    ),
    "a draft beside the contents": (written(book__draft_md="# Draft\n\nNot yet.\n"), set()),
    "a chapter removed": (all_of(without("book/more.md"), replaced("_toc.yml", "  - file: book/more\n", "")), ALL),
    "a chapter removed that others link to": (
        all_of(without("book/rate.md"), replaced("_toc.yml", "  - file: book/rate\n", "")),
        REFUSED,
    ),
    "that chapter again": (
        all_of(
            written(book__rate_md=CHAPTERS["rate"]),
            replaced("_toc.yml", "  - file: book/who\n", "  - file: book/who\n  - file: book/rate\n"),
            replaced("book/who.md", "(there)=", ""),
        ),
        None,
    ),
    # glossary
    "a definition": (replaced("book/terms.md", "Absent without leave.", "Away without leave."), {"book/terms", "book/rate"}),
    "a definition nobody uses": (replaced("book/terms.md", "Men who refuse.", "Those who refuse."), {"book/terms"}),
    "a term gone": (replaced("book/terms.md", "AWOL\n", "Absence\n"), REFUSED),
    "a term back, in another page": (
        all_of(replaced("book/who.md", "## Another", "```{glossary}\nAWOL\n  Gone.\n```\n\n## Another")),
        None,
    ),
    "a term in its place": (
        all_of(
            replaced("book/who.md", "```{glossary}\nAWOL\n  Gone.\n```\n\n", ""), replaced("book/terms.md", "Absence\n", "AWOL\n")
        ),
        None,
    ),
    "a term in other capitals": (replaced("book/index.md", "names {cite", "names (a {term}`Awol`) {cite"), {"book/index"}),
    "a term that differs in capitals": (
        replaced("book/index.md", "{claim}`A01`.", "{claim}`A01`.\n\n```{glossary}\nawol\n  Small.\n```\n"),
        {"book/index"},
    ),
    "the other of the two gone": (
        all_of(replaced("book/rate.md", " and {term}`AWOL`", ""), replaced("book/terms.md", "AWOL\n", "Absent\n")),
        None,
    ),
    "the other of the two again": (replaced("book/terms.md", "Absent\n", "AWOL\n"), None),
    "only one of the two": (
        all_of(
            replaced("book/index.md", "\n\n```{glossary}\nawol\n  Small.\n```\n", ""),
            replaced("book/rate.md", "{cite:t}`two`", "{cite:t}`two` and {term}`AWOL`"),
        ),
        None,
    ),
    # sources
    "a source's title": (
        replaced("book/references.bib", source("two"), source("two", title="They walk")),
        {"book/rate", "book/references"},
    ),
    "a source's author": (replaced("book/references.bib", source("one"), source("one", "Mediazona")), None),
    "a source before the others": (
        replaced("book/references.bib", source("two", title="They walk"), source("nought") + source("two")),
        None,
    ),
    "a source gone that is cited": (written(book__references_bib=source("nought") + source("two")), REFUSED),
    "sources as they were": (written(book__references_bib=source("one") + source("two") + source("three", "Verstka", 2024)), None),
    "a source that nobody cites": (written(book__methods_bib=source("five", "Somebody", 1999)), None),
    "a list of cited sources": (written(book__references_md="# References\n\n```{bibliography}\n:cited:\n```\n"), None),
    "a citation of another source": (
        replaced("book/who.md", "haystack", "haystack {cite:p}`five,two`"),
        {"book/who", "book/references"},
    ),
    # results, figures, claims, rows
    "a result": (written(published__latest__who_json=published("latest", "who", "at least 9")), {"book/who"}),
    "a result that a claim shows": (
        written(published__latest__rate_json=published("latest", "rate", "at least 7")),
        {"book/index", "book/claims"},
    ),
    "a description of a notebook's figure": (
        written(published__latest__who_json=published("latest", "who", "at least 9", "Two lines.")),
        {"notebooks/who"},
    ),
    "a drawing": (replaced("published/latest/files/rate-windows.svg", "M 10 60", "M 12 60"), {"book/index"}),
    "a verdict": (written(published__claims_json=claims(verdict="outdated")), {"book/index", "book/claims"}),
    "cards of claims on another page": (
        all_of(
            written(book__claims_md="# Claims\n\nElsewhere.\n"),
            replaced("book/terms.md", "# Terms\n", "# Terms\n\n```{claims}\n```\n"),
        ),
        {"book/index", "book/claims", "book/terms"},
    ),
    "cards of claims on two pages": (written(book__claims_md=CHAPTERS["claims"]), None),
    "cards of claims back": (replaced("book/terms.md", "# Terms\n\n```{claims}\n```\n", "# Terms\n"), {"book/terms"}),
    "a row that no page names": (written(data__observations_csv="id,value\nrow-1,1\nrow-2,2\nrow-3,3\n"), {"book/rows"}),
    "a row gone that a page names": (written(data__observations_csv="id,value\nrow-1,1\nrow-3,3\n"), {"book/rows", "book/index"}),
    "the page of rows gone": (all_of(without("book/rows.md"), replaced("_toc.yml", "  - file: book/rows\n", "")), ALL),
    "rows on another page": (
        replaced("book/who.md", "## Another", "```{observations}\n```\n\n## Another"),
        {"book/who", "book/index", "book/claims"},
    ),
    # notebooks and editions
    "a notebook's words": (written(notebooks__who_ipynb=notebook("who").replace(b"1 + 1", b"2 + 0")), {"notebooks/who"}),
    "an anchor that links name, gone": (
        written(notebooks__who_ipynb=notebook("who").replace(b"who-monthly", b"who-other")),
        REFUSED,
    ),
    "that anchor": (written(notebooks__who_ipynb=notebook("who")), None),
    "a notebook's title": (written(notebooks__who_ipynb=notebook("who", "Who, then")), ALL),
    "a notebook added": (
        all_of(
            written(notebooks__new_ipynb=notebook("new")),
            lambda stage: stage.update(edition("latest", ("new",)) | edition("article", ("new",))),
        ),
        ALL,
    ),
    "a notebook removed": (without("notebooks/new.ipynb", "published/.*/new.json", "published/.*/new-.*"), ALL),
    "an edition added": (
        all_of(
            lambda stage: stage.update(edition("mine")), written(published__editions_json=editions("latest", "article", "mine"))
        ),
        None,
    ),
    "another edition shown": (replaced("book/who.md", "rate.md). ", "rate.md), {result}`who.monthly@mine`. "), {"book/who"}),
    "an edition gone that a page shows": (
        all_of(without("published/mine/.*"), written(published__editions_json=editions("latest", "article"))),
        REFUSED,
    ),
    "that edition not shown": (replaced("book/who.md", ", {result}`who.monthly@mine`", ""), None),
    "the book of another edition": (
        all_of(
            without("published/latest/.*"),
            lambda stage: stage.update(edition("mine")),
            written(published__editions_json=editions("mine", "article")),
        ),
        None,
    ),
    "the book of the first edition": (
        all_of(
            without("published/mine/.*"),
            lambda stage: stage.update(edition("latest")),
            written(published__editions_json=editions("latest", "article")),
        ),
        None,
    ),
    # images and files
    "an image": (replaced("book/pictures/same.svg", "M 10 60", "M 11 60"), {"book/who"}),
    "an image's page without it": (replaced("book/rate.md", "![B](other/same.svg)", ""), None),
    "an image of the same name": (replaced("book/rate.md", "## A section", "## A section\n\n![B](other/same.svg)"), None),
    "an image that nobody shows": (
        all_of(replaced("book/who.md", "![A](pictures/same.svg)", ""), without("book/pictures/.*")),
        None,
    ),
    "a file to download": (
        all_of(replaced("book/who.md", "this <part.txt>", "this <other.txt>"), written(book__other_txt="x")),
        {"book/who"},
    ),
    # what all pages show
    "the day of the last figure": (written(published__settings_json=settings("2026-09-09")), ALL),
    "a word in what the book is cited by": (
        replaced("CITATION.cff", "\nversion:", "\nlicense-url: https://example.org\nversion:"),
        {"book/index", "book/who", "book/claims"},
    ),  # the citations of their figures and numbers are made anew
    "the version": (replaced("CITATION.cff", "version: ", "version: 9."), ALL),
    "a style sheet": (replaced("book/_static/book.css", "html {", ".only-here { color: green; }\nhtml {"), ALL),
    "a style sheet of one page that is not there": (
        lambda stage: stage.update({"book/_static/explorer.css": b".x { color: red }"}),
        set(),
    ),
    "a static file added": (written(book___static__extra_svg=SVG), set()),
    "a static file removed": (without("book/_static/extra.svg"), set()),
    "a translation": (
        lambda stage: stage.update(
            {
                "book/locale/en/LC_MESSAGES/book/who.po": b'msgid "Words of this page: haystack {cite:p}`five,two`."\nmsgstr "Said otherwise: {cite:p}`five,two`."\n'
            }
        ),
        {"book/who"},
    ),
    "words of the extension": (
        lambda stage: stage.update({"book/locale/en/LC_MESSAGES/published.po": b'msgid "Cite this page"\nmsgstr "How to cite"\n'}),
        ALL,
    ),
    "no translation": (without("book/locale/.*"), ALL),
    # what pages rest on
    "a setting": (replaced("_config.yml", "search_bar_text: Search this book", "search_bar_text: Search here"), ALL),
    "an address": (replaced("_config.yml", "baseurl: ''", "baseurl: https://example.org/book"), ALL),
    "a setting of citations": (
        replaced(
            "_config.yml",
            "    numfig: false\n",
            '    numfig: false\n    bibtex_cite_id: "cite-{{key}}"\n'.replace("{{", "{").replace("}}", "}"),
        ),
        ALL,
    ),
    "everything as it was": (lambda stage: (stage.clear(), stage.update(beginning())), ALL),
}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    found = Book(tmp_path_factory.mktemp("follow"))
    assert found.build() == PAGES
    yield found
    for build in (found.steps, found.clean):
        build.workshop.end()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Edits, so many together; one that is refused ends its group, for the next one mends it."""
    if "group" in metafunc.fixturenames:
        groups: list[list[str]] = [[]]
        for name, (_, expected) in EDITS.items():
            groups[-1].append(name)
            if len(groups[-1]) >= metafunc.config.getoption("--together") or expected == REFUSED:
                groups.append([])
        metafunc.parametrize("group", [group for group in groups if group], ids=", ".join)


def test_after_edits_the_pages_are_those_of_a_clean_build(book: Book, group: list[str]) -> None:
    """In this order: each edit is made to what the one before has left. After one alone, only those pages are written that show it."""
    for name in group[:-1]:
        EDITS[name][0](book.stage)
    change, expected = EDITS[group[-1]]
    found = book.edit(change)
    if expected == REFUSED or (len(group) == 1 and expected is not None):
        assert found == (set(book.steps.times()) or ALL if expected == ALL else expected)


@pytest.mark.parametrize(
    "name",
    [
        "words of a chapter",
        "a result",
        "a notebook's words",
        "an image",
        "a row gone that a page names",
        "a word in what the book is cited by",
    ],
)
def test_only_the_pages_that_show_what_was_edited_are_written(book: Book, name: str) -> None:
    book.stage.clear()
    book.stage.update(beginning())
    book.build()
    change, expected = EDITS[name]
    assert book.edit(change) == expected


def test_times_of_files_decide_nothing(book: Book) -> None:
    """Neither those of a stage that was copied anew, nor of one that was put back."""
    for moment in (2_000_000_000, 1, 1_000_000_000):
        for path in book.steps.project.stage.rglob("*.*"):
            os.utime(path, (moment, moment))
        assert book.build() == set()
    name = book.steps.project.stage / "book" / "who.md"
    was = name.stat()
    book.stage["book/who.md"] = book.stage["book/who.md"].replace(b"haystack", b"hayloft.")
    files.mirror(book.stage, book.steps.project.stage)
    os.utime(name, ns=(was.st_atime_ns, was.st_mtime_ns))
    assert book.build() == {"book/who"}


def test_a_build_while_the_clock_was_ahead_hides_no_later_change(book: Book) -> None:
    book.steps.workshop.ahead = 86400
    assert book.edit(replaced("book/who.md", "# Who", "# Who, first")) == set(book.steps.times())
    book.steps.workshop.ahead = 0
    assert book.edit(replaced("book/who.md", "# Who, first", "# Who, then")) == set(book.steps.times())
    assert book.edit(replaced("book/references.bib", "They run", "They ran")) == {
        "book/index",
        "book/rate",
        "book/claims",
        "book/references",
    }


OF_THE_ENGINE = {
    "words": ("notebook/verdicts.py", 'Word("supported"', 'Word("borne out"', "borne out"),
    "a template": ("sphinx_ext/templates/layout.html", "{%- endblock css %}", "<!-- new -->{%- endblock css %}", "<!-- new -->"),
    "the extension": (
        "sphinx_ext/pages/launch.py",
        "Download this notebook, executed",
        "Download it, executed",
        "Download it, executed",
    ),
}


@pytest.mark.parametrize("what", OF_THE_ENGINE)
def test_a_change_of_the_engine_reaches_the_pages(book: Book, what: str) -> None:
    name, old, new, shown = OF_THE_ENGINE[what]
    files_used = book.steps.project.build / "sphinx" / LIBRARY
    assert what != "words" or str(book.steps.project.engine / name) in files_used.read_text("utf-8").split("\n")
    for build in (book.steps, book.clean):
        path = build.project.engine / name
        assert old in path.read_text("utf-8")
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
        build.anew()
    written = book.build()
    pages = book.steps.project.build / "sphinx" / "_build" / "html"
    assert any(shown in page.read_text("utf-8") for page in pages.rglob("*.html"))
    assert written == set(book.steps.times())


def test_with_another_package_all_pages_are_made_from_nothing(book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert book.build() == set()
    (tmp_path / "sphinx_book_theme-99.dist-info").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    assert book.build() == set(book.steps.times())


def test_a_page_that_is_not_as_it_was_written_is_written_anew(book: Book) -> None:
    page = book.steps.project.build / "sphinx" / "_build" / "html" / "book" / "who.html"
    for spoil in (lambda: page.write_text("other"), page.unlink):
        spoil()
        assert "book/who" in book.build()


@pytest.mark.parametrize("seed", range(2))
def test_edits_in_any_order_give_what_a_clean_build_of_them_gives(book: Book, seed: int) -> None:
    """A few edits at once, of those that can be made to the first stage; then that again."""
    chosen = random.Random(seed)
    for _ in range(2):
        book.stage.clear()
        book.stage.update(beginning())
        for change in chosen.sample([change for change, expected in EDITS.values() if expected != REFUSED], 12):
            before = dict(book.stage)
            try:
                change(book.stage)
            except (AssertionError, KeyError):  # it edits what another one has made
                book.stage.clear()
                book.stage.update(before)
        book.build()
