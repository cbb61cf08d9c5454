"""Verdicts on claims: the words, what each means, and the rules by which a computed value decides."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from livingbook.values import wording
from livingbook.values.bounds import Bounds


@dataclass(frozen=True)
class Word:
    """A verdict's name in print, its icon, and its definition."""

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
    """The outcome for one claim: a word of ``VERDICTS``, and the rule that gave it, in words."""

    verdict: str
    rule: str

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise ValueError(f"no such verdict: {self.verdict}; they are {', '.join(VERDICTS)}")


Rule = Callable[..., Verdict]


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
    """The claim is arithmetic on quoted figures: holds if their result meets the claim's bounds.

    A floor is taken as it is printed, as whoever works it out does: any larger claim would meet it.
    """
    words = "Holds arithmetically if the quoted figures give the claimed one within its rounding, else contradicted."

    def rule(evidence: Bounds) -> Verdict:
        if evidence.is_unknown:
            return Verdict("unsupported", words)
        result = evidence.at_face_value() if evidence.high == math.inf else evidence
        meets = result.low <= claimed.high and claimed.low <= result.high
        return Verdict("holds_arithmetically" if meets else "contradicted", words)

    return rule


def doubled_to(claimed: Bounds) -> Rule:
    """ "It doubled, to so much", from (what it is over what it was, what it is)."""
    words = (
        "Supported if it doubled and is now the claimed figure, imprecise if only one of the two can hold, contradicted if "
        "neither can."
    )

    def rule(ratio: Bounds, now: Bounds) -> Verdict:
        if ratio.is_unknown or now.is_unknown:
            return Verdict("unsupported", words)
        holds = [2 in ratio, now.low <= claimed.high and claimed.low <= now.high]
        return Verdict("supported" if all(holds) else "imprecise" if any(holds) else "contradicted", words)

    return rule


def reached_elsewhere(limit: float) -> Rule:
    """A floor that other origins reach too, which may all descend from one leak: plausible at best."""
    words = (
        "Plausible if a total of another origin reaches it, unsupported if none does; not supported while the totals may "
        "descend from one leak."
    )

    def rule(*evidence: Bounds) -> Verdict:
        reached = any(bounds.best is not None and bounds.best >= limit for bounds in evidence)
        return Verdict("plausible" if reached else "unsupported", words)

    return rule


def at_best_plausible(rule: Rule, because: str) -> Rule:
    """A rule whose evidence is too weak to support anything: what it would call supported is plausible."""

    def weaker(*evidence: Bounds) -> Verdict:
        found = rule(*evidence)
        words = f"{found.rule} At best plausible here: {because}."
        return Verdict("plausible" if found.verdict == "supported" else found.verdict, words)

    return weaker


def still_rising(margin: float) -> Rule:
    """Growth "as the war goes on", from (growth of earlier years, last pace over the one before it)."""
    words = (
        f"Supported if the last pace exceeds the one before by more than {wording.percent(margin)}, imprecise if it does not but "
        "earlier years grew, contradicted if neither grew."
    )

    def rule(earlier: Bounds, latest: Bounds) -> Verdict:
        if earlier.is_unknown or latest.is_unknown:
            return Verdict("unsupported", words)
        if latest.low > 1 + margin:
            return Verdict("supported", words)
        return Verdict("imprecise" if earlier.low > 1 else "contradicted", words)

    return rule


def many_but_few_of_all(many: float) -> Rule:
    """ "Many of them": from (a count, its share of all). Imprecise where the count is large and the share a minority."""
    words = (
        f"Supported if the count reaches {wording.number(many)} and is more than half of all, imprecise if it reaches that and "
        "is less, contradicted if it does not reach it."
    )

    def rule(count: Bounds, share: Bounds) -> Verdict:
        if count.is_unknown:
            return Verdict("unsupported", words)
        if count.high < many:
            return Verdict("contradicted", words)
        return Verdict("imprecise" if share.high < 0.5 else "supported", words)

    return rule


def small_beside_all_not_beside_growth(small: float, large: float) -> Rule:
    """ "Not many", from (rate per 1,000 of the force a month, share of the force's net growth)."""
    words = (
        f"Imprecise if it is below {wording.plain(small)} per 1,000 of the force a month but above {wording.percent(large)} of "
        "what the force grows by; supported if small beside both, contradicted if large beside both."
    )

    def rule(rate: Bounds, of_growth: Bounds) -> Verdict:
        if rate.is_unknown or of_growth.is_unknown:
            return Verdict("unsupported", words)
        few, much = rate.low < small, of_growth.low > large
        return Verdict("imprecise" if few and much else "supported" if few else "contradicted", words)

    return rule


def first_without_second() -> Rule:
    """A claim of two parts, from evidence on each: imprecise where only the first is evidenced."""
    words = "Supported if both parts are evidenced, imprecise if only the first is, unsupported if neither."

    def rule(first: Bounds, second: Bounds) -> Verdict:
        if first.is_unknown:
            return Verdict("unsupported", words)
        return Verdict("imprecise" if second.is_unknown else "supported", words)

    return rule


def attested() -> Rule:
    """A claim without a figure, from the number of outlets that report it: none, one, or several."""
    words = "Supported if two outlets or more report it, plausible if one does, unsupported if none was found."

    def rule(outlets: Bounds) -> Verdict:
        return Verdict("supported" if outlets.low >= 2 else "plausible" if outlets.low >= 1 else "unsupported", words)

    return rule


def tied_to_or_of(most: float) -> Rule:
    """ "It is a body's own", from (outlets that tie it to the body, share of its figures that the body itself produced)."""
    words = (
        f"Supported if outlets tie it to that body and at least {wording.percent(most)} of its figures are the body's own, "
        "imprecise if they tie it but fewer are, unsupported if none ties it."
    )

    def rule(outlets: Bounds, own: Bounds) -> Verdict:
        if outlets.low < 1:
            return Verdict("unsupported", words)
        if own.is_unknown:
            return Verdict("plausible", f"{words} Plausible where no figure is published.")
        return Verdict("supported" if own.low >= most else "imprecise", words)

    return rule


def told_and_confirmed() -> Rule:
    """Something told of oneself, from (outlets that report it, pages of the body that would know)."""
    words = (
        "Supported if a page of the body that would know confirms what an outlet reports, plausible if only outlets report "
        "it, in part or whole, unsupported if none does."
    )

    def rule(outlets: Bounds, confirming: Bounds) -> Verdict:
        if outlets.low < 1:
            return Verdict("unsupported", words)
        return Verdict("supported" if confirming.low >= 1 else "plausible", words)

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
