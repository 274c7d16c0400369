"""From a reading to what a model says of an article: spans with attributes, and answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from corpus.records import Answer, Span
from corpus.scheme import Scheme
from corpus.sentences import sentences
from training.calibration import Calibration
from training.decode import Reading, decode
from training.heads import ARTICLE, SENTENCE, Choice
from training.units import Floats, Unit, article_unit, unit, unit_at
from training.weights import Weights, shares

#: A value that may stand beside others stands from here where nothing was tuned for it.
STANDS = 0.5

#: By a choice's name and its values', the probability from which a value stands beside others.
Standing = Mapping[str, Mapping[str, float]]
#: Given a choice and units of an article, the probability of each value at each of them.
Says = Callable[[Choice, Sequence[Unit]], list[Floats | None]]


def spans(
    reading: Reading,
    weights: Weights,
    scheme: Scheme,
    thresholds: Mapping[str, float],
    calibration: Calibration,
    *,
    values: Standing,
) -> tuple[Span, ...]:
    """Return the spans of a reading that kept its tokens, with their attributes.

    A span's score is the calibrated probability that the reference has one like it.

    Args:
        reading: the reading.
        weights: the heads' weights.
        scheme: says which labels and attributes there are.
        thresholds: from which probability each label stands.
        calibration: what a raw score is worth.
        values: from which probability each value of an attribute stands.
    """
    found = calibration.scored(decode(reading, scheme, thresholds))
    choices = weights.heads.about("span")
    if reading.tokens is None or not choices or not found:
        return found
    asked = [unit(reading.article, span.start, span.end) for span in found]
    logits = weights.units(reading.article, reading.tokens, asked)
    return tuple(
        replace(span, attributes=_attributes(span, choices, says, scheme, values))
        for span, says in zip(found, logits, strict=True)
    )


def answers(
    reading: Reading, weights: Weights, scheme: Scheme, values: Standing
) -> tuple[Answer, ...]:
    """Return the answers to what the scheme asks of the article and of each of its sentences.

    `values` says from which probability a value stands.

    A question about places that are given with an article has none here: see `chances`.
    """
    article, found = reading.article, []
    for about, places in ((ARTICLE, [None]), (SENTENCE, _sentences(reading))):
        choices = [c for c, _ in weights.heads.about(about) if scheme.question(c.name)]
        if not choices:
            continue
        asked = [unit_at(article, place) for place in places]
        for choice in choices:
            for place, chance in zip(places, chances(reading, weights, choice, asked), strict=True):
                given = picked(choice, chance, values) if chance is not None else ()
                if given:
                    found.append(Answer(choice.name, given, *(place or (None, None))))
    return tuple(found)


def chances(
    reading: Reading, weights: Weights, choice: Choice, asked: Sequence[Unit]
) -> list[Floats | None]:
    """Return the probability of each of the choice's values at each of the units asked."""
    assert reading.tokens is not None, "a reading that kept its tokens"
    columns = next(at for each, at in weights.heads.columns() if each == choice)
    logits = weights.units(reading.article, reading.tokens, asked)
    return [None if says is None else shares(choice, says[columns]) for says in logits]


def picked(choice: Choice, chance: Floats, values: Standing) -> tuple[str, ...]:
    """Return what stands: the likeliest value of an exclusive choice, else all that reach it."""
    if choice.exclusive:
        return (choice.values[int(chance.argmax())],)
    over = chance >= limits(choice, values)
    return tuple(value for value, stands in zip(choice.values, over, strict=True) if stands)


def sureness(choice: Choice, chance: Floats, values: Standing) -> Floats:
    """Return how sure each decision is, 0 to 1; that a value does not stand is one as well.

    One that just stands is as unsure as one that just does not: a half.
    """
    if choice.exclusive:
        return chance
    half = halved(choice, chance, values)
    return np.maximum(half, 1 - half)


def halved(choice: Choice, chance: Floats, values: Standing) -> Floats:
    """Return the probabilities moved so that the one from which a value stands is a half.

    The odds of each are divided by those of its threshold.
    """
    least = limits(choice, values)
    ours, other = chance * (1 - least), least * (1 - chance)
    return np.asarray(ours / np.maximum(ours + other, 1e-9), np.float32)


def limits(choice: Choice, values: Standing) -> Floats:
    """Return the probability from which each of the choice's values stands, in their order."""
    own = values.get(choice.name, {})
    return np.array([own.get(value, STANDS) for value in choice.values], np.float32)


def _sentences(reading: Reading) -> list[tuple[int, int] | None]:
    """The sentences of each block; none crosses one."""
    article = reading.article
    return [
        (block.start + start, block.start + end)
        for block in article.blocks
        for start, end in sentences(article.text[block.start : block.end], article.language)
    ]


def article_places(reading: Reading, about: str) -> list[Unit]:
    """Return the units of a reading that a question about 'article' or 'sentence' is asked of."""
    if about == ARTICLE:
        return [article_unit(reading.article)]
    return [unit(reading.article, *place) for place in _sentences(reading) if place]


def _attributes(
    span: Span,
    choices: Sequence[tuple[Choice, slice]],
    says: Floats | None,
    scheme: Scheme,
    values: Standing,
) -> dict[str, tuple[str, ...]]:
    if says is None:
        return {}
    asked = {attribute.name for attribute in scheme.attributes_of(span.label)}
    return {
        choice.name: picked(choice, shares(choice, says[at]), values)
        for choice, at in choices
        if choice.name in asked and span.label in choice.labels
    }
