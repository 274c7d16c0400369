"""What a push has sent and not yet seen arrive: written to job.json first, by project."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from annotation.client import Client
from annotation.projects import Linked
from corpus.job import Job, now
from corpus.progress import Progress, silent

TASKS, PRELABELS = "tasks", "pre-labels"
_ENTRY = "pushes"
#: Seconds between two looks at a server that may still be at work: more each time, up to the last.
_LOOKS = (0.2, 0.5, 1.0, 2.0)


@dataclass(frozen=True, slots=True)
class Batch:
    """What was sent together: tasks or pre-labels of these uids, at `sent` (seconds since 1970).

    `done` of `total` had arrived before. `run` is the pre-labels' run where it tells that they have
    arrived, '' where all of them are of one run.
    """

    what: str
    uids: tuple[str, ...]
    done: int
    total: int
    sent: float = 0.0
    run: str = ""
    since: str = ""


class Journal:
    """The unresolved batches of the job's projects."""

    def __init__(self, job: Job) -> None:
        self._job = job

    def unresolved(self, link: Linked) -> Batch | None:
        """Return the batch whose fate is not known, or None."""
        row = (self._job.state().get(_ENTRY) or {}).get(link.number)
        return Batch(**{**row, "uids": tuple(row["uids"])}) if row else None

    def begin(self, link: Linked, batch: Batch) -> None:
        """Write down what is about to be sent."""
        self._write(link, replace(batch, since=now()))

    def end(self, link: Linked) -> None:
        """Strike out the project's batch: it has arrived, or never will."""
        self._write(link, None)

    def _write(self, link: Linked, batch: Batch | None) -> None:
        entries = self._job.state().get(_ENTRY) or {}
        others = {name: row for name, row in entries.items() if name != link.number}
        if batch is None and len(others) == len(entries):
            return
        if batch:
            others[link.number] = {**asdict(batch), "uids": list(batch.uids)}
        self._job.write_state(**{_ENTRY: others})


def await_batch(
    client: Client,
    link: Linked,
    batch: Batch,
    patience: float,
    *,
    progress: Progress = silent,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Wait until a batch has arrived or can do so no more; tell whether it has.

    Label Studio goes on with a request whose client is gone. It makes the tasks of a batch at once
    (one transaction), so that the first and the last stand for all.

    Args:
        client: the server.
        link: the project.
        batch: what was sent.
        patience: how many seconds after `batch.sent` the server may still be at work.
        progress: told how long it waits.
        sleep: waits.
    """
    looks, began = list(_LOOKS), time.monotonic()
    while not _arrived(client, link, batch):
        # a clock that was set back must not make us wait for ever
        waited = max(time.monotonic() - began, time.time() - batch.sent)
        if waited >= patience:
            return False
        progress("waiting for what was sent before", int(waited), int(patience))
        sleep(looks.pop(0) if len(looks) > 1 else looks[0])
    return True


def _arrived(client: Client, link: Linked, batch: Batch) -> bool:
    if batch.what == PRELABELS and not batch.run:
        return False
    ends = dict.fromkeys((*batch.uids[:1], *batch.uids[-1:]))
    found = [list(client.tasks(link.id, uid)) for uid in ends]
    if batch.what == TASKS:
        return all(found)
    return all(batch.run in stub.runs for stubs in found for stub in stubs)
