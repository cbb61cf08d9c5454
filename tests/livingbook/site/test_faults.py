"""What happens to the book when the machine fails: killed builds, a full disk, no memory, no permission, damaged files.

Whatever happens, the published book is the old one or the new one, whole; the next build makes the new one, byte for byte that
of a clean build; no lock, no process and no file put away for a while is left behind; and a person is told what to do.
"""

from __future__ import annotations

import collections
import contextlib
import errno
import fcntl
import json
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
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from livingbook.runs import running
from livingbook.runs.store import Store, StoredRun
from livingbook.system import digests, errors, files
from livingbook.system.errors import BuildError
from small_project import everything, lay_out_book

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="faults are made with the means of Linux")
ROOT = Path(__file__).parents[3]
SEED = 500
# A command after these words may write where the permissions of a folder say so, and nowhere else, for root too.
WITHOUT_PRIVILEGE = ["setpriv", "--bounding-set", "-dac_override", "--inh-caps", "-dac_override"] if os.geteuid() == 0 else []
SWEEPS = 'dates:\n  notebooks: [small]\n  as_of: ["2025-01-01", "2025-06-01"]\n'
# What a build changes, in order: folders of _build, and between them the lines that say what begins.
MOMENTS = (
    "line data",
    "line small",
    "compiled",
    "store",
    "editions",
    "line sweep",
    "sweeps",
    "line pages",
    "stage",
    "sphinx/_build/.doctrees",
    "sphinx/_build/html",
    ".html.fresh",
    ".html.aside",
    "done",
)


class Place:
    """A small project whose book was built from 49,000 names, to be built from another number."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.kept = root.with_name(f"{root.name}.kept")
        self.temporary = Path(tempfile.mkdtemp(prefix="f", dir="/tmp"))  # short: sockets have short names only
        self.mark = uuid.uuid4().hex  # in the environment of every process that a build starts
        root.mkdir()
        lay_out_book(root)
        shutil.copy(ROOT / "tests" / "support" / "killing.py", root / "notebooks" / "sitecustomize.py")
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
        kept = (ROOT / "data" / "observations.csv").read_text("utf-8")
        table.write_text(kept.replace(",,49000,,at_least,istories,", f",,{number},,at_least,istories,"), "utf-8")

    def keep(self) -> None:
        subprocess.run(["cp", "-a", self.root, self.kept], check=True)

    def restore(self) -> None:
        """Puts everything back to where the first book was built."""
        for part in ("_build", "data", "notebooks"):
            subprocess.run(["rm", "-rf", self.root / part], check=True)
            subprocess.run(["cp", "-a", self.kept / part, self.root / part], check=True)

    def start(self, *arguments: str, under: Sequence[str] = (), **environment: str) -> subprocess.Popen:
        given = {
            **os.environ,
            "PYTHONPATH": str(self.root / "notebooks"),
            "TMPDIR": str(self.temporary),
            "MARK": self.mark,
            **environment,
        }
        if environment.keys() & {"KILL", "LIMIT"}:
            given.pop("COVERAGE_PROCESS_CONFIG", None)  # what dies, or cannot write, leaves no coverage but half a file of it
        return subprocess.Popen(
            [*under, sys.executable, "-m", "livingbook", *(arguments or ["book"])],
            cwd=self.root,
            env=given,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def build(self, *arguments: str, under: Sequence[str] = (), **environment: str) -> subprocess.CompletedProcess:
        process = self.start(*arguments, under=under, **environment)
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
        with (self.root / "_build" / ".lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # raises if it is held

    def require_nothing_left(self) -> None:
        assert list(self.temporary.iterdir()) == []
        build = self.root / "_build"
        unfinished = [
            path
            for part in ("done", "editions", "store", "sweeps")
            for path in (build / part).rglob(".*")
            if path.name != ".nojekyll"
        ]
        assert [
            *unfinished,
            *(build / "editions").glob("sweep_*"),
            *build.glob(".scratch"),
            *build.glob("*.tmp"),
            *build.glob(".html.fresh"),
        ] == []

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
        process, wanted = place.start(KILL=""), moment.removeprefix("line ")
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


# Interrupted, and two at once.


@pytest.mark.parametrize(("sign", "line"), [(signal.SIGINT, "small"), (signal.SIGTERM, "pages"), (signal.SIGINT, "data")])
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


def test_of_two_builds_at_once_one_waits_and_both_end_well(place, new):
    place.names(51_000)
    both = [place.start(), place.start()]
    said = [process.communicate(timeout=600) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sorted("another build is running; waiting" in out for out, _ in said) == [False, True]
    assert sorted("Nothing has changed" in out for out, _ in said) == [False, True]
    require_same(place.published(), new)
    place.require_nothing_runs()
    place.require_nothing_left()


# The disk.


def refused(place: Place, old: dict[str, bytes], *words: str, under: Sequence[str] = (), **environment: str) -> None:
    """A build fails, says these words and nothing that only a programmer reads, and leaves the old book."""
    done = place.build(under=under, **environment)
    assert done.returncode == 1, done.stdout
    assert all(word in done.stderr for word in words), done.stderr
    assert "Traceback" not in done.stderr and "Error]" not in done.stderr
    require_same(place.published(), old)
    place.require_nothing_runs()


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int):
    """A file system of its own mounted on a folder, with the folder's content."""
    content = folder.with_name(f"{folder.name}.content")
    folder.rename(content)
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "faults", folder], check=True)
    try:
        subprocess.run(["cp", "-a", f"{content}/.", folder], check=True)
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
        folder.rmdir()
        content.rename(folder)


