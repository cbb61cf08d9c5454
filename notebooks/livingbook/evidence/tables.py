"""The tables of a folder as they stand in its files, and the observations that were public on a day."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pandas as pd

from livingbook.values.days import LATEST

SAME_QUANTITY = ["measure", "population", "category"]


class EvidenceError(Exception):
    """The tables do not hold what was asked for. The message says what, where, and what is there instead."""


def read_table(folder: Path, table: str, read: Callable[[Path], bytes] = Path.read_bytes) -> pd.DataFrame:
    """One table as text, every cell as it stands in the file. Raises ``EvidenceError`` if there is none.

    read: what gives the content of a file.
    """
    path = folder / f"{table}.csv"
    if not path.is_file():
        raise EvidenceError(f"{path}: no such table")
    try:
        return pd.read_csv(BytesIO(read(path)), dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, ValueError) as error:  # pandas raises ValueError for a file that is not a table
        raise EvidenceError(f"{path}: cannot be read as a table: {error}") from None


def public_on(observations: pd.DataFrame, as_of: str = LATEST) -> pd.DataFrame:
    """The observations that were public on the day ``as_of`` (ISO date, or "latest" for all).

    Where the preferred row of a quantity was not public yet, its latest re-report or conflicting figure of the same
    measure, population and category stands in for it with status ``use``: that is what a reader then had.
    """
    if as_of == LATEST:
        return observations
    seen = observations[observations["known_from"] <= as_of]
    orphans = seen[seen["status"].isin(["rereport", "conflict"]) & ~seen["same_as"].isin(seen["id"])]
    if orphans.empty:
        return seen
    preferred = observations.set_index("id")[SAME_QUANTITY]
    theirs = preferred.reindex(orphans["same_as"])
    same = (theirs.to_numpy() == orphans[SAME_QUANTITY].to_numpy()).all(axis=1)
    # "rereport" sorts after "conflict": of two rows of one day the plain re-report stands in.
    ranked = orphans[same].sort_values(["known_from", "status", "id"])
    stand_ins = ranked.drop_duplicates("same_as", keep="last")["id"]
    return seen.assign(status=seen["status"].mask(seen["id"].isin(stand_ins), "use"))


def first_public(observations: pd.DataFrame) -> pd.DataFrame:
    """The observations, those that supersede an earlier figure of their origin with the day on which that one became public.

    A corrected figure is not a later one: what was computed to the day of publication stays computed to that day.
    """
    same = [*SAME_QUANTITY, "start", "end", "origin"]
    new = observations.set_index("id")
    answers = (observations["status"] == "conflict") & observations["same_as"].isin(new.index)
    old = observations[answers & (observations["known_from"] != "")]
    superseded = old[(new.loc[old["same_as"], same].to_numpy() == old[same].to_numpy()).all(axis=1)]
    days = superseded.groupby("same_as")["known_from"].min().to_dict()
    known = zip(observations["id"], observations["known_from"], strict=True)
    return observations.assign(known_from=[min(day, days.get(key, day)) for key, day in known])
