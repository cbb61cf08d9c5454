"""Measures the project's speed: ``python -m tests.bench [--quick] [--only abc] [--resume]``.

Prints each part and writes it to ``_build/bench.json``; a full run, which may be broken off and resumed, also writes
``book/speed.csv``, which the book shows.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import tempfile
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

from livingbook.system.digests import digest

from .machine import machine
from .parts import PARTS, Part, lay_out
from .profiles import notebook_profile, page_profile
from .timing import ROOT

TABLE, RESULTS = ROOT / "book" / "speed.csv", ROOT / "_build" / "bench.json"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="little of everything, once: to try it")
    parser.add_argument("--only", default="".join(PARTS), help="letters of the parts to measure")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument(
        "--resume", action="store_true", help="measure only the parts that a run that was broken off has not measured"
    )
    chosen = parser.parse_args()
    print(", ".join(map(str, machine().values())), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        scratch = lay_out(ROOT, Path(folder) / "project", 1 if chosen.quick else chosen.repetitions, chosen.quick)
        about = {"machine": machine(), "repetitions": scratch.repetitions, "quick": chosen.quick, "code": code()}
        profiles = {"one warm notebook": notebook_profile(scratch.root), "one page made anew": page_profile(scratch.root)}
        show(profiles)
        parts = earlier(about) if chosen.resume else []
        for letter in [letter for letter in PARTS if letter in chosen.only and letter not in {part.letter for part in parts}]:
            parts = sorted([*parts, measured(letter, scratch)], key=lambda part: part.letter)
            RESULTS.parent.mkdir(exist_ok=True)
            RESULTS.write_text(
                json.dumps({**about, "parts": list(map(asdict, parts)), "profiles": profiles}, indent=1) + "\n", "utf-8"
            )
    if not chosen.quick and len(parts) == len(PARTS):
        write_table(parts)


def code() -> str:
    """Digest of all files of the checkout, but for the table that a full run writes."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    paths = [ROOT / name for name in sorted(listed.decode().split("\0")) if name]
    return digest(*[path for path in paths if path.is_file() and path != TABLE])


def earlier(about: dict[str, Any]) -> list[Part]:
    """The parts that a run of the same kind and code on this machine has measured; none if there was none."""
    body = json.loads(RESULTS.read_text("utf-8")) if RESULTS.is_file() else {"parts": []}
    return [Part(**each) for each in body["parts"]] if all(body.get(key) == value for key, value in about.items()) else []


def measured(letter: str, scratch) -> Part:
    print(f"  {letter}. {(PARTS[letter].__doc__ or '').partition('. ')[2]}", flush=True)
    part = PARTS[letter](scratch)
    for what, found, sense, wanted in part.ratios:
        print(
            f"    {what}: {found:.2f} ({sense} {wanted:g}: {'reached' if reached(found, sense, wanted) else 'NOT reached'})",
            flush=True,
        )
    return part


def reached(found: float, sense: str, wanted: float) -> bool:
    return found >= wanted if sense == "at least" else found <= wanted


def show(profiles: dict[str, dict[str, float]]) -> None:
    for what, costs in profiles.items():
        print(f"  {what}: " + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in costs.items()), flush=True)


def write_table(parts: list[Part]) -> None:
    """The table of the book's page on speed: medians in seconds, and ratios with what they should be."""
    here = machine()
    rows = [["Machine", f"{here['processor']}, {here['cores']} cores, Python {here['python']}", "", ""]]
    for part in parts:
        rows += [[part.title, way, f"{median(seconds):.2f}\N{NO-BREAK SPACE}s", ""] for way, seconds in part.seconds.items()]
        rows += [[part.title, what, f"{found:.2f}", f"{sense} {wanted:g}"] for what, found, sense, wanted in part.ratios]
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([["What", "How", "Median or ratio", "To reach"], *rows])


if __name__ == "__main__":
    main()
