"""A browser's part in ``make live``: an open page that loads itself again, and what it is told."""

from __future__ import annotations

import json
import re
import threading
import time
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from typing import Any

PATIENCE = 240  # seconds, on a machine that does other work as well
LOADING = {"doing": "the page is loaded", "made": "", "wrong": "", "at": {}}
AT_REST = {"doing": "", "made": "", "wrong": "", "at": {}}


class Reader:
    """An open page. address: of the server, with a slash at its end. html: the page as it was loaded last."""

    def __init__(self, address: str, page: str) -> None:
        self.address, self.page = address, page
        self.html = ""
        self.states: list[dict[str, Any]] = [LOADING]
        self.loads = 0
        self.open = True
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while self.open:
            try:
                self.states.append(LOADING)
                self.html = urllib.request.urlopen(f"{self.address}{self.page}").read().decode()
                self.loads += 1
                shown = re.search(r'data-shown="(\w+)"', self.html)
                assert shown
                with urllib.request.urlopen(f"{self.address}_live/events?page={self.page}&shown={shown[1]}") as events:
                    for line in events:
                        if line.startswith(b"event: again") or not self.open:
                            break
                        if line.startswith(b"data: {"):
                            self.states.append(json.loads(line.removeprefix(b"data: ")))
            except (OSError, HTTPException):  # the server is not there any more, or something else is in its place
                time.sleep(0.2)

    def wait(self, what: Callable[[Reader], object], why: str) -> None:
        """Waits until something is true of this page. Raises ``TimeoutError``, with why it was waited for."""
        end = time.monotonic() + PATIENCE
        while not what(self):
            if time.monotonic() > end:
                raise TimeoutError(f"never: {why}; the last state: {self.states[-1]}")
            time.sleep(0.005)

    def rest(self) -> None:
        """Waits until the whole book has what was saved."""
        self.wait(lambda page: page.states[-1] == AT_REST, "nothing to do")
