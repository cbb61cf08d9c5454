"""The archive to deposit: the checkout that the book was built from, and everything that was made from it.

Unpacked, it is a checkout that can be built, with the book in every format beside it. The same inputs give the same bytes.
"""

from __future__ import annotations

import gzip
import json
import shutil
import tarfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from livingbook.project.citation import citation_of
from livingbook.project.project import Edition, Project
from livingbook.runs.present import Present
from livingbook.runs.runs import Runs
from livingbook.runs.up_to_date import runs_of_book
from livingbook.site import manifest
from livingbook.system.digests import digest_of_bytes
from livingbook.system.errors import BuildError
from livingbook.system.files import tree, write
from livingbook.system.readers import toml_of

CHECKOUT = (
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "LICENSE",
    "CITATION.cff",
    "Makefile",
    "pyproject.toml",
    "requirements.in",
    "requirements.txt",
    "_config.yml",
    "_toc.yml",
    "book",
    "lab",
    "notebooks",
    "tests",
)
# What a release must hold, and the files that show that it does.
PARTS = {
    "the pages": ("html/book/index.html", "html/results.json", "html/claims.json"),
    "the manifest of the pages": (f"html/{manifest.NAME}",),
    "the PDF": ("*.pdf",),
    "the EPUB": ("*.epub",),
    "the evidence": ("data/datapackage.json", "data/observations.csv", "data/sources.csv", "data/claims.csv"),
    "the notebooks": ("notebooks/*.ipynb", "notebooks/editions.yml"),
    "the executed notebooks": ("executed/*/*.ipynb",),
    "the library": ("notebooks/*/*.py",),
    "the chapters": ("book/*.md", "_config.yml", "_toc.yml"),
    "the lock": ("requirements.txt", "pyproject.toml"),
    "how to cite it, and the licence": ("CITATION.cff", "LICENSE", "README.md"),
    "the list of materials": ("sbom.cdx.json",),
    "the crate": ("ro-crate-metadata.json",),
    "the manifest": (manifest.NAME,),
}
MOMENT = 315532800  # seconds, 1980-01-01: the time of every file, so that equal releases are equal bytes


def make(project: Project, edition: str) -> Path:
    """Lays out and packs the release of a built book; returns the archive.

    Raises ``BuildError`` naming what is missing or wrong.
    """
    from livingbook.release import audit, crate
    from livingbook.site import provenance

    version, name = one_version(project.root), project.settings.name
    if missing := [
        f"{name}.{ending}: `make {ending}` makes it"
        for ending in ("pdf", "epub")
        if not (project.build / f"{name}.{ending}").is_file()
    ]:
        raise BuildError("\n".join(["the release is not complete:", *missing]))
    editions = project.editions_of_book(edition)
    folder = project.build / "release" / f"{name}-{version}"
    shutil.rmtree(folder.parent, ignore_errors=True)
    lay_out(project, editions, folder)
    write(folder / "sbom.cdx.json", audit.sbom(project.root, audit.licences(project.root)))
    settings = json.loads((project.stage / "published" / "settings.json").read_text("utf-8"))
    write(folder / crate.NAME, crate.as_text(project, editions, folder, settings[edition]["evidence_to"]))
    if found := crate.faults(folder):
        raise BuildError("\n".join(["the crate does not keep to its profile:", *found[:20]]))
    write(folder / manifest.NAME, manifest.as_text(manifest.of_folder(folder, provenance.of_stage(project).about())))
    require_whole(manifest.of_folder(folder).files.keys() | {manifest.NAME}, project, editions)
    archive = pack(folder)
    require_archive(archive, folder)
    return archive


def one_version(root: Path) -> str:
    """The version of the book. Raises ``BuildError`` if pyproject.toml and CITATION.cff do not agree on it."""
    version = toml_of(root / "pyproject.toml")["project"]["version"]
    cited = citation_of(root).version
    if version != cited:
        raise BuildError(f"pyproject.toml says version {version}, CITATION.cff {cited}")
    return version


def lay_out(project: Project, editions: Iterable[Edition], folder: Path) -> None:
    """Copies the parts of a release into ``folder``, as far as they are there; ``require_whole`` finds what is missing."""

    def copy(source: Path, name: str) -> None:
        for path in tree(source) if source.is_dir() else [source] * source.is_file():
            target = folder / name / path.relative_to(source) if source.is_dir() else folder / name
            if ".egg-info" not in path.as_posix():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)

    for name in CHECKOUT:
        copy(project.root / name, name)
    copy(project.data, "data")
    copy(project.published.resolve(), "html")
    copy(project.build / "sweeps", "sweeps")
    runs, built = Runs(project, Present()), runs_of_book(project)
    for edition in editions:
        for name, run in built[edition.name].items():
            write(folder / "executed" / edition.name / f"{name}.ipynb", run.notebook(runs.asked(edition, name).shown_parameters))
    for form in (f"{project.settings.name}.{ending}" for ending in ("pdf", "epub")):
        copy(project.build / form, form)


def require_whole(names: Iterable[str], project: Project, editions: Iterable[Edition]) -> None:
    """Raises ``BuildError`` naming every part that a release lacks."""
    names = set(names)
    missing = [
        f"{part}: no {pattern}"
        for part, patterns in PARTS.items()
        for pattern in patterns
        if not any(matches(name, pattern) for name in names)
    ]
    missing += [
        f"the executed notebooks: no executed/{edition.name}/{name}.ipynb"
        for edition in editions
        for name in project.notebook_names
        if f"executed/{edition.name}/{name}.ipynb" not in names
    ]
    missing += [
        f"the pages: no html/{name}, which their manifest lists"
        for name in manifest.read(project.published).files
        if f"html/{name}" not in names
    ]
    if missing:
        raise BuildError("\n".join(["the release is not complete:", *missing]))


def matches(name: str, pattern: str) -> bool:
    """Whether a path fits a pattern part by part."""
    return name.count("/") == pattern.count("/") and PurePosixPath(name).match(pattern)


def pack(folder: Path) -> Path:
    """Packs a folder into an archive beside it, sorted, with the same owner, mode and time for every file; returns the archive."""
    archive = folder.with_name(f"{folder.name}.tar.gz")
    with (
        archive.open("wb") as file,
        gzip.GzipFile("", "wb", mtime=MOMENT, fileobj=file) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as packed,
    ):
        for path in tree(folder):
            about = tarfile.TarInfo(f"{folder.name}/{path.relative_to(folder).as_posix()}")
            about.size, about.mtime, about.mode = path.stat().st_size, MOMENT, 0o644
            with path.open("rb") as content:
                packed.addfile(about, content)
    return archive


def content_of(packed: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    """The content of a file in an archive; nothing for a folder or a link."""
    file = packed.extractfile(member)
    return file.read() if file else b""


def require_archive(archive: Path, folder: Path) -> None:
    """Raises ``BuildError`` unless the archive holds every file of the manifest as the manifest has it, and nothing else."""
    with tarfile.open(archive) as packed:
        held = {member.name.partition("/")[2]: digest_of_bytes(content_of(packed, member)) for member in packed}
    found = manifest.differences(manifest.read(folder), manifest.Manifest({}, held), "the manifest", "the archive")
    if wrong := [f"{name}: {what}" for name, what in found if name != manifest.NAME]:
        raise BuildError("\n".join([f"{archive} is not what was laid out:", *wrong]))