def can_mount() -> bool:
    """Whether this user may mount a small disk."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "faults", folder], capture_output=True, check=False)
        return done.returncode == 0 and subprocess.run(["umount", folder], check=True).returncode == 0


def fill(folder: Path, leave: int) -> Path:
    """Fills a file system until so many bytes are left; the file that does."""
    ballast = folder / "ballast"
    with ballast.open("wb") as file:
        free = os.statvfs(folder)
        file.write(bytes(max(0, free.f_bavail * free.f_frsize - leave)))
    return ballast


needs_a_small_disk = pytest.mark.skipif(
    not can_mount(), reason="no right to mount a small disk; a limit on the size of files is tried instead"
)


@needs_a_small_disk
@pytest.mark.parametrize("left", [0, 300_000, 1_500_000])
def test_a_full_disk(place, old, new, left):
    place.names(51_000)
    with small_disk(place.root / "_build", 40):
        ballast = fill(place.root / "_build", left)
        refused(place, old, "the disk is full: make room")
        ballast.unlink()
        place.require_next_build_gives(new)


@needs_a_small_disk
def test_a_full_disk_for_temporary_files(place, new):
    place.names(51_000)
    with small_disk(place.temporary, 1):
        ballast = fill(place.temporary, 0)
        done = place.build()
        ballast.unlink()
    assert done.returncode == 0 and done.stderr == "", done.stderr  # Python finds another place for them
    require_same(place.published(), new)
    place.require_nothing_runs()
    place.require_nothing_left()


@pytest.mark.parametrize("size", [100, 20_000])
def test_files_that_may_not_grow(place, old, new, size):
    """As on a full disk, and on every machine: the system refuses to write more than so many bytes into a file."""
    place.names(51_000)
    refused(place, old, "make room", LIMIT=f"FSIZE {size}")
    place.require_next_build_gives(new)


@contextlib.contextmanager
def read_only(folder: Path):
    """A folder in which nobody may write but root with his privilege."""
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir() and not path.is_symlink())]
    for path in folders:
        path.chmod(0o555)
    try:
        yield
    finally:
        for path in folders:
            path.chmod(0o755)


@pytest.mark.parametrize("part", ["", "store"])
def test_no_permission_to_write(place, old, new, part):
    place.names(51_000)
    with read_only(place.root / "_build" / part):
        refused(place, old, "no permission to write there", f"_build/{part}", under=WITHOUT_PRIVILEGE)
    place.require_next_build_gives(new)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory) -> Path:
    """A project that was never built, in which nobody may write."""
    root = tmp_path_factory.mktemp("shelf") / "project"
    root.mkdir()
    lay_out_book(root)
    (root / "new.csv").write_text("id\n")
    with read_only(root):
        yield root


@pytest.mark.parametrize(
    ("command", "folder"), [("book", "_build"), ("import new.csv", "_build"), ("question price", "notebooks/price")]
)
def test_a_checkout_that_is_read_only(shelf, command, folder):
    done = subprocess.run(
        [*WITHOUT_PRIVILEGE, sys.executable, "-m", "livingbook", *command.split()],
        cwd=shelf, env={**os.environ, "PYTHONPATH": str(shelf / "notebooks")}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    said = done.stderr.strip().splitlines()[-1]
    assert said.startswith(str(shelf / folder)) and "no permission to write there" in said


# Kernels, memory, time.


def spoil(place: Place, code: str) -> None:
    """Puts a line into the notebook's last cell."""
    source = json.loads(place.notebook.read_text("utf-8"))
    source["cells"][-1]["source"] += f"\n{code}"
    place.notebook.write_text(json.dumps(source), "utf-8")


