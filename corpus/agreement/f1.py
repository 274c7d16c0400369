"""Pairwise F1 of spans, exact and by overlap, and what it would be by chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from corpus.agreement.estimates import Statistic
from corpus.agreement.matching import overlaps
from corpus.agreement.table import Continuum, Units

if TYPE_CHECKING:
    from corpus.agreement.estimates import Floats, Ints

#: Columns of `hits`.
EXACT, OVERLAP = 0, 1
#: How often each annotator's spans are put at random places for the F1 of chance.
SHUFFLES = 10


def hits(continuum: Continuum, units: Units, one: int, other: int) -> Floats:
    """Count, for each cluster: exact hits, hits by overlap, the spans of `one` and of `other`.

    In the articles that both were asked. A hit by overlap is a pair of a largest one-to-one
    matching of spans that share at least half of their union (`corpus.measures.overlapping`).
    """
    import numpy as np

    both = continuum.asked[:, one] & continuum.asked[:, other]
    shared_articles = both[units.article]
    ours = units.only(shared_articles & (units.annotator == one))
    theirs = units.only(shared_articles & (units.annotator == other))
    left, right, shared = overlaps(ours.start, ours.end, theirs.start, theirs.end)
    union = (ours.end - ours.start)[left] + (theirs.end - theirs.start)[right] - shared
    exact = union == shared
    half = 2 * shared >= union
    found = np.zeros((continuum.clusters, 4))
    found[:, 0] = _count(continuum, ours.article[left[exact]])
    found[:, 1] = _count(continuum, ours.article[left[half]])
    # Only two halves of one span can share a partner: each was counted, one of them can be a hit
    for side, at in ((ours, left[half]), (theirs, right[half])):
        doubled = np.bincount(at, minlength=len(side.start)) - 1
        found[:, 1] -= _count(continuum, np.repeat(side.article, np.maximum(doubled, 0)))
    found[:, 2] = _count(continuum, ours.article)
    found[:, 3] = _count(continuum, theirs.article)
    return found


def _count(continuum: Continuum, article: Ints) -> Ints:
    import numpy as np

    return np.bincount(continuum.cluster[article], minlength=continuum.clusters)


def shuffled(continuum: Continuum, units: Units, seed: int) -> Units:
    """Put each annotator's spans at random places of the same article, each as long as it was.

    The spans come in random order, each behind a random share of the free text, and do not overlap:
    what is left is how many there are and how long. (`training.baselines.shuffled` is another
    chance: a model's, which marks whole words of one article.)
    """
    import numpy as np

    if not len(units.start):
        return units
    draw = np.random.default_rng(seed).random(len(units.start))
    group = units.annotator * len(continuum.begins) + units.article
    size = units.end - units.start
    free = continuum.lengths[units.article] - np.bincount(group, size)[group].astype(np.int64)
    order = np.lexsort((draw, group))
    before = np.cumsum(size[order]) - size[order]
    firsts = np.searchsorted(group[order], group[order])
    start = continuum.begins[units.article] + np.floor(draw * (free + 1)).astype(np.int64)
    start = start[order] + before - before[firsts]
    ordered = units.only(order)
    return Units(
        ordered.article,
        ordered.annotator,
        start,
        start + size[order],
        ordered.value,
        ordered.row,
    )


def pair_hits(
    marked: tuple[Continuum, Units],
    field: tuple[Continuum, Units],
    pairs: Sequence[tuple[int, int]],
    seed: int,
) -> list[tuple[Floats, Floats]]:
    """Return each pair's `hits` of what was marked, and their mean over SHUFFLES shuffles.

    Args:
        marked: a label's continuum and units.
        field: where they could have stood by chance (see `chance.field`).
        pairs: annotators by number.
        seed: of the shuffles.
    """
    import numpy as np

    moved = [shuffled(*field, seed + n) for n in range(SHUFFLES)]
    return [
        (
            hits(*marked, one, other),
            np.mean([hits(field[0], each, one, other) for each in moved], axis=0),
        )
        for one, other in pairs
    ]


def f1(counts: Floats, column: int) -> Statistic:
    """Return F1 of a pair: 2 hits / (spans of one + spans of the other).

    Args:
        counts: the pair's `hits`.
        column: EXACT or OVERLAP.
    """

    def formula(sums: Floats) -> Floats:
        found: Floats = 2 * sums[:, 0] / (sums[:, 1] + sums[:, 2])
        return found

    return Statistic(counts[:, [column, 2, 3]], formula, lambda _: "nobody marked anything")
