"""Citations beside numbers: a page that is cited there prints a figure behind them, or it stands there for the words."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from livingbook.words.passages import Passage
from livingbook.words.state import State


def for_words(passages: Iterable[Passage], state: State, pages: Container[str]) -> Iterator[tuple[Passage, str]]:
    """The citations that stand for no number: of pages that print no figure behind the numbers for which they are cited.

    pages: those on which figures were read; other works are cited for methods. A sentence whose numbers rest on no rows is left
    out, and so is one without numbers.
    """
    for passage in passages:
        rows = {row for name in passage.behind if name in state.numbers for row in state.numbers[name].rows}
        printing = state.pages(rows)
        yield from ((passage, page) for page in passage.cited if rows and page in pages and page not in printing)
