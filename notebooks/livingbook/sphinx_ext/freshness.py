"""Which pages are read and written again: exactly those that have changed, so that an incremental build equals a clean one.

Sphinx compares the times of files. But a clock may be wrong, a file may be put back, and no time tells what a page shows of *other*
pages: their titles in its navigation, the words of a source that it cites. This module compares content instead, in two steps:

Reading
    A page is read again if one of the pieces that it was made from has changed (``pieces.use``): its source, a file that it
    includes, an entry of what a notebook published.
Writing
    A page is written again if it was read again, or if something that it shows of the rest of the book has changed. What a page
    can show of the rest is listed in ASPECTS; each aspect is a function that gives, for every page, what it shows. The main one,
    ``links``, keeps copies of those nodes of a page that other pages answer, and has Sphinx resolve them on their own. The outcome
    (a title, a label, a definition, a warning) is what the page shows. What each page showed when it was last written is noted in
    ``written.json``, in Sphinx's folder of doctrees.

Every build makes all other files beside the pages again, in a folder from which everything but pages and search index was removed.
So no file of an earlier build is left behind. Settings, code and packages concern all pages at once and are not compared here: when
one of them changes, ``livingbook.site.pages`` removes the earlier build.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, cast

from docutils import nodes
from myst_nb.ext.glue.utils import PendingGlueReference
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.environment import BuildEnvironment
from sphinx.search import js_index
from sphinx.util import logging
from sphinx.util.docutils import LoggingReporter, new_document

from livingbook.sphinx_ext import pieces
from livingbook.sphinx_ext.kept import by_page

Aspect = Callable[[Sphinx, list[str]], Mapping[str, Any]]  # pages → what each of them shows
ASPECTS: dict[str, Aspect] = {}
# Nodes that show something which another page decides: a title, an address, a number.
QUESTIONS: set[type[nodes.Element]] = {addnodes.pending_xref, addnodes.toctree, PendingGlueReference}
OWN_ASPECT: set[tuple[str, str]] = set()  # domain and type of links that are followed by an aspect of their own
NOTE = "written.json"
NO_PAGE = ""  # the name of no page; see ``get_outdated_docs``


def shows(name: str, aspect: Aspect) -> None:
    """Registers an aspect: something that pages show of the rest of the book."""
    ASPECTS[name] = aspect


# ---- Which pages are read again -------------------------------------------------------------------------------------------


def to_read(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """The pages of which a piece has other content than when they were read.

    Sphinx adds them to ``changed``, in which it has put pages by the times of their files; those are taken out first.
    """
    changed.clear()
    root, known = Path(env.srcdir), pieces.uses(env)
    found = {
        page
        for page in env.found_docs - added
        if page in env.reread_always
        or page not in known
        or not Path(env.doctreedir, f"{page}.doctree").is_file()
        or any(pieces.digest_of(root, piece) != was for piece, was in known[page].items())
    }
    if added or removed:  # a table of contents may list pages by a pattern
        found |= env.toctree_includes.keys() & env.found_docs
        asking = by_page(env).questions.items()
        found |= {page for page, links in asking if any(link.get("reftarget") in removed for link in links)} - removed
    if found & env.numbered_toctrees:  # Sphinx stores the numbers of sections in the pages below that table of contents
        return sorted(env.found_docs)
    return sorted(found)


def forget(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Forgets all pages that will be read, before the first one is read.

    Sphinx forgets each page just before it reads it. A label that was moved from a later page to an earlier one would then seem to
    be there twice.
    """
    for page in docnames:
        env.events.emit("env-purge-doc", env, page)
        env.clear_doc(page)


# ---- What pages show of the rest of the book ---------------------------------------------------------------------


def is_question(node: nodes.Element) -> bool:
    """Whether a node shows something that another page decides."""
    return isinstance(node, tuple(QUESTIONS)) and (node.get("refdomain"), node.get("reftype")) not in OWN_ASPECT


def remember(app: Sphinx, doctree: nodes.document) -> None:
    """Keeps of a page that was read what is needed to tell what it shows of other pages."""
    found = [node.deepcopy() for node in doctree.findall(nodes.Element) if is_question(node)]
    for node in (each for top in found for each in top.findall()):
        node.document = None  # type: ignore[assignment]  # docutils' own default; else the whole page would be kept with it
    kept = by_page(app.env)
    kept.questions[app.env.docname] = found
    paths = (path for node in doctree.findall(nodes.image) for path in node["candidates"].values())
    kept.images[app.env.docname] = [path for path in paths if path in app.env.images]


def name_images(env: BuildEnvironment) -> None:
    """Numbers images of the same name as if all pages had been read in order: Sphinx numbers them as they come."""
    env.images.clear()
    env.images._existing.clear()
    for page, paths in sorted(by_page(env).images.items()):
        for path in paths:
            env.images.add_file(page, path)


