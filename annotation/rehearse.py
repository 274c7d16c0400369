"""Given annotations submitted as if by their authors: for the demo and the tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from annotation.client import Client, connect
from annotation.codec import results_of, uid_of
from annotation.connection import authority, connected
from annotation.layers import SPANS, scheme_of
from annotation.people import add_annotator, author_of, read_people
from annotation.projects import WORK, linked
from annotation.raw import RawTask
from corpus.errors import PressmarkError
from corpus.job import Job
from corpus.progress import Progress, silent
from corpus.records import Annotation, Article
from corpus.scheme import Scheme
from corpus.store import iter_versions


def rehearse(
    job: Job,
    annotations: Sequence[Annotation],
    progress: Progress = silent,
    layer: str = SPANS,
    purpose: str = WORK,
) -> int:
    """Submit each annotation under its author's own account; return how many were submitted.

    In a job with people each is submitted in its author's own project, on its own occasion. One
    whose author has already submitted the task is left out, so that a demo can run again.

    Raises:
        ServiceError: Label Studio cannot be reached.
        PressmarkError: an annotation's article was not pushed.
    """
    scheme = scheme_of(job, layer)
    articles = {(a.id, a.sha256): a for a in iter_versions(job)}
    shared = layer != SPANS or not job.settings.people
    owners = [""] if shared else list(dict.fromkeys(each.author for each in annotations))
    desks = {owner: _opened(job, layer, purpose, owner) for owner in owners}
    todo = []
    for each in annotations:
        desk = desks["" if shared else each.author]
        task = _task(each, articles, desk.tasks)
        if (each.author, task.id) not in desk.done:
            todo.append((each, task, desk.url))
    clients: dict[str, Client] = {}
    try:
        for number, (each, task, url) in enumerate(todo, 1):
            if each.author not in clients:
                token = add_annotator(job, each.author).token
                clients[each.author] = connect(url, token, authority(job))
            article = articles[each.article, each.sha256]
            _submit(clients[each.author], task, each, article, scheme)
            progress("rehearsing annotators", number, len(todo))
    finally:
        for client in clients.values():
            client.close()
    return len(todo)


@dataclass(frozen=True)
class _Opened:
    """A project as annotators find it: its tasks by uid, and who has submitted which."""

    url: str
    tasks: dict[str, RawTask]
    done: frozenset[tuple[str, int]]


def _opened(job: Job, layer: str, purpose: str, owner: str) -> _Opened:
    client = connected(job, owner)
    try:
        links = linked(job, client, layer, purpose, owner)
        if not links:
            raise PressmarkError(f"{job.folder}: nothing was pushed; run 'pressmark push' first")
        tasks = {task.told("uid"): task for task in client.snapshot(links[-1].id)}
    finally:
        client.close()
    return _Opened(client.url, tasks, frozenset(_submitted(job, tasks.values())))


def _submitted(job: Job, tasks: Iterable[RawTask]) -> set[tuple[str, int]]:
    people = read_people(job)
    return {
        (author_of(raw.completed_by, people), task.id) for task in tasks for raw in task.annotations
    }


def _task(
    annotation: Annotation, articles: dict[tuple[str, str], Article], tasks: dict[str, RawTask]
) -> RawTask:
    article = articles.get((annotation.article, annotation.sha256))
    task = tasks.get(uid_of(article, annotation.occasion)) if article else None
    if task is None:
        raise PressmarkError(
            f"annotation {annotation.id!r}: that version of {annotation.article!r} was not pushed"
        )
    return task


def _submit(
    client: Client, task: RawTask, annotation: Annotation, article: Article, scheme: Scheme
) -> None:
    """Submit as a browser does, which names the prediction that it started from."""
    shown = (
        p.id for p in task.predictions if annotation.shown and p.model_version == annotation.shown
    )
    client.annotate(
        task.id,
        result=results_of(annotation, article, scheme),
        lead_time=annotation.seconds,
        was_cancelled=annotation.status == "skipped",
        parent_prediction=next(shown, None),
    )
