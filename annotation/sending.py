"""A plan carried out: in batches, written down on our side first, then sent."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from annotation.ahead import Ahead
from annotation.backup import backup
from annotation.client import Client
from annotation.codec import prediction_of
from annotation.journal import PRELABELS, TASKS, Batch, Journal, await_batch
from annotation.layers import BLOCKS
from annotation.plan import Plan
from annotation.projects import Linked
from annotation.shown import LastShown, Ready, ready
from annotation.transport import CutError, RefusedError, encoded
from annotation.wanted import Wanted
from corpus.job import Job
from corpus.progress import Progress
from corpus.scheme import Scheme

#: Label Studio takes 250 MB a request; this many characters stay below it in any script.
_CHARACTERS = 20_000_000
#: How often a batch is sent before the push gives up.
_ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class Parcel:
    """A batch of new tasks made ready: what they are called, what they show, and their JSON."""

    uids: tuple[str, ...]
    shown: tuple[Ready, ...]
    body: bytes


def parcels(job: Job, scheme: Scheme, tasks: Iterable[Wanted]) -> Iterator[Parcel]:
    """Make tasks ready to be sent, batch by batch, each once."""
    for batch in _batches(_once(tasks), job.settings.studio.batch):
        rows = [task.task(scheme) for task in batch]
        shown = tuple(ready(task.uid, task.shown) for task in batch if task.shown)
        yield Parcel(tuple(task.uid for task in batch), shown, encoded(rows))


@dataclass
class Sending:
    """Carries out plans for one project."""

    job: Job
    client: Client
    link: Linked
    scheme: Scheme
    log: LastShown
    journal: Journal
    progress: Progress
    _again: bool = field(default=False, init=False)

    def carry_out(
        self, plan: Plan, tasks: Iterable[Wanted], early: Ahead[Parcel] | None = None
    ) -> bool:
        """Do what the plan says; tell whether a batch had to be sent again, and may be doubled.

        Args:
            plan: what to do.
            tasks: all that is wanted.
            early: the new tasks, where they are being made ready already.

        Raises:
            CutError: the connection broke off, again and again.
        """
        self.remove_twins(plan)
        new, newer = frozenset(plan.new), dict(plan.newer)
        if early:
            self._tasks(early, len(new))
        elif new:
            asked = (task for task in tasks if task.uid in new)
            with Ahead(parcels(self.job, self.scheme, asked)) as made:
                self._tasks(made, len(new))
        if newer:
            self._prelabels(_once(task for task in tasks if task.uid in newer), newer)
        if plan.run:
            self.client.update_project(self.link.id, model_version=plan.run)
        return self._again

    def remove_twins(self, plan: Plan) -> None:
        """Remove the plan's untouched twins, a backup of the project first."""
        if plan.removed:
            backup(self.job, self.client, self.link, "doubles")
            self.client.remove_untouched(self.link.id, plan.removed)

    def _tasks(self, parcels: Iterable[Parcel], total: int) -> None:
        done = 0
        for parcel in parcels:
            self._send_tasks(parcel, done, total)
            done += len(parcel.uids)
            self.progress("pushing articles", done, total)

    def _send_tasks(self, parcel: Parcel, done: int, total: int) -> None:
        self.log.add(self.link.name, parcel.shown)
        send = partial(self.client.import_tasks, self.link.id, parcel.body, len(parcel.uids))
        self._send(Batch(TASKS, parcel.uids, done, total), send)

    def _prelabels(self, tasks: Iterable[Wanted], ids: dict[str, int]) -> None:
        done = 0
        for batch in _batches(tasks, self.job.settings.studio.batch):
            shown = [(task, task.shown) for task in batch if task.shown]
            self.log.add(self.link.name, [ready(task.uid, each) for task, each in shown])
            rows = [
                {"task": ids[task.uid], **prediction_of(each, task.article, self.scheme)}
                for task, each in shown
            ]
            uids = tuple(task.uid for task, _ in shown)
            run = "" if self.link.desk.layer == BLOCKS else shown[0][1].run
            send = partial(self.client.replace_predictions, self.link.id, rows)
            self._send(Batch(PRELABELS, uids, done, len(ids), run=run), send)
            done += len(batch)
            self.progress("pushing pre-labels", done, len(ids))

    def _send(self, batch: Batch, send: Callable[[], None]) -> None:
        """Send a batch until it has arrived: never again before it is known that it has not.

        Raises:
            CutError: the connection broke off, again and again; the batch stays in the journal.
            RefusedError: the server does not want it; of tasks it has made none.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            self.journal.begin(self.link, replace(batch, sent=time.time()))
            try:
                return send()
            except RefusedError:
                # of pre-labels the old ones may be gone: these stay in the journal
                if batch.what == TASKS:
                    self.journal.end(self.link)
                raise
            except CutError as cut:
                # the server's time runs from when it had all of it: at the latest from now
                cut_off = replace(batch, sent=time.time())
                self.journal.begin(self.link, cut_off)
                patience = 0 if cut.over else self.job.settings.studio.deadline
                if await_batch(self.client, self.link, cut_off, patience, progress=self.progress):
                    return None
                if attempt == _ATTEMPTS:
                    raise
                self._again = True
        return None


def _batches(tasks: Iterable[Wanted], most: int) -> Iterator[list[Wanted]]:
    batch: list[Wanted] = []
    size = 0
    for task in tasks:
        if batch and (len(batch) >= most or size + len(task.article.text) > _CHARACTERS):
            yield batch
            batch, size = [], 0
        batch.append(task)
        size += len(task.article.text)
    if batch:
        yield batch


def _once(tasks: Iterable[Wanted]) -> Iterator[Wanted]:
    """Leave out a task that was named before."""
    seen: set[str] = set()
    for task in tasks:
        if task.uid not in seen:
            seen.add(task.uid)
            yield task
