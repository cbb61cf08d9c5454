"""The lock: the state of the book for which its words were last read, and what was doubtful then in chapters not read since.

``book/words.json`` is committed with the chapters. Prose can be rewritten without touching it: it holds numbers, verdicts and rows,
not sentences, except those that stay doubtful.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from livingbook.project.project import Project
from livingbook.system.errors import BuildError
from livingbook.system.files import write
from livingbook.words.doubts import Cause
from livingbook.words.state import State, from_json

FILE = "book/words.json"
FORM = 1
Open = Mapping[str, Mapping[str, tuple[Cause, ...]]]  # chapter → key of a passage → why it was doubtful when another one was read


@dataclass(frozen=True)
class Lock:
    """What was read: the state, and chapter → passages that were left doubtful."""

    state: State
    open: Open = field(default_factory=dict)


def path_of(project: Project) -> Path:
    """Where the lock of a book is."""
    return project.root / FILE


def load(project: Project) -> Lock | None:
    """The lock; ``None`` if the book has none. Raises ``BuildError`` for a file that is no lock."""
    path = path_of(project)
    if not path.is_file():
        return None
    try:
        body = json.loads(path.read_bytes().removeprefix(codecs.BOM_UTF8))
        if body["form"] != FORM:
            raise ValueError(f"form {body['form']!r}")
        left = {
            chapter: {key: tuple(map(_cause, causes)) for key, causes in entries.items()}
            for chapter, entries in body["open"].items()
        }
        return Lock(from_json(body["state"]), left)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise BuildError(
            f"{path}: not the lock of a book's words ({type(error).__name__}: {error}); put the committed file back, "
            "or remove it and `make read CHAPTER=all` when every chapter has been read"
        ) from None


def _cause(body: Mapping[str, Any]) -> Cause:
    return Cause(body["rule"], body["words"], body["certain"], tuple(body["rows"]))


def save(project: Project, lock: Lock) -> None:
    """Writes the lock: one entry a line, so that a later reading shows in a comparison what was read anew."""
    body = {
        "form": FORM,
        "open": {chapter: {key: [asdict(each) for each in causes] for key, causes in sorted(entries.items())}
                 for chapter, entries in sorted(lock.open.items()) if entries},
        "state": lock.state.as_json(),
    }  # fmt: skip
    write(path_of(project), _lines(body))


def _lines(body: Mapping[str, Any]) -> str:
    """JSON in which each entry of the second level stands on a line of its own."""
    parts = []
    for name, value in body.items():
        if name == "state":
            inner = ",\n".join(f'  "{kind}": {_entries(entries, "   ")}' for kind, entries in value.items())
            parts.append(f' "state": {{\n{inner}\n }}')
        else:
            parts.append(f' "{name}": {_entries(value, "  ") if isinstance(value, dict) else json.dumps(value)}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _entries(entries: Mapping[str, Any], indent: str) -> str:
    lines = (f"{indent}{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in entries.items())
    return "{\n" + ",\n".join(lines) + f"\n{indent[:-1]}}}" if entries else "{}"
