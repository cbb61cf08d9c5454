"""An incremental build is the clean build, byte for byte, after any sequence of edits: tried with edits drawn by chance.

    .venv/bin/python tests/support/stateful.py --edits 300 --seed 500
    .venv/bin/python tests/support/stateful.py --steps "row_value:17 notebook_respelt:5/kill undo:1"

After each edit of a small book ``explain`` is asked what the next build will run, ``book`` builds, and what was published is
compared with a clean build of the same inputs; what ran is compared with what was announced. Of a failure, the shortest list of
edits that was found to bring it about is printed, and how the pages differ.

This is no ``hypothesis.stateful``: that begins each of its many examples from nothing, and shrinks by hundreds more; a step
here takes seconds. So the edits are one long way through one book, and the short list is sought among the last of them.
"""

from __future__ import annotations

import argparse
import copy
import difflib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from small_book import (
    KEYS,
    LISTS,
    MERGED,
    SPELLINGS,
    Book,
    Chapter,
    Notebook,
    Said,
    command,
    digests,
    files_of,
    first_book,
    html,
    of_checkout,
    start,
    write,
)

Edit = Callable[[Book, random.Random], str]
DAY = 86_400
# How a step is made, beside the edit itself, and how often of a hundred times.
WAYS = {"plain": 56, "kill": 14, "other": 8, "ahead": 7, "behind": 7, "quiet": 8}
NOUNS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "gorse", "heath", "islet", "jetty", "kelp", "larch", "moor", "north")
SHOWN = 12  # lines of a difference
WIDE = 160  # characters of a line of it


class NotApplicable(Exception):
    """An edit that the book as it is leaves no room for."""


EDITS: dict[str, Edit] = {}


def edit(function: Edit) -> Edit:
    """Registers a kind of edit: it changes the book it is given and says what it did."""
    EDITS[function.__name__] = function
    return function


def some(chance: random.Random, among: list[str]) -> str:
    """One of them. Raises ``NotApplicable`` if there is none."""
    if not among:
        raise NotApplicable
    return chance.choice(among)


def new(chance: random.Random, taken: object) -> str:
    """A word that is not taken."""
    return some(chance, [each for each in NOUNS if each not in taken])


# Rows.


def one_row(book: Book, chance: random.Random, table: str, among: Callable[[dict], object] = bool) -> dict[str, str]:
    key = KEYS[table]
    chosen = some(chance, [row[key] for row in book.tables[table] if among(row)])
    return next(row for row in book.tables[table] if row[key] == chosen)


@edit
def row_value(book: Book, chance: random.Random) -> str:
    row = one_row(book, chance, "observations")
    was, row["value"] = row["value"], str(chance.randrange(20_000, 60_000))
    return f"{row['id']}: {was} → {row['value']}"


@edit
def row_note(book: Book, chance: random.Random) -> str:
    row = one_row(book, chance, "observations")
    row["note"] = f"Noted by hand, {chance.randrange(100)}."
    return row["id"]


@edit
def row_added(book: Book, chance: random.Random) -> str:
    name = new(chance, {key.removeprefix("more-") for key in book.keys("observations")})
    row = {
        **one_row(book, chance, "observations"),
        "id": f"more-{name}",
        "status": "use",
        "same_as": "",
        "category": chance.choice(["contract", "mobilised", "conscript"]),
        "value": str(chance.randrange(1, 900)),
        "start": f"2022-0{chance.randrange(3, 9)}-01",
        "known_from": chance.choice(["2025-10-10", "2025-11-11"]),
    }
    book.tables["observations"].insert(chance.randrange(len(book.tables["observations"]) + 1), row)
    return row["id"]


@edit
def row_removed(book: Book, chance: random.Random) -> str:
    gone = one_row(book, chance, "observations", lambda row: row["id"] != MERGED)["id"]
    book.tables["observations"] = [row for row in book.tables["observations"] if row["id"] != gone]
    return gone


@edit
def rows_reordered(book: Book, chance: random.Random) -> str:
    chance.shuffle(book.tables["observations"])
    return "the table of observations"


