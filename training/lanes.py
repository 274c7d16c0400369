"""All articles one after the other, a lane a label: what a threshold makes of them, fast.

What is counted equals `corpus.measures` (a test holds it to that), by searches in sorted places
instead of loops over pairs: a hundred thresholds are tried in the time of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.measures import OVERLAP
from corpus.scheme import Scheme
from training.decode import Reading, Strip, runs, strips
from training.examples import Example
from training.units import Ints

#: Precise, predicted, recalled, reference: the four numbers of a `Tally`.
Counts = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lane:
    """One label over all articles that were asked it.

    Characters are counted on from article to article, so that a place names an article too.

    Attributes:
        strip: the label's words.
        places: [start, end) of each word, words x 2.
        reference: [start, end) of each reference span, spans x 2, in order; none overlap.
    """

    strip: Strip
    places: Ints
    reference: Ints

    def spans(self, threshold: float) -> Ints:
        """Return [start, end) of what is found at that threshold, spans x 2, in order."""
        first, stop = runs(self.strip, threshold)
        return np.column_stack([self.places[first, 0], self.places[stop - 1, 1]])

    def characters(self, threshold: float) -> Counts:
        """Count covered characters."""
        found = self.spans(threshold)
        both = float(covered(self.reference, found).sum())
        sizes = [float((side[:, 1] - side[:, 0]).sum()) for side in (found, self.reference)]
        return np.array([both, sizes[0], both, sizes[1]])

    def contained(self, threshold: float) -> Counts:
        """Count by how much spans cover each other, as `measures.contained_labelled` does."""
        return _shares(self.reference, self.spans(threshold))

    def overlap(self, threshold: float) -> Counts:
        """Count the spans that overlap a reference span by half."""
        found = self.spans(threshold)
        mine, _ = partners(found, self.reference)
        hits = len(np.unique(mine))
        return np.array([hits, len(found), hits, len(self.reference)], np.float64)


def lanes(readings: Sequence[Reading], examples: Sequence[Example], scheme: Scheme) -> list[Lane]:
    """Return a lane for each of the scheme's labels, in its order."""
    size = len(scheme.labels)
    parts: list[list[Strip]] = [[] for _ in range(size)]
    places: list[list[Ints]] = [[] for _ in range(size)]
    reference: list[list[tuple[int, int]]] = [[] for _ in range(size)]
    begin = 0
    for reading, example in zip(readings, examples, strict=True):
        spans = example.reference(scheme)
        on = np.array([(word.start, word.end) for word in reading.words], np.int64).reshape(-1, 2)
        for number, (label, strip) in enumerate(
            zip(scheme.labels, strips(reading, scheme), strict=True)
        ):
            if example.asked(label):
                parts[number].append(strip)
                places[number].append(on + begin)
                mine = sorted((s.start, s.end) for s in spans if s.label == label.name)
                reference[number] += [(start + begin, end + begin) for start, end in mine]
        # One character between articles, so that what ends one never touches the next
        begin += len(reading.article.text) + 1
    return [
        Lane(
            _joined(parts[number], label.snap == "block"),
            np.concatenate([np.zeros((0, 2), np.int64), *places[number]]),
            np.array(reference[number], np.int64).reshape(-1, 2),
        )
        for number, label in enumerate(scheme.labels)
    ]


def f1(counts: Counts) -> float:
    """Return F1 of the counts, 0 where there is nothing to score."""
    precise, predicted, recalled, reference = counts
    precision = precise / predicted if predicted else 0.0
    recall = recalled / reference if reference else 0.0
    return float(2 * precision * recall / (precision + recall)) if precision + recall else 0.0


def si(reference: Ints, found: Iterable[Ints]) -> Counts:
    """Count as `measures.contained`: each side merged first, labels ignored."""
    return _shares(_merged(reference), _merged(np.concatenate(list(found))))


def covered(by: Ints, spans: Ints) -> Ints:
    """Return how many characters of each of `spans` the places `by` cover; these don't overlap."""
    sums = np.concatenate([[0], np.cumsum(by[:, 1] - by[:, 0])])

    def before(at: Ints) -> Ints:
        full = np.searchsorted(by[:, 0], at, side="right")
        last = by[np.maximum(full - 1, 0)] if len(by) else np.zeros((len(at), 2), np.int64)
        return np.asarray(sums[full] - np.where(full, np.maximum(last[:, 1] - at, 0), 0))

    return before(spans[:, 1]) - before(spans[:, 0])


def partners(one: Ints, other: Ints) -> tuple[Ints, Ints]:
    """Return the pairs whose intersection is at least half of their union, by number.

    Both sides are in order and neither overlaps itself. A span can have two partners only where it
    is the two of them with nothing between: of these the first counts.
    """
    low = np.searchsorted(other[:, 1], one[:, 0], side="right")
    high = np.searchsorted(other[:, 0], one[:, 1], side="left")
    count = np.maximum(high - low, 0)
    left = np.repeat(np.arange(len(one)), count)
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    right = np.repeat(low, count) + within
    shared = np.minimum(one[left, 1], other[right, 1]) - np.maximum(one[left, 0], other[right, 0])
    union = np.ptp(one[left], axis=1) + np.ptp(other[right], axis=1) - shared
    good = shared >= OVERLAP * union
    left, right = left[good], right[good]
    first = np.unique(left, return_index=True)[1]
    left, right = left[first], right[first]
    first = np.unique(right, return_index=True)[1]
    return left[first], right[first]


def _shares(reference: Ints, found: Ints) -> Counts:
    precise = (covered(reference, found) / np.maximum(found[:, 1] - found[:, 0], 1)).sum()
    recalled = (covered(found, reference) / np.maximum(np.ptp(reference, axis=1), 1)).sum()
    return np.array([precise, len(found), recalled, len(reference)], np.float64)


def _merged(spans: Ints) -> Ints:
    """The places in order, those that share a character made one."""
    if not len(spans):
        return spans
    order = spans[np.lexsort((spans[:, 1], spans[:, 0]))]
    reach = np.maximum.accumulate(order[:, 1])
    first = np.flatnonzero(np.concatenate([[True], order[1:, 0] >= reach[:-1]]))
    last = np.concatenate([first[1:], [len(order)]]) - 1
    return np.column_stack([order[first, 0], reach[last]])


def _joined(parts: Sequence[Strip], whole: bool) -> Strip:
    """The strips one after the other, their stretches numbered on."""
    numbers: list[Ints] = [np.zeros(0, np.int64)]
    next_ = 0
    for part in parts:
        numbers.append(np.where(part.stretch >= 0, part.stretch + next_, -1))
        next_ += int(part.stretch.max(initial=-1)) + 1
    empty = np.zeros(0, np.float32)
    return Strip(
        np.concatenate([empty, *(part.inside for part in parts)]),
        np.concatenate([empty, *(part.begins for part in parts)]),
        np.concatenate(numbers),
        whole,
    )
