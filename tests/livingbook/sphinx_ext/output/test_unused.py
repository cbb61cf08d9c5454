"""Nothing is shipped that no page uses, and pages look the same without it."""

from __future__ import annotations

import importlib.util
import re
import shutil
from pathlib import Path

import pytest
from check_pages import SIZES


def test_nothing_is_shipped_that_no_page_uses(small):
    files = [path.relative_to(small).as_posix() for path in small.rglob("*") if path.is_file()]
    assert not [name for name in files if re.search(r"\.map$|fontawesome|locales/|\.woff|readme\.svg|card\.svg", name)]
    assert (small / "_static/vendor/sortable/LICENSE.txt").is_file()


@pytest.fixture(scope="module")
def whole(small, tmp_path_factory) -> Path:
    """The small book with the theme's style sheets as they are shipped."""
    folder = tmp_path_factory.mktemp("whole") / "site"
    shutil.copytree(small, folder)
    found = {
        path.name: path
        for package in ("pydata_sphinx_theme", "sphinx_book_theme", "sphinx_copybutton", "myst_nb")
        for path in Path(importlib.util.find_spec(package).origin).parent.rglob("*.css")
    }
    for path in (folder / "_static").rglob("*.css"):
        if (origin := found.get(re.sub(r"\.[0-9a-f]{64}\.css", ".css", path.name))) is not None:
            assert origin.stat().st_size > path.stat().st_size
            shutil.copyfile(origin, path)
    return folder


def search(tab):
    """Waits for the last result: the page says how many there are when it has shown them all."""
    tab.wait_for_function("document.querySelector('.search-summary')?.innerText")


STATES = {  # what a script or a reader brings about: page, size, colours, how
    "front page": ("book/index.html", "wide", "light", lambda tab: None),
    "dark": ("book/index.html", "wide", "dark", lambda tab: None),
    "phone": ("book/claims.html", "narrow", "light", lambda tab: None),
    "search field": ("book/index.html", "wide", "light", lambda tab: away(tab, ".bd-sidebar-primary .search-button-field")),
    "search results": ("search.html?q=contradicted", "wide", "light", search),
    "search results, dark phone": ("search.html?q=contradicted", "narrow", "dark", search),
    "hints": (
        "book/index.html",
        "wide",
        "light",
        lambda tab: (tab.hover(".theme-switch-button"), tab.wait_for_selector(".tooltip.show")),
    ),
    "sorted": ("book/data.html", "wide", "light", lambda tab: away(tab, ".observations th:nth-child(3) button")),
    "term": ("book/index.html", "wide", "light", lambda tab: tab.hover("a.term-link")),
    "notebook": ("notebooks/rate.html", "wide", "light", lambda tab: tab.hover("div.highlight")),
    "paper": ("book/claims.html", "wide", "light", lambda tab: tab.emulate_media(media="print")),
}


def away(tab, *places: str):
    """Clicks, and leaves no hint of what was clicked."""
    for place in places:
        tab.click(place)
    tab.mouse.move(0, 0)
    tab.wait_for_function("!document.querySelector('.tooltip')")


def come_to_rest(tab) -> bytes:
    """A picture of the page, once the next one is the same; without its first lines, on which the edge of the hidden link to the
    content falls or does not."""
    last, size = None, tab.viewport_size
    seen = {"x": 0, "y": 2, "width": size["width"], "height": size["height"] - 2}
    for _ in range(30):
        last, before = tab.screenshot(animations="disabled", caret="hide", clip=seen), last
        if last == before:
            return last
    raise AssertionError("the page does not come to rest")


@pytest.mark.parametrize("state", STATES)
def test_a_page_looks_the_same_without_the_rules_that_no_page_uses(small, whole, browser, state):
    name, size, colours, bring_about = STATES[state]
    name, _, query = name.partition("?")
    width, height = SIZES[size]
    looks: dict[Path, set[bytes]] = {small: set(), whole: set()}
    for _ in range(3):  # on a busy machine not even the same page is drawn alike each time: rules that are missing show every time
        for folder, seen in looks.items():
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=colours, reduced_motion="reduce"
            )
            tab = context.new_page()
            tab.goto(f"{(folder / name).as_uri()}?{query}")
            bring_about(tab)
            seen.add(come_to_rest(tab))
            context.close()
        if looks[small] & looks[whole]:
            return
    pytest.fail(f"{state}: the page looks otherwise")


def test_rules_are_kept_for_what_pages_and_scripts_name():
    from livingbook.sphinx_ext.output.unused import names, slim

    used = names(['<p class="a b" id="c"></p>'], ["each.classList.add('shown')"])
    sheet = (
        ".a{x:1}.gone{x:1}.a .gone,#c:hover>p::before{x:2}@media print{.gone{x:1}p.shown{x:3}}@media screen{ul{x:1}}"
        "p:not(.gone){x:4}@keyframes k{from{x:1}}[data-x]{x:5}.tooltip{x:6}/* c */:root{--y:1}"
    )
    kept = slim(sheet, used)
    assert kept == (
        ".a{x:1}#c:hover>p::before{x:2}@media print{p.shown{x:3}}p:not(.gone){x:4}@keyframes k{from{x:1}}[data-x]{x:5}"
        ".tooltip{x:6}:root{--y:1}"
    )
    assert slim(kept, used) == kept
