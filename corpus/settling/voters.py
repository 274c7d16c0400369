"""Whose opinion counts, and on what: one submitted annotation an author, as the scheme asks it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from corpus.check import faults, misanswered, snapped
from corpus.prelabels.planted import Plants
from corpus.records import Annotation, Article, Span
from corpus.scheme import Scheme
from corpus.versions import is_second_look, standing

#: No error was planted.
NOTHING = Plants()


@dataclass(frozen=True, slots=True)
class Ballot:
    """One annotator's annotation as it votes: spans by label, without what is planted.

    `void` are the places where the annotator let a planted error stand: no vote at all there.
    `unasked` are labels that the annotator's version of the scheme did not have.
    """

    author: str
    annotation: Annotation
    assisted: bool
    spans: Mapping[str, tuple[Span, ...]]
    void: Mapping[str, tuple[Span, ...]]
    unasked: frozenset[str] = frozenset()

    def asked(self, start: int, end: int) -> bool:
        """Tell whether the annotator was shown any of [start, end)."""
        covers = self.annotation.covers
        return not covers or any(left < end and start < right for left, right in covers)

    def abstains(self, label: str, start: int, end: int) -> bool:
        """Tell whether the annotator took over a planted error there."""
        return any(span.start < end and start < span.end for span in self.void.get(label, ()))

    def independent(self, spans: Iterable[Span]) -> bool:
        """Tell whether one of the spans is more than a pre-label taken over as it was shown."""
        return not self.assisted or any(span.origin != "accepted" for span in spans)


def ballots(
    article: Article,
    annotations: Iterable[Annotation],
    scheme: Scheme,
    plants: Plants = NOTHING,
) -> list[Ballot]:
    """Return the votes by author: submitted spans of this version, made by people.

    Of several annotations by one author it is the one they stand by (see `standing`), and of those
    of one occasion the latest.
    Labels and values that the scheme does not have are no votes. Spans are snapped as it says.

    Args:
        article: the version that is settled; annotations of another are left out.
        annotations: any annotations, in any order.
        scheme: what is asked.
        plants: the planted errors that the job has shown.
    """
    votes = [
        a
        for a in sorted(annotations, key=lambda a: (a.when, a.id), reverse=True)
        if (a.article, a.sha256) == (article.id, article.sha256)
        and (a.role, a.layer, a.status) == ("human", "spans", "submitted")
    ]
    counted = {a.author: _as_drawn(a, votes) for a in standing(votes)}
    return [_ballot(article, counted[author], scheme, plants) for author in sorted(counted)]


def _as_drawn(annotation: Annotation, votes: Iterable[Annotation]) -> Annotation:
    """Give the spans that a second look took over the origin that they had at first."""
    if not is_second_look(annotation):
        return annotation
    earlier = [
        a for a in votes if a.author == annotation.author and a.occasion < annotation.occasion
    ]
    first = {
        (span.start, span.end, span.label): span.origin
        for a in sorted(earlier, key=lambda a: a.occasion, reverse=True)
        for span in a.spans
    }
    spans = (
        replace(s, origin=first.get((s.start, s.end, s.label), s.origin)) for s in annotation.spans
    )
    return replace(annotation, spans=tuple(spans))


def _ballot(article: Article, annotation: Annotation, scheme: Scheme, plants: Plants) -> Ballot:
    spans: dict[str, tuple[Span, ...]] = {}
    void: dict[str, tuple[Span, ...]] = {}
    for span in annotation.spans:
        if scheme.label(span.label) is None or span.end > len(article.text):
            continue
        wide = snapped(_clean(span, scheme), article, scheme)
        side = void if plants.accepted(annotation, span) else spans
        taken = side.get(span.label, ())
        if not any(wide.overlaps(other) for other in taken):
            side[span.label] = (*taken, wide)
    answers = tuple(
        answer
        for answer in annotation.answers
        if (question := scheme.question(answer.question)) is not None
        and not misanswered(question, answer.values)
    )
    cleaned = replace(annotation, answers=answers)
    assisted, unasked = not plants.unassisted(annotation), plants.unasked(annotation)
    return Ballot(annotation.author, cleaned, assisted, spans, void, unasked)


def _clean(span: Span, scheme: Scheme) -> Span:
    """The span without values that the scheme does not have."""
    kept = {
        name: values
        for name, values in span.attributes.items()
        if not faults(replace(span, attributes={name: values}), scheme)
    }
    return replace(span, attributes=kept)
