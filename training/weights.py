"""The heads in numpy: what stands on the encoder's states, the same for every backend.

The encoder may run in PyTorch, ONNX Runtime or OpenVINO; what is made of its states is here, needs
no torch, and is what a model's own `forward` computes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from corpus.records import Article
from training.heads import Choice, Heads
from training.units import Floats, Ints, Unit, place_of, pooled, surface

#: The tensors of a checkpoint that are the heads', by their names there.
NAMES = ("token_head", "unit_hidden", "unit_head")


@dataclass(frozen=True)
class Weights:
    """The heads' weights: `token_head.weight` and so on, as a checkpoint names them."""

    heads: Heads
    tensors: Mapping[str, Floats]

    def tokens(self, states: Floats) -> tuple[Floats, Floats]:
        """Return inside and begins probabilities of tokens x d states, each tokens x labels."""
        logits = self._linear("token_head", states)
        inside, begins = np.split(sigmoid(logits), 2, axis=1)
        return inside, begins

    def units(self, article: Article, tokens: Tokens, asked: Sequence[Unit]) -> list[Floats | None]:
        """Return each unit's logits, one an output; None for a unit without a token."""
        places = [place_of(tokens.places, each) for each in asked]
        found: list[Floats | None] = [None] * len(asked)
        for whole in (False, True):
            some = [n for n, p in enumerate(places) if p and asked[n].whole == whole]
            if not some:
                continue
            where = [place for n in some if (place := places[n])]
            texts = (article.text[asked[n].start : asked[n].end] for n in some)
            looks = np.array([surface(text) for text in texts], np.float32)
            read = np.hstack([pooled(tokens.states, where, whole), looks])
            hidden = np.maximum(self._linear("unit_hidden", read), 0)
            for n, logits in zip(some, self._linear("unit_head", hidden), strict=True):
                found[n] = logits
        return found

    def _linear(self, name: str, read: Floats) -> Floats:
        made = read @ self.tensors[f"{name}.weight"].T + self.tensors[f"{name}.bias"]
        return np.asarray(made, np.float32)


@dataclass(frozen=True, slots=True)
class Tokens:
    """An article's tokens: [start, end) of the text, tokens x 2, and their states, tokens x d."""

    places: Ints
    states: Floats


def shares(choice: Choice, logits: Floats) -> Floats:
    """Return the probability of each of the choice's values, given their logits."""
    if not choice.exclusive:
        return sigmoid(logits)
    grown = np.exp(logits - logits.max())
    return np.asarray(grown / grown.sum(), np.float32)


def sigmoid(logits: Floats) -> Floats:
    """Return 1 / (1 + exp(-logits)); bounded so that nothing overflows or becomes 0."""
    return np.asarray(1 / (1 + np.exp(-logits.clip(-80, 80))), np.float32)
