"""Logistic regression instead of a trained encoder: on TF-IDF, or on the encoder as it comes.

Both are taught what the model is taught (`training.votes.units`, the share of annotators on each
word), and their words are decoded and tuned as the model's are: what differs is what they see.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np

from corpus.records import Article
from corpus.scheme import Scheme
from training.baselines import shares_of_words
from training.decode import Reading
from training.encoders import Encoder
from training.examples import Example
from training.heads import Choice, Heads, heads_of
from training.opinions import Says
from training.sights import See, Sight, states, terms
from training.units import Floats, Ints, Unit, unit
from training.votes import units

#: Words that the labels' regressions learn from, at most; half of them inside spans if there are so
#: many.
MOST = 40_000
#: How weakly weights are held back, in scikit-learn's units: best on the training sentences of
#: newssd-eng and on frac, in five folds: macro-F1 of TF-IDF .66 and .53 (with 10: .65 and .48), of
#: the frozen encoder .74 and .74 (with 1: .74 and .73).
TFIDF, FROZEN = 100.0, 0.1


@dataclass(frozen=True, slots=True)
class Regression:
    """A logistic regression; without a model `always` is what it says of everything."""

    always: float
    model: Any = None

    def chances(self, rows: Any) -> Floats:
        """Return each row's probability."""
        if self.model is None or not rows.shape[0]:
            return np.full(rows.shape[0], self.always, np.float32)
        return np.asarray(self.model.predict_proba(rows)[:, 1], np.float32)


@dataclass(frozen=True)
class Linear:
    """A baseline: how it sees, and a regression for each label and each choice's each value."""

    heads: Heads
    see: See
    labels: tuple[Regression | None, ...]
    choices: Mapping[Choice, tuple[Regression, ...]]

    def read(self, article: Article) -> Reading:
        """Return each word's probabilities; words of a label that snaps to blocks, the block's."""
        return next(self.readings([article]))

    def readings(self, articles: Iterable[Article]) -> Iterator[Reading]:
        """Yield a reading an article, in order; many at once are read faster."""
        for reading, _ in self.listened(articles):
            yield reading

    def listened(self, articles: Iterable[Article]) -> Iterator[tuple[Reading, Says]]:
        """Yield a reading an article, in order, and what tells of its units; each is seen once."""
        for sight in self.see(articles):
            yield self._reading(sight), partial(self._says, sight)

    def chances(
        self, article: Article, choice: Choice, asked: Sequence[Unit]
    ) -> list[Floats | None]:
        """Return the probability of each of the choice's values at each of the units asked.

        None where nothing taught the choice.
        """
        (sight,) = self.see([article])
        return self._says(sight, choice, asked)

    def _says(self, sight: Sight, choice: Choice, asked: Sequence[Unit]) -> list[Floats | None]:
        if choice not in self.choices or not asked:
            return [None] * len(asked)
        return list(self._chosen(choice, sight.at_units(asked)))

    def _reading(self, sight: Sight) -> Reading:
        article, found = sight.article, tuple(sight.words)
        inside = np.zeros((len(found), len(self.heads.labels)), np.float32)
        rows = sight.at_words(range(len(found))) if any(self.labels) else None
        for column, regression in enumerate(self.labels):
            if regression:
                inside[:, column] = regression.chances(rows)
        for choice, _ in self.heads.about("block"):
            if choice in self.choices:
                blocks = [unit(article, block.start, block.end) for block in article.blocks]
                says = self._chosen(choice, sight.at_units(blocks))[:, 0]
                column = self.heads.labels.index(choice.name)
                inside[:, column] = says[[word.block for word in found]]
        return Reading(article, found, inside, np.zeros_like(inside))

    def _chosen(self, choice: Choice, rows: Any) -> Floats:
        found = np.stack([each.chances(rows) for each in self.choices[choice]], axis=1)
        return found / found.sum(axis=1, keepdims=True) if choice.exclusive else found


def tfidf(examples: Sequence[Example], scheme: Scheme, seed: int = 0) -> Linear:
    """Learn from the n-grams of words and characters: what a script of an afternoon would do."""
    heads = heads_of(scheme, examples)
    known = [(e.article, at) for e in examples for at in units(e, scheme, heads, seed)]
    see = terms([example.article for example in examples], known)
    return _learnt(examples, scheme, see, TFIDF, seed)


def frozen(
    examples: Sequence[Example],
    scheme: Scheme,
    encoder: Encoder,
    windows: tuple[int, int],
    *,
    seed: int = 0,
) -> Linear:
    """Learn from the encoder's states, its own weights untouched; (window, stride) in tokens."""
    return _learnt(examples, scheme, states(encoder, *windows), FROZEN, seed)


