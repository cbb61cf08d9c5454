"""Rules about the tables that describe the figures: measures, sources, populations, claims.

Each takes the tables it is about and yields faults; its docstring is the rule in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from livingbook.contract.csv_files import Table
from livingbook.contract.faults import Fault
from livingbook.contract.notation import PLAIN_DATE, cell_number
from livingbook.values.days import is_day

SITE = re.compile(r"(?:[\w-]+\.)+[\w-]{2,}")


def share_is_unit_and_kind(measures: Table) -> Iterator[Fault]:
    """A measure of kind share has the unit share, and the other way round."""
    kind, unit = measures["kind"], measures["unit"]
    yield from measures.faults(
        kind.among({"share"}) != unit.among({"share"}),
        "unit",
        lambda row: f'does not fit the kind "{kind[row]}": kind and unit are both "share" or neither is',
    )


def published_as_precisely_as_said(sources: Table) -> Iterator[Fault]:
    """A date of publication is a day of the calendar, and as long as its precision says; an unknown one is empty."""
    lengths = {"unknown": 0, "year": 4, "month": 7, "day": 10}
    published, precision = sources["published"], sources["published_precision"]
    misfit = (published.each(len, int) != precision.each(lengths.get, float)) & precision.among(lengths)
    yield from sources.faults(misfit, "published", lambda row: f'does not fit the precision "{precision[row]}"')
    odd = published.each(lambda text: bool(PLAIN_DATE.fullmatch(text)) and not is_day(text))
    yield from sources.faults(~misfit & odd, "published", "is not a day of the calendar")


def parents_make_no_circle(populations: Table) -> Iterator[Fault]:
    """No population is, however far up, a part of itself."""
    above = dict(zip(populations["population"], populations["parent"], strict=True))
    circles: set[str] = set()
    seen: set[str] = set()  # each population is visited once, however long the lines of parents are
    for population in above:
        way: dict[str, None] = {}
        while population in above and population not in seen:
            seen.add(population)
            way[population] = None
            population = above[population]
        if population in way:
            line = list(way)
            circles.update(line[line.index(population) :])
    yield from populations.faults(
        populations["population"].among(circles), "parent", lambda row: f"makes {populations['population'][row]} a part of itself"
    )


def addresses_name_a_site(sources: Table) -> Iterator[Fault]:
    """The address of a page names a site and, before it, no user."""

    def wrong(text: str) -> Iterator[str]:
        try:
            parts = urlsplit(text)
            site, user, _ = parts.hostname or "", parts.username, parts.port
        except ValueError as error:
            yield f"is not a web address: {error}"
            return
        if user is not None:
            yield "names a user before the site: take that out"
        elif parts.scheme in ("http", "https") and not SITE.fullmatch(site):
            yield "names no site"

    yield from sources.faults_of_texts("url", wrong)


def claims_expect_what_their_kind_says(claims: Table) -> Iterator[Fault]:
    """What a claim leads one to expect has a qualifier where it is a number, and only there; it is a day for a claim of a date,
    and between 0 and 1 for a claim of a share."""
    expected, qualifier, kind = claims["expected"], claims["expected_qualifier"], claims["kind"]
    figure, qualified, dated = expected.each(lambda text: cell_number(text) is not None), qualifier.each(bool), kind.among({"date"})
    yield from claims.faults(
        dated & expected.each(lambda text: bool(text) and not is_day(text)), "expected", "must be a day, as the claim is of a date"
    )
    yield from claims.faults(
        ~dated & qualified & ~figure, "expected", lambda row: f'must be a number: the qualifier "{qualifier[row]}" stands beside it'
    )
    yield from claims.faults(
        ~dated & figure & ~qualified, "expected_qualifier", lambda row: f"is missing: what is expected is a number, {expected[row]}"
    )
    yield from claims.faults(dated & qualified, "expected_qualifier", "must be empty: a day has no qualifier")
    yield from claims.faults(
        kind.among({"share"}) & expected.each(lambda text: not 0 <= (cell_number(text) or 0) <= 1),
        "expected",
        "must lie between 0 and 1: the claim is of a share",
    )