def put_in_order(env: BuildEnvironment) -> None:
    """Sorts what is kept by page into the order of pages, as if all had been read at once: some printed lists have that order."""
    for facts in [vars(env), vars(by_page(env)), *env.domaindata.values()]:
        for entries in facts.values():
            if type(entries) is dict and entries.keys() <= env.found_docs:
                ordered = sorted(entries.items())
                entries.clear()
                entries.update(ordered)


def made_of(app: Sphinx, pages: list[str]) -> dict[str, Any]:
    """Page → what it was made from."""
    return {page: sorted(pieces.uses(app.env)[page].items()) for page in pages}


def navigation(app: Sphinx, pages: list[str]) -> dict[str, Any]:
    """Page → the table of contents and all titles, as one digest: every page shows them."""
    env = app.env
    contents = [
        [page, repr(sorted(part.attributes.items()))]
        for page, below in sorted(env.tocs.items())
        for part in below.findall(addnodes.toctree)
    ]
    everything = pieces.digest([contents, [[page, title.pformat()] for page, title in sorted(env.titles.items())]])
    return dict.fromkeys(pages, everything)


def links(app: Sphinx, pages: list[str]) -> dict[str, Any]:
    """Page → the outcome of the nodes that other pages answer."""
    return {page: resolved(app, page, by_page(app.env).questions[page]) for page in pages}


def resolved(app: Sphinx, page: str, questions: Iterable[nodes.Node]) -> list[Any]:
    """The nodes as Sphinx resolves them, and its warnings.

    The warnings are not printed here: new ones cause the page to be written again, and Sphinx gives them then.
    """
    document = new_document(app.env.doc2path(page))
    document.settings.env, document.reporter = app.env, LoggingReporter(page)
    document.extend(node.deepcopy() for node in questions)
    with logging.pending_warnings() as said:
        app.env.get_and_resolve_doctree(page, app.builder, document)
        warnings = [record.getMessage() for record in cast("logging.MemoryHandler", said).clear()]
    return [[node.pformat() for node in document.children], warnings]


def images(app: Sphinx, pages: list[str]) -> dict[str, Any]:
    """Page → the names under which its images are published."""
    return {page: [app.env.images[path][1] for path in by_page(app.env).images[page]] for page in pages}


# ---- Which pages are written again ----------------------------------------------------------------------------------------


class Pages(StandaloneHTMLBuilder):
    """Sphinx's builder of web pages, which writes the chosen pages only and keeps the others.

    written: page → what ``written.json`` notes of it: "shown", the digest of each aspect; "files", the style sheets and scripts
    that it names, with their checksums; "images". shown: page → aspect → digest, as this build finds them.
    """

    allow_parallel = False  # a page is noted in this object while it is written; other processes would note it in theirs

    def init(self) -> None:
        """Reads what is noted of the pages that were written last."""
        super().init()
        note = Path(self.doctreedir, NOTE)
        self.written: dict[str, dict[str, Any]] = json.loads(note.read_text("utf-8")) if note.is_file() else {}
        self.shown: dict[str, dict[str, str]] = {}

    def get_outdated_docs(self) -> Iterator[str]:
        """The pages that are not there. The name of no page comes first: for an empty list Sphinx would write no file at all."""
        yield NO_PAGE
        yield from (page for page in self.env.found_docs if not Path(self.get_outfilename(page)).is_file())

    def changed(self) -> list[str]:
        """The pages that show something else than when they were last written."""
        pages = sorted(self.env.found_docs)
        aspects = {name: aspect(self.app, pages) for name, aspect in ASPECTS.items()}
        self.shown = {page: {name: pieces.digest(of[page]) for name, of in aspects.items() if page in of} for page in pages}
        return [
            page
            for page in pages
            if page not in self.written
            or self.written[page]["shown"] != self.shown[page]
            or self.written[page]["files"] != [[name, self.checksum(name)] for name, _ in self.written[page]["files"]]
        ]

    def checksum(self, name: str) -> str:
        """The digest of a style sheet or script of the book, "" for those of packages. Pages link to them with a checksum."""
        folders = [Path(self.confdir, folder) for folder in self.config.html_static_path]
        return next((pieces.digest((folder / name).read_bytes()) for folder in folders if (folder / name).is_file()), "")

    def write(
        self,
        build_docnames: Iterable[str] | None,
        updated_docnames: Sequence[str],
        method: Literal["all", "specific", "update"] = "update",
    ) -> None:
        """Writes the pages, and keeps the choice of them: Sphinx adds pages that might have changed before it writes."""
        self.chosen = {*updated_docnames, *(self.env.found_docs if build_docnames in (None, ["__all__"]) else build_docnames)}
        super().write(build_docnames, updated_docnames, method)

    def prepare_writing(self, docnames: set[str]) -> None:
        """Takes back the pages that Sphinx has added. Later, its choice can no longer be changed."""
        docnames &= self.chosen
        for page in docnames:
            self.written[page] = {"shown": self.shown[page], "files": [], "images": []}
        super().prepare_writing(docnames)

    def write_doc_serialized(self, docname: str, doctree: nodes.document) -> None:
        """Notes which images a page shows, now that all its nodes are resolved."""
        super().write_doc_serialized(docname, doctree)
        self.written[docname]["images"] = sorted({node["uri"] for node in doctree.findall(nodes.image)} & self.env.images.keys())

    def copy_image_files(self) -> None:
        """Copies the images of all pages: Sphinx would copy those of the pages that it has written."""
        shown = {path for page in self.env.found_docs for path in self.written[page]["images"]}
        self.images = {path: self.env.images[path][1] for path in sorted(shown)}
        super().copy_image_files()

    def load_indexer(self, docnames: Iterable[str]) -> None:
        """Takes over the search index of the pages that are not written; Sphinx takes over all of it but the entries of indices."""
        kept = self.env.found_docs - set(docnames)
        super().load_indexer(docnames)
        index = Path(self.outdir, self.searchindex_filename)
        if self.indexer and index.is_file():
            frozen = js_index.loads(index.read_text("utf-8"))
            for entry, places in frozen["indexentries"].items():
                for number, *place in places:
                    if (page := frozen["docnames"][number]) in kept:
                        self.indexer._index_entries.setdefault(page, []).append((entry, place[0], "main" if place[1] else ""))

    def dump_search_index(self) -> None:
        """Writes the search index in the order of a clean build, without the words that no page has any more."""
        if self.indexer:
            for kind in ("_mapping", "_title_mapping"):
                setattr(self.indexer, kind, {word: pages for word, pages in getattr(self.indexer, kind).items() if pages})
            self.indexer._index_entries = dict(sorted(self.indexer._index_entries.items()))
        super().dump_search_index()


