"""Which articles come in a week: alike from week to week in publisher and length."""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import floor

from corpus.assignments import rank
from corpus.records import Article

#: Classes of length, as many articles in each.
_LENGTHS = 3


@dataclass(frozen=True, slots=True)
class Item:
    """What the draw knows of an article: its version, publisher, length and story.

    `place` is where it stands among those that were selected to come first, None if it was not.
    """

    id: str
    sha256: str
    publisher: str = ""
    length: int = 0
    story: str = ""
    place: int | None = None


def items(
    articles: Iterable[Article],
    stories: Mapping[str, str],
    places: Mapping[str, int] | None = None,
) -> dict[str, Item]:
    """Return the articles as the draw knows them, by id; `places` are those of the selected."""
    return {
        each.id: Item(
            each.id,
            each.sha256,
            each.publisher,
            len(each.text),
            stories.get(each.id, each.id),
            (places or {}).get(each.id),
        )
        for each in articles
    }


def in_order(pool: Iterable[Item], seed: int = 0) -> list[Item]:
    """Return the pool so that every stretch of it is like the whole; what was selected comes first.

    Systematic sampling within strata of publisher and length: of m articles of a stratum, in an
    order by lot, the r-th stands at (r + u) / m of the way, u by lot for each stratum. The order of
    the pool does not matter.
    """
    found = sorted(pool, key=lambda each: each.id)
    first = sorted((e.place, e.id, e) for e in found if e.place is not None)
    items = [each for each in found if each.place is None]
    edges = _edges([each.length for each in items])
    strata: defaultdict[tuple[str, int], list[Item]] = defaultdict(list)
    for each in sorted(items, key=lambda each: rank(seed, "article", each.id)):
        strata[each.publisher, bisect.bisect_right(edges, each.length)].append(each)
    placed = []
    for stratum, members in strata.items():
        offset = int(rank(seed, "stratum", *stratum)[:8], 16) / 16**8
        for number, each in enumerate(members):
            placed.append(((number + offset) / len(members), each.id, each))
    rest = sorted(placed, key=lambda place: place[:2])
    return [each for _, _, each in (*first, *rest)]


def controls(share: float, week: int, quota: Mapping[str, int], per_article: int) -> int:
    """Return how many of a week's articles go to everybody.

    Of c articles for all n people and m for k of them, c n + m k is what people have time for, and
    c is the share of c + m. What is left of a whole article comes in a later week.
    """
    if not quota:
        return 0
    size = sum(quota.values()) * share / (share * len(quota) + (1 - share) * per_article)
    return floor(week * size + 1e-9) - floor((week - 1) * size + 1e-9)


def control_first(drawn: Sequence[Item], pool: Sequence[Item], seed: int) -> list[Item]:
    """Return a week's articles, the fit for control first: by lot, those of many stories last.

    An article whose story others tell too would make everybody meet the story again.
    """
    told: defaultdict[str, int] = defaultdict(int)
    for each in pool:
        told[each.story] += 1
    return sorted(drawn, key=lambda e: (told[e.story] > 1, rank(seed, "control", e.id)))


def _edges(lengths: list[int]) -> list[int]:
    """The lengths that part as many articles from each other."""
    ordered = sorted(lengths)
    return (
        [ordered[len(ordered) * part // _LENGTHS] for part in range(1, _LENGTHS)] if ordered else []
    )
