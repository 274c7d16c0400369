"""Does selecting sentences beat drawing them? newssd-eng, frozen encoder, logistic regression.

    python benchmarks/selection.py FOLDER [--seeds 10] [--steps 8]

FOLDER holds newssd-eng's train.csv and val.csv (CC-BY-4.0). Labels that are there arrive as if a
strategy had asked for them, at equal reading time (characters); a quarter is tested on, another
for each seed. Its test.csv is not read.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from machine import machine
from newssd import sentences, states

from training.commands.selecting import print_simulation
from training.selecting.linear import Item
from training.selecting.pool import PACE
from training.selecting.simulation import simulate


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--steps", type=int, default=8)
    options = parser.parse_args()
    begun = time.monotonic()
    texts, targets = sentences(options.folder)
    features = states(texts)
    items = [
        Item(f"s{n:04}", f"s{n:04}", len(text) / PACE, features[n : n + 1], targets[n : n + 1])
        for n, text in enumerate(texts)
    ]
    found = simulate(items, exclusive=True, seeds=options.seeds, steps=options.steps)
    print_simulation(found)
    print(f"{machine()}, {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
