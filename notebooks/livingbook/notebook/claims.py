"""The article's claims and the verdicts on them: by a rule on published numbers, or by reading, with a reason."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from livingbook.evidence.reading import Evidence
from livingbook.evidence.tables import EvidenceError
from livingbook.notebook.results import published
from livingbook.notebook.verdicts import VERDICTS, Rule, Verdict, since
from livingbook.values import wording
from livingbook.values.bounds import Bounds
from livingbook.values.days import is_day
from livingbook.values.published import PublishedNumber
from livingbook.values.qualifiers import from_published

READING = "No figure decides it."
NO_REASON = "No reason has been written for this verdict yet."
QUALIFIERS = ("exact", "about", "at_least", "at_most")  # that a claim can have, as it states one figure and no range


class Claims:
    """Collects a verdict for each row of ``claims.csv``.

    results: the folder with the results of other notebooks. own: numbers that this notebook has published itself
    (``Publisher.numbers``), which are not in that folder yet. then: the numbers as they were when the claims were made, by
    ``notebook.result``; one that is left out has not changed. decided: claim → its card, see ``cards``.
    """

    def __init__(
        self,
        evidence: Evidence,
        results: str,
        own: Mapping[str, PublishedNumber] | None = None,
        then: Mapping[str, PublishedNumber] | None = None,
    ) -> None:
        self.evidence, self.results, self.own = evidence, results, {} if own is None else own
        self.then = {} if then is None else then
        self.rows = evidence.select("claims").set_index("claim")
        self.decided: dict[str, dict[str, Any]] = {}

    def value(self, name: str) -> PublishedNumber:
        """The published value named ``notebook.result``. Raises ``EvidenceError`` if there is none."""
        if name in self.own:
            return self.own[name]
        notebook, key = name.split(".")
        return published(self.results, notebook, self.evidence).number(key)

    def decide(
        self, claim: str, rule: Rule | Callable[..., Verdict], *values: str, reason: Mapping[str, str], chapter: str | None = None
    ) -> str:
        """Decides a claim by a rule on published values, named ``notebook.result``; returns the verdict.

        rule: gets the bounds of the values, in their order. Where it gave a claim right by the values of then and gives it wrong
        by those of now, the verdict is "outdated". reason: shown to readers beside the verdict, one for each verdict that the rule
        can be expected to give: no reason stands beside a verdict that it was not written for. chapter: the chapter to which the
        card links; by default that of the first value's notebook. Raises ``EvidenceError`` for an unknown claim or value, and for
        a reason for no verdict.
        """
        if strange := [each for each in reason if each not in VERDICTS]:
            raise EvidenceError(f"{claim}: a reason for {', '.join(strange)}, which is no verdict; they are {', '.join(VERDICTS)}")
        found = {name: self.value(name) for name in values}
        before = {name: self.then.get(name, value) for name, value in found.items()}
        verdict = since(*(rule(*(value.bounds for value in each.values())) for each in (before, found)))
        cards = {name: value.card for name, value in found.items()}
        given = reason.get(verdict.verdict) or (_moved(before, found) if verdict.verdict == "outdated" else NO_REASON)
        return self._keep(claim, verdict, True, given, cards, chapter or values[0].split(".")[0])

    def read(self, claim: str, verdict: str, reason: str = "", chapter: str | None = None) -> str:
        """Sets a verdict without a rule; returns it. Without ``reason``, the note in ``claims.csv`` is the reason."""
        return self._keep(claim, Verdict(verdict, READING), False, reason or self._row(claim)["note"], {}, chapter)

    def read_not_checkable(self) -> list[str]:
        """Sets the verdict of all claims that ``claims.csv`` marks as not checkable, with their notes; returns their keys."""
        keys = [key for key in self.rows.index if self.rows.loc[key, "check"] == "not_checkable" and key not in self.decided]
        for key in keys:
            self.read(key, "not_checkable")
        return keys

    def expected(self, claim: str) -> Bounds:
        """The bounds of the figure that the claim states: "over 26,000" is [26,000, ∞).

        The high end of a share is at most 1. Raises ``EvidenceError`` that names file, row and field for a claim without one.
        """
        figure, qualifier = self._cell(claim, "expected"), self._cell(claim, "expected_qualifier")
        if not _is_number(figure):
            raise self._wrong(claim, "expected", "must be a number: a rule holds it against published figures")
        if qualifier not in QUALIFIERS:
            raise self._wrong(claim, "expected_qualifier", f"must be one of: {', '.join(QUALIFIERS)}")
        bounds = from_published(qualifier, figure)
        if self._cell(claim, "kind") != "share":
            return bounds
        if not 0 <= float(figure) <= 1:
            raise self._wrong(claim, "expected", "must lie between 0 and 1: the claim is of a share")
        return bounds.clip(high=1.0)

    def expected_day(self, claim: str) -> date:
        """The day that the claim states. Raises ``EvidenceError``, which names file, row and field, where there is none."""
        day = self._cell(claim, "expected")
        if not is_day(day):
            raise self._wrong(claim, "expected", "must be a day of the calendar, written YYYY-MM-DD: a rule counts from it")
        return date.fromisoformat(day)

    def open(self) -> list[str]:
        """Keys of the claims without a verdict, in the order of the table."""
        return [key for key in self.rows.index if key not in self.decided]

    def cards(self) -> list[dict[str, Any]]:
        """What is published of each claim with a verdict, in the order of the table."""
        return [self.decided[key] for key in self.rows.index if key in self.decided]

    def _row(self, claim: str) -> Any:
        if claim not in self.rows.index:
            raise EvidenceError(f"no claim {claim!r} in claims.csv")
        return self.rows.loc[claim]

    def _cell(self, claim: str, field: str) -> str:
        row = self._row(claim)
        if field not in row:
            raise EvidenceError(f"claims.csv, {field}: the column is missing")
        return row[field]

    def _wrong(self, claim: str, field: str, reason: str) -> EvidenceError:
        number = self.rows.index.get_loc(claim) + 2  # as a spreadsheet counts: the header is row 1
        cell = self._cell(claim, field)
        return EvidenceError(f"claims.csv, row {number} ({claim}), {field}: {f'{cell!r}' if cell else '(empty)'} — {reason}")

    def _keep(self, claim: str, verdict: Verdict, computed: bool, reason: str, values: dict[str, Any], chapter: str | None) -> str:
        row = self._row(claim)
        self.decided[claim] = {
            "claim": claim,
            "section": row["section"],
            "text": row["claim_text"],
            "quotation": row.get("quotation", ""),
            "speaker": row["speaker"],
            "check": row["check"],
            "verdict": verdict.verdict,
            "computed": computed,
            "rule": verdict.rule,
            "reason": reason,
            "values": values,
            "chapter": chapter,
            "sources": [key for key in row["sources"].split(";") if key],
        }
        return verdict.verdict


def _moved(before: Mapping[str, PublishedNumber], now: Mapping[str, PublishedNumber]) -> str:
    """What has changed among some numbers, for a claim that held by those of before."""
    pairs = [(was, now[name]) for name, was in before.items() if was.text != now[name].text]
    told = [f"{found.about.rstrip('.')}: {was.text} then, {found.text} now" for was, found in pairs]
    return f"It held when it was said. {wording.listing(told)}." if told else NO_REASON


def _is_number(cell: str) -> bool:
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False
