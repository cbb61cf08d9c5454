"""The rules that a schema cannot express, in one list, and how tables are checked against them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from livingbook.contract.cell_rules import no_formulas, no_hidden_characters, no_stray_spaces
from livingbook.contract.csv_files import Table
from livingbook.contract.faults import MAX_FAULTS, Fault
from livingbook.contract.observation_rules import (
    FIGURES,
    bounds_in_order,
    counts_are_not_negative,
    counts_are_whole,
    figures_fit_the_qualifier,
    known_with_its_page,
    no_figure_twice,
    period_fits_the_kind,
    period_runs_forward,
    same_as_leads_to_use,
    same_as_where_due,
    shares_are_fractions,
)
from livingbook.contract.personal_data import no_personal_details
from livingbook.contract.reference_rules import (
    addresses_name_a_site,
    claims_expect_what_their_kind_says,
    parents_make_no_circle,
    published_as_precisely_as_said,
    share_is_unit_and_kind,
)


@dataclass(frozen=True)
class Rule:
    """A rule about tables: the function that checks it, and the columns that it reads, as ``table.column``.

    The function gets the tables that the columns belong to, in the order in which they are first named, and yields faults. A
    rule is skipped while one of its columns is missing, which is reported as a fault of its own.
    """

    says: Callable[..., Iterator[Fault]]
    reads: tuple[str, ...]

    @property
    def words(self) -> str:
        """The rule as a sentence."""
        return _sentence(self.says)

    @property
    def tables(self) -> list[str]:
        """The tables the function gets, in order."""
        return list(dict.fromkeys(column.partition(".")[0] for column in self.reads))


@dataclass(frozen=True)
class CellRule:
    """A rule about any single cell: the function gets the cell's text, and yields the reasons why it is wrong."""

    says: Callable[[str], Iterator[str]]

    @property
    def words(self) -> str:
        """The rule as a sentence."""
        return _sentence(self.says)


def _sentence(function: Callable[..., object]) -> str:
    return " ".join((function.__doc__ or "").split())


def _reads(table: str, *columns: str) -> tuple[str, ...]:
    return tuple(f"{table}.{column}" for column in columns)


_KIND = (*_reads("observations", "measure"), *_reads("measures", "measure", "kind"))
_FIGURES = _reads("observations", *FIGURES)

# All rules, in the order in which they are checked.
RULES: list[Rule | CellRule] = [
    Rule(period_runs_forward, _reads("observations", "start", "end")),
    Rule(period_fits_the_kind, (*_reads("observations", "start"), *_KIND)),
    Rule(known_with_its_page, (*_reads("observations", "source", "known_from"), *_reads("sources", "source", "published"))),
    Rule(bounds_in_order, _FIGURES),
    Rule(figures_fit_the_qualifier, (*_FIGURES, *_reads("observations", "qualifier"))),
    Rule(shares_are_fractions, (*_FIGURES, *_KIND)),
    Rule(
        counts_are_not_negative, (*_FIGURES, *_reads("observations", "measure"), *_reads("measures", "measure", "may_be_negative"))
    ),
    Rule(counts_are_whole, (*_FIGURES, *_KIND)),
    Rule(same_as_where_due, _reads("observations", "status", "same_as")),
    Rule(same_as_leads_to_use, _reads("observations", "id", "measure", "status", "same_as")),
    Rule(
        no_figure_twice,
        (*_FIGURES, *_reads("observations", "id", "measure", "population", "category", "start", "end", "origin", "source")),
    ),
    Rule(share_is_unit_and_kind, _reads("measures", "kind", "unit")),
    Rule(published_as_precisely_as_said, _reads("sources", "published", "published_precision")),
    Rule(parents_make_no_circle, _reads("populations", "population", "parent")),
    Rule(claims_expect_what_their_kind_says, _reads("claims", "kind", "expected", "expected_qualifier")),
    Rule(addresses_name_a_site, _reads("sources", "url")),
    CellRule(no_hidden_characters),
    CellRule(no_stray_spaces),
    CellRule(no_formulas),
    CellRule(no_personal_details),
]


def rule_faults(tables: dict[str, Table]) -> list[Fault]:
    """The faults that the rules find, in tables that could be read to their end; of each rule at most ``MAX_FAULTS``."""
    readable = {f"{table.name}.{column}" for table in tables.values() if table.whole for column in table.columns}
    faults: list[Fault] = []
    for rule in RULES:
        if isinstance(rule, CellRule):
            for table in tables.values():
                for column in table.columns:
                    faults += islice(table.faults_of_texts(column, rule.says), MAX_FAULTS)
        elif set(rule.reads) <= readable:
            faults += islice(rule.says(*(tables[name] for name in rule.tables)), MAX_FAULTS)
    return faults
