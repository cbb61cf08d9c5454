"""Many notebooks in a row on the warm engine, in one process: ``python -m tests.bench.soak [RUNS]`` (``make soak``).

Ends with 1 if a process or a file descriptor is left, or if memory grows after the first fifth of the runs.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import nbformat
import papermill
import psutil
from livingbook.runs.warm.engine import WarmEngine
from papermill.engines import papermill_engines
from papermill.exceptions import PapermillExecutionError

GROWTH = 32 * 1024**2  # bytes that memory may grow: an allocator's slack, less than 100 KiB a run
CELLS = [
    "import pandas as pd",
    "pd.DataFrame({'a': range(1000)}).describe()",
    "import subprocess; subprocess.run(['true'])",
    "print('x' * 10_000)",
]


def state() -> tuple[int, int, int]:
    """Processes below this one, open descriptors, bytes of memory; of the process that kernels are forked from too."""
    family = [psutil.Process(), *psutil.Process().children(recursive=True)]
    return len(family), sum(each.num_fds() for each in family), sum(each.memory_info().rss for each in family)


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


def main(runs: int) -> int:
    papermill_engines.register("warm", WarmEngine)
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(runs):
            run(Path(folder) / "n.ipynb", turn)
            if turn + 1 == max(runs // 5, 1):
                before = state()
                print(
                    f"after {turn + 1}: {before[0]} processes, {before[1]} descriptors, {before[2] / 1024**2:.0f} MiB", flush=True
                )
    after = state()
    print(f"after {runs}: {after[0]} processes, {after[1]} descriptors, {after[2] / 1024**2:.0f} MiB")
    leaked = after[0] > before[0] or after[1] > before[1] or after[2] > before[2] + GROWTH
    print("something is left behind" if leaked else "nothing is left behind")
    return int(leaked)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 500))
