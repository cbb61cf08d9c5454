"""A book of a few rows as a value, for tests that edit it again and again and build it by the command line alone.

``Book`` says what the book is made of; ``files_of`` writes that out as the files of a checkout; ``build`` and ``explain`` run the
pipeline on a folder and tell what it said. Nothing here imports the pipeline, so that this holds for any implementation of it.
"""

from __future__ import annotations

import ast
import csv
import hashlib
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from csv_rows import read_rows
from small_project import notebook

ROOT = Path(__file__).parents[2]
Row = dict[str, str]
KEYS = {"sources": "source", "origins": "origin", "measures": "measure", "populations": "population", "observations": "id"}
KEPT = ("istories-merged-49000-censor", "iwtl-list-36000", "mobdpr-smd-list-26000", "istories-merged-nearly50k-svtv")
MERGED, COMMAND, DISTRICT = KEPT[:3]
LISTS = ("list_istories_merged", "list_iwtl_36000", "list_smd_2024")
MORE_SOURCES = ("kontur2025seed", "radiosvoboda2025list", "dailywrap2025list")
RESULTS = "../_build/editions/latest"

# How a notebook may say that it reads another's results; {name} is the other, {me} the one that reads.
SPELLINGS = {
    "double": 'read = published(results, "{name}", evidence)',
    "single": "read = published(results, '{name}', evidence)",
    "folder": 'where = results\nread = published(where, "{name}", evidence)',
    "variable": "whose = '{name}'\nread = published(results, whose, evidence)",
    "keyword": "read = published(evidence=evidence, notebook='{name}', folder=results)",
    "alias": "p = published\nread = p(results, '{name}', evidence)",
    "pieces": "read = published(results, ''.join({letters}), evidence)",
    "loop": "for each in ['{name}']:\n    read = published(results, each, evidence)",
    "module": "import {module} as r\nread = r.published(results, '{name}', evidence)",
    "everything": "read = everything_published(results, evidence, but='{me}')['{name}']",
}

# Makes the clock of every Python of a build wrong by as many seconds as a variable of the environment says.
WRONG_CLOCK = """import os
import time

if ahead := float(os.environ.get("CLOCK_AHEAD") or 0):
    seconds, nanoseconds = time.time, time.time_ns
    time.time = lambda: seconds() + ahead
    time.time_ns = lambda: nanoseconds() + int(ahead * 1e9)
"""

FIGURE = """import pandas as pd

def draw(figure, data, narrow):
    figure.subplots().barh([0], [max(total.low, 1)])

publish.figure("bar", draw, pd.DataFrame({"what": ["names"], "n": [total]}), title="TITLE", subtitle="persons", alt="A bar.",
               columns={"what": "What", "n": "Names"}, rows=total.rows, height=1)"""


