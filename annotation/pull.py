"""Annotators' work from Label Studio into annotations.jsonl; what is unusable into quarantine.

What changed since the last pull is asked for. What a project held and holds no more is marked as
withdrawn, never removed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace

from annotation.campaign.qualification import has_learners, pull_qualification
from annotation.changes import write_marks
from annotation.layers import BLOCKS, SPANS, scheme_of
from annotation.look import Looking
from annotation.people import read_people
from annotation.projects import ANNOTATING, remembered
from annotation.reader import Reader, held, missing, opened
from corpus.blocks.corrections import correct
from corpus.errors import PressmarkError
from corpus.job import Job
from corpus.progress import Progress, silent
from corpus.store import append_annotations, digest, read_annotations

#: Goes up when annotations are read in another way than before: then all are read again.
_READING = 1


@dataclass(frozen=True)
class Pulled:
    """What `pull` found: annotations by what became of them, and what is worth a look.

    `same` counts those that stand as before. `corrected` counts the versions of articles whose
    blocks it changed, `tasks` what was read, `whole` the projects of which that was all.
    `qualifying` is what is new or changed of the work that people qualify with.
    """

    new: int
    changed: int
    same: int
    quarantined: int
    remarks: tuple[str, ...] = ()
    corrected: int = 0
    tasks: int = 0
    whole: int = 0
    qualifying: int = 0


def pull(
    job: Job,
    progress: Progress = silent,
    layer: str = SPANS,
    *,
    everything: bool = False,
    accept: bool = False,
) -> Pulled:
    """Append what is new or changed to annotations.jsonl; pulled again the file stays as it is.

    Everybody's projects of the layer are asked what changed since the last pull. Skipped and
    unsubmitted work comes too, as what it is. What was deleted on the server becomes 'withdrawn',
    and if it comes back what it was. Nobody's e-mail is written. What was submitted in the layer
    'blocks' is laid over the articles' blocks at once. What people do to qualify goes to
    qualification.jsonl.

    With `everything` all is read again. With `accept` whatever is gone is marked as withdrawn.

    Raises:
        ServiceError: Label Studio cannot be reached.
        PressmarkError: nothing was pushed to it yet, there is no such layer, or a project is gone
            or more than annotators delete; nothing was written.
    """
    scheme_of(job, layer)
    with opened(job, layer, *ANNOTATING) as desks:
        gone = missing(job, [link for _, link in desks], layer, *ANNOTATING)
        if not desks and not gone and not (layer == SPANS and has_learners(job)):
            command = "pressmark push" + ("" if layer == SPANS else f" --layer {layer}")
            raise PressmarkError(
                f"{job.folder}: has no project of this layer on its server; run '{command}' first"
            )
        reader = Reader(job)
        log = {annotation.id: annotation for annotation in read_annotations(job.annotations)}
        looking = Looking(job, reader, log, _inputs(job), progress)
        lost = [each for link in gone for each in looking.vanished(link, accept=accept)]
        looks = [looking.look(client, link, everything=everything) for client, link in desks]
    for look in looks:
        if not accept:
            looking.check(look)
        lost += look.lost
    taken = [replace(annotation, status="withdrawn") for annotation in lost]
    found = [annotation for look in looks for annotation in look.found]
    appended = append_annotations(job.annotations, [*found, *taken], log)
    write_marks(job, {look.link.number: look.mark for look in looks if look.mark})
    fresh = {annotation.id for annotation in appended}
    stood = {each.id for look in looks for each in held(log.values(), look.link)}
    qualifying, aside = pull_qualification(job, progress) if layer == SPANS else (0, 0)
    return Pulled(
        new=len(fresh - set(log)),
        changed=len(fresh & set(log)),
        same=len(stood - fresh),
        quarantined=reader.quarantined + aside,
        remarks=tuple(reader.remarks),
        corrected=len(correct(job)) if layer == BLOCKS else 0,
        tasks=sum(look.tasks for look in looks),
        whole=sum(look.whole for look in looks),
        qualifying=qualifying,
    )


def _inputs(job: Job) -> str:
    """Name what of the job bears on how an annotation is read: people, articles, schemes."""
    people = sorted((who, login.email.lower()) for who, login in read_people(job).items())
    schemes = [[link.number, link.name, link.schemes] for link in remembered(job)]
    told = json.dumps([_READING, people, schemes, digest(job)])
    return hashlib.sha256(told.encode("utf-8")).hexdigest()[:16]
