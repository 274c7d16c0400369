"""From a probability a word to spans: the one way, for the model and the baselines alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, pairwise

from corpus.records import Article, Span
from corpus.scheme import Label, Scheme
from training.encoding import Floats, Word, allowed
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


def decode(reading: Reading, scheme: Scheme, thresholds: Mapping[str, float]) -> tuple[Span, ...]:
    """Return the spans of `reading`, each label by its own threshold.

    A span is a run of words whose probability reaches the threshold, within one of the label's
    `stretches`; spans of different labels may overlap. Where the label says `snap: block`
    the block is taken whole or not at all, by its mean. The score is the mean over the words.
    """
    spans = []
    for column, label in enumerate(scheme.labels):
        for start, stop in _runs(reading, column, label, thresholds[label.name]):
            first, last = reading.words[start], reading.words[stop - 1]
            score = round(float(reading.inside[start:stop, column].mean()), 4)
            id_ = f"{label.name}:{first.start}"
            spans.append(Span(id_, first.start, last.end, label.name, score=score))
    return tuple(sorted(spans, key=lambda span: (span.start, span.end, span.label)))


def stretches(reading: Reading, label: Label) -> Iterator[tuple[int, int]]:
    """Yield the runs of words in which one span of `label` can stand.

    That is a block of a kind where it may stand; a label that is bound neither to its sentence nor
    to its block (a plea from heading to P.S.) also runs on into neighbouring blocks.
    """
    bound = label.within is not None or label.snap is not None
    run: list[int] = []
    for number, word in enumerate(reading.words):
        may = allowed(label, reading.article.blocks[word.block].kind)
        crosses = bool(run) and word.block != reading.words[run[-1]].block
        if run and (not may or (bound and crosses)):
            yield run[0], run[-1] + 1
            run = []
        if may:
            run.append(number)
    if run:
        yield run[0], run[-1] + 1


def _runs(
    reading: Reading, column: int, label: Label, threshold: float
) -> Iterator[tuple[int, int]]:
    for start, stop in stretches(reading, label):
        inside = reading.inside[start:stop, column]
        if label.snap == "block":
            if inside.mean() >= threshold:
                yield start, stop
            continue
        for first, last in _carried(inside, threshold):
            begins = reading.begins[start:stop, column]
            cuts = [at for at in range(first + 1, last) if _splits(inside, begins, threshold, at)]
            for begin, end in pairwise((first, *cuts, last)):
                yield start + begin, start + end


def _carried(inside: Floats, threshold: float) -> Iterator[tuple[int, int]]:
    """Yield the runs that begin and end at the threshold and never fall below `CARRY` of it."""
    on = inside >= threshold * CARRY
    for carries, group in groupby(range(len(inside)), lambda at: bool(on[at])):
        reached = [at for at in group if inside[at] >= threshold]
        if carries and reached:
            yield reached[0], reached[-1] + 1


def _splits(inside: Floats, begins: Floats, threshold: float, at: int) -> bool:
    return bool(inside[at] >= threshold and begins[at] >= BEGINS)
