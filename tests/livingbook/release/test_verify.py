"""The same bytes: what `make verify` compares, and what it says of a difference."""

import http.server
import shutil
from functools import partial

import pytest
from livingbook.project.project import Project
from livingbook.release import verify
from livingbook.site import manifest
from livingbook.system.errors import BuildError
from serving import serving
from small_project import ROOT, changed, lay_out, pipeline


def test_two_clean_builds_under_different_circumstances_are_the_same_and_a_notebook_that_tells_the_time_is_caught(tmp_path):
    """Of the whole way but the pages, which `tests/livingbook/site/test_pipeline.py` has: the notebooks, their results and files."""
    lay_out(tmp_path)
    made = [
        verify.build(Project.at(tmp_path), tmp_path / "in" / how.folder, tmp_path / "home" / how.user, how, [("run", "small")])
        for how in (verify.ONE, verify.OTHER)
    ]
    sides = [{path.name: path for path in (each / "runs" / "small").iterdir()} for each in made]
    assert set(sides[0]) == {"results.csv", "results.json", "small.ipynb"} and verify.differing(*sides) == []
    shutil.rmtree(tmp_path / "in")
    with changed(
        tmp_path / "notebooks" / "small.ipynb", "check(get_ipython())", "import time; print(time.time()); check(get_ipython())"
    ):
        made = [
            verify.build(Project.at(tmp_path), tmp_path / "in" / how.folder, tmp_path / "home" / how.user, how, [("run", "small")])
            for how in (verify.ONE, verify.OTHER)
        ]
    sides = [{path.name: path for path in (each / "runs" / "small").iterdir()} for each in made]
    assert verify.differing(*sides) == ["small.ipynb"]


def test_the_second_build_differs_in_everything_that_ought_not_to_matter():
    one, other = verify.ONE, verify.OTHER
    for name in ("folder", "user", "umask", "workers", "settings"):
        assert getattr(one, name) != getattr(other, name), name
    assert all(one.environment[name] != other.environment[name] for name in ("LIVINGBOOK_ENGINE", "LC_ALL", "TZ", "PYTHONHASHSEED"))


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        (b"a\nsame <b>one</b>\nc", b"a\nsame <b>two</b>\nc", "in line 2:\n    same <b>one</b>\n    same <b>two</b>"),
        (b"a\nb", b"a\nb\nc", "in line 2"),
        (b"\x89PNG\xff\x00", b"\x89PNG\xff\x01\x02", "at byte 5 of 6 and 7"),
        (b"", b"a", "in line 1"),
        (b"a", b"a", ""),
    ],
)
def test_the_first_difference_is_shown(one, other, words):
    assert words in verify.first_difference(one, other)
    assert bool(verify.first_difference(one, other)) == (one != other)


def test_files_that_only_one_build_has_and_files_that_differ_are_named(tmp_path, capsys):
    for side, files in {
        "one": {"html/a.html": "x", "html/b.html": "1", "sweeps/s.csv": "1"},
        "two": {"html/a.html": "x", "html/b.html": "2", "editions/n.ipynb": "1"},
    }.items():
        for name, text in files.items():
            (tmp_path / side / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / side / name).write_text(text)
    (tmp_path / "one" / "counting-the-500s.pdf").write_text("%PDF 1")
    (tmp_path / "two" / "counting-the-500s.pdf").write_text("%PDF 2")
    sides = [verify.to_compare(tmp_path / side) for side in ("one", "two")]
    found = verify.differing(*sides)
    assert found == ["counting-the-500s.pdf", "editions/n.ipynb", "html/b.html", "sweeps/s.csv"]
    verify.print_differences(found, *sides)
    said = capsys.readouterr().out
    assert "editions/n.ipynb: only in the second build" in said and "sweeps/s.csv: only in the first build" in said
    assert "html/b.html: first difference in line 1:\n    1\n    2" in said


@pytest.mark.parametrize("printed", [True, False])
def test_the_book_is_compared_in_every_form_that_can_be_made_here(tmp_path, monkeypatch, capsys, printed):
    asked = []
    monkeypatch.setattr(
        verify,
        "build",
        lambda project, root, home, how, commands: asked.append([each[0] for each in commands]) or tmp_path / "nothing",
    )
    monkeypatch.setattr(verify.importlib.util, "find_spec", lambda name: object() if printed else None)
    (tmp_path / "_build" / "verify").mkdir(parents=True)
    monkeypatch.setattr(verify.shutil, "rmtree", lambda *_, **__: None)
    assert verify.two_builds(Project.at(tmp_path), "latest") == 0
    assert asked == [["book", "epub", *(["pdf"] if printed else [])]] * 2
    assert ("The printed book is not compared" in capsys.readouterr().out) != printed


