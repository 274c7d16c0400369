"""From examples to what the Trainer feeds: a row a window, with its targets and their weights.

The weights are made here and the model only sums them up: nobody asked is 0; each head counts as
its mean over what it is asked in a row; a rare answer may weigh more (`training.balance`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

import numpy as np
import torch
from torch import nn

from corpus.scheme import Scheme
from corpus.settings import TrainingSection
from training.encoding import Floats, Window, targets, windows
from training.examples import Example
from training.heads import Heads
from training.units import FEATURES, Ints, Unit, place_of, surface
from training.votes import Picked, units

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Taught:
    """Examples with the scheme they were annotated under (as the job reads them now).

    Of those of another job `kin` tells, by id, which articles of this one tell the same story.
    """

    scheme: Scheme
    examples: Sequence[Example]
    kin: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Lesson:
    """A unit in a window: what was picked for it, and the share of it that the window teaches.

    `place` is the numbers of the window's tokens: of the unit and of its context, half-open.
    """

    unit: Unit
    picked: Picked
    place: tuple[int, int, int, int]
    weight: float


def rows(
    taught: Sequence[Taught], heads: Heads, tokenizer: Any, settings: TrainingSection
) -> list[Row]:
    """Return the rows of the examples' windows; several schemes train one model.

    Windows have no stride: what is read twice in prediction would only be taught twice here. A
    unit is taught in one window, the one that holds most of its tokens. What is asked of the
    article is taught in all of them, each weighing by its share of the article's tokens: prediction
    reads the mean over the whole, and an article has one vote however long it is.
    """
    made: list[Row] = []
    for part in taught:
        cut = windows([e.article for e in part.examples], tokenizer, settings.window, 0)
        for number, of in groupby(cut, key=lambda window: window.article):
            example, own = part.examples[number], list(of)
            known = units(example, part.scheme, heads, settings.seed)
            for window, lessons in zip(own, _lessons(own, known), strict=True):
                made.append(_row(example, window, part.scheme, heads, lessons))
    if settings.targets == "hard":
        for row in made:
            _harden(row, heads)
    _weigh(made, heads, settings.balance)
    return made


def apart(others: Sequence[Taught], ids: Collection[str]) -> list[Taught]:
    """Return what other jobs teach without the stories of this job's articles `ids`."""
    held = set(ids)

    def kept(part: Taught) -> list[Example]:
        of = part.kin
        return [each for each in part.examples if held.isdisjoint(of.get(each.article.id, ()))]

    left = [replace(part, examples=kept(part)) if part.kin else part for part in others]
    return [part for part in left if part.examples]


def rates(made: Sequence[Row], target: str) -> list[float]:
    """The mean target of each label over the tokens where a loss is taken."""
    asked = [row["mask"] > 0 for row in made]
    summed = np.sum(
        [(row[target] * on).sum(0) for row, on in zip(made, asked, strict=True)], axis=0
    )
    count = np.sum([on.sum(0) for on in asked], axis=0)
    return [float(rate) for rate in summed / np.maximum(count, 1)]


def picked_rates(made: Sequence[Row]) -> list[float]:
    """The mean target of each output over the units it is asked of, each by its weight."""
    summed = np.sum([(row["picked"] * row["picked_mask"]).sum(0) for row in made], axis=0)
    weight = np.sum([row["picked_mask"].sum(0) for row in made], axis=0)
    return [float(rate) for rate in summed / np.maximum(weight, 1e-9)]


class Collator:
    """Makes a batch of rows: everything padded to the longest of it."""

    def __init__(self, tokenizer: Any) -> None:
        self.tokenizer = tokenizer

    def __call__(self, batch: list[Row]) -> dict[str, torch.Tensor]:
        """Return what the model's forward takes."""
        tokens = {"input_ids": [row["input_ids"] for row in batch]}
        padded = self.tokenizer.pad(tokens, padding_side="right", return_tensors="pt")
        made = {name: padded[name] for name in ("input_ids", "attention_mask")}
        for name in batch[0].keys() - made.keys() - {"article"}:
            parts = [torch.from_numpy(row[name]) for row in batch]
            made[name] = nn.utils.rnn.pad_sequence(parts, batch_first=True)
        return made


def _lessons(cut: Sequence[Window], known: Mapping[Unit, Picked]) -> list[list[_Lesson]]:
    """Return what each of an article's windows is taught of its units."""
    found: list[list[_Lesson]] = [[] for _ in cut]
    tokens = [_tokens(window) for window in cut]
    for at, picked in known.items():
        held = [(n, where) for n, (_, p) in enumerate(tokens) if (where := place_of(p, at))]
        if not at.whole:
            held = [max(held, key=lambda each: _size(each[1]))] if held else []
        total = sum(_size(where) for _, where in held)
        for number, where in held:
            first, stop, begin, end = where
            real, _ = tokens[number]
            place = (real[first], real[stop - 1] + 1, real[begin], real[end - 1] + 1)
            found[number].append(_Lesson(at, picked, place, _size(where) / total))
    return found


