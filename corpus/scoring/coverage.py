"""What is gained by keeping only what a system is sure of: score by share kept, and its area.

Selective prediction (El-Yaniv and Wiener 2010; the area as Geifman, Uziel and El-Yaniv 2019 take
it of risk). A certainty that says nothing leaves the curve flat: the area is then the score of all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from corpus.measures import Measure, Pair, Tally
from corpus.records import Span
from corpus.scoring.answers import Answered, AnswerMeasure

STEPS = 20


@dataclass(frozen=True, slots=True)
class Point:
    """The score of the `kept` most certain, a `share` of all, whose certainty reaches `least`."""

    share: float
    kept: int
    least: float
    score: float | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """The points from the surest few to all; `area` is the mean score over the shares, or None."""

    points: tuple[Point, ...]
    area: float | None


def coverage(
    certainty: Sequence[float],
    score: Callable[[float], float | None],
    steps: int = STEPS,
) -> Coverage:
    """Return the curve over about `steps` shares.

    Rule of the shares: for k of `steps` the k / steps most certain are kept, and whatever is as
    certain as the last of them, so that the order of items says nothing. The area is by trapezoids;
    left of the first point the score is taken to be the first one's.

    Args:
        certainty: how sure the system is of each item.
        score: the score of the items whose certainty reaches what it is given.
        steps: how many shares.
    """
    ordered = sorted(certainty, reverse=True)
    count = len(ordered)
    least = (
        {ordered[-(-count * step // steps) - 1] for step in range(1, steps + 1)} if count else ()
    )
    points = []
    for each in sorted(least, reverse=True):
        kept = sum(other >= each for other in ordered)
        points.append(Point(kept / count, kept, each, score(each)))
    return Coverage(tuple(points), _area(points))


def answer_coverage(
    answers: Sequence[Answered],
    certainty: Sequence[float],
    measure: AnswerMeasure,
    steps: int = STEPS,
) -> Coverage:
    """Return the score of the answers a system is surest of; what is not kept is not scored."""
    items = list(zip(answers, certainty, strict=True))

    def score(least: float) -> float | None:
        return measure([answer for answer, sure in items if sure >= least], ()).value()[0]

    return coverage(certainty, score, steps)


def span_coverage(
    pairs: Sequence[Pair],
    measure: Measure,
    of: Literal["precision", "recall", "f1"] = "precision",
    steps: int = STEPS,
) -> Coverage:
    """Return the score of the predicted spans with the highest scores, against the whole reference.

    Recall can only fall as fewer are kept, so F1 falls at last even where every span that is kept
    is right; precision is what keeping the surest is for.

    Raises:
        ValueError: a predicted span has no score.
    """
    sure = [_sure(span) for pair in pairs for span in pair.predicted]

    def score(least: float) -> float | None:
        tallies = (
            measure(pair.reference, [span for span in pair.predicted if _sure(span) >= least])
            for pair in pairs
        )
        found: float | None = getattr(sum(tallies, Tally()), of)
        return found

    return coverage(sure, score, steps)


def _sure(span: Span) -> float:
    if span.score is None:
        raise ValueError(f"span {span.id!r} has no score to be kept by")
    return span.score


def _area(points: Sequence[Point]) -> float | None:
    known = [(point.share, point.score) for point in points if point.score is not None]
    if not known:
        return None
    area, before = 0.0, (0.0, known[0][1])
    for share, score in known:
        area += (share - before[0]) * (score + before[1]) / 2
        before = share, score
    return area / before[0]
