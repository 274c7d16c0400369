"""Crowds: with very many annotators who share few articles, votes count and not who gave them.

Pairs grow with the square of the annotators, and two of a crowd share next to nothing. Alpha does
not ask who gave a value, so each article's opinions are numbered instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from corpus.agreement.opinions import ArticleOpinions
from corpus.agreement.results import CodedAgreement, Measured, SpanAgreement
from corpus.agreement.selection import Version
from corpus.agreement.sorting import CROWD
from corpus.measures import Figure

_NO_PAIRS = f"of more than {CROWD} annotators pairs are not told apart"


def is_crowd(opinions: Mapping[Version, ArticleOpinions]) -> bool:
    """Tell whether there are more annotators than pairs can be told of."""
    return len({author for each in opinions.values() for author in each.annotations}) > CROWD


def numbered(opinions: Mapping[Version, ArticleOpinions]) -> dict[Version, ArticleOpinions]:
    """Return the opinions with each article's authors numbered, in the order of their names."""
    found = {}
    for version, each in opinions.items():
        names = {who: f"vote {place:04}" for place, who in enumerate(sorted(each.annotations), 1)}
        said = {names[who]: replace(a, author=names[who]) for who, a in each.annotations.items()}
        found[version] = replace(each, annotations=said)
    return found


def unpaired(measured: Measured, opinions: Mapping[Version, ArticleOpinions]) -> Measured:
    """Return what was measured of numbered votes without what is told of people and pairs."""
    names = {author for each in opinions.values() for author in each.annotations}
    return replace(
        measured,
        annotators=tuple(sorted(names)),
        labels=tuple(_spans(each) for each in measured.labels),
        attributes=tuple(_values(each) for each in measured.attributes),
        questions=tuple(_values(each) for each in measured.questions),
    )


def _spans(found: SpanAgreement) -> SpanAgreement:
    return replace(found, pairs=(), without=())


def _values(found: CodedAgreement) -> CodedAgreement:
    return replace(found, pairs=(), without=(), kappa=Figure(None, why=_NO_PAIRS))
