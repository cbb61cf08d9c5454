"""`make lab`, in a real JupyterLab: what is shown live, opened again untrusted and in the dark; running again; completion; saving."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest
from small_project import NOTEBOOK, lay_out, notebook

ROOT = Path(__file__).parents[3]
TOKEN = "of-a-test"
FIGURE = """
---
import pandas as pd
def draw(figure, data, narrow):
    figure.subplots().plot(data["x"], data["y"])
publish.figure("line", draw, pd.DataFrame({"x": [1, 2], "y": [3, 4]}), title="It rises", subtitle="units",
               alt="A line that rises.", columns={"x": "X", "y": "Y"}, rows=listed.rows)
---
evidence
"""
ACTIVE = """([index, source]) => {
    const notebook = jupyterapp.shell.currentWidget.content;
    notebook.activeCellIndex = index;
    if (source !== null) notebook.activeCell.model.sharedModel.setSource(source);
}"""
CORNER = """image => {
    const canvas = document.createElement("canvas"), context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    return [...context.getImageData(1, 1, 1, 1).data];
}"""
OLD_FIGURE = '<div class="old-figure">axis<svg width="9" height="9"><rect width="9" height="9"/></svg></div>'


def git(folder: Path, *arguments: str) -> str:
    names = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    return subprocess.run(["git", *names, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A small project under git, with this environment, and a book that has another value of a number."""
    root = tmp_path_factory.mktemp("project")
    lay_out(root)
    for name in ("_config.yml", "_toc.yml", "Makefile", ".gitattributes", ".gitignore"):
        shutil.copy(ROOT / name, root)
    shutil.copytree(ROOT / "lab", root / "lab")
    (root / ".venv").symlink_to(sys.prefix)
    (root / "notebooks" / "small.ipynb").write_text(notebook(NOTEBOOK + FIGURE) + "\n")
    built = {"listed": {"text": "at least 48,000", "unit": "persons", "low": 48000.0, "value": None, "high": None}}
    (root / "_build" / "html").mkdir(parents=True)
    (root / "_build" / "html" / "results.json").write_text(json.dumps({"latest": {"small": built}}))
    git(root, "init", "-q")
    git(root, "add", "notebooks/small.ipynb", ".gitattributes")
    git(root, "commit", "-q", "-m", "A notebook")
    return root


