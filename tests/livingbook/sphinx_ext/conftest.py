"""Small books for tests of the Sphinx extension."""

from __future__ import annotations

from pathlib import Path

import pytest
from livingbook.project.project import Project
from livingbook.site import jupyter_book
from small_pages import Book
from small_site import built

ROOT = Path(__file__).parents[3]


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path / "book")


@pytest.fixture(scope="session")
def small(tmp_path_factory) -> Path:
    return built(tmp_path_factory.mktemp("small"), "")


@pytest.fixture(scope="session")
def addressed(tmp_path_factory) -> Path:
    """The same with an address under which it is published."""
    config = jupyter_book.settings(Project.at(ROOT), {"BOOK_ADDRESS": "https://example.org/some/book"})
    return built(tmp_path_factory.mktemp("addressed"), config)
