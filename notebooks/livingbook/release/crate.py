"""The RO-Crate of a release (profile Process Run Crate): which notebooks ran, with which software, on which rows, to what result.

It holds one action for each notebook of each edition. It states no times: nothing in it depends on when or where a notebook ran, so
that the same inputs give the same crate.
"""

from __future__ import annotations

import io
import json
import mimetypes
import platform
import tempfile
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from rocrate.model import ContextEntity, DataEntity
from rocrate.rocrate import ROCrate

from livingbook.evidence.reading import load
from livingbook.formats.formats import about
from livingbook.project.project import Edition, Project
from livingbook.runs.notebook_source import source_of
from livingbook.runs.up_to_date import runs_of_book
from livingbook.runs.validity import made_inputs
from livingbook.site import provenance
from livingbook.system.digests import digest, digest_of_bytes
from livingbook.system.errors import BuildError
from livingbook.system.files import as_json, tree

NAME = "ro-crate-metadata.json"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
CONTEXT = "https://w3id.org/ro/crate/1.1/context"
AUTHORS = "#authors"
FOLDERS = {
    "html": "The published book",
    "data": "The evidence",
    "notebooks": "The notebooks and their library",
    "executed": "The executed notebooks, by edition",
    "sweeps": "The tables of sweeps",
    "book": "The chapters",
    "tests": "The tests",
}
# Files that runs used or made, which are listed one by one.
RUNS = ("notebooks/*.ipynb", "data/*.csv", "executed/*/*.ipynb", "sweeps/*.csv", "html/figures/*/*.csv", "html/figures/*/*.svg")


def as_text(project: Project, editions: Iterable[Edition], folder: Path, day: str) -> str:
    """The metadata of the crate in ``folder``, in which all other files must be already. day: the last day of evidence, ISO."""
    book = provenance.of_stage(project)
    crate = ROCrate(version="1.1")  # the version that the profile is based on
    root = crate.root_dataset
    licence = crate.add(
        ContextEntity(
            crate,
            provenance.LICENCE[1],
            {"@type": "CreativeWork", "name": provenance.LICENCE[2], "identifier": provenance.LICENCE[0]},
        )
    )
    crate.add(ContextEntity(crate, PROFILE, {"@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"}))
    authors = crate.add(ContextEntity(crate, AUTHORS, {"@type": "Organization", "name": about(project)["authors"]}))
    facts = {
        "name": book.title,
        "description": f"The book, its evidence, its notebooks and every run of them; {book.name}.",
        "version": book.version,
        "datePublished": day,
        "license": licence,
        "author": authors,
        "conformsTo": {"@id": PROFILE},
    }
    for key, value in facts.items():
        root[key] = value
    add_files(crate, folder)
    tools = add_tools(crate, project, book.version)
    actions = [add_action(crate, project, edition, name, tools) for edition in editions for name in project.notebook_names]
    root["mentions"] = actions
    return as_json(crate.metadata.generate())


def add_files(crate: ROCrate, folder: Path) -> None:
    """Adds the folders of the release, whose files its manifest lists, and one by one the files that runs used or made."""
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            crate.add(DataEntity(crate, f"{path.name}/", {"@type": "Dataset", "name": FOLDERS.get(path.name, path.name)}))
        else:
            crate.add(DataEntity(crate, path.name, described(path.name, path)))
    for pattern in RUNS:
        for path in sorted(folder.glob(pattern)):
            name = path.relative_to(folder).as_posix()
            crate.add(DataEntity(crate, name, described(name, path)))


def described(name: str, path: Path) -> dict[str, Any]:
    """The properties of a file in the crate. The source of a notebook is a file and a program."""
    content = path.read_bytes()
    return {
        "@type": ["File", "SoftwareSourceCode"] if is_program(name) else "File",
        "name": path.name,
        "contentSize": str(len(content)),
        "sha256": digest_of_bytes(content),
        "encodingFormat": kind(path),
    }


def is_program(name: str) -> bool:
    """Whether a file of the release is the source of a notebook."""
    return name.startswith("notebooks/") and name.endswith(".ipynb")


def kind(path: Path) -> str:
    """A file's media type."""
    known = {
        ".ipynb": "application/x-ipynb+json",
        ".cff": "text/yaml",
        ".yml": "text/yaml",
        ".md": "text/markdown",
        ".toml": "text/x-toml",
        ".csv": "text/csv",
        ".svg": "image/svg+xml",
        ".epub": "application/epub+zip",
    }
    return known.get(path.suffix) or mimetypes.guess_type(path.name, strict=False)[0] or "application/octet-stream"


def hash_of(folder: Path) -> str:
    """Hash of all files below a folder, with their names."""
    return digest(*(part for path in tree(folder) for part in (path.relative_to(folder).as_posix(), path)))


def add_tools(crate: ROCrate, project: Project, version: str) -> list[Any]:
    """Adds what every notebook runs with, and returns it: Python, the packages of engine and subject, the lock."""
    python = crate.add(
        ContextEntity(
            crate,
            "#python",
            {
                "@type": "SoftwareApplication",
                "name": "Python",
                "softwareVersion": platform.python_version(),
                "url": "https://www.python.org/",
            },
        )
    )
    packages = [
        crate.add(
            DataEntity(
                crate,
                f"notebooks/{folder.name}/",
                {
                    "@type": ["Dataset", "SoftwareSourceCode"],
                    "name": f"The package {folder.name}",
                    "version": version,
                    "identifier": f"sha256:{hash_of(folder)}",
                    "description": "The identifier is a hash of all its files.",
                },
            )
        )
        for folder in project.packages
    ]
    return [python, *packages, crate.dereference("requirements.txt")]


