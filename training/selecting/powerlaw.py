"""The inverse power law of a learning curve: what more articles should bring.

F1 after n articles is reach - loss * n ** -rate (Figueroa et al. 2012, 'Predicting sample size
required for classification performance'; Hestness et al. 2017). Pure numpy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: The rates that are tried; beyond these a curve is a line or a step.
RATES = np.linspace(0.05, 2.0, 40)


@dataclass(frozen=True, slots=True)
class PowerLaw:
    """`reach` is F1 with articles without end, at most 1; `loss` is 0 or more, `rate` above 0."""

    reach: float
    loss: float
    rate: float

    def at(self, articles: float) -> float:
        """Return F1 after so many articles, 0 at the least."""
        return max(0.0, float(self.reach - self.loss * articles**-self.rate))


def power_law(articles: Sequence[float], values: Sequence[float]) -> PowerLaw:
    """Fit the law to points by least squares; where nothing rises it is flat at their mean.

    Of each rate the best `reach` and `loss` are in closed form; the best rate is taken. A `reach`
    over 1 is set to 1 and `loss` fitted to it.

    Raises:
        ValueError: there are fewer than two points.
    """
    n, f1 = np.asarray(articles, np.float64), np.asarray(values, np.float64)
    if len(n) < 2:
        raise ValueError("a curve has two points or more")
    best = PowerLaw(float(f1.mean()), 0.0, 1.0)
    least = float(((f1 - f1.mean()) ** 2).sum())
    for rate in RATES:
        falls = n**-rate
        wide = falls - falls.mean()
        if not wide.any():
            continue
        loss = -float((wide * (f1 - f1.mean())).sum() / (wide**2).sum())
        reach = float(f1.mean() + loss * falls.mean())
        if reach > 1:
            reach, loss = 1.0, float((falls * (1 - f1)).sum() / (falls**2).sum())
        if loss <= 0:
            continue
        error = float(((f1 - (reach - loss * falls)) ** 2).sum())
        if error < least - 1e-12:
            best, least = PowerLaw(reach, loss, float(rate)), error
    return best


def f1_of(counts: Floats) -> float | None:
    """Return the mean F1 over classes of counts, classes x (precise, predicted, recalled, gold).

    Classes that the gold does not hold are left out; None where there is no class in it.
    """
    precise, predicted, recalled, gold = np.asarray(counts, np.float64).T
    there = gold > 0
    if not there.any():
        return None
    precision = precise / np.maximum(predicted, 1e-12)
    recall = recalled / np.maximum(gold, 1e-12)
    both = precision + recall
    f1 = np.where(both > 0, 2 * precision * recall / np.maximum(both, 1e-12), 0.0)
    return float(f1[there].mean())
