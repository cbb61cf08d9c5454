"""A papermill engine whose kernels start warm: ``papermill --engine warm``, or ``engine_name="warm"``.

An ordinary kernel spends most of its time starting Python and importing packages. A warm one is forked from a process that has
imported them (``fork_server``) and then resets what it inherited (``child``); its outputs are those of an ordinary kernel.
papermill imports this module whenever it starts, before it has finished importing itself. So this module imports little, and of
papermill only what is defined by then.
"""

from __future__ import annotations

import contextlib
import multiprocessing
from collections.abc import Iterator
from typing import Any

from papermill.engines import NBClientEngine
from papermill.log import logger
from papermill.utils import merge_kwargs, remove_args

from livingbook.system.errors import say_once
from livingbook.system.files import short_folder


@contextlib.contextmanager
def own_event_loop() -> Iterator[None]:
    """Closes the event loop of this thread at the end, if it is not somebody else's who is running it.

    Left to the garbage collector, it may lose its sockets first and then complain on the terminal.
    """
    from jupyter_core.utils import ensure_event_loop

    try:
        yield
    finally:
        if not (loop := ensure_event_loop()).is_running():
            loop.close()


class WarmEngine(NBClientEngine):
    """Papermill's own engine with warm kernels; the ordinary engine where processes cannot be forked."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        log_output: bool = False,
        stdout_file: Any = None,
        stderr_file: Any = None,
        start_timeout: float = 60,
        execution_timeout: float | None = None,
        **kwargs: Any,
    ) -> Any:
        """Executes the notebook, with papermill's arguments and their meaning."""
        if "forkserver" not in multiprocessing.get_all_start_methods():
            say_once("This system cannot fork processes: kernels start cold.")
            return super().execute_managed_notebook(
                nb_man,
                kernel_name,
                log_output=log_output,
                stdout_file=stdout_file,
                stderr_file=stderr_file,
                start_timeout=start_timeout,
                execution_timeout=execution_timeout,
                **kwargs,
            )
        from livingbook.runs.warm.client import WarmManager, WarmNotebookClient, private_sockets

        with short_folder() as folder, own_event_loop():
            given = {
                "config": private_sockets(folder),
                "kernel_manager_class": WarmManager,
                **remove_args(["input_path", "timeout", "startup_timeout"], **kwargs),
            }
            return WarmNotebookClient(
                nb_man,
                **merge_kwargs(
                    given,
                    timeout=execution_timeout or kwargs.get("timeout"),
                    startup_timeout=start_timeout,
                    kernel_name=kernel_name,
                    log=logger,
                    log_output=log_output,
                    stdout_file=stdout_file,
                    stderr_file=stderr_file,
                ),
            ).execute()