def renamed(book: Book, table: str, key: str, chance: random.Random) -> str:
    """Renames a key and every reference to it; returns the new one."""
    fresh = f"{key.rstrip('0123456789')}{chance.randrange(1000, 9999)}"
    references = {table.removesuffix("s"), table, *(["same_as"] if table == "observations" else [])}
    for name, rows in book.tables.items():
        for row in rows:
            for column in row.keys() & (references | ({KEYS[table]} if name == table else set())):
                row[column] = ";".join(fresh if each == key else each for each in row[column].split(";"))
    for chapter in book.chapters.values():
        chapter.cites = [fresh if table == "sources" and each == key else each for each in chapter.cites]
    return f"{key} → {fresh}"


@edit
def source_renamed(book: Book, chance: random.Random) -> str:
    return renamed(book, "sources", some(chance, book.keys("sources")), chance)


@edit
def origin_renamed(book: Book, chance: random.Random) -> str:
    return renamed(book, "origins", some(chance, book.keys("origins")), chance)


@edit
def row_renamed(book: Book, chance: random.Random) -> str:
    return renamed(book, "observations", some(chance, [key for key in book.keys("observations") if key != MERGED]), chance)


@edit
def source_retitled(book: Book, chance: random.Random) -> str:
    row = one_row(book, chance, "sources")
    row["title"] = f"A page, {chance.randrange(1000)}"
    return row["source"]


@edit
def origin_relabelled(book: Book, chance: random.Random) -> str:
    row = one_row(book, chance, "origins")
    row["label"] = f"An office {chance.randrange(1000)}"
    return row["origin"]


@edit
def population_relabelled(book: Book, chance: random.Random) -> str:
    row = one_row(book, chance, "populations")
    row["label"] = f"Men on list {chance.randrange(1000)}"
    return row["population"]


# Chapters.


def others(book: Book) -> list[str]:
    """The chapters that may go or move: not the root, nor what holds the rows or the references."""
    return [name for name in book.chapters if name not in ("index", "data", "references")]


@edit
def chapter_added(book: Book, chance: random.Random) -> str:
    name = new(chance, book.chapters)
    chapter = Chapter(
        f"Of {name}",
        numbers=[some(chance, [*book.notebooks])],
        leads=[some(chance, [*book.chapters])],
        cites=[some(chance, book.keys("sources"))],
        term=chance.random() < 0.5,
    )
    chapters = list(book.chapters.items())
    chapters.insert(chance.randrange(1, len(chapters) + 1), (name, chapter))
    book.chapters = dict(chapters)
    book.chapters["index"].leads.append(name)
    return name


@edit
def chapter_removed(book: Book, chance: random.Random) -> str:
    name = some(chance, others(book))
    del book.chapters[name]
    return name


@edit
def chapter_retitled(book: Book, chance: random.Random) -> str:
    name = some(chance, [*book.chapters])
    book.chapters[name].title = f"Title {chance.randrange(1000)}"
    return name


@edit
def chapter_moved(book: Book, chance: random.Random) -> str:
    name = some(chance, others(book))
    chapters = [(key, chapter) for key, chapter in book.chapters.items() if key != name]
    places = [place for place in range(1, len(chapters) + 1) if place != list(book.chapters).index(name)]
    chapters.insert(chance.choice(places), (name, book.chapters[name]))
    book.chapters = dict(chapters)
    return f"{name} to place {list(book.chapters).index(name)}"


@edit
def chapter_text(book: Book, chance: random.Random) -> str:
    name = some(chance, [*book.chapters])
    book.chapters[name].text = f"What is said here: {chance.choice(NOUNS)} {chance.choice(NOUNS)}."
    return name


@edit
def chapter_cites(book: Book, chance: random.Random) -> str:
    name = some(chance, others(book))
    chapter, kind = book.chapters[name], chance.choice(["numbers", "figures", "cites", "leads"])
    among = {"cites": book.keys("sources"), "leads": [*book.chapters]}.get(kind, [*book.notebooks])
    setattr(chapter, kind, chance.sample(among, min(len(among), chance.randrange(0, 3))))
    return f"{name}: {kind} {getattr(chapter, kind)}"


