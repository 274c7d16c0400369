"""Articles to Label Studio as tasks, with a run's predictions as pre-labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from annotation.client import Client
from annotation.codec import prediction_of, task_of, uid_of
from annotation.connection import connected
from annotation.layers import BLOCKS, SPANS, blocks_shown, scheme_of
from annotation.projects import Linked, current_project
from annotation.raw import RawStub
from annotation.shown import ShownLog
from corpus.errors import PressmarkError
from corpus.job import Job, now
from corpus.progress import Progress, silent
from corpus.records import Annotation, Article
from corpus.scheme import Scheme
from corpus.store import read_articles, read_run, runs
from corpus.takedown import is_taken_down, read_takedown

#: Label Studio takes 250 MB a request; this many characters stay below it in any script.
_CHARACTERS = 20_000_000

Pair = tuple[Article, Annotation | None]
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
    scheme = scheme_of(job, layer)
    listed = read_takedown(job.takedown)
    articles = [article for article in read_articles(job) if not is_taken_down(article, listed)]
    if not articles:
        kept = " that may leave it (takedown.txt)" if listed else ""
        raise PressmarkError(
            f"{job.folder}: there are no articles{kept}; run 'pressmark ingest' first"
        )
    if layer == BLOCKS:
        _refuse_run(run)
        predicted = {(a.id, a.sha256): blocks_shown(a, scheme) for a in articles}
    else:
        predicted = _predictions(job, run)
    pairs: list[Pair] = [(a, predicted.get((a.id, a.sha256))) for a in articles]
    client = connected(job)
    try:
        link = current_project(job, client, layer)
        there = {task.uid: task for task in client.tasks(link.id)}
        sending = _Sending(job, client, link, scheme, ShownLog(job), progress)
        new = [pair for pair in pairs if uid_of(pair[0]) not in there]
        known = [(a, p, there[uid_of(a)]) for a, p in pairs if uid_of(a) in there]
        stale = [(a, p, t) for a, p, t in known if p and sending.is_stale(p, t)]
        sending.tasks(new)
        sending.predictions(stale)
        _show(client, link.id, predicted.values())
    finally:
        client.close()
    job.write_state(**{_journal(layer): None})
    url = f"{client.url}/projects/{link.id}"
    prelabelled = sum(1 for _, shown in new if shown) + len(stale)
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

    def is_stale(self, shown: Annotation, task: RawStub) -> bool:
        """Tell whether nobody has begun on the task and it shows something else than `shown`."""
        if task.touched:
            return False
        torn = (self.job.state().get(_journal(self.link.layer)) or {}).get("uids", ())
        sent = self.log.shows(self.link.name, task.uid, shown) and task.uid not in torn
        return shown.run not in task.runs or (self.link.layer == BLOCKS and not sent)

    def tasks(self, pairs: Sequence[Pair]) -> None:
        done = 0
        for batch in self._batches(pairs, [article for article, _ in pairs]):
            self._journal("tasks", done, len(pairs), [uid_of(article) for article, _ in batch])
            self.log.add(self.link.name, [(uid_of(a), p) for a, p in batch if p])
            tasks = [task_of(article, self.scheme, shown) for article, shown in batch]
            self.client.import_tasks(self.link.id, tasks)
            done += len(batch)
            self.progress("pushing articles", done, len(pairs))

    def predictions(self, stale: Sequence[tuple[Article, Annotation | None, RawStub]]) -> None:
        done = 0
        for batch in self._batches(stale, [article for article, _, _ in stale]):
            sent = [(article, shown, task) for article, shown, task in batch if shown]
            self._journal("pre-labels", done, len(stale), [task.uid for _, _, task in sent])
            self.log.add(self.link.name, [(task.uid, shown) for _, shown, task in sent])
            rows = [
                {"task": task.id, **prediction_of(shown, article, self.scheme)}
                for article, shown, task in sent
            ]
            self.client.replace_predictions(self.link.id, rows)
            done += len(batch)
            self.progress("pushing pre-labels", done, len(stale))

    def _journal(self, what: str, done: int, total: int, uids: list[str]) -> None:
        entry = {"what": what, "project": self.link.id, "done": done, "total": total, "uids": uids}
        self.job.write_state(**{_journal(self.link.layer): {**entry, "since": now()}})

    def _batches(self, items: Sequence[T], articles: Sequence[Article]) -> Iterator[list[T]]:
        batch: list[T] = []
        size = 0
        for item, article in zip(items, articles, strict=True):
            full = len(batch) >= self.job.settings.studio.batch
            if batch and (full or size + len(article.text) > _CHARACTERS):
                yield batch
                batch, size = [], 0
            batch.append(item)
            size += len(article.text)
        if batch:
            yield batch


def _journal(layer: str) -> str:
    """The entry of job.json that tells how far a layer's push is."""
    return "push" if layer == SPANS else f"push {layer}"


def _refuse_run(run: str | None) -> None:
    if run is not None:
        raise PressmarkError(
            f"{run}: the layer '{BLOCKS}' shows the articles' own blocks; leave --run out"
        )


def _show(client: Client, project: int, predicted: Iterable[Annotation]) -> None:
    """Have the project show the run; annotators see the predictions of one run alone."""
    shown, found = next(iter(predicted), None), client.project(project)
    if shown and found and found.model_version != shown.run:
        client.update_project(project, model_version=shown.run)


def _predictions(job: Job, run: str | None) -> dict[tuple[str, str], Annotation]:
    """Return what to show, by version of article."""
    if run is not None:
        found = read_run(job, run)
        if found and not _ours(found, job):
            raise PressmarkError(
                f"{run}: was predicted under another scheme; run 'pressmark predict' again"
            )
    else:
        newest = (read_run(job, name) for name in reversed(runs(job)))
        found = next((each for each in newest if _ours(each, job)), [])
    return {(shown.article, shown.sha256): shown for shown in found}


def _ours(predictions: list[Annotation], job: Job) -> bool:
    return bool(predictions) and predictions[0].scheme == job.scheme.hash
