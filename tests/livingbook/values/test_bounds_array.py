"""Columns of bounds: pandas' own tests of extension arrays, and every operation against the scalar rule."""

import io
import math
import operator
import pickle
from functools import reduce
from itertools import accumulate

import numpy as np
import pandas as pd
import pandas._testing as tm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from livingbook.values import bounds, wording
from livingbook.values.bounds import Bounds
from livingbook.values.bounds_array import BoundsArray, BoundsDtype
from livingbook.values.row_ids import WIDEST, RowIds
from pandas.tests.extension import base
from pandas.tests.extension.conftest import *  # noqa: F403  # the fixtures that those tests ask for

INF = math.inf
few = settings(max_examples=40)  # an example computes a dozen columns, and so is worth many
ARITHMETIC = [operator.add, operator.sub, operator.mul, operator.truediv]
COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]


def array(*elements):
    return BoundsArray._from_sequence(elements)


# --- pandas' own tests ---


@pytest.fixture
def dtype():
    return BoundsDtype()


@pytest.fixture
def data():
    """Whole numbers, which words keep exactly: ends without and with a value, a floor, a ceiling, and numbers that are known."""
    some = [Bounds(325, None, 327, frozenset({"a"})), Bounds(350, 360, 365, frozenset({"b", "c"})), Bounds(490, None, INF)]
    return array(*some, Bounds(1, None, 640), *(Bounds.exact(each, {f"row-{each}"}) for each in range(1, 7)))


@pytest.fixture
def data_missing():
    return array(Bounds.unknown(), Bounds(3, None, 5))


@pytest.fixture
def data_for_sorting():
    return array(Bounds(5, 7, 9), Bounds(8, None, INF), Bounds(0, None, 6))


@pytest.fixture
def data_missing_for_sorting():
    return array(Bounds(5, 7, 9), None, Bounds(0, None, 6))


@pytest.fixture
def data_for_grouping():
    a, b, c = Bounds(0, None, 6), Bounds(5, 7, 9), Bounds(8, None, INF)
    return array(b, b, None, None, a, a, b, c)


@pytest.fixture
def na_cmp():
    """The missing value is made anew for each element, and is equal to another one rather than the same object."""
    return lambda one, other: one.is_unknown and other.is_unknown


# Why a test of pandas' is left out here, or expected to fail: what pytest says of it → the reason. ``conftest.py`` refuses any other.
LEFT_OUT = {
    "bounds does not support 2D": "an array may be two-dimensional; a column has no use for it, and pandas keeps one for each column",
    r"Reduction (mean|prod|std|var|median|kurt|skew|sem) not supported": "these are refused: test_what_cannot_be_computed_is_told",
    "count not an array method": "a Series counts by itself, without its array: check_reduce",
    "bounds is not a numeric dtype": "whether -, + and abs are numpy's: test_negative; + and abs are refused",
    "Could not import 'pyarrow'": "texts kept by pyarrow, which the book does not need and the lock does not have",
    "plots draw numbers": "bounds are drawn by livingbook.drawing; a plot says that there is no numeric data",
    "Tries label-based and raises KeyError": "pandas' own Series does not pass this test either, with any type of array",
}


