"""Verdicts on claims: the words, what each means, and the rules by which a computed value decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .bounds import Bounds


@dataclass(frozen=True)
class Word:
    """A verdict's name in print, its icon, and its definition."""

    word: str
    icon: str
    definition: str


VERDICTS = {
    "supported": Word("supported", "✓", "Published evidence that does not come from the speaker agrees with the claim."),
    "holds_arithmetically": Word("holds arithmetically", "=", "The figure follows from the figures quoted with it. Whether "
                                 "those are right, and what follows from them, is another question."),
    "plausible": Word("plausible", "≈", "Inside what the evidence allows, which also allows that it is wrong."),
    "imprecise": Word("imprecise", "~", "Right in direction or order of size; wrong, or silent, on a detail that matters."),
    "unsupported": Word("unsupported", "?", "No published evidence for it was found; none that excludes it either."),
    "contradicted": Word("contradicted", "✗", "Published evidence excludes it."),
    "outdated": Word("outdated", "↺", "Right when it was published; what has happened or become known since changes it."),
    "not_checkable": Word("not checkable", "–", "Nothing that could be published in figures would decide it."),
}


@dataclass(frozen=True)
class Verdict:
    """The outcome for one claim: a word of ``VERDICTS``, and the rule that gave it, in words."""

    verdict: str
    rule: str

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise ValueError(f"no such verdict: {self.verdict}; they are {', '.join(VERDICTS)}")


Rule = Callable[..., Verdict]


def agrees(claimed: Bounds) -> Rule:
    """The claim and the evidence are about one figure: supported if they can be the same, contradicted if apart.

    Plausible where they overlap without one containing the other; unsupported where nothing is published.
    """
    words = "Supported if the claimed and the published figure can be the same, contradicted if they cannot."

    def rule(evidence: Bounds) -> Verdict:
        if evidence.is_unknown:
            return Verdict("unsupported", words)
        if evidence.high < claimed.low or claimed.high < evidence.low:
            return Verdict("contradicted", words)
        return Verdict("supported" if _nested(evidence, claimed) else "plausible", words)
    return rule


def exceeds(limit: float) -> Rule:
    """The claim is "above a limit": supported if the evidence lies above it throughout, contradicted if below."""
    words = "Supported if the evidence lies above the limit throughout, contradicted if below, plausible if across."

    def rule(evidence: Bounds) -> Verdict:
        if evidence.is_unknown:
            return Verdict("unsupported", words)
        if evidence.low >= limit:
            return Verdict("supported", words)
        return Verdict("contradicted" if evidence.high < limit else "plausible", words)
    return rule


def below(limit: float) -> Rule:
    """The claim is "not above a limit": the mirror image of ``exceeds``."""
    words = "Supported if the evidence lies below the limit throughout, contradicted if above, plausible if across."

    def rule(evidence: Bounds) -> Verdict:
        if evidence.is_unknown:
            return Verdict("unsupported", words)
        if evidence.high <= limit:
            return Verdict("supported", words)
        return Verdict("contradicted" if evidence.low > limit else "plausible", words)
    return rule


def follows(claimed: Bounds) -> Rule:
    """The claim is arithmetic on quoted figures: holds if their result meets the claim's bounds."""
    words = "Holds arithmetically if the quoted figures give the claimed one within its rounding, else contradicted."

    def rule(evidence: Bounds) -> Verdict:
        if evidence.is_unknown:
            return Verdict("unsupported", words)
        meets = evidence.low <= claimed.high and claimed.low <= evidence.high
        return Verdict("holds_arithmetically" if meets else "contradicted", words)
    return rule


def _nested(one: Bounds, other: Bounds) -> bool:
    return (one.low <= other.low and other.high <= one.high) or (other.low <= one.low and one.high <= other.high)
