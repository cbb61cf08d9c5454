"""What the book's JSON files look like, as JSON Schemas beside them: of results, claims, evidence and changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from livingbook.changes.report import Report

FOLDER = Path(__file__).parents[1] / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """Name of a JSON file of the book → its schema. That of the changes follows from the model that they are written from."""
    changes = {
        "$schema": DIALECT,
        **Report.model_json_schema(mode="serialization"),
        "title": "changes.json",
        "description": "What differs between two editions of the book.",
    }
    typed = {path.name.partition(".")[0]: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.schema.json"))}
    return {**typed, "changes": changes}
