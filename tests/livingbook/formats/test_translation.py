"""The book in another language: everything in catalogues, and nothing that a translation could put wrong."""

import re

import pytest
from babel.messages.pofile import read_po, write_po
from bs4 import BeautifulSoup
from livingbook.formats import translating
from livingbook.system.errors import BuildError
from small_stage import ROOT, staged


def pretend(catalogues, target, change=str):
    """A translation into a language that does not exist: every message between brackets, none forgotten."""
    for path in sorted(catalogues.rglob("*.pot")):
        with path.open("rb") as file:
            catalogue = read_po(file)
        for message in catalogue:
            if message.id:
                message.string = change(between_brackets(message.id))
        written = target / path.relative_to(catalogues).with_suffix(".po")
        written.parent.mkdir(parents=True, exist_ok=True)
        with written.open("wb") as file:
            write_po(file, catalogue)


def between_brackets(text):
    """Bold, links and roles stay what they are: the brackets stand around the whole."""
    blanks = re.fullmatch(r"(\s*)(.*?)(\s*)", text, re.S)
    return f"{blanks[1]}⟦{blanks[2]}⟧{blanks[3]}"


def soup(folder, page):
    return BeautifulSoup((folder / f"{page}.html").read_text("utf-8"), "html.parser").select_one("article")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return staged(tmp_path_factory.mktemp("translation"))


@pytest.fixture(scope="module")
def catalogues(project):
    return translating.make_catalogues(project)


@pytest.fixture(scope="module")
def translated(project, catalogues):
    pretend(catalogues, project.stage / translating.LOCALE / "eo" / "LC_MESSAGES")
    return translating.make_translation(project, "eo")


def messages(path):
    with path.open("rb") as file:
        return [message.id for message in read_po(file) if message.id]


def test_each_chapter_has_a_catalogue_and_numbers_are_in_none(catalogues):
    assert {path.relative_to(catalogues).as_posix() for path in catalogues.rglob("*.pot")} >= {
        "book/index.pot",
        "book/rate.pot",
        "book/references.pot",
        "published.pot",
    }
    found = messages(catalogues / "book" / "index.pot")
    assert any("{result}`rate.monthly`" in each for each in found) and not any("1,240" in each for each in found)


def test_the_extension_s_own_words_are_all_there(catalogues):
    found = messages(catalogues / "published.pot")
    assert {"Sources: ", "Data and how this was made", "Cite this page", "not checkable"} <= set(found)


def test_catalogues_have_the_date_of_the_evidence(catalogues):
    for path in catalogues.rglob("*.pot"):
        assert '"POT-Creation-Date: 2026-08-08 00:00+0000' in path.read_text("utf-8"), path.name


def test_a_translated_book_is_translated_throughout(translated):
    page = soup(translated, "book/index")
    assert page.find("h1").find(string=True) == "⟦First page⟧"
    text = page.get_text()
    for words in (
        "⟦The first finding. There are at least 1,240 names",
        "⟦A section⟧",
        "⟦Data and how this was made⟧",
        "⟦Sources:⟧ ",
    ):
        assert words in text
    assert (translated / "book" / "index.html").read_text("utf-8").count('lang="eo"') == 1
    assert "⟦Cite this page⟧" in text and "⟦Download this notebook, executed⟧" in soup(translated, "notebooks/rate").get_text()


def test_parts_are_named_in_the_language(translated):
    page = BeautifulSoup((translated / "book" / "rate.html").read_text("utf-8"), "html.parser")
    assert [caption.get_text() for caption in page.select("nav p.caption")] == ["⟦How often⟧", "⟦Apparatus⟧"]


def test_numbers_are_what_they_were(translated):
    assert [link.get_text() for link in soup(translated, "book/index").select("p > a.result-link")] == ["at least 1,240"]
    cells = [cell.get_text(strip=True) for cell in soup(translated, "book/rate").select("td")]
    assert cells == ["ведомство", "1,240", "second", "1,430"]


def broken(folder):
    """Links of a built book that lead to no file, or to no place in one."""
    found = []
    pages = {path: BeautifulSoup(path.read_text("utf-8"), "html.parser") for path in folder.rglob("*.html")}
    for path, page in pages.items():
        if path.name == "404.html":  # shown under any address, so its links begin at the host
            continue
        for link in page.select("a[href]"):
            if re.match(r"[a-z]+:", link["href"]):
                continue
            name, _, place = link["href"].partition("#")
            target = (path.parent / name).resolve() if name else path
            if not target.is_file() or (place and target in pages and not pages[target].find(id=place)):
                found.append(f"{path.relative_to(folder)}: {link['href']}")
    return found


def test_no_link_is_broken_by_it(translated, tmp_path):
    assert broken(translated.resolve()) == []
    (tmp_path / "a.html").write_text('<a href="#gone">x</a><a href="gone.html">y</a>')
    assert broken(tmp_path.resolve()) == ["a.html: #gone", "a.html: gone.html"]


def test_a_translation_that_loses_a_number_is_refused(project, catalogues, tmp_path):
    folder = project.stage / translating.LOCALE / "io" / "LC_MESSAGES"
    pretend(catalogues, folder, lambda words: words.replace("rate.monthly", "rate.montly"))
    with pytest.raises(BuildError, match=r"no result 'rate\.montly'"):
        translating.make_translation(project, "io")


def test_an_unknown_language_is_named(project):
    with pytest.raises(BuildError, match=r"no translation 'xx': there is no folder book/locale/xx"):
        translating.make_translation(project, "xx")


def test_no_marked_word_hides_from_the_collector():
    """Before Python 3.12 nobody looks for calls inside f-strings."""
    hidden = re.compile(r"""f(?:'[^'\n]*|"[^"\n]*)\{[^}\n]*\b_\(["']""")
    assert hidden.search("f'<p>{escape(_(\"Cite\"))}</p>'")
    for path in sorted((ROOT / "notebooks" / "livingbook" / "sphinx_ext").rglob("*.py")):
        assert not hidden.search(path.read_text("utf-8")), path.name


def test_every_word_of_the_extension_that_a_reader_sees_is_marked():
    """Sentences in the extension's code that stand in a page without going through the catalogue."""
    seen = re.compile(r'elements\.(?:paragraph|fold|span)\(f?"([A-Z][^"]*)"')
    for path in sorted((ROOT / "notebooks" / "livingbook" / "sphinx_ext").rglob("*.py")):
        if path.name != "report_parts.py":  # a report for those who keep the book, in English
            assert seen.findall(path.read_text("utf-8")) == [], path.name
