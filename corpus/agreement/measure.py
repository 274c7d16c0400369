"""`measure`: every measure of agreement of a set of articles, all but gamma; `headline`: a few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from corpus.agreement.coded import COMPARED
from corpus.agreement.estimates import Sampling
from corpus.agreement.of_spans import Hits, all_labels, hits_of, one_label
from corpus.agreement.of_spans import headline as of_all
from corpus.agreement.of_values import attribute_agreements, question_agreement, question_alpha
from corpus.agreement.opinions import ArticleOpinions
from corpus.agreement.results import Headline, Measured, SpanAgreement, SpanScores
from corpus.agreement.table import Table, table
from corpus.measures import SAMPLES, Figure
from corpus.scheme import Question, Scheme


def measure(
    opinions: Sequence[ArticleOpinions],
    scheme: Scheme,
    samples: int = SAMPLES,
    seed: int = 0,
) -> Measured:
    """Measure the agreement of annotators, with intervals over `samples` draws of the clusters.

    Articles that fewer than two annotated are left out; where none is left, nothing is measured.
    The order of articles, annotators and spans makes no difference.

    Raises:
        PressmarkError: an article stands in `opinions` twice.
    """
    found, sampling = table(opinions, scheme), Sampling(samples, seed)
    measured = Measured(
        articles=len(found.opinions),
        clusters=found.continuum.clusters,
        annotators=found.annotators,
        samples=samples,
        seed=seed,
        unit="word" if found.words else "character",
        foreign=found.foreign,
    )
    if not found.opinions:
        return measured
    return replace(
        measured,
        labels=tuple(_labels(found, sampling)),
        attributes=tuple(attribute_agreements(found, _compared(scheme.attributes), sampling)),
        questions=tuple(
            question_agreement(found, question, sampling)
            for question in _compared(scheme.questions)
        ),
    )


def headline(
    opinions: Sequence[ArticleOpinions],
    scheme: Scheme,
    samples: int = SAMPLES,
    seed: int = 0,
) -> Headline:
    """Measure what a part of the corpus is told by: the same figures as `measure`, in less time.

    Raises:
        PressmarkError: an article stands in `opinions` twice.
    """
    found, sampling = table(opinions, scheme), Sampling(samples, seed)
    if not found.opinions:
        none = Figure(None, why="no two annotators annotated the same article")
        return Headline(0, 0, none, SpanScores(none, none, none, none), ())
    if found.labels:
        u, f1, spans = of_all(found, _hits(found, sampling), sampling)
    else:
        u = Figure(None, why="the scheme has no labels")
        f1, spans = SpanScores(u, u, u, u), 0
    answers = ((q.name, question_alpha(found, q, sampling)) for q in _compared(scheme.questions))
    return Headline(len(found.opinions), spans, u, f1, tuple(answers))


Asked = TypeVar("Asked", bound=Question)


def _compared(asked: Sequence[Asked]) -> list[Asked]:
    return [each for each in asked if each.type in COMPARED]


def _labels(found: Table, sampling: Sampling) -> list[SpanAgreement]:
    hits = _hits(found, sampling)
    each = [one_label(found, number, hits[number], sampling) for number in range(len(hits))]
    return [all_labels(found, hits, sampling), *each] if len(each) > 1 else each


def _hits(found: Table, sampling: Sampling) -> list[Hits]:
    return [hits_of(found, number, sampling.seed) for number in range(len(found.labels))]
