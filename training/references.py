"""The reference of questions and attributes: what most annotators say where they were asked.

What is scored is compared with it, and thresholds of values are tuned on it, so both see the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from corpus.measures import Place, alike
from corpus.records import Span
from corpus.scheme import Scheme
from corpus.scoring.ceiling import most, most_each
from training.examples import Example
from training.heads import ARTICLE, Choice

Values = tuple[str, ...]
#: What an answer is about: a question, an article's id, and a place in it; None is all of it.
Where = tuple[str, str, Place | None]


@dataclass(frozen=True, slots=True)
class Opinions:
    """What each annotator answered, by where it was asked."""

    given: Mapping[Where, Mapping[str, Values]]

    def majority(self, choice: Choice) -> dict[Where, Values | None]:
        """Return what more than half answered; None where they are divided."""
        elect = most if choice.exclusive else most_each
        return {
            where: elect(list(by.values()))
            for where, by in self.ordered()
            if where[0] == choice.name
        }

    def ordered(self) -> list[tuple[Where, Mapping[str, Values]]]:
        """Return what was asked with its answers, by question, article and place."""
        return sorted(self.given.items(), key=_order)


def opinions(examples: Sequence[Example], choices: Sequence[Choice], scheme: Scheme) -> Opinions:
    """Return the answers to `choices` that the examples hold; 'none' of them is one of the article.

    None is () where the question of `scheme` was asked and may be left empty (`Example.none`).
    """
    given: defaultdict[Where, dict[str, Values]] = defaultdict(dict)
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
    return Opinions(dict(given))


def values_of_spans(
    choice: Choice, example: Example, references: Sequence[Span], scheme: Scheme
) -> Iterator[tuple[Span, Values | None]]:
    """Yield each of the article's reference spans that was asked, with its values.

    They are what more than half of the annotators say who have such a span there (one of its label
    that overlaps it by half); None where they are divided.
    """
    elect = most if choice.exclusive else most_each
    said = list(said_of_spans(choice, example, scheme))
    for reference in references:
        given = [values for span, values in said if alike(span, reference)]
        if reference.label in choice.labels and given:
            yield reference, elect(given)


def said_of_spans(
    choice: Choice, example: Example, scheme: Scheme
) -> Iterator[tuple[Span, Values]]:
    """Yield the spans that were asked, with the values given; () is none of them."""
    asked = scheme.attribute(choice.name)
    for opinion in example.opinions:
        for span in opinion.spans:
            if span.label not in choice.labels:
                continue
            values = tuple(v for v in span.attributes.get(choice.name, ()) if v in choice.values)
            if values or (asked and example.none(opinion, asked, span)):
                yield span, values


def _order(item: tuple[Where, object]) -> tuple[str, str, tuple[int, int]]:
    (name, article, place), _ = item
    return name, article, place or (-1, -1)
