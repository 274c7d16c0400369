"""What is made of a place that was voted on: a decision, and a span where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from corpus.records import Article, Span
from corpus.scheme import Scheme
from corpus.settings import SettlingSection
from corpus.settling.decisions import Decision, Vote, digest
from corpus.settling.quorum import Values, choose
from corpus.settling.units import Unit
from corpus.settling.voters import Ballot


@dataclass(frozen=True, slots=True)
class Made:
    """A decision on a place, and the span that stands there if one does."""

    decision: Decision
    span: Span | None


def made(  # noqa: PLR0917  # the article and the unit, then who voted and how
    article: Article,
    unit: Unit,
    voters: Sequence[Ballot],
    scheme: Scheme,
    settings: SettlingSection,
    weights: Mapping[str, float],
) -> Made:
    """Turn a unit into a decision.

    A unit that stands is open all the same where an attribute is tied, or where every vote for it
    is a pre-label taken over as it was shown. `weights` are 1 where none are given.
    """
    said = {v.author: v for v in voters}
    result, why = unit.result, unit.why
    chosen: dict[str, Values] = {}
    if result == "stands":
        chosen, tied = _attributes(unit, scheme, settings.threshold)
        blank = not article.text[unit.start : unit.end].strip()
        if blank and not _drawn_so(unit):
            result = "falls"
        elif tied:
            result, why = "open", f"attribute {', '.join(tied)}"
        elif not any(said[a].independent(spans) for a, spans in unit.by.items()):
            result, why = "open", "accepted"
    votes = tuple(
        Vote(
            author,
            said[author].annotation.id,
            tuple(s.id for s in unit.by.get(author, ())),
            weight=weights.get(author, 1.0),
        )
        for author in unit.asked
    )
    decision = Decision(
        article=article.id,
        sha256=article.sha256,
        start=unit.start,
        end=unit.end,
        label=unit.label,
        question="",
        result=result,
        why=why,
        share=unit.share,
        method=settings.method,
        votes=votes,
        attributes=chosen if result == "stands" else {},
    )
    return Made(decision, _span(article, unit, chosen) if result == "stands" else None)


def planted_places(
    article: Article, label: str, voters: Sequence[Ballot], method: str
) -> Iterator[Made]:
    """Yield planted errors that were taken over: they fall, whatever else stands there."""
    places = sorted({(s.start, s.end) for v in voters for s in v.void.get(label, ())})
    for start, end in places:
        votes = tuple(
            Vote(v.author, v.annotation.id, (s.id,), weight=0.0)
            for v in voters
            for s in v.void.get(label, ())
            if (s.start, s.end) == (start, end)
        )
        decision = Decision(
            article=article.id,
            sha256=article.sha256,
            start=start,
            end=end,
            label=label,
            question="",
            result="falls",
            why="planted",
            share=0.0,
            method=method,
            votes=votes,
        )
        yield Made(decision, None)


def _attributes(
    unit: Unit, scheme: Scheme, threshold: float
) -> tuple[dict[str, Values], list[str]]:
    """The values chosen by those who voted for the unit, and the attributes without a quorum."""
    mine = {author: max(s, key=lambda s: _shared(s, unit)) for author, s in unit.by.items()}
    chosen, tied = {}, []
    for attribute in scheme.attributes_of(unit.label):
        given = {author: span.attributes.get(attribute.name, ()) for author, span in mine.items()}
        found = choose(given, attribute, threshold)
        if found.open:
            tied.append(attribute.name)
        elif found.values:
            chosen[attribute.name] = found.values
    return chosen, tied


def _span(article: Article, unit: Unit, chosen: Mapping[str, Values]) -> Span:
    there = [s for spans in unit.by.values() for s in spans]
    same = [s.id for s in there if (s.start, s.end) == (unit.start, unit.end)]
    name = digest(article.id, article.sha256, unit.label, unit.start, unit.end)
    return Span(
        id=f"gold-{name}",
        start=unit.start,
        end=unit.end,
        label=unit.label,
        attributes=chosen,
        source=min(same, default=None),
    )


def _drawn_so(unit: Unit) -> bool:
    """Tell whether somebody drew just this place."""
    place = unit.start, unit.end
    return any((s.start, s.end) == place for spans in unit.by.values() for s in spans)


def _shared(span: Span, unit: Unit) -> int:
    return min(span.end, unit.end) - max(span.start, unit.start)
