"""Annotators' work from Label Studio into annotations.jsonl; what is unusable into quarantine."""

from __future__ import annotations

from dataclasses import dataclass

from annotation.layers import BLOCKS, SPANS, scheme_of
from annotation.reader import Reader, opened, withdrawn
from corpus.blocks.corrections import correct
from corpus.errors import PressmarkError
from corpus.job import Job
from corpus.progress import Progress, silent
from corpus.store import append_annotations, read_annotations


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
    reader = Reader(job)
    with opened(job, layer) as desks:
        if not desks:
            command = "pressmark push" + ("" if layer == SPANS else f" --layer {layer}")
            raise PressmarkError(
                f"{job.folder}: has no project of this layer on its server; run '{command}' first"
            )
        found = [a for client, link in desks for a in reader.project(client, link, progress)]
    before = {a.id: a for a in read_annotations(job.annotations)}
    gone = list(withdrawn(before.values(), reader.seen, (link for _, link in desks)))
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
