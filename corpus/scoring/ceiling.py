"""The human ceiling: an annotator and the model against the same references, case by case.

Each annotator is left out in turn; the others' majority is the reference, and both the one who
was left out and the model are scored against it. So the model is asked no more than an annotator
is: agreeing with the others. A case is one annotator's reading of one article (or of one thing that
was asked about); cases are counted together, so that who annotated more weighs more.

Three annotators of an article are the fewest. Of two, the one that is left would be the reference:
one opinion is no majority, and the figure would be their agreement (`pressmark agree` has it). Such
articles make no case, and without any case every figure is None and says why.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import TypeVar

from corpus.agreement.estimates import Sampling, Statistic
from corpus.measures import Figure, Measure, Pair, majority
from corpus.records import Span
from corpus.scoring.answers import Answered, AnswerMeasure, values_of
from corpus.scoring.paired import paired
from corpus.scoring.spans import span_f1

FEWEST = 3
_TOO_FEW = "no article has three annotators: one opinion is no majority to leave out the other of"
_OPEN = "the others never had a majority"
_Scored = TypeVar("_Scored", Pair, Answered)


@dataclass(frozen=True, slots=True)
class Marked:
    """An article: the model's spans, and those of each annotator who was asked for them."""

    group: str
    model: tuple[Span, ...]
    annotators: Mapping[str, tuple[Span, ...]]


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that was asked about: the model's values, and those of each who was asked.

    `missing` are the values that an annotator was not offered; only where there are any.
    """

    group: str
    model: tuple[str, ...]
    annotators: Mapping[str, tuple[str, ...]]
    missing: Mapping[str, AbstractSet[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Person:
    """One annotator against the others' majority, and the model on the very same cases."""

    annotator: str
    cases: int
    value: float | None
    model: float | None


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What annotators reach and what the model does; `difference` is the model less annotators.

    `p` is two-sided, of the paired bootstrap over groups. `cases` are pairs of a thing and an
    annotator, `open` those that were left out: the others were divided, or the one answer they
    chose was not offered to the annotator.
    """

    annotators: Figure
    model: Figure
    difference: Figure
    p: float | None
    cases: int
    open: int
    people: tuple[Person, ...]


def span_ceiling(
    articles: Sequence[Marked], measure: Measure, sampling: Sampling | None = None
) -> Ceiling:
    """Return the ceiling of the F1 of `measure` (overlap, SI, characters ...).

    The reference is what at least half of the others covered, label by label and character by
    character (`corpus.measures.majority`): the rule by which `evaluate` makes its references. Of
    two others it is what either marked.
    """
    cases = [
        (who, Pair(each.group, reference, own), Pair(each.group, reference, each.model))
        for each in articles
        for who, reference, own in _left_out(each.annotators)
    ]
    return _ceiling(cases, span_f1(measure), 0, sampling)


def answer_ceiling(
    things: Sequence[Asked],
    measure: AnswerMeasure,
    sampling: Sampling | None = None,
    *,
    several: bool = False,
) -> Ceiling:
    """Return the ceiling of a question, by `macro_f1`, `accuracy` ...

    The reference is the answer that more than half of the others gave; of several values each that
    more than half gave of those who were offered it. Where they are divided (two others who differ)
    there is no reference, and the case is left out for the annotator and the model alike. A value
    that the annotator, or none of the others, was offered is not counted in that case, for either;
    where it is the one answer of the others, the case is left out.
    """
    told = [case for each in things for case in _asked(each, several=several)]
    cases = [case for case in told if case]
    values = sorted(values_of(side for _, *sides in cases for side in sides))
    return _ceiling(cases, lambda of: measure(of, values), len(told) - len(cases), sampling)


_Values = tuple[str, ...]
_NONE: frozenset[str] = frozenset()


def _left_out(
    annotators: Mapping[str, tuple[Span, ...]],
) -> Iterator[tuple[str, tuple[Span, ...], tuple[Span, ...]]]:
    """Yield each annotator, the others' majority, and what the annotator marked."""
    if len(annotators) < FEWEST:
        return
    for who in sorted(annotators):
        others = [said for name, said in annotators.items() if name != who]
        yield who, _covered(others), annotators[who]


