"""The data package of the tables behind an edition's figures: what each table and column is, its sources, licence and hash.

It is a Data Package (https://datapackage.org), which programs of many languages read.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from livingbook.evidence.tables import read_table
from livingbook.project.project import Project
from livingbook.site.provenance import LICENCE, PACKAGE, Imprint, versioned
from livingbook.system.digests import digest_of_bytes
from livingbook.system.files import as_json, write
from livingbook.values.bounds import ENDS

END_TITLES = dict(zip(ENDS, ("lower end", "as published or computed", "upper end"), strict=True))
LICENCES = [dict(zip(("name", "path", "title"), LICENCE, strict=True))]


def describe(project: Project, folder: Path, book: Imprint) -> None:
    """Writes a ``datapackage.json`` beside the tables of each edition's figures in a book."""
    for edition in book.data:
        if tables := sorted((folder / "figures" / edition).glob("*.csv")):
            published = project.stage / "published" / edition
            sources = read_table(project.with_data_of(project.edition(edition)).data, "sources").set_index("source")
            described = published_tables(json.loads(path.read_text("utf-8")) for path in sorted(published.glob("*.json")))
            write(
                folder / "figures" / edition / PACKAGE, as_json(package(edition, tables, book, described, sources.to_dict("index")))
            )


def published_tables(documents: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """File name → what a notebook published of the figure or table that it belongs to."""
    return {
        entry["csv"]: entry for document in documents for kind in ("figures", "tables") for entry in document.get(kind, {}).values()
    }


def package(
    edition: str,
    tables: list[Path],
    book: Imprint,
    published: Mapping[str, Mapping[str, Any]],
    sources: Mapping[str, Mapping[str, str]],
) -> dict[str, Any]:
    """The package of an edition. published: as ``published_tables`` gives it. sources: key → its row."""
    return {
        "profile": "data-package",
        "name": f"{book.slug}-figures-{edition}".lower().replace("_", "-"),
        "title": f"{book.title}: the tables of figures, edition {edition}",
        **versioned(book),
        "licenses": LICENCES,
        "provenance": book.of(edition),
        "resources": [resource(path, published.get(path.name, {}), sources) for path in tables],
    }


def resource(path: Path, entry: Mapping[str, Any], sources: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """A table as a resource. entry: what was published of it, with title, subtitle, columns and keys of sources."""
    content = path.read_bytes()
    named = [sources[key] for key in entry.get("sources", []) if key in sources]
    words = {"title": entry.get("title", ""), "description": entry.get("subtitle", "")}
    return {
        "name": path.stem.lower().replace("_", "-"),
        "path": path.name,
        **{name: text for name, text in words.items() if text},
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{digest_of_bytes(content)}",
        "schema": {"fields": fields(content.decode(), {each["name"]: each["label"] for each in entry.get("columns", [])})},
        "licenses": LICENCES,
        "sources": [{"title": f"{each['outlet']}: {each['title']}", "path": each["url"]} for each in named],
    }


def fields(content: str, labels: Mapping[str, str]) -> list[dict[str, str]]:
    """The columns of a table: name, type, and as title the label with its unit; a column of bounds is three columns in the file."""
    header, *rows = csv.reader(io.StringIO(content))
    return [
        {"name": name, "type": type_of(row[at] for row in rows), **({"title": title} if (title := title_of(name, labels)) else {})}
        for at, name in enumerate(header)
    ]


def title_of(name: str, labels: Mapping[str, str]) -> str:
    """The label of a column, and which end it holds of bounds; "" for a column without a label."""
    stem, _, end = name.rpartition("_")
    return labels.get(name) or (f"{labels[stem]}: {END_TITLES[end]}" if end in END_TITLES and stem in labels else "")


def type_of(cells: Iterable[str]) -> str:
    """The type of a column by its cells: "number", "date" or "string"."""
    given = [cell for cell in cells if cell]
    for kind, read in (("number", float), ("date", date.fromisoformat)):
        try:
            [read(cell) for cell in given]
        except ValueError:
            continue
        return kind if given else "string"
    return "string"
