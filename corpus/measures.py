"""How two sets of spans compare: exact, by overlap, and SemEval's SI, with intervals.

Every measure counts first and divides last: a `Tally` adds up over articles. All are symmetric
(swap the sides and precision and recall change places) and independent of the spans' order.
"""

from __future__ import annotations

import functools
import math
from bisect import bisect
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from corpus.records import Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Place = tuple[int, int]
#: The least intersection over union of a pair that counts as found.
OVERLAP = 0.5
#: Bootstrap samples; the ends of a 95% interval then rest on 25 samples each.
SAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Tally:
    """What precision and recall are quotients of.

    `precise` is the credit of the `predicted` spans, `recalled` that of the `reference` spans.
    """

    precise: float = 0.0
    predicted: int = 0
    recalled: float = 0.0
    reference: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.precise + other.precise,
            self.predicted + other.predicted,
            self.recalled + other.recalled,
            self.reference + other.reference,
        )

    @property
    def precision(self) -> float | None:
        """Credit a predicted span; None where neither side has a span, 0 where only one has."""
        return self._share(self.precise, self.predicted)

    @property
    def recall(self) -> float | None:
        """Credit a reference span; None where neither side has a span, 0 where only one has."""
        return self._share(self.recalled, self.reference)

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall; None where neither side has a span."""
        precision, recall = self.precision, self.recall
        if precision is None or recall is None:
            return None
        both = precision + recall
        return 2 * precision * recall / both if both else 0.0

    def _share(self, credit: float, spans: int) -> float | None:
        if not self.predicted and not self.reference:
            return None
        return credit / spans if spans else 0.0


Measure = Callable[[Sequence[Span], Sequence[Span]], Tally]


def exact(reference: Sequence[Span], predicted: Sequence[Span]) -> Tally:
    """Count the spans whose start, end and label are the same on both sides."""
    ours, theirs = _keys(predicted), _keys(reference)
    hits = len(ours & theirs)
    return Tally(hits, len(ours), hits, len(theirs))


def overlapping(reference: Sequence[Span], predicted: Sequence[Span]) -> Tally:
    """Count the pairs of a largest one-to-one matching of spans that overlap by half.

    Two spans may be paired where their labels are equal and their intersection is at least half
    of their union.
    """
    ways = {
        number: [other for other, t in enumerate(reference) if alike(s, t)]
        for number, s in enumerate(predicted)
    }
    hits = _largest_matching(ways)
    return Tally(hits, len(predicted), hits, len(reference))


def alike(one: Span, other: Span) -> bool:
    """Tell whether two spans are of one label and their intersection is half of their union."""
    if one.label != other.label:
        return False
    shared = _shared((one.start, one.end), (other.start, other.end))
    union = (one.end - one.start) + (other.end - other.start) - shared
    return shared >= OVERLAP * union


def contained(reference: Sequence[Span], predicted: Sequence[Span]) -> Tally:
    """SI of SemEval-2020 task 11: by how much the spans cover each other, labels ignored.

    Overlapping spans of a side are merged first. P is the mean over predicted spans s of
    sum_t |s & t| / |s|, R the mean over reference spans t of sum_s |s & t| / |t|.
    """
    return _covered(merged(reference), merged(predicted))


def contained_labelled(reference: Sequence[Span], predicted: Sequence[Span]) -> Tally:
    """FLC of SemEval-2020 task 11: as SI, a pair counting only where labels are equal, no merge."""
    labels = {span.label for span in (*reference, *predicted)}
    parts = (
        _covered(_places(reference, label), _places(predicted, label)) for label in sorted(labels)
    )
    return sum(parts, Tally())


def merged(spans: Iterable[Span]) -> list[Place]:
    """Return the places of the spans in order, those that share a character made one."""
    places: list[Place] = []
    for start, end in sorted((span.start, span.end) for span in spans):
        if places and start < places[-1][1]:
            places[-1] = (places[-1][0], max(end, places[-1][1]))
        else:
            places.append((start, end))
    return places


def majority(opinions: Sequence[Sequence[Place]]) -> list[Place]:
    """Return the runs of characters that at least half of the opinions cover, in order.

    An opinion is one annotator's spans of one label, so with two annotators a character that one
    of them covered stands. A run ends where fewer than half carry one span on: spans that touch
    stay apart.
    """
    rises: defaultdict[int, int] = defaultdict(int)
    begins: defaultdict[int, int] = defaultdict(int)
    for start, end in (place for opinion in opinions for place in opinion):
        rises[start] += 1
        rises[end] -= 1
        begins[start] += 1
    runs: list[Place] = []
    covering = 0
    for start, end in pairwise(sorted(rises)):
        covering += rises[start]
        if covering * 2 < len(opinions) or not covering:
            continue
        carried_on = (covering - begins[start]) * 2 >= len(opinions)
        if runs and runs[-1][1] == start and carried_on:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    return runs


@dataclass(frozen=True, slots=True)
class Figure:
    """A value and its 95% interval; None where there is nothing to score, and `why` says so."""

    value: float | None
    low: float | None = None
    high: float | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """One measure of one label; `label` is empty for all labels together."""

    label: str
    measure: str
    precision: Figure
    recall: Figure
    f1: Figure
    predicted: int
    reference: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Both sides' spans in one article, and the group of articles that is resampled as one."""

    group: str
    reference: tuple[Span, ...]
    predicted: tuple[Span, ...]