class TestPandas(base.ExtensionTests):
    """All of pandas' tests; each that is told otherwise has its reason, and each that is left out has it in ``LEFT_OUT``."""

    divmod_exc = TypeError

    def _get_expected_exception(self, op_name, obj, other):
        """Bounds have the four operations; //, %, ** and divmod are refused."""
        return None if op_name.strip("_").removeprefix("r") in ("add", "sub", "mul", "truediv") else TypeError

    def _supports_reduction(self, ser, op_name):
        return op_name in ("sum", "min", "max", "count")

    def _supports_accumulation(self, ser, op_name):
        return op_name == "cumsum"

    def check_accumulate(self, ser, op_name, skipna):
        """As for reductions."""
        same(getattr(ser, op_name)(skipna=skipna), accumulate(ser))

    def check_reduce(self, ser, op_name, skipna):
        """pandas compares with a column of floats, which bounds are not: here the scalar rule says what is right."""
        if op_name == "count":
            assert ser.count() == len(ser.dropna())
        else:
            assert getattr(ser, op_name)(skipna=skipna) == REDUCED[op_name](list(ser))

    def _compare_other(self, ser, data, op, other):
        """pandas compares with == between elements, which asks for the same bounds; between columns it is about the quantity."""
        others = other if isinstance(other, pd.Series) else [other] * len(ser)
        expected = pd.Series([compared(op, *pair) for pair in zip(ser, others, strict=True)], dtype="boolean")
        tm.assert_series_equal(op(ser, other), expected)

    def test_combine_le(self, data):
        """pandas compares elements by <=, which two ``Bounds`` do not have: the test is made with what they have."""
        one, two = pd.Series(data), pd.Series(data[::-1])
        result = one.combine(two, lambda x, y: x.high <= y.low)
        assert result.tolist() == [x.high <= y.low for x, y in zip(one, two, strict=True)]

    def test_from_dtype(self, data, dtype):
        """pandas takes a list of dataclasses for a table of their fields, whatever the type of its array: only columns are made."""
        for each in (dtype, "bounds"):
            tm.assert_series_equal(pd.Series(list(data), dtype=each), pd.Series(data))

    def test_in_numeric_groupby(self, data_for_grouping):
        """pandas expects of a type that is not numeric that it has no sum; this one has."""
        table = pd.DataFrame({"A": [1, 1, 2, 2, 3, 3, 1, 4], "B": data_for_grouping, "C": 1})
        assert list(table.groupby("A").sum().columns) == ["B", "C"]

    @pytest.mark.skip(reason="pandas' plots draw numbers")
    def test_plot_on_y_axis(self):
        """Left out."""


# --- the scalar rule ---


def compared(op, one, other):
    """What is so of all numbers that the two allow, ``pd.NA`` where that depends on which."""
    if op in (operator.eq, operator.ne):
        apart = one.high < other.low or other.high < one.low
        same = one.is_point and other.is_point and one.low == other.low
        return pd.NA if not (apart or same) else same == (op is operator.eq)
    found = {op(x, y) for x in (one.low, one.high) for y in (other.low, other.high)}
    return found.pop() if len(found) == 1 else pd.NA


def extreme(choose):
    """The smallest or largest of several quantities, as bounds."""

    def chosen(several):
        if not several:
            return Bounds.unknown()
        values = [each.value for each in several]
        value = None if None in values else choose(values)
        low, high = choose(each.low for each in several), choose(each.high for each in several)
        return Bounds(low, value, high, frozenset().union(*(each.rows for each in several)))

    return chosen


REDUCED = {"sum": bounds.total, "min": extreme(min), "max": extreme(max)}
numbers = st.one_of(st.sampled_from([0.0, 1.0, -1.0, 1e-300, 1e300]), st.floats(-1e6, 1e6), st.integers(-9, 9).map(float))
ids = st.frozensets(st.sampled_from("abcdef"), max_size=3)


@st.composite
def some_bounds(draw, number=numbers):
    """Bounds of every form: with and without a (finite) value, open on either side, points, unknowns."""
    ends = sorted([draw(number), draw(number), draw(number)])
    low = draw(st.sampled_from([ends[0], ends[0], ends[1], 0.0, -INF]))
    high = draw(st.sampled_from([ends[2], ends[2], ends[1], INF]))
    low, high = min(low, high), max(low, high)
    value = draw(st.sampled_from([None, *(each for each in (low, ends[1], high) if low <= each <= high and math.isfinite(each))]))
    return Bounds(low, value, high, draw(ids))


pairs = st.lists(st.tuples(some_bounds(), some_bounds()), max_size=6)
several = st.lists(some_bounds(), max_size=8)


