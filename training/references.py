"""The reference of questions and attributes: what most annotators say where they were asked.

What is scored is compared with it, and thresholds of values are tuned on it, so both see the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from corpus.measures import Place, alike
from corpus.records import Span
from corpus.scheme import Question, Scheme
from corpus.scoring.ceiling import most, most_each
from training.examples import Example
from training.heads import ARTICLE, Choice

Values = tuple[str, ...]
#: What an answer is about: a question, an article's id, and a place in it; None is all of it.
Where = tuple[str, str, Place | None]
NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Opinions:
    """What each annotator answered, by where it was asked.

    `missing` are the values that an annotator was not offered there (`Example.not_offered`); only
    where there are any.
    """

    given: Mapping[Where, Mapping[str, Values]]
    missing: Mapping[Where, Mapping[str, AbstractSet[str]]] = field(default_factory=dict)

    def majority(self, choice: Choice) -> dict[Where, Values | None]:
        """Return what more than half answered; None where they are divided."""
        return {
            where: _elected(choice, self._said(where))
            for where, _ in self.ordered()
            if where[0] == choice.name
        }

    def closed(self, where: Where) -> AbstractSet[str]:
        """Return the values that nobody was offered there: no system is held to them."""
        return _closed(self._said(where))

    def ordered(self) -> list[tuple[Where, Mapping[str, Values]]]:
        """Return what was asked with its answers, by question, article and place."""
        return sorted(self.given.items(), key=_order)

    def _said(self, where: Where) -> list[_Said]:
        missing = self.missing.get(where, {})
        return [_Said(values, missing.get(who, NONE)) for who, values in self.given[where].items()]


@dataclass(frozen=True, slots=True)
class _Said:
    """The values that somebody picked, and those that nobody had offered them."""

    values: Values
    missing: AbstractSet[str]


def opinions(examples: Sequence[Example], choices: Sequence[Choice], scheme: Scheme) -> Opinions:
    """Return the answers to `choices` that the examples hold; 'none' of them is one of the article.

    None is () where the question of `scheme` was asked and may be left empty (`Example.none`).
    """
    given: defaultdict[Where, dict[str, Values]] = defaultdict(dict)
    known = {example.article.id: example for example in examples}
    names = {choice.name: choice for choice in choices}
    for example in examples:
        id_ = example.article.id
        for opinion in example.opinions:
            for name, choice in names.items():
                asked = scheme.question(name)
                if asked and choice.about == ARTICLE and example.none(opinion, asked):
                    given[name, id_, None][opinion.author] = ()
            for answer in opinion.answers:
                if answer.question not in names:
                    continue
                place = (
                    None
                    if answer.start is None or answer.end is None
                    else (answer.start, answer.end)
                )
                values = given[answer.question, id_, place].get(opinion.author, ())
                kept = tuple(v for v in answer.values if v in names[answer.question].values)
                given[answer.question, id_, place][opinion.author] = (*values, *kept)
    missing = {
        where: late
        for where, by in given.items()
        if (late := _missing(by, known[where[1]], scheme.question(where[0])))
    }
    return Opinions(dict(given), missing)


def _missing(
    by: Mapping[str, Values], example: Example, asked: Question | None
) -> dict[str, AbstractSet[str]]:
    """What each who answered was not offered, and did not pick, where that is anything."""
    late = {
        each.author: example.not_offered(each, asked)
        for each in example.opinions
        if asked and each.author in by
    }
    return {who: values - {*by[who]} for who, values in late.items() if values}


def values_of_spans(
    choice: Choice, example: Example, references: Sequence[Span], scheme: Scheme
) -> Iterator[tuple[Span, Values | None]]:
    """Yield each of the article's reference spans that was asked, with its values.

    They are what more than half of the annotators say who have such a span there (one of its label
    that overlaps it by half); None where they are divided.
    """
    for reference, said in _of_spans(choice, example, references, scheme):
        yield reference, _elected(choice, said)


def closed_of_spans(
    choice: Choice, example: Example, references: Sequence[Span], scheme: Scheme
) -> dict[Span, AbstractSet[str]]:
    """Return the values that nobody was offered who has such a span, of those that were asked."""
    return {at: _closed(said) for at, said in _of_spans(choice, example, references, scheme)}


def said_of_spans(
    choice: Choice, example: Example, scheme: Scheme
) -> Iterator[tuple[Span, Values]]:
    """Yield the spans that were asked, with the values given; () is none of them."""
    return ((span, said.values) for span, said in _spans(choice, example, scheme))


def _of_spans(
    choice: Choice, example: Example, references: Sequence[Span], scheme: Scheme
) -> Iterator[tuple[Span, list[_Said]]]:
    """Yield each reference span that was asked with what is said of spans like it."""
    known = list(_spans(choice, example, scheme))
    for reference in references:
        said = [each for span, each in known if alike(span, reference)]
        if reference.label in choice.labels and said:
            yield reference, said


def _spans(choice: Choice, example: Example, scheme: Scheme) -> Iterator[tuple[Span, _Said]]:
    asked = scheme.attribute(choice.name)
    for opinion in example.opinions:
        missing = example.not_offered(opinion, asked) if asked else NONE
        for span in opinion.spans:
            if span.label not in choice.labels:
                continue
            values = tuple(v for v in span.attributes.get(choice.name, ()) if v in choice.values)
            if values or (asked and example.none(opinion, asked, span)):
                yield span, _Said(values, missing - {*values})


def _elected(choice: Choice, said: Sequence[_Said]) -> Values | None:
    """The majority's values, each by those who were offered it; None where they are divided."""
    if choice.exclusive:
        return most([each.values for each in said])
    return most_each([each.values for each in said], [each.missing for each in said])


def _closed(said: Sequence[_Said]) -> AbstractSet[str]:
    return frozenset.intersection(*(frozenset(each.missing) for each in said)) if said else NONE


def _order(item: tuple[Where, object]) -> tuple[str, str, tuple[int, int]]:
    (name, article, place), _ = item
    return name, article, place or (-1, -1)
