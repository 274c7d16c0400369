"""What a model says of the examples it is scored on: spans, and answers where gold has some."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from corpus.measures import Place
from corpus.records import Article, Span
from corpus.scheme import Scheme
from training.checkpoint import Manifest
from training.decode import Reading, decode
from training.heads import Heads, choice_of
from training.opinions import Says, Standing, chances, picked, spans, sureness
from training.references import Where
from training.units import unit_at
from training.units_baselines import Linear
from training.weights import Weights


@dataclass(frozen=True, slots=True)
class Answer:
    """The values that a model picked, and how sure it was of the surest (`sureness`)."""

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
            reading,
            weights,
            scheme,
            manifest.thresholds,
            manifest.calibration,
            values=manifest.values,
        )
        says, here = partial(chances, reading, weights), places.get(article.id, {})
        answered |= _answers(article, here, weights.heads, says, manifest.values)
    return Said(marked, answered)


def overhear(
    linear: Linear,
    articles: Sequence[Article],
    scheme: Scheme,
    thresholds: Mapping[str, float],
    asked: Sequence[Where],
    *,
    values: Standing,
) -> Said:
    """Return what a regression says of the articles, as `listen` does of a model."""
    places = _by_article(asked)
    marked: dict[str, tuple[Span, ...]] = {}
    answered: dict[Where, Answer] = {}
    for article, (reading, says) in zip(articles, linear.listened(articles), strict=True):
        marked[article.id] = decode(reading, scheme, thresholds)
        here = places.get(article.id, {})
        answered |= _answers(article, here, linear.heads, says, values)
    return Said(marked, answered)


def _by_article(asked: Sequence[Where]) -> dict[str, dict[str, list[Place | None]]]:
    places: dict[str, dict[str, list[Place | None]]] = {}
    for question, id_, place in asked:
        places.setdefault(id_, {}).setdefault(question, []).append(place)
    return places


def _answers(
    article: Article,
    asked: Mapping[str, Sequence[Place | None]],
    heads: Heads,
    says: Says,
    standing: Standing,
) -> dict[Where, Answer]:
    found: dict[Where, Answer] = {}
    for question, places in asked.items():
        choice = choice_of(heads, question)
        if choice is None:
            continue
        told = says(choice, [unit_at(article, place) for place in places])
        for place, chance in zip(places, told, strict=True):
            values = () if chance is None else picked(choice, chance, standing)
            sure = 0.0 if chance is None else float(sureness(choice, chance, standing).max())
            found[question, article.id, place] = Answer(values, sure)
    return found
