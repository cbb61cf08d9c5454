"""A papermill engine whose kernels start warm: ``papermill --engine warm``, or ``engine_name="warm"``.

An ordinary kernel spends most of its time starting Python and importing. A warm one is forked from a process that has imported
already (the standard library's forkserver) and then makes itself as new (``forked``): outputs are those of an ordinary kernel.
The process it is forked from holds no module of this library, so it can never serve an old one. It ends with the process
that uses the engine.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import time
from multiprocessing.connection import wait
from pathlib import Path
from queue import Empty
from typing import Any

import zmq.asyncio
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from nbclient.exceptions import DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine
from papermill.log import logger
from papermill.utils import merge_kwargs, remove_args
from traitlets import Type
from traitlets.config import Config

from .files import SCRATCH
from .forked import Kernel

# What kernels, the library and the notebooks import, as far as importing it leaves nothing behind but modules. Not pyplot and
# the inline backend, which look for the notebook they are in; not scipy and statsmodels, which one notebook uses and which
# take longer than all of these. What is missing here is imported by the notebook: slower, not different.
PRELOADED = [
    "ipykernel.kernelapp", "ipykernel.ipkernel", "psutil", "sqlite3", "pdb", "faulthandler", "tornado.queues",
    "tornado.platform.asyncio", "IPython.core.debugger", "IPython.core.oinspect", "IPython.core.completerlib",
    "IPython.extensions.storemagic", "IPython.display", "zmq.utils.garbage", "encodings.idna", "encodings.utf_8_sig", "numpy",
    "pandas", "pandas.io.formats.csvs", "pandas.io.formats.html", "pandas.io.formats.string", "matplotlib.figure",
    "matplotlib.style", "matplotlib.dates", "matplotlib.backends.backend_svg", "matplotlib.font_manager",
    "pydantic.fields", "pydantic.plugin._loader", "pydantic.type_adapter", "pydantic.types"]
NOTICED = 0.05  # seconds until the end of a kernel is noticed
ASKED = 1.0  # seconds for a kernel to end when asked, before it is interrupted


class Forkery:
    """One process that kernels are forked from."""

    def __init__(self) -> None:
        from multiprocessing.forkserver import ForkServer

        self._server = ForkServer()
        self._server.set_forkserver_preload(PRELOADED)
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
        self.path = subprocess.run([sys.executable, "-c", "import sys; print(*filter(None, sys.path), sep='\\n')"],
                                   stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()

    def fork(self, kernel: Kernel) -> tuple[int, int]:
        """Two descriptors: one to read the kernel's process id and, at its end, its exit code; one to hold open while it runs."""
        status, lifeline = self._server.connect_to_new_process([])
        try:
            with open(lifeline, "wb", closefd=False) as pipe:
                pickle.dump({"sys_path": [str(Path(__file__).parents[2]), *kernel.path]}, pipe)
                pickle.dump(kernel, pipe)
        except OSError:
            os.close(status)
            os.close(lifeline)
            raise
        return status, lifeline


_forkeries: dict[tuple[str, ...], Forkery] = {}
_one_at_a_time = threading.Lock()


def forkery() -> Forkery:
    """The process to fork from, started if there is none yet: one for each way in which Python would start differently."""
    key = (str(Path.cwd()), *(f"{name}={value}" for name, value in sorted(os.environ.items()) if name.startswith("PYTHON")))
    with _one_at_a_time:
        if key not in _forkeries:
            _forkeries[key] = Forkery()
        return _forkeries[key]


def get_ready() -> None:
    """Starts the process to fork from, where there can be one, so that the first kernel need not wait for it."""
    if "forkserver" in multiprocessing.get_all_start_methods():
        forkery()


class Forked:
    """A forked kernel, with what is used here of ``subprocess.Popen``. Raises ``OSError`` if it cannot be forked."""

    stdin = stdout = stderr = None

    def __init__(self, kernel: Kernel, source: Forkery) -> None:
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


