"""Units: the runs of tokens that are asked something, and what they look like on the page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.records import Article

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

#: What `surface` tells of a unit. An uncased encoder sees neither capitals nor a title's case.
FEATURES = (
    "share of letters that are capitals",
    "share of words that are all capitals",
    "share of words that begin with a capital",
    "exclamation marks",
    "question marks",
    "quotation marks",
    "share of characters that are digits",
    "words, logarithm",
)


@dataclass(frozen=True, slots=True)
class Unit:
    """[start, end) of an article's text, read within [start, end) of a context, often its block.

    `whole` units (an article) have no ends worth reading: their mean stands for them.
    """

    start: int
    end: int
    context: tuple[int, int]
    whole: bool = False


def unit(article: Article, start: int, end: int) -> Unit:
    """Return the unit [start, end), read within the blocks that it stands in."""
    blocks = article.blocks_at(start, end)
    context = (blocks[0].start, blocks[-1].end) if blocks else (start, end)
    return Unit(start, end, context)


def article_unit(article: Article) -> Unit:
    """Return the unit that is all of `article`."""
    return Unit(0, len(article.text), (0, len(article.text)), whole=True)


def unit_at(article: Article, place: tuple[int, int] | None) -> Unit:
    """Return the unit at `place`; None is all of the article."""
    return unit(article, *place) if place else article_unit(article)


def tokens_of(places: Ints, start: int, end: int) -> tuple[int, int] | None:
    """Return the tokens that share a character with [start, end), half-open, or None.

    `places` has a row (start, end) a token, in order.
    """
    first = int(np.searchsorted(places[:, 1], start, side="right"))
    stop = int(np.searchsorted(places[:, 0], end, side="left"))
    return (first, stop) if first < stop else None


def place_of(places: Ints, asked: Unit) -> tuple[int, int, int, int] | None:
    """Return the tokens of a unit and of its context, as far as they are in `places`."""
    inner = tokens_of(places, asked.start, asked.end)
    outer = tokens_of(places, *asked.context)
    return None if inner is None or outer is None else (*inner, *outer)


def surface(text: str) -> Floats:
    """Return the `FEATURES` of a unit's text, each about 0 to 1."""
    letters = [character for character in text if character.isalpha()]
    words = [word for word in text.split() if any(character.isalpha() for character in word)]
    count = max(len(words), 1)
    return np.array(
        [
            sum(character.isupper() for character in letters) / max(len(letters), 1),
            sum(word.isupper() and len(word) > 1 for word in words) / count,
            sum(next(c for c in word if c.isalpha()).isupper() for word in words) / count,
            min(text.count("!"), 3) / 3,
            min(text.count("?"), 3) / 3,
            min(sum(text.count(mark) for mark in '"“”‘«»'), 4) / 4,
            sum(character.isdigit() for character in text) / max(len(text), 1),
            min(math.log1p(len(words)) / 5, 1),
        ],
        np.float32,
    )


def pooled(states: Floats, places: Sequence[tuple[int, int, int, int]], whole: bool) -> Floats:
    """Return units x 4d: the first token's state, the last one's, the mean, the context's mean.

    `states` is tokens x d. The same as the model's own pooling (`training.model.pool`).
    """
    sums = np.vstack([np.zeros((1, states.shape[1])), states.cumsum(0, dtype=np.float64)])
    at = np.array(places, np.int64).reshape(-1, 4)
    mean = (sums[at[:, 1]] - sums[at[:, 0]]) / (at[:, 1] - at[:, 0])[:, None]
    context = (sums[at[:, 3]] - sums[at[:, 2]]) / (at[:, 3] - at[:, 2])[:, None]
    first = mean if whole else states[at[:, 0]]
    last = mean if whole else states[at[:, 1] - 1]
    return np.hstack([first, last, mean, context]).astype(np.float32)
