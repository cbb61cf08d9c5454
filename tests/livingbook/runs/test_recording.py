"""What has been seen to go stale: each case on the smallest notebooks that show it, by the command line alone.

Nothing on a page is stale, because what a run depends on is recorded while it runs: rows, files, modules, other results.
"""

from __future__ import annotations

import http.server
import json
import os
import re
import shutil
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from html import unescape
from pathlib import Path

import pytest
from small_book import (
    COMMAND,
    LISTS,
    MERGED,
    ROOT,
    SPELLINGS,
    Chapter,
    Notebook,
    Said,
    command,
    files_of,
    first_book,
    head,
    html,
    one,
    reading,
    start,
    write,
)
from small_project import notebook
from stateful import Broken, Step, Trial

ONE = one(LISTS[0])
OLD, NEW = "49,000", "51,000"
SMALL = f'listed = {ONE}\npublish.number("n", listed, "persons", "Names.", step=1)'
WORDS = 'publish.words("n", str({0}), "What was found.")'
AGAIN = 'publish.number("n", read["n"], "persons", "Again.", step=1)'


class Place:
    """A checkout with a few notebooks, given as cells after the common head, and two chapters."""

    def __init__(self, root: Path, notebooks: dict[str, str], chapters: dict[str, Chapter] | None = None, **more: str) -> None:
        self.root, self.book, self.held = root, first_book(), {}
        chapters = {"index": Chapter("How many?"), **(chapters or {}), "references": self.book.chapters["references"]}
        self.book = replace(self.book, notebooks={}, chapters=chapters)
        self.notebooks, self.more = notebooks, more
        self.save()

    def save(self, **notebooks: str) -> None:
        """Writes the checkout as it is now; notebooks: others for this once."""
        cells = self.notebooks | notebooks
        made = {
            f"notebooks/{name}.ipynb": notebook(f"{head(name)}\n---\n{code}").replace("# How many?", f"# {name}")
            for name, code in cells.items()
        }
        files = files_of(self.book) | {name: text.encode() for name, text in (made | self.more).items()}
        write(self.root, files, self.held)
        self.held = files

    def tell(self, *arguments: str) -> Said:
        return command(self.root, *arguments)

    def tell_all(self) -> dict[str, Said]:
        """What is said of a build beforehand, by it, and afterwards."""
        commands = {"plan": "explain", "book": "book", "after": "explain", "again": "book"}
        return {key: self.tell(each) for key, each in commands.items()}

    def set(self, row: str, value: int) -> None:
        """Says another number in a row."""
        next(each for each in self.book.tables["observations"] if each["id"] == row)["value"] = str(value)

    def merged(self, value: int) -> None:
        """Says how many names the merged list has, and saves the table."""
        self.set(MERGED, value)
        self.save()

    def result(self, name: str, edition: str = "latest") -> str:
        """What a notebook published as ``n``; the same stands on its page."""
        results = json.loads((html(self.root) / "results.json").read_text("utf-8"))
        return results[edition][name]["n"]["text"]

    def page(self, name: str) -> str:
        return unescape((html(self.root) / f"{name}.html").read_text("utf-8"))

    def shows(self, name: str, text: str) -> bool:
        return text in self.result(name) and text in self.page(f"notebooks/{name}")


@pytest.fixture
def place(tmp_path) -> Callable[..., Place]:
    def laid_out(notebooks: dict[str, str], **more) -> Place:
        return Place(tmp_path, notebooks, **more)

    return laid_out


def built(place: Place) -> Said:
    done = place.tell("book")
    assert done.code == 0, done.out + done.complaints
    return done


# 1. Which notebooks a notebook reads is not guessed from how it says so.

READERS = {f"a_{spelling}": (spelling, "small") for spelling in SPELLINGS} | {"a_hyphen": ("double", "the-list")}


@pytest.fixture(scope="module")
def readers(tmp_path_factory):
    """Notebooks that read ``small`` in every spelling, built, then built of other rows: what was said each time."""
    cells = {name: f"{reading(spelling, other, name)}\n{AGAIN}" for name, (spelling, other) in READERS.items()}
    place = Place(tmp_path_factory.mktemp("readers"), {"small": SMALL, "the-list": SMALL, **cells})
    said = {"first": place.tell("book")}
    for _ in range(5):  # some implementations get there after several attempts
        if (built := place.tell("book")).code == 0:
            break
    assert built.code == 0, built.out + built.complaints
    place.merged(51_000)
    return place, said | place.tell_all()


