"""Other armies' rates of absence and desertion per 1,000 a year, from the counts and strengths that belong together.

The table ``comparators`` says which published count belongs to which strength, how well the two fit, and what a reader must know
about them, one row for each rate; this module has the arithmetic. The table ``unrated`` has the counts of which no rate can be
made, with the reason. Both name observations by their ids, so that a corrected figure changes the rate. In place of a row that
was not public by a date, the one that stood in for it then is taken (``Evidence.figures``).

If strengths of several days are given, the mean strength lies between the smallest and the largest; their mean is its value if all
have a value. Years have 365.25 days. Published rates are taken as printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
from livingbook.evidence.reading import Evidence
from livingbook.evidence.tables import EvidenceError
from livingbook.values import wording
from livingbook.values.bounds import Bounds, total
from livingbook.values.bounds_array import BoundsDtype

from desertion.chapters.explorer import rates_in_short
from desertion.counts import rates
from desertion.counts.force import spanned

DRAWN = ("A", "B")  # grades of the rates that are drawn
WIDEST_FIRST = ("absence", "thirty_days", "registered", "convicted", "war")  # from who was away an hour to who was convicted


@dataclass(frozen=True)
class Comparator:
    """One row of ``comparators``: a count or a published rate, and the strength it is divided by.

    count, strength, growth: ids of observations; growth: a published factor from the counted year to a later one. times: the factor
    that turns a published rate into one per 1,000 a year. floor: the rate can only be too low, so that it is a lower bound.
    """

    key: str
    army: str
    definition: str
    grade: str
    count: tuple[str, ...]
    strength: tuple[str, ...] = ()
    growth: str = ""
    times: float = 1.0
    floor: bool = False
    caution: str = ""


def read(evidence: Evidence, **where: str | Iterable[str]) -> list[Comparator]:
    """The rows of the table ``comparators`` with the given values of fields (``grade=DRAWN``), by definition, army and key.

    Definitions stand as in ``WIDEST_FIRST``; any other comes after them.
    """
    places = {definition: place for place, definition in enumerate(WIDEST_FIRST)}
    rows = evidence.select("comparators", **where)
    rows = rows.assign(place=rows["definition"].map(places)).sort_values(["place", "definition", "army", "comparator"])
    return [
        Comparator(
            key=row.comparator,
            count=_ids(row.count),
            strength=_ids(row.strength),
            times=float(row.times or 1),
            floor=row.floor == "yes",
            **{name: getattr(row, name) for name in ("army", "definition", "grade", "growth", "caution")},
        )
        for row in rows.itertuples(index=False)
    ]


def _ids(cell: str) -> tuple[str, ...]:
    return tuple(cell.split(";")) if cell else ()


def strength(evidence: Evidence, ids: Sequence[str]) -> Bounds:
    """Bounds for the mean strength, in persons, from the stocks with these ids; its value is the mean if all have a value."""
    stocks = list(evidence.figures(ids)["bounds"])
    if not stocks:
        return Bounds.unknown()
    values = [each.value for each in stocks if each.value is not None]
    between = spanned(stocks)
    value = sum(values) / len(values) if len(values) == len(stocks) else None
    return Bounds(between.low, value, between.high, between.rows)


def counted(evidence: Evidence, comparator: Comparator) -> tuple[date, date, Bounds] | None:
    """First day, last day and sum of the counts; ``None`` if one of them was not public.

    Raises ``EvidenceError`` if the counts are of different periods, as they must not be added then.
    """
    rows = evidence.figures(comparator.count)
    if len(rows) < len(comparator.count):
        return None
    periods = set(zip(rows["start"], rows["end"], strict=True))
    if len(periods) > 1:
        raise EvidenceError(f"comparators.csv, {comparator.key}, count: {', '.join(rows['id'])} are not of one period")
    start, end = periods.pop()
    return start, end, total(rows["bounds"])


def rate(evidence: Evidence, comparator: Comparator) -> Bounds:
    """The rate per 1,000 of strength a year. Unknown where a row it needs was not public."""
    found = counted(evidence, comparator)
    if not found:
        return Bounds.unknown()
    start, end, count = found
    result = count * comparator.times
    if comparator.strength:
        mean = strength(evidence, comparator.strength)
        result = rates.per_thousand_a_year(count, mean.at_face_value() if comparator.floor else mean, start, end)
    if comparator.growth:
        factor = evidence.figure(comparator.growth)
        result = Bounds.unknown() if factor.is_unknown else result * factor
    return result.floor() if comparator.floor else result


def rate_of(evidence: Evidence, key: str) -> Bounds:
    """The rate of the row with this key; unknown where the table has no such row, so that what rests on it is not known either."""
    return next((rate(evidence, each) for each in read(evidence, comparator=key)), Bounds.unknown())


def dates(evidence: Evidence, comparator: Comparator) -> tuple[date, date] | None:
    """First and last day of a rate, or ``None``. If it is multiplied by a published factor, these are of the factor's last year."""
    found = counted(evidence, comparator)
    if not found:
        return None
    if comparator.growth:
        return next(((date(last.year, 1, 1), last) for last in evidence.figures([comparator.growth])["end"]), None)
    return found[:2]


