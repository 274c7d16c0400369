"""Which spans of two annotators are of the same thing: one to one, whatever the order.

Spans of one label by one annotator do not overlap, so two annotators' spans in order never cross:
if the first of A meets the second of B, the second of A cannot meet the first of B. Matching is
therefore exact along the text, in one pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from corpus.measures import Place

if TYPE_CHECKING:
    from corpus.agreement.estimates import Ints


def overlaps(
    starts: Ints, ends: Ints, other_starts: Ints, other_ends: Ints
) -> tuple[Ints, Ints, Ints]:
    """Return the pairs of places that share a character, in order, and how many they share.

    Each side is sorted and does not overlap itself.
    """
    import numpy as np

    first = np.searchsorted(other_ends, starts, side="right")
    last = np.searchsorted(other_starts, ends, side="left")
    count = np.maximum(last - first, 0)
    one = np.repeat(np.arange(len(starts)), count)
    before = np.repeat(np.cumsum(count) - count, count)
    other = np.arange(len(one)) - before + np.repeat(first, count)
    shared = np.minimum(ends[one], other_ends[other]) - np.maximum(starts[one], other_starts[other])
    return one, other, shared


def matched(one: Ints, other: Ints, shared: Ints) -> Ints:
    """Return which of the `overlaps` make a largest matching, of those one that shares the most.

    Where two are as good, the pair that stands earlier is taken: the sides, and the order in which
    spans or annotators came, make no difference.
    """
    import numpy as np

    size = len(one)
    # Both columns rise, so what can follow a pair begins where its run in either column has ended
    after = np.maximum(
        np.searchsorted(one, one, side="right"), np.searchsorted(other, other, side="right")
    ).tolist()
    weight = shared.tolist()
    best = [(0, 0)] * (size + 1)
    taken = [False] * size
    for at in range(size - 1, -1, -1):
        count, total = best[after[at]]
        with_it = (count + 1, total + weight[at])
        taken[at] = with_it >= best[at + 1]
        best[at] = max(with_it, best[at + 1])
    chosen, at = [], 0
    while at < size:
        if taken[at]:
            chosen.append(at)
            at = after[at]
        else:
            at += 1
    return np.array(chosen, dtype=np.int64)


def match(one: Sequence[Place], other: Sequence[Place]) -> list[tuple[int, int]]:
    """Return the pairs (place in `one`, place in `other`) of a largest matching of overlaps.

    Of the largest it is one that shares the most characters; neither side may overlap itself.
    """
    import numpy as np

    mine, theirs = _sorted(one), _sorted(other)
    columns = [
        np.array([side[n][edge] for n in order], dtype=np.int64)
        for side, order in ((one, mine), (other, theirs))
        for edge in (0, 1)
    ]
    left, right, shared = overlaps(*columns)
    return sorted((mine[left[at]], theirs[right[at]]) for at in matched(left, right, shared))


def _sorted(places: Sequence[Place]) -> list[int]:
    return sorted(range(len(places)), key=lambda n: places[n])
