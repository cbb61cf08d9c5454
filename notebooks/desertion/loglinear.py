"""Three lists or more: log-linear capture–recapture, with selection by an information criterion and refusal by rule.

For whom: those who bring three or more lists of the same men that have been matched to each other. This book has two, and
for two the size of the population cannot be estimated without an assumption that they cannot test (see ``lists``).

What is needed: for each combination of lists, how many men are on exactly these. The counts are aggregates; no names
enter. With lists A, B and C, "101" is on A and C and not on B:

    counts = {"111": 28, "110": 21, "101": 17, "011": 18, "100": 69, "010": 55, "001": 63}
    for fit in loglinear.models(counts, names=("A", "B", "C")):
        print(fit.model, fit.population, fit.deviance, fit.df, fit.aic, fit.weight)
    loglinear.estimate(counts)  # Bounds, or Refusal with the reason

The model: the count in a cell is Poisson with log mean = μ + a term for each list + a term for each pair of lists that is
allowed to depend. The intercept is the log of the men on no list. All sets of pairs are fitted (8 models for three lists, 64
for four). The dependence of all lists together is assumed to be absent: no data can show it, because it would need the cell
that nobody sees. Sources: Fienberg, Biometrika 59 (1972); Bishop, Fienberg and Holland (1975), chapter 6; IWGDMF (1995).

When an estimate is refused (``Refusal``): fewer than three lists; a cell that is not stated; two lists that share nobody; no
model that could be fitted; the preferred model leaves no degree of freedom, so that nothing could have spoken against it; or
it does not fit. Besides, the method assumes one closed population, perfect matching, and that each man could have been
on each list. Lists of different districts break the last: then no model here applies, whatever its AIC.
"""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import statsmodels.api as sm
from scipy import stats

from . import text
from .bounds import Bounds, hull

FEWEST_LISTS, MOST_LISTS = 3, 5  # with six lists there are 32,768 sets of pairs
Pair = tuple[int, int]


class Refusal(ValueError):
    """An estimate that the lists cannot carry; the message says why."""


@dataclass(frozen=True)
class Fit:
    """One model, fitted.

    model: the pairs allowed to depend, in names ("A·B, B·C"; "independence" for none). population: bounds [low, high] at the
    level asked for, with the maximum-likelihood estimate as value. unseen: men on no list, estimated. deviance with df: the
    distance from the observed cells. p_value: chance of a larger deviance, if the model holds (1 where df is 0). weight:
    Akaike weight among the models fitted (of BIC likewise, if that was asked for).
    """

    model: str
    pairs: tuple[Pair, ...]
    population: Bounds
    unseen: float
    standard_error: float
    deviance: float
    df: int
    p_value: float
    aic: float
    bic: float
    weight: float = math.nan


def models(counts: Mapping[str, int], names: Sequence[str] = (), *, level: float = 0.95, criterion: str = "aic"
           ) -> list[Fit]:
    """All models with up to two-way dependence that can be fitted, the preferred one first.

    counts: men by history, "1" for on the list and "0" for not, every history but that of no list. names: of the lists, in
    order; letters without. criterion: "aic" or "bic" (the number observed as sample size). The interval treats the number
    unseen as log-normal, so that it never falls below the number seen (Chao, Biometrics 43, 1987); its variance is that of
    the fit by the delta method plus Poisson variation of the unseen. A model that diverges on an empty cell is left out.
    Raises ``Refusal`` where no estimate can be defended and ``ValueError`` for what is not a table of counts.
    """
    if criterion not in ("aic", "bic"):
        raise ValueError(f"criterion is aic or bic, not {criterion!r}")
    lists = _checked(counts)
    names = tuple(names) or tuple("ABCDE"[:lists])
    if len(names) != lists:
        raise ValueError(f"{lists} lists, but {len(names)} names")
    _refuse_empty_overlaps(counts, names)
    pairs = list(itertools.combinations(range(lists), 2))
    chosen = itertools.chain.from_iterable(itertools.combinations(pairs, size) for size in range(len(pairs) + 1))
    fits = [fit for each in chosen if (fit := _fit(counts, names, each, level))]
    if not fits:
        raise Refusal("no model could be fitted: too many combinations of lists are empty")
    best = min(getattr(fit, criterion) for fit in fits)
    weights = [math.exp((best - getattr(fit, criterion)) / 2) for fit in fits]
    weighed = [replace(fit, weight=weight / sum(weights)) for fit, weight in zip(fits, weights, strict=True)]
    return sorted(weighed, key=lambda fit: (-fit.weight, len(fit.pairs), fit.model))


