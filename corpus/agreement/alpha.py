"""Krippendorff's alpha, nominal and for sets of values; missing values allowed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING

from corpus.agreement.estimates import Statistic, by_cluster

if TYPE_CHECKING:
    from corpus.agreement.estimates import Floats, Ints

#: Said where a coefficient has nothing to correct: with one value, agreement is certain.
NOTHING_VARIES = "nothing varies"
NO_PAIR = "nothing was answered by two annotators"


def coincidences(
    codes: Ints, weights: Floats, cluster: Ints, clusters: int, values: int
) -> tuple[Floats, Floats]:
    """Count what alpha is made of, for each cluster and value.

    A unit with m values gives each pair of its values weight / (m - 1) coincidences (Krippendorff
    2011, 'Computing Krippendorff's Alpha-Reliability', section B to E): units with one value give
    none.

    Args:
        codes: units x annotators, a value's number or -1 where there is none.
        weights: how much a unit counts: 1, or its length.
        cluster: each unit's cluster.
        clusters: how many there are.
        values: how many values there are.

    Returns:
        Coincidences of each value with another one, and with any (the margin n_c); clusters x
        values each.
    """
    import numpy as np

    answered = (codes >= 0).sum(axis=1)
    kept = answered > 1
    codes, weights, cluster, answered = (a[kept] for a in (codes, weights, cluster, answered))
    missed, margin = [], []
    for value in range(values):
        given = (codes == value).sum(axis=1)
        missed.append(weights * given * (answered - given) / (answered - 1))
        margin.append(weights * given)
    shape = (len(weights), 0)
    columns = np.stack(missed + margin, axis=1) if values else np.zeros(shape)
    sums = by_cluster(columns, cluster, clusters)
    return sums[:, :values], sums[:, values:]


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


def nominal(missed: Floats, margin: Floats) -> Statistic:
    """Return nominal alpha of `coincidences`."""
    import numpy as np

    def formula(sums: Floats) -> Floats:
        return chance_corrected(sums[:, 0], sums[:, 1:], sums[:, 1:].sum(axis=1))

    return Statistic(np.column_stack([missed.sum(axis=1), margin]), formula, _why)


def weighted(disagreed: Floats, margin: Floats, distance: Floats) -> Statistic:
    """Return alpha with a distance between values (values x values, 0 on the diagonal).

    `disagreed` is the sum of the distances of coincident values, a column; D_e is the sum of
    n_c n_k distance_ck / (n - 1).
    """
    import numpy as np

    def formula(sums: Floats) -> Floats:
        counts = sums[:, 1:]
        total = counts.sum(axis=1)
        expected = ((counts @ distance) * counts).sum(axis=1)
        found: Floats = 1 - sums[:, 0] * (total - 1) / expected
        return found

    return Statistic(np.column_stack([disagreed, margin]), formula, _why)


def distances(
    codes: Ints, weights: Floats, cluster: Ints, clusters: int, distance: Floats
) -> Floats:
    """Sum the distances of each unit's coincident values over the units of each cluster."""
    import numpy as np

    answered = (codes >= 0).sum(axis=1)
    total = np.zeros(len(codes))
    for one in range(codes.shape[1]):
        for other in range(codes.shape[1]):
            both = (codes[:, one] >= 0) & (codes[:, other] >= 0)
            total[both] += distance[codes[both, one], codes[both, other]]
    total *= weights / np.maximum(answered - 1, 1)
    return by_cluster(total[:, None], cluster, clusters)[:, 0]


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
    units = np.zeros(len(rows), dtype=np.int64)
    parts = coincidences(codes, np.ones(len(rows)), units, 1, len(values))
    return nominal(*parts).value()[0]


def alpha_of_sets(
    rows: Sequence[Sequence[frozenset[str] | None]],
    distance: Callable[[frozenset[str], frozenset[str]], float] = masi,
) -> float | None:
    """Return alpha of sets of values, units x annotators, by MASI or another distance."""
    import numpy as np

    codes, values = numbered(rows)
    cluster, ones = np.zeros(len(rows), dtype=np.int64), np.ones(len(rows))
    table = distance_table([value for value in values if isinstance(value, frozenset)], distance)
    disagreed = distances(codes, ones, cluster, 1, table)
    margin = coincidences(codes, ones, cluster, 1, len(values))[1]
    return weighted(disagreed, margin, table).value()[0]


def _sortable(value: Hashable) -> str:
    return "\n".join(sorted(value)) if isinstance(value, frozenset) else str(value)


def _why(sums: Floats) -> str:
    return NOTHING_VARIES if sums[1:].sum() else NO_PAIR
