"""Which windows are read together: the same result however they are batched, and few pads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from corpus.records import Article, Block
from training.encoders import load_encoder
from training.heads import Heads
from training.readings import ALIKE, FULL, Reader
from training.units import Floats, Ints
from training.weights import Weights

NONE = {
    "token_head.weight": np.zeros((0, 4), np.float32),
    "token_head.bias": np.zeros(0, np.float32),
}
TOKENIZER = load_encoder("embedded", Path()).tokenizer


@dataclass
class Seen:
    """An encoder that gives each token its own number as state, and notes what it is asked."""

    masks: list[Ints]

    def __call__(self, ids: Ints, mask: Ints) -> Floats:
        self.masks.append(mask)
        return np.repeat(ids[:, :, None], 4, axis=2).astype(np.float32)


def articles(lengths: list[int]) -> list[Article]:
    texts = [" ".join(["tide"] * length) for length in lengths]
    return [
        Article(id=str(n), text=text, blocks=(Block(0, len(text), "paragraph"),))
        for n, text in enumerate(texts)
    ]


@given(st.lists(st.integers(1, 60), min_size=1, max_size=80), st.integers(64, 2000))
def test_windows_are_read_whole_within_the_bound_and_beside_their_like(
    lengths: list[int], most: int
) -> None:
    seen = Seen([])
    reader = Reader(seen, Weights(Heads(()), NONE), TOKENIZER, 64, 16, batch=most)
    texts = articles(lengths)
    found = [reading.tokens for reading in reader.read(texts, keep=True)]
    alone = replace(reader, encode=Seen([]), batch=1)
    for tokens, each in zip(found, alone.read(texts, keep=True), strict=True):
        assert tokens is not None
        assert each.tokens is not None
        assert np.array_equal(tokens.states, each.tokens.states)
    assert sum(int(mask.sum()) for mask in seen.masks) == sum(lengths) + 2 * len(lengths)
    for mask in seen.masks:
        longest = mask.shape[1]
        assert mask.size <= max(most, longest)
        # what is shorter than its like is there only to fill the batch
        rows = mask.sum(1)
        assert (rows < ALIKE * longest).sum() * longest < FULL + longest
