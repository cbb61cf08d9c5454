"""Verdicts on claims: the words, what each means, and the rules by which a computed value decides."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from livingbook.values import wording
from livingbook.values.bounds import Bounds


@dataclass(frozen=True)
class Word:
    """A verdict as it is printed: its word, its icon, and its definition."""

    word: str
    icon: str
    definition: str


VERDICTS = {
    "supported": Word("supported", "✓", "Published evidence that does not come from the speaker agrees with the claim."),
    "holds_arithmetically": Word(
        "holds arithmetically",
        "=",
        "The figure follows from the figures quoted with it. Whether "
        "those are right, and what follows from them, is another question.",
    ),
    "plausible": Word("plausible", "≈", "Inside what the evidence allows, which also allows that it is wrong."),
    "imprecise": Word("imprecise", "~", "Right in direction or order of size; wrong, or silent, on a detail that matters."),
    "unsupported": Word("unsupported", "?", "No published evidence for it was found; none that excludes it either."),
    "contradicted": Word("contradicted", "✗", "Published evidence excludes it."),
    "outdated": Word("outdated", "↺", "Right when it was published; what has happened or become known since changes it."),
    "not_checkable": Word("not checkable", "–", "Nothing that could be published in figures would decide it."),
}


@dataclass(frozen=True)
class Verdict:
    """The outcome for one claim: a key of ``VERDICTS`` (else ``ValueError``), and the rule that gave it, in words."""

    verdict: str
    rule: str

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise ValueError(f"no such verdict: {self.verdict}; they are {', '.join(VERDICTS)}")


HELD = ("supported", "holds_arithmetically", "plausible")
FALLEN = ("unsupported", "contradicted")


def since(then: Verdict, now: Verdict) -> Verdict:
    """The verdict on a claim by what is public now, given the one by what was public when it was made.

    Outdated where the claim held then and has fallen since; whoever made it could not know.
    """
    if then.verdict not in HELD or now.verdict not in FALLEN:
        return now
    was, found = VERDICTS[then.verdict].word, VERDICTS[now.verdict].word
    return Verdict("outdated", f"{now.rule} That gives “{found}”; by what was public when it was said, it gave “{was}”.")


Rule = Callable[..., Verdict]  # from the bounds of published values


def agrees(claimed: Bounds) -> Rule:
    """The claim and the evidence are about one figure: supported if the evidence lies inside the claim, contradicted if apart.

    Plausible where they can be the same, but the evidence allows other figures too: "at least 26,000" does not support a
    claim of more than 26 million. Unsupported where nothing is published.
    """
    words = (
        "Supported if the published figure lies within the claimed one, plausible if they can be the same, contradicted if "
        "they cannot."
    )

    def rule(evidence: Bounds) -> Verdict:
        if evidence.is_unknown:
            return Verdict("unsupported", words)
        if evidence.high < claimed.low or claimed.high < evidence.low:
            return Verdict("contradicted", words)
        return Verdict("supported" if claimed.low <= evidence.low and evidence.high <= claimed.high else "plausible", words)

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


def follows(claimed: Bounds) -> Rule:
    """The claim is arithmetic on quoted figures: holds if their result meets the claim's bounds.

    A result without an upper bound is taken at face value, because every larger claim would lie within it.
    """
    words = "Holds arithmetically if the quoted figures give the claimed one within its rounding, else contradicted."

    def rule(evidence: Bounds) -> Verdict:
        if evidence.is_unknown:
            return Verdict("unsupported", words)
        result = evidence.at_face_value() if evidence.high == math.inf else evidence
        meets = result.low <= claimed.high and claimed.low <= result.high
        return Verdict("holds_arithmetically" if meets else "contradicted", words)

    return rule


def replacing(rule: Rule, because: str, **instead: str) -> Rule:
    """The same rule where the evidence is too weak for some of its verdicts: ``supported="plausible"`` gives the one for the other.

    because: why, as the end of a sentence for readers.
    """
    told = "; ".join(f"“{VERDICTS[new].word}” instead of “{VERDICTS[old].word}”" for old, new in instead.items())

    def weaker(*evidence: Bounds) -> Verdict:
        found = rule(*evidence)
        return Verdict(instead.get(found.verdict, found.verdict), f"{found.rule} Here {told}, because {because}.")

    return weaker


def attested() -> Rule:
    """A claim without a figure, from the number of outlets that report it: none, one, or several."""
    words = "Supported if two outlets or more report it, plausible if one does, unsupported if none was found."

    def rule(outlets: Bounds) -> Verdict:
        return Verdict("supported" if outlets.low >= 2 else "plausible" if outlets.low >= 1 else "unsupported", words)

    return rule


def same_day(slack: float = 2) -> Rule:
    """A date, from the days between the claimed and the published one."""
    words = (
        f"Supported if the published date is the claimed one, imprecise if at most {wording.plain(slack)} days off, "
        "else contradicted."
    )

    def rule(days_off: Bounds) -> Verdict:
        if days_off.is_unknown:
            return Verdict("unsupported", words)
        return Verdict("supported" if days_off.high < 1 else "imprecise" if days_off.high <= slack else "contradicted", words)

    return rule
