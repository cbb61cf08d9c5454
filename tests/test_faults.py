"""What happens to the book when a build is killed or interrupted, and when its files are damaged.

Whatever happens, the published book is the old one or the new one, whole; the next build makes the new one, byte for byte that
of a clean build; no lock, no process and no file put away for a while is left behind; and a person is told what to do.
"""

from __future__ import annotations

import collections
import contextlib
import errno
import fcntl
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from desertion.pipeline import errors, execution, files
from desertion.pipeline.errors import BuildError
from small_project import everything, lay_out_book

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="faults are made with the means of Linux")
HERE = Path(__file__).parent
SEED = 500
SWEEPS = 'dates:\n  notebooks: [small]\n  as_of: ["2025-01-01", "2025-06-01"]\n'
# What a build changes, in order: folders of _build, and between them the lines that say what begins.
MOMENTS = ("line data", ".pytask", "line small", "store", "editions", "line sweep", "sweeps", "line pages", "stage",
           "sphinx/_build/.doctrees", "sphinx/_build/html", "published", "html", "done")


class Place:
    """A small project whose book was built from 49,000 names, to be built from another number."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.kept = root.with_name(f"{root.name}.kept")
        self.temporary = Path(tempfile.mkdtemp(prefix="f", dir="/tmp"))  # short: sockets have short names only
        self.mark = uuid.uuid4().hex  # in the environment of every process that a build starts
        root.mkdir()
        lay_out_book(root)
        shutil.copy(HERE / "killing.py", root / "notebooks" / "sitecustomize.py")
        (root / "notebooks" / "sweeps.yml").write_text(SWEEPS)

    @property
    def html(self) -> Path:
        return self.root / "_build" / "html"

    @property
    def notebook(self) -> Path:
        return self.root / "notebooks" / "small.ipynb"

    def names(self, number: int) -> None:
        """Says how many names the merged list has."""
        table = self.root / "data" / "observations.csv"
        kept = (HERE.parent / "data" / "observations.csv").read_text("utf-8")
        table.write_text(kept.replace(",,49000,,at_least,istories,", f",,{number},,at_least,istories,"), "utf-8")

    def keep(self) -> None:
        subprocess.run(["cp", "-a", self.root, self.kept], check=True)

    def restore(self) -> None:
        """Puts everything back to where the first book was built."""
        for part in ("_build", "data", "notebooks"):
            subprocess.run(["rm", "-rf", self.root / part], check=True)
            subprocess.run(["cp", "-a", self.kept / part, self.root / part], check=True)

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen:
        given = {**os.environ, "PYTHONPATH": str(self.root / "notebooks"), "TMPDIR": str(self.temporary), "MARK": self.mark, **environment}
        return subprocess.Popen([sys.executable, "-m", "desertion.pipeline", *(arguments or ["book"])], cwd=self.root, env=given, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)

    def build(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
        process = self.start(*arguments, **environment)
        said, complained = process.communicate(timeout=600)
        return subprocess.CompletedProcess(process.args, process.returncode, said, complained)

    def processes(self) -> list[psutil.Process]:
        """Every process that a build here has started and that still runs, whoever its parent is by now."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.environ().get("MARK") == self.mark and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found

    def require_nothing_runs(self) -> None:
        deadline = time.monotonic() + 120  # one that is importing ends when it has
        while (alive := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert alive == [], "processes were left behind"
        with (self.root / "_build" / ".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # raises if it is held

    def require_nothing_left(self) -> None:
        assert list(self.temporary.iterdir()) == []
        build = self.root / "_build"
        unfinished = [path for part in ("done", "editions", "store", "sweeps", "published") for path in (build / part).rglob(".*") if path.name != ".nojekyll"]
        assert [*unfinished, *(build / "editions").glob("sweep_*"), *build.glob(".scratch"), *build.glob("*.tmp")] == []
        assert len(list((build / "published").iterdir())) == 1

    def require_next_build_gives(self, book: dict[str, bytes]) -> None:
        done = self.build()
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stderr == ""
        require_same(self.published(), book)
        self.require_nothing_runs()
        self.require_nothing_left()

    def published(self) -> dict[str, bytes]:
        return everything(self.html)


def require_same(found: dict[str, bytes], expected: dict[str, bytes]) -> None:
    assert {name for name in {*found, *expected} if found.get(name) != expected.get(name)} == set()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """Two places with the old book, what the old and the new book are, and what a build changes: area → how often."""
    folder = tmp_path_factory.mktemp("faults")
    places = [Place(folder / name) for name in ("one", "two", "clean")]
    log = folder / "log"
    places[2].names(51_000)

    def built(place: Place) -> dict[str, bytes]:
        done = place.build(**({"KILL_LOG": str(log)} if place is places[2] else {}))
        assert done.returncode == 0, done.stdout + done.stderr
        place.keep()
        return place.published()

    with ThreadPoolExecutor(2) as pool:
        books = list(pool.map(built, places))
    require_same(books[0], books[1])  # of another folder, the same bytes
    assert books[0] != books[2]
    yield places[:2], books[0], books[2], collections.Counter(log.read_text().split("\n"))
    for place in places:
        shutil.rmtree(place.temporary)


@pytest.fixture
def place(prepared):
    """The first of the places, with the old book."""
    prepared[0][0].restore()
    return prepared[0][0]


@pytest.fixture
def old(prepared):
    return prepared[1]


@pytest.fixture
def new(prepared):
    return prepared[2]


# Killed.

def killed(place: Place, moment: str, changes: collections.Counter, chance: random.Random) -> bool:
    """Starts a build and kills it (SIGKILL, the one process alone) at a moment; whether it had not ended before."""
    if moment.startswith("line "):
        process, wanted = place.start(), moment.removeprefix("line ")
        for line in process.stdout:
            if wanted in line and line.endswith("…\n"):
                time.sleep(chance.uniform(0, 4))
                process.kill()
                break
    else:
        process = place.start(KILL=f"{moment} {chance.randint(1, changes[moment])}")
    _, complained = process.communicate(timeout=600)
    assert process.returncode in (0, -signal.SIGKILL) and complained == "", complained
    return process.returncode != 0


def test_a_build_killed_again_and_again_leaves_the_old_book_or_the_new_and_the_next_one_ends_well(prepared, request):
    """Builds are killed four times one after the other, each time later on the way; then one is let alone."""
    places, old, new, changes = prepared
    kills = request.config.getoption("--kills")
    record: collections.Counter = collections.Counter()
    todo = threading.Lock()
    chance = random.Random(SEED)
    decks: list[str] = []

    def in_turn(place: Place) -> None:
        while True:
            with todo:
                if record.total() >= kills:
                    return
                if len(decks) < 4:
                    decks.extend(chance.sample(MOMENTS, len(MOMENTS)))
                moments = sorted({decks.pop() for _ in range(4)}, key=MOMENTS.index)
                own = random.Random(chance.random())
            place.restore()
            place.names(51_000)
            for moment in moments:
                hit = killed(place, moment, changes, own)
                place.require_nothing_runs()
                found = place.published()
                assert found in (old, new), moments
                with todo:
                    record[moment] += hit
            place.require_next_build_gives(new)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(in_turn, places))
    print(f"killed {record.total()} times: {dict(record)}")
    assert record.total() >= kills
    assert len(+record) >= min(kills, len(MOMENTS)) - 2, record


# Interrupted.

@pytest.mark.parametrize(("sign", "line"), [(signal.SIGINT, "small"), (signal.SIGTERM, "pages")])
def test_an_interrupted_build_ends_at_once_and_says_so(place, old, new, sign, line):
    place.names(51_000)
    process = place.start()
    for said in process.stdout:
        if line in said and said.endswith("…\n"):
            break
    os.killpg(process.pid, sign)  # as Ctrl-C in a terminal does
    _, complained = process.communicate(timeout=60)
    assert process.returncode == 128 + sign
    assert complained.strip() == "Interrupted. The published book is whole; the same command goes on from here."
    place.require_nothing_runs()
    require_same(place.published(), old)
    place.require_next_build_gives(new)


# An import.



@pytest.mark.parametrize("at", [2, 9, 14])
def test_an_import_that_was_killed_is_ended_by_the_next_build(place, at):
    """A row less in the tables, a row to add: killed at each of its changes, the tables are those before or those after."""
    table = place.root / "data" / "observations.csv"
    whole = table.read_bytes()
    lines = whole.decode().splitlines(keepends=True)
    late = place.root / "late.csv"
    late.write_text(lines[0] + lines[-1])
    table.write_text("".join(lines[:-1]))
    less = table.read_bytes()
    process = place.start("import", "--apply", str(late), KILL=f".import {at}")
    process.communicate(timeout=600)
    place.require_nothing_runs()
    done = place.build()
    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert table.read_bytes() in (less, whole)
    assert not (place.root / "data" / ".import").exists()
    assert process.returncode in (0, -signal.SIGKILL)
    if process.returncode:
        assert "An earlier import was interrupted" in done.stdout or table.read_bytes() == less
    place.require_nothing_left()


# Damaged by hand.

def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:path.stat().st_size // 2])


DAMAGES = {
    "run.json cut": lambda build: [cut(path) for path in build.glob("store/*/*/run.json")],
    "run.json empty": lambda build: [path.write_text("") for path in build.glob("store/*/*/run.json")],
    "run.json gone": lambda build: [path.unlink() for path in build.glob("store/*/*/run.json")],
    "published page cut": lambda build: cut(build / "html" / "book" / "index.html"),
    "link to nowhere": lambda build: [(build / "html").unlink(), (build / "html").symlink_to("published/77")],
    "link a folder": lambda build: [(build / "html").unlink(), (build / "html").mkdir(), (build / "html" / "index.html").write_text("mine")],
    "Sphinx environment cut": lambda build: cut(next(build.rglob("environment.pickle"))),
    "Sphinx environment not one": lambda build: next(build.rglob("environment.pickle")).write_bytes(b"no"),
    "Sphinx page cut": lambda build: cut(build / "sphinx" / "_build" / "html" / "book" / "other.html"),
    "pytask lock cut": lambda build: cut(build / "pytask.lock"),
    "pytask database cut": lambda build: cut(build / ".pytask" / "pytask.sqlite3"),
    "pytask hashes cut": lambda build: [cut(path) for path in (build / ".pytask").glob("*.json")],
}


# What a build asks only if it has something to do: it is given that.
ASKED = ("run.json", "Sphinx")
ROUNDS = [
    ("run.json cut", "Sphinx environment cut", "pytask lock cut", "published page cut"),
    ("run.json empty", "Sphinx page cut", "pytask database cut", "link to nowhere"),
    ("run.json gone", "Sphinx environment not one", "pytask hashes cut", "link a folder")]
assert {damage for each in ROUNDS for damage in each} == set(DAMAGES)


@pytest.mark.parametrize("damages", ROUNDS, ids=", ".join)
def test_what_was_damaged_by_hand_is_made_anew(place, old, damages):
    if any(damage.startswith(ASKED) for damage in damages):
        for name in ("book", "check", "site"):
            (place.root / "_build" / "done" / name).write_text("other")
    for damage in damages:
        DAMAGES[damage](place.root / "_build")
    place.require_next_build_gives(old)


# The small pieces.

@pytest.mark.parametrize(("error", "words"), [
    (OSError(errno.ENOSPC, "No space left on device", "a/file"), "a/file: No space left on device; the disk is full: make room, then run the same command again"),
    (PermissionError(errno.EACCES, "Permission denied", "a/file"), "a/file: Permission denied; no permission to write there"),
    (OSError(errno.EROFS, "Read-only file system", "a"), "no permission to write there"), (OSError(errno.EMFILE, "Too many open files"), "ulimit -n"),
    (MemoryError(), "out of memory: close other programs"), (shutil.Error([("a", "b", "[Errno 28] No space left on device")]), "the disk is full"),
    (RuntimeError("(sqlite3.OperationalError) database or disk is full"), "the disk is full"), (ValueError("no such thing"), "")])
def test_faults_of_the_machine_are_said_in_words(error, words):
    assert words in errors.in_words(error) and bool(errors.in_words(error)) == bool(words)


def test_what_is_put_away_for_a_while_is_gone_at_the_end_and_what_a_killed_process_left_at_the_next_beginning(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    note, left, precious = tmp_path / "note", tmp_path / "desertion-left", tmp_path / "precious"
    for folder in (left, precious):
        (folder / "deep").mkdir(parents=True)
    with files.scratch(note) as interrupted:
        folder = Path(tempfile.gettempdir())
        assert not interrupted and folder.parent == tmp_path == files.temporary() and os.environ["TMPDIR"] == note.read_text() == str(folder)
    assert os.environ["TMPDIR"] == str(tmp_path) == tempfile.gettempdir() and not folder.exists() and not note.exists()
    for said in (str(left), str(precious), f"{precious}/../../{tmp_path.name}/precious", "", "\xff"):
        note.write_text(said)
        with files.scratch(note) as interrupted:
            assert interrupted
    assert sorted(path.name for path in tmp_path.iterdir()) == ["precious"]
    monkeypatch.delenv("TMPDIR")
    with files.scratch(note):
        pass
    assert "TMPDIR" not in os.environ


def test_the_state_of_a_folder_tells_whether_anybody_wrote_there(tmp_path):
    (tmp_path / "a").write_text("1")
    seen = {files.state_of(tmp_path), files.state_of(tmp_path)}
    assert len(seen) == 1
    os.utime(tmp_path / "a", (1, 1))
    seen.add(files.state_of(tmp_path))
    (tmp_path / "a").write_text("12")
    os.utime(tmp_path / "a", (1, 1))
    seen.add(files.state_of(tmp_path))
    (tmp_path / "b").symlink_to("nowhere")
    seen.add(files.state_of(tmp_path))  # no file of its own
    (tmp_path / "c").touch()
    seen.add(files.state_of(tmp_path))
    assert len(seen) == 4


@pytest.mark.parametrize("content", ["", "{", "[]", "[1]", "1", '{"base": {}}', b"\xff\xfe"])
def test_a_record_that_is_none_is_no_run(tmp_path, content):
    files.write(tmp_path / "one" / "run.json", content)
    assert execution.records_in(tmp_path) == [] and not execution.is_whole(tmp_path / "one")


def test_a_note_that_was_damaged_is_as_good_as_none(tmp_path):
    note = tmp_path / "note"
    assert not files.holds(note, "a")
    note.write_bytes(b"\xff\xfe")
    assert not files.holds(note, "a")
    note.write_text("é", "utf-8")
    assert files.holds(note, "é") and not files.holds(note, "e")


def test_the_process_that_kernels_are_forked_from_never_gets_the_signal_of_ctrl_c():
    code = ("from desertion.pipeline.forkery import forkery\n"
            "print(open(f'/proc/{forkery()._server._forkserver_pid}/status').read())")
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(HERE.parent / "notebooks")},
                          capture_output=True, text=True, check=True, timeout=300)
    blocked = next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("SigBlk:"))
    assert int(blocked, 16) >> (signal.SIGINT - 1) & 1


@pytest.mark.parametrize("given", ["soon", "0", "-1", "1.5"])
def test_a_limit_for_cells_that_is_no_number_of_seconds(monkeypatch, given):
    monkeypatch.setenv("DESERTION_CELL_SECONDS", given)
    with pytest.raises(BuildError, match="must be a whole number of seconds"):
        execution.cell_seconds()
