"""What ``make live`` serves: the book on loopback, each change a moment after it was saved.

It is the published book, with pages in front of it that were made ahead of the rest. The open pages are told by server-sent events
what is being done, what is wrong, and when to load themselves again. The script that listens is added to a page when it is served;
nothing of it is in the published book.
"""

from __future__ import annotations

import http.server
import json
import re
import shutil
import threading
import urllib.parse
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from livingbook.project.project import Project
from livingbook.system.digests import digest_of_bytes

HERE = Path(__file__).parent
OWN = "_live/"  # addresses that are no part of the book
KINDS = {".js": "text/javascript", ".css": "text/css"}
WAIT_SECONDS = 15  # a connection that is silent for longer may be cut by something in between
PLACE = re.compile(r"notebooks/([\w-]+)\.ipynb(?:, cell (\d+))?|book/([\w-]+)\.md(?::(\d+))?")


@dataclass
class State:
    """What the open pages show of the work.

    doing: what is being done, "" if nothing. made: the page that was made ahead of the rest of the book, "" if there is none.
    wrong: what is wrong, "" if nothing; at: where that is: "page", and there "cell" (its number) or "words" (of a line).
    """

    doing: str = ""
    made: str = ""
    wrong: str = ""
    at: dict[str, Any] = field(default_factory=dict)


class Site:
    """What is served, and who is looking at it.

    ahead: the folder of pages that were made ahead, one folder for each change. stage: where the figures lie that they show.
    """

    def __init__(self, project: Project, ahead: Path, stage: Path) -> None:
        self.project, self.ahead, self.stage = project, ahead, stage
        self.state = State()
        self._looking: dict[int, str] = {}  # connection → the page that it shows
        self._news = threading.Condition()
        self._number = 0
        shutil.rmtree(ahead, ignore_errors=True)

    def say(self, **changes: Any) -> None:
        """Changes the state and tells the open pages, which also find out whether they are still what would be served."""
        with self._news:
            for name, value in changes.items():
                setattr(self.state, name, value)
            self._number += 1
            self._news.notify_all()

    def find(self, path: str) -> Path:
        """The file of an address below the root: a page or a figure that was made ahead, or one of the published book."""
        changes = sorted(self.ahead.glob("*"), key=lambda folder: int(folder.name), reverse=True)
        places = [folder / path for folder in changes]
        if changes and path.startswith("figures/") and path.count("/") == 2:
            _, edition, name = path.split("/")
            places.append(self.stage / "published" / edition / "files" / name)
        return next((place for place in places if place.is_file()), self.project.published / path)

    def forget(self, change: int) -> None:
        """Removes the pages that were made ahead of a change which the whole book has now."""
        for folder in self.ahead.glob("*"):
            if int(folder.name) <= change:
                shutil.rmtree(folder, ignore_errors=True)

    def news(self, page: str, shown: str) -> Iterator[str]:
        """The events for an open page: the state whenever it changes, and at last to load itself again.

        shown: the digest of what it shows.
        """
        me, number = threading.get_ident(), -1
        self._looking[me] = page
        try:
            while True:
                with self._news:
                    silent = not self._news.wait_for(lambda: self._number != number, WAIT_SECONDS)  # noqa: B023 - called at once
                    number, state = self._number, json.dumps(asdict(self.state))
                file = self.find(page)
                if file.is_file() and digest_of_bytes(file.read_bytes()) != shown:
                    yield "event: again\ndata: 1\n\n"
                    return
                yield ": still here\n\n" if silent else f"data: {state}\n\n"
        finally:
            del self._looking[me]

    def on_screen(self) -> str:
        """The page that was opened last and is still open, as Sphinx calls it; "" if there is none."""
        return next(reversed(self._looking.values()), "").removesuffix(".html")

    def place(self, words: str) -> dict[str, Any]:
        """Where it is that something is wrong: the page of a notebook and its cell, or of a chapter and its line."""
        found = PLACE.search(words)
        if not found:
            return {}
        notebook, cell, chapter, line = found.groups()
        if notebook:
            return {"page": f"notebooks/{notebook}.html", "cell": int(cell or 0)}
        return {"page": f"book/{chapter}.html", "words": self._words(chapter, int(line or 0))}

    def _words(self, chapter: str, line: int) -> list[str]:
        """The pieces of a chapter's line that stand on its page as they stand in the file, the longest first."""
        file = self.project.root / "book" / f"{chapter}.md"
        lines = file.read_text("utf-8", errors="replace").splitlines() if file.is_file() else []
        found = re.split(r"[`*_\[\](){}#|<>]+", lines[line - 1]) if 0 < line <= len(lines) else []
        return sorted(filter(None, map(str.strip, found)), key=len, reverse=True)


class Handler(http.server.SimpleHTTPRequestHandler):
    """Answers the requests for a ``Site``."""

    def __init__(self, *given: Any, site: Site) -> None:
        self.site = site
        super().__init__(*given, directory=str(site.project.published))

    def do_GET(self) -> None:
        """Sends a page with the script that listens, the events of a page, or a file as it is."""
        address = urllib.parse.urlsplit(self.path)
        path = urllib.parse.unquote(address.path).lstrip("/")
        if path == f"{OWN}events":
            asked = urllib.parse.parse_qs(address.query)
            self._send_events(asked.get("page", [""])[0], asked.get("shown", [""])[0])
        elif path in (f"{OWN}live.js", f"{OWN}live.css"):
            self._send((HERE / Path(path).name).read_bytes(), KINDS[Path(path).suffix])
        elif path.endswith(".html") and ".." not in path and (file := self.site.find(path)).is_file():
            content = file.read_bytes()
            added = (
                f'<link rel="stylesheet" href="/{OWN}live.css"><script src="/{OWN}live.js" data-shown="{digest_of_bytes(content)}">'
            )
            self._send(content.replace(b"</head>", f"{added}</script></head>".encode(), 1), "text/html; charset=utf-8")
        else:
            super().do_GET()

    def translate_path(self, path: str) -> str:
        """The file of an address; SimpleHTTPRequestHandler has made sure that it is below the root."""
        own, root = Path(super().translate_path(path)), self.site.project.published
        return str(self.site.find(own.relative_to(root).as_posix())) if own.is_relative_to(root) and not own.is_dir() else str(own)

    def _send(self, content: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _send_events(self, page: str, shown: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        try:
            for event in self.site.news(page, shown):
                self.wfile.write(event.encode())
                self.wfile.flush()
        except OSError:  # the page was closed
            pass

    def end_headers(self) -> None:
        """No browser keeps what it was sent: the next moment it may be another."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        """Requests are not printed."""
