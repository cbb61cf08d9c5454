"""The engine knows no subject: a book on another one is built by it alone, and says nothing of this one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pypdf
import pytest

ROOT = Path(__file__).parents[2]
ENGINE = ROOT / "notebooks" / "livingbook"
# Words that no other book would have: this book's name and subject, its notebooks' names where they are no common words.
OURS = re.compile(r"500s|desert(?!ed\b)|russia|ukrain|\bawol\b|istories|soldier|conscript|multiverse|kontur|invasion", re.I)


def tell(folder: Path, *arguments: str, path: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(path)}
    command = [sys.executable, "-m", "livingbook", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )


@pytest.fixture(scope="module")
def alone(tmp_path_factory) -> Path:
    """A folder with the engine and nothing else of this project."""
    folder = tmp_path_factory.mktemp("engine")
    shutil.copytree(ENGINE, folder / "livingbook", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture(scope="module")
def trams(alone, tmp_path_factory) -> Path:
    """The other book, built in all forms."""
    folder = tmp_path_factory.mktemp("trams") / "book"
    shutil.copytree(ROOT / "tests" / "other_book", folder)
    for form in ("epub", "pdf"):
        done = tell(folder, form, path=alone)
        assert done.returncode == 0, done.stdout + done.stderr
    return folder / "_build"


def test_the_engine_names_nothing_of_this_book():
    told = {}
    for path in sorted(
        path for path in ENGINE.rglob("*") if path.is_file() and path.suffix in (".py", ".yml", ".html", ".css", ".js")
    ):
        found = {word.lower() for word in OURS.findall(path.read_text("utf-8"))}
        if path.name == "bibliography.py":
            found -= {"russia", "ukrain"}  # names of languages
        told |= {path.relative_to(ENGINE).as_posix(): found} if found else {}
    assert told == {"contract/personal_data.py": {"soldier"}}  # a column that no table of any book may have


def test_another_book_is_built_by_the_engine_alone(trams):
    page = (trams / "html" / "book" / "index.html").read_text("utf-8")
    assert "2,000–2,600" in page and "at least 1,200" in page  # the count of now, and that of spring
    assert "supported" in (trams / "html" / "book" / "claims.html").read_text("utf-8")


def test_not_a_byte_of_it_says_anything_of_this_book(trams):
    published = (trams / "html").resolve()
    texts = {path.relative_to(published).as_posix(): path.read_bytes() for path in published.rglob("*") if path.is_file()}
    with zipfile.ZipFile(trams / "brimsworth-trams.epub") as ebook:
        texts |= {f"epub/{name}": ebook.read(name) for name in ebook.namelist()}
    pdf = pypdf.PdfReader(trams / "brimsworth-trams.pdf")
    texts["pdf"] = "\n".join([str(pdf.metadata), *(page.extract_text() for page in pdf.pages)]).encode()
    assert len(texts) > 60
    assert {
        name: OURS.findall(text.decode("utf-8", "ignore"))
        for name, text in texts.items()
        if OURS.search(text.decode("utf-8", "ignore"))
    } == {}


def test_the_next_build_of_it_has_nothing_to_do(trams, alone):
    done = tell(trams.parent, "book", path=alone)
    assert "Nothing has changed" in done.stdout
    told = tell(trams.parent, "explain", path=alone).stdout
    assert told == "Nothing has changed since the book was built. Every notebook and every sweep stays.\n"


def test_a_row_of_it_changes_its_page_alone(trams, alone):
    table = trams.parent / "data" / "observations.csv"
    before = table.read_text("utf-8")
    table.write_text(before.replace(",2000,,2600,", ",2100,,2600,"), "utf-8")
    try:
        assert "runs" in tell(trams.parent, "explain", path=alone).stdout
        assert tell(trams.parent, "book", path=alone).returncode == 0
        assert "2,100–2,600" in (trams / "html" / "book" / "index.html").read_text("utf-8")
    finally:
        table.write_text(before, "utf-8")


def test_a_stranger_begins_a_book_that_builds(tmp_path):
    done = tell(tmp_path, "--root", str(ROOT), "new", "loans-of-books", path=ROOT / "notebooks")
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "loans-of-books"
    assert "Loans of books" in (folder / "_config.yml").read_text("utf-8")
    built = tell(folder, "book", path=folder / "notebooks")
    assert built.returncode == 0, built.stdout + built.stderr
    page = (folder / "_build" / "html" / "book" / "index.html").read_text("utf-8")
    assert "47,000" in page and "supported" in page and not OURS.search(page)


@pytest.mark.parametrize("what", ["a file", "a folder with something in it"])
def test_where_something_lies_no_book_is_begun(tmp_path, what):
    place = tmp_path / "mine"
    if what == "a file":
        place.write_text("kept")
    else:
        place.mkdir()
        (place / "kept.txt").write_text("kept")
    done = tell(tmp_path, "--root", str(ROOT), "new", str(place), path=ROOT / "notebooks")
    assert done.returncode == 1 and "is not empty" in done.stderr and "Traceback" not in done.stderr
    assert (place if what == "a file" else place / "kept.txt").read_text() == "kept"
