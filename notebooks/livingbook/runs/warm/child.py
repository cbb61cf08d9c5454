"""What happens in a warm kernel's process between the fork and its first cell.

It was forked from a process that has imported much and otherwise done nothing. Here it becomes what a kernel that started by
itself would be, so that a notebook cannot tell the two apart by anything but their speed.
"""

from __future__ import annotations

import atexit
import fcntl
import gc
import importlib.util
import os
import select
import shutil
import signal
import sys
import threading
from dataclasses import dataclass
from multiprocessing import forkserver, resource_tracker

LAST_MESSAGE_SECONDS = 5.0  # seconds for a kernel's last words


@dataclass(frozen=True)
class Kernel:
    """A kernel to be: how it is called, where, with which environment and module search path."""

    arguments: list[str]
    folder: str
    environment: dict[str, str]
    path: list[str]

    def _bootstrap(self, lifeline: int) -> int:
        """Runs the kernel to its end and returns its exit code. ``multiprocessing`` calls this, by this name, in the new process.

        lifeline: descriptor of a pipe that nobody writes to; it closes when the process that asked for the kernel ends.
        """
        os.setsid()  # the kernel and what it starts are signalled as one group
        end_with_parent(lifeline)
        reset_inherited_state()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        os.chdir(self.folder)
        os.environ.clear()
        os.environ.update(self.environment)
        sys.argv = [importlib.util.find_spec("ipykernel_launcher").origin, *self.arguments]
        sys.path[:] = self.path
        unload(__name__.partition(".")[0])
        gc.freeze()  # what was imported before the fork is not garbage: nobody need look
        return run()


def end_with_parent(lifeline: int) -> None:
    """Sees to it that the kernel, and whatever its cells started, end if the parent does, however it does.

    The system itself kills the group when the pipe closes, so that not even a kernel that is busy outside of Python stays.
    Elsewhere than on Linux the kernel alone notices, as every kernel does, by looking for its parent once a second.
    """
    if sys.platform == "linux":
        fcntl.fcntl(lifeline, fcntl.F_SETOWN, -os.getpgrp())
        fcntl.fcntl(lifeline, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
        if select.select([lifeline], [], [], 0)[0]:  # closed already
            os.killpg(0, signal.SIGKILL)


def reset_inherited_state() -> None:
    """Lets go of what belongs to the process this one was forked from, and of what kernels would otherwise have in common."""
    # Its pipes: a kernel that held them open would keep it alive.
    os.close(forkserver._forkserver._forkserver_alive_fd)
    os.close(resource_tracker._resource_tracker._fd)
    forkserver._forkserver.__init__()
    resource_tracker._resource_tracker.__init__()
    sys.stdin = sys.__stdin__ = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 (the null device, for as long as the process)
    atexit.unregister(shutil.rmtree)  # temporary folders of its own
    if numpy := sys.modules.get("numpy"):  # Python's own generator seeds itself anew after a fork
        numpy.random.seed()
    if matplotlib := sys.modules.get("matplotlib"):  # a kernel tells it so before it is imported
        matplotlib.rcParams["backend"] = os.environ.get("MPLBACKEND") or "module://matplotlib_inline.backend_inline"


def unload(package: str) -> None:
    """Unloads this library, so that the notebook imports that of its own folder, as it is now."""
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        del sys.modules[name]


def run() -> int:
    """Runs the kernel, then what an interpreter does when it ends; returns the exit code."""
    from ipykernel.kernelapp import IPKernelApp

    # Nobody attaches a debugger to a kernel that papermill runs, and loading it takes longer than all else.
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    importlib.import_module("ipykernel.debugger")
    del sys.modules["debugpy"]
    code = 0
    try:
        IPKernelApp.launch_instance(parent_handle=os.getppid())
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    # The thread that was told to end the kernel says so when it has: what it says that with is closed next.
    if control := IPKernelApp.instance().control_thread:
        control.stop()
        control.join(LAST_MESSAGE_SECONDS)
    gc.freeze()  # IPython looks for garbage when it ends: the process takes all with it anyway
    threading._shutdown()
    atexit._run_exitfuncs()
    return code
