"""Which articles teach, which tune and which test: drawn by group, so that copies stay together."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from corpus.errors import PressmarkError

USES = ("train", "validation", "test")


@dataclass(frozen=True, slots=True)
class Split:
    """Article ids by use, each sorted; `groups` maps an id to its group."""

    train: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]
    groups: dict[str, str]


def split(
    groups: Mapping[str, str],
    validation: float,
    test: float,
    seed: int = 0,
    taught: Collection[str] = (),
) -> Split:
    """Split the articles of `groups` (id to group) into shares of about `validation` and `test`.

    Whoever is of one group stays together. Groups of which all articles are in `taught` are trained
    on, whatever the shares. The same groups and seed give the same split in whatever order.

    Raises:
        PressmarkError: there are fewer than three groups, one for each use.
    """
    free = {id_: group for id_, group in groups.items() if id_ not in set(taught)}
    kept = {id_: group for id_, group in groups.items() if group in set(free.values())}
    stories = len(set(free.values()))
    if stories < 3:
        raise PressmarkError(
            f"stories annotated without pre-labels: {stories} (articles: {len(free)});"
            " training needs at least 3 (to learn from, to tune on, to test on); annotate more"
        )
    if validation + test >= 1:
        raise PressmarkError(
            f"{len(groups)} annotated articles: 'validation' and 'test' leave none to train on;"
            " make the shares smaller"
        )
    shares = {"train": 1 - validation - test, "validation": validation, "test": test}
    drawn = draw(kept, shares, seed)
    uses: dict[str, list[str]] = {use: [] for use in USES}
    for id_, group in sorted(groups.items()):
        uses[drawn.get(group, "train")].append(id_)
    teach, tune, try_ = (tuple(uses[use]) for use in USES)
    return Split(teach, tune, try_, dict(groups))


def draw(
    groups: Mapping[str, str],
    shares: Mapping[str, float],
    seed: int = 0,
    strata: Mapping[str, Iterable[str]] | None = None,
    fixed: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Return a use for every group of `groups` (article id to group), by `shares` of articles.

    The iterative stratification of Sechidis, Tsoumakas and Vlahavas (2011), 'On the stratification
    of multi-label data', over groups: the rarest of an article's `strata` first, each group to
    where most of it is wanted. Groups in `fixed` have their use already and count towards the
    shares. No use stays empty where there are groups enough.
    """
    members: defaultdict[str, list[str]] = defaultdict(list)
    for id_, group in groups.items():
        members[group].append(id_)
    marks = {
        group: Counter(mark for id_ in ids for mark in sorted(set((strata or {}).get(id_, ()))))
        for group, ids in members.items()
    }
    total: Counter[str] = Counter()
    for counted in marks.values():
        total.update(counted)
    wanted = {use: share * len(groups) for use, share in shares.items()}
    of_mark = {mark: {use: share * total[mark] for use, share in shares.items()} for mark in total}
    drawn: dict[str, str] = {}

    def place(group: str, use: str) -> None:
        drawn[group] = use
        wanted[use] -= len(members[group])
        for mark, count in marks[group].items():
            of_mark[mark][use] -= count
            total[mark] -= count

    for group in sorted(set(fixed or {}) & set(members)):
        place(group, (fixed or {})[group])
    order = sorted(members, key=lambda group: (-len(members[group]), _rank(group, seed)))
    holders: defaultdict[str, list[str]] = defaultdict(list)
    for group in order:
        for mark in marks[group]:
            holders[mark].append(group)
    while rest := [(count, mark) for mark, count in total.items() if count > 0]:
        rarest = min(rest)[1]
        for group in [group for group in holders[rarest] if group not in drawn]:
            here = of_mark[rarest]
            place(group, max(shares, key=lambda use: (round(here[use], 6), round(wanted[use], 6))))
    for group in [group for group in order if group not in drawn]:
        place(group, max(shares, key=lambda use: round(wanted[use], 6)))
    _fill(drawn, members, shares, fixed or {}, seed)
    return drawn


def _fill(
    drawn: dict[str, str],
    members: Mapping[str, list[str]],
    shares: Mapping[str, float],
    fixed: Mapping[str, str],
    seed: int,
) -> None:
    """Give a use that got nothing the least group of the use that has the most to spare."""
    for use in [use for use, share in shares.items() if share and use not in drawn.values()]:
        count = Counter(drawn.values())
        spare = [group for group in drawn if group not in fixed and count[drawn[group]] > 1]
        if spare:
            fullest = max(count[drawn[group]] for group in spare)
            drawn[
                min(
                    (group for group in spare if count[drawn[group]] == fullest),
                    key=lambda group: (len(members[group]), _rank(group, seed)),
                )
            ] = use


def _rank(group: str, seed: int) -> str:
    return hashlib.sha256(f"{seed}:{group}".encode()).hexdigest()