def test_order_needs_no_declaration(readers):
    _, said = readers
    assert said["first"].code == 0, said["first"].complaints


@pytest.mark.parametrize("name", READERS)
def test_what_is_read_of_a_notebook_is_new(readers, name):
    place, said = readers
    assert said["book"].code == 0, said["book"].complaints
    assert place.shows("small", NEW)
    assert place.shows(name, NEW), f"{name} shows {place.result(name)}, small {place.result('small')}"


@pytest.mark.parametrize("name", READERS)
def test_who_reads_a_notebook_is_told_beforehand(readers, name):
    _, said = readers
    assert said["plan"].plans["latest"][name] in ("runs", "may run")
    assert said["plan"].plans["latest"]["small"] == "runs"


def test_after_the_build_all_stays(readers):
    _, said = readers
    assert said["after"].nothing_to_do and said["again"].nothing_to_do, said["after"].out


def test_a_circle_is_refused(place):
    one, other = reading("single", "other", "one"), reading("variable", "one", "other")
    done = place({"one": f"{one}\n{AGAIN}", "other": f"{other}\n{AGAIN}", "small": SMALL}).tell("book")
    assert done.code == 1 and "Traceback" not in done.complaints
    assert re.search(r"\bone\b", done.complaints) and re.search(r"\bother\b", done.complaints), done.complaints
    assert "has not been run" not in done.complaints  # that is no reason that a person could do anything about


# 2. Rows that are saved while a build runs.


def saved_during(place: Place, word: str, seconds: float, value: int) -> Said:
    """What a build says during which rows are saved, some seconds after it first says a word."""
    process, lines = start(place.root, "book"), []
    timer = threading.Timer(seconds, place.merged, [value])
    for line in process.stdout:
        lines.append(line)
        if re.search(rf"\b{word}\b", line) and not timer.is_alive() and not timer.finished.is_set():
            timer.start()
    complaints = process.communicate()[1]
    if timer.is_alive():
        timer.join()
    assert timer.finished.is_set(), f"the build said nothing of {word}"
    return Said(process.returncode, "".join(lines), complaints)


@pytest.mark.parametrize(("word", "seconds"), [("small", 3), ("pages", 0.5)], ids=["run", "pages"])
def test_rows_saved_during_a_build(place, word, seconds):
    place = place({"small": f"listed = {ONE}\n---\nimport time\ntime.sleep(6)\n---\n" + SMALL.split("\n")[1]})
    done = saved_during(place, word, seconds, 51_000)
    if done.code == 0 and word == "small":  # it has built again by itself; else it says why there is no book
        assert place.shows("small", NEW), "the book of rows that are no longer there was published"
    assert done.code == 0 or ("observations.csv" in done.complaints and "Traceback" not in done.complaints), done.complaints
    if done.code == 0 and not place.shows("small", NEW):
        assert place.tell("explain").plans["latest"]["small"] == "runs"
    built(place)
    assert place.shows("small", NEW), "the number of the old rows is stored under the new ones"
    place.merged(49_000)
    built(place)
    assert place.shows("small", OLD)


# 3. Whatever a run reads is recorded: files, folders, modules.

LIBRARY = sorted(path.parent for path in (ROOT / "notebooks").glob("*/*/__init__.py"))[0].relative_to(ROOT / "notebooks")
INIT = f"notebooks/{LIBRARY.as_posix()}/__init__.py"


@dataclass(frozen=True)
class Kind:
    """A way to come by a number: the cell, the file that has it, and what is in the file before and after (None: no file)."""

    cell: str
    file: str
    before: str | None = "1001"
    after: str | None = "2002"
    old: str = "1001"
    new: str = "2002"

    @classmethod
    def module(cls, name: str, file: str = "") -> Kind:
        """A module from which the number is imported, and the file that says it."""
        path = file or name.replace(".", "/")
        return cls(f"from {name} import number", f"notebooks/{path}.py", "number = 1001\n", "number = 2002 \n")


