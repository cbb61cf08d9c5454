"""What has changed: rows, numbers by cause, verdicts first, figures, sentences; between editions, books and tables."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from csv_rows import write_rows
from hypothesis import given, settings
from hypothesis import strategies as st
from livingbook.__main__ import main
from livingbook.changes import compare as changes
from livingbook.changes import sentences, snapshots, staging
from livingbook.changes.report import CHANGED, FLIPPED, Report
from livingbook.changes.row_changes import differences, in_terminal
from livingbook.changes.terminal import summary
from livingbook.contract import fields_of
from livingbook.evidence.reading import load
from livingbook.project.project import Project
from livingbook.system.errors import BuildError
from livingbook.values import wording
from livingbook.values.bounds import Bounds
from livingbook.values.published import PublishedNumber
from small_rows import OBSERVATION as ROW

ROOT = Path(__file__).parents[3]
TABLES = tuple(fields_of(ROOT / "data"))
HOSTILE = '<script>alert(1)</script> \x1b[2J **bold** {result}`a.b` "quoted" & <b>'
CHAPTER = (
    "# How many?\n\n**At least {result}`small.total` men** {cite:p}`svtv2025list` were listed, {result}`small.steady` of them twice. "
    "Nothing here moves: {result}`small.steady`.\n\n- The claim {claim}`A01` is not the finding of {result}`small.total@article`.\n\n"
    "```{published-figure} small.chart\n```\n\nFrom {result}`small.total:low` up.\n"
)


def number(printed: str, value: float | None, *rows: str, **more) -> dict:
    body = {
        "text": printed,
        "unit": "persons",
        "value": value,
        "low": value,
        "high": value,
        "about": f"About {printed}.",
        "rows": list(rows),
    }
    return body | {"picks": {"low": printed}} | more


WORDS = {"unit": "words", "low": None, "high": None}
UNKNOWN = number("not known", None, low=0.0, high=None)


def claim(verdict: str, shown: str = "100", name: str = "A01") -> dict:
    return {
        "claim": name,
        "text": f"Text of {name}.",
        "verdict": verdict,
        "reason": "Because.",
        "rule": "A rule.",
        "values": {"small.total": {"text": shown}},
    }


class Book:
    """A published book in a folder: one notebook, one edition beside the own, one chapter."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows = [ROW | {"id": "first"}, ROW | {"id": "second", "category": "officers", "value": "7"}]
        self.reads = [{"table": "observations", "where": {"status": "use", "measure": "listed_absent"}}]
        self.results = {"total": number("100", 100.0, "first"), "steady": number("7", 7.0, "second")}
        self.claims = {"A01": claim("supported")}
        self.svg = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'/>"

    def publish(self, evidence: bool = True) -> Path:
        for table in TABLES:
            lines = (
                [] if table == "observations" else list(csv.DictReader((ROOT / "data" / f"{table}.csv").open(encoding="utf-8")))[:3]
            )
            self._table(table, lines or self.rows)
        document = {
            "title": "Small",
            "reads": self.reads,
            "results": self.results,
            "claims": self.claims,
            "figures": {
                "chart": {"title": "A finding", "alt": "Bars.", "wide": "small-chart.svg", "narrow": "small-chart-narrow.svg"}
            },
        }
        self._json("results.json", {name: {"small": self.results} for name in ("latest", "article")})
        self._json("claims.json", {name: {**card, "editions": {"article": card["verdict"]}} for name, card in self.claims.items()})
        if evidence:
            self._json(
                "evidence.json",
                {
                    "own": "latest",
                    "editions": {name: {"as_of": "latest", "notebooks": {"small": document}} for name in ("latest", "article")},
                },
            )
        for edition in ("latest", "article"):
            for name in ("small-chart.svg", "small-chart-narrow.svg"):
                self._write(f"figures/{edition}/{name}", self.svg)
        return self.folder

    def _table(self, table: str, rows: list[dict]) -> None:
        write_rows(self.folder / "data" / f"{table}.csv", rows)

    def _json(self, name: str, body: dict) -> None:
        self._write(name, json.dumps(body))

    def _write(self, name: str, content: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")


class Place:
    """Two published books and a checkout around them."""

    def __init__(self, root: Path, capsys) -> None:
        self.root, self.capsys = root, capsys
        for name in ("notebooks", "book"):
            (root / name).mkdir()
        (root / "notebooks" / "editions.yml").write_text('latest:\n  as_of: latest\narticle:\n  as_of: "2025-06-09"\n')
        (root / "notebooks" / "small.ipynb").write_text("{}")
        shutil.copy(ROOT / "pyproject.toml", root)
        (root / "book" / "small.md").write_text(CHAPTER)
        for name in ("_ext", "_static"):
            (root / "book" / name).symlink_to(ROOT / "book" / name)
        shutil.copytree(ROOT / "data", root / "data")
        self.old, self.new = Book(root / "old"), Book(root / "new")

    def compare(self) -> Report:
        contract = self.root / "data" / "datapackage.json"
        books = [snapshots.published_book(book.publish(), book.folder.name, contract) for book in (self.old, self.new)]
        return changes.compare(*books, self.root / "book", ("figures/before", "figures/after"))

    def run(self, *arguments: str) -> tuple[int, str]:
        code = main(["--root", str(self.root), "changes", *arguments])
        shown = self.capsys.readouterr()
        assert "Traceback" not in shown.out + shown.err
        return code, shown.out + shown.err


@pytest.fixture
def place(tmp_path, capsys):
    return Place(tmp_path, capsys)


# --- Rows -------------------------------------------------------------------------------------------------------------


def test_rows_added_removed_and_revised_are_told_with_what_they_say(place):
    place.old.rows.append(ROW | {"id": "gone"})
    place.new.rows[0] = place.new.rows[0] | {"value": "120", "note": "A correction."}
    place.new.rows.append(ROW | {"id": "more", "start": "", "qualifier": "at_least"})
    rows = {each.key: each for each in place.compare().rows}
    assert {key: each.change for key, each in rows.items()} == {"first": "revised", "gone": "removed", "more": "added"}
    assert rows["first"].cells == {"value": ("100", "120"), "note": ("", "A correction.")}
    assert (rows["more"].when, rows["more"].figure) == ("2024-12-31", "at least 100") and rows["more"].cells["value"] == (
        None,
        "100",
    )
    assert "value  100 → 120" in "\n".join(in_terminal(rows["first"]))


def test_a_row_that_only_stands_elsewhere_is_the_same_row(place):
    place.new.rows.reverse()
    assert place.compare().outcome == "same"


NAMES = st.sampled_from(["a", "b", "B", "1", "01", "1.0", "NULL", "", "->", "-->", "é", "a b", "@@", "+++"])
STATE = st.dictionaries(NAMES.filter(bool), NAMES, max_size=8)


@settings(deadline=None, max_examples=200)
@given(STATE, STATE)
def test_rows_are_aligned_by_their_keys_whatever_the_cells_hold(before, after):
    found = differences("t", *([{"key": key, "cell": cell} for key, cell in state.items()] for state in (before, after)), "key")
    assert {(each.key, each.change) for each in found} == {
        *((key, "added") for key in after.keys() - before),
        *((key, "removed") for key in before.keys() - after),
        *((key, "revised") for key in after.keys() & before if before[key] != after[key]),
    }
    for each in found:
        if each.change == "revised":
            assert each.cells == {"cell": (before[each.key], after[each.key])}


# --- Numbers ----------------------------------------------------------------------------------------------------------


def moved(book: Book, **results: dict) -> None:
    book.results = book.results | results


def cause_of(place: Place, name: str = "small.total") -> str:
    return next(each.cause for each in place.compare().numbers if each.name == name)


def test_a_number_whose_row_was_corrected_is_a_revision(place):
    place.new.rows[0] = place.new.rows[0] | {"value": "120"}
    moved(place.new, total=number("120", 120.0, "first"))
    assert cause_of(place) == "revision"


def test_a_number_whose_row_was_withdrawn_is_a_revision(place):
    place.old.rows.append(ROW | {"id": "more", "category": "privates"})
    moved(place.old, total=number("200", 200.0, "first", "more"))
    assert cause_of(place) == "revision"


def test_a_number_whose_row_gave_way_to_another_of_the_same_quantity_is_a_revision(place):
    place.new.rows.append(ROW | {"id": "better", "origin": "mediazona", "value": "120"})
    moved(place.new, total=number("120", 120.0, "better"))
    assert cause_of(place) == "revision"


def test_a_number_that_takes_a_newer_figure_is_added_coverage(place):
    place.new.rows.append(ROW | {"id": "newer", "end": "2025-06-30", "value": "120"})
    moved(place.new, total=number("120", 120.0, "newer"))
    assert cause_of(place) == "coverage"


def test_a_number_with_a_row_more_and_one_corrected_is_both(place):
    place.new.rows[0] = place.new.rows[0] | {"value": "110"}
    place.new.rows.append(ROW | {"id": "newer", "end": "2025-06-30", "value": "120"})
    moved(place.new, total=number("230", 230.0, "first", "newer"))
    assert cause_of(place) == "mixed"


def test_a_number_that_names_no_row_is_told_by_what_its_notebook_reads(place):
    moved(place.old, total=number("1", 1.0))
    moved(place.new, total=number("2", 2.0))
    place.new.rows.append(ROW | {"id": "other", "measure": "losses_claimed"})
    assert cause_of(place) == "method"
    place.new.rows.append(ROW | {"id": "newer", "end": "2025-06-30"})
    assert cause_of(place) == "coverage"
    place.new.rows[1] = place.new.rows[1] | {"note": "Only a note."}
    assert cause_of(place) == "coverage"
    place.new.rows[1] = place.new.rows[1] | {"value": "8"}
    assert cause_of(place) == "mixed"


def test_a_number_becomes_known_unknown_new_or_gone(place):
    moved(place.old, a=UNKNOWN, b=number("1", 1.0), c=number("1", 1.0))
    moved(place.new, a=number("1", 1.0), b=UNKNOWN, d=number("1", 1.0))
    found = {
        each.name: (each.cause, each.before, each.after, each.change) for each in place.compare().numbers if "@" not in each.name
    }
    assert found == {
        "small.a": ("known", "not known", "1", None),
        "small.b": ("lost", "1", "not known", None),
        "small.c": ("gone", "1", None, None),
        "small.d": ("new", None, "1", None),
    }


def test_revisions_come_before_additions_and_the_largest_first(place):
    rows = [ROW | {"id": f"r{number}", "category": f"c{number}", "value": "100"} for number in range(4)]
    place.old.rows += rows[:3]
    place.new.rows += [rows[0] | {"value": "90"}, rows[1] | {"value": "300"}, rows[2], rows[3]]
    moved(
        place.old,
        a=number("100", 100.0, "r0"),
        b=number("100", 100.0, "r1"),
        c=number("100", 100.0),
        d=number("x", None, "r0", **WORDS),
    )
    moved(
        place.new,
        a=number("90", 90.0, "r0"),
        b=number("300", 300.0, "r1"),
        c=number("900", 900.0, "r3"),
        d=number("y", None, "r0", **WORDS),
    )
    found = [each for each in place.compare().numbers if "@" not in each.name]
    assert [each.name for each in found] == ["small.b", "small.a", "small.d", "small.c"]
    assert [each.change for each in found] == [pytest.approx(1.0), pytest.approx(-2 / 19), None, pytest.approx(1.6)]


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (number("", 100.0), number("", 200.0), 2 / 3),
        (number("", 200.0), number("", 100.0), -2 / 3),
        (number("", 0.0), number("", 5.0), 2.0),
        (number("", -5.0), number("", 5.0), 2.0),
        (number("", None, low=100.0, high=None), number("", None, low=200.0, high=None), 2 / 3),
        (number("", 100.0, low=90.0, high=110.0), number("", 100.0, low=90.0, high=330.0), 1.0),
        (number("", None, low=0.0, high=10.0), number("", None, low=10.0, high=30.0), 2 / 3),
        (number("", None, low=100.0, high=None), number("", 100.0), 0.0),
        (number("", None, **WORDS), number("", None, **WORDS), None),
        (UNKNOWN, number("", 5.0), None),
        (number("not known", None, low=None, high=None), number("", 5.0), None),
        (number("", 5.0, low=0.0, high=None), number("", 10.0, low=0.0, high=None), 2 / 3),
        (number("", None, low=-100.0, high=300.0), number("", None, low=-300.0, high=700.0), 2 / 3),
    ],
)
def test_the_relative_change_is_symmetric(before, after, change):
    found = changes.change_of(PublishedNumber(**before), PublishedNumber(**after))
    assert found == (None if change is None else pytest.approx(change))


