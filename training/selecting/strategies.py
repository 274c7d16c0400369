"""Strategies: in which order unannotated articles should be annotated.

Each returns one score an article; the order is by the largest. Pure numpy.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.decode import Reading
from training.heads import ARTICLE, SENTENCE
from training.opinions import article_places, chances
from training.units import Floats
from training.weights import Weights

Wide = NDArray[np.float64]
#: A probability is kept this far from 0 and 1, where its logarithm ends.
_EDGE = 1e-7


def entropy(chance: Wide | Floats) -> Wide:
    """Return the bits of each probability of a yes or no."""
    p = np.clip(np.asarray(chance, np.float64), _EDGE, 1 - _EDGE)
    return np.asarray(-(p * np.log2(p) + (1 - p) * np.log2(1 - p)))


def uncertainty(reading: Reading, weights: Weights) -> float:
    """Return the bits that a model does not know of an article, summed.

    Over its words and labels; and over what is asked of the article and its sentences, where the
    reading kept its tokens.
    """
    bits = float(entropy(reading.inside).sum())
    if reading.tokens is None:
        return bits
    for about in (ARTICLE, SENTENCE):
        for choice, _ in weights.heads.about(about):
            for chance in chances(reading, weights, choice, article_places(reading, about)):
                if chance is None:
                    continue
                if choice.exclusive:
                    p = np.clip(chance.astype(np.float64), _EDGE, 1)
                    bits += float(-(p * np.log2(p)).sum())
                else:
                    bits += float(entropy(chance).sum())
    return bits


def disagreement(readings: Sequence[Reading]) -> float:
    """Return the bits by which several models' words differ, summed over an article.

    The entropy of the mean less the mean entropy (Houlsby et al. 2011, 'Bayesian active learning
    for classification and preference learning'): what is uncertain for all alike does not count.
    """
    inside = np.stack([np.asarray(each.inside, np.float64) for each in readings])
    between = entropy(inside.mean(axis=0)) - entropy(inside).mean(axis=0)
    return float(np.maximum(between, 0).sum())


def spread(means: Floats, known: Floats, count: int) -> list[tuple[int, float]]:
    """Return the rows of `means` to take, each with its distance to all that was taken before.

    Greedy k-center (Sener and Savarese 2018, 'Active learning for convolutional neural networks: a
    core-set approach'): always the one that is farthest from what is known and taken, by the
    cosine. Where nothing is known it begins with the one nearest to the middle of all.

    Args:
        means: articles x d.
        known: what is annotated already, articles x d.
        count: how many to take.
    """
    rows, there = _unit(means), _unit(known)
    if len(there):
        distance = 1 - (rows @ there.T).max(axis=1)
    else:
        distance = rows @ _unit(rows.mean(axis=0, keepdims=True))[0] + 1
    taken: list[tuple[int, float]] = []
    for _ in range(min(count, len(rows))):
        at = int(distance.argmax())
        taken.append((at, float(distance[at])))
        away = 1 - rows @ rows[at]
        first = not len(there) and len(taken) == 1
        distance = away if first else np.minimum(distance, away)
        distance[[each for each, _ in taken]] = -np.inf
    return taken


def _unit(rows: Floats) -> Wide:
    wide = np.asarray(rows, np.float64)
    return np.asarray(wide / np.maximum(np.linalg.norm(wide, axis=-1, keepdims=True), 1e-12))