@cache
def module_of(name: str) -> str:
    """The module from which the book's own notebooks import a name: tests need not know how the library is divided."""
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        code = ["".join(cell["source"]) for cell in json.loads(path.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]
        for part in ast.walk(ast.parse("\n".join(cell for cell in code if "\n%" not in f"\n{cell}"))):
            if isinstance(part, ast.ImportFrom) and name in [each.name for each in part.names]:
                return part.module or ""
    raise LookupError(f"no notebook imports {name}")


def head(name: str, more: str = "") -> str:
    """The first cells of every notebook: imports, parameters, loading. more: parameters beside the common ones."""
    wanted = ("load", "AsOf", "Folder", "Persons", "check", "Publisher", "everything_published", "swept", "Bounds")
    imports = [f"from {module_of(each)} import {each}" for each in wanted]
    imports.append(f"from {module_of('everything_published')} import published")
    return (
        "\n".join(imports)
        + f"""
---
as_of: AsOf = "latest"  # the evidence that was public on this day
data: Folder = "../data"  # folder with the tables
results: Folder = "{RESULTS}"  # folder with the results of the other notebooks
{more}---
check(get_ipython())
evidence = load(data, as_of)
publish = Publisher("{name}", evidence)"""
    )


def reading(spelling: str, name: str, me: str) -> str:
    """The line by which one notebook reads what another published."""
    return SPELLINGS[spelling].format(name=name, me=me, letters=list(name), module=module_of("everything_published"))


def one(population: str) -> str:
    """The expression for the number of names on a list."""
    return f'evidence.one(measure="listed_absent", population="{population}", category="all")'


@dataclass
class Notebook:
    """A notebook that publishes ``n``: a list's names, and what it reads of others, times a factor; a figure of it if it says so.

    level: it reads others of a lower one, so that none waits for itself. helper: the factor is that of notebooks/helper.py. raw:
    it also counts the lines of the table of observations, which it opens itself. sweep: it also reads what a sweep gave. broken:
    code of a last cell, which may fail.
    """

    title: str
    level: int = 0
    population: str = ""
    reads: dict[str, str] = field(default_factory=dict)  # name → spelling
    figure: bool = False
    helper: bool = False
    raw: bool = False
    sweep: str = ""
    note: str = "As published."
    factor: int = 1
    broken: str = ""

    def source(self, name: str, book: Book) -> str:
        """The notebook as text; of what it reads, only what there is."""
        cells = [head(name, "extra: Persons = 1000  # men more\n"), "total = Bounds.exact(extra)"]
        if self.population:
            cells.append(f"total = total + {one(self.population)}")
        for other, spelling in self.reads.items():
            if other in book.notebooks:
                cells.append(f"{reading(spelling, other, name)}\ntotal = total + read['n']")
        if self.raw:
            cells.append('with open(data + "/observations.csv", encoding="utf-8") as table:\n    lines = len(table.readlines())')
        if self.sweep in book.sweeps:
            cells.append(
                f"which = '{self.sweep}'\ntable = swept('../_build/sweeps/' + which + '.csv', evidence)\n"
                "publish.words('swept', ', '.join(table['text']), 'What the sweep gave.', rows=total.rows)"
            )
        factor = f"from helper import factor\n{self.factor} * factor" if self.helper else str(self.factor)
        *before, last = factor.split("\n")
        cells.append("\n".join([*before, f"total = total * ({last}){' + lines' * self.raw}"]))
        cells.append(f'publish.number("n", total, "persons", "Names. {self.note}", step=1)')
        if self.figure:
            cells.append(FIGURE.replace("TITLE", self.title))
        return "\n---\n".join([*cells, *filter(None, [self.broken])])


@dataclass
class Chapter:
    """A chapter: its text, the notebooks and sources it cites, the chapters it leads to, whether it uses the glossary."""

    title: str
    text: str = "What is said here."
    numbers: list[str] = field(default_factory=list)
    figures: list[str] = field(default_factory=list)
    cites: list[str] = field(default_factory=list)
    leads: list[str] = field(default_factory=list)
    term: bool = False
    body: str = ""

    def source(self, book: Book) -> str:
        """The chapter as text; of what it cites, only what there is."""
        words = [
            self.text,
            *(f"There are {{result}}`{name}.n` names." for name in self.numbers if name in book.notebooks),
            *(f"{{cite:p}}`{key}`" for key in self.cites if key in book.keys("sources")),
            *(f"See {{doc}}`/book/{name}`." for name in self.leads if name in book.chapters),
        ]
        if self.term and "glossary" in book.chapters:
            words.append("They are {term}`AWOL`.")
        drawn = [
            f"```{{published-figure}} {name}.bar\n```"
            for name in self.figures
            if name in book.notebooks and book.notebooks[name].figure
        ]
        return "\n\n".join([f"# {self.title}", " ".join(words), *drawn, *filter(None, [self.body])]) + "\n"


@dataclass
class Book:
    """What a book is made of. Chapters stand in the order of the book; the first is the root and stays."""

    tables: dict[str, list[Row]]
    notebooks: dict[str, Notebook]
    chapters: dict[str, Chapter]
    editions: dict[str, dict[str, object]]
    sweeps: dict[str, list[str]] = field(default_factory=dict)  # name → notebooks
    factor: int = 2  # in notebooks/helper.py
    title: str = "A small book"
    appended: dict[str, str] = field(default_factory=dict)  # file of the checkout → what was added at its end
    replaced: dict[str, tuple[str, str]] = field(default_factory=dict)  # file of the checkout → a text in it and its replacement

    def keys(self, table: str) -> list[str]:
        return [row[KEYS[table]] for row in self.tables[table]]


def first_book() -> Book:
    """Four notebooks on three lists, and five chapters."""
    notebooks = {
        "lists": Notebook("Two lists", 0, LISTS[1], figure=True),
        "merged": Notebook("The merged list", 0, LISTS[0], helper=True),
        "added": Notebook("Added up", 1, LISTS[2], {"lists": "double", "merged": "single"}),
        "beside": Notebook("Beside each other", 2, "", {"added": "variable"}, figure=True, raw=True),
    }
    chapters = {
        "index": Chapter("How many?", numbers=["merged"], cites=["svtv2025list"], leads=["many"], term=True),
        "many": Chapter("As many as that", numbers=["added"], figures=["lists"], cites=["censornet2025list"]),
        "beside": Chapter("Beside it", figures=["beside"], leads=["index"], term=True),
        "glossary": Chapter("Words", body="```{glossary}\nAWOL\n  Absent without leave.\n```"),
        "data": Chapter("Every row", body="```{observations}\n```"),
        "references": Chapter("References", body="```{bibliography}\n:all:\n```"),
    }
    return Book(small_tables(), notebooks, chapters, {"latest": {"as_of": "latest"}, "article": {"as_of": "2025-06-09"}})


@cache
def read_table(name: str) -> list[Row]:
    """A table of the real evidence."""
    return read_rows(ROOT / "data" / f"{name}.csv")


def small_tables() -> dict[str, list[Row]]:
    """A few rows of the tables that every book has and all that they refer to; one claim."""
    rows = [dict(row) for row in read_table("observations") if row["id"] in KEPT]
    used = {
        "observations": set(KEPT),
        "measures": {row["measure"] for row in rows},
        "populations": {"russia", "russia_smd"} | {row["population"] for row in rows},
        "origins": {row["origin"] for row in rows},
        "sources": {row["source"] for row in rows} | set(MORE_SOURCES),
    }
    used["claims"] = {
        row["claim"] for row in read_table("claims") if row["measures"] == "listed_absent" and row["sources"] in used["sources"]
    }
    return {name: [dict(row) for row in read_table(name) if next(iter(row.values())) in used[name]] for name in sorted(used)}


def table_text(name: str, rows: list[Row]) -> str:
    """A table as CSV, with the columns of the real one."""
    with (ROOT / "data" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        columns = next(csv.reader(file))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@cache
def of_checkout() -> dict[str, bytes]:
    """The library, the extension, the settings: all that a book is built with, as they are in the checkout under test."""
    packages = [path.parent for path in (ROOT / "notebooks").glob("*/__init__.py")]
    folders = [ROOT / "book" / "_ext", ROOT / "book" / "_static", *packages]
    paths = [path for folder in folders for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    named = ("_config.yml", "requirements.txt", "pyproject.toml", "CITATION.cff", "book/methods.bib")
    paths += [ROOT / name for name in named if (ROOT / name).is_file()]
    return {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in sorted(paths)}


def files_of(book: Book) -> dict[str, bytes]:
    """The files of a checkout with this book."""
    made = {f"data/{name}.csv": table_text(name, rows) for name, rows in book.tables.items()}
    made |= {
        f"notebooks/{name}.ipynb": notebook(each.source(name, book)).replace("# How many?", f"# {each.title}")
        for name, each in book.notebooks.items()
    }
    made |= {f"book/{name}.md": each.source(book) for name, each in book.chapters.items()}
    root, *others = [f"book/{name}" for name in book.chapters]
    chapters = [*(f"file: {name}" for name in others), "glob: notebooks/*"]
    made["_toc.yml"] = "\n".join(["format: jb-book", f"root: {root}", "chapters:", *(f"  - {each}" for each in chapters), ""])
    made["notebooks/helper.py"] = f'"""What notebooks here share."""\n\nfactor = {book.factor}\n'
    made["notebooks/editions.yml"] = json.dumps(book.editions, indent=1) + "\n"  # JSON is YAML
    sweeps = {
        name: {"notebooks": names, "as_of": ["2025-06-01", "latest"]}
        for name, each in book.sweeps.items()
        if (names := [known for known in each if known in book.notebooks])
    }
    if sweeps:
        made["notebooks/sweeps.yml"] = json.dumps(sweeps, indent=1) + "\n"
    package = json.loads((ROOT / "data" / "datapackage.json").read_text("utf-8"))
    package["resources"] = [each for each in package["resources"] if each["name"] in book.tables]
    made["data/datapackage.json"] = json.dumps(package, indent=2) + "\n"
    files = of_checkout() | {name: text.encode() for name, text in made.items()}
    files["notebooks/sitecustomize.py"] = WRONG_CLOCK.encode()
    files["_config.yml"] = re.sub(rb"(?m)^title: .*$", f"title: {book.title}".encode(), files["_config.yml"])
    for name, (old, new) in book.replaced.items():
        files[name] = files[name].replace(old.encode(), new.encode())
    for name, text in book.appended.items():
        files[name] = files[name] + text.encode()
    return files


def write(root: Path, files: Mapping[str, bytes], before: Mapping[str, bytes], quiet: bool = False) -> None:
    """Makes a folder that holds ``before`` hold ``files``. quiet: a file outside the library keeps its time, as with some tools."""
    for name in before.keys() - files.keys():
        (root / name).unlink()
    for name in [name for name, content in files.items() if before.get(name) != content]:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        was = path.stat() if quiet and name in before and name.count("/") < 2 else None
        path.write_bytes(files[name])
        if was:
            os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))


def start(root: Path, *arguments: str, ahead: int = 0) -> subprocess.Popen[str]:
    """A command of the pipeline on a folder, in a process group of its own. ahead: seconds by which its clock is wrong."""
    environment = {**os.environ, "PYTHONPATH": str(root / "notebooks"), "CLOCK_AHEAD": str(ahead or "")}
    words = [sys.executable, "-m", "livingbook", "--root", str(root), *arguments]
    return subprocess.Popen(
        words,
        cwd=root,
        env=environment,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


@dataclass
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    complaints: str

    @property
    def nothing_to_do(self) -> bool:
        return "Nothing has changed" in self.out

    @property
    def ran(self) -> dict[str, set[str]]:
        """Edition → notebooks that ran."""
        found: dict[str, set[str]] = {}
        for edition, name in re.findall(r"(\w+): ([\w-]+): run\b", self.out):
            found.setdefault(edition, set()).add(name)
        return found

    @property
    def plans(self) -> dict[str, dict[str, str]]:
        """Edition → notebook → what ``explain`` says that the next build does with it: "runs", "may run" or "stays".

        Empty where it says that nothing has changed.
        """
        found: dict[str, dict[str, str]] = {}
        edition = ""
        for line in self.out.splitlines():
            if heading := re.fullmatch(r"(\w+):", line):
                edition = heading[1]
            elif (told := re.match(r"\s+(\S+)\s+(runs|may run|stays)\b", line)) and edition:
                found.setdefault(edition, {})[told[1]] = told[2]
        return found

    def refusal(self, root: Path) -> list[str]:
        """The lines of the refusal, without where the folder is."""
        return sorted({line.replace(str(root), "").strip() for line in self.complaints.splitlines()} - {""})


def command(root: Path, *arguments: str, ahead: int = 0) -> Said:
    process = start(root, *arguments, ahead=ahead)
    out, complaints = process.communicate(timeout=900)
    return Said(process.returncode, out, complaints)


def html(root: Path) -> Path:
    """The published book."""
    return root / "_build" / "html"


def digests(root: Path) -> dict[str, str]:
    """Published file → hash of its content. Raises ``AssertionError`` where its manifest says otherwise of any."""
    folder = html(root).resolve()
    found = (
        {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        if folder.is_dir()
        else {}
    )
    if found:
        lines = (folder / "MANIFEST.sha256").read_text("utf-8").splitlines()
        listed = {name: digest for digest, name in (line.split("  ", 1) for line in lines if line and not line.startswith("#"))}
        assert listed == {name: digest for name, digest in found.items() if name != "MANIFEST.sha256"}, "the manifest lies"
    return found
