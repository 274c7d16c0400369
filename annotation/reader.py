"""What people did in the job's projects, on every server, as our annotations; the rest set aside.

Whoever fetches work from Label Studio (pull, qualification, adjudication) does it through here.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from annotation.campaign.crossing import crossing
from annotation.client import Client
from annotation.codec import Read, annotation_of
from annotation.connection import connected, server
from annotation.handles import shifted_ends
from annotation.layers import BLOCKS
from annotation.people import author_of, read_people
from annotation.projects import Linked, linked, remembered
from annotation.raw import RawTask
from annotation.restored import Known, Restored
from annotation.shown import ShownLog
from annotation.versions import Versions
from corpus.blocks.overlay import overlay
from corpus.check import remarks
from corpus.job import Job
from corpus.progress import Progress
from corpus.records import Annotation, Article, misfits
from corpus.scheme import Scheme
from corpus.stories.reanchor import is_carried

#: Reads what somebody made of a task on an article, under the scheme that was in force then.
Reading = Callable[[RawTask, Known, Article, Scheme, Linked], Read]


@contextlib.contextmanager
def opened(job: Job, layer: str, *purposes: str) -> Iterator[list[tuple[Client, Linked]]]:
    """Let in to every server that holds desks of this layer for these purposes: client and desk.

    Everybody's desks, oldest first on each server; none where nothing was pushed.

    Raises:
        ServiceError: one of the servers cannot be reached.
    """
    asked = (link.desk for link in remembered(job))
    owners = {d.owner: None for d in asked if d.layer == layer and d.purpose in purposes}
    clients: dict[str, Client] = {}
    try:
        found = []
        for owner in owners or [""]:
            name = server(job, owner)
            if name not in clients:
                clients[name] = connected(job, owner)
            for purpose in purposes:
                links = linked(job, clients[name], layer, purpose, owner)
                found += [(clients[name], link) for link in links]
        yield found
    finally:
        for client in clients.values():
            client.close()


def missing(job: Job, standing: Iterable[Linked], layer: str, *purposes: str) -> list[Linked]:
    """Return the projects that asked servers no longer have, and that were not restored there."""
    names = {link.name for link in standing}
    asked = [e for e in remembered(job) if e.desk.layer == layer and e.desk.purpose in purposes]
    rows = job.state().get("projects", {})
    here = {row["created"] for each in asked for row in rows.get(server(job, each.desk.owner), [])}
    return [link for link in asked if link.created in here and link.name not in names]


def held(log: Iterable[Annotation], link: Linked, role: str = "human") -> Iterator[Annotation]:
    """Yield what the log has of a project and has not marked as withdrawn."""
    names = {link.name, link.number}
    for annotation in log:
        ours = annotation.id.rpartition("-")[0] in names and annotation.role == role
        if ours and annotation.status != "withdrawn" and not is_carried(annotation):
            yield annotation


def withdrawn(
    before: Iterable[Annotation], seen: set[str], links: Iterable[Linked], role: str = "human"
) -> Iterator[Annotation]:
    """Yield what an asked project held earlier and holds no more, as withdrawn."""
    names = {name for link in links for name in (link.name, link.number)}
    for annotation in before:
        asked = annotation.id.rpartition("-")[0] in names and not is_carried(annotation)
        if asked and annotation.id not in seen and annotation.role == role:
            yield replace(annotation, status="withdrawn")


class Reader:
    """Reads projects with what the job knows: versions, schemes, people, what was shown.

    `quarantined` counts what was set aside, `remarks` are worth a look, `seen` holds the ids of
    all that stands on the server, readable or not.
    """

    def __init__(
        self,
        job: Job,
        *,
        role: str = "human",
        command: str = "pull",
        reading: Reading | None = None,
    ) -> None:
        """Prepare to read annotations of `role`; what is set aside is told as `command`'s.

        `reading` reads the annotations of a page other than the annotator's.
        """
        self.quarantined = 0
        self.seen: set[str] = set()
        self.remarks: list[str] = []
        self._job, self._role, self._command = job, role, command
        self._reading = reading or self._as_annotator
        self._people = read_people(job)
        self._shown, self._restored = ShownLog(job), Restored(job)
        self._versions = Versions(job)
        self._schemes: dict[str, Scheme] = {}
        self._accounts: dict[str, dict[int, str]] = {}

    def prepare(self) -> None:
        """Read the job's articles now, where they are read while somebody else is at work."""
        self._versions.read_all()

    def number(self, annotation: Annotation, link: Linked) -> int:
        """Return the number that the server has for an annotation of the log."""
        return self._restored.number(annotation.id, link)

    def project(self, client: Client, link: Linked, progress: Progress) -> Iterator[Annotation]:
        """Yield the readable annotations of a project, setting the rest aside."""
        progress("waiting for Label Studio's snapshot", 0, 0)
        self.ask(client, link)
        for number, task in enumerate(client.snapshot(link.id), 1):
            yield from self.task(task, link)
            progress("reading annotations", number, 0)

    def ask(self, client: Client, link: Linked) -> None:
        """Ask whose account is which on the server of somebody's desk, before it is read."""
        if link.desk.owner and link.name not in self._accounts:
            named = ((user.id, author_of(user, self._people)) for user in client.users())
            known = {number: name for number, name in named if name in self._people}
            self._accounts[link.name] = known

    def task(self, task: RawTask, link: Linked) -> Iterator[Annotation]:
        """Yield the readable annotations of a task, setting the rest aside."""
        work = [self._restored.known(raw, task, link, self._people) for raw in task.work()]
        makers = {known.raw.id: known.author for known in work if not known.raw.draft}
        accounts = self._accounts.get(link.name, {})
        for known in work:
            raw = known.raw
            self.seen.add(known.id)
            crossed = crossing(link.desk, raw, known.author, accounts, makers)
            read = Read(None, (crossed,)) if crossed else self._read(task, known, link)
            kind = "draft" if raw.draft else "annotation"
            told = task.told("article")
            where = f"{link.name}: {kind} {raw.id} of {told!r} by {known.author}"
            for reason in read.reasons:
                self.set_aside(where, reason)
            if found := read.annotation:
                as_is = (found.id, found.role) == (known.id, self._role)
                yield found if as_is else replace(found, id=known.id, role=self._role)

    def set_aside(self, where: str, reason: str) -> None:
        """Put something into quarantine that cannot be used."""
        self.quarantined += 1
        self._job.set_aside(self._command, where, reason)

    def _read(self, task: RawTask, known: Known, link: Linked) -> Read:
        id_, sha256 = task.told("article"), task.told("sha256")
        raw, author = known.raw, known.author
        article = self._versions.get(id_, sha256)
        if article is None:
            return Read(None, (self._misfit(id_, sha256, author),))
        if task.told("text") != article.text:
            reason = "the text was changed in Label Studio after it was pushed; restore it there"
            return Read(None, (reason,))
        scheme = self._scheme(link.scheme_at(raw.when))
        read = self._reading(task, known, article, scheme, link)
        if read.annotation:
            told = f"{article.id} by {author}: "
            self.remarks += [told + remark for remark in remarks(read.annotation, article, scheme)]
            if link.desk.layer == BLOCKS:
                laid = overlay(article, read.annotation.spans)
                self.remarks += [told + remark for remark in laid.remarks]
        return read

    def _as_annotator(
        self, task: RawTask, known: Known, article: Article, scheme: Scheme, link: Linked
    ) -> Read:
        shown = self._shown.to(link.name, task.told("uid"), known.run, known.raw.began)
        read = annotation_of(
            known.raw,
            article,
            scheme,
            shown,
            known.author,
            project=link.number,
            layer=link.desk.layer,
            occasion=task.occasion,
        )
        if read.annotation:
            dragged = shifted_ends(read.annotation, shown, article)
            self.remarks += [f"{article.id} by {known.author}: {remark}" for remark in dragged]
        return read

    def _misfit(self, id_: str, sha256: str, author: str) -> str:
        """Say why no version of the job's articles is what the task holds."""
        latest = self._versions.latest(id_)
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
