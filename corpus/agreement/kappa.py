"""Cohen's kappa of two annotators."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

from corpus.agreement.alpha import NO_PAIR, NOTHING_VARIES, numbered
from corpus.agreement.estimates import Statistic, by_cluster, margins

if TYPE_CHECKING:
    from corpus.agreement.estimates import Floats, Ints


def kappa(one: Ints, other: Ints, cluster: Ints, clusters: int, values: int) -> Statistic:
    """Return kappa of two annotators: (p_o - p_e) / (1 - p_e) (Cohen 1960).

    `one` and `other` are their values by number, -1 where there is none; units that only one of
    them answered are left out.
    """
    import numpy as np

    both = (one >= 0) & (other >= 0)
    one, other, cluster = one[both], other[both], cluster[both]
    missed = by_cluster((one != other).astype(np.float64)[:, None], cluster, clusters)

    def formula(sums: Floats) -> Floats:
        apart, total, _, by_chance = sums.T
        # Counts until the last division: where one value occurs, the difference is exactly 0
        found: Floats = 1 - apart * total / (total * total - by_chance)
        return found

    def why(sums: Floats) -> str:
        return NOTHING_VARIES if sums[1] else NO_PAIR

    used = margins(cluster, [one, other], np.ones(len(one)), values)
    return Statistic(missed, formula, why, used)


def cohen(one: Sequence[Hashable | None], other: Sequence[Hashable | None]) -> float | None:
    """Return kappa of two annotators' values of the same units; None where it is undefined."""
    import numpy as np

    codes, values = numbered(list(zip(one, other, strict=True)))
    if not len(codes):
        return None
    cluster = np.zeros(len(codes), dtype=np.int64)
    return kappa(codes[:, 0], codes[:, 1], cluster, 1, len(values)).value()[0]
