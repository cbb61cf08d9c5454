"""Which pages are read and written anew: those that have changed, and no other; so that a build in steps is the clean build.

Sphinx compares times of files. A clock may be wrong, a file may be put back, and no time tells what a page shows of *other* pages:
their titles in its navigation, the words of a source that it cites. Here content decides, in two steps:

Read anew
    is a page if one of the pieces that it was made from is no longer what it was (``store.use``): its source, a file that it
    includes, an entry of what a notebook published.
Written anew
    is a page if it was read anew, or if something that it shows of the rest of the book has become other. There are a few such
    ASPECTS, each a function that gives for every page what there is to show. The main one, ``links``, keeps copies of the nodes
    that ask other pages and has Sphinx resolve them by themselves: whatever comes of them, a title, a label, a definition, a
    warning, is what the page shows. What each page showed when it was last written stands in ``written.json``, beside what Sphinx
    itself remembers.

All else in the folder of pages is made by every build, into a folder that holds nothing but pages and the search index. So what a
build did not make is not there. What holds for all pages at once (settings, code, packages) is not followed at all: the pipeline
then begins from nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

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

from livingbook.sphinx_ext import store

Aspect = Callable[[Sphinx, list[str]], Mapping[str, Any]]  # pages → what each of them shows
ASPECTS: dict[str, Aspect] = {}
ASKS: set[type[nodes.Node]] = {addnodes.pending_xref, addnodes.toctree, PendingGlueReference}  # nodes that other pages answer
ANSWERED: set[tuple[str, str]] = set()  # domain and type of links that are an aspect of their own
NOTE = "written.json"
NO_PAGE = ""


def shows(name: str, aspect: Aspect) -> None:
    """Registers something that pages show of the rest of the book."""
    ASPECTS[name] = aspect


# ---- What is read anew -------------------------------------------------------------------------------------------


def to_read(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """Pages one of whose pieces has other content than when they were read. Sphinx adds them to ``changed``, which it has filled
    by times of files: those are taken out."""
    changed.clear()
    root, known = Path(env.srcdir), store.uses(env)
    found = {
        page
        for page in env.found_docs - added
        if page in env.reread_always
        or page not in known
        or not Path(env.doctreedir, f"{page}.doctree").is_file()
        or any(store.digest_of(root, piece) != was for piece, was in known[page].items())
    }
    if added or removed:  # the table of contents may have them by a pattern, or have lost them
        found |= env.toctree_includes.keys() & env.found_docs
        found |= {page for page, nodes_ in asked(env).items() if any(node.get("reftarget") in removed for node in nodes_)} - removed
    if found & env.numbered_toctrees:  # Sphinx writes numbers of sections into what it remembers of the pages below
        return sorted(env.found_docs)
    return sorted(found)


def forget(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Forgets all pages that are going to be read, before the first is: else a label that has moved to it from the last would seem
    to be there twice."""
    for page in docnames:
        env.events.emit("env-purge-doc", env, page)
        env.clear_doc(page)


# ---- What pages show of the rest of the book ---------------------------------------------------------------------


def asked(env: BuildEnvironment) -> dict[str, list[nodes.Node]]:
    """Page → copies of its nodes that other pages answer."""
    if not hasattr(env, "published_asked"):
        env.published_asked = {}
    return env.published_asked


def images_of(env: BuildEnvironment) -> dict[str, list[str]]:
    """Page → the files of its images, in the order in which it has them."""
    if not hasattr(env, "published_images"):
        env.published_images = {}
    return env.published_images


def asks(node: nodes.Node) -> bool:
    """Whether other pages answer a node."""
    return isinstance(node, tuple(ASKS)) and (node.get("refdomain"), node.get("reftype")) not in ANSWERED


def remember(app: Sphinx, doctree: nodes.document) -> None:
    """Keeps of a page what is needed to tell what it shows of others."""
    found = [node.deepcopy() for node in doctree.findall(asks)]
    for node in (each for top in found for each in top.findall()):
        node.document = None  # else the whole page would be kept with it
    asked(app.env)[app.env.docname] = found
    paths = (path for node in doctree.findall(nodes.image) for path in node["candidates"].values())
    images_of(app.env)[app.env.docname] = [path for path in paths if path in app.env.images]


