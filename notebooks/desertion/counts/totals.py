"""The totals that claim to hold for the whole army, and the windows over which each may be spread.

Left out are the two lists that were merged: each is said to come from one district, and no strength of a district is published.
"""

from __future__ import annotations

from datetime import date
from typing import Protocol

import pandas as pd
from livingbook.evidence.reading import Evidence

from desertion.counts.windows import DatedCount, Window, distinct

OWN_YEAR = "its own year"  # the only window of a projection
ARMY = {"population": "russia", "category": "all"}


class Total(DatedCount, Protocol):
    """A row of ``of_army``."""

    @property
    def start(self) -> date:
        """First day of the period."""

    @property
    def total(self) -> str:
        """The short name of the total."""


def of_army(evidence: Evidence) -> pd.DataFrame:
    """One row each, with the columns of ``Evidence.observations`` and ``total``, a short name; without those not public yet.

    ``listed``, names on the merged list; ``claim``, the first public claim of a larger total; ``cases``, entries in leaked records;
    ``projection``, the last one for a year.
    """
    listed = evidence.observations(measure="listed_absent", population="list_istories_merged", category="all")
    claims = evidence.observations(measure="deserters_claimed", qualifier="at_least", **ARMY)
    cases = evidence.observations(measure="awol_cases_documented", **ARMY)
    projected = evidence.observations(measure="deserters_claimed", qualifier="projection", **ARMY)
    found = {
        "listed": listed.tail(1),
        "claim": claims.sort_values(["known_from", "id"]).head(1),
        "cases": cases.tail(1),
        "projection": projected.tail(1),
    }
    return pd.concat([rows.assign(total=name) for name, rows in found.items()], ignore_index=True)


def windows_of(row: Total, invasion: date, mobilisation: date, article: date | None) -> dict[str, Window]:
    """The windows of a row of ``of_army``, by name: those of ``windows.distinct``, or ``OWN_YEAR`` for a projection."""
    if row.total == "projection":
        return {OWN_YEAR: Window(row.start, row.end)}
    return distinct(row, invasion, mobilisation, article)


def quotation(evidence: Evidence) -> pd.DataFrame:
    """The article's monthly number, as a row of ``Evidence.observations`` or none; its period ends with the article."""
    return evidence.observations(measure="deserters_per_month", **ARMY).tail(1)
