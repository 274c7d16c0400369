"""Annotators' work from Label Studio into annotations.jsonl; what is unusable into quarantine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from annotation.client import Client
from annotation.codec import Read, annotation_of, id_of
from annotation.connection import connected
from annotation.handles import shifted_ends
from annotation.layers import BLOCKS, SPANS, scheme_of
from annotation.people import author_of, read_people
from annotation.projects import Linked, linked
from annotation.raw import RawAnnotation, RawTask
from annotation.shown import ShownLog
from annotation.studio import Login
from corpus.blocks.corrections import correct
from corpus.blocks.overlay import overlay
from corpus.check import remarks
from corpus.errors import PressmarkError
from corpus.job import Job
from corpus.progress import Progress, silent
from corpus.records import Annotation, Article, misfits
from corpus.scheme import Scheme
from corpus.store import append_annotations, iter_versions, read_annotations
from corpus.stories.reanchor import is_carried
from corpus.text import sha256_of


@dataclass(frozen=True)
class Pulled:
    """What `pull` found: annotations by what became of them, and what is worth a look.

    `corrected` counts the versions of articles whose blocks it changed.
    """

    new: int
    changed: int
    same: int
    quarantined: int
    remarks: tuple[str, ...] = ()
    corrected: int = 0


def pull(job: Job, progress: Progress = silent, layer: str = SPANS) -> Pulled:
    """Append what is new or changed to annotations.jsonl; pulled again the file stays as it is.

    Skipped and unsubmitted work comes too, as what it is. What was deleted on the server becomes
    'withdrawn'. Nobody's e-mail is written. What was submitted in the layer 'blocks' is laid over
    the articles' blocks at once.

    Raises:
        ServiceError: Label Studio cannot be reached.
        PressmarkError: nothing was pushed to it yet, or there is no such layer.
    """
    scheme_of(job, layer)
    client = connected(job)
    try:
        links = linked(job, client, layer)
        if not links:
            command = "pressmark push" + ("" if layer == SPANS else f" --layer {layer}")
            raise PressmarkError(
                f"{job.folder}: has no such project on {client.url}; run '{command}' first"
            )
        reader = _Reader(job)
        found = [a for link in links for a in reader.project(client, link, progress)]
    finally:
        client.close()
    before = {a.id: a for a in read_annotations(job.annotations)}
    gone = list(_withdrawn(before.values(), reader.seen, links))
    appended = append_annotations(job.annotations, [*found, *gone])
    new = sum(1 for annotation in appended if annotation.id not in before)
    return Pulled(
        new=new,
        changed=len(appended) - new,
        same=len(found) + len(gone) - len(appended),
        quarantined=reader.quarantined,
        remarks=tuple(reader.remarks),
        corrected=len(correct(job)) if layer == BLOCKS else 0,
    )


class _Reader:
    """Reads projects with what the job knows: versions, schemes, people, what was shown."""

    def __init__(self, job: Job) -> None:
        self.quarantined = 0
        self.seen: set[str] = set()
        self.remarks: list[str] = []
        self._job = job
        self._people: dict[str, Login] = read_people(job)
        self._shown = ShownLog(job)
        self._versions: dict[tuple[str, str], Article] = {}
        self._latest: dict[str, Article] = {}
        for article in iter_versions(job):
            self._versions[article.id, article.sha256] = article
            self._latest[article.id] = article
        self._schemes: dict[str, Scheme] = {}

    def project(self, client: Client, link: Linked, progress: Progress) -> Iterator[Annotation]:
        """Yield the readable annotations of a project, setting the rest aside."""
        progress("waiting for Label Studio's snapshot", 0, 0)
        for number, task in enumerate(client.snapshot(link.id), 1):
            for raw in task.work():
                self.seen.add(id_of(raw, link.name))
                author = author_of(raw.completed_by, self._people)
                read = self._read(task, raw, link, author)
                kind = "draft" if raw.draft else "annotation"
                where = f"{link.name}: {kind} {raw.id} of {task.told('article')!r} by {author}"
                for reason in read.reasons:
                    self.quarantined += 1
                    self._job.set_aside("pull", where, reason)
                if read.annotation:
                    yield read.annotation
            progress("reading annotations", number, 0)

    def _read(self, task: RawTask, raw: RawAnnotation, link: Linked, author: str) -> Read:
        id_, sha256 = task.told("article"), task.told("sha256")
        article = self._versions.get((id_, sha256))
        if article is None:
            return Read(None, (self._misfit(id_, sha256, author),))
        if sha256_of(task.told("text")) != sha256:
            reason = "the text was changed in Label Studio after it was pushed; restore it there"
            return Read(None, (reason,))
        scheme = self._scheme(link.scheme_at(raw.when))
        runs = {prediction.id: prediction.model_version for prediction in task.predictions}
        run = runs.get(raw.parent_prediction or 0)
        shown = self._shown.to(link.name, task.told("uid"), run, raw.began)
        read = annotation_of(
            raw,
            article,
            scheme,
            shown,
            author,
            project=link.name,
            layer=link.desk.layer,
            occasion=task.occasion,
        )
        if read.annotation:
            told = f"{article.id} by {author}: "
            self.remarks += [told + remark for remark in remarks(read.annotation, article, scheme)]
            dragged = shifted_ends(read.annotation, shown, article)
            self.remarks += [told + remark for remark in dragged]
            if link.desk.layer == BLOCKS:
                laid = overlay(article, read.annotation.spans)
                self.remarks += [told + remark for remark in laid.remarks]
        return read

    def _misfit(self, id_: str, sha256: str, author: str) -> str:
        """Say why no version of the job's articles is what the task holds."""
        latest = self._latest.get(id_)
        if not id_ or not sha256:
            return "the task was not made by 'pressmark push': it names no article"
        if latest is None:
            return f"article {id_!r} is not in this job: ingest its page again"
        told = Annotation("new", id_, sha256, author, role="human", scheme="")
        return misfits(told, latest)[0]

    def _scheme(self, hash_: str) -> Scheme:
        if hash_ not in self._schemes:
            self._schemes[hash_] = self._job.kept_scheme(hash_)
        return self._schemes[hash_]


def _withdrawn(
    before: Iterable[Annotation], seen: set[str], links: list[Linked]
) -> Iterator[Annotation]:
    """Yield what an asked project held earlier and holds no more, as withdrawn."""
    names = {link.name for link in links}
    for annotation in before:
        asked = annotation.id.rpartition("-")[0] in names and not is_carried(annotation)
        if asked and annotation.id not in seen and annotation.role == "human":
            yield replace(annotation, status="withdrawn")
