"""The probability from which a label stands, for each label, tuned on held-out articles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from corpus.measures import Tally, merged
from corpus.records import Span
from corpus.scheme import Scheme
from training.decode import Reading, decode
from training.examples import Example

#: Soft targets keep a rare label's probabilities small, so the grid is finer there.
GRID = (
    0.02,
    0.03,
    0.05,
    0.07,
    0.1,
    0.13,
    0.16,
    0.2,
    0.25,
    0.3,
    0.35,
    0.4,
    0.45,
    0.5,
    0.6,
    0.7,
    0.8,
)


def tuned(
    readings: Sequence[Reading], examples: Sequence[Example], scheme: Scheme
) -> dict[str, float]:
    """Return for each label the threshold whose spans cover the references' characters best.

    Best is the largest F1 of covered characters, averaged with the neighbouring thresholds: on few
    articles a lonely peak is chance. Of equally good ones it is the middle one. A label without a
    reference takes the threshold of all labels together.
    """
    counts = {threshold: _counts(readings, examples, scheme, threshold) for threshold in GRID}
    common = _best([sum(counts[t].values(), Tally()) for t in GRID])
    found = {}
    for label in scheme.label_names:
        curve = [counts[threshold][label] for threshold in GRID]
        found[label] = _best(curve) if curve[0].reference else common
    return found


def _best(curve: Sequence[Tally]) -> float:
    values = [tally.f1 or 0.0 for tally in curve]
    smooth = [sum(near := values[max(0, at - 1) : at + 2]) / len(near) for at in range(len(values))]
    if not any(smooth):
        return 0.5
    best = [at for at in range(len(GRID)) if smooth[at] >= max(smooth) - 1e-9]
    return GRID[best[len(best) // 2]]


def _counts(
    readings: Sequence[Reading],
    examples: Sequence[Example],
    scheme: Scheme,
    threshold: float,
) -> Mapping[str, Tally]:
    totals = dict.fromkeys(scheme.label_names, Tally())
    for reading, example in zip(readings, examples, strict=True):
        predicted = decode(reading, scheme, dict.fromkeys(scheme.label_names, threshold))
        reference = example.reference(scheme)
        for label in scheme.labels:
            if example.asked(label):
                totals[label.name] += _characters(reference, predicted, label.name)
    return totals


def _characters(reference: Sequence[Span], predicted: Sequence[Span], label: str) -> Tally:
    ours = merged(span for span in predicted if span.label == label)
    theirs = merged(span for span in reference if span.label == label)
    both = sum(max(0, min(s[1], t[1]) - max(s[0], t[0])) for s in ours for t in theirs)
    return Tally(both, sum(e - s for s, e in ours), both, sum(e - s for s, e in theirs))
