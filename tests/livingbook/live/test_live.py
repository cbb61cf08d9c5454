"""``make live`` on a small book with an engine of its own, as somebody uses it: files are saved, and an open page is watched."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from unittest.mock import Mock

import pytest
from live_reader import PATIENCE, Reader
from livingbook.live import watching
from livingbook.live.server import Site
from livingbook.live.watching import changed_page, is_watched
from livingbook.live.workshop import Workshop, concerned
from livingbook.project.begin import start_book
from livingbook.project.project import Project
from livingbook.runs import up_to_date
from small_book import digests

INDEX = "book/index.html"


def run(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder / "notebooks")}
    return subprocess.Popen(
        [sys.executable, "-m", "livingbook", *arguments],
        cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A small book with an engine of its own."""
    return start_book(tmp_path_factory.mktemp("live") / "book")


@pytest.fixture(scope="module")
def process(folder):
    process = run(folder, "live", "--port", "0", "--no-open")
    yield process
    process.kill()


@pytest.fixture(scope="module")
def reader(folder, process) -> Reader:
    address = process.stdout.readline().split()[0]
    threading.Thread(target=process.stdout.read, daemon=True).start()
    reader = Reader(address, INDEX)
    reader.wait(lambda page: page.html, "the first page")
    reader.rest()
    return reader


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def clean(folder: Path, tmp_path: Path) -> dict[str, str]:
    """What a clean build publishes of the same sources."""
    copy = Path(shutil.copytree(folder, tmp_path / folder.name, ignore=shutil.ignore_patterns("_build", "__pycache__")))
    done = run(copy, "book")
    words = done.communicate()[0]
    assert done.returncode == 0, words
    return digests(copy)


def test_a_page_is_made_ahead_of_the_book_and_the_book_is_the_clean_one(folder, reader, tmp_path):
    loads = reader.loads
    chapter = folder / "book" / "index.md"
    chapter.write_text(chapter.read_text("utf-8") + "\nThis sentence was written while the page was open.\n", "utf-8")
    reader.wait(lambda page: "written while the page was open" in page.html, "the sentence on the page")
    reader.rest()
    assert any(state["made"] == INDEX for state in reader.states)
    assert reader.loads == loads + 1  # the page of the whole book is the same, byte for byte: it is not loaded again
    assert digests(folder) == clean(folder, tmp_path)
    assert not [path for path in (folder / "_build" / "html").rglob("*") if path.is_file() and b"_live/" in path.read_bytes()]


def test_a_row_reaches_the_open_page_first(folder, reader, tmp_path):
    edit(folder / "data" / "observations.csv", ",47000,", ",61000,")
    reader.wait(lambda page: "61,000" in page.html, "the new figure on the page")
    reader.rest()
    assert "61,000" in (folder / "_build" / "html" / INDEX).read_text("utf-8")
    assert digests(folder) == clean(folder, tmp_path)


def test_a_fault_is_shown_where_it_is_with_the_last_good_page_behind(folder, reader):
    chapter = folder / "book" / "index.md"
    good, text = reader.html, chapter.read_text("utf-8")
    chapter.write_text(f"{text}\nHere stands {{result}}`loans.nonsuch`, which nobody has published.\n", "utf-8")
    reader.wait(lambda page: page.states[-1]["wrong"], "what is wrong")
    state = reader.states[-1]
    assert "no result 'loans.nonsuch'" in state["wrong"] and state["at"]["page"] == INDEX
    assert state["at"]["words"][0] == ", which nobody has published."
    assert reader.html == good
    chapter.write_text(text, "utf-8")
    reader.rest()


def test_a_failing_cell_is_named_by_its_number(folder, reader):
    notebook = folder / "notebooks" / "loans.ipynb"
    text = notebook.read_text("utf-8")
    edit(notebook, "evidence = load(data, as_of)", "evidence = load(data, as_of) + nonsuch")
    reader.wait(lambda page: page.states[-1]["wrong"], "what is wrong")
    state = reader.states[-1]
    assert "nonsuch" in state["wrong"] and state["at"]["page"] == "notebooks/loans.html" and state["at"]["cell"] > 0
    notebook.write_text(text, "utf-8")
    reader.rest()


def test_a_change_of_the_engine_is_followed(folder, reader, tmp_path):
    edit(folder / "notebooks" / "livingbook" / "values" / "wording.py", '"not known"', '"nowhere to be found"')
    edit(folder / "book" / "index.md", "written while the page was open", "written after the engine had changed")
    reader.wait(lambda page: "after the engine had changed" in page.html, "the page by the changed engine")
    reader.rest()
    assert digests(folder) == clean(folder, tmp_path)


