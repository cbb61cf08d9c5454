"""The whole way, on a small project: what is built, what runs again, and what a person sees when something is wrong."""

import hashlib
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from livingbook.project.project import Edition, Project
from livingbook.recording import hash_of_file
from livingbook.runs import running, sweep, up_to_date
from livingbook.runs.notebook_source import Source
from livingbook.runs.present import Present, hash_all_inputs
from livingbook.site import manifest, provenance, sphinx_process
from livingbook.site import pages as site_pages
from livingbook.system import digests, files
from livingbook.system.errors import BuildError
from small_project import changed, everything, lay_out_book, pipeline

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A project with one notebook and three chapters, built once; tests change it and put it back."""
    root = tmp_path_factory.mktemp("project")
    lay_out_book(root)
    done = pipeline(root, "book")
    assert done.returncode == 0, done.stdout + done.stderr
    return root


def page(root: Path, name: str = "book/index.html") -> str:
    return (root / "_build" / "html" / name).read_text("utf-8")


def test_the_book_holds_the_number_its_link_and_the_machine_readable_results(small):
    assert "at least 49,000" in page(small) and "notebooks/small.html#small-listed" in page(small)
    results = json.loads((small / "_build" / "html" / "results.json").read_text())
    expected = {"value": None, "low": 49000.0, "high": None, "unit": "persons", "text": "at least 49,000"}
    assert {key: results["latest"]["small"]["listed"][key] for key in expected} == expected
    assert results["article"]["small"]["listed"]["low"] == 49000.0
    assert "at least 49,000" in page(small, "notebooks/small.html")


def test_a_second_build_runs_nothing_and_changes_no_byte(small):
    before = everything(small / "_build" / "html")
    done = pipeline(small, "book")
    assert done.returncode == 0 and " run in " not in done.stdout and "pages" not in done.stdout
    assert everything(small / "_build" / "html") == before


def test_that_nothing_is_to_be_done_is_found_out_without_importing_anything_heavy(small):
    pipeline(small, "book")
    code = "import sys; from livingbook.__main__ import main; main(['book']); print(sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=small,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(small / "notebooks")},
        check=True,
    )
    assert "Nothing has changed" in done.stdout
    assert not {"numpy", "pandas", "matplotlib", "papermill", "nbformat", "pytask", "pydantic", "sphinx", "frictionless"} & set(
        eval(done.stdout.splitlines()[-1])
    )


def test_a_static_file_that_alone_has_changed_is_copied_and_named_by_its_checksum(small):
    named, rule = re.compile(r"book\.css\?v=\w+"), "html { scroll-padding-top: 4.5rem; }"
    before = named.search(page(small))[0]
    with changed(small / "notebooks/livingbook/sphinx_ext/static/book.css", rule, f"{rule} .only-here {{ color: green; }}"):
        assert pipeline(small, "book").returncode == 0
        assert "only-here" in page(small, "_static/book.css") and named.search(page(small))[0] != before
    assert pipeline(small, "book").returncode == 0
    assert "only-here" not in page(small, "_static/book.css") and named.search(page(small))[0] == before


def test_the_manifest_lists_every_published_file_as_sha256sum_has_it(small):
    book = (small / "_build" / "html").resolve()
    listed, found = manifest.read(book), manifest.of_folder(book)
    assert listed.files == found.files and len(listed.files) == len(everything(book)) - 1
    assert (
        listed.about["python"] == platform.python_version()
        and listed.about["data of edition latest"] == f"sha256:{provenance.data_hash(small / 'data')}"
    )
    lines = [line for line in (book / manifest.NAME).read_text("utf-8").splitlines() if not line.startswith("#")]
    assert lines == [f"{hashlib.sha256((book / name).read_bytes()).hexdigest()}  {name}" for name in sorted(listed.files)]


def test_a_notebook_that_tells_of_the_machine_is_refused_and_the_published_book_stays(small):
    before = everything(small / "_build" / "html")
    with changed(
        small / "notebooks" / "small.ipynb", "check(get_ipython())", "import os; print(os.getcwd()); check(get_ipython())"
    ):
        done = pipeline(small, "book")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "notebooks/small.ipynb, cell 4 (edition latest): carries the folder of the checkout" in done.stderr
    assert everything(small / "_build" / "html") == before
    assert pipeline(small, "book").returncode == 0


@pytest.mark.parametrize(
    "spoil",
    [
        lambda book: (book / "index.html").write_text("other"),
        lambda book: (book / "results.json").unlink(),
        lambda book: (book / "stray.html").write_text("more"),
        shutil.rmtree,
    ],
    ids=["changed", "lost", "more", "gone"],
)
def test_a_published_book_that_is_not_the_one_that_was_built_is_published_anew(small, spoil):
    before = everything(small / "_build" / "html")
    spoil(small / "_build" / "html")
    done = pipeline(small, "book")
    assert done.returncode == 0 and "book: published" in done.stdout and " run in " not in done.stdout
    assert everything(small / "_build" / "html") == before


def test_the_published_book_is_a_folder_and_a_server_in_it_goes_on_after_the_next_build(small, tmp_path, monkeypatch):
    book = small / "_build" / "html"
    assert book.is_dir() and not book.is_symlink()
    shutil.copytree(book, tmp_path / "copy", symlinks=True)
    assert everything(tmp_path / "copy") == everything(book)
    monkeypatch.chdir(book)  # as a server does that is started there
    with changed(small / "book" / "other.md", "Another page.", "Another page, changed."):
        assert pipeline(small, "book").returncode == 0
        for folder in (book, Path()):
            assert "Another page, changed." in (folder / "book" / "other.html").read_text("utf-8")
    assert pipeline(small, "book").returncode == 0
    assert "Another page, changed." not in Path("book", "other.html").read_text("utf-8")


AHEAD = """import os, time
ahead, now, exactly = float(os.environ.get("CLOCK_AHEAD") or 0), time.time, time.time_ns
if ahead:
    time.time, time.time_ns = lambda: now() + ahead, lambda: exactly() + int(ahead * 1e9)
