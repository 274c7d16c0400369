"""What a push will change, decided from what is wanted and what stands there; pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from annotation.layers import BLOCKS
from annotation.projects import Desk
from annotation.raw import RawStub
from annotation.wanted import Named, Wanted
from corpus.text import sha256_of


@dataclass(frozen=True, slots=True)
class Standing:
    """A task on the server without its text.

    `altered` says that its text is not the one it was pushed with, `touched` that somebody has
    begun to work on it; `runs` are those whose pre-labels it holds, `predictions` how many.
    """

    id: int
    uid: str
    article: str
    sha256: str
    touched: bool = False
    runs: frozenset[str] = frozenset()
    predictions: int = 0
    altered: bool = False


def standing(stub: RawStub) -> Standing:
    """Return what a plan needs of a task; its text is hashed and let go."""
    sha256 = str(stub.data.get("sha256") or "")
    return Standing(
        id=stub.id,
        uid=stub.uid,
        article=str(stub.data.get("article") or ""),
        sha256=sha256,
        touched=stub.touched,
        runs=stub.runs,
        predictions=stub.total_predictions,
        altered=bool(stub.uid) and sha256_of(str(stub.data.get("text") or "")) != sha256,
    )


@dataclass(frozen=True, slots=True)
class Twins:
    """Tasks of one uid: the one that is kept, those nobody touched, which go, and those that stay.

    What somebody touched is never removed: `contested` are the others that were touched.
    """

    uid: str
    kept: int
    removed: tuple[int, ...] = ()
    contested: tuple[int, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What a push changes on one desk (first five fields), and what it meets and leaves alone.

    Attributes:
        desk: whose plan it is.
        project: its project's number, 0 while there is none.
        change: what happens to the project itself: '', 'made', or 'updated' to the scheme.
        new: uids of the tasks that are made.
        newer: uids and numbers of untouched tasks that are given other pre-labels.
        twins: tasks that stand there more than once; all but one untouched one go.
        run: the run that the project is told to show; '' leaves it as it is.
        same: how many of the wanted tasks stand there already.
        prelabelled: how many tasks are made with pre-labels, or given others.
        unshown: uids of tasks whose wanted pre-labels cannot be shown: somebody has begun.
        stale: uids of tasks with a version of an article that is no longer the latest.
        altered: uids of tasks whose text was changed on the server.
        unknown: numbers of tasks that are not ours, or not wanted on this desk.
        unresolved: how many tasks of a broken-off batch are waited for first.
    """

    desk: Desk
    project: int = 0
    change: str = ""
    new: tuple[str, ...] = ()
    newer: tuple[tuple[str, int], ...] = ()
    twins: tuple[Twins, ...] = ()
    run: str = ""
    same: int = 0
    prelabelled: int = 0
    unshown: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    altered: tuple[str, ...] = ()
    unknown: tuple[int, ...] = ()
    unresolved: int = 0

    @property
    def removed(self) -> tuple[int, ...]:
        """The numbers of the tasks that are removed."""
        return tuple(id_ for twins in self.twins for id_ in twins.removed)

    @property
    def contested(self) -> tuple[str, ...]:
        """The uids of tasks that stand there twice and were begun more than once."""
        return tuple(twins.uid for twins in self.twins if twins.contested)

    @property
    def empty(self) -> bool:
        """Tell whether a push would change nothing."""
        return not (self.change or self.new or self.newer or self.removed or self.run)


def planned(
    desk: Desk,
    tasks: Iterable[Wanted | Named],
    there: Iterable[Standing],
    *,
    latest: Mapping[str, str],
    sent: Callable[[Wanted | Named], bool] = lambda _: True,
    project: int = 0,
    change: str = "",
    shows: str = "",
    unresolved: int = 0,
) -> Plan:
    """Return what makes the wanted tasks stand, once each.

    Args:
        desk: whose plan it is.
        tasks: what should stand there.
        there: what stands there, in the order of its numbers.
        latest: the sha256 of the latest version of every article, by id.
        sent: tells whether a task's wanted pre-labels were the last ones sent: all pre-labels of
            the layer 'blocks' are of one run, which does not tell them apart.
        project: the project's number.
        change: what happens to the project itself.
        shows: the run whose pre-labels the project shows.
        unresolved: how many tasks of a broken-off batch are waited for first.
    """
    found = _by_uid(there)
    wanted: set[str] = set()
    new, newer, unshown = [], [], []
    run, prelabelled = "", 0
    for task in tasks:
        if task.uid in wanted:
            continue
        wanted.add(task.uid)
        run = run or task.run or ""
        copies = found.get(task.uid)
        if copies is None:
            new.append(task.uid)
            prelabelled += task.run is not None
        elif _lacks(desk, task, copies[0], sent):
            if copies[0].touched:
                unshown.append(task.uid)
            else:
                newer.append((task.uid, copies[0].id))
        elif _is_doubled(task, copies[0]):
            newer.append((task.uid, copies[0].id))
    mine = [copies for uid, copies in found.items() if uid in wanted]
    ours = [each for copies in found.values() for each in copies if each.uid]
    return Plan(
        desk=desk,
        project=project,
        change=change,
        new=tuple(new),
        newer=tuple(newer),
        twins=tuple(_twins(copies) for copies in mine if len(copies) > 1),
        run=run if run != shows else "",
        same=len(mine),
        prelabelled=prelabelled + len(newer),
        unshown=tuple(unshown),
        stale=tuple(dict.fromkeys(e.uid for e in ours if _is_stale(e, latest))),
        altered=tuple(dict.fromkeys(each.uid for each in ours if each.altered)),
        unknown=tuple(
            each.id for uid, copies in found.items() if uid not in wanted for each in copies
        ),
        unresolved=unresolved,
    )


def _by_uid(there: Iterable[Standing]) -> dict[str, list[Standing]]:
    """Group tasks by uid, the one to keep first: touched before untouched, unaltered, older."""
    found: dict[str, list[Standing]] = {}
    for each in there:
        found.setdefault(each.uid, []).append(each)
    for copies in found.values():
        copies.sort(key=lambda each: (not each.touched, each.altered, each.id))
    return found


def _twins(copies: Collection[Standing]) -> Twins:
    kept, *others = copies
    return Twins(
        uid=kept.uid,
        kept=kept.id,
        removed=tuple(each.id for each in others if not each.touched),
        contested=tuple(each.id for each in others if each.touched),
    )


def _lacks(
    desk: Desk, task: Wanted | Named, there: Standing, sent: Callable[[Wanted | Named], bool]
) -> bool:
    """Tell whether the task does not show the wanted pre-labels; without a wish anything may."""
    unsent = desk.layer == BLOCKS and not sent(task)
    return task.run is not None and (task.run not in there.runs or unsent)


def _is_doubled(task: Wanted | Named, there: Standing) -> bool:
    """Tell whether an untouched task holds the wanted pre-labels more than once."""
    alone = task.run is not None and there.runs == {task.run}
    return alone and there.predictions > 1 and not there.touched


def _is_stale(task: Standing, latest: Mapping[str, str]) -> bool:
    return latest.get(task.article, task.sha256) != task.sha256
