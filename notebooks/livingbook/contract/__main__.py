"""``python -m livingbook.contract FOLDER``: checks a folder of tables."""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path

from livingbook.contract import CONTRACT_NAME, PROJECT_CONTRACT, examine, told
from livingbook.system.errors import printable


def main(arguments: list[str] | None = None) -> int:
    """Check a folder from the command line; 0 if all is good, 1 if there are faults."""
    parser = argparse.ArgumentParser(prog="python -m livingbook.contract", description="Check a folder of tables.")
    parser.add_argument("folder", nargs="?", type=Path, default=PROJECT_CONTRACT.parent, help="default: the book's own data")
    folder: Path = parser.parse_args(arguments).folder
    here = Path("data", CONTRACT_NAME)  # of the book in whose folder we are
    # A terminal that cannot show a letter shows its code instead of stopping the report.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    faults, rows = examine(folder, here.resolve() if here.is_file() else None)
    for line in told(faults):
        print(line)
    shown = f"{printable(str(folder), 1000).rstrip('/')}/"
    if faults:
        print(f"{len(faults):,} fault{'s' if len(faults) > 1 else ''} in {shown}")
        return 1
    counts = sorted(rows.items(), key=lambda item: -item[1])
    print(f"{shown}: {', '.join(f'{count:,} {name}' for name, count in counts)}: all good")
    return 0


if __name__ == "__main__":
    sys.exit(main())
