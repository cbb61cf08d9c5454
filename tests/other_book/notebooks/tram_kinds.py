"""Kinds of parameters that only this book has."""

from typing import Annotated

from livingbook.notebook.parameters import Unit
from pydantic import Field

Trips = Annotated[int, Field(strict=True, gt=0, le=1_000_000), Unit("trips", "1 to 1,000,000")]
