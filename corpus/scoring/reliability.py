"""Whether a score means what it says: reliability bins and the expected calibration error.

A score of .8 is calibrated where four of five things that got it are so. All of this is independent
of the order of the items.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.agreement.estimates import Sampling, Statistic, by_cluster, figures
from corpus.measures import Figure
from corpus.prelabels.shares import share

if TYPE_CHECKING:
    from corpus.agreement.estimates import Floats, Ints

BINS = 10
_NOTHING = "nothing was scored"


@dataclass(frozen=True, slots=True)
class Bin:
    """The items whose scores lie in [`low`, `high`]: their mean score beside what was observed.

    `observed` is the mean outcome with its 95% Wilson interval, in which the items count as
    independent.
    """

    low: float
    high: float
    count: int
    score: float
    observed: Figure


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far scores are from what is observed.

    `error` is the expected calibration error. `by_chance` is about what it would be were every
    score a perfect probability: no error below it can be shown with so few items. None where
    outcomes are shares.
    """

    count: int
    error: Figure
    by_chance: float | None
    bins: tuple[Bin, ...]


def reliability(
    scores: Sequence[float],
    observed: Sequence[float],
    groups: Sequence[str] | None = None,
    bins: int = BINS,
    sampling: Sampling | None = None,
) -> Reliability:
    """Return the reliability of `scores`, each a probability of what was `observed`.

    The expected calibration error is sum_b n_b / n * |mean score of b - mean outcome of b| (Naeini,
    Cooper and Hauskrecht 2015) over bins of equal mass (Nguyen and O'Connor 2015). Rule of the
    bins: an item goes into bin floor(bins * (items below it + half of those equal to it) / n), so
    equal scores share a bin, and there can be fewer bins than asked for. Its interval is a
    bootstrap by group that holds the bins fixed. Like every mean of absolute values it is too high
    where bins are small, in the samples of the bootstrap once more (Roelofs et al. 2022):
    `by_chance` says about how much.

    Args:
        scores: in [0, 1].
        observed: what came true, 0 or 1, or a share of annotators between them.
        groups: what is resampled as one (the cluster of articles of each item); without them each
            item alone.
        bins: how many bins at most.
        sampling: rounds and seed of the bootstrap.

    Raises:
        ValueError: the lengths differ, or a number is not in [0, 1].
    """
    import numpy as np

    said, true = _checked(scores), _checked(observed)
    if len(said) != len(true) or (groups is not None and len(groups) != len(said)):
        raise ValueError(f"{len(said)} scores of {len(true)} outcomes")
    if not len(said):
        return Reliability(0, Figure(None, why=_NOTHING), None, ())
    binned = _bins(said, bins)
    made = int(binned.max()) + 1
    alone = np.arange(len(said))
    cluster = alone if groups is None else np.unique(groups, return_inverse=True)[1]
    columns = np.zeros((len(said), made + 1))
    columns[alone, binned] = said - true
    columns[:, made] = 1
    sums = by_cluster(columns, cluster, int(cluster.max()) + 1)
    statistic = Statistic(sums, _error, lambda _: _NOTHING)
    return Reliability(
        len(said),
        figures([statistic], sampling or Sampling())[0],
        _by_chance(said, binned) if np.isin(true, (0, 1)).all() else None,
        tuple(_bin(said[binned == each], true[binned == each]) for each in range(made)),
    )


def _checked(values: Sequence[float]) -> Floats:
    import numpy as np

    found = np.asarray(values, dtype=np.float64)
    if not ((found >= 0) & (found <= 1)).all():
        raise ValueError("a score or an outcome is not in [0, 1]")
    return found


def _bins(scores: Floats, bins: int) -> Ints:
    """The bin of each score, numbered without gaps."""
    import numpy as np

    _, at, count = np.unique(scores, return_inverse=True, return_counts=True)
    # Doubled, so that whole numbers decide: below + half of the equal ones
    middle = 2 * np.cumsum(count) - count
    chosen = bins * middle // (2 * len(scores))
    return np.asarray(np.unique(chosen, return_inverse=True)[1][at], dtype=np.int64)


def _error(sums: Floats) -> Floats:
    """Rounds x (a column of score - outcome a bin, then the items) to the error of each round."""
    import numpy as np

    found: Floats = np.abs(sums[:, :-1]).sum(axis=1) / sums[:, -1]
    return found


def _by_chance(scores: Floats, binned: Ints) -> float:
    """The mean error of perfect scores: a bin's gap is about normal, E|x| = sd * sqrt(2 / pi)."""
    import numpy as np

    variance = np.bincount(binned, scores * (1 - scores))
    return float(np.sqrt(variance * 2 / math.pi).sum() / len(scores))


def _bin(scores: Floats, outcomes: Floats) -> Bin:
    total, count = math.fsum(outcomes), len(scores)
    mean = math.fsum(scores) / count
    return Bin(float(scores.min()), float(scores.max()), count, mean, share(total, count))