"""


def test_after_a_build_with_the_clock_ahead_a_change_is_published(small, monkeypatch):
    path = small / "notebooks" / "sitecustomize.py"
    path.write_text(AHEAD, "utf-8")
    try:
        with changed(small / "book" / "other.md", "Another page.", "The FIRST change."):
            monkeypatch.setenv("CLOCK_AHEAD", "86400")
            assert pipeline(small, "book").returncode == 0
        monkeypatch.delenv("CLOCK_AHEAD")
        with changed(small / "book" / "other.md", "Another page.", "The SECOND change."):
            assert pipeline(small, "book").returncode == 0
            shown = page(small, "book/other.html")
            assert "SECOND" in shown and "FIRST" not in shown
    finally:
        path.unlink()
    assert pipeline(small, "book").returncode == 0


def test_a_process_that_waits_to_build_pages_ends_if_nobody_asks_it_to():
    with sphinx_process.start_sphinx(Project.at(ROOT)) as waiting:
        assert waiting.poll() is None
    assert waiting.returncode == 1


def test_only_the_end_of_its_input_ends_a_process_that_builds_pages():
    """What was written to it is sometimes announced late; a process that took that for the end was killed by its own order."""
    code = (
        "import threading, time; from livingbook.site import sphinx_process as pages;"
        "threading.Thread(target=pages.end_with_input).start(); print('reads', flush=True); time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, start_new_session=True
    ) as process:
        assert process.stdout.readline() == b"reads\n"
        process.stdin.write(b"build\n")
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1)
        process.stdin.close()
        assert process.wait(60) == -signal.SIGKILL


def test_the_pages_are_built_by_the_engine_of_the_project_and_not_by_one_that_lies_where_we_are(tmp_path, monkeypatch):
    (tmp_path / "livingbook").mkdir()
    (tmp_path / "livingbook" / "__init__.py").write_text("raise ImportError('another engine')")
    monkeypatch.chdir(tmp_path)
    with sphinx_process.start_sphinx(Project.at(ROOT)) as waiting:
        waiting.stdin.close()
        assert "another engine" not in waiting.stdout.read()


@pytest.mark.parametrize(
    "name",
    [
        "data/claims.csv",
        "book/index.md",
        "notebooks/livingbook/sphinx_ext/static/book.css",
        "notebooks/livingbook/sphinx_ext/pieces.py",
        "_config.yml",
        "_toc.yml",
        "requirements.txt",
        "notebooks/small.ipynb",
        "notebooks/editions.yml",
        "notebooks/livingbook/evidence/reading.py",
        "notebooks/livingbook/site/stage.py",
    ],
)
def test_a_build_depends_on(small, name):
    project = Project.at(small)
    assert up_to_date.is_built(project, "latest") and not up_to_date.is_built(project, "article")
    with changed(small / name, (small / name).read_text("utf-8"), "other"):
        assert not up_to_date.is_built(project, "latest")
    assert up_to_date.is_built(project, "latest")


def test_a_build_depends_on_what_is_new_in_its_folders(small):
    project = Project.at(small)
    for folder in ("book", "notebooks", "notebooks/livingbook", "notebooks/desertion", "data"):
        (small / folder / "new.txt").write_text("new")
        assert not up_to_date.is_built(project, "latest")
        (small / folder / "new.txt").unlink()
    assert up_to_date.is_built(project, "latest")


def test_a_build_looks_at_the_data_folders_of_its_editions(tmp_path):
    (tmp_path / "notebooks").mkdir()
    project, editions, seen = Project(tmp_path, tmp_path / "data"), [Edition("e", "latest", {}, tmp_path / "own")], set()
    for folder in ("data", "own", "other"):
        (tmp_path / folder).mkdir()
        for content in ("one", "two"):
            (tmp_path / folder / "a.csv").write_text(content)
            present = Present()
            hash_all_inputs(present, project, editions)
            seen.add(str(present.hashes()))
    assert len(seen) == 4  # a folder that no edition has does not matter


@pytest.mark.parametrize("damage", ["", "[]", "{}", "no note"])
def test_a_damaged_note_of_a_build_is_as_none(small, damage):
    project = Project.at(small)
    note = up_to_date.note(project)
    with changed(note, note.read_text(), damage):
        assert not up_to_date.is_built(project, "latest")


def test_a_changed_figure_reaches_the_page_and_the_editions_share_one_run(small):
    rows = (small / "data" / "observations.csv").read_text().splitlines()
    row = next(line for line in rows if line.startswith("istories-merged-49000-censor,"))
    with changed(small / "data" / "observations.csv", row, row.replace(",49000,", ",51000,")):
        done = pipeline(small, "book")
        assert done.returncode == 0, done.stderr
        assert "at least 51,000" in page(small)
        assert (done.stdout.count("small: run in"), done.stdout.count("small: reused in")) == (1, 1)
    done = pipeline(small, "book")
    assert "small: run in" not in done.stdout and "at least 49,000" in page(small)  # the earlier run is found again


def test_a_change_of_other_rows_runs_no_notebook(small):
    rows = (small / "data" / "observations.csv").read_text().splitlines()
    row = next(line for line in rows if line.startswith("gs-losses-2022-03,"))
    with changed(small / "data" / "observations.csv", row, row.replace(",17500,", ",17600,")):
        done = pipeline(small, "book")
        assert done.returncode == 0 and "small: run in" not in done.stdout and "small: reused in" in done.stdout
    pipeline(small, "book")


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("notebooks/small.ipynb", "listed / strength", "listed / 0", ["notebooks/small.ipynb, cell 5", "ZeroDivisionError"]),
        ("book/index.md", "small.listed", "small.lsted", ["book/index.md", "small.lsted"]),
        ("book/index.md", "svtv2025list", "svtv2025lost", ["book/index.md", "svtv2025lost"]),
        ("book/index.md", "/book/other", "/book/nowhere", ["book/index.md", "/book/nowhere"]),
        (
            "data/observations.csv",
            "gs-losses-2022-03,losses_claimed",
            "gs-losses-2022-03,losses_dreamt",
            ["observations.csv, row", "losses_dreamt"],
        ),
        (
            "notebooks/editions.yml",
            "as_of: latest",
            "as_of: someday",
            ["edition 'latest'", "as_of = 'someday'", "must be latest, or a day"],
        ),
        ("notebooks/small.ipynb", "strength: Persons", "strength: Person", ["notebooks/small.ipynb", "kind of AsOf"]),
    ],
    ids=["notebook raises", "missing number", "missing citation", "broken link", "bad row", "bad edition", "bad parameter"],
)
def test_what_is_wrong_is_named_and_the_published_book_stays(small, file, old, new, words):
    before = everything(small / "_build" / "html")
    with changed(small / file, old, new):
        first, second = pipeline(small, "book"), pipeline(small, "book")
    for done in (first, second):  # a fault is a fault the second time too
        assert done.returncode == 1
        assert all(word in done.stderr for word in words), done.stderr
        assert "Traceback" not in done.stderr
    assert everything(small / "_build" / "html") == before
    assert pipeline(small, "book").returncode == 0
    assert everything(small / "_build" / "html") == before


def test_an_edition_can_be_the_book_with_a_data_folder_and_assumptions_of_its_own(small):
    other = small / "theirs"
    shutil.copytree(small / "data", other)
    table = other / "observations.csv"
    table.write_text(table.read_text("utf-8").replace(",,49000,,at_least,istories,", ",,52000,,at_least,istories,"), "utf-8")
    editions = small / "notebooks" / "editions.yml"
    with changed(editions, "article:", "mine: {as_of: latest, data: theirs, assumptions: {small: {strength: 100000}}}\narticle:"):
        done = pipeline(small, "book", "--edition", "mine")
        assert done.returncode == 0, done.stderr
        assert "at least 52,000" in page(small) and "at least 49,000" not in page(small)
        results = json.loads((small / "_build" / "html" / "results.json").read_text())
        assert results["mine"]["small"]["per_thousand"]["low"] == 520 and set(results) == {"mine", "article"}
        assert pipeline(small, "changes", "--from", "article", "--to", "mine").returncode == 3
        table.write_text(table.read_text("utf-8").replace(",listed_absent,", ",listed_adsent,", 1), "utf-8")
        done = pipeline(small, "book")  # a fault in the folder of an edition that is not built stops nothing
        assert done.returncode == 0 and "at least 49,000" in page(small)
        assert not any("figures/mine/" in name for name in manifest.read(small / "_build" / "html").files)
        done = pipeline(small, "book", "--edition", "mine")
        assert done.returncode == 1 and "listed_adsent" in done.stderr and "at least 49,000" in page(small)
    shutil.rmtree(other)


def test_one_notebook_with_other_parameters(small):
    done = pipeline(small, "run", "small", "strength=700000", "as_of=2025-06-09")
    assert done.returncode == 0, done.stderr
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert "listed at least 49,000 persons at least 49,000 persons Names on the merged list." in lines
    assert "per_thousand at least 70 per 1,000 at least 245 per 1,000 moved Names per 1,000 men." in lines
    folder = small / "_build" / "runs" / "small-strength=700000-as_of=2025-06-09"
    assert str(folder) in done.stdout and sorted(everything(folder)) == ["results.csv", "results.json", "small.ipynb"]


def test_two_settings_of_a_notebook_stand_side_by_side_in_a_folder_of_their_own(small, tmp_path):
    done = pipeline(small, "run", "small", "strength=700000", "--and", "as_of=2025-01-01", "--out", str(tmp_path / "mine"))
    assert done.returncode == 0 and "A: strength=700000\nB: as_of=2025-01-01\n" in done.stdout
    assert "at least 70 per 1,000 not known" in " ".join(done.stdout.split())
    assert sorted(everything(tmp_path / "mine")) == ["results.csv", "results.json", "small-A.ipynb", "small-B.ipynb"]
    assert pipeline(small, "run", "small", "--out", str(tmp_path / "mine")).returncode == 0  # an earlier outcome is replaced
    refused = pipeline(small, "run", "small", "--out", str(small / "data"))
    assert refused.returncode == 1 and "data: holds other files already (" in refused.stderr


def test_of_a_cell_that_fails_line_and_frames_are_told_and_the_notebook_is_kept(small):
    first = 'publish.number(\\"listed\\"'
    broken = "def half(x):\\n    return 1 / (x - x)\\n\\nhalf(2)\\n"
    with changed(small / "notebooks" / "small.ipynb", first, broken + first):
        built, run = pipeline(small, "book"), pipeline(small, "run", "small")
    assert built.returncode == run.returncode == 1
    for said, asked, kept in (
        (built.stderr, " (edition latest; edition article)", "_build/failed/latest/small.ipynb"),
        (run.stderr, "", "_build/runs/small/small.ipynb"),
    ):
        assert f"notebooks/small.ipynb, cell 5, line 5{asked}: ZeroDivisionError: division by zero\n" in said
        assert "  cell 5, line 5: half(2)\n  cell 5, line 3, in half: return 1 / (x - x)\n  as far as it ran: " in said
        text = (small / kept).read_text("utf-8")
        assert kept in said and "ZeroDivisionError" in text and "How many?" in text and "papermill-error" not in text


def test_a_cell_that_takes_too_long_is_named(small, monkeypatch):
    monkeypatch.setenv("LIVINGBOOK_CELL_SECONDS", "2")
    first = 'publish.number(\\"listed\\"'
    with changed(small / "notebooks" / "small.ipynb", first, "import time\\ntime.sleep(60)\\n" + first):
        done = pipeline(small, "run", "small")
    assert done.returncode == 1
    assert "notebooks/small.ipynb, cell 5: a cell ran for more than 2 s." in done.stderr and "  it begins: listed = " in done.stderr


def test_a_warning_of_a_library_is_shown_and_does_not_refuse_the_book(small):
    before = everything(small / "_build" / "html")
    first = 'publish.number(\\"listed\\"'
    with changed(small / "notebooks" / "small.ipynb", first, "import warnings; warnings.warn('look out')\\n" + first):
        done = pipeline(small, "book")
        assert done.returncode == 0, done.stderr
        assert "latest: small: cell 5 wrote on stderr: line 2: UserWarning: look out" in done.stdout
        assert "UserWarning" not in (small / "_build" / "html" / "notebooks" / "small.html").read_text("utf-8")
    assert pipeline(small, "book").returncode == 0 and everything(small / "_build" / "html") == before


def test_a_rule_of_writing_that_is_broken_is_said_at_the_end_of_a_build(small):
    with changed(small / "book" / "other.md", "Another page.", "Another page of 12 pages."):
        done = pipeline(small, "book")
    assert done.returncode == 0 and " to mend (the book is published):" in done.stdout
    assert "  book/other.md:3: the number 12 is typed, and will not follow the rows: publish it and cite it" in done.stdout
    again = pipeline(small, "book")  # the small notebook breaks other rules
    assert again.returncode == 0 and "book/other.md" not in again.stdout


def test_a_book_of_another_edition_is_built_beside_the_published_one_and_says_so(small):
    assert pipeline(small, "book").returncode == 0
    before = everything(small / "_build" / "html")
    other = small / "theirs"
    shutil.copytree(small / "data", other)
    own = 'mine: {as_of: "2025-03-01", data: theirs, assumptions: {small: {strength: 100000}}}\narticle:'
    try:
        with changed(small / "notebooks" / "editions.yml", "article:", own):
            pipeline(small, "book")
            done = pipeline(small, "book", "--edition", "mine", "--out", "_build/mine")
            assert done.returncode == 0, done.stderr
            assert everything(small / "_build" / "html") == before
            assert "Nothing has changed" in pipeline(small, "book").stdout
            assert "Nothing has changed" in pipeline(small, "book", "--edition", "mine", "--out", "_build/mine").stdout
            pages = [path for path in (small / "_build" / "mine").rglob("*.html") if path.parent.name in ("book", "notebooks")]
            pages.append(small / "_build" / "mine" / "search.html")
            said = (
                '<div class="book-notice" role="note"><p><strong>This book holds the edition mine: what was public on 1 March 2025.</strong> '
                "Its tables are those of the folder theirs. It assumes small: strength = 100000. The text around the numbers was "
                "written for the edition latest.</p></div>"
            )
            assert len(pages) > 4 and [path.name for path in pages if said not in path.read_text("utf-8")] == []
            changes = pipeline(small, "changes", "--from", "latest", "--to", "mine")
            assert changes.returncode == 3 and "The edition mine is not in the book that was built last" in changes.stdout
            assert everything(small / "_build" / "html") == before and "Nothing has changed" in pipeline(small, "book").stdout
    finally:
        shutil.rmtree(other)
    pipeline(small, "book")
    assert not any(b'book-notice" role' in content for content in everything(small / "_build" / "html").values())


@pytest.mark.parametrize(
    ("out", "words"), [("data", "holds other files already"), (".", "does not hold the project"), ("_toc.yml", "is a file")]
)
def test_no_book_is_built_over_something_else(small, out, words):
    done = pipeline(small, "book", "--out", out)
    assert done.returncode == 1 and words in done.stderr


def test_a_sweep_of_one_notebook_over_a_range_is_drawn(small):
    done = pipeline(small, "sweep", "--notebook", "small", "--set", "strength=100000..300000:100000")
    assert done.returncode == 0, done.stderr
    table = (small / "_build" / "sweeps" / "small_strength.csv").read_text("utf-8").splitlines()
    assert table[0].startswith("setting,notebook,name,about,") and len(table) == 1 + 3 * 2
    assert (small / "_build" / "pictures" / "small_strength.png").read_bytes()[1:4] == b"PNG" and "Drawn: " in done.stdout
    refused = pipeline(small, "sweep", "--notebook", "small", "--set", "strength")
    assert "'strength': write name=first..last:step, or name=value,value" in refused.stderr


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("strenth=5", "strenth: no such parameter; did you mean strength?"),
        ("strength=many", "strength = 'many'"),
        ("strength=0", "greater than 0"),
        ("strength", "write name=value"),
        ("as_of=June", "as_of = 'June'"),
    ],
)
def test_parameters_that_cannot_be_used_are_refused_before_anything_runs(small, setting, words):
    done = pipeline(small, "run", "small", setting)
    assert done.returncode == 1 and words in done.stderr and done.stdout == "" and "Traceback" not in done.stderr


def test_an_unknown_notebook_edition_or_data_folder_is_named(small):
    assert "no notebook 'large'; there are small" in pipeline(small, "run", "large").stderr
    assert "no edition 'mine'; there are latest, article" in pipeline(small, "book", "--edition", "mine").stderr
    assert "nowhere: no such data folder" in pipeline(small, "--data", "nowhere", "book").stderr


def test_papermill_itself_refuses_a_misspelt_parameter(small, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "papermill", "small.ipynb", str(tmp_path / "out.ipynb"), "-p", "strenth", "5", "-k", "python3"],
        cwd=small / "notebooks",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0 and "strenth: no such parameter; did you mean strength?" in done.stderr


def test_jupyter_runs_a_notebook_as_it_stands(small):
    done = subprocess.run(
        [sys.executable, "-m", "jupyter", "execute", "small.ipynb", "--output=executed.ipynb"],
        cwd=small / "notebooks",
        capture_output=True,
        text=True,
        check=False,
    )
    executed = small / "notebooks" / "executed.ipynb"
    assert done.returncode == 0, done.stderr
    assert any(each["name"] == "listed" for each in running.payloads(nbformat.read(executed, as_version=4)))
    executed.unlink()


def test_no_output_names_this_machine(small):
    for path in sorted((small / "_build" / "editions").rglob("*.ipynb")):
        assert str(small) not in path.read_text("utf-8") and str(Path.home()) not in path.read_text("utf-8")


# The small pieces.


def test_a_file_is_written_whole_and_only_if_it_differs(tmp_path):
    path = tmp_path / "deep" / "file"
    assert files.write(path, "a") is True
    stamp = path.stat().st_mtime_ns
    assert files.write(path, "a") is False and path.stat().st_mtime_ns == stamp
    assert files.write(path, "b") is True and path.read_text() == "b" and [each.name for each in path.parent.iterdir()] == ["file"]


def test_a_mirror_holds_exactly_what_is_wanted(tmp_path):
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "gone").write_text("x")
    (tmp_path / "same").write_text("s")
    assert files.mirror({"same": "s", "new/file": "n"}, tmp_path) == ["new/file", "old/gone"]
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")) == ["new", "new/file", "same"]


def test_lists_of_parts_do_not_collide():
    assert digests.digest("ab", "c") != digests.digest("a", "bc")
    assert digests.digest("a", b"c") == digests.digest(b"a", "c")


def test_json_never_holds_infinity():
    with pytest.raises(ValueError):
        files.as_json({"high": float("inf")})


def test_months_end_with_the_one_that_covers_the_last_day():
    from datetime import date

    found = [str(day) for day in sweep.month_ends(date(2022, 11, 1), date(2023, 1, 15))]
    assert found == ["2022-11-30", "2022-12-31", "2023-01-31"]


def source(*cells: str, parameters: str = 'as_of: AsOf = "latest"  # a day') -> Source:
    made = [nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}), *map(nbformat.v4.new_code_cell, cells)]
    return Source(Path("one.ipynb"), nbformat.writes(nbformat.v4.new_notebook(cells=made)).encode())


def test_what_a_notebooks_texts_name_is_begun_first():
    code = """published(results, "rate", evidence)\nclaims.decide('A01', rule, "totals.listed")\nswept("../_build/sweeps/vintages.csv", evidence)"""
    assert source(code).mentioned(["rate", "totals", "lists"], ["vintages", "without"]) == {
        ("results", "rate"),
        ("results", "totals"),
        ("sweep", "vintages"),
    }
    assert source("everything_published(results, evidence)").mentioned(["rate", "lists"], []) == {
        ("results", "rate"),
        ("results", "lists"),
    }
    assert source("5 +").mentioned(["rate"], []) == set()


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("evidence = load(data, as_of)", True),
        ("evidence = load(as_of=as_of, data=data)", True),
        ("def draw(figure, as_of):\n    return as_of", True),
        ("evidence = load(data, as_of)\ntable[table.setting <= as_of]", False),
        ("f'{as_of}'", False),
        ("load(data, str(as_of))", False),
        ("def draw():\n    return as_of", False),
        ("globals()['a' + 's_of']", False),
        ("%who", False),
        ("get_ipython().user_ns", False),
        ("5 +", False),
    ],
)
def test_a_parameter_that_goes_nowhere_but_to_readers(code, expected):
    assert source(code).only_passes_on("as_of") is expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- latest", "must list editions by name"),
        ("article: {as_of: latest}", "among them `latest`"),
        ("latest: {as_of: latest, data: nowhere}", "nowhere: no such data folder"),
        ("latest: {}", "as_of: is missing"),
        ("latest: {as_of: latest, mood: x}", "edition 'latest', mood = 'x': there is no such setting"),
        ("latest: {as_of: latest, assumptions: 5}", "assumptions = 5: must be names with values"),
        ("latest: {as_of: latest, assumptions: {nowhere: {x: 1}}}", "no notebook nowhere"),
        ("latest: [", "editions.yml"),
    ],
)
def test_editions_that_are_not_as_they_must_be(small, text, words):
    path = small / "notebooks" / "editions.yml"
    with changed(path, path.read_text(), text), pytest.raises(BuildError, match=words):
        _ = Project.at(small).editions


def test_complaints_are_the_lines_that_say_what_is_wrong(small):
    project = Project.at(small)
    log = f"reading sources\n\x1b[91m{project.stage}/book/index.md:3: WARNING: no such thing\x1b[0m\ndone"
    assert site_pages.complaints(log, project) == "  book/index.md:3: WARNING: no such thing"


# In a browser.


@pytest.fixture(scope="module")
def browser():
    """The system's Chromium. CI must have one; elsewhere its absence is said."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        assert not os.environ.get("CI"), "CI must have Chromium: .ci/run installs it"
        pytest.skip("no Chromium: the pages are NOT tested in a browser (apt-get install chromium)")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        yield (launched := driver.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"]))
        launched.close()


def complaints_of(browser, page_file: Path, width: int = 1280) -> list[str]:
    """What a page does that it must not: console errors, requests to any host, sideways scrolling."""
    tab, found = browser.new_page(viewport={"width": width, "height": 800}), []
    tab.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: found.append(str(error)))
    tab.on("request", lambda request: found.append(request.url) if not request.url.startswith(("file:", "data:")) else None)
    tab.goto(page_file.as_uri())
    tab.wait_for_timeout(150)  # the root page leads on to the first chapter
    if (wide := tab.evaluate("document.documentElement.scrollWidth")) > width:
        found.append(f"{wide} px wide")
    tab.close()
    return found