def same(column, expected):
    """Whether elements and their ids are what is expected."""
    assert [(each, each.rows) for each in column] == [(each, each.rows) for each in expected]


def agrees(vectorised, elements):
    """The column is what the elements are; where an element is an error, the column is such an error, too."""
    try:
        expected = [each() for each in elements]
    except (ValueError, ZeroDivisionError):
        with pytest.raises((ValueError, ZeroDivisionError), match="element"):
            vectorised()
    else:
        same(vectorised(), expected)


@pytest.mark.parametrize("op", ARITHMETIC)
@few
@given(pairs=pairs)
def test_columns_are_computed_with_as_their_elements_are(op, pairs):
    left, right = array(*(one for one, _ in pairs)), array(*(other for _, other in pairs))
    agrees(lambda: op(left, right), [lambda pair=pair: op(*pair) for pair in pairs])
    agrees(lambda: op(pd.Series(left), pd.Series(right)), [lambda pair=pair: op(*pair) for pair in pairs])


@pytest.mark.parametrize("op", ARITHMETIC)
@few
@given(several=several, other=st.one_of(some_bounds(), numbers))
def test_a_column_and_a_single_operand_on_either_side(op, several, other):
    column = pd.Series(several, dtype="bounds")
    agrees(lambda: op(column, other), [lambda each=each: op(each, other) for each in several])
    agrees(lambda: op(other, column), [lambda each=each: op(other, each) for each in several])


@pytest.mark.parametrize("op", ARITHMETIC)
@few
@given(pairs=st.lists(st.tuples(some_bounds(), st.one_of(numbers, st.integers(-9, 9))), max_size=6))
def test_a_column_and_a_column_of_numbers_on_either_side(op, pairs):
    column, plain = pd.Series([one for one, _ in pairs], dtype="bounds"), [number for _, number in pairs]
    for other in (
        pd.Series(plain, dtype=float),
        pd.Series(plain, dtype="Float64"),
        np.array(plain, dtype=float),
        pd.Series(plain, dtype=object),
    ):
        agrees(lambda other=other: op(column, other), [lambda pair=pair: op(*pair) for pair in pairs])
        agrees(lambda other=other: op(other, column), [lambda pair=pair: op(*pair[::-1]) for pair in pairs])


@pytest.mark.parametrize("op", COMPARISONS)
@few
@given(pairs=pairs)
def test_comparisons_say_what_is_so_of_all_numbers_that_are_allowed(op, pairs):
    found = op(array(*(one for one, _ in pairs)), array(*(other for _, other in pairs)))
    assert found.dtype == "boolean"
    assert list(found) == [compared(op, *pair) for pair in pairs] or [str(each) for each in found] == [
        str(compared(op, *pair)) for pair in pairs
    ]


@few
@given(several=several, low=numbers, high=numbers)
def test_methods_and_parts_are_those_of_the_elements(several, low, high):
    column = pd.Series(several, dtype="bounds")
    low, high = min(low, high), max(low, high)
    same(column.interval.clip(low, high), [each.clip(low, high) for each in several])
    same(column.interval.floor(), [each.floor() for each in several])
    same(column.interval.at_face_value(), [each.at_face_value() for each in several])
    assert column.isna().tolist() == [each.is_unknown for each in several]
    assert column.interval.rows.tolist() == [each.rows for each in several]
    assert column.interval.words("share", 0.01).tolist() == [wording.share(each) for each in several]
    assert column.interval.short().tolist() == [wording.short(each) for each in several]
    for part in ("low", "value", "high", "best"):
        found = [None if number != number else number for number in getattr(column.interval, part)]
        assert found == [getattr(each, part) for each in several]


@few
@given(several=several)
def test_aggregations_are_total_and_hull_of_the_elements(several):
    column = pd.Series(several, dtype="bounds")
    agrees(lambda: [column.interval.hull()], [lambda: bounds.hull(several)])
    same([bounds.hull(column)], [bounds.hull(several)])
    for how, scalar in REDUCED.items():
        agrees(lambda how=how: [getattr(column, how)()], [lambda scalar=scalar: scalar(several)])


