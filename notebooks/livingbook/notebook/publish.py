"""Publishing: the named numbers, figures, tables and verdicts of a notebook.

Each is shown in the notebook, and its output also holds, under a MIME type of its own, everything that the book needs. So a
notebook publishes the same whether it is run by papermill, by ``jupyter execute`` or by hand. A cell that is run again replaces
what it published.
"""

from __future__ import annotations

import html
import math
import numbers
import os
import re
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from IPython import get_ipython
from IPython.display import display

from livingbook import recording
from livingbook.drawing.figures import Draw
from livingbook.drawing.reused import kept_render
from livingbook.evidence.reading import Evidence
from livingbook.notebook import showing
from livingbook.notebook.claims import Claims
from livingbook.notebook.descriptions import FOLDER, Description, read_descriptions
from livingbook.notebook.payload import MIME, NUMBERS_ONLY
from livingbook.notebook.verdicts import VERDICTS
from livingbook.project.settings import TITLED, read_settings
from livingbook.system.digests import digest
from livingbook.values import periods, wording
from livingbook.values.bounds import ENDS, Bounds, as_bounds
from livingbook.values.published import WORDS, PublishedNumber
from livingbook.values.wording import SHARE

FORMULA = re.compile(
    r"(?![+-]?\d+(\.\d+)?(e[+-]?\d+)?$)[=+\-@\t\r]"
)  # the beginning of a text that a spreadsheet would run as a formula; a number is none


class PublishError(Exception):
    """Something that cannot be published: without alt text or data, or under a name that is taken or wrong."""


class Execution(NamedTuple):
    """One execution of a cell. cell: its id, or its code where the front end tells no id. number: as Jupyter counts, ``[5]``."""

    cell: str
    number: int


def execution() -> Execution:
    """The execution in which this runs; outside of IPython, everything is one."""
    shell = get_ipython()
    if shell is None:
        return Execution("", 0)
    message = shell.get_parent() if hasattr(shell, "get_parent") else {}
    return Execution((message.get("metadata") or {}).get("cellId") or shell.user_ns["In"][-1], shell.execution_count)


def folder_of_book() -> Path:
    """The folder of the notebook's book; the current one where there is no book."""
    recorder, here = recording.recorder(), Path.cwd()
    return Path(recorder.root) if recorder else next((each for each in here.parents if (each / TITLED).is_file()), here)


def title_of_book() -> str:
    """The title of the notebook's book; recorded as read, because the source line below a figure shows it."""
    recorder, root = recording.recorder(), folder_of_book()
    with recorder.unrecorded() if recorder else nullcontext():
        found = read_settings(root).title
    if recorder:
        recorder.record("setting:title", digest(found))
    return found