def add_action(crate: ROCrate, project: Project, edition: Edition, name: str, tools: list[Any]) -> Any:
    """Adds the run of one notebook for one edition. Raises ``BuildError`` if a file that it made is not published."""
    run = runs_of_book(project)[edition.name][name]
    document, record = run.document, run.record
    program = crate.dereference(f"notebooks/{name}.ipynb")
    program["name"], program["softwareRequirements"] = document["title"], tools
    label = f"{edition.name}-{name}"
    executed = crate.dereference(f"executed/{edition.name}/{name}.ipynb")
    files = sorted(
        {
            body[key]
            for each in ("figures", "tables")
            for body in document[each].values()
            for key in ("csv", "wide", "narrow")
            if key in body
        }
    )
    made = [crate.dereference(f"html/figures/{edition.name}/{file}") for file in files]
    if missing := [file for file, entity in zip(files, made, strict=True) if entity is None]:
        raise BuildError(f"{name}, edition {edition.name}: not among the published files: {', '.join(missing)}")
    action = ContextEntity(
        crate,
        f"#run-{label}",
        {
            "@type": "CreateAction",
            "name": f"{document['title']} (notebook {name}, edition {edition.name})",
            "identifier": run.folder.name,
            "description": f"The evidence as of {edition.as_of}. The identifier is that of the run: a hash of source, lock, "
            "assumptions and everything that it read.",
            "actionStatus": "http://schema.org/CompletedActionStatus",
        },
    )
    crate.add(action)
    action["instrument"], action["agent"] = program, crate.dereference(AUTHORS)
    action["object"] = [*parameters(crate, project, edition, name, label), *read(crate, project, edition, record, label)]
    action["result"] = [executed, *made, numbers(crate, document, label)]
    return action


def parameters(crate: ROCrate, project: Project, edition: Edition, name: str, label: str) -> list[Any]:
    """Adds every parameter of the notebook with its value: the edition's, else the notebook's default."""
    source = source_of(project, name)
    given = {"as_of": edition.as_of, "data": "../data", **edition.assumptions.get(name, {})}
    return [
        crate.add(
            ContextEntity(
                crate,
                f"#parameter-{label}-{each.name}",
                {
                    "@type": "PropertyValue",
                    "name": each.name,
                    "value": given.get(each.name, each.default),
                    "description": each.meaning,
                    "unitText": each.unit.unit,
                },
            )
        )
        for each in source.parameters
        if each.name != "results"
    ]


def read(crate: ROCrate, project: Project, edition: Edition, record: Mapping[str, Any], label: str) -> list[Any]:
    """Adds the keys of the rows that a run read; returns these, the tables, and the results of other runs that it read."""
    evidence = load(project.with_data_of(edition).data).view(edition.as_of)
    found: list[Any] = []
    reads = [(json.loads(what.removeprefix("rows:")), was) for what, was in record["inputs"] if what.startswith("rows:")]
    for table in sorted({each["table"] for each, _ in reads}):
        selections = [(each, was) for each, was in reads if each["table"] == table]
        rows = sorted({key for each, _ in selections for key in evidence.rows(each).iloc[:, 0]})
        found.append(crate.dereference(f"data/{table}.csv"))
        found.append(
            crate.add(
                ContextEntity(
                    crate,
                    f"#rows-{label}-{table}",
                    {
                        "@type": "PropertyValue",
                        "name": f"rows read of {table}",
                        "value": rows,
                        "identifier": f"sha256:{digest(*(was for _, was in selections))}",
                        "description": "The keys of the rows. Selected by: "
                        + json.dumps([each["where"] for each, _ in selections], sort_keys=True),
                    },
                )
            )
        )
    for kind, name in made_inputs(record["inputs"]):
        found.append(crate.dereference(f"sweeps/{name}.csv" if kind == "sweep" else f"executed/{edition.name}/{name}.ipynb"))
    return [each for each in found if each is not None]


def numbers(crate: ROCrate, document: Mapping[str, Any], label: str) -> Any:
    """Adds the numbers that a run published, as the book prints them."""
    return crate.add(
        ContextEntity(
            crate,
            f"#results-{label}",
            {
                "@type": "PropertyValue",
                "name": f"numbers published by {document['notebook']}",
                "value": [f"{name}: {body['text']} {body['unit']}" for name, body in sorted(document["results"].items())],
            },
        )
    )


def faults(folder: Path) -> list[str]:
    """What the validator finds wrong in a crate by the requirements of its profile. It needs no network."""
    from rocrate_validator import services
    from rocrate_validator.models import Severity, ValidationSettings

    with tempfile.TemporaryDirectory() as cache:
        keep_context(Path(cache) / "http")
        settings = ValidationSettings(
            rocrate_uri=str(folder),
            profile_identifier="process-run-crate",
            offline=True,
            requirement_severity=Severity.REQUIRED,
            cache_path=Path(cache) / "http",
        )
        return [f"{issue.check.identifier}: {issue.message}" for issue in services.validate(settings).get_issues()]


def keep_context(cache: Path) -> None:
    """Puts the crate's vocabulary into the validator's cache, so that it need not be fetched.

    The package rocrate brings a copy. It is of a later version, which has all terms of the one that the crate names.
    """
    from requests import Request
    from requests.adapters import HTTPAdapter
    from requests_cache import CachedSession
    from urllib3 import HTTPResponse

    asked = Request("GET", CONTEXT).prepare()
    body = io.BytesIO(resources.files("rocrate").joinpath("data", "ro-crate.jsonld").read_bytes())
    raw = HTTPResponse(body, {"Content-Type": "application/ld+json"}, 200, preload_content=False, request_url=CONTEXT)
    with CachedSession(cache_name=str(cache), backend="sqlite", expire_after=-1) as session:
        session.cache.save_response(HTTPAdapter().build_response(asked, raw))
