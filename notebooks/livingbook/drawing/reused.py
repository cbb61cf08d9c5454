"""Drawings of earlier builds: a figure is drawn anew only if something that decides how it looks has changed.

That is decided by content: what is drawn (the chart with its settings, its table, title and height), the code of all project
modules that the notebook has loaded, the style, matplotlib's settings, and the locked packages. A function of the notebook's own is
known by its code and by the values that it names. What cannot be told is drawn every time: a chart that holds an object of a class
of the notebook's own, or that reads something while it draws. Only builds keep drawings.
"""

from __future__ import annotations

import io
import os
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import matplotlib as mpl

from livingbook import recording
from livingbook.drawing.figures import STYLE, Draw, render
from livingbook.system.digests import digest
from livingbook.system.files import write

MARK = 64  # characters of the digest before a drawing, by which one is known that was damaged


ROUNDABOUT = {"globals", "locals", "vars", "eval", "exec", "getattr", "__import__", "get_ipython"}  # ways to what is not named


class _CannotTell(Exception):
    """What decides a drawing cannot be told."""


class _Pickler(pickle.Pickler):
    """Pickles by name what modules define, as every pickler does, and functions of the notebook by what they consist of."""

    def reducer_override(self, what: Any) -> Any:
        of_module = getattr(what, "__module__", None) != "__main__" and "<" not in getattr(what, "__qualname__", "")
        if isinstance(what, ModuleType):
            return str, (f"module {what.__name__}",)
        if of_module:
            return NotImplemented
        if not isinstance(what, FunctionType):
            raise _CannotTell
        names = set(_names(what.__code__))
        if names & ROUNDABOUT:
            raise _CannotTell
        named = {name: what.__globals__[name] for name in sorted(names & what.__globals__.keys())}
        enclosed = tuple(cell.cell_contents for cell in what.__closure__ or ())
        return tuple, ((_parts(what.__code__), what.__defaults__, what.__kwdefaults__, enclosed, named),)


def _names(code: CodeType) -> Iterator[str]:
    """The names that code uses, with those of the functions inside it."""
    yield from code.co_names
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _names(each)


def _parts(code: CodeType) -> tuple[Any, ...]:
    """What code does, without where it stands: a notebook's cells have other file names in every process."""
    constants = tuple(_parts(each) if isinstance(each, CodeType) else each for each in code.co_consts)
    shape = code.co_argcount, code.co_kwonlyargcount, code.co_flags, code.co_varnames, code.co_freevars, code.co_cellvars
    return code.co_code, code.co_names, constants, *shape


def kept_render(draw: Draw, data: Any, **shown: Any) -> str:
    """As ``render``, whose arguments it takes; in a build, the drawing of an earlier build if it would be the same."""
    recorder = recording.recorder()
    key = _key(recorder, draw, data, shown) if recorder else ""
    if not recorder or not key:
        return render(draw, data, **shown)
    path = recorder.cache.parent / "drawn" / key
    with recorder.unrecorded():
        content = path.read_text("utf-8") if path.is_file() else ""
        if content[:MARK] == digest(content[MARK:]):
            os.utime(path)
            return content[MARK:]
    before = recorder.extent
    drawn = render(draw, data, **shown)
    if recorder.extent == before:
        with recorder.unrecorded():
            write(path, digest(drawn) + drawn)
    return drawn


def _key(recorder: recording.Recorder, draw: Draw, data: Any, shown: dict[str, Any]) -> str:
    """A digest of all that decides a drawing; "" if that cannot be told."""
    style = STYLE.read_bytes()  # recorded as read, whether it is drawn or not
    pickled = io.BytesIO()
    try:
        _Pickler(pickled, protocol=5).dump((draw, data, sorted(shown.items())))
    except Exception:  # what cannot be pickled raises errors of any kind: a function that names itself has no end
        return ""
    code = sorted((what, found) for what, found in recorder.inputs.items() if what.endswith(".py"))
    with recorder.unrecorded():
        lock = recording.hash_of_file(Path(recorder.root, "requirements.txt"))
    return digest(pickled.getvalue(), style, repr(code), repr(sorted(mpl.rcParams.items())), lock, sys.version)
