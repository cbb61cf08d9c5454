"""Which measures the notebooks use, from the selections they recorded; and that each measure left unused has a reason.

A figure that is in the tables and in no chapter is either an oversight or a decision. Here it has to be the second: a
measure that nothing uses needs a reason, and a reason for a measure that is used is out of date.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from livingbook.evidence.reading import EvidenceError
from livingbook.notebook.results import Results
from livingbook.values import wording


def measures_in(reads: Iterable[Mapping[str, Any]]) -> set[str]:
    """The measures that recorded selections of observations asked for by name.

    A selection without a measure (all observations, to count them) uses none: it would make every measure used.
    """
    asked = [read["where"].get("measure", []) for read in reads if read.get("table") == "observations"]
    return {measure for each in asked for measure in ([each] if isinstance(each, str) else each)}


def users(everything: Mapping[str, Results], measures: Iterable[str]) -> dict[str, list[str]]:
    """Measure → titles of the notebooks that asked for it, in the order of ``everything``; an empty list for none."""
    used = {name: measures_in(each.reads) for name, each in everything.items()}
    return {measure: [each.title for name, each in everything.items() if measure in used[name]] for measure in measures}


def unused(using: Mapping[str, Collection[str]], reasons: Mapping[str, str]) -> dict[str, str]:
    """Measure → reason, for the measures that nothing uses.

    Raises ``EvidenceError`` that names the measures which are unused without a reason, and those with a reason that are
    used or are not in the tables.
    """
    idle = [measure for measure, titles in using.items() if not titles]
    bare = [measure for measure in idle if not reasons.get(measure, "").strip()]
    stale = sorted(set(reasons) - set(idle))
    faults = [f"unused without a reason: {wording.listing(bare)}"] * bool(bare)
    faults += [f"given a reason, but used or not in the tables: {wording.listing(stale)}"] * bool(stale)
    if faults:
        raise EvidenceError("measures " + "; ".join(faults))
    return {measure: reasons[measure] for measure in idle}
