"""Whatever is done to the tables and settings: it is accepted and the evidence is right, or it is refused by file, row, field and reason.

`make fuzz` tries at least 1,000 spoilt folders; the suite tries a few of each kind. The seed is fixed (`--fuzz-seed`).
"""

from __future__ import annotations

import copy
import csv
import hashlib
import html
import io
import json
import math
import os
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from livingbook import contract
from livingbook.contract import Fault, check
from livingbook.evidence.reading import load
from livingbook.evidence.tables import read_table
from livingbook.project.project import Project
from livingbook.runs import running, sweep
from livingbook.runs.notebook_source import Source, source_of
from livingbook.runs.present import Present
from livingbook.runs.runs import Runs
from livingbook.system.errors import BuildError
from livingbook.system.files import as_json
from livingbook.values.days import LATEST
from mutations import ACCEPTED, DATA, FIELDS, JSON, REFUSED, WAYS, Outcome, Tables, cut
from small_project import ROOT, lay_out, notebook, pipeline
from watchdog import watchdog

HANGS = 180  # seconds; nothing here takes two on an idle machine


def tried(request: pytest.FixtureRequest, least: int, share: float):
    """How hypothesis tries: so many examples, from the seed, keeping nothing from run to run."""
    wanted = math.ceil(request.config.getoption("--folders") * share)
    how = settings(
        max_examples=max(least, wanted),
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    return lambda test: seed(request.config.getoption("--fuzz-seed"))(how(test))


@pytest.fixture(scope="session")
def small_tables(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("cut")
    cut(folder)
    assert check(folder) == []
    return folder


@pytest.fixture(scope="session")
def tally():
    """What came of the folders, by the way in which they were spoilt."""
    found: dict[str, Counter] = {}
    yield found
    print(f"\n{'Spoilt folders':38}{'refused':>9}{'accepted':>9}")
    for name, each in found.items():
        print(f"  {name:36}{each[True]:9,}{each[False]:9,}")
    print(f"  {'all':36}{sum(each[True] for each in found.values()):9,}{sum(each[False] for each in found.values()):9,}")


@pytest.mark.parametrize("name", WAYS)
def test_a_spoilt_folder_is_accepted_and_right_or_refused_with_place_and_reason(request, small_tables, tally, name):
    counted = tally.setdefault(name, Counter())

    @tried(request, 1, 1 / len(WAYS))
    @given(st.data())
    def spoil(data):
        whole = request.config.getoption("--folders") > 100 and data.draw(st.integers(0, 9)) == 0
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary) / "data"
            folder.mkdir()
            for path in (DATA if whole else small_tables).glob("*.csv"):
                shutil.copyfile(path, folder / path.name)
            wanted = WAYS[name](Tables(folder), data.draw)
            with watchdog(HANGS):
                faults = check(folder)
                counted[bool(faults)] += 1
                judge(folder, faults, wanted)

    spoil()


def judge(folder: Path, faults: list[Fault], wanted: Outcome) -> None:
    """Raises ``AssertionError`` unless a folder was rightly refused, or rightly accepted and well read."""
    assert not faults or wanted.what != ACCEPTED, "\n".join(map(str, faults[:5]))
    assert faults or wanted.what != REFUSED
    for fault in faults:
        line = str(fault)
        assert line.isprintable() and len(line) < 3_000 and fault.reason
        assert_found_there(folder, fault)
    if wanted.what == REFUSED and wanted.file:
        named = [fault for fault in faults if fault.file == wanted.file]
        assert named, "\n".join(map(str, faults[:5]))
        if wanted.row:
            assert wanted.row in {fault.row for fault in named}, "\n".join(map(str, named[:5]))
        if wanted.field:
            assert wanted.field in {fault.field for fault in named if fault.row == wanted.row}, "\n".join(map(str, named[:5]))
    if not faults:
        assert_well_read(folder)


def assert_found_there(folder: Path, fault: Fault) -> None:
    """The cell that a fault names is the one that a spreadsheet shows in that row and column."""
    if fault.row is None or fault.field is None or fault.value is None:
        return
    rows = list(csv.reader(io.StringIO((folder / fault.file).read_bytes().decode("utf-8-sig"), newline="")))
    assert rows[fault.row - 1][rows[0].index(fault.field)] == fault.value, str(fault)


def assert_well_read(folder: Path) -> None:
    """Library and contract read the same cells, and as of any day bounds are in order and nothing is known too early."""
    for table in FIELDS:
        theirs = contract.read_csv_table(folder, table, list(FIELDS[table])).rows
        assert read_table(folder, table).to_dict("records") == theirs
    known = sorted(set(read_table(folder, "observations")["known_from"]))
    for as_of in ("1700-01-01", *known[:: max(1, len(known) // 4)], LATEST):
        evidence = load(folder, as_of)
        rows = evidence.observations(status=["use", "rereport", "conflict", "reject"])
        for bounds in rows["bounds"]:
            assert math.isfinite(bounds.low) and bounds.low <= bounds.high and not math.isnan(bounds.high)
            assert bounds.value is None or math.isfinite(bounds.value)
        assert as_of == LATEST or all(str(day) <= as_of for day in rows["known_from"])
    for table in ("origins", "measures", "populations"):
        assert set(load(folder).labels(table)) == set(read_table(folder, table)[table[:-1]])


# --- Notebooks that run on accepted folders -----------------------------------------------------------------------------


def published(project: Project, name: str) -> dict[str, dict]:
    """Name → what a notebook publishes from a project's data, checked to be finite JSON with its text escaped."""
    given_ = {"as_of": LATEST, "data": project.relative_path(project.data)}
    executed = running.run_notebook(project, name, given_)
    found = {}
    for cell in executed.cells:
        for output in cell.get("outputs", []):
            shown = output.get("data", {}).get("text/html", "")
            assert not re.search(r"<(?:script|img|h1)\b", "".join(shown)), name
    for each in running.payloads(executed):
        assert "<script" not in as_json(each["body"].get("svg", ""))
        found[each["name"]] = json.loads(as_json(each["body"]))  # refuses what is not finite
        for row in csv.reader(io.StringIO(found[each["name"]].get("csv", ""))):
            assert not [text for text in row if re.match(r"\s*[=+@＝＋－＠]|-(?![0-9.])", text)]
    return found


@pytest.fixture
def same_folder(monkeypatch):
    """Notebooks run from their own folder; a test comes back to its own."""
    monkeypatch.chdir(Path.cwd())


def notebooks(request: pytest.FixtureRequest) -> list[str]:
    """One notebook, or in a long run all that read tables alone."""
    project = Project.at(ROOT)
    parameters = {name: {each.name for each in source_of(project, name).parameters} for name in project.notebook_names}
    return (
        [name for name in parameters if not parameters[name] & {"results", "sweep"}]
        if request.config.getoption("--folders") > 100
        else ["totals"]
    )


def test_real_notebooks_publish_escaped_text_and_finite_numbers_from_hostile_texts(request, tmp_path, same_folder):
    shutil.copytree(DATA, tmp_path / "data")
    WAYS["markup in every text"](Tables(tmp_path / "data"), lambda strategy: 7)
    assert check(tmp_path / "data") == []
    told = []
    for name in notebooks(request):
        plain = published(Project.at(ROOT), name)
        hostile = published(Project.at(ROOT, str(tmp_path / "data")), name)
        numbers, same = (
            {
                (key, part): body[part]
                for key, body in each.items()
                for part in ("low", "value", "high")
                if body.get(part) is not None
            }
            for each in (hostile, plain)
        )
        assert numbers == pytest.approx(same, rel=1e-12)  # names order what is added up, and so its last digit
        told += [name] * ("script" in html.unescape(as_json(hostile)))
    assert "totals" in told  # so that something was there to be escaped


def test_real_notebooks_publish_the_same_from_tables_saved_in_other_ways(request, tmp_path, same_folder):
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder)
    tables = Tables(folder)
    for table in FIELDS:
        rows = tables.rows(table)
        tables.write(table, [row[::-1] for row in [rows[0], *rows[:0:-1]]], lineterminator="\r\n")
        tables.file(table).write_bytes(b"\xef\xbb\xbf" + tables.file(table).read_bytes())
    assert check(folder) == []
    for name in notebooks(request):
        assert published(Project.at(ROOT, str(folder)), name) == published(Project.at(ROOT), name)


# --- Settings -----------------------------------------------------------------------------------------------------------

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
HOSTILE_YAML = {
    "a bomb": (BOMB + "latest: {as_of: latest, assumptions: *i}\n", "anchors and aliases"),
    "a circle": ("latest: &l {as_of: latest, assumptions: {small: *l}}\n", "anchors and aliases"),
    "a merge": ("latest: {as_of: latest}\nb:\n  <<: {as_of: latest}\n", "<<: there is no such setting"),
    "a call": ("latest: !!python/object/apply:os.system ['true']\n", "tags"),
    "an object": ("latest: !!python/object:pathlib.Path {}\n", "tags"),
    "a binary": ("latest: {as_of: !!binary bGF0ZXN0}\n", "tags"),
    "deep": ("latest: " + "[" * 5_000, "nested too deeply"),
    "a huge number": ("latest: {as_of: " + "9" * 6_000 + "}\n", "digits"),
    "a number too large": ("latest: {as_of: latest, assumptions: {small: {strength: " + "9" * 400 + "}}}\n", "strength"),
    "not a number": ("latest: {as_of: latest, assumptions: {small: {strength: .nan}}}\n", "strength"),
    "no day": ("latest: {as_of: 2025-02-30}\n", "must be latest, or a day"),
    "a day of another form": ('latest: {as_of: "20250609"}\n', "must be latest, or a day"),
    "a week": ("latest: {as_of: 2025-W23-1}\n", "must be latest, or a day"),
    "a time": ("latest: {as_of: 2025-06-09T10:00:00}\n", "must be latest, or a day"),
    "nothing": ("latest: {as_of: null}\n", "must be latest, or a day"),
    "twice": ("latest: {as_of: latest}\nlatest: {as_of: 2025-06-09}\n", 'row 2: "latest" is given twice'),
    "names that are no text": ("latest: {as_of: latest}\ntrue: {as_of: latest}\n", "row 2: a name must be text"),
    "a path": ("latest: {as_of: latest}\n../../x: {as_of: latest}\n", "must be a name"),
    "a letter of another script": ("latest: {as_of: latest}\nlаtest: {as_of: latest}\n", "must be a name"),
    "too long a name": ("latest: {as_of: latest}\n" + "x" * 900 + ": {as_of: latest}\n", "must be a name"),
    "a list": ("- latest\n", "must list editions"),
    "a text": ("latest\n", "must list editions"),
    "empty": ("", "must list editions"),
    "an edition that is a list": ("latest: [as_of]\n", "edition 'latest': must be names with values"),
    "settings that are none": ("latest: {as_of: latest, colour: red}\n", "colour = 'red': there is no such setting"),
    "assumptions that are a list": ("latest: {as_of: latest, assumptions: [1]}\n", "assumptions: must be names with values"),
    "a date of its own": ("latest: {as_of: latest, assumptions: {small: {as_of: 2023-01-01}}}\n", "as_of cannot be assumed"),
    "data of its own": ("latest: {as_of: latest, assumptions: {small: {data: /tmp}}}\n", "data cannot be assumed"),
    "no such data": ("latest: {as_of: latest, data: nowhere}\n", "no such data folder"),
    "data that are no name": ("latest: {as_of: latest, data: [data]}\n", "data: must be a text"),
    "a name with a zero": ('latest: {as_of: latest, data: "a\\0b"}\n', "there can be no such folder"),
    "too long a folder": ("latest: {as_of: latest, data: " + "x" * 5_000 + "}\n", "there can be no such folder"),
    "control characters": ("latest: {as_of: latest} # \x07\n", "U+0007"),
    "not closed": ("latest: {as_of: 'latest}\n", "editions.yml, row"),
    "tabs": ("latest:\n\tas_of: latest\n", "editions.yml, row 2"),
    "too large": ("latest: {as_of: latest}\n" + "#" * 70_000, "is larger than 64 KiB"),
}
SWEEPS = {
    "a bomb": (BOMB + "s: {notebooks: [small], as_of: *i}\n", "anchors and aliases"),
    "a circle": ("s: &s {notebooks: [small], as_of: [*s]}\n", "anchors and aliases"),
    "too many settings": (
        "s: {notebooks: [small], strength: ["
        + ", ".join(map(str, range(1, 501)))
        + "], as_of: ["
        + ", ".join(["latest"] * 500)
        + "]}\n",
        "asks for more than 100,000 settings",
    ),
    "a day of another form": ("s: {notebooks: [small], as_of: [20250609]}\n", "must be latest, or a day"),
    "lists in a list": ("s: {notebooks: [small], strength: [[1]]}\n", "each value is a number or a text"),
    "a notebook that is a list": ("s: {notebooks: [[small]], as_of: [latest]}\n", "notebooks, 0: must be a text"),
    "not notebooks": ("s: {notebooks: small, as_of: [latest]}\n", "notebooks = 'small': must be a list"),
    "a path": ("../x: {notebooks: [small], as_of: [latest]}\n", "must be a name"),
    "no value": ("s: {notebooks: [small], strength: [0]}\n", "strength = 0"),
    "a list": ("[s]", "must list sweeps by name"),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A project without a book, but with something published that must not change."""
    root = tmp_path_factory.mktemp("fuzzed")
    lay_out(root)
    for name in ("_config.yml", "_toc.yml"):
        shutil.copyfile(ROOT / name, root / name)
    (root / "_build" / "published" / "1").mkdir(parents=True)
    (root / "_build" / "published" / "1" / "index.html").write_text("<p>The last good book.</p>", "utf-8")
    (root / "_build" / "html").symlink_to("published/1")
    return root


@pytest.fixture
def kept(project):
    """The project, every file of which is put back."""
    files = [project / name for name in ("_config.yml", "_toc.yml", "notebooks/editions.yml", "notebooks/small.ipynb")]
    before = {path: path.read_bytes() for path in files}
    yield project
    (project / "notebooks" / "sweeps.yml").unlink(missing_ok=True)
    for path, content in before.items():
        path.write_bytes(content)


@pytest.mark.parametrize("name", HOSTILE_YAML)
def test_hostile_editions_are_refused_in_a_sentence(kept, name):
    content, words = HOSTILE_YAML[name]
    (kept / "notebooks" / "editions.yml").write_text(content, "utf-8")
    with watchdog(HANGS), pytest.raises(BuildError) as refused:
        for edition in Project(kept, kept / "data").editions:
            _ = Runs(Project(kept, kept / "data"), Present()).asked(edition, "small").identity
    assert words in str(refused.value) and len(str(refused.value)) < 2_000


@pytest.mark.parametrize("name", SWEEPS)
def test_hostile_sweeps_are_refused_in_a_sentence(kept, name):
    content, words = SWEEPS[name]
    (kept / "notebooks" / "sweeps.yml").write_text(content, "utf-8")
    with watchdog(HANGS), pytest.raises(BuildError) as refused:
        sweep.load_sweeps(Project(kept, kept / "data"))
    assert words in str(refused.value) and len(str(refused.value)) < 2_000


def test_editions_of_any_text_are_read_or_refused(request, kept):
    path = kept / "notebooks" / "editions.yml"
    good = path.read_text("utf-8")
    pieces = st.sampled_from(
        [
            "&a ",
            "*a",
            "!!python/name:os.system",
            "<<: ",
            "[",
            "}",
            ": ",
            "- ",
            "? ",
            "\n",
            "\t",
            "'",
            '"',
            "|",
            "%",
            "@",
            "`",
            "\x00",
            "2025-06-09",
            ".inf",
            "0o17",
            "1:30",
            "null",
            "~",
            "---\n",
            "...\n",
            "\ud7ff",
            "é",
        ]
    ) | st.text(max_size=6)

    @tried(request, 30, 0.5)
    @given(st.lists(st.tuples(st.integers(0, len(good)), pieces), min_size=1, max_size=5))
    def spoil(changes):
        text = good
        for at, piece in changes:
            text = text[:at] + piece + text[at:]
        path.write_text(text, "utf-8", newline="")
        with watchdog(HANGS):
            try:
                assert all(edition.as_of for edition in Project(kept, kept / "data").editions)
            except BuildError as refused:
                assert str(path) in str(refused)

    spoil()


# --- Notebooks that are none -----------------------------------------------------------------------------------------------


def take(path: Path) -> None:
    """What the pipeline does with a notebook before it runs."""
    found = Source(path, path.read_bytes())
    assert found.parameters is not None and found.hash
    found.mentioned(["other"], [])


MALFORMED = {
    "empty": b"",
    "not JSON": b"{",
    "not text": b"\xff\xfe",
    "a list": b"[]",
    "a number": b"1",
    "nothing in it": b"{}",
    "no cells": b'{"nbformat": 4}',
    "of a format to come": b'{"nbformat": 99, "nbformat_minor": 0, "cells": [], "metadata": {}}',
    "of a format long gone": b'{"nbformat": 1, "cells": []}',
    "deep": b"[" * 100_000,
    "cells that are none": b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [1, null, "x"]}',
    "no parameters": notebook("x = 1").encode(),
    "a cell without a source": notebook().replace('"source"', '"sauce"').encode(),
    "parameters that are no Python": notebook("as_of: AsOf = (").encode(),
    "parameters that are computed": notebook('as_of: AsOf = str(open("/etc/passwd").read())  # no').encode(),
    "parameters declared twice": notebook('as_of: AsOf = "latest"  # a\nas_of: AsOf = "latest"  # b').encode(),
    "parameters without end": notebook("as_of: AsOf = " + "(" * 3_000).encode(),
    "tags that are none": notebook().replace('"parameters"\n', "1\n").encode(),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_file_that_is_no_notebook_of_ours_is_refused_in_a_sentence(tmp_path, name):
    path = tmp_path / "small.ipynb"
    path.write_bytes(MALFORMED[name])
    with watchdog(HANGS), pytest.raises(BuildError, match=r"small\.ipynb") as refused:
        take(path)
    assert len(str(refused.value)) < 2_000


def test_a_spoilt_notebook_is_taken_or_refused(request, tmp_path):
    path, good = tmp_path / "small.ipynb", json.loads(notebook())

    @tried(request, 30, 0.5)
    @given(st.data())
    def spoil(data):
        spoilt = here = copy.deepcopy(good)
        while True:
            places = list(here) if isinstance(here, dict) else list(range(len(here)))
            place = data.draw(st.sampled_from(places))
            if not (isinstance(here[place], dict | list) and here[place]) or data.draw(st.integers(0, 2)) == 0:
                break
            here = here[place]
        if data.draw(st.booleans()):
            del here[place]
        else:
            here[place] = data.draw(JSON)
        path.write_text(json.dumps(spoilt), "utf-8")
        with watchdog(HANGS):
            try:
                take(path)
            except BuildError as refused:
                assert "small.ipynb" in str(refused)

    spoil()


# --- The command itself ------------------------------------------------------------------------------------------------------


def digest_of(folder: Path) -> str:
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        found.update(f"{path.relative_to(folder)} {path.read_bytes() if path.is_file() else ''}".encode())
    return found.hexdigest()


COMMANDS = {
    "a wrong cell": ("data/origins.csv", "acta,=1+1", "origins.csv, row 2"),
    "an edition": ("notebooks/editions.yml", HOSTILE_YAML["a bomb"][0], "anchors and aliases"),
    "the settings": ("_config.yml", "title: &t x\nauthor: *t\n", "_config.yml, row 1: anchors and aliases"),
    "the contents": ("_toc.yml", "[", "_toc.yml, row"),
    "a notebook": ("notebooks/small.ipynb", "{}", "small.ipynb: not a notebook"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_command_ends_with_one_sentence_and_the_published_book_as_it_was(kept, name):
    file, content, words = COMMANDS[name]
    path, before = kept / file, digest_of((kept / "_build" / "html").resolve())
    was = path.read_bytes()
    try:
        if file.endswith(".csv"):
            rows = was.decode().split("\n")
            path.write_text("\n".join([rows[0], re.sub(r"^[^,]*,(\"[^\"]*\"|[^,]*)", content, rows[1]), *rows[2:]]), "utf-8")
        else:
            path.write_text(content, "utf-8")
        done = pipeline(kept, "book")
    finally:
        path.write_bytes(was)
    assert done.returncode == 1 and words in done.stderr, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert digest_of((kept / "_build" / "html").resolve()) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--data", "x" * 5_000, "book"], "there can be no such folder"),
        (["--data", "/nowhere", "book"], "no such data folder"),
        (["run", "small", "strength=[1"], "strength = '[1'"),
        (["run", "small", "as_of=2025-13-45"], "as_of = '2025-13-45'"),
        (["run", "small", "as_of=20250609"], "as_of = 20250609: input should be a valid string"),
        (["run", "small", "strength=" + "9" * 5_000], "strength"),
        (["run", "../nowhere"], "no notebook 'nowhere'"),
        (["serve", "--port", "99999999"], "cannot serve on 127.0.0.1, port 99999999"),
        (["serve", "--host", "192.0.2.1"], "cannot serve on 192.0.2.1"),
    ],
)
def test_an_argument_that_cannot_be_is_refused_in_a_sentence(kept, capsys, monkeypatch, arguments, words):
    from livingbook.__main__ import main

    monkeypatch.chdir(kept)
    with watchdog(HANGS):
        assert main(["--root", str(kept), *arguments]) == 1
    assert words in capsys.readouterr().err


def test_the_book_is_served_to_this_machine_only_unless_told_otherwise(project, monkeypatch):
    from http.server import ThreadingHTTPServer

    from livingbook.__main__ import main

    heard = []
    monkeypatch.setattr(ThreadingHTTPServer, "serve_forever", lambda server: heard.append(server.socket.getsockname()[0]))
    assert main(["--root", str(project), "serve", "--port", "0"]) == 0
    assert main(["--root", str(project), "serve", "--port", "0", "--host", "0.0.0.0"]) == 0
    assert heard == ["127.0.0.1", "0.0.0.0"]


def test_make_takes_an_address_from_its_command_line_alone(project):
    def asked(*arguments: str, **environment: str) -> str:
        return subprocess.run(
            ["make", "-n", "serve", *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, **environment},
        ).stdout

    assert "--host" not in asked() and "--host" not in asked(HOST="machine") and '--host "0.0.0.0"' in asked("HOST=0.0.0.0")
