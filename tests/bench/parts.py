"""What is measured: each part times this project's way beside the plain one, on a scratch copy of the project."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path

from .large_book import LINE_1, write_book
from .live import OpenPage, live_book
from .rows import write_tables
from .timing import command, ratio, side_by_side

CHANGED = re.compile(
    r"^(gs-losses-2022-03,.*,)(\d+)(,,about|,,exact|,,at_least)", re.M
)  # an observation like most: three notebooks read it
PAGE = "book/exits.md"
LISTED = r"^(istories-merged-49000-censor,.*?,)(\d{5})(,)"  # an observation that a short chapter shows
BARE = "bare Sphinx, one page"
VINTAGES = 48
JUPYTER_BOOK = "from jupyter_book.cli.main import main; main()"


@dataclass(frozen=True)
class Scratch:
    """A copy of the project with a built book, and how much is measured."""

    root: Path
    notebooks: list[str]
    repetitions: int
    quick: bool

    @property
    def stage(self) -> Path:
        return self.root / "_build" / "stage"

    def book(self) -> float:
        return command("-m", "livingbook", "--root", self.root, "book", cwd=self.root)


@dataclass(frozen=True)
class Part:
    """One comparison: seconds of each way, and the ratios that matter with what they should be."""

    letter: str
    title: str
    seconds: dict[str, list[float]]
    ratios: list[tuple[str, float, str, float]]  # what, found, "at least" or "at most", wanted


def notebooks(scratch: Scratch) -> Part:
    """a. All notebooks of one edition."""

    def way(name: str) -> float:
        return command(
            "-m",
            "tests.bench.ways",
            name,
            scratch.root / "notebooks",
            scratch.root / "_build" / "bench",
            "2",
            *scratch.notebooks,
            cwd=scratch.root,
        )

    def jupyter_book() -> float:
        folder = scratch.root / "_build" / "forced" / "stage"
        shutil.rmtree(folder.parent, ignore_errors=True)
        shutil.copytree(scratch.stage, folder)
        for name in scratch.notebooks:
            shutil.copy(scratch.root / "notebooks" / f"{name}.ipynb", folder / "notebooks")
        for package in ("livingbook", "desertion"):
            shutil.copytree(scratch.root / "notebooks" / package, folder / "notebooks" / package)
        shutil.copytree(scratch.root / "_build" / "editions", folder / "_build" / "editions")
        shutil.copytree(scratch.root / "_build" / "sweeps", folder / "_build" / "sweeps")
        settings = folder / "_config.yml"
        settings.write_text(settings.read_text("utf-8").replace('execute_notebooks: "off"', "execute_notebooks: force"), "utf-8")
        return command("-c", JUPYTER_BOOK, "build", folder, "--path-output", folder.parent / "out", cwd=scratch.root)

    ways = {
        "papermill's command line, one by one": partial(way, "cli"),
        "papermill's API, two workers": partial(way, "api"),
        "jupyter-book's own execution, pages and all": jupyter_book,
        "ours": partial(way, "warm"),
        "the floor": partial(way, "floor"),
    }
    found = side_by_side(ways, scratch.repetitions)
    first, second, _, ours, floor = ways
    return Part(
        "a",
        "all notebooks of one edition",
        found,
        [
            ("papermill's command line : ours", ratio(found, first, ours), "at least", 8.0),
            ("papermill's API on two workers : ours", ratio(found, second, ours), "at least", 4.0),
            ("ours : the floor", ratio(found, ours, floor), "at most", 1.25),
        ],
    )


def changed_observation(scratch: Scratch) -> Part:
    """b. One changed observation to the published page, beside a bare Sphinx that makes one page anew."""
    ours = partial(book_after_a_row, scratch.root, CHANGED, count(1))
    found = side_by_side({"ours": ours, BARE: bare_sphinx(scratch, scratch.root / "_build" / "bare")}, scratch.repetitions)
    return Part(
        "b",
        "one changed observation to the published page",
        found,
        [(f"ours : {BARE}", ratio(found, "ours", BARE), "at most", 2.5)],
    )


def book_after_a_row(root: Path, row: re.Pattern[str], numbers: count[int]) -> float:
    """Seconds of a build after one observation was raised. row: finds what stands before, the number, and what stands after it."""
    table = root / "data" / "observations.csv"
    text = table.read_text("utf-8")
    changed = row.sub(lambda found: f"{found[1]}{int(found[2]) + next(numbers)}{found[3]}", text, count=1)
    if changed == text:
        raise RuntimeError("the observation to be changed is not in the tables")
    table.write_text(changed, "utf-8")
    return command("-m", "livingbook", "--root", root, "book", cwd=root)


def bare_sphinx(scratch: Scratch, folder: Path) -> Callable[[], float]:
    """Sphinx alone over a copy of the pages, with the settings that Jupyter Book makes of ours, after one page was changed.

    The first build is made here.
    """
    stage = shutil.copytree(scratch.stage, folder / "stage")
    page = stage / PAGE
    command("-c", JUPYTER_BOOK, "config", "sphinx", stage, cwd=stage)
    build = partial(
        command,
        "-m",
        "sphinx",
        "-q",
        "-b",
        "html",
        "-d",
        folder / "doctrees",  # beside the pages, as Jupyter Book has them: what the book did not make is no page of it
        stage,
        folder / "html",
        cwd=folder,
        modules=(scratch.root / "notebooks", stage / "book" / "_ext"),
    )
    build()

    def changed() -> float:
        page.write_text(page.read_text("utf-8") + "\n", "utf-8")
        return build()

    return changed


def nothing_changed(scratch: Scratch) -> Part:
    """c. Nothing changed."""
    plain = partial(
        command, "-c", JUPYTER_BOOK, "build", scratch.stage, "--path-output", scratch.root / "_build" / "plain", cwd=scratch.root
    )
    plain()
    scratch.book()
    found = side_by_side({"ours": scratch.book, "bare jupyter-book build": plain}, scratch.repetitions)
    return Part(
        "c",
        "nothing changed",
        found,
        [("ours : bare jupyter-book build", ratio(found, "ours", "bare jupyter-book build"), "at most", 0.5)],
    )


def clean_book(scratch: Scratch) -> Part:
    """d. A clean book: nothing in _build."""

    def clean() -> float:
        shutil.rmtree(scratch.root / "_build")
        return scratch.book()

    return Part("d", "a clean book", side_by_side({"ours": clean}, 1), [])


def vintages(scratch: Scratch) -> Part:
    """e. Monthly vintages of the headline notebooks, beside one full edition. Nothing is found of earlier runs."""
    months = [f"{2022 + month // 12}-{month % 12 + 1:02}-28" for month in range(2, 2 + (4 if scratch.quick else VINTAGES))]
    spec = scratch.root / "vintages48.yml"
    spec.write_text(json.dumps({"monthly": {"notebooks": ["exits", "growth", "totals"], "as_of": months}}), "utf-8")

    def swept() -> float:
        shutil.rmtree(scratch.root / "_build" / "store", ignore_errors=True)
        return command("-m", "livingbook", "--root", scratch.root, "sweep", spec, cwd=scratch.root)

    full = partial(
        command,
        "-m",
        "tests.bench.ways",
        "warm",
        scratch.root / "notebooks",
        scratch.root / "_build" / "bench",
        "2",
        *scratch.notebooks,
        cwd=scratch.root,
    )
    found = side_by_side({"the vintages": swept, "one full edition": full}, scratch.repetitions)
    return Part(
        "e",
        f"{len(months)} monthly vintages of three notebooks",
        found,
        [("the vintages : one full edition", ratio(found, "the vintages", "one full edition"), "at most", 10.0)],
    )


CHECK = """
import resource, sys
from pathlib import Path
from livingbook.contract import check
from livingbook.evidence.reading import load, read_key
folder = Path(sys.argv[1])
assert check(folder) == []
evidence = load(folder, "2025-06-09")
evidence.observations(measure="listed_absent")
evidence.digest(read_key(evidence.reads[0]))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
Path(sys.argv[2]).write_text(str(peak))
"""


def tables(scratch: Scratch) -> Part:
    """f. Contract check and one slice of generated tables."""
    sizes = [1_000, 10_000] if scratch.quick else [1_000, 10_000, 100_000, 1_000_000]
    folder, peak = scratch.root / "_build" / "rows", scratch.root / "_build" / "peak"
    for size in sizes:
        shutil.rmtree(folder / str(size), ignore_errors=True)
        write_tables(scratch.root / "data", folder / str(size), size)
    peaks: dict[int, float] = {}

    def way(size: int) -> float:
        taken = command("-c", CHECK, folder / str(size), peak, cwd=scratch.root)
        peaks[size] = float(peak.read_text("utf-8"))
        return taken

    found = side_by_side({f"{size:,} rows": partial(way, size) for size in sizes}, scratch.repetitions)
    shutil.rmtree(folder)
    last, before = (f"{size:,} rows" for size in (sizes[-1], sizes[-2]))
    return Part(
        "f",
        "contract check and slicing",
        found,
        [
            (f"{last} : {before}", ratio(found, last, before), "at most", 12.0),
            (f"GiB for {last}", peaks[sizes[-1]], "at most", 2.0),
        ],
    )


def live(scratch: Scratch) -> Part:
    """g. ``make live``: from saving a file to the open page, beside a bare Sphinx that makes one page anew."""
    root, numbers = scratch.root, count(1)

    def replaced(name: str, pattern: str, new: Callable[[re.Match[str]], str]) -> Callable[[], None]:
        def edit() -> None:
            path = root / name
            old = path.read_text("utf-8")
            text = re.sub(pattern, new, old, count=1, flags=re.M)
            assert text != old
            path.write_text(text, "utf-8")

        return edit

    sentence = replaced(PAGE, r"\Z", lambda _: f"\nA sentence, {next(numbers)}.\n")
    row = replaced("data/observations.csv", LISTED, lambda found: f"{found[1]}{int(found[2]) + 100}{found[3]}")
    cell = replaced("notebooks/exits.ipynb", r"load\(data, as_of\)[^\\]*", lambda _: f"load(data, as_of)  # {next(numbers)}")
    ways: dict[str, Callable[[], float]] = {BARE: bare_sphinx(scratch, root / "_build" / "bare_beside_live")}
    with live_book(root) as (address, _):
        for what, page, timed, edit in (
            ("a sentence to its page", "book/exits.html", OpenPage.until_shown, sentence),
            ("one observation to its chapter", "book/lists.html", OpenPage.until_shown, row),
            ("one observation to the whole book", "book/lists.html", OpenPage.until_all, row),
            ("a cell to its page", "notebooks/exits.html", OpenPage.until_shown, cell),
        ):
            ways[what] = partial(opened, address, page, timed, edit)
        found = side_by_side(ways, scratch.repetitions)
    limits = dict(zip([name for name in ways if name != BARE], (0.35, 1.0, 3.0, 1.0), strict=True))
    return Part(
        "g",
        "make live",
        found,
        [(f"{what} : {BARE}", ratio(found, what, BARE), "at most", limit) for what, limit in limits.items()],
    )


READ = "import sys, pathlib, pandas; [pandas.read_csv(path) for path in pathlib.Path(sys.argv[1]).glob('*.csv')]"


def asking(scratch: Scratch) -> Part:
    """h. ``make explain`` and ``make import`` with nothing to do, beside pandas that reads the tables."""
    again = shutil.copy(scratch.root / "data" / "observations.csv", scratch.root / "_build" / "observations.csv")
    plain, ours = "pandas reads the tables", partial(command, "-m", "livingbook", "--root", scratch.root, cwd=scratch.root)
    ways = {
        plain: partial(command, "-c", READ, scratch.root / "data", cwd=scratch.root),
        "make explain": partial(ours, "explain"),
        "make import, rows that are there": partial(ours, "import", again),
    }
    for way in ways.values():
        way()  # what is kept from the last time is there
    found = side_by_side(ways, scratch.repetitions)
    ratios = [(f"{name} : {plain}", ratio(found, name, plain), "at most", 1.0) for name in ways if name != plain]
    return Part("h", "nothing to do", found, ratios)


def large_book(scratch: Scratch) -> Part:
    """i. One changed row in a book of 100 chapters and 60 notebooks, beside one in this book."""
    notebooks, chapters = (4, 6) if scratch.quick else (60, 100)
    root = write_book(scratch.root.parent / "large", notebooks, chapters)
    command("-m", "livingbook", "--root", root, "book", cwd=root)
    here, large = "one row of this book", f"one row of a book of {chapters} chapters and {notebooks} notebooks"
    ways = {
        here: partial(book_after_a_row, scratch.root, CHANGED, count(1)),
        large: partial(book_after_a_row, root, LINE_1, count(1)),
    }
    found = side_by_side(ways, scratch.repetitions)
    return Part("i", "a large book", found, [(f"{large} : {here}", ratio(found, large, here), "at most", 1.5)])


def opened(address: str, page: str, timed: Callable[[OpenPage, Callable[[], None]], float], edit: Callable[[], None]) -> float:
    """Opens a page, makes an edit, and closes the page; returns the seconds that the edit took."""
    open_page = OpenPage(address, page)
    try:
        return timed(open_page, edit)
    finally:
        open_page.reader.open = False


PARTS: dict[str, Callable[[Scratch], Part]] = {
    "c": nothing_changed,
    "b": changed_observation,
    "a": notebooks,
    "e": vintages,
    "f": tables,
    "g": live,
    "h": asking,
    "i": large_book,
    "d": clean_book,
}


def lay_out(source: Path, root: Path, repetitions: int, quick: bool) -> Scratch:
    """A copy of the project at ``root``, with its book built."""
    unwanted = shutil.ignore_patterns("_build", ".venv", ".git", "__pycache__", ".*_cache")
    shutil.copytree(source, root, ignore=unwanted)
    names = sorted(path.stem for path in (root / "notebooks").glob("*.ipynb"))
    scratch = Scratch(root, names[:3] if quick else names, repetitions, quick)
    print(f"  {sys.platform}: the book is built once, to begin with: {scratch.book():.0f} s", flush=True)
    return scratch
