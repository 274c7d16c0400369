"""From sums over clusters of articles to a coefficient and its interval.

Every coefficient here is a function of sums over articles. What each cluster adds to the sums is
counted once, and a bootstrap round is a weighted sum of the clusters' rows: the expected
disagreement is computed anew from each round's own sums, it is not held fixed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.measures import SAMPLES, Figure

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

#: Rounds that are weighted at once: with 20,000 clusters their weights take 16 MB.
_ROUNDS = 100


@dataclass(frozen=True, slots=True, eq=False)
class Statistic:
    """A coefficient as a function of the sums of its columns over clusters.

    `sums` is clusters x columns. `formula` maps rounds x columns to a value a round, NaN where it
    is undefined; `why` says in words what keeps it undefined for a row of sums.
    """

    sums: Floats
    formula: Callable[[Floats], Floats]
    why: Callable[[Floats], str]

    def value(self) -> tuple[float | None, str]:
        """Return the coefficient of all clusters, and why there is none."""
        import numpy as np

        total = self.sums.sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            value = float(self.formula(total[None])[0])
        return (None, self.why(total)) if np.isnan(value) else (value, "")


@dataclass(frozen=True, slots=True)
class Sampling:
    """How intervals are drawn: so many bootstrap rounds, from this seed."""

    samples: int = SAMPLES
    seed: int = 0


def figures(statistics: Sequence[Statistic], sampling: Sampling) -> list[Figure]:
    """Return each coefficient with its 95% percentile interval over bootstrap rounds.

    A round draws as many clusters as there are, with replacement; all coefficients see the same
    draws (Efron and Tibshirani 1993, chapter 13). Rounds in which a coefficient is undefined are
    left out of its interval. A single cluster gives no interval.
    """
    import numpy as np

    if not statistics:
        return []
    values = [statistic.value() for statistic in statistics]
    clusters = statistics[0].sums.shape[0]
    if clusters < 2 or sampling.samples < 1:
        return [Figure(value, why=why) for value, why in values]
    rounds = _rounds(statistics, clusters, sampling)
    found = []
    for (value, why), drawn in zip(values, rounds, strict=True):
        defined = drawn[~np.isnan(drawn)]
        if value is None or not len(defined):
            found.append(Figure(value, why=why))
        else:
            low, high = (float(end) for end in np.quantile(defined, (0.025, 0.975)))
            found.append(Figure(value, low, high))
    return found


def _rounds(statistics: Sequence[Statistic], clusters: int, sampling: Sampling) -> list[Floats]:
    """Each statistic's value in every round."""
    import numpy as np

    columns = np.concatenate([statistic.sums for statistic in statistics], axis=1)
    ends = np.cumsum([statistic.sums.shape[1] for statistic in statistics])[:-1]
    generator = np.random.default_rng(sampling.seed)
    parts: list[list[Floats]] = [[] for _ in statistics]
    for first in range(0, sampling.samples, _ROUNDS):
        size = min(_ROUNDS, sampling.samples - first)
        drawn = generator.integers(clusters, size=(size, clusters))
        drawn += np.arange(size)[:, None] * clusters
        times = np.bincount(drawn.ravel(), minlength=size * clusters).reshape(size, clusters)
        sums = times.astype(np.float64) @ columns
        with np.errstate(divide="ignore", invalid="ignore"):
            for statistic, block, part in zip(
                statistics, np.split(sums, ends, axis=1), parts, strict=True
            ):
                part.append(statistic.formula(block))
    return [np.concatenate(part) for part in parts]


def by_cluster(weights: Floats, cluster: Ints, clusters: int) -> Floats:
    """Sum the columns of `weights` (rows x columns) over the rows of each cluster."""
    import numpy as np

    summed = [np.bincount(cluster, column, minlength=clusters) for column in weights.T]
    return np.stack(summed, axis=1) if summed else np.zeros((clusters, 0))
