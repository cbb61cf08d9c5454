"""ARCHITECTURE.md tells of the rooms that there are, of files that exist, and of the imports that the contract allows; one name is one thing."""

import ast
import json
import re
import tomllib
from collections import Counter, defaultdict
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


# Names that two doors may have, because behind both is the same, each time of something else.
SAME_MODULES = {
    "claims": "the claims and what shows them",
    "compare": "comparing: states of the book, and new rows with those there are",
    "doubts": "which words are doubtful, and what marks them",
    "figures": "figures and the directives that show them",
    "library": "the library's reference and what shows it",
    "parameters": "the parameters and what shows them",
    "staging": "what the stage needs of changes, and of words",
    "terminal": "what the terminal says of changes, and of an import",
}
SAME_NAMES = {
    "differences": "what is not as it was: rows, inputs of a run",
    "picture": "an image: of a figure, of a sweep",
    "summary": "a report in a few lines for the terminal",
    "title_of": "the first heading: of a chapter, of a notebook",
}


def test_no_two_modules_share_a_name_for_two_things():
    paths = [path for package in ("livingbook", "desertion") for path in (ROOT / "notebooks" / package).rglob("*.py")]
    stems = Counter(path.stem for path in paths if not path.stem.startswith("__"))
    assert {stem for stem, times in stems.items() if times > 1} == set(SAME_MODULES)


def imported() -> dict[str, set[str]]:
    """Function or class → the modules from which it is imported by its name, by the two packages or by notebooks."""
    found: dict[str, set[str]] = defaultdict(set)
    folder = ROOT / "notebooks"
    sources = [path.read_text("utf-8") for package in ("livingbook", "desertion") for path in (folder / package).rglob("*.py")]
    for path in folder.glob("*.ipynb"):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        sources += ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    for node in (node for source in sources for node in ast.walk(ast.parse(source))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("livingbook.", "desertion.")):
            home = folder / Path(*node.module.split("."))
            for alias in (each for each in node.names if not each.name.isupper()):
                if (
                    not (home / alias.name).is_dir() and not (home / f"{alias.name}.py").is_file()
                ):  # a room or module is no name in it
                    found[alias.name].add(node.module)
    return found


def test_a_name_that_is_imported_means_one_thing():
    """Where a name is used through its module (``manifest.read``), that says which is meant."""
    found = imported()
    assert len(found) > 300
    exported = {"livingbook.contract"}  # gives on what its modules define
    assert {name for name, homes in found.items() if len(homes - exported) > 1} == set(SAME_NAMES)
