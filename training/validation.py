"""What a model reaches on the articles it is tuned on: one figure, to compare its like by.

It is the mean of SemEval's score with labels (of the spans, at their tuned thresholds) and of each
question's macro-F1 (of `several` and flags at theirs). The thresholds were tuned on the same
articles, so it flatters every model alike; `pressmark evaluate` scores on others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from corpus.measures import Tally, contained_labelled
from corpus.scheme import Scheme
from corpus.scoring.answers import Answered, macro_f1
from training.backends import weights_of
from training.decode import Reading, decode
from training.examples import Example
from training.heads import ARTICLE, Choice
from training.model import PressmarkModel
from training.opinions import Standing, chances, picked
from training.references import Opinions, opinions
from training.units import unit_at

Place = tuple[int, int] | None


def reached(
    readings: Sequence[Reading],
    examples: Sequence[Example],
    scheme: Scheme,
    thresholds: Mapping[str, float],
    model: PressmarkModel,
    *,
    values: Standing,
) -> float | None:
    """Return the figure, 0 to 1; None where the examples hold nothing to find.

    `readings` are the model's of the examples, in their order, with their tokens kept; labels stand
    at the `thresholds`, values at theirs in `values`.
    """
    scores = [_spans(readings, examples, scheme, thresholds)]
    asked = [c for c, _ in model.heads.columns() if c.about not in ("span", "block")]
    scores += [
        _answers(readings, examples, choice, scheme, model, standing=values) for choice in asked
    ]
    known = [score for score in scores if score is not None]
    return float(np.mean(known)) if known else None


def _spans(
    readings: Sequence[Reading],
    examples: Sequence[Example],
    scheme: Scheme,
    thresholds: Mapping[str, float],
) -> float | None:
    total = Tally()
    for reading, example in zip(readings, examples, strict=True):
        asked = {label.name for label in scheme.labels if example.asked(label)}
        found = decode(reading, scheme, thresholds) if asked else ()
        predicted = [span for span in found if span.label in asked]
        total += contained_labelled(example.reference(scheme), predicted)
    return (total.f1 or 0.0) if total.reference else None


def _answers(
    readings: Sequence[Reading],
    examples: Sequence[Example],
    choice: Choice,
    scheme: Scheme,
    model: PressmarkModel,
    *,
    standing: Standing,
) -> float | None:
    weights, found = weights_of(model), []
    for reading, example in zip(readings, examples, strict=True):
        asked = opinions([example], [choice], scheme)
        reference = dict(_majority(asked, choice))
        places = list(reference)
        article = example.article
        units = [unit_at(article, place) for place in places]
        says = chances(reading, weights, choice, units) if units else []
        for place, chance in zip(places, says, strict=True):
            picks = picked(choice, chance, standing) if chance is not None else ()
            closed = asked.closed((choice.name, article.id, place))
            values = tuple(v for v in picks if v not in closed)
            found.append(Answered(article.id, reference[place], values))
    if not any(each.reference for each in found):
        return None
    statistic = macro_f1(found)
    return float(statistic.rounds(np.ones((len(statistic.sums), 1)))[0])


def _majority(asked: Opinions, choice: Choice) -> Iterator[tuple[Place, tuple[str, ...]]]:
    """What most of those who were asked said, at each place; not where they are divided."""
    for (_, _, place), values in asked.majority(choice).items():
        if values is not None and (place is None) == (choice.about == ARTICLE):
            yield place, values
