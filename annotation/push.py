"""Articles to Label Studio as tasks, with a run's predictions as pre-labels: planned, then done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from annotation.ahead import Ahead
from annotation.campaign.again import require_version
from annotation.campaign.exposure import record
from annotation.client import Client
from annotation.connection import connected
from annotation.journal import PRELABELS, Journal, await_batch
from annotation.layers import SPANS, scheme_of
from annotation.plan import Plan, planned, standing
from annotation.projects import Desk, Linked, current_project, intended, remembered
from annotation.sending import Parcel, Sending, parcels
from annotation.shown import LastShown
from annotation.wanted import Named, Wanted, named, wanted
from corpus.job import Job
from corpus.progress import Progress, silent
from corpus.scheme import Scheme
from corpus.store import latest


@dataclass(frozen=True)
class Pushed:
    """What `push` did: tasks made, tasks that were there, and those that now show pre-labels.

    `removed` counts untouched twins that went; the rest what it met and left alone (see `Plan`).
    """

    new: int
    same: int
    prelabelled: int
    project: int
    url: str
    removed: int = 0
    unshown: int = 0
    stale: int = 0
    altered: int = 0
    unknown: int = 0
    contested: int = 0


def push(
    job: Job, run: str | None = None, progress: Progress = silent, layer: str = SPANS
) -> Pushed:
    """Make a task of every article version that has none, and show the pre-labels of `run`.

    Without `run` the newest one of the job's scheme is shown, if there is any. Pre-labels of a
    task that nobody has touched are replaced by a newer run's. Pushed again: nothing new. A push
    that was broken off is completed by the next one: a batch whose fate is not known is waited for,
    and of a task that came twice the younger goes, unless somebody has begun to work on it.

    What is on the take-down list is not sent; tasks that were sent before stay where they are.

    The layer 'blocks' has a project of its own, whose pre-labels are the articles' blocks.

    Raises:
        ServiceError: Label Studio cannot be reached, or went away meanwhile.
        PressmarkError: there are no articles, no such run or layer, or the scheme changed and kept
            its version.
    """
    require_version(job, layer)
    desks = wanted(job, layer, run)
    memory = _Memory.of(job)
    done = [_push(job, desk, tasks, memory, progress) for desk, tasks in desks.items()]
    plans = [plan for plan, _, _ in done]
    return Pushed(
        new=sum(len(plan.new) for plan in plans),
        same=sum(plan.same for plan in plans),
        prelabelled=sum(plan.prelabelled for plan in plans),
        project=done[0][1],
        url=done[0][2],
        removed=sum(len(plan.removed) for plan in plans),
        unshown=sum(len(plan.unshown) for plan in plans),
        stale=sum(len(plan.stale) for plan in plans),
        altered=sum(len(plan.altered) for plan in plans),
        unknown=sum(len(plan.unknown) for plan in plans),
        contested=sum(len(plan.contested) for plan in plans),
    )


def push_desk(job: Job, desk: Desk, tasks: Iterable[Wanted], progress: Progress = silent) -> str:
    """Make one desk's project hold these tasks, as `push` does; return its address.

    Raises:
        ServiceError: Label Studio cannot be reached, or went away meanwhile.
    """
    return _push(job, desk, tasks, _Memory.of(job), progress)[2]


def plans(job: Job, run: str | None = None, layer: str = SPANS) -> tuple[Plan, ...]:
    """Return what `push` would do, a desk at a time; nothing is written anywhere.

    Raises:
        ServiceError: Label Studio cannot be reached.
        PressmarkError: there are no articles, or no such run or layer.
    """
    require_version(job, layer)
    found = []
    for desk, tasks in wanted(job, layer, run).items():
        with _connected(job, desk) as client:
            found.append(plan(job, client, desk, tasks))
    return tuple(found)


def plan(job: Job, client: Client, desk: Desk, tasks: Iterable[Wanted]) -> Plan:
    """Return what a push of `tasks` to `desk` would do; nothing is written anywhere."""
    link, change = intended(job, client, desk)
    there = None if change == "made" else link
    return _Memory.of(job).plan(client, desk, there, tasks, change=change)


@dataclass(frozen=True)
class _Memory:
    """What the job remembers of its pushes; read once for all desks."""

    journal: Journal
    log: LastShown
    newest: dict[str, str]

    @classmethod
    def of(cls, job: Job) -> Self:
        return cls(Journal(job), LastShown(job), latest(job))

    def plan(
        self,
        client: Client,
        desk: Desk,
        link: Linked | None,
        tasks: Iterable[Wanted],
        *,
        change: str = "",
        fresh: bool = False,
    ) -> Plan:
        """Compare what is wanted with what stands in the project of `link`, if there is one.

        Nothing stands in one that is `fresh`: made a moment ago, and for the first time.
        """
        torn = self.journal.unresolved(link) if link else None
        again = frozenset(torn.uids) if torn and torn.what == PRELABELS else frozenset()
        name = link.name if link else ""
        project = client.project(link.id) if link else None

        def sent(task: Wanted | Named) -> bool:
            shown = task.shown if isinstance(task, Wanted) else None
            shows = shown is not None and self.log.shows(name, task.uid, shown)
            return shows and task.uid not in again

        return planned(
            desk,
            named(tasks),
            map(standing, client.tasks(link.id)) if link and not fresh else (),
            latest=self.newest,
            sent=sent,
            project=link.id if link else 0,
            change=change,
            shows=(project.model_version or "") if project else "",
            unresolved=len(torn.uids) if torn else 0,
        )


def _push(
    job: Job, desk: Desk, tasks: Iterable[Wanted], memory: _Memory, progress: Progress
) -> tuple[Plan, int, str]:
    """Make one desk's project hold these tasks; return the plan, its project and address."""
    scheme = scheme_of(job, desk.layer)
    fresh = all(link.desk != desk for link in remembered(job))
    with _early(job, scheme, tasks, fresh=fresh) as early, _connected(job, desk) as client:
        run = next((task.run for task in named(tasks) if task.run), "")
        link = current_project(job, client, desk, run)
        if torn := memory.journal.unresolved(link):
            await_batch(client, link, torn, job.settings.studio.deadline, progress=progress)
        made = memory.plan(client, desk, link, tasks, fresh=fresh)
        sending = Sending(job, client, link, scheme, memory.log, memory.journal, progress)
        if job.settings.people:
            changed = {*made.new, *dict(made.newer)}
            record(job, (task for task in tasks if task.uid in changed))
        if sending.carry_out(made, tasks, early):
            # what was sent twice may have arrived twice
            sending.carry_out(memory.plan(client, desk, link, tasks), tasks)
        memory.journal.end(link)
        return made, link.id, f"{client.url}/projects/{link.id}"


@contextmanager
def _early(
    job: Job, scheme: Scheme, tasks: Iterable[Wanted], *, fresh: bool
) -> Iterator[Ahead[Parcel] | None]:
    """Make all tasks ready while their project is made, where there is none; else nothing."""
    if fresh:
        with Ahead(parcels(job, scheme, tasks)) as early:
            yield early
    else:
        yield None


@contextmanager
def _connected(job: Job, desk: Desk) -> Iterator[Client]:
    client = connected(job, desk.owner)
    try:
        yield client
    finally:
        client.close()
