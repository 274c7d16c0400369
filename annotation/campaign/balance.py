"""Who gets an article: pairs meet about equally often, work goes by capacity, stories part.

A greedy design: at each article the group is taken that costs least by what was given before, so
that it extends by any number of articles and people without changing what was given. (A balanced
incomplete block design exists for some numbers of people and articles only.)
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from math import comb

from corpus.assignments import Assignment, rank

#: Groups that are compared for an article: all of ten people's groups of three, and more of two.
_GROUPS = 500
#: What an article ahead of the others costs beside having met once. Of .25 to 8 all keep the pairs
#: of six equal people within 1 of each other over 800 articles; small ones part half-timers best.
_AHEAD = 1.0


class Balance:
    """What people were given so far, and what they can still be given this week."""

    def __init__(
        self, ledger: Iterable[Assignment], stories: Mapping[str, str], seed: int = 0
    ) -> None:
        """Count the pairs that met in `ledger`, and the stories and articles each person has.

        Args:
            ledger: what is given, without what was taken back.
            stories: the story of each article; one of its own is its own.
            seed: decides between groups that cost the same.
        """
        self._seed, self._stories = seed, stories
        self._met: Counter[tuple[str, str]] = Counter()
        self._told: defaultdict[str, set[str]] = defaultdict(set)
        self._of: defaultdict[str, set[str]] = defaultdict(set)
        self._left: dict[str, int] = {}
        self._quota: dict[str, int] = {}
        for row in ledger:
            if row.occasion == 1:
                self._give(row.annotator, row.article, row.kind == "work")

    def week(self, quota: Mapping[str, int], given: Mapping[str, int]) -> None:
        """Begin a week: how much everybody has time for, and has been given of it."""
        self._quota = {name: size for name, size in quota.items() if size > 0}
        self._left = {n: max(0, size - given.get(n, 0)) for n, size in self._quota.items()}

    @property
    def left(self) -> dict[str, int]:
        """How many articles everybody can still be given this week."""
        return dict(self._left)

    def holders(self, article: str) -> frozenset[str]:
        """Who has the article."""
        return frozenset(self._of[article])

    def give(self, name: str, article: str, *, pairs: bool = True) -> None:
        """Give one person the article; a control article makes no pairs."""
        self._left[name] -= 1
        self._give(name, article, pairs)

    def spend(self, name: str) -> None:
        """Take the time of one article from a person's week."""
        self._left[name] -= 1

    def choose(self, article: str, count: int) -> tuple[str, ...]:
        """Return whom to give the article, `count` people or as many as have time, by name."""
        free = [n for n, left in self._left.items() if left > 0 and n not in self._of[article]]
        size = min(count, len(free))
        free = self._behind(free, size, article)
        if not size:
            return ()
        cost = {group: self._cost(group, article) for group in combinations(sorted(free), size)}
        least = min(cost.values())
        best = [group for group, value in cost.items() if value == least]
        return min(best, key=lambda group: rank(self._seed, article, *group))

    def _behind(self, free: list[str], size: int, article: str) -> list[str]:
        """Of many people those who are furthest behind, so that groups can be counted."""
        while len(free) > size and comb(len(free), size) > _GROUPS:
            free.remove(min(free, key=lambda n: (self._share(n), rank(self._seed, article, n))))
        return free

    def _cost(self, group: Sequence[str], article: str) -> tuple[int, float]:
        """Stories that would meet again, then pairs that met and people who are ahead."""
        story = self._stories.get(article, article)
        again = sum(story in self._told[name] for name in group)
        top = max(self._share(name) for name in self._left)
        ahead = sum((top - self._share(name)) * self._quota[name] for name in group)
        holders = self._of[article]
        pairs = [*combinations(group, 2), *((n, other) for n in group for other in holders)]
        met = sum(self._often(one, other) for one, other in pairs)
        return again, round(met + _AHEAD * ahead, 6)

    def _often(self, one: str, other: str) -> float:
        """How often two people met, as full workloads: half the time meets half as often."""
        most = max(self._quota.values())
        size = self._quota.get(one, most) * self._quota.get(other, most) / most**2
        return self._met[_pair(one, other)] / size

    def _share(self, name: str) -> float:
        return self._left[name] / self._quota[name]

    def _give(self, name: str, article: str, pairs: bool) -> None:
        for other in self._of[article] if pairs else ():
            self._met[_pair(name, other)] += 1
        self._of[article].add(name)
        self._told[name].add(self._stories.get(article, article))


def _pair(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)
