"""What published files say of where they come from, and what they must not say."""

import hashlib
import json
import shutil
import struct
import subprocess
import zlib
from pathlib import Path
from xml.etree import ElementTree

import frictionless
import pytest
import resvg_py
from livingbook.changes import compare
from livingbook.changes.snapshots import Figure
from livingbook.drawing import svg
from livingbook.project.project import Project
from livingbook.site import leaks, manifest, provenance, publication
from livingbook.system.digests import digest
from livingbook.system.errors import BuildError
from small_project import ROOT, lay_out

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10" width="10" height="10">\n <title>T</title><path d="M 0 0 L 9 9" stroke="black"/></svg>'
BOOK = provenance.Imprint("A <book> & more", "1.2.3", "latest", {"latest": "ab" * 32, "article": "cd" * 32})


@pytest.fixture
def staged(tmp_path):
    """A small project, and pages of it that are ready to be published."""
    lay_out(tmp_path)
    shutil.copy(ROOT / "CITATION.cff", tmp_path)
    project = Project.at(tmp_path)
    files = {
        "stage/published/editions.json": json.dumps({"own": "latest", "editions": {"latest": {}, "article": {}}}),
        "stage/CITATION.cff": (ROOT / "CITATION.cff").read_text("utf-8"),
        "pages/index.html": "<p>Hello",
        "pages/data/datapackage.json": (ROOT / "data" / "datapackage.json").read_text("utf-8"),
        "pages/figures/latest/rate-windows.svg": SVG,
        "pages/figures/latest/rate-windows.csv": "w,n\nfirst,1\n",
        "pages/figures/article/rate-windows.svg": SVG,
        "editions/latest/notebooks/small.ipynb": executed("49,000"),
    }
    for name, text in files.items():
        path = project.build / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (project.build / "pages/figures/latest/rate-windows.png").write_bytes(bytes(resvg_py.svg_to_bytes(svg_string=SVG)))
    return project


def executed(printed: str) -> str:
    return json.dumps(
        {
            "cells": [
                {"cell_type": "markdown", "source": "# Q"},
                {"cell_type": "code", "outputs": [{"output_type": "stream", "name": "stdout", "text": printed}]},
            ]
        }
    )


def published(project: Project, name: str = "book") -> Path:
    text = (project.build / "editions/latest/notebooks/small.ipynb").read_text("utf-8")
    publication.complete(project, project.build / "pages", project.build / name, {("latest", "small", digest(text)): lambda: text})
    return project.build / name


def texts(picture: bytes) -> dict[str, str]:
    """The text chunks of a PNG whose checksums all hold."""
    found = {}
    for kind, chunk in provenance.chunks(picture):
        assert struct.unpack(">I", chunk[-4:])[0] == zlib.crc32(chunk[4:-4])
        if kind == b"tEXt":
            keyword, _, words = chunk[8:-4].partition(b"\0")
            found[keyword.decode()] = words.decode("latin-1")
    return found


def test_a_drawing_says_book_version_edition_and_data_and_looks_the_same():
    made = svg.stamped(SVG.encode(), provenance.terms("figures/latest/a.svg", BOOK.of("latest")))
    said = {
        element.tag.partition("}")[2]: element.text for element in ElementTree.fromstring(made).iter() if "purl.org" in element.tag
    }
    assert said == {
        "identifier": "figures/latest/a.svg",
        "isPartOf": "A <book> & more",
        "hasVersion": "1.2.3",
        "provenance": f"edition latest; data sha256:{'ab' * 32}",
        "license": "https://creativecommons.org/licenses/by/4.0/",
    }
    assert bytes(resvg_py.svg_to_bytes(svg_string=made.decode())) == bytes(resvg_py.svg_to_bytes(svg_string=SVG))
    assert svg.without_provenance(made) == SVG.encode()
    assert svg.stamped(made, provenance.terms("figures/latest/a.svg", BOOK.of("latest"))) == made  # said once
    assert svg.stamped(SVG.encode(), provenance.terms("figures/latest/a.svg", BOOK.of("article"))) != made


