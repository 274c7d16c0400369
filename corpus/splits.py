"""Which articles teach, which tune and which test: decided by article, copies kept together."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.errors import PressmarkError
from corpus.records import Article

#: A block of this many characters or more in two articles is no coincidence.
LONG = 200
#: A block in more than this share of the articles (and in more than `FEW`) is standing text of the
#: outlet: keeping its articles together would leave nothing to test a one-outlet corpus on.
STANDING = 0.2
FEW = 3
#: Kinds of block that repeat across an outlet and say nothing about where a story came from.
FURNITURE = frozenset({"chrome", "tags", "bio", "correction"})


@dataclass(frozen=True, slots=True)
class Split:
    """Article ids by use, each sorted; `groups` maps an id to the least id of its group."""

    train: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]
    groups: dict[str, str]


def split(articles: Sequence[Article], validation: float, test: float, seed: int = 0) -> Split:
    """Split `articles` into shares of about `validation` and `test`, and the rest to train on.

    The same ids, texts and seed give the same split in whatever order the articles come. Articles
    that share a long identical block stay together.

    Raises:
        PressmarkError: there are fewer than three groups, one for each use.
    """
    groups = together(articles)
    members: defaultdict[str, list[str]] = defaultdict(list)
    for id_, group in groups.items():
        members[group].append(id_)
    if len(members) < 3:
        raise PressmarkError(
            f"{len(articles)} annotated articles in {len(members)} groups without shared text:"
            " training needs at least 3 (to learn from, to tune on, to test on); annotate more"
        )
    order = sorted(members, key=lambda group: _rank(group, seed))
    room = {"test": test * len(articles), "validation": validation * len(articles)}
    uses: dict[str, list[str]] = {"test": [], "validation": [], "train": []}
    for use, space in room.items():
        for group in list(order):
            if len(uses[use]) + len(members[group]) <= max(space, 1):
                uses[use] += members[group]
                order.remove(group)
        if not uses[use]:
            least = min(order, key=lambda group: len(members[group]))
            uses[use] += members[least]
            order.remove(least)
    for group in order:
        uses["train"] += members[group]
    if not uses["train"]:
        raise PressmarkError(
            f"{len(articles)} annotated articles: 'validation' and 'test' leave none to train on;"
            " make the shares smaller"
        )
    train, tuning, testing = (tuple(sorted(uses[u])) for u in ("train", "validation", "test"))
    return Split(train, tuning, testing, groups)


def together(articles: Sequence[Article]) -> dict[str, str]:
    """Map each article's id to the least id of its group: articles that share a long block."""
    holders: defaultdict[str, set[str]] = defaultdict(set)
    for article in articles:
        for block in article.blocks:
            words = " ".join(article.text[block.start : block.end].split())
            if len(words) >= LONG and block.kind not in FURNITURE:
                holders[words].add(article.id)
    group = {article.id: article.id for article in articles}

    def root(id_: str) -> str:
        while group[id_] != id_:
            id_ = group[id_]
        return id_

    for ids in holders.values():
        if len(ids) > max(FEW, STANDING * len(articles)):
            continue
        roots = {root(id_) for id_ in ids}
        for each in roots:
            group[each] = min(roots)
    return {id_: root(id_) for id_ in sorted(group)}


def _rank(group: str, seed: int) -> str:
    return hashlib.sha256(f"{seed}:{group}".encode()).hexdigest()