# Notebooks.


def any_notebook(book: Book, chance: random.Random, fits: Callable[[Notebook], object] = bool) -> tuple[str, Notebook]:
    name = some(chance, [name for name, each in book.notebooks.items() if fits(each)])
    return name, book.notebooks[name]


@edit
def notebook_added(book: Book, chance: random.Random) -> str:
    name = new(chance, book.notebooks)
    book.notebooks[name] = Notebook(f"About {name}", chance.randrange(4), chance.choice(LISTS), figure=chance.random() < 0.3)
    book.chapters["index"].numbers.append(name)
    return name


@edit
def notebook_removed(book: Book, chance: random.Random) -> str:
    name, _ = any_notebook(book, chance)
    if len(book.notebooks) < 3:
        raise NotApplicable
    del book.notebooks[name]
    for edition in book.editions.values():
        edition.get("assumptions", {}).pop(name, None)
    return name


@edit
def notebook_edited(book: Book, chance: random.Random) -> str:
    name, notebook = any_notebook(book, chance)
    what = chance.choice(["title", "note", "factor", "population", "figure", "helper", "raw"])
    times = chance.randrange(100)
    value = {
        "title": f"Asked {times} times",
        "note": f"Noted {times} times.",
        "factor": times % 4 + 1,
        "population": chance.choice(["", *LISTS]),
    }.get(what, not getattr(notebook, what))
    setattr(notebook, what, value)
    return f"{name}: {what} {value}"


@edit
def notebook_reads(book: Book, chance: random.Random) -> str:
    name, notebook = any_notebook(book, chance, lambda each: each.level)
    other, _ = any_notebook(book, chance, lambda each: each.level < notebook.level)
    notebook.reads[other] = some(chance, [each for each in SPELLINGS if each != "everything"])
    return f"{name} reads {other} ({notebook.reads[other]})"


@edit
def notebook_respelt(book: Book, chance: random.Random) -> str:
    name, notebook = any_notebook(book, chance, lambda each: each.reads)
    other = some(chance, [*notebook.reads])
    notebook.reads[other] = some(chance, [each for each in SPELLINGS if each not in ("everything", notebook.reads[other])])
    return f"{name} reads {other} ({notebook.reads[other]})"


@edit
def notebook_reads_all(book: Book, chance: random.Random) -> str:
    read = {other for each in book.notebooks.values() for other in each.reads}
    read |= {other for names in book.sweeps.values() for other in names}
    if any("everything" in each.reads.values() for each in book.notebooks.values()):
        raise NotApplicable
    name = some(chance, [each for each in book.notebooks if each not in read])
    other = some(chance, [each for each in book.notebooks if each != name])
    book.notebooks[name].reads, book.notebooks[name].level = {other: "everything"}, 9
    return f"{name} reads all, and of them {other}"


@edit
def notebook_reads_less(book: Book, chance: random.Random) -> str:
    name, notebook = any_notebook(book, chance, lambda each: each.reads)
    other = some(chance, [*notebook.reads])
    del notebook.reads[other]
    return f"{name} no longer reads {other}"


@edit
def sweep_added(book: Book, chance: random.Random) -> str:
    swept, _ = any_notebook(book, chance, lambda each: each.level == 0 and not each.sweep)
    reader, notebook = any_notebook(book, chance, lambda each: each.level > 0)
    name = notebook.sweep = new(chance, book.sweeps)
    book.sweeps[name] = [swept]
    return f"{reader} reads the sweep {name} of {swept}"


@edit
def sweep_removed(book: Book, chance: random.Random) -> str:
    name = some(chance, [*book.sweeps])
    del book.sweeps[name]
    return name


@edit
def notebook_fails(book: Book, chance: random.Random) -> str:
    name, notebook = any_notebook(book, chance)
    notebook.broken = "1 / 0"
    return name


# What all share.


@edit
def helper(book: Book, chance: random.Random) -> str:
    book.factor = some(chance, [each for each in range(1, 10) if each != book.factor])
    return f"factor = {book.factor}"


