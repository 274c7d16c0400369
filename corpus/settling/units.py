"""What is voted on: places of one label, found by characters or by matched spans."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpus.measures import Place
from corpus.records import Span
from corpus.settling.decisions import Result
from corpus.settling.matching import clusters
from corpus.settling.quorum import verdict
from corpus.settling.voters import Ballot

#: Each author's spans.
By = Mapping[str, tuple[Span, ...]]


@dataclass(frozen=True, slots=True)
class Unit:
    """A place of one label, who was asked there, who has what, and what a count of heads says.

    Where it does not stand, [start, end) is all that the votes have there.
    """

    label: str
    start: int
    end: int
    by: By
    asked: tuple[str, ...]
    result: Result
    why: str
    share: float


def by_characters(label: str, ballots: Sequence[Ballot], threshold: float) -> Iterator[Unit]:
    """Yield runs of characters that a quorum covers, and what fell, grouped by overlap.

    A run ends where too few carry one span on: spans that touch stay apart. A run with a tie in it,
    at an end or where two spans meet, is open.
    """
    for by in components({b.author: b.spans.get(label, ()) for b in ballots}):
        start, end = extent(by)
        asked = electorate(label, ballots, by, start, end)
        found = list(_runs([s for spans in by.values() for s in spans], len(asked), threshold))
        for (left, right), result, share in found:
            inside = _touching(by, left, right)
            one = len(asked) < 2
            why = "one vote" if one else "" if result == "stands" else "tie"
            yield Unit(label, left, right, inside, asked, "open" if one else result, why, share)
        met = {id(s) for (a, z), _, _ in found for t in _touching(by, a, z).values() for s in t}
        rest = {author: tuple(s for s in spans if id(s) not in met) for author, spans in by.items()}
        for fallen in components(rest):
            left, right = extent(fallen)
            share = len(fallen) / len(asked)
            yield Unit(label, left, right, fallen, asked, "falls", "", share)


def by_spans(label: str, ballots: Sequence[Ballot], threshold: float) -> Iterator[Unit]:
    """Yield clusters of matched spans; one that stands has the median of its votes' ends.

    Of an even number of votes it is the inner one of the two in the middle: characters that more
    than half cover. Where every annotator has the span and the two differ, that is a tie.
    """
    for cluster in clusters({b.author: b.spans.get(label, ()) for b in ballots}):
        by = {author: (span,) for author, span in cluster.items()}
        start, end = extent(by)
        asked = electorate(label, ballots, by, start, end)
        share = len(by) / len(asked)
        result = verdict(share, threshold)
        why = "tie" if result == "open" else ""
        if len(asked) < 2:
            result, why = "open", "one vote"
        if result == "stands":
            place = middle(list(cluster.values()), everyone=len(by) == len(asked))
            if place is None:
                result, why = "open", "boundary"
            else:
                start, end = place
        yield Unit(label, start, end, by, asked, result, why, share)


def middle(spans: Sequence[Span], *, everyone: bool) -> Place | None:
    """Return the median start and end, None where `everyone` voted and the middle is a tie."""
    count = len(spans)
    starts, ends = sorted(s.start for s in spans), sorted(s.end for s in spans)
    low, high = (count - 1) // 2, count // 2
    if everyone and (starts[low] != starts[high] or ends[low] != ends[high]):
        return None
    return starts[high], ends[low]


def extent(by: By) -> Place:
    """Return the place from the first start to the last end."""
    spans = [span for found in by.values() for span in found]
    return min(s.start for s in spans), max(s.end for s in spans)


def components(by: By) -> Iterator[By]:
    """Yield the spans in groups that share characters (if through a third), in text order."""
    rows = sorted((s.start, s.end, author, s) for author, spans in by.items() for s in spans)
    group: defaultdict[str, tuple[Span, ...]] = defaultdict(tuple)
    reach = 0
    for start, end, author, span in rows:
        if group and start >= reach:
            yield dict(group)
            group = defaultdict(tuple)
        group[author] += (span,)
        reach = max(reach, end)
    if group:
        yield dict(group)


def electorate(
    label: str, ballots: Iterable[Ballot], by: By, start: int, end: int
) -> tuple[str, ...]:
    """Return who has a vote at a place: who was asked, shown any of it, took over no error."""
    return tuple(
        b.author
        for b in ballots
        if b.author in by
        or (label not in b.unasked and b.asked(start, end) and not b.abstains(label, start, end))
    )


def _runs(
    spans: Sequence[Span], voters: int, threshold: float
) -> Iterator[tuple[Place, Result, float]]:
    """Yield the runs that stand or are tied, each with the least share of its characters."""
    run: tuple[Place, Result, float] | None = None
    for left, right in pairwise(sorted({edge for s in spans for edge in (s.start, s.end)})):
        share = sum(s.start <= left and right <= s.end for s in spans) / voters
        result = verdict(share, threshold)
        carried = sum(s.start < left < s.end for s in spans) / voters
        carries = verdict(carried, threshold)
        if result == "falls":
            if run:
                yield run
            run = None
        elif run and carries != "falls":
            (start, _), before, least = run
            open_ = "open" in (before, result, carries)
            run = (start, right), "open" if open_ else "stands", min(least, share)
        else:
            if run:
                yield run
            run = (left, right), result, share
    if run:
        yield run


def _touching(by: By, start: int, end: int) -> By:
    found = {
        author: tuple(s for s in spans if s.start < end and start < s.end)
        for author, spans in by.items()
    }
    return {author: spans for author, spans in found.items() if spans}
