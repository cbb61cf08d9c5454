"""What the file of sweeps may hold for one sweep: its notebooks, and the values of what varies."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, model_validator

from livingbook.system.errors import printable
from livingbook.values.days import LATEST, is_day

MONTHS = re.compile(r"months(?: since (\d{4}-\d\d-\d\d))?")  # how the ends of all months are asked for
# How a range is asked for: first, last and step, as 100000..400000:50000; the last value is among them if the steps reach it.
RANGE = re.compile(r"(-?\d+(?:\.\d+)?)\.\.(-?\d+(?:\.\d+)?):(\d+(?:\.\d+)?)")
ORIGINS = "origins"  # how each origin in turn is asked for
MOST_SETTINGS = 100_000


def _values(given: Any) -> list[Any]:
    if isinstance(given, str) and ".." in given:
        given = [given]
    if not isinstance(given, list) or not given:
        raise ValueError(
            "must be a list of values, or a range as 100000..400000:50000 (or as_of: months, as_of: months since 2022-03-01, "
            "without: origins)"
        )
    for value in given:
        if isinstance(value, list | dict):
            raise ValueError(f"{printable(str(value))}: each value is a number or a text")
    return [number for value in given for number in (_range(value) if isinstance(value, str) and ".." in value else [value])]


def _range(given: str) -> list[float]:
    """The numbers of a range, whole ones if all three of its numbers are."""
    if not (asked := RANGE.fullmatch(given.strip())):
        raise ValueError(f"{printable(given)}: a range is written first..last:step, as 100000..400000:50000")
    first, last, step = map(Decimal, asked.groups())
    if last < first or not step:
        raise ValueError(f"{printable(given)}: a range goes upwards, in steps above 0")
    if (steps := int((last - first) / step)) >= MOST_SETTINGS:
        raise ValueError(f"{printable(given)}: asks for more than {MOST_SETTINGS:,} settings")
    kind = float if "." in given.replace("..", "") else int
    return [kind(first + index * step) for index in range(steps + 1)]


def _days(given: Any) -> list[Any] | str:
    if isinstance(given, str) and (asked := MONTHS.fullmatch(given)) and (asked[1] is None or is_day(asked[1])):
        return given
    for value in _values(given):
        if value != LATEST and not is_day(str(value)):
            raise ValueError(f"as_of = {printable(str(value))!r}: must be latest, or a day as 2025-06-09")
    return given


def _origins(given: Any) -> list[Any] | str:
    return given if given == ORIGINS else _values(given)


Values = Annotated[list[Any], PlainValidator(_values)]
Days = Annotated[list[Any] | str, PlainValidator(_days)]
Origins = Annotated[list[Any] | str, PlainValidator(_origins)]


class SweepSettings(BaseModel):
    """A sweep as the file has it. Beside ``notebooks`` every name is one of what varies, usually a parameter of the notebooks.

    Names are therefore not forbidden here: whether a notebook takes the parameter, the project decides.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Values]

    notebooks: Annotated[list[str], Field(min_length=1)]
    as_of: Days | None = None
    without: Origins | None = None

    @property
    def grid(self) -> dict[str, list[Any] | str]:
        """What varies → its values, or the word by which the data give them; see ``Sweep``. In alphabetical order."""
        given = {"as_of": self.as_of, "without": self.without, **(self.__pydantic_extra__ or {})}
        return {name: values for name, values in sorted(given.items()) if values is not None}

    @model_validator(mode="after")
    def _varies(self) -> SweepSettings:
        grid = self.grid
        if not grid:
            raise ValueError("has a list of notebooks, and lists or ranges of values for what varies")
        if math.prod(len(given) for given in grid.values() if isinstance(given, list)) > MOST_SETTINGS:
            raise ValueError(f"asks for more than {MOST_SETTINGS:,} settings")
        return self
