"""Errors put among pre-labels on purpose: how many of them annotators let stand is then known.

An error takes the place of a pre-label and keeps its id and score, so that nothing on the page
tells it from the others. It is an error against the run: whether the text bears it out after all is
for those to say who were not shown it (see `planted`).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from corpus.check import faults
from corpus.exposures import Planted, Sort
from corpus.measures import OVERLAP
from corpus.prelabels.places import Place, elsewhere, room_of, words_in
from corpus.records import Annotation, Article, Span
from corpus.scheme import Label, Scheme
from corpus.text import sha256_of

#: A boundary is moved so far that the span no longer counts as found, but not beyond these words.
_FARTHEST = 12


def plant(
    shown: Annotation, article: Article, scheme: Scheme, share: float, seed: int = 0
) -> tuple[Planted, ...]:
    """Draw the errors for a run's `veiled` annotation of an article: the same for whoever sees it.

    Of n pre-labels n times `share` are made wrong, a remainder by lot: over many articles the share
    is met. Each is made wrong by its label, its place or a boundary, whichever the lot names
    first of those that can be: valid under the scheme, over no span of the same label.
    """
    # no secret: what hides the errors is that the ledger stays with the lead
    draw = random.Random(f"{seed}:{shown.run}:{shown.article}:{shown.sha256}")  # noqa: S311
    count = int(len(shown.spans) * share + draw.random())
    found: list[Planted] = []
    for span in draw.sample(shown.spans, len(shown.spans)):
        if len(found) == count:
            break
        # an error where the run has another span would be none
        both = (*put_in(shown, found).spans, *shown.spans)
        others = [s for s in both if s.id != span.id]
        if error := _error(draw, span, article, scheme, others):
            found.append(error)
    return tuple(sorted(found, key=lambda error: error.id))


def put_in(
    shown: Annotation, planted: Iterable[Planted], scheme: Scheme | None = None
) -> Annotation:
    """Return the annotation with the errors in the place of the spans that they were made of.

    With `scheme`, attributes that a wrong label is not asked are left out.
    """
    wrong = {error.id: error for error in planted}
    spans = tuple(
        _wrong(span, wrong[span.id], scheme) if span.id in wrong else span for span in shown.spans
    )
    return replace(shown, spans=spans) if wrong else shown


def veiled(shown: Annotation) -> Annotation:
    """Return a run's annotation with ids that tell nothing: a run's own may hold a span's place."""
    spans = tuple(
        replace(span, id=sha256_of(f"{shown.run}:{shown.article}:{span.id}")[:12])
        for span in shown.spans
    )
    return replace(shown, spans=spans)


def as_shown(shown: Annotation, planted: Iterable[Planted], scheme: Scheme) -> Annotation:
    """Return what an annotator of a campaign sees of a run's annotation."""
    return put_in(veiled(shown), planted, scheme)


def _wrong(span: Span, error: Planted, scheme: Scheme | None) -> Span:
    bare = replace(span, start=error.start, end=error.end, label=error.label, drawn=None)
    if scheme is None:
        return bare
    kept = {
        name: values
        for name, values in span.attributes.items()
        if not faults(replace(bare, attributes={name: values}), scheme)
    }
    return replace(bare, attributes=kept)


def _error(
    draw: random.Random, span: Span, article: Article, scheme: Scheme, others: Sequence[Span]
) -> Planted | None:
    ways: list[tuple[Sort, Callable[..., tuple[Place, str] | None]]] = [
        ("label", _other_label),
        ("place", _other_place),
        ("boundary", _other_boundary),
    ]
    for sort, way in draw.sample(ways, len(ways)):
        made = way(draw, span, article, scheme, others)
        if made:
            (start, end), label = made
            return Planted(span.id, sort, start, end, label, (span.start, span.end, span.label))
    return None


def _other_label(
    draw: random.Random, span: Span, article: Article, scheme: Scheme, others: Sequence[Span]
) -> tuple[Place, str] | None:
    """Another label that may stand here, over none of its own spans."""
    for label in draw.sample(scheme.labels, len(scheme.labels)):
        place = room_of(article, label, span.start, span.end)
        if label.name == span.label or place is None:
            continue
        if label.snap is None:
            place = (span.start, span.end)
        if _free(place, label.name, others):
            return place, label.name
    return None


def _other_place(
    draw: random.Random, span: Span, article: Article, scheme: Scheme, others: Sequence[Span]
) -> tuple[Place, str] | None:
    """As many words elsewhere, where no pre-label stands at all."""
    label = scheme.label(span.label)
    place = elsewhere(draw, span, article, label, [span, *others]) if label else None
    return (place, span.label) if place else None


def _other_boundary(
    draw: random.Random, span: Span, article: Article, scheme: Scheme, others: Sequence[Span]
) -> tuple[Place, str] | None:
    """One end moved by so many words that the two spans do not count as one any more."""
    label = scheme.label(span.label)
    if label is None or label.snap:
        return None
    near = [
        place
        for place in _moved(span, article, label)
        if _apart(place, span) and _free(place, span.label, others)
    ]
    return (draw.choice(near), span.label) if near else None


def _moved(span: Span, article: Article, label: Label) -> list[Place]:
    """The places with one end of the span at another word of its room."""
    room = room_of(article, label, span.start, span.end)
    if room is None:
        return []
    words = words_in(article.text, *room)
    first = [w for w in words if w[0] < span.end and w[0] != span.start]
    last = [w for w in words if w[1] > span.start and w[1] != span.end]
    starts = sorted(first, key=lambda w: abs(w[0] - span.start))[:_FARTHEST]
    ends = sorted(last, key=lambda w: abs(w[1] - span.end))[:_FARTHEST]
    return [(w[0], span.end) for w in starts] + [(span.start, w[1]) for w in ends]


def _apart(place: Place, span: Span) -> bool:
    shared = min(place[1], span.end) - max(place[0], span.start)
    union = max(place[1], span.end) - min(place[0], span.start)
    return place[0] < place[1] and 0 < shared < OVERLAP * union


def _free(place: Place, label: str, others: Sequence[Span]) -> bool:
    return not any(
        other.label == label and other.start < place[1] and place[0] < other.end for other in others
    )
