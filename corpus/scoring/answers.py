"""Classification: answers compared value by value; F1 macro and micro, accuracy, F1m.

Everything is counted by group of articles and divided last, so that each figure has an interval
by bootstrap over the groups. An answer is a set of values: one where a single one may be chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.agreement.estimates import Sampling, Statistic, figures
from corpus.measures import Figure

if TYPE_CHECKING:
    from corpus.agreement.estimates import Floats

_NOTHING = "nothing was asked"
_NO_VALUE = "the reference holds no value"


@dataclass(frozen=True, slots=True)
class Answered:
    """The reference's values and a system's of one thing that was asked about (an article, a span).

    `group` is what is resampled as one. No values are an answer too: none of several, or a
    system that abstained. A value that stands twice counts once.
    """

    group: str
    reference: tuple[str, ...]
    predicted: tuple[str, ...]


#: From what was answered to a coefficient, over the given values at least; groups in sorted order.
AnswerMeasure = Callable[[Sequence[Answered], Sequence[str]], Statistic]


@dataclass(frozen=True, slots=True)
class ValueScore:
    """One value against all others; the figures are None where neither side has it."""

    value: str
    precision: Figure
    recall: Figure
    f1: Figure
    predicted: int
    reference: int


@dataclass(frozen=True, slots=True)
class AnswerScores:
    """How a system answered one question: `answers` of them, in `groups` of articles."""

    answers: int
    groups: int
    macro_f1: Figure
    micro_f1: Figure
    accuracy: Figure
    values: tuple[ValueScore, ...]


def macro_f1(answers: Sequence[Answered], values: Sequence[str] = ()) -> Statistic:
    """Mean F1 of the values that the reference holds, each weighing the same.

    A value that only the system gives is not averaged: it costs the recall of what it stands for.
    (scikit-learn averages it as 0 unless it is told `labels`; these here are those of the
    reference.) In a bootstrap round the values are those of the round's reference.
    """
    import numpy as np

    table = _Table(answers, values)

    def formula(sums: Floats) -> Floats:
        hits, predicted, reference = table.by_value(sums)
        there = reference > 0
        each = np.where(there, 2 * hits / np.maximum(predicted + reference, 1), 0)
        mean: Floats = each.sum(axis=1) / there.sum(axis=1)
        return mean

    return Statistic(table.sums, formula, lambda _: _NO_VALUE)


def mean_f1(of: Sequence[str]) -> AnswerMeasure:
    """Return the mean F1 of the values `of`, whether they occur or not: F1 of what is missing is 0.

    With `POLARITIES` it is F1m of target-dependent sentiment.
    """

    def measure(answers: Sequence[Answered], values: Sequence[str] = ()) -> Statistic:
        import numpy as np

        table = _Table(answers, (*of, *values))
        places = [table.values.index(value) for value in of]

        def formula(sums: Floats) -> Floats:
            hits, predicted, reference = (part[:, places] for part in table.by_value(sums))
            mean: Floats = (2 * hits / np.maximum(predicted + reference, 1)).mean(axis=1)
            return np.where(sums[:, -1] > 0, mean, np.nan)

        return Statistic(table.sums, formula, lambda _: _NOTHING)

    return measure


#: The classes of NewsMTSC, in the order of its evaluation.
POLARITIES = ("negative", "neutral", "positive")


def f1m(answers: Sequence[Answered], values: Sequence[str] = ()) -> Statistic:
    """F1m of NewsMTSC (Hamborg and Donnay 2021): mean F1 of negative, neutral and positive.

    As its evaluation has it: scikit-learn's macro F1 with these three as `labels`, over all
    targets of all sentences together.
    """
    return mean_f1(POLARITIES)(answers, values)


def micro_f1(answers: Sequence[Answered], values: Sequence[str] = ()) -> Statistic:
    """F1 of all values counted together; accuracy where each side always gives one value."""
    table = _Table(answers, values)

    def formula(sums: Floats) -> Floats:
        hits, predicted, reference = (part.sum(axis=1) for part in table.by_value(sums))
        found: Floats = 2 * hits / (predicted + reference)
        return found

    return Statistic(table.sums, formula, lambda _: "neither side has a value")


def accuracy(answers: Sequence[Answered], values: Sequence[str] = ()) -> Statistic:
    """Share of the answers whose values are the reference's, all of them and no other."""
    table = _Table(answers, values)

    def formula(sums: Floats) -> Floats:
        found: Floats = sums[:, -2] / sums[:, -1]
        return found

    return Statistic(table.sums, formula, lambda _: _NOTHING)