@pytest.mark.parametrize("width", [1280, 360])
def test_pages_opened_from_disk_ask_no_host_for_anything_and_raise_no_error(small, browser, width):
    pages = sorted((small / "_build" / "html").rglob("*.html"))
    assert len(pages) > 5
    assert {page.name: found for page in pages if (found := complaints_of(browser, page, width))} == {}


def test_a_page_that_asks_another_host_is_found(browser, tmp_path):
    bad = tmp_path / "bad.html"
    bad.write_text('<script src="http://127.0.0.1:9/x.js"></script><script>console.error("no")</script>')
    assert len(complaints_of(browser, bad)) >= 2


def test_tables_from_anywhere_make_a_book_that_does_not_say_where_they_were(small, tmp_path):
    elsewhere = shutil.copytree(small / "data", tmp_path / "somewhere" / "tables")
    done = pipeline(small, "--data", str(elsewhere), "book")
    assert done.returncode == 0, done.stdout + done.stderr
    told = page(small, "notebooks/small.html")
    assert "../data" in told and "somewhere" not in told
    pipeline(small, "book")


def test_what_an_edition_holds_is_put_back_if_it_was_touched(small):
    pipeline(small, "book")
    document = small / "_build" / "editions" / "latest" / "small.json"
    was = document.read_text()
    document.write_text(was.replace("49,000", "94,000"))
    assert pipeline(small, "book").returncode == 0
    assert document.read_text() == was and "94,000" not in page(small)


