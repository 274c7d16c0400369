"""From a span's raw score to the probability that a span of the reference overlaps it by half.

A raw score is the mean over a span's words of a probability to stand inside a span: that the words
are marked says little about where the mark begins and ends. What it is worth is learned from spans
that a model found in articles it was not taught (`training.standards`), and applied in numpy.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.records import Span

Numbers = NDArray[np.float64]

#: A label has its own curve from so many spans, and the pooled one below. By
#: benchmarks/calibration.py, a fine-tuned encoder's 7,451 spans of 15 labels, fitted on one half of
#: the articles and scored on the other: ECE .012 with own curves, .013 with one for all, .013 by
#: Platt's curve, .015 by isotonic regression; raw .284. Of another fit's 3,978 spans (.015): the
#: same with 30 to 100, .017 with 200; with candidates below the thresholds as well .022 to .032.
ENOUGH = 100
#: And so many of either outcome among them.
EITHER = 10
#: How firmly a curve is held near the pooled one, and that near the raw score: the precision of a
#: normal prior. Without it a few spans that are all right or all wrong would make 0 and 1.
PRIOR = 1.0
#: Scores are held so far from 0 and 1; their digits end there.
EDGE = 1e-4
#: Neither is twice as likely as the other: right, or wrong.
ABSTAIN = (1 / 3, 2 / 3)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A span that was found in an article not taught, and what came true.

    `right` is 1 where the reference has a span that overlaps it by half and 0 where not, or the
    share of the annotators who have one. `group` is the article's group.
    """

    label: str
    score: float
    right: float
    group: str = ""


@dataclass(frozen=True, slots=True)
class Curve:
    """p = 1 / (1 + exp(-(at + rise ln s - fall ln(1 - s)))) of a raw score s, from `spans` spans.

    Beta calibration (Kull, Silva Filho and Flach 2017, 'Beyond sigmoids'); `rise` = `fall` is
    Platt's curve on logits, and both 1 with `at` 0 leaves a score as it is.
    """

    at: float = 0.0
    rise: float = 1.0
    fall: float = 1.0
    spans: int = 0

    def __post_init__(self) -> None:
        """Refuse a curve that falls somewhere or is no number."""
        if not (math.isfinite(self.at) and 0 <= self.rise < math.inf and 0 <= self.fall < math.inf):
            raise ValueError(f"a calibration curve that does not rise: {self}")

    def chances(self, scores: Sequence[float] | Numbers) -> Numbers:
        """Return the probability that each raw score stands for."""
        up, down = _logs(scores)
        return 1 / (1 + np.exp(-np.clip(self.at + self.rise * up + self.fall * down, -30, 30)))


@dataclass(frozen=True, slots=True)
class Calibration:
    """Which probability a raw score stands for, by label; it stands in a model's manifest.

    Attributes:
        curves: the labels that have a curve of their own.
        pooled: of the other labels.
        reference: 'gold' or 'annotator': whose span a score is the chance of.
        abstain: the probabilities between which a span is undecided, ends included.
        error: the expected calibration error on articles that the curves were not fitted on.
        raw_error: that of the raw scores.
        spans: how many spans it was learned from.
    """

    curves: Mapping[str, Curve] = field(default_factory=dict)
    pooled: Curve = Curve()
    reference: str = "gold"
    abstain: tuple[float, float] = ABSTAIN
    error: float | None = None
    raw_error: float | None = None
    spans: int = 0

    def chance(self, label: str, score: float) -> float:
        """Return the probability that a raw score of a span of `label` stands for."""
        return round(float(self.curve(label).chances([score])[0]), 4)

    def curve(self, label: str) -> Curve:
        """Return the curve of `label`."""
        return self.curves.get(label, self.pooled)

    def scored(self, spans: Iterable[Span]) -> tuple[Span, ...]:
        """Return the spans with their raw scores made probabilities."""
        return tuple(
            span if span.score is None else replace(span, score=self.chance(span.label, span.score))
            for span in spans
        )

    def undecided(self, score: float) -> bool:
        """Tell whether a calibrated score says neither yes nor no."""
        return self.abstain[0] <= score <= self.abstain[1]


