"""What people and machines leave around a book: settings, leftovers of editors, numbers as others write them."""

import codecs
import json
import warnings
from pathlib import Path
from unittest.mock import Mock

import nbformat
import pytest
from docutils.frontend import OptionParser
from docutils.writers import html4css1
from livingbook.commands import setting
from livingbook.contract import check
from livingbook.notebook.parameters import ParameterError, declared, ordered, require
from livingbook.project.notebooks import of_book
from livingbook.project.project import Project
from livingbook.runs.present import tables
from livingbook.runs.sweep import load_sweeps
from livingbook.site import library
from livingbook.site.publication import exchange
from livingbook.site.rules_of_writing import faults
from livingbook.site.stage import require_settings
from livingbook.system import files
from livingbook.system.errors import BuildError, say_once
from livingbook.system.readers import yaml_of
from livingbook.system.surroundings import home, without_settings
from livingbook.words import lock
from livingbook.words.passages import chapters_in, is_record
from small_project import lay_out, lay_out_book, notebook

ROOT = Path(__file__).parents[2]


# --- Numbers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0700000", 700_000),
        ("700_000", 700_000),
        ("+5", 5),
        ("1e5", 100_000),
        ("2.5e-1", 0.25),
        ("310.000", 310.0),
        ("190:20", "190:20"),
        ("0x10", "0x10"),
        ("0o17", "0o17"),
        ("0b11", "0b11"),
        ("yes", "yes"),
        ("off", "off"),
        ("true", True),
        ("2025-06-09", "2025-06-09"),
    ],
)
def test_a_number_is_what_a_person_reads_on_the_command_line_and_in_files(tmp_path, text, expected):
    path = tmp_path / "settings.yml"
    path.write_text(f"one: {text}\nmany: [{text}]\n")
    found = yaml_of(path)
    for value in (setting(f"x={text}")[1], found["one"], found["many"][0]):
        assert value == expected and type(value) is type(expected)


def test_digits_without_end_stay_a_text():
    assert setting("x=" + "9" * 5000) == ("x", "9" * 5000)


def test_a_sweep_reads_padded_numbers_as_decimal_ones_and_refuses_others(tmp_path):
    lay_out(tmp_path)
    path = tmp_path / "padded.yml"
    path.write_text("padded:\n  notebooks: [small]\n  strength: [0200000, 0700000]\n")
    (sweep,) = load_sweeps(Project.at(tmp_path), path)
    assert sweep.grid["strength"] == [200_000, 700_000]
    path.write_text("padded:\n  notebooks: [small]\n  strength: [190:20]\n")
    with pytest.raises(BuildError, match="strength = '190:20'"):
        load_sweeps(Project.at(tmp_path), path)


# --- Parameters against each other -----------------------------------------------------------------------------------


ENDS = "never_low: Share = 0.1  # lowest\nnever_high: Share = 0.6  # highest\nlevel: Share = 0.9  # level"


@pytest.mark.parametrize("given", [{"never_low": 0.7}, {"never_high": 0.05}, {"never_low": 0.5, "never_high": 0.4}])
def test_a_lower_end_above_its_upper_end_is_refused(given):
    with pytest.raises(ParameterError, match=r"never_low = 0\.\d+: must be at most never_high, which is 0\.\d+"):
        require(declared(ENDS), given)


@pytest.mark.parametrize("given", [{"never_low": 0.6}, {"never_low": 0.7, "never_high": 0.8}, {"level": 0.01}, {}])
def test_ends_in_their_order_are_taken(given):
    require(declared(ENDS), given)


def test_a_sweep_over_both_ends_is_held_to_their_order(tmp_path):
    lay_out(tmp_path)
    source = (
        notebook()
        .replace('men in the theatre\\n"', 'men in the theatre\\n"')
        .replace(
            "strength: Persons = 200_000  # men in the theatre",
            "a_low: Persons = 1  # low\\na_high: Persons = 9  # high\\nstrength: Persons = 200_000  # men",
        )
    )
    (tmp_path / "notebooks" / "small.ipynb").write_text(source)
    path = tmp_path / "ends.yml"
    path.write_text("ends:\n  notebooks: [small]\n  a_low: [20, 30]\n  a_high: [40, 50]\n")
    assert load_sweeps(Project.at(tmp_path), path)
    path.write_text("ends:\n  notebooks: [small]\n  a_low: [20, 45]\n  a_high: [40, 50]\n")
    with pytest.raises(BuildError, match="a_low = 45: must be at most a_high, which is 40"):
        load_sweeps(Project.at(tmp_path), path)


def test_ends_are_known_by_their_names():
    assert ordered(["a_low", "a_high", "b_low", "c_start", "c_end", "low", "high"]) == [("a_low", "a_high"), ("c_start", "c_end")]


# --- Which notebooks are the book's ----------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    say_once.cache_clear()
    (tmp_path / "small.ipynb").write_text(notebook())
    return tmp_path


