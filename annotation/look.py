"""One project looked at: what is in it now, and what the log has of it that is gone."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from annotation.changes import Mark, changed, first_mark, mark_of
from annotation.client import Client
from annotation.projects import Linked
from annotation.raw import RawTask
from annotation.reader import Reader, held
from corpus.errors import PressmarkError
from corpus.job import Job
from corpus.progress import Progress
from corpus.records import Annotation

#: More than this share of what a project held, and more than this many, is no annotator's doing.
MOST_LOST, FEW_LOST = 0.2, 10
_ACCEPT = "if it is meant to be gone, 'pressmark pull --accept-withdrawals' marks it as withdrawn"


@dataclass(frozen=True)
class Look:
    """What a look at a project found.

    `found` are its annotations as far as they were looked at, `lost` are those of the log that it
    holds no more; `mark` is where the next look begins.
    """

    link: Linked
    found: list[Annotation]
    lost: list[Annotation]
    tasks: int
    mark: Mark | None
    whole: bool


@dataclass(frozen=True)
class Looking:
    """What looks are held against: the log, by id, and the name of all that bears on reading."""

    job: Job
    reader: Reader
    log: Mapping[str, Annotation]
    inputs: str
    progress: Progress

    def look(self, client: Client, link: Linked, *, everything: bool = False) -> Look:
        """Look at what changed in a project, or at all of it where that is not certain."""
        self.reader.ask(client, link)
        known = None if everything else mark_of(self.job, link)
        partly = changed(client, link, known, self.inputs)
        if partly is None:
            return self._whole(client, link)
        tasks, mark = partly
        found = [each for task in sorted(tasks, key=_number) for each in self._read(task, link)]
        touched = {_place(task) for task in tasks}
        lost = [
            each
            for each in held(self.log.values(), link)
            if each.id not in self.reader.seen
            # all drafts there are were read
            and (each.status == "draft" or self._deleted(each, client, link, touched))
        ]
        return Look(link, found, lost, len(tasks), mark, whole=False)

    def _whole(self, client: Client, link: Linked) -> Look:
        self.progress("waiting for Label Studio's snapshot", 0, 0)
        clock = client.clock()
        with ThreadPoolExecutor(1) as meanwhile:
            asked = meanwhile.submit(client.whole, link.id)
            self.reader.prepare()
            created, stream = asked.result()
        read: dict[int, list[Annotation]] = {}
        for tasks, task in enumerate(stream, 1):
            read[task.id] = self._read(task, link)
            self.progress("reading annotations", tasks, 0)
        # a database gives tasks in any order, and a log is in one
        found = [each for _, of_a_task in sorted(read.items()) for each in of_a_task]
        lost = [e for e in held(self.log.values(), link) if e.id not in self.reader.seen]
        mark = first_mark(clock, created, self.inputs, len(read), max(read, default=0))
        return Look(link, found, lost, len(read), mark, whole=True)

    def _read(self, task: RawTask, link: Linked) -> list[Annotation]:
        """Read a task; what has a number that was another article's is set aside."""
        kept = []
        for annotation in self.reader.task(task, link):
            before = self.log.get(annotation.id)
            if before and before.article != annotation.article:
                self.reader.seen.discard(annotation.id)
                self.reader.set_aside(
                    f"{link.name}: annotation of {annotation.article!r} by {annotation.author}",
                    f"its number was that of one on {before.article!r}: was the server's database"
                    " put back to an older state? what is in the log stays as it was",
                )
            else:
                kept.append(annotation)
        return kept

    def _deleted(
        self, each: Annotation, client: Client, link: Linked, touched: set[tuple[str, str, int]]
    ) -> bool:
        """Tell whether what stood on a task that changed is gone, and not on that task's twin."""
        on_it = (each.article, each.sha256, each.occasion) in touched
        return on_it and not client.has_annotation(self.reader.number(each, link))

    def check(self, look: Look) -> None:
        """Make sure that no more is gone than annotators delete.

        Raises:
            PressmarkError: more is.
        """
        lost = [each for each in look.lost if each.status != "draft"]
        had = [each for each in held(self.log.values(), look.link) if each.status != "draft"]
        emptied = look.whole and not look.tasks
        if lost and (emptied or (len(lost) > FEW_LOST and len(lost) > MOST_LOST * len(had))):
            raise PressmarkError(
                f"{look.link.name} (project {look.link.id}): {len(lost)} of {len(had)} annotations"
                f" are gone from the server since the last pull; nothing was written: {_ACCEPT}"
            )

    def vanished(self, link: Linked, *, accept: bool) -> list[Annotation]:
        """Return what the log has of a project that its server no longer has.

        Raises:
            PressmarkError: there is something, and it was not said to be accepted.
        """
        lost = list(held(self.log.values(), link))
        if lost and not accept:
            raise PressmarkError(
                f"{link.name}: project {link.id} is gone from the server, with {len(lost)}"
                " annotations that were pulled; nothing was written: 'pressmark restore FILE'"
                f" makes it again from a backup, or {_ACCEPT}"
            )
        return lost


def _number(task: RawTask) -> int:
    return task.id


def _place(task: RawTask) -> tuple[str, str, int]:
    return task.told("article"), task.told("sha256"), task.occasion
