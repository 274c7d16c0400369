"""Annotators with planted habits, for measuring how well settling finds the truth they blur.

People, not draws from a model of annotators: each does something that people do, to words of an
invented text. The models that settle know nothing of how these are made.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from corpus.records import Annotation, Article, Block, Span
from corpus.scheme import Scheme

#: The invented world's words; none of them means anything to a measure.
WORDS = (
    "Maar Renn Quill harbour toll bridge council courier ferry dockers strike mayor budget crane"
    " tunnel pier lantern vote letter season northern quiet naïve old “new” the a of and with"
).split()
#: Three labels and nothing else, so that spans alone are measured.
SCHEME = """\
name: rehearsal
version: "1"
published: {citation: none, url: none, licence: none}
labels:
  - {name: first, colour: "#005fcc"}
  - {name: second, colour: "#b3261e"}
  - {name: third, colour: "#1b7f3b"}
"""


@dataclass(frozen=True, slots=True)
class Mark:
    """A span in words: from the first to before the last, with a label."""

    first: int
    last: int
    label: str


#: What somebody marks of the true spans in a text of so many words.
Habit = Callable[[random.Random, Sequence[Mark], int, Sequence[str]], list[Mark]]


def careful(
    rng: random.Random, truth: Sequence[Mark], words: int, labels: Sequence[str]
) -> list[Mark]:
    """Find nine in ten, nudge an end by a word now and then, and see one more in places."""
    found = [_nudged(rng, mark, words, 0.12) for mark in truth if rng.random() < 0.9]
    if rng.random() < 0.3:
        found.append(_anywhere(rng, words, labels))
    return found


def long(
    rng: random.Random, truth: Sequence[Mark], words: int, labels: Sequence[str]
) -> list[Mark]:
    """Work as the careful do, but take two to four words more, on either side."""
    wide = []
    for mark in careful(rng, truth, words, labels):
        left, right = rng.randint(0, 2), rng.randint(2, 4)
        wide.append(Mark(max(0, mark.first - left), min(words, mark.last + right), mark.label))
    return wide


def missing(
    rng: random.Random, truth: Sequence[Mark], words: int, labels: Sequence[str]
) -> list[Mark]:
    """Miss every second span of the first label."""
    seen = careful(rng, truth, words, labels)
    return [mark for mark in seen if mark.label != labels[0] or rng.random() < 0.5]


def confusing(
    rng: random.Random, truth: Sequence[Mark], words: int, labels: Sequence[str]
) -> list[Mark]:
    """Take the last two labels for one another, every second time."""
    other = {labels[-1]: labels[-2], labels[-2]: labels[-1]}
    return [
        replace(mark, label=other.get(mark.label, mark.label)) if rng.random() < 0.5 else mark
        for mark in careful(rng, truth, words, labels)
    ]


def spamming(
    rng: random.Random, truth: Sequence[Mark], words: int, labels: Sequence[str]
) -> list[Mark]:
    """Mark as much as anybody, wherever the cursor stands."""
    return [_anywhere(rng, words, labels) for _ in range(len(truth) + rng.randint(-1, 1))]


HABITS: Mapping[str, Habit] = {
    "careful": careful,
    "long": long,
    "missing": missing,
    "confusing": confusing,
    "spamming": spamming,
}


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """An article, what is true of it, and what the annotators said."""

    article: Article
    truth: tuple[Span, ...]
    said: tuple[Annotation, ...]


def rehearse(
    team: Sequence[str], scheme: Scheme, articles: int, seed: int, words: int = 150
) -> list[Rehearsed]:
    """Invent articles with true spans, and let annotators with these habits mark them.

    Args:
        team: habits by name; the same habit twice is two people.
        scheme: whose labels are marked, two at least.
        articles: how many.
        seed: of the texts, the truth and everybody's moods; the same truth for every team.
        words: the length of a text.
    """
    found = []
    for number in range(articles):
        article, places = _article(_rng(f"{seed} {number}"), f"a{number}", words)
        truth = _truth(_rng(f"truth {seed} {number}"), words, scheme.label_names)
        said = []
        for person, habit in enumerate(team):
            # one mood a person and article: who else is in the team changes nothing
            rng = _rng(f"{seed} {number} {person} {habit}")
            marks = HABITS[habit](rng, truth, words, scheme.label_names)
            name = f"{habit}{person}"
            said.append(
                Annotation(
                    id=f"{article.id}-{name}",
                    article=article.id,
                    sha256=article.sha256,
                    author=name,
                    role="human",
                    scheme=scheme.hash,
                    spans=_spans(marks, places, name),
                )
            )
        found.append(Rehearsed(article, _spans(truth, places, "true"), tuple(said)))
    return found


def _rng(seed: str) -> random.Random:
    return random.Random(seed)  # noqa: S311  # a mood, not a secret


def _article(rng: random.Random, id_: str, words: int) -> tuple[Article, list[tuple[int, int]]]:
    text, places = "", []
    for _ in range(words):
        word = rng.choice(WORDS)
        text += " " if text else ""
        places.append((len(text), len(text) + len(word)))
        text += word
    return Article(id_, text, (Block(0, len(text), "paragraph"),)), places


def _truth(rng: random.Random, words: int, labels: Sequence[str]) -> list[Mark]:
    """About one span in fifteen words, of one to twelve, anywhere but on another."""
    taken: list[Mark] = []
    for _ in range(words // 15):
        mark = _anywhere(rng, words, labels)
        if all(mark.last < other.first or other.last < mark.first for other in taken):
            taken.append(mark)
    return taken


def _anywhere(rng: random.Random, words: int, labels: Sequence[str]) -> Mark:
    length = min(rng.choice((1, 2, 2, 3, 3, 4, 5, 6, 8, 12)), words)
    first = rng.randint(0, words - length)
    return Mark(first, first + length, rng.choice(labels))


def _nudged(rng: random.Random, mark: Mark, words: int, often: float) -> Mark:
    first, last = mark.first, mark.last
    if rng.random() < often:
        first = max(0, min(last - 1, first + rng.choice((-1, 1))))
    if rng.random() < often:
        last = min(words, max(first + 1, last + rng.choice((-1, 1))))
    return Mark(first, last, mark.label)


def _spans(marks: Sequence[Mark], places: Sequence[tuple[int, int]], name: str) -> tuple[Span, ...]:
    """Marks as spans; of two of one label on the same words the first stands."""
    kept: list[Mark] = []
    for mark in marks:
        same = (m for m in kept if m.label == mark.label)
        if all(mark.last <= other.first or other.last <= mark.first for other in same):
            kept.append(mark)
    return tuple(
        Span(f"{name}-{n}", places[m.first][0], places[m.last - 1][1], m.label)
        for n, m in enumerate(kept)
    )
