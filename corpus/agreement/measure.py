"""`measure`: every measure of agreement of a set of articles, all but gamma."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from corpus.agreement.coded import COMPARED
from corpus.agreement.estimates import Sampling
from corpus.agreement.of_spans import Hits, all_labels, hits_of, one_label
from corpus.agreement.of_values import attribute_agreements, question_agreement
from corpus.agreement.opinions import ArticleOpinions
from corpus.agreement.results import Measured, SpanAgreement
from corpus.agreement.table import Table, table
from corpus.measures import SAMPLES
from corpus.scheme import Question, Scheme


def measure(
    opinions: Sequence[ArticleOpinions],
    scheme: Scheme,
    samples: int = SAMPLES,
    seed: int = 0,
) -> Measured:
    """Measure the agreement of annotators, with intervals over `samples` draws of the clusters.

    Articles that fewer than two annotated are left out; where none is left, nothing is measured.
    The same call on a part of the opinions is the figure of a stratum. The order of articles,
    annotators and spans makes no difference.

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


Asked = TypeVar("Asked", bound=Question)


def _compared(asked: Sequence[Asked]) -> list[Asked]:
    return [each for each in asked if each.type in COMPARED]


def _labels(found: Table, sampling: Sampling) -> list[SpanAgreement]:
    hits: list[Hits] = [
        hits_of(found, number, sampling.seed) for number in range(len(found.labels))
    ]
    each = [one_label(found, number, hits[number], sampling) for number in range(len(hits))]
    return [all_labels(found, hits, sampling), *each] if len(each) > 1 else each