def calibration_from(data: Mapping[str, Any]) -> Calibration:
    """Read what `dataclasses.asdict` made of a calibration, perhaps by way of JSON.

    Raises:
        KeyError, TypeError, ValueError: it is something else.
    """
    low, high = data["abstain"]
    return Calibration(
        {str(label): Curve(**curve) for label, curve in data["curves"].items()},
        Curve(**data["pooled"]),
        str(data["reference"]),
        (float(low), float(high)),
        data["error"],
        data["raw_error"],
        int(data["spans"]),
    )


def calibrated(outcomes: Sequence[Outcome]) -> Calibration:
    """Learn from `outcomes` what a raw score is worth; of none, scores stay as they are.

    The outcomes' order does not matter. Labels with fewer than `ENOUGH` spans, or fewer than
    `EITHER` right or wrong ones, share the pooled curve.
    """
    pooled = fitted(outcomes, Curve())
    by: dict[str, list[Outcome]] = {}
    for each in outcomes:
        by.setdefault(each.label, []).append(each)
    enough = {
        label: mine
        for label, mine in sorted(by.items())
        if len(mine) >= ENOUGH
        and EITHER <= math.fsum(each.right for each in mine) <= len(mine) - EITHER
    }
    curves = {label: fitted(mine, pooled) for label, mine in enough.items()}
    return Calibration(curves, pooled, spans=len(outcomes))


def fitted(outcomes: Sequence[Outcome], near: Curve) -> Curve:
    """Return the likeliest curve for the outcomes that rises, held near another by `PRIOR`.

    Where a part of the likeliest curve would fall it is left out, as the authors of beta
    calibration do.
    """
    ordered = sorted(outcomes, key=lambda each: (each.score, each.right))
    up, down = _logs([each.score for each in ordered])
    right = np.array([each.right for each in ordered], np.float64)
    full = np.column_stack([np.ones_like(up), up, down])
    wanted = np.array([near.at, near.rise, near.fall])
    for kept in ((0, 1, 2), (0, 1), (0, 2)):
        found = np.zeros(3)
        found[list(kept)] = _newton(full[:, kept], right, wanted[list(kept)])
        if (found[1:] >= 0).all():
            break
    else:
        found = np.array([_newton(full[:, :1], right, wanted[:1])[0], 0, 0])
    at, rise, fall = (round(float(each), 6) for each in found)
    return Curve(at, rise, fall, len(ordered))


def _logs(scores: Sequence[float] | Numbers) -> tuple[Numbers, Numbers]:
    inner = np.clip(np.asarray(scores, np.float64), EDGE, 1 - EDGE)
    return np.log(inner), -np.log1p(-inner)


def _newton(features: Numbers, right: Numbers, near: Numbers, rounds: int = 50) -> Numbers:
    """Logistic regression on outcomes in [0, 1] with a ridge around `near`, by Newton's steps."""
    found = near.copy()

    def loss(at: Numbers) -> float:
        logits = features @ at
        fit = np.logaddexp(0, logits).sum() - right @ logits
        return float(fit + PRIOR / 2 * ((at - near) ** 2).sum())

    for _ in range(rounds):
        chance = 1 / (1 + np.exp(-np.clip(features @ found, -30, 30)))
        slope = features.T @ (chance - right) + PRIOR * (found - near)
        bend = (features.T * (chance * (1 - chance))) @ features + PRIOR * np.eye(len(found))
        step = np.linalg.solve(bend, slope)
        size = 1.0
        while loss(found - size * step) > loss(found) and size > 1e-6:
            size /= 2  # a full step can overshoot far from the best point
        found = found - size * step
        if np.abs(step).max() < 1e-8:
            break
    return found
