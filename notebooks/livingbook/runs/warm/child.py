"""What happens in a warm kernel's process between the fork and its first cell.

The process was forked from the fork server, which has imported packages and done nothing else. Here everything that it inherited
from the fork server is reset, so that a notebook runs as in an ordinary kernel, only faster.
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

# Python by which a kernel looks for no settings of the machine (``/etc/ipython``), as IPython has no option for that.
FORGET_SETTINGS = "from IPython.core import application as a; a.SYSTEM_CONFIG_DIRS.clear(); a.ENV_CONFIG_DIRS.clear()"
LAST_MESSAGE_SECONDS = 5.0  # how long a kernel that ends may take to send its last message


@dataclass(frozen=True)
class Kernel:
    """What a kernel is started with: arguments, working folder, environment variables and module search path.

    with_settings: whether IPython reads the settings of the machine.
    """

    arguments: list[str]
    folder: str
    environment: dict[str, str]
    path: list[str]
    with_settings: bool = True

    def _bootstrap(self, _: int) -> int:
        """Runs the kernel to its end and returns its exit code; ``multiprocessing`` calls it in the new process, by this name."""
        os.setsid()  # the kernel and the processes that it starts receive signals as one group
        # A pipe of its own, which nobody ever writes to: the one that brought this object can still announce what was written.
        end_with_parent(forkserver._forkserver._inherited_fds[0])  # type: ignore[attr-defined]  # private, so not in typeshed
        reset_inherited_state()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        os.chdir(self.folder)
        os.environ.clear()
        os.environ.update(self.environment)
        launcher = importlib.util.find_spec("ipykernel_launcher")
        assert launcher is not None and launcher.origin is not None, "ipykernel is not installed"
        sys.argv = [launcher.origin, *self.arguments]
        sys.path[:] = self.path
        unload(__name__.partition(".")[0])
        if not self.with_settings:
            exec(FORGET_SETTINGS, {})
        gc.freeze()  # the garbage collector need not search what was imported before the fork
        return run()


def end_with_parent(lifeline: int) -> None:
    """Makes the kernel, and all processes that its cells started, end when the parent process ends for whatever reason.

    On Linux the system kills the process group when the pipe closes, even if the kernel is busy outside of Python. On other systems
    only the kernel itself ends: like every kernel, it checks once a second whether its parent is there.

    lifeline: descriptor of a pipe that nobody has ever written to; it closes when the process that asked for the kernel ends.
    """
    if sys.platform == "linux":
        fcntl.fcntl(lifeline, fcntl.F_SETOWN, -os.getpgrp())
        fcntl.fcntl(lifeline, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
        if select.select([lifeline], [], [], 0)[0]:  # closed already
            os.killpg(0, signal.SIGKILL)


def reset_inherited_state() -> None:
    """Gives up what belongs to the fork server, and renews what all kernels would otherwise have in common."""
    # The pipes of the fork server, which would not end while a kernel holds them open. Python has no public way to close them.
    server, tracker = forkserver._forkserver, resource_tracker._resource_tracker
    os.close(server._forkserver_alive_fd)  # type: ignore[attr-defined]  # private, so not in typeshed
    os.close(tracker._fd)  # type: ignore[attr-defined]  # private, so not in typeshed
    server.__init__()  # type: ignore[misc]  # as new: other code has imported methods of this very object
    tracker.__init__()  # type: ignore[misc]  # the same
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 (the null device, for as long as the process)
    sys.__stdin__ = sys.stdin  # type: ignore[misc]  # typeshed calls it final; after a fork it would be the fork server's
    atexit.unregister(shutil.rmtree)  # the fork server removes its temporary folders itself
    if numpy := sys.modules.get("numpy"):  # unlike Python's own random generator, numpy's is not seeded anew after a fork
        numpy.random.seed()
    if matplotlib := sys.modules.get("matplotlib"):  # an ordinary kernel sets this before matplotlib is imported
        matplotlib.rcParams["backend"] = os.environ.get("MPLBACKEND") or "module://matplotlib_inline.backend_inline"


def unload(package: str) -> None:
    """Unloads a package, so that the notebook imports it from its own folder, in its present version."""
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        del sys.modules[name]


def run() -> int:
    """Runs the kernel, then does what an interpreter does when it ends; returns the exit code."""
    from ipykernel.kernelapp import IPKernelApp

    # Nobody attaches a debugger to a kernel that papermill runs, and importing it takes longer than everything else.
    sys.modules["debugpy"] = None  # type: ignore[assignment]  # Python's way to forbid an import
    importlib.import_module("ipykernel.debugger")
    del sys.modules["debugpy"]
    code = 0
    try:
        IPKernelApp.launch_instance(parent_handle=os.getppid())
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    # The control thread confirms that the kernel ends. It must have sent that before its sockets are closed below.
    if control := IPKernelApp.instance().control_thread:
        control.stop()
        control.join(LAST_MESSAGE_SECONDS)
    gc.freeze()  # IPython collects garbage when it ends, which is needless: the system frees the memory of the process
    threading._shutdown()  # type: ignore[attr-defined]  # waits for threads, as the interpreter does; it has no public name
    atexit._run_exitfuncs()
    return code
