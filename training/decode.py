"""From a probability a word to spans: the one way, for the model and the baselines alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from corpus.records import Article, Span
from corpus.scheme import Label, Scheme
from training.encoding import Floats, Word, allowed
from training.units import Ints
from training.weights import Tokens

#: A span that another of its label touches begins where 'begins' is likelier than not.
BEGINS = 0.5
#: A word inside a run may fall to this share of the threshold: one weak word does not end a span.
CARRY = 0.5


@dataclass(frozen=True, slots=True)
class Reading:
    """What a model makes of an article: word by label, inside a span, and the first of one.

    `tokens` are what the unit head reads from, where they were kept.
    """

    article: Article
    words: tuple[Word, ...]
    inside: Floats
    begins: Floats
    tokens: Tokens | None = None


@dataclass(frozen=True, slots=True)
class Strip:
    """One label's probabilities on words in order, of one article or of several.

    `stretch` numbers the runs of words in which one span can stand, from 0; words on which the
    label may not stand have -1. Where `whole`, a stretch is a span or holds none.
    """

    inside: Floats
    begins: Floats
    stretch: Ints
    whole: bool


def decode(reading: Reading, scheme: Scheme, thresholds: Mapping[str, float]) -> tuple[Span, ...]:
    """Return the spans of `reading`, each label by its own threshold.

    A span is a run of words whose probability reaches the threshold, within one of the label's
    `stretches`; spans of different labels may overlap. Where the label says `snap: block`
    the block is taken whole or not at all, by its mean. The score is the mean over the words.
    """
    spans = []
    for label, strip in zip(scheme.labels, strips(reading, scheme), strict=True):
        for start, stop in zip(*runs(strip, thresholds[label.name]), strict=True):
            first, last = reading.words[start], reading.words[stop - 1]
            score = round(float(strip.inside[start:stop].mean()), 4)
            id_ = f"{label.name}:{first.start}"
            spans.append(Span(id_, first.start, last.end, label.name, score=score))
    return tuple(sorted(spans, key=lambda span: (span.start, span.end, span.label)))


def strips(reading: Reading, scheme: Scheme) -> list[Strip]:
    """Return the strip of each of the scheme's labels."""
    blocks = _blocks(reading)
    return [
        Strip(
            reading.inside[:, column],
            reading.begins[:, column],
            _stretches(reading.article, label, blocks),
            label.snap == "block",
        )
        for column, label in enumerate(scheme.labels)
    ]


def stretches(reading: Reading, label: Label) -> Iterator[tuple[int, int]]:
    """Yield the runs of words in which one span of `label` can stand.

    That is a block of a kind where it may stand; a label that is bound neither to its sentence nor
    to its block (a plea from heading to P.S.) also runs on into neighbouring blocks.
    """
    number = _stretches(reading.article, label, _blocks(reading))
    at = np.flatnonzero(number >= 0)
    edges = np.flatnonzero(np.diff(number[at])) + 1
    for part in np.split(at, edges) if len(at) else ():
        yield int(part[0]), int(part[-1]) + 1


def runs(strip: Strip, threshold: float) -> tuple[Ints, Ints]:
    """Return the first word of each span at that threshold, and the word after its last.

    Spans begin and end at the threshold and never fall below `CARRY` of it inside; one is cut where
    a word that reaches the threshold begins another.
    """
    if strip.whole:
        return _whole(strip, threshold)
    inside, stretch = strip.inside, strip.stretch
    carries = (inside >= threshold * CARRY) & (stretch >= 0)
    joined = carries[1:] & carries[:-1] & (stretch[1:] == stretch[:-1])
    group = np.cumsum(~np.concatenate([[False], joined]))
    at = np.flatnonzero(carries & (inside >= threshold))
    if not len(at):
        return at, at
    opens = np.concatenate([[True], np.diff(group[at]) > 0])
    closes = np.concatenate([opens[1:], [True]])
    starts = opens | (strip.begins[at] >= BEGINS)
    # A span ends where the next one of its group begins, or after the last word of the group
    following = np.concatenate([at[1:], [0]])
    stops = np.where(closes, at + 1, following)
    ends = np.concatenate([starts[1:], [True]])
    return at[starts], stops[ends]


def _whole(strip: Strip, threshold: float) -> tuple[Ints, Ints]:
    at = np.flatnonzero(strip.stretch >= 0)
    if not len(at):
        return at, at
    number = strip.stretch[at]
    first = np.flatnonzero(np.concatenate([[True], np.diff(number) != 0]))
    size = np.diff(np.concatenate([first, [len(at)]]))
    mean = np.add.reduceat(strip.inside[at].astype(np.float64), first) / size
    # A float32's digits: equal words have their own probability as mean
    stands = mean.astype(np.float32) >= threshold
    return at[first][stands], (at[first] + size)[stands]


def _blocks(reading: Reading) -> Ints:
    """The number of each word's block."""
    return np.fromiter((word.block for word in reading.words), np.int64, len(reading.words))


def _stretches(article: Article, label: Label, blocks: Ints) -> Ints:
    may = np.array([allowed(label, block.kind) for block in article.blocks], bool)[blocks]
    bound = label.within is not None or label.snap is not None
    if not len(blocks):
        return blocks
    turns = np.diff(blocks) != 0 if bound else may[1:] != may[:-1]
    number = np.cumsum(np.concatenate([[0], turns]))
    return np.asarray(np.where(may, number, -1), np.int64)
