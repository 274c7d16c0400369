"""Which articles teach, which tune and which test: decided by article, copies kept together."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations

from corpus.errors import PressmarkError
from corpus.records import Article

#: Words in a row that two articles share by copying, not by chance.
SHINGLE = 5
#: Articles are copies or versions of one story from this share of the smaller one's runs on. In the
#: sample corpus syndicated copies and an updated page share .70 and more, other pairs .03 and less.
SHARED = 0.2
#: So many runs at least, or half of a body too short for that: a stock phrase joins no two briefs.
LEAST = 20
#: A run of words in more than this share of the articles (and in more than `FEW`) is standing text
#: of the outlet: keeping its articles together would leave nothing to test a one-outlet corpus on.
STANDING = 0.5
FEW = 3
#: What a story consists of; all else repeats across an outlet.
BODY = frozenset({"paragraph", "quote", "subheading"})


@dataclass(frozen=True, slots=True)
class Split:
    """Article ids by use, each sorted; `groups` maps an id to the least id of its group."""

    train: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]
    groups: dict[str, str]


def split(
    articles: Sequence[Article],
    validation: float,
    test: float,
    seed: int = 0,
    taught: Collection[str] = (),
) -> Split:
    """Split `articles` into shares of about `validation` and `test`, and the rest to train on.

    Copies and versions of one story stay together. Stories of which all articles are in `taught`
    are trained on, whatever the shares. The same ids, texts and seed give the same split in
    whatever order the articles come.

    Raises:
        PressmarkError: there are fewer than three groups, one for each use.
    """
    groups = together(articles)
    members: defaultdict[str, list[str]] = defaultdict(list)
    for id_, group in groups.items():
        members[group].append(id_)
    order = sorted(
        (group for group, ids in members.items() if not set(ids) <= set(taught)),
        key=lambda group: _rank(group, seed),
    )
    if len(order) < 3:
        raise PressmarkError(
            f"{len(articles)} annotated articles tell {len(order)} stories without pre-labels:"
            " training needs at least 3 (to learn from, to tune on, to test on); annotate more"
        )
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
    placed = {*uses["test"], *uses["validation"]}
    uses["train"] = [id_ for id_ in groups if id_ not in placed]
    if not uses["train"]:
        raise PressmarkError(
            f"{len(articles)} annotated articles: 'validation' and 'test' leave none to train on;"
            " make the shares smaller"
        )
    train, tuning, testing = (tuple(sorted(uses[u])) for u in ("train", "validation", "test"))
    return Split(train, tuning, testing, groups)


def together(articles: Sequence[Article]) -> dict[str, str]:
    """Map each article's id to the least id of its group: copies and versions of one story.

    Two articles belong together that share `SHARED` of the smaller one's runs of `SHINGLE` words
    and `LEAST` of them, and whoever belongs to either.
    """
    shingles = {article.id: _shingles(article) for article in articles}
    holders: defaultdict[int, list[str]] = defaultdict(list)
    for id_ in sorted(shingles):
        for shingle in shingles[id_]:
            holders[shingle].append(id_)
    most = max(FEW, STANDING * len(articles))
    shared: Counter[tuple[str, str]] = Counter()
    for ids in holders.values():
        if len(ids) <= most:
            shared.update(combinations(ids, 2))
    group = {id_: id_ for id_ in shingles}

    def root(id_: str) -> str:
        while group[id_] != id_:
            id_ = group[id_]
        return id_

    for (one, other), count in shared.items():
        smaller = min(len(shingles[one]), len(shingles[other]))
        if count >= max(SHARED * smaller, min(LEAST, smaller / 2)):
            first, second = sorted((root(one), root(other)))
            group[second] = first
    return {id_: root(id_) for id_ in sorted(group)}


def _shingles(article: Article) -> set[int]:
    """The runs of words of the article's body, by hash; a shorter body is one run."""
    words = [
        word
        for block in article.blocks
        if block.kind in BODY
        for word in article.text[block.start : block.end].casefold().split()
    ]
    count = max(1, len(words) - SHINGLE + 1)
    return {hash(tuple(words[at : at + SHINGLE])) for at in range(count)} if words else set()


def _rank(group: str, seed: int) -> str:
    return hashlib.sha256(f"{seed}:{group}".encode()).hexdigest()
