"""In which order the rows are taught: by a seed and the epoch alone, so that a run can resume.

Each epoch is filled up to whole steps of the optimizer with rows that weigh nothing. So batches of
several processes, or several that accumulate, add up to what one process with one batch is taught.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset, Sampler

from training.rows import Row

#: The number of the row that weighs nothing.
NOTHING = -1
#: As many steps' rows are sorted by length together.
_STEPS = 50


class Rows(Dataset[Row]):
    """The rows that are taught; the row `NOTHING` asks nothing."""

    def __init__(self, made: Sequence[Row]) -> None:
        self.made = made
        self.nothing = _emptied(made[0])

    def __len__(self) -> int:
        return len(self.made)

    def __getitem__(self, number: int) -> Row:
        return self.nothing if number == NOTHING else self.made[number]


class Order(Sampler[int]):
    """Numbers of rows for an epoch: at random, those of like length near each other.

    Args:
        lengths: the rows' tokens; None where length is no matter.
        count: how many rows.
        step: how many rows the optimizer's step has, over all processes.
        seed: of the draw; None keeps the rows' own order.
    """

    def __init__(
        self, lengths: Sequence[int] | None, count: int, step: int, seed: int | None
    ) -> None:
        self.lengths = lengths
        self.count = count
        self.step = step
        self.seed = seed
        self.epoch = 0

    def __len__(self) -> int:
        return -(-self.count // self.step) * self.step

    def __iter__(self) -> Iterator[int]:
        numbers = list(range(self.count))
        if self.seed is not None:
            draw = torch.Generator().manual_seed(self.seed * 100_003 + self.epoch)
            numbers = torch.randperm(self.count, generator=draw).tolist()
        if self.lengths is not None:
            numbers = self._by_length(numbers, self.lengths)
        yield from numbers
        yield from [NOTHING] * (len(self) - self.count)

    def _by_length(self, numbers: list[int], lengths: Sequence[int]) -> list[int]:
        """Sort runs of many steps by length; the longest row comes first, so that memory shows."""
        size = self.step * min(max(self.count // (4 * self.step), 1), _STEPS)
        runs = [numbers[at : at + size] for at in range(0, len(numbers), size)]
        runs = [sorted(run, key=lambda n: -lengths[n]) for run in runs]
        most = max(range(len(runs)), key=lambda at: lengths[runs[at][0]])
        runs[0][0], runs[most][0] = runs[most][0], runs[0][0]
        return [number for run in runs for number in run]


def filled(made: Sequence[Row], step: int) -> list[Row]:
    """Fill `made` up to whole batches of `step` rows; a row's mean loss stays what it was.

    Else transformers would cut what several processes gather at a wrong place.
    """
    missing = -len(made) % step
    share = (len(made) + missing) / len(made)
    weighed = ("mask", "picked_mask")
    rows = [{**row, **{name: row[name] * np.float32(share) for name in weighed}} for row in made]
    return [*rows, *[_emptied(made[0])] * missing]


def _emptied(row: Row) -> Row:
    """The shortest row of the same form: one token, no unit, no weight."""
    empty: dict[str, Any] = {"input_ids": row["input_ids"][:1], "article": ""}
    for name in ("inside", "begins", "mask"):
        empty[name] = row[name][:1] * 0
    for name in ("units", "whole", "surface", "picked", "picked_mask"):
        empty[name] = row[name][:0]
    return empty