class Publisher:
    """Publishes under the name of one notebook. evidence: what the notebook reads, for sources and origins.

    numbers: the numbers that are published so far, by ``notebook.name``.
    """

    def __init__(self, notebook: str, evidence: Evidence) -> None:
        self.notebook, self.evidence = notebook, evidence
        self.numbers: dict[str, PublishedNumber] = {}
        self._published: dict[str, Execution] = {}  # name → where it was published

    def __call__(self, **results: Bounds | float | str | tuple[str, Iterable[str]]) -> None:
        """Publishes results whose unit and meaning stand in ``descriptions/NOTEBOOK.yml``: name → bounds, an exact number, words,
        or words with the ids of the observations that they rest on.

        Raises ``PublishError`` for a result that is not described there.
        """
        if recording.recorder() is None:
            self.__dict__.pop("_descriptions", None)  # the file may have been edited since the last cell ran
        for name, result in results.items():
            found = self._descriptions.get(name)
            if found is None:
                raise PublishError(
                    f"{self.notebook}.{name}: not described; add to {FOLDER}/{self.notebook}.yml a line like\n"
                    f'{name}: {{unit: persons, about: "What it is, in one sentence."}}'
                )
            words, rows = result if isinstance(result, tuple) else (result, ())
            if isinstance(words, str) != (found.unit == WORDS):
                raise PublishError(f"{self.notebook}.{name}: {FOLDER} says that its unit is {found.unit}, but it is {words!r}")
            if isinstance(words, str):
                self.words(name, words, found.about, rows)
            else:
                self.number(name, words, found.unit, found.about, found.step or (0.01 if found.unit == SHARE else None))

    @cached_property
    def _descriptions(self) -> dict[str, Description]:
        return read_descriptions(self.notebook)

    def unpublished(self) -> list[str]:
        """The results that are described and that have not been published yet."""
        return sorted(self._descriptions.keys() - self._published.keys())

    def number(self, name: str, bounds: Bounds | float, unit: str, about: str, step: float | None = None) -> None:
        """Publishes a number under ``name``, for prose to cite.

        bounds: a plain number is an exact one. unit: what is counted, singular or plural as in a table; "share" is printed as
        percent. about: one sentence that says what the number is. step: rounding unit; without it, what the bounds support
        (``wording.supported_step``). Raises ``PublishError`` for a name that is wrong or taken.
        """
        self._claim_name(name)
        if not about:
            raise PublishError(f"{self.notebook}.{name}: say what the number is")
        bounds = required_bounds(bounds, f"{self.notebook}.{name}")
        self._known(bounds.rows)
        if unit == SHARE and (times := periods.apart(bounds.rows)):
            ended, begins = (wording.day(date.fromisoformat(each)) for each in times)
            about = f"{about} Its figures are of different times: one to {ended}, the other from {begins}."
        made = self.numbers[f"{self.notebook}.{name}"] = PublishedNumber.of(bounds, unit, about, step)
        shown = f"<b>{html.escape(made.text)}</b> {html.escape(unit if unit != SHARE else '')}: {html.escape(about)}"
        self._show("result", name, made.json, shown, f"{name}: {made.text} {unit}. {about}")

    def share(self, name: str, bounds: Bounds | float, about: str, step: float = 0.01) -> None:
        """Publishes a share, printed in whole percent unless ``step`` says otherwise."""
        self.number(name, bounds, SHARE, about, step)

    def words(self, name: str, words: str, about: str, rows: Iterable[str] = ()) -> None:
        """Publishes computed words (a date, the name of the largest effect) for prose to cite. rows: ids of observations."""
        self._claim_name(name)
        made = PublishedNumber.of_words(words, about, self._known(rows))
        self._show("result", name, made.json, f"<b>{html.escape(words)}</b>: {html.escape(about)}", f"{name}: {words}. {about}")

    def figure(
        self,
        name: str,
        draw: Draw,
        data: pd.DataFrame,
        *,
        title: str,
        subtitle: str,
        alt: str,
        columns: Mapping[str, str],
        rows: Iterable[str] | None = None,
        height: float | None = None,
        narrow_height: float | None = None,
        caption: str = "",
    ) -> None:
        """Publishes a figure: drawn twice by ``draw(figure, data, narrow)``, with data, alt text and sources.

        title: the finding; subtitle: unit and period; alt: what it shows, for those who do not see it; columns: the columns
        of ``data`` in its table twin, with their labels; rows: ids of the observations shown, without it those that ``data``
        rests on; height: inches of the drawing, narrow_height the same on a phone, without it as ``draw.height(data, narrow)``
        says if ``draw`` is a chart. Raises ``PublishError`` where alt text or data is missing.
        """
        self._claim_name(name)
        if not alt.strip() or not columns:
            raise PublishError(f"{self.notebook}.{name}: a figure needs alt text and data")
        if os.environ.get(NUMBERS_ONLY):
            return
        rows = self._known(rests_on(data) if rows is None else rows)
        source = self._source_line(rows)
        drawn = {
            variant: kept_render(
                draw,
                data,
                name=f"{self.notebook}-{name}",
                title=title,
                subtitle=subtitle,
                source=source,
                narrow=narrow,
                height=((narrow_height or height) if narrow else height) or _height(draw, data, narrow),
            )
            for variant, narrow in (("wide", False), ("narrow", True))
        }
        body = {
            "title": title,
            "subtitle": subtitle,
            "alt": alt,
            "caption": caption,
            "svg": drawn,
            **self._tabular(data, columns, rows),
        }
        self._show("figure", name, body, showing.drawing(drawn["wide"], alt), alt)

    def table(
        self, name: str, data: pd.DataFrame, *, title: str, columns: Mapping[str, str], rows: Iterable[str] | None = None
    ) -> None:
        """Publishes a table of the given columns (name → label). Bounds are shown in words; the CSV has their ends as numbers.

        rows: ids of the observations shown, without it those that ``data`` rests on.
        """
        self._claim_name(name)
        body = {"title": title, **self._tabular(data, columns, self._known(rests_on(data) if rows is None else rows))}
        cells = pd.DataFrame(body["data"], columns=[column["label"] for column in body["columns"]])
        self._show("table", name, body, cells.to_html(index=False, border=0), f"{title}\n{cells.to_string(index=False)}")

    def claims(self, claims: Claims) -> None:
        """Publishes the verdicts on all claims. Raises ``PublishError`` if a claim has none."""
        self._claim_name("claims")
        if left := claims.open():
            raise PublishError(f"claims without a verdict: {', '.join(left)}")
        cards = {card["claim"]: card for card in claims.cards()}
        shown = pd.DataFrame(
            [
                {"claim": key, "verdict": VERDICTS[card["verdict"]].word, "computed": card["computed"], "text": card["text"]}
                for key, card in cards.items()
            ]
        )
        self._show("claims", "claims", cards, shown.to_html(index=False, border=0), shown.to_string(index=False))

    def _tabular(self, data: pd.DataFrame, columns: Mapping[str, str], rows: list[str]) -> dict[str, Any]:
        chosen = data[list(columns)]
        return {
            "columns": [{"name": name, "label": label} for name, label in columns.items()],
            "data": [[cell_text(cell) for cell in row] for row in chosen.itertuples(index=False)],
            "csv": csv_of(chosen),
            "rows": rows,
            "sources": self.evidence.sources_of(rows),
        }

    @cached_property
    def title(self) -> str:
        """The title of the book, read once a run."""
        return title_of_book()

    def _source_line(self, rows: list[str]) -> str:
        labels = self.evidence.origins_of(rows)
        if not labels:
            return f"Source: {self.title}."
        shown = labels if len(labels) <= 6 else [*labels[:5], f"{len(labels) - 5} more"]
        return f"Source: {wording.listing(shown)}; {self.title}."

    def _known(self, rows: Iterable[str]) -> list[str]:
        """Ids of observations, sorted. Raises ``EvidenceError`` for an id that no observation has."""
        ordered = sorted(set(rows))
        self.evidence.require_spelt({"id": ordered})
        return ordered

    def _claim_name(self, name: str) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise PublishError(f"{self.notebook}.{name}: a name is small letters, digits and underscores")
        now = execution()
        if recording.recorder() is None:  # in a build, each cell runs once
            for earlier in [each for each, at in self._published.items() if at.cell == now.cell and at != now]:
                del self._published[earlier]
                self.numbers.pop(f"{self.notebook}.{earlier}", None)
        if there := self._published.get(name):
            where = "in this cell" if there == now else f"also by the cell that ran as [{there.number}]"
            raise PublishError(
                f"{self.notebook}.{name} is published twice, {where}. Another result needs another name; if that cell is gone, "
                "run the cell with Publisher(…) again, and those below it"
            )
        self._published[name] = now

    def _show(self, kind: str, name: str, body: dict[str, Any], shown: str, plain: str) -> None:
        payload = {"kind": kind, "notebook": self.notebook, "name": name, "body": body}
        if recording.recorder() is None:
            for data, metadata in showing.outputs(payload, shown, plain, self.root):
                display(data, metadata=metadata, raw=True)
        else:  # as the notebook's page in the book has it
            block = f"<p>{shown}</p>" if kind == "result" else shown
            anchored = f'<div id="{self.notebook}-{name}" class="published-{kind}">{block}</div>'
            display({MIME: payload, "text/html": anchored, "text/plain": plain}, raw=True)

    @cached_property
    def root(self) -> Path:
        """The folder of the book, looked up once a run."""
        return folder_of_book()


