"""Is every line of the library that decides a number held by a test? ``make mutants`` (about an hour; MUTANTS="desertion.counts.rates.*": some).

mutmut changes the library in a copy of the project, one small change at a time, and runs the tests that reach it. A change that no
test notices is printed, unless ``survivors.yml`` says why it makes no difference; then the exit code is 1.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

# The estimators and their bounds, verdicts, the evidence as of a day, the contract; of the pipeline, whether a run is made again.
MODULES = [
    *(
        f"livingbook.{module}"
        for module in (
            "values.bounds",
            "values.qualifiers",
            "notebook.verdicts",
            "evidence.reading",
            "evidence.tables",
            "evidence.indexed",
            "contract.rules",
            "contract.observation_rules",
            "contract.reference_rules",
            "contract.personal_data",
            "contract.notation",
            "contract.cell_rules",
        )
    ),
    *(
        f"desertion.{module}"
        for module in (
            "counts.rates",
            "counts.windows",
            "counts.totals",
            "counts.series",
            "counts.flows",
            "counts.force",
            "methods.two_lists",
            "methods.composition",
            "methods.misclassification",
        )
    ),
]
FUNCTIONS = [
    "livingbook.runs.present.*",
    "livingbook.runs.store.*",
    "livingbook.runs.validity.x_differences__mutmut_*",
    "livingbook.runs.validity.x_first_valid__mutmut_*",
]
TESTS = [
    "bounds",
    "qualifiers",
    "rates",
    "windows",
    "totals",
    "series",
    "flows",
    "two_lists",
    "composition",
    "misclassification",
    "force",
    "verdicts",
    "reading",
    "contract",
    "row_changes",
    "runs",
]
SETTINGS = """
[tool.pytest.ini_options]
pythonpath = ["src", "tests", "tests/support"]
addopts = "-q"

[tool.mutmut]
source_paths = ["src"]
also_copy = ["data", "notebooks"]
only_mutate = {modules}
use_git_change_detection = false
"""
CHANGED = re.compile(r"^([-+])(?![-+]{2})(.*)$", re.M)


def main(root: Path, arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python tests/support/mutants.py", description=__doc__)
    parser.add_argument("names", nargs="*", help="mutants to try, as desertion.counts.rates.*; without it, all")
    names = parser.parse_args(arguments).names or [*(f"{module}.*" for module in MODULES), *FUNCTIONS]
    folder = root / "_build" / "mutants"
    lay_out(root, folder)
    subprocess.run([sys.executable, "-m", "mutmut", "run", *names], cwd=folder, check=True)
    outcomes = tried(folder)
    reasons = yaml.safe_load((root / "tests" / "support" / "survivors.yml").read_text("utf-8"))
    changes = {name: change(folder, name) for name, outcome in outcomes.items() if outcome in ("survived", "no tests")}
    left = {name: each for name, each in changes.items() if not explained(reasons, *each)}
    for name, (function, was, became) in left.items():
        print(f"{outcomes[name]}: {function}\n  - {was}\n  + {became}")
    counts = Counter(outcomes.values())
    print(
        f"{len(outcomes):,} mutants: {', '.join(f'{count:,} {outcome}' for outcome, count in counts.most_common())}; {len(left):,} unexplained"
    )
    return int(bool(left))


def lay_out(root: Path, folder: Path) -> None:
    """A copy of the project as mutmut wants it. What an earlier run found out is forgotten: tests may have changed since."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    packages = sorted(path.parent.name for path in (root / "notebooks").glob("*/__init__.py"))
    for package in packages:
        shutil.copytree(root / "notebooks" / package, folder / "src" / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(root / "data", folder / "data")
    shutil.copytree(root / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns("__pycache__", *packages))
    for path in sorted((root / "tests").rglob("*.py")):  # those tests, and what they have in common
        name = path.relative_to(root)
        if not {"bench", "other_book"} & set(name.parts) and (
            not path.name.startswith("test_") or path.stem.removeprefix("test_") in TESTS
        ):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder / name)
    files = [
        f"src/{module.replace('.', '/')}.py"
        for module in [*MODULES, "livingbook.runs.present", "livingbook.runs.store", "livingbook.runs.validity"]
    ]
    (folder / "pyproject.toml").write_text(SETTINGS.format(modules=files), "utf-8")


def tried(folder: Path) -> dict[str, str]:
    """Mutant → what became of it, of those that were tried."""
    said = mutmut(folder, "results", "--all", "true")
    found = dict(line.strip().rsplit(": ", 1) for line in said.splitlines() if ": " in line)
    return {name: outcome for name, outcome in found.items() if outcome != "not checked"}


def change(folder: Path, name: str) -> tuple[str, str, str]:
    """The function of a mutant, and the line as it was and as it became."""
    lines: dict[str, list[str]] = {"-": [], "+": []}
    for sign, line in CHANGED.findall(mutmut(folder, "show", name)):
        lines[sign].append(line.strip())
    function = name.rsplit("__mutmut_", 1)[0].replace(".x_", ".").replace(".xǁ", ".").replace("ǁ", ".")
    return function, " ".join(lines["-"]), " ".join(lines["+"])


def explained(reasons: list[dict[str, Any]], function: str, was: str, became: str) -> bool:
    """Whether a reason is given for a change: in that function, or in any if the reason names none."""
    return any(
        each.get("function", function) == function and became in (was.replace(each["was"], other) for other in each["became"])
        for each in reasons
    )


def mutmut(folder: Path, *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "mutmut", *arguments], cwd=folder, check=True, capture_output=True, text=True
    ).stdout


if __name__ == "__main__":
    sys.exit(main(Path(__file__).parents[2], sys.argv[1:]))