def base(evidence: Evidence, comparator: Comparator) -> Bounds | None:
    """The mean strength by which a rate is computed, in persons; ``None`` for a published rate."""
    return strength(evidence, comparator.strength) if comparator.strength else None


def table(evidence: Evidence, **where: str | Iterable[str]) -> pd.DataFrame:
    """The rates of ``read``, one row each, in its order.

    Columns: ``key``, ``army``, ``definition``, ``grade`` and ``caution`` as in the table ``comparators``; ``start``, ``end`` and
    ``period``, the last in words, empty where the count was not public; ``strength`` (persons; ``None`` for a published rate) and
    ``bounds``, the rate per 1,000 of strength a year.
    """
    rows = []
    for each in read(evidence, **where):
        days = dates(evidence, each)
        said = {name: getattr(each, name) for name in ("key", "army", "definition", "grade", "caution")}
        start, end = days or (None, None)
        found = {"start": start, "end": end, "period": period_in_words(*days) if days else "", "strength": base(evidence, each)}
        rows.append({**said, **found, "bounds": rate(evidence, each)})
    columns = ["key", "army", "definition", "grade", "caution", "start", "end", "period", "strength", "bounds"]
    made = pd.DataFrame(rows, columns=columns)
    return made.assign(bounds=pd.Series([row["bounds"] for row in rows], made.index, BoundsDtype()))


def labelled(rates_of_armies: pd.DataFrame) -> pd.DataFrame:
    """The rows of ``table`` with a column ``label``: the army, the years of all its rates by one definition, and their range."""
    parts = []
    for _, own in rates_of_armies.groupby(["definition", "army"], sort=False):
        when = years(list(zip(own["start"], own["end"], strict=True)))
        parts.append(own.assign(label=f"{own['army'].iloc[0]}, {when}: {rates_in_short(list(own['bounds']))}"))
    return pd.concat(parts) if parts else rates_of_armies.assign(label="")


def period_in_words(start: date, end: date) -> str:
    """A period in words: "1999", "FY2007" for a fiscal year, "June 2011", "1861–65"."""
    if (start.month, start.day, end.month, end.day) in ((10, 1, 9, 30), (7, 1, 6, 30)) and end.year == start.year + 1:
        return f"FY{end.year}"
    if (start.year, start.month) == (end.year, end.month):
        return wording.month(end)
    if start.year == end.year:
        whole = (start.month, end.month) == (1, 12)
        return str(end.year) if whole else f"{wording.month(start, year=False)} to {wording.month(end)}"
    return years([(start, end)])


def years(periods: Sequence[tuple[date, date]]) -> str:
    """The years from the first to the last of several periods: "1945", "1999–2002", "1861–65".

    A fiscal year counts as the year in which it ends.
    """
    first = min(end.year if (end - start).days < 366 else start.year for start, end in periods)
    last = max(end.year for _, end in periods)
    if first == last:
        return str(first)
    return f"{first}–{last % 100:02d}" if first // 100 == last // 100 else f"{first}–{last}"
