"""Given annotations submitted as if by their authors: for the demo and the tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from annotation.client import Client, connect
from annotation.codec import results_of, uid_of
from annotation.connection import authority, connected
from annotation.layers import SPANS, scheme_of
from annotation.people import add_annotator, author_of, read_people
from annotation.projects import Linked, linked
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
) -> int:
    """Submit each annotation under its author's own account; return how many were submitted.

    One whose author has already submitted the task is left out, so that a demo can run again.

    Raises:
        ServiceError: Label Studio cannot be reached.
        PressmarkError: an annotation's article was not pushed.
    """
    scheme = scheme_of(job, layer)
    articles = {(a.id, a.sha256): a for a in iter_versions(job)}
    admin = connected(job)
    try:
        tasks = _tasks(job, admin, layer)
        done = _submitted(job, tasks.values())
    finally:
        admin.close()
    todo = [
        (annotation, _task(annotation, articles, tasks))
        for annotation in annotations
        if (annotation.author, annotation.article, annotation.sha256) not in done
    ]
    clients: dict[str, Client] = {}
    try:
        for number, (annotation, task) in enumerate(todo, 1):
            if annotation.author not in clients:
                token = add_annotator(job, annotation.author).token
                clients[annotation.author] = connect(admin.url, token, authority(job))
            article = articles[annotation.article, annotation.sha256]
            _submit(clients[annotation.author], task, annotation, article, scheme)
            progress("rehearsing annotators", number, len(todo))
    finally:
        for client in clients.values():
            client.close()
    return len(todo)


def _tasks(job: Job, client: Client, layer: str) -> dict[str, RawTask]:
    links: list[Linked] = linked(job, client, layer)
    if not links:
        raise PressmarkError(f"{job.folder}: nothing was pushed; run 'pressmark push' first")
    return {task.told("uid"): task for task in client.snapshot(links[-1].id)}


def _submitted(job: Job, tasks: Iterable[RawTask]) -> set[tuple[str, str, str]]:
    people = read_people(job)
    return {
        (author_of(raw.completed_by, people), task.told("article"), task.told("sha256"))
        for task in tasks
        for raw in task.annotations
    }


def _task(
    annotation: Annotation, articles: dict[tuple[str, str], Article], tasks: dict[str, RawTask]
) -> RawTask:
    article = articles.get((annotation.article, annotation.sha256))
    task = tasks.get(uid_of(article)) if article else None
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
