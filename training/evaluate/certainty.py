"""What the scores of spans are worth: whether they are probabilities, and where to abstain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from corpus.agreement.estimates import Sampling
from corpus.measures import Pair, alike
from corpus.scoring.reliability import Reliability, reliability
from training.evaluate.results import Band
from training.evaluate.systems import Test


def reliable(
    test: Test, pairs: Sequence[Pair], sampling: Sampling, reference: str = "gold"
) -> Reliability:
    """Return the reliability of the spans' scores.

    With 'gold' a score is taken for the probability that a reference span of the label overlaps by
    half, with 'annotator' that one drawn from those who were asked has such a span: what the model
    was calibrated for (`training.standards.outcomes`).
    """
    items = list(_items(test, pairs, reference))
    return reliability(
        [score for _, score, _ in items],
        [right for _, _, right in items],
        [group for group, _, _ in items],
        sampling=sampling,
    )


def band(
    test: Test, pairs: Sequence[Pair], abstain: tuple[float, float], reference: str = "gold"
) -> Band:
    """Return how often spans within the band of abstention are right, and those above it.

    With 'annotator' a span is right by the share of annotators who have it.
    """
    low, high = abstain
    items = list(_items(test, pairs, reference))
    within = [right for _, score, right in items if low <= score <= high]
    above = [right for _, score, right in items if score > high]
    return Band(low, high, len(above), _mean(above), len(within), _mean(within))


def _items(test: Test, pairs: Sequence[Pair], reference: str) -> Iterator[tuple[str, float, float]]:
    """Yield each predicted span's group and score, and how far it is right, from 0 to 1."""
    for pair, example in zip(pairs, test.examples, strict=True):
        asked = {label.name: example.asked(label) for label in test.scheme.labels}
        for span in pair.predicted:
            opinions = [each.spans for each in asked[span.label]]
            sides = [pair.reference] if reference == "gold" else opinions
            right = [any(alike(span, other) for other in side) for side in sides]
            yield pair.group, span.score or 0.0, float(np.mean(right))


def _mean(hits: Sequence[float]) -> float | None:
    return sum(hits) / len(hits) if hits else None