def append(book: Book, name: str, text: str) -> str:
    book.appended[name] = book.appended.get(name, "") + text
    return name


def of_kind(ending: str, folder: str, holding: str = "") -> list[str]:
    """The files of the library (notebooks/) or of the extension (book/) with such a name and such a text."""
    return [
        name
        for name, content in of_checkout().items()
        if name.endswith(ending) and name.startswith(folder) and name.count("/") > 1 and holding.encode() in content
    ]


@edit
def library_comment(book: Book, chance: random.Random) -> str:
    return append(book, some(chance, of_kind(".py", "notebooks/")), f"\n# Edited {chance.randrange(100)} times.\n")


@edit
def library_constant(book: Book, chance: random.Random) -> str:
    old = "READABLE = 9.0"
    name = some(chance, of_kind(".py", "notebooks/", old))
    book.replaced[name] = (old, f"READABLE = 9.{chance.randrange(1, 9)}")
    return f"{name}: {book.replaced[name][1]}"


@edit
def extension(book: Book, chance: random.Random) -> str:
    return append(book, some(chance, of_kind(".py", "book/")), f"\n# Edited {chance.randrange(100)} times.\n")


@edit
def style(book: Book, chance: random.Random) -> str:
    return append(
        book,
        some(chance, of_kind("book.css", "notebooks/livingbook/")),
        f"\n.result {{ border-top: {chance.randrange(100)}px; }}\n",
    )


@edit
def style_of_figures(book: Book, chance: random.Random) -> str:
    old = "axes.linewidth: 0.8"
    name = some(chance, of_kind(".mplstyle", "notebooks/", old))
    book.replaced[name] = (old, f"axes.linewidth: 1.{chance.randrange(1, 9)}")
    return f"{name}: {book.replaced[name][1]}"


@edit
def settings(book: Book, chance: random.Random) -> str:
    book.title = f"A small book, printing {chance.randrange(100)}"
    return book.title


@edit
def lock(book: Book, chance: random.Random) -> str:
    return append(book, "requirements.txt", f"# {chance.randrange(1000)}\n")


@edit
def literature(book: Book, chance: random.Random) -> str:
    key = f"note{chance.randrange(10**6)}"
    return append(book, "book/methods.bib", f"\n@misc{{{key}, author = {{Nobody}}, title = {{{{Note}}}}, year = {{2020}}}}\n")


@edit
def assumption(book: Book, chance: random.Random) -> str:
    edition, (name, _), men = some(chance, [*book.editions]), any_notebook(book, chance), chance.randrange(1, 5000)
    book.editions[edition].setdefault("assumptions", {})[name] = {"extra": men}
    return f"{edition}: {name} with {men} men more"


@edit
def edition_day(book: Book, chance: random.Random) -> str:
    book.editions["article"]["as_of"] = chance.choice(["2025-01-01", "2025-05-20", "2025-06-09", "2025-10-09", "2025-10-30"])
    return f"article as of {book.editions['article']['as_of']}"


@edit
def edition_added(book: Book, chance: random.Random) -> str:
    name = new(chance, book.editions)
    book.editions[name] = {"as_of": chance.choice(["2025-05-30", "2025-10-30"])}
    return name


# What is wrong on purpose: both builds are to refuse it in the same words. It is undone in the next step.


@edit
def chapter_mistaken(book: Book, chance: random.Random) -> str:
    name = some(chance, [*book.chapters])
    book.chapters[name].text += chance.choice([" {result}`merged.m`", " {cite:p}`nobody2000`", " {doc}`/book/nowhere`"])
    return name


@edit
def row_mistaken(book: Book, chance: random.Random) -> str:
    row = one_row(book, chance, "observations")
    wrong = {"measure": "listed_abscent", "value": "many", "known_from": "2025-13-01", "source": "nobody2000"}
    field = chance.choice([*wrong])
    row[field] = wrong[field]
    return f"{row['id']}: {field} {wrong[field]}"


