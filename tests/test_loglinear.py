"""Log-linear capture–recapture against closed forms and a published table; each refusal; and the two-list formula."""

import itertools
import math

import pytest
from desertion import lists
from desertion.bounds import Bounds
from desertion.loglinear import Refusal, estimate, models

# Hepatitis A in a college, three lists P, Q and E: Chao, Tsay, Lin, Shau and Chao, Statistics in Medicine 20 (2001), table II.
HEPATITIS = {"111": 28, "110": 21, "101": 17, "011": 18, "100": 69, "010": 55, "001": 63}
# 111 a little oftener than independence has it: AIC prefers one dependent pair, BIC none.
NEAR = {"111": 40, "110": 34, "101": 36, "011": 20, "100": 21, "010": 26, "001": 32}
ALL_PAIRS = ((0, 1), (0, 2), (1, 2))


def fit_of(counts: dict[str, int], *pairs: tuple[int, int]):
    return next(fit for fit in models(counts) if fit.pairs == pairs)


def table(lists_: int, cell: int) -> dict[str, int]:
    """Lists that each hold half of the men, independently: all cells are alike."""
    return {"".join(marks): cell for marks in itertools.product("01", repeat=lists_) if "1" in marks}


def test_the_published_table_adds_up_to_its_lists() -> None:
    on = [sum(count for history, count in HEPATITIS.items() if history[place] == "1") for place in range(3)]
    assert (on, sum(HEPATITIS.values())) == ([135, 122, 126], 271)


@pytest.mark.parametrize(("pairs", "published"), [((), 388), (ALL_PAIRS, 1313)])
def test_published_estimates(pairs: tuple[tuple[int, int], ...], published: int) -> None:
    assert fit_of(HEPATITIS, *pairs).population.value == pytest.approx(published, abs=1)


def test_independence_solves_darrochs_equation() -> None:
    # Darroch 1958: 1 − n/N is the product over lists of 1 − n_i/N.
    size = fit_of(HEPATITIS).population.value
    assert 1 - 271 / size == pytest.approx(math.prod(1 - on / size for on in (135, 122, 126)))


@pytest.mark.parametrize(("pair", "alone"), [((0, 1), 2), ((0, 2), 1), ((1, 2), 0)])
def test_one_pair_is_lincoln_and_petersen_of_the_pair_against_the_third(pair: tuple[int, int], alone: int) -> None:
    def count(third: str, first_two: bool) -> int:
        return sum(n for history, n in HEPATITIS.items()
                   if history[alone] == third and ("1" in (history[pair[0]], history[pair[1]])) == first_two)
    unseen = count("0", True) * count("1", False) / count("1", True)
    assert fit_of(HEPATITIS, pair).unseen == pytest.approx(unseen)


@pytest.mark.parametrize(("pairs", "unseen"), [
    (((0, 1), (0, 2)), 55 * 63 / 18),  # Q and E independent among men not on P
    (((0, 1), (1, 2)), 69 * 63 / 17),
    (((0, 2), (1, 2)), 69 * 55 / 21),
])
def test_two_pairs_have_a_closed_form(pairs: tuple[tuple[int, int], ...], unseen: float) -> None:
    assert fit_of(HEPATITIS, *pairs).unseen == pytest.approx(unseen)


def test_all_pairs_have_a_closed_form_and_its_variance() -> None:
    # Bishop, Fienberg and Holland 1975, section 6.4: n111·n001·n010·n100 / (n011·n101·n110).
    fit = fit_of(HEPATITIS, *ALL_PAIRS)
    unseen = 28 * 63 * 55 * 69 / (18 * 17 * 21)
    assert fit.unseen == pytest.approx(unseen)
    variance = unseen**2 * sum(1 / count for count in HEPATITIS.values()) + unseen
    assert fit.standard_error == pytest.approx(math.sqrt(variance))
    assert (fit.df, fit.p_value, fit.deviance) == (0, 1.0, pytest.approx(0, abs=1e-6))


def test_the_interval_is_chaos_and_never_below_the_number_seen() -> None:
    fit = fit_of(HEPATITIS)
    factor = math.exp(1.959964 * math.sqrt(math.log(1 + (fit.standard_error / fit.unseen) ** 2)))
    assert fit.population.low == pytest.approx(271 + fit.unseen / factor)
    assert fit.population.high == pytest.approx(271 + fit.unseen * factor)
    assert all(each.population.low > 271 for each in models(HEPATITIS))


def test_eight_models_of_three_lists_with_weights_that_add_to_one() -> None:
    fits = models(HEPATITIS, names=("P", "Q", "E"))
    assert len(fits) == 8
    assert sum(fit.weight for fit in fits) == pytest.approx(1)
    assert [fit.aic for fit in fits] == sorted(fit.aic for fit in fits)
    assert fits[0].model == "P·Q, P·E, Q·E"


@pytest.mark.parametrize("criterion", ["aic", "bic"])
def test_weights_are_akaikes(criterion: str) -> None:
    best, second, *_ = models(NEAR, criterion=criterion)
    assert second.weight / best.weight == pytest.approx(math.exp((getattr(best, criterion) - getattr(second, criterion)) / 2))


def test_the_criterion_differs_by_its_penalty() -> None:
    fit = fit_of(HEPATITIS, (0, 1))
    assert fit.bic - fit.aic == pytest.approx(5 * (math.log(271) - 2))


@pytest.mark.parametrize(("lists_", "cell", "size"), [(3, 100, 800), (4, 50, 800), (5, 30, 960)])
def test_independent_lists_of_half_the_men_give_all_men(lists_: int, cell: int, size: int) -> None:
    best = models(table(lists_, cell))[0]
    assert best.model == "independence"
    assert best.population.value == pytest.approx(size)
    assert size in estimate(table(lists_, cell))