@pytest.mark.parametrize(
    "ends",
    [
        (None, None, None),
        (0.0, None, None),
        (0.0, None, 5.0),
        (None, None, 5.0),
        (-2.0, None, 5.0),
        (0.0, 5.0, None),
        (3.0, None, None),
    ],
)
def test_a_published_number_is_ranked_as_bounds_are(ends):
    low, value, high = ends
    found, bounds = PublishedNumber(text="", low=low, value=value, high=high), Bounds.from_ends(*ends)
    assert found.bounds == bounds and found.bounds.best == bounds.best and found.is_unknown == bounds.is_unknown


def test_what_is_no_number_of_a_book_is_refused(place):
    place.new.results["total"] |= {"low": 7.0, "value": 5.0, "high": 6.0}
    with pytest.raises(BuildError, match=r"(?s)not a published book of this kind \(ValidationError: .*not bounds"):
        place.compare()


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_a_rise_and_the_fall_that_undoes_it_are_of_one_size(one, other):
    change = changes.symmetric_change(one, other)
    assert change == pytest.approx(-changes.symmetric_change(other, one)) and -2 <= change <= 2


# --- Verdicts, figures, sentences -------------------------------------------------------------------------------------


def test_a_flipped_verdict_comes_first_and_has_its_own_exit_code(place):
    moved(place.new, total=number("120", 120.0, "first"))
    place.new.claims = {"A01": claim("contradicted", "120"), "B01": claim("plausible", name="B01")}
    report = place.compare()
    assert report.exit_code == FLIPPED and report.outcome == "flipped"
    assert [(each.claim, each.before, each.after) for each in report.verdicts if "@" not in each.claim] == [
        ("A01", "supported", "contradicted"),
        ("B01", None, "plausible"),
    ]
    assert report.verdicts[0].values == [("small.total", "100", "120")]
    shown = summary(report)
    assert shown.index("A01: supported → contradicted") < shown.index("Numbers:") < shown.index("Rows:")


