"""A data folder with as many observations as wanted, none like another, that keeps the contract."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
from livingbook.contract.datapackage import references, resources_of


def write_tables(data: Path, folder: Path, count: int) -> None:
    """Copies the tables in ``data`` to ``folder``, with the observations repeated up to ``count`` rows.

    Each repetition has ids, categories, notes and, where nothing forbids it, figures of its own.
    """
    folder.mkdir(parents=True)
    for path in data.glob("*.csv"):
        shutil.copy(path, folder)
    own = pd.read_csv(data / "observations.csv", dtype=str, keep_default_na=False).sort_values(
        "same_as", kind="stable"
    )  # targets first
    for resource in resources_of(data):  # of a table that names rows, one row is kept: it names the first one by the id it has here
        named = [column for column, _, table, _ in references(resource) if table == "observations"]
        if named and resource["name"] != "observations":
            path = folder / f"{resource['name']}.csv"
            kept = pd.read_csv(path, dtype=str, keep_default_na=False)[:1]
            kept[named] = kept[named].where(kept[named].eq(""), f"{own['id'].iloc[0][:50]}-0")
            kept.to_csv(path, index=False)
    kinds = pd.read_csv(data / "measures.csv", dtype=str, keep_default_na=False).set_index("measure")["kind"]
    counts = (
        own["measure"].map(kinds).isin(["flow", "stock"]) & own["low"].eq("") & own["high"].eq("") & ~own["value"].str.contains("-")
    )
    for number in range(-(-count // len(own))):
        mark = f"-{number}"
        rows = own.assign(
            id=own["id"].str.slice(0, 50) + mark,
            category=own["category"] + mark,
            same_as=own["same_as"].where(own["same_as"].eq(""), own["same_as"].str.slice(0, 50) + mark),
            note=own["note"] + f" ({number})",
            value=own["value"].where(~counts, own["value"] + f"{number:05}"[-3:]),
        )
        rows[: count - number * len(own)].to_csv(
            folder / "observations.csv", mode="a" if number else "w", header=not number, index=False
        )
