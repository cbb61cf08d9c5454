"""The words typed outside of chapters: titles and labels of figures, what numbers are said to be, reasons for verdicts."""

from __future__ import annotations

from collections.abc import Iterator

from livingbook.words.passages import Passage
from livingbook.words.state import FIGURES, State


def labels(before: State, after: State) -> list[Passage]:
    """The words that stand as they stood: those that a notebook words anew with its findings follow the rows by themselves."""
    return [*_of_figures(before, after), *_descriptions(before, after), *_reasons(before, after)]


def _passage(kind: str, of: str, text: str, names: tuple[str, ...], claims: tuple[str, ...] = ()) -> Passage:
    notebook = "claims" if claims else of.partition(".")[0]
    return Passage(notebook, text, 0, 0, "", False, names, claims, (), names, names, kind=kind, of=of, behind=names)


def _of_figures(before: State, after: State) -> Iterator[Passage]:
    for name in sorted(before.figures.keys() & after.figures.keys()):
        was, now = before.figures[name], after.figures[name]
        for kind in ("title", "subtitle", "caption"):
            if (text := getattr(now, kind)) and text == getattr(was, kind):
                yield _passage(kind, name, text, (f"{FIGURES}{name}",))
        for text in sorted({*was.labels, *was.marked} & {*now.labels, *now.marked}):
            yield _passage("label", name, text, (f"{FIGURES}{name}",))


def _descriptions(before: State, after: State) -> Iterator[Passage]:
    for name in sorted(before.numbers.keys() & after.numbers.keys()):
        if (about := after.numbers[name].about) and about == before.numbers[name].about:
            yield _passage("description", name, about, (name,))


def _reasons(before: State, after: State) -> Iterator[Passage]:
    for claim in sorted(before.cards.keys() & after.cards.keys()):
        if (reason := after.cards[claim].reason) and reason == before.cards[claim].reason:
            yield _passage("reason", claim, reason, after.cards[claim].values, (claim,))
