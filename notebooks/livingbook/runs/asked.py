"""A run that is asked for, not made yet: its parameters, and what decides its outcome apart from its inputs."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from livingbook.project.project import COMMON, SETTING, Edition, Project
from livingbook.runs.notebook_source import Source
from livingbook.runs.present import Present

PUBLISHED_DATA = "../data"  # the data folder in the parameters of a published notebook


@dataclass(frozen=True)
class Asked:
    """A run that is asked for: a notebook of an edition, its file and its parameters."""

    project: Project
    edition: Edition
    name: str
    source: Source
    present: Present

    @cached_property
    def given(self) -> dict[str, Any]:
        """The parameters it gets: the common ones it declares, and the edition's assumptions. Raises ``BuildError``."""
        seen = self.project.with_data_of(self.edition)
        data = seen.relative_path(seen.folder_without(self.edition.without) if self.edition.without else seen.data)
        common = {"as_of": self.edition.as_of, "data": data, "results": f"../_build/editions/{self.edition.name}"}
        declared = {each.name for each in self.source.parameters}
        given = {key: value for key, value in common.items() if key in declared}
        return self.source.checked(given | dict(self.edition.assumptions.get(self.name, {})))

    @property
    def shown_parameters(self) -> dict[str, Any]:
        """The parameters as the published notebook has them: the book's tables lie beside it, wherever they came from."""
        return {key: PUBLISHED_DATA if key == "data" else value for key, value in self.given.items()}

    @cached_property
    def identity(self) -> dict[str, Any]:
        """What decides the outcome of the run, apart from its inputs. Editions with equal identities share runs with equal inputs.

        ``make verify`` sets ``LIVINGBOOK_ALONE``: editions then share no runs, which reveals a run that was shared wrongly.
        """
        shown = {key: value for key, value in self.given.items() if key not in COMMON or not self.source.only_passes_on(key)}
        apart = os.environ.get("LIVINGBOOK_ALONE") and not self.edition.name.startswith(SETTING)
        alone = {"edition": self.edition.name} if apart else {}
        return {
            **alone,
            "source": self.source.hash,
            "lock": self.present.hash(self.project.root / "requirements.txt"),
            "python": f"{sys.version_info.major}.{sys.version_info.minor}",
            "figures": self.edition.figures,
            "parameters": shown,
        }
