"""Articles to Label Studio as tasks, with a run's predictions as pre-labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from annotation.campaign.exposure import record
from annotation.client import Client
from annotation.codec import prediction_of, task_of
from annotation.connection import connected
from annotation.layers import BLOCKS, SPANS, scheme_of
from annotation.projects import Desk, Linked, current_project
from annotation.raw import RawStub
from annotation.shown import ShownLog
from annotation.wanted import Wanted, wanted
from corpus.job import Job, now
from corpus.progress import Progress, silent
from corpus.records import Annotation
from corpus.scheme import Scheme

#: Label Studio takes 250 MB a request; this many characters stay below it in any script.
_CHARACTERS = 20_000_000

T = TypeVar("T")


@dataclass(frozen=True)
class Pushed:
    """What `push` did: tasks made, tasks that were there, and those that now show pre-labels."""

    new: int
    same: int
    prelabelled: int
    project: int
    url: str


def push(
    job: Job, run: str | None = None, progress: Progress = silent, layer: str = SPANS
) -> Pushed:
    """Make a task of every article version that has none, and show the pre-labels of `run`.

    Without `run` the newest one of the job's scheme is shown, if there is any. Pre-labels of a
    task that nobody has touched are replaced by a newer run's. Pushed again: nothing new. A push
    that was broken off is completed by the next one, without doubles.

    What is on the take-down list is not sent; tasks that were sent before stay where they are.

    The layer 'blocks' has a project of its own, whose pre-labels are the articles' blocks.

    Raises:
        ServiceError: Label Studio cannot be reached, or went away meanwhile.
        PressmarkError: there are no articles, or no such run or layer.
    """
    desks = wanted(job, layer, run)
    pushed = [_push(job, desk, tasks, progress) for desk, tasks in desks.items()]
    job.write_state(**{_journal(layer): None})
    return Pushed(
        new=sum(each.new for each in pushed),
        same=sum(each.same for each in pushed),
        prelabelled=sum(each.prelabelled for each in pushed),
        project=pushed[0].project,
        url=pushed[0].url,
    )


def _push(job: Job, desk: Desk, tasks: Sequence[Wanted], progress: Progress) -> Pushed:
    """Make one desk's project hold these tasks."""
    client = connected(job, desk.owner)
    try:
        link = current_project(job, client, desk)
        there = {task.uid: task for task in client.tasks(link.id)}
        sending = _Sending(job, client, link, scheme_of(job, desk.layer), ShownLog(job), progress)
        new = [task for task in tasks if task.uid not in there]
        known = [(task, there[task.uid]) for task in tasks if task.uid in there]
        stale = [(task, stub) for task, stub in known if sending.is_stale(task, stub)]
        record(job, [*new, *(task for task, _ in stale)])
        sending.tasks(new)
        sending.predictions(stale)
        _show(client, link.id, (task.shown for task in tasks if task.shown))
    finally:
        client.close()
    url = f"{client.url}/projects/{link.id}"
    prelabelled = sum(1 for task in new if task.shown) + len(stale)
    return Pushed(len(new), len(known), prelabelled, link.id, url)


@dataclass(frozen=True)
class _Sending:
    """Sends in batches: written down on our side first, then sent."""

    job: Job
    client: Client
    link: Linked
    scheme: Scheme
    log: ShownLog
    progress: Progress

    def is_stale(self, task: Wanted, stub: RawStub) -> bool:
        """Tell whether nobody has begun on the task and it shows something else than is wanted."""
        if stub.touched or not task.shown:
            return False
        torn = (self.job.state().get(_journal(self.link.desk.layer)) or {}).get("uids", ())
        sent = self.log.shows(self.link.name, task.uid, task.shown) and task.uid not in torn
        return task.shown.run not in stub.runs or (self.link.desk.layer == BLOCKS and not sent)

    def tasks(self, tasks: Sequence[Wanted]) -> None:
        done = 0
        for batch in self._batches(tasks, tasks):
            self._journal("tasks", done, len(tasks), [task.uid for task in batch])
            self.log.add(self.link.name, [(t.uid, t.shown) for t in batch if t.shown])
            rows = [task_of(t.article, self.scheme, t.shown, t.occasion) for t in batch]
            self.client.import_tasks(self.link.id, rows)
            done += len(batch)
            self.progress("pushing articles", done, len(tasks))

    def predictions(self, stale: Sequence[tuple[Wanted, RawStub]]) -> None:
        done = 0
        for batch in self._batches(stale, [task for task, _ in stale]):
            sent = [(task, task.shown, stub.id) for task, stub in batch if task.shown]
            self._journal("pre-labels", done, len(stale), [task.uid for task, _, _ in sent])
            self.log.add(self.link.name, [(task.uid, shown) for task, shown, _ in sent])
            rows = [
                {"task": id_, **prediction_of(shown, task.article, self.scheme)}
                for task, shown, id_ in sent
            ]
            self.client.replace_predictions(self.link.id, rows)
            done += len(batch)
            self.progress("pushing pre-labels", done, len(stale))

    def _journal(self, what: str, done: int, total: int, uids: list[str]) -> None:
        entry = {"what": what, "project": self.link.id, "done": done, "total": total, "uids": uids}
        self.job.write_state(**{_journal(self.link.desk.layer): {**entry, "since": now()}})

    def _batches(self, items: Sequence[T], tasks: Sequence[Wanted]) -> Iterator[list[T]]:
        batch: list[T] = []
        size = 0
        for item, task in zip(items, tasks, strict=True):
            full = len(batch) >= self.job.settings.studio.batch
            if batch and (full or size + len(task.article.text) > _CHARACTERS):
                yield batch
                batch, size = [], 0
            batch.append(item)
            size += len(task.article.text)
        if batch:
            yield batch


def _journal(layer: str) -> str:
    """The entry of job.json that tells how far a layer's push is."""
    return "push" if layer == SPANS else f"push {layer}"


def _show(client: Client, project: int, predicted: Iterable[Annotation]) -> None:
    """Have the project show the run; annotators see the predictions of one run alone."""
    shown, found = next(iter(predicted), None), client.project(project)
    if shown and found and found.model_version != shown.run:
        client.update_project(project, model_version=shown.run)
