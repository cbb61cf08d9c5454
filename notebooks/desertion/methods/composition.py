"""The composition of a group: shares of a whole, upper bounds for a share that nobody published, and relative risk.

A sample may give shares by one classification (contract, mobilised, conscript) and not by another (recruited in prison). Where two
classes exclude each other, it still bounds the second: whoever was mobilised was not recruited in prison, so that the rest of the
sample is an upper bound. These are the Fréchet bounds (Fréchet, *Fundamenta Mathematicae* 25, 1935), for intervals.
"""

from __future__ import annotations

import math
from datetime import date

import pandas as pd
from livingbook.values.bounds import Bounds


def share(part: Bounds, whole: Bounds) -> Bounds:
    """A part over its whole, as a share in [0, 1]; unknown where either is."""
    if part.is_unknown or whole.is_unknown:
        return Bounds.unknown()
    return (part / whole).clip(0.0, 1.0)


def rest(*shares: Bounds) -> Bounds:
    """One less the sum of shares that exclude each other, in [0, 1]; unknown where one of them is, or none is given."""
    if not shares or any(each.is_unknown for each in shares):
        return Bounds.unknown()
    return (1.0 - sum(shares, start=Bounds.exact(0.0))).clip(0.0, 1.0)


def room(*excluded: Bounds) -> Bounds:
    """Bounds for the share of a group that belongs to none of the excluded parts: [0, what they leave].

    No value is preferred, because the evidence only says which members cannot belong to the group.
    """
    left = rest(*excluded)
    return Bounds(0.0, None, left.high, left.rows)


def times_as_often(share_of_leavers: Bounds, share_of_all: Bounds) -> Bounds:
    """How many times as often members of a group leave as others do: the relative risk.

    With the group's share s of those who leave and its share c of all, it is (s / (1 − s)) / (c / (1 − c)), the ratio of leavers
    per head inside and outside of the group. With s = ½ it is (1 − c) / c. Unknown where a share is. Raises ``ValueError`` for a
    share outside [0, 1].
    """
    if share_of_leavers.is_unknown or share_of_all.is_unknown:
        return Bounds.unknown()
    for each in (share_of_leavers, share_of_all):
        if each.low < 0 or (math.isfinite(each.high) and each.high > 1):
            raise ValueError(f"not a share: {each.low}…{each.high}")

    def risk(s: float, c: float) -> float:
        if s >= 1 or c <= 0:
            return math.inf
        return 0.0 if c >= 1 else (s / (1 - s)) * ((1 - c) / c)

    s, c = share_of_leavers.value, share_of_all.value
    known = None if s is None or c is None else risk(s, c)
    return Bounds(
        risk(share_of_leavers.low, share_of_all.high),
        known,
        risk(share_of_leavers.high, share_of_all.low),
        share_of_leavers.rows | share_of_all.rows,
    )


def latest_pair(parts: pd.DataFrame, wholes: pd.DataFrame) -> tuple[date | None, Bounds, Bounds]:
    """A part and its whole on the last day on which both were counted: (day, part, whole), at face value.

    parts, wholes: observations of one origin (``Evidence.observations``). The ratio of two running counts is only meaningful if
    both are of one day. Without a common day: (None, unknown, unknown).
    """
    common = sorted(set(parts["end"]) & set(wholes["end"]))
    if not common:
        return None, Bounds.unknown(), Bounds.unknown()
    day = common[-1]
    part, whole = (rows.loc[rows["end"] == day, "bounds"].iloc[-1] for rows in (parts, wholes))
    return day, part.at_face_value(), whole.at_face_value()
