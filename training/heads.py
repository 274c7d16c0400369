"""What a model is asked: its heads, made from schemes, in the order of their outputs.

Four kinds of head share one encoder. The token head says for each label whether a token is inside
a span and begins one. Everything else is asked of a unit, a run of tokens: a block whether it is
a span of a label that snaps to blocks, a span what its attributes are, a sentence or a given place
or the whole article what the answer to a question is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from corpus.errors import PressmarkError
from corpus.scheme import Question, Scheme
from corpus.sentences import sentences
from training.examples import Example

#: A flag is one output: 'yes', or unanswered.
FLAG = ("yes",)
ARTICLE, SENTENCE, PLACE = "article", "sentence", "place"


@dataclass(frozen=True, slots=True)
class Choice:
    """A question with values to pick from, and where its outputs stand in the unit head.

    `about` is what it is asked of: 'span' (an attribute), 'block' (a label that snaps to blocks),
    'article', 'sentence', or 'place' (a question whose places are given with the article).
    One of the values of an `exclusive` choice is picked (softmax), else any of them (sigmoids).
    """

    name: str
    about: str
    exclusive: bool
    values: tuple[str, ...]
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heads:
    """The heads of a model: labels of the token head, choices of the unit head."""

    labels: tuple[str, ...]
    choices: tuple[Choice, ...] = ()

    @property
    def outputs(self) -> int:
        """How many outputs the unit head has."""
        return sum(len(choice.values) for choice in self.choices)

    def columns(self) -> Iterator[tuple[Choice, slice]]:
        """Yield each choice with its outputs' columns in the unit head."""
        at = 0
        for choice in self.choices:
            yield choice, slice(at, at + len(choice.values))
            at += len(choice.values)

    def about(self, what: str) -> list[tuple[Choice, slice]]:
        """Return the choices that are asked of `what`, with their columns."""
        return [(choice, at) for choice, at in self.columns() if choice.about == what]

    def as_dict(self) -> dict[str, Any]:
        """Return what JSON can hold; `from_dict` reads it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Heads:
        """Read what `as_dict` returned."""
        choices = (
            Choice(**{**each, "values": tuple(each["values"]), "labels": tuple(each["labels"])})
            for each in data["choices"]
        )
        return cls(tuple(data["labels"]), tuple(choices))


def heads_of(scheme: Scheme, examples: Iterable[Example]) -> Heads:
    """Return the heads that `scheme` asks for.

    A question is about the article, or about sentences or other places of it: which of them the
    answers in `examples` tell. Free text and names are not learnt.
    """
    levels = _levels(examples)
    choices = [
        Choice(label.name, "block", exclusive=False, values=FLAG)
        for label in scheme.labels
        if label.snap == "block"
    ]
    for attribute in scheme.attributes:
        if found := _choice(attribute, "span"):
            asked = tuple(name for name in scheme.label_names if attribute.asked_of(name))
            choices.append(Choice(found.name, "span", found.exclusive, found.values, asked))
    learnt = (_choice(each, levels.get(each.name, ARTICLE)) for each in scheme.questions)
    choices += [found for found in learnt if found]
    return Heads(scheme.label_names, tuple(choices))


def joined(heads: Sequence[Heads]) -> Heads:
    """Return the heads that answer what any of `heads` answers, the first one's order first.

    Raises:
        PressmarkError: two of them ask the same thing with other values or of something else.
    """
    labels = dict.fromkeys(name for each in heads for name in each.labels)
    choices: dict[tuple[str, str], Choice] = {}
    for each in heads:
        for choice in each.choices:
            key = (choice.name, "label" if choice.about == "block" else choice.about)
            before = choices.setdefault(key, choice)
            if (before.values, before.exclusive) != (choice.values, choice.exclusive):
                raise PressmarkError(
                    f"training.corpora: {choice.name!r} about the {choice.about} is asked with"
                    f" other values in two schemes ({', '.join(before.values)} and"
                    f" {', '.join(choice.values)}); map one onto the other, or rename it"
                )
            if before.labels != choice.labels:
                both = tuple(dict.fromkeys((*before.labels, *choice.labels)))
                choices[key] = Choice(
                    before.name, before.about, before.exclusive, before.values, both
                )
    return Heads(tuple(labels), tuple(choices.values()))


def choice_of(heads: Heads, question: str) -> Choice | None:
    """Return the choice that a question of the scheme became, or None where it is not learnt."""
    about = (ARTICLE, SENTENCE, PLACE)
    return next((c for c in heads.choices if c.name == question and c.about in about), None)


def _choice(question: Question, about: str) -> Choice | None:
    if question.type == "flag":
        return Choice(question.name, about, exclusive=False, values=FLAG)
    if question.type in ("one", "several"):
        return Choice(question.name, about, question.type == "one", question.value_names)
    return None


def _levels(examples: Iterable[Example]) -> dict[str, str]:
    """What each question is asked of, by what most of its answers stand on."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for example in examples:
        article = example.article
        whole = {(block.start, block.end) for block in article.blocks}
        whole |= set(sentences(article.text, article.language))
        for opinion in example.opinions:
            for answer in opinion.answers:
                place = (answer.start, answer.end)
                level = ARTICLE if answer.start is None else SENTENCE if place in whole else PLACE
                found[answer.question][level] += 1
    return {name: counts.most_common(1)[0][0] for name, counts in found.items()}
