"""Which measures the notebooks use, by the selections they recorded; and the reasons for leaving the others unused.

A measure that no notebook uses may have been forgotten, so each of them needs a reason. A reason for a measure that is used is out
of date, and an error too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from livingbook.evidence.tables import EvidenceError
from livingbook.notebook.results import Results
from livingbook.values import wording


def measures_in(reads: Iterable[Mapping[str, Any]]) -> set[str]:
    """The measures that are named in recorded selections of observations.

    A selection that names no measure (all observations, to count them) does not count as using every measure.
    """
    asked = [read["where"].get("measure", []) for read in reads if read.get("table") == "observations"]
    return {measure for each in asked for measure in ([each] if isinstance(each, str) else each)}


def users(everything: Mapping[str, Results], measures: Iterable[str]) -> dict[str, list[str]]:
    """Measure → titles of the notebooks that use it, in the order of ``everything``; an empty list if none does."""
    used = {name: measures_in(each.reads) for name, each in everything.items()}
    return {measure: [each.title for name, each in everything.items() if measure in used[name]] for measure in measures}


def unused(using: Mapping[str, Collection[str]], reasons: Mapping[str, str]) -> dict[str, str]:
    """Measure → reason, for the measures that no notebook uses. using: as ``users`` returns it. reasons: measure → reason.

    Raises ``EvidenceError`` that names unused measures without a reason, and reasons for measures that are used or unknown.
    """
    idle = [measure for measure, titles in using.items() if not titles]
    bare = [measure for measure in idle if not reasons.get(measure, "").strip()]
    stale = sorted(set(reasons) - set(idle))
    faults = [f"unused without a reason: {wording.listing(bare)}"] * bool(bare)
    faults += [f"given a reason, but used or not in the tables: {wording.listing(stale)}"] * bool(stale)
    if faults:
        raise EvidenceError("measures " + "; ".join(faults))
    return {measure: reasons[measure] for measure in idle}