def name_images(env: BuildEnvironment) -> None:
    """Gives images of one name the numbers that they have if all pages are read in order: Sphinx numbers them as they come."""
    env.images.clear()
    env.images._existing.clear()
    for page, paths in sorted(images_of(env).items()):
        for path in paths:
            env.images.add_file(page, path)


def put_in_order(env: BuildEnvironment) -> None:
    """What Sphinx keeps by page, in the order of pages, as if all had been read at once: some lists follow that order."""
    for kept in [vars(env), *env.domaindata.values()]:
        for entries in kept.values():
            if type(entries) is dict and entries.keys() <= env.found_docs:
                ordered = sorted(entries.items())
                entries.clear()
                entries.update(ordered)


def pieces(app: Sphinx, pages: list[str]) -> dict[str, Any]:
    """What each page was made from."""
    return {page: sorted(store.uses(app.env)[page].items()) for page in pages}


def navigation(app: Sphinx, pages: list[str]) -> dict[str, Any]:
    """The table of contents, and all titles: every page shows them."""
    env = app.env
    contents = [
        [page, repr(sorted(part.attributes.items()))]
        for page, below in sorted(env.tocs.items())
        for part in below.findall(addnodes.toctree)
    ]
    everything = store.digest([contents, [[page, title.pformat()] for page, title in sorted(env.titles.items())]])
    return dict.fromkeys(pages, everything)


def links(app: Sphinx, pages: list[str]) -> dict[str, Any]:
    """What comes of the nodes that other pages answer."""
    return {page: resolved(app, page, asked(app.env)[page]) for page in pages}


def resolved(app: Sphinx, page: str, questions: Iterable[nodes.Node]) -> list[Any]:
    """The nodes as Sphinx resolves them, and its warnings. Nobody is told those: if they are new the page is written anew, and they
    are given then."""
    document = new_document(app.env.doc2path(page))
    document.settings.env, document.reporter = app.env, LoggingReporter(page)
    document.extend(node.deepcopy() for node in questions)
    with logging.pending_warnings() as said:
        app.env.get_and_resolve_doctree(page, app.builder, document)
        warnings = [record.getMessage() for record in said.clear()]
    return [[node.pformat() for node in document.children], warnings]


def images(app: Sphinx, pages: list[str]) -> dict[str, Any]:
    """The names under which images are published."""
    return {page: [app.env.images[path][1] for path in images_of(app.env)[page]] for page in pages}


# ---- What is written anew ----------------------------------------------------------------------------------------


