"""From sums over clusters of articles to a coefficient and its interval.

Every coefficient here is a function of sums over articles. What each cluster adds to the sums is
counted once, and a bootstrap round is a weighted sum of the clusters' rows: the expected
disagreement is computed anew from each round's own sums, it is not held fixed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.measures import SAMPLES, Figure

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

#: Rounds that are weighted at once: with 20,000 clusters their weights take 8 MB.
_ROUNDS = 50
#: With more values than this, of which most articles have none, their sums are kept sparse: 3,000
#: names in 2,000 articles take 2 s instead of 170 s.
_DENSE = 64
#: Up to so many clusters times values their uses are counted in a table, without sorting.
_TABLE = 1 << 20


@dataclass(frozen=True, slots=True)
class Sampling:
    """How intervals are drawn: so many bootstrap rounds, from this seed."""

    samples: int = SAMPLES
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Margins:
    """How much each of two sides used each value, by cluster: what agreement by chance is made of.

    Rows of cluster, value, use by one side and use by the other, sorted by value; `values` is how
    many there are. Alpha knows one side: both are the same.
    """

    cluster: Ints
    value: Ints
    one: Floats
    other: Floats
    values: int

    def totals(self, times: Floats) -> Floats:
        """Return, for each round: n of one side, n of the other, sum over values of n_c * n_c'.

        Args:
            times: how often each cluster counts, clusters x rounds.
        """
        import numpy as np

        one = self._used(self.one, times)
        other = one if self.other is self.one else self._used(self.other, times)
        return np.stack([one.sum(axis=0), other.sum(axis=0), (one * other).sum(axis=0)], axis=1)

    def table(self, clusters: int) -> Floats:
        """Return the use by one side, clusters x values."""
        return self._table(self.one, clusters)

    def _table(self, used: Floats, clusters: int) -> Floats:
        import numpy as np

        table = np.zeros((clusters, self.values))
        table[self.cluster, self.value] = used
        return table

    def _used(self, used: Floats, times: Floats) -> Floats:
        """The use of each value in each round, values x rounds."""
        import numpy as np

        if self.values <= _DENSE:
            dense: Floats = self._table(used, len(times)).T @ times
            return dense
        starts = np.flatnonzero(np.diff(self.value, prepend=-1))
        sparse: Floats = np.add.reduceat(times[self.cluster] * used[:, None], starts, axis=0)
        return sparse


def margins(cluster: Ints, sides: Sequence[Ints], weights: Floats, values: int) -> Margins:
    """Add up the numbers of the values that one side gave, or two."""
    import numpy as np

    clusters = int(cluster.max(initial=0)) + 1
    keys = [side * clusters + cluster for side in sides]
    if clusters * values <= _TABLE:
        places = np.arange(clusters * values)
        tables = [np.bincount(key, weights, minlength=len(places)) for key in keys]
    else:
        places, at = np.unique(np.concatenate(keys), return_inverse=True)
        parts = np.split(at, len(sides))
        tables = [np.bincount(part, weights, minlength=len(places)) for part in parts]
    used = [table.astype(np.float64) for table in tables]
    met = (used[0] != 0) | (used[-1] != 0)
    one = used[0][met]
    other = used[1][met] if len(used) > 1 else one
    return Margins(places[met] % clusters, places[met] // clusters, one, other, values)


@dataclass(frozen=True, slots=True, eq=False)
class Statistic:
    """A coefficient as a function of the sums of its columns over clusters.

    `sums` is clusters x columns. `formula` maps rounds x columns to a value a round, NaN where it
    is undefined; `why` says in words what keeps it undefined for a row of sums. The three columns
    of `margins`, where there are any, come behind those of `sums`.
    """

    sums: Floats
    formula: Callable[[Floats], Floats]
    why: Callable[[Floats], str]
    margins: Margins | None = None

    def rounds(self, times: Floats, sums: Floats | None = None) -> Floats:
        """Return the coefficient of each round.

        Args:
            times: how often each cluster counts, clusters x rounds.
            sums: the sums of those rounds, where they were added up already.
        """
        import numpy as np

        with np.errstate(divide="ignore", invalid="ignore"):
            return self.formula(self.columns(times, sums))

    def columns(self, times: Floats, sums: Floats | None = None) -> Floats:
        """Return what the formula is of, rounds x columns."""
        import numpy as np

        found = times.T @ self.sums if sums is None else sums
        if self.margins is None:
            return found
        return np.concatenate([found, self.margins.totals(times)], axis=1)

    def value(self) -> tuple[float | None, str]:
        """Return the coefficient of all clusters, and why there is none."""
        import numpy as np

        every = np.ones((len(self.sums), 1))
        value = float(self.rounds(every)[0])
        return (None, self.why(self.columns(every)[0])) if np.isnan(value) else (value, "")


def figures(
    statistics: Sequence[Statistic], sampling: Sampling, means: Sequence[Sequence[int]] = ()
) -> list[Figure]:
    """Return each coefficient with its 95% percentile interval, then the means of some of them.

    A bootstrap round draws as many clusters as there are, with replacement; all coefficients see
    the same draws (Efron and Tibshirani 1993, chapter 13). Rounds in which a coefficient is
    undefined are left out of its interval. A single cluster gives no interval.

    Args:
        statistics: the coefficients.
        sampling: rounds and seed.
        means: for each mean, the places in `statistics` of what it is of; what is undefined is left
            out of it.
    """
    import numpy as np

    values = [statistic.value() for statistic in statistics]
    values += [_mean_of([values[n] for n in mean]) for mean in means]
    clusters = len(statistics[0].sums) if statistics else 0
    if clusters < 2 or sampling.samples < 1:
        return [Figure(value, why=why) for value, why in values]
    parts = [
        [*each, *(mean_defined(np.stack([each[n] for n in mean])) for mean in means)]
        for each in _drawn(statistics, clusters, sampling)
    ]
    rounds = [np.concatenate(part) for part in zip(*parts, strict=True)]
    return [_figure(value, why, drawn) for (value, why), drawn in zip(values, rounds, strict=True)]


def rounds(statistics: Sequence[Statistic], sampling: Sampling) -> list[Floats]:
    """Return the bootstrap rounds of each coefficient, all on the draws that `figures` makes."""
    import numpy as np

    parts = list(_drawn(statistics, len(statistics[0].sums), sampling))
    return [np.concatenate(each) for each in zip(*parts, strict=True)]


def _figure(value: float | None, why: str, drawn: Floats) -> Figure:
    import numpy as np

    defined = drawn[~np.isnan(drawn)]
    if value is None or not len(defined):
        return Figure(value, why=why)
    low, high = np.quantile(defined, (0.025, 0.975))
    return Figure(value, float(low), float(high))


def _mean_of(values: Sequence[tuple[float | None, str]]) -> tuple[float | None, str]:
    defined = [value for value, _ in values if value is not None]
    reasons = sorted({why for _, why in values})
    return (sum(defined) / len(defined), "") if defined else (None, "; ".join(reasons))


def mean_defined(values: Floats) -> Floats:
    """Return the mean over the first axis of what is not NaN; NaN where nothing is."""
    import numpy as np

    defined = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        mean: Floats = np.where(defined, values, 0).sum(axis=0) / defined.sum(axis=0)
    return mean


def _drawn(
    statistics: Sequence[Statistic], clusters: int, sampling: Sampling
) -> Iterator[list[Floats]]:
    """Yield the statistics' values in some rounds at a time."""
    import numpy as np

    columns = np.concatenate([statistic.sums for statistic in statistics], axis=1)
    ends = np.cumsum([statistic.sums.shape[1] for statistic in statistics])[:-1]
    generator = np.random.default_rng(sampling.seed)
    for first in range(0, sampling.samples, _ROUNDS):
        size = min(_ROUNDS, sampling.samples - first)
        drawn = generator.integers(clusters, size=(size, clusters))
        drawn += np.arange(size)[:, None] * clusters
        count = np.bincount(drawn.ravel(), minlength=size * clusters)
        times = np.ascontiguousarray(count.reshape(size, clusters).T, dtype=np.float64)
        blocks = np.split(times.T @ columns, ends, axis=1)
        yield [
            statistic.rounds(times, block)
            for statistic, block in zip(statistics, blocks, strict=True)
        ]


def by_cluster(weights: Floats, cluster: Ints, clusters: int) -> Floats:
    """Sum the columns of `weights` (rows x columns) over the rows of each cluster."""
    import numpy as np

    summed = [np.bincount(cluster, column, minlength=clusters) for column in weights.T]
    return np.stack(summed, axis=1) if summed else np.zeros((clusters, 0))