TABLE = f"""
import pandas as pd
table = pd.read_csv(f"{{data}}/observations.csv")
number = int(table.loc[table["id"] == "{COMMAND}", "value"].iloc[0])
"""
PERHAPS = """
try:
    with open("extra/perhaps.txt") as file:
        number = int(file.read())
except FileNotFoundError:
    number = 1001
"""
JSON = 'import json\nfrom pathlib import Path\nnumber = json.loads(Path("extra/number.json").read_text())["n"]'
LISTDIR = 'import os\nnumber = 1000 + len(os.listdir("extra/listed"))'
GLOB = 'from pathlib import Path\nnumber = 1000 + len(list(Path("extra/globbed").glob("*.txt")))'
KINDS = {
    "helper": Kind.module("helper1"),
    "same_size": Kind("from helper2 import number", "notebooks/helper2.py", "number = 1001\n", "number = 2002\n"),
    "helpers_helper": Kind.module("helper3", "helper4"),
    "subpackage": Kind.module("parts.deep.deeper"),
    "init": Kind.module("whole", "whole/__init__"),
    "library_init": Kind.module(".".join(LIBRARY.parts), f"{LIBRARY.as_posix()}/__init__"),
    "read_csv": Kind(TABLE.strip(), "data/observations.csv", None, None, "36000", "37000"),
    "open": Kind('with open("extra/number.txt") as file:\n    number = int(file.read())', "notebooks/extra/number.txt"),
    "json": Kind(JSON, "notebooks/extra/number.json", '{"n": 1001}', '{"n": 2002}'),
    "listdir": Kind(LISTDIR, "notebooks/extra/listed/more.txt", None, new="1002"),
    "glob": Kind(GLOB, "notebooks/extra/globbed/more.txt", None, new="1002"),
    "not_there": Kind(PERHAPS.strip(), "notebooks/extra/perhaps.txt", None),
}
ALSO = {
    "notebooks/helper3.py": "from helper4 import number  # noqa: F401\n",
    "notebooks/parts/__init__.py": "",
    "notebooks/parts/deep/__init__.py": "",
    "notebooks/extra/listed/first.txt": "1",
    "notebooks/extra/globbed/first.txt": "1",
}


@pytest.fixture(scope="module")
def readers_of_files(tmp_path_factory):
    """A notebook for each kind, built; then everything that they read changed, one helper so that neither date nor size tells."""
    cells = {name: f"{kind.cell}\n---\n{WORDS.format('number')}" for name, kind in KINDS.items()}
    place, library = Place(tmp_path_factory.mktemp("files"), cells, **ALSO), (ROOT / INIT).read_text("utf-8")

    def save(after: bool) -> None:
        found = {kind.file: text for kind in KINDS.values() if (text := kind.after if after else kind.before) is not None}
        place.more |= found | {INIT: f"{library}\n{found[INIT]}"}
        place.save()

    save(after=False)
    helper = place.root / KINDS["same_size"].file
    saved = helper.stat().st_mtime_ns
    built(place)
    before = {name: place.result(name) for name in KINDS}
    place.set(COMMAND, 37_000)
    save(after=True)
    os.utime(helper, ns=(saved, saved))
    return place, before, place.tell_all()


@pytest.mark.parametrize("name", KINDS)
def test_what_is_read_of_a_file_is_new(readers_of_files, name):
    place, before, said = readers_of_files
    assert said["book"].code == 0, said["book"].complaints
    assert before[name] == KINDS[name].old
    assert place.shows(name, KINDS[name].new), f"{name} shows {place.result(name)}"


@pytest.mark.parametrize("name", KINDS)
def test_who_reads_a_file_is_told_beforehand(readers_of_files, name):
    assert readers_of_files[2]["plan"].plans["latest"][name] in ("runs", "may run")


def test_a_chapter_can_be_read_like_any_file(place):
    """Where only chapters have changed, the last runs are taken over; not if one of them reads a chapter."""
    read = 'from pathlib import Path\nnumber = 1000 + Path("../book/index.md").read_text().count("herring")'
    place = place({"small": f"{read}\n---\n{WORDS.format('number')}"})
    built(place)
    place.book.chapters["index"].title = "How many herring?"
    place.save()
    built(place)
    assert place.shows("small", "1001")


def test_after_the_build_all_stays_again(readers_of_files):
    _, _, said = readers_of_files
    assert said["after"].nothing_to_do and said["again"].nothing_to_do, said["after"].out


