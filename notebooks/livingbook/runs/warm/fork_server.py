"""The process that warm kernels are forked from, and a kernel forked from it.

It is started before anything slow is imported here, and imports meanwhile. It holds no module of this library, so it can never
serve an old one; and it ends with the process that started it.
"""

from __future__ import annotations

import functools
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
from multiprocessing.connection import wait
from pathlib import Path

from livingbook.runs.warm.child import Kernel
from livingbook.system.files import SCRATCH

# What kernels, the library and the notebooks import, as far as importing it leaves nothing behind but modules. Not pyplot and
# the inline backend, which look for the notebook they are in; not scipy, which few notebooks use and which
# take longer than all of these. What is missing here is imported by the notebook: slower, not different.
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
    "pydantic.type_adapter",
    "pydantic.types",
    "tomllib",
    "yaml",
]


class ForkServer:
    """One process that kernels are forked from."""

    def __init__(self) -> None:
        from multiprocessing import resource_tracker
        from multiprocessing.forkserver import ForkServer

        self._server = ForkServer()
        self._server.set_forkserver_preload(PRELOADED)
        resource_tracker.ensure_running()  # whoever starts it unblocks the signal
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # it inherits this: Ctrl-C is for us, not for it
        settings = multiprocessing.current_process()._config
        own = settings.get("tempdir")
        if Path(tempfile.gettempdir()).name.startswith(SCRATCH):  # its socket goes where it is found if this process is killed
            settings["tempdir"] = tempfile.gettempdir()
        try:
            self._server.ensure_running()
        finally:
            settings["tempdir"] = own
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        # Where an interpreter that starts here looks for modules; ours may have been told of other places since.
        self.path = subprocess.run(
            [sys.executable, "-c", "import sys; print(*filter(None, sys.path), sep='\\n')"],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout.splitlines()

    def fork(self, kernel: Kernel) -> tuple[int, int]:
        """Two descriptors: one to read the kernel's process id and, at its end, its exit code; one to hold open while it runs."""
        status, lifeline = self._server.connect_to_new_process([])
        try:
            with open(lifeline, "wb", closefd=False) as pipe:
                pickle.dump({"sys_path": [str(Path(__file__).parents[3]), *kernel.path]}, pipe)
                pickle.dump(kernel, pipe)
        except OSError:
            os.close(status)
            os.close(lifeline)
            raise
        return status, lifeline


_servers: dict[tuple[str, ...], ForkServer] = {}
_one_at_a_time = threading.Lock()


def fork_server() -> ForkServer:
    """The process to fork from, started if there is none yet: one for each way in which Python would start differently."""
    key = (str(Path.cwd()), *(f"{name}={value}" for name, value in sorted(os.environ.items()) if name.startswith("PYTHON")))
    with _one_at_a_time:
        if key not in _servers:
            _servers[key] = ForkServer()
        return _servers[key]


def start_fork_server() -> None:
    """Starts the process to fork from, where there can be one, so that the first kernel need not wait for it."""
    if "forkserver" in multiprocessing.get_all_start_methods():
        fork_server()


class ForkedKernel:
    """A forked kernel, with what is used here of ``subprocess.Popen``. Raises ``OSError`` if it cannot be forked."""

    stdin = stdout = stderr = None

    def __init__(self, kernel: Kernel, source: ForkServer) -> None:
        self._status, self._lifeline = source.fork(kernel)
        self.returncode: int | None = None
        self.pid = self._read()
        if self.returncode is not None:
            raise ChildProcessError("the process to fork from is gone")

    def _read(self) -> int:
        """The next number that tells of the kernel: its process id, then its exit code."""
        from multiprocessing.forkserver import read_signed

        try:
            return read_signed(self._status)
        except EOFError:  # the process it was forked from is gone, and the kernel with it
            self._close(-signal.SIGKILL)
            return -signal.SIGKILL

    def _close(self, returncode: int) -> None:
        if self.returncode is None:
            self.returncode = returncode
            os.close(self._status)
            os.close(self._lifeline)

    def poll(self) -> int | None:
        return self.wait() if self.returncode is not None or wait([self._status], timeout=0) else None

    def wait(self) -> int:
        if self.returncode is None:
            self._close(self._read())
        return self.returncode

    def send_signal(self, signum: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, signum)

    terminate = functools.partialmethod(send_signal, signal.SIGTERM)
    kill = functools.partialmethod(send_signal, signal.SIGKILL)
