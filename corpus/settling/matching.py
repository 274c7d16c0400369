"""Which spans of several annotators are the same one: largest one-to-one matchings by overlap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations

from corpus.agreement.matching import match
from corpus.records import Span


def matched(ours: Sequence[Span], theirs: Sequence[Span]) -> list[tuple[Span, Span]]:
    """Return a one-to-one matching of spans that overlap: as many pairs as can be.

    Of equally many pairs those that share most characters, of those the first in the text. Each
    side is spans of one label by one author, which do not overlap each other.
    """
    found = match([_place(span) for span in ours], [_place(span) for span in theirs])
    pairs = [(ours[one], theirs[other]) for one, other in found]
    return sorted(pairs, key=lambda pair: _place(pair[0]))


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


def _alike(one: Span, other: Span) -> Fraction:
    shared = _shared(one, other)
    return Fraction(shared, one.end - one.start + other.end - other.start - shared)


def _shared(one: Span, other: Span) -> int:
    return max(0, min(one.end, other.end) - max(one.start, other.start))


def _place(span: Span) -> tuple[int, int]:
    return span.start, span.end
