"""Systems that find spans, compared on the same examples against the same references."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from corpus.agreement.estimates import Sampling
from corpus.measures import Measure, Pair, Place, Score, contained, contained_labelled
from corpus.measures import exact as same
from corpus.measures import overlapping as overlap
from corpus.records import Span
from corpus.scheme import Scheme
from corpus.scoring.paired import Paired, paired_spans
from corpus.scoring.spans import characters, in_words, score_spans
from training.encoding import words
from training.examples import Example

#: Given an example, the spans a system finds in it.
System = Callable[[Example], Sequence[Span]]
#: What is measured of spans, by the names that scores.json has; 'token' counts words.
MEASURES: Mapping[str, Measure] = {
    "exact": same,
    "overlap": overlap,
    "token": characters,
    "SI": contained,
    "FLC": contained_labelled,
}


@dataclass(frozen=True)
class Test:
    """The examples that are scored, by their groups of articles, under a scheme."""

    #: pytest takes what is called so for a test
    __test__ = False

    examples: tuple[Example, ...]
    scheme: Scheme
    groups: Mapping[str, str]

    @cached_property
    def references(self) -> dict[str, tuple[Span, ...]]:
        """The reference's spans, by article."""
        return {each.article.id: each.reference(self.scheme) for each in self.examples}

    @cached_property
    def words(self) -> dict[str, list[Place]]:
        """Where the words stand, by article."""
        return {
            each.article.id: [(word.start, word.end) for word in words(each.article)]
            for each in self.examples
        }

    def asked(self, example: Example) -> frozenset[str]:
        """Return the labels that somebody was asked of the example."""
        return frozenset(label.name for label in self.scheme.labels if example.asked(label))

    def pairs(self, system: System) -> list[Pair]:
        """Return what the system finds beside the references; unasked labels do not count."""
        found = []
        for example in self.examples:
            id_, asked = example.article.id, self.asked(example)
            predicted = tuple(span for span in system(example) if span.label in asked)
            found.append(Pair(self.groups[id_], self.references[id_], predicted))
        return found

    def scores(self, pairs: Sequence[Pair], sampling: Sampling | None = None) -> tuple[Score, ...]:
        """Return every measure of all labels together, then of each."""
        return tuple(score_spans(pairs, self.scheme.label_names, self._places, sampling))

    def counted(self, pairs: Sequence[Pair], measure: str, label: str) -> list[Pair]:
        """Return the pairs of one label (or all, where it is '') as `measure` takes them."""
        kept = [
            Pair(each.group, _of(each.reference, label), _of(each.predicted, label))
            for each in pairs
        ]
        return [self._in_words(*both) for both in self._with(kept)] if measure == "token" else kept

    def paired(
        self,
        one: Sequence[Pair],
        other: Sequence[Pair],
        measure: str,
        label: str,
        sampling: Sampling,
    ) -> Paired:
        """Compare two systems by the F1 of a measure."""
        ours, theirs = (self.counted(side, measure, label) for side in (one, other))
        return paired_spans(ours, theirs, MEASURES[measure], sampling)

    @cached_property
    def _places(self) -> list[list[Place]]:
        return [self.words[each.article.id] for each in self.examples]

    def _with(self, pairs: Sequence[Pair]) -> Iterable[tuple[Pair, list[Place]]]:
        return zip(pairs, self._places, strict=True)

    @staticmethod
    def _in_words(pair: Pair, of: Sequence[Place]) -> Pair:
        return Pair(pair.group, in_words(pair.reference, of), in_words(pair.predicted, of))


def compared(
    system: System, examples: Sequence[Example], scheme: Scheme, groups: Mapping[str, str]
) -> tuple[Score, ...]:
    """Return the scores of `system` on `examples`; labels that nobody was asked do not count."""
    test = Test(tuple(examples), scheme, groups)
    return test.scores(test.pairs(system))


def _of(spans: Iterable[Span], label: str) -> tuple[Span, ...]:
    return tuple(span for span in spans if label in ("", span.label))
