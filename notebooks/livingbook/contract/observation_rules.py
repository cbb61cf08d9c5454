"""Rules about the figures: what the schema of `observations` cannot say.

Each takes the tables it is about and yields faults; its docstring is the rule in words. Cells that are not a number or not a
date are skipped here, because the schema reports them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from livingbook.contract.csv_files import Table
from livingbook.contract.faults import Fault
from livingbook.contract.notation import cell_number, day_number, last_day_number

WHOLE_KINDS = frozenset({"flow", "stock"})  # kinds of measure that count things one by one
FIGURES = ("low", "value", "high")


def of_kind(observations: Table, measures: Table, *kinds: str) -> Any:
    """For each row, whether its measure is of one of these kinds; False where the measure is unknown. An array of bool."""
    kind = dict(zip(measures["measure"], measures["kind"], strict=True))
    return observations["measure"].each(lambda measure: kind.get(measure) in kinds)


def period_runs_forward(observations: Table) -> Iterator[Fault]:
    """A period does not end before it starts."""
    start, end = observations["start"], observations["end"]
    yield from observations.faults(
        start.each(day_number, float) > end.each(day_number, float),
        "start",
        lambda row: f"is after the end of the period, {end[row]}",
    )


def period_fits_the_kind(observations: Table, measures: Table) -> Iterator[Fault]:
    """A flow is counted over a period and has a start; a stock is counted at a date and has none."""
    measure, given = observations["measure"], observations["start"].each(bool)
    yield from observations.faults(
        of_kind(observations, measures, "stock") & given,
        "start",
        lambda row: f"must be empty: {measure[row]} is a stock, counted at a date",
    )
    yield from observations.faults(
        of_kind(observations, measures, "flow") & ~given,
        "start",
        lambda row: f"is missing: {measure[row]} is a flow, counted over a period",
    )


def known_with_its_page(observations: Table, sources: Table) -> Iterator[Fault]:
    """A figure is known at the latest from the day on which the page it was read on was published."""
    page = observations["source"].row_in(sources["source"])  # -1 without such a row, which the schema reports
    published = sources["published"].each(last_day_number, float)[page]
    late = (page >= 0) & (observations["known_from"].each(day_number, float) > published)
    yield from observations.faults(
        late, "known_from", lambda row: f"is after the day its page was published, {sources['published'][page[row]]}"
    )


def bounds_in_order(observations: Table) -> Iterator[Fault]:
    """The lower end is not above the figure, and the figure not above the upper end."""
    low, value, high = (observations[column].each(cell_number, float) for column in FIGURES)
    for where, lower, upper in [
        (low > value, "low", "value"),
        (value > high, "value", "high"),
        ((low > high) & (value != value), "low", "high"),  # only where no value is given: that is NaN, which differs from itself
    ]:
        yield from observations.faults(where, lower, _more_than(observations, upper))


def _more_than(observations: Table, upper: str) -> Callable[[int], str]:
    """The reason of a fault in a row: it holds a number above that of the column ``upper``."""
    return lambda row: f"is more than {upper}, {observations[upper][row]}"


def figures_fit_the_qualifier(observations: Table) -> Iterator[Fault]:
    """A range has low and high; every other figure has a value, and only an estimate or projection a low and high too."""
    qualifier = observations["qualifier"]
    given = {column: observations[column].each(bool) for column in FIGURES}
    is_range = qualifier.among({"range"})
    for column, needed in {"value": ~is_range, "low": is_range, "high": is_range}.items():
        yield from observations.faults(
            needed & ~given[column], column, lambda row: f'is missing: a figure with the qualifier "{qualifier[row]}" needs it'
        )
    bounded = qualifier.among({"exact", "about", "at_least", "at_most"})
    for column in ("low", "high"):
        yield from observations.faults(
            bounded & given[column], column, lambda row: f'must be empty: the qualifier "{qualifier[row]}" gives the bounds'
        )
    both = qualifier.among({"estimate", "projection"})
    for column, other in (("low", "high"), ("high", "low")):
        yield from observations.faults(
            both & ~given[column] & given[other], column, "is missing: low and high are given together or not at all"
        )


def shares_are_fractions(observations: Table, measures: Table) -> Iterator[Fault]:
    """A share lies between 0 and 1 (half is 0.5, not 50)."""
    measure, shares = observations["measure"], of_kind(observations, measures, "share")
    for column in FIGURES:
        yield from observations.faults(
            shares & observations[column].each(lambda text: not 0 <= (cell_number(text) or 0) <= 1),
            column,
            lambda row: f"must lie between 0 and 1: {measure[row]} is a share",
        )


def counts_are_not_negative(observations: Table, measures: Table) -> Iterator[Fault]:
    """No figure is negative, except those of measures that may be."""
    measure = observations["measure"]
    may = dict(zip(measures["measure"], measures["may_be_negative"], strict=True))
    may_not = measure.each(lambda key: may.get(key) != "yes")
    for column in FIGURES:
        yield from observations.faults(
            may_not & observations[column].each(lambda text: (cell_number(text) or 0) < 0),
            column,
            lambda row: f"must not be negative: {measure[row]} counts from 0 up",
        )


def counts_are_whole(observations: Table, measures: Table) -> Iterator[Fault]:
    """Flows and stocks count persons, cases and the like one by one: their figures are whole numbers."""
    measure, whole = observations["measure"], of_kind(observations, measures, *WHOLE_KINDS)
    for column in FIGURES:
        yield from observations.faults(
            whole & observations[column].each(lambda text: not (cell_number(text) or 0.0).is_integer()),
            column,
            lambda row: f"must be a whole number: {measure[row]} counts things one by one",
        )


def same_as_where_due(observations: Table) -> Iterator[Fault]:
    """A rereport or conflict names the preferred row in same_as; a row in use never does; a rejected row may."""
    status, given = observations["status"], observations["same_as"].each(bool)
    yield from observations.faults(
        status.among({"rereport", "conflict"}) & ~given,
        "same_as",
        lambda row: f"is missing: a {status[row]} names the preferred row",
    )
    yield from observations.faults(
        status.among({"use"}) & given, "same_as", 'must be empty: a row of status "use" stands for itself'
    )


def same_as_leads_to_use(observations: Table) -> Iterator[Fault]:
    """The row that same_as names has status use, counts the same measure, and is another row."""
    status, measure, same_as = (observations[column] for column in ("status", "measure", "same_as"))
    target = same_as.row_in(observations["id"])
    # A target that does not exist is reported by the schema's foreign key.
    named = same_as.each(bool) & (target >= 0)
    itself = target == range(len(target))
    used = status.among({"use"})[target]
    yield from observations.faults(named & itself, "same_as", "points to its own row")
    yield from observations.faults(
        named & ~itself & ~used, "same_as", lambda row: f'must point to a row of status "use"; that one is "{status[target[row]]}"'
    )
    yield from observations.faults(
        named & ~itself & used & (measure.numbers != measure.numbers[target]),
        "same_as",
        lambda row: f"points to another measure, {measure[target[row]]}, not {measure[row]}",
    )


def no_figure_twice(observations: Table) -> Iterator[Fault]:
    """No two rows give the same figure of the same origin from the same page for the same people and period."""
    from livingbook.contract.columns import alike

    names = ("measure", "population", "category", "start", "end", *FIGURES, "origin", "source")
    columns, key = [observations[name] for name in names], observations["id"]
    first: dict[tuple[str, ...], str] = {}
    for row in alike(columns):
        same = first.setdefault(tuple(column[row] for column in columns), key[row])
        if same != key[row]:
            yield observations.fault(row, "id", f"is the same figure as {same}: keep one of them")
