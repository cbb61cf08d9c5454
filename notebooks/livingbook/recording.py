"""Recording in a kernel what its notebook reads.

A stored run can be used again only if everything that it read is unchanged, so everything has to be *recorded*. In a build, every
kernel therefore starts a ``Recorder`` before the first cell. It records, each with a hash of its content:

- every file that is opened below the project or the data folder, and every folder that is listed there (Python's audit hook
  reports both);
- every module that is imported from the project, by its source, because Python checks compiled files by their time only;
- the rows that the library returned, in place of the file of their table (``Evidence`` knows them);
- the results of other notebooks, in place of their files (``results`` knows them).

What cannot be recorded is refused: the network, other programs, and files that belong neither to the project, nor to the data, nor
to the system. Outside of a build there is no recorder, and nothing is refused.

Each entry of a record is a text with kind and name (``"file:notebooks/helper.py"``) and a hash. The build computes the same hash of
the present content (``runs.present``).
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.machinery import FileFinder, SourceFileLoader
from pathlib import Path
from typing import Any

from livingbook.system.digests import digest

ABSENT = ""  # in place of the hash of something that does not exist
PROGRAMS = {
    "fc-list",
    "uname",
    "ldconfig",
    "gcc",
    "cc",
    "ld",
    "objdump",
}  # programs that libraries start when they are imported, to learn about the machine
NETWORK = {
    "socket.connect",
    "socket.sendto",
    "socket.sendmsg",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.gethostbyaddr",
}
STARTS = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "os.startfile"}
LISTS = {"os.listdir", "os.scandir"}
WRITES = os.O_WRONLY | os.O_RDWR
SYSTEM = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc",
    "/proc",
    "/sys",
    "/dev",
    "/run",
    "/var/cache",
    "/var/lib",
    "/opt",
    "/nix",
    "/System",
    "/Library",
    "C:\\Windows",
)


SETTINGS = (".cache", ".config", ".fontconfig", ".fonts", ".ipython", ".jupyter", ".local", ".matplotlib")  # in a user's folder
SETTINGS_IN = ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "MPLCONFIGDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")


class Refused(Exception):
    """A notebook did something that is forbidden in a build, because what it read that way could not be recorded."""


class NotYet(Exception):
    """A notebook asked for results that are not made yet. The build makes them and runs the notebook again."""


def hash_of_file(path: Path | str) -> str:
    """Hash of a file's content; ``ABSENT`` for a file that cannot be read."""
    try:
        with open(path, "rb") as file:
            return digest(file.read())
    except OSError:
        return ABSENT


def hash_of_folder(path: Path | str) -> str:
    """Hash of the names in a folder, without caches and hidden files, which editors make; ``ABSENT`` where there is no folder."""
    try:
        return digest(*sorted(name for name in os.listdir(path) if not name.startswith((".", "__pycache__"))))
    except OSError:
        return ABSENT


def served(results: dict[str, Any]) -> str:
    """Hash of what another notebook can read of published results: numbers, title, and the selections of rows behind them."""
    return digest(json.dumps([results.get(part) for part in ("title", "results", "reads")], sort_keys=True))


