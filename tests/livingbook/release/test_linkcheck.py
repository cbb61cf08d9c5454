"""Every address that the book names is asked, and what no longer answers is named with the pages it stands on."""

import http.server

import pytest
from livingbook.release import linkcheck
from livingbook.system.errors import BuildError
from serving import serving
from small_stage import staged


class Answers(http.server.BaseHTTPRequestHandler):
    """A host with one page."""

    def do_GET(self):
        self.send_response(200 if self.path == "/here" else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def host():
    with serving(Answers) as address:
        yield address


@pytest.fixture
def project(tmp_path, host):
    """The small stage, all of whose links lead to the host."""
    made = staged(tmp_path)
    for path in (*(made.stage / "book").glob("*.md"), made.stage / "book" / "references.bib"):
        path.write_text(
            path.read_text("utf-8").replace("https://example.org/", f"{host}/").replace(f"{host}/seed", f"{host}/here"), "utf-8"
        )
    return made


def test_an_address_that_does_not_answer_is_named_with_its_pages(project, host, capsys):
    assert linkcheck.check(project) == 1
    said = capsys.readouterr().out
    assert f"  {host}/page: 404" in said and "in book/rate.md" in said and f"{host}/here:" not in said
    listed = (project.build / "links.txt").read_text("utf-8")
    assert f"{host}/page\tbook/rate.md\n" in listed and f"{host}/here\t" in listed


def test_where_all_answer_that_is_said(project, host, capsys):
    rate = project.stage / "book" / "rate.md"
    rate.write_text(rate.read_text("utf-8").replace(f"{host}/page", f"{host}/here"), "utf-8")
    assert linkcheck.check(project) == 0
    assert "addresses answer" in capsys.readouterr().out


def test_a_book_that_cannot_be_read_is_no_book_without_links(project):
    (project.stage / "_toc.yml").write_text("format: none\n")
    with pytest.raises(BuildError):
        linkcheck.check(project)
