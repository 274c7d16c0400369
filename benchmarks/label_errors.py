"""Planted label errors among newssd-eng's sentences: how many of the first 50 are planted?

    python benchmarks/label_errors.py FOLDER [--share 0.05] [--seeds 10]

FOLDER holds newssd-eng's train.csv and val.csv (CC-BY-4.0). A share of the labels is turned over,
a logistic regression on the frozen encoder's states reads each sentence out of fold, and the list
is cleanlab's order by normalised margin, as `pressmark label-errors` has it for answers. Errors
that were in the corpus before count against it: they were not planted.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from machine import machine
from newssd import sentences, states

from training.folds import folds_of
from training.selecting.label_errors import answer_quality
from training.selecting.linear import Item, learn

FIRST = 50
FOLDS = 5


def main() -> None:
    """Plant, rank and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--seeds", type=int, default=10)
    options = parser.parse_args()
    texts, true = sentences(options.folder)
    features = states(texts)
    hits, recalls = [], []
    for seed in range(options.seeds):
        lot = np.random.default_rng(seed)
        planted = lot.random(len(texts)) < options.share
        given = np.where(planted[:, None], 1 - true, true).astype(np.float32)
        chances = _out_of_fold(features, given, seed)
        order = np.argsort(answer_quality(list(given.argmax(axis=1)), chances), kind="stable")
        hits.append(float(planted[order[:FIRST]].mean()))
        recalls.append(float(planted[order[:FIRST]].sum() / planted.sum()))
    mean, spread, found = np.mean(hits), np.std(hits, ddof=1), np.mean(recalls)
    share, lot = options.share, FIRST / len(texts)
    print(f"{len(texts)} sentences, {share:.0%} of the labels turned, {options.seeds} seeds")
    print(f"precision at {FIRST}: {mean:.3f} (standard deviation {spread:.3f})")
    print(f"by lot: {share:.3f}; {mean / share:.1f} times")
    print(f"of the planted in the first {FIRST}: {found:.3f}; by lot {lot:.3f}")
    print(machine())


def _out_of_fold(features: np.ndarray, given: np.ndarray, seed: int) -> np.ndarray:
    items = [
        Item(f"s{n:04}", f"s{n:04}", 1.0, features[n : n + 1], given[n : n + 1])
        for n in range(len(given))
    ]
    chances = np.zeros(given.shape, np.float32)
    for fold in folds_of({item.id: item.group for item in items}, FOLDS, seed):
        held = {int(id_[1:]) for id_ in fold}
        learned = learn([i for n, i in enumerate(items) if n not in held], exclusive=True)
        for n in held:
            chances[n] = learned.chances(features[n : n + 1])
    return chances


if __name__ == "__main__":
    main()