class Recorder:
    """Records what this process reads from now on.

    name, as_of: the notebook that runs, and its date. root, data, engine: the folders of the project, of the tables, and of this
    package, which may lie in the project or elsewhere. results: the folder with the results of other notebooks, so far as this
    build has made them; notebooks: the names of all. sweeps: the folder with the tables of sweeps. note: the file to which the
    record is written after every cell. cache: the folder in which compiled modules are kept, by the hash of their source.
    """

    def __init__(
        self,
        name: str,
        as_of: str,
        root: str,
        data: str,
        engine: str,
        results: str,
        sweeps: str,
        note: str,
        cache: str,
        notebooks: list[str],
    ) -> None:
        self.name, self.as_of = name, as_of
        self.root, self.data, self.engine, self.results, self.sweeps = (
            os.path.realpath(each) for each in (root, data, engine, results, sweeps)
        )
        self.note, self.cache, self.notebooks = Path(note), Path(cache), notebooks
        self.inputs: dict[str, str] = {}
        self.changed: set[str] = set()  # inputs that had different contents when they were read twice
        self.waits: set[str] = set()  # inputs that are not made yet
        self.refused: list[tuple[int, str]] = []  # number of the cell, and what it did, in words
        self._evidence: list[Any] = []
        self._written: set[str] = set()
        self._quiet = threading.local()
        self._system = tuple({os.path.realpath(each) + os.sep for each in (*SYSTEM, sys.prefix, sys.base_prefix, *_settings())})
        self._last: tuple[int | tuple[int, ...], ...] = ()  # the lengths of the record's parts when it was last written

    def record(self, what: str, found: str) -> None:
        """Records that an input (``kind:name``) was read, with the hash of its content."""
        if self.inputs.setdefault(what, found) != found:
            self.changed.add(what)

    def wait(self, *what: str) -> None:
        """Records inputs that the notebook asked for and that this build has not made yet."""
        self.waits.update(what)

    def watch(self, evidence: Any) -> None:
        """Registers an ``Evidence``, so that the rows which are read of it are recorded."""
        self._evidence.append(evidence)

    @contextmanager
    def unrecorded(self) -> Iterator[None]:
        """Switches the recording of files off, while the library reads rows or results, which it records itself."""
        before, self._quiet.now = getattr(self._quiet, "now", False), True
        try:
            yield
        finally:
            self._quiet.now = before

    # --- What Python's audit hook reports ----------------------------------------------------------------------------------

    def on_audit_event(self, event: str, arguments: tuple[Any, ...]) -> None:
        """The audit hook: Python calls it before every event that it audits, such as opening a file or starting a program."""
        if event == "open":
            if not getattr(self._quiet, "now", False):
                self._opened(*arguments)
        elif event == "sqlite3.connect":
            self._opened(arguments[0], "r", 0)
        elif event in LISTS:
            looks_for_modules = sys._getframe(1).f_globals.get("__name__", "").startswith(("importlib", "_frozen_importlib"))
            if not getattr(self._quiet, "now", False) and not looks_for_modules:
                self._listed(arguments[0])
        elif event in NETWORK:
            self._uses_network(arguments)
        elif event in STARTS:
            self._starts_process(event, arguments)

    def _opened(self, path: Any, mode: str | None, flags: int) -> None:
        if isinstance(path, int) or not isinstance(path, (str, bytes, os.PathLike)):
            return  # the number of a file that is open already
        place = os.path.realpath(os.fsdecode(path))
        if (flags or 0) & WRITES:
            self._written.add(place)
        elif place not in self._written:
            self._read(place)

    def _read(self, place: str) -> None:
        with self.unrecorded():
            if self._is_within(place, self.results) and place.endswith(".json"):
                name = Path(place).stem
                self._record_or_wait(f"document:{name}", place, name in self.notebooks)
            elif self._is_within(place, self.sweeps) and place.endswith(".csv"):
                self._record_or_wait(f"sweep:{Path(place).stem}", place, True)
            elif name := self.named(place):
                self.record(name, hash_of_file(place))
            elif os.path.exists(place):
                self.require_known(place)

    def require_known(self, place: str) -> None:
        """Raises ``Refused`` for a file or folder that belongs neither to the project, nor to the data, nor to the system."""
        if self._is_within(place, os.path.join(self.root, "_build")) and not self.named(place):
            self._refuse(
                f"reads {place}, which a build makes, perhaps later than this; results of other notebooks are in the folder "
                "`results`, tables of sweeps in _build/sweeps"
            )
        if not (self.named(place) or (place + os.sep).startswith(self._system)):
            self._refuse(
                f"reads {place}, which is neither in the project nor in its data folder, so that nobody would see it change; put "
                "it into the data folder"
            )

    def require_own_results(self, folder: Path | str) -> None:
        """Raises ``Refused`` if a folder of results is not that of the run's edition and not one that may be read as a folder."""
        if os.path.realpath(folder) != self.results:
            self.require_known(os.path.realpath(folder))

    def all_notebooks(self) -> list[str]:
        """The names of all other notebooks; recorded as read. Results that are not made yet are recorded as waited for."""
        self.record("notebooks:", digest(*self.notebooks))
        names = [name for name in self.notebooks if name != self.name]
        self.wait(*(f"results:{name}" for name in names if not os.path.exists(os.path.join(self.results, f"{name}.json"))))
        return names

    def _record_or_wait(self, what: str, place: str, to_come: bool) -> None:
        if to_come and not os.path.exists(place):
            self.wait(what)
            raise NotYet(f"{what} is not made yet")
        self.record(what, hash_of_file(place))

    def _listed(self, path: Any) -> None:
        if isinstance(path, int):
            return
        place = os.path.realpath(os.fsdecode(path or "."))
        if place == self.results:
            self.all_notebooks()
            if self.waits:
                raise NotYet("the results of all notebooks are not made yet")
        elif name := self.named(place):
            with self.unrecorded():
                self.record(f"folder {name}", hash_of_folder(place))
        elif os.path.exists(place):
            self.require_known(place)

    def named(self, place: str) -> str:
        """The name of a path in records, ``kind:path``; "" for a path outside of project and data, and for what builds write."""
        for kind, folder in (("data", self.data), ("engine", self.engine), ("file", self.root)):
            if self._is_within(place, folder):
                name = Path(place).relative_to(folder).as_posix()
                return "" if kind == "file" and name.startswith((".venv/", ".git/", "_build/")) else f"{kind}:{name}"
        return ""

    @staticmethod
    def _is_within(place: str, folder: str) -> bool:
        return place == folder or place.startswith(folder + os.sep)

    def _uses_network(self, arguments: tuple[Any, ...]) -> None:
        whom = next((each for each in arguments if isinstance(each, (str, bytes, tuple))), "")
        if not (
            isinstance(whom, (str, bytes)) and whom and os.sep in os.fsdecode(whom)
        ):  # a socket that is a file is of this machine
            self._refuse(
                f"reaches for the network ({_plain(whom)}), where nobody would see a change; save what it gives into data/"
            )

    def _starts_process(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("os.fork", "os.forkpty"):
            self._refuse("starts another process, and nobody would see what that reads")
        given = arguments[1] if event in ("subprocess.Popen", "os.posix_spawn", "os.exec") and len(arguments) > 1 else arguments[0]
        words = [os.fsdecode(each) for each in given] if isinstance(given, (list, tuple)) else [os.fsdecode(given)]
        if Path(words[0]).name not in PROGRAMS:
            self._refuse(
                f"starts another program ({_plain(' '.join(words))}), and nobody would see what that reads or installs; packages "
                "belong into requirements.in"
            )

    def _refuse(self, words: str) -> None:
        self.refused.append((_cell(), words))
        raise Refused(f"in a build, a notebook must not do this: it {words}")

    # --- Modules --------------------------------------------------------------------------------------------------------------

    def follow_imports(self) -> None:
        """Makes Python import the project's modules from their present source, and records them."""
        self._loader = type("Recorded", (_Loader,), {"recorder": self})
        sys.path_hooks.insert(0, self._finder)
        for entry in [entry for entry in sys.path_importer_cache if self.named(os.path.realpath(entry or "."))]:
            del sys.path_importer_cache[entry]
        real = cache(os.path.realpath)  # a thousand modules lie in few folders
        for module in list(sys.modules.values()):  # those that were imported before: this one, and its packages
            path = getattr(module, "__file__", None)
            if path and (name := self.named(os.path.join(real(os.path.dirname(path)), os.path.basename(path)))):
                self.record(name, hash_of_file(path))

    def _finder(self, entry: str) -> FileFinder:
        place = os.path.realpath(entry or ".")
        if not self.named(place) or not os.path.isdir(place):
            raise ImportError("not of the project")
        return FileFinder(entry or ".", (self._loader, [".py"]))

    # --- What the build gets -----------------------------------------------------------------------------------------------

    def write(self, *_: Any) -> None:
        """Writes the record to its file, if anything has been added since it was last written."""
        now = (len(self.inputs), len(self.changed), len(self.waits), len(self.refused), *(each.extent for each in self._evidence))
        if now == self._last:
            return
        with self.unrecorded():
            for each in self._evidence:
                self.inputs |= each.recorded(self)
            text = json.dumps(
                {
                    "inputs": list(self.inputs.items()),
                    "reads": [read for each in self._evidence for read in each.reads],
                    "changed": sorted(self.changed),
                    "waits": sorted(self.waits),
                    "refused": self.refused,
                },
                sort_keys=True,
            )
            unfinished = self.note.with_name(f"{self.note.name}.unfinished")
            unfinished.write_text(text, "utf-8")
            unfinished.replace(self.note)
        self._last = now


class _Loader(SourceFileLoader):
    """Loads a module from its source; code that was compiled before is used if it was compiled from the same text."""

    recorder: Recorder

    def get_code(self, fullname: str) -> Any:
        """The module's code. Reading the source opens its file, which the audit hook records."""
        import marshal

        source = self.get_data(self.path)
        with self.recorder.unrecorded():
            kept = self.recorder.cache / f"{digest(self.path, source)[:32]}.{sys.implementation.cache_tag}"
            try:
                content = kept.read_bytes()
                if content[:64].decode() != digest(content[64:]):  # loading damaged code could crash Python
                    raise ValueError(kept)
                return marshal.loads(content[64:])
            except (OSError, ValueError, EOFError, TypeError):
                code = self.source_to_code(source, self.path)
                content = marshal.dumps(code)
                self.recorder.cache.mkdir(parents=True, exist_ok=True)
                unfinished = kept.with_name(f".{kept.name}.{os.getpid()}")
                unfinished.write_bytes(digest(content).encode() + content)
                unfinished.replace(kept)
                return code


def _settings() -> list[str]:
    """Folders of a user's settings and caches. Libraries read them; they do not count as inputs of a notebook."""
    home = os.path.expanduser("~")
    named = (os.environ.get(name) for name in SETTINGS_IN)
    return [*(os.path.join(home, name) for name in SETTINGS), *filter(None, named)]


def _plain(what: Any) -> str:
    """An address or a command as a text of at most 120 characters."""
    shown = " ".join(map(str, what)) if isinstance(what, tuple) else os.fsdecode(what)
    return shown if len(shown) <= 120 else f"{shown[:119]}…"


def _cell() -> int:
    """The number of the running cell in the order of execution; 0 outside of a notebook."""
    get: Callable[[], Any] | None = getattr(sys.modules.get("IPython"), "get_ipython", None)
    shell = get() if get else None
    return shell.execution_count if shell else 0


_recorder: Recorder | None = None


def recorder() -> Recorder | None:
    """The recorder of this process; ``None`` outside of a build."""
    return _recorder


def begin(settings: str) -> None:
    """Starts recording; in a build, every kernel calls this before its first cell.

    settings: the arguments of ``Recorder``, as JSON.
    """
    global _recorder
    _recorder = Recorder(**json.loads(settings))
    _recorder.follow_imports()
    sys.addaudithook(_recorder.on_audit_event)
    from IPython import get_ipython

    get_ipython().events.register("post_run_cell", _recorder.write)
