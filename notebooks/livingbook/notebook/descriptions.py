"""What each published result of a notebook is: its unit, its rounding and one sentence, in a file of its own.

The file is ``descriptions/NOTEBOOK.yml`` in the folder of the notebooks. So the cells of a notebook hold the analysis, and all that
is said of its results can be read, corrected and translated in one place::

    applications: {unit: applications, step: 1, about: "Appeals to the hotline, last total."}
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from livingbook import recording
from livingbook.project.validation import validated
from livingbook.system.readers import yaml_from

FOLDER = "descriptions"


class Description(BaseModel):
    """What one result is.

    unit: what is counted; "share" is printed as percent. step: rounding unit; without it, what the bounds support
    (a whole percent for a share). about: one sentence that says what the result is.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    unit: Annotated[str, Field(min_length=1)]
    about: Annotated[str, Field(min_length=1)]
    step: Annotated[float, Field(gt=0)] | None = None


def read_descriptions(notebook: str) -> dict[str, Description]:
    """Name of a result → its description; empty if the notebook has no such file. Raises ``BuildError`` naming file and entry."""
    path = folder_of_notebooks() / FOLDER / f"{notebook}.yml"
    found = yaml_from(path, path.read_bytes()) if path.is_file() else {}
    entries = found if isinstance(found, dict) else {FOLDER: found}
    return {str(name): validated(Description, entry, f"{path}, {name}") for name, entry in entries.items()}


def folder_of_notebooks() -> Path:
    """In a build, as the recorder knows it; else the working folder, or ``notebooks`` in it, as editors start kernels in either."""
    recorder, here = recording.recorder(), Path.cwd()
    if recorder:
        return Path(recorder.root) / "notebooks"
    return next((each for each in (here, here / "notebooks") if (each / FOLDER).is_dir()), here)