@dataclass(frozen=True)
class Step:
    """A kind of edit, from what its choices are drawn, and how the build after it is made (one of ``WAYS``)."""

    edit: str
    draw: int
    way: str = "plain"

    def __str__(self) -> str:
        return f"{self.edit}:{self.draw}" + (f"/{self.way}" if self.way != "plain" else "")

    @classmethod
    def from_text(cls, text: str) -> Step:
        """``edit:draw`` or ``edit:draw/way``."""
        what, _, way = text.partition("/")
        name, _, draw = what.partition(":")
        return cls(name, int(draw), way or "plain")


def drawn(seed: int) -> Iterator[Step]:
    """Steps without end: every kind of edit once, in an order by chance, then again; now and then one is undone."""
    chance = random.Random(seed)
    while True:
        deck = [*EDITS]
        chance.shuffle(deck)
        for name in deck:
            yield Step(name, chance.randrange(1000), chance.choices([*WAYS], [*WAYS.values()])[0])
            if chance.random() < 0.12:
                yield Step("undo", chance.randrange(1, 4), chance.choices([*WAYS], [*WAYS.values()])[0])


class Broken(Exception):
    """What a build did that it must not: the first word says which promise it breaks, the text how that was seen."""

    def __init__(self, promise: str, text: str) -> None:
        super().__init__(f"{promise}: {text}")
        self.promise = promise


@dataclass
class Clean:
    """What a clean build gives: the published files, or the words of a refusal."""

    digests: dict[str, str]
    refusal: list[str]


class Trial:
    """A folder whose book is edited and built, and another of the same depth where clean builds are made."""

    def __init__(self, folder: Path, known: dict[str, Clean] | None = None, book: Book | None = None) -> None:
        self.work, self.other = folder / "one", folder / "two"
        self.work.mkdir()
        self.other.mkdir()
        self.known = {} if known is None else known  # clean builds, by what they were made of
        self.held = ""  # the one whose pages are in the other folder
        self.files: dict[Path, dict[str, bytes]] = {self.work: {}, self.other: {}}
        self.before: list[Book] = []
        self.book = book or first_book()

    def begin(self) -> None:
        """Builds the book as it is, from nothing."""
        shutil.rmtree(self.work / "_build", ignore_errors=True)
        self.put(self.work, files_of(self.book))
        clean, done = self.clean(), command(self.work, "book")
        if done.code or clean.refusal or clean.digests != digests(self.work):
            raise Broken("same-bytes", f"two clean builds differ, or are refused:\n{done.complaints}\n{self.difference()}")

    def put(self, root: Path, files: dict[str, bytes], quiet: bool = False) -> None:
        write(root, files, self.files[root], quiet)
        self.files[root] = files

    def clean(self) -> Clean:
        """A clean build of the work's inputs, made once."""
        files = self.files[self.work]
        key = repr(hash(frozenset(files.items())))
        if key not in self.known or (self.known[key].digests and self.held != key and self.wanted):
            shutil.rmtree(self.other / "_build", ignore_errors=True)
            self.put(self.other, files)
            done = command(self.other, "book")
            self.known[key] = Clean({} if done.code else digests(self.other), done.refusal(self.other) if done.code else [])
            self.held = key
        return self.known[key]

    wanted = False  # whether the pages themselves are needed, not only their hashes

    def apply(self, step: Step) -> str:
        """Edits the book; says what was done, "" if the edit does not apply."""
        book = copy.deepcopy(self.book)
        if step.edit == "undo":
            if not self.before:
                return ""
            at = max(len(self.before) - step.draw, 0)
            self.book, self.before = self.before[at], self.before[:at]
            return f"the last {step.draw}"
        try:
            what = EDITS[step.edit](book, random.Random(step.draw))
        except NotApplicable:
            return ""
        if files_of(book) == files_of(self.book):
            return ""
        self.before, self.book = [*self.before, self.book], book
        return what

    def take(self, step: Step) -> str:
        """Edits, builds and compares; says what was done. Raises ``Broken``."""
        if not (what := self.apply(step)):
            return ""
        self.put(self.work, files_of(self.book), step.way == "quiet")
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(self.clean)
            self.disturb(step)
            plan = command(self.work, "explain")
            before = digests(self.work)
            done = command(self.work, "book", ahead={"ahead": DAY, "behind": -DAY}.get(step.way, 0))
            clean = waiting.result()
        self.require_clean_build(done, clean, before)
        require_announced(plan, done)
        if not done.code and not (again := command(self.work, "book")).nothing_to_do:
            raise Broken("nothing-to-do", f"a second build does something:\n{again.out}{again.complaints}")
        return what

    def disturb(self, step: Step) -> None:
        """What comes between the edit and the build: one that is killed, or one of another edition."""
        if step.way == "other":
            command(self.work, "book", "--edition", sorted(self.book.editions)[step.draw % len(self.book.editions)])
        if step.way == "kill":
            process = start(self.work, "book")
            try:
                process.communicate(timeout=random.Random(step.draw).uniform(0.2, 6))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()

    def require_clean_build(self, done: Said, clean: Clean, before: dict[str, str]) -> None:
        """Raises ``Broken`` if an incremental build is not the clean one: the same files, or a refusal in the same words."""
        now = digests(self.work)
        if done.code and not clean.refusal:
            raise Broken("same-bytes", f"what a clean build makes is refused:\n{done.complaints}")
        if clean.refusal and not done.code:
            raise Broken("same-refusal", "a clean build is refused, this one is not:\n" + "\n".join(clean.refusal))
        if done.code and done.refusal(self.work) != clean.refusal:
            raise Broken("same-refusal", "in other words:\n" + "\n".join(difflib.ndiff(clean.refusal, done.refusal(self.work))))
        if done.code and now != before:
            raise Broken("book-stays", "a refused build has changed the published book")
        if not done.code and now != clean.digests:
            raise Broken("same-bytes", self.difference())

    def difference(self) -> str:
        """Which published files differ from those of the clean build, and the first of them where it does."""
        self.wanted = True
        wanted, found = self.clean().digests, digests(self.work)
        self.wanted = False
        names = [name for name in sorted(wanted.keys() | found.keys()) if wanted.get(name) != found.get(name)]
        names.sort(key=lambda name: (name == "MANIFEST.sha256", not name.endswith(".html"), name))
        if not names:
            return "no file differs"
        sides = [html(root) / names[0] for root in (self.other, self.work)]
        return f"{len(names)} files differ from a clean build: {', '.join(names[:6])}{' …' * (len(names) > 6)}\n{parting(*sides)}"