@few
@given(st.lists(st.tuples(st.sampled_from(["x", "y", None]), some_bounds(st.floats(-1e6, 1e6))), min_size=1, max_size=9))
def test_groups_are_aggregated_each_by_itself(given):
    table = pd.DataFrame(
        {
            "key": pd.Series([key for key, _ in given], dtype=object),
            "bounds": pd.Series([each for _, each in given], dtype="bounds"),
        }
    )
    groups = {key: [each for own, each in given if own == key] for key in sorted({key for key, _ in given} - {None})}
    grouped = table.groupby("key")["bounds"]
    same(grouped.agg(bounds.hull), map(bounds.hull, groups.values()))
    for how, scalar in REDUCED.items():
        agrees(lambda how=how: getattr(grouped, how)(), [lambda each=each, scalar=scalar: scalar(each) for each in groups.values()])
        agrees(lambda how=how: grouped.agg(how), [lambda each=each, scalar=scalar: scalar(each) for each in groups.values()])
    assert grouped.agg(bounds.hull).dtype == "bounds"


def test_a_sum_does_not_skip_what_is_unknown():
    column = pd.Series([Bounds.exact(5, {"a"}), None], dtype="bounds")
    assert column.sum() == Bounds(5, None, INF) and column.sum().rows == {"a"} and column.dropna().sum() == Bounds.exact(5)
    assert column.sum(min_count=2).is_unknown and column.groupby([1, 1]).sum(min_count=2).iloc[0].is_unknown
    assert column[:0].sum(min_count=1).is_unknown and column[:0].sum() == Bounds.exact(0)
    assert pd.DataFrame({"bounds": column}).sum()["bounds"] == Bounds(5, None, INF)


# --- ids ---


@few
@given(st.lists(st.lists(ids, min_size=4, max_size=4), min_size=1, max_size=2 * WIDEST + 3))
def test_ids_are_united_however_many_columns_are_added(columns):
    arrays = [array(*(Bounds.exact(1, own) for own in column)) for column in columns]
    assert list(sum(arrays[1:], start=arrays[0]).rows) == [frozenset().union(*own) for own in zip(*columns, strict=True)]
    assert len(sum(arrays[1:], start=arrays[0])._ids.layers) <= WIDEST


@few
@given(several, st.data())
def test_ids_go_where_their_elements_go(several, data):
    column = array(*several)
    twice = column + column
    places = data.draw(st.lists(st.integers(0, max(len(several) - 1, 0)), max_size=5 if several else 0))
    same(column.take(places), [several[place] for place in places])
    same(column.take([*places, -1], allow_fill=True), [*(several[place] for place in places), Bounds.unknown()])
    same(
        column._concat_same_type([column, twice, array(*several), column[1:]]),
        [*several, *(each + each for each in several), *several, *several[1:]],
    )
    same(pickle.loads(pickle.dumps(twice[::2])), [each + each for each in several[::2]])
    same(twice.copy(), [each + each for each in several])
    if several:
        part, new = twice[:1], Bounds(1, 2, 3, frozenset({"new", "ids"}))
        part[0] = new  # a view, as of a numpy array
        same(twice, [new, *(each + each for each in several[1:])])
        same(column, several)


def test_a_pickled_part_does_not_carry_the_ids_of_the_whole():
    whole = array(*(Bounds.exact(each, {f"row-{each}"}) for each in range(100)))
    assert pickle.loads(pickle.dumps(whole[3:5]))._ids.layers[0][0] == [{"row-3"}, {"row-4"}]


def test_columns_without_ids_cost_none():
    one = BoundsArray(np.ones((3, 5)), RowIds.none(5))
    assert (one + one * 2 / one)._ids.filled == []


# --- words ---


