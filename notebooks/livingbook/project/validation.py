"""Checking what a settings file holds against a pydantic model, with faults in words. It imports pydantic, so import it lazily."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from livingbook.system.errors import BuildError, printable

MOST_FAULTS = 5  # that are listed
# pydantic's type of an error → the reason in words of a settings file. Other errors keep pydantic's words.
REASONS = {
    "missing": "is missing",
    "extra_forbidden": "there is no such setting",
    "dict_type": "must be names with values",
    "model_type": "must be names with values",
    "list_type": "must be a list",
    "string_type": "must be a text",
}

Model = TypeVar("Model", bound=BaseModel)


def validated(model: type[Model], given: Any, where: str) -> Model:
    """The model made from what a file holds.

    where: file and entry, with which each fault begins. Raises ``BuildError`` with the faults, a line each: entry, field, what
    stands there, and why it is wrong.
    """
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise BuildError("\n".join(f"{where}{_in_words(each)}" for each in error.errors()[:MOST_FAULTS])) from None


def _in_words(fault: ErrorDetails) -> str:
    field = ", ".join(printable(str(part)) for part in fault["loc"])
    reason = REASONS.get(fault["type"]) or fault["msg"].removeprefix("Value error, ")
    reason = f"{reason[:1].lower()}{reason[1:]}"
    value = fault["input"]
    shown = f" = {printable(repr(value))}" if field and isinstance(value, str | int | float | None) else ""
    return f"{f', {field}' if field else ''}{shown}: {reason}"
