"""``make live`` with an open page, for measuring how long a change takes to reach it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.live_reader import Reader

from .timing import ENVIRONMENT, ROOT


@contextmanager
def live_book(root: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Runs ``make live`` over a project; gives its address and its process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "livingbook", "--root", str(root), "live", "--no-open", "--port", "0"],
        cwd=root,
        env={**os.environ, **ENVIRONMENT, "PYTHONPATH": os.pathsep.join([str(root / "notebooks"), str(ROOT)])},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    address = process.stdout.readline().split()[0]
    threading.Thread(target=process.stdout.read, daemon=True).start()
    try:
        yield address, process
    finally:
        process.terminate()
        process.wait()


class OpenPage:
    """A page of the book that somebody has open, at rest."""

    def __init__(self, address: str, page: str) -> None:
        self.reader = Reader(address, page)
        self.reader.wait(lambda page: page.html, "the page")
        self.settle()

    def settle(self) -> None:
        """Waits until there is nothing to do, and Sphinx stands ready for the next change."""
        self.reader.rest()
        time.sleep(5)

    def until_shown(self, edit: Callable[[], None]) -> float:
        """Seconds from an edit until the page has loaded itself with it."""
        loads, started = self.reader.loads, time.perf_counter()
        edit()
        self.reader.wait(lambda page: page.loads > loads, "the page again")
        taken = time.perf_counter() - started
        self.settle()
        return taken

    def until_all(self, edit: Callable[[], None]) -> float:
        """Seconds from an edit until the whole book has it."""
        loads, started = self.reader.loads, time.perf_counter()
        edit()
        self.reader.wait(lambda page: page.loads > loads, "the page again")
        self.reader.rest()
        taken = time.perf_counter() - started
        self.settle()
        return taken