# Leaves a process a quarter of a gigabyte more than it has.
LITTLE = (
    "import psutil, resource; room = psutil.Process().memory_info().vms + 2**28; "
    "resource.setrlimit(resource.RLIMIT_AS, (room, room))"
)


@pytest.mark.parametrize(
    ("code", "words", "environment"),
    [
        ("import os; os.kill(os.getpid(), 9)", ["its kernel was killed while a cell ran", "out of memory"], {}),
        ("import os; os._exit(0)", ["its kernel was killed while a cell ran"], {}),
        (f"{LITTLE}; bytearray(2**31)", ["cell 5, line 4 (", "MemoryError", "out of memory: close other programs"], {}),
        (f"{LITTLE}; import numpy; numpy.ones(2**28)", ["cell 5", "Unable to allocate", "out of memory: close other programs"], {}),
        (
            "import time; time.sleep(1000)",
            ["a cell ran for more than 3 s", "set LIVINGBOOK_CELL_SECONDS"],
            {"LIVINGBOOK_CELL_SECONDS": "3"},
        ),
        ("sum(range(10**12))", ["a cell ran for more than 3 s", "set LIVINGBOOK_CELL_SECONDS"], {"LIVINGBOOK_CELL_SECONDS": "3"}),
        (
            "import os; os.kill(os.getpid(), 9)",
            ["its kernel was killed while a cell ran", "out of memory"],
            {"LIVINGBOOK_ENGINE": "nbclient"},
        ),
    ],
    ids=["killed", "ended", "memory", "memory in C", "sleeps", "is busy in C", "killed, the other engine"],
)
def test_a_kernel_that_dies_takes_too_much_or_does_not_end(place, old, code, words, environment):
    spoil(place, code)
    refused(place, old, "notebooks/small.ipynb", *words, **environment)
    shutil.copy(place.kept / "notebooks" / "small.ipynb", place.notebook)
    place.require_next_build_gives(old)


def test_the_process_that_builds_pages_is_killed(place, old, new):
    place.names(51_000)
    process = place.start()
    for line in process.stdout:
        if "pages …" in line:
            next(each for each in place.processes() if "livingbook.site.sphinx_process" in each.cmdline()).kill()
            break
    _, complained = process.communicate(timeout=600)
    assert (
        process.returncode == 1
        and "the process that builds the pages was killed (signal 9)" in complained
        and "Traceback" not in complained
    )
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
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def change(paths: Iterable[Path], old: str, new: str) -> None:
    """Changes a text in all files that hold it; some must."""
    texts = {path: path.read_text("utf-8") for path in paths}
    assert any(old in text for text in texts.values())
    for path, text in texts.items():
        path.write_text(text.replace(old, new), "utf-8")


