"""What a learning curve counts on held-out articles: spans and answers, by story."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

import numpy as np

from corpus.measures import Measure
from corpus.scheme import Scheme
from corpus.settings import Objective
from training.decode import Reading, decode
from training.examples import Example
from training.heads import Choice, Heads
from training.opinions import picked
from training.references import opinions
from training.selecting.powerlaw import Floats as Counts
from training.thresholds import tuned
from training.units import Floats, Unit, article_unit, unit
from training.values import Heard, gathered, tuned_values

Place = tuple[int | None, int | None]
Values = tuple[str, ...]
#: What a system says of an example, by its number, and the units asked there.
Says = Callable[[int, list[Unit]], list[Floats | None]]


def count_spans(  # noqa: PLR0917  # what is counted, and how thresholds are found
    readings: Sequence[Reading],
    held: Sequence[Example],
    scheme: Scheme,
    groups: Mapping[str, str],
    measure: Measure,
    objective: Objective,
) -> Counts:
    """Return counts by group, thresholds tuned by `objective` on the other half of the groups."""
    names = sorted({groups[each.article.id] for each in held})
    table = np.zeros((len(names), 1, 4))
    for mine, others in _halves(held, groups):
        apart = [readings[n] for n in others], [held[n] for n in others]
        thresholds = tuned(*apart, scheme, objective)
        for n in mine:
            asked = {label.name for label in scheme.labels if held[n].asked(label)}
            said = decode(readings[n], scheme, thresholds)
            tally = measure(held[n].reference(scheme), [s for s in said if s.label in asked])
            table[names.index(groups[held[n].article.id]), 0] += (
                tally.precise,
                tally.predicted,
                tally.recalled,
                tally.reference,
            )
    return table


def _halves(
    held: Sequence[Example], groups: Mapping[str, str]
) -> Iterator[tuple[list[int], list[int]]]:
    """Yield each half of the groups with the other, as the numbers of their examples."""
    names = sorted({groups[each.article.id] for each in held})
    side = [names.index(groups[each.article.id]) % 2 for each in held]
    for half in (0, 1):
        mine = [n for n, each in enumerate(side) if each == half]
        yield mine, [n for n, each in enumerate(side) if each != half]


def gold_answers(example: Example, choice: Choice, scheme: Scheme) -> dict[Place, Values]:
    """Return what most opinions answer to the choice's question, by place, as evaluate elects it.

    () is 'none of them', of a question of `scheme` that was asked and may be left empty. What they
    are divided on has no gold.
    """
    elected = opinions([example], [choice], scheme).majority(choice)
    return {
        place or (None, None): values
        for (_, _, place), values in elected.items()
        if values is not None and (values or not choice.exclusive)
    }


def closed_answers(
    example: Example, choice: Choice, scheme: Scheme
) -> dict[Place, AbstractSet[str]]:
    """Return by place the values that nobody who answered there was offered."""
    known = opinions([example], [choice], scheme)
    return {where[2] or (None, None): known.closed(where) for where in known.given}


def units_of(example: Example, places: Sequence[Place]) -> list[Unit]:
    """Return the units at `places` of an article; (None, None) is all of it."""
    return [
        article_unit(example.article)
        if start is None or end is None
        else unit(example.article, start, end)
        for start, end in places
    ]


def answered(
    held: Sequence[Example], choice: Choice, scheme: Scheme, groups: Mapping[str, str], says: Says
) -> list[dict[Place, Values]]:
    """Return what `says` picks in each example, by its number and units, where gold stands.

    Thresholds of values that may stand beside others are tuned on the other half of the groups.
    """
    gold = [gold_answers(example, choice, scheme) for example in held]
    told = [says(n, units_of(example, list(gold[n]))) for n, example in enumerate(held)]
    shut = [closed_answers(example, choice, scheme) for example in held]
    found: list[dict[Place, Values]] = [{} for _ in held]
    for mine, others in _halves(held, groups):
        heard = gathered(
            {
                choice.name: Heard.of(
                    choice, told[n], list(gold[n].values()), [shut[n][place] for place in gold[n]]
                )
            }
            for n in others
            if gold[n]
        )
        standing = tuned_values(heard, scheme)
        for n in mine:
            for place, chance in zip(gold[n], told[n], strict=True):
                found[n][place] = () if chance is None else picked(choice, chance, standing)
    return found


def same(heads: Heads, choice: Choice) -> Choice:
    """A model's own choice of that name: fewer examples may have told another level."""
    return next(c for c in heads.choices if c.name == choice.name and c.about != "span")


def usual(taught: Sequence[Example], choice: Choice, scheme: Scheme) -> Values:
    """Return the commonest answer of the examples, () where there is none."""
    counts = Counter(v for e in taught for v in gold_answers(e, choice, scheme).values())
    return min(counts, key=lambda values: (-counts[values], values)) if counts else ()


def count_answers(
    choice: Choice,
    scheme: Scheme,
    held: Sequence[Example],
    said: Sequence[Mapping[Place, Values]],
    groups: Mapping[str, str],
) -> Counts:
    """Return counts by group and value of the choice.

    A value that nobody was offered somewhere does not count there, whoever says it.
    """
    names = sorted({groups[each.article.id] for each in held})
    table = np.zeros((len(names), len(choice.values), 4))
    for example, answers in zip(held, said, strict=True):
        row = table[names.index(groups[example.article.id])]
        shut = closed_answers(example, choice, scheme)
        for place, gold in gold_answers(example, choice, scheme).items():
            for n, value in enumerate(choice.values):
                if value in shut[place]:
                    continue
                ours, theirs = value in answers.get(place, ()), value in gold
                both = float(ours and theirs)
                row[n] += (both, float(ours), both, float(theirs))
    return table