# 4. The citations under a figure are those of the rows that it shows now.

FIGURE = """
import pandas as pd

def draw(figure, data, narrow):
    figure.subplots().barh([0], [1])

publish.figure("bar", draw, pd.DataFrame({"what": ["names"]}), title="Names", subtitle="persons", alt="A bar.",
               columns={"what": "What"}, rows=rows, height=1)
""".strip()
DRAWN = {
    "drawn": f"read = published(results, \"small\", evidence)\nrows = read['n'].rows\n{FIGURE}",
    "swept": "table = swept('../_build/sweeps/days.csv', evidence)\n"
    f"rows = {{row for each in table['bounds'] if each is not None for row in each.rows}}\n{FIGURE}",
}
SOURCE, OTHER = "censornet2025list", "svtv2025list"


def cited(root: Path) -> Place:
    """Figures of what another notebook and a sweep published, each in a chapter; built."""
    chapters = {name: Chapter(f"Of {name}", body=f"```{{published-figure}} {name}.bar\n```") for name in DRAWN}
    sweeps = 'days: {notebooks: [small], as_of: ["2025-06-01", latest]}\n'
    place = Place(root, {"small": SMALL, **DRAWN}, chapters, **{"notebooks/sweeps.yml": sweeps})
    if place.tell("book").code:  # some implementations get there at the second attempt
        built(place)
    assert all("Censor.NET" in sources_on(place, name) and "iStories" in credit_on(place, name) for name in DRAWN)
    return place


def sources_on(place: Place, name: str) -> str:
    """What stands under a figure: the pages on which its rows were read."""
    return re.search(r'<p class="sources">.*?</p>', place.page(f"book/{name}"), re.S)[0]


def credit_on(place: Place, name: str) -> str:
    """What stands in a figure: who produced its rows."""
    return " ".join(re.findall(r"Source: ([^<]*)", place.page(f"book/{name}")))


def test_a_renamed_source_is_cited_by_its_new_key(tmp_path):
    place = cited(tmp_path)
    for rows in place.book.tables.values():
        for row in rows:
            row |= {key: value.replace(SOURCE, "censornetrenamed") for key, value in row.items()}
    place.save()
    built(place)
    for name in DRAWN:  # both pages are read anew
        place.book.chapters[name].text = "What is said now."
    place.save()
    assert not built(place).complaints
    assert all("Censor.NET" in sources_on(place, name) for name in DRAWN)


@pytest.fixture(scope="module")
def recited(tmp_path_factory) -> Place:
    """The figures, built; then built when their row had another source and another origin, and the same number."""
    place = cited(tmp_path_factory.mktemp("recited"))
    next(row for row in place.book.tables["observations"] if row["id"] == MERGED).update(source=OTHER, origin="mobdpr")
    place.save()
    built(place)
    return place


@pytest.mark.parametrize("name", DRAWN)
def test_a_figure_cites_where_its_rows_were_read(recited, name):
    assert "SVTV" in sources_on(recited, name) and "Censor.NET" not in sources_on(recited, name)


@pytest.mark.parametrize("name", DRAWN)
def test_a_figure_names_who_produced_its_rows(recited, name):
    label = next(row["label"] for row in recited.book.tables["origins"] if row["origin"] == "mobdpr")
    assert label in credit_on(recited, name) and "iStories" not in credit_on(recited, name)


# 6. and 7. An incremental build is the clean build, whatever becomes of chapters, edition and clock.


@pytest.fixture(scope="module")
def trial(tmp_path_factory) -> Trial:
    """A book whose notebooks read nothing of each other."""
    book = first_book()
    book.notebooks = {"lists": Notebook("Two", population=LISTS[1], figure=True), "merged": Notebook("One", population=LISTS[0])}
    made = Trial(tmp_path_factory.mktemp("trial"), book=book)
    made.begin()
    return made


@pytest.mark.parametrize(
    "steps",
    [
        "chapter_retitled:1",
        "chapter_added:1",
        "chapter_removed:1",
        "chapter_moved:2",
        "notebook_added:1",
        "row_value:1",
        "chapter_text:2/other",
        "settings:1",
    ],
)
def test_an_incremental_build_is_the_clean_build(trial, steps):
    try:
        for step in steps.split():
            assert trial.take(Step.from_text(step))
    except Broken:
        trial.begin()
        raise


