"""Whether the same inputs give the same bytes: compares two clean builds, or the book here with one published elsewhere.

The two builds differ in everything that must not matter: folder, day, locale, time zone, umask, user, the user's own settings, hash
seed, the engine that runs notebooks, and how many run at once.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from livingbook.project.project import Project
from livingbook.runs.up_to_date import noted, runs_of_book
from livingbook.site import manifest
from livingbook.system.errors import BuildError
from livingbook.system.files import tree

INPUTS = ("_config.yml", "_toc.yml", "CITATION.cff", "pyproject.toml", "requirements.txt", "book", "data", "notebooks")
COMPARED = ("html", "editions", "sweeps")  # in _build: the published book, what every notebook published, tables of sweeps
ENDINGS = ("epub", "pdf")  # of the book in other forms, also in _build
SHOWN = 20  # files of which the first difference is printed
AROUND = 60  # characters shown on either side of that difference
WEST, EAST = "WEST+12", "EAST-14"  # time zones in which it is never the same day
SECONDS = 60  # to wait for a file of a book published at an address
# Settings in a user's home folder, which would change figures and outputs if a build read them.
SETTINGS = {
    ".config/matplotlib/matplotlibrc": "axes.grid: True\nfont.size: 22\nlines.linewidth: 5\nsvg.fonttype: none\n",
    ".ipython/profile_default/startup/00-mine.py": "import pandas\npandas.options.display.precision = 1\nprint('hello')\n",
}


@dataclass(frozen=True)
class Circumstances:
    """The circumstances of a build that must not matter. folder, user: names of their own below the folder of all builds."""

    folder: str
    user: str
    umask: int
    workers: int
    environment: Mapping[str, str]
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """The circumstances in words."""
        engine, zone = self.environment["LIVINGBOOK_ENGINE"], self.environment["TZ"]
        return (
            f"{engine} engine, {self.workers} at once, locale {self.environment['LC_ALL']}, {zone}, umask {self.umask:03o}, "
            f"hash seed {self.environment['PYTHONHASHSEED']}, user {self.user}"
        )


ONE = Circumstances("one", "alice", 0o022, 2, {"LIVINGBOOK_ENGINE": "warm", "LC_ALL": "C.UTF-8", "TZ": WEST, "PYTHONHASHSEED": "1"})
OTHER = Circumstances(
    "another/folder, deeper",
    "bogdana",
    0o077,
    1,
    settings=SETTINGS,
    environment={
        "LIVINGBOOK_ENGINE": "nbclient",
        "LIVINGBOOK_ALONE": "1",
        "LC_ALL": "C",
        "LANG": "tr_TR.UTF-8",
        "TZ": EAST,
        "PYTHONHASHSEED": "4242",
        "PYTHONUTF8": "0",  # so that files are read as ASCII where code names no encoding
        "PYTHONCOERCECLOCALE": "0",
    },
)


def two_builds(project: Project, edition: str) -> int:
    """Builds the book twice from nothing and compares the files; returns the exit code: 0 if no byte differs."""
    folder = project.build / "verify"
    shutil.rmtree(folder, ignore_errors=True)
    forms = ["epub", *(["pdf"] if importlib.util.find_spec("weasyprint") else [])]
    if "pdf" not in forms:
        print("The printed book is not compared: what it needs is not installed (`make pdf` installs it).")
    made = []
    for each in (ONE, OTHER):
        print(f"Building: {each.words} …", flush=True)
        made.append(
            build(
                project,
                folder / "in" / each.folder,
                folder / "home" / each.user,
                each,
                [(form, "--edition", edition, "--workers", str(each.workers)) for form in ("book", *forms)],
            )
        )
    sides = [to_compare(each) for each in made]
    size = sum(path.stat().st_size for path in sides[0].values())
    found = differing(*sides)
    if not found:
        shutil.rmtree(folder)
        print(f"Byte for byte the same: {len(sides[0]):,} files, {size / 1e6:.1f} MB.")
        return 0
    print_differences(found, *sides)
    for name in irreproducible(*(Project(each.parent, each.parent / "data") for each in made)):
        print(
            f"  notebooks/{name}.ipynb: read the same both times, and gave something else: it uses the time, numbers drawn by "
            "chance without a seed, or what is kept outside of the book"
        )
    print(f"{len(found)} of {len(sides[0].keys() | sides[1].keys()):,} files differ; both builds are in {folder / 'in'}")
    return 1


def build(project: Project, root: Path, home: Path, how: Circumstances, commands: Sequence[tuple[str, ...]]) -> Path:
    """Copies the inputs of a book into ``root`` and runs commands there; returns the ``_build`` that they make.

    home: the folder that is the user's home. Raises ``BuildError`` if a command fails.
    """
    for name in INPUTS:
        source, target = project.root / name, root / name
        if name == "data":
            source = project.data
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
        elif source.is_file():
            shutil.copyfile(source, target)
    for name, text in how.settings.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text, "utf-8")
    home.mkdir(parents=True, exist_ok=True)
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": str(root / "notebooks"),
        "HOME": str(home),
        "USER": how.user,
        "LOGNAME": how.user,
        **how.environment,
    }
    for command in commands:
        done = subprocess.run(
            [sys.executable, "-m", "livingbook", "--root", str(root), *command],
            env=environment,
            cwd=root,
            umask=how.umask,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        if done.returncode:
            raise BuildError(f"the build in {root} failed ({command[0]}):\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return root / "_build"


def to_compare(build: Path) -> dict[str, Path]:
    """Name → file, for the files of a build that must be the same in the other build."""
    found = {
        f"{part}/{path.relative_to(folder).as_posix()}": path
        for part in COMPARED
        if (folder := (build / part).resolve()).is_dir()
        for path in tree(folder)
    }
    return found | {path.name: path for ending in ENDINGS for path in sorted(build.glob(f"*.{ending}"))}


def irreproducible(one: Project, other: Project) -> list[str]:
    """The notebooks whose runs in two books read the same bytes and published different ones; empty if the runs are not known."""
    if not (noted(one) and noted(other)):
        return []
    sides = [
        {(edition, name): run for edition, runs in runs_of_book(each).items() for name, run in runs.items()}
        for each in (one, other)
    ]
    return sorted(
        {
            name
            for (edition, name), run in sides[0].items()
            if (twin := sides[1].get((edition, name)))
            and sorted(run.record["inputs"]) == sorted(twin.record["inputs"])
            and run.record["parts"] != twin.record["parts"]
        }
    )


def differing(one: Mapping[str, Path], other: Mapping[str, Path]) -> list[str]:
    """Names of the files that differ, or that only one of the two has."""
    return [
        name
        for name in sorted(one.keys() | other.keys())
        if name not in one or name not in other or one[name].read_bytes() != other[name].read_bytes()
    ]


def print_differences(names: list[str], one: Mapping[str, Path], other: Mapping[str, Path]) -> None:
    """Prints each file that differs, and for the first ``SHOWN`` of them the first difference."""
    for place, name in enumerate(names):
        if name not in one or name not in other:
            print(f"  {name}: only in the {'first' if name in one else 'second'} build")
        elif place < SHOWN:
            print(f"  {name}: {first_difference(one[name].read_bytes(), other[name].read_bytes())}")
        else:
            print(f"  {name}: differs")


def first_difference(one: bytes, other: bytes) -> str:
    """Where two contents begin to differ, with the text there if both are text; "" if they are equal."""
    if one == other:
        return ""
    at = next((place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), min(len(one), len(other)))
    line = one.count(b"\n", 0, at) + 1
    try:
        one.decode(), other.decode()
    except UnicodeDecodeError:
        return f"first difference at byte {at:,} of {len(one):,} and {len(other):,}"
    start = max(one.rfind(b"\n", 0, at) + 1, at - AROUND)
    shown = [content[start:].split(b"\n", 1)[0][: 2 * AROUND].decode(errors="ignore") for content in (one, other)]
    return f"first difference in line {line:,}:\n    {shown[0]}\n    {shown[1]}"


def against(project: Project, where: str) -> int:
    """Compares the book here with a published one; returns the exit code: 0 if no byte differs.

    where: the folder or the address of the published book. Raises ``BuildError`` if either cannot be compared.
    """
    mine = manifest.read(project.published)
    if changed := manifest.differences(mine, manifest.of_folder(project.published.resolve()), "its manifest", "the folder"):
        raise BuildError(
            "\n".join(
                [
                    *(f"  {name}: {what}" for name, what in changed),
                    f"{project.published} is not as it was built; `make book` builds it again",
                ]
            )
        )
    theirs = manifest_of(where)
    for key in dict.fromkeys([*mine.about, *theirs.about]):
        if (here := mine.about.get(key, "none")) != (there := theirs.about.get(key, "none")):
            print(f"  {key}: {here} here, {there} there")
    found = manifest.differences(mine, theirs, "the book here", where)
    for place, (name, what) in enumerate(found):
        known = place < SHOWN and what == "differs"
        print(f"  {name}: {difference_to(project, where, name) if known else what}")
    if found:
        print(f"{len(found)} of {len(mine.files.keys() | theirs.files.keys()):,} files differ.")
        return 1
    print(f"Byte for byte the same: {len(mine.files):,} files.")
    return 0


def manifest_of(where: str) -> manifest.Manifest:
    """The manifest of a published book: of a folder with the hashes of its files as they are, of an address as it is published."""
    where = where.removesuffix(manifest.NAME).rstrip("/")
    listed = manifest.from_text(fetch(where, manifest.NAME).decode("utf-8", "replace"), f"{where}/{manifest.NAME}")
    return listed if is_address(where) else manifest.Manifest(listed.about, manifest.of_folder(Path(where).resolve()).files)


def is_address(where: str) -> bool:
    """Whether a published book is named by an address on the web, not by a folder."""
    return urllib.parse.urlsplit(where).scheme in ("http", "https")


def fetch(where: str, name: str) -> bytes:
    """The content of a file of a published book. Raises ``BuildError`` if it cannot be read."""
    where = where.removesuffix(manifest.NAME).rstrip("/")
    try:
        if not is_address(where):
            return (Path(where) / name).read_bytes()
        with urllib.request.urlopen(f"{where}/{urllib.parse.quote(name)}", timeout=SECONDS) as answer:
            return answer.read()
    except (OSError, ValueError) as error:
        raise BuildError(f"{where}/{name}: {error}") from None


def difference_to(project: Project, where: str, name: str) -> str:
    """Where a file here and the published one begin to differ, in words."""
    try:
        found = first_difference((project.published / name).read_bytes(), fetch(where, name))
        return found or "is not what its manifest says there"
    except BuildError as error:
        return f"differs ({error})"