def written(**metadata) -> str:
    found = json.loads(notebook())
    found["metadata"].update(metadata)
    return json.dumps(found)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (
            "out.ipynb",
            written(papermill={"input_path": "small.ipynb", "output_path": "out.ipynb"}),
            "papermill has made it from small.ipynb",
        ),
        ("Untitled.ipynb", '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', "no cell is tagged `parameters`"),
        ("small-Copy1.ipynb", notebook(), "a copy of small.ipynb"),
        ("small (conflicted copy).ipynb", notebook(), "a copy of small.ipynb"),
    ],
)
def test_drafts_copies_and_what_papermill_wrote_are_passed_over_with_a_word(folder, capsys, name, content, words):
    (folder / name).write_text(content)
    assert of_book(folder) == ["small"]
    said = capsys.readouterr().err
    assert f"{name} is passed over: " in said and words in said


@pytest.mark.parametrize("name", [".#small.ipynb", "._small.ipynb", ".~small.ipynb", "~$small.ipynb"])
def test_what_editors_and_systems_leave_is_passed_over_in_silence(folder, capsys, name):
    (folder / name).write_bytes(b"\0\5\26\7\0\2\0\0Mac OS X        \260")
    (folder / ".#other.ipynb").symlink_to("somebody@host.1234")
    assert of_book(folder) == ["small"] and capsys.readouterr().err == ""


def test_a_notebook_that_papermill_ran_in_its_place_stays_and_one_that_is_damaged_is_not_lost(folder):
    (folder / "small.ipynb").write_text(written(papermill={"input_path": "small.ipynb", "output_path": "small.ipynb"}))
    (folder / "damaged.ipynb").write_text("<<<<<<< HEAD")
    assert of_book(folder) == ["damaged", "small"]


def test_tables_beside_which_a_system_left_files_are_sound(tmp_path):
    lay_out(tmp_path)
    (tmp_path / "data" / "._observations.csv").write_bytes(b"\0\5\26\7")
    (tmp_path / "data" / ".#observations.csv").symlink_to("nowhere")
    assert check(tmp_path / "data") == []


def leave(folder: Path, name: str) -> None:
    """Puts beside a file what editors, version control and systems leave there."""
    for left in (f"._{name}", f"#{name}#", f"{name}~", f"~${name}", f"{name}.orig", f".~lock.{name}#", "Thumbs.db", ".DS_Store"):
        (folder / left).write_bytes(b"\0\5\26\7\0\2\0\0Mac OS X        \260")
    (folder / f".#{name}").symlink_to("somebody@host.1234")


def test_chapters_and_other_texts_beside_which_something_was_left_are_read_alone(tmp_path):
    lay_out_book(tmp_path)
    project = Project.at(tmp_path)
    before = chapters_in(tmp_path / "book"), faults(project), list(files.tree(tmp_path / "book")), tables(project.data)
    for place, name in {
        "book": "index.md", "book/_static": "a.css", "book/_ext": "a.py", "notebooks": "small.ipynb", "data": "observations.csv",
    }.items():  # fmt: skip
        leave(tmp_path / place, name)
    assert (chapters_in(tmp_path / "book"), faults(project), list(files.tree(tmp_path / "book")), tables(project.data)) == before
    assert before[0].keys() == {"index", "other", "references"}
    require_settings(project)
    assert check(project.data) == []


@pytest.mark.parametrize("name", ["rate.md", "tilde~name.md", "hash#.md", "a.original.csv", "temporary.csv", "orig", "backup"])
def test_names_of_people_are_not_taken_for_leftovers(name):
    assert not files.is_left(name)


# --- Texts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["book/index.md", "book/methods.bib", "CITATION.cff", "_config.yml", "_toc.yml"])
@pytest.mark.parametrize("content", ["# Скрытое\n".encode("cp1251"), "# Hidden\n".encode("utf-16")], ids=["cp1251", "utf-16"])
def test_a_text_in_another_encoding_is_named_with_its_row(tmp_path, name, content):
    lay_out_book(tmp_path)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BuildError, match=rf"{name}, row 1: is not UTF-8 text"):
        require_settings(Project.at(tmp_path))


def test_a_text_with_a_byte_order_mark_is_taken(tmp_path):
    lay_out_book(tmp_path)
    for name in ("book/index.md", "_config.yml", "_toc.yml"):
        path = tmp_path / name
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    require_settings(Project.at(tmp_path))


def test_a_module_in_another_encoding_is_named_and_one_with_a_byte_order_mark_is_described(tmp_path):
    lay_out(tmp_path)
    path = tmp_path / "notebooks" / "desertion" / "kinds.py"
    was = path.read_bytes()
    runs = Mock()
    runs.source.return_value.notebook = nbformat.reads(notebook(), 4)
    before = library.reference(Project.at(tmp_path), runs)
    path.write_bytes(codecs.BOM_UTF8 + was)
    assert library.reference(Project.at(tmp_path), runs) == before and "desertion.kinds" in before
    path.write_bytes("# Скрытое\n".encode("cp1251") + was)
    with pytest.raises(BuildError, match=r"desertion/kinds\.py, row 1: is not UTF-8 text"):
        library.reference(Project.at(tmp_path), runs)