@pytest.fixture(scope="module")
def lab(project, tmp_path_factory):
    """The address of a JupyterLab that `make lab` started, with settings of its own."""
    home = tmp_path_factory.mktemp("home")
    settings = {"ServerApp": {"open_browser": False, "allow_root": True}, "LabApp": {"expose_app_in_browser": True}}
    (home / "jupyter_server_config.json").write_text(json.dumps(settings))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folders = (
        "JUPYTER_CONFIG_DIR",
        "JUPYTER_DATA_DIR",
        "JUPYTER_RUNTIME_DIR",
        "JUPYTERLAB_SETTINGS_DIR",
        "JUPYTERLAB_WORKSPACES_DIR",
    )
    environment = {**os.environ, **dict.fromkeys((*folders, "IPYTHONDIR"), str(home)), "JUPYTER_TOKEN": TOKEN}
    with (home / "log").open("w") as log:
        server = subprocess.Popen(
            ["make", "-o", ".venv/bin/.lab", "lab", f"PORT={port}"],
            cwd=project,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            for _ in range(300):
                assert server.poll() is None, (home / "log").read_text("utf-8")
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/api", timeout=5)
                    break
                except OSError:
                    time.sleep(0.1)
            yield f"http://127.0.0.1:{port}/lab/tree/notebooks/%s?token={TOKEN}&reset"
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(30)


@pytest.fixture(scope="module")
def page(browser, lab):
    """A tab of the browser with the notebook open and all of its cells run."""
    found = browser.new_page(viewport={"width": 1280, "height": 1400})
    opened(found, lab, "small.ipynb")
    command(found, "notebook:run-all-cells")
    found.wait_for_selector(".jp-OutputArea details", timeout=30_000)
    return found


def read(project: Path):
    return nbformat.read(project / "notebooks" / "small.ipynb", as_version=4)


def opened(page, lab: str, name: str) -> None:
    page.goto(lab % name)
    page.wait_for_function("window.jupyterapp?.shell.currentWidget?.context?.isReady", timeout=30_000)
    page.evaluate("() => jupyterapp.shell.currentWidget.context.sessionContext.ready")
    page.wait_for_selector(".jp-CodeCell .cm-content")


def command(page, name: str, **arguments: object) -> None:
    page.evaluate("([name, arguments]) => jupyterapp.commands.execute(name, arguments)", [name, arguments])


def run(page, index: int, source: str | None = None) -> str:
    """Runs a cell, with another source if one is given; returns its output as text."""
    page.evaluate(ACTIVE, [index, source])
    command(page, "notebook:run-cell")
    return page.locator(".jp-Cell").nth(index).locator(".jp-OutputArea").inner_text()


def shot(page, name: str) -> None:
    """Keeps a picture of the page, if somebody wants to look: LAB_SHOTS=folder."""
    if folder := os.environ.get("LAB_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def figure_shows(page) -> bool:
    """Whether there is a picture that was drawn, on a white ground."""
    image = page.locator(".jp-OutputArea img").first
    image.scroll_into_view_if_needed()
    return image.evaluate("image => image.complete && image.naturalWidth > 600") and image.evaluate(CORNER) == [255] * 4


def test_results_show_how_they_are_cited_and_what_the_book_has(page):
    outputs = page.locator(".jp-Cell").nth(4).locator(".jp-OutputArea").inner_text()
    assert "at least 49,000 persons: Names on the merged list." in outputs
    assert "{result}`small.listed` · in the book: at least 48,000" in outputs
    assert outputs.rstrip().endswith("{result}`small.per_thousand`"), "the book does not have this one"


def test_a_figure_shows_with_the_words_that_place_it_in_a_chapter(page):
    assert figure_shows(page)
    assert "{published-figure} small.line · alt text: A line that rises." in page.locator(".jp-Cell").nth(5).inner_text()
    assert page.locator(".Toastify__toast").count() == 0, "JupyterLab asks nothing, and fetches no news"
    shot(page, "live")


def test_the_evidence_shows_what_there_is(page):
    page.locator(".jp-OutputArea summary", has_text="measure").click()
    shown = page.locator(".jp-OutputArea details").first.inner_text()
    assert "listed_absent" in shown and "observations in use" in page.locator(".jp-Cell").nth(6).inner_text()
    shot(page, "evidence")


def test_saving_leaves_no_diff(page, project):
    command(page, "docmanager:save")
    outputs = [output for cell in read(project).cells for output in cell.get("outputs", [])]
    assert any("image/png" in output.get("data", {}) for output in outputs), "saved with its figure"
    assert git(project, "diff", "notebooks/small.ipynb") == ""
    git(project, "add", "notebooks/small.ipynb")
    assert git(project, "status", "--porcelain", "notebooks/small.ipynb") == "", "there is nothing to commit"


def test_a_cell_runs_again_and_replaces_what_it_published_and_no_other_cell_may(page):
    assert "{result}`small.listed`" in run(page, 4), "twice the same"
    assert "small.also" in run(
        page, 4, 'listed = evidence.figure("istories-merged-49000-censor")\npublish.number("also", listed, "persons", "x")'
    )
    assert "small.listed" in run(page, 6, 'publish.number("listed", listed, "persons", "Its name is free now.")')
    said = run(page, 6, 'publish.number("also", listed, "persons", "x")')
    assert "PublishError: small.also is published twice, also by the cell that ran as [" in said


def test_tab_completes_names_of_the_evidence(page):
    def offered(source: str) -> list[str]:
        page.evaluate(ACTIVE, [6, source])
        command(page, "notebook:enter-edit-mode")
        page.keyboard.press("Control+End")
        command(page, "completer:invoke-notebook")
        page.wait_for_selector(".jp-Completer:not(.lm-mod-hidden) .jp-Completer-item")
        found = page.locator(".jp-Completer-item code").all_inner_texts()
        shot(page, "completion")
        page.keyboard.press("Escape")
        return found

    assert "listed_absent" in offered('evidence.observations(measure="listed')
    assert offered('evidence.one(\n    measure="listed_absent", population="list_ist')[0] == "list_istories_merged"


def test_the_figure_of_somebody_else_shows_untrusted_and_in_the_dark(page, project, lab):
    executed = read(project)
    old = nbformat.v4.new_output("display_data", data={"text/html": OLD_FIGURE})
    executed.cells.append(nbformat.v4.new_code_cell("1", outputs=[old]))
    nbformat.write(executed, project / "notebooks" / "theirs.ipynb")
    opened(page, lab, "theirs.ipynb")
    page.wait_for_selector(".old-figure", state="attached")
    assert page.locator(".old-figure svg").count() == 0, "these outputs are not trusted"
    assert figure_shows(page)
    shot(page, "untrusted")
    command(page, "apputils:change-theme", theme="JupyterLab Dark")
    page.wait_for_function("document.body.dataset.jpThemeLight === 'false'")
    assert figure_shows(page)
    shot(page, "dark")


PAPERMILL = ("-m", "papermill", "-k", "python3")
WAYS = {  # how editors and programs start a kernel for notebooks/small.ipynb: the folder they are in, and what is called
    "VS Code, in the notebook's folder": ("notebooks", ("-c", "import run; run.at('.')")),
    "VS Code, in the folder above": (".", ("-c", "import run; run.at('.')")),
    "jupyter execute, from the folder above": (".", ("-m", "jupyter", "execute", "notebooks/small.ipynb", "--output=out")),
    "papermill, in the folder above": (".", (*PAPERMILL, "notebooks/small.ipynb", "notebooks/out.ipynb")),
    "papermill, from elsewhere": (
        "lab",
        (*PAPERMILL, "--cwd", "../notebooks", "../notebooks/small.ipynb", "../notebooks/out.ipynb"),
    ),
}
RUN = """
import os, nbformat
from nbclient import NotebookClient
def at(folder):
    notebook = nbformat.read(os.environ["NOTEBOOKS"] + "/small.ipynb", as_version=4)
    NotebookClient(notebook, resources={"metadata": {"path": folder}}, kernel_name="python3").execute()
    nbformat.write(notebook, os.environ["NOTEBOOKS"] + "/out.ipynb")
"""


def started(project: Path, tmp_path: Path, folder: str, command: tuple[str, ...]) -> subprocess.CompletedProcess:
    notebooks = project / "notebooks"
    (tmp_path / "run.py").write_text(RUN)
    environment = {**os.environ, "PYTHONPATH": f"{notebooks}{os.pathsep}{tmp_path}", "NOTEBOOKS": str(notebooks)}
    return subprocess.run([sys.executable, *command], cwd=project / folder, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("way", WAYS)
def test_a_notebook_runs_wherever_its_kernel_starts(project, tmp_path, way):
    out = project / "notebooks" / "out.ipynb"
    out.unlink(missing_ok=True)
    done = started(project, tmp_path, *WAYS[way])
    assert done.returncode == 0, done.stderr
    cells = nbformat.read(out, as_version=4).cells
    assert "at least 49,000" in json.dumps([cell.get("outputs") for cell in cells])


def test_where_it_cannot_run_it_says_where_it_has_to(project, tmp_path):
    done = started(project, tmp_path, "lab/jupyter", ("-c", "import run; run.at('.')"))
    assert f"seen from {project / 'lab' / 'jupyter'}: a notebook runs in its own folder, or in the one above" in done.stderr
