"""An annotator against gold: span F1 beside its shuffled value, labels, attributes, answers."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.agreement.disagreements import NOTES, Disagreement, disagreements
from corpus.measures import Figure, Tally, bootstrap, overlapping
from corpus.prelabels.places import elsewhere
from corpus.records import Annotation, Article, Span
from corpus.scheme import Scheme

#: What the two sides are called: nothing else of gold's makers reaches a learner.
YOU, GOLD = "you", "gold"
#: Times that a learner's spans are thrown anywhere, to know what chance alone reaches.
_THROWS = 20


@dataclass(frozen=True, slots=True)
class Compared:
    """One article with the learner's annotation, gold, and what the two see otherwise."""

    article: Article
    yours: Annotation
    gold: Annotation
    findings: tuple[Disagreement, ...]


@dataclass(frozen=True, slots=True)
class Right:
    """How often an attribute or a question was answered as gold has it."""

    question: str
    right: int
    asked: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """What an annotator reached on `of` articles of gold.

    `f1` is of spans by overlap, `shuffled` that of as many spans thrown anywhere; both are None
    where neither side has a span. `passed` is None until every article was submitted. `number` is 1
    for the first attempt.
    """

    annotator: str
    of: int
    f1: Figure
    shuffled: float | None
    labels: tuple[tuple[str, Figure], ...]
    attributes: tuple[Right, ...]
    answers: tuple[Right, ...]
    compared: tuple[Compared, ...]
    passed: bool | None
    number: int = 1

    @property
    def articles(self) -> int:
        """How many of the articles were submitted."""
        return len(self.compared)


def attempt(
    annotator: str,
    pairs: Sequence[tuple[Article, Annotation, Annotation]],
    of: int,
    scheme: Scheme,
    pass_mark: float,
) -> Attempt:
    """Compare an annotator with gold.

    Args:
        annotator: whose attempt it is.
        pairs: articles with the annotator's annotation and gold.
        of: how many articles there are to submit.
        scheme: what findings are sorted by.
        pass_mark: the F1 that is asked for.
    """
    compared = [_compared(*pair, scheme) for pair in pairs]
    f1 = _f1(compared)
    done = len(compared) >= of
    return Attempt(
        annotator=annotator,
        of=of,
        f1=f1,
        shuffled=_shuffled(compared, scheme) if f1.value is not None else None,
        labels=tuple(_labels(compared, scheme)),
        attributes=tuple(_attributes(compared, scheme)),
        answers=tuple(_answers(compared, scheme)),
        compared=tuple(compared),
        passed=(f1.value if f1.value is not None else 1.0) >= pass_mark if done else None,
    )


def _compared(article: Article, yours: Annotation, gold: Annotation, scheme: Scheme) -> Compared:
    plain = {"status": "submitted", "occasion": 1}
    mine = replace(yours, author=YOU, **plain)  # type: ignore[arg-type]
    theirs = replace(gold, author=GOLD, **plain)  # type: ignore[arg-type]
    return Compared(article, mine, theirs, tuple(disagreements([mine, theirs], scheme)))


def _f1(compared: Iterable[Compared], label: str = "") -> Figure:
    tallies = [
        overlapping(_of(each.gold.spans, label), _of(each.yours.spans, label)) for each in compared
    ]
    return bootstrap(tallies)[2]


def _of(spans: Iterable[Span], label: str) -> list[Span]:
    return [span for span in spans if label in ("", span.label)]


def _labels(compared: Sequence[Compared], scheme: Scheme) -> Iterator[tuple[str, Figure]]:
    for label in scheme.label_names:
        figure = _f1(compared, label)
        if figure.value is not None:
            yield label, figure


def _shuffled(compared: Iterable[Compared], scheme: Scheme) -> float | None:
    """F1 of the annotator's spans thrown anywhere their labels may stand, over many throws."""
    draw = random.Random(0)  # noqa: S311  # a yardstick, no secret
    total = Tally()
    for each in compared:
        for _ in range(_THROWS):
            thrown: list[Span] = []
            for span in each.yours.spans:
                label = scheme.label(span.label)
                taken = [other for other in thrown if other.label == span.label]
                place = elsewhere(draw, span, each.article, label, taken) if label else None
                if place:
                    thrown.append(replace(span, start=place[0], end=place[1], drawn=None))
            total += overlapping(each.gold.spans, thrown)
    return total.f1


def _attributes(compared: Iterable[Compared], scheme: Scheme) -> Iterator[Right]:
    """Yield how attributes of spans that both sides have were answered."""
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for each in compared:
        for mine, theirs in _matched(each.yours.spans, each.gold.spans):
            for attribute in scheme.attributes_of(theirs.label):
                said = mine.attributes.get(attribute.name, ())
                meant = theirs.attributes.get(attribute.name, ())
                if attribute.type not in NOTES and meant:
                    asked[attribute.name] += 1
                    right[attribute.name] += _folded(said) == _folded(meant)
    for attribute in scheme.attributes:
        if asked[attribute.name]:
            yield Right(attribute.name, right[attribute.name], asked[attribute.name])


def _answers(compared: Iterable[Compared], scheme: Scheme) -> Iterator[Right]:
    said: defaultdict[str, list[bool]] = defaultdict(list)
    for each in compared:
        mine = {a.question: a.values for a in each.yours.answers if a.start is None}
        for answer in each.gold.answers:
            if answer.start is None:
                given = mine.get(answer.question, ())
                said[answer.question].append(_folded(given) == _folded(answer.values))
    for question in scheme.questions:
        if question.type not in NOTES and said[question.name]:
            found = said[question.name]
            yield Right(question.name, sum(found), len(found))


def _matched(mine: Sequence[Span], gold: Sequence[Span]) -> Iterator[tuple[Span, Span]]:
    """Yield pairs that count as found, each span once; of one label spans overlap no other."""
    taken: set[str] = set()
    for span in mine:
        for other in gold:
            if other.id not in taken and overlapping([other], [span]).precise:
                taken.add(other.id)
                yield span, other
                break


def _folded(values: Iterable[str]) -> set[str]:
    return {" ".join(value.split()).casefold() for value in values}
