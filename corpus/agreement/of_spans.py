"""Agreement on spans, label by label and of all labels together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

from corpus.agreement.alpha import nominal
from corpus.agreement.alpha_u import (
    character_alpha,
    coded_alpha,
    coverage,
    lengths,
    relevant_alpha,
    u_alpha,
    value_alpha,
)
from corpus.agreement.chance import field
from corpus.agreement.coded import pairs_of
from corpus.agreement.combined import combined
from corpus.agreement.estimates import Sampling, Statistic, figures
from corpus.agreement.f1 import EXACT, OVERLAP, f1, pair_hits
from corpus.agreement.results import Category, SpanAgreement, SpanPair, SpanScores, Without
from corpus.agreement.table import Continuum, Table, Units
from corpus.measures import Figure

if TYPE_CHECKING:
    from corpus.agreement.estimates import Floats, Ints

_ONE_LABEL = "one label: there is no other to confuse it with"
_MANY_LABELS = "words may carry several labels: see each label"


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """Each pair's hits in one label (clusters x columns, see `f1.hits`), and those of chance."""

    found: tuple[Floats, ...]
    by_chance: tuple[Floats, ...]

    def __add__(self, other: Hits) -> Hits:
        return Hits(
            tuple(map(add, self.found, other.found)),
            tuple(map(add, self.by_chance, other.by_chance)),
        )


def hits_of(table: Table, number: int, seed: int) -> Hits:
    """Count the hits of each pair of annotators in one label."""
    pairs = pairs_of(len(table.annotators))
    counted = pair_hits(table.of(number), field(table, number), pairs, seed)
    return Hits(tuple(found for found, _ in counted), tuple(chance for _, chance in counted))


def one_label(table: Table, number: int, hits: Hits, sampling: Sampling) -> SpanAgreement:
    """Return the agreement on the spans of one label."""
    continuum, units = table.of(number)
    own = [
        u_alpha(lengths(continuum, units, 1)),
        _word_alpha(table, continuum, units),
    ]
    (u, words), scores, pairs = _figures(table, continuum, own, hits, sampling)
    without = []
    for who in _each(table):
        rest = continuum.without(who)
        without.append(u_alpha(lengths(rest, units.only(units.annotator != who), 1)))
    return SpanAgreement(
        table.labels[number].name,
        _articles(continuum),
        _counts(table, units),
        u,
        u,
        Figure(None, why=_ONE_LABEL),
        (),
        words,
        scores,
        pairs,
        _without(table, without),
    )


def all_labels(table: Table, hits: Sequence[Hits], sampling: Sampling) -> SpanAgreement:
    """Return the agreement on the spans of all labels together.

    F1 sums the labels' hits. The alpha-U family is of one continuum, on which the value of a
    stretch is the set of its labels (see `combined`).
    """
    continuum, names = table.continuum, [label.name for label in table.labels]
    units, values = combined(continuum, table.units, table.label, names)
    found = lengths(continuum, units, len(values))
    numbers = range(1, len(values) + 1)
    own = [u_alpha(found), relevant_alpha(found), coded_alpha(found)]
    own += [value_alpha(found, number) for number in numbers]
    total = reduce(add, hits)
    alphas, scores, pairs = _figures(table, continuum, own, total, sampling)
    u, relevant, coded, *each = alphas
    categories = [
        Category(values[number - 1], alpha, coverage(found, number))
        for number, alpha in zip(numbers, each, strict=True)
    ]
    without = [
        u_alpha(lengths(continuum.without(who), units.only(units.annotator != who), len(values)))
        for who in _each(table)
    ]
    return SpanAgreement(
        "",
        _articles(continuum),
        _counts(table, table.units),
        u,
        relevant,
        coded,
        tuple(categories),
        Figure(None, why=_MANY_LABELS),
        scores,
        pairs,
        _without(table, without),
    )


