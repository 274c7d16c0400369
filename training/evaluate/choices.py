"""Choices: what was answered of articles, of sentences and of places."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from corpus.agreement.estimates import Sampling
from corpus.scoring.answers import (
    POLARITIES,
    Answered,
    answer_figure,
    f1m,
    macro_f1,
    score_answers,
)
from corpus.scoring.ceiling import Asked, Ceiling, answer_ceiling
from corpus.scoring.coverage import Coverage, answer_coverage
from corpus.scoring.paired import paired_answers
from training.evaluate.results import MODEL, QUESTION, Question, Versus
from training.evaluate.said import Said
from training.heads import Choice
from training.references import Opinions, Values, Where

COMMON, SHUFFLED = "most common", "shuffled"
#: Given where something is asked, the values that a system picks.
Answers = Callable[[Where], Values]


@dataclass(frozen=True, slots=True)
class Asking:
    """A question's references that are there, with the groups they are resampled by.

    `closed` are the values that nobody was offered somewhere: what is picked of them there does not
    count.
    """

    choice: Choice
    where: tuple[Where, ...]
    references: tuple[Values, ...]
    groups: tuple[str, ...]
    open: int
    closed: Mapping[Where, AbstractSet[str]] = field(default_factory=dict)

    def answered(self, system: Answers) -> list[Answered]:
        """Return the references beside what a system picks."""
        rows = zip(self.groups, self.references, self.where, strict=True)
        return [Answered(group, said, self.picked(system, at)) for group, said, at in rows]

    def picked(self, system: Answers, at: Where) -> Values:
        """Return what a system picks of the values that were offered there."""
        return tuple(value for value in system(at) if value not in self.closed.get(at, ()))


def asking(choice: Choice, gold: Opinions, groups: Mapping[str, str]) -> Asking:
    """Return what is asked of a system: everything that annotators were not divided on."""
    known = gold.majority(choice)
    there = {at: said for at, said in known.items() if said is not None}
    where = tuple(there)
    of = tuple(groups[article] for _, article, _ in where)
    closed = {at: values for at in where if (values := gold.closed(at))}
    return Asking(choice, where, tuple(there.values()), of, len(known) - len(there), closed)


def baselines(asked: Asking, taught: Opinions) -> dict[str, Answers]:
    """Return what knows nothing of the text: the commonest answer, and the reference's shuffled."""
    counts = Counter(said for said in taught.majority(asked.choice).values() if said is not None)
    common = min(counts, key=lambda said: (-counts[said], said)) if counts else ()
    moved = list(asked.references)
    random.Random(0).shuffle(moved)  # noqa: S311  # a baseline, no secret
    by = dict(zip(asked.where, moved, strict=True))
    return {COMMON: always(common), SHUFFLED: by.__getitem__}


def question(
    asked: Asking,
    systems: Mapping[str, Answers],
    said: Said,
    raw: Opinions | None,
    sampling: Sampling,
) -> Question:
    """Return how the systems answer a question; `raw` are the annotators' own opinions."""
    answered = {name: asked.answered(system) for name, system in systems.items()}
    values = asked.choice.values
    polar = asked.choice.exclusive and set(POLARITIES) <= set(values)
    return Question(
        name=asked.choice.name,
        about=asked.choice.about,
        open=asked.open,
        systems={name: score_answers(each, values, sampling) for name, each in answered.items()},
        f1m={name: answer_figure(f1m, each, sampling) for name, each in answered.items()}
        if polar
        else {},
        ceiling=_ceiling(asked, systems[MODEL], raw, sampling) if raw else None,
        coverage=_coverage(asked, answered[MODEL], said),
    )


def versus(
    asked: Asking, systems: Mapping[str, Answers], others: Sequence[str], sampling: Sampling
) -> Iterator[Versus]:
    """Yield the model less each of `others` by macro F1."""
    ours = asked.answered(systems[MODEL])
    for other in others:
        found = paired_answers(ours, asked.answered(systems[other]), macro_f1, sampling)
        yield Versus(other, asked.choice.name, QUESTION, found)


def best(found: Question, models: Sequence[str]) -> str:
    """Return what is no model and has the largest macro F1; of equal ones the first."""
    others = [name for name in found.systems if name not in models]
    return max(others, key=lambda name: found.systems[name].macro_f1.value or 0.0)


def always(values: Values) -> Answers:
    """Return what picks the same values everywhere."""
    return lambda _: values


def _ceiling(asked: Asking, model: Answers, raw: Opinions, sampling: Sampling) -> Ceiling:
    groups = {
        article: group for (_, article, _), group in zip(asked.where, asked.groups, strict=True)
    }
    things = [
        Asked(groups[at[1]], asked.picked(model, at), by, raw.missing.get(at, {}))
        for at, by in raw.ordered()
        if at[0] == asked.choice.name and at[1] in groups
    ]
    return answer_ceiling(things, macro_f1, sampling, several=not asked.choice.exclusive)


def _coverage(asked: Asking, answered: Sequence[Answered], said: Said) -> Coverage | None:
    if not asked.where or any(at not in said.answers for at in asked.where):
        return None
    return answer_coverage(answered, [said.answers[at].certainty for at in asked.where], macro_f1)
