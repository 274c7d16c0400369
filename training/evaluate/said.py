"""What a model says of the examples it is scored on: spans, and answers where gold has some."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from corpus.records import Article, Span
from corpus.scheme import Scheme
from training.decode import Reading
from training.heads import ARTICLE, PLACE, SENTENCE, Choice, Heads
from training.opinions import chances, picked, spans
from training.units import Floats, Unit, article_unit, unit
from training.weights import Weights

#: What an answer is about: a question, an article's id, and a place in it; None is all of it.
Where = tuple[str, str, tuple[int, int] | None]


@dataclass(frozen=True, slots=True)
class Answer:
    """The values that a model picked and how likely it held the likeliest of them."""

    values: tuple[str, ...]
    certainty: float


@dataclass(frozen=True, slots=True)
class Said:
    """Spans by article, and answers by where they were asked."""

    spans: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    answers: Mapping[Where, Answer] = field(default_factory=dict)


def listen(
    readings: Iterable[Reading],
    weights: Weights,
    scheme: Scheme,
    thresholds: Mapping[str, float],
    asked: Sequence[Where],
) -> Said:
    """Return what a model says in its readings, which kept their tokens.

    Answers are asked for where the reference stands, whatever the model would cut into sentences.
    """
    places: dict[str, dict[str, list[tuple[int, int] | None]]] = {}
    for question, id_, place in asked:
        places.setdefault(id_, {}).setdefault(question, []).append(place)
    marked: dict[str, tuple[Span, ...]] = {}
    answered: dict[Where, Answer] = {}
    for reading in readings:
        article = reading.article
        marked[article.id] = spans(reading, weights, scheme, thresholds)
        for question, stood in places.get(article.id, {}).items():
            choice = choice_of(weights.heads, question)
            if choice is None:
                continue
            units = [_unit(article, place) for place in stood]
            for place, chance in zip(stood, chances(reading, weights, choice, units), strict=True):
                values = () if chance is None else picked(choice, chance)
                sure = (
                    0.0
                    if chance is None
                    else float(np.maximum(chance, _against(choice, chance)).max())
                )
                answered[question, article.id, place] = Answer(values, sure)
    return Said(marked, answered)


def choice_of(heads: Heads, question: str) -> Choice | None:
    """Return the choice that a question of the scheme became, or None where it is not learnt."""
    about = (ARTICLE, SENTENCE, PLACE)
    return next((c for c in heads.choices if c.name == question and c.about in about), None)


def _unit(article: Article, place: tuple[int, int] | None) -> Unit:
    return unit(article, *place) if place else article_unit(article)


def _against(choice: Choice, chance: Floats) -> Floats:
    """What is not picked among others that may stand beside it is a decision as well."""
    return chance if choice.exclusive else 1 - chance
