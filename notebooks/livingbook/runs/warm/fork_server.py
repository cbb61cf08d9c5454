"""The fork server, a process that warm kernels are forked from, and a kernel forked from it.

The fork server is started before this process imports anything slow, so that both import at the same time. It imports no module
of this library, so a kernel never gets an outdated one. It ends when the process that started it ends.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import multiprocessing
import os
import pickle
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import wait
from pathlib import Path

from livingbook.runs.warm.child import Kernel
from livingbook.system.files import SCRATCH, short_place

# What kernels, the library and the notebooks import, if importing it has no side effects. Left out are pyplot and the inline
# backend, which look for the running notebook when they are imported, and scipy, which few notebooks use and which takes longer
# to import than everything else here. A kernel imports what is missing here by itself: that is slower, and changes nothing else.
PRELOADED = [
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "psutil",
    "sqlite3",
    "pdb",
    "faulthandler",
    "tornado.queues",
    "tornado.platform.asyncio",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.core.completerlib",
    "IPython.extensions.storemagic",
    "IPython.display",
    "zmq.utils.garbage",
    "encodings.idna",
    "encodings.utf_8_sig",
    "numpy",
    "pandas",
    "pandas.io.formats.csvs",
    "pandas.io.formats.html",
    "pandas.io.formats.string",
    "matplotlib.figure",
    "matplotlib.style",
    "matplotlib.dates",
    "matplotlib.backends.backend_svg",
    "matplotlib.font_manager",
    "pydantic.fields",
    "pydantic.plugin._loader",
    "pydantic.root_model",  # the first model, with which pydantic looks for plugins among all packages
    "pydantic.type_adapter",
    "pydantic.types",
    "tomllib",
    "xml.etree.ElementTree",
    "yaml",
]


class _Server(forkserver.ForkServer):
    """Python's own, which a copy of the process that started it can use as well."""

    def ensure_running(self) -> None:
        with contextlib.suppress(ChildProcessError):  # it is no child of this process, and runs as long as its parent does
            super().ensure_running()


class ForkServer:
    """One process that kernels are forked from.

    path: where a Python that starts here looks for modules.
    """

    def __init__(self) -> None:
        self._server = _Server()
        self._server.set_forkserver_preload(PRELOADED)
        # Started first, because starting it would unblock the signal that is blocked next.
        resource_tracker.ensure_running()
        # The fork server inherits the blocked signal, so that Ctrl-C ends only this process, which then ends the fork server.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        settings: dict[str, str | None] = multiprocessing.current_process()._config  # type: ignore[attr-defined]  # not in typeshed
        own = settings.get("tempdir")
        if (place := short_place()) != tempfile.gettempdir():
            settings["tempdir"] = folder = tempfile.mkdtemp(prefix=SCRATCH, dir=place)
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
        elif Path(place).name.startswith(SCRATCH):
            # The server's socket lies in the scratch folder, which the next build removes if this process is killed.
            settings["tempdir"] = place
        try:
            self._server.ensure_running()
        finally:
            settings["tempdir"] = own
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        # Asked of a new interpreter, because this process may have changed its own ``sys.path`` since it started.
        self.path = subprocess.run(
            [sys.executable, "-c", "import sys; print(*filter(None, sys.path), sep='\\n')"],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout.splitlines()

    def fork(self, kernel: Kernel) -> tuple[int, int]:
        """Forks a kernel; returns two file descriptors, ``(status, lifeline)``.

        From ``status`` the kernel's process id is read and, when it ends, its exit code. The kernel is killed when ``lifeline`` is
        closed. Raises ``OSError`` if the fork server does not answer.
        """
        theirs, lifeline = os.pipe()
        try:
            status, data = self._server.connect_to_new_process([theirs])
        except BaseException:
            os.close(lifeline)
            raise
        finally:
            os.close(theirs)
        try:
            with os.fdopen(data, "wb") as pipe:
                pickle.dump({"sys_path": [str(Path(__file__).parents[3]), *kernel.path]}, pipe)
                pickle.dump(kernel, pipe)
        except OSError:
            os.close(status)
            os.close(lifeline)
            raise
        return status, lifeline


def circumstances() -> tuple[object, ...]:
    """What a kernel inherits of the process that starts it: folder, environment variables, umask, limits, the cores it may use."""
    import resource

    os.umask(umask := os.umask(0o077))
    limits = [resource.getrlimit(getattr(resource, name)) for name in sorted(dir(resource)) if name.startswith("RLIMIT_")]
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    variables = sorted((name, value) for name, value in os.environ.items() if name not in PASSING)
    return (str(Path.cwd()), tuple(variables), umask, tuple(limits), tuple(cores))


PASSING = ("TMPDIR", "LIVINGBOOK_CELL_SECONDS", "LIVINGBOOK_ALONE", "LIVINGBOOK_ENGINE")  # variables read anew wherever needed
_servers: dict[tuple[object, ...], ForkServer] = {}
_one_at_a_time = threading.Lock()


def fork_server() -> ForkServer:
    """The fork server, started if there is none yet; another one if what kernels inherit has changed since."""
    key = circumstances()
    with _one_at_a_time:
        if key not in _servers:
            _servers[key] = ForkServer()
        return _servers[key]


def start_fork_server() -> None:
    """Starts the fork server in advance, so that the first kernel need not wait for it; does nothing where a system has none."""
    if "forkserver" in multiprocessing.get_all_start_methods():
        fork_server()


class ForkedKernel:
    """A forked kernel, with the methods of ``subprocess.Popen`` that are used here. Raises ``OSError`` if it cannot be forked."""

    stdin = stdout = stderr = None

    def __init__(self, kernel: Kernel, source: ForkServer) -> None:
        self._status, self._lifeline = source.fork(kernel)
        self.returncode: int | None = None
        self.pid = self._read()
        if self.returncode is not None:
            raise ChildProcessError("the process to fork from is gone")

    def _read(self) -> int:
        """The next number that the fork server sends about the kernel: its process id, then its exit code."""
        try:
            return forkserver.read_signed(self._status)
        except EOFError:  # the fork server is gone, and the kernel with it
            self._close(-signal.SIGKILL)
            return -signal.SIGKILL

    def _close(self, returncode: int) -> None:
        if self.returncode is None:
            self.returncode = returncode
            os.close(self._status)
            os.close(self._lifeline)

    def poll(self) -> int | None:
        """The exit code; ``None`` while the kernel runs."""
        return self.wait() if self.returncode is not None or wait([self._status], timeout=0) else None

    def wait(self) -> int:
        """Waits for the kernel to end; returns its exit code."""
        if self.returncode is not None:
            return self.returncode
        code = self._read()
        self._close(code)  # does nothing where reading has found the fork server gone
        return code

    def send_signal(self, signum: int) -> None:
        """Sends the process a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, signum)

    terminate = functools.partialmethod(send_signal, signal.SIGTERM)
    kill = functools.partialmethod(send_signal, signal.SIGKILL)