def _asked(thing: Asked, *, several: bool) -> Iterator[tuple[str, Answered, Answered] | None]:
    """Yield each annotator with both sides of the case; None where there is no reference."""
    if len(thing.annotators) < FEWEST:
        return
    for who, own in sorted(thing.annotators.items()):
        others = [name for name in thing.annotators if name != who]
        late = [_missing(thing, name) for name in others]
        closed = _missing(thing, who) | frozenset.intersection(*late)
        said = [thing.annotators[name] for name in others]
        reference = _reference(said, late, closed, several=several)
        if reference is None:
            yield None
            continue
        yield (
            who,
            Answered(thing.group, reference, _without(own, closed)),
            Answered(thing.group, reference, _without(thing.model, closed)),
        )


def _reference(
    said: Sequence[_Values],
    late: Sequence[AbstractSet[str]],
    closed: AbstractSet[str],
    *,
    several: bool,
) -> _Values | None:
    if several:
        return most_each([_without(each, closed) for each in said], late)
    reference = most(said)
    return reference if reference is None or not closed & {*reference} else None


def _missing(thing: Asked, who: str) -> frozenset[str]:
    return frozenset(thing.missing.get(who, _NONE)) - {*thing.annotators[who]}


def _without(values: _Values, closed: AbstractSet[str]) -> _Values:
    return tuple(value for value in values if value not in closed)


def _ceiling(
    cases: Sequence[tuple[str, _Scored, _Scored]],
    statistic: Callable[[Sequence[_Scored]], Statistic],
    divided: int,
    sampling: Sampling | None,
) -> Ceiling:
    if not cases:
        none = Figure(None, why=_OPEN if divided else _TOO_FEW)
        return Ceiling(none, none, none, None, 0, divided, ())
    found = paired(
        statistic([model for _, _, model in cases]),
        statistic([own for _, own, _ in cases]),
        sampling,
    )
    by: defaultdict[str, list[tuple[_Scored, _Scored]]] = defaultdict(list)
    for who, own, model in cases:
        by[who].append((own, model))
    people = tuple(
        Person(
            who,
            len(mine),
            statistic([own for own, _ in mine]).value()[0],
            statistic([model for _, model in mine]).value()[0],
        )
        for who, mine in sorted(by.items())
    )
    return Ceiling(
        found.other, found.one, found.difference, found.p_bootstrap, len(cases), divided, people
    )


def _covered(opinions: Sequence[tuple[Span, ...]]) -> tuple[Span, ...]:
    labels = sorted({span.label for opinion in opinions for span in opinion})
    return tuple(
        Span(f"{label}:{start}", start, end, label)
        for label in labels
        for start, end in majority([_places(opinion, label) for opinion in opinions])
    )


def _places(spans: Iterable[Span], label: str) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in spans if span.label == label]


def most(opinions: Sequence[_Values]) -> _Values | None:
    """Return the answer that more than half gave, or None."""
    (values, votes), *_ = Counter(tuple(sorted(set(each))) for each in opinions).most_common(1)
    return values if 2 * votes > len(opinions) else None


def most_each(opinions: Sequence[_Values], missing: Sequence[AbstractSet[str]]) -> _Values | None:
    """Return each value that more than half gave of those who were offered it.

    None where they are divided over one. `missing` are, opinion by opinion, the values that were
    not offered and not given.
    """
    found = []
    for value in sorted({value for each in opinions for value in each}):
        asked = zip(opinions, missing, strict=True)
        votes = [value in each for each, late in asked if value not in late]
        if 2 * sum(votes) == len(votes):
            return None
        if 2 * sum(votes) > len(votes):
            found.append(value)
    return tuple(found)
