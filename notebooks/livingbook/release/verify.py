"""Are the bytes the same? Two clean builds under different circumstances compared, or the book here with one published elsewhere.

The second build has all that ought not to matter different: folder, day, locale, time zone, umask, user, the user's own settings,
the seed of hashes, the way notebooks are run, how many at once.
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

ROOMS = ("_config.yml", "_toc.yml", "CITATION.cff", "pyproject.toml", "requirements.txt", "book", "data", "notebooks")
COMPARED = ("html", "editions", "sweeps")  # under _build: the published book; what every notebook published; sweeps
ENDINGS = ("epub", "pdf")  # and the book in other forms
SHOWN = 20  # files of which the first difference is printed
AROUND = 60  # characters shown on either side of it
WEST, EAST = "WEST+12", "EAST-14"  # zones in which it is never the same day
SECONDS = 60  # for a file of a published book to arrive
# What a user may have at home, and what would show in figures and outputs if it were heeded.
SETTINGS = {
    ".config/matplotlib/matplotlibrc": "axes.grid: True\nfont.size: 22\nlines.linewidth: 5\nsvg.fonttype: none\n",
    ".ipython/profile_default/startup/00-mine.py": "import pandas\npandas.options.display.precision = 1\nprint('hello')\n",
}


@dataclass(frozen=True)
class Circumstances:
    """Under which a build is made, as far as they ought not to matter."""

    folder: str
    user: str
    umask: int
    workers: int
    environment: Mapping[str, str]
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
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
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
    },
)  # files are ASCII to whoever does not say what they are


def two_builds(project: Project, edition: str) -> int:
    """Builds the book twice from nothing and compares; returns the exit code: 0 if no byte differs."""
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
    sides = [compared(each) for each in made]
    size = sum(path.stat().st_size for path in sides[0].values())
    found = differing(*sides)
    if not found:
        shutil.rmtree(folder)
        print(f"Byte for byte the same: {len(sides[0]):,} files, {size / 1e6:.1f} MB.")
        return 0
    say(found, *sides)
    for name in impure(*(Project(each.parent, each.parent / "data") for each in made)):
        print(
            f"  notebooks/{name}.ipynb: read the same both times, and gave something else: it uses the time, numbers drawn by "
            "chance without a seed, or what is kept outside of the book"
        )
    print(f"{len(found)} of {len(sides[0].keys() | sides[1].keys()):,} files differ; both builds are in {folder / 'in'}")
    return 1


def build(project: Project, root: Path, home: Path, how: Circumstances, commands: Sequence[tuple[str, ...]]) -> Path:
    """What commands of the pipeline make, from nothing, of what the checkout holds, in another folder; returns its ``_build``.

    Raises ``BuildError`` if one fails.
    """
    for name in ROOMS:
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


def compared(build: Path) -> dict[str, Path]:
    """The files of a build that must be the same, by name."""
    found = {
        f"{part}/{path.relative_to(folder).as_posix()}": path
        for part in COMPARED
        if (folder := (build / part).resolve()).is_dir()
        for path in tree(folder)
    }
    return found | {path.name: path for ending in ENDINGS for path in sorted(build.glob(f"*.{ending}"))}


def impure(one: Project, other: Project) -> list[str]:
    """The notebooks of which two runs read the same, byte for byte, and are not the same. None where the runs are not known."""
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
    """Names of the files that are not the same on both sides."""
    return [
        name
        for name in sorted(one.keys() | other.keys())
        if name not in one or name not in other or one[name].read_bytes() != other[name].read_bytes()
    ]


def say(names: list[str], one: Mapping[str, Path], other: Mapping[str, Path]) -> None:
    """Prints each file that differs, and of the first ones where."""
    for place, name in enumerate(names):
        if name not in one or name not in other:
            print(f"  {name}: only in the {'first' if name in one else 'second'} build")
        elif place < SHOWN:
            print(f"  {name}: {first_difference(one[name].read_bytes(), other[name].read_bytes())}")
        else:
            print(f"  {name}: differs")


def first_difference(one: bytes, other: bytes) -> str:
    """Where two contents part, and what stands there; "" if nowhere."""
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
    """Compares the book here with a published one, in a folder or at an address; returns the exit code: 0 if no byte differs."""
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
    theirs = published(where)
    for key in dict.fromkeys([*mine.about, *theirs.about]):
        if (here := mine.about.get(key, "none")) != (there := theirs.about.get(key, "none")):
            print(f"  {key}: {here} here, {there} there")
    found = manifest.differences(mine, theirs, "the book here", where)
    for place, (name, what) in enumerate(found):
        known = place < SHOWN and what == "differs"
        print(f"  {name}: {parting(project, where, name) if known else what}")
    if found:
        print(f"{len(found)} of {len(mine.files.keys() | theirs.files.keys()):,} files differ.")
        return 1
    print(f"Byte for byte the same: {len(mine.files):,} files.")
    return 0


def published(where: str) -> manifest.Manifest:
    """The manifest of a published book. In a folder the files themselves are looked at; at an address, what it says of them."""
    where = where.removesuffix(manifest.NAME).rstrip("/")
    listed = manifest.from_text(fetch(where, manifest.NAME).decode("utf-8", "replace"), f"{where}/{manifest.NAME}")
    return listed if is_address(where) else manifest.Manifest(listed.about, manifest.of_folder(Path(where).resolve()).files)


def is_address(where: str) -> bool:
    return urllib.parse.urlsplit(where).scheme in ("http", "https")


def fetch(where: str, name: str) -> bytes:
    """A file of a published book. Raises ``BuildError`` if it cannot be had."""
    where = where.removesuffix(manifest.NAME).rstrip("/")
    try:
        if not is_address(where):
            return (Path(where) / name).read_bytes()
        with urllib.request.urlopen(f"{where}/{urllib.parse.quote(name)}", timeout=SECONDS) as answer:
            return answer.read()
    except (OSError, ValueError) as error:
        raise BuildError(f"{where}/{name}: {error}") from None


def parting(project: Project, where: str, name: str) -> str:
    """Where a file here and the published one part."""
    try:
        parted = first_difference((project.published / name).read_bytes(), fetch(where, name))
        return parted or "is not what its manifest says there"
    except BuildError as error:
        return f"differs ({error})"
