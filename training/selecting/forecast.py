"""From a learning curve's counts to its points, what comes next, and whether it can be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from training.selecting.powerlaw import Floats, PowerLaw, f1_of, power_law

#: Bootstrap rounds.
ROUNDS = 500
#: Fewer sizes than these are a line through anything.
LEAST = 4


@dataclass(frozen=True, slots=True)
class Run:
    """One training: its draw, how many articles it learned from, and counts on the held-out ones.

    `counts` is groups x classes x (precise, predicted, recalled, gold); runs of one draw have the
    same groups in the same order.
    """

    draw: int
    articles: int
    counts: Floats


@dataclass(frozen=True, slots=True)
class Point:
    """F1 after about so many articles: the mean over draws, with a 95% interval."""

    articles: float
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the curve says of `more` articles beside the `have` that there are.

    `gain` is the expected gain in F1 and `low` to `high` its 95% interval by bootstrap over draws
    and stories; None where the curve cannot tell, and `why` says why.
    """

    have: int
    more: int
    now: float | None
    gain: float | None
    low: float | None
    high: float | None
    law: PowerLaw | None
    why: str = ""


def points(runs: Sequence[Run], seed: int = 0) -> list[Point]:
    """Return the curve's points, smallest first, with intervals by draws and stories."""
    curves = np.array([_curve(sample) for sample in _samples(runs, seed)])
    found = []
    for step, (size, value) in enumerate(zip(*_means(runs), strict=True)):
        known = curves[:, step][~np.isnan(curves[:, step])]
        ends = np.quantile(known, (0.025, 0.975)) if len(known) > ROUNDS // 2 else (None, None)
        low, high = (None if end is None else float(end) for end in ends)
        found.append(Point(size, None if np.isnan(value) else float(value), low, high))
    return found


def forecast(runs: Sequence[Run], more: int, seed: int = 0) -> Forecast:
    """Tell what `more` articles should bring, or why that cannot be told.

    It cannot be where there are fewer than four sizes, where more articles than there are would be
    looked ahead, or where the largest size is not shown to be better than the smallest.
    """
    sizes, values = _means(runs)
    have = round(sizes[-1]) if len(sizes) else 0
    if why := _too_short(values):
        return Forecast(have, more, None, None, None, None, None, why)
    law = power_law(sizes, list(values))
    curves = [each for each in map(_curve, _samples(runs, seed)) if not np.isnan(each).any()]
    rises = np.quantile([each[-1] - each[0] for each in curves], 0.025)
    now = float(values[-1])
    if rises <= 0:
        why = f"too noisy to tell ({values[0]:.2f} to {values[-1]:.2f})"
        return Forecast(have, more, now, None, None, None, law, why)
    if more > have:
        why = f"too short to tell: it ends at {have} articles, and {more} more lie far beyond"
        return Forecast(have, more, now, None, None, None, law, why)
    gains = [_gain(power_law(sizes, list(each)), have, more) for each in curves]
    low, high = (float(end) for end in np.quantile(gains, (0.025, 0.975)))
    return Forecast(have, more, now, _gain(law, have, more), low, high, law)


def _too_short(values: Floats) -> str:
    """Why a curve of these values, NaN where there is nothing to score, tells nothing; or ''."""
    empty = int(np.isnan(values).sum())
    if empty == len(values):
        return "nothing to score: no held-out article has any"
    if empty:
        return f"too short to tell: nothing to score at {empty} of {len(values)} sizes"
    if len(values) < LEAST:
        return f"too short to tell: {len(values)} sizes with something to score, {LEAST} are needed"
    return ""


def _gain(law: PowerLaw, have: int, more: int) -> float:
    return law.at(have + more) - law.at(have)


def _means(runs: Sequence[Run]) -> tuple[list[float], Floats]:
    """By step of the curve: the mean number of articles, and the mean F1 over draws."""
    draws = _by_draw(runs)
    steps = min(map(len, draws.values()), default=0)
    sizes = [float(np.mean([each[n].articles for each in draws.values()])) for n in range(steps)]
    return sizes, _curve([[run.counts.sum(axis=0) for run in each] for each in draws.values()])


def _by_draw(runs: Sequence[Run]) -> Mapping[int, list[Run]]:
    draws: dict[int, list[Run]] = {}
    for run in sorted(runs, key=lambda each: (each.draw, each.articles)):
        draws.setdefault(run.draw, []).append(run)
    return draws


def _samples(runs: Sequence[Run], seed: int) -> list[list[list[Floats]]]:
    """By round, draw and step: counts summed over groups, draws and groups by lot.

    The steps of a draw share the groups that were drawn: differences between them are paired.
    """
    lot = np.random.default_rng(seed)
    draws = list(_by_draw(runs).values())
    found = []
    for _ in range(ROUNDS if draws else 0):
        rounds = []
        for number in lot.integers(len(draws), size=len(draws)):
            groups = len(draws[number][0].counts)
            rows = lot.integers(groups, size=groups)
            rounds.append([run.counts[rows].sum(axis=0) for run in draws[number]])
        found.append(rounds)
    return found


def _curve(draws: Sequence[Sequence[Floats]]) -> Floats:
    """F1 by step, the mean over draws; NaN where no draw has anything to score."""
    steps = min(map(len, draws), default=0)
    values = []
    for step in range(steps):
        known = [f1 for each in draws if (f1 := f1_of(each[step])) is not None]
        values.append(float(np.mean(known)) if known else float("nan"))
    return np.array(values)
