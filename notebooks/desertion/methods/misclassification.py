"""A list with errors of two kinds: it names men who never ran, and does not name all who ran.

If a list names L men, a share f of whom never ran, and a share u of all who ran is on no list, the number who ran is

    N = L · (1 − f) / (1 − u).

It is the count corrected for a test with imperfect precision (1 − f, the positive predictive value) and sensitivity
(1 − u), as in Rogan and Gladen (American Journal of Epidemiology 107, 1978), with precision in place of specificity because
nobody counted those who stayed. If f = u, the two errors cancel, and N equals L.
"""

from __future__ import annotations

from livingbook.values.bounds import Bounds


def true_count(listed: Bounds, never_ran: Bounds, unlisted: Bounds) -> Bounds:
    """Men who ran, from the men listed: N = L (1 − f) / (1 − u); unknown where the list is.

    never_ran: share f of the listed who never ran; unlisted: share u of those who ran that is on no list. Raises
    ``ValueError`` unless 0 ≤ f ≤ 1 and 0 ≤ u < 1.
    """
    if never_ran.low < 0 or never_ran.high > 1:
        raise ValueError(f"a share lies in 0…1, not {never_ran.low}…{never_ran.high}")
    if unlisted.low < 0 or unlisted.high >= 1:
        raise ValueError(f"the unlisted are a share below 1, not {unlisted.low}…{unlisted.high}")
    if listed.is_unknown:
        return Bounds.unknown()
    return listed * (1 - never_ran) / (1 - unlisted)


def at_most_never_ran(listed: Bounds, seen: Bounds) -> Bounds:
    """Bounds for the share that never ran, [0, 1 − seen/listed], if ``seen`` of the listed were later located or tried.

    A man who was located or tried had been absent and was not killed in action; nothing is known of the others. Unknown where a
    number is.
    """
    if listed.is_unknown or seen.is_unknown:
        return Bounds.unknown()
    left = (1 - seen / listed).clip()
    return Bounds(0.0, None, left.high, left.rows)


def binomial_share(found: int, checked: int, level: float = 0.95, rows: frozenset[str] = frozenset()) -> Bounds:
    """A share from a random sample, with its exact confidence interval (Clopper and Pearson, Biometrika 26, 1934).

    found of checked; level: the interval's least coverage. It expresses only the chance in drawing a random sample, no other
    error. Raises ``ValueError`` unless 0 ≤ found ≤ checked, checked ≥ 1, 0 < level < 1.
    """
    if not (0 <= found <= checked and checked >= 1 and 0 < level < 1):
        raise ValueError(f"not a sample: {found} of {checked} at level {level}")
    from scipy.special import betaincinv  # slow to import, and nothing else here needs it

    tail = (1 - level) / 2
    low = 0.0 if found == 0 else float(betaincinv(found, checked - found + 1, tail))
    high = 1.0 if found == checked else float(betaincinv(found + 1, checked - found, 1 - tail))
    return Bounds(low, found / checked, high, rows)