def test_a_new_claim_alone_is_a_change_not_a_flip(place):
    place.new.claims["B01"] = claim("plausible", name="B01")
    assert place.compare().exit_code == CHANGED


def test_a_figure_that_is_drawn_differently_is_shown_side_by_side(place):
    place.new.svg = place.new.svg.replace("0 0 9 9", "0 0 8 8")
    report = place.compare()
    assert [each.name for each in report.figures] == ["small.chart", "small.chart@article"] and report.exit_code == CHANGED
    assert (report.figures[0].before.wide, report.figures[0].after.narrow) == (
        "figures/before/latest/small-chart.svg",
        "figures/after/latest/small-chart-narrow.svg",
    )
    code, _ = place.run("--from", str(place.old.folder), "--to", str(place.new.folder))
    page = BeautifulSoup((place.root / "_build" / "changes" / "index.html").read_text("utf-8"), "html.parser")
    images = [image["src"] for image in page.select(".sides img")]
    assert code == 3 and images[:2] == ["figures/before/latest/small-chart.svg", "figures/after/latest/small-chart.svg"]
    assert all((place.root / "_build" / "changes" / each).is_file() for each in images)


def test_a_term_leaves_its_words_in_a_sentence():
    sentence = "A {term}`lower bound`, {term}`origins <origin>`: {result}`a.b` {cite:p}`x`."
    parts = sentences.parts_of(sentence, lambda role, name: "1", lambda role, name: "2")
    assert [part.text or part.name for part in parts] == ["A lower bound, origins: ", "a.b", "."]


