"""The learner of a simulation: logistic regression on features that stay as they are."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.selecting.powerlaw import Floats
from training.units_baselines import FROZEN


@dataclass(frozen=True)
class Item:
    """An article as the simulation sees it: its units' features and targets, and reading time.

    `features` is units x d, `targets` units x classes of 0 and 1. A unit is a token, or what is
    asked: a sentence, an article.
    """

    id: str
    group: str
    seconds: float
    features: NDArray[np.float32]
    targets: NDArray[np.float32]


@dataclass(frozen=True)
class Learned:
    """Logistic regressions, one a class, and the share of units that each class had."""

    weights: Floats
    rates: Floats
    exclusive: bool

    def chances(self, features: NDArray[np.float32]) -> Floats:
        """Return the probability of each class, units x classes."""
        logits = features @ self.weights[:-1] + self.weights[-1]
        made: Floats = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
        return made / made.sum(axis=1, keepdims=True) if self.exclusive else made

    def decisions(self, chances: Floats) -> NDArray[np.bool_]:
        """The likeliest class; or of each class as large a share of units as was labelled."""
        if self.exclusive:
            return np.asarray(chances == chances.max(axis=1, keepdims=True))
        edges = [np.quantile(c, 1 - rate) for c, rate in zip(chances.T, self.rates, strict=True)]
        return np.asarray((chances >= np.array(edges)) & (self.rates > 0))


def learn(items: Sequence[Item], *, exclusive: bool) -> Learned:
    """Fit a logistic regression a class on all units of the items."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    features = np.vstack([item.features for item in items])
    targets = np.vstack([item.targets for item in items]) > 0
    weights = np.zeros((features.shape[1] + 1, targets.shape[1]))
    for n, column in enumerate(targets.T):
        if column.all() or not column.any():
            weights[-1, n] = 30.0 if column.all() else -30.0
            continue
        balance = "balanced" if exclusive else None
        model = LogisticRegression(C=FROZEN, max_iter=300, class_weight=balance)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(features, column)
        weights[:-1, n], weights[-1, n] = model.coef_[0], model.intercept_[0]
    return Learned(weights, targets.mean(axis=0), exclusive)


def counts_of(test: Sequence[Item], decided: NDArray[np.bool_], exclusive: bool) -> Floats:
    """Return counts by story, groups x classes x 4; of all classes together if not exclusive."""
    groups = sorted({item.group for item in test})
    table = np.zeros((len(groups), decided.shape[1], 4))
    at = 0
    for item in test:
        ours, theirs = decided[at : at + len(item.targets)], item.targets > 0
        at += len(item.targets)
        both = (ours & theirs).sum(axis=0)
        row = np.stack([both, ours.sum(axis=0), both, theirs.sum(axis=0)], axis=1)
        table[groups.index(item.group)] += row
    return table if exclusive else table.sum(axis=1, keepdims=True)
