"""``MANIFEST.sha256``: every file of a folder with its hash, in the format of ``sha256sum -c``, which skips the lines with #."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from livingbook.system.digests import digest_of_bytes
from livingbook.system.errors import BuildError

NAME = "MANIFEST.sha256"


class Manifest(NamedTuple):
    """about: what is stated of the folder as a whole. files: path below the folder → SHA-256."""

    about: dict[str, str]
    files: dict[str, str]


def of_folder(folder: Path, about: Mapping[str, str] | None = None) -> Manifest:
    """A manifest of the files that are in a folder now, without the file of the manifest."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return Manifest(dict(about or {}), {name: digest_of_bytes((folder / name).read_bytes()) for name in names if name != NAME})


def as_text(manifest: Manifest) -> str:
    """The manifest as a file: sorted, so that equal folders have equal manifests."""
    return "".join(
        [
            *(f"# {key}: {value}\n" for key, value in manifest.about.items()),
            *(f"{found}  {name}\n" for name, found in sorted(manifest.files.items())),
        ]
    )


def from_text(text: str, where: str) -> Manifest:
    """Reads a manifest from its text. Raises ``BuildError`` if it is none. where: named in the error."""
    about, files = {}, {}
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("#"):
            key, _, value = line[1:].partition(":")
            about[key.strip()] = value.strip()
            continue
        found, gap, name = line.partition("  ")
        if len(found) != 64 or not gap or not name:
            raise BuildError(f"{where}, line {number}: not a line of a manifest")
        files[name] = found
    if not files:
        raise BuildError(f"{where}: lists no file")
    return Manifest(about, files)


def read(folder: Path) -> Manifest:
    """The manifest that a folder carries. Raises ``BuildError`` if it has none."""
    path = folder / NAME
    if not path.is_file():
        raise BuildError(f"{path}: there is none; a book built before this version has no manifest: `make book`")
    return from_text(path.read_text("utf-8"), str(path))


def differences(mine: Manifest, theirs: Manifest, here: str, there: str) -> list[tuple[str, str]]:
    """The files that are not the same: name, and what is the matter with it."""
    names: Iterable[str] = sorted(mine.files.keys() | theirs.files.keys())
    return [
        (name, f"only in {here}" if name not in theirs.files else f"only in {there}" if name not in mine.files else "differs")
        for name in names
        if mine.files.get(name) != theirs.files.get(name)
    ]