def estimate(counts: Mapping[str, int], names: Sequence[str] = (), *, level: float = 0.95, criterion: str = "aic",
             within: float = 2.0, least_fit: float = 0.05) -> Bounds:
    """Size of the population: the preferred model's estimate, within the intervals of all models that are about as good.

    within: models whose criterion is at most this above the best count as about as good (2: Burnham and Anderson 2002), and
    widen the bounds, so that the choice of model does not hide in the result. least_fit: smallest p-value of the preferred
    model's deviance. Raises ``Refusal`` as the module says.
    """
    fits = models(counts, names, level=level, criterion=criterion)
    best = fits[0]
    if best.df == 0:
        raise Refusal(f"{criterion.upper()} prefers the model with all pairs ({best.model}), which fits any table: "
                      "nothing could have spoken against it")
    if best.p_value < least_fit:
        raise Refusal(f"even the preferred model ({best.model}) does not fit: deviance {best.deviance:.1f} on {best.df} "
                      f"degrees of freedom, p = {best.p_value:.3g}")
    limit = getattr(best, criterion) + within
    spread = hull([fit.population for fit in fits if getattr(fit, criterion) <= limit])
    return Bounds(spread.low, best.population.value, spread.high)


def _checked(counts: Mapping[str, int]) -> int:
    """Number of lists in a complete table of counts."""
    lengths = {len(history) for history in counts}
    if len(lengths) != 1 or any(set(history) - {"0", "1"} for history in counts):
        raise ValueError('histories are written with "1" and "0", one for each list: "101"')
    lists = lengths.pop()
    if lists < FEWEST_LISTS:
        raise Refusal(f"{text.plural(lists, 'list')}: an estimate needs at least three. Two show how many they share, but "
                      "not whether being on one makes the other likelier; see lists.population for the curve")
    if lists > MOST_LISTS:
        raise ValueError(f"{lists} lists: at most {MOST_LISTS} are supported")
    every = {"".join(cell) for cell in itertools.product("01", repeat=lists)}
    if none := sorted(set(counts) & {"0" * lists}):
        raise ValueError(f"{none[0]}: men on no list cannot have been counted")
    if missing := sorted(every - {"0" * lists} - set(counts)):
        raise Refusal(f"no count for {', '.join(missing)}: state 0 where nobody was found, if all lists were matched")
    if any(count < 0 or count != int(count) for count in counts.values()):
        raise ValueError("counts are whole numbers, 0 or more")
    return lists


def _refuse_empty_overlaps(counts: Mapping[str, int], names: Sequence[str]) -> None:
    for one, other in itertools.combinations(range(len(names)), 2):
        if not any(count for history, count in counts.items() if history[one] == history[other] == "1"):
            raise Refusal(f"{names[one]} and {names[other]} share nobody: whether they avoid each other or cover different "
                          "men cannot be told, and the two give different answers")


def _fit(counts: Mapping[str, int], names: Sequence[str], pairs: tuple[Pair, ...], level: float) -> Fit | None:
    """One model by iteratively reweighted least squares; None where it diverges: a term goes off to infinity and a cell to 0."""
    histories = sorted(counts)
    seen = np.array([counts[history] for history in histories])
    on = np.array([[int(mark) for mark in history] for history in histories])
    design = np.column_stack([np.ones(len(seen)), on, *(on[:, one] * on[:, other] for one, other in pairs)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a saturated model is "perfect separation" to statsmodels
        fitted = sm.GLM(seen, design, family=sm.families.Poisson()).fit(tol=1e-12)
    if not fitted.converged or fitted.fittedvalues.min() < 1e-6:
        return None
    error, unseen, df = float(fitted.bse[0]), math.exp(fitted.params[0]), len(seen) - design.shape[1]
    spread = math.sqrt((unseen * error) ** 2 + unseen)
    deviance = max(float(fitted.deviance), 0.0)
    return Fit(
        model=", ".join(f"{names[one]}·{names[other]}" for one, other in pairs) or "independence", pairs=pairs,
        population=_interval(seen.sum(), unseen, spread, level), unseen=unseen, standard_error=spread,
        deviance=deviance, df=df, p_value=float(stats.chi2.sf(deviance, df)) if df else 1.0,
        aic=float(2 * design.shape[1] - 2 * fitted.llf),
        bic=float(math.log(seen.sum()) * design.shape[1] - 2 * fitted.llf))


def _interval(seen: float, unseen: float, spread: float, level: float) -> Bounds:
    """Chao's log-normal interval: seen + unseen / C … seen + unseen · C."""
    z = float(stats.norm.ppf((1 + level) / 2))
    factor = math.exp(z * math.sqrt(math.log1p((spread / unseen) ** 2)))
    return Bounds(seen + unseen / factor, seen + unseen, seen + unseen * factor)
