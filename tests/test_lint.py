"""`make lint`, as tests: style and layout by ruff, which room imports which by import-linter, types by mypy."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent


def complaint(*command: str) -> str:
    """What a tool says, if it ends badly."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "notebooks"),
    }  # the packages of this checkout, wherever others are installed
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr if done.returncode else ""


@pytest.mark.parametrize("command", ["ruff check", "ruff format --check", "lint-imports --no-cache"])
def test_there_is_nothing_to_mend(command):
    assert complaint(*command.split()) == ""


def test_types_fit():
    assert complaint("mypy") == ""