def to_write(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """The pages that show something else than when they were last written. Called when all pages have been read."""
    put_in_order(env)
    name_images(env)
    return app.builder.changed() if isinstance(app.builder, Pages) else []


def remove_other_files(app: Sphinx, builder: Builder) -> None:
    """Removes everything from the folder of pages except the pages of this book and the search index, which are built upon."""
    if isinstance(builder, Pages):
        kept = {*map(builder.get_outfilename, app.env.found_docs), str(Path(app.outdir, builder.searchindex_filename))}
        for path in sorted(Path(app.outdir).rglob("*"), reverse=True):
            if path.is_dir() and not path.is_symlink():
                if not any(path.iterdir()):
                    path.rmdir()
            elif str(path) not in kept:
                path.unlink()


def note_files(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Notes which style sheets and scripts a page names."""
    if isinstance(app.builder, Pages) and doctree is not None:
        app.builder.written[pagename]["files"] = [[name, app.builder.checksum(name)] for name in named(context)]


def named(context: dict[str, Any]) -> Iterator[str]:
    """The style sheets and scripts of a page, by their paths below the folder of static files."""
    for each in (*context["css_files"], *context["script_files"]):
        yield str(getattr(each, "filename", each)).removeprefix("_static/")


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Writes the note of what each page showed, now that all are written."""
    if not exception and isinstance(app.builder, Pages):
        pages = {page: app.builder.written[page] for page in sorted(app.env.found_docs)}
        Path(app.doctreedir, NOTE).write_text(json.dumps(pages, indent=1), "utf-8")


def setup(app: Sphinx) -> None:
    """Registers builder, hooks and the aspects that any book has."""
    for aspect in (made_of, navigation, links, images):
        shows(aspect.__name__, aspect)
    app.add_builder(Pages, override=True)
    # By default Sphinx reads all pages again when this setting changes, which it does when a draft is laid beside the chapters.
    # Sphinx looks at every build which files are pages, so that is not needed.
    patterns = app.config.values["exclude_patterns"]
    app.config.values["exclude_patterns"] = type(patterns)(patterns.default, "", patterns.valid_types)
    app.connect("env-get-outdated", to_read)
    app.connect("env-before-read-docs", forget)
    app.connect("doctree-read", remember, priority=900)  # after images were collected
    app.connect("env-get-updated", to_write, priority=900)  # after sections were numbered
    app.connect("write-started", remove_other_files, priority=100)
    app.connect("html-page-context", note_files, priority=950)  # after all that add style sheets
    app.connect("build-finished", finish)
