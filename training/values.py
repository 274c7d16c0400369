"""The probability from which a value stands beside others, tuned on articles not taught.

These are the values of `several` and of a flag, in attributes and questions; each has a threshold
of its own, as labels have. Of an exclusive choice the likeliest value is taken. A label that snaps
to blocks is no value: its words have the block's probability, and the label's threshold decides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from corpus.scheme import Scheme
from training.decode import Reading
from training.examples import Example
from training.heads import Choice, Heads, choice_of, heads_of
from training.lanes import Counts, f1
from training.opinions import Says, chances
from training.references import Values, closed_of_spans, opinions, values_of_spans
from training.thresholds import GRID, best
from training.units import Floats, Unit, unit, unit_at
from training.weights import Weights

#: A value that the reference has less often takes the threshold that all of its choice's values
#: have together: of four units the best threshold is theirs alone. Of persuasion4good's acts (27
#: or 28 values, TF-IDF taught 100 dialogues, tuned on 100, scored on 100 others, and with these two
#: exchanged) macro-F1 is .29 and .31 from a half, .39 and .42 so; with 1 to 20 instead of 5 the
#: same within .006; with a common threshold alone .37 and .41.
FEW = 5


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said of a choice's values where the reference answers: each units x values.

    Attributes:
        chance: the probability of each value; 0 where a unit has no token.
        right: whether the reference has it.
        offered: whether it could be picked there; where not, the unit does not count for it.
    """

    chance: Floats
    right: NDArray[np.bool_]
    offered: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        choice: Choice,
        told: Sequence[Floats | None],
        references: Sequence[Values],
        closed: Sequence[Collection[str]],
    ) -> Heard:
        """Return what is told of units, at least one, beside the reference's values of each.

        `closed` are the values that nobody was offered at each of the units.
        """
        nothing = np.zeros(len(choice.values), np.float32)
        right = np.array([[v in given for v in choice.values] for given in references], bool)
        offered = np.array([[v not in shut for v in choice.values] for shut in closed], bool)
        chance = np.stack([nothing if each is None else each for each in told])
        return cls(chance, right, offered)


def heard(example: Example, scheme: Scheme, heads: Heads, says: Says) -> dict[str, Heard]:
    """Return by the choice's name what `says` tells of an example, where its reference answers.

    A question is asked where its answers stand, an attribute of the reference's own spans: those
    that a model finds depend on thresholds. What annotators are divided on is not asked.
    """
    found = {}
    for choice, asked in _asked(example, scheme, heads):
        if asked:
            units, references, closed = zip(*asked, strict=True)
            found[choice.name] = Heard.of(choice, says(choice, units), references, closed)
    return found


def heard_of(
    readings: Sequence[Reading], examples: Sequence[Example], weights: Weights, scheme: Scheme
) -> dict[str, Heard]:
    """Return what a model says in its readings of the examples, which kept their tokens."""
    return gathered(
        heard(example, scheme, weights.heads, partial(chances, reading, weights))
        for reading, example in zip(readings, examples, strict=True)
    )


def gathered(each: Iterable[Mapping[str, Heard]]) -> dict[str, Heard]:
    """Return what was heard of several examples as one."""
    parts: dict[str, list[Heard]] = {}
    for found in each:
        for name, part in found.items():
            parts.setdefault(name, []).append(part)
    return {
        name: Heard(
            np.concatenate([part.chance for part in some]),
            np.concatenate([part.right for part in some]),
            np.concatenate([part.offered for part in some]),
        )
        for name, some in parts.items()
    }


def tuned_values(found: Mapping[str, Heard], scheme: Scheme) -> dict[str, dict[str, float]]:
    """Return the thresholds of each value of the scheme's flags and `several`, by choice and value.

    Each makes the largest F1 of its value, smoothed as labels' are (`training.thresholds.tuned`).
    A value that the reference has fewer than `FEW` times takes the choice's common threshold, the
    best for all its values counted together; where the reference has none of them, that is a half.
    """
    tuned = {}
    for choice in heads_of(scheme, ()).choices:
        if beside(choice):
            chosen = _alone(found[choice.name]) if choice.name in found else ()
            at = chosen or [GRID.index(0.5)] * len(choice.values)
            tuned[choice.name] = {v: GRID[n] for v, n in zip(choice.values, at, strict=True)}
    return tuned


def beside(choice: Choice) -> bool:
    """Tell whether a value of the choice may stand beside others by a threshold of its own."""
    return not choice.exclusive and choice.about != "block"


def _asked(
    example: Example, scheme: Scheme, heads: Heads
) -> Iterator[tuple[Choice, list[tuple[Unit, Values, AbstractSet[str]]]]]:
    """Yield each choice that is tuned with the units asked and what the reference says of them.

    With each stand the values that nobody was offered there.
    """
    article = example.article
    questions = [choice_of(heads, each.name) for each in scheme.questions]
    learnt = [choice for choice in questions if choice and beside(choice)]
    gold = opinions([example], learnt, scheme)
    for choice in learnt:
        known = gold.majority(choice).items()
        yield (
            choice,
            [
                (unit_at(article, where[2]), values, gold.closed(where))
                for where, values in known
                if values is not None
            ],
        )
    references = example.reference(scheme)
    for choice, _ in heads.about("span"):
        if beside(choice) and scheme.attribute(choice.name):
            closed = closed_of_spans(choice, example, references, scheme)
            yield (
                choice,
                [
                    (unit(article, span.start, span.end), values, closed[span])
                    for span, values in values_of_spans(choice, example, references, scheme)
                    if values is not None
                ],
            )


def _alone(found: Heard) -> list[int]:
    """The place in the grid of each value's threshold."""
    counts = np.stack([_counts(found, threshold) for threshold in GRID])
    common = best([f1(each) for each in counts.sum(axis=1)])
    enough = found.right.sum(axis=0) >= FEW
    return [
        best([f1(each) for each in counts[:, column]]) if own else common
        for column, own in enumerate(enough)
    ]


def _counts(found: Heard, threshold: float) -> Counts:
    """Values x (right, said, right, there)."""
    said = (found.chance >= np.float32(threshold)) & found.offered
    both = (said & found.right).sum(axis=0)
    return np.stack([both, said.sum(axis=0), both, found.right.sum(axis=0)], axis=1).astype(float)
