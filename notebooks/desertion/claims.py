"""The article's claims, and what decides each: a rule on published values, or a reading that says why none can."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from . import text
from .bounds import Bounds
from .data import Evidence, EvidenceError
from .results import number_or_none, published
from .verdicts import Rule, Verdict

READING = "By reading: no figure decides it."


class Claims:
    """Collects one decision for each row of ``claims.csv``; ``results`` is the folder of published results."""

    def __init__(self, evidence: Evidence, results: str) -> None:
        self.evidence, self.results = evidence, results
        self.rows = evidence.select("claims").set_index("claim")
        self.decided: dict[str, dict[str, Any]] = {}
        self.own: dict[str, tuple[Bounds, dict[str, Any]]] = {}

    def offer(self, name: str, bounds: Bounds, unit: str, about: str) -> Bounds:
        """A value computed beside the claims, which ``decide`` then knows as ``claims.<name>``; returns it for publishing."""
        entry = {"value": number_or_none(bounds.value), "low": number_or_none(bounds.low), "high": number_or_none(bounds.high),
                 "unit": unit, "text": text.of_bounds(bounds, unit, 1), "about": about}
        self.own[f"claims.{name}"] = bounds, entry
        return bounds

    def value(self, name: str) -> tuple[Bounds, dict[str, Any]]:
        """Bounds and published entry of a value named ``notebook.result``. Raises ``EvidenceError`` if there is none."""
        if name in self.own:
            return self.own[name]
        notebook, key = name.split(".")
        found = published(self.results, notebook, self.evidence)
        entry = found[key], found.entries[key]
        return entry[0], {field: entry[1][field] for field in ("value", "low", "high", "unit", "text", "about")}

    def decide(self, claim: str, rule: Rule | Callable[..., Verdict], *values: str, reason: str,
               chapter: str | None = None) -> str:
        """Decides a claim by a rule on published values, named ``notebook.result``; returns the verdict.

        chapter: the chapter that shows it; without one, the notebook of the first value. Raises ``EvidenceError`` for an
        unknown claim or value.
        """
        found = {name: self.value(name) for name in values}
        entries = {name: entry for name, (_, entry) in found.items()}
        verdict = rule(*(bounds for bounds, _ in found.values()))
        return self._keep(claim, verdict, True, reason, entries, chapter or values[0].split(".")[0])

    def read(self, claim: str, verdict: str, reason: str = "", chapter: str | None = None) -> str:
        """Gives a verdict that no computed value decides; without a reason, the note of ``claims.csv`` is the reason."""
        return self._keep(claim, Verdict(verdict, READING), False, reason or self._row(claim)["note"], {}, chapter)

    def read_not_checkable(self) -> list[str]:
        """Closes every claim that ``claims.csv`` marks as not checkable, with its note; returns their keys."""
        keys = [key for key in self.rows.index if self.rows.loc[key, "check"] == "not_checkable"
                and key not in self.decided]
        for key in keys:
            self.read(key, "not_checkable")
        return keys

    def expected(self, claim: str) -> float:
        """The figure that the claim states."""
        return float(self._row(claim)["expected"])

    def open(self) -> list[str]:
        """Claims not decided yet."""
        return [key for key in self.rows.index if key not in self.decided]

    def cards(self) -> Iterable[dict[str, Any]]:
        """One card a claim, in the order of the table."""
        return [self.decided[key] for key in self.rows.index if key in self.decided]

    def _row(self, claim: str) -> Any:
        if claim not in self.rows.index:
            raise EvidenceError(f"no claim {claim!r} in claims.csv")
        return self.rows.loc[claim]

    def _keep(self, claim: str, verdict: Verdict, computed: bool, reason: str, values: dict[str, Any],
              chapter: str | None) -> str:
        row = self._row(claim)
        self.decided[claim] = {
            "claim": claim, "section": row["section"], "text": row["claim_text"], "speaker": row["speaker"],
            "check": row["check"], "verdict": verdict.verdict, "computed": computed, "rule": verdict.rule,
            "reason": reason, "values": values, "chapter": chapter,
            "sources": [key for key in row["sources"].split(";") if key]}
        return verdict.verdict