DAMAGES = {
    "run.json cut": lambda build: [cut(path) for path in build.glob("store/*/*/run.json")],
    "run.json empty": lambda build: [path.write_text("") for path in build.glob("store/*/*/run.json")],
    "run.json gone": lambda build: [path.unlink() for path in build.glob("store/*/*/run.json")],
    "run.json of another kind": lambda build: [path.write_text("[]") for path in build.glob("store/*/*/run.json")],
    "run.json without its parts": lambda build: [path.write_text('{"base": {}}') for path in build.glob("store/*/*/run.json")],
    "stored document changed": lambda build: change(build.glob("store/*/*/document.json"), "49000", "48000"),
    "stored document gone": lambda build: [path.unlink() for path in build.glob("store/*/*/document.json")],
    "stored notebook cut": lambda build: [cut(path) for path in build.glob("store/*/*/notebook.json")],
    "stored notebook changed": lambda build: change(build.glob("store/*/*/notebook.json"), "49,000", "48,000"),
    "stored notebook gone": lambda build: [path.unlink() for path in build.glob("store/*/*/notebook.json")],
    "store gone": lambda build: shutil.rmtree(build / "store"),
    "results cut": lambda build: cut(build / "editions" / "latest" / "small.json"),
    "edition gone": lambda build: shutil.rmtree(build / "editions" / "article"),
    "sweep cut": lambda build: cut(build / "sweeps" / "dates.csv"),
    "stage cut": lambda build: cut(build / "stage" / "book" / "index.md"),
    "stage gone": lambda build: shutil.rmtree(build / "stage"),
    "published folder gone": lambda build: shutil.rmtree(build / "html"),
    "published page cut": lambda build: cut(build / "html" / "book" / "index.html"),
    "link to nowhere": lambda build: [shutil.rmtree(build / "html"), (build / "html").symlink_to("published/77")],
    "another folder": lambda build: [
        shutil.rmtree(build / "html"),
        (build / "html").mkdir(),
        (build / "html" / "index.html").write_text("mine"),
    ],
    "a file": lambda build: [shutil.rmtree(build / "html"), (build / "html").write_text("mine")],
    "Sphinx environment cut": lambda build: cut(next(build.rglob("environment.pickle"))),
    "Sphinx environment not one": lambda build: next(build.rglob("environment.pickle")).write_bytes(b"no"),
    "Sphinx page cut": lambda build: cut(build / "sphinx" / "_build" / "html" / "book" / "other.html"),
    "doctree cut": lambda build: cut(next(build.rglob("other.doctree"))),
    "modules cut": lambda build: [cut(path) for path in (build / "compiled").iterdir()],
    "modules no code": lambda build: [path.write_bytes(b"\xe3" * 99) for path in (build / "compiled").iterdir()],
    "uses cut": lambda build: cut(build / "store" / "used.json"),
    "uses no text": lambda build: (build / "store" / "used.json").write_bytes(b"\xff\xfe\0"),
    "page's note cut": lambda build: [cut(path) for path in build.rglob("written.json")],
    "notes cut": lambda build: [cut(path) for path in (build / "done").iterdir()],
    "note not text": lambda build: [path.write_bytes(b"\xff\xfe") for path in (build / "done").iterdir()],
    "note of where temporary files are": lambda build: (build / ".scratch").write_bytes(b"/\xff"),
}


# What a build asks only if it has something to do: it is given that, and of stored runs what needs them.
ASKED = ("run.json", "stored", "store", "stage", "Sphinx", "doctree")
ROUNDS = [
    ("run.json cut", "Sphinx environment cut", "modules cut", "published page cut"),
    ("run.json empty", "edition gone", "Sphinx page cut", "uses cut", "link to nowhere"),
    ("run.json gone", "results cut", "Sphinx environment not one", "page's note cut", "another folder"),
    ("run.json of another kind", "edition gone", "doctree cut", "notes cut", "a file"),
    ("run.json without its parts", "sweep cut"),
    ("stored notebook cut", "results cut", "stage cut", "modules no code", "published folder gone"),
    ("stored notebook changed", "results cut", "stage gone"),
    ("stored notebook gone", "edition gone", "note not text", "note of where temporary files are"),
    ("stored document changed", "sweep cut"),
    ("stored document gone", "sweep cut", "uses no text"),
    ("store gone", "edition gone"),
]
assert {damage for each in ROUNDS for damage in each} == set(DAMAGES)


@pytest.mark.parametrize("damages", ROUNDS, ids=", ".join)
def test_what_was_damaged_by_hand_is_made_anew(place, old, damages):
    if any(damage.startswith(ASKED) for damage in damages):
        for name in ("book", "check", "site"):
            (place.root / "_build" / "done" / name).write_text("other")
    for damage in damages:
        DAMAGES[damage](place.root / "_build")
    place.require_next_build_gives(old)


