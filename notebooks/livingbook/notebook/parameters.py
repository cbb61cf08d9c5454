"""Parameters of a notebook: their kinds, and the check of their values.

A notebook declares its parameters in the cell tagged ``parameters``, as ``name: Kind = default  # what it is``. The kinds
below give type, unit and range. papermill and Jupyter both run that cell as ordinary Python; a notebook then calls ``check``,
before it computes anything.
"""

from __future__ import annotations

import ast
import difflib
import importlib
import os
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

from livingbook.project.settings import TITLED
from livingbook.values.days import LATEST, is_day

ENDS = (("_low", "_high"), ("_min", "_max"), ("_start", "_end"), ("_from", "_to"))  # by which the names of two ends differ
INJECTED = "# Parameters"  # first line of the cell that papermill adds


class ParameterError(Exception):
    """A wrong declaration or value of a parameter. A notebook shows the message alone, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [f"ParameterError: {self}"]


def _day(text: str) -> str:
    if not is_day(text):
        raise ValueError("must be a day of the calendar, written as 2025-06-09")
    return text


def _as_of(text: str) -> str:
    return text if text == LATEST else _day(text)


@dataclass(frozen=True)
class Unit:
    """The unit of a kind of parameter, and its range in words."""

    unit: str
    range: str


AsOf = Annotated[str, AfterValidator(_as_of), Unit("date", "latest, or a day as 2025-06-09")]
Day = Annotated[str, AfterValidator(_day), Unit("date", "a day as 2025-06-09")]
Folder = Annotated[str, Field(min_length=1), Unit("folder", "a path, relative to notebooks/ or absolute")]
Share = Annotated[float, Field(strict=True, ge=0, le=1), Unit("share", "0 to 1")]
Ratio = Annotated[float, Field(strict=True, gt=0, le=1000), Unit("ratio", "above 0, to 1,000")]
Months = Annotated[float, Field(strict=True, gt=0, le=240), Unit("months", "above 0, to 240")]
Count = Annotated[int, Field(strict=True, ge=1, le=1_000_000), Unit("number", "1 to 1,000,000")]
KINDS = {"AsOf": AsOf, "Day": Day, "Folder": Folder, "Share": Share, "Ratio": Ratio, "Months": Months, "Count": Count}


def is_kind(value: Any) -> bool:
    """Whether a value is a kind of parameter: a type that is annotated with a ``Unit``."""
    return any(isinstance(mark, Unit) for mark in getattr(value, "__metadata__", ()))


def kinds_of(module: str, folder: Path) -> dict[str, Any]:
    """Name → kind: those of all books, and those of the book's own ``module`` in ``folder``; "" for no module.

    Raises ``ParameterError`` if the module cannot be imported.
    """
    if not module:
        return KINDS
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    try:
        own = vars(importlib.import_module(module))
    except Exception as error:  # the module is the book's own, and may fail in any way
        raise ParameterError(f"{module}, which has the kinds of parameters: {type(error).__name__}: {error}") from None
    return KINDS | {name: value for name, value in own.items() if is_kind(value)}


@dataclass(frozen=True)
class Parameter:
    """A declared parameter. kind: the name of its kind; meaning: the comment beside it; type: the annotated type of its kind."""

    name: str
    kind: str
    default: Any
    meaning: str
    type: Any = field(repr=False)

    @property
    def unit(self) -> Unit:
        """Its unit and range, which its kind has."""
        return next(mark for mark in self.type.__metadata__ if isinstance(mark, Unit))

    def __str__(self) -> str:
        return f"{self.name} = {self.default!r} ({self.unit.unit}; {self.unit.range}): {self.meaning}"


def declared(source: str, kinds: Mapping[str, Any] = KINDS) -> list[Parameter]:
    """The parameters that the source of a parameters cell declares.

    Raises ``ParameterError`` for a line that is not ``name: Kind = default  # what it is``.
    """
    lines = source.split("\n")  # not splitlines, which also splits at characters that Python takes for spaces
    found: list[Parameter] = []
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ParameterError(f"parameters cell: is not Python: {getattr(error, 'msg', None) or error}") from None
    for node in body:
        line = lines[node.lineno - 1]
        if not (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and node.value
            and isinstance(node.annotation, ast.Name)
            and node.annotation.id in kinds
            and "#" in line
        ):
            raise ParameterError(
                f"parameters cell, {line!r}: write `name: Kind = default  # what it is`, with a kind of {', '.join(kinds)}"
            )
        if node.target.id in {each.name for each in found}:
            raise ParameterError(f"parameters cell, {line!r}: {node.target.id} is declared twice")
        try:
            default = ast.literal_eval(node.value)
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            raise ParameterError(f"parameters cell, {line!r}: the default must be written out, a number or a text") from None
        kind = node.annotation.id
        found.append(Parameter(node.target.id, kind, default, line.split("#", 1)[1].strip(), kinds[kind]))
    return found


def of_notebook(notebook: Mapping[str, Any], kinds: Mapping[str, Any] = KINDS) -> list[Parameter]:
    """The parameters of a notebook (as nbformat reads it). Raises ``ParameterError`` if it has no parameters cell."""
    for cell in notebook["cells"]:
        if "parameters" in cell["metadata"].get("tags", ()):
            return declared("".join(cell["source"]), kinds)
    raise ParameterError("no cell is tagged `parameters`")


def faults(parameters: Iterable[Parameter], given: Mapping[str, Any]) -> list[str]:
    """What is wrong with given values, a sentence each: unknown name, wrong type, out of range, a lower end above its upper end.

    A parameter that is not given has its default.
    """
    known = {parameter.name: parameter for parameter in parameters}
    found = []
    for name, value in given.items():
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            found.append(f"{name}: no such parameter" + (f"; did you mean {close[0]}?" if close else ""))
            continue
        try:
            _adapter(known[name].type).validate_python(value)
        except ValidationError as error:
            what = error.errors()[0]["msg"].removeprefix("Value error, ")
            unit = known[name].unit
            found.append(f"{name} = {value!r}: {what[0].lower()}{what[1:]} ({unit.unit}; {unit.range})")
    if not found:
        values = {name: given.get(name, parameter.default) for name, parameter in known.items()}
        found = [
            f"{low} = {values[low]!r}: must be at most {high}, which is {values[high]!r}"
            for low, high in ordered(known)
            if (low in given or high in given) and values[low] > values[high]
        ]
    return found


@cache  # making one takes a hundred times as long as asking it, and the many settings of a sweep ask the same
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def ordered(names: Iterable[str]) -> list[tuple[str, str]]:
    """The pairs of parameters that are the lower and the upper end of something, as ``never_low`` and ``never_high``."""
    names = set(names)
    return sorted(
        (name, other)
        for name in names
        for lower, upper in ENDS
        if name.endswith(lower) and (other := name.removesuffix(lower) + upper) in names
    )


def partner_of(name: str, names: Iterable[str]) -> str:
    """The parameter that is the other end to this one; "" if there is none."""
    return next((other for pair in ordered(names) if name in pair for other in pair if other != name), "")


def require(parameters: Iterable[Parameter], given: Mapping[str, Any]) -> None:
    """Raises ``ParameterError`` with all faults and the list of valid parameters, if there is any fault."""
    parameters = list(parameters)
    if found := faults(parameters, given):
        valid = "\n".join(f"  {parameter}" for parameter in parameters)
        raise ParameterError("\n".join([*found, "Valid parameters:", valid]))


def check(shell: Any) -> None:
    """Checks, inside a notebook, the parameters it runs with: ``check(get_ipython())`` after the parameters cell.

    Reads the cells executed so far: the one that declares, and what papermill injected after it. Raises
    ``ParameterError``. Folders are relative to notebooks/, and some editors start kernels in the folder above: the kernel then
    goes to notebooks/.
    """
    if Path("notebooks").is_dir() and Path(TITLED).is_file():
        os.chdir("notebooks")
    cells = [source for source in shell.user_ns["In"] if isinstance(source, str)]
    kinds = KINDS | {name: value for name, value in shell.user_ns.items() if is_kind(value)}
    parameters = next(declared(source, kinds) for source in reversed(cells) if _declares(source))
    injected = next((source for source in reversed(cells) if source.startswith(INJECTED)), "")
    names = [parameter.name for parameter in parameters] + re.findall(r"^(\w+)\s*=", injected, flags=re.M)
    require(parameters, {name: shell.user_ns[name] for name in dict.fromkeys(names)})


def _declares(source: str) -> bool:
    return re.search(r"^as_of\s*:\s*AsOf\s*=", source, flags=re.M) is not None
