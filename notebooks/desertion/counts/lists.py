"""The merged list that the article speaks of: two leaked lists that iStories joined without repeats, up to the end of 2024.

Chapters and claims mean this list when they say "the merged list". A later one of the same kind has another last day and is another
list: it joins the tables of totals, and no number of this one moves to it. A correction of this list supersedes its row and keeps
the day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pandas as pd
from livingbook.evidence.reading import Evidence

from desertion.counts.flows import since_first

LAST_DAY = "2024-12-31"
POPULATION = "list_istories_merged"


def merged(evidence: Evidence, **where: str | Iterable[str]) -> pd.DataFrame:
    """The names on it, as rows of ``Evidence.observations``: one, or none before it was public. where: ``status``, ``source``."""
    return evidence.observations(measure="listed_absent", population=POPULATION, category="all", end=LAST_DAY, **where)


def in_its_time(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that count no further than the merged list: what is divided by its names, or they by it, is of its time."""
    return rows[rows["end"] <= date.fromisoformat(LAST_DAY)]


def leaked_records(evidence: Evidence, population: str = "russia") -> pd.DataFrame:
    """The entries that analysts counted in leaked records, up to the end of the merged list: the last count, one row or none."""
    entries = evidence.observations(measure="awol_cases_documented", population=population, category="all", origin="frontelligence")
    return in_its_time(since_first(entries)).tail(1)
