"""What a person at a notebook sees of the evidence: an overview of the tables, and the values that a selection can ask for."""

from __future__ import annotations

import re
from collections.abc import Collection
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from livingbook.values import wording

if TYPE_CHECKING:
    from IPython.core.completer import CompletionContext, SimpleMatcherResult

    from livingbook.evidence.reading import Evidence

SHOWN = {"measure": "measures", "population": "populations", "category": "", "origin": "origins"}  # field → table with its labels
COMPLETED = (*SHOWN, "source", "status", "id")
# A call of a method, unfinished: the variable, what stands between the brackets, and the field whose value is being typed.
CALL = re.compile(r"(\w+)\.(?:observations|one|latest|select)\(((?:[^()]|\([^()]*\))*)$")
TYPED = re.compile(r"""(\w+)\s*=\s*(?:[\[({]\s*(?:(?:"[^"]*"|'[^']*')\s*,\s*)*)?["']([^"']*)$""")
GIVEN = re.compile(r"""(\w+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


def overview(evidence: Evidence) -> str:
    """HTML: what the observations hold, as of the date of the evidence, field by field, with how many rows have each value."""
    rows = evidence.select("observations")
    read_from = f"from {escape(str(evidence.folder))}, as of {escape(evidence.as_of)}"
    head = f"<p><b>{wording.number(len(rows))} observations</b> in use, {read_from}.</p>"
    return head + "".join(_listing(field, rows[field], _labels(evidence, table)) for field, table in SHOWN.items())


def _labels(evidence: Evidence, table: str) -> dict[str, str]:
    return evidence.labels(table) if table else {}


def _listing(field: str, column: pd.Series, labels: dict[str, str]) -> str:
    """A fold-out with the values of a field; those that no row in use has are listed with a nought."""
    counts = column.value_counts()
    found = pd.DataFrame({field: sorted({*counts.index, *labels})})
    found["rows"] = [int(counts.get(value, 0)) for value in found[field]]
    if labels:
        found["label"] = [labels.get(value, "") for value in found[field]]
    summary = f"<summary>{field}: {wording.number(len(found))} values</summary>"
    return f"<details>{summary}{found.to_html(index=False, border=0, max_rows=None)}</details>"


def values(rows: pd.DataFrame, field: str, given: dict[str, str]) -> list[str]:
    """The values of a field in those observations in which the other fields have the given values; in alphabetical order."""
    for name, value in given.items():
        if name in rows and name != field:
            rows = rows[rows[name] == value]
    return sorted(set(rows[field]) - {""}) if field in rows else []


def asked(text: str, variables: Collection[str]) -> tuple[str, str, str, dict[str, str]] | None:
    """What the end of a code asks for: variable, field, the beginning of its value, and the other fields of the call.

    ``None`` where it is no value of a field of a selection.
    """
    call = CALL.search(text)
    if not call or call[1] not in variables:
        return None
    typed = TYPED.search(call[2])
    if not typed or typed[1] not in COMPLETED:
        return None
    given = {found[1]: found[2] or found[3] or "" for found in GIVEN.finditer(call[2][: typed.start()])}
    return call[1], typed[1], typed[2], given


def complete_names(shell: Any) -> None:
    """Makes Tab complete values in an IPython shell, as in ``evidence.observations(measure="``. shell: ``None`` for none."""
    if shell is None:
        return
    from IPython.core.completer import SimpleCompletion, context_matcher

    @context_matcher(identifier="livingbook")
    def matcher(context: CompletionContext) -> SimpleMatcherResult:
        from livingbook.evidence.reading import STATUSES, Evidence

        lines = context.full_text.split("\n")[: context.cursor_line]
        before = "\n".join([*lines, context.text_until_cursor])
        there = asked(before, [name for name, value in shell.user_ns.items() if isinstance(value, Evidence)])
        if there is None:
            return {"completions": []}
        variable, field, begun, given = there
        rows = shell.user_ns[variable].select("observations", status=STATUSES)
        found = [each for each in values(rows, field, given) if each.startswith(begun)]
        return {
            "completions": [SimpleCompletion(text=each, type=field) for each in found],
            "matched_fragment": begun,
            "suppress": True,  # names of files are of no use here
        }

    registered = shell.Completer.custom_matchers
    registered[:] = [*(each for each in registered if getattr(each, "matcher_identifier", "") != "livingbook"), matcher]