def headline(
    table: Table, hits: Sequence[Hits], sampling: Sampling
) -> tuple[Figure, SpanScores, int]:
    """Return uα, F1 and the number of spans of all labels, or of the one there is.

    They are those of `all_labels` and `one_label`, without what else these measure.
    """
    if len(table.labels) == 1:
        (continuum, units), values = table.of(0), 1
        count = len(units.start)
    else:
        count = len(table.units.start)
        continuum, names = table.continuum, [label.name for label in table.labels]
        units, found = combined(continuum, table.units, table.label, names)
        values = len(found)
    own = [u_alpha(lengths(continuum, units, values))]
    (u,), scores, _ = _figures(table, continuum, own, reduce(add, hits), sampling)
    return u, scores, count


def _figures(
    table: Table, continuum: Continuum, own: Sequence[Statistic], hits: Hits, sampling: Sampling
) -> tuple[list[Figure], SpanScores, tuple[SpanPair, ...]]:
    """The figures of `own`, F1 over all pairs, and each pair's."""
    both = pairs_of(len(table.annotators))
    scored = [
        f1(counts, column)
        for pair in zip(hits.found, hits.by_chance, strict=True)
        for column in (EXACT, OVERLAP)
        for counts in pair
    ]
    # Each pair has four figures: exact, exact by chance, overlap, overlap by chance
    means = [[len(own) + 4 * n + kind for n in range(len(both))] for kind in range(4)]
    given = figures([*own, *scored], sampling, means)
    alphas, scores, mean = given[: len(own)], given[len(own) : -4], given[-4:]
    pairs = []
    for n, (one, other) in enumerate(both):
        shared = int((continuum.asked[:, one] & continuum.asked[:, other]).sum())
        spans = hits.found[n][:, 2:].sum(axis=0)
        names = table.annotators[one], table.annotators[other]
        counts = int(spans[0]), int(spans[1])
        if shared:
            mine = SpanScores(*scores[4 * n : 4 * n + 4])
            pairs.append(SpanPair(*names, shared, counts, mine))
    return alphas, SpanScores(*mean), tuple(pairs)


def _word_alpha(table: Table, continuum: Continuum, units: Units) -> Statistic:
    """Alpha of words, in the label or not; a word is in it if it shares a character with a span.

    Where the words are not known, of characters: the margins and coincidences of uα are theirs.
    """
    if table.words is None:
        return character_alpha(lengths(continuum, units, 1))
    codes, weights, article = _marked(table.words, continuum, units)
    cluster = continuum.cluster[article]
    return nominal(codes, weights, cluster, continuum.clusters, values=2)


def _marked(
    words: tuple[Ints, Ints], continuum: Continuum, units: Units
) -> tuple[Ints, Floats, Ints]:
    """Words that somebody marked, one by one, and the others of an article in one row.

    Returns:
        Rows x annotators, 1 where the annotator marked it and -1 where they were not asked; how
        many words a row stands for; its article.
    """
    import numpy as np

    starts, ends = words
    first = np.searchsorted(ends, units.start, side="right")
    count = np.maximum(np.searchsorted(starts, units.end, side="left") - first, 0)
    inside = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    word, row = np.unique(inside + np.repeat(first, count), return_inverse=True)
    of_word = np.searchsorted(continuum.begins, starts, side="right") - 1
    articles = len(continuum.begins)
    article = np.concatenate([of_word[word], np.arange(articles)])
    codes = np.zeros((len(article), continuum.asked.shape[1]), dtype=np.int64)
    codes[row, np.repeat(units.annotator, count)] = 1
    codes[~continuum.asked[article]] = -1
    others = np.bincount(of_word, minlength=articles) - np.bincount(
        of_word[word], minlength=articles
    )
    return codes, np.concatenate([np.ones(len(word)), others]), article


def _each(table: Table) -> range:
    """The annotators that can be left out: with two, one would be left."""
    return range(len(table.annotators)) if len(table.annotators) > 2 else range(0)


def _without(table: Table, statistics: Sequence[Statistic]) -> tuple[Without, ...]:
    return tuple(
        Without(table.annotators[who], *statistic.value())
        for who, statistic in zip(_each(table), statistics, strict=True)
    )


def _articles(continuum: Continuum) -> int:
    return int((continuum.asked.sum(axis=1) > 1).sum())


def _counts(table: Table, units: Units) -> tuple[tuple[str, int], ...]:
    import numpy as np

    counts = np.bincount(units.annotator, minlength=len(table.annotators))
    return tuple(zip(table.annotators, counts.tolist(), strict=True))
