"""Starting, running and ending warm kernels: jupyter_client's manager and client without their waiting times."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from pathlib import Path
from queue import Empty
from typing import Any

import traitlets
import zmq.asyncio
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from nbclient.exceptions import DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from traitlets import Type, default
from traitlets.config import Config

from livingbook.runs.warm.child import FORGET_SETTINGS, Kernel
from livingbook.runs.warm.fork_server import ForkedKernel, fork_server
from livingbook.system.errors import say_once

POLL_SECONDS = 0.05  # how often it is checked whether a kernel still runs
LONGEST_FOLDER = 80  # bytes: systems take at most 103 for the path of a socket, and its name is up to 20
SHUTDOWN_SECONDS = 1.0  # how long a kernel may take to end when asked, before it is interrupted


# What starts a kernel of this interpreter: as usual, and without the settings of the machine.
USUAL = [sys.executable, "-m", "ipykernel_launcher"]
WITHOUT_SETTINGS = [
    sys.executable,
    "-c",
    "import sys; sys.path[:1] = filter(None, sys.path[:1]); "  # as the usual way: nothing is imported from the working folder
    f"{FORGET_SETTINGS}; from ipykernel import kernelapp; kernelapp.launch_new_instance()",
]


class WarmProvisioner(LocalProvisioner):
    """Starts a kernel of this interpreter by forking it, and a kernel of any other as usual.

    process: typed as its class has it, ``ForkedKernel`` standing in for a ``Popen``.
    """

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Starts a kernel: forked from the warm process where that gives the same kernel, else as a program of its own."""
        if cmd[:3] not in (USUAL, WITHOUT_SETTINGS):
            return await super().launch_kernel(cmd, **kwargs)
        given = dict(kwargs.get("env", os.environ))
        if given != dict(os.environ):  # a kernelspec has variables of its own, and Python and packages read some when they start
            return await super().launch_kernel(cmd, **kwargs)
        environment = {**given, "JPY_PARENT_PID": str(os.getpid())}
        self.cwd = kwargs.get("cwd") or str(Path.cwd())
        server = fork_server()
        try:
            kernel = ForkedKernel(Kernel(cmd[3:], self.cwd, environment, server.path, cmd[:3] == USUAL), server)
        except OSError as error:
            say_once(f"A kernel could not be forked ({error}): it starts cold.")
            return await super().launch_kernel(cmd, **kwargs)
        self.process = kernel  # type: ignore[assignment]  # it has the methods of ``Popen`` that the provisioner calls
        self.pid = self.pgid = kernel.pid
        return self.connection_info

    async def cleanup(self, restart: bool = False) -> None:
        """Ends the processes that a kernel which died has left running. A kernel that ends regularly does that itself."""
        kernel: object = self.process
        if isinstance(kernel, ForkedKernel) and kernel.poll() is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(kernel.pid, signal.SIGKILL)
        await super().cleanup(restart=restart)


class WarmClient(AsyncKernelClient):
    """A client that is ready as soon as its kernel is."""

    def _context_default(self) -> zmq.asyncio.Context:
        context = super()._context_default()
        # Milliseconds until a connection is tried again that was refused because the kernel has no sockets yet; by default 100.
        context.reconnect_ivl = 5
        return context

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Waits until the kernel answers. Raises ``RuntimeError`` if it dies or does not answer within ``timeout`` seconds.

        Other clients then read messages until the kernel has been silent for a while. That is needless here: the messages of each
        cell are told apart by the request that they answer.
        """
        deadline = time.monotonic() + (timeout or float("inf"))
        while True:
            self.kernel_info()
            try:
                reply = await self.shell_channel.get_msg(timeout=1)
                if reply["msg_type"] == "kernel_info_reply":
                    await self.iopub_channel.get_msg(timeout=0.2)  # the channel of the outputs is connected too
                    return self._handle_kernel_info_reply(reply)
            except Empty:
                pass
            if not await self.is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if time.monotonic() > deadline:
                raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")


class WarmManager(AsyncKernelManager):
    """Starts and ends a kernel without the waiting times of the ordinary manager."""

    client_factory = Type(WarmClient, klass=AsyncKernelClient)

    async def _async_pre_start_kernel(self, **kwargs: Any) -> Any:
        if self.provisioner is None:
            self.provisioner = WarmProvisioner(kernel_id="", kernel_spec=self.kernel_spec, parent=self)
        return await super()._async_pre_start_kernel(**kwargs)

    async def _async_wait(self, pollinterval: float = 0.1) -> None:
        await super()._async_wait(min(pollinterval, 0.005))

    async def shutdown_kernel(  # type: ignore[override]  # jupyter_client gives the base class, whose method does not wait
        self, now: bool = False, restart: bool = False
    ) -> None:
        """Asks the kernel to end. One that does not end is interrupted, asked again, terminated and killed, as every kernel is."""
        if self.provisioner is not None and self.has_kernel and not now:
            await self._async_request_shutdown(restart=restart)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._async_wait(), SHUTDOWN_SECONDS)
                await self.provisioner.wait()
                now = True  # it has ended: there is nothing left to ask
        await super().shutdown_kernel(now=now, restart=restart)


class OwnSpecs(KernelSpecManager):
    """Knows one kernel, of the interpreter that is running: a ``python3`` that is found by name may be of another one.

    It reads no settings of the machine; those of the user lie in a folder that is told to a kernel.
    """

    kernel_dirs: traitlets.List = traitlets.List([])

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """The kernel of that name. Raises ``NoSuchKernel`` for any other."""
        spec = super().get_kernel_spec(kernel_name)
        spec.argv = [*WITHOUT_SETTINGS, *spec.argv[len(USUAL) :]]
        return spec


class OwnKernel(AsyncKernelManager):
    """Starts a kernel of the interpreter that is running."""

    @default("kernel_spec_manager")
    def _own_specs(self) -> KernelSpecManager:
        return OwnSpecs()


class OwnWarmKernel(OwnKernel, WarmManager):
    """The same, warm."""


class WarmNotebookClient(PapermillNotebookClient):
    """Runs the cells, and notices without delay when the kernel has died."""

    async def _async_poll_kernel_alive(self) -> None:
        while await self.kc.is_alive():
            await asyncio.sleep(POLL_SECONDS)
        # Messages that the kernel sent before it died are read first: the reply to the cell may be among them.
        while await self.kc.iopub_channel.msg_ready() or await self.kc.shell_channel.msg_ready():
            await asyncio.sleep(POLL_SECONDS)
        try:
            await self._async_check_alive()
        except DeadKernelError:
            self.task_poll_for_reply.cancel()


def private_sockets(folder: str) -> Config:
    """Settings for a kernel whose sockets are files in ``folder``: no two kernels share one, and none can be reached by network.

    Where that cannot be, because a system has no such sockets or the folder's path is too long for them, the settings are those of
    every kernel.
    """
    if os.name == "nt" or len(os.fsencode(folder)) > LONGEST_FOLDER:
        return Config()
    return Config({"KernelManager": {"transport": "ipc", "connection_file": str(Path(folder) / "kernel.json")}})