class WarmProvisioner(LocalProvisioner):
    """Starts a kernel of this interpreter by forking it; any other as usual."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        if cmd[:3] != [sys.executable, "-m", "ipykernel_launcher"]:
            return await super().launch_kernel(cmd, **kwargs)
        environment = {**kwargs.get("env", os.environ), "JPY_PARENT_PID": str(os.getpid())}
        self.cwd = kwargs.get("cwd") or str(Path.cwd())
        source = forkery()
        try:
            self.process = Forked(Kernel(cmd[3:], self.cwd, environment, source.path), source)
        except OSError as error:
            say_once(f"A kernel could not be forked ({error}): it starts cold.")
            return await super().launch_kernel(cmd, **kwargs)
        self.pid = self.pgid = self.process.pid
        return self.connection_info

    async def cleanup(self, restart: bool = False) -> None:
        """Ends what a kernel that died left running; one that ends by itself sees to that."""
        if isinstance(self.process, Forked) and self.process.poll() is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        await super().cleanup(restart=restart)


class WarmClient(AsyncKernelClient):
    """A client that is ready as soon as its kernel is."""

    def _context_default(self) -> zmq.asyncio.Context:
        context = super()._context_default()
        context.reconnect_ivl = 5  # ms: who knocks before the kernel has its sockets knocks again, after 100 ms by default
        return context

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """As every client does, but without listening until the kernel has been silent for a while: who reads its messages
        knows them by the request that they answer. Raises ``RuntimeError`` if the kernel dies or does not answer in time.
        """
        deadline = time.monotonic() + (timeout or float("inf"))
        while True:
            self.kernel_info()
            try:
                reply = await self.shell_channel.get_msg(timeout=1)
                if reply["msg_type"] == "kernel_info_reply":
                    await self.iopub_channel.get_msg(timeout=0.2)  # outputs arrive too
                    return self._handle_kernel_info_reply(reply)
            except Empty:
                pass
            if not await self.is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if time.monotonic() > deadline:
                raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")


class WarmManager(AsyncKernelManager):
    """Starts and ends a kernel without the pauses that an ordinary one takes to be waited for."""

    client_factory = Type(WarmClient, klass=AsyncKernelClient)

    async def _async_pre_start_kernel(self, **kwargs: Any) -> Any:
        if self.provisioner is None:
            self.provisioner = WarmProvisioner(kernel_id="", kernel_spec=self.kernel_spec, parent=self)
        return await super()._async_pre_start_kernel(**kwargs)

    async def _async_wait(self, pollinterval: float = 0.1) -> None:
        await super()._async_wait(min(pollinterval, 0.005))

    async def shutdown_kernel(self, now: bool = False, restart: bool = False) -> None:
        """Asks the kernel to end. What does not is interrupted, asked again, terminated and killed, as every kernel is."""
        if self.has_kernel and not now:
            await self._async_request_shutdown(restart=restart)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._async_wait(), ASKED)
                await self.provisioner.wait()
                now = True  # nothing is left to be asked
        await super().shutdown_kernel(now=now, restart=restart)


class WarmNotebookClient(PapermillNotebookClient):
    """Runs the cells, and sees at once when the kernel has died."""

    async def _async_poll_kernel_alive(self) -> None:
        while await self.kc.is_alive():
            await asyncio.sleep(NOTICED)
        # What it said before it died is heard first: it may have been the answer.
        while await self.kc.iopub_channel.msg_ready() or await self.kc.shell_channel.msg_ready():
            await asyncio.sleep(NOTICED)
        try:
            await self._async_check_alive()
        except DeadKernelError:
            self.task_poll_for_reply.cancel()


class WarmEngine(NBClientEngine):
    """Papermill's own engine with warm kernels; the ordinary engine where processes cannot be forked."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, log_output: bool = False, stdout_file: Any = None,
                                 stderr_file: Any = None, start_timeout: float = 60, execution_timeout: float | None = None,
                                 **kwargs: Any) -> Any:
        """Executes the notebook, with papermill's arguments and their meaning."""
        if "forkserver" not in multiprocessing.get_all_start_methods():
            say_once("This system cannot fork processes: kernels start cold.")
            return super().execute_managed_notebook(
                nb_man, kernel_name, log_output=log_output, stdout_file=stdout_file, stderr_file=stderr_file,
                start_timeout=start_timeout, execution_timeout=execution_timeout, **kwargs)
        with tempfile.TemporaryDirectory() as folder:
            given = {"config": private_sockets(folder), "kernel_manager_class": WarmManager,
                     **remove_args(["input_path", "timeout", "startup_timeout"], **kwargs)}
            return WarmNotebookClient(nb_man, **merge_kwargs(
                given, timeout=execution_timeout or kwargs.get("timeout"), startup_timeout=start_timeout,
                kernel_name=kernel_name, log=logger, log_output=log_output, stdout_file=stdout_file,
                stderr_file=stderr_file)).execute()


def private_sockets(folder: str) -> Config:
    """Settings for a kernel whose sockets are files in ``folder``: two kernels never meet, and nothing listens on a network."""
    if os.name == "nt":  # no such sockets
        return Config()
    return Config({"KernelManager": {"transport": "ipc", "connection_file": str(Path(folder) / "kernel.json")}})


@functools.cache
def say_once(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
