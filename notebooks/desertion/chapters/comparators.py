"""Other armies' rates of absence and desertion per 1,000 a year: which published rows belong together, and how well.

A rate needs a count, a strength and a period that go together, and a word for what was counted. That is knowledge about
sources, not arithmetic, so it is written down here, one ``Comparator`` a rate; the arithmetic is in ``rate``. Rows are
chosen by meaning (measure, population, category, period), so that a corrected figure flows through.

Definitions, never to be joined: ``absence`` (incidents of any length, repeats counted), ``thirty_days`` (administrative
desertion: away over 30 days, near to persons), ``registered`` (criminal cases), ``convicted`` (persons), ``war`` (totals
and peaks of a war, each by its own rule). Grades: A, count and strength fit; B, one of them fits badly, or the figure is
a bound, a peak or a month made a year, so it is drawn with an open mark. What is weaker is in ``UNRATED``, with the reason.

Strengths of several days: the mean lies between the smallest and the largest, and the mean of the numbers is its value
where all have one. Years have 365.25 days. Published rates are taken as printed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from livingbook.evidence.reading import Evidence, EvidenceError
from livingbook.values import wording
from livingbook.values.bounds import Bounds, total

from desertion.counts import rates
from desertion.counts.force import spanned

Rows = Mapping[str, Any]  # fields of observations and their values

DEFINITIONS = {
    "absence": "Incidents of absence, any length",
    "thirty_days": "Away over 30 days",
    "registered": "Criminal cases registered",
    "convicted": "Persons convicted",
    "war": "Wars, mixed definitions",
}


@dataclass(frozen=True)
class Comparator:
    """One rate: a count or a published rate, the strength it is divided by, and what must be known about both.

    key: name of the published number. army: the line it is drawn on. count, strength: which observations; several of
    count are parts of one period and are added. times: turns a published rate into one per 1,000 a year. growth: a
    published factor by which it is multiplied. floor: it can only be too low, so that nothing is said from above.
    """

    key: str
    army: str
    definition: str
    grade: str
    count: Rows
    strength: Rows | None = None
    times: float = 1.0
    growth: Rows | None = None
    floor: bool = False
    caution: str = ""


def of(measure: str, population: str, end: str = "", category: Any = "all", **more: str) -> Rows:
    """Fields that choose observations: measure, population, category and, where given, the last day of the period."""
    return {"measure": measure, "population": population, "category": category, **({"end": end} if end else {}), **more}


def strong(population: str, *days: str, category: str = "all") -> Rows:
    """The strengths of a force on some days."""
    return {"measure": "army_strength", "population": population, "category": category, "end": days}


def _britain(
    service: str, population: str, year: int, grade: str, caution: str, *days: str, category: str = "trained"
) -> Comparator:
    key = service.lower().replace(" ", "_")
    return Comparator(
        f"{key}_{year}",
        service,
        "absence",
        grade,
        of("awol_incidents", population, f"{year}-12-31"),
        strong(population, *days, category=category),
        caution=caution,
    )


def _services_2007(key: str, army: str, population: str, *days: str) -> Comparator:
    return Comparator(
        key,
        army,
        "thirty_days",
        "A",
        of("deserters_recorded", population, "2007-09-30"),
        strong(population, *(days or ("2007-09-30",))),
        caution="" if days else "Strength at the year's end.",
    )


def _ukraine(year: int, grade: str, start: str, end: str, caution: str, *days: str) -> Comparator:
    count = of("cases_registered", "ukraine", end, ("awol", "desertion"), origin="prosecutor_ua", start=start)
    return Comparator(f"ukraine_{year}", "Ukraine", "registered", grade, count, strong("ukraine", *days), caution=caution)


def _published(key: str, army: str, definition: str, grade: str, count: Rows, caution: str = "", **how: Any) -> Comparator:
    return Comparator(key, army, definition, grade, count, caution=caution, **how)


TRAINED = "All ranks over trained strength: a little too high."
MONTH = "One month made a year."
PEAK = "Peak year of the war."

COMPARATORS: tuple[Comparator, ...] = (
    _britain("Royal Air Force", "royal_air_force_modern", 1999, "A", "Rounded to five incidents.", "1999-04-01", "2000-04-01"),
    _britain("Royal Air Force", "royal_air_force_modern", 2000, "A", "Rounded to five incidents.", "2000-04-01", "2001-04-01"),
    _britain("Royal Air Force", "royal_air_force_modern", 2001, "A", "Rounded to five incidents.", "2001-04-01"),
    _britain("Royal Navy", "royal_navy_modern", 1999, "B", "Rules of reporting changed.", "1999-04-01", "2000-04-01"),
    _britain("Royal Navy", "royal_navy_modern", 2000, "B", "Rules of reporting changed.", "2000-04-01", "2001-04-01"),
    _britain("Royal Navy", "royal_navy_modern", 2001, "B", "Rules of reporting changed.", "2001-04-01"),
    _britain("British Army", "british_army_modern", 1997, "B", f"Another answer. {TRAINED}", "1997-04-01", "1998-04-01"),
    _britain("British Army", "british_army_modern", 1999, "A", TRAINED, "1999-04-01", "2000-04-01"),
    _britain("British Army", "british_army_modern", 2000, "A", TRAINED, "2000-04-01", "2001-04-01"),
    _britain("British Army", "british_army_modern", 2001, "A", TRAINED, "2001-04-01"),
    _britain(
        "British Army",
        "british_army_modern",
        2002,
        "A",
        "Strength of a wider base than before.",
        "2002-06-30",
        category="all_ranks",
    ),
    _published(
        "us_marines_1975_absence",
        "US Marine Corps",
        "absence",
        "B",
        of("desertion_rate", "us_marine_corps_vietnam", "1975-06-30", "awol"),
        "Incidents; fiscal year inferred.",
    ),
    _services_2007("us_air_force_2007", "US Air Force", "us_air_force_2000s"),
    _published(
        "us_air_force_1970",
        "US Air Force",
        "thirty_days",
        "B",
        of("desertion_rate", "us_air_force_vietnam", "1970-12-31"),
        "A ceiling.",
    ),
    _services_2007("us_navy_2007", "US Navy", "us_navy_2000s"),
    _published(
        "us_army_1980s",
        "US Army",
        "thirty_days",
        "B",
        of("desertion_rate", "us_army_1980s", "1992-12-31"),
        "A round range for thirteen years.",
    ),
    _published(
        "us_army_1997",
        "US Army",
        "thirty_days",
        "B",
        of("desertion_rate", "us_army_1993_2010", "1997-09-30"),
        "Read on a blog whose text is cut off.",
    ),
    _published(
        "us_army_2006",
        "US Army",
        "thirty_days",
        "A",
        of("desertion_rate", "us_army_1993_2010", "2006-09-30"),
        "As published, rounded.",
    ),
    _services_2007("us_army_2007", "US Army", "us_army_1993_2010", "2007-04-10", "2007-09-30"),
    _services_2007("us_marines_2007", "US Marine Corps", "us_marine_corps_2000s"),
    _published(
        "us_marines_1975",
        "US Marine Corps",
        "thirty_days",
        "A",
        of("desertion_rate", "us_marine_corps_vietnam", "1975-06-30"),
        "Per 1,000 enlisted men; fiscal year inferred.",
    ),
    _published(
        "us_army_1966",
        "US Army (Vietnam)",
        "thirty_days",
        "A",
        of("desertion_rate", "us_army_vietnam", "1966-06-30"),
        "The whole Army, not only in Vietnam.",
    ),
    _published(
        "us_army_1970",
        "US Army (Vietnam)",
        "thirty_days",
        "A",
        of("desertion_rate", "us_army_vietnam", "1970-06-30"),
        "The whole Army, not only in Vietnam.",
    ),
    _published(
        "us_army_1971",
        "US Army (Vietnam)",
        "thirty_days",
        "B",
        of("desertion_rate", "us_army_vietnam", "1966-06-30"),
        "The rate of 1966 times a rounded factor; the Army later gave half as much.",
        growth=of("desertion_ratio", "us_army_vietnam", "1971-12-31"),
    ),
    _ukraine(2022, "B", "2022-03-01", "2022-12-31", "Strength tripled within the period.", "2022-02-24", "2023-09-30"),
    _ukraine(2023, "A", "2023-01-01", "2023-12-31", "Cases, not persons.", "2023-09-30", "2024-01-29"),
    _ukraine(2024, "A", "2024-01-01", "2024-12-31", "Cases, not persons.", "2024-01-29", "2025-01-15"),
    _ukraine(2025, "A", "2025-01-01", "2025-10-31", "Ten months; returns not deducted.", "2025-01-15", "2025-12-31"),
    Comparator(
        "ukraine_convicted_2023",
        "Ukraine",
        "convicted",
        "A",
        of("convictions", "ukraine", "2023-12-31", ("awol", "desertion"), origin="court_admin_ua"),
        strong("ukraine", "2023-09-30", "2024-01-29"),
    ),
    Comparator(
        "british_army_wwi",
        "British Army",
        "war",
        "B",
        of("deserters_recorded", "british_army_wwi", "1918-11-11"),
        strong("british_army_wwi", "1918-11-11"),
        floor=True,
        caution="Declared deserters over the peak strength: a floor.",
    ),
    Comparator(
        "russia_1917",
        "Russian Army",
        "war",
        "B",
        of("deserters_recorded", "imperial_russian_army_wwi", "1917-08-31"),
        strong("imperial_russian_army_wwi", "1917-09-30"),
        floor=True,
        caution="Incomplete reports over the peak strength, front and rear: a floor.",
    ),
    _published(
        "us_army_korea", "US Army (Korea)", "war", "B", of("desertion_rate", "us_army_korea", "1953-07-27", "peak_year"), PEAK
    ),
    _published(
        "us_army_wwii",
        "US Army",
        "war",
        "B",
        of("desertion_rate", "us_army_wwii", "1945-12-31", "peak_year"),
        f"{PEAK} Definition not stated.",
    ),
    Comparator(
        "union",
        "Union Army",
        "war",
        "B",
        of("deserters_recorded", "union_army", "1865-04-30", origin="lonn"),
        strong("union_army", "1862-01-01", "1865-04-09"),
        caution="Two strengths in four years, present and absent; men who enlisted again for the bounty count again.",
    ),
    Comparator(
        "confederacy",
        "Confederate Army",
        "war",
        "B",
        of("deserters_recorded", "confederate_army", "1865-04-30", ("enlisted", "officer"), origin="lonn"),
        strong("confederate_army", "1861-12-31", "1865-04-09"),
        caution="Incomplete records; the last strength is nominal and the peak is missing, so probably too high.",
    ),
    _published(
        "south_vietnam_1964_10",
        "South Vietnam",
        "war",
        "B",
        of("desertion_rate_monthly", "south_vietnam_rvnaf", "1964-10-31"),
        MONTH,
        times=12,
    ),
    Comparator(
        "south_vietnam_1965",
        "South Vietnam",
        "war",
        "B",
        of("deserters_recorded", "south_vietnam_rvnaf", "1965-12-31"),
        strong("south_vietnam_rvnaf", "1967-07-01"),
        floor=True,
        caution="Over the larger strength of two years later: a floor.",
    ),
    _published(
        "south_vietnam_1965_10",
        "South Vietnam",
        "war",
        "B",
        of("desertion_rate_monthly", "south_vietnam_rvnaf", "1965-10-31"),
        MONTH,
        times=12,
    ),
    Comparator(
        "south_vietnam_1966",
        "South Vietnam",
        "war",
        "A",
        of("deserters_recorded", "south_vietnam_rvnaf", "1966-06-30"),
        strong("south_vietnam_rvnaf", "1967-07-01"),
        caution="Published as over 200; many joined other units. Strength of a year later.",
    ),
    _published(
        "south_vietnam_regulars_1966_03",
        "South Vietnam’s regulars",
        "war",
        "B",
        of("desertion_rate_monthly", "south_vietnam_regulars", "1966-03-31"),
        MONTH,
        times=12,
    ),
    _published(
        "south_vietnam_regulars_1966_07",
        "South Vietnam’s regulars",
        "war",
        "B",
        of("desertion_rate_monthly", "south_vietnam_regulars", "1966-07-31"),
        MONTH,
        times=12,
    ),
    Comparator(
        "afghanistan_2014",
        "Afghan National Army",
        "war",
        "B",
        of("dropped_from_rolls", "afghan_army_ana", "2014-09-30"),
        strong("afghan_army_ana", "2013-11-30", "2014-11-30"),
        caution="Dropped from the rolls for any cause, deaths included; a later count has under half the pace.",
    ),
    _published(
        "afghanistan_2011_06",
        "Afghan National Army",
        "war",
        "B",
        of("desertion_share", "afghan_army_ana", "2011-06-30", "lost_in_month"),
        f"{MONTH} A bad month.",
        times=12_000,
    ),
)

# Not drawn: the total of a war whose own peak rate is drawn, kept to show how far apart two definitions of one army lie.
WWII_TOTAL = Comparator(
    "us_army_wwii_total",
    "US Army",
    "war",
    "C",
    of("deserters_recorded", "us_army_wwii", "1945-09-02"),
    strong("us_army_wwii", "1942-12-31", "1945-05-31"),
    caution="A historian's total.",
)


def strength(evidence: Evidence, rows: Rows) -> Bounds:
    """Bounds for the mean strength from the chosen days; the mean of their values, where all have one, is its value."""
    stocks = list(evidence.observations(**rows)["bounds"])
    if not stocks:
        return Bounds.unknown()
    values = [each.value for each in stocks if each.value is not None]
    between = spanned(stocks)
    value = sum(values) / len(values) if len(values) == len(stocks) else None
    return Bounds(between.low, value, between.high, between.rows)


def counted(evidence: Evidence, comparator: Comparator) -> tuple[date, date, Bounds] | None:
    """First and last day and the sum of the chosen counts; ``None`` where one of its parts was not public.

    Raises ``EvidenceError`` where they are not of one period: such parts must not be added.
    """
    rows = evidence.observations(**comparator.count)
    parts = comparator.count["category"]
    if set(rows["category"]) != ({parts} if isinstance(parts, str) else set(parts)):
        return None
    periods = set(zip(rows["start"], rows["end"], strict=True))
    if len(periods) > 1:
        raise EvidenceError(f"{comparator.key}: {', '.join(rows['id'])} are not of one period")
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
        factor = evidence.one(**comparator.growth)
        result = Bounds.unknown() if factor.is_unknown else result * factor
    return result.floor() if comparator.floor else result


def dates(evidence: Evidence, comparator: Comparator) -> tuple[date, date] | None:
    """First and last day of a rate; one carried forward by a published factor is of the factor's last year."""
    found = counted(evidence, comparator)
    if not found:
        return None
    if comparator.growth:
        last = evidence.observations(**comparator.growth)["end"].max()
        return date(last.year, 1, 1), last
    return found[:2]


