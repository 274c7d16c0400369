"""Spans counted by characters and by words, beside exact, overlap, SI and FLC of corpus.measures.

`character` and `token` forgive an end that is a word off, and a long span weighs as much as it is
long. A span counts under its label: characters that two labels cover count twice.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from corpus.agreement.estimates import Sampling, Statistic
from corpus.measures import MEASURES, Measure, Pair, Place, Score, Tally, merged, score
from corpus.records import Span

if TYPE_CHECKING:
    from corpus.agreement.estimates import Floats


def characters(reference: Sequence[Span], predicted: Sequence[Span]) -> Tally:
    """Count the characters that both sides give a label, of those that each side does.

    A character counts once for each label that covers it, however many spans of that label do.
    """
    tallies = []
    for label in sorted({span.label for span in (*reference, *predicted)}):
        theirs, ours = (
            merged(span for span in side if span.label == label) for side in (reference, predicted)
        )
        both = _shared(ours, theirs)
        tallies.append(Tally(both, _length(ours), both, _length(theirs)))
    return sum(tallies, Tally())


def tokens(reference: Sequence[Span], predicted: Sequence[Span], words: Sequence[Place]) -> Tally:
    """Count as `characters` does, but words: a word counts where a span covers some of it."""
    return characters(in_words(reference, words), in_words(predicted, words))


def in_words(spans: Iterable[Span], words: Sequence[Place]) -> tuple[Span, ...]:
    """Return the spans with words in place of characters: from the first they meet to the last.

    Every measure then counts words. A span that meets no word is left out.

    Args:
        spans: in characters.
        words: where the article's words stand, in order; they do not overlap.
    """
    starts, ends = [start for start, _ in words], [end for _, end in words]
    found = []
    for span in spans:
        first, last = bisect_right(ends, span.start), bisect_left(starts, span.end)
        if first < last:
            found.append(replace(span, start=first, end=last, drawn=None))
    return tuple(found)


def score_spans(
    pairs: Sequence[Pair],
    labels: Sequence[str],
    words: Sequence[Sequence[Place]] | None = None,
    sampling: Sampling | None = None,
) -> list[Score]:
    """Return `corpus.measures.score` with 'character' beside, and 'token' where words are given.

    Args:
        pairs: the two sides of every article.
        labels: the labels that are scored one by one.
        words: the words of each article, as many as there are pairs.
        sampling: of the intervals.
    """
    sampling = sampling or Sampling()
    seed, samples = sampling.seed, sampling.samples
    measures = {**MEASURES, "character": characters}
    scores = score(pairs, labels, seed, measures, samples=samples)
    if words is not None:
        counted = [
            Pair(pair.group, in_words(pair.reference, of), in_words(pair.predicted, of))
            for pair, of in zip(pairs, words, strict=True)
        ]
        scores += score(counted, labels, seed, {"token": characters}, {}, samples=samples)
    return scores


def span_f1(measure: Measure) -> Callable[[Sequence[Pair]], Statistic]:
    """Return what makes the F1 of `measure` a coefficient over groups, in sorted order."""

    def statistic(pairs: Sequence[Pair]) -> Statistic:
        import numpy as np

        groups = {group: n for n, group in enumerate(sorted({pair.group for pair in pairs}))}
        sums = np.zeros((len(groups), 4))
        for pair in pairs:
            found = measure(pair.reference, pair.predicted)
            sums[groups[pair.group]] += (
                found.precise,
                found.predicted,
                found.recalled,
                found.reference,
            )
        return Statistic(sums, f1_of, lambda _: "neither side has a span")

    return statistic


def f1_of(sums: Floats) -> Floats:
    """Return F1 of rows of a `Tally`'s four numbers; NaN where neither side has a span."""
    import numpy as np

    precise, predicted, recalled, reference = sums.T
    precision = precise / np.maximum(predicted, 1)
    recall = recalled / np.maximum(reference, 1)
    both = precision + recall
    found = 2 * precision * recall / np.where(both > 0, both, 1)
    return np.where(predicted + reference > 0, found, np.nan)


def _shared(ours: Sequence[Place], theirs: Sequence[Place]) -> int:
    """The characters that two sides share, each in order and without overlaps."""
    total = mine = other = 0
    while mine < len(ours) and other < len(theirs):
        start = max(ours[mine][0], theirs[other][0])
        end = min(ours[mine][1], theirs[other][1])
        total += max(0, end - start)
        if ours[mine][1] <= theirs[other][1]:
            mine += 1
        else:
            other += 1
    return total


def _length(places: Sequence[Place]) -> int:
    return sum(end - start for start, end in places)
