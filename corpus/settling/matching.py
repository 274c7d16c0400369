"""Which spans of several annotators are the same one: largest one-to-one matchings by overlap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations

from corpus.records import Span


def matched(ours: Sequence[Span], theirs: Sequence[Span]) -> list[tuple[Span, Span]]:
    """Return a one-to-one matching of spans that overlap: as many pairs as can be.

    Of equally many pairs those that share most characters, of those the first in the text. Each
    side is spans of one label by one author, which do not overlap each other: overlapping pairs
    then never cross, so that aligning the two sequences (Needleman & Wunsch 1970) finds it.
    """
    pairs = []
    for left, right in _knots(sorted(ours, key=_place), sorted(theirs, key=_place)):
        pairs += _aligned(left, right)
    return pairs


def _knots(ours: Sequence[Span], theirs: Sequence[Span]) -> Iterator[tuple[list[Span], list[Span]]]:
    """Yield both sides in groups that share characters, so that a long text stays quick."""
    rows = sorted(
        [(*_place(s), 0, s) for s in ours] + [(*_place(s), 1, s) for s in theirs], key=_row
    )
    sides: tuple[list[Span], list[Span]] = ([], [])
    reach = 0
    for start, end, side, span in rows:
        if start >= reach:
            yield sides
            sides = ([], [])
        sides[side].append(span)
        reach = max(reach, end)
    yield sides


def _aligned(left: Sequence[Span], right: Sequence[Span]) -> list[tuple[Span, Span]]:
    best = [[(0, 0)] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i in range(len(left) - 1, -1, -1):
        for j in range(len(right) - 1, -1, -1):
            skipped = max(best[i + 1][j], best[i][j + 1])
            best[i][j] = max(skipped, _with(best[i + 1][j + 1], left[i], right[j]))
    pairs, i, j = [], 0, 0
    while i < len(left) and j < len(right):
        if left[i].overlaps(right[j]) and best[i][j] == _with(
            best[i + 1][j + 1], left[i], right[j]
        ):
            pairs.append((left[i], right[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def clusters(by: Mapping[str, Sequence[Span]]) -> list[dict[str, Span]]:
    """Return the spans of one label as clusters with at most one span an author, in text order.

    Every two authors' spans are matched; the pairs are joined from the most alike (intersection
    over union) down, where no author would come in twice and every two spans of the cluster share
    a character. Independent of the order of authors and spans.
    """
    pairs = [
        (_alike(one, other), (_place(one), a), (_place(other), b), one, other)
        for a, b in combinations(sorted(by), 2)
        for one, other in matched(by[a], by[b])
    ]
    pairs.sort(key=lambda pair: (-pair[0], pair[1], pair[2]))
    home = {
        (author, _place(span)): {author: span} for author, spans in by.items() for span in spans
    }
    for _, (place, a), (place_, b), _, _ in pairs:
        one, other = home[a, place], home[b, place_]
        if one is other or one.keys() & other.keys():
            continue
        if all(s.overlaps(t) for s in one.values() for t in other.values()):
            one |= other
            home |= {(author, _place(span)): one for author, span in other.items()}
    found = {id(cluster): cluster for cluster in home.values()}
    ordered = [dict(sorted(cluster.items())) for cluster in found.values()]
    return sorted(ordered, key=lambda c: sorted((_place(s), author) for author, s in c.items()))


def _with(rest: tuple[int, int], one: Span, other: Span) -> tuple[int, int]:
    shared = _shared(one, other)
    return (rest[0] + 1, rest[1] + shared) if shared else (-1, 0)


def _alike(one: Span, other: Span) -> Fraction:
    shared = _shared(one, other)
    return Fraction(shared, one.end - one.start + other.end - other.start - shared)


def _shared(one: Span, other: Span) -> int:
    return max(0, min(one.end, other.end) - max(one.start, other.start))


def _row(row: tuple[int, int, int, Span]) -> tuple[int, int, int]:
    return row[:3]


def _place(span: Span) -> tuple[int, int]:
    return span.start, span.end
