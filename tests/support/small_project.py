"""A project with one small notebook on the real tables, for tests of the pipeline."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[2]
NOTEBOOK = """
from desertion.kinds import Persons
from livingbook.evidence.reading import load
from livingbook.notebook.parameters import AsOf, Folder, check
from livingbook.notebook.publish import Publisher
---
as_of: AsOf = "latest"  # the evidence that was public on this day
data: Folder = "../data"  # folder with the tables
strength: Persons = 200_000  # men in the theatre
---
check(get_ipython())
evidence = load(data, as_of)
publish = Publisher("small", evidence)
---
listed = evidence.one(measure="listed_absent", population="list_istories_merged", category="all")
publish.number("listed", listed, "persons", "Names on the merged list.", step=1)
publish.number("per_thousand", listed / strength * 1000, "per 1,000", "Names per 1,000 men.")
"""


def notebook(source: str = NOTEBOOK):
    cells = [nbformat.v4.new_markdown_cell("# How many?", id="cell-0")]
    for index, code in enumerate(source.strip().split("\n---\n"), start=1):
        cell = nbformat.v4.new_code_cell(code, id=f"cell-{index}")
        if code.startswith("as_of:"):
            cell.metadata["tags"] = ["parameters"]
        cells.append(cell)
    return nbformat.writes(
        nbformat.v4.new_notebook(
            cells=cells,
            metadata={
                "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
                "language_info": {"name": "python"},
            },
        )
    )


def lay_out(root: Path) -> None:
    """Library, data, lock, editions and the notebook; no chapters."""
    for name in ("requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, root)
    for name in ("notebooks/livingbook", "notebooks/desertion", "data"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    (root / "notebooks" / "small.ipynb").write_text(notebook())
    (root / "notebooks" / "editions.yml").write_text('latest:\n  as_of: latest\narticle:\n  as_of: "2025-06-09"\n')


CHAPTER = "# Small\n\n**{result}`small.listed` names** {cite:p}`svtv2025list`; see {doc}`/book/other`.\n"
TOC = "format: jb-book\nroot: book/index\nchapters:\n  - file: book/other\n  - file: book/references\n  - glob: notebooks/*\n"


def lay_out_book(root: Path) -> None:
    """The small project with three chapters around its notebook."""
    lay_out(root)
    shutil.copy(ROOT / "_config.yml", root)
    for name in ("book/_ext", "book/_static"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "book" / "methods.bib", root / "book")
    (root / "_toc.yml").write_text(TOC)
    (root / "book" / "index.md").write_text(CHAPTER)
    (root / "book" / "other.md").write_text("# Other\n\nAnother page.\n")
    (root / "book" / "references.md").write_text("# References\n\n```{bibliography}\n:all:\n```\n")


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def pipeline(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "livingbook", *arguments],
        cwd=root,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root / "notebooks")},
        stdin=subprocess.DEVNULL,
        check=False,
    )


class changed:
    """A file with other content for a while."""

    def __init__(self, path: Path, old: str, new: str) -> None:
        self.path, self.was = path, path.read_text("utf-8")
        assert old in self.was
        self.new = self.was.replace(old, new)

    def __enter__(self):
        self.path.write_text(self.new, "utf-8")

    def __exit__(self, *_):
        self.path.write_text(self.was, "utf-8")
