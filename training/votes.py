"""What annotators said of each unit of an article: what the unit head is taught.

An empty answer is a 'none' where it was asked (`Example.none`), and nothing where it was not. A
value that is not picked says no where it was offered (`Example.not_offered`).
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np

from corpus.records import Annotation, Answer, Block, Span
from corpus.scheme import Scheme
from training.encoding import allowed
from training.examples import Example
from training.heads import ARTICLE, Choice, Heads
from training.units import Floats, Unit, article_unit, unit

#: A span is also taught with its ends moved by up to so many tokens: a predicted span is seldom
#: drawn as an annotator drew it.
JITTER = 2


@dataclass(slots=True)
class Picked:
    """What the annotators picked for one unit: sums and counts by output."""

    total: Floats
    count: Floats

    @property
    def share(self) -> Floats:
        """The share who picked each output, 0 where nobody was asked."""
        return np.asarray(self.total / np.maximum(self.count, 1), np.float32)


@dataclass(slots=True)
class _Units:
    """The units of an article, each with what was picked for it."""

    heads: Heads
    found: dict[Unit, Picked] = field(default_factory=dict)

    def add(self, at: Unit, columns: slice, picked: Floats, votes: Floats | float = 1) -> None:
        """Count one annotator's (or `votes` annotators', by output) picks among `columns`."""
        if at not in self.found:
            size = self.heads.outputs
            self.found[at] = Picked(np.zeros(size, np.float32), np.zeros(size, np.float32))
        self.found[at].total[columns] += picked
        self.found[at].count[columns] += votes


def units(example: Example, scheme: Scheme, heads: Heads, seed: int = 0) -> dict[Unit, Picked]:
    """Return what of `example` the unit head is taught: each unit with what was picked for it."""
    made = _Units(heads)
    for choice, columns in heads.about("block"):
        label = scheme.label(choice.name)
        asked = example.asked(label) if label else ()
        for block in example.article.blocks if asked else ():
            if label and allowed(label, block.kind):
                marks = sum(_marked(opinion, label.name, block) for opinion in asked)
                at = unit(example.article, block.start, block.end)
                made.add(at, columns, np.array([marks], np.float32), len(asked))
    for opinion in example.opinions:
        for span in opinion.spans:
            _span(made, example, opinion, span, scheme, seed)
        _answers(made, example, opinion, scheme)
    return made.found


def picks(choice: Choice, values: Collection[str]) -> Floats:
    """Return 1 for each of the choice's values that was picked; a flag's is 'yes'."""
    return np.array([value in values for value in choice.values], np.float32)


def _span(  # noqa: PLR0917  # a span is read with all that it stands in
    made: _Units, example: Example, opinion: Annotation, span: Span, scheme: Scheme, seed: int
) -> None:
    """Teach the attributes of a span, as drawn and with its ends moved."""
    given = [
        (choice, columns, values, example.not_offered(opinion, asked))
        for choice, columns in made.heads.about("span")
        if (asked := scheme.attribute(choice.name)) and span.label in choice.labels
        if (values := span.attributes.get(choice.name, ())) or example.none(opinion, asked, span)
    ]
    if not given:
        return
    drawn = unit(example.article, span.start, span.end)
    draw = random.Random(f"{seed}:{example.article.id}:{span.start}:{span.end}")  # noqa: S311  # no secret
    moved = _moved(drawn, example.article.text, draw)
    for choice, columns, values, missing in given:
        for at in {drawn, moved}:
            made.add(at, columns, picks(choice, values), _offered(choice, values, missing))


def _answers(made: _Units, example: Example, opinion: Annotation, scheme: Scheme) -> None:
    asked = {c.name: (c, at) for c, at in made.heads.columns() if c.about not in ("span", "block")}
    answered: defaultdict[tuple[str, Unit], list[str]] = defaultdict(list)
    for answer in opinion.answers:
        if answer.question in asked and scheme.question(answer.question):
            answered[answer.question, _where(example, answer)] += answer.values
    for name, (choice, _) in asked.items():
        question = scheme.question(name)
        if question and choice.about == ARTICLE and example.none(opinion, question):
            answered[name, article_unit(example.article)] += []
    for (name, at), values in answered.items():
        choice, columns = asked[name]
        question = scheme.question(name)
        missing = example.not_offered(opinion, question) if question else ()
        made.add(at, columns, picks(choice, values), _offered(choice, values, missing))


def _offered(choice: Choice, values: Sequence[str], missing: Collection[str]) -> Floats:
    """1 for each of the choice's values that could be picked; what was picked could be."""
    return np.maximum(1 - picks(choice, missing), picks(choice, values))


def _where(example: Example, answer: Answer) -> Unit:
    if answer.start is None or answer.end is None:
        return article_unit(example.article)
    return unit(example.article, answer.start, answer.end)


def _moved(drawn: Unit, text: str, draw: random.Random) -> Unit:
    """The same unit with its ends moved by up to `JITTER` words, inside its context."""
    before = [drawn.context[0], *_edges(text, drawn.context[0], drawn.start)]
    inner = _edges(text, drawn.start, drawn.end)
    after = [*_edges(text, drawn.end, drawn.context[1]), drawn.context[1]]
    starts = [*before[-JITTER:], drawn.start, *inner[:JITTER]]
    start = draw.choice(starts)
    ends = [e for e in (*inner[-JITTER:], drawn.end, *after[:JITTER]) if e > start]
    return Unit(start, draw.choice(ends or [drawn.end]), drawn.context) if ends else drawn


def _edges(text: str, start: int, end: int) -> list[int]:
    """Where words begin inside (start, end)."""
    return [at for at in range(start + 1, end) if text[at - 1].isspace() and not text[at].isspace()]


def _marked(opinion: Annotation, label: str, block: Block) -> bool:
    """Tell whether a span of `label` covers half of the block."""
    half = (block.end - block.start) / 2
    ours = (span for span in opinion.spans if span.label == label)
    return any(min(s.end, block.end) - max(s.start, block.start) >= half for s in ours)