def score_answers(
    answers: Sequence[Answered], values: Sequence[str] = (), sampling: Sampling | None = None
) -> AnswerScores:
    """Return how well a question was answered, as a whole and by value.

    Args:
        answers: reference and prediction of everything that was asked about.
        values: the values in the order in which they are told, also those that never occur; what
            else occurs comes behind them.
        sampling: rounds and seed of the bootstrap over groups.
    """
    table = _Table(answers, values)
    whole = [macro_f1(answers, values), micro_f1(answers, values), accuracy(answers, values)]
    each = [of for place in range(len(table.values)) for of in table.statistics(place)]
    macro, micro, right, *told = figures([*whole, *each], sampling or Sampling())
    _, predicted, reference = (part[0] for part in table.by_value(table.sums.sum(axis=0)[None]))
    scores = tuple(
        ValueScore(value, *_three(told, n), int(predicted[n]), int(reference[n]))
        for n, value in enumerate(table.values)
    )
    return AnswerScores(len(answers), len(table.sums), macro, micro, right, scores)


def answer_figure(
    measure: AnswerMeasure, answers: Sequence[Answered], sampling: Sampling | None = None
) -> Figure:
    """Return one measure of the answers with its interval."""
    return figures([measure(answers, ())], sampling or Sampling())[0]


def values_of(answers: Iterable[Answered]) -> set[str]:
    """Return the values that either side gave."""
    return {value for each in answers for value in (*each.reference, *each.predicted)}


class _Table:
    """Counts by group (in sorted order): hits, predicted, reference of each value; right; asked."""

    def __init__(self, answers: Sequence[Answered], values: Sequence[str]) -> None:
        import numpy as np

        self.values = (*dict.fromkeys(values), *sorted(values_of(answers) - set(values)))
        number = {value: n for n, value in enumerate(self.values)}
        count = len(self.values)
        groups = {group: n for n, group in enumerate(sorted({each.group for each in answers}))}
        self.sums = np.zeros((len(groups), 3 * count + 2))
        for each in answers:
            row = self.sums[groups[each.group]]
            reference, predicted = set(each.reference), set(each.predicted)
            for part, side in enumerate((reference & predicted, predicted, reference)):
                for value in side:
                    row[part * count + number[value]] += 1
            row[-2:] += reference == predicted, 1

    def by_value(self, sums: Floats) -> tuple[Floats, Floats, Floats]:
        """Return hits, predicted and reference, each rounds x values."""
        count = len(self.values)
        return sums[:, :count], sums[:, count : 2 * count], sums[:, 2 * count : 3 * count]

    def statistics(self, place: int) -> tuple[Statistic, Statistic, Statistic]:
        """Return precision, recall and F1 of one value."""
        import numpy as np

        of = np.stack([part[:, place] for part in self.by_value(self.sums)], axis=1)
        return (
            Statistic(of, lambda s: _share(s, s[:, 1]), _absent),
            Statistic(of, lambda s: _share(s, s[:, 2]), _absent),
            Statistic(of, lambda s: _share(s, (s[:, 1] + s[:, 2]) / 2), _absent),
        )


def _three(told: Sequence[Figure], number: int) -> tuple[Figure, Figure, Figure]:
    precision, recall, f1 = told[3 * number : 3 * number + 3]
    return precision, recall, f1


def _share(sums: Floats, of: Floats) -> Floats:
    """Hits of `of`: 0 where only the other side has the value, NaN where neither has."""
    import numpy as np

    met = sums[:, 1] + sums[:, 2] > 0
    return np.where(met, sums[:, 0] / np.where(of > 0, of, 1), np.nan)


def _absent(_: Floats) -> str:
    return "neither side has the value"
