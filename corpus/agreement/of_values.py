"""Agreement on attributes of matched spans, and on questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from corpus.agreement.coded import (
    AttributeValues,
    Coded,
    Matches,
    answers,
    attribute,
    attribute_values,
    matches,
    pairs_of,
)
from corpus.agreement.estimates import Sampling, figures
from corpus.agreement.results import CodedAgreement, CodedPair, Without
from corpus.agreement.table import Table
from corpus.measures import Figure
from corpus.scheme import Attribute, Question


def attribute_agreements(
    table: Table, asked: Sequence[Attribute], sampling: Sampling
) -> list[CodedAgreement]:
    """Return the agreement on each attribute: over all its labels, then over each of them."""
    matched = [matches(table, number) for number in range(len(table.labels))]
    agreements = []
    for each in asked:
        given = attribute_values(table, each)
        mine = [m for m in matched if each.asked_of(table.labels[m.label].name)]
        parts = [mine, *([one] for one in mine)] if len(mine) > 1 else [mine]
        agreements += [_of_attribute(table, given, part, sampling) for part in parts]
    return agreements


def _of_attribute(
    table: Table, given: AttributeValues, found: Sequence[Matches], sampling: Sampling
) -> CodedAgreement:
    label = table.labels[found[0].label].name if len(found) == 1 else ""

    def without(who: int) -> Coded:
        return attribute(table, given, found, who)

    coded = attribute(table, given, found)
    return _agreement(table.annotators, (given.question.name, label), coded, without, sampling)


def question_agreement(table: Table, question: Question, sampling: Sampling) -> CodedAgreement:
    """Return the agreement on a question: of articles, or of the places that were asked about."""
    found = answers(table, question)
    return _agreement(table.annotators, (question.name, ""), found, found.silenced, sampling)


def question_alpha(table: Table, question: Question, sampling: Sampling) -> Figure:
    """Return the alpha of a question alone: that of `question_agreement`."""
    return figures([answers(table, question).alpha()], sampling)[0]


def _agreement(
    names: Sequence[str],
    asked: tuple[str, str],
    found: Coded,
    without: Callable[[int], Coded],
    sampling: Sampling,
) -> CodedAgreement:
    both = pairs_of(len(names))
    kappas = [found.kappa(one, other) for one, other in both]
    alpha, *each, kappa = figures(
        [found.alpha(), *kappas], sampling, means=[range(1, len(both) + 1)]
    )
    pairs = [
        CodedPair(names[one], names[other], units, figure)
        for (one, other), figure in zip(both, each, strict=True)
        if (units := found.answered_by(one, other))
    ]
    left = range(len(names)) if len(names) > 2 else range(0)
    return CodedAgreement(
        *asked,
        found.metric,
        found.compared(),
        alpha,
        kappa,
        tuple(pairs),
        tuple(Without(names[who], *without(who).alpha().value()) for who in left),
    )