def test_damaged_and_new_evidence(place, new):
    for damage in ROUNDS[0]:
        DAMAGES[damage](place.root / "_build")
    place.names(51_000)
    place.require_next_build_gives(new)


# The small pieces.


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            OSError(errno.ENOSPC, "No space left on device", "a/file"),
            "a/file: No space left on device; the disk is full: make room, then run the same command again",
        ),
        (PermissionError(errno.EACCES, "Permission denied", "a/file"), "a/file: Permission denied; no permission to write there"),
        (OSError(errno.EROFS, "Read-only file system", "a"), "no permission to write there"),
        (OSError(errno.EMFILE, "Too many open files"), "ulimit -n"),
        (MemoryError(), "out of memory: close other programs"),
        (shutil.Error([("a", "b", "[Errno 28] No space left on device")]), "the disk is full"),
        (RuntimeError("(sqlite3.OperationalError) database or disk is full"), "the disk is full"),
        (ValueError("no such thing"), ""),
    ],
)
def test_faults_of_the_machine_are_said_in_words(error, words):
    assert words in errors.in_words(error) and bool(errors.in_words(error)) == bool(words)


def test_what_is_put_away_for_a_while_is_gone_at_the_end_and_what_a_killed_process_left_at_the_next_beginning(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    note, left, precious = tmp_path / "note", tmp_path / "livingbook-left", tmp_path / "precious"
    for folder in (left, precious):
        (folder / "deep").mkdir(parents=True)
    with files.scratch(note) as interrupted:
        folder = Path(tempfile.gettempdir())
        assert (
            not interrupted
            and folder.parent == tmp_path == files.temporary()
            and os.environ["TMPDIR"] == note.read_text() == str(folder)
        )
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
    seen = {digests.folder_digest(tmp_path), digests.folder_digest(tmp_path)}
    os.utime(tmp_path / "a", (1, 1))
    seen.add(digests.folder_digest(tmp_path))
    assert len(seen) == 1
    (tmp_path / "a").write_text("2")
    os.utime(tmp_path / "a", (1, 1))
    seen.add(digests.folder_digest(tmp_path))
    (tmp_path / "a").rename(tmp_path / "aa")
    seen.add(digests.folder_digest(tmp_path))
    (tmp_path / "b").symlink_to("nowhere")
    seen.add(digests.folder_digest(tmp_path))  # no file of its own
    (tmp_path / "c").touch()
    seen.add(digests.folder_digest(tmp_path))
    assert len(seen) == 4


@pytest.mark.parametrize("content", ["", "{", "[]", "[1]", "1", '{"identity": {}}', b"\xff\xfe"])
def test_a_record_that_is_none_is_no_run(tmp_path, content):
    files.write(tmp_path / "rate" / "one" / "run.json", content)
    assert Store(tmp_path).all("rate") == [] and not StoredRun(tmp_path / "rate" / "one").is_whole


def test_a_note_that_was_damaged_is_as_good_as_none(tmp_path):
    note = tmp_path / "note"
    assert not files.has_content(note, "a")
    note.write_bytes(b"\xff\xfe")
    assert not files.has_content(note, "a")
    note.write_text("é", "utf-8")
    assert files.has_content(note, "é") and not files.has_content(note, "e")


def test_the_process_that_kernels_are_forked_from_never_gets_the_signal_of_ctrl_c():
    code = (
        "from livingbook.runs.warm.fork_server import fork_server\n"
        "print(open(f'/proc/{fork_server()._server._forkserver_pid}/status').read())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT / "notebooks")},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    blocked = next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("SigBlk:"))
    assert int(blocked, 16) >> (signal.SIGINT - 1) & 1


@pytest.mark.parametrize("given", ["soon", "0", "-1", "1.5"])
def test_a_limit_for_cells_that_is_no_number_of_seconds(monkeypatch, given):
    monkeypatch.setenv("LIVINGBOOK_CELL_SECONDS", given)
    with pytest.raises(BuildError, match="must be a whole number of seconds"):
        running.cell_seconds()
