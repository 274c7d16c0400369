"""What a model says of the examples it is scored on: spans, and answers where gold has some."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from corpus.measures import Place
from corpus.records import Article, Span
from corpus.scheme import Scheme
from training.checkpoint import Manifest
from training.decode import Reading, decode
from training.heads import ARTICLE, PLACE, SENTENCE, Choice, Heads
from training.opinions import chances, picked, spans
from training.units import Floats, Unit, article_unit, unit
from training.units_baselines import Linear
from training.weights import Weights

#: What an answer is about: a question, an article's id, and a place in it; None is all of it.
Where = tuple[str, str, Place | None]


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


#: Given an article, a choice and units of it, the probability of each value at each of them.
Says = Callable[[Choice, Sequence[Unit]], list[Floats | None]]


def listen(
    readings: Iterable[Reading],
    weights: Weights,
    scheme: Scheme,
    manifest: Manifest,
    asked: Sequence[Where],
) -> Said:
    """Return what a model says in its readings, which kept their tokens.

    Answers are asked for where the reference stands, whatever the model would cut into sentences.
    """
    places = _by_article(asked)
    marked: dict[str, tuple[Span, ...]] = {}
    answered: dict[Where, Answer] = {}
    for reading in readings:
        article = reading.article
        marked[article.id] = spans(
            reading, weights, scheme, manifest.thresholds, manifest.calibration
        )
        says = partial(chances, reading, weights)
        answered |= _answers(article, places.get(article.id, {}), weights.heads, says)
    return Said(marked, answered)


def overhear(
    linear: Linear,
    articles: Sequence[Article],
    scheme: Scheme,
    thresholds: Mapping[str, float],
    asked: Sequence[Where],
) -> Said:
    """Return what a regression says of the articles, as `listen` does of a model."""
    places = _by_article(asked)
    marked: dict[str, tuple[Span, ...]] = {}
    answered: dict[Where, Answer] = {}
    for article, reading in zip(articles, linear.readings(articles), strict=True):
        marked[article.id] = decode(reading, scheme, thresholds)
        says = partial(linear.chances, article)
        answered |= _answers(article, places.get(article.id, {}), linear.heads, says)
    return Said(marked, answered)


def _by_article(asked: Sequence[Where]) -> dict[str, dict[str, list[Place | None]]]:
    places: dict[str, dict[str, list[Place | None]]] = {}
    for question, id_, place in asked:
        places.setdefault(id_, {}).setdefault(question, []).append(place)
    return places


def _answers(
    article: Article, asked: Mapping[str, Sequence[Place | None]], heads: Heads, says: Says
) -> dict[Where, Answer]:
    found: dict[Where, Answer] = {}
    for question, places in asked.items():
        choice = choice_of(heads, question)
        if choice is None:
            continue
        told = says(choice, [_unit(article, place) for place in places])
        for place, chance in zip(places, told, strict=True):
            values = () if chance is None else picked(choice, chance)
            sure = 0.0 if chance is None else float(_sureness(choice, chance).max())
            found[question, article.id, place] = Answer(values, sure)
    return found


def choice_of(heads: Heads, question: str) -> Choice | None:
    """Return the choice that a question of the scheme became, or None where it is not learnt."""
    about = (ARTICLE, SENTENCE, PLACE)
    return next((c for c in heads.choices if c.name == question and c.about in about), None)


def _unit(article: Article, place: Place | None) -> Unit:
    return unit(article, *place) if place else article_unit(article)


def _sureness(choice: Choice, chance: Floats) -> Floats:
    """How likely each decision is; that a value does not stand beside others is one as well."""
    return chance if choice.exclusive else np.maximum(chance, 1 - chance)
