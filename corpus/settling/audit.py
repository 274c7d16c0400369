"""A share of what was settled automatically is looked at by hand: its draw and what came of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.measures import OVERLAP, Figure
from corpus.records import Annotation
from corpus.settling.decisions import SETTLED, Decision, digest
from corpus.settling.quorum import folded

if TYPE_CHECKING:
    from corpus.job import Job

#: The normal deviate of a 95% interval.
DEVIATE = 1.959963984540054
#: Decisions that no vote made.
BY_RULE = ("planted", "not asked")


@dataclass(frozen=True, slots=True)
class Audit:
    """What the audit of automatic settling found.

    `drawn` decisions were drawn, `seen` of them adjudicated, `wrong` of those changed. `rate` is
    wrong of seen with Wilson's interval, None before anything was seen.
    """

    drawn: int
    seen: int
    wrong: int
    rate: Figure
    mistakes: tuple[Decision, ...] = ()


def drawn(decisions: Iterable[Decision], share: float, seed: int) -> Iterator[Decision]:
    """Yield the settled decisions that are looked at by hand.

    Each is drawn by itself from its own id and the seed, so that the draw is the same whatever else
    the job holds. What a rule decided and not a vote is not drawn.
    """
    for decision in decisions:
        if decision.result == "open" or decision.why in BY_RULE:
            continue
        if int(digest(seed, decision.id), 16) < share * 16**16:
            yield decision


def wrong(decision: Decision, gold: Annotation) -> bool:
    """Tell whether adjudicated gold contradicts what was settled automatically.

    A span that stands must be there to the character, with its label and attributes (notes aside,
    which `Decision.attributes` may leave out); one that fell must have no match (intersection at
    least half of the union). An answer must be the same.
    """
    if not decision.label:
        place = decision.question, decision.start, decision.end
        said = (a.values for a in gold.answers if (a.question, a.start, a.end) == place)
        return folded(next(said, ())) != folded(decision.values)
    same = [span for span in gold.spans if span.label == decision.label]
    start, end = decision.start or 0, decision.end or 0
    if decision.result == "falls":
        return any(
            min(s.end, end) - max(s.start, start)
            >= OVERLAP * (max(s.end, end) - min(s.start, start))
            for s in same
        )
    there = [s for s in same if (s.start, s.end) == (start, end)]
    return not there or any(
        folded(there[0].attributes.get(name, ())) != folded(values)
        for name, values in decision.attributes.items()
    )


def audited(job: Job) -> Audit:
    """Return how often automatic settling was wrong where it was looked at by hand."""
    from corpus.settling.disputes import read_disputes
    from corpus.store import read_annotations

    gold = {
        (g.article, g.sha256): g
        for g in read_annotations(job.gold)
        if g.author != SETTLED and g.layer == "spans" and g.status == "submitted"
    }
    audits = [d for d in read_disputes(job) if d.decision is not None and d.state != "gone"]
    seen = [
        (d.decision, gold[d.version])
        for d in audits
        if d.state == "adjudicated" and d.version in gold and d.decision
    ]
    mistakes = tuple(decision for decision, made in seen if wrong(decision, made))
    rate = wilson(len(mistakes), len(seen))
    return Audit(len(audits), len(seen), len(mistakes), rate, mistakes)


def wilson(hits: int, trials: int) -> Figure:
    """Return a share and its 95% interval (Wilson 1927); None where nothing was tried.

    Unlike the normal approximation it holds for few trials and for shares near 0: 0 of 20 is
    [0, 0.16].
    """
    if not trials:
        return Figure(None)
    share, square = hits / trials, DEVIATE**2
    middle = (share + square / (2 * trials)) / (1 + square / trials)
    spread = math.sqrt(share * (1 - share) / trials + square / (4 * trials**2))
    reach = DEVIATE * spread / (1 + square / trials)
    low = 0.0 if hits == 0 else middle - reach
    high = 1.0 if hits == trials else middle + reach
    return Figure(share, low, high)
