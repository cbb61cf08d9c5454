"""The Makefile: names with spaces, and an environment that could not be finished."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# As python3 on Debian and Ubuntu without the package python3-venv: the folder is made, pip is not, and the exit code is 1.
BARE = f"""#!/bin/sh
if [ "$1" = -m ] && [ "$2" = venv ]; then
  {sys.executable} -m venv --without-pip "$3"
  exit 1
fi
exec {sys.executable} "$@"
"""


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return subprocess.run(["make", *arguments], cwd=folder, capture_output=True, text=True, env=kept, check=False)


@pytest.fixture
def folder(tmp_path):
    for name in ("Makefile", "requirements.txt", "pyproject.toml", "book/print/requirements.txt", "tests/requirements.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize(
    "target",
    ["book", "pdf", "epub", "gettext", "translation LANGUAGE=de", "run NOTEBOOK=rate", "import ROWS=a.csv", "sweep SPEC=a.yml", "vintages", "explain", "changes", "verify", "check-data", "linkcheck", "release"],
)  # fmt: skip
def test_a_data_folder_with_a_space_in_its_name_is_one_word(folder, target):
    shown = make(folder, "-n", *target.split(), "DATA=my data").stdout
    assert '"my data"' in shown and shown.count("my data") == shown.count('"my data"')


@pytest.mark.parametrize("variable", ["EDITION", "SCHEDULER", "MAPPING", "TEMPLATE", "ROWS", "SPEC", "NOTEBOOK", "AGAINST", "FROM"])
def test_no_variable_is_cut_at_a_space(folder, variable):
    targets = {
        "SCHEDULER": "vintages",
        "MAPPING": "import",
        "TEMPLATE": "import",
        "ROWS": "import",
        "SPEC": "sweep",
        "NOTEBOOK": "run",
    }
    target = targets.get(variable, {"AGAINST": "verify", "FROM": "changes"}.get(variable, "book"))
    shown = make(folder, "-n", target, *(["ROWS=a.csv"] if variable == "MAPPING" else []), f"{variable}=a b").stdout
    assert '"a b"' in shown


@pytest.mark.parametrize("broken", ["without pip", "python gone"])
def test_an_environment_that_could_not_be_finished_is_made_anew(folder, broken):
    bare = folder / "bare"
    bare.write_text(BARE)
    bare.chmod(0o755)
    made = Path(".venv/bin/.made")
    if broken == "without pip":
        assert make(folder, str(made), "PYTHON=./bare").returncode != 0
        assert not (folder / made).exists()
    else:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / ".venv"], check=True)
        (folder / made).touch()
        for name in ("python", "python3"):
            (folder / ".venv/bin" / name).unlink(missing_ok=True)
            (folder / ".venv/bin" / name).symlink_to("/nowhere/python3")
    done = make(folder, str(made), f"PYTHON={sys.executable}")
    assert done.returncode == 0, done.stderr
    assert subprocess.run([folder / ".venv/bin/python", "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0
    assert "Making" not in make(folder, str(made), f"PYTHON={sys.executable}").stdout


def test_a_clone_by_git_for_windows_has_the_same_bytes(tmp_path):
    """``core.autocrlf`` is on there by default; .gitattributes overrules it."""
    subprocess.run(["git", "init", "-q", tmp_path / "one"], check=True)
    shutil.copy(ROOT / ".gitattributes", tmp_path / "one")
    (tmp_path / "one" / "a.sh").write_bytes(b"#!/bin/sh\necho\n")
    (tmp_path / "one" / "Makefile").write_bytes(b"all:\n")
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "core.autocrlf=false"]
    subprocess.run(["git", *identity, "-C", tmp_path / "one", "add", "-A"], check=True)
    subprocess.run(["git", *identity, "-C", tmp_path / "one", "commit", "-qm", "one"], check=True)
    subprocess.run(["git", "clone", "-q", "-c", "core.autocrlf=true", tmp_path / "one", tmp_path / "two"], check=True)
    for name in ("a.sh", "Makefile"):
        assert (tmp_path / "two" / name).read_bytes() == (tmp_path / "one" / name).read_bytes()
