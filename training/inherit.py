"""What a model takes over from the one it goes on from: every head that asks the same."""

from __future__ import annotations

import torch

from training.model import PressmarkModel


def inherit(model: PressmarkModel, before: PressmarkModel) -> tuple[str, ...]:
    """Copy the heads of `before` that `model` has too; return their names.

    A label is the same by its name, a choice by its name, what it is about, and its values. The
    encoder is taken over with the encoder.
    """
    taken: list[str] = []
    with torch.no_grad():
        _tokens(model, before, taken)
        same = _same_shape(model.unit_hidden, before.unit_hidden)
        if same and model.heads.outputs and before.heads.outputs:
            _copy(model.unit_hidden, before.unit_hidden)
            _choices(model, before, taken)
    return tuple(taken)


def _tokens(model: PressmarkModel, before: PressmarkModel, taken: list[str]) -> None:
    if model.token_head.in_features != before.token_head.in_features:
        return
    here, there = model.heads.labels, before.heads.labels
    for to, name in enumerate(here):
        if name in there:
            at = there.index(name)
            for shift_to, shift_at in ((0, 0), (len(here), len(there))):
                _row(model.token_head, to + shift_to, before.token_head, at + shift_at)
            taken.append(name)


def _choices(model: PressmarkModel, before: PressmarkModel, taken: list[str]) -> None:
    known = {(c.name, c.about, c.exclusive, c.values): at for c, at in before.heads.columns()}
    for choice, to in model.heads.columns():
        at = known.get((choice.name, choice.about, choice.exclusive, choice.values))
        if at is not None:
            for row_to, row_at in zip(_numbers(to), _numbers(at), strict=True):
                _row(model.unit_head, row_to, before.unit_head, row_at)
            taken.append(f"{choice.name} ({choice.about})")


def _numbers(at: slice) -> range:
    return range(at.start, at.stop)


def _same_shape(one: torch.nn.Linear, other: torch.nn.Linear) -> bool:
    return one.weight.shape == other.weight.shape


def _copy(to: torch.nn.Linear, source: torch.nn.Linear) -> None:
    to.weight.copy_(source.weight)
    to.bias.copy_(source.bias)


def _row(to: torch.nn.Linear, row_to: int, source: torch.nn.Linear, row: int) -> None:
    to.weight[row_to] = source.weight[row]
    to.bias[row_to] = source.bias[row]
