"""What a model makes of articles: a probability a word and label, merged over windows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from corpus.progress import Progress, silent
from corpus.records import Article
from training.decode import Reading
from training.encoding import Floats, Window, Word, windows, words
from training.model import SpanModel

#: Articles whose windows are sorted by length together; bounds the memory.
CHUNK = 64
#: Windows a forward pass.
BATCH = 16


@dataclass(frozen=True)
class Reader:
    """A model with its tokenizer and the windows it reads through, in tokens."""

    model: SpanModel
    tokenizer: Any
    window: int
    stride: int

    def read(self, articles: Sequence[Article], progress: Progress = silent) -> Iterator[Reading]:
        """Yield one reading an article, in order.

        A word that stands in several windows is read where it is farthest from a cut edge. Its
        inside probability is the mean over its tokens, its begins probability that of the first.
        """
        self.model.train(mode=False)
        labels = len(self.model.config.labels)
        done = 0
        stream = iter(articles)
        while chunk := list(islice(stream, CHUNK)):
            cut = windows(chunk, self.tokenizer, self.window, self.stride)
            merged = [_Merged(words(article), labels) for article in chunk]
            for one, inside, begins in _probabilities(self.model, self.tokenizer, cut):
                merged[one.article].add(one, inside, begins)
            for article, best in zip(chunk, merged, strict=True):
                yield Reading(article, tuple(best.words), best.inside, best.begins)
            done += len(chunk)
            progress("reading articles", done, len(articles))


class _Merged:
    """The words of one article with the probabilities of the best window so far."""

    def __init__(self, found: list[Word], labels: int) -> None:
        self.words = found
        self.inside: Floats = np.zeros((len(found), labels), np.float32)
        self.begins: Floats = np.zeros((len(found), labels), np.float32)
        self._margin = np.full(len(found), -1.0)
        self._starts = np.array([word.start for word in found], np.int64)
        self._ends = np.array([word.end for word in found], np.int64)

    def add(self, window: Window, inside: Floats, begins: Floats) -> None:
        """Take the words that `window` reads with a larger margin than any before it."""
        rows = [row for row, place in enumerate(window.places) if place]
        if not rows:
            return
        inside, begins = inside[rows], begins[rows]
        tokens = np.array([window.places[row] for row in rows], np.int64)
        first = np.searchsorted(tokens[:, 1], self._starts, side="right")
        stop = np.searchsorted(tokens[:, 0], self._ends, side="left")
        margin = np.minimum(
            first if not window.first else np.full(len(first), np.inf),
            len(rows) - stop if not window.last else np.full(len(stop), np.inf),
        )
        better: NDArray[np.bool_] = (first < stop) & (margin > self._margin)
        first, stop = first[better], stop[better]
        sums = np.vstack([np.zeros((1, inside.shape[1])), inside.cumsum(0, dtype=np.float64)])
        self.inside[better] = (sums[stop] - sums[first]) / (stop - first)[:, None]
        self.begins[better] = begins[first]
        self._margin[better] = margin[better]


def _probabilities(
    model: SpanModel, tokenizer: Any, cut: list[Window]
) -> Iterator[tuple[Window, Floats, Floats]]:
    """Yield each window with its probabilities, longest first: no batch is mostly padding."""
    order = sorted(cut, key=lambda window: -len(window.ids))
    for at in range(0, len(order), BATCH):
        batch = order[at : at + BATCH]
        padded = tokenizer.pad({"input_ids": [list(w.ids) for w in batch]}, return_tensors="pt")
        with torch.inference_mode():
            output = model(
                padded["input_ids"].to(model.device), padded["attention_mask"].to(model.device)
            )
        inside, begins = output.inside.sigmoid().cpu(), output.begins.sigmoid().cpu()
        for number, window in enumerate(batch):
            size = len(window.ids)
            yield window, inside[number, :size].numpy(), begins[number, :size].numpy()
