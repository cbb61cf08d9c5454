"""Commands timed side by side: each repetition runs every way once, so that a slow minute of the machine hits all of them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

Way = Callable[[], float]  # does it once; returns the seconds it took
# Compiled modules are kept, as they are for whoever runs Python without settings of their own.
ENVIRONMENT = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8"}
ROOT = Path(__file__).parents[2]


def side_by_side(ways: Mapping[str, Way], repetitions: int) -> dict[str, list[float]]:
    """Way → the seconds of each repetition."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(repetitions):
        for name, way in ways.items():
            found[name].append(round(way(), 3))
            print(f"    {name}: {found[name][-1]:.2f} s", flush=True)
    return found


def command(*arguments: str | Path, cwd: Path, modules: tuple[Path, ...] = (), python: Path = Path(sys.executable)) -> float:
    """Seconds that a Python command takes; ``modules``: more folders to import from. Raises ``RuntimeError`` with what it said if it fails."""
    environment = {**os.environ, **ENVIRONMENT, "PYTHONPATH": os.pathsep.join(map(str, (cwd / "notebooks", ROOT, *modules)))}
    started = time.perf_counter()
    done = subprocess.run(
        [str(python), *map(str, arguments)],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    taken = time.perf_counter() - started
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, arguments))}: exit code {done.returncode}\n{done.stdout[-2000:]}")
    return taken


def ratio(found: Mapping[str, list[float]], one: str, other: str) -> float:
    """Median of one way over that of another."""
    return median(found[one]) / median(found[other])
