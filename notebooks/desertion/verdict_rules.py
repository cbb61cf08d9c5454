"""Rules for verdicts that only the claims of this article need; general ones are in ``livingbook.notebook.verdicts``.

Each function returns a rule: a function from bounds of published numbers to a ``Verdict``.
"""

from __future__ import annotations

from livingbook.notebook.verdicts import Rule, Verdict
from livingbook.values import wording
from livingbook.values.bounds import Bounds


def doubled_to(claimed: Bounds) -> Rule:
    """For a claim that something doubled, to ``claimed``. The rule takes (present over former number, present number)."""
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
    """For a claim of at least ``limit``. The rule takes totals of other origins, which may all come from one leak."""
    words = (
        "Plausible if a total of another origin reaches it, unsupported if none does; not supported while the totals may "
        "descend from one leak."
    )

    def rule(*evidence: Bounds) -> Verdict:
        reached = any(bounds.best is not None and bounds.best >= limit for bounds in evidence)
        return Verdict("plausible" if reached else "unsupported", words)

    return rule


def declared_and_reached_elsewhere(limit: float) -> Rule:
    """For a claim that somebody declared at least ``limit``. The rule takes (what is declared, totals of other origins).

    What is declared is read as exact: "at least 46,500" declares no 49,000.
    """
    elsewhere = reached_elsewhere(limit)
    words = "Contradicted if what is declared, read as exact, is less."

    def rule(declared: Bounds, *others: Bounds) -> Verdict:
        found = elsewhere(*others)
        is_less = declared.best is not None and declared.best < limit
        return Verdict("contradicted" if is_less else found.verdict, f"{found.rule} {words}")

    return rule


def still_rising(margin: float) -> Rule:
    """For a claim that something grows "as the war goes on".

    The rule takes (growth factor of earlier years, latest pace over the one before it). margin: a share, how much the latest pace
    must exceed the one before.
    """
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
    """For a claim of "many of them". The rule takes (a count, the count of all). many: the least count that is called many.

    Both are read as exact, because a quotient of two numbers that say "at least" bounds nothing.
    """
    words = (
        f"Supported if the count reaches {wording.number(many)} and is more than half of all, imprecise if it reaches that and "
        "is less, contradicted if it does not reach it; both numbers are read as exact."
    )

    def rule(count: Bounds, every: Bounds) -> Verdict:
        if count.best is None or every.best is None:
            return Verdict("unsupported", words)
        if count.best < many:
            return Verdict("contradicted", words)
        return Verdict("imprecise" if count.best < every.best / 2 else "supported", words)

    return rule


def small_beside_all_not_beside_growth(small: float, large: float) -> Rule:
    """For a claim of "not many". The rule takes (rate per 1,000 of the force a month, share of the force's net growth).

    small: the rate below which it counts as small; large: the share above which it counts as large. The rate is read as exact: a
    rate of "at least" some number shows by itself nothing small.
    """
    words = (
        f"Imprecise if it, read as exact, is below {wording.plain(small)} per 1,000 of the force a month but above "
        f"{wording.percent(large)} of what the force grows by; supported if small beside both, contradicted if large beside both."
    )

    def rule(rate: Bounds, of_growth: Bounds) -> Verdict:
        if rate.best is None or of_growth.is_unknown:
            return Verdict("unsupported", words)
        few, much = rate.best < small, of_growth.low > large
        return Verdict("imprecise" if few and much else "supported" if few else "contradicted", words)

    return rule


def first_without_second() -> Rule:
    """For a claim of two parts. The rule takes the evidence on each, unknown where there is none."""
    words = "Supported if both parts are evidenced, imprecise if only the first is, unsupported if neither."

    def rule(first: Bounds, second: Bounds) -> Verdict:
        if first.is_unknown:
            return Verdict("unsupported", words)
        return Verdict("imprecise" if second.is_unknown else "supported", words)

    return rule


def tied_to_or_of(most: float) -> Rule:
    """For a claim that a list is a body's own.

    The rule takes (number of outlets that tie it to the body, share of its figures that the body itself produced). most: the least
    such share that supports the claim.
    """
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
    """For what a speaker says about himself.

    The rule takes (number of outlets that report it, number of pages of the body that would know and that confirm it).
    """
    words = (
        "Supported if a page of the body that would know confirms what an outlet reports, plausible if only outlets report "
        "it, in part or whole, unsupported if none does."
    )

    def rule(outlets: Bounds, confirming: Bounds) -> Verdict:
        if outlets.low < 1:
            return Verdict("unsupported", words)
        return Verdict("supported" if confirming.low >= 1 else "plausible", words)

    return rule
