"""Reading ``notebooks/editions.yml``. It imports pydantic, so import it lazily: ``make book`` needs none of it to see that nothing
has changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator

from livingbook.project.project import COMMON, NAME, Edition, Project, possible
from livingbook.project.validation import validated
from livingbook.system.errors import BuildError, printable
from livingbook.system.readers import yaml_of
from livingbook.values.days import LATEST, is_day

SHAPE = "An edition has as_of and, if need be, data and assumptions: {as_of: latest, assumptions: {notebook: {parameter: value}}}"


def _latest_or_day(value: Any) -> str:
    if not isinstance(value, str) or (value != LATEST and not is_day(value)):
        raise ValueError("must be latest, or a day as 2025-06-09")
    return value


def _without_common(given: dict[str, Any]) -> dict[str, Any]:
    if common := sorted(given.keys() & set(COMMON)):
        raise ValueError(f"{', '.join(common)} cannot be assumed: one date and one data folder hold for the whole edition")
    return given


LatestOrDay = Annotated[str, PlainValidator(_latest_or_day)]
Assumptions = Annotated[dict[str, Any], AfterValidator(_without_common)]  # parameter → value


class EditionSettings(BaseModel):
    """The settings of one edition, as the file has them; ``Edition`` says what they mean. data: "" for that of the project."""

    model_config = ConfigDict(extra="forbid")

    as_of: LatestOrDay
    data: Annotated[str, Field(min_length=1)] = ""
    # YAML reads a name without anything after it as None.
    assumptions: Annotated[dict[str, Assumptions], BeforeValidator(lambda given: {} if given is None else given)] = {}


def read_editions(project: Project) -> list[Edition]:
    """The editions of ``notebooks/editions.yml``, in its order.

    Raises ``BuildError`` that names file, edition, field and reason: for a file that does not fit ``EditionSettings`` or has no
    edition ``latest``, for a data folder that does not exist, and for assumptions about a notebook that does not exist.
    """
    path = project.notebooks / "editions.yml"
    listed = yaml_of(path)
    if not isinstance(listed, dict) or LATEST not in listed:
        raise BuildError(f"{path}: must list editions by name, among them `latest`")
    return [_edition(project, f"{path}, edition {printable(name)!r}", name, settings) for name, settings in listed.items()]


def _edition(project: Project, where: str, name: str, given: Any) -> Edition:
    if not NAME.fullmatch(name):
        raise BuildError(f"{where}: must be a name: at most 60 letters of English, digits, underscores")
    try:
        settings = validated(EditionSettings, given, where)
    except BuildError as error:
        raise BuildError(f"{error}\n{SHAPE}") from None
    try:
        data = possible(project.root / settings.data) if settings.data else None
    except BuildError as error:
        raise BuildError(f"{where}, data: {error}") from None
    if data and not data.is_dir():
        raise BuildError(f"{where}, data: {data}: no such data folder")
    if strange := sorted(settings.assumptions.keys() - set(project.notebook_names)):
        there = ", ".join(project.notebook_names)
        raise BuildError(f"{where}, assumptions: no notebook {', '.join(map(printable, strange))}; there are {there}")
    assumptions: Mapping[str, Mapping[str, Any]] = settings.assumptions
    return Edition(name, settings.as_of, assumptions, data)
