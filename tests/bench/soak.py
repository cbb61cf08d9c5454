"""The same again and again: ``python -m tests.bench.soak [RUNS] [CHANGES]`` (``make soak``).

Many notebooks in a row on the warm engine, in one process; then many changes that ``make live`` shows on an open page. Ends with 1 if a
process or a file descriptor is left, if memory grows after the first fifth, or if the last changes take longer than the first.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path
from statistics import median

import nbformat
import papermill
import psutil
from livingbook.runs.warm.engine import WarmEngine
from papermill.engines import papermill_engines
from papermill.exceptions import PapermillExecutionError

from .large_book import LINE_1, write_book
from .live import OpenPage, live_book
from .timing import command

SLOWER = 1.1  # the last ten changes may take this many times as long as the first ten
GROWTH = 32 * 1024**2  # bytes that memory may grow: an allocator's slack, less than 100 KiB a run
CELLS = [
    "import pandas as pd",
    "pd.DataFrame({'a': range(1000)}).describe()",
    "import subprocess; subprocess.run(['true'])",
    "print('x' * 10_000)",
]


State = tuple[int, int, int]


def state(process: psutil.Process) -> State:
    """Processes, that one and those below it; their open descriptors; their bytes of memory."""
    family = [process, *process.children(recursive=True)]
    return len(family), sum(each.num_fds() for each in family), sum(each.memory_info().rss for each in family)


def told(turn: int, found: State) -> State:
    """Prints a state, and returns it."""
    print(f"after {turn}: {found[0]} processes, {found[1]} descriptors, {found[2] / 1024**2:.0f} MiB", flush=True)
    return found


def grown(before: State, after: State) -> bool:
    """Whether something is left behind."""
    return after[0] > before[0] or after[1] > before[1] or after[2] > before[2] + GROWTH


def run(path: Path, turn: int) -> None:
    """One notebook; every tenth fails."""
    cells = [*CELLS, "1 / 0"] if turn % 10 == 9 else CELLS
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(each) for each in cells]), path)
    try:
        papermill.execute_notebook(
            str(path),
            None,
            engine_name="warm",
            kernel_name="python3",
            language="python",
            progress_bar=False,
            extra_arguments=["--log-level=50"],
        )
    except PapermillExecutionError:
        if turn % 10 != 9:
            raise


def soak_engine(runs: int) -> bool:
    """Whether notebooks on the warm engine leave something behind."""
    papermill_engines.register("warm", WarmEngine)
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(1, runs + 1):
            run(Path(folder) / "n.ipynb", turn - 1)
            if turn == max(runs // 5, 1):
                before = told(turn, state(psutil.Process()))
    return grown(before, told(runs, state(psutil.Process())))


def soak_live(changes: int) -> bool:
    """Whether ``make live`` grows or slows while somebody changes a sentence and a row in turn; the page that shows both is open."""
    with tempfile.TemporaryDirectory() as folder:
        root = write_book(Path(folder) / "book", notebooks=4, chapters=6)
        command("-m", "livingbook", "--root", root, "book", cwd=root)
        seconds: dict[str, list[float]] = {"a sentence": [], "a row": []}
        edits = {"a sentence": sentence(root / "book" / "chapter001.md"), "a row": row(root / "data" / "observations.csv")}
        with live_book(root) as (address, process):
            page = OpenPage(address, "book/chapter001.html")
            for turn in range(1, changes + 1):
                what = list(edits)[turn % len(edits)]
                seconds[what].append(page.until_shown(edits[what]))
                if turn == max(changes // 5, 1):
                    before = told(turn, state(psutil.Process(process.pid)))
            after = told(changes, state(psutil.Process(process.pid)))
    slower = False
    for what, taken in seconds.items():
        first, last = median(taken[:10]), median(taken[-10:])
        print(f"{what}: the first ten {first:.2f} s, the last ten {last:.2f} s: {last / first:.2f}", flush=True)
        slower = slower or last > SLOWER * first
    return slower or grown(before, after)


def sentence(page: Path) -> Callable[[], None]:
    """Ends the page on another sentence at each call."""
    numbers, text = count(1), page.read_text("utf-8")

    def edit() -> None:
        page.write_text(f"{text}\nA sentence about {'many ' * (next(numbers) % 7)}trips.\n", "utf-8")

    return edit


def row(table: Path) -> Callable[[], None]:
    """Raises the lower end of an observation at each call."""

    def edit() -> None:
        table.write_text(LINE_1.sub(lambda found: f"{found[1]}{int(found[2]) + 1}{found[3]}", table.read_text("utf-8")), "utf-8")

    return edit


def main(runs: int, changes: int) -> int:
    leaks = [soak_engine(runs), soak_live(changes)]
    print("something is left behind, or slower" if any(leaks) else "nothing is left behind")
    return int(any(leaks))


if __name__ == "__main__":
    runs, changes = [*map(int, sys.argv[1:]), *(500, 100)[len(sys.argv) - 1 :]]
    sys.exit(main(runs, changes))
