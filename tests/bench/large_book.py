"""A book of many chapters and notebooks, written from the small other book: each notebook is about a line of its own."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from .timing import ROOT

LINE_1 = re.compile(r"^(line001-riders-2024,.*?,)(2\d\d\d)(,,)", re.M)  # an observation that one of its notebooks reads
SMALL = ROOT / "tests" / "other_book"


def write_book(folder: Path, notebooks: int, chapters: int) -> Path:
    """Lays out the book in ``folder``; returns it. Each chapter shows the figure and two numbers of one notebook."""
    shutil.copytree(SMALL, folder)
    shutil.copytree(ROOT / "notebooks" / "livingbook", folder / "notebooks" / "livingbook")
    lines = [f"line{number:03}" for number in range(1, notebooks + 1)]
    for table, pattern in (("populations", r"^network,All lines,(.*)$"), ("observations", r"^([\w-]+,trips_\w+),network,(.*)$")):
        path = folder / "data" / f"{table}.csv"
        text = path.read_text("utf-8")
        rows = list(re.finditer(pattern, text, re.M))
        path.write_text(text + "".join(f"{of_line(found[0], line)}\n" for line in lines for found in rows), "utf-8")
    notebook = (folder / "notebooks" / "cancelled.ipynb").read_text("utf-8")
    for line in lines:
        of_its_own = notebook.replace('\\"network\\"', f'\\"{line}\\"').replace(
            '\\"cancelled\\", evidence', f'\\"{line}\\", evidence'
        )
        (folder / "notebooks" / f"{line}.ipynb").write_text(of_its_own, "utf-8")
    names = [f"chapter{number:03}" for number in range(1, chapters + 1)]
    for name, line in zip(names, lines * (chapters // notebooks + 1), strict=False):
        (folder / "book" / f"{name}.md").write_text(
            f"# What runs on {line}, in {name}?\n\n**Some trips are cancelled.** By the last count {{result}}`{line}.cancelled` trips were,"
            f" {{result}}`{line}.share` of those planned {{cite:p}}`annual2024,leaflet2025`.\n\n"
            f"```{{published-figure}} {line}.counts\n```\n",
            "utf-8",
        )
    contents = folder / "_toc.yml"
    listed = "".join(f"      - file: book/{name}\n" for name in names)
    contents.write_text(
        contents.read_text("utf-8").replace("      - file: book/claims\n", f"      - file: book/claims\n{listed}"), "utf-8"
    )
    return folder


def of_line(row: str, line: str) -> str:
    """A row about the whole network, as one about a line: its id and its population."""
    return (
        f"{line},{line},{row.split(',', 2)[2]}"
        if row.startswith("network,")
        else f"{line}-" + row.replace(",network,", f",{line},", 1)
    )
