"""What a score has to beat: marking everything, shuffled spans, a lexicon."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corpus.measures import merged
from corpus.records import Article, Span
from corpus.scheme import Label, Scheme
from training.decode import Reading, stretches
from training.encoding import Floats, allowed, words
from training.examples import Example

#: A word's rate counts as if the label's overall rate had been seen this often beside it.
PRIOR = 5


@dataclass(frozen=True, slots=True)
class Lexicon:
    """For each lower-case word the share of its occurrences that stood inside each label."""

    weights: dict[str, Floats]
    default: Floats

    def read(self, article: Article) -> Reading:
        """Return each word's weights as its probabilities; spans are decoded as the model's are."""
        found = words(article)
        rows = [self.weights.get(_key(article, w.start, w.end), self.default) for w in found]
        inside = np.array(rows, np.float32).reshape(len(found), len(self.default))
        return Reading(article, tuple(found), inside, np.zeros_like(inside))


def lexicon(examples: Sequence[Example], scheme: Scheme) -> Lexicon:
    """Learn a lexicon from the annotators' spans, where the label may stand and was asked."""
    size = len(scheme.labels)
    seen: defaultdict[str, Floats] = defaultdict(lambda: np.zeros(size, np.float32))
    inside: defaultdict[str, Floats] = defaultdict(lambda: np.zeros(size, np.float32))
    for example in examples:
        for word, share, asked in zip(
            words(example.article), *shares_of_words(example, scheme), strict=True
        ):
            key = _key(example.article, word.start, word.end)
            seen[key] += asked
            inside[key] += share
    total = sum(seen.values(), np.zeros(size, np.float32))
    default = sum(inside.values(), np.zeros(size, np.float32)) / np.maximum(total, 1)
    weights = {
        word: (inside[word] + PRIOR * default) / (count + PRIOR) for word, count in seen.items()
    }
    return Lexicon(weights, default)


def shares_of_words(example: Example, scheme: Scheme) -> tuple[Floats, Floats]:
    """Return the share of those asked who covered each word, and 1 where somebody was asked.

    Both are words x labels; nobody is asked a label where it may not stand.
    """
    article, found = example.article, words(example.article)
    share = np.zeros((len(found), len(scheme.labels)), np.float32)
    asked = np.zeros_like(share)
    starts = np.array([word.start for word in found], np.int64)
    ends = np.array([word.end for word in found], np.int64)
    for column, label in enumerate(scheme.labels):
        opinions = example.asked(label)
        may = [bool(opinions) and allowed(label, block.kind) for block in article.blocks]
        asked[:, column] = [may[word.block] for word in found]
        for opinion in opinions:
            covered = np.zeros(len(found), bool)
            for start, end in merged(s for s in opinion.spans if s.label == label.name):
                covered |= (starts < end) & (start < ends)
            share[:, column] += covered / len(opinions)
    return share * asked, asked


def everything(article: Article, scheme: Scheme) -> tuple[Span, ...]:
    """Mark every block with every label that may stand in it."""
    return tuple(
        Span(f"{label.name}:{block.start}", block.start, block.end, label.name)
        for label in scheme.labels
        for block in article.blocks
        if allowed(label, block.kind)
    )


def shuffled(
    reference: Sequence[Span], article: Article, scheme: Scheme, seed: int = 0
) -> tuple[Span, ...]:
    """Move each reference span to a random place where its label may stand, as many words long.

    It knows how many spans there are and how long: what is left is knowing where.
    """
    found = words(article)
    empty = np.zeros((len(found), len(scheme.labels)), np.float32)
    reading = Reading(article, tuple(found), empty, empty)
    draw = random.Random(f"{seed}:{article.id}")  # noqa: S311  # a baseline, no secret
    moved: list[Span] = []
    for number, span in enumerate(sorted(reference, key=lambda s: (s.start, s.end, s.label))):
        label = scheme.label(span.label)
        places = list(stretches(reading, label)) if label else []
        if label and label.snap == "block":
            taken = {other.start for other in moved if other.label == span.label}
            places = [place for place in places if found[place[0]].start not in taken]
        if label is None or not places:
            continue
        length = sum(word.start < span.end and span.start < word.end for word in found)
        first, last = _place(draw, places, max(length, 1), label)
        start, end = found[first].start, found[last - 1].end
        moved.append(Span(f"{span.label}:{number}", start, end, span.label))
    return tuple(moved)


def _place(
    draw: random.Random, places: list[tuple[int, int]], length: int, label: Label
) -> tuple[int, int]:
    """Draw a run of words: every start is equally likely, a short block is taken whole."""
    if label.snap == "block":
        return draw.choice(places)
    starts = [max(1, stop - start - length + 1) for start, stop in places]
    start, stop = draw.choices(places, weights=starts)[0]
    first = start + draw.randrange(max(1, stop - start - length + 1))
    return first, min(first + length, stop)


def _key(article: Article, start: int, end: int) -> str:
    return article.text[start:end].lower()
