"""Two systems on the same articles: the difference, its interval, and whether chance explains it.

Both tests take groups of articles as the unit: articles of one story fall and rise together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.agreement.estimates import Sampling, Statistic, figures, rounds
from corpus.measures import Figure, Measure, Pair
from corpus.records import Span
from corpus.scoring.answers import Answered, AnswerMeasure, values_of
from corpus.scoring.spans import span_f1

if TYPE_CHECKING:
    from corpus.agreement.estimates import Floats

#: Rounds whose swaps are drawn at once.
_ROUNDS = 50
#: Differences that are nearer than rounding are the same one.
_NEAR = 1e-12


@dataclass(frozen=True, slots=True)
class Paired:
    """Two systems over the same `groups` of articles; `difference` is `one` less `other`.

    The p values are two-sided: `p_bootstrap` of the paired bootstrap, `p_randomised` of approximate
    randomisation. They are None where there is no difference to test, and with a single group;
    `difference.why` or `why` says so.
    """

    one: Figure
    other: Figure
    difference: Figure
    p_bootstrap: float | None
    p_randomised: float | None
    groups: int
    why: str = ""


def paired(one: Statistic, other: Statistic, sampling: Sampling | None = None) -> Paired:
    """Compare two values of one coefficient, counted over the same groups in the same order.

    The paired bootstrap draws groups for both systems at once (Efron and Tibshirani 1993; of
    systems in this field Berg-Kirkpatrick, Burkett and Klein 2012); its p is twice the share of
    rounds on the rarer side of no difference, p = 2 (1 + n) / (1 + rounds). Approximate
    randomisation (Noreen 1989; Yeh 2000) swaps the systems' counts of random groups, and asks how
    often the difference is as large as it was: p = (1 + n) / (1 + rounds).

    Raises:
        ValueError: the two are not counted alike.
    """
    if one.sums.shape != other.sums.shape or one.margins is not None or other.margins is not None:
        raise ValueError("two systems are compared by sums of the same columns and groups")
    drawn = sampling or Sampling()
    statistics = [one, other, _difference(one, other)]
    told = figures(statistics, drawn)
    groups = len(one.sums)
    if groups < 2 or told[2].value is None or drawn.samples < 1:
        why = told[2].why or f"{groups} group of articles: nothing can be drawn anew"
        return Paired(*_three(told), None, None, groups, why)
    p_values = _bootstrap_p(statistics[2], drawn), _randomised_p(one, other, drawn)
    return Paired(*_three(told), *p_values, groups)


def paired_spans(
    one: Sequence[Pair],
    other: Sequence[Pair],
    measure: Measure,
    sampling: Sampling | None = None,
) -> Paired:
    """Compare the F1 of two systems' spans on the same articles, in the same order.

    Raises:
        ValueError: groups or references differ.
    """
    _same(
        [(p.group, _keys(p.reference)) for p in one], [(p.group, _keys(p.reference)) for p in other]
    )
    made = span_f1(measure)
    return paired(made(one), made(other), sampling)


def paired_answers(
    one: Sequence[Answered],
    other: Sequence[Answered],
    measure: AnswerMeasure,
    sampling: Sampling | None = None,
) -> Paired:
    """Compare two systems' answers to the same questions, in the same order.

    Raises:
        ValueError: groups or references differ.
    """
    _same(*([(each.group, set(each.reference)) for each in side] for side in (one, other)))
    values = sorted(values_of((*one, *other)))
    return paired(measure(one, values), measure(other, values), sampling)


def _difference(one: Statistic, other: Statistic) -> Statistic:
    import numpy as np

    columns = one.sums.shape[1]

    def formula(sums: Floats) -> Floats:
        return one.formula(sums[:, :columns]) - other.formula(sums[:, columns:])

    def why(sums: Floats) -> str:
        with np.errstate(divide="ignore", invalid="ignore"):
            undefined = np.isnan(one.formula(sums[None, :columns])[0])
        return one.why(sums[:columns]) if undefined else other.why(sums[columns:])

    return Statistic(np.concatenate([one.sums, other.sums], axis=1), formula, why)


def _bootstrap_p(difference: Statistic, sampling: Sampling) -> float:
    import numpy as np

    found = rounds([difference], sampling)[0]
    found = found[~np.isnan(found)]
    rarer = min((found <= _NEAR).sum(), (found >= -_NEAR).sum())
    return float(min(1.0, 2 * (1 + rarer) / (1 + len(found))))


def _randomised_p(one: Statistic, other: Statistic, sampling: Sampling) -> float:
    import numpy as np

    draw = np.random.default_rng(sampling.seed)
    total, apart = one.sums.sum(axis=0), other.sums - one.sums
    both = total + other.sums.sum(axis=0)

    def between(mine: Floats) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.abs(one.formula(mine) - one.formula(both - mine))

    seen = between(total[None])[0]
    found = []
    for first in range(0, sampling.samples, _ROUNDS):
        size = min(_ROUNDS, sampling.samples - first)
        swapped = draw.integers(2, size=(size, len(apart))).astype(np.float64)
        found.append(between(total + swapped @ apart))
    values = np.concatenate(found)
    values = values[~np.isnan(values)]
    return float((1 + (values >= seen - _NEAR).sum()) / (1 + len(values)))


def _keys(spans: Sequence[Span]) -> set[tuple[int, int, str]]:
    return {(span.start, span.end, span.label) for span in spans}


def _same(one: Sequence[object], other: Sequence[object]) -> None:
    if one != other:
        raise ValueError("the two systems are not scored against the same articles")


def _three(told: Sequence[Figure]) -> tuple[Figure, Figure, Figure]:
    one, other, difference = told
    return one, other, difference