def test_sentences_whose_numbers_moved_are_given_with_both(place):
    moved(place.new, total=number("120", 120.0, "first"))
    place.new.claims["A01"] = claim("contradicted")
    assert [str(each) for each in place.compare().sentences] == [
        "At least [100 → 120] men were listed, 7 of them twice.",
        "The claim [supported → contradicted] is not the finding of [100 → 120].",
        "From [100 → 120] up.",
    ]


def test_a_sentence_that_gives_both_editions_is_no_news(place):
    def look(printed):
        return lambda role, content: printed

    assert len(sentences.moved(place.root / "book", look("1"), look("2"))) == 4
    assert len(sentences.moved(place.root / "book", look("1"), look("2"), "article")) == 3


def test_a_number_knows_the_chapters_that_cite_it(place):
    moved(place.new, total=number("120", 120.0, "first"))
    assert place.compare().numbers[0].chapters == ["small"]


# --- The command ------------------------------------------------------------------------------------------------------


def test_nothing_changed_is_exit_code_0(place):
    place.old.publish(), place.new.publish()
    code, shown = place.run("--from", str(place.old.folder), "--to", str(place.new.folder))
    assert code == 0 and "Nothing has changed." in shown
    assert json.loads((place.root / "_build" / "changes" / "changes.json").read_text())["outcome"] == "same"