def _height(draw: Draw, data: pd.DataFrame, narrow: bool) -> float:
    """Inches that a chart needs, or what suits most drawings."""
    own = getattr(draw, "height", None)
    return own(data, narrow) if own else 3.4


def rests_on(data: pd.DataFrame) -> set[str]:
    """Ids of the observations that a table rests on: those of its bounds, and those in its column ``id``."""
    found = {each for each in data.get("id", ()) if isinstance(each, str)}  # a row that was added to observations has none
    return found.union(*(cell.rows for name in data for cell in data[name] if isinstance(cell, Bounds)))


def required_bounds(given: Any, where: str) -> Bounds:
    """A number that is to be published, as bounds. Raises ``PublishError`` for what is no number, or not a finite one."""
    if isinstance(given, Bounds):
        return given
    if isinstance(given, numbers.Real) and not isinstance(given, bool):
        if math.isfinite(given):
            return as_bounds(float(given))
        raise PublishError(f"{where}: {given} is no number; what is not known is Bounds.unknown()")
    raise PublishError(
        f"{where}: a number or bounds is needed, not {type(given).__name__}; words are published by publish.words, and of a column "
        "one element, as column.iloc[0]"
    )


def cell_text(cell: Any) -> str:
    """A cell of a table in the form that readers see."""
    if isinstance(cell, Bounds):
        return wording.of_bounds(cell)
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, float):
        return wording.number(cell, wording.step_of(cell))
    return wording.number(cell) if isinstance(cell, int) and not isinstance(cell, bool) else str(cell)


def csv_of(data: pd.DataFrame) -> str:
    """CSV of a table. No text in it is a formula.

    A column of bounds becomes three, ``_low``, ``_value`` and ``_high``: empty for an open end and for a missing value, and all
    three empty for an unknown.
    """
    out: dict[str, list[Any]] = {}
    for name in data.columns:
        cells = list(data[name])
        if any(isinstance(cell, Bounds) for cell in cells):
            for end in ENDS:
                out[f"{name}_{end}"] = [cell.ends[end] if isinstance(cell, Bounds) else None for cell in cells]
        else:
            out[str(name)] = list(map(harmless, cells))
    return pd.DataFrame(out).to_csv(index=False, lineterminator="\n")


def harmless(cell: Any) -> Any:
    """A cell that no spreadsheet runs as a formula: such a text gets an apostrophe before it, which marks it as text."""
    return f"'{cell}" if isinstance(cell, str) and FORMULA.match(cell) else cell
