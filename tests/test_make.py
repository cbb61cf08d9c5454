"""The Makefile: names with spaces, and an environment that could not be finished."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import setuptools
from small_project import notebook

ROOT = Path(__file__).parents[1]
# As python3 on Debian and Ubuntu without the package python3-venv: the folder is made, pip is not, and the exit code is 1.
BARE = f"""#!/bin/sh
if [ "$1" = -m ] && [ "$2" = venv ]; then
  {sys.executable} -m venv --without-pip "$3"
  exit 1
fi
exec {sys.executable} "$@"
"""


def make(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ} | variables
    return subprocess.run(["make", *arguments], cwd=folder, capture_output=True, text=True, env=kept, check=False)


@pytest.fixture
def folder(tmp_path):
    for name in (
        "Makefile",
        "requirements.txt",
        "pyproject.toml",
        "book/print/requirements.txt",
        "lab/requirements.txt",
        "tests/requirements.txt",
    ):
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


def test_variables_of_the_machine_are_not_taken_for_what_was_asked(folder):
    """WSL has NAME, Ubuntu LANGUAGE, hosts have PORT: every variable that the Makefile reads may be one of them."""
    names = set(
        re.findall(r"\$\((?:or |if |origin |filter command,\$\(origin )?\$?\(?([A-Z]+)\b", (ROOT / "Makefile").read_text("utf-8"))
    )
    own = {"BIN", "RUN", "STRIP", "CURDIR", "INSTALL", "VERSION"}
    assert {"NAME", "LANGUAGE", "PORT", "DATA", "PYTHON", "SEED"} <= names
    machine = dict.fromkeys(names - own, "of-the-machine")
    for target in re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.M):
        given = {
            "run": ["NOTEBOOK=rate"],
            "question": ["NAME=a"],
            "import": ["ROWS=a.csv"],
            "sweep": ["SPEC=a.yml"],
            "translation": ["LANGUAGE=de"],
        }
        shown = make(folder, "-n", target, *given.get(target, []), **machine)
        assert shown.returncode == 0 and "of-the-machine" not in shown.stdout, shown


def test_settings_of_pip_do_not_send_packages_elsewhere(tmp_path):
    """``user``, ``target``, ``prefix``, ``root`` and ``dry-run`` in pip.conf: the environment would count as made, and be empty."""
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    home = tmp_path / "home" / ".config" / "pip"
    home.mkdir(parents=True)
    elsewhere = tmp_path / "elsewhere"
    home.joinpath("pip.conf").write_text(
        f"[install]\nuser = true\nprefix = {elsewhere}\nroot = {elsewhere}\ndry-run = true\n[global]\ntarget = {elsewhere}\n"
    )
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "pyproject.toml").write_text(
        '[project]\nname = "alone"\nversion = "1"\n[tool.setuptools]\npy-modules = []\n'
    )
    (tmp_path / "more.mk").write_text(
        "include Makefile\nalone: $(BIN)/.made\n\t@$(INSTALL) --no-index --no-build-isolation ./package\n"
    )
    made = make(tmp_path, "-f", "more.mk", f"PYTHON={sys.executable}", ".venv/bin/.made")
    assert made.returncode == 0, made.stderr
    (site,) = (tmp_path / ".venv" / "lib").glob("python*/site-packages")
    (site / "setuptools.pth").write_text(f"{Path(setuptools.__file__).parents[1]}\n")
    done = make(tmp_path, "-f", "more.mk", "alone", HOME=str(tmp_path / "home"))
    assert done.returncode == 0, done.stderr
    assert list(site.glob("alone-1*")) and not elsewhere.exists()


@pytest.mark.parametrize("broken", ["without pip", "python gone", "python of another version"])
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
        if broken == "python of another version":  # the system has become a newer one, and its python3 another program
            next((folder / ".venv/lib").glob("python3*")).rename(folder / ".venv/lib/python3.1")
        for name in ("python", "python3") if broken == "python gone" else ():
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


def test_in_a_git_worktree_outputs_are_left_out_as_in_a_clone(tmp_path):
    """There ``.git`` is a file."""
    clone, tree = tmp_path / "clone", tmp_path / "tree"
    (clone / "notebooks").mkdir(parents=True)
    for name in ("Makefile", ".gitattributes", ".gitignore"):
        shutil.copy(ROOT / name, clone / name)
    found = nbformat.reads(notebook(), 4)
    nbformat.write(found, clone / "notebooks" / "small.ipynb")
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-qm", "one"], ["worktree", "add", "-q", tree]):
        subprocess.run(["git", "-C", clone, *command], check=True)
    assert (tree / ".git").is_file()
    (tree / ".venv").symlink_to(sys.prefix)
    done = make(tree, "filter")
    assert done.returncode == 0, done.stderr
    found.cells[-1].outputs = [nbformat.v4.new_output("stream", text="an output")]
    nbformat.write(found, tree / "notebooks" / "small.ipynb")
    changed = subprocess.run(["git", "-C", tree, "diff"], capture_output=True, text=True, check=True)
    assert changed.stdout == changed.stderr == ""
