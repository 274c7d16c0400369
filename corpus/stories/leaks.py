"""Proof that a split does not leak: every run of words of one side looked up on the others."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.errors import PressmarkError
from corpus.job import Job
from corpus.progress import Progress, silent
from corpus.store import iter_articles, latest
from corpus.stories.duplicates import Bodies, asked, candidates, compared, read_bodies
from corpus.stories.placements import placements
from corpus.stories.recurring import Recurring, find_recurring
from corpus.stories.relations import Join
from corpus.stories.splits import USES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Checked:
    """What `split --check` found: near-duplicates on two sides, and blocks that recur on two.

    `placed` counts the articles of each side, `unplaced` those of the job that are on none.
    """

    placed: dict[str, int]
    unplaced: int
    leaks: tuple[Join, ...]
    recurring: tuple[Recurring, ...]


def check(job: Job, progress: Progress = silent) -> Checked:
    """Compare the sides of the job's split; whoever is held out or not placed is on none.

    Unlike the search for clusters this one samples nothing: each run of words of each validation
    and test article is looked up in all others. Only where all of two texts stands on most pages
    of their outlets the search's own pairs are taken.

    Raises:
        PressmarkError: the job has no ledger yet.
    """
    if not job.placements.exists():
        raise PressmarkError(f"{job.placements}: nothing is placed yet; run 'pressmark split'")
    here = latest(job)
    side = {i: use for i, use in placements(job).items() if use in USES and i in here}
    bodies = read_bodies(iter_articles(job), progress, len(here))
    pairs = sorted({*_crossing(bodies, side), *_parted(bodies, side)})
    repeated = (each for each in find_recurring(iter_articles(job)) if _sides(each, side) > 1)
    counted = Counter(side.values())
    return Checked(
        placed={use: counted[use] for use in USES},
        unplaced=len(here) - len(side),
        leaks=tuple(compared(bodies, pairs)),
        recurring=tuple(repeated),
    )


def _sides(block: Recurring, side: Mapping[str, str]) -> int:
    return len({side[place.article] for place in block.places if place.article in side})


def _parted(bodies: Bodies, side: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    """The pairs that the search for clusters would compare, as far as they are on two sides."""
    sides = [side.get(each.id) for each in bodies.facts]
    for one, other in candidates(bodies):
        if sides[one] and sides[other] and sides[one] != sides[other]:
            yield one, other
    # of many articles with the same words the search ties each to the first alone
    same: defaultdict[bytes, dict[str, int]] = defaultdict(dict)
    for number, each in enumerate(bodies.facts):
        if use := sides[number]:
            same[each.whole].setdefault(use, number)
    for firsts in same.values():
        numbers = sorted(firsts.values())
        yield from ((numbers[0], number) for number in numbers[1:])


def _crossing(bodies: Bodies, side: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    """Every pair of articles on two sides that shares as many runs as a join asks for."""
    import numpy as np

    sides = np.array([USES.index(side[f.id]) if f.id in side else -1 for f in bodies.facts])
    sizes = np.array([len(own) for own in bodies.own])
    if not sizes.sum():
        return
    flat = np.concatenate(bodies.own)
    owners = np.repeat(np.arange(len(sizes)), sizes)
    order = np.argsort(flat, kind="stable")
    flat, owners = flat[order], owners[order]
    for number in np.flatnonzero(sides > 0):
        held = bodies.own[number]
        first, last = np.searchsorted(flat, held), np.searchsorted(flat, held, side="right")
        holders = owners[_ranges(first, last)]
        met, counts = np.unique(holders, return_counts=True)
        for other, count in zip(met.tolist(), counts.tolist(), strict=True):
            across = 0 <= sides[other] != sides[number]
            if across and count >= asked(int(min(sizes[number], sizes[other]))):
                yield min(int(number), other), max(int(number), other)


def _ranges(first: NDArray[np.int64], last: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers of all ranges [first, last), one behind the other."""
    import numpy as np

    counts = last - first
    begins = np.cumsum(counts) - counts
    ranges: NDArray[np.int64] = np.arange(counts.sum()) - np.repeat(begins - first, counts)
    return ranges
