"""Whatever is computed from published figures names the rows of all of them, and of nothing else."""

import pytest
from desertion.counts import rates, series
from desertion.methods import composition, misclassification, two_lists
from livingbook.values.bounds import Bounds, hull, total

A, B, C = Bounds(8, 9, 10, frozenset("a")), Bounds(2, 3, 4, frozenset("b")), Bounds(1, 2, 3, frozenset("c"))
THIRD, TENTH = Bounds(0.2, 0.3, 0.4, frozenset("a")), Bounds(0.05, 0.1, 0.2, frozenset("b"))


@pytest.mark.parametrize(
    ("found", "rows"),
    [  # computed when they are tested, not when this is read
        (lambda: series.widened(A, B, C), "abc"),
        (lambda: two_lists.frechet_union(A, B), "ab"),
        (lambda: two_lists.frechet_overlap(A, B), "ab"),
        (lambda: two_lists.population(A, B, C), "abc"),
        (lambda: two_lists.overlap(A, B, Bounds(9, 10, 11, frozenset("c"))), "abc"),
        (lambda: misclassification.at_most_never_ran(A, B), "ab"),
        (lambda: misclassification.true_count(A, THIRD, TENTH), "ab"),
        (lambda: composition.room(THIRD, TENTH), "ab"),
        (lambda: composition.rest(THIRD, TENTH), "ab"),
        (lambda: series.smooth_factor(A, 12, 6, 6), "a"),
        (lambda: composition.times_as_often(THIRD, TENTH), "ab"),
        (lambda: rates.monthly_to_yearly_rate(A, B), "ab"),
        (A.floor, "a"),
        (lambda: hull([A, B, C]), "abc"),
        (lambda: total([A, B, C]), "abc"),
    ],
)
def test_the_rows_are_those_of_everything_that_went_in(found, rows):
    assert found().rows == set(rows)
