"""The report on what has changed, as plain text in the terminal. Text from data is made printable."""

from __future__ import annotations

from itertools import groupby

from livingbook.changes.report import CAUSES, NumberChange, Report, signed_percent, word
from livingbook.changes.row_changes import in_terminal
from livingbook.system.errors import printable
from livingbook.values.published import WORDS
from livingbook.values.wording import SHARE

SHOWN = 10  # of each kind, in the terminal


def summary(report: Report, shown: int = SHOWN) -> str:
    """The report as plain text: verdicts first, the ``shown`` largest of each kind. Text from data is made printable."""
    lines = [f"From {report.before.label} ({report.before.about}) to {report.after.label} ({report.after.about})"]
    lines += [f"  {note}" for note in report.notes]
    lines += _word_lines(report)
    if report.outcome == "same":
        return "\n".join([*lines, "", "Nothing has changed."])
    return "\n".join(
        [
            *lines,
            *_verdict_lines(report),
            *_number_lines(report, shown),
            *_row_lines(report, shown),
            *_figure_lines(report, shown),
            *_sentence_lines(report),
        ]
    )


def _word_lines(report: Report) -> list[str]:
    if not report.words:
        return []
    lines = ["", f"Words: {len(report.words)} were written for other figures; `make read` lists them with all causes"]
    for each in report.words:
        lines += [
            f"  {'✗' if each.certain else '?'} {each.chapter}: {printable(each.text, 160)}",
            f"      {printable(each.causes[0], 200)}",
        ]
    return lines


def _verdict_lines(report: Report) -> list[str]:
    if not report.compared["verdicts"]:
        return []
    head = f"Verdicts: {len(report.verdicts)} of {report.compared['verdicts']} moved"
    lines = []
    for each in report.verdicts:
        lines += [f"  {each.claim}: {word(each.before)} → {word(each.after)}   {printable(each.text)}"]
        lines += [f"      {name}: {printable(old or '(none)')} → {printable(new or '(none)')}" for name, old, new in each.values]
    return ["", head, *lines]


def _number_lines(report: Report, shown: int) -> list[str]:
    if not report.compared["numbers"]:
        return []
    moved = f"{len(report.numbers):,} of {report.compared['numbers']:,} moved"
    lines = ["", f"Numbers: {moved} (in brackets the difference over the mean of the two sizes)"]
    for cause, numbers in report.of_cause().items():
        lines += [f"  {CAUSES[cause][0]}: {len(numbers):,}"]
        lines += [f"    {each.name:34} {_arrow(each)}" for each in numbers[:shown]]
        lines += _more(len(numbers) - shown, 4)
    return lines


def _arrow(number: NumberChange) -> str:
    unit = "" if number.unit in (SHARE, WORDS) else f" {number.unit}"
    change = signed_percent(number)
    return printable(f"{number.before or '(none)'} → {number.after or '(none)'}{unit}", 200) + (f" ({change})" if change else "")


def _row_lines(report: Report, shown: int) -> list[str]:
    counts = [f"{len(report.rows_of(change)):,} {change}" for change in ("added", "removed", "revised")]
    lines = ["", f"Rows: {', '.join(counts)}"]
    for change in ("removed", "revised", "added"):
        rows = report.rows_of(change)
        lines += [line for each in rows[:shown] for line in in_terminal(each, whole=False)]
        lines += _more(len(rows) - shown, 2, change)
    return lines


def _figure_lines(report: Report, shown: int) -> list[str]:
    if not report.compared["figures"]:
        return []
    lines = [f"  {each.name}: {printable(each.title)}" for each in report.figures[:shown]]
    head = f"Figures: {len(report.figures)} of {report.compared['figures']} differ"
    return ["", head, *lines, *_more(len(report.figures) - shown, 2)]


def _sentence_lines(report: Report) -> list[str]:
    if not report.sentences:
        return []
    chapters = [(name, list(found)) for name, found in groupby(report.sentences, key=lambda each: each.chapter)]
    lines = [f"  book/{name}.md: {len(found)}, such as “{printable(str(found[0]), 160)}”" for name, found in chapters]
    return ["", f"Sentences whose numbers moved: {len(report.sentences)} in {len(chapters)} chapters", *lines]


def _more(left: int, indent: int, what: str = "") -> list[str]:
    return [f"{' ' * indent}… and {left:,} more{f' {what}' if what else ''}"] if left > 0 else []
