"""The book in other forms than web pages, all from the same stage: an e-book, a printed book, catalogues for translators.

Sphinx runs in a process of its own: ``python -m livingbook.formats.formats BUILDER STAGE OUTPUT``, which reads settings as JSON
from its standard input.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from livingbook.project.citation import citation_of
from livingbook.project.project import Project
from livingbook.site.pages import complaints
from livingbook.system.errors import BuildError
from livingbook.system.files import write
from livingbook.system.readers import yaml_of
from livingbook.values import wording

PRINT = "book/print"  # cover, style sheets
WEB_ONLY = ("sphinx_copybutton", "sphinx_book_theme")  # extensions that books on paper are built without


def make_ebook(project: Project) -> Path:
    """Writes the book as EPUB; returns its file. A failed attempt leaves the last good one. Raises ``BuildError``."""
    with pages_on_paper(project) as pages:
        target = project.build / f"{project.settings.name}.epub"
        write(target, (pages / target.name).read_bytes())
    return target


def make_pdf(project: Project) -> Path:
    """Writes the book as PDF; returns its file. A failed attempt leaves the last good one. Raises ``BuildError``."""
    try:
        from livingbook.formats import printing
    except (ImportError, OSError) as error:  # a package, or one of the system's libraries
        raise BuildError(f"the PDF needs WeasyPrint and Pango, which cannot be loaded ({error}); see README.md") from None
    with pages_on_paper(project) as pages:
        target = project.build / f"{project.settings.name}.pdf"
        write(target, printing.pdf(pages, chapters(project), about(project), project.stage / PRINT))
    return target


@contextmanager
def pages_on_paper(project: Project) -> Iterator[Path]:
    """The folder of an e-book's pages and of the e-book itself; it is removed afterwards.

    It is always made from nothing: what Sphinx keeps from one build to the next saves little here and could make builds differ.
    """
    with tempfile.TemporaryDirectory(dir=project.build, prefix=".paper-") as folder:
        contents = Path(folder) / "_toc.yml"
        contents.write_text(yaml.safe_dump(without_notebooks(table_of_contents(project)), allow_unicode=True), "utf-8")
        output = Path(folder) / "pages"
        run_sphinx("epub", project, output, for_paper(project) | {"external_toc_path": str(contents)})
        yield output


def run_sphinx(builder: str, project: Project, output: Path, settings: dict[str, Any]) -> None:
    """Runs a builder of Sphinx over the stage, with warnings as errors. Raises ``BuildError`` with Sphinx's complaints.

    settings: of Sphinx, over those of the book.
    """
    environment = {
        **os.environ,
        "PYTHONPATH": project.python_path,
        "PYTHONHASHSEED": "0",
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
        "SOURCE_DATE_EPOCH": str(int(day_of_evidence(project).timestamp())),
    }
    command = [sys.executable, "-m", "livingbook.formats.formats", builder, str(project.stage), str(output)]
    done = subprocess.run(
        command,
        env=environment,
        input=json.dumps(settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BuildError(f"Sphinx refused the book (builder {builder}):\n{complaints(done.stdout, project)}")


def for_paper(project: Project) -> dict[str, Any]:
    """Sphinx's settings for pages on paper, in place of those for web pages."""
    book = about(project)
    web = yaml.safe_load((project.stage / "_config.yml").read_text("utf-8"))["sphinx"]["config"]
    return {
        "extensions": [each for each in web["extensions"] if each not in WEB_ONLY],
        "html_static_path": [f"{PRINT}/shared"],
        "html_css_files": [],
        "html_js_files": [],
        "html_theme": "basic",
        "html_theme_options": {},
        "html_use_index": False,
        "html_favicon": "",
        "template_bridge": "sphinx.jinja2glue.BuiltinTemplateLoader",  # theme_fixes are for web pages
        "paper_cover": f"{PRINT}/cover.svg",
        "epub_basename": project.settings.name,
        "epub_css_files": ["paper.css", "ebook.css"],
        "epub_show_urls": "no",
        "epub_tocscope": "includehidden",
        "epub_tocdup": False,
        "epub_tocdepth": 2,
        "epub_cover": ["_static/cover.png", "epub-cover.html"],
        "epub_title": book["title"],
        "epub_author": book["authors"],
        "epub_contributor": book["authors"],
        "epub_publisher": book["authors"],
        "epub_description": book["abstract"],
        "epub_copyright": "CC BY 4.0 (text), MIT (code)",
        "epub_uid": "book",
        "epub_identifier": f"urn:uuid:{book['identifier']}",
        "version": book["version"],
        "release": book["version"],
    }


