"""The probability from which a label stands, for each label, tuned on articles not taught."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from corpus.scheme import Scheme
from corpus.settings import Objective
from training.decode import Reading
from training.examples import Example
from training.lanes import Counts, Lane, f1, lanes, si

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
#: How often each label's threshold is chosen anew, given the others', before it is left at that.
ROUNDS = 5


def tuned(
    readings: Sequence[Reading],
    examples: Sequence[Example],
    scheme: Scheme,
    objective: Objective = "characters",
) -> dict[str, float]:
    """Return for each label the threshold that makes the largest F1 of the `objective`.

    'characters' (covered characters) and 'overlap' (spans that overlap by half) are measured for
    each label alone; 'FLC' and 'SI', what SemEval-2020 task 11 scores, of all labels together:
    one label's threshold after the other is chosen, given the rest, until none changes.

    Best is the largest F1, averaged with the neighbouring thresholds: on few articles a lonely
    peak is chance. Of equally good ones it is the middle one. A label without a reference takes
    the threshold of all labels together.
    """
    found = lanes(readings, examples, scheme)
    chosen = _jointly(found, objective) if objective in ("SI", "FLC") else _alone(found, objective)
    return {name: GRID[at] for name, at in zip(scheme.label_names, chosen, strict=True)}


def _alone(found: Sequence[Lane], objective: str) -> list[int]:
    counts = [[getattr(lane, objective)(threshold) for threshold in GRID] for lane in found]
    common = best([f1(each) for each in _sums(counts)])
    curves = [[f1(each) for each in curve] for curve in counts]
    return [
        best(curve) if len(lane.reference) else common
        for lane, curve in zip(found, curves, strict=True)
    ]


def _jointly(found: Sequence[Lane], objective: str) -> list[int]:
    value = _joint_si(found) if objective == "SI" else _joint_flc(found)
    common = best([value([at] * len(found)) for at in range(len(GRID))])
    chosen = [common] * len(found)
    for _ in range(ROUNDS):
        before = list(chosen)
        for number, lane in enumerate(found):
            if not len(lane.reference):
                continue
            tried = [[*chosen[:number], at, *chosen[number + 1 :]] for at in range(len(GRID))]
            chosen[number] = best([value(each) for each in tried])
        if chosen == before:
            break
    return chosen


def _joint_flc(found: Sequence[Lane]) -> Callable[[Sequence[int]], float]:
    counts = [[lane.contained(threshold) for threshold in GRID] for lane in found]
    return lambda chosen: f1(
        np.sum([curve[at] for curve, at in zip(counts, chosen, strict=True)], axis=0)
    )


def _joint_si(found: Sequence[Lane]) -> Callable[[Sequence[int]], float]:
    predicted = [[lane.spans(threshold) for threshold in GRID] for lane in found]
    reference = np.concatenate([lane.reference for lane in found])
    return lambda chosen: f1(
        si(reference, [spans[at] for spans, at in zip(predicted, chosen, strict=True)])
    )


def _sums(counts: Sequence[Sequence[Counts]]) -> list[Counts]:
    return [np.sum(column, axis=0) for column in zip(*counts, strict=True)]


def best(values: Sequence[float]) -> int:
    """Return the place in the grid of the best value, smoothed over neighbours; of none a half."""
    smooth = [sum(near := values[max(0, at - 1) : at + 2]) / len(near) for at in range(len(values))]
    if not any(smooth):
        return GRID.index(0.5)
    equal = [at for at in range(len(values)) if smooth[at] >= max(smooth) - 1e-9]
    return equal[len(equal) // 2]