def test_a_moved_number_is_exit_code_3_and_a_flipped_verdict_4(place):
    moved(place.new, total=number("120", 120.0, "first"))
    place.old.publish(), place.new.publish()
    code, shown = place.run("--from", str(place.old.folder), "--to", str(place.new.folder))
    assert code == 3 and "small.total" in shown and "100 → 120 persons (+18%)" in shown
    place.new.claims["A01"] = claim("contradicted")
    place.new.publish()
    assert place.run("--from", str(place.old.folder), "--to", str(place.new.folder))[0] == 4


def test_all_outputs_say_the_same_because_they_are_made_from_one_report(place):
    moved(place.new, total=number("120", 120.0, "first"))
    place.new.rows[0] = place.new.rows[0] | {"value": "120"}
    place.old.publish(), place.new.publish()
    _, shown = place.run("--from", str(place.old.folder), "--to", str(place.new.folder))
    report = Report.model_validate_json((place.root / "_build" / "changes" / "changes.json").read_text())
    page = (place.root / "_build" / "changes" / "index.html").read_text("utf-8")
    assert shown.startswith(summary(report)) and [each.cause for each in report.numbers] == ["revision"] * 2
    for word in ("Revised (2)", "small.total", "+18%", "Rows revised (1)", "120"):
        assert word in page


def test_a_published_book_is_compared_with_the_current_one_unless_another_is_named(place):
    place.old.publish(), place.new.publish()
    assert "there is no book yet to compare with" in place.run("--from", str(place.old.folder))[1]
    (place.root / "_build").mkdir(exist_ok=True)
    (place.root / "_build" / "html").symlink_to(place.new.folder)
    assert place.run("--from", str(place.old.folder))[0] == 0
    assert place.run("--from", str(place.old.folder / "data"))[0] == 0  # the tables of a book: the book


def test_a_book_from_before_evidence_was_kept_is_compared_too(place):
    moved(place.new, total=number("120", 120.0, "first"))
    place.new.rows[0] = place.new.rows[0] | {"value": "120"}
    place.new.claims["A01"] = claim("contradicted")
    for book in (place.old, place.new):
        for body in book.results.values():
            body.pop("picks")
    place.old.publish(evidence=False), place.new.publish()
    code, shown = place.run("--from", str(place.old.folder), "--to", str(place.new.folder))
    assert code == 4 and "100 → 120 persons" in shown and "Revised: 2" in shown and "Figures: 0 of 2 differ" in shown


