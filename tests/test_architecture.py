"""ARCHITECTURE.md tells of the rooms that there are, of files that exist, and of the imports that the contract allows."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]


def layers(package: str) -> list[set[str]]:
    """The rooms of a package from the highest to the lowest; those of one layer may not import each other."""
    found = next(each["layers"] for each in CONTRACTS if each.get("containers") == [package])
    return [{room.strip() for room in layer.split("|")} for layer in found]


def rooms(package: str) -> set[str]:
    """The packages and modules directly in a package, and packages inside these, by their dotted names."""
    home = ROOT / "notebooks" / package
    inside = {
        path.parent.relative_to(home).as_posix().replace("/", ".") for path in home.rglob("__init__.py") if path.parent != home
    }
    return inside | {path.stem for path in home.glob("*.py")} - {"__init__"}


def table(first: str) -> list[str]:
    """The first cells of the table whose heading begins so."""
    start = TEXT.index(f"| {first}")
    lines = TEXT[start:].partition("\n\n")[0].splitlines()[2:]
    return [line.split("|")[1].strip() for line in lines]


@pytest.mark.parametrize("package, heading", [("livingbook", "the engine,"), ("desertion", "the subject,")])
def test_the_rooms_are_those_that_there_are(package, heading):
    told = [name.strip("`") for name in table(heading)]
    assert sorted(told) == sorted(rooms(package))


def test_the_picture_is_the_contract():
    drawn = [set(body.split()) for body in re.findall(r"subgraph L\d+ .*?\n(.*?)\n  end", TEXT, flags=re.S)]
    assert drawn == layers("livingbook")
    arrows = re.search(r"^  (L1 -->.*)$", TEXT, flags=re.M)[1].split(" --> ")
    assert arrows == [f"L{number}" for number in range(1, len(drawn) + 1)]


def test_every_room_has_its_place_in_the_contract():
    for package in ("livingbook", "desertion"):
        assert set().union(*layers(package)) == {name for name in rooms(package) if "." not in name}


def named() -> list[str]:
    """What ARCHITECTURE.md says to be a file or a folder; not what a build makes."""
    quoted = dict.fromkeys(re.findall(r"(?<!`)`([^`\s]+)`(?!`)", TEXT))
    return [
        each
        for each in quoted
        if ("/" in each or "." in each.strip(".")) and re.search(r"[/.](py|ipynb|md|csv|json|yml|toml|js|css|mplstyle|)$", each)
    ]


@pytest.mark.parametrize("name", [each for each in named() if not each.startswith("_build/") and each != "results.json"])
def test_a_file_that_is_named_exists(name):
    assert (ROOT / name).exists() or (ROOT / "notebooks" / name).exists()


@pytest.mark.parametrize(
    "line", [line for line in TEXT.splitlines() if re.search(r"`\w+` in `[^`]+`", line)], ids=lambda line: line[2:40]
)
def test_a_name_stands_in_the_file_that_is_said_to_hold_it(line):
    for name, file in re.findall(r"`(\w+)` in `([^`]+)`", line):
        path = next(path for path in (ROOT / file, ROOT / "notebooks" / file) if path.exists())
        assert re.search(rf"\b{name}\b", path.read_text("utf-8")), f"{name} in {file}"


def test_the_files_were_found():
    assert len(named()) > 40
