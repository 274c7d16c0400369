"""What a model makes of articles: a probability a word and label, merged over windows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from corpus.progress import Progress, silent
from corpus.records import Article
from training.decode import Reading
from training.encoding import Floats, Window, windows, words
from training.units import Ints, tokens_of, unit
from training.weights import Tokens, Weights, sigmoid

#: Characters of articles whose windows are sorted by length together; bounds the memory, since
#: their states are held: 4 d bytes a token, some 80 MB at d = 384.
CHUNK = 200_000
#: A batch that has so many tokens takes no window of less than this share of its longest: on 800
#: sentences padding fell from 19% to 5%, and their time by a quarter.
FULL, ALIKE = 512, 0.9


class Encode(Protocol):
    """What runs the encoder, whatever it is made with."""

    def __call__(self, ids: Ints, mask: Ints) -> Floats:
        """Return the last hidden states, batch x tokens x d, of token ids, batch x tokens."""
        ...


@dataclass(frozen=True)
class Reader:
    """An encoder and the heads on it, with the windows they read through, in tokens.

    `batch` is the most tokens of a forward pass, padding included; articles of `chunk` characters
    together are read at a time.
    """

    encode: Encode
    weights: Weights
    tokenizer: Any
    window: int
    stride: int
    batch: int = 4096
    chunk: int = CHUNK

    def read(
        self,
        articles: Iterable[Article],
        progress: Progress = silent,
        total: int = 0,
        *,
        keep: bool = False,
    ) -> Iterator[Reading]:
        """Yield one reading an article, in order.

        A token that stands in several windows is read where it is farthest from a cut edge. A
        word's inside probability is the mean over its tokens, its begins probability that of the
        first. A label that snaps to blocks is the unit head's to say: all words of a block have the
        block's probability. With `keep` the reading keeps its tokens' states, which are large.
        """
        total = total or (len(articles) if isinstance(articles, Sized) else 0)
        done = 0
        for chunk in _chunks(articles, self.chunk):
            for tokens, article in zip(self._tokens(chunk), chunk, strict=True):
                reading = self._reading(article, tokens)
                yield reading if keep else replace(reading, tokens=None)
            done += len(chunk)
            progress("reading articles", done, total)

    def _tokens(self, articles: list[Article]) -> list[Tokens]:
        cut = windows(articles, self.tokenizer, self.window, self.stride)
        size = [0] * len(articles)
        for window in cut:
            size[window.article] = window.at + window.end - window.begin
        merged = [_Merged(count) for count in size]
        for window, states in self._states(cut):
            merged[window.article].add(window, states)
        return [each.tokens() for each in merged]

    def _states(self, cut: list[Window]) -> Iterator[tuple[Window, Floats]]:
        """Yield each window with its states, longest first: no batch is mostly padding."""
        order = sorted(cut, key=lambda window: -len(window.ids))
        padding = int(self.tokenizer.pad_token_id or 0)
        at = 0
        while at < len(order):
            longest = len(order[at].ids)
            batch = _alike(order[at : at + max(1, self.batch // longest)])
            ids = np.full((len(batch), longest), padding, np.int64)
            mask = np.zeros((len(batch), longest), np.int64)
            for number, window in enumerate(batch):
                ids[number, : len(window.ids)] = window.ids
                mask[number, : len(window.ids)] = 1
            yield from zip(batch, self.encode(ids, mask), strict=True)
            at += len(batch)

    def _reading(self, article: Article, tokens: Tokens) -> Reading:
        found = words(article)
        on_tokens = self.weights.tokens(tokens.states)
        inside, begins = _on_words(on_tokens, tokens.places, [(w.start, w.end) for w in found])
        labels = self.weights.heads.labels
        blocks = self.weights.heads.about("block")
        if blocks:
            asked = [unit(article, block.start, block.end) for block in article.blocks]
            logits = self.weights.units(article, tokens, asked)
            at = np.array([word.block for word in found], np.int64)
            for choice, columns in blocks:
                says = [-np.inf if each is None else each[columns.start] for each in logits]
                chances = sigmoid(np.array(says, np.float32))
                inside[:, labels.index(choice.name)] = chances[at]
        return Reading(article, tuple(found), inside, begins, tokens)


def _alike(batch: list[Window]) -> list[Window]:
    """As many of `batch`, which is sorted longest first, as are read together with few pads."""
    longest = len(batch[0].ids)
    near = sum(len(window.ids) >= ALIKE * longest for window in batch)
    return batch[: max(near, -(-FULL // longest))]


def _chunks(articles: Iterable[Article], characters: int) -> Iterator[list[Article]]:
    """Yield runs of articles that just reach so many characters."""
    chunk: list[Article] = []
    size = 0
    for article in articles:
        chunk.append(article)
        size += len(article.text)
        if size >= characters:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


class _Merged:
    """The tokens of one article with their states in the best window so far."""

    def __init__(self, count: int) -> None:
        self.places = np.full((count, 2), -1, np.int64)
        self.states: Floats | None = None
        self._margin = np.full(count, -1.0)

    def add(self, window: Window, states: Floats) -> None:
        """Take the tokens that `window` reads with a larger margin than any before it."""
        count = window.end - window.begin
        if self.states is None:
            self.states = np.zeros((len(self.places), states.shape[-1]), np.float32)
        number = np.arange(count)
        margin = np.minimum(
            np.full(count, np.inf) if window.first else number,
            np.full(count, np.inf) if window.last else count - 1 - number,
        )
        better = np.flatnonzero(margin > self._margin[window.at : window.at + count])
        at, row = better + window.at, better + window.begin
        self._margin[at] = margin[better]
        self.states[at] = states[row]
        self.places[at] = np.array([window.places[n] or (-1, -1) for n in row]).reshape(-1, 2)

    def tokens(self) -> Tokens:
        """Return what stands on characters."""
        real = self.places[:, 1] > self.places[:, 0]
        assert self.states is not None, "every article has a window"
        return Tokens(self.places[real], self.states[real])


def _on_words(
    on_tokens: tuple[Floats, Floats], places: Ints, found: list[tuple[int, int]]
) -> tuple[Floats, Floats]:
    """Return the words' inside and begins probabilities; a word that no token reads has 0."""
    inside, begins = on_tokens
    ranges = [tokens_of(places, start, end) for start, end in found]
    on = np.array([bool(each) for each in ranges], bool)
    first, stop = np.array([r for r in ranges if r], np.int64).reshape(-1, 2).T
    sums = np.vstack([np.zeros((1, inside.shape[1])), inside.cumsum(0, dtype=np.float64)])
    shape = (len(found), inside.shape[1])
    is_inside, is_begin = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    is_inside[on] = (sums[stop] - sums[first]) / (stop - first)[:, None]
    is_begin[on] = begins[first]
    return is_inside, is_begin