def test_of_tables_only_rows_are_compared(place):
    shutil.copytree(place.root / "data", place.root / "mine")
    path = place.root / "mine" / "observations.csv"
    path.write_text(
        path.read_text("utf-8").replace("istories-merged-49000-censor,", "renamed,").replace(",49000,", ",49001,"), "utf-8"
    )
    code, shown = place.run("--from", str(place.root / "mine"))
    assert (
        code == 3
        and "Only rows are compared" in shown
        and "Numbers:" not in shown
        and "+ observations: istories-merged-49000-censor" in shown
    )
    assert place.run("--from", str(place.root / "data"))[0] == 0


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda place: "nowhere", ["'nowhere'", "no edition (latest, article)", "results.json", "observations.csv"]),
        (lambda place: broken(place, "evidence.json", "{"), ["evidence.json: cannot be read"]),
        (lambda place: broken(place, "evidence.json", "{}"), ["not a published book of this kind"]),
        (
            lambda place: broken(
                place,
                "evidence.json",
                '{"own": "latest", "editions": {"latest": {"as_of": "latest", "notebooks": {"small": {"results": {"a": {"text": []}}}}}}}',
            ),
            ["not a published book of this kind"],
        ),
        (lambda place: broken(place, "data/observations.csv", 'id,"\n'), ["observations.csv: not a table of this book"]),
        (
            lambda place: broken(place, "data/observations.csv", "\xff".encode("latin-1")),
            ["observations.csv: not a table of this book"],
        ),
        (lambda place: broken(place, "data/observations.csv", ""), ["observations.csv: not a table of this book"]),
    ],
    ids=["unknown", "no JSON", "not ours", "wrong type", "no CSV", "no UTF-8", "empty"],
)
def test_what_cannot_be_compared_is_told(place, make, words):
    place.new.publish()
    name = make(place)
    code, shown = place.run("--from", name, "--to", str(place.new.folder))
    assert code == 1 and all(word in shown for word in words), shown


