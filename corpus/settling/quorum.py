"""When votes decide: a quorum for, a quorum against, or a tie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from corpus.scheme import Question
from corpus.settling.decisions import Result

Values = tuple[str, ...]
#: Types of what annotators note down for others: nobody disputes a comment.
NOTES = ("text", "flag")


def verdict(share: float, threshold: float) -> Result:
    """Decide by the share of the votes that are for a unit.

    It stands where the share is more than half and reaches `threshold`, falls where the share
    against it does; between them lies a tie. Shares are compared to two places, so that 0.67 is
    two of three.
    """

    def decides(part: float) -> bool:
        return part > 0.5 and round(part, 2) >= round(threshold, 2)

    return "stands" if decides(share) else "falls" if decides(1 - share) else "open"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The values that were chosen, unless it is `open`; `share` is that of the least certain."""

    values: Values
    open: bool
    share: float


def choose(given: Mapping[str, Values], question: Question | None, threshold: float) -> Chosen:
    """Choose values of a question or attribute by majority, each value of a 'several' by its own.

    Args:
        given: every voter's values, an empty tuple for who left it unanswered. Where it must be
            answered they have no vote; where it may be left, that is an opinion like another.
        question: what was asked, None where the scheme does not know it any more.
        threshold: the share that decides.
    """
    votes = [v for v in given.values() if v or not (question and question.required)]
    if not votes:
        return Chosen((), open=False, share=0.0)
    if question is not None and question.type == "several":
        return _each(votes, question, threshold)
    counts = Counter(map(folded, votes))
    value, most = min(counts.items(), key=lambda item: (-item[1], item[0]))
    share = most / len(votes)
    if verdict(share, threshold) == "stands":
        return Chosen(_spelt(value, votes), open=False, share=share)
    noted = question is not None and question.type in NOTES
    return Chosen((), open=not noted, share=share)


def folded(values: Values) -> Values:
    """Return values as they are compared: order, capitals and white space say nothing."""
    return tuple(sorted(" ".join(value.split()).casefold() for value in values))


def _each(votes: list[Values], question: Question, threshold: float) -> Chosen:
    shares = {name: sum(name in v for v in votes) / len(votes) for name in question.value_names}
    results = {name: verdict(share, threshold) for name, share in shares.items()}
    stands = tuple(name for name, result in results.items() if result == "stands")
    sure = min((max(share, 1 - share) for share in shares.values()), default=1.0)
    unanswered = question.required and not stands
    return Chosen(stands, open="open" in results.values() or unanswered, share=sure)


def _spelt(value: Values, votes: list[Values]) -> Values:
    """The commonest spelling of a folded value, the first in order of equally many."""
    spellings = Counter(v for v in votes if folded(v) == value)
    return min(spellings.items(), key=lambda item: (-item[1], item[0]))[0]