def parting(clean: Path, here: Path) -> str:
    """Where two files part, as a diff; of a long line, what is around the place."""
    if not (clean.is_file() and here.is_file()):
        return f"{here.name}: only in the {'clean' if clean.is_file() else 'incremental'} build"
    lines = [path.read_text("utf-8", "replace").splitlines() for path in (clean, here)]
    found = list(difflib.unified_diff(*lines, f"clean/{clean.name}", f"incremental/{here.name}", lineterm="", n=0))[:SHOWN]
    one, other = (next((line for line in found[3:] if line.startswith(sign)), "") for sign in "-+")
    same = next((place for place, pair in enumerate(zip(one[1:], other[1:], strict=False)) if pair[0] != pair[1]), 0)
    at = max(same - WIDE // 2, 0)
    heads = [line[:WIDE] if line.startswith(("@@", "---", "+++")) else "" for line in found]
    cut = [head or f"{line[:1]}{line[1 + at :][:WIDE]}" for head, line in zip(heads, found, strict=True)]
    return "\n".join(line for line in cut if len(line) > 1)


def require_announced(plan: Said, done: Said) -> None:
    """Raises ``Broken`` unless what ran was announced by ``explain``, what runs for sure ran, and what stays did not."""
    if plan.code:
        if not done.code:
            raise Broken("explained", f"explain refuses what is built:\n{plan.complaints}")
        return
    ran = {(edition, name) for edition, names in done.ran.items() for name in names}
    told = {(edition, name): does for edition, each in plan.plans.items() for name, does in each.items()}
    surprises = sorted(
        f"{edition}: {name} ran; explain says {told.get((edition, name), 'nothing')}"
        for edition, name in ran
        if told.get((edition, name)) not in ("runs", "may run")
    )
    somewhere = {name for _, name in ran}  # editions that see the same rows share a run
    if not done.code:
        surprises += sorted(
            f"{edition}: {name} did not run; explain says runs"
            for (edition, name), does in told.items()
            if does == "runs" and name not in somewhere
        )
    if surprises:
        raise Broken("explained", "\n".join([*surprises, plan.out]))


def walk(trial: Trial, steps: Iterator[Step], edits: int, say: Callable[[str], None]) -> Iterator[tuple[list[Step], Broken]]:
    """Takes as many steps, or all there are; yields those up to each failure, with what was wrong; then the book is built from
    nothing. An edit that is refused is undone in the next step. Edits that do not apply are passed over.
    """
    taken: list[Step] = []
    pending: Step | None = None
    while len(taken) < edits and (step := pending or next(steps, None)):
        pending = None
        started = time.perf_counter()
        try:
            what = trial.take(step)
            outcome = "as a clean build"
        except Broken as broken:
            taken.append(step)
            say(f"{len(taken):>4}  {step}: BROKEN, {broken.promise}")
            yield list(taken), broken
            if trial.clean().refusal:
                trial.apply(Step("undo", 1))
            trial.begin()
            continue
        if what:
            taken.append(step)
            if trial.clean().refusal:
                outcome, pending = "refused, as a clean build", Step("undo", 1, "plain")
            say(f"{len(taken):>4}  {step}: {what}: {outcome} ({time.perf_counter() - started:.1f} s)")


def breaks(steps: list[Step], promise: str, known: dict[str, Clean]) -> bool:
    """Whether these steps, from the first book, break that promise at the last of them."""
    with tempfile.TemporaryDirectory(prefix="shrink-") as folder:
        trial = Trial(Path(folder), known)
        try:
            trial.begin()
            for step in steps[:-1]:
                trial.take(step)
        except Broken:
            return False
        try:
            trial.take(steps[-1])
        except Broken as broken:
            return broken.promise == promise
        return False


def shortest(steps: list[Step], broken: Broken, known: dict[str, Clean], tries: int) -> list[Step]:
    """The shortest list of steps found in so many tries that breaks the same promise: the last few, then without each of them."""
    found = steps
    for last in (1, 2, 3, 5, 8, 12):
        if last >= len(steps) or tries <= 0:
            break
        tries -= 1
        if breaks(steps[-last:], broken.promise, known):
            found = steps[-last:]
            break
    place = 0
    while place < len(found) - 1 and tries > 0 and len(found) <= 12:
        tries -= 1
        less = [*found[:place], *found[place + 1 :]]
        found, place = (less, place) if breaks(less, broken.promise, known) else (found, place + 1)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edits", type=int, default=300, help="how many edits")
    parser.add_argument("--seed", type=int, default=500, help="from what they are drawn")
    parser.add_argument("--steps", help="these steps, in place of drawn ones")
    parser.add_argument("--tries", type=int, default=12, help="how many shorter lists of edits are tried after a failure")
    chosen = parser.parse_args()
    given = [Step.from_text(each) for each in (chosen.steps or "").split()]
    started, promises = time.perf_counter(), Counter()
    with tempfile.TemporaryDirectory(prefix="stateful-") as folder:
        trial = Trial(Path(folder))
        try:
            trial.begin()
        except Broken as broken:
            print(f"The first book: {broken}")
            return 1
        for steps, broken in walk(trial, iter(given) if given else drawn(chosen.seed), 10**9 if given else chosen.edits, say):
            promises[broken.promise, steps[-1].edit, steps[-1].way] += 1
            short = shortest(steps, broken, trial.known, 0 if given else chosen.tries)
            print(f'\n{broken}\n\nSeen by: python tests/support/stateful.py --steps "{" ".join(map(str, short))}"\n', flush=True)
    minutes = (time.perf_counter() - started) / 60
    print(f"{minutes:.0f} minutes, {sum(promises.values())} failures")
    for (promise, name, way), count in promises.most_common():
        print(f"  {promise}: {name} ({way}): {count}")
    return 1 if promises else 0


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