def test_a_sweep_is_gone_through_only_if_a_row_that_it_may_show_has_changed(small):
    (small / "notebooks" / "sweeps.yml").write_text(
        "monthly: {notebooks: [small], as_of: ['2024-01-01', latest], without: [mediazona]}\n"
    )
    rows, table = small / "data" / "observations.csv", small / "_build" / "sweeps" / "monthly.csv"
    try:
        assert "sweep: monthly: done" in pipeline(small, "book").stdout
        before = table.read_text()
        with changed(rows, "\ngs-losses-2022-03,", "\ngs-losses-2022-03-b,"):
            done = pipeline(small, "book")
            assert "sweep: monthly: as before" in done.stdout, done.stdout + done.stderr
        pipeline(small, "book")
        note = small / "_build" / "done" / "sweep_monthly"
        table.write_text("of a book that was built beside this one")
        note.write_text(json.dumps(json.loads(note.read_text()) | {"of": "its own", "table": hash_of_file(table)}))
        with changed(small / "book" / "other.md", "Another page.", "Yet another page."):  # a change that concerns no notebook
            assert "sweep: monthly: done" in pipeline(small, "book").stdout
            assert table.read_text() == before
        table.write_text("damaged")
        with changed(rows, ",49000,", ",49001,"):
            assert "sweep: monthly: done" in pipeline(small, "book").stdout
            assert "at least 49,001" in table.read_text() and "at least 49,000" in before
    finally:
        (small / "notebooks" / "sweeps.yml").unlink()


def test_papermill_and_warm_kernels_can_be_imported_in_either_order_and_the_forking_process_needs_neither():
    light = "import sys; import livingbook.runs.warm.fork_server; print('papermill' in sys.modules, 'zmq' in sys.modules)"
    orders = ["import livingbook.runs.warm.client, papermill", "import papermill, livingbook.runs.warm.client"]
    for code, said in [(light, "False False\n"), *((order, "") for order in orders)]:
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONPATH": str(ROOT / "notebooks")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (0, said), done.stderr