def test_a_picture_says_the_same_and_stays_a_picture():
    picture = bytes(resvg_py.svg_to_bytes(svg_string=SVG))
    made = provenance.png(picture, BOOK.of("latest"))
    assert texts(made) == {
        "Source": "A <book> & more 1.2.3",
        "Comment": f"edition latest; data sha256:{'ab' * 32}",
        "Copyright": "https://creativecommons.org/licenses/by/4.0/",
    }
    assert provenance.png(made, BOOK.of("latest")) == made
    assert [chunk for kind, chunk in provenance.chunks(made) if kind != b"tEXt"] == [
        chunk for _, chunk in provenance.chunks(picture)
    ]


def test_a_book_says_of_every_figure_and_table_where_it_comes_from(staged):
    book = published(staged)
    tables = subprocess.run(
        "LC_ALL=C sha256sum *.csv | sha256sum", shell=True, cwd=staged.data, capture_output=True, text=True, check=True
    )
    data = f"sha256:{tables.stdout.split()[0]}"  # as a reader can compute it
    for edition in ("latest", "article"):
        assert f"edition {edition}; data {data}" in (book / "figures" / edition / "rate-windows.svg").read_text("utf-8")
    assert data in texts((book / "figures" / "latest" / "rate-windows.png").read_bytes())["Comment"]
    assert (book / "figures" / "latest" / "rate-windows.csv").read_text("utf-8") == "w,n\nfirst,1\n"  # rows and nothing else
    package = json.loads((book / "figures" / "latest" / "datapackage.json").read_text("utf-8"))
    version = provenance.of_stage(staged).version
    assert (
        version
        and package["version"] == version
        and package["provenance"]["data"] == data
        and package["provenance"]["edition"] == "latest"
    )
    assert (
        package["resources"][0]["hash"] == f"sha256:{hashlib.sha256(b'w,n' + bytes([10]) + b'first,1' + bytes([10])).hexdigest()}"
    )
    assert json.loads((book / "data" / "datapackage.json").read_text("utf-8"))["provenance"]["data"] == data
    assert not (book / "figures" / "article" / "datapackage.json").exists()  # no tables there


def test_the_packages_of_a_book_are_data_packages(staged):
    book = published(staged)
    assert frictionless.validate(str(book / "figures" / "latest" / "datapackage.json")).valid
    assert (
        frictionless.Package.from_descriptor(str(book / "data" / "datapackage.json")).version == provenance.of_stage(staged).version
    )
    (book / "figures" / "latest" / "rate-windows.csv").write_text("w,n\nfirst,2\n")
    assert not frictionless.validate(str(book / "figures" / "latest" / "datapackage.json")).valid  # the hash is held to


def test_what_a_file_says_of_itself_is_no_change_of_a_figure(staged):
    book, bare = published(staged), staged.build / "pages"
    contents = [
        compare._content(Figure("", "", "latest", folder / "figures/latest/rate-windows.svg", folder)) for folder in (book, bare)
    ]
    assert contents[0] == contents[1] == SVG.encode()


def test_another_row_changes_what_is_said_and_nothing_else(staged):
    first = published(staged)
    table = staged.data / "observations.csv"
    table.write_text(table.read_text("utf-8").replace(",49000,", ",49001,", 1), "utf-8")
    second = published(staged, "second")
    assert {name for name, _ in manifest.differences(manifest.read(first), manifest.read(second), "a", "b")} == {
        "data/datapackage.json",
        "figures/latest/datapackage.json",
        "figures/latest/rate-windows.png",
        "figures/latest/rate-windows.svg",
        "figures/article/rate-windows.svg",
    }


def test_sha256sum_agrees_with_the_manifest_and_finds_a_changed_file(staged):
    book = published(staged)
    check = ["sha256sum", "--strict", "--quiet", "-c", manifest.NAME]
    assert subprocess.run(check, cwd=book, capture_output=True, check=False).returncode == 0
    (book / "index.html").write_text("<p>Hallo")
    done = subprocess.run(check, cwd=book, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "index.html: FAILED" in done.stdout
    assert manifest.differences(manifest.read(book), manifest.of_folder(book), "a", "b") == [("index.html", "differs")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "lists no file"),
        ("# a: b\n", "lists no file"),
        ("<html>\n", "line 1: not a line of a manifest"),
        (f"{'a' * 64} one-space\n", "line 1"),
    ],
)
def test_what_is_no_manifest_is_refused(text, words):
    with pytest.raises(BuildError, match=words):
        manifest.from_text(text, "there")