@pytest.mark.parametrize("ahead", [86_400, -86_400], ids=["ahead", "behind"])
def test_a_page_is_new_though_the_clock_was_wrong(place, ahead):
    place = place({"small": SMALL})
    built(place)
    for title, wrong in (("FIRST", ahead), ("SECOND", 0), ("THIRD", 0)):
        place.book.chapters["index"].title = f"Title {title}"
        place.merged(40_000 + len(title))
        done = command(place.root, "book", ahead=wrong)
        assert done.code == 0, done.complaints
        assert f"Title {title}" in place.page("book/index") and f"40,00{len(title)}" in place.page("notebooks/small")
    assert place.tell("book").nothing_to_do


# 8. A key that is in no table is refused, with the one that was meant.


@pytest.fixture(scope="module")
def refusing(tmp_path_factory) -> Iterator[Place]:
    """A place to put wrong notebooks into; nothing of it need ever be published."""
    place = Place(tmp_path_factory.mktemp("refusing"), {"small": SMALL})
    built(place)
    yield place


def refused(place: Place, code: str) -> str:
    """How a notebook with these cells is refused: in words, that name it."""
    before = place.result("small")
    place.save(small=code)
    done = place.tell("book")
    place.save()
    assert done.code == 1, f"it is built: {done.out}"
    assert "small.ipynb" in done.complaints and "Traceback" not in done.complaints, done.complaints
    assert place.result("small") == before
    return done.complaints


@pytest.mark.parametrize(
    ("code", "meant"),
    [
        (SMALL.replace('measure="listed_absent"', 'measure="listed_abscent"'), "listed_absent"),
        (SMALL.replace(LISTS[0], "list_istories_mergd"), LISTS[0]),
        (SMALL.replace('category="all"', 'category="al"'), "all"),
        (SMALL.replace('category="all"', 'category="all", origin="istorie"'), "istories"),
        (SMALL.replace('category="all"', 'category="all", source="censornet2025lst"'), SOURCE),
        (SMALL.replace(ONE, f'evidence.one(id="{MERGED}r")'), MERGED),
        (f'publish.words("n", "1", "What was found.", rows=["{COMMAND}0"])', COMMAND),
        (FIGURE.replace("rows=rows", f'rows=["{COMMAND}0"]'), COMMAND),
    ],
    ids=["measure", "population", "category", "origin", "source", "row", "rows of words", "rows of a figure"],
)
def test_a_misspelt_key_is_refused(refusing, code, meant):
    said = refused(refusing, code)
    assert re.search(rf"(?<![\w-]){re.escape(meant)}(?![\w-])", said), said


def test_a_key_without_rows_is_not_known_yet(refusing):
    """Of a list that is in the tables, but of which nothing was published in this category, nothing is known: no fault."""
    refusing.save(small=SMALL.replace(LISTS[0], "russia"))
    done = refusing.tell("book")
    refusing.save()
    assert done.code == 0, done.complaints
    assert refusing.result("small") == "not known"


# 10. What could differ from run to run, or is not in the project, is refused; what only a second build shows, `verify` finds.

IMPURE = {
    "pip": "%pip install --quiet --no-index x",
    "pip alone": "%pip --version",
    "shell": "!echo 1",
    "shell's answer": "answer = !echo 1",
    "cell magic": "%%bash\necho 1",
    "system": "import os\nos.system('true')",
    "popen": "import os\nos.popen('true').read()",
    "subprocess": "import subprocess\nsubprocess.run(['true'])",
    "urllib": "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:{port}/secret.csv', timeout=5).read()",
    "socket": "import socket\nsocket.create_connection(('127.0.0.1', {port}), timeout=5).close()",
    "file": "open('{folder}/secret.csv').read()",
    "table": "import pandas as pd\npd.read_csv('{folder}/secret.csv')",
    "file of a frame": "exec(compile('1 / 0', '{folder}/secret.csv', 'exec'))",  # IPython would show its line, and then has no words
    "home": "from pathlib import Path\n(Path.home() / '{home}').read_text()",
    "folder": "import os\nos.listdir('{folder}')",
    "what a build makes": "open('../_build/stage/data/observations.csv').read()",
    "database": "import sqlite3\nsqlite3.connect('{folder}/secret.csv')",
    "results of another edition": "from livingbook.notebook.results import published\npublished('../_build/editions/another', 'small', evidence)",
}


