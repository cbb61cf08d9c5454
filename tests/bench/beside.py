"""This checkout beside an earlier commit: ``python -m tests.bench.beside COMMIT``. The same edits, in turn, on one machine.

The earlier commit gets a virtual environment of its own, from its own lock.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path

from .parts import CHANGED
from .timing import ROOT, command, ratio, side_by_side

PAGE = Path("book", "exits.md")


@dataclass(frozen=True)
class Side:
    """A copy of the project as some commit has it."""

    root: Path
    python: Path

    def run(self, what: str) -> float:
        """Seconds of a command, of the module that this commit's Makefile names."""
        named = re.search(r"^RUN :=.* -m (\S+)", (self.root / "Makefile").read_text("utf-8"), re.M)
        assert named
        return command("-m", named[1], "--root", self.root, what, cwd=self.root, python=self.python)

    def book(self) -> float:
        return self.run("book")

    def explain(self) -> float:
        return self.run("explain")

    def clean(self) -> float:
        shutil.rmtree(self.root / "_build", ignore_errors=True)
        return self.book()

    def observation(self, numbers: count) -> float:
        table = self.root / "data" / "observations.csv"
        text = table.read_text("utf-8")
        changed = CHANGED.sub(lambda found: f"{found[1]}{int(found[2]) + next(numbers)}{found[3]}", text)
        assert changed != text
        table.write_text(changed, "utf-8")
        return self.book()

    def sentence(self, numbers: count) -> float:
        page = self.root / PAGE
        page.write_text(f"{page.read_text('utf-8')}\nA sentence, {next(numbers)}.\n", "utf-8")
        return self.book()

    def notebook(self, numbers: count) -> float:
        page = self.root / "notebooks" / "exits.ipynb"
        old = page.read_text("utf-8")
        line = f'"evidence = load(data, as_of)  # {next(numbers)}\\n"'
        page.write_text(re.sub(r'"evidence = load\(data, as_of\)[^"]*"', lambda _: line, old, count=1), "utf-8")
        assert page.read_text("utf-8") != old
        return self.book()


def here(folder: Path) -> Side:
    """This checkout, with what is not committed."""
    unwanted = shutil.ignore_patterns("_build", ".venv", ".git", "__pycache__", ".*_cache")
    return Side(Path(shutil.copytree(ROOT, folder / "here", ignore=unwanted)), ROOT / ".venv" / "bin" / "python")


def there(folder: Path, commit: str) -> Side:
    """An earlier commit, in an environment from its own lock."""
    root = folder / "there"
    root.mkdir()
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    subprocess.run(["tar", "-x"], cwd=root, input=archive, check=True)
    subprocess.run(
        ["make", "--silent", ".venv/bin/.book"], cwd=root, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    return Side(root, root / ".venv" / "bin" / "python")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.beside", description=__doc__)
    parser.add_argument("commit")
    parser.add_argument("--repetitions", type=int, default=3)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sides = {"here": here(Path(folder)), chosen.commit: there(Path(folder), chosen.commit)}
        numbers = count(1)
        kinds: dict[str, tuple[int, Callable[[Side], Callable[[], float]]]] = {
            "a clean book": (1, lambda side: side.clean),
            "nothing changed": (chosen.repetitions, lambda side: side.book),
            "explain, nothing changed": (chosen.repetitions, lambda side: side.explain),
            "one sentence of a chapter": (chosen.repetitions, lambda side: partial(side.sentence, numbers)),
            "one observation": (chosen.repetitions, lambda side: partial(side.observation, numbers)),
            "one cell of a notebook": (chosen.repetitions, lambda side: partial(side.notebook, numbers)),
        }
        for what, (times, way) in kinds.items():
            print(f"  {what}", flush=True)
            found = side_by_side({name: way(side) for name, side in sides.items()}, times)
            print(f"    here : {chosen.commit} = {ratio(found, 'here', chosen.commit):.2f}", flush=True)


if __name__ == "__main__":
    main()
