"""The report on what differs between two snapshots: the page of the book, ``changes.json`` and the terminal are made from it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, computed_field

from livingbook.changes.row_changes import RowChange
from livingbook.changes.sentences import Sentence
from livingbook.notebook.verdicts import VERDICTS

SAME, CHANGED, FLIPPED, DOUBTFUL = 0, 3, 4, 5  # exit codes; 1 is an error, 2 a command that is not understood
KindOfCause = Literal["revision", "mixed", "coverage", "known", "lost", "method", "new", "gone"]
# In the order in which a reader should see them: title, and what it means.
CAUSES: dict[str, tuple[str, str]] = {
    "revision": ("Revised", "They rest on a figure that was corrected, withdrawn, or replaced by another of the same quantity."),
    "mixed": ("Revised and extended", "Some figures they rest on were revised, and others were added."),
    "lost": ("No longer known", "What they rested on is gone."),
    "gone": ("No longer published", "No notebook publishes them now."),
    "method": ("Moved without a row", "No row that their notebooks read differs; the code, an assumption or the date does."),
    "coverage": ("Moved by figures that were added", "No figure they rested on was revised; newer or further ones came in."),
    "known": ("Known now, not known before", "Nothing was published on them; now there is."),
    "new": ("Published only now", "No notebook published them before."),
}


class Model(BaseModel):
    """A part of the report."""

    model_config = ConfigDict(frozen=True)


class Named(Model):
    """A snapshot by name: what the person called it, and what it is, in words."""

    label: str
    about: str


class NumberChange(Model):
    """A published number that differs. before, after: as printed, ``None`` where it is not published.

    change: symmetric relative change 2(b − a) / (|a| + |b|), between −2 and 2; ``None`` for words and for what was or is
    unknown. rows: the observations it rests on that were added, removed or revised. chapters: whose prose cites it.
    """

    name: str
    about: str
    unit: str
    before: str | None
    after: str | None
    change: float | None
    cause: KindOfCause
    rows: list[str]
    chapters: list[str]


class VerdictChange(Model):
    """A claim whose verdict differs; ``None`` where the claim has none. values: (name, before, after)."""

    claim: str
    text: str
    before: str | None
    after: str | None
    reason: str
    rule: str
    values: list[tuple[str, str | None, str | None]]

    @property
    def flipped(self) -> bool:
        """Whether it had a verdict and has another."""
        return self.before is not None and self.after is not None


class Drawing(Model):
    """A figure of one snapshot. wide, narrow: its files, below the folder of the page that shows the comparison."""

    title: str
    alt: str
    wide: str
    narrow: str


class FigureChange(Model):
    """A published figure whose drawing differs; ``None`` where it is not published."""

    name: str
    before: Drawing | None
    after: Drawing | None

    @property
    def title(self) -> str:
        """Its title now, or the last one it had."""
        shown = self.after or self.before
        return shown.title if shown else ""


class WordDoubt(Model):
    """Typed words that were read for other figures than those of now, as ``livingbook.words`` finds them.

    kind: "sentence", or "title", "description", "reason" and so on ``of`` something published. causes: what has changed, in words.
    certain: whether they surely do not hold. rows: the observations because of which.
    """

    chapter: str
    kind: str
    of: str
    text: str
    causes: list[str]
    certain: bool
    rows: list[str]


class Report(Model):
    """Everything that differs between two snapshots; lists are in the order in which a reader should see them."""

    before: Named
    after: Named
    notes: list[str]
    compared: dict[str, int]  # how many verdicts, numbers and figures there are to differ
    verdicts: list[VerdictChange]
    numbers: list[NumberChange]
    rows: list[RowChange]
    figures: list[FigureChange]
    sentences: list[Sentence]
    words: list[WordDoubt] = []

    @computed_field  # type: ignore[prop-decorator]  # which pydantic's documentation asks for
    @property
    def outcome(self) -> Literal["same", "changed", "flipped"]:
        """Whether anything differs, and whether a verdict does."""
        if any(each.flipped for each in self.verdicts):
            return "flipped"
        return "changed" if self.verdicts or self.numbers or self.rows or self.figures or self.sentences else "same"

    @property
    def exit_code(self) -> int:
        """For a script: 0 if nothing differs, 3 if something does, 4 if a verdict flipped, 5 if words are to be read again."""
        return DOUBTFUL if self.words else {"same": SAME, "changed": CHANGED, "flipped": FLIPPED}[self.outcome]

    def of_cause(self) -> dict[str, list[NumberChange]]:
        """Cause → the numbers it moved, causes and numbers in order; causes that moved none are left out."""
        found = {cause: [each for each in self.numbers if each.cause == cause] for cause in CAUSES}
        return {cause: numbers for cause, numbers in found.items() if numbers}

    def rows_of(self, change: str) -> list[RowChange]:
        """The rows that were "added", "removed" or "revised"."""
        return [each for each in self.rows if each.change == change]


def word(verdict: str | None) -> str:
    """A verdict as it is printed."""
    return VERDICTS[verdict].word if verdict in VERDICTS else verdict or "none"


def signed_percent(number: NumberChange) -> str:
    """The symmetric change as it is printed: "+69%"; nothing where there is none."""
    return "" if number.change is None else f"{number.change:+.0%}".replace("-", "−")
