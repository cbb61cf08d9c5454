"""What a page may load and run."""

from __future__ import annotations

import re
import shutil
import threading

import pytest
from check_pages import Patient, Quiet, pages_of, served
from small_site import soup


def test_a_page_without_a_place_for_its_content_policy_is_refused(caplog):
    from livingbook.sphinx_ext.pages.content_policy import META, confine

    assert "Content-Security-Policy" in confine(f"<html><head>{META}</head></html>")
    assert not caplog.records
    confine("<html><head></head></html>")
    assert "Content-Security-Policy" in caplog.text


def test_no_page_has_an_inline_script_handler_or_style(small):
    for name in pages_of(small):
        page = soup(small, name)
        assert page.select_one("meta[http-equiv=Content-Security-Policy]")["content"].startswith(
            "default-src 'none'; script-src 'self'; "
        ), name
        assert not page.select("[style], svg style") and (name == "404.html" or not page.select("style")), name
        assert [script for script in page.select("script") if not script.get("src")] == [], name
        assert not [tag for tag in page.find_all(True) for attribute in tag.attrs if attribute.startswith("on")], name


@pytest.mark.parametrize("way", ["disk", "served"])
def test_what_is_slipped_into_a_page_neither_runs_nor_styles_nor_asks_nor_leads_away(small, browser, tmp_path, way):
    """Were text of the data ever to become markup, the page's policy would still stop it."""
    asked = []
    stranger = Patient(("127.0.0.1", 0), type("Listening", (Quiet,), {"do_GET": lambda self: asked.append(self.path)}))
    threading.Thread(target=stranger.serve_forever, daemon=True).start()
    host = f"http://127.0.0.1:{stranger.server_port}"
    slipped = f"""<script>window.ran = 1</script><img src="gone.png" onerror="window.ran = 2"><svg onload="window.ran = 3"></svg>
      <a id="bad" href="javascript:window.ran = 4">x</a><div id="styled" style="color: rgb(1, 2, 3)">x</div><base href="{host}/base/">
      <style>h1 {{ color: rgb(1, 2, 3) }}</style><iframe src="{host}/frame"></iframe><img src="{host}/x.png">
      <form action="{host}/form"><button id="send">x</button></form><script src="{host}/x.js"></script>"""
    shutil.copytree(small, tmp_path / "site")
    page = tmp_path / "site" / "book" / "index.html"
    page.write_text(re.sub(r"(<h1\b)", lambda found: slipped + found[1], page.read_text("utf-8"), count=1), "utf-8")
    context = browser.new_context()
    tab = context.new_page()
    with served(tmp_path / "site") as address:
        tab.goto(f"{address}book/index.html" if way == "served" else page.as_uri())
        where = tab.url
        tab.evaluate("document.querySelector('#bad').click()")
        tab.evaluate("document.querySelector('#send').click()")
        tab.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)))")
        assert tab.evaluate("window.ran") is None and tab.url == where
        assert (
            tab.evaluate("getComputedStyle(document.querySelector('#styled')).color")
            != "rgb(1, 2, 3)"
            != tab.evaluate("getComputedStyle(document.querySelector('h1')).color")
        )
        assert tab.evaluate("document.documentElement.dataset.scripts") == "yes"  # the book's own scripts run
    context.close()
    stranger.shutdown()
    stranger.server_close()
    assert asked == []
