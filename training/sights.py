"""What a baseline sees of an article: rows of features for its words and for its units."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.records import Article
from training.encoders import Encoder
from training.encoding import Word, words
from training.heads import Heads
from training.readings import Reader
from training.units import FEATURES, Ints, Unit, place_of, pooled, surface, tokens_of
from training.weights import Tokens, Weights

_WORD = r"(?u)\b\w+\b|[!?]"
#: Words on each side that a word is seen with.
AROUND = 3
#: Terms are counted by their hash, in so many columns.
COLUMNS = 2**18
#: Words whose terms are counted for their rarity, at most, spread over all articles.
MOST = 50_000


class Sight(Protocol):
    """An article, as a baseline sees it. Rows are a sparse matrix or an array, as it likes."""

    @property
    def article(self) -> Article:
        """The article that is seen."""
        ...

    @property
    def words(self) -> Sequence[Word]:
        """The article's words, in order."""
        ...

    def at_words(self, numbers: Sequence[int] | Ints) -> Any:
        """Return a row for each of the words of these numbers."""
        ...

    def at_units(self, asked: Sequence[Unit]) -> Any:
        """Return a row for each of the units."""
        ...


See = Callable[[Iterable[Article]], Iterator[Sight]]


def terms(articles: Sequence[Article], units: Iterable[tuple[Article, Unit]]) -> See:
    """Return how TF-IDF sees; how rare a term is, `articles` and `units` tell.

    A word is seen with what it is made of and `AROUND` words on each side; a unit by the n-grams of
    its own words and characters, those of the words around it in its context, and its surface.
    """
    found = [(article, words(article)) for article in articles]
    step = max(1, sum(len(each) for _, each in found) // MOST)
    rows = [row for a, w in found for row in _word_terms(a, w, range(0, len(w), step))]
    told = [_told(*each) for each in units]
    own, around = [text for text, _ in told], [text for _, text in told]
    return _Terms(
        _weighed(rows, analyzer=_itself),
        _weighed(own, analyzer="word", ngram_range=(1, 2), token_pattern=_WORD),
        _weighed(own, analyzer="char_wb", ngram_range=(2, 5)),
        _weighed(around, analyzer="word", ngram_range=(1, 2), token_pattern=_WORD),
    )


def states(encoder: Encoder, window: int, stride: int) -> See:
    """Return how an encoder sees as it comes, its weights as they are.

    A word is the mean of its tokens' states; a unit the mean of its own, that of its context's and
    its surface. Windows and strides are in tokens.
    """
    from training.backends import TorchEncode

    encoder.model.train(mode=False)
    size = int(encoder.model.config.hidden_size)
    none = {"token_head.weight": np.zeros((0, size)), "token_head.bias": np.zeros(0)}
    weights = Weights(Heads(()), {name: each.astype(np.float32) for name, each in none.items()})
    read_by = Reader(TorchEncode(encoder.model), weights, encoder.tokenizer, window, stride)

    def see(articles: Iterable[Article]) -> Iterator[Sight]:
        for reading in read_by.read(articles, keep=True):
            assert reading.tokens is not None, "a reading that kept its tokens"
            yield _StateSight(reading.article, reading.words, reading.tokens)

    return see


@dataclass(frozen=True, slots=True)
class _Terms:
    """The vectorizers of TF-IDF: of words, of a unit's words and characters, of its context."""

    word: _Weighed
    own: _Weighed
    letters: _Weighed
    around: _Weighed

    def __call__(self, articles: Iterable[Article]) -> Iterator[Sight]:
        for article in articles:
            yield _TermSight(article, words(article), self)


@dataclass(frozen=True, slots=True)
class _TermSight:
    article: Article
    words: Sequence[Word]
    terms: _Terms

    def at_words(self, numbers: Sequence[int] | Ints) -> Any:
        return self.terms.word.transform(_word_terms(self.article, self.words, numbers))

    def at_units(self, asked: Sequence[Unit]) -> Any:
        from scipy import sparse

        told = [_told(self.article, each) for each in asked]
        own, around = [text for text, _ in told], [text for _, text in told]
        looks = [surface(self.article.text[each.start : each.end]) for each in asked]
        made = [
            self.terms.own.transform(own),
            self.terms.letters.transform(own),
            self.terms.around.transform(around),
            sparse.csr_array(np.array(looks, np.float64).reshape(len(asked), len(FEATURES))),
        ]
        return sparse.hstack(made).tocsr()


@dataclass(frozen=True, slots=True)
class _StateSight:
    """An article as a frozen encoder reads it."""

    article: Article
    words: Sequence[Word]
    tokens: Tokens

    def at_words(self, numbers: Sequence[int] | Ints) -> Any:
        rows = np.zeros((len(numbers), self.tokens.states.shape[1]), np.float32)
        for row, number in enumerate(numbers):
            word = self.words[number]
            if on := tokens_of(self.tokens.places, word.start, word.end):
                rows[row] = self.tokens.states[slice(*on)].mean(0)
        return rows

    def at_units(self, asked: Sequence[Unit]) -> Any:
        size = self.tokens.states.shape[1]
        rows = np.zeros((len(asked), 2 * size + len(FEATURES)), np.float32)
        for row, each in zip(rows, asked, strict=True):
            if place := place_of(self.tokens.places, each):
                row[: 2 * size] = pooled(self.tokens.states, [place], whole=True)[0, 2 * size :]
            row[2 * size :] = surface(self.article.text[each.start : each.end])
        return rows


@dataclass(frozen=True, slots=True)
class _Weighed:
    """Counts terms by their hash and weighs them by their rarity; rows have length 1."""

    counted: Any
    rarity: NDArray[np.float64]

    def transform(self, rows: Sequence[Any]) -> Any:
        from sklearn.preprocessing import normalize

        found = self.counted.transform(rows)
        found.data = (1 + np.log(found.data)) * self.rarity[found.indices]
        return normalize(found, copy=False)


def _weighed(rows: Sequence[Any], **how: Any) -> _Weighed:
    """Learn how rare terms are from `rows`: ln((1 + rows) / (1 + rows with it)) + 1."""
    from sklearn.feature_extraction.text import HashingVectorizer

    counted = HashingVectorizer(n_features=COLUMNS, alternate_sign=False, norm=None, **how)
    held = np.zeros(COLUMNS)
    if rows:
        held += np.bincount(counted.transform(rows).indices, minlength=COLUMNS)
    return _Weighed(counted, np.log((1 + len(rows)) / (1 + held)) + 1)


def _itself(row: Sequence[str]) -> Sequence[str]:
    return row


def _word_terms(
    article: Article, found: Sequence[Word], at: Iterable[int] | Ints
) -> list[list[str]]:
    """What each of the words is made of, and which words stand around it, and where."""
    texts = [article.text[word.start : word.end] for word in found]
    low = [text.lower() for text in texts]
    rows = []
    for number in at:
        block = article.blocks[found[number].block]
        padded = f"<{low[number]}>"
        row = [f"kind:{block.kind}", f"shape:{_shape(texts[number])}"]
        row += [padded[n : n + size] for size in (3, 4) for n in range(len(padded) - size + 1)]
        for step in range(-AROUND, AROUND + 1):
            other = number + step
            if 0 <= other < len(found) and found[other].block == found[number].block:
                row += [f"{step}:{low[other]}", f"near:{low[other]}"]
        rows.append(row)
    return rows


def _shape(text: str) -> str:
    return "capitals" if text.isupper() else "Capital" if text[:1].isupper() else "small"


def _told(article: Article, asked: Unit) -> tuple[str, str]:
    """A unit's own text, and that of its context without it."""
    start, end = asked.context
    around = f"{article.text[start : asked.start]} | {article.text[asked.end : end]}"
    return article.text[asked.start : asked.end], around