def table_of_contents(project: Project) -> dict[str, Any]:
    """What ``_toc.yml`` says."""
    return yaml_of(project.stage / "_toc.yml")


def without_notebooks(contents: dict[str, Any]) -> dict[str, Any]:
    """The table of contents of a book on paper, which has no notebooks.

    On paper they could be neither run nor searched, and their code and outputs would take more room than all chapters.
    """
    return {
        **{name: value for name, value in contents.items() if name != "chapters"},
        **({"chapters": _pages(contents)} if "chapters" in contents else {}),
        **(
            {"parts": [{**part, "chapters": pages} for part in contents["parts"] if (pages := _pages(part))]}
            if "parts" in contents
            else {}
        ),
    }


def _pages(part: dict[str, Any]) -> list[dict[str, str]]:
    """The chapters of a part, without what stands below them and without notebooks."""
    files = [each["file"] for each in part.get("chapters", []) if "file" in each]
    return [{"file": file} for file in files if not file.startswith("notebooks/")]


def chapters(project: Project) -> list[tuple[str, list[str]]]:
    """(Title of a part, pages of its chapters) in order. The first page of the book comes first, in a part without a title."""
    contents = without_notebooks(table_of_contents(project))
    parts = [("", contents), *((part.get("caption", ""), part) for part in contents.get("parts", []))]
    found = [(caption, [each["file"] for each in part.get("chapters", [])]) for caption, part in parts]
    return [("", [contents["root"]]), *((caption, files) for caption, files in found if files)]


def about(project: Project) -> dict[str, str]:
    """What the book says of itself, from CITATION.cff and the day of its latest evidence.

    title, authors, version, until (ISO date), state (version and day, in words), abstract, keywords, identifier (a UUID); "" for
    what CITATION.cff does not say.
    """
    cited, until = citation_of(project.stage), day_of_evidence(project)
    title = cited.title or project.settings.title
    return {
        "title": title,
        "authors": cited.authors,
        "version": cited.version,
        "until": until.date().isoformat(),
        "state": f"Version {cited.version}, evidence to {wording.day(until.date())}{of_edition(project)}",
        "abstract": cited.abstract or title,
        "keywords": cited.keywords,
        "identifier": identifier(title),
    }


def of_edition(project: Project) -> str:
    """Which edition and tables a book holds that is not the one that anybody gets; "" for that one."""
    path = project.stage / "published" / "notice.json"
    if not path.is_file():
        return ""
    notice = json.loads(path.read_text("utf-8"))
    return f", edition {notice['edition']}" + (f", tables of {notice['data']}" if notice["data"] else "")


def identifier(title: str) -> str:
    """A UUID of the work, made from its title, so that every copy of the book has the same one."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, title))


def day_of_evidence(project: Project) -> datetime:
    """The day on which the latest figure that the book reads became public. Files that must have a date have this one."""
    settings = json.loads((project.stage / "published" / "settings.json").read_text("utf-8"))
    own = json.loads((project.stage / "published" / "editions.json").read_text("utf-8"))["own"]
    return datetime.fromisoformat(settings[own]["evidence_to"] or "1980-01-01").replace(tzinfo=UTC)


def main(builder: str, stage: Path, output: Path) -> int:
    """Runs the builder over the stage with the settings on standard input; 0 if it went well."""
    from jupyter_book.sphinx import build_sphinx

    settings: dict[str, Any] = {"external_toc_path": str(stage / "_toc.yml"), "latex_individualpages": False, "nitpicky": True}
    settings |= json.load(sys.stdin)
    if "epub_cover" in settings:  # must be a tuple, which JSON cannot express
        settings["epub_cover"] = tuple(settings["epub_cover"])
    status = build_sphinx(
        stage,
        output,
        noconfig=True,
        path_config=stage / "_config.yml",
        confoverrides=settings,
        builder=builder,
        doctreedir=output.parent / "doctrees",
        warningiserror=True,
        keep_going=True,
        quiet=True,
    )
    return int(status != 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(Path, sys.argv[2:])))