def test_the_end_leaves_a_whole_book_and_no_process(folder, process, reader):
    chapter = folder / "book" / "index.md"
    chapter.write_text(chapter.read_text("utf-8") + "\nThe last sentence.\n", "utf-8")
    reader.wait(lambda page: "…" in page.states[-1]["doing"], "the beginning of a build")
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 130
    pages = digests(folder)
    assert pages and INDEX in pages
    end = time.monotonic() + 20
    while left := subprocess.run(["pgrep", "-f", str(folder)], capture_output=True, text=True, check=False).stdout.split():
        assert time.monotonic() < end, left
        time.sleep(0.2)
    done = run(folder, "book")
    assert "published" in done.communicate()[0] and done.returncode == 0


# ---- Parts ----------------------------------------------------------------------------------------------------------------

SHOWN = {"book/rate": ["rate", "totals"], "book/about": [], "notebooks/rate": ["rate"]}


@pytest.mark.parametrize(
    ("paths", "on_screen", "page"),
    [
        (["book/rate.md"], "book/rate", "book/rate"),
        (["book/rate.md", "book/about.md"], "book/about", "book/about"),
        (["book/rate.md"], "book/about", "book/rate"),
        (["notebooks/totals.ipynb"], "book/rate", "book/rate"),
        (["notebooks/rate.ipynb"], "book/about", "notebooks/rate"),
        (["data/observations.csv"], "book/rate", "book/rate"),
        (["data/observations.csv"], "book/about", ""),
        (["_config.yml"], "book/rate", ""),
        (["book/new.md"], "", ""),
    ],
)
def test_which_page_is_made_first(tmp_path, paths, on_screen, page):
    project = Project(tmp_path, tmp_path / "data")
    assert concerned(project, [tmp_path / path for path in paths], on_screen, SHOWN) == page


@pytest.mark.parametrize(
    ("path", "watched"),
    [
        ("book/rate.md", True),
        ("book/.rate.md.swp", False),
        ("book/rate.md~", False),
        ("data/~$new.xlsx", False),
        ("notebooks/.ipynb_checkpoints/rate-checkpoint.ipynb", False),
        ("notebooks/livingbook/__pycache__/build.cpython-311.pyc", False),
    ],
)
def test_what_editors_leave_is_not_watched(path, watched):
    assert is_watched(Path("/project", path)) == watched


def test_it_opens_at_the_chapter_that_was_changed(tmp_path):
    project = Project(tmp_path, tmp_path / "data")
    assert changed_page(project) == ""
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "rate.md").write_text("# A rate")
    inputs = {str(tmp_path / "book" / name): "a hash of before" for name in ("style.css", "rate.md")}
    up_to_date.note(project).parent.mkdir(parents=True)
    note = {"of": "", "edition": "latest", "inputs": inputs, "outputs": "", "runs": {}}
    up_to_date.note(project).write_text(json.dumps(note))
    assert changed_page(project) == "book/rate.html"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError(errno.EACCES, "Permission denied", "/shelf/_build"), "/shelf/_build: Permission denied; no permission to write there"),
        (ZeroDivisionError("a fault of the engine"), "Traceback (most recent call last)"),
    ],
)  # fmt: skip
def test_a_fault_of_the_machine_is_told_in_words(tmp_path, monkeypatch, error, words):
    monkeypatch.setattr("livingbook.commands.make_book", Mock(side_effect=error))
    monkeypatch.setattr("os.setpgid", Mock())
    shop = Workshop(Project(tmp_path, tmp_path / "data"), "latest", -1)
    shop.tell = Mock()
    shop.whole()
    assert shop.tell.call_args.args == ("wrong",) and shop.tell.call_args.kwargs["words"].startswith(words)


def test_the_last_words_of_a_build_that_has_ended_are_not_what_is_being_done(tmp_path, monkeypatch):
    monkeypatch.setattr(watching.Workshop, "_start", Mock())
    workshop = watching.Workshop(Project(tmp_path, tmp_path / "data"), "latest", site := Mock())
    said = Mock(stdout=["  one rule of writing is broken\n"], **{"wait.return_value": 0})
    workshop._listen(said)
    assert site.say.call_args.kwargs == {"doing": "one rule of writing is broken"}
    events, sending = os.pipe()
    os.write(sending, b'{"kind": "built", "change": 0}\n')
    os.close(sending)
    workshop._hear(events)
    workshop._listen(said)
    assert site.say.call_args.kwargs["doing"] == ""


def test_the_newest_page_that_was_made_ahead_is_served(tmp_path):
    project = Project(tmp_path, tmp_path / "data")
    (project.published / "book").mkdir(parents=True)
    (project.published / INDEX).write_text("published")
    site = Site(project, tmp_path / "ahead", tmp_path / "stage")
    for change in (9, 10):
        (tmp_path / "ahead" / str(change) / "book").mkdir(parents=True)
        (tmp_path / "ahead" / str(change) / INDEX).write_text(str(change))
    assert site.find(INDEX).read_text() == "10"
    site.forget(9)
    assert site.find(INDEX).read_text() == "10"
    site.forget(10)
    assert site.find(INDEX).read_text() == "published"