def base(evidence: Evidence, comparator: Comparator) -> Bounds | None:
    """The strength a rate is computed with; ``None`` for a rate taken as published."""
    return strength(evidence, comparator.strength) if comparator.strength else None


def period(start: date, end: date) -> str:
    """A period as the tables name it: "1999", "FY2007", "June 2011", "1861–65"."""
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


@dataclass(frozen=True)
class Unrated:
    """An army for which no rate a year is drawn: what is published, and why that does not make one.

    count: the figure printed. served: how many ever served, where that is published: a share of those, not a rate.
    """

    army: str
    count: Rows
    why: str
    served: Rows = field(default_factory=dict)


UNRATED: tuple[Unrated, ...] = (
    Unrated(
        "Red Army, Second World War",
        of("deserters_recorded", "red_army_wwii", "1944-06-30", "detained"),
        "No strength; detained, stragglers of 1941 among them.",
    ),
    Unrated("Red Army, Second World War", of("convictions", "red_army_wwii", "1945-05-09", "desertion"), "No strength; convicted."),
    Unrated(
        "Wehrmacht",
        of("deserters_claimed", "wehrmacht_wwii", "1945-05-08"),
        "No strength; a note that is cut off.",
        of("personnel_served", "wehrmacht_wwii", "1945-05-08"),
    ),
    Unrated("British Army, Second World War", of("deserters_recorded", "british_army_wwii", "1945-09-02"), "No strength."),
    Unrated(
        "British Army, 1909–13",
        of("deserters_recorded", "british_army_prewar", "1913-12-31", "net_of_rejoined"),
        "No strength; net of men who rejoined.",
    ),
    Unrated(
        "British Army, First World War",
        of("deserters_recorded", "british_army_wwi", "1918-11-11"),
        "In the figure as a floor; here over all who were mobilised.",
        of("personnel_served", "british_army_wwi", "1918-11-11", "mobilised"),
    ),
    Unrated(
        "Russian Army, 1914–17",
        of("deserters_claimed", "imperial_russian_army_wwi", "1917-11-01", origin="historiography", category="all"),
        "Historians' range, no mean strength.",
        of("personnel_served", "imperial_russian_army_wwi", "1918-11-11", "mobilised"),
    ),
    Unrated("French Army, 1914", of("desertion_share", "french_army_wwi", "1914-12-31", "of_mobilised"), "A share of the call-up."),
    Unrated(
        "US forces, Vietnam era",
        of("deserters_recorded", "us_armed_forces_vietnam", "1973-03-28"),
        "No mean strength; persons over nine years.",
        of("personnel_served", "us_armed_forces_vietnam", "1973-03-28"),
    ),
    Unrated("US forces, Korea", of("deserters_recorded", "us_armed_forces_korea", "1953-01-19"), "No strength."),
    Unrated("US Army, FY1969", of("deserters_recorded", "us_army_vietnam", "1969-06-30"), "No strength of that year."),
    Unrated(
        "US Army, Second World War",
        of("deserters_recorded", "us_army_wwii", "1945-09-02"),
        "A historian's total, far below the Army's own peak rate: another thing was counted.",
    ),
    Unrated("US Army, 1970s", of("desertion_rate", "us_army_1970s", "1979-12-31"), "Contradicts the rate of 1970."),
    Unrated(
        "US services, 2006",
        of("deserters_recorded", "us_armed_forces_2000s", "2006-12-31"),
        "Strengths only of the next year, for which the services are drawn one by one.",
    ),
    Unrated(
        "US Army, Navy and Air Force, FY2001",
        of("deserters_recorded", "us_army_navy_air_force", "2001-09-30"),
        "No strength; below the sum of two of the three.",
    ),
    Unrated("British Army, 2008", of("awol_incidents", "british_army_modern", "2008-12-31"), "Strength of other ranks only."),
    Unrated("Iraqi Army, 2008", of("absent_stock", "iraqi_army", "2008-10-31"), "Men absent on a day, not in a year."),
    Unrated(
        "Afghan Army, 1982",
        of("army_strength", "afghan_army_dra", "1982-12-23"),
        "A strength, falling; its fall mixes desertion, defection and deaths.",
    ),
    Unrated(
        "Syrian Army, 2011", of("deserters_claimed", "syrian_army", "2011-12-21"), "Press reports; later only falling strengths."
    ),
)