def test_the_lock_of_a_books_words_may_have_a_byte_order_mark(tmp_path):
    lay_out(tmp_path)
    path = tmp_path / "book" / "words.json"
    path.parent.mkdir()
    path.write_bytes(codecs.BOM_UTF8 + (ROOT / "book" / "words.json").read_bytes())
    assert lock.load(Project.at(tmp_path)) == lock.load(Project.at(ROOT))


def test_line_ends_and_byte_order_marks_of_other_systems_change_no_text(tmp_path):
    (tmp_path / "one.md").write_bytes(b"\xef\xbb\xbf---\r\nrecord: true\r\n---\r\n# One\r\n")
    assert chapters_in(tmp_path) == {"one": "---\nrecord: true\n---\n# One\n"} and is_record(chapters_in(tmp_path)["one"])


# --- Settings of the user, folders of the machine --------------------------------------------------------------------


def test_a_build_takes_over_places_and_no_settings():
    given = {
        "HOME": "/home/a", "PATH": "/bin", "PYTHONPATH": "notebooks", "TMPDIR": "/t", "BOOK_ADDRESS": "x", "LIVINGBOOK_ENGINE": "warm",
        "IPYTHONDIR": "a", "JUPYTER_PATH": "a", "JUPYTER_CONFIG_DIR": "a", "MPLBACKEND": "Agg", "MATPLOTLIBRC": "a", "PYTHONSTARTUP": "a",
        "PYTHONOPTIMIZE": "1", "PYTHONWARNINGS": "error", "LANG": "de_DE", "LC_NUMERIC": "de_DE", "TZ": "Asia/Tokyo", "GIT_DIR": "/other",
        "PYTHONHASHSEED": "7", "COLUMNS": "40", "DOCUTILSCONFIG": "/other/docutils.conf",
    }  # fmt: skip
    found = without_settings(given)
    kept = {name: value for name, value in found.items() if given.get(name) == value}
    assert kept.keys() == {"HOME", "PATH", "PYTHONPATH", "TMPDIR", "BOOK_ADDRESS", "LIVINGBOOK_ENGINE"}
    assert (
        found["TZ"] == "UTC"
        and found["PYTHONHASHSEED"] == "0"
        and found["DOCUTILSCONFIG"] == ""
        and found["MATPLOTLIBRC"].endswith("mpl-data/matplotlibrc")
    )
    assert without_settings(found) == found


def test_a_user_who_has_no_home_to_write_in_gets_one_and_others_keep_theirs(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    for given in (tmp_path, tmp_path / "file" / "home", tmp_path / "nowhere"):
        monkeypatch.setenv("HOME", str(given))
        assert home(tmp_path / "_build") == ({} if given == tmp_path else {"HOME": str(tmp_path / "_build" / "home")})


def test_settings_of_docutils_are_not_read(tmp_path, monkeypatch):
    """The files are ``~/.docutils``, ``/etc/docutils.conf``, and those that a variable names; headings would change with them."""
    (tmp_path / ".docutils").write_text("[html writers]\ninitial_header_level: 4\n[general]\nlanguage_code: de\n")
    for given in ({"HOME": str(tmp_path)}, {"HOME": str(tmp_path), "DOCUTILSCONFIG": str(tmp_path / ".docutils")}):
        monkeypatch.setattr("os.environ", without_settings(given))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that docutils will read its settings in another way
            assert OptionParser(components=(html4css1.Writer,), read_config_files=True).get_default_values().language_code == "en"


def test_temporary_folders_for_sockets_have_short_paths(tmp_path, monkeypatch):
    long = tmp_path / ("scratch-of-a-job-" * 5)
    long.mkdir()
    monkeypatch.setattr(files.tempfile, "tempdir", str(long))
    with files.short_folder() as folder:
        assert len(folder) < 80 and Path(folder).is_dir()
    assert not Path(folder).exists()
    monkeypatch.setattr(files.os, "access", lambda *_: False)  # nowhere else may be written
    with files.short_folder() as folder:
        assert Path(folder).parent == long


# --- The published folder --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at_once", [True, False])
def test_two_folders_change_places(tmp_path, monkeypatch, at_once):
    if not at_once:
        monkeypatch.setattr("livingbook.site.publication.swapped", lambda *_: False)
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    (one / "new").write_text("new")
    exchange(one, other)
    assert (other / "new").is_file() and not one.exists()
    one.mkdir()
    exchange(one, other)
    assert (one / "new").is_file() and not (other / "new").exists()
    assert {path.name for path in tmp_path.iterdir()} == {"one", "other"}
