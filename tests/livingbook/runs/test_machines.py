"""Machines as they are: what a kernel inherits, whose interpreter it is, whose settings it reads, where its sockets lie."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import papermill
import pytest
from livingbook.project.project import Project
from livingbook.runs import running
from livingbook.runs.warm import engine, fork_server
from livingbook.system.errors import BuildError
from papermill.engines import papermill_engines
from small_project import lay_out, pipeline

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nothing is forked there")
papermill_engines.register("warm", engine.WarmEngine)
ENGINES = ("warm", "nbclient")


def said(folder: Path, code: str, name: str, kernel: str = "python3") -> str:
    source = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    source.metadata.kernelspec = {"name": kernel, "display_name": kernel, "language": "python"}
    nbformat.write(source, folder / "in.ipynb")
    done = papermill.execute_notebook(folder / "in.ipynb", None, engine_name=name, progress_bar=False, kernel_name=kernel)
    return "".join(output.text for output in done.cells[-1].outputs)


def kernelspec(folder: Path, name: str, **more) -> None:
    place = folder / "kernels" / name
    place.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (place / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": name, "language": "python"} | more))


@pytest.mark.parametrize("name", ENGINES)
def test_the_variables_of_a_kernelspec_hold_from_the_start_of_python(tmp_path, monkeypatch, name):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "onlyhere.py").write_text('WORD = "found"')
    variables = {"PYTHONPATH": str(tmp_path / "lib"), "PYTHONHASHSEED": "0", "TZ": "Asia/Tokyo", "MPLBACKEND": "svg", "OWN": "x"}
    kernelspec(tmp_path, "mine", env=variables)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    code = "import os, time, matplotlib, onlyhere\nprint(hash('a'), time.tzname[0], matplotlib.get_backend(), onlyhere.WORD, os.environ['OWN'])"
    assert said(tmp_path, code, name, "mine") == "4644417185603328019 JST svg found x\n"


SHOW = """import os, resource, time
os.umask(umask := os.umask(0))
print(time.tzname[0], oct(umask), resource.getrlimit(resource.RLIMIT_NOFILE)[0], sorted(os.sched_getaffinity(0)), os.environ.get("NEW"))"""


@pytest.mark.skipif(sys.platform != "linux", reason="which cores a process may use is asked as Linux has it")
def test_what_changes_between_two_kernels_reaches_the_second(tmp_path, monkeypatch):
    import resource

    said(tmp_path, "print()", "warm")
    limit, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    cores, umask = os.sched_getaffinity(0), os.umask(0o027)
    monkeypatch.setenv("NEW", "yes")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit - 1, most))
        os.sched_setaffinity(0, {min(cores)})
        expected = f"JST 0o27 {limit - 1} [{min(cores)}] yes\n"
        assert [said(tmp_path, SHOW, name) for name in ENGINES] == [expected, expected]
    finally:
        os.umask(umask)
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, most))
        os.sched_setaffinity(0, cores)


def test_kernels_under_the_same_circumstances_share_a_fork_server(tmp_path, monkeypatch):
    assert fork_server.circumstances() == fork_server.circumstances()
    before = fork_server.circumstances()
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert fork_server.circumstances() == before
    monkeypatch.setenv("NEW", "yes")
    assert fork_server.circumstances() != before


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    root = tmp_path_factory.mktemp("machines")
    lay_out(root)
    return root


@pytest.mark.parametrize("name", ENGINES)
def test_a_build_runs_in_its_own_interpreter_whatever_kernel_is_called_python3(small, tmp_path, monkeypatch, name):
    kernelspec(tmp_path, "python3", argv=["/nowhere/python3", "-m", "ipykernel_launcher", "-f", "{connection_file}"])
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.setenv("LIVINGBOOK_ENGINE", name)
    assert running.run_notebook(Project.at(small), "small", {"data": "../data"}, False).cells


@pytest.mark.parametrize("name", ENGINES)
def test_settings_of_a_user_change_nothing(small, tmp_path, monkeypatch, name):
    profile = tmp_path / "profile_default"
    (profile / "startup").mkdir(parents=True)
    (profile / "ipython_config.py").write_text("c.InteractiveShell.ast_node_interactivity = 'all'\n")
    (profile / "ipython_kernel_config.py").write_text("c.InteractiveShellApp.exec_lines = ['print(1)']\n")
    (profile / "startup" / "mine.py").write_text("print('startup')\n")
    (tmp_path / "matplotlibrc").write_text("font.size: 30\n")
    (tmp_path / "home" / ".config" / "matplotlib").mkdir(parents=True)
    (tmp_path / "home" / ".config" / "matplotlib" / "matplotlibrc").write_text("font.size: 30\n")
    monkeypatch.setenv("LIVINGBOOK_ENGINE", name)
    output = small / "_build" / "runs" / "small" / "small.ipynb"
    assert pipeline(small, "run", "small").returncode == 0
    before = output.read_bytes()
    for variable, value in {
        "IPYTHONDIR": tmp_path, "PYTHONSTARTUP": profile / "startup" / "mine.py", "MATPLOTLIBRC": tmp_path, "PYTHONWARNINGS": "always",
        "PYTHONOPTIMIZE": 2, "TZ": "Asia/Tokyo", "LC_ALL": "C", "MPLBACKEND": "pdf", "HOME": tmp_path / "home",
    }.items():  # fmt: skip
        monkeypatch.setenv(variable, str(value))
    done = pipeline(small, "run", "small")
    assert done.returncode == 0, done.stderr
    assert output.read_bytes() == before


@pytest.mark.parametrize("name", ENGINES)
def test_settings_of_the_machine_change_nothing(small, tmp_path, name):
    """What an administrator has put into /etc/ipython: here IPython is told of another folder that is read like that one."""
    (tmp_path / "etc" / "startup").mkdir(parents=True)
    (tmp_path / "etc" / "ipython_config.py").write_text("c.InteractiveShell.ast_node_interactivity = 'all'\n")
    (tmp_path / "etc" / "ipython_kernel_config.py").write_text("c.IPKernelApp.exec_lines = ['1/0']\n")
    (tmp_path / "etc" / "startup" / "any.py").write_text(f"open({str(tmp_path / 'started')!r}, 'w').close()\n")
    (tmp_path / "sitecustomize.py").write_text(
        f"from IPython.core import application\napplication.SYSTEM_CONFIG_DIRS.append({str(tmp_path / 'etc')!r})\n"
    )
    output = small / "_build" / "runs" / "small" / "small.ipynb"
    found = []
    for path in (small / "notebooks", f"{tmp_path}{os.pathsep}{small / 'notebooks'}"):
        given = {**os.environ, "LIVINGBOOK_ENGINE": name, "PYTHONPATH": str(path)}
        command = [sys.executable, "-m", "livingbook", "run", "small"]
        done = subprocess.run(command, cwd=small, env=given, capture_output=True, text=True, check=False)
        assert done.returncode == 0 and "cold" not in done.stderr, done.stderr
        found.append(output.read_bytes())
    assert found[0] == found[1] and not (tmp_path / "started").exists()


NOBODY = """import pwd
def nobody(*_):
    raise KeyError("no such user")
