"""Krippendorff's alpha, nominal and for sets of values; missing values allowed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from corpus.agreement.estimates import Margins, Statistic, by_cluster, margins

if TYPE_CHECKING:
    from corpus.agreement.estimates import Bools, Floats, Ints

#: Said where a coefficient has nothing to correct: with one value, agreement is certain.
NOTHING_VARIES = "nothing varies"
NO_PAIR = "nothing was answered by two annotators"


def nominal(codes: Ints, weights: Floats, cluster: Ints, clusters: int, values: int) -> Statistic:
    """Return nominal alpha (Krippendorff 2011, 'Computing Krippendorff's Alpha-Reliability', C).

    A unit with m values gives each pair of them 1 / (m - 1) coincidences; a unit with one value
    gives none.

    Args:
        codes: units x annotators, a value's number or -1 where there is none.
        weights: how much each unit counts.
        cluster: each unit's cluster.
        clusters: how many there are.
        values: how many values there are.
    """
    differing = _disagreed(codes, weights, cluster, clusters, lambda one, other: one != other)

    def formula(sums: Floats) -> Floats:
        missed, total, _, same = sums.T
        found: Floats = 1 - missed * (total - 1) / (total * total - same)
        return found

    return Statistic(differing, formula, _why, _margins(codes, weights, cluster, values))


def weighted(
    codes: Ints, weights: Floats, cluster: Ints, clusters: int, distance: Floats
) -> Statistic:
    """Return alpha with a distance between values (values x values, 0 on the diagonal).

    D_o sums the distances of coincident values, D_e is the sum of n_c n_k distance_ck / (n - 1).
    """
    import numpy as np

    apart = _disagreed(codes, weights, cluster, clusters, lambda one, other: distance[one, other])
    used = _margins(codes, weights, cluster, len(distance)).table(clusters)

    def formula(sums: Floats) -> Floats:
        counts = sums[:, 1:]
        total = counts.sum(axis=1)
        expected = ((counts @ distance) * counts).sum(axis=1)
        found: Floats = 1 - sums[:, 0] * (total - 1) / expected
        return found

    return Statistic(np.concatenate([apart, used], axis=1), formula, _why)


def _disagreed(
    codes: Ints,
    weights: Floats,
    cluster: Ints,
    clusters: int,
    apart: Callable[[Ints, Ints], Floats | Bools],
) -> Floats:
    """Sum how far the coincident values of each cluster's units are apart, as a column."""
    import numpy as np

    total = np.zeros(len(codes))
    for one, other in combinations(range(codes.shape[1]), 2):
        left, right = codes[:, one], codes[:, other]
        both = (left >= 0) & (right >= 0)
        total[both] += 2 * apart(left[both], right[both])
    total *= weights / np.maximum((codes >= 0).sum(axis=1) - 1, 1)
    return by_cluster(total[:, None], cluster, clusters)


def _margins(codes: Ints, weights: Floats, cluster: Ints, values: int) -> Margins:
    """The use of each value in units that two annotators or more answered."""
    given = codes >= 0
    unit, side = (given & (given.sum(axis=1) > 1)[:, None]).nonzero()
    return margins(cluster[unit], [codes[unit, side]], weights[unit], values)


def chance_corrected(missed: Floats, margin: Floats, own: Floats) -> Floats:
    """Return 1 - D_o / D_e: `missed` and `own` are totals, `margin` is ... x values.

    D_e pairs everything with everything but itself: `own` is what pairs with itself. For values
    that is n (Krippendorff 2011), for the units of a continuum the sum of their squared lengths
    (Krippendorff et al. 2016, equation 4). NaN where only one value occurs.
    """
    total = margin.sum(axis=-1)
    differing = (margin * (total[..., None] - margin)).sum(axis=-1)
    found: Floats = 1 - missed * (total * total - own) / (total * differing)
    return found


def masi(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the MASI distance of two sets: 1 - J * M (Passonneau 2006).

    J is Jaccard's share of common members; M is 1 for equal sets, 2/3 where one holds the other,
    1/3 where they overlap, 0 where they share nothing.
    """
    if one == other:
        return 0.0
    shared = len(one & other)
    held = one <= other or other <= one
    monotone = 2 / 3 if held else 1 / 3
    return 1 - monotone * shared / len(one | other)


def distance_table(
    values: Sequence[frozenset[str]],
    distance: Callable[[frozenset[str], frozenset[str]], float] = masi,
) -> Floats:
    """Return the distances of all values, values x values."""
    import numpy as np

    table = [[distance(one, other) for other in values] for one in values]
    return np.array(table, dtype=np.float64).reshape(len(values), len(values))


def numbered(rows: Sequence[Sequence[Hashable | None]]) -> tuple[Ints, list[Hashable]]:
    """Number the values of units x annotators in the order they sort in; -1 stands for None."""
    import numpy as np

    found = {value for row in rows for value in row if value is not None}
    values = sorted(found, key=_sortable)
    number: dict[Hashable | None, int] = {value: n for n, value in enumerate(values)}
    number[None] = -1
    width = len(rows[0]) if rows else 0
    codes = np.array([[number[value] for value in row] for row in rows], dtype=np.int64)
    return codes.reshape(len(rows), width), values


def alpha(rows: Sequence[Sequence[Hashable | None]]) -> float | None:
    """Return nominal alpha of units x annotators, None standing for a missing value.

    None where fewer than two values of a unit, or no two different values, were given.
    """
    import numpy as np

    codes, values = numbered(rows)
    cluster = np.zeros(len(rows), dtype=np.int64)
    return nominal(codes, np.ones(len(rows)), cluster, 1, len(values)).value()[0]


def alpha_of_sets(
    rows: Sequence[Sequence[frozenset[str] | None]],
    distance: Callable[[frozenset[str], frozenset[str]], float] = masi,
) -> float | None:
    """Return alpha of sets of values, units x annotators, by MASI or another distance."""
    import numpy as np

    codes, values = numbered(rows)
    cluster = np.zeros(len(rows), dtype=np.int64)
    table = distance_table([value for value in values if isinstance(value, frozenset)], distance)
    return weighted(codes, np.ones(len(rows)), cluster, 1, table).value()[0]


def _sortable(value: Hashable) -> str:
    return "\n".join(sorted(value)) if isinstance(value, frozenset) else str(value)


def _why(sums: Floats) -> str:
    return NOTHING_VARIES if sums[1:].sum() else NO_PAIR
