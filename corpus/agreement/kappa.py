"""Cohen's kappa of two annotators."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

from corpus.agreement.alpha import NO_PAIR, NOTHING_VARIES, numbered
from corpus.agreement.estimates import Statistic, by_cluster

if TYPE_CHECKING:
    from corpus.agreement.estimates import Floats, Ints


def confusion(one: Ints, other: Ints, cluster: Ints, clusters: int, values: int) -> Floats:
    """Count, for each cluster: agreed units, then each annotator's use of each value.

    `one` and `other` are the annotators' values by number, -1 where there is none; units that only
    one of them answered are left out.
    """
    import numpy as np

    both = (one >= 0) & (other >= 0)
    one, other, cluster = one[both], other[both], cluster[both]
    agreed = by_cluster((one == other).astype(np.float64)[:, None], cluster, clusters)
    used = [
        np.bincount(cluster * values + codes, minlength=clusters * values).reshape(clusters, values)
        for codes in (one, other)
    ]
    return np.concatenate([agreed, *used], axis=1).astype(np.float64)


def kappa(counts: Floats) -> Statistic:
    """Return kappa of `confusion`: (p_o - p_e) / (1 - p_e) (Cohen 1960)."""
    return mean_kappa([counts])


def mean_kappa(pairs: Sequence[Floats]) -> Statistic:
    """Return the mean of the kappas of pairs of annotators, over those where it is defined."""
    import numpy as np

    widths = [counts.shape[1] for counts in pairs]
    ends = np.cumsum(widths)[:-1]

    def formula(sums: Floats) -> Floats:
        found = [_kappa(block) for block in np.split(sums, ends, axis=1)]
        return mean_defined(np.stack(found))

    def why(sums: Floats) -> str:
        return NOTHING_VARIES if sums.sum() else NO_PAIR

    return Statistic(np.concatenate(pairs, axis=1), formula, why)


def mean_defined(values: Floats) -> Floats:
    """Return the mean over the first axis of what is not NaN; NaN where nothing is."""
    import numpy as np

    defined = ~np.isnan(values)
    mean: Floats = np.where(defined, values, 0).sum(axis=0) / defined.sum(axis=0)
    return mean


def _kappa(sums: Floats) -> Floats:
    width = (sums.shape[1] - 1) // 2
    one, other = sums[:, 1 : 1 + width], sums[:, 1 + width :]
    total = one.sum(axis=1)
    # Counts until the last division: where one value occurs, the difference is exactly 0
    by_chance = (one * other).sum(axis=1)
    found: Floats = 1 - (total - sums[:, 0]) * total / (total * total - by_chance)
    return found


def cohen(one: Sequence[Hashable | None], other: Sequence[Hashable | None]) -> float | None:
    """Return kappa of two annotators' values of the same units; None where it is undefined."""
    import numpy as np

    codes, values = numbered(list(zip(one, other, strict=True)))
    if not len(codes):
        return None
    cluster = np.zeros(len(codes), dtype=np.int64)
    return kappa(confusion(codes[:, 0], codes[:, 1], cluster, 1, len(values))).value()[0]