def test_a_column_is_shown_and_written_as_the_book_prints_bounds():
    some = [Bounds(325_000, None, 327_000), Bounds(49_000, None, INF), Bounds.unknown(), Bounds(35_500, 36_000, 36_500)]
    table = pd.DataFrame({"bounds": pd.Series(some, dtype="bounds")})
    words = ["325,000–327,000", "at least 49,000", "not known", "36,000 (35,500–36,500)"]
    assert [
        line.split("  ")[-1].strip() for line in str(table).splitlines()[1:]
    ] == words and "<td>not known</td>" in table.to_html()
    assert table["bounds"].astype(str).tolist() == words
    assert table.to_csv(index=False) == 'bounds\n"325,000–327,000"\n"at least 49,000"\n""\n"36,000 (35,500–36,500)"\n'
    again = pd.read_csv(io.StringIO(table.to_csv(index=False, na_rep="not known")), dtype="bounds")
    tm.assert_frame_equal(again, table)


@few
@given(some_bounds(st.integers(-(10**6), 10**6).flatmap(lambda whole: st.sampled_from([float(whole), whole / 1000]))))
def test_words_are_read_as_bounds_that_hold_what_was_printed(some):
    words, step = wording.of_bounds(some), wording.supported_step(some)
    again = wording.read(words)
    if all(end is None or math.isinf(end) or end == round(end) for end in (some.low, some.value, some.high)):
        assert wording.of_bounds(again) == words
    elif not (again.is_point or again.is_unknown):  # two ends that are rounded to one are printed as a number
        assert again.high >= some.high - step / 1000 and (again.low <= some.low + step / 1000 or "at most" in words)


@pytest.mark.parametrize(
    ("words", "low", "value", "high"),
    [
        ("27%–31%", 0.27, None, 0.31),
        ("at most 70%", 0, None, 0.7),
        ("at most −5", -INF, None, -5),
        ("−300 to 500", -300, None, 500),
        ("no bounds known", -INF, None, INF),
        ("1,430", 1430, 1430, 1430),
        ("60% (at least 55%)", 0.55, 0.6, INF),
        ("3 (at most 5)", -INF, 3, 5),
    ],
)
def test_words_that_are_read(words, low, value, high):
    assert array(words)[0] == Bounds(low, value, high)


@pytest.mark.parametrize(
    ("elements", "kind", "said"),
    [
        (["about 5"], ValueError, "not bounds as the book prints them: 'about 5'"),
        (["7–5"], ValueError, "not bounds: low 7.0"),
        ([object()], TypeError, "neither bounds nor a number"),
        ([[1, 2]], TypeError, "neither bounds nor a number"),
    ],
)
def test_what_are_no_bounds_is_refused(elements, kind, said):
    with pytest.raises(kind, match=said):
        pd.array(elements, dtype="bounds")


@pytest.mark.parametrize(
    ("act", "kind", "said"),
    [
        (lambda column: column / pd.Series([1.0, 0.0]), ZeroDivisionError, "element 1: cannot divide by 0.0…0.0"),
        (lambda column: column * pd.Series([math.nan, 1.0]), ValueError, "element 0: not bounds"),
        (lambda column: column - column * INF, ValueError, "element 0: not bounds"),
        (lambda column: column * Bounds(0, INF, INF) * 0, ValueError, "element 1: not bounds: low 0.0, value nan, high 0.0"),
        (
            lambda column: pd.Series([Bounds(0, INF, INF), Bounds(-INF, -INF, 0)], dtype="bounds").sum(),
            ValueError,
            "element 0: not bounds",
        ),
        (lambda column: column.array + np.ones(1), ValueError, "Lengths must match: 2 bounds, 1 others"),
        (lambda column: column + "text", TypeError, "unsupported operand"),
        (lambda column: column < "text", TypeError, "not supported between"),
        (lambda column: column.mean(), TypeError, "does not support operation 'mean'"),
        (
            lambda column: BoundsArray(np.array([[2.0], [1.0], [3.0]]), RowIds.none(1)),
            ValueError,
            "element 0: not bounds: low 2.0, value 1.0, high 3.0",
        ),
        (
            lambda column: column.astype(object).interval,
            AttributeError,
            'a column of object has no interval; column.astype\\("bounds"\\)',
        ),
    ],
)
def test_what_cannot_be_computed_is_told(act, kind, said):
    with pytest.raises(kind, match=said):
        act(pd.Series([Bounds(1, None, INF), Bounds.exact(2)], dtype="bounds"))


