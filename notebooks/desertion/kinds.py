"""Kinds of parameters of this book, in addition to those of the engine."""

from __future__ import annotations

from typing import Annotated

from livingbook.notebook.parameters import Unit
from pydantic import Field

Persons = Annotated[int, Field(strict=True, gt=0, le=20_000_000), Unit("persons", "1 to 20,000,000")]