#: Measured for each label and for all labels together, where SI ignores the labels.
MEASURES: Mapping[str, Measure] = {"exact": exact, "overlap": overlapping, "SI": contained}
#: Of all labels together only: for one label it equals SI.
LABELLED: Mapping[str, Measure] = {"FLC": contained_labelled}


def score(
    pairs: Sequence[Pair],
    labels: Sequence[str],
    seed: int = 0,
    measures: Mapping[str, Measure] = MEASURES,
    labelled: Mapping[str, Measure] = LABELLED,
    *,
    samples: int = SAMPLES,
) -> list[Score]:
    """Return every measure of all labels together (first) and of each of `labels`.

    Args:
        pairs: the two sides of every article.
        labels: the labels that are scored one by one.
        seed: of the bootstrap.
        measures: what is measured of all labels together and of each.
        labelled: what is measured of all labels together alone.
        samples: of the bootstrap; none, no intervals.
    """
    draw = functools.partial(bootstrap, seed=seed, samples=samples)
    scores = [
        _score("", name, measure, pairs, draw) for name, measure in {**measures, **labelled}.items()
    ]
    for label in labels:
        only = [
            Pair(pair.group, _only(pair.reference, label), _only(pair.predicted, label))
            for pair in pairs
        ]
        scores += [_score(label, name, measure, only, draw) for name, measure in measures.items()]
    return scores


def bootstrap(
    tallies: Sequence[Tally], seed: int = 0, samples: int = SAMPLES
) -> tuple[Figure, Figure, Figure]:
    """Return precision, recall and F1 of the sum of `tallies`, resampled with replacement.

    One tally is one independent unit (a group of articles). The same seed, number of samples and
    number of units draw the same samples, so that systems are compared on the same draws.
    Percentile intervals; samples without any span are left out, and with a single unit, or no
    samples, there is no interval.
    """
    import numpy as np

    total = sum(tallies, Tally())
    values = (total.precision, total.recall, total.f1)
    if len(tallies) < 2 or samples < 1 or total.f1 is None:
        return Figure(values[0]), Figure(values[1]), Figure(values[2])
    counts = np.array([[t.precise, t.predicted, t.recalled, t.reference] for t in tallies])
    sums = _draws(len(tallies), seed, samples) @ counts
    sums = sums[(sums[:, 1] + sums[:, 3]) > 0]
    precision = sums[:, 0] / np.maximum(sums[:, 1], 1)
    recall = sums[:, 2] / np.maximum(sums[:, 3], 1)
    both = precision + recall
    f1 = 2 * precision * recall / np.where(both > 0, both, 1)
    figures = [
        Figure(value, float(np.quantile(sample, 0.025)), float(np.quantile(sample, 0.975)))
        for value, sample in zip(values, (precision, recall, f1), strict=True)
    ]
    return figures[0], figures[1], figures[2]


@functools.lru_cache(maxsize=8)
def _draws(units: int, seed: int, samples: int) -> NDArray[np.float64]:
    """How often each unit stands in each bootstrap sample, samples x units."""
    import numpy as np

    drawn = np.random.default_rng(seed).integers(units, size=(samples, units))
    times = np.zeros((samples, units))
    np.add.at(times, (np.arange(samples)[:, None], drawn), 1)
    return times


def _score(
    label: str,
    name: str,
    measure: Measure,
    pairs: Sequence[Pair],
    draw: Callable[[Sequence[Tally]], tuple[Figure, Figure, Figure]],
) -> Score:
    groups: dict[str, Tally] = {}
    for pair in pairs:
        tally = measure(pair.reference, pair.predicted)
        groups[pair.group] = groups.get(pair.group, Tally()) + tally
    total = sum(groups.values(), Tally())
    figures = draw(list(groups.values()))
    return Score(label, name, *figures, total.predicted, total.reference)


def _only(spans: tuple[Span, ...], label: str) -> tuple[Span, ...]:
    return tuple(span for span in spans if span.label == label)


def _keys(spans: Iterable[Span]) -> set[tuple[int, int, str]]:
    return {(span.start, span.end, span.label) for span in spans}


def _places(spans: Iterable[Span], label: str) -> list[Place]:
    return sorted((span.start, span.end) for span in spans if span.label == label)


def _shared(one: Place, other: Place) -> int:
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def _covered(reference: list[Place], predicted: list[Place]) -> Tally:
    # fsum rounds once, so that neither order nor side changes the last digit
    precise = math.fsum(_shares(predicted, reference))
    recalled = math.fsum(_shares(reference, predicted))
    return Tally(precise, len(predicted), recalled, len(reference))


def _shares(places: list[Place], others: list[Place]) -> Iterator[float]:
    """Yield of each place sum_o |place & o| / |place|, in a time that no product of counts is."""
    starts, ends = sorted(start for start, _ in others), sorted(end for _, end in others)
    begun, ended = [0, *accumulate(starts)], [0, *accumulate(ends)]

    def before(at: int) -> int:
        """How many characters before `at` the others hold, all counts added."""
        opened, closed = bisect(starts, at), bisect(ends, at)
        return (opened - closed) * at - begun[opened] + ended[closed]

    for start, end in places:
        yield (before(end) - before(start)) / (end - start)


def _largest_matching(ways: Mapping[int, Sequence[int]]) -> int:
    """The size of a largest one-to-one matching, by augmenting paths (Kuhn 1955)."""
    taken: dict[int, int] = {}

    def place(left: int, tried: set[int]) -> bool:
        for right in ways[left]:
            if right in tried:
                continue
            tried.add(right)
            if right not in taken or place(taken[right], tried):
                taken[right] = left
                return True
        return False

    return sum(place(left, set()) for left in ways)
