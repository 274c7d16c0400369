"""Answers to questions, settled by majority."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from corpus.records import Article
from corpus.scheme import Scheme
from corpus.settling.decisions import Decision, Result, Vote
from corpus.settling.quorum import Values, choose
from corpus.settling.voters import Ballot

_Asked = tuple[str, int | None, int | None]


def questions(
    article: Article, voters: Sequence[Ballot], scheme: Scheme, threshold: float
) -> Iterator[Decision]:
    """Yield a decision on every question that anybody answered, of the article or a place in it."""
    asked = {(a.question, a.start, a.end) for v in voters for a in v.annotation.answers}
    for name, start, end in sorted(asked, key=lambda a: (a[0], a[1] or 0, a[2] or 0)):
        given = {v.author: _said(v, (name, start, end)) for v in voters if _shown(v, start, end)}
        question = scheme.question(name)
        chosen = choose(given, question, threshold)
        required = bool(question and question.required)
        alone = required and sum(bool(values) for values in given.values()) < 2
        result: Result = "stands" if chosen.values else "falls"
        if alone or chosen.open:
            result = "open"
        votes = tuple(
            Vote(v.author, v.annotation.id, (), given[v.author])
            for v in voters
            if v.author in given
        )
        yield Decision(
            article=article.id,
            sha256=article.sha256,
            start=start,
            end=end,
            label="",
            question=name,
            result=result,
            why="one vote" if alone else "tie" if chosen.open else "",
            share=chosen.share,
            method="majority",
            votes=votes,
            values=() if result == "open" else chosen.values,
        )


def _said(voter: Ballot, asked: _Asked) -> Values:
    answers = voter.annotation.answers
    return next((a.values for a in answers if (a.question, a.start, a.end) == asked), ())


def _shown(voter: Ballot, start: int | None, end: int | None) -> bool:
    return start is None or end is None or voter.asked(start, end)
