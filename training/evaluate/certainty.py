"""What the scores of spans are worth: whether they are probabilities, and where to abstain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from corpus.agreement.estimates import Sampling
from corpus.measures import Pair, alike
from corpus.scoring.reliability import Reliability, reliability
from training.evaluate.results import Band


def reliable(pairs: Sequence[Pair], sampling: Sampling) -> Reliability:
    """Return the reliability of the spans' scores.

    A score is taken for the probability that a reference span of the label overlaps by half.
    """
    items = list(_items(pairs))
    return reliability(
        [score for _, score, _ in items],
        [hit for _, _, hit in items],
        [group for group, _, _ in items],
        sampling=sampling,
    )


def band(pairs: Sequence[Pair], abstain: tuple[float, float]) -> Band:
    """Return how often spans within the band of abstention are right, and those above it."""
    low, high = abstain
    within = [hit for _, score, hit in _items(pairs) if low <= score <= high]
    above = [hit for _, score, hit in _items(pairs) if score > high]
    return Band(low, high, len(above), _mean(above), len(within), _mean(within))


def _items(pairs: Sequence[Pair]) -> Iterator[tuple[str, float, float]]:
    """Yield each predicted span's group and score, and 1 where the reference has it."""
    for pair in pairs:
        for span in pair.predicted:
            hit = any(alike(span, other) for other in pair.reference)
            yield pair.group, span.score or 0.0, float(hit)


def _mean(hits: Sequence[float]) -> float | None:
    return sum(hits) / len(hits) if hits else None