def _tokens(window: Window) -> tuple[list[int], Ints]:
    """The numbers of the window's tokens that are not special, and their places."""
    real = [number for number, place in enumerate(window.places) if place]
    places = np.array([window.places[number] for number in real], np.int64).reshape(-1, 2)
    return real, places


def _size(where: tuple[int, int, int, int]) -> int:
    return where[1] - where[0]


def _row(
    example: Example,
    window: Window,
    scheme: Scheme,
    heads: Heads,
    lessons: Sequence[_Lesson],
) -> Row:
    taught = targets(example, window, scheme)
    columns = [heads.labels.index(name) for name in scheme.label_names]
    snapped = [heads.labels.index(choice.name) for choice, _ in heads.about("block")]
    row: Row = {"input_ids": list(window.ids), "article": example.article.id}
    for name in ("inside", "begins", "mask"):
        wide = np.zeros((len(window.ids), len(heads.labels)), np.float32)
        wide[:, columns] = getattr(taught, name)
        row[name] = wide
    # Whether a block is a span is the unit head's to say
    row["mask"][:, snapped] = 0
    about = [each.unit for each in lessons]
    texts = [example.article.text[at.start : at.end] for at in about]
    size = (len(lessons), heads.outputs)
    row["units"] = np.array([each.place for each in lessons], np.int64).reshape(-1, 4)
    row["whole"] = np.array([at.whole for at in about], bool)
    looks = [surface(text) for text in texts]
    row["surface"] = np.array(looks, np.float32).reshape(len(lessons), len(FEATURES))
    row["picked"] = np.array([each.picked.share for each in lessons], np.float32).reshape(size)
    asked = [(each.picked.count > 0) * each.weight for each in lessons]
    row["picked_mask"] = np.array(asked, np.float32).reshape(size)
    return row


def _harden(row: Row, heads: Heads) -> None:
    """Make every share the majority's answer; a tie between two values is the first one's."""
    for name in ("inside", "begins"):
        row[name] = np.float32(row[name] >= 0.5)
    for choice, at in heads.columns():
        share = row["picked"][:, at]
        if choice.exclusive:
            asked = row["picked_mask"][:, at].any(axis=1)
            row["picked"][:, at] = np.eye(share.shape[1], dtype=np.float32)[share.argmax(1)]
            row["picked"][~asked, at] = 0
        else:
            row["picked"][:, at] = share >= 0.5


def _weigh(made: Sequence[Row], heads: Heads, balance: float) -> None:
    """Turn the masks into weights: each head's mean over a row, rare answers as `balance` says."""
    tokens, outputs = _scales(made, heads)
    if balance:
        _balance(made, heads, balance)
    for row in made:
        row["mask"] *= tokens
        row["picked_mask"] *= outputs


def _balance(made: Sequence[Row], heads: Heads, power: float) -> None:
    """Weigh a share's positive part by its odds against it, to the `power`; 1 makes both equal."""
    inside = np.array([_odds(rate) ** power for rate in rates(made, "inside")], np.float32)
    share = picked_rates(made)
    for row in made:
        row["mask"] *= 1 + row["inside"] * (inside - 1)
        for choice, at in heads.columns():
            picks_of = row["picked"][:, at]
            if choice.exclusive:
                even = [1 / (len(choice.values) * max(rate, 1e-3)) for rate in share[at]]
                weight = picks_of @ np.array(even, np.float32) ** power
                row["picked_mask"][:, at] *= weight[:, None]
            else:
                odds = np.array([_odds(rate) for rate in share[at]], np.float32)
                row["picked_mask"][:, at] *= 1 + picks_of * (odds**power - 1)


def _odds(rate: float) -> float:
    bounded = min(max(rate, 1e-3), 0.5)
    return (1 - bounded) / bounded


def _scales(made: Sequence[Row], heads: Heads) -> tuple[np.float32, Floats]:
    """Rows that ask a head, by what they ask of it: an average row then weighs 1 a head."""

    def scale(masks: Iterator[Floats]) -> np.float32:
        counts = [float(mask.sum()) for mask in masks]
        return np.float32(sum(c > 0 for c in counts) / max(sum(counts), 1.0))

    tokens = scale(row["mask"] for row in made)
    outputs = np.zeros(heads.outputs, np.float32)
    for choice, at in heads.columns():
        found = scale(row["picked_mask"][:, at] for row in made)
        # The softmax of an exclusive choice is one term a unit, not one a value
        outputs[at] = found * (len(choice.values) if choice.exclusive else 1)
    return tokens, outputs
