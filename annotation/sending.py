"""A plan carried out: in batches, written down on our side first, then sent."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from queue import Full, Queue
from threading import Event, Thread
from typing import TypeVar

from annotation.backup import backup
from annotation.client import Client
from annotation.codec import prediction_of
from annotation.journal import PRELABELS, TASKS, Batch, Journal, await_batch
from annotation.layers import BLOCKS
from annotation.plan import Plan
from annotation.projects import Linked
from annotation.shown import ShownLog
from annotation.transport import CutError, encoded
from annotation.wanted import Wanted
from corpus.job import Job
from corpus.progress import Progress
from corpus.records import Annotation
from corpus.scheme import Scheme

#: Label Studio takes 250 MB a request; this many characters stay below it in any script.
_CHARACTERS = 20_000_000
#: How often a batch is sent before the push gives up.
_ATTEMPTS = 4

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Parcel:
    """A batch made ready: what it is called, what it shows, and its JSON."""

    uids: tuple[str, ...]
    shown: tuple[tuple[str, Annotation], ...]
    body: bytes


@dataclass
class Sending:
    """Carries out plans for one project."""

    job: Job
    client: Client
    link: Linked
    scheme: Scheme
    log: ShownLog
    journal: Journal
    progress: Progress
    _again: bool = field(default=False, init=False)

    def carry_out(self, plan: Plan, tasks: Iterable[Wanted]) -> bool:
        """Do what the plan says; tell whether a batch had to be sent again, and may be doubled.

        Raises:
            CutError: the connection broke off, again and again.
        """
        self.remove_twins(plan)
        new, newer = frozenset(plan.new), dict(plan.newer)
        self._tasks(_once(task for task in tasks if task.uid in new), len(new))
        self._prelabels(_once(task for task in tasks if task.uid in newer), newer)
        if plan.run:
            self.client.update_project(self.link.id, model_version=plan.run)
        return self._again

    def remove_twins(self, plan: Plan) -> None:
        """Remove the plan's untouched twins, a backup of the project first."""
        if plan.removed:
            backup(self.job, self.client, self.link, "doubles")
            self.client.remove_untouched(self.link.id, plan.removed)

    def _tasks(self, tasks: Iterable[Wanted], total: int) -> None:
        done = 0
        for parcel in _ahead(map(self._parcel, self._batches(tasks))):
            self._send_tasks(parcel, done, total)
            done += len(parcel.uids)
            self.progress("pushing articles", done, total)

    def _parcel(self, tasks: list[Wanted]) -> _Parcel:
        rows = [task.task(self.scheme) for task in tasks]
        shown = tuple((task.uid, task.shown) for task in tasks if task.shown)
        return _Parcel(tuple(task.uid for task in tasks), shown, encoded(rows))

    def _send_tasks(self, parcel: _Parcel, done: int, total: int) -> None:
        self.log.add(self.link.name, parcel.shown)
        send = partial(self.client.import_tasks, self.link.id, parcel.body, len(parcel.uids))
        self._send(Batch(TASKS, parcel.uids, done, total), send)

    def _prelabels(self, tasks: Iterable[Wanted], ids: dict[str, int]) -> None:
        done = 0
        for batch in self._batches(tasks):
            shown = [(task, task.shown) for task in batch if task.shown]
            self.log.add(self.link.name, [(task.uid, each) for task, each in shown])
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
        """
        for attempt in range(1, _ATTEMPTS + 1):
            self.journal.begin(self.link, replace(batch, sent=time.time()))
            try:
                return send()
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

    def _batches(self, tasks: Iterable[Wanted]) -> Iterator[list[Wanted]]:
        batch: list[Wanted] = []
        size = 0
        for task in tasks:
            full = len(batch) >= self.job.settings.studio.batch
            if batch and (full or size + len(task.article.text) > _CHARACTERS):
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


def _ahead(items: Iterable[T]) -> Iterator[T]:
    """Yield the items, the next one made in a thread while the one before is used."""
    ready: Queue[T | BaseException | None] = Queue(1)
    stopped = Event()

    def put(item: T | BaseException | None) -> None:
        while not stopped.is_set():
            with suppress(Full):
                ready.put(item, timeout=0.1)
                return

    def work() -> None:
        try:
            for item in items:
                put(item)
                if stopped.is_set():
                    return
            put(None)
        except BaseException as error:  # noqa: BLE001  # raised where the items are used
            put(error)

    thread = Thread(target=work, name="making batches", daemon=True)
    thread.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stopped.set()
        thread.join()
