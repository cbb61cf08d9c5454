"""A web server on loopback, for as long as a test needs it."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def serving(handler: Callable[..., Any], server: type[http.server.HTTPServer] = http.server.ThreadingHTTPServer) -> Iterator[str]:
    """The address, without a slash at its end, at which requests are answered by ``handler``."""
    with server(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{running.server_port}"
        finally:
            running.shutdown()
