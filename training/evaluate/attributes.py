"""Attributes: what is asked of a span, where the model found one.

A span counts as found where one of the model's, of the same label, overlaps it by half. The
reference's value is that of more than half of the annotators who have such a span there. Every
system is asked about the model's own span, so that all answer the same; no baseline is scored on
where spans stand.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from corpus.agreement.estimates import Sampling
from corpus.measures import Place, alike
from corpus.records import Article
from corpus.scheme import Scheme
from training.evaluate.choices import (
    COMMON,
    Answers,
    Asking,
    always,
    best,
    question,
    versus,
)
from training.evaluate.learned import Learned
from training.evaluate.results import ATTRIBUTE, MODEL, Question, Versus
from training.evaluate.said import Said
from training.evaluate.systems import Test
from training.examples import Example
from training.heads import Choice
from training.opinions import picked
from training.references import (
    Values,
    Where,
    closed_of_spans,
    said_of_spans,
    values_of_spans,
)
from training.units import unit


def attributes(
    choices: Sequence[Choice],
    test: Test,
    said: Said,
    taught: Sequence[Example],
    sampling: Sampling,
    *,
    beside: Mapping[str, Learned],
) -> tuple[tuple[Question, ...], tuple[Versus, ...]]:
    """Return how each attribute is answered, and the model less the best baseline.

    Args:
        choices: what is asked of spans.
        test: the examples that are scored.
        said: what the model says of them.
        taught: what the baselines were taught.
        sampling: of the intervals.
        beside: the regressions, by name; the value that is commonest in training is added.
    """
    found: list[Question] = []
    between: list[Versus] = []
    for choice in choices:
        there = _found(choice, test, said)
        systems: dict[str, Answers] = {MODEL: there.model.__getitem__}
        systems |= {name: _says(learned, choice, there) for name, learned in beside.items()}
        systems[COMMON] = always(_commonest(choice, taught, test.scheme))
        made = question(there.asked, systems, Said(), None, sampling)
        found.append(made)
        if there.asked.where:
            less = versus(there.asked, systems, [best(made, [MODEL])], sampling)
            between += [replace(each, what=ATTRIBUTE) for each in less]
    return tuple(found), tuple(between)


@dataclass(frozen=True, slots=True)
class _Found:
    """The reference's spans that the model found: its values, and its own places for them."""

    asked: Asking
    model: Mapping[Where, Values]
    places: Mapping[Where, Place]
    articles: Mapping[str, Article]


def _found(choice: Choice, test: Test, said: Said) -> _Found:
    references: dict[Where, Values] = {}
    model: dict[Where, Values] = {}
    places: dict[Where, Place] = {}
    closed: dict[Where, AbstractSet[str]] = {}
    divided = 0
    for example in test.examples:
        id_ = example.article.id
        known = values_of_spans(choice, example, test.references[id_], test.scheme)
        late = closed_of_spans(choice, example, test.references[id_], test.scheme)
        for reference, value in known:
            ours = next((s for s in said.spans[id_] if alike(s, reference)), None)
            if ours is None:
                continue
            where = (f"{choice.name} of {reference.label}", id_, (reference.start, reference.end))
            if value is None:
                divided += 1
                continue
            references[where] = value
            closed[where] = late[reference]
            model[where] = tuple(ours.attributes.get(choice.name, ()))
            places[where] = (ours.start, ours.end)
    groups = tuple(test.groups[article] for _, article, _ in references)
    there = tuple(references), tuple(references.values())
    asked = Asking(choice, *there, groups, divided, closed)
    articles = {each.article.id: each.article for each in test.examples}
    return _Found(asked, model, places, articles)


def _says(learned: Learned, choice: Choice, found: _Found) -> Answers:
    """What a regression picks at the model's spans; nothing where it was not taught the choice."""
    linear = learned.linear
    known = next((c for c, _ in linear.heads.about("span") if c.name == choice.name), choice)
    at: defaultdict[str, list[Where]] = defaultdict(list)
    for where in found.places:
        at[where[1]].append(where)
    values: dict[Where, Values] = {}
    for id_, here in at.items():
        article = found.articles[id_]
        units = [unit(article, *found.places[where]) for where in here]
        for where, chance in zip(here, linear.chances(article, known, units), strict=True):
            values[where] = () if chance is None else picked(known, chance, learned.values)
    return values.__getitem__


def _commonest(choice: Choice, taught: Sequence[Example], scheme: Scheme) -> Values:
    counts = Counter(
        tuple(sorted(values))
        for example in taught
        for _, values in said_of_spans(choice, example, scheme)
    )
    return min(counts, key=lambda values: (-counts[values], values)) if counts else ()