def test_a_column_is_never_equal_to_what_is_no_number():
    column = pd.Series([Bounds.exact(2)], dtype="bounds")
    assert (column == "text").tolist() == [False] and (column != "text").tolist() == [True]


def test_a_selection_has_the_rows_that_certainly_agree():
    table = pd.DataFrame({"bounds": pd.Series([Bounds(1, None, 9), Bounds(6, None, INF), None], dtype="bounds")})
    assert table[table["bounds"] > 5].index.tolist() == [1]


def test_equal_bounds_are_one_group_and_one_key_whatever_they_rest_on():
    one, other = Bounds(1, 2, 3, frozenset("a")), Bounds(1, 2, 3, frozenset("b"))
    column = pd.Series([one, other, None, Bounds(-1, None, INF)], dtype="bounds")
    assert column.nunique() == 1 and column.duplicated().tolist() == [False, True, False, True] and one in column.array
    assert column.isin([Bounds(1, 2, 3)]).tolist() == [True, True, False, False]
    assert pd.merge(pd.DataFrame({"key": column[:1]}), pd.DataFrame({"key": column[1:2], "what": ["b"]}))["what"].tolist() == ["b"]
    assert column.equals(pd.Series([other, one, None, None], dtype="bounds"))


def test_a_row_of_a_table_gives_the_cell_and_not_the_column():
    table = pd.DataFrame({"bounds": pd.Series([Bounds.exact(2, {"a"})], dtype="bounds"), "name": ["x"]})
    assert (
        table.iloc[0].bounds
        == next(table.itertuples()).bounds
        == table["bounds"].iloc[-1]
        == reduce(operator.add, table["bounds"])
        == Bounds.exact(2)
    )
    assert pd.concat([table, table])["bounds"].dtype == "bounds" and table.merge(table, on="name")["bounds_x"].dtype == "bounds"


# --- what else a table is asked for ---