@pytest.fixture(scope="module")
def outside(tmp_path_factory) -> Iterator[dict[str, object]]:
    """What is not the project's: a file in another folder, a file in the home folder, a server that answers."""
    folder, home = tmp_path_factory.mktemp("outside"), Path.home() / f".test-{uuid.uuid4().hex}"
    (folder / "secret.csv").write_text("a\n1\n")
    home.write_text("secret")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(http.server.SimpleHTTPRequestHandler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield {"folder": folder, "home": home.name, "port": server.server_port}
    server.shutdown()
    home.unlink()


def swallowed(code: str) -> str:
    """The same code where nothing it raises is heard of."""
    return "try:\n" + "\n".join(f"    {line}" for line in code.splitlines()) + "\nexcept BaseException:\n    pass"


@pytest.mark.parametrize("kind", IMPURE)
def test_what_reaches_outside_is_refused(refusing, outside, kind):
    said = refused(refusing, f"{IMPURE[kind].format(**outside)}\n---\n{SMALL}")
    assert re.search(r"cell \d.*: .*\w", said) and "CellExecutionError" not in said, said


@pytest.mark.parametrize("kind", ["shell", "subprocess", "system", "urllib", "socket", "file", "home"])
def test_what_reaches_outside_is_refused_though_it_is_swallowed(refusing, outside, kind):
    said = refused(refusing, f"{swallowed(IMPURE[kind].format(**outside))}\n---\n{SMALL}")
    assert re.search(r"cell \d", said), said


def test_a_refusal_is_not_forgotten(refusing, outside):
    """The second build, of the same notebook, is refused as the first was."""
    refusing.save(small=f"{swallowed(IMPURE['file'].format(**outside))}\n---\n{SMALL}")
    first, second = refusing.tell("book"), refusing.tell("book")
    refusing.save()
    assert first.code == second.code == 1
    assert first.complaints == second.complaints


IMPURE_BY_CHANCE = {
    "clock": "from datetime import datetime\nnumber = datetime.now()",
    "chance": "import random\nnumber = random.random()",
    "noise": "import numpy as np\nnumber = np.random.default_rng().random()",
}


def test_verify_names_the_notebook_that_tells_the_time(place):
    """Both builds of ``verify`` are made with all forms of the book."""
    place = place({"small": SMALL, **{name: f"{code}\n---\n{WORDS.format('number')}" for name, code in IMPURE_BY_CHANCE.items()}})
    for name in ("book/print", "book/locale"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, place.root / name)
    done = place.tell("verify")
    assert done.code == 1, done.out + done.complaints
    said = done.out + done.complaints
    for name in IMPURE_BY_CHANCE:
        assert re.search(rf"\b{name}\.ipynb", said), said
    assert "small.ipynb" not in said


# Editions that see the same rows share a run, unless the notebook uses its date.

DATES = {
    "day": "day = as_of\nnumber = f'{day}'",
    "globals": "number = globals()['as_of']",
    "pieces": "number = globals()['as' + '_of']",
    "evidence": "number = evidence.as_of",
    "getattr": "number = getattr(evidence, 'as' + '_of')",
}


@pytest.fixture(scope="module")
def dated(tmp_path_factory):
    again = f'evidence = load(as_of=as_of, data=data)\npublish = Publisher("keyword", evidence)\n{SMALL}'
    cells = {name: f"{code}\n---\n{WORDS.format('number')}" for name, code in DATES.items()}
    place = Place(tmp_path_factory.mktemp("dated"), {"small": SMALL, "keyword": again, **cells})
    return place, built(place)


@pytest.mark.parametrize("name", DATES)
def test_a_notebook_that_uses_its_date_has_a_run_for_each(dated, name):
    place, _ = dated
    assert (place.result(name), place.result(name, "article")) == ("latest", "2025-06-09")


@pytest.mark.parametrize("name", ["small", "keyword"])
def test_editions_that_see_the_same_rows_share_a_run(dated, name):
    _, said = dated
    assert sum(name in names for names in said.ran.values()) == 1, said.out
