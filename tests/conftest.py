"""What several tests share: the real tables, small tables, and a small project that builds."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from check_pages import chromium, jar, opened
from hypothesis import settings
from livingbook.values import periods
from small_rows import OBSERVATION

ROOT = Path(__file__).parents[1]
# What builds a book or pages, or starts kernels, browsers, other programs: `make test-fast` leaves it out.
SLOW = [
    "bench",
    "content_policy",
    "explain",
    "explorer",
    "extra_files",
    "faults",
    "formats",
    "figure_pages",
    "fuzz",
    "head",
    "hostile",
    "how_made",
    "inline_styles",
    "lab",
    "launch",
    "linkcheck",
    "lint",
    "live",
    "machines",
    "make",
    "mutants",
    "number_notes",
    "observations",
    "other_book",
    "pages",
    "pages_follow",
    "pipeline",
    "provenance",
    "recording",
    "release",
    "staleness",
    "stateful",
    "sweep",
    "translation",
    "unused",
    "verify",
    "warm",
]
settings.register_profile("no clock", deadline=None)  # a busy machine is no fault of a test's
settings.load_profile("no clock")


for name in ("BOOK_ADDRESS", "BOOK_REPOSITORY", "BOOK_BRANCH"):  # of the book that is published, not of those in tests
    os.environ.pop(name, None)


@pytest.fixture(autouse=True)
def _here() -> Iterator[None]:
    """Each test begins in the folder in which pytest was started: a notebook that runs in this process leaves it in its own."""
    here = Path.cwd()
    yield
    os.chdir(here)


@pytest.fixture(autouse=True)
def _no_periods(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test begins without the periods that another has noted: rows of two tests have the same ids."""
    monkeypatch.setattr(periods, "_noted", {})


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rows", default="200", help="how many rows the mutation of tables changes, or all")
    parser.addoption("--folders", type=int, default=30, help="how many spoilt folders of tables the fuzz tries")
    parser.addoption("--fuzz-seed", type=int, default=500, help="from what its choices are drawn")
    parser.addoption("--together", type=int, default=5, help="how many edits of pages are built at once: 1 for each by itself")
    parser.addoption("--kills", type=int, default=8, help="how often a build is killed, at moments chosen by chance")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks as slow the modules named above, and every test that reads the built book."""
    for item in items:
        if item.path.stem.removeprefix("test_") in SLOW or "book" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def book() -> Path:
    """The real book, brought up to date in this checkout: where nothing has changed, that takes a moment."""
    done = subprocess.run(
        [sys.executable, "-m", "livingbook", "book"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "notebooks")},
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return ROOT / "_build" / "html"


@pytest.fixture
def tables(tmp_path):
    """Writes a data folder of the real tables with other observations: ``tables([{"id": "a", …}, …])``."""

    def write(observations: list[dict]) -> Path:
        folder = tmp_path / "data"
        folder.mkdir(exist_ok=True)
        for path in (ROOT / "data").glob("*.csv"):
            (folder / path.name).write_bytes(path.read_bytes())
        rows = [OBSERVATION | {"id": f"row-{index}"} | each for index, each in enumerate(observations)]
        pd.DataFrame(rows, columns=list(OBSERVATION)).to_csv(folder / "observations.csv", index=False)
        return folder

    return write


@pytest.fixture(scope="module")
def browser():
    """The system's Chromium. CI must have one; elsewhere its absence is said."""
    if chromium() is None:
        assert not os.environ.get("CI"), "CI must have Chromium: .ci/run installs it"
        pytest.skip("no Chromium: the pages are NOT tested in a browser (apt-get install chromium)")
    with opened() as found:
        yield found


@pytest.fixture
def tab(browser):
    """A broad light page, and nothing it complains of."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, permissions=["clipboard-read", "clipboard-write"])
    found, errors = context.new_page(), []
    found.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    found.on("pageerror", lambda error: errors.append(str(error)))
    yield found
    context.close()
    assert errors == []


@pytest.fixture
def checker():
    if jar() is None:
        assert not os.environ.get("CI"), "CI must have Java: .ci/run installs it"
        pytest.skip("no Java: the pages are NOT validated (apt-get install default-jre-headless)")
