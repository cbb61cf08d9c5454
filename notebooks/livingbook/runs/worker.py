"""A run on a worker of a cluster: ``python -m livingbook.runs.worker FOLDER NOTEBOOK PARAMETERS FIGURES EDITION ANSWER``.

The folder holds all that the notebook may read. The answer is a file: the executed notebook with its record, as JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import nbformat

from livingbook.project.project import Project
from livingbook.runs.running import run_recorded
from livingbook.system.errors import BuildError


def main(folder: str, name: str, asked: str, figures: str, edition: str, answer: str) -> int:
    """Runs the notebook; returns 0, or 1 with the error on the error stream."""
    project = Project.at(Path(folder))
    try:
        source, results = (project.notebooks / f"{name}.ipynb").read_bytes(), project.edition_folder(edition)
        ran = run_recorded(project, name, source, json.loads(asked), figures == "True", project.data, results)
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    body = {**vars(ran), "notebook": nbformat.writes(ran.notebook) if ran.notebook else "", "failure": str(ran.failure or "")}
    Path(answer).write_text(json.dumps(body), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