def test_two_builds_that_are_the_same_are_removed_and_of_many_differences_the_first_are_shown(tmp_path, monkeypatch, capsys):
    def build(project, root, home, how, commands):
        for number in range(verify.SHOWN + 1):
            (root / "_build" / "html").mkdir(parents=True, exist_ok=True)
            (root / "_build" / "html" / f"{number:02}.html").write_text(how.user if differ else "x")
        return root / "_build"

    monkeypatch.setattr(verify, "build", build)
    differ = False
    assert verify.two_builds(Project.at(tmp_path), "latest") == 0
    assert "Byte for byte the same: 21 files" in capsys.readouterr().out and not (tmp_path / "_build" / "verify").exists()
    differ = True
    assert verify.two_builds(Project.at(tmp_path), "latest") == 1
    said = capsys.readouterr().out
    assert "html/19.html: first difference" in said and "html/20.html: differs\n21 of 21 files differ; both builds are in" in said


def test_a_build_that_fails_says_which_and_why(tmp_path):
    with pytest.raises(BuildError, match=r"(?s)the build in .*one failed \(bok\):.*invalid choice: 'bok'"):
        verify.build(Project.at(ROOT), tmp_path / "one", tmp_path / "home", verify.ONE, [("bok",)])


def book(folder, files: dict[str, str], **about: str):
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    (folder / manifest.NAME).write_text(manifest.as_text(manifest.of_folder(folder, about)))
    return folder


@pytest.fixture
def here(tmp_path):
    book(tmp_path / "_build" / "html", {"a.html": "<p>one\n", "b.html": "same"}, edition="latest", python="3.11.7")
    return Project.at(tmp_path)


@pytest.fixture
def served(tmp_path):
    """The address of a published book that differs in one page and has one more."""
    folder = book(
        tmp_path / "there", {"a.html": "<p>two\n", "b.html": "same", "c d.html": "more"}, edition="latest", python="3.12.1"
    )
    handler = partial(
        type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *_: None}), directory=str(folder)
    )
    with serving(handler) as address:
        yield f"{address}/"


def test_a_book_is_compared_with_one_published_at_an_address(here, served, capsys):
    assert verify.against(here, served) == 1
    said = capsys.readouterr().out
    assert "python: 3.11.7 here, 3.12.1 there" in said and "edition" not in said
    assert "a.html: first difference in line 1:\n    <p>one\n    <p>two" in said and f"c d.html: only in {served}" in said
    assert "2 of 3 files differ" in said and "b.html" not in said
    assert verify.against(here, f"{served}{manifest.NAME}") == 1  # the manifest's own address will do


def test_a_book_is_compared_with_one_in_a_folder(here, tmp_path, capsys):
    copied = shutil.copytree(here.published, tmp_path / "copy")
    assert verify.against(here, str(copied)) == 0 and "Byte for byte the same: 2 files" in capsys.readouterr().out
    (copied / "b.html").write_text("changed since")  # its manifest does not say so
    assert verify.against(here, str(copied)) == 1 and "b.html: first difference" in capsys.readouterr().out


def test_a_book_that_is_not_as_it_was_built_is_compared_with_nothing(here, tmp_path):
    copied = shutil.copytree(here.published, tmp_path / "copy")
    (here.published / "a.html").write_text("spoilt")
    with pytest.raises(BuildError, match=r"a\.html: differs\n.*is not as it was built"):
        verify.against(here, str(copied))


@pytest.mark.parametrize("where", ["nowhere", "http://127.0.0.1:1/book", "http://[bad"])
def test_what_cannot_be_reached_is_said(here, where):
    with pytest.raises(BuildError, match=r"MANIFEST\.sha256"):
        verify.against(here, where)


def test_the_command_says_that_there_is_no_book_yet(tmp_path):
    lay_out(tmp_path)
    done = pipeline(tmp_path, "verify", "--against", "nowhere")
    assert done.returncode == 1 and "`make book`" in done.stderr and "Traceback" not in done.stderr
