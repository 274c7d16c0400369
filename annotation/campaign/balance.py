"""Who gets an article: pairs meet about equally often, work goes by capacity, stories part.

A greedy design: at each article the group is taken that costs least by what was given before, so
that it extends by any number of articles and people without changing what was given. (A balanced
incomplete block design exists for some numbers of people and articles only.)
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations
from math import comb, sqrt

from corpus.assignments import Assignment, rank

#: Groups that are compared for an article: all of ten people's groups of three, and more of two.
_GROUPS = 500
#: Pairs that met often cost more than in proportion: of 90 designs (4 to 8 equal people, 2 or 3 an
#: article, 23 to 119 articles) all but 15 kept pairs within 1 of each other, none beyond 2; in
#: proportion it was 20, and 4 with 3.
_POWER = 2
#: What an article ahead of the others costs beside. Of .25 to 4 all part the work as evenly.
_AHEAD = 1.0
#: Rounds of the fit below: at capacities of .5 to 2 it changes the weights by less than .001 then.
_ROUNDS = 30
#: Of the others' time: beyond it the weights run away.
_MOST = 0.9


class Balance:
    """What people were given so far, and what they can still be given this week."""

    def __init__(
        self,
        ledger: Iterable[Assignment],
        stories: Mapping[str, str],
        seed: int = 0,
        learnt: Collection[tuple[str, str]] = (),
    ) -> None:
        """Count the pairs that met in `ledger`, and the stories and articles each person has.

        Args:
            ledger: what is given, without what was taken back.
            stories: the story of each article; one of its own is its own.
            seed: decides between groups that cost the same.
            learnt: people with articles whose gold they know.
        """
        self._seed, self._stories, self._learnt = seed, stories, frozenset(learnt)
        self._met: Counter[tuple[str, str]] = Counter()
        self._told: defaultdict[str, set[str]] = defaultdict(set)
        self._of: defaultdict[str, set[str]] = defaultdict(set)
        self._left: dict[str, int] = {}
        self._quota: dict[str, int] = {}
        self._weights: dict[str, float] = {}
        for row in ledger:
            if row.occasion == 1:
                self._give(row.annotator, row.article, row.kind == "work")

    def week(self, quota: Mapping[str, int], given: Mapping[str, int]) -> None:
        """Begin a week: how much everybody has time for, and has been given of it."""
        self._quota = {name: size for name, size in quota.items() if size > 0}
        self._left = {n: max(0, size - given.get(n, 0)) for n, size in self._quota.items()}
        self._weights = _weights(self._quota)

    @property
    def left(self) -> dict[str, int]:
        """How many articles everybody can still be given this week."""
        return dict(self._left)

    def holders(self, article: str) -> frozenset[str]:
        """Who has the article."""
        return frozenset(self._of[article])

    def may_have(self, name: str, article: str) -> bool:
        """Tell whether a person has not met the article: neither as work nor to qualify on."""
        return name not in self._of[article] and (name, article) not in self._learnt

    def give(self, name: str, article: str, *, pairs: bool = True) -> None:
        """Give one person the article; a control article makes no pairs."""
        self._left[name] -= 1
        self._give(name, article, pairs)

    def spend(self, name: str) -> None:
        """Take the time of one article from a person's week."""
        self._left[name] -= 1

    def choose(self, article: str, count: int) -> tuple[str, ...]:
        """Return whom to give the article, `count` people or as many as have time, by name."""
        free = [n for n, left in self._left.items() if left > 0 and self.may_have(n, article)]
        size = min(count, len(free))
        free = self._behind(free, size, article)
        if not size:
            return ()
        groups = [*combinations(sorted(free), size)]
        pressed = self._pressed(free, size)
        groups = [group for group in groups if pressed <= {*group}] or groups
        cost = {group: self._cost(group, article) for group in groups}
        least = min(cost.values())
        best = [group for group, value in cost.items() if value == least]
        return min(best, key=lambda group: rank(self._seed, article, *group))

    def _pressed(self, free: Sequence[str], size: int) -> set[str]:
        """Who must have a part in every group from now on, or will have nobody to share with."""
        total = sum(self._left[name] for name in free)
        return {n for n in free if self._left[n] * (size - 1) >= total - self._left[n]}

    def meets_again(self, article: str, group: Sequence[str]) -> bool:
        """Tell whether somebody in the group has the story, and others of the week have it not."""
        story = self._stories.get(article, article)
        strangers = sum(story not in self._told[name] for name in self._quota)
        return strangers >= len(group) and any(story in self._told[name] for name in group)

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
        mean = sum(self._quota.values()) / len(self._quota)
        ahead = sum((top - self._share(name)) * mean for name in group)
        holders = self._of[article]
        pairs = [*combinations(group, 2), *((n, other) for n in group for other in holders)]
        met = sum(self._often(one, other) ** _POWER for one, other in pairs)
        return again, round(met + _AHEAD * ahead, 6)

    def _often(self, one: str, other: str) -> float:
        """How often two people met, beside how often they should by their time."""
        return self._met[_pair(one, other)] / (self._weight(one) * self._weight(other))

    def _weight(self, name: str) -> float:
        return self._weights.get(name, 1.0)

    def _share(self, name: str) -> float:
        return self._left[name] / self._quota[name]

    def _give(self, name: str, article: str, pairs: bool) -> None:
        for other in self._of[article] if pairs else ():
            self._met[_pair(name, other)] += 1
        self._of[article].add(name)
        self._told[name].add(self._stories.get(article, article))


def _pair(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)


def _weights(quota: Mapping[str, int]) -> dict[str, float]:
    """Return weights whose products say how often pairs should meet, about 1 on the mean.

    Everybody's products with the others add up to their share of the time (iterative proportional
    fitting); nobody is paired with themselves, so that they are not the quotas. Who has more time
    than all others together cannot be paired for all of it.
    """
    if len(quota) < 2:
        return dict.fromkeys(quota, 1.0)
    total = sum(quota.values())
    fit = {name: min(size, _MOST * (total - size)) for name, size in quota.items()}
    mean = sum(fit.values()) / len(fit)
    shares = {name: size / mean * (len(fit) - 1) for name, size in fit.items()}
    weights = dict.fromkeys(quota, 1.0)
    for _ in range(_ROUNDS):
        whole = sum(weights.values())
        weights = {
            name: sqrt(weight * shares[name] / (whole - weight)) for name, weight in weights.items()
        }
    return weights