KEYS = list("xxyyx")
PLAIN = [3.0, 1.0, 4.0, 1.0, 5.0]
AS_NUMBERS = {
    "cumsum": lambda table: table["n"].cumsum(),
    "diff": lambda table: table["n"].diff()[1:],
    "pct_change": lambda table: table["n"].pct_change()[1:],
    "shift": lambda table: table["n"].shift(),
    "negative": lambda table: -table["n"],
    "where": lambda table: table["n"].where(table["n"] > 2),
    "where_else": lambda table: table["n"].where(table["n"] > 2, 0),
    "mask": lambda table: table["n"].mask(table["n"] > 2, 7),
    "fillna": lambda table: table["n"].shift().fillna(0),
    "ffill": lambda table: table["n"].where(table["n"] > 2).ffill(),
    "combine_first": lambda table: table["n"].shift().combine_first(table["n"]),
    "sort_values": lambda table: table.sort_values("n", kind="stable")["n"],
    "sort_descending": lambda table: table["n"].sort_values(ascending=False, kind="stable"),
    "rank": lambda table: table["n"].rank(),
    "idxmax": lambda table: table["n"].idxmax(),
    "map": lambda table: table["n"].map(lambda each: each * 2),
    "apply": lambda table: table["n"].apply(lambda each: each + 1),
    "assign": lambda table: table.assign(n=lambda own: own["n"] / own["m"])["n"],
    "add": lambda table: table["n"].shift().add(table["m"], fill_value=0),
    "dot": lambda table: table["n"].dot(table["m"]),
    "np.add": lambda table: np.add(table["n"], table["m"]),
    "np.sum": lambda table: np.sum(table["n"]),
    "query": lambda table: table.query("n > 2 and m == 1")["n"],
    "isin": lambda table: table["n"].isin([1, 5]),
    "between": lambda table: table["n"].between(1, 3),
    "nunique": lambda table: table["n"].nunique(),
    "duplicated": lambda table: table.duplicated("n"),
    "drop_duplicates": lambda table: table.drop_duplicates("n")["n"],
    "value_counts": lambda table: table["n"].value_counts().tolist(),
    "replace": lambda table: table["n"].replace(table["n"][0], table["n"][1]),
    "concat": lambda table: pd.concat([table, table], ignore_index=True)["n"],
    "merge": lambda table: table.merge(table[:2], on="m", how="outer", suffixes=("", "_right"))["n_right"],
    "pivot_table": lambda table: table.pivot_table("n", "key", "m", aggfunc="sum")[1],
    "pivot": lambda table: table.pivot(index="place", columns="key", values="n")["y"],
    "unstack": lambda table: table.set_index(["place", "key"])["n"].unstack()["x"],
    "melt": lambda table: table.melt("key", ["n"])["value"],
    "resample": lambda table: table.set_index(pd.date_range("2024-01-01", periods=5))["n"].resample("2D").sum(),
    "group_sum": lambda table: table.groupby("key")["n"].sum(),
    "group_max": lambda table: table.groupby("key")["n"].max(),
    "group_first": lambda table: table.groupby("key")["n"].first(),
    "group_last": lambda table: table.groupby("key")["n"].last(),
    "group_cumsum": lambda table: table.groupby("key")["n"].cumsum(),
    "group_transform": lambda table: table.groupby("key")["n"].transform("sum"),
    "group_agg": lambda table: table.groupby("key").agg(n=("n", "min"))["n"],
    "group_shift": lambda table: table.groupby("key")["n"].shift(),
    "pickle": lambda table: pickle.loads(pickle.dumps(table))["n"],
    "describe": lambda table: table["n"].describe()["count"],
}


@pytest.mark.parametrize("what", AS_NUMBERS)
def test_known_numbers_as_bounds_give_what_they_give_as_numbers(what):
    table = pd.DataFrame({"n": PLAIN, "m": [1, 1, 1, 2, 2], "key": KEYS, "place": range(5)})
    expected, found = (AS_NUMBERS[what](each) for each in (table, table.astype({"n": "bounds"})))
    if not isinstance(expected, pd.Series):
        assert found == (Bounds.exact(expected) if isinstance(found, Bounds) else expected)
    elif found.dtype == "bounds":
        tm.assert_series_equal(found, expected.astype("bounds"))
    else:
        tm.assert_series_equal(found, expected, check_dtype=found.dtype != "boolean")


@few
@given(st.lists(st.tuples(st.sampled_from(["x", "y", None]), some_bounds(st.floats(-1e6, 1e6))), min_size=1, max_size=9))
def test_running_sums_are_those_of_the_elements(given):
    keys, column = pd.Series([key for key, _ in given], dtype=object), pd.Series([each for _, each in given], dtype="bounds")
    agrees(column.cumsum, [lambda end=end: bounds.total(column[: end + 1]) for end in range(len(column))])
    own = [[each for other, each in given[: place + 1] if other == key] for place, (key, _) in enumerate(given)]
    expected = [
        lambda each=each, key=key: bounds.total(each) if key else Bounds.unknown() for each, key in zip(own, keys, strict=True)
    ]
    agrees(column.groupby(keys).cumsum, expected)


@few
@given(several)
def test_negative(several):
    same(-pd.Series(several, dtype="bounds"), [-each for each in several])
    same([-each for each in several], [0 - each for each in several])


