"""The words typed outside of chapters: titles and labels of figures, what numbers are said to be, reasons for verdicts.

They hold no roles. What their author says that they rest on (``rests``) stands in ``book/labels.yml``, by figure, number or claim,
and by kind of label::

    catch.landings:
      subtitle: "no herring coast"
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from livingbook.system.errors import BuildError
from livingbook.system.readers import yaml_of
from livingbook.words.passages import Passage
from livingbook.words.state import FIGURES, State

RESTS = "book/labels.yml"
NOTHING: Mapping[str, Mapping[str, str]] = MappingProxyType({})
OF_FIGURE = ("title", "subtitle", "caption", "label")


def labels(before: State, after: State, rests: Mapping[str, Mapping[str, str]] = NOTHING) -> list[Passage]:
    """The words that stand as they stood: those that a notebook words anew with its findings follow the rows by themselves.

    rests: of a figure, number or claim, kind of label → what it rests on.
    """
    found = [*_of_figures(before, after), *_descriptions(before, after), *_reasons(before, after)]
    said = (rests.get(each.of, {}).get(each.kind, "") for each in found)
    return [replace(each, rests=(on,)) if on else each for each, on in zip(found, said, strict=True)]


def rests_of_labels(root: Path) -> dict[str, dict[str, str]]:
    """What the labels of a book rest on; nothing where it has no such file. Raises ``BuildError`` for one of another form."""
    path = root / RESTS
    found = yaml_of(path) if path.is_file() else {}
    if not isinstance(found, dict):
        raise BuildError(f"{path}: must list figures, numbers or claims, each with what its labels rest on")
    for name, kinds in found.items():
        if not isinstance(kinds, dict) or not all(isinstance(each, str) for pair in kinds.items() for each in pair):
            raise BuildError(f"{path}, {name}: must list kinds of labels, each with what they rest on, as text")
    return found


def strange(rests: Mapping[str, Mapping[str, str]], state: State) -> Iterator[str]:
    """The labels in that file which a book does not have, in words."""
    for name, kinds in rests.items():
        figure = state.figures.get(name)
        there = {kind for kind in OF_FIGURE if figure and (kind == "label" or getattr(figure, kind))}
        there |= {"description"} if name in state.numbers else {"reason"} if name in state.cards else set()
        for kind in kinds.keys() - there:
            yield f"{RESTS}, {name}: there is no {kind} of it" + (f"; there are {', '.join(sorted(there))}" if there else "")


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