def test_bounds_cover_all_models_about_as_good() -> None:
    counts = table(3, 100)
    alone, wide = estimate(counts, within=0.0), estimate(counts, within=4.0)
    assert wide.low < alone.low < alone.high < wide.high
    assert wide.value == alone.value


@pytest.mark.parametrize(("criterion", "level"), [("aic", 0.95), ("aic", 0.5), ("bic", 0.95)])
def test_the_estimate_is_the_best_models_within_the_intervals_of_those_near_it(criterion: str, level: float) -> None:
    fits = models(NEAR, level=level, criterion=criterion)
    above = [getattr(fit, criterion) - getattr(fits[0], criterion) for fit in fits]
    near = [fit.population for fit, far in zip(fits, above, strict=True) if far <= 2]
    assert 1 < len(near) < len(fits) and any(2 < far <= 3 for far in above)
    assert estimate(NEAR, level=level, criterion=criterion) == Bounds(
        min(each.low for each in near), near[0].value, max(each.high for each in near))


def test_a_model_on_the_limit_of_fit_is_taken() -> None:
    best = models(NEAR)[0]
    assert estimate(NEAR, least_fit=best.p_value).value == best.population.value
    with pytest.raises(Refusal, match=f"the preferred model .{best.model}. does not fit"):
        estimate(NEAR, least_fit=best.p_value * 1.001)


def test_cells_that_are_expected_to_be_nearly_empty_are_no_divergence() -> None:
    counts = {"111": 0, "110": 1, "101": 1, "011": 1, "100": 20, "010": 20, "001": 20}
    assert () in {fit.pairs for fit in models(counts)}


def test_dependence_that_is_there_is_found() -> None:
    # A and B depend with odds ratio 4 and C is independent of both: 800 men, 100 of them on no list.
    counts = {"111": 160, "110": 160, "101": 80, "100": 80, "011": 80, "010": 80, "001": 80}
    best = models(counts)[0]
    assert best.model == "A·B"
    assert best.population.value == pytest.approx(sum(counts.values()) + 80)


@pytest.mark.parametrize(("lists_", "words"), [(1, "1 list"), (2, "2 lists")])
def test_fewer_than_three_lists_are_refused(lists_: int, words: str) -> None:
    with pytest.raises(Refusal, match=f"^{words}: an estimate needs at least three. Two show how many they share, but not whether being on one "
                                      "makes the other likelier; see lists.population for the curve$"):
        models(table(lists_, 10))


def test_more_than_five_lists_are_not_supported() -> None:
    with pytest.raises(ValueError, match=r"^6 lists: at most 5 are supported$"):
        models(table(6, 10))


def test_where_every_model_diverges_the_estimate_is_refused() -> None:
    counts = dict.fromkeys(HEPATITIS, 0) | {"111": 5}
    with pytest.raises(Refusal, match=r"^no model could be fitted: too many combinations of lists are empty$"):
        models(counts)


def test_a_preferred_model_that_nothing_can_speak_against_is_refused() -> None:
    with pytest.raises(Refusal, match=r"^AIC prefers the model with all pairs \(P·Q, P·E, Q·E\), which fits any table: nothing could have spoken against it$"):
        estimate(HEPATITIS, names=("P", "Q", "E"))


def test_lists_that_share_nobody_are_refused() -> None:
    with pytest.raises(Refusal, match=r"^A and C share nobody: whether .* different men cannot be told, and the two give different answers$"):
        models(HEPATITIS | {"111": 0, "101": 0})


def test_a_model_that_diverges_on_an_empty_cell_is_left_out() -> None:
    found = {fit.pairs for fit in models(HEPATITIS | {"011": 0})}
    assert ALL_PAIRS not in found and () in found


def test_a_table_in_which_nothing_fits_is_refused() -> None:
    # Four lists with a dependence of three of them at once, which no set of pairs can follow.
    counts = table(4, 200) | {"1110": 900, "1001": 900, "0101": 900, "0011": 900}
    with pytest.raises(Refusal, match="does not fit"):
        estimate(counts)


def test_a_cell_that_is_not_stated_is_refused() -> None:
    with pytest.raises(Refusal, match="no count for 011, 101: state 0"):
        models({history: count for history, count in HEPATITIS.items() if history not in ("011", "101")})


@pytest.mark.parametrize(("change", "message"), [
    ({"000": 5}, "no list"), ({"111": -1}, "^counts are whole"), ({"111": 2.5}, "^counts are whole"), ({"11": 1}, "^histories"), ({"1x1": 1}, "^histories")])
def test_what_is_not_a_table_is_refused(change: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        models(HEPATITIS | change)


def test_a_wrong_criterion_or_number_of_names_is_refused() -> None:
    with pytest.raises(ValueError, match="aic or bic"):
        models(HEPATITIS, criterion="cp")
    with pytest.raises(ValueError, match="2 names"):
        models(HEPATITIS, names=("A", "B"))


@pytest.mark.parametrize(("first", "second", "both"), [(200, 100, 25), (26000, 36000, 13000), (10, 10, 10), (7, 5, 1)])
def test_two_lists_at_odds_ratio_one_are_lincoln_and_petersen(first: int, second: int, both: int) -> None:
    size = lists.population(*map(Bounds.exact, (first, second, both)), odds_ratio=1.0).value
    assert size == pytest.approx(first * second / both)
    # Chapman's estimator is nearly unbiased and never larger; for lists of thousands the two agree to a man or two.
    chapman = (first + 1) * (second + 1) / (both + 1) - 1
    assert chapman <= size + 1e-9
    if both > 1000:
        assert size - chapman < 3
