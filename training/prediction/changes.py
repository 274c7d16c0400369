"""How many decisions another backend changes: words over or under a threshold, and spans."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from corpus.scheme import Scheme
from training.decode import Reading, decode

#: Of all decisions fewer than this share may differ.
LIMIT = 0.002
#: Of the spans this share, since they are what a user gets and drown among the words: a thousandth
#: of a score moves one that ends beside a threshold, and OpenVINO's bfloat16 changed 2 of 216 on
#: eight articles, .93%. Of few spans one may still differ: a moved end counts twice, once a side.
SPANS, ONE = 0.01, 2


@dataclass(frozen=True, slots=True)
class Changes:
    """Decisions, each of a word and a label, and spans: how many there are and how many differ.

    A span differs where only one side has it, to the character and with its label.
    """

    words: int = 0
    words_changed: int = 0
    spans: int = 0
    spans_changed: int = 0

    @property
    def share(self) -> float | None:
        """The share of all decisions, words' and spans', that differ; None where there are none."""
        total = self.words + self.spans
        return (self.words_changed + self.spans_changed) / total if total else None

    @property
    def few(self) -> bool:
        """Whether it is exact enough: few of all decisions differ, and few of the spans alone."""
        spans = self.spans_changed <= max(ONE, SPANS * self.spans)
        return self.share is not None and self.share < LIMIT and spans


def changes(
    exact: Iterable[Reading],
    other: Iterable[Reading],
    scheme: Scheme,
    thresholds: Mapping[str, float],
) -> Changes:
    """Compare two readings of the same articles, in the same order.

    Spans are counted once for each side that has them: `spans` is the union.
    """
    limits = np.array([thresholds[name] for name in scheme.label_names], np.float32)
    counts = np.zeros(4, np.int64)
    for ours, theirs in zip(exact, other, strict=True):
        over, under = ours.inside >= limits, theirs.inside >= limits
        places = [
            {(span.start, span.end, span.label) for span in decode(each, scheme, thresholds)}
            for each in (ours, theirs)
        ]
        union, apart = places[0] | places[1], places[0] ^ places[1]
        counts += [over.size, int((over != under).sum()), len(union), len(apart)]
    return Changes(*(int(count) for count in counts))