def _learnt(
    examples: Sequence[Example], scheme: Scheme, see: See, strength: float, seed: int
) -> Linear:
    heads = heads_of(scheme, examples)
    on_words = _Rows()
    on_units = {choice: _Rows() for choice in heads.choices}
    words = _chosen_words([shares_of_words(example, scheme) for example in examples], seed)
    sights = see(example.article for example in examples)
    for example, sight, (numbers, inside, weight) in zip(examples, sights, words, strict=True):
        if len(numbers):
            on_words.add(sight.at_words(numbers), inside, weight)
        found = units(example, scheme, heads, seed)
        if not found:
            continue
        rows = sight.at_units(list(found))
        for choice, columns in heads.columns():
            at = [n for n, p in enumerate(found.values()) if p.count[columns].any()]
            if at:
                picked = np.array([p.share[columns] for p in found.values()], np.float32)[at]
                offered = np.array([p.count[columns] > 0 for p in found.values()], np.float32)[at]
                on_units[choice].add(rows[at], picked, offered)
    return Linear(
        heads,
        see,
        tuple(on_words.label(column, strength) for column in range(len(heads.labels))),
        {c: made for c in heads.choices if (made := on_units[c].values(strength))},
    )


class _Rows:
    """Rows of features with their shares and weights, gathered article by article."""

    def __init__(self) -> None:
        self.rows: list[Any] = []
        self.shares: list[Floats] = []
        self.weights: list[Floats] = []

    def add(self, rows: Any, shares: Floats, weights: Floats) -> None:
        """Take rows x features, rows x values, and weights by row and value."""
        self.rows.append(rows)
        self.shares.append(shares)
        self.weights.append(weights)

    def label(self, column: int, strength: float) -> Regression | None:
        """Return what tells whether a word is inside the label of this column."""
        if not self.rows:
            return None
        share = np.concatenate(self.shares)[:, column]
        weight = np.concatenate(self.weights)[:, column]
        if not weight.any():
            return None
        return _fitted(self._stacked, share, weight, strength)

    def values(self, strength: float) -> tuple[Regression, ...]:
        """Return what tells whether each value stands."""
        if not self.rows:
            return ()
        share, weight = np.concatenate(self.shares), np.concatenate(self.weights)
        columns = zip(share.T, weight.T, strict=True)
        return tuple(_fitted(self._stacked, of, by, strength) for of, by in columns)

    @cached_property
    def _stacked(self) -> Any:
        from scipy import sparse

        dense = isinstance(self.rows[0], np.ndarray)
        return np.vstack(self.rows) if dense else sparse.vstack(self.rows).tocsr()


def _fitted(rows: Any, share: Floats, weight: Floats, strength: float) -> Regression:
    """Fit a regression to soft targets: a row counts as yes by its share, and as no by the rest."""
    from sklearn.linear_model import LogisticRegression

    both = np.stack([(1 - share) * weight, share * weight], axis=1)
    at, value = np.nonzero(both)
    if not both.any(axis=0).all():
        return Regression(float(both[:, 1].any()))
    dual = not isinstance(rows, np.ndarray)
    model = LogisticRegression(C=strength, solver="liblinear", dual=dual, random_state=0)
    with warnings.catch_warnings():
        # A baseline that is almost there is good enough
        warnings.filterwarnings("ignore", message="Liblinear failed to converge")
        model.fit(rows[at], value, sample_weight=both[at, value])
    return Regression(0.0, model)


def _chosen_words(
    shares: Sequence[tuple[Floats, Floats]], seed: int
) -> list[tuple[Ints, Floats, Floats]]:
    """Draw the words to learn from: their numbers, shares and weights.

    A word stands for as many as were not drawn in its place.
    """
    draw = np.random.default_rng(seed)
    inside = [(share > 0).any(axis=1) for share, _ in shares]
    asked = [mask.any(axis=1) for _, mask in shares]
    marked = sum(int((on & may).sum()) for on, may in zip(inside, asked, strict=True))
    bare = sum(int(may.sum()) for may in asked) - marked
    kept = min(marked, max(MOST // 2, MOST - bare))
    rates = min(1.0, kept / max(marked, 1)), min(1.0, (MOST - kept) / max(bare, 1))
    made = []
    for (share, mask), on, may in zip(shares, inside, asked, strict=True):
        rate = np.where(on, *rates)
        at = np.flatnonzero((draw.random(on.size) < rate) & may)
        weight = mask[at] / rate[at, None]
        made.append((at, share[at], np.asarray(weight, np.float32)))
    return made