BEST = r"column\.interval\.best"
REFUSED = {
    "clip": (lambda column: column.clip(0, 400), r"Series\.clip does not know bounds: column\.interval\.clip\(low, high\)"),
    "clip_by_column": (lambda column: column.clip(lower=pd.Series([1, 2])), r"column\.interval\.clip"),
    "table_clip": (lambda column: column.to_frame().clip(0, 1), r"DataFrame\.clip does not know bounds: column\.interval\.clip"),
    "np.clip": (lambda column: np.clip(column, 0, 400), r"column\.interval\.clip"),
    "round": (lambda column: column.round(-1), rf"Series\.round does not know bounds.*words\(step=10\).*{BEST}\.round"),
    "np.round": (lambda column: np.round(column), BEST),
    "abs": (lambda column: column.abs(), rf"numpy\.absolute.*{BEST}"),
    "np.log": (lambda column: np.log(column), rf"numpy\.log does not know bounds: take numbers first, as in numpy\.log\({BEST}\)"),
    "np.isnan": (lambda column: np.isnan(column), r"column\.isna\(\)"),
    "np.maximum": (lambda column: np.maximum(column, 0), r"column\.interval\.clip\(low=0\)"),
    "astype": (lambda column: column.astype(float), r"bounds are not one number: take one of \.best"),
    "asarray": (lambda column: np.asarray(column, dtype=float), r"\.best, \.value, \.low and \.high"),
    "corr": (lambda column: column.corr(pd.Series([1.0, 2.0])), "bounds are not one number"),
    "mean": (lambda column: column.mean(), rf"does not support operation 'mean': take numbers first, as in {BEST}\.mean\(\)"),
    "table_mean": (lambda column: pd.DataFrame({"b": column}).mean(), rf"{BEST}\.mean"),
    "agg": (lambda column: column.agg("median"), rf"{BEST}\.median"),
    "quantile": (lambda column: column.quantile(0.5), rf"{BEST}\.quantile"),
    "cummax": (lambda column: column.cummax(), rf"{BEST}\.cummax"),
    "interpolate": (lambda column: column.interpolate(), rf"{BEST}\.interpolate"),
    "group_mean": (lambda column: column.groupby([1, 1]).mean(), rf"{BEST}\.mean"),
    "group_rank": (lambda column: column.groupby([1, 1]).rank(), rf"{BEST}\.rank"),
    "group_cummax": (lambda column: column.groupby([1, 1]).cummax(), rf"{BEST}\.cummax"),
    "pivot_table": (lambda column: pd.DataFrame({"b": column, "k": [1, 1]}).pivot_table("b", "k"), rf"{BEST}\.mean"),
    "hist": (lambda column: column.hist(), "bounds may overlap, and then neither is less"),
    "cut": (lambda column: pd.cut(column, 2), "bounds may overlap"),
    "sorted": (lambda column: sorted(column), r"one\.high < other\.low"),
    "max": (lambda column: max(column), r"one\.best"),
    "float": (lambda column: float(column[1]), r"take one of \.best"),
    "round_one": (lambda column: round(column[0], 1), r"take one of \.best"),
    "plot": (lambda column: column.plot(), "no numeric data to plot"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_bounds_do_not_have_is_refused_with_what_to_write_instead(what):
    act, said = REFUSED[what]
    with pytest.raises((TypeError, NotImplementedError), match=said):
        act(pd.Series([Bounds(1, None, INF), Bounds.exact(2)], dtype="bounds"))


def test_other_columns_are_clipped_and_rounded_as_ever():
    assert pd.Series([1.26, 9.0]).clip(upper=2).round(1).tolist() == [1.3, 2.0]


def test_where_and_mask_replace_what_is_not_certain():
    column = pd.Series([Bounds(1, None, 9), Bounds.exact(2)], dtype="bounds")
    assert column.where(column > 5).isna().tolist() == [True, True]
    assert column.mask(column > 5).isna().tolist() == [True, False]
