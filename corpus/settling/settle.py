"""Many into one: what the annotators of an article settle by vote, and what they leave open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, cast

from corpus.agreement.disagreements import Disagreement, Side, Sort, disagreements
from corpus.errors import PressmarkError
from corpus.prelabels.planted import Plants
from corpus.records import Annotation, Answer, Article, Span
from corpus.scheme import Scheme
from corpus.settings import SettlingSection
from corpus.settling.answers import questions
from corpus.settling.decisions import SETTLED, Decision, Settled, gold_id
from corpus.settling.places import Made, made, planted_places
from corpus.settling.units import by_characters, by_spans
from corpus.settling.voters import NOTHING, Ballot, ballots

if TYPE_CHECKING:
    from corpus.settling.competence import Competence

#: The sort of a dispute in which nobody disagrees: an audit, or a pre-label merely taken over.
AGREED = cast("Sort", "agreed")


def settle(  # noqa: PLR0917  # the article and its annotations, then how
    article: Article,
    annotations: Iterable[Annotation],
    scheme: Scheme,
    settings: SettlingSection,
    competence: Competence | None = None,
    plants: Plants = NOTHING,
) -> Settled:
    """Settle an article by `settings.method`; what has no quorum is in dispute.

    With two annotators only what both have alike is settled. No unit stands on pre-labels that were
    merely taken over, and a planted error that was taken over is no vote. Independent of the order
    of annotations and spans.

    Args:
        article: the version that is settled.
        annotations: of any version, status and role; `voters.ballots` says which have a vote.
        scheme: the scheme of the gold.
        settings: the job file's section.
        competence: the model of the annotators, for the method 'competence'.
        plants: the planted errors that the job has shown.

    Raises:
        PressmarkError: the method is 'competence' and there is no model.
    """
    if settings.method == "competence" and competence is None:
        raise PressmarkError(
            "settling by 'competence' needs a model of the annotators: fit one to the whole job"
            " (corpus.settling.competence.fit), or settle by 'majority'"
        )
    voters = ballots(article, annotations, scheme, plants)
    if len(voters) < 2:
        return Settled(None, (), ())
    answered = list(questions(article, voters, scheme, settings.threshold))
    places = _places(article, voters, scheme, settings, competence)
    found = _apart([_barred(each, answered, scheme) for each in places])
    votes = tuple(sorted([*answered, *(each.decision for each in found)], key=_order))
    disputes = tuple(_disputes(voters, votes, scheme))
    answers = tuple(
        Answer(d.question, d.values, d.start, d.end) for d in answered if d.result == "stands"
    )
    spans = tuple(each.span for each in found if each.span)
    gold = None if disputes else _gold(article, voters, scheme, spans, answers)
    return Settled(gold, votes, disputes, spans, answers)


def dispute_of(decision: Decision, annotations: Iterable[Annotation]) -> Disagreement:
    """Return a decision as something to look at where nobody disagrees, of sort 'agreed'."""
    said = {a.id: a for a in annotations}
    sides = []
    for vote in decision.votes:
        mine = {span.id: span for span in said[vote.annotation].spans}
        spans = tuple(mine[id_] for id_ in vote.spans)
        sides.append(Side(vote.author, vote.annotation, spans, vote.values))
    return Disagreement(
        decision.article,
        decision.sha256,
        AGREED,
        decision.start,
        decision.end,
        decision.label,
        decision.question,
        tuple(sides),
    )


def _places(
    article: Article,
    voters: Sequence[Ballot],
    scheme: Scheme,
    settings: SettlingSection,
    competence: Competence | None,
) -> Iterator[Made]:
    """Yield what is made of every place that anybody marked."""
    units = by_characters if settings.method == "majority" else by_spans
    for label in scheme.label_names:
        for unit in units(label, voters, settings.threshold):
            if settings.method == "competence" and competence is not None:
                judged, weights = competence.judge(unit, settings.threshold)
                yield made(article, judged, voters, scheme, settings, weights)
            else:
                yield made(article, unit, voters, scheme, settings, {})
        yield from planted_places(article, label, voters, settings.method)


def _gold(
    article: Article,
    voters: Sequence[Ballot],
    scheme: Scheme,
    spans: tuple[Span, ...],
    answers: tuple[Answer, ...],
) -> Annotation:
    return Annotation(
        id=gold_id(article.id, article.sha256),
        article=article.id,
        sha256=article.sha256,
        author=SETTLED,
        role="gold",
        scheme=scheme.hash,
        spans=spans,
        answers=answers,
        parents=tuple(sorted(v.annotation.id for v in voters)),
        when=max(v.annotation.when for v in voters),
    )


def _barred(found: Made, answered: Sequence[Decision], scheme: Scheme) -> Made:
    """Let a span fall where the settled answers say its label is not asked; open with them."""
    label = scheme.label(found.decision.label)
    if label is None or found.decision.result == "falls":
        return found
    for d in answered:
        barred = set(label.unless.get(d.question, ()))
        if d.start is not None or not barred:
            continue
        if d.result == "stands" and set(d.values) & barred:
            return Made(replace(found.decision, result="falls", why="not asked"), None)
        if d.result == "open" and any(set(v.values) & barred for v in d.votes):
            why = f"question {d.question}"
            return Made(replace(found.decision, result="open", why=why), None)
    return found


def _apart(found: Sequence[Made]) -> list[Made]:
    """Open what stands on characters of another that stands: two spans of a label never overlap."""
    clash: set[int] = set()
    for (m, one), (n, other) in combinations(enumerate(found), 2):
        if one.span and other.span and one.span.label == other.span.label:
            clash |= {m, n} if one.span.overlaps(other.span) else set()
    return [
        Made(replace(each.decision, result="open", why="overlap"), None) if n in clash else each
        for n, each in enumerate(found)
    ]


def _disputes(
    voters: Sequence[Ballot], votes: Sequence[Decision], scheme: Scheme
) -> Iterator[Disagreement]:
    """Yield the disagreements that are at issue in an open decision, each once."""
    # a second look stands for what its author says, beside others' first
    annotations = [replace(v.annotation, occasion=1) for v in voters]
    unasked = {v.annotation.scheme: v.unasked for v in voters}
    left = [d for d in votes if d.result == "open"]
    if not left:
        return
    met: set[int] = set()
    for disagreement in disagreements(annotations, scheme, unasked):
        at = {n for n, decision in enumerate(left) if at_issue(disagreement, decision)}
        met |= at
        if at:
            yield disagreement
    yield from (dispute_of(d, annotations) for n, d in enumerate(left) if n not in met)


def at_issue(disagreement: Disagreement, decision: Decision) -> bool:
    """Tell whether the disagreement is about what the decision left open."""
    if disagreement.sort == "answer" or not decision.label:
        there = disagreement.question, disagreement.start, disagreement.end
        return not decision.label and there == (decision.question, decision.start, decision.end)
    if disagreement.sort == "attribute" and decision.why.startswith("attribute "):
        names = decision.why.removeprefix("attribute ").split(", ")
        if disagreement.question not in names:
            return False
    start, end = decision.start or 0, decision.end or 0
    return any(
        span.label == decision.label and span.start < end and start < span.end
        for side in disagreement.sides
        for span in side.spans
    )


def _order(decision: Decision) -> tuple[int, int, str, str, str]:
    start = -1 if decision.start is None else decision.start
    end = -1 if decision.end is None else decision.end
    return start, end, decision.label, decision.question, decision.id