class Pages(StandaloneHTMLBuilder):
    """Sphinx's builder of web pages, which writes what it is told to, and keeps what it has of the others."""

    allow_parallel = False  # what a page names is noted while it is written

    def init(self) -> None:
        """As Sphinx does; and what was last written."""
        super().init()
        note = Path(self.doctreedir, NOTE)
        self.written: dict[str, dict[str, Any]] = json.loads(note.read_text("utf-8")) if note.is_file() else {}
        self.shown: dict[str, dict[str, str]] = {}

    def get_outdated_docs(self) -> list[str]:
        """Pages that are not there; and the name of none, so that all files beside the pages are made in any case."""
        return [NO_PAGE, *(page for page in self.env.found_docs if not Path(self.get_outfilename(page)).is_file())]

    def changed(self) -> list[str]:
        """Pages that show something else than when they were written."""
        pages = sorted(self.env.found_docs)
        aspects = {name: aspect(self.app, pages) for name, aspect in ASPECTS.items()}
        self.shown = {page: {name: store.digest(of[page]) for name, of in aspects.items() if page in of} for page in pages}
        return [
            page
            for page in pages
            if page not in self.written
            or self.written[page]["shown"] != self.shown[page]
            or self.written[page]["files"] != [[name, self.checksum(name)] for name, _ in self.written[page]["files"]]
        ]

    def checksum(self, name: str) -> str:
        """The digest of a style sheet or script of the book: pages name those by their content. Others come with packages."""
        folders = [Path(self.confdir, folder) for folder in self.config.html_static_path]
        return next((store.digest((folder / name).read_bytes()) for folder in folders if (folder / name).is_file()), "")

    def write(self, build_docnames: Iterable[str] | None, updated_docnames: Iterable[str], method: str = "update") -> None:
        """Writes the pages; which, is remembered, since Sphinx goes on to add some that might have changed."""
        self.chosen = {*updated_docnames, *(self.env.found_docs if build_docnames in (None, ["__all__"]) else build_docnames)}
        super().write(build_docnames, updated_docnames, method)

    def prepare_writing(self, docnames: set[str]) -> None:
        """The last moment at which Sphinx's choice can be changed."""
        docnames &= self.chosen
        for page in docnames:
            self.written[page] = {"shown": self.shown[page], "files": [], "images": []}
        super().prepare_writing(docnames)

    def write_doc_serialized(self, docname: str, doctree: nodes.document) -> None:
        """Notes which images a page has shown in the end."""
        super().write_doc_serialized(docname, doctree)
        self.written[docname]["images"] = sorted({node["uri"] for node in doctree.findall(nodes.image)} & self.env.images.keys())

    def copy_image_files(self) -> None:
        """Copies the images of all pages."""
        shown = {path for page in self.env.found_docs for path in self.written[page]["images"]}
        self.images = {path: self.env.images[path][1] for path in sorted(shown)}
        super().copy_image_files()

    def load_indexer(self, docnames: set[str]) -> None:
        """Takes up the search index of the other pages, of which Sphinx forgets the entries of indices."""
        super().load_indexer(docnames)
        index = Path(self.outdir, self.searchindex_filename)
        if self.indexer and index.is_file():
            frozen = js_index.loads(index.read_text("utf-8"))
            for entry, places in frozen["indexentries"].items():
                for number, *place in places:
                    if (page := frozen["docnames"][number]) in self.env.found_docs - docnames:
                        self.indexer._index_entries.setdefault(page, []).append((entry, place[0], "main" if place[1] else ""))

    def dump_search_index(self) -> None:
        """Writes the search index without words that no page has any more, and in the order of a clean build."""
        if self.indexer:
            for kind in ("_mapping", "_title_mapping"):
                setattr(self.indexer, kind, {word: pages for word, pages in getattr(self.indexer, kind).items() if pages})
            self.indexer._index_entries = dict(sorted(self.indexer._index_entries.items()))
        super().dump_search_index()


def to_write(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Pages that show something else than when they were written; all pages have been read."""
    put_in_order(env)
    name_images(env)
    return app.builder.changed() if isinstance(app.builder, Pages) else []


def clear(app: Sphinx, builder: Builder) -> None:
    """Leaves nothing in the folder of pages but the pages of this book and the search index, which go on being used."""
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
    """Style sheets and scripts of a page, below the folder of static files."""
    for each in (*context["css_files"], *context["script_files"]):
        yield str(getattr(each, "filename", each)).removeprefix("_static/")


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Notes what each page showed, now that all are written."""
    if not exception and isinstance(app.builder, Pages):
        pages = {page: app.builder.written[page] for page in sorted(app.env.found_docs)}
        Path(app.doctreedir, NOTE).write_text(json.dumps(pages, indent=1), "utf-8")


def purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forgets a page: it is read anew or gone."""
    asked(env).pop(docname, None)
    images_of(env).pop(docname, None)


def merge(app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    """Takes over what another process read."""
    asked(env).update({page: found for page, found in asked(other).items() if page in docnames})
    images_of(env).update({page: found for page, found in images_of(other).items() if page in docnames})


def setup(app: Sphinx) -> None:
    """Registers builder, hooks and the aspects that any book has."""
    for aspect in (pieces, navigation, links, images):
        shows(aspect.__name__, aspect)
    app.add_builder(Pages, override=True)
    # Which files are pages Sphinx finds out at every build; it need not read all of them because a draft lies beside them.
    patterns = app.config.values["exclude_patterns"]
    app.config.values["exclude_patterns"] = type(patterns)(patterns.default, "", patterns.valid_types)
    app.connect("env-get-outdated", to_read)
    app.connect("env-before-read-docs", forget)
    app.connect("doctree-read", remember, priority=900)  # after images were collected
    app.connect("env-get-updated", to_write, priority=900)  # after sections were numbered
    app.connect("write-started", clear, priority=100)
    app.connect("html-page-context", note_files, priority=950)  # after all that add style sheets
    app.connect("build-finished", finish)
    app.connect("env-purge-doc", purge)
    app.connect("env-merge-info", merge)