def broken(place: Place, name: str, content: str | bytes) -> str:
    (place.old.publish() / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return str(place.old.folder)


def staged(place: Place, **editions: Book) -> None:
    """Lays out editions as the last build left them."""
    for name, book in editions.items():
        folder = place.root / "_build" / "stage" / "published" / name
        (folder / "files").mkdir(parents=True)
        (folder / "files" / "small-chart.svg").write_text(book.svg)
        (folder / "small.json").write_text(
            json.dumps(
                {
                    "title": "Small",
                    "reads": book.reads,
                    "results": book.results,
                    "claims": book.claims,
                    "figures": {
                        "chart": {
                            "title": "A finding",
                            "alt": "Bars.",
                            "wide": "small-chart.svg",
                            "narrow": "small-chart-narrow.svg",
                        }
                    },
                }
            )
        )
    written = staging.staged_editions(Project.at(place.root), editions)
    (place.root / "_build" / "stage" / "published" / "editions.json").write_text(written, "utf-8")


def test_by_default_the_article_edition_is_compared_with_the_latest(place):
    moved(place.new, total=number("120", 120.0, "first"))
    staged(place, article=place.old, latest=place.new)
    code, shown = place.run()
    assert code == 3 and "From article (what was public on 9 June 2025) to latest (all that is public now)" in shown
    assert "Numbers: 1 of 2 moved" in shown and "[100 → 120]" in shown and " added, 0 removed" in shown
    rows = Report.model_validate_json((place.root / "_build" / "changes" / "changes.json").read_text()).rows_of("added")
    assert rows and all(each.cells["known_from"][1] > "2025-06-09" for each in rows)


def test_editions_of_other_rows_than_those_there_are_refused(place):
    staged(place, article=place.old, latest=place.new)
    path = place.root / "data" / "observations.csv"
    path.write_text(path.read_text("utf-8").replace(",49000,", ",49001,"), "utf-8")
    code, shown = place.run()
    assert code == 1 and "observations.csv: not the rows that the book was built from; `make book` first" in shown


# --- Text from data ---------------------------------------------------------------------------------------------------


def test_hostile_text_stays_text_on_the_page_and_in_the_terminal(place):
    moved(place.old, total=number(HOSTILE, 1.0, "first", about=HOSTILE, unit=HOSTILE))
    moved(place.new, total=number(HOSTILE + "2", 2.0, "first", about=HOSTILE, unit=HOSTILE))
    place.new.claims["A01"] = claim("contradicted", HOSTILE) | {"text": HOSTILE, "reason": HOSTILE, "rule": HOSTILE}
    place.new.rows[0] = place.new.rows[0] | {"note": HOSTILE, "category": HOSTILE}
    place.new.rows.append(ROW | {"id": HOSTILE})
    place.new.svg += " "
    (place.root / "book" / "small.md").write_text(f"# Title <script>alert(1)</script>\n\n{CHAPTER}")
    place.old.publish(), place.new.publish()
    for path in (place.old.folder, place.new.folder):
        evidence = path / "evidence.json"
        evidence.write_text(
            evidence.read_text()
            .replace("A finding", json.dumps(HOSTILE)[1:-1])
            .replace("Bars.", json.dumps('"><script>alert(1)</script>')[1:-1])
        )
    code, shown = place.run("--from", str(place.old.folder), "--to", str(place.new.folder))
    page = BeautifulSoup((place.root / "_build" / "changes" / "index.html").read_text("utf-8"), "html.parser")
    assert code == 4 and "\x1b" not in shown
    assert not page.find_all("script") and not page.main.find_all("b") and page.main.text.count("<script>alert(1)</script>") > 8
    assert page.select_one(".sides img")["alt"] == '"><script>alert(1)</script>'


def test_a_figure_file_cannot_lead_out_of_its_folder(place):
    (place.root / "secret.svg").write_text("secret")
    place.new.svg += " "
    place.old.publish(), place.new.publish()
    evidence = place.new.folder / "evidence.json"
    evidence.write_text(evidence.read_text().replace('"small-chart.svg"', '"../../../secret.svg"'))
    assert place.run("--from", str(place.old.folder), "--to", str(place.new.folder))[0] == 3
    assert not any("secret" in path.read_text() for path in (place.root / "_build" / "changes").rglob("*.svg"))


# --- In the book ------------------------------------------------------------------------------------------------------


def test_the_directive_shows_each_part_and_names_an_unknown_one(place):
    from small_pages import Book as Pages
    from small_pages import claim as card

    moved(place.new, total=number("120", 120.0, "first"))
    place.new.claims["A01"] = claim("contradicted")
    place.new.svg += " "
    pages = Pages(place.root / "pages")
    pages.write("published/changes.json", place.compare().model_dump_json())
    pages.write("published/evidence.json", "{}")
    pages.write("claims.md", "# Claims\n\n```{claims}\n```\n")
    pages.claims(A01=card("A01", chapter=None))
    index = "# Index\n\n```{toctree}\n:glob:\n*\nnotebooks/*\n```\n\n"
    parts = ("finding", "verdicts", "numbers", "figures", "sentences", "rows")
    pages.write("index.md", index + "\n\n".join(f"## The {part}\n\n```{{changes}} {part}\n```" for part in parts))
    pages.build(strict=True)
    assert pages.warnings == ""
    page = BeautifulSoup((pages.out / "index.html").read_text("utf-8"), "html.parser")
    assert "verdicts and" in page.find("strong").text and page.select_one(".claim-card a")["href"] == "claims.html#claim-A01"
    assert page.select_one("#changes-method, #changes-revision") and page.select_one("ul.moved-sentences .now").text == "120"
    assert json.loads((pages.out / "changes.json").read_text())["outcome"] == "flipped" and (pages.out / "evidence.json").is_file()
    pages.write("index.md", index + "```{changes} verdict\n```\n")
    pages.build()
    assert "changes: no part 'verdict'; close to it: verdicts" in pages.warnings


# --- An update of the real tables -------------------------------------------------------------------------------------


def snapshot_of(folder: Path, label: str) -> snapshots.Snapshot:
    """The real tables, with the latest figure of every quantity published as a number, and a verdict on each."""
    evidence = load(folder)
    rows = evidence.observations()
    results = {}
    for place, (quantity, group) in enumerate(rows.groupby(["measure", "population", "category", "origin"])):
        bounds = group["bounds"].iloc[-1]
        results[f"n{place}_{'_'.join(quantity)}"] = {
            "text": wording.of_bounds(bounds, "", 1),
            "unit": "",
            "about": "",
            "rows": [group["id"].iloc[-1]],
            "low": bounds.low,
            "value": bounds.value,
            "high": None if bounds.high == float("inf") else bounds.high,
        }
    names = {"_".join(name.split("_")[1:]): body for name, body in results.items()}
    claims = {
        name: claim("supported" if (body["low"] or 0) >= 10_000 else "unsupported", body["text"], name)
        for name, body in names.items()
    }
    document = {"results": names, "claims": claims, "figures": {}, "reads": [{"table": "observations", "where": {"status": "use"}}]}
    return snapshots._snapshot(
        label,
        label,
        snapshots.tables_in(folder, ROOT / "data" / "datapackage.json"),
        {"latest": {"all": document}},
        "latest",
        lambda *_: folder,
    )


def test_a_folder_without_a_contract_is_read_by_that_of_the_book_at_hand(place):
    contract = place.root / "data" / "datapackage.json"
    described = json.loads(contract.read_text("utf-8"))
    described["resources"] = [each for each in described["resources"] if each["name"] == "observations"]
    contract.write_text(json.dumps(described), "utf-8")
    folder = place.old.publish() / "data"
    shutil.copy(ROOT / "data" / "origins.csv", folder)
    assert list(snapshots.find(Project.at(place.root), str(folder)).tables) == ["observations"]
    contract.write_text("{}", "utf-8")
    with pytest.raises(BuildError, match=r"datapackage\.json: does not describe tables"):
        snapshots.find(Project.at(place.root), str(folder))


def test_rows_published_after_2025_taken_out_and_swapped_back(tmp_path):
    real = ROOT / "data"
    shutil.copytree(real, tmp_path / "data")
    path = tmp_path / "data" / "observations.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    rows = list(csv.DictReader(lines))
    late = {row["id"] for row in rows if row["known_from"] > "2025-12-31"}
    late |= {row["id"] for row in rows if row["same_as"] in late}
    path.write_text("".join(line for line in lines if line.split(",")[0] not in late), "utf-8")
    without, whole = snapshot_of(tmp_path / "data", "without"), snapshot_of(real, "whole")
    report = changes.compare(without, whole, tmp_path)
    assert {each.key for each in report.rows_of("added")} == late and len(report.rows) == len(late) > 30
    in_use = {row["id"] for row in rows if row["id"] in late and row["status"] == "use"}
    # Every number that moved rests on a row that came back, or takes its place beside one that was there.
    assert report.numbers and {row for each in report.numbers for row in each.rows} <= in_use
    assert {each.cause for each in report.numbers} <= {"coverage", "known", "new", "revision"}
    assert all(each.cause != "revision" or each.rows for each in report.numbers)
    assert {each.claim for each in report.verdicts if each.flipped} <= {each.name.removeprefix("all.") for each in report.numbers}
    back = changes.compare(whole, without, tmp_path)
    assert {each.key for each in back.rows_of("removed")} == late and len(back.numbers) == len(report.numbers)
    path.write_text("".join(lines), "utf-8")
    assert changes.compare(snapshot_of(tmp_path / "data", "again"), whole, tmp_path).outcome == "same"


def test_the_default_page_and_the_evidence_are_staged(tmp_path):
    folder = tmp_path / "project"
    for name in ("notebooks", "book"):
        (folder / name).mkdir(parents=True)
    (folder / "notebooks" / "editions.yml").write_text('latest:\n  as_of: latest\narticle:\n  as_of: "2025-06-09"\n')
    (folder / "notebooks" / "small.ipynb").write_text("{}")
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copytree(ROOT / "data", folder / "data")
    documents = {
        name: {
            "small": {
                "title": "Small",
                "reads": [],
                "results": {"total": number(total, float(total), "first")},
                "figures": {},
                "tables": {},
            }
        }
        for name, total in (("latest", "120"), ("article", "100"))
    }
    project, files_of = Project.at(folder), lambda edition, name: folder
    files = staging.staged(project, documents, files_of)
    report = Report.model_validate_json(files["published/changes.json"])
    assert (report.before.label, report.after.label) == ("article", "latest") and [each.name for each in report.numbers] == [
        "small.total"
    ]
    evidence = json.loads(files["published/evidence.json"])
    assert evidence["own"] == "latest" and evidence["editions"]["article"]["notebooks"]["small"]["results"]["total"]["rows"] == [
        "first"
    ]
    assert staging.staged(project, documents, files_of) == files
    alone = Report.model_validate_json(staging.staged(project, {"latest": documents["latest"]}, files_of)["published/changes.json"])
    assert alone.outcome == "same"