pwd.getpwuid = pwd.getpwnam = nobody
"""


@pytest.mark.parametrize("home", ["", "/etc/passwd/home"], ids=["not said", "not one that can be written"])
def test_a_user_without_a_name_and_a_home(small, tmp_path, monkeypatch, home):
    """As in a container that runs under any number, and whose ``HOME`` is not set, or a folder of somebody else's."""
    (tmp_path / "sitecustomize.py").write_text(NOBODY)
    for name in ("HOME", "USER", "LOGNAME", "LNAME", "USERNAME", "MPLCONFIGDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    given = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{small / 'notebooks'}"} | ({"HOME": home} if home else {})
    command = [sys.executable, "-m", "livingbook", "run", "small"]
    done = subprocess.run(command, cwd=small, env=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "Traceback" not in done.stderr and "temporary" not in done.stderr, done.stderr


@pytest.mark.parametrize("name", ENGINES)
def test_a_long_path_of_temporary_files(small, tmp_path, name):
    long = Path("/tmp") / f"{tmp_path.name}-{'scratch-of-a-job-' * 5}"
    long.mkdir()
    try:
        given = {**os.environ, "TMPDIR": str(long), "LIVINGBOOK_ENGINE": name, "PYTHONPATH": str(small / "notebooks")}
        command = [sys.executable, "-m", "livingbook", "run", "small"]
        done = subprocess.run(command, cwd=small, env=given, capture_output=True, text=True, check=False)
        assert done.returncode == 0 and "starts cold" not in done.stderr, done.stderr
        outside = [sys.executable, "-m", "papermill", "--engine", name, "--no-progress-bar", "small.ipynb", str(long / "out.ipynb")]
        done = subprocess.run(outside, cwd=small / "notebooks", env=given, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    finally:
        subprocess.run(["rm", "-r", long], check=True)


def test_a_cell_that_fails_is_named_by_its_number_and_error(small):
    path = small / "notebooks" / "small.ipynb"
    was = path.read_text("utf-8")
    path.write_text(was.replace("from desertion.kinds import Persons", "from desertion.kinds import Nobody"), "utf-8")
    try:
        with pytest.raises(BuildError, match=r"small\.ipynb, cell 2, line 1: ImportError"):
            running.run_notebook(Project.at(small), "small", {"data": "../data"}, False)
    finally:
        path.write_text(was, "utf-8")


@pytest.mark.parametrize("name", ENGINES)
def test_a_project_in_a_folder_with_spaces_and_letters_of_other_alphabets(tmp_path, monkeypatch, name):
    root = tmp_path / "моя книга (2)"
    root.mkdir()
    lay_out(root)
    monkeypatch.setenv("LIVINGBOOK_ENGINE", name)
    done = pipeline(root, "run", "small")
    assert done.returncode == 0 and "cold" not in done.stderr, done.stderr


def test_notebooks_as_colab_vs_code_and_older_formats_write_them(small):
    """Without identifiers of cells, with metadata of their own, and with the source of a cell as one text."""
    path = small / "notebooks" / "small.ipynb"
    was = path.read_text("utf-8")
    before = running.run_notebook(Project.at(small), "small", {"data": "../data"}, False)
    found = json.loads(was)
    found["nbformat_minor"] = 4
    found["metadata"] |= {"colab": {"provenance": []}, "accelerator": "GPU", "vscode": {"interpreter": {"hash": "0"}}}
    for cell in found["cells"]:
        del cell["id"]
        cell["metadata"] |= {"id": "x1", "colab": {"base_uri": "https://localhost/"}, "vscode": {"languageId": "python"}}
        cell["source"] = "".join(cell["source"])
    path.write_text(json.dumps(found), "utf-8")
    try:
        after = running.run_notebook(Project.at(small), "small", {"data": "../data"}, False)
    finally:
        path.write_text(was, "utf-8")
    published = [
        [output.data for cell in each.cells for output in cell.get("outputs", ()) if "data" in output] for each in (before, after)
    ]
    assert published[0] == published[1] and published[0]
