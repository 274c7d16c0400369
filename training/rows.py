"""From examples to what the Trainer feeds: a row a window, with its targets and their weights.

The weights are made here and the model only sums them up: nobody asked is 0; each head counts as
its mean over what it is asked in a row; a rare answer may weigh more (`training.balance`).
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import nn

from corpus.records import Annotation, Answer, Block, Span
from corpus.scheme import Scheme
from corpus.settings import TrainingSection
from training.encoding import Floats, Window, allowed, targets, windows
from training.examples import Example
from training.heads import FLAG, Choice, Heads
from training.units import FEATURES, Unit, article_unit, place_of, surface, unit

#: A span is also taught with its ends moved by up to so many tokens: a predicted span is seldom
#: drawn as an annotator drew it.
JITTER = 2
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Taught:
    """Examples with the scheme they were annotated under (as the job reads them now)."""

    scheme: Scheme
    examples: Sequence[Example]


@dataclass(slots=True)
class _Picked:
    """What the annotators picked for one unit: sums and counts by output."""

    total: Floats
    count: Floats

    @property
    def share(self) -> Floats:
        """The share who picked each output, 0 where nobody was asked."""
        return np.asarray(self.total / np.maximum(self.count, 1), np.float32)


@dataclass(slots=True)
class _Units:
    """The units of an article, each with what was picked for it."""

    heads: Heads
    found: dict[Unit, _Picked] = field(default_factory=dict)

    def add(self, at: Unit, columns: slice, picked: Floats, votes: float = 1) -> None:
        """Count one annotator's (or `votes` annotators') picks among the outputs `columns`."""
        if at not in self.found:
            size = self.heads.outputs
            self.found[at] = _Picked(np.zeros(size, np.float32), np.zeros(size, np.float32))
        self.found[at].total[columns] += picked
        self.found[at].count[columns] += votes


def rows(
    taught: Sequence[Taught], heads: Heads, tokenizer: Any, settings: TrainingSection
) -> list[Row]:
    """Return the rows of the examples' windows; several schemes train one model.

    Windows have no stride: what is read twice in prediction would only be taught twice here.
    """
    made: list[Row] = []
    for part in taught:
        cut = windows([e.article for e in part.examples], tokenizer, settings.window, 0)
        known: dict[int, dict[Unit, _Picked]] = {}
        for window in cut:
            example = part.examples[window.article]
            if window.article not in known:
                known = {window.article: units(example, part.scheme, heads, settings.seed)}
            made.append(_row(example, window, part.scheme, heads, known[window.article]))
    if settings.targets == "hard":
        for row in made:
            _harden(row, heads)
    _weigh(made, heads, settings.balance)
    return made


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


def units(example: Example, scheme: Scheme, heads: Heads, seed: int = 0) -> dict[Unit, _Picked]:
    """Return what of `example` the unit head is taught: each unit with what was picked for it."""
    made = _Units(heads)
    for choice, columns in heads.about("block"):
        label = scheme.label(choice.name)
        asked = example.asked(label) if label else ()
        for block in example.article.blocks if asked else ():
            if label and allowed(label, block.kind):
                marks = sum(_marked(opinion, label.name, block) for opinion in asked)
                at = unit(example.article, block.start, block.end)
                made.add(at, columns, np.array([marks], np.float32), len(asked))
    for opinion in example.opinions:
        for span in opinion.spans:
            _span(made, example, span, seed)
        _answers(made, example, opinion, scheme)
    return made.found


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


def picks(choice: Choice, values: Sequence[str]) -> Floats:
    """Return 1 for each of the choice's values that was picked; a flag's is 'yes'."""
    return np.array([value in values for value in choice.values], np.float32)


def _row(
    example: Example,
    window: Window,
    scheme: Scheme,
    heads: Heads,
    known: Mapping[Unit, _Picked],
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
    real = [number for number, place in enumerate(window.places) if place]
    places = np.array([window.places[number] for number in real], np.int64).reshape(-1, 2)
    inside = [(at, where, p) for at, p in known.items() if (where := place_of(places, at))]
    row["units"] = np.array(
        [[real[w[0]], real[w[1] - 1] + 1, real[w[2]], real[w[3] - 1] + 1] for _, w, _ in inside],
        np.int64,
    ).reshape(-1, 4)
    row["whole"] = np.array([at.whole for at, _, _ in inside], bool)
    texts = [example.article.text[at.start : at.end] for at, _, _ in inside]
    row["surface"] = np.array([surface(t) for t in texts], np.float32).reshape(
        len(inside), len(FEATURES)
    )
    row["picked"] = np.array([p.share for _, _, p in inside], np.float32).reshape(
        len(inside), heads.outputs
    )
    asked = [p.count > 0 for _, _, p in inside]
    row["picked_mask"] = np.array(asked, np.float32).reshape(len(inside), heads.outputs)
    return row


def _span(made: _Units, example: Example, span: Span, seed: int) -> None:
    """Teach the attributes of a span, as drawn and with its ends moved."""
    asked = [(c, at) for c, at in made.heads.about("span") if span.label in c.labels]
    if not asked or not span.attributes:
        return  # a corpus that knows no attributes
    drawn = unit(example.article, span.start, span.end)
    draw = random.Random(f"{seed}:{example.article.id}:{span.start}:{span.end}")  # noqa: S311  # no secret
    moved = _moved(drawn, example.article.text, draw)
    for choice, columns in asked:
        values = span.attributes.get(choice.name, ())
        if values or choice.values == FLAG:
            for at in {drawn, moved}:
                made.add(at, columns, picks(choice, values))


def _answers(made: _Units, example: Example, opinion: Annotation, scheme: Scheme) -> None:
    asked = {c.name: (c, at) for c, at in made.heads.columns() if c.about not in ("span", "block")}
    answered: defaultdict[tuple[str, Unit], list[str]] = defaultdict(list)
    for answer in opinion.answers:
        if answer.question in asked and scheme.question(answer.question):
            answered[answer.question, _where(example, answer)] += answer.values
    for name, (choice, _) in asked.items():
        if choice.values == FLAG and choice.about == "article" and scheme.question(name):
            answered[name, article_unit(example.article)] += []  # an unticked flag is an answer
    for (name, at), values in answered.items():
        choice, columns = asked[name]
        made.add(at, columns, picks(choice, values))


def _where(example: Example, answer: Answer) -> Unit:
    if answer.start is None or answer.end is None:
        return article_unit(example.article)
    return unit(example.article, answer.start, answer.end)


def _moved(drawn: Unit, text: str, draw: random.Random) -> Unit:
    """The same unit with its ends moved by up to `JITTER` words, inside its context."""
    before = [drawn.context[0], *_edges(text, drawn.context[0], drawn.start)]
    inner = _edges(text, drawn.start, drawn.end)
    after = [*_edges(text, drawn.end, drawn.context[1]), drawn.context[1]]
    starts = [*before[-JITTER:], drawn.start, *inner[:JITTER]]
    start = draw.choice(starts)
    ends = [e for e in (*inner[-JITTER:], drawn.end, *after[:JITTER]) if e > start]
    return Unit(start, draw.choice(ends or [drawn.end]), drawn.context) if ends else drawn


def _edges(text: str, start: int, end: int) -> list[int]:
    """Where words begin inside (start, end)."""
    return [at for at in range(start + 1, end) if text[at - 1].isspace() and not text[at].isspace()]


def _marked(opinion: Annotation, label: str, block: Block) -> bool:
    """Tell whether a span of `label` covers half of the block."""
    half = (block.end - block.start) / 2
    ours = (span for span in opinion.spans if span.label == label)
    return any(min(s.end, block.end) - max(s.start, block.start) >= half for s in ours)


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
    picked = np.sum([(row["picked"] * row["picked_mask"]).sum(0) for row in made], axis=0)
    asked = np.sum([row["picked_mask"].sum(0) for row in made], axis=0)
    share = picked / np.maximum(asked, 1)
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