def test_a_manifest_is_read_as_it_was_written():
    given = manifest.Manifest({"book": "A: B", "python": "3.11.7"}, {"b c.html": "b" * 64, "a.html": "a" * 64})
    assert manifest.from_text(manifest.as_text(given), "") == given and manifest.as_text(given).endswith(
        f"{'a' * 64}  a.html\n{'b' * 64}  b c.html\n"
    )
    other = manifest.Manifest({}, {"b c.html": "c" * 64, "d.html": "d" * 64})
    assert manifest.differences(given, other, "here", "there") == [
        ("a.html", "only in here"),
        ("b c.html", "differs"),
        ("d.html", "only in there"),
    ]


LEAKS = {
    "checkout": lambda root: (str(root), "the folder of the checkout"),
    "home": lambda root: ("/srv/people/someone/x", "the user's folder"),
    "another's": lambda root: ("/home/jdoe/thesis", "a path of somebody's machine"),
    "Windows": lambda root: (r"C:\Users\jdoe\x", "a path of somebody's machine"),
    "kernel": lambda root: ("File /tmp/ipykernel_12345/1.py", "a path of somebody's machine"),
    "user": lambda root: ("by jqdoe!", "the name of the user"),
    "variable": lambda root: ('tok<en>&"so long', "the value of the environment variable API_TOKEN"),
    "variable's name": lambda root: ("API_TOKEN", "the name of an environment variable"),
}
IN_PAGES = ("checkout", "home", "another's", "Windows", "kernel")


@pytest.fixture
def someone(monkeypatch):
    monkeypatch.setenv("HOME", "/srv/people/someone")
    monkeypatch.setenv("LOGNAME", "jqdoe")
    monkeypatch.setenv("API_TOKEN", 'tok<en>&"so long')


@pytest.mark.parametrize("kind", LEAKS)
def test_an_executed_notebook_that_tells_of_the_machine_is_named_with_its_cell(staged, someone, kind):
    text, what = LEAKS[kind](staged.root)
    (staged.build / "editions/latest/notebooks/small.ipynb").write_text(executed(f"here: {text}"), "utf-8")
    with pytest.raises(BuildError, match=r"notebooks/small\.ipynb, cell 2 \(edition latest\): carries ") as refused:
        published(staged)
    assert what in str(refused.value) and "so long" not in str(refused.value)


@pytest.mark.parametrize("kind", IN_PAGES)
def test_a_page_that_tells_of_the_machine_is_named(staged, someone, kind):
    text, what = LEAKS[kind](staged.root)
    (staged.build / "pages/index.html").write_text(f"<p>{text}", "utf-8")
    with pytest.raises(BuildError, match=r"index\.html: carries ") as refused:
        published(staged)
    assert what in str(refused.value)


def test_a_file_found_clean_is_looked_through_again_on_another_machine(staged, monkeypatch):
    monkeypatch.setenv("HOME", "/srv/people/nobody")
    (staged.build / "pages/index.html").write_text("<p>/srv/people/someone/x", "utf-8")
    published(staged)
    monkeypatch.setattr(leaks.Searcher, "found", lambda *_: "nothing: not to be called")
    published(staged, "again")  # everything was found clean
    monkeypatch.undo()
    monkeypatch.setenv("HOME", "/srv/people/someone")
    with pytest.raises(BuildError, match="the user's folder"):
        published(staged, "there")


@pytest.mark.parametrize("name", ["listed", "ab"])
def test_a_user_is_not_given_away_by_a_word_of_the_book_or_a_short_one(staged, monkeypatch, name):
    monkeypatch.setenv("LOGNAME", name)
    (staged.build / "editions/latest/notebooks/small.ipynb").write_text(executed(f"names {name} here"), "utf-8")
    published(staged)
